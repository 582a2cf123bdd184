// SPDX-License-Identifier: BSL-1.0
//
// A block of keys for a few queries, as in decoding: lanes are keys, and then columns of values: see simd/for_each_family.hpp
// for how this text is used, and simd/attention_tiles.hpp for what a row is given.

#if defined(HALFULP_FAMILY)

namespace halfulp {
inline namespace v0 {
namespace simd {
namespace HALFULP_FAMILY {

/// scores[j] = scale·Σ_c k_jc·q_c for Rows queries and the keys of Fours times four registers, or of one if that is 0.
template <int Rows, int Fours, class K>
HALFULP_ALWAYS_INLINE void score_registers(const number_loader<K>& loader, const attention_rows& t,
                                           const K* k, std::size_t j) noexcept {
    constexpr int lanes = lanes_of<float>::count;
    constexpr int groups = Fours == 0 ? 1 : Fours;
    constexpr int registers = Fours == 0 ? 1 : 4;
    const float* q[Rows];
    reals32 sums[Rows][groups][4];
#pragma GCC unroll 4
    for (int i = 0; i < Rows; ++i) {
        q[i] = t.rows[i].q;
#pragma GCC unroll 2
        for (int f = 0; f < groups; ++f)
#pragma GCC unroll 4
            for (int r = 0; r < 4; ++r)
                sums[i][f][r] = reals32{};
    }
    const std::ptrdiff_t step = t.k_step;
    const std::size_t d = t.d;
    for (std::size_t c = 0; c < d; ++c, k += step) {
#pragma GCC unroll 2
        for (int f = 0; f < groups; ++f) {
            reals32 y[4];
            if constexpr (Fours == 0)
                y[0] = loader.one(k);
            else
                loader.four(k + 4 * f * lanes, y);
#pragma GCC unroll 4
            for (int i = 0; i < Rows; ++i) {
                const reals32 x = repeat(q[i][c]);
#pragma GCC unroll 4
                for (int r = 0; r < registers; ++r)
                    fused_multiply_add(sums[i][f][r], x, y[r]);
            }
        }
    }
#pragma GCC unroll 4
    for (int i = 0; i < Rows; ++i)
#pragma GCC unroll 2
        for (int f = 0; f < groups; ++f) {
            if constexpr (Fours != 0)
                loader.to_natural(sums[i][f]);
#pragma GCC unroll 4
            for (int r = 0; r < registers; ++r)
                store(t.rows[i].scores + j + (4 * f + r) * lanes,
                      as_rounded(sums[i][f][r] * repeat(t.scale)));
        }
}

/// Step 1 for whole registers of keys: `first` and `last` are multiples of the lanes.
template <int Rows, class K>
inline void score_rows(const attention_rows& t, std::size_t first, std::size_t last) noexcept {
    constexpr std::size_t lanes = lanes_of<float>::count;
    constexpr int most = Rows == 1 || (Rows == 2 && register_bytes == 64) ? 2 : 1;
    const number_loader<K> loader(t.k_table);
    const auto* const k = static_cast<const K*>(t.k);
    for (std::size_t j = first; j < last;) {
        const std::size_t within = j % keys_of_panel;
        const K* const from = k + static_cast<std::ptrdiff_t>(j / keys_of_panel) * t.k_panel + within;
        const std::size_t left = last - j < keys_of_panel - within ? last - j : keys_of_panel - within;
        if (left >= most * 4 * lanes) {
            score_registers<Rows, most>(loader, t, from, j);
            j += most * 4 * lanes;
        } else if (left >= 4 * lanes) {
            score_registers<Rows, 1>(loader, t, from, j);
            j += 4 * lanes;
        } else {
            score_registers<Rows, 0>(loader, t, from, j);
            j += lanes;
        }
    }
}

inline constexpr std::int32_t lane_numbers[16] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};

/// The lanes of a register moved down by `Lanes`, those that fall out coming in again.
template <int Lanes>
HALFULP_ALWAYS_INLINE reals32 moved_down(reals32 x) noexcept {
#if HALFULP_FAMILY_BYTES == 64
    return __builtin_shufflevector(x, x, Lanes, Lanes + 1, Lanes + 2, Lanes + 3, Lanes + 4, Lanes + 5,
                                   Lanes + 6, Lanes + 7, Lanes + 8, Lanes + 9, Lanes + 10, Lanes + 11,
                                   Lanes + 12, Lanes + 13, Lanes + 14, Lanes + 15);
#else
    return __builtin_shufflevector(x, x, Lanes, Lanes + 1, Lanes + 2, Lanes + 3, Lanes + 4, Lanes + 5,
                                   Lanes + 6, Lanes + 7);
#endif
}

/// Steps 1, but for the product, to 5. Lanes that are not seen have the score −∞, or 0 under a power, and the weight 0.
template <class Weighting>
inline void weigh_row(const attention_row& t) noexcept {
    constexpr std::size_t lanes = lanes_of<float>::count;
    const std::size_t first = t.first / lanes * lanes, last = (t.last + lanes - 1) / lanes * lanes;
    const reals32 hidden = Weighting::none();
    const reals32 cap = repeat(t.changes.soft_cap);
    const bool is_changed = t.changes.any();
    reals32 greatest = repeat(*t.maximum);
    for (std::size_t j = first; j < last; j += lanes) {
        reals32 s = load<reals32>(t.scores + j);
        if (is_changed) {
            if (t.changes.has_cap)
                s = as_rounded(cap * hyperbolic_tangent(s / cap));
            if (t.changes.slopes != nullptr) {
                const integers32 difference = *t.changes.positions - t.changes.first_key -
                                              static_cast<std::int32_t>(j) - load<integers32>(lane_numbers);
                const integers32 distance = difference < 0 ? -difference : difference;
                s = s + as_rounded(repeat(*t.changes.slopes) * __builtin_convertvector(distance, reals32));
            }
            if (t.changes.bias != nullptr)
                s = s + load<reals32>(t.changes.bias + j);
        }
        if (t.seen != nullptr)
            s = seeing_lanes(t.seen[j / 64] >> (j % 64)).choose(s, hidden);
        store(t.scores + j, s);
        greatest = greater_or_second(Weighting::has_sign ? s : size_of(s), greatest);
    }
    if constexpr (lanes == 16)
        greatest = greater_or_second(greatest, moved_down<8 % lanes>(greatest));
    greatest = greater_or_second(greatest, moved_down<4>(greatest));
    greatest = greater_or_second(greatest, moved_down<2>(greatest));
    greatest = greater_or_second(greatest, moved_down<1>(greatest));
    const float maximum = greatest[0];
    const Weighting weighting(repeat(maximum), t.power);
    const float a = *t.maximum == maximum ? 1.0f : weighting.rescale(repeat(*t.maximum))[0];
    *t.maximum = maximum;
    *t.rescale = a;

    // Sum l is of the keys l modulo 16: with eight lanes those of every other register.
    reals32 sums[2] = {};
    for (std::size_t j = first; j < last; j += lanes) {
        const reals32 w = weighting.weight(load<reals32>(t.scores + j));
        store(t.scores + j, w);
        reals32& sum = sums[j / lanes % (16 / lanes)];
        sum = sum + w;
    }
    reals32 total = lanes == 16 ? sums[0] + moved_down<8 % lanes>(sums[0]) : sums[0] + sums[1];
    total = total + moved_down<4>(total);
    total = total + moved_down<2>(total);
    total = total + moved_down<1>(total);
    const reals32 rescaled = as_rounded(repeat(*t.sum) * repeat(a));
    *t.sum = (rescaled + total)[0];
}

/// y[i] = x[i]·scale, NaN as its one code. There is room for whole registers.
inline void scale_numbers(const float* x, float scale, float* y, std::size_t count) noexcept {
    constexpr std::size_t lanes = lanes_of<float>::count;
    for (std::size_t i = 0; i < count; i += lanes) {
        const reals32 product = load<reals32>(x + i) * repeat(scale);
        store(y + i, product == product ? product : repeat(std::numeric_limits<float>::quiet_NaN()));
    }
}

/// weigh_row for the caller that has the choice at run time.
inline void weigh_row_by_exponential(const attention_row& t) noexcept {
    weigh_row<by_exponential>(t);
}
inline void weigh_row_by_power(const attention_row& t) noexcept {
    weigh_row<by_power>(t);
}

/// Step 6 for Rows queries that see the same keys, and Fours times four registers of columns, or one.
template <int Rows, int Fours, class V>
HALFULP_ALWAYS_INLINE void add_columns(const number_loader<V>& loader, const attention_rows& t, int row,
                                       std::size_t column) noexcept {
    constexpr int lanes = lanes_of<float>::count;
    constexpr int groups = Fours == 0 ? 1 : Fours;
    constexpr int registers = Fours == 0 ? 1 : 4;
    const attention_row* const rows = t.rows + row;
    reals32 sums[Rows][groups][4];
    const float* w[Rows];
#pragma GCC unroll 4
    for (int i = 0; i < Rows; ++i) {
        w[i] = rows[i].scores;
        const reals32 a = repeat(*rows[i].rescale);
#pragma GCC unroll 2
        for (int f = 0; f < groups; ++f) {
#pragma GCC unroll 4
            for (int r = 0; r < registers; ++r)
                sums[i][f][r] = as_rounded(load<reals32>(rows[i].values + column + (4 * f + r) * lanes) * a);
            if constexpr (Fours != 0)
                loader.from_natural(sums[i][f]);
        }
    }
    const std::size_t first = rows[0].first, last = rows[0].last;
    const std::uint64_t* const seen = rows[0].has_holes ? rows[0].seen : nullptr;
    const std::ptrdiff_t step = t.v_step;
    const V* v = static_cast<const V*>(t.v) + static_cast<std::ptrdiff_t>(first) * step + column;
    for (std::size_t j = first; j < last; ++j, v += step) {
        if (seen != nullptr && (seen[j / 64] >> (j % 64) & 1) == 0)
            continue;
#pragma GCC unroll 2
        for (int f = 0; f < groups; ++f) {
            reals32 y[4];
            if constexpr (Fours == 0)
                y[0] = loader.one(v);
            else
                loader.four(v + 4 * f * lanes, y);
#pragma GCC unroll 4
            for (int i = 0; i < Rows; ++i) {
                const reals32 x = repeat(w[i][j]);
#pragma GCC unroll 4
                for (int r = 0; r < registers; ++r)
                    fused_multiply_add(sums[i][f][r], x, y[r]);
            }
        }
    }
#pragma GCC unroll 4
    for (int i = 0; i < Rows; ++i)
#pragma GCC unroll 2
        for (int f = 0; f < groups; ++f) {
            if constexpr (Fours != 0)
                loader.to_natural(sums[i][f]);
#pragma GCC unroll 4
            for (int r = 0; r < registers; ++r)
                store(rows[i].values + column + (4 * f + r) * lanes, sums[i][f][r]);
        }
}

template <int Rows, class V>
inline void add_values(const attention_rows& t, int row) noexcept {
    constexpr std::size_t lanes = lanes_of<float>::count;
    constexpr int most = Rows == 1 || (Rows == 2 && register_bytes == 64) ? 2 : 1;
    const number_loader<V> loader(t.v_table);
    std::size_t column = 0;
    for (; column + most * 4 * lanes <= t.dv; column += most * 4 * lanes)
        add_columns<Rows, most>(loader, t, row, column);
    for (; column + 4 * lanes <= t.dv; column += 4 * lanes)
        add_columns<Rows, 1>(loader, t, row, column);
    for (; column < t.dv; column += lanes)
        add_columns<Rows, 0>(loader, t, row, column);
}

/// One block of keys for Rows queries. The columns of v are whole registers.
template <int Rows, class K, class V>
inline void attend_rows(const attention_rows& t) noexcept {
    constexpr std::size_t lanes = lanes_of<float>::count;
    std::size_t first = t.rows[0].first, last = t.rows[0].last;
    bool is_same = true;
    for (int i = 0; i < Rows; ++i) {
        const attention_row& row = t.rows[i];
        is_same = is_same && !row.has_holes && row.first == t.rows[0].first && row.last == t.rows[0].last;
        first = row.first < first ? row.first : first;
        last = row.last > last ? row.last : last;
    }
    score_rows<Rows, K>(t, first / lanes * lanes, (last + lanes - 1) / lanes * lanes);
    for (int i = 0; i < Rows; ++i)
        if (t.rows[i].power == 0)
            weigh_row<by_exponential>(t.rows[i]);
        else
            weigh_row<by_power>(t.rows[i]);
    if (is_same)
        add_values<Rows, V>(t, 0);
    else
        for (int i = 0; i < Rows; ++i)
            add_values<1, V>(t, i);
}

/// values[c] ← values[c]/z, as divide_values, for `count` columns: whole registers.
template <bool ToOdd>
inline bool divide_row(float* values, float sum, std::size_t count) noexcept {
    constexpr std::size_t lanes = lanes_of<float>::count;
    alignas(64) float sums[lanes];
    store(sums, repeat(sum));
    attention_tile tile;
    tile.values = values;
    tile.sum = sums;
    tile.dv = count / lanes;
    return divide_values<1, ToOdd>(tile);
}

}  // namespace HALFULP_FAMILY
}  // namespace simd
}  // namespace v0
}  // namespace halfulp

#endif

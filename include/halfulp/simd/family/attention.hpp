// SPDX-License-Identifier: BSL-1.0
//
// A block of keys for a tile of queries, which are the lanes: see simd/for_each_family.hpp for how this text is used,
// and simd/attention_tiles.hpp for what a tile is given.

#if defined(HALFULP_FAMILY)

namespace halfulp {
inline namespace v0 {
namespace simd {
namespace HALFULP_FAMILY {

/// Lines (keys, or columns of values) whose chains are in registers together, beside a tile of so many registers.
template <int Registers>
inline constexpr int lines_at_once = register_bytes == 64 ? (Registers == 1 ? 16 : 8)
                                                          : (Registers == 1 ? 8 : 4);

/// Which lanes of a register see a key.
class seeing_lanes {
  public:
    /// Bit l of the word is lane l.
    HALFULP_ALWAYS_INLINE explicit seeing_lanes(std::uint64_t bits) noexcept {
#if HALFULP_FAMILY_BYTES == 64
        mask_ = static_cast<unsigned short>(bits);
#else
        constexpr words32 bit_of_lane{1, 2, 4, 8, 16, 32, 64, 128};
        mask_ = ((words32{} + static_cast<std::uint32_t>(bits)) & bit_of_lane) != 0;
#endif
    }
    /// sum + x·y, in these lanes.
    HALFULP_ALWAYS_INLINE void multiply_add(reals32& sum, reals32 x, reals32 y) const noexcept {
#if HALFULP_FAMILY_BYTES == 64
        __asm__("{vfmadd231ps %2, %1, %0%{%3%}|vfmadd231ps %0%{%3%}, %1, %2}"
                : "+v"(sum)
                : "v"(x), "v"(y), "Yk"(mask_));
#else
        reals32 next = sum;
        fused_multiply_add(next, x, y);
        sum = mask_ ? next : sum;
#endif
    }
    /// x, and y in the other lanes.
    HALFULP_ALWAYS_INLINE reals32 choose(reals32 x, reals32 y) const noexcept {
#if HALFULP_FAMILY_BYTES == 64
        __asm__("{vmovaps %1, %0%{%2%}|vmovaps %0%{%2%}, %1}" : "+v"(y) : "v"(x), "Yk"(mask_));
        return y;
#else
        return mask_ ? x : y;
#endif
    }

  private:
#if HALFULP_FAMILY_BYTES == 64
    unsigned short mask_;
#else
    integers32 mask_;
#endif
};

/// Chains of Lines lines with the columns in Registers registers: sum[i][r] ← sum[i][r] + Σ_s line_i[s]·column_r[s], s
/// ascending. The lines are `line` numbers apart (adjacent numbers if Adjacent), their terms `step`; the columns' terms
/// `columns_step`. If Masked, lanes take part in step s where the bits of seen[s] say so. Each step fetches what `ahead`
/// points to and moves it on.
template <int Lines, int Registers, bool Adjacent, bool Masked>
HALFULP_ALWAYS_INLINE void multiply_lines(reals32 (&sums)[Lines][Registers], const float* lines,
                                          std::ptrdiff_t line, std::ptrdiff_t step, const float* columns,
                                          std::ptrdiff_t columns_step, std::size_t steps,
                                          const std::uint64_t* seen, memory_ahead& ahead) noexcept {
    constexpr int lanes = lanes_of<float>::count;
    const char* fetched = ahead.at;
    const std::ptrdiff_t fetched_step = ahead.step;
    // A pointer for three lines each: base, base + stride, base + 2·stride are addresses of one instruction.
    constexpr int groups = Adjacent ? 1 : (Lines + 2) / 3;
    const float* group[groups];
#pragma GCC unroll 6
    for (int g = 0; g < groups; ++g)
        group[g] = lines + 3 * g * line;
    for (std::size_t s = 0; s < steps; ++s) {
        reals32 y[Registers];
#pragma GCC unroll 3
        for (int r = 0; r < Registers; ++r)
            y[r] = load<reals32>(columns + r * lanes);
#pragma GCC unroll 16
        for (int i = 0; i < Lines; ++i) {
            const reals32 x = repeat(Adjacent ? group[0][i] : group[i / 3][(i % 3) * line]);
#pragma GCC unroll 3
            for (int r = 0; r < Registers; ++r)
                if constexpr (Masked)
                    seeing_lanes(seen[s] >> (r * lanes)).multiply_add(sums[i][r], x, y[r]);
                else
                    fused_multiply_add(sums[i][r], x, y[r]);
        }
#pragma GCC unroll 6
        for (int g = 0; g < groups; ++g)
            group[g] += step;
        columns += columns_step;
        __builtin_prefetch(fetched, 0, 2);
        fetched += fetched_step;
    }
    ahead.at = fetched;
}

/// scores[key][lane] = scale·Σ_c k·q for Lines keys.
template <int Lines, int Registers, bool Adjacent>
inline void score_lines(const attention_tile& t, std::size_t key, memory_ahead& ahead) noexcept {
    constexpr int lanes = lanes_of<float>::count;
    reals32 sums[Lines][Registers];
#pragma GCC unroll 16
    for (int i = 0; i < Lines; ++i)
#pragma GCC unroll 3
        for (int r = 0; r < Registers; ++r)
            sums[i][r] = reals32{};
    multiply_lines<Lines, Registers, Adjacent, false>(sums, t.k + static_cast<std::ptrdiff_t>(key) * t.k_line,
                                                      t.k_line, t.k_step, t.q, Registers * lanes, t.d,
                                                      nullptr, ahead);
    float* const to = t.scores + key * (Registers * lanes);
    const reals32 scale = repeat(t.scale);
#pragma GCC unroll 16
    for (int i = 0; i < Lines; ++i)
#pragma GCC unroll 3
        for (int r = 0; r < Registers; ++r)
            store(to + (i * Registers + r) * lanes, as_rounded(sums[i][r] * scale));
}

template <int Registers, bool Adjacent>
inline void score_keys(const attention_tile& t) noexcept {
    memory_ahead ahead = t.keys_ahead;
    constexpr int most = lines_at_once<Registers>;
    std::size_t key = t.first;
    for (; key + most <= t.last; key += most)
        score_lines<most, Registers, Adjacent>(t, key, ahead);
    for (; key + 4 <= t.last; key += 4)
        score_lines<4, Registers, Adjacent>(t, key, ahead);
    for (; key < t.last; ++key)
        score_lines<1, Registers, Adjacent>(t, key, ahead);
}

/// What else makes a score, in registers: the soft cap, ALiBi and the bias.
template <int Registers>
inline void change_scores(const attention_tile& t) noexcept {
    constexpr int lanes = lanes_of<float>::count;
    const score_changes& changes = t.changes;
    const reals32 cap = repeat(changes.soft_cap);
    for (std::size_t key = t.first; key < t.last; ++key) {
#pragma GCC unroll 3
        for (int r = 0; r < Registers; ++r) {
            const std::ptrdiff_t at =
                static_cast<std::ptrdiff_t>(key * Registers + static_cast<std::size_t>(r)) * lanes;
            reals32 s = load<reals32>(t.scores + at);
            if (changes.has_cap) {
                const reals32 tangent = hyperbolic_tangent(s / cap);
                if (changes.tangents != nullptr)
                    store(changes.tangents + at, tangent);
                s = as_rounded(cap * tangent);
            }
            if (changes.slopes != nullptr) {
                const integers32 difference = load<integers32>(changes.positions + r * lanes) -
                                              (changes.first_key + static_cast<std::int32_t>(key));
                const integers32 distance = difference < 0 ? -difference : difference;
                s = s + as_rounded(load<reals32>(changes.slopes + r * lanes) *
                                   __builtin_convertvector(distance, reals32));
            }
            if (changes.bias != nullptr)
                s = s + load<reals32>(changes.bias + at);
            store(t.scores + at, s);
        }
    }
}

/// Scores that are not seen become −∞, or 0 under a power: their weights are 0.
template <int Registers>
inline void hide_scores(const attention_tile& t, std::size_t first, std::size_t last) noexcept {
    constexpr int lanes = lanes_of<float>::count;
    const reals32 hidden = repeat(t.power != 0 ? 0.0f : -std::numeric_limits<float>::infinity());
    for (std::size_t key = first; key < last; ++key)
#pragma GCC unroll 3
        for (int r = 0; r < Registers; ++r) {
            float* const at = t.scores + (key * Registers + static_cast<std::size_t>(r)) * lanes;
            store(at, seeing_lanes(t.seen[key] >> (r * lanes)).choose(load<reals32>(at), hidden));
        }
}

/// Scores become weights: steps 2 to 5 of the definition for register r of the tile. Weights that are not seen are 0, and
/// adding 0 changes no sum.
template <int Registers, class Weighting>
inline void weigh(const attention_tile& t, int r) noexcept {
    constexpr int lanes = lanes_of<float>::count;
    constexpr std::size_t row = Registers * lanes;
    float* const scores = t.scores + r * lanes;
    const reals32 before = load<reals32>(t.maximum + r * lanes);
    reals32 greatest[4] = {before, Weighting::none(), Weighting::none(), Weighting::none()};
    std::size_t key = t.first;
    for (; key + 4 <= t.last; key += 4)
#pragma GCC unroll 4
        for (std::size_t i = 0; i < 4; ++i) {
            const reals32 s = load<reals32>(scores + (key + i) * row);
            greatest[i] = greater_or_second(Weighting::has_sign ? s : size_of(s), greatest[i]);
        }
    for (; key < t.last; ++key) {
        const reals32 s = load<reals32>(scores + key * row);
        greatest[0] = greater_or_second(Weighting::has_sign ? s : size_of(s), greatest[0]);
    }
    const reals32 maximum = greater_or_second(greater_or_second(greatest[1], greatest[0]),
                                              greater_or_second(greatest[3], greatest[2]));
    const Weighting weighting(maximum, t.power);
    const reals32 a = weighting.rescale(before);
    store(t.maximum + r * lanes, maximum);
    store(t.rescale + r * lanes, a);

    key = t.first;
    for (; key + 4 <= t.last; key += 4)
#pragma GCC unroll 4
        for (std::size_t i = 0; i < 4; ++i)
            store(scores + (key + i) * row, weighting.weight(load<reals32>(scores + (key + i) * row)));
    for (; key < t.last; ++key)
        store(scores + key * row, weighting.weight(load<reals32>(scores + key * row)));

    // Sum l is of the keys l modulo 16 of the block, which need not begin with t.first.
    reals32 sums[16];
    for (std::size_t l = 0; l < 16; ++l) {
        reals32 sum = {};
        for (std::size_t j = t.first + (l - t.first) % 16; j < t.last; j += 16)
            sum = sum + load<reals32>(scores + j * row);
        sums[l] = sum;
    }
#pragma GCC unroll 4
    for (int width = 8; width > 0; width /= 2)
#pragma GCC unroll 8
        for (int l = 0; l < width; ++l)
            sums[l] = sums[l] + sums[l + width];
    const reals32 rescaled = as_rounded(load<reals32>(t.sum + r * lanes) * a);
    store(t.sum + r * lanes, rescaled + sums[0]);
}

/// sums[c][lane] ← sums[c][lane]·a + Σ_j weight_j·x_jc for Lines columns c, over the keys j of the block that are seen, with
/// the tile's a if Rescaled, and otherwise without. x_jc is x[j·x_key + c·x_column]; the column is 1 if Adjacent.
template <int Lines, int Registers, bool Adjacent, bool Rescaled>
inline void add_lines(const attention_tile& t, const float* x, std::ptrdiff_t x_key, std::ptrdiff_t x_column,
                      const float* weights, float* values, memory_ahead& ahead) noexcept {
    constexpr int lanes = lanes_of<float>::count;
    constexpr std::ptrdiff_t row = Registers * lanes;
    reals32 sums[Lines][Registers];
#pragma GCC unroll 16
    for (int i = 0; i < Lines; ++i)
#pragma GCC unroll 3
        for (int r = 0; r < Registers; ++r) {
            sums[i][r] = load<reals32>(values + (i * Registers + r) * lanes);
            if constexpr (Rescaled)
                sums[i][r] = as_rounded(sums[i][r] * load<reals32>(t.rescale + r * lanes));
        }
    const auto first = static_cast<std::ptrdiff_t>(t.first),
               all_first = static_cast<std::ptrdiff_t>(t.all_first);
    const auto all_last = static_cast<std::ptrdiff_t>(t.all_last);
    if (t.first < t.all_first)
        multiply_lines<Lines, Registers, Adjacent, true>(sums, x + first * x_key, x_column, x_key,
                                                         weights + first * row, row, t.all_first - t.first,
                                                         t.seen + first, ahead);
    multiply_lines<Lines, Registers, Adjacent, false>(sums, x + all_first * x_key, x_column, x_key,
                                                      weights + all_first * row, row,
                                                      t.all_last - t.all_first, nullptr, ahead);
    if (t.all_last < t.last)
        multiply_lines<Lines, Registers, Adjacent, true>(sums, x + all_last * x_key, x_column, x_key,
                                                         weights + all_last * row, row, t.last - t.all_last,
                                                         t.seen + all_last, ahead);
#pragma GCC unroll 16
    for (int i = 0; i < Lines; ++i)
#pragma GCC unroll 3
        for (int r = 0; r < Registers; ++r)
            store(values + (i * Registers + r) * lanes, sums[i][r]);
}

/// add_lines for so many columns.
template <int Registers, bool Adjacent, bool Rescaled>
inline void add_columns_of_keys(const attention_tile& t, const float* x, std::ptrdiff_t x_key,
                                std::ptrdiff_t x_column, std::size_t columns, const float* weights,
                                float* values, memory_ahead ahead) noexcept {
    constexpr int lanes = lanes_of<float>::count;
    constexpr int most = lines_at_once<Registers>;
    std::size_t c = 0;
    for (; c + most <= columns; c += most)
        add_lines<most, Registers, Adjacent, Rescaled>(t, x + static_cast<std::ptrdiff_t>(c) * x_column,
                                                       x_key, x_column, weights,
                                                       values + c * (Registers * lanes), ahead);
    for (; c + 4 <= columns; c += 4)
        add_lines<4, Registers, Adjacent, Rescaled>(t, x + static_cast<std::ptrdiff_t>(c) * x_column, x_key,
                                                    x_column, weights, values + c * (Registers * lanes),
                                                    ahead);
    for (; c < columns; ++c)
        add_lines<1, Registers, Adjacent, Rescaled>(t, x + static_cast<std::ptrdiff_t>(c) * x_column, x_key,
                                                    x_column, weights, values + c * (Registers * lanes),
                                                    ahead);
}

/// The values of a tile as results: u_c/z, and where ToOdd with the last bit set where that is not exact, from which every
/// other rounding follows. NaN has one code. Returns false, and leaves the values alone, if that could fail as one of
/// them is too small for the quotient's rest.
template <int Registers, bool ToOdd>
inline bool divide_values(const attention_tile& t) noexcept {
    constexpr int lanes = lanes_of<float>::count;
    const words32 magnitude = words32{} + 0x7fffffffu;
    if constexpr (ToOdd) {
        words32 small = {};
        for (std::size_t n = 0; n < t.dv * Registers; ++n) {
            // Below 2^-63, and not zero.
            const words32 before = (load<words32>(t.values + n * lanes) & magnitude) - 1;
            small |= before < words32{} + 0x1fffffffu ? words32{} + 1 : words32{};
        }
        if (sum_of_lanes(small) != 0)
            return false;
    }
    for (std::size_t c = 0; c < t.dv; ++c)
#pragma GCC unroll 3
        for (int r = 0; r < Registers; ++r) {
            float* const at = t.values + (c * Registers + static_cast<std::size_t>(r)) * lanes;
            const reals32 u = load<reals32>(at), z = load<reals32>(t.sum + r * lanes);
            reals32 x = u / z;
            if constexpr (ToOdd) {
                // z > 0, so the quotient errs to where u − x·z points. The rest of an infinite one is no number.
                reals32 rest = u;
                fused_multiply_add(rest, -x, z);
                const words32 toward_zero = sign_mask(as_words(rest) ^ as_words(x));
                const words32 stepped = (as_words(x) + toward_zero) | (words32{} + 1);
                x = as_reals(as_words(rest) & magnitude) > reals32{} ? as_reals(stepped) : x;
            }
            store(at, x == x ? x : repeat(std::numeric_limits<float>::quiet_NaN()));
        }
    return true;
}

/// One block of keys for one tile of queries.
template <int Registers>
inline void attend_block(const attention_tile& t) noexcept {
    if (t.k_line == 1)
        score_keys<Registers, true>(t);
    else
        score_keys<Registers, false>(t);
    if (t.changes.any())
        change_scores<Registers>(t);
    hide_scores<Registers>(t, t.first, t.all_first);
    hide_scores<Registers>(t, t.all_last, t.last);
    for (int r = 0; r < Registers; ++r)
        if (t.power == 0)
            weigh<Registers, by_exponential>(t, r);
        else
            weigh<Registers, by_power>(t, r);
    add_columns_of_keys<Registers, true, true>(t, t.v, t.v_step, 1, t.dv, t.scores, t.values, t.values_ahead);
}

}  // namespace HALFULP_FAMILY
}  // namespace simd
}  // namespace v0
}  // namespace halfulp

#endif

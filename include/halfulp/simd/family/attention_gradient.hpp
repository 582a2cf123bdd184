// SPDX-License-Identifier: BSL-1.0
//
// The gradient of a block of keys and a tile of queries: see simd/for_each_family.hpp for how this text is used, and
// simd/attention_gradient.hpp for what it is part of.

#if defined(HALFULP_FAMILY)

namespace halfulp {
inline namespace v0 {
namespace simd {
namespace HALFULP_FAMILY {

/// Scores and products g become p and e: steps 2 and 3 of the definition. What is not seen gets numbers that nothing reads.
template <int Registers>
inline void weigh_gradient(const gradient_tile& g) noexcept {
    constexpr int lanes = lanes_of<float>::count;
    const attention_tile& t = g.forward;
    const bool has_cap = t.changes.has_cap;
    const int power = t.power;
    for (int r = 0; r < Registers; ++r) {
        const reals32 reference = load<reals32>(g.reference + r * lanes);
        const reals32 inverse = load<reals32>(g.inverse + r * lanes);
        const reals32 product = load<reals32>(g.product + r * lanes);
        const reals32 scaled = as_rounded(repeat(static_cast<float>(power)) * inverse) / reference;
        for (std::size_t key = t.first; key < t.last; ++key) {
            const std::size_t at = (key * Registers + static_cast<std::size_t>(r)) * lanes;
            const reals32 s = load<reals32>(t.scores + at);
            reals32 p, factor;
            if (power == 0) {
                // Beyond the maximum is only what is not seen.
                const reals32 x = s - reference;
                p = as_rounded(exponential_of_nonpositive(x) * inverse);
                factor = p;
            } else {
                const reals32 x = s / reference;
                reals32 y = x;
                for (int bit = 30 - __builtin_clz(static_cast<unsigned>(power - 1)); bit >= 0; --bit) {
                    y = as_rounded(y * y);
                    if ((power - 1) >> bit & 1)
                        y = as_rounded(y * x);
                }
                p = as_rounded(as_rounded(y * x) * inverse);
                factor = as_rounded(scaled * y);
            }
            reals32 e = as_rounded(factor * (load<reals32>(g.errors + at) - product));
            if (has_cap) {
                const reals32 tangent = load<reals32>(t.changes.tangents + at);
                e = as_rounded(e * (repeat(1.0f) - as_rounded(tangent * tangent)));
            }
            store(t.scores + at, p);
            store(g.errors + at, e);
        }
    }
}

/// to[key][c] ← to[key][c] + Σ_i x[key][i]·y[i][c] for Lines keys and Registers registers of columns c, over the queries i
/// of the tile. Of the last register as many columns as `last` says.
template <int Lines, int Registers>
inline void add_queries(const float* x, std::ptrdiff_t lanes_of_tile, const float* y, std::ptrdiff_t y_row,
                        std::size_t queries, float* to, std::ptrdiff_t to_row,
                        const first_lanes<reals32>& last) noexcept {
    reals32 sums[Lines][Registers];
    load_tile<Lines, Registers, false>(sums, to, to_row, last);
    memory_ahead none{reinterpret_cast<const char*>(y), 0};
    multiply_lines<Lines, Registers, false, false>(sums, x, lanes_of_tile, 1, y, y_row, queries, nullptr,
                                                   none);
    store_tile<Lines, Registers, false>(sums, to, to_row, last);
}

/// The same for one key, over the queries whose bits are set.
template <int Registers>
inline void add_some_queries(const float* x, std::uint64_t seen, const float* y, std::ptrdiff_t y_row,
                             float* to, const first_lanes<reals32>& last) noexcept {
    constexpr int lanes = lanes_of<float>::count;
    reals32 sums[1][Registers];
    load_tile<1, Registers, false>(sums, to, 0, last);
    for (; seen != 0; seen &= seen - 1) {
        const int i = __builtin_ctzll(seen);
        const reals32 weight = repeat(x[i]);
#pragma GCC unroll 2
        for (int r = 0; r < Registers; ++r)
            fused_multiply_add(sums[0][r], weight, load<reals32>(y + i * y_row + r * lanes));
    }
    store_tile<1, Registers, false>(sums, to, 0, last);
}

/// The queries, of all those of a tile, that see a key.
HALFULP_ALWAYS_INLINE std::uint64_t seen_by(const attention_tile& t, std::uint64_t all,
                                            std::size_t key) noexcept {
    return key >= t.all_first && key < t.all_last ? all : t.seen[key] & all;
}

/// add_queries for all keys of a block, by what is seen, and `Registers` registers of columns.
template <int TileRegisters, int Registers>
inline void add_queries_of_keys(const gradient_tile& g, const float* x, const float* y, std::ptrdiff_t y_row,
                                float* to, std::size_t to_row, const first_lanes<reals32>& last) noexcept {
    constexpr std::size_t tile = TileRegisters * lanes_of<float>::count;
    constexpr int lines = register_bytes == 64 ? 8 : 4;
    const attention_tile& t = g.forward;
    const auto row = static_cast<std::ptrdiff_t>(to_row);
    const std::uint64_t all = (std::uint64_t{1} << g.rows) - 1;
    for (std::size_t key = t.first; key < t.last;) {
        const float* const weights = x + key * tile;
        float* const at = to + key * to_row;
        std::uint64_t common = t.last - key >= lines ? all : 0;
        for (std::size_t i = 0; i < lines && common != 0; ++i)
            common &= seen_by(t, all, key + i);
        // Queries that see all of a group of keys, if they are the last ones: with causality they are.
        const int first = common == 0 ? 64 : __builtin_ctzll(common);
        if (common == 0 || common >> first != all >> first) {
            add_some_queries<Registers>(weights, seen_by(t, all, key), y, y_row, at, last);
            ++key;
            continue;
        }
        if (first != 0)
            for (std::size_t i = 0; i < lines; ++i)
                if (const std::uint64_t before = seen_by(t, all, key + i) & ~common)
                    add_some_queries<Registers>(weights + i * tile, before, y, y_row, at + i * to_row, last);
        add_queries<lines, Registers>(weights + first, tile, y + first * y_row, y_row,
                                      g.rows - static_cast<std::size_t>(first), at, row, last);
        key += lines;
    }
}

/// The same for all columns.
template <int TileRegisters>
inline void add_queries_of_keys(const gradient_tile& g, const float* x, const float* y, std::ptrdiff_t y_row,
                                float* to, std::size_t columns) noexcept {
    constexpr std::size_t lanes = lanes_of<float>::count;
    for (std::size_t c = 0; c < columns; c += 2 * lanes) {
        const std::size_t width = columns - c < 2 * lanes ? columns - c : 2 * lanes;
        const first_lanes<reals32> last(static_cast<int>(width > lanes ? width - lanes : width));
        if (width > lanes)
            add_queries_of_keys<TileRegisters, 2>(g, x, y + c, y_row, to + c, columns, last);
        else
            add_queries_of_keys<TileRegisters, 1>(g, x, y + c, y_row, to + c, columns, last);
    }
}

/// to[lane] = Σ_c x[c][lane]·y[c][lane], c ascending.
template <int Registers>
inline void multiply_columns(const float* x, const float* y, std::size_t columns, float* to) noexcept {
    constexpr int lanes = lanes_of<float>::count;
    for (int r = 0; r < Registers; ++r) {
        reals32 sum = {};
        for (std::size_t c = 0; c < columns; ++c) {
            const std::size_t at = (c * Registers + static_cast<std::size_t>(r)) * lanes;
            fused_multiply_add(sum, load<reals32>(x + at), load<reals32>(y + at));
        }
        store(to + r * lanes, sum);
    }
}

/// One block of keys for one tile of queries.
template <int Registers>
inline void attend_gradient(const gradient_tile& g) noexcept {
    const attention_tile& t = g.forward;
    if (t.k_line == 1)
        score_keys<Registers, true>(t);
    else
        score_keys<Registers, false>(t);
    if (t.changes.any())
        change_scores<Registers>(t);
    attention_tile products = t;
    products.k = t.v;
    products.k_line = t.v_step;
    products.k_step = 1;
    products.q = g.gradient;
    products.d = t.dv;
    products.scale = 1;
    products.scores = g.errors;
    score_keys<Registers, false>(products);
    weigh_gradient<Registers>(g);
    add_queries_of_keys<Registers>(g, t.scores, g.gradient_rows, g.gradient_row, g.value_sums, t.dv);
    add_queries_of_keys<Registers>(g, g.errors, g.q_rows, g.q_row, g.key_sums, t.d);
    const memory_ahead none{reinterpret_cast<const char*>(t.k), 0};
    if (t.k_step == 1)
        add_columns_of_keys<Registers, true, false>(t, t.k, t.k_line, t.k_step, t.d, g.errors, g.query_sums,
                                                    none);
    else
        add_columns_of_keys<Registers, false, false>(t, t.k, t.k_line, t.k_step, t.d, g.errors, g.query_sums,
                                                     none);
}

}  // namespace HALFULP_FAMILY
}  // namespace simd
}  // namespace v0
}  // namespace halfulp

#endif

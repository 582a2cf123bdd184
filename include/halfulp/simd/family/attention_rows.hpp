// SPDX-License-Identifier: BSL-1.0
//
// A block of keys for one query, as in decoding: lanes are keys, and then columns of values: see simd/for_each_family.hpp
// for how this text is used, and simd/attention_tiles.hpp for what a row is given.

#if defined(HALFULP_FAMILY)

namespace halfulp {
inline namespace v0 {
namespace simd {
namespace HALFULP_FAMILY {

/// As many numbers as a register of float has lanes, decoded on the way from memory: exactly, NaN to a NaN.
HALFULP_ALWAYS_INLINE reals32 load_numbers(const float* from) noexcept {
    return load<reals32>(from);
}
HALFULP_ALWAYS_INLINE reals32 load_numbers(const bfloat16* from) noexcept {
    return as_reals(load_codes<words32>(reinterpret_cast<const std::uint16_t*>(from)) << 16);
}
HALFULP_ALWAYS_INLINE reals32 load_numbers(const float16* from) noexcept {
    struct row {
        std::uint16_t codes[register_bytes / 4];
    };
    reals32 result;
    __asm__("{vcvtph2ps %1, %0|vcvtph2ps %0, %1}" : "=v"(result) : "m"(*reinterpret_cast<const row*>(from)));
    return result;
}
/// Bytes with their signs in the bits above them.
HALFULP_ALWAYS_INLINE words32 load_signed_bytes(const void* from) noexcept {
    struct row {
        std::uint8_t codes[register_bytes / 4];
    };
    words32 result;
    __asm__("{vpmovsxbd %1, %0|vpmovsxbd %0, %1}" : "=v"(result) : "m"(*static_cast<const row*>(from)));
    return result;
}
/// A byte's exponent and significand, put where those of float are, is the number but for the bias.
HALFULP_ALWAYS_INLINE reals32 load_numbers(const float8_e4m3fn* from) noexcept {
    const words32 bits = (load_signed_bytes(from) << 20) & (words32{} + 0x87f00000u);
    const words32 nan =
        (bits & (words32{} + 0x7fffffffu)) == words32{} + 0x07f00000u ? words32{} + 0x7fc00000u : words32{};
    return as_reals(as_words(as_rounded(as_reals(bits) * repeat(0x1p120f))) | nan);
}
HALFULP_ALWAYS_INLINE reals32 load_numbers(const float8_e5m2* from) noexcept {
    const words32 bits = (load_signed_bytes(from) << 21) & (words32{} + 0x8fe00000u);
    const words32 special =
        (bits & (words32{} + 0x7fffffffu)) >= words32{} + 0x0f800000u ? words32{} + 0x7f800000u : words32{};
    return as_reals(as_words(as_rounded(as_reals(bits) * repeat(0x1p112f))) | special);
}

/// scores[j] = scale·Σ_c k_jc·q_c for the keys of `count` registers.
template <int Count, class K>
HALFULP_ALWAYS_INLINE void score_registers(const K* k, std::ptrdiff_t step, const float* q, std::size_t d,
                                           float scale, float* scores) noexcept {
    constexpr int lanes = lanes_of<float>::count;
    reals32 sums[Count];
#pragma GCC unroll 8
    for (int r = 0; r < Count; ++r)
        sums[r] = reals32{};
    for (std::size_t c = 0; c < d; ++c) {
        const reals32 x = repeat(q[c]);
#pragma GCC unroll 8
        for (int r = 0; r < Count; ++r)
            fused_multiply_add(sums[r], x, load_numbers(k + r * lanes));
        k += step;
    }
#pragma GCC unroll 8
    for (int r = 0; r < Count; ++r)
        store(scores + r * lanes, as_rounded(sums[r] * repeat(scale)));
}

/// Step 1 for whole registers of keys: `first` and `last` are multiples of the lanes.
template <class K>
inline void score_row(const attention_row& t, std::size_t first, std::size_t last) noexcept {
    constexpr std::size_t lanes = lanes_of<float>::count;
    const auto* const k = static_cast<const K*>(t.k);
    for (std::size_t j = first; j < last;) {
        const K* const from =
            k + static_cast<std::ptrdiff_t>(j / keys_of_panel) * t.k_panel + j % keys_of_panel;
        const std::size_t whole = keys_of_panel - j % keys_of_panel;
        const std::size_t left = last - j < whole ? last - j : whole;
        if (left >= 8 * lanes) {
            score_registers<8>(from, t.k_step, t.q, t.d, t.scale, t.scores + j);
            j += 8 * lanes;
        } else if (left >= 4 * lanes) {
            score_registers<4>(from, t.k_step, t.q, t.d, t.scale, t.scores + j);
            j += 4 * lanes;
        } else {
            score_registers<1>(from, t.k_step, t.q, t.d, t.scale, t.scores + j);
            j += lanes;
        }
    }
}

inline constexpr std::int32_t lane_numbers[16] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};

/// Steps 1, but for the product, to 5. Lanes that are not seen have the score −∞ and the weight 0.
inline void weigh_row(const attention_row& t, std::size_t first, std::size_t last) noexcept {
    constexpr std::size_t lanes = lanes_of<float>::count;
    const reals32 hidden = repeat(-std::numeric_limits<float>::infinity());
    const reals32 cap = repeat(t.changes.soft_cap);
    reals32 greatest = repeat(*t.maximum);
    for (std::size_t j = first; j < last; j += lanes) {
        reals32 s = load<reals32>(t.scores + j);
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
        if (t.seen != nullptr)
            s = seeing_lanes(t.seen[j / 64] >> (j % 64)).choose(s, hidden);
        store(t.scores + j, s);
        greatest = greater_or_second(s, greatest);
    }
    alignas(64) float lane[lanes];
    store(lane, greatest);
    float maximum = lane[0];
    for (std::size_t l = 1; l < lanes; ++l)
        maximum = maximum < lane[l] ? lane[l] : maximum;
    const float reference = maximum == -std::numeric_limits<float>::infinity() ? 0.0f : maximum;
    const float a =
        *t.maximum == maximum ? 1.0f : exponential_of_nonpositive(repeat(*t.maximum - reference))[0];
    *t.maximum = maximum;
    *t.rescale = a;

    // Sum l is of the keys l modulo 16.
    constexpr int parts = 16 / static_cast<int>(lanes);
    reals32 sums[2] = {};
    for (std::size_t j = first; j < last; j += lanes) {
        const reals32 w = exponential_of_nonpositive(load<reals32>(t.scores + j) - repeat(reference));
        store(t.scores + j, w);
        reals32& sum = sums[parts == 1 ? 0 : j / lanes % 2];
        sum = sum + w;
    }
    alignas(64) float total[16];
    store(total, sums[0]);
    if constexpr (parts == 2)
        store(total + lanes, sums[1]);
    for (std::size_t width = 8; width > 0; width /= 2)
        for (std::size_t l = 0; l < width; ++l)
            total[l] = total[l] + total[l + width];
    const reals32 rescaled = as_rounded(repeat(*t.sum) * repeat(a));
    *t.sum = rescaled[0] + total[0];
}

/// Step 6 for Count registers of columns.
template <int Count, class V>
HALFULP_ALWAYS_INLINE void add_columns(const attention_row& t, std::size_t column) noexcept {
    constexpr std::ptrdiff_t lanes = lanes_of<float>::count;
    float* const values = t.values + column;
    reals32 sums[Count];
#pragma GCC unroll 8
    for (int r = 0; r < Count; ++r)
        sums[r] = as_rounded(load<reals32>(values + r * lanes) * repeat(*t.rescale));
    const V* v = static_cast<const V*>(t.v) + static_cast<std::ptrdiff_t>(t.first) * t.v_step + column;
    for (std::size_t j = t.first; j < t.last; ++j, v += t.v_step) {
        if (t.seen != nullptr && (t.seen[j / 64] >> (j % 64) & 1) == 0)
            continue;
        const reals32 w = repeat(t.scores[j]);
#pragma GCC unroll 8
        for (int r = 0; r < Count; ++r)
            fused_multiply_add(sums[r], w, load_numbers(v + r * lanes));
    }
#pragma GCC unroll 8
    for (int r = 0; r < Count; ++r)
        store(values + r * lanes, sums[r]);
}

/// One block of keys for one query. The columns of v are whole registers.
template <class K, class V>
inline void attend_row(const attention_row& t) noexcept {
    constexpr std::size_t lanes = lanes_of<float>::count;
    const std::size_t first = t.first / lanes * lanes, last = (t.last + lanes - 1) / lanes * lanes;
    score_row<K>(t, first, last);
    weigh_row(t, first, last);
    std::size_t column = 0;
    for (; column + 8 * lanes <= t.dv; column += 8 * lanes)
        add_columns<8, V>(t, column);
    for (; column + 4 * lanes <= t.dv; column += 4 * lanes)
        add_columns<4, V>(t, column);
    for (; column < t.dv; column += lanes)
        add_columns<1, V>(t, column);
}

/// u_c/z, as divide_values for a row of whole registers.
template <bool ToOdd>
inline bool divide_row(const attention_row& t) noexcept {
    constexpr std::size_t lanes = lanes_of<float>::count;
    alignas(64) float sums[lanes];
    for (float& sum : sums)
        sum = *t.sum;
    attention_tile tile;
    tile.values = t.values;
    tile.sum = sums;
    tile.dv = t.dv / lanes;
    return divide_values<1, ToOdd>(tile);
}

}  // namespace HALFULP_FAMILY
}  // namespace simd
}  // namespace v0
}  // namespace halfulp

#endif

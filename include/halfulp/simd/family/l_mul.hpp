// SPDX-License-Identifier: BSL-1.0
//
// Products by integer addition: see simd/for_each_family.hpp for how this text is used, and simd/l_mul_tiles.hpp for
// the steps.

#if defined(HALFULP_FAMILY)

namespace halfulp {
inline namespace v0 {
namespace simd {
namespace HALFULP_FAMILY {

/// Steps whose words of A have no factors; sums that are only what faint products left are zero.
struct l_mul_words_alone : step_words<std::uint32_t, words32> {
    using sums = reals32;
    static HALFULP_ALWAYS_INLINE sums finished(sums x, const void* context) noexcept {
        const words32 least = words32{} + static_cast<const l_mul_context*>(context)->least_sum;
        x = step_registers<chain_of<float>>::finished(x);
        return (as_words(x) & 0x7fffffffu) < least ? reals32{} : x;
    }
};

/// A word of A with its factor, as floats or as two halves.
struct l_mul_left_lanes {
    words32 code;
    words32 factor;
    static HALFULP_ALWAYS_INLINE l_mul_left_lanes of(const std::uint32_t* word) noexcept {
        return {words32{} + word[0], words32{} + word[1]};
    }
};

/// Steps whose words of A have factors.
struct l_mul_words_with_factors {
    using operands = words32;
    using sums = reals32;
    static HALFULP_ALWAYS_INLINE l_mul_left_lanes left(const std::uint32_t* word) noexcept {
        return l_mul_left_lanes::of(word);
    }
    static HALFULP_ALWAYS_INLINE sums finished(sums x) noexcept {
        return step_registers<chain_of<float>>::finished(x);
    }
};

template <>
struct step_registers<l_mul_step<l_mul_range::normal>> : l_mul_words_alone {
    static HALFULP_ALWAYS_INLINE void apply(sums& sum, words32 x, words32 y) noexcept {
        sum += as_reals(x + y);
    }
};

/// Words of B and where they are not zero, and x + y there, zero elsewhere.
#if HALFULP_FAMILY_BYTES == 64
struct l_mul_right_lanes {
    words32 code;
    unsigned short is_there;
    static HALFULP_ALWAYS_INLINE l_mul_right_lanes of(words32 y) noexcept {
        l_mul_right_lanes lanes{y, 0};
        __asm__("{vptestmd %2, %1, %0|vptestmd %0, %1, %2}"
                : "=Yk"(lanes.is_there)
                : "v"(y), "v"(words32{} + 0x7fffffffu));
        return lanes;
    }
    HALFULP_ALWAYS_INLINE words32 plus(words32 x) const noexcept {
        words32 sum;
        __asm__("{vpaddd %2, %1, %0%{%3%}%{z%}|vpaddd %0%{%3%}%{z%}, %1, %2}"
                : "=v"(sum)
                : "v"(x), "v"(code), "Yk"(is_there));
        return sum;
    }
};
struct l_mul_right_pairs {
    words32 code;
    std::uint32_t is_there;
    static HALFULP_ALWAYS_INLINE l_mul_right_pairs of(words32 y) noexcept {
        l_mul_right_pairs lanes{y, 0};
        __asm__("{vptestmw %2, %1, %0|vptestmw %0, %1, %2}"
                : "=Yk"(lanes.is_there)
                : "v"(y), "v"(words32{} + 0x7fff7fffu));
        return lanes;
    }
    HALFULP_ALWAYS_INLINE words32 plus(words32 x) const noexcept {
        words32 sum;
        __asm__("{vpaddw %2, %1, %0%{%3%}%{z%}|vpaddw %0%{%3%}%{z%}, %1, %2}"
                : "=v"(sum)
                : "v"(x), "v"(code), "Yk"(is_there));
        return sum;
    }
};
#else
struct l_mul_right_lanes {
    words32 code;
    words32 is_there;
    static HALFULP_ALWAYS_INLINE l_mul_right_lanes of(words32 y) noexcept {
        return {y, reinterpret_cast<words32>((y & 0x7fffffffu) != words32{})};
    }
    HALFULP_ALWAYS_INLINE words32 plus(words32 x) const noexcept { return (x + code) & is_there; }
};
#endif

template <>
struct step_registers<l_mul_step<l_mul_range::normal_or_faint>> : l_mul_words_alone {
    static HALFULP_ALWAYS_INLINE l_mul_right_lanes right(words32 y) noexcept {
        return l_mul_right_lanes::of(y);
    }
    static HALFULP_ALWAYS_INLINE void apply(sums& sum, words32 x, const l_mul_right_lanes& y) noexcept {
        sum += as_reals(y.plus(x));
    }
};

template <>
struct step_registers<l_mul_step<l_mul_range::normal_or_zero>> : l_mul_words_with_factors {
    static HALFULP_ALWAYS_INLINE l_mul_right_lanes right(words32 y) noexcept {
        return l_mul_right_lanes::of(y);
    }
    static HALFULP_ALWAYS_INLINE void apply(sums& sum, const l_mul_left_lanes& x,
                                            const l_mul_right_lanes& y) noexcept {
        fused_multiply_add(sum, as_reals(y.plus(x.code)), as_reals(x.factor));
    }
};

/// Of a product the magnitude alone is added up, less the smallest normal one: a negative sum is zero. That of B's
/// zero is so low that every sum with it is negative, and none leaves 32 bits.
template <>
struct step_registers<l_mul_step<l_mul_range::no_overflow>> : l_mul_words_with_factors {
    struct right_lanes {
        words32 magnitude;
        words32 sign;  ///< and the smallest normal number
    };
    static HALFULP_ALWAYS_INLINE right_lanes right(words32 y) noexcept {
        const words32 magnitude = y & 0x7fffffffu;
        const words32 lowest = words32{} + 0xbf800000u;
        return {magnitude != words32{} ? magnitude - 0x00800000u : lowest, (y ^ magnitude) | 0x00800000u};
    }
    static HALFULP_ALWAYS_INLINE void apply(sums& sum, const l_mul_left_lanes& x,
                                            const right_lanes& y) noexcept {
        const words32 magnitude = x.code + y.magnitude;
        const words32 product = as_integers(magnitude) >= 0 ? magnitude + y.sign : words32{};
        fused_multiply_add(sum, as_reals(product), as_reals(x.factor));
    }
};

/// Of a product the magnitude alone is added up, here as an integer without sign: a sum below the smallest normal
/// pattern, or below zero and so above all others, is zero, and one above the largest is infinity.
template <>
struct step_registers<l_mul_step<l_mul_range::any>> : l_mul_words_with_factors {
    struct right_lanes {
        words32 magnitude;
        words32 sign;
        words32 is_there;
    };
    static HALFULP_ALWAYS_INLINE right_lanes right(words32 y) noexcept {
        const words32 magnitude = y & 0x7fffffffu;
        return {magnitude, y ^ magnitude, reinterpret_cast<words32>(magnitude != words32{})};
    }
    static HALFULP_ALWAYS_INLINE void apply(sums& sum, const l_mul_left_lanes& x,
                                            const right_lanes& y) noexcept {
        const words32 smallest = words32{} + 0x00800000u, infinity = words32{} + 0x7f800000u;
        const words32 magnitude = x.code + y.magnitude;
        const words32 is_normal = reinterpret_cast<words32>(magnitude - smallest < words32{} + 0xc0000000u);
        const words32 bounded = magnitude < infinity ? magnitude : infinity;
        fused_multiply_add(sum, as_reals((bounded & is_normal & y.is_there) | y.sign), as_reals(x.factor));
    }
};

#if HALFULP_FAMILY_BYTES == 64
template <>
struct step_registers<l_mul_step_of_pairs<l_mul_range::normal>> : l_mul_words_alone {
    static HALFULP_ALWAYS_INLINE void apply(sums& sum, words32 x, words32 y) noexcept {
        const words32 products =
            reinterpret_cast<words32>(reinterpret_cast<words16>(x) + reinterpret_cast<words16>(y));
        step_registers<chain_of_pairs>::apply(sum, products, words32{} + 0x3f803f80u);
    }
};
template <>
struct step_registers<l_mul_step_of_pairs<l_mul_range::normal_or_faint>> : l_mul_words_alone {
    static HALFULP_ALWAYS_INLINE l_mul_right_pairs right(words32 y) noexcept {
        return l_mul_right_pairs::of(y);
    }
    static HALFULP_ALWAYS_INLINE void apply(sums& sum, words32 x, const l_mul_right_pairs& y) noexcept {
        step_registers<chain_of_pairs>::apply(sum, y.plus(x), words32{} + 0x3f803f80u);
    }
};
template <>
struct step_registers<l_mul_step_of_pairs<l_mul_range::normal_or_zero>> : l_mul_words_with_factors {
    static HALFULP_ALWAYS_INLINE l_mul_right_pairs right(words32 y) noexcept {
        return l_mul_right_pairs::of(y);
    }
    static HALFULP_ALWAYS_INLINE void apply(sums& sum, const l_mul_left_lanes& x,
                                            const l_mul_right_pairs& y) noexcept {
        step_registers<chain_of_pairs>::apply(sum, y.plus(x.code), x.factor);
    }
};
#endif

/// The words of `count` codes, and of zeros up to whole registers.
template <class Code>
inline void l_mul_words(const Code* codes, std::size_t count, const l_mul_layout& layout,
                        std::uint32_t* to) noexcept {
    constexpr std::size_t lanes = register_bytes / 4;
    const l_mul_layout f = layout;
    const words32 no_number = words32{} + l_mul_no_number, half = words32{} + f.half,
                  keep = words32{} + f.keep;
    const words32 largest = words32{} + f.largest, tie_bit = words32{} + f.tie_bit;
    const words32 zero = words32{} + f.zero;
    const words32 negative_zero = words32{} + (f.is_special_negative_zero ? l_mul_no_number : f.zero);
    Code rest[lanes] = {};
    for (std::size_t i = 0; i < count; i += lanes) {
        const Code* from = codes + i;
        if (count - i < lanes) {
            __builtin_memcpy(rest, from, (count - i) * sizeof(Code));
            from = rest;
        }
        const words32 code = load_codes<words32>(from);
        const words32 magnitude = code & f.magnitude_mask;
        const words32 sign = code & f.sign_bit;
        words32 word = (magnitude << f.shift) + f.rebias;
        word = (word + half + (word >> f.tie_shift & tie_bit)) & keep;
        word = word != words32{} ? word : no_number;
        word = magnitude > largest ? no_number : word;
        word = magnitude != words32{} ? word : sign != words32{} ? negative_zero : zero;
        store(to + i, word | sign << f.sign_shift);
    }
}

/// Takes the magnitudes of `count` codes into account.
template <class Code>
inline void bound_l_mul_codes(const Code* codes, std::size_t count, const l_mul_layout& layout,
                              l_mul_bounds& bounds) noexcept {
    typedef Code lanes_of_codes __attribute__((vector_size(HALFULP_FAMILY_BYTES)));
    constexpr std::size_t lanes = register_bytes / sizeof(Code);
    const auto mask = static_cast<Code>(layout.magnitude_mask), sign_bit = static_cast<Code>(layout.sign_bit);
    lanes_of_codes lowest_less_one = lanes_of_codes{} + static_cast<Code>(bounds.lowest_less_one);
    lanes_of_codes lowest = lanes_of_codes{} + static_cast<Code>(bounds.lowest);
    lanes_of_codes largest = lanes_of_codes{} + static_cast<Code>(bounds.largest);
    lanes_of_codes has_sign_alone = {};
    std::size_t i = 0;
    for (; i + lanes <= count; i += lanes) {
        const lanes_of_codes code = load<lanes_of_codes>(codes + i);
        const lanes_of_codes magnitude = code & mask, less_one = magnitude - Code{1};
        lowest_less_one = less_one < lowest_less_one ? less_one : lowest_less_one;
        lowest = magnitude < lowest ? magnitude : lowest;
        largest = magnitude > largest ? magnitude : largest;
        has_sign_alone |= reinterpret_cast<lanes_of_codes>(code == sign_bit);
    }
    const auto take = [&](std::uint32_t less_one, std::uint32_t least, std::uint32_t most,
                          bool is_sign_alone) {
        bounds.lowest_less_one = less_one < bounds.lowest_less_one ? less_one : bounds.lowest_less_one;
        bounds.lowest = least < bounds.lowest ? least : bounds.lowest;
        bounds.largest = most > bounds.largest ? most : bounds.largest;
        bounds.has_sign_alone = bounds.has_sign_alone || is_sign_alone;
    };
    for (std::size_t lane = 0; lane < lanes; ++lane)
        take(lowest_less_one[lane], lowest[lane], largest[lane], has_sign_alone[lane] != 0);
    for (; i < count; ++i) {
        Code code;
        __builtin_memcpy(&code, codes + i, sizeof code);
        const auto magnitude = static_cast<Code>(code & mask);
        take(static_cast<Code>(magnitude - 1), magnitude, magnitude, code == sign_bit);
    }
}

/// pairs[i] = the upper halves of words[2i] and words[2i + 1], for whole registers of pairs.
inline void pair_neighbours(const std::uint32_t* words, std::size_t pairs, std::uint32_t* to) noexcept {
    constexpr std::size_t lanes = register_bytes / 4;
    const words64 upper = words64{} + 0xffff0000u;
    for (std::size_t i = 0; i < pairs; i += lanes) {
        const words64 x = load<words64>(words + 2 * i), y = load<words64>(words + 2 * i + lanes);
        store(to + i, low_halves((x & upper) | x >> 48, (y & upper) | y >> 48));
    }
}

/// pairs[i] = the upper halves of first[i] and second[i], for whole registers.
inline void pair_l_mul_words(const std::uint32_t* first, const std::uint32_t* second, std::size_t count,
                             std::uint32_t* to) noexcept {
    for (std::size_t i = 0; i < count; i += register_bytes / 4)
        store(to + i, (load<words32>(first + i) & 0xffff0000u) | load<words32>(second + i) >> 16);
}

/// Words, or pairs, as the steps take them on the left: in a row with their factors, if they have any. For whole
/// registers.
inline void l_mul_left_words(const std::uint32_t* words, std::size_t count, const l_mul_left_form& form,
                             std::uint32_t* to) noexcept {
    constexpr std::size_t lanes = register_bytes / 4;
    const words32 offset = words32{} + form.offset, zero = words32{} + form.zero;
    for (std::size_t i = 0; i < count; i += lanes) {
        const words32 word = load<words32>(words + i);
        const words32 shifted = form.is_pair ? reinterpret_cast<words32>(reinterpret_cast<words16>(word) -
                                                                         reinterpret_cast<words16>(offset))
                                             : word - offset;
        words32 is_there;
        if (form.is_pair)
            is_there = reinterpret_cast<words32>(reinterpret_cast<words16>(word & 0x7fff7fffu) != words16{});
        else
            is_there = reinterpret_cast<words32>((word & 0x7fffffffu) != words32{});
        if (form.range <= l_mul_range::normal_or_faint) {
            store(to + i, (shifted & is_there) | (zero & ~is_there));
            continue;
        }
        const words32 sign = form.range >= l_mul_range::no_overflow ? word & 0x80000000u : words32{};
        const words32 one = words32{} + (form.is_pair ? 0x3f803f80u : 0x3f800000u);
        const words32 code = (shifted - sign) & is_there;
        const words32 factor = (sign | one) & is_there;
        // A word of A and its factor are neighbours.
#if HALFULP_FAMILY_BYTES == 64
        store(to + 2 * i,
              __builtin_shufflevector(code, factor, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23));
        store(to + 2 * i + lanes, __builtin_shufflevector(code, factor, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28,
                                                          13, 29, 14, 30, 15, 31));
#else
        store(to + 2 * i, __builtin_shufflevector(code, factor, 0, 8, 1, 9, 2, 10, 3, 11));
        store(to + 2 * i + lanes, __builtin_shufflevector(code, factor, 4, 12, 5, 13, 6, 14, 7, 15));
#endif
    }
}

}  // namespace HALFULP_FAMILY
}  // namespace simd
}  // namespace v0
}  // namespace halfulp

#endif

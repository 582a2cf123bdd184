// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// The steps of arithmetic::l_mul for the tiles of simd/tiles.hpp: a product is the sum of two words, and is then added
/// in float.
///
/// A word is the bit pattern of a float with the operand's sign, exponent and shortened significand; a subnormal
/// number of a narrower format is its own pattern there, and zero is the word 0 with its sign. Words of A have the
/// constant bias·2^23 − 2^(23 − l) taken off when they are packed. One addition modulo 2^32 then makes the product,
/// its sign included, as long as its exponent stays in range; the lowest and the largest magnitudes of the operands
/// say beforehand whether it does. Two products of at most seven bits behind the point fit the halves of a word:
/// vdpbf16ps adds both to a sum.
///
/// | l_mul_range     | operands                              | operations a product                |
/// |-----------------|---------------------------------------|-------------------------------------|
/// | normal          | products normal, or faint             | 2: +, + (pairs: 1)                  |
/// | normal_or_faint | the same, and zeros of B              | 2: + where y is not 0, +            |
/// | normal_or_zero  | products normal or zero               | 2: + where y is not 0, fma by the factor 0 or 1 of x |
/// | no_overflow     | finite; products may be too small     | 4: the magnitude, its bound, the sign of y, fma by the factor 0 or ±1 of x |
/// | any             | finite                                | 7: with both bounds                 |
///
/// Masks and factors for zeros cost something. *Faint* products do not: a zero is a word that makes products far below
/// all others. With all of K of them under 2^-25 of the unit q in which the other products are integers, a sum that is
/// not zero does not change, one that is zero becomes less than q/2, is lost again in the next product, and is made
/// zero at the end.

#include <halfulp/simd/tiles.hpp>

#include <cstdint>

namespace halfulp {
inline namespace v0 {
namespace simd {

/// Where the products of two operands lie; see the file comment.
enum class l_mul_range : unsigned char { normal, normal_or_faint, normal_or_zero, no_overflow, any };

/// What the steps of a range have in common. A word of A is followed by its factor, if it has one.
template <l_mul_range Range>
struct l_mul_step_in {
    using word = std::uint32_t;
    using sum = float;
    static constexpr bool has_edges = Range == l_mul_range::normal;
    static constexpr bool gives_results = true;
    static constexpr int left_words = Range <= l_mul_range::normal_or_faint ? 1 : 2;
};
/// sum ← sum + L-Mul(x, y) in float.
template <l_mul_range Range>
struct l_mul_step : l_mul_step_in<Range> {
    static constexpr bool has_avx2 = true;
};
/// The same for two products a step, in the halves of words, of which the upper one comes first.
template <l_mul_range Range>
struct l_mul_step_of_pairs : l_mul_step_in<Range> {
    static constexpr bool has_avx2 = false;
};

/// How codes of a format become words.
struct l_mul_layout {
    std::uint32_t magnitude_mask = 0;
    std::uint32_t sign_bit = 0;             ///< of a code; 0 where there is none
    int sign_shift = 0;                     ///< from it to bit 31
    int shift = 0;                          ///< from the format's significand to float's
    std::uint32_t rebias = 0;               ///< added to the pattern
    std::uint32_t largest = 0;              ///< magnitude code of a number
    bool is_special_negative_zero = false;  ///< the sign alone is no number
    std::uint32_t zero = 0;                 ///< the word of zero
    bool is_float = false;                  ///< codes are words
    // Shortening: keep · (w + rounding + (bit 31 − tie_shift of w if ties go to even)).
    std::uint32_t keep = ~std::uint32_t{0};
    std::uint32_t half = 0;
    int tie_shift = 0;
    std::uint32_t tie_bit = 0;
};

/// The magnitude of a word that stands for what is not a number, or vanished when it was shortened.
inline constexpr std::uint32_t l_mul_no_number = 0x7fffffff;

/// Of the magnitudes of codes.
struct l_mul_bounds {
    std::uint32_t lowest_less_one = ~std::uint32_t{0};  ///< of those that are not zero
    std::uint32_t lowest = ~std::uint32_t{0};
    std::uint32_t largest = 0;
    bool has_sign_alone = false;
};

/// What is made of words of A.
struct l_mul_left_form {
    l_mul_range range = l_mul_range::normal;
    bool is_pair = false;
    std::uint32_t offset = 0;  ///< taken off each word, or each half of a pair
    std::uint32_t zero = 0;    ///< what stands for zero where there are no factors
};

/// For products that may be faint.
struct l_mul_context {
    std::uint32_t least_sum = 0;  ///< the pattern below which a sum is zero
};

}  // namespace simd
}  // namespace v0
}  // namespace halfulp

#define HALFULP_FAMILY_TEXT <halfulp/simd/family/l_mul.hpp>
#include <halfulp/simd/for_each_family.hpp>

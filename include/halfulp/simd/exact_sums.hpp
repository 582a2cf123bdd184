// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// The means of the exact matrix product: bounds on the lines of a matrix, enclosures of chains in double,
/// and residue systems, in which a long integer is a handful of bytes.

#include <halfulp/core/wide_uint.hpp>
#include <halfulp/simd/tiles.hpp>

#include <array>
#include <cmath>

namespace halfulp {
inline namespace v0 {
namespace simd {

/// What is known of the finite terms of a line.
struct line_bounds {
    double squares = 0;                                       ///< Σ x², rounded
    double lowest = std::numeric_limits<double>::infinity();  ///< a power of two that divides every term
    double largest = 0;                                       ///< the largest |x|
};

/// What a row of C needs to be enclosed: with column j's norm and span,
///     |sum − exact| ≤ error · norms[j],   and sum = exact where span · spans[j] ≤ exact_span.
struct enclosure_of_row {
    double error = 0;
    double span = 0;
    double exact_span = 0;
    double zero = 0;  ///< an exactly zero sum, with the sign that the mode gives it
    bool has_to_be_exact =
        false;  ///< no bound is small enough for the output: high becomes NaN unless low is exact
};

/// A modulus, and how a double is reduced by it.
struct residue_rule {
    double modulus = 1;
    double inverse = 1;
    int passes = 1;
};

/// Integers as their residues by pairwise coprime moduli up to 256 (Knuth, TAOCP 2, 4.3.2). x is found again
/// from residues r_m as Σ r_m·w_m − q·M, where M is the product of the moduli, w_m ≡ 1 modulo the m-th and
/// ≡ 0 modulo the others, and q the integer nearest to Σ r_m·(w_m / M): that sum is x/M + q with an error below
/// 2^-40, so q is right for |x| < M/4. All products are made in digits of base 2^38, exact in double:
/// 30 moduli · 255 · 2^38 < 2^51.
struct residue_system {
    static constexpr int most_moduli = 30;
    static constexpr int most_limbs = 7;
    static constexpr int limb_bits = 38;
    static constexpr double base = static_cast<double>(std::uint64_t{1} << limb_bits);
    /// Pairwise coprime, the largest that there are.
    static constexpr std::array<int, most_moduli> moduli{256, 255, 253, 251, 247, 241, 239, 233, 229, 227,
                                                         223, 217, 211, 199, 197, 193, 191, 181, 179, 173,
                                                         167, 163, 157, 151, 149, 139, 137, 131, 127, 113};

    int count = 0;  ///< moduli
    int limbs = 0;
    double fractions[most_moduli] = {};
    double weights[most_moduli][most_limbs] = {};
    double product[most_limbs] = {};

    /// The system of the first `moduli` moduli.
    explicit residue_system(int size) noexcept : count(size) {
        using integer = wide_uint<4>;
        static_assert(most_limbs * limb_bits >= 240);
        integer all(1u);
        for (int m = 0; m < count; ++m)
            all = all * integer(moduli_at(m));
        limbs = (bit_width(all) + limb_bits - 1) / limb_bits;
        split(all, product);
        for (int m = 0; m < count; ++m) {
            const unsigned modulus = moduli_at(m);
            integer others(1u);
            unsigned rest = 1;
            for (int o = 0; o < count; ++o)
                if (o != m) {
                    others = others * integer(moduli_at(o));
                    rest = rest * (moduli_at(o) % modulus) % modulus;
                }
            unsigned inverse = 1;
            while (rest * inverse % modulus != 1 % modulus)
                ++inverse;
            split(others * integer(inverse), weights[m]);
            fractions[m] = static_cast<double>(inverse) / modulus;
        }
    }

    /// The fewest moduli with M/4 > 2^bits, or 0 if there are not enough.
    static int moduli_for(int bits) noexcept {
        double have = -2;
        for (int m = 0; m < most_moduli; ++m) {
            have += std::log2(static_cast<double>(moduli_at(m))) - 1e-9;
            if (have > bits)
                return m + 1;
        }
        return 0;
    }

    static unsigned moduli_at(int m) noexcept {
        return static_cast<unsigned>(moduli[static_cast<std::size_t>(m)]);
    }

  private:
    static void split(wide_uint<4> x, double (&digits)[most_limbs]) noexcept {
        for (double& digit : digits) {
            digit = static_cast<double>(x.word[0] & ((std::uint64_t{1} << limb_bits) - 1));
            x = x >> limb_bits;
        }
    }
};

}  // namespace simd
}  // namespace v0
}  // namespace halfulp

#define HALFULP_FAMILY_TEXT <halfulp/simd/family/exact_sums.hpp>
#include <halfulp/simd/for_each_family.hpp>

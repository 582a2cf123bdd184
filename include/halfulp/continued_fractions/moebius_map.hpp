// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// Fractional linear maps with integer coefficients, by which a constant is read off a continued fraction.

#include <gmpxx.h>

namespace halfulp {
inline namespace v0 {

/// x ↦ (p·x + q)/(r·x + s), the matrix | p q; r s |. It is a map of the projective line where p·s ≠ q·r.
struct moebius_map {
    mpz_class p = 1, q = 0, r = 0, s = 1;

    /// p·s − q·r; 0 where the map is constant.
    mpz_class determinant() const { return p * s - q * r; }

    /// first, then second: second ∘ first as a matrix product. No common factor is divided out.
    friend moebius_map compose(const moebius_map& second, const moebius_map& first) {
        return {second.p * first.p + second.q * first.r, second.p * first.q + second.q * first.s,
                second.r * first.p + second.s * first.r, second.r * first.q + second.s * first.s};
    }

    friend bool operator==(const moebius_map&, const moebius_map&) = default;
};

}  // namespace v0
}  // namespace halfulp

// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// 2 × 2 matrices over any ring.

namespace halfulp {
inline namespace v0 {

/// The matrix | p q; r s | over a type with +, − and ·.
template <class T>
struct matrix2 {
    T p, q, r, s;

    /// The product, eight multiplications, each entry x·y + z·w in this order.
    friend matrix2 operator*(const matrix2& x, const matrix2& y) {
        return {static_cast<T>(x.p * y.p + x.q * y.r), static_cast<T>(x.p * y.q + x.q * y.s),
                static_cast<T>(x.r * y.p + x.s * y.r), static_cast<T>(x.r * y.q + x.s * y.s)};
    }
    /// p·s − q·r.
    T determinant() const { return static_cast<T>(p * s - q * r); }

    friend bool operator==(const matrix2&, const matrix2&) = default;
};

}  // namespace v0
}  // namespace halfulp

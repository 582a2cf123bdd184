// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// The length of GMP's integers.

#include <gmpxx.h>

#include <cstddef>

namespace halfulp {
inline namespace v0 {
namespace detail {

/// Bits of |x|; 0 for 0, where GMP's own function says 1.
inline std::size_t bits_of(const mpz_class& x) {
    return x == 0 ? 0 : mpz_sizeinbase(x.get_mpz_t(), 2);
}

}  // namespace detail
}  // namespace v0
}  // namespace halfulp

// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// GMP's integers and rationals as number types of the library: kernels over them never round.

#include <halfulp/core/number_traits.hpp>

#include <gmpxx.h>

namespace halfulp {
inline namespace v0 {

/// Integers of any size.
template <>
struct number_traits<mpz_class> {
    using accumulator_type = mpz_class;
    static constexpr bool is_exact = true;
};

/// Rationals of any size.
template <>
struct number_traits<mpq_class> {
    using accumulator_type = mpq_class;
    static constexpr bool is_exact = true;
};

}  // namespace v0
}  // namespace halfulp

// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// Numbers of Boost.Multiprecision (mpfr_float, cpp_bin_float, cpp_int, cpp_rational, gmp_rational,
/// …) as number types of the library: every kernel and every recurrence takes them.
///
/// Their arithmetic is their own: `native` does `sum += x * y`, with the rounding, the precision and
/// the expression templates of the backend; `exact` takes the integers and rationals, whose sums do
/// not round. Integers of a fixed width must not overflow.

#include <halfulp/core/number_traits.hpp>

#include <boost/multiprecision/number.hpp>

namespace halfulp {
inline namespace v0 {

template <class Backend, boost::multiprecision::expression_template_option Option>
struct number_traits<boost::multiprecision::number<Backend, Option>> {
    using accumulator_type = boost::multiprecision::number<Backend, Option>;
    static constexpr bool is_exact =
        boost::multiprecision::number_category<Backend>::value ==
            boost::multiprecision::number_kind_integer ||
        boost::multiprecision::number_category<Backend>::value == boost::multiprecision::number_kind_rational;
};

}  // namespace v0
}  // namespace halfulp

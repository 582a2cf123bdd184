// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// The dot product: Σ_k x_k·y_k as one chain, k ascending, in any arithmetic.

#include <halfulp/arithmetic/integer.hpp>
#include <halfulp/arithmetic/native.hpp>
#include <halfulp/arithmetic/policy.hpp>
#include <halfulp/core/concepts.hpp>
#include <halfulp/kernels/arguments.hpp>
#include <halfulp/kernels/dot_options.hpp>
#include <halfulp/simd/dot_exact.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <type_traits>

namespace halfulp {
inline namespace v0 {

namespace detail {

// For a type that is no number: what check_arithmetic says is better than a failed deduction.
template <class X, class Y>
struct default_accumulator {
    using type = int;
};
template <number X, number Y>
struct default_accumulator<X, Y> {
    using type = std::conditional_t<(sizeof(accumulator_of<X>) >= sizeof(accumulator_of<Y>)),
                                    accumulator_of<X>, accumulator_of<Y>>;
};

}  // namespace detail

/// The default arithmetic for operands X and Y: native, in the wider of the two accumulators that
/// number_traits names.
template <class X, class Y>
using default_arithmetic = arithmetic::native<typename detail::default_accumulator<X, Y>::type>;

namespace detail {

/// The type meaning "the value type of the arithmetic".
struct natural_result {};

/// One output element: the chain from `sum`, k ascending. The one place that says in which order.
template <class Arithmetic, class Sum, class X, class Y>
constexpr void accumulate_chain(const Arithmetic& arithmetic, Sum& sum, vector_view<X> x, vector_view<Y> y,
                                std::uint64_t element) {
    HALFULP_STRICT_FLOATING_POINT
    for (std::size_t k = 0; k < x.size(); ++k)
        arithmetic.multiply_add(sum, x[k], y[k], {element, k});
}

/// The dispatch point: a fast path is an overload that takes an arithmetic, and returns the value if it found it.
template <class Value, class X, class Y, class Arithmetic>
constexpr std::nullopt_t dot_fast(const vector_view<const X>&, const vector_view<const Y>&, const Arithmetic&,
                                  const dot_options&, ...) {
    return std::nullopt;
}

/// The sentence for an arithmetic that does not fit the operands.
template <class Arithmetic, class X, class Y>
constexpr void check_arithmetic() noexcept {
    static_assert(number<X> && number<Y>,
                  "halfulp: an element type is not a number type of the library; specialise "
                  "halfulp::number_traits for it (see core/number_traits.hpp)");
    static_assert(arithmetic_for<Arithmetic, X, Y>,
                  "halfulp: this arithmetic cannot multiply these element types. native<A> takes operands "
                  "that convert to A exactly; rounded, fused and exact take float, double, custom_float and "
                  "integers, l_mul float, double and custom_float, integer<A> takes integers alone, exact "
                  "also the types "
                  "with number_traits<T>::is_exact");
}

}  // namespace detail

/// Σ_k x_k·y_k. The chain starts empty and takes k ascending: the result is defined to the last bit
/// by the arithmetic.
///
/// @tparam Result  the type of the result; by default the arithmetic's value type (the accumulator
///                 of native, rounded and fused)
/// @param x, y     vectors of equal size: views, containers, mdspans
/// @return         the chain's value, converted to Result by the arithmetic; of an empty vector zero
/// @throws shape_error     if the sizes differ
/// @throws overflow_error  if the arithmetic is `integer` and a sum of so many products could leave its accumulator
///
/// arithmetic::exact has a fast path with the bits of the definition: see simd/dot_exact.hpp.
///
/// O(size), no allocation, constexpr.
template <class Result = detail::natural_result, vector_argument XV, vector_argument YV,
          class Arithmetic = default_arithmetic<vector_element<XV>, vector_element<YV>>>
constexpr auto dot(const XV& x_argument, const YV& y_argument, const Arithmetic& arithmetic = {},
                   const dot_options& options = {}) {
    using X = vector_element<const XV&>;
    using Y = vector_element<const YV&>;
    detail::check_arithmetic<Arithmetic, X, Y>();
    using value_type = std::conditional_t<std::is_same_v<Result, detail::natural_result>,
                                          typename Arithmetic::template value_type<X, Y>, Result>;
    const auto x = as_vector(x_argument);
    const auto y = as_vector(y_argument);
    detail::require_extent("dot", "the size of y", y.size(), "the size of x", x.size());
    arithmetic::detail::require_depth<X, Y>(arithmetic, "dot", x.size());
    if (!std::is_constant_evaluated()) {
        const auto fast =
            detail::dot_fast<value_type>(vector_view<const std::remove_cv_t<X>>(x),
                                         vector_view<const std::remove_cv_t<Y>>(y), arithmetic, options);
        if constexpr (!std::is_same_v<decltype(fast), const std::nullopt_t>)
            if (fast)
                return value_type(*fast);
    }
    auto sum = arithmetic.template zero<X, Y>();
    detail::accumulate_chain(arithmetic, sum, x, y, options.element);
    return arithmetic.template result<value_type>(sum, {options.element, x.size()});
}

}  // namespace v0
}  // namespace halfulp

// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// Elements of the library's types as the array kernels take them: numbers, or codes of a fixed width.

#include <halfulp/core/views.hpp>
#include <halfulp/formats/custom_float.hpp>
#include <halfulp/kernels/rounding_plan.hpp>

#include <type_traits>

namespace halfulp {
inline namespace v0 {
namespace detail {

template <class T>
struct is_custom_float : std::false_type {};
template <float_format F, projection P>
struct is_custom_float<custom_float<F, P>> : std::true_type {};

/// The elements as the kernels take them: numbers, or codes of a fixed width.
template <class T>
struct stored_as {
    using type = T;
};
template <float_format F, projection P>
struct stored_as<custom_float<F, P>> {
    using type = typename custom_float<F, P>::storage_type;
};
template <class T>
using stored_type = typename stored_as<T>::type;

template <class T>
auto stored_view(const vector_view<const T>& view) noexcept {
    return vector_view<const stored_type<T>>(reinterpret_cast<const stored_type<T>*>(view.data()),
                                             view.size(), view.stride());
}
template <class T>
auto stored_output(const vector_view<T>& view) noexcept {
    return vector_view<stored_type<T>>(reinterpret_cast<stored_type<T>*>(view.data()), view.size(),
                                       view.stride());
}

/// The plan by which the codes of a custom_float are read.
template <class T>
requires is_custom_float<T>::value inline constexpr const rounding_plan& plan_to_read =
    constant_plan<number_format<T>::value, projection{}>;

}  // namespace detail
}  // namespace v0
}  // namespace halfulp

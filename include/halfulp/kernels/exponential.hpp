// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// e^x and tanh x of whole arrays, correctly rounded.
///
///     exponential(x, y, projection, options)           y[i] = e^(x[i])
///     hyperbolic_tangent(x, y, projection, options)    y[i] = tanh x[i]
///     exponential(x, y, execution::parallel(4))        the same with y's own projection
///
/// * `x` and `y` are ranges (see kernels/round.hpp) of float, double or custom_float, in any combination.
/// * The projection is that of y's elements if left out; random bits come from the options, as for round.
/// * Extents are equal. `y` may be `x`; ranges that overlap otherwise throw.
///
/// The definition is the loop over the scalar function: formats/exponential.hpp, formats/hyperbolic_tangent.hpp. It has
/// a fast path with the same bits into float, to nearest with ties to even, from float and from all custom_floats of up
/// to 22 bits of precision that float contains.

#include <halfulp/formats/exponential.hpp>
#include <halfulp/formats/hyperbolic_tangent.hpp>
#include <halfulp/kernels/array_arguments.hpp>
#include <halfulp/kernels/stored_elements.hpp>
#include <halfulp/simd/exponential.hpp>

namespace halfulp {
inline namespace v0 {
namespace detail {

/// A range of numbers that know their format.
template <class Range>
concept formatted_range = requires {
    requires formatted_number<element_of<Range>>;
};

struct exponential_function {
    static constexpr const char* name = "exponential";
    template <class Result, class X, class Projection>
    static Result apply(const X& x, Projection p, std::uint64_t random) noexcept {
        return v0::exponential<Result>(x, p, random);
    }
#if HALFULP_HAS_SIMD
    static simd::function_of_floats at(simd::isa level) noexcept {
        return HALFULP_SIMD_SELECT(level, exponential_of_array);
    }
#endif
};
struct hyperbolic_tangent_function {
    static constexpr const char* name = "hyperbolic_tangent";
    template <class Result, class X, class Projection>
    static Result apply(const X& x, Projection p, std::uint64_t random) noexcept {
        return v0::hyperbolic_tangent<Result>(x, p, random);
    }
#if HALFULP_HAS_SIMD
    static simd::function_of_floats at(simd::isa level) noexcept {
        return HALFULP_SIMD_SELECT(level, hyperbolic_tangent_of_array);
    }
#endif
};

/// True for the elements that are values of float, exactly, and that the kernels read.
template <class X>
constexpr bool reads_as_float() noexcept {
    if constexpr (is_custom_float<X>::value)
        return can_carry<float>(number_format<X>::value);
    else
        return std::same_as<X, float>;
}

/// The fast path; false if there is none.
template <class Function, class X, class Y, class Projection>
bool apply_fast(const vector_view<const X>& x, const vector_view<Y>& y, Projection p,
                const round_options& options) {
#if HALFULP_HAS_SIMD
    if constexpr (std::same_as<Y, float> && reads_as_float<X>()) {
        const simd::isa level = simd::level_for(options.execution);
        const projection how = p;
        if (level == simd::isa::plain || how.mode != rounding::ties_to_even ||
            how.overflow != saturation::none)
            return false;
        constexpr float_format read = is_custom_float<X>::value ? number_format<X>::value : formats::bfloat16;
        const simd::source<float, stored_type<X>> from(level, stored_view(x),
                                                       constant_plan<read, projection{}>);
        // These functions take longer than memory does: what goes past the caches in between only delays them.
        const simd::sink<float, float> to(level, y, true);
        for_ranges(options.execution, x.size(), simd::chunk_size<float>, simd::smallest_share,
                   [&](std::size_t begin, std::size_t end) {
                       simd::apply_through(Function::at(level), from, to, begin, end);
                   });
        return true;
    }
#endif
    (void)x, (void)y, (void)p, (void)options;
    return false;
}

template <class Function, class X, class Y, class Projection>
void apply_to_array(const X& x, Y&& y, Projection p, const round_options& options) {
    const auto source = as_input(x);
    const auto target = as_output(y);
    using result = typename decltype(target)::value_type;
    require_projection(Function::name, p);
    require_equal_extents(Function::name, "y.size()", target.size(), "x.size()", source.size());
    require_same_or_disjoint(Function::name, source, target);
    require_writable(Function::name, target);
    if (apply_fast<Function>(source, target, p, options))
        return;
    for_ranges(
        options.execution, target.size(), 1, simd::smallest_share, [&](std::size_t begin, std::size_t end) {
            for (std::size_t i = begin; i < end; ++i)
                target[i] = Function::template apply<result>(source[i], p, random_bits_of(p, options, i));
        });
}

}  // namespace detail

/// y[i] = e^(x[i]), rounded once. See the file comment for elements, projections and options.
/// @throws shape_error  if the extents differ, or the ranges overlap at different places
/// @throws format_error if the projection is not valid
template <detail::formatted_range X, detail::formatted_range Y,
          projection_argument Projection = detail::result_projection<detail::element_of<Y>>>
void exponential(const X& x, Y&& y, Projection p = {}, const round_options& options = {}) {
    detail::apply_to_array<detail::exponential_function>(x, y, p, options);
}
template <detail::formatted_range X, detail::formatted_range Y>
void exponential(const X& x, Y&& y, const execution::policy& execution) {
    exponential(x, y, detail::result_projection<detail::element_of<Y>>{}, {.execution = execution});
}

/// y[i] = tanh x[i], rounded once; throws as exponential.
template <detail::formatted_range X, detail::formatted_range Y,
          projection_argument Projection = detail::result_projection<detail::element_of<Y>>>
void hyperbolic_tangent(const X& x, Y&& y, Projection p = {}, const round_options& options = {}) {
    detail::apply_to_array<detail::hyperbolic_tangent_function>(x, y, p, options);
}
template <detail::formatted_range X, detail::formatted_range Y>
void hyperbolic_tangent(const X& x, Y&& y, const execution::policy& execution) {
    hyperbolic_tangent(x, y, detail::result_projection<detail::element_of<Y>>{}, {.execution = execution});
}

}  // namespace v0
}  // namespace halfulp

// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// Arithmetic of whole arrays, element by element: the exact real result, rounded once.
///
///     add(x, y, out, format, projection, options)       out[i] = x[i] + y[i]
///     subtract, multiply, divide                        x[i] − y[i], x[i] · y[i], x[i] / y[i]
///     fma(x, y, z, out, format, projection, options)    x[i] · y[i] + z[i]
///     sqrt(x, out, format, projection, options)         the square root of x[i]
///
/// * Each array is a range (see kernels/round.hpp) of float or double, which are the values themselves, of
///   unsigned integers, which are codes of `format`, or of custom_float, which know their format;
///   mixed as you like. A float or double operand is taken as it is, whether `format` has it or not.
/// * Where `out` holds custom_float, format and projection are left out or the projection alone is
///   given: add(x, y, out), add(x, y, out, projection, options).
/// * Format and projection are known to the compiler or not, as for round, the format of at most 64 bits;
///   random bits come from the options, as for round.
/// * All extents are equal. The output may be any of the inputs; other overlaps throw.
///
/// The definition is the loop over the scalar operation (formats/operations.hpp, dynamic_float.hpp), special values
/// included. Formats of up to 32 bits have fast paths in float or double, where `operation_fits` proves that
/// the carrier's result decides every rounding. Codes lie where their format says. Arrays of float and double
/// are looked at, chunk by chunk: mostly their numbers are values of the format, or could be as for precision
/// and range, and then what fits codes fits them; other floats are done in double, other doubles if they have at
/// most 24 significant bits and exponents in ±500, and the rest by the definition.

#include <halfulp/kernels/array_arguments.hpp>
#include <halfulp/simd/elementwise.hpp>

namespace halfulp {
inline namespace v0 {
namespace detail {

// --- Elements ---------------------------------------------------------------------------------

template <class T>
concept array_number = std::same_as<T, float> || std::same_as<T, double> || std::unsigned_integral<T> ||
    is_custom_float<T>::value;
/// A range of what an array operation takes.
template <class Range>
concept number_range = requires {
    requires array_number<element_of<Range>>;
};
template <class Range>
concept custom_float_range = requires {
    requires is_custom_float<element_of<Range>>::value;
};

/// An element as the operand of a scalar operation: a formatted number if its format is known to the
/// compiler, else a dynamic_float.
template <class T, class Format>
auto scalar_operand(T x, [[maybe_unused]] Format format) {
    if constexpr (!std::unsigned_integral<T>)
        return x;
    else if constexpr (std::same_as<Format, float_format>)
        return unpack(
            format, code_uint<Format>{static_cast<std::uint64_t>(x)} & low_bits_mask<uint128>(format.bits()));
    else
        return custom_float<Format::value>::from_bits(
            static_cast<typename custom_float<Format::value>::storage_type>(x));
}

/// The code of x in the output's format, in what the output has as elements.
template <class Out, class Format, class Code>
Out from_result_code(Format format, Code code) noexcept {
    if constexpr (std::unsigned_integral<Out>)
        return static_cast<Out>(code);
    else if constexpr (is_custom_float<Out>::value)
        return from_code<Out>(code);
    else
        return make_result<Out>(encode(format_of<Out>{}, constant_value<projection{}>{},
                                       exactly<uint_with_bits<format_types<Format>::precision + 56>>(
                                           unpack(format, static_cast<code_uint<Format>>(code)))));
}

// --- Operations -------------------------------------------------------------------------------

template <simd::operation>
struct scalar_operation;
template <>
struct scalar_operation<simd::operation::add> {
    using type = sum_operation;
};
template <>
struct scalar_operation<simd::operation::subtract> {
    using type = difference_operation;
};
template <>
struct scalar_operation<simd::operation::multiply> {
    using type = product_operation;
};
template <>
struct scalar_operation<simd::operation::divide> {
    using type = quotient_operation;
};
template <>
struct scalar_operation<simd::operation::square_root> {
    using type = square_root_operation;
};
template <>
struct scalar_operation<simd::operation::fma> {
    using type = fused_operation;
};

template <class T>
constexpr auto unpacked_operand(const T& x) noexcept {
    if constexpr (requires { x.significand; })
        return x;
    else
        return unpack_operand(x);
}
template <class T>
constexpr int precision_bound(int run_time) noexcept {
    if constexpr (requires(T x) { x.significand; })
        return run_time;
    else
        return operand_precision<T>();
}

/// The definition, for one element: the scalar operation.
template <simd::operation Operation, class Out, class Format, class Projection, class... Operands>
Out apply_element(Format format, Projection p, std::uint64_t random, const Operands&... operands) {
    using scalar = typename scalar_operation<Operation>::type;
    if constexpr (!std::same_as<Format, float_format>) {
        const auto result = apply<scalar, custom_float<Format::value>>(p, random, operands...);
        return from_result_code<Out>(format, to_code(result));
    } else {
        // As dispatch_dynamic: workspaces are sized for a bound on the precisions.
        const auto exactly_within = [&](auto bound) {
            constexpr int precision = decltype(bound)::value;
            constexpr int deciding = exact_arithmetic::deciding_bits(precision, maximum_random_bits);
            using workspace =
                uint_with_bits<scalar::workspace(deciding, precision_bound<Operands>(precision)...)>;
            return encode(format, p,
                          scalar::template exactly<workspace>(deciding, unpacked_operand(operands)...),
                          random)
                .value;
        };
        return from_result_code<Out>(format, format.precision() <= 24 ? exactly_within(constant_value<24>{})
                                                                      : exactly_within(constant_value<64>{}));
    }
}

// --- Arrays ---

/// Checks, and then does, one operation on arrays.
template <simd::operation Operation, class Out, class Format, class Projection, class... Operands>
void operate_on_arrays(const char* function, Out&& out, Format format, Projection p,
                       const round_options& options, const Operands&... operands) {
    const auto target = as_output(out);
    using out_type = typename decltype(target)::value_type;
    require_array_format(function, format);
    require_projection(function, p);
    if constexpr (std::unsigned_integral<out_type>)
        require_code_width<out_type>(function, format);
    else if constexpr (std::floating_point<out_type>)
        require_holds<out_type>(function, format);
    require_writable(function, target);
    const auto check = [&](const char* name, const auto& operand) {
        using type = typename std::remove_cvref_t<decltype(operand)>::value_type;
        if constexpr (std::unsigned_integral<type>)
            require_code_width<type>(function, format);
        require_equal_extents(function, name, operand.size(), "out.size()", target.size());
        require_same_or_disjoint(function, operand, target);
    };
    const auto run = [&](const auto&... views) {
        const char* const names[] = {"x.size()", "y.size()", "z.size()"};
        std::size_t next = 0;
        (check(names[next++], views), ...);
        const auto definition = [&](std::size_t begin, std::size_t end) {
            for (std::size_t i = begin; i < end; ++i)
                target[i] = apply_element<Operation, out_type>(format, p, random_bits_of(p, options, i),
                                                               scalar_operand(views[i], format)...);
        };
#if HALFULP_HAS_SIMD
        if (operate_fast<Operation>(target, format, p, options, definition, views...))
            return;
#endif
        for_ranges(options.execution, target.size(), 1, simd::smallest_share, definition);
    };
    run(as_input(operands)...);
}

/// The same where the output's elements know their format.
template <simd::operation Operation, class Out, class Projection, class... Operands>
void operate_on_custom_floats(const char* function, Out&& out, Projection p, const round_options& options,
                              const Operands&... operands) {
    using result = element_of<Out>;
    static_assert((!std::unsigned_integral<element_of<const Operands>> && ...),
                  "halfulp: unsigned integers are codes of a format; say which, as in "
                  "add(x, y, out, formats::float16)");
    operate_on_arrays<Operation>(function, out, constant_value<number_format<result>::value>{}, p, options,
                                 operands...);
}

template <class Range>
using range_projection = constant_value<number_format<element_of<Range>>::default_projection>;

}  // namespace detail

/// out[i] = x[i] + y[i], rounded once. See the file comment for elements, formats and options.
/// @throws shape_error  if extents differ, or the output overlaps an input at another place
/// @throws format_error if format or projection is not valid, `out` cannot hold the format, or an element
///                      is narrower than a code
template <detail::number_range X, detail::number_range Y, detail::number_range Out, format_argument Format,
          projection_argument Projection = constant_value<projection{}>>
void add(const X& x, const Y& y, Out&& out, Format format, Projection p = {},
         const round_options& options = {}) {
    detail::operate_on_arrays<simd::operation::add>("add", out, format, p, options, x, y);
}
template <detail::number_range X, detail::number_range Y, detail::custom_float_range Out,
          projection_argument Projection = detail::range_projection<Out>>
void add(const X& x, const Y& y, Out&& out, Projection p = {}, const round_options& options = {}) {
    detail::operate_on_custom_floats<simd::operation::add>("add", out, p, options, x, y);
}

/// out[i] = x[i] − y[i], rounded once; throws as add.
template <detail::number_range X, detail::number_range Y, detail::number_range Out, format_argument Format,
          projection_argument Projection = constant_value<projection{}>>
void subtract(const X& x, const Y& y, Out&& out, Format format, Projection p = {},
              const round_options& options = {}) {
    detail::operate_on_arrays<simd::operation::subtract>("subtract", out, format, p, options, x, y);
}
template <detail::number_range X, detail::number_range Y, detail::custom_float_range Out,
          projection_argument Projection = detail::range_projection<Out>>
void subtract(const X& x, const Y& y, Out&& out, Projection p = {}, const round_options& options = {}) {
    detail::operate_on_custom_floats<simd::operation::subtract>("subtract", out, p, options, x, y);
}

/// out[i] = x[i] · y[i], rounded once; throws as add.
template <detail::number_range X, detail::number_range Y, detail::number_range Out, format_argument Format,
          projection_argument Projection = constant_value<projection{}>>
void multiply(const X& x, const Y& y, Out&& out, Format format, Projection p = {},
              const round_options& options = {}) {
    detail::operate_on_arrays<simd::operation::multiply>("multiply", out, format, p, options, x, y);
}
template <detail::number_range X, detail::number_range Y, detail::custom_float_range Out,
          projection_argument Projection = detail::range_projection<Out>>
void multiply(const X& x, const Y& y, Out&& out, Projection p = {}, const round_options& options = {}) {
    detail::operate_on_custom_floats<simd::operation::multiply>("multiply", out, p, options, x, y);
}

/// out[i] = x[i] / y[i], rounded once; throws as add.
template <detail::number_range X, detail::number_range Y, detail::number_range Out, format_argument Format,
          projection_argument Projection = constant_value<projection{}>>
void divide(const X& x, const Y& y, Out&& out, Format format, Projection p = {},
            const round_options& options = {}) {
    detail::operate_on_arrays<simd::operation::divide>("divide", out, format, p, options, x, y);
}
template <detail::number_range X, detail::number_range Y, detail::custom_float_range Out,
          projection_argument Projection = detail::range_projection<Out>>
void divide(const X& x, const Y& y, Out&& out, Projection p = {}, const round_options& options = {}) {
    detail::operate_on_custom_floats<simd::operation::divide>("divide", out, p, options, x, y);
}

/// out[i] = x[i] · y[i] + z[i], rounded once; throws as add.
template <detail::number_range X, detail::number_range Y, detail::number_range Z, detail::number_range Out,
          format_argument Format, projection_argument Projection = constant_value<projection{}>>
void fma(const X& x, const Y& y, const Z& z, Out&& out, Format format, Projection p = {},
         const round_options& options = {}) {
    detail::operate_on_arrays<simd::operation::fma>("fma", out, format, p, options, x, y, z);
}
template <detail::number_range X, detail::number_range Y, detail::number_range Z,
          detail::custom_float_range Out, projection_argument Projection = detail::range_projection<Out>>
void fma(const X& x, const Y& y, const Z& z, Out&& out, Projection p = {},
         const round_options& options = {}) {
    detail::operate_on_custom_floats<simd::operation::fma>("fma", out, p, options, x, y, z);
}

/// out[i] = the square root of x[i], rounded once; throws as add.
template <detail::number_range X, detail::number_range Out, format_argument Format,
          projection_argument Projection = constant_value<projection{}>>
void sqrt(const X& x, Out&& out, Format format, Projection p = {}, const round_options& options = {}) {
    detail::operate_on_arrays<simd::operation::square_root>("sqrt", out, format, p, options, x);
}
template <detail::number_range X, detail::custom_float_range Out,
          projection_argument Projection = detail::range_projection<Out>>
void sqrt(const X& x, Out&& out, Projection p = {}, const round_options& options = {}) {
    detail::operate_on_custom_floats<simd::operation::square_root>("sqrt", out, p, options, x);
}

}  // namespace v0
}  // namespace halfulp

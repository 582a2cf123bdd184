// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// Rounding, encoding and decoding of whole arrays.
///
///     round(in, out, format, projection, options)    out[i] = in[i] rounded into the format
///     encode(in, codes, format, projection, options) codes[i] = the code of in[i] in the format
///     decode(codes, out, format)                     out[i] = the value of codes[i]
///
/// * `in` and `out` are contiguous ranges (std::vector, std::array, std::span, arrays) of float or
///   double, `codes` of unsigned integers wide enough for a code, one code an element.
/// * The format is a `constant<formats::…>` or a run-time `float_format` of at most 64 bits, the
///   projection a `constant<projection{…}>` or a run-time `projection`: the same bits.
/// * The stochastic modes give element i the bits philox_bits(seed, operation, first_index + i):
///   a pure function, so an array may be cut in pieces and done in any order.
/// * Extents that differ, a format that is not valid, or whose values `out` cannot hold, throw before
///   anything is written. `in` and `out` may be the same array; ranges that overlap otherwise throw.

#include <halfulp/core/philox.hpp>
#include <halfulp/formats/dynamic_float.hpp>

#include <cstddef>
#include <span>
#include <string>

namespace halfulp {
inline namespace v0 {

/// Where the random bits of the stochastic modes come from.
struct round_options {
    std::uint64_t seed = 0;
    std::uint64_t operation = 0;
    std::uint64_t first_index = 0;  ///< the index of in[0], for arrays that are done in pieces
};

namespace detail {

template <class Range>
using element_of = typename decltype(std::span(std::declval<Range&>()))::value_type;

template <class Range>
concept binary_range = requires {
    requires std::same_as < element_of<Range>,
    float > || std::same_as<element_of<Range>, double>;
};
template <class Range>
concept code_range = requires {
    requires std::unsigned_integral<element_of<Range>>;
};

/// The output as a span; constant elements are refused with a sentence.
template <class Range>
auto as_output(Range&& range) {
    using element = typename decltype(std::span(range))::element_type;
    static_assert(!std::is_const_v<element>,
                  "halfulp: the output range has constant elements; pass one that can be written to");
    return std::span<element>(range);
}

template <class Format>
void require_array_format(const char* function, Format f) {
    const float_format format = f;
    if constexpr (std::same_as<Format, float_format>)
        require_run_time_format(function, format);
    else
        static_assert(why_invalid(Format::value) == nullptr,
                      "halfulp: this float_format describes nothing; halfulp::why_invalid says why");
}

/// Throws unless `out` holds every value of the format exactly.
template <class Out, class Format>
void require_holds(const char* function, Format f) {
    if (!contains_finite(number_format<Out>::value, f))
        throw_argument_error<format_error>(function, "format", "one with values that the output type lacks",
                                           "a format whose every value is one of " +
                                               std::string(std::same_as<Out, float> ? "float" : "double"));
}

template <class Code, class Format>
void require_code_width(const char* function, Format f) {
    const float_format format = f;
    if (format.bits() > width_of<Code>)
        throw_argument_error<format_error>(function, "the width of a code element",
                                           std::to_string(width_of<Code>) + " bits",
                                           "at least format.bits() = " + std::to_string(format.bits()));
}

template <class In, class Out>
void require_same_or_disjoint(const char* function, std::span<const In> in, std::span<Out> out) {
    // As integers: pointers into different arrays have no order of their own.
    const auto in_begin = reinterpret_cast<std::uintptr_t>(in.data());
    const auto out_begin = reinterpret_cast<std::uintptr_t>(out.data());
    const bool disjoint = in_begin >= out_begin + out.size_bytes() || out_begin >= in_begin + in.size_bytes();
    const bool same = in_begin == out_begin && sizeof(In) == sizeof(Out);
    if (!disjoint && !same)
        throw_argument_error<shape_error>(function, "out", "a range that overlaps the input at another place",
                                          "the input itself or a range apart from it");
}

/// The code of one element.
template <class Format, class Projection, class In>
code_uint<Format> encode_element(Format f, Projection p, In x, const round_options& options,
                                 std::uint64_t i) noexcept {
    const projection direction = p;
    const std::uint64_t random = is_stochastic(direction.mode)
                                     ? philox_bits(options.seed, options.operation, options.first_index + i)
                                     : 0;
    using workspace = uint_with_bits<exact_arithmetic::larger(operand_precision<In>(),
                                                              format_types<Format>::precision + 2)>;
    return encode(f, p, exactly<workspace>(unpack_operand(x)), random).value;
}

/// The value of a code in a type that holds it.
template <class Out, class Format>
Out decode_element(Format f, code_uint<Format> code) noexcept {
    using workspace = uint_with_bits<exact_arithmetic::larger(operand_precision<Out>() + 2,
                                                              format_types<Format>::precision)>;
    return make_result<Out>(
        encode(format_of<Out>{}, constant<projection{}>{}, exactly<workspace>(unpack(f, code))));
}

}  // namespace detail

/// out[i] = in[i] rounded into the format, as float or double. NaN stays NaN, but in a format
/// without it becomes the largest value.
/// @throws shape_error  if the extents differ, or the ranges overlap at different places
/// @throws format_error if format or projection is not valid, or `out` cannot hold the format
template <detail::binary_range In, detail::binary_range Out, format_argument Format,
          projection_argument Projection = constant<projection{}>>
void round(const In& in, Out&& out, Format format, Projection p = {}, const round_options& options = {}) {
    using in_type = detail::element_of<const In>;
    using out_type = detail::element_of<Out>;
    const std::span<const in_type> source(in);
    const auto target = detail::as_output(out);
    detail::require_array_format("round", format);
    require_projection("round", p);
    detail::require_holds<out_type>("round", format);
    require_equal_extents("round", "out.size()", target.size(), "in.size()", source.size());
    detail::require_same_or_disjoint("round", source, target);
    for (std::size_t i = 0; i < source.size(); ++i)
        target[i] = detail::decode_element<out_type>(
            format, detail::encode_element(format, p, source[i], options, i));
}

/// codes[i] = the code of in[i] in the format, in the low bits of an element of its own.
/// @throws as round; format_error also if an element of `codes` is narrower than a code
template <detail::binary_range In, detail::code_range Codes, format_argument Format,
          projection_argument Projection = constant<projection{}>>
void encode(const In& in, Codes&& codes, Format format, Projection p = {},
            const round_options& options = {}) {
    using in_type = detail::element_of<const In>;
    using code_type = detail::element_of<Codes>;
    const std::span<const in_type> source(in);
    const auto target = detail::as_output(codes);
    detail::require_array_format("encode", format);
    require_projection("encode", p);
    detail::require_code_width<code_type>("encode", format);
    require_equal_extents("encode", "codes.size()", target.size(), "in.size()", source.size());
    detail::require_same_or_disjoint("encode", source, target);
    for (std::size_t i = 0; i < source.size(); ++i)
        target[i] = static_cast<code_type>(detail::encode_element(format, p, source[i], options, i));
}

/// out[i] = the value of codes[i]; bits above a code are ignored.
/// @throws as round; format_error also if an element of `codes` is narrower than a code
template <detail::code_range Codes, detail::binary_range Out, format_argument Format>
void decode(const Codes& codes, Out&& out, Format format) {
    using code_type = detail::element_of<const Codes>;
    using out_type = detail::element_of<Out>;
    const std::span<const code_type> source(codes);
    const auto target = detail::as_output(out);
    detail::require_array_format("decode", format);
    detail::require_holds<out_type>("decode", format);
    detail::require_code_width<code_type>("decode", format);
    require_equal_extents("decode", "out.size()", target.size(), "codes.size()", source.size());
    detail::require_same_or_disjoint("decode", source, target);
    const float_format f = format;
    const auto mask = low_bits_mask<code_uint<Format>>(f.bits());
    for (std::size_t i = 0; i < source.size(); ++i)
        target[i] = detail::decode_element<out_type>(
            format, static_cast<code_uint<Format>>(code_uint<Format>{source[i]} & mask));
}

}  // namespace v0
}  // namespace halfulp

// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// What the array functions take: which ranges, and what is checked before anything is written.

#include <halfulp/arithmetic/execution.hpp>
#include <halfulp/core/philox.hpp>
#include <halfulp/core/views.hpp>
#include <halfulp/kernels/arguments.hpp>
#include <halfulp/kernels/rounding_plan.hpp>

#include <cstddef>
#include <span>
#include <string>

namespace halfulp {
inline namespace v0 {

/// Where the random bits of the stochastic modes come from, and how the work is carried out.
struct round_options {
    std::uint64_t seed = 0;
    std::uint64_t operation = 0;
    std::uint64_t first_index = 0;  ///< the index of element 0, for arrays that are done in pieces
    random_generator generator = random_generator::philox_4x32_10;
    execution::policy execution = execution::automatic;
};

namespace detail {

/// An array as a view: a vector_view itself, a rank-1 mdspan, or anything contiguous.
template <class T>
constexpr vector_view<T> as_array(const vector_view<T>& view) noexcept {
    return view;
}
template <class Range>
requires requires(Range& range) {
    std::span(range);
}
constexpr auto as_array(Range&& range) noexcept {
    const auto span = std::span(range);
    return vector_view<typename decltype(span)::element_type>(span.data(), span.size());
}
template <class Span>
requires(mdspan_like<Span, typename Span::element_type, 1>) constexpr auto as_array(
    const Span& span) noexcept {
    return vector_view<typename Span::element_type>(span);
}

template <class Range>
using element_of = typename decltype(as_array(std::declval<Range&>()))::value_type;

template <class Range>
concept binary_range = requires {
    requires std::same_as < element_of<Range>,
    float > || std::same_as<element_of<Range>, double>;
};
template <class Range>
concept code_range = requires {
    requires std::unsigned_integral<element_of<Range>>;
};

/// The input as a view of constant elements.
template <class Range>
auto as_input(const Range& range) {
    return vector_view<const element_of<const Range>>(as_array(range));
}

/// The output as a view; constant elements are refused with a sentence.
template <class Range>
auto as_output(Range&& range) {
    const auto view = as_array(range);
    static_assert(!std::is_const_v<typename std::remove_cvref_t<decltype(view)>::element_type>,
                  "halfulp: the output range has constant elements; pass one that can be written to");
    return view;
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

template <class T>
byte_range bytes_of(const vector_view<T>& view) noexcept {
    return bytes_of(matrix_view<T>(view.data(), 1, view.size(), 0, view.stride()));
}

/// Throws unless the two are the same array or apart. Interleaved views count as overlapping.
template <class In, class Out>
void require_same_or_disjoint(const char* function, const vector_view<const In>& in,
                              const vector_view<Out>& out) {
    const byte_range in_bytes = bytes_of(in);
    const byte_range out_bytes = bytes_of(out);
    const bool disjoint = in_bytes.low >= out_bytes.high || out_bytes.low >= in_bytes.high;
    const bool same = static_cast<const void*>(in.data()) == static_cast<const void*>(out.data()) &&
                      sizeof(In) == sizeof(Out) && in.stride() == out.stride();
    if (!disjoint && !same)
        throw_argument_error<shape_error>(function, "out", "a range that overlaps the input at another place",
                                          "the input itself or a range apart from it");
}

/// Throws if several elements of the output are the same place.
template <class Out>
void require_writable(const char* function, const vector_view<Out>& out) {
    if (out.stride() == 0 && out.size() > 1)
        throw_argument_error<shape_error>(function, "the stride of the output", "0",
                                          "one that gives every element a place of its own");
}

/// Throws unless the elements lie side by side.
template <class T>
void require_contiguous(const char* function, const char* name, const vector_view<T>& view) {
    if (view.stride() != 1 && view.size() > 1)
        throw_argument_error<shape_error>(function, std::string("the stride of ") + name,
                                          std::to_string(view.stride()), "1");
}

/// The random bits of element i of a call under these options.
inline std::uint64_t random_bits_of(const projection& p, const round_options& options,
                                    std::size_t i) noexcept {
    return is_stochastic(p.mode)
               ? philox_bits(options.seed, options.operation, options.first_index + i, options.generator)
               : 0;
}

}  // namespace detail
}  // namespace v0
}  // namespace halfulp

// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// Rounding, encoding and decoding of whole arrays.
///
///     round(in, out, format, projection, options)    out[i] = in[i] rounded into the format
///     encode(in, codes, format, projection, options) codes[i] = the code of in[i] in the format
///     decode(codes, out, format, options)            out[i] = the value of codes[i]
///
/// * `in` and `out` are ranges of float or double, `codes` of unsigned integers wide enough for a
///   code, one code an element: std::vector, std::array, std::span, arrays, and strided
///   vector_views. Codes that share bytes are in kernels/packed_codes.hpp.
/// * The format is a `constant_value<formats::…>` or a run-time `float_format` of at most 64 bits, the
///   projection a `constant_value<projection{…}>` or a run-time `projection`: the same bits. A `rounding_plan`
///   stands for both where many arrays are done alike.
/// * The stochastic modes give element i the bits philox_bits(seed, operation, first_index + i,
///   generator): a pure function, so an array may be cut in pieces and done in any order.
/// * Extents that differ, a format that is not valid, or whose values `out` cannot hold, throw before
///   anything is written. `in` and `out` may be the same array; ranges that overlap otherwise throw.
/// * With a `round_statistics` as the last argument of round, what happened is counted.
///
/// The definition of each is the loop over the scalar conversion below; `execution::plain` runs it.
/// Formats of up to 32 bits that float or double can carry (at most 50 stored significand bits, exponents
/// of normal values in double's range) have fast paths with the same bits: kernels/rounding_plan.hpp.

#include <halfulp/kernels/array_arguments.hpp>
#include <halfulp/kernels/round_statistics.hpp>
#include <halfulp/simd/array_pipeline.hpp>

namespace halfulp {
inline namespace v0 {

namespace detail {

/// The code of one number, and its flags: the definition.
template <class Format, class Projection, class In>
with_status<code_uint<Format>> encode_element(Format f, Projection p, In x, const round_options& options,
                                              std::size_t i) noexcept {
    using workspace = uint_with_bits<exact_arithmetic::larger(operand_precision<In>(),
                                                              format_types<Format>::precision + 2)>;
    return encode(f, p, exactly<workspace>(unpack_operand(x)), random_bits_of(p, options, i));
}

/// The same without the flags, by the scalar conversion's two lanes: double where the format fits it (formats/
/// carrier.hpp; numbers below its normal range are not for it), else exact integers.
template <class Format, class Projection, class In>
code_uint<Format> code_of_element(Format f, Projection p, In x, const round_options& options,
                                  std::size_t i) noexcept {
    const float_format format = f;
    if (carrier::fits(format)) {
        const auto number = static_cast<double>(x);
        const auto bits = std::bit_cast<std::uint64_t>(number);
        if (std::same_as<In, float> || (bits << 1 >> 53) != 0 || number == 0)
            return carrier::encode(f, p, number, random_bits_of(p, options, i));
    }
    return encode_element(f, p, x, options, i).value;
}

/// The value of a code in a type that holds it: the definition.
template <class Out, class Format>
Out decode_element(Format f, code_uint<Format> code) noexcept {
    using workspace = uint_with_bits<exact_arithmetic::larger(operand_precision<Out>() + 2,
                                                              format_types<Format>::precision)>;
    return make_result<Out>(
        encode(format_of<Out>{}, constant_value<projection{}>{}, exactly<workspace>(unpack(f, code))));
}

/// Adds what rounding x to the code did: the definition of round_statistics.
template <class Format, class In>
void add_statistics(round_statistics& s, Format f, In x, const with_status<code_uint<Format>>& rounded) {
    const float_format format = f;
    ++s.count;
    const auto number = unpack_operand(x);
    if (number.kind != number_class::finite) {
        s.nans += number.kind == number_class::nan;
        s.infinities += number.kind == number_class::infinity;
        return;
    }
    const auto result = unpack(f, rounded.value);
    const auto magnitude = static_cast<uint128>(rounded.value) & format.magnitude_mask();
    const bool is_zero = result.kind == number_class::zero;
    const bool below_normal = format.has_zero() && (magnitude >> format.significand_bits) == uint128{0};
    s.overflowed += rounded.flags.overflow;
    s.underflowed += is_zero;
    s.became_subnormal += result.kind == number_class::finite && below_normal;
    s.inexact += rounded.flags.inexact;
    if (rounded.flags.inexact && !rounded.flags.overflow && result.kind != number_class::nan) {
        const auto relative_error = [&](auto carried) {
            using carrier = decltype(carried);
            const carrier error = decode_element<carrier>(f, rounded.value) - carried;
            return static_cast<double>((error < 0 ? -error : error) / (carried < 0 ? -carried : carried));
        };
        const double error = std::same_as<In, float> && can_carry<float>(format)
                                 ? relative_error(static_cast<float>(x))
                                 : relative_error(static_cast<double>(x));
        if (error > s.largest_relative_error)
            s.largest_relative_error = error;
    }
}

/// Calls with_plan(carrier value of the type that the kernels use, plan) if there is a fast path from In,
/// and returns whether there is. A format known to the compiler instantiates one carrier only.
template <class In, class Format, class Projection, class WithPlan>
bool with_carrier(Format format, Projection p, const rounding_plan* plan, const WithPlan& with_plan) {
#if HALFULP_HAS_SIMD
    constexpr bool known = !std::same_as<Format, float_format>;
    const float_format f = format;
    if (f.bits() > 32)
        return false;
    const auto run = [&](auto carried) {
        if (plan != nullptr)
            with_plan(carried, *plan);
        else
            with_plan(carried, plan_of(format, p));
        return true;
    };
    if constexpr (known) {
        if constexpr (std::same_as<In, float> && can_carry<float>(Format{}))
            return run(float{});
        else if constexpr (can_carry<double>(Format{}))
            return run(double{});
    } else {
        if constexpr (std::same_as<In, float>)
            if (can_carry<float>(f))
                return run(float{});
        if (can_carry<double>(f))
            return run(double{});
    }
#endif
    (void)format, (void)p, (void)plan, (void)with_plan;
    return false;
}

/// True for the elements that the fast paths read and write.
template <class T>
inline constexpr bool is_fast_element = std::floating_point<T> || sizeof(T) <= 4;

/// The fast path of round_array; false if there is none.
template <class In, class Out, class Format, class Projection, class... Statistics>
bool round_fast(const vector_view<const In>& in, const vector_view<Out>& out, Format format, Projection p,
                const round_options& options, const rounding_plan* plan, Statistics&... statistics) {
#if HALFULP_HAS_SIMD
    if constexpr (is_fast_element<Out>) {
        const simd::isa level = simd::level_for(options.execution);
        if (level == simd::isa::plain)
            return false;
        return with_carrier<In>(format, p, plan, [&](auto carried, const rounding_plan& ready) {
            using carrier = decltype(carried);
            const bool in_place = static_cast<const void*>(in.data()) == static_cast<const void*>(out.data());
            const simd::source<carrier, In> from(level, in, ready);
            const simd::sink<carrier, Out> to(level, out, in_place);
            const rounding_plan& used = ready;
            for_ranges(options.execution, in.size(), simd::chunk_size<carrier>, simd::smallest_share,
                       [&](std::size_t begin, std::size_t end) {
                           const auto stage = simd::make_stage<carrier>(level, p, used, options);
                           simd::round_through(stage, from, to, begin, end, statistics...);
                       });
        });
    }
#endif
    (void)in, (void)out, (void)format, (void)p, (void)options, (void)plan, ((void)statistics, ...);
    return false;
}

/// The definition, and the fast path where there is one.
template <class In, class Out, class Format, class Projection, class... Statistics>
void round_array(const vector_view<const In>& in, const vector_view<Out>& out, Format format, Projection p,
                 const round_options& options, const rounding_plan* plan, Statistics&... statistics) {
    if (round_fast(in, out, format, p, options, plan, statistics...))
        return;
    for_ranges(options.execution, in.size(), 1, simd::smallest_share,
               [&](std::size_t begin, std::size_t end) {
                   round_statistics counted;
                   for (std::size_t i = begin; i < end; ++i) {
                       const In x = in[i];
                       const auto code = encode_element(format, p, x, options, i);
                       if constexpr (sizeof...(Statistics) != 0)
                           add_statistics(counted, format, x, code);
                       if constexpr (std::unsigned_integral<Out>)
                           out[i] = static_cast<Out>(code.value);
                       else
                           out[i] = decode_element<Out>(format, code.value);
                   }
                   (merge_statistics(statistics, counted), ...);
               });
}

/// What round and encode check, and then do.
template <class In, class Out, class Format, class Projection, class... Statistics>
void round_checked(const char* function, const In& in, Out&& out, Format format, Projection p,
                   const round_options& options, const rounding_plan* plan, Statistics&... statistics) {
    const auto source = as_input(in);
    const auto target = as_output(out);
    using out_type = typename decltype(target)::value_type;
    require_array_format(function, format);
    require_projection(function, p);
    if constexpr (std::unsigned_integral<out_type>) {
        require_code_width<out_type>(function, format);
        require_equal_extents(function, "codes.size()", target.size(), "in.size()", source.size());
    } else {
        require_holds<out_type>(function, format);
        require_equal_extents(function, "out.size()", target.size(), "in.size()", source.size());
    }
    require_same_or_disjoint(function, source, target);
    require_writable(function, target);
    round_array(source, target, format, p, options, plan, statistics...);
}

}  // namespace detail

/// out[i] = in[i] rounded into the format, as float or double. NaN stays NaN, but in a format
/// without it becomes the largest value.
/// @throws shape_error  if the extents differ, or the ranges overlap at different places
/// @throws format_error if format or projection is not valid, or `out` cannot hold the format
template <detail::binary_range In, detail::binary_range Out, format_argument Format,
          projection_argument Projection = constant_value<projection{}>>
void round(const In& in, Out&& out, Format format, Projection p = {}, const round_options& options = {}) {
    detail::round_checked("round", in, out, format, p, options, nullptr);
}
/// The same, and adds what happened to `statistics`.
template <detail::binary_range In, detail::binary_range Out, format_argument Format,
          projection_argument Projection>
void round(const In& in, Out&& out, Format format, Projection p, const round_options& options,
           round_statistics& statistics) {
    detail::round_checked("round", in, out, format, p, options, nullptr, statistics);
}
/// The same by a plan.
template <detail::binary_range In, detail::binary_range Out>
void round(const In& in, Out&& out, const rounding_plan& plan, const round_options& options = {}) {
    detail::round_checked("round", in, out, plan.format(), plan.projection(), options, &plan);
}
template <detail::binary_range In, detail::binary_range Out>
void round(const In& in, Out&& out, const rounding_plan& plan, const round_options& options,
           round_statistics& statistics) {
    detail::round_checked("round", in, out, plan.format(), plan.projection(), options, &plan, statistics);
}

/// codes[i] = the code of in[i] in the format, in the low bits of an element of its own.
/// @throws as round; format_error also if an element of `codes` is narrower than a code
template <detail::binary_range In, detail::code_range Codes, format_argument Format,
          projection_argument Projection = constant_value<projection{}>>
void encode(const In& in, Codes&& codes, Format format, Projection p = {},
            const round_options& options = {}) {
    detail::round_checked("encode", in, codes, format, p, options, nullptr);
}
/// The same by a plan.
template <detail::binary_range In, detail::code_range Codes>
void encode(const In& in, Codes&& codes, const rounding_plan& plan, const round_options& options = {}) {
    detail::round_checked("encode", in, codes, plan.format(), plan.projection(), options, &plan);
}

namespace detail {

/// The fast path of decode; false if there is none.
template <class Code, class Out, class Format>
bool decode_fast(const vector_view<const Code>& codes, const vector_view<Out>& out, Format format,
                 const round_options& options, const rounding_plan* plan) {
#if HALFULP_HAS_SIMD
    if constexpr (is_fast_element<Code>) {
        const simd::isa level = simd::level_for(options.execution);
        if (level == simd::isa::plain)
            return false;
        return with_carrier<Out>(
            format, constant_value<projection{}>{}, plan, [&](auto carried, const rounding_plan& ready) {
                using carrier = decltype(carried);
                const bool in_place =
                    static_cast<const void*>(codes.data()) == static_cast<const void*>(out.data());
                const simd::source<carrier, Code> from(level, codes, ready);
                const simd::sink<carrier, Out> to(level, out, in_place);
                for_ranges(options.execution, codes.size(), simd::chunk_size<carrier>, simd::smallest_share,
                           [&](std::size_t begin, std::size_t end) {
                               simd::copy_through<carrier>(from, to, begin, end);
                           });
            });
    }
#endif
    (void)codes, (void)out, (void)format, (void)options, (void)plan;
    return false;
}

template <class Codes, class Out, class Format>
void decode_checked(const Codes& codes, Out&& out, Format format, const round_options& options,
                    const rounding_plan* plan) {
    const auto source = as_input(codes);
    const auto target = as_output(out);
    using code_type = element_of<const Codes>;
    using out_type = typename decltype(target)::value_type;
    require_array_format("decode", format);
    require_holds<out_type>("decode", format);
    require_code_width<code_type>("decode", format);
    require_equal_extents("decode", "out.size()", target.size(), "codes.size()", source.size());
    require_same_or_disjoint("decode", source, target);
    require_writable("decode", target);
    if (decode_fast(source, target, format, options, plan))
        return;
    const float_format f = format;
    const auto mask = low_bits_mask<code_uint<Format>>(f.bits());
    for_ranges(options.execution, source.size(), 1, simd::smallest_share,
               [&](std::size_t begin, std::size_t end) {
                   for (std::size_t i = begin; i < end; ++i)
                       target[i] = decode_element<out_type>(
                           format, static_cast<code_uint<Format>>(code_uint<Format>{source[i]} & mask));
               });
}

}  // namespace detail

/// out[i] = the value of codes[i]; bits above a code are ignored. Of the options, `execution` alone is
/// looked at.
/// @throws as round; format_error also if an element of `codes` is narrower than a code
template <detail::code_range Codes, detail::binary_range Out, format_argument Format>
void decode(const Codes& codes, Out&& out, Format format, const round_options& options = {}) {
    detail::decode_checked(codes, out, format, options, nullptr);
}
/// The same by a plan.
template <detail::code_range Codes, detail::binary_range Out>
void decode(const Codes& codes, Out&& out, const rounding_plan& plan, const round_options& options = {}) {
    detail::decode_checked(codes, out, plan.format(), options, &plan);
}

}  // namespace v0
}  // namespace halfulp

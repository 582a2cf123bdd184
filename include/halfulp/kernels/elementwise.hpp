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
#include <halfulp/simd/array_pipeline.hpp>

#include <tuple>

namespace halfulp {
inline namespace v0 {
namespace detail {

// --- Elements ---------------------------------------------------------------------------------

template <class T>
struct is_custom_float : std::false_type {};
template <float_format F, projection P>
struct is_custom_float<custom_float<F, P>> : std::true_type {};

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

/// The format of an array's elements, given the one of its codes.
template <class T, class Format>
constexpr auto element_format(Format format) noexcept {
    if constexpr (std::unsigned_integral<T>)
        return format;
    else
        return constant<number_format<T>::value>{};
}

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
        return make_result<Out>(encode(format_of<Out>{}, constant<projection{}>{},
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
        return from_result_code<Out>(format, format.precision() <= 24 ? exactly_within(constant<24>{})
                                                                      : exactly_within(constant<64>{}));
    }
}

// --- Which carrier an operation fits -------------------------------------------------------------

/// Where the bits of nonzero finite operands lie.
struct operand_extent {
    int precision;   ///< significant bits
    int lowest_bit;  ///< exponent of the lowest bit of any
    int smallest;    ///< floor(log2) of the smallest
    int largest;     ///< floor(log2) of the largest

    static constexpr operand_extent of(const float_format& f) noexcept {
        const int quantum = f.minimum_quantum_exponent();
        return {f.precision(), quantum, f.has_subnormals ? quantum : f.minimum_exponent(),
                f.maximum_exponent()};
    }
    /// Any number of that precision between powers of two.
    static constexpr operand_extent between(int precision, int smallest, int largest) noexcept {
        return {precision, smallest - precision + 1, smallest, largest};
    }
    /// Numbers like those of the format.
    static constexpr operand_extent like(const float_format& f) noexcept {
        return between(f.precision(), of(f).smallest, f.maximum_exponent());
    }

    template <class Carrier>
    constexpr bool within() const noexcept {
        const float_format& carrier = simd::carrier_constants<Carrier>::carrier;
        return precision <= carrier.precision() && lowest_bit >= carrier.minimum_quantum_exponent() &&
               largest <= carrier.maximum_exponent();
    }
    /// The same as bounds on the carrier's bits.
    template <class Carrier>
    constexpr simd::operand_bounds<Carrier> bounds() const noexcept {
        using constants = simd::carrier_constants<Carrier>;
        using word = typename constants::word;
        return {.smallest = power_of_two_bits<Carrier>(smallest),
                .largest = static_cast<word>(power_of_two_bits<Carrier>(largest + 1) - 1),
                .excess = low_bits_mask<word>(constants::carrier.precision() - precision)};
    }
};

/// What is taken for granted of the numbers in arrays of float and double; codes need no such thing.
enum class number_bounds : unsigned char {
    like_format,  ///< they are like values of the result's format; has to be checked
    any           ///< any float; doubles as in the file comment, which has to be checked
};

template <class T, class Format>
constexpr operand_extent range_of(Format format, number_bounds bounds) noexcept {
    if constexpr (!std::floating_point<T>)
        return operand_extent::of(element_format<T>(format));
    else if (bounds == number_bounds::like_format)
        return operand_extent::like(format);
    else if constexpr (std::same_as<T, float>)
        return operand_extent::of(formats::float32);
    else
        return operand_extent::between(24, -500, 500);
}

/// True if the carrier holds the operands, and its result of the operation (sums rounded to odd) is exact
/// or decides every rounding into the format: formats/carrier.hpp has the reasons.
template <class Carrier>
constexpr bool operation_fits(simd::operation operation, const operand_extent& x, const operand_extent& y,
                              const operand_extent& z, const float_format& result,
                              const projection& p) noexcept {
    const float_format& carrier = simd::carrier_constants<Carrier>::carrier;
    const int digits = carrier.precision();
    const int top = carrier.maximum_exponent();
    const int count = simd::operand_count(operation);
    if (!can_carry<Carrier>(result) || !x.within<Carrier>() || (count >= 2 && !y.within<Carrier>()) ||
        (count >= 3 && !z.within<Carrier>()))
        return false;
    const bool product_is_exact = x.precision + y.precision <= digits &&
                                  x.lowest_bit + y.lowest_bit >= carrier.minimum_quantum_exponent() &&
                                  x.largest + y.largest + 1 <= top;
    const auto larger = [](int a, int b) { return a > b ? a : b; };
    switch (operation) {
        case simd::operation::add:
        case simd::operation::subtract:
            return carrier::sum_is_safe(result, p, digits) && larger(x.largest, y.largest) + 1 <= top;
        case simd::operation::multiply:
            return product_is_exact;
        case simd::operation::fma:
            return product_is_exact && carrier::sum_is_safe(result, p, digits) &&
                   larger(x.largest + y.largest + 1, z.largest) + 1 <= top;
        case simd::operation::divide:
            return carrier::quotient_is_safe(y.precision, result, p, digits) && x.precision <= digits - 2 &&
                   x.smallest - y.largest - 1 >= carrier.minimum_exponent() &&
                   x.largest - y.smallest + 1 <= top;
        case simd::operation::square_root:
            return carrier::square_root_is_safe(result, p, digits) && x.precision + 1 <= digits - 2;
    }
    return false;
}

/// True if no sum of the operation needs rounding in the carrier.
template <class Carrier>
constexpr bool sums_are_exact(simd::operation operation, const operand_extent& x, const operand_extent& y,
                              const operand_extent& z) noexcept {
    const bool fused = operation == simd::operation::fma;
    const int first_lowest = fused ? x.lowest_bit + y.lowest_bit : x.lowest_bit;
    const int first_largest = fused ? x.largest + y.largest + 1 : x.largest;
    const operand_extent& second = fused ? z : y;
    const int top = first_largest > second.largest ? first_largest : second.largest;
    const int bottom = first_lowest < second.lowest_bit ? first_lowest : second.lowest_bit;
    return top + 2 - bottom <= simd::carrier_constants<Carrier>::carrier.precision();
}

// --- The arrays ---------------------------------------------------------------------------------

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

#if HALFULP_HAS_SIMD

/// The plan by which an operand's codes are read: that of its own format.
template <class T>
const rounding_plan& operand_plan([[maybe_unused]] const rounding_plan& plan) noexcept {
    if constexpr (is_custom_float<T>::value)
        return constant_plan<number_format<T>::value, projection{}>;
    else
        return plan;
}

/// True if the kernels read and write such elements in the carrier.
template <class Carrier, class T, class Format>
constexpr bool element_fits(Format format) noexcept {
    if constexpr (std::floating_point<T>)
        return true;
    else
        return sizeof(T) <= 4 && can_carry<Carrier>(element_format<T>(format));
}

/// One operation on arrays in one carrier, and where to turn with the chunks that it does not fit.
template <class Carrier, simd::operation Operation, class Projection, class Sink, class... Sources>
struct elementwise_stage {
    simd::rounding_stage<Carrier, Projection> rounding;
    simd::elementwise_rules rules;
    Sink to;
    std::tuple<Sources...> sources;
    simd::operand_bounds<Carrier> bounds;
    bool has_to_check;

    template <class Otherwise>
    void run(std::size_t begin, std::size_t end, const Otherwise& otherwise) const {
        run(begin, end, otherwise, std::make_index_sequence<sizeof...(Sources)>{});
    }

  private:
    template <class Otherwise, std::size_t... I>
    void run(std::size_t begin, std::size_t end, const Otherwise& otherwise,
             std::index_sequence<I...>) const {
        const simd::default_floating_point_environment guard;
        alignas(64) Carrier buffers[sizeof...(Sources)][simd::chunk_size<Carrier>];
        using result = typename Sink::result;
        alignas(64) Carrier results[simd::chunk_size<Carrier>];
        alignas(64) result out_buffer[simd::chunk_size<Carrier>];
        simd::for_chunks<Carrier>(
            begin, end, to.before_whole_lines(begin), false, [&](std::size_t i, std::size_t count) {
                const std::size_t padded = simd::whole_blocks(count);
                if (to.exceeds_caches())
                    (std::get<I>(sources).prefetch(i + count, count), ...);
                const Carrier* const values[3] = {std::get<I>(sources).read(i, count, buffers[I])...};
                if (has_to_check && !(is_within<Sources>(values[I], padded) && ...))
                    return otherwise(i, i + count);
                HALFULP_SIMD_SELECT(rounding.level, operate<Carrier, Operation>)
                (values[0], values[1], values[2], results, padded, rules);
                result* const place = to.place(i, count, out_buffer);
                rounding.round(results, place, i, count);
                to.write(i, count, place);
            });
        to.finish();
    }

    template <class Source>
    bool is_within(const Carrier* values, std::size_t count) const {
        return !Source::has_numbers ||
               HALFULP_SIMD_SELECT(rounding.level, all_within<Carrier>)(values, count, bounds);
    }
};

/// Calls use(stage) if the operation fits the carrier, given the bounds; returns whether it does.
template <class Carrier, simd::operation Operation, class Out, class Format, class Projection, class Use,
          class... Operands>
bool with_elementwise_stage(simd::isa level, number_bounds bounds, const vector_view<Out>& out, Format format,
                            Projection p, const rounding_plan& plan, const round_options& options,
                            const Use& use, const vector_view<const Operands>&... operands) {
    if constexpr (((!std::floating_point<Operands> && sizeof(Operands) > 4) || ...) ||
                  (!std::floating_point<Out> && sizeof(Out) > 4) ||
                  (std::same_as<Carrier, float> && (std::same_as<Operands, double> || ...))) {
        return false;
    } else {
        const operand_extent ranges[3] = {range_of<Operands>(format, bounds)...};
        if (!operation_fits<Carrier>(Operation, ranges[0], ranges[1], ranges[2], format, p) ||
            !(element_fits<Carrier, Operands>(format) && ...) || !element_fits<Carrier, Out>(format))
            return false;
        const bool in_place =
            ((static_cast<const void*>(operands.data()) == static_cast<const void*>(out.data())) || ...);
        // The divisor's own format says whether its zero has a sign.
        const float_format operand_formats[3] = {element_format<Operands>(format)...};
        const projection direction = p;
        // Doubles have bounds always, floats where they are to be like the format.
        const bool has_numbers = (std::floating_point<Operands> || ...);
        const bool has_to_check =
            has_numbers && (bounds == number_bounds::like_format || (std::same_as<Operands, double> || ...));
        const operand_extent checked = bounds == number_bounds::like_format
                                           ? operand_extent::like(format)
                                           : range_of<double>(format, bounds);
        use(elementwise_stage<Carrier, Operation, Projection, simd::sink<Carrier, stored_type<Out>>,
                              simd::source<Carrier, stored_type<Operands>>...>{
            .rounding = simd::make_stage<Carrier>(level, p, plan, options),
            .rules = {.zero_sum_is_negative = direction.mode == rounding::toward_negative,
                      .zero_divisor_has_sign =
                          operand_formats[sizeof...(Operands) > 1 ? 1 : 0].has_negative_zero,
                      .sums_are_exact = sums_are_exact<Carrier>(Operation, ranges[0], ranges[1], ranges[2])},
            .to = {level, stored_output(out), in_place},
            .sources = {simd::source<Carrier, stored_type<Operands>>(level, stored_view(operands),
                                                                     operand_plan<Operands>(plan))...},
            .bounds = checked.bounds<Carrier>(),
            .has_to_check = has_to_check});
        return true;
    }
}

/// The fast paths, the likeliest first; what none fits is left to the definition. Returns false if there is none.
template <simd::operation Operation, class Out, class Format, class Projection, class Definition,
          class... Operands>
bool operate_fast(const vector_view<Out>& out, Format format, Projection p, const round_options& options,
                  const Definition& definition, const vector_view<const Operands>&... operands) {
    const simd::isa level = simd::level_for(options.execution);
    if (level == simd::isa::plain || static_cast<float_format>(format).bits() > 32)
        return false;
    constexpr bool has_numbers = (std::floating_point<Operands> || ...);
    const auto run = [&](const auto& piece) {
        for_ranges(options.execution, out.size(), simd::chunk_size<float>, simd::smallest_share, piece);
    };
    const rounding_plan& plan = plan_of(format, p);
    const auto in_order = [&](const auto& otherwise) {
        const auto use = [&](const auto& stage) {
            run([&](std::size_t begin, std::size_t end) { stage.run(begin, end, otherwise); });
        };
        constexpr number_bounds bounds = has_numbers ? number_bounds::like_format : number_bounds::any;
        return with_elementwise_stage<float, Operation>(level, bounds, out, format, p, plan, options, use,
                                                        operands...) ||
               with_elementwise_stage<double, Operation>(level, bounds, out, format, p, plan, options, use,
                                                         operands...);
    };
    if constexpr (has_numbers) {
        bool done = false;
        const auto use_any = [&](const auto& stage) {
            const auto any = [&](std::size_t begin, std::size_t end) { stage.run(begin, end, definition); };
            done = in_order(any) || (run(any), true);
        };
        return with_elementwise_stage<double, Operation>(level, number_bounds::any, out, format, p, plan,
                                                         options, use_any, operands...)
                   ? done
                   : in_order(definition);
    } else {
        return in_order(definition);
    }
}

#endif

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
    operate_on_arrays<Operation>(function, out, constant<number_format<result>::value>{}, p, options,
                                 operands...);
}

template <class Range>
using range_projection = constant<number_format<element_of<Range>>::default_projection>;

}  // namespace detail

/// out[i] = x[i] + y[i], rounded once. See the file comment for elements, formats and options.
/// @throws shape_error  if extents differ, or the output overlaps an input at another place
/// @throws format_error if format or projection is not valid, `out` cannot hold the format, or an element
///                      is narrower than a code
template <detail::number_range X, detail::number_range Y, detail::number_range Out, format_argument Format,
          projection_argument Projection = constant<projection{}>>
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
          projection_argument Projection = constant<projection{}>>
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
          projection_argument Projection = constant<projection{}>>
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
          projection_argument Projection = constant<projection{}>>
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
          format_argument Format, projection_argument Projection = constant<projection{}>>
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
          projection_argument Projection = constant<projection{}>>
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

// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// The fast paths of kernels/elementwise.hpp: in which carrier an operation's result decides every rounding,
/// and how arrays go through it.

#include <halfulp/kernels/stored_elements.hpp>
#include <halfulp/simd/array_pipeline.hpp>

#include <tuple>

namespace halfulp {
inline namespace v0 {
namespace detail {

// --- Elements ---------------------------------------------------------------------------------

/// The format of an array's elements, given the one of its codes.
template <class T, class Format>
constexpr auto element_format(Format format) noexcept {
    if constexpr (std::unsigned_integral<T>)
        return format;
    else
        return constant_value<number_format<T>::value>{};
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

#if HALFULP_HAS_SIMD

/// The plan by which an operand's codes are read: that of its own format.
template <class T>
const rounding_plan& operand_plan([[maybe_unused]] const rounding_plan& plan) noexcept {
    if constexpr (is_custom_float<T>::value)
        return plan_to_read<T>;
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

}  // namespace detail
}  // namespace v0
}  // namespace halfulp

// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// The fast paths of `matmul` in arithmetic::rounded and arithmetic::fused: which carrier has the bits that
/// decide every rounding, and which tiles round as the mode asks.

#include <halfulp/arithmetic/rounded.hpp>
#include <halfulp/simd/bounds_of_lines.hpp>
#include <halfulp/simd/elementwise.hpp>
#include <halfulp/simd/matmul_native.hpp>
#include <halfulp/simd/rounded_tiles.hpp>

#include <cmath>

#if HALFULP_HAS_SIMD

namespace halfulp {
inline namespace v0 {
namespace detail {

/// The least and the greatest that the terms of both matrices allow: all products are multiples of `lowest` and
/// at most `largest`.
struct product_bounds {
    double lowest = 0;
    double largest = std::numeric_limits<double>::infinity();

    /// Of the formats.
    static constexpr product_bounds of(const operand_extent& x, const operand_extent& y) noexcept {
        const auto power = [](int exponent) { return carrier::detail::power_of_two(exponent); };
        const int low = x.lowest_bit + y.lowest_bit, high = x.largest + y.largest + 2;
        return {low < -1000 ? 0 : power(low),
                high > 1000 ? std::numeric_limits<double>::infinity() : power(high)};
    }
};

/// One product in a rounded arithmetic; Product is void for a fused one.
template <class X, class Y, class C, class Product, class Accumulator, class Rounding, class Arithmetic>
class rounded_product {
    static constexpr bool is_fused = std::same_as<Product, void>;
    using product_type = std::conditional_t<is_fused, Accumulator, Product>;
    static constexpr float_format product_format = number_format<product_type>::value;
    static constexpr float_format sum_format = number_format<Accumulator>::value;

  public:
    rounded_product(simd::isa level, const matrix_view<const X>& a, const matrix_view<const Y>& b,
                    const matrix_view<C>& c, const Arithmetic& arithmetic, const matmul_options& options)
        : level_(level),
          a_(a),
          b_(b),
          c_(c),
          arithmetic_(arithmetic),
          options_(options),
          direction_(arithmetic.rounding),
          product_plan_(plan_of(constant_value<product_format>{}, arithmetic.rounding)),
          sum_plan_(plan_of(constant_value<sum_format>{}, arithmetic.rounding)) {}

    /// False if there is no way that is proven to give the definition's bits.
    bool run() {
        const std::uint64_t most = std::uint64_t{1} << 32;
        if (options_.first_row + c_.rows() > most || options_.first_column + c_.columns() > most ||
            (is_stochastic(direction_.mode) && (direction_.random_bits < 1 || direction_.random_bits > 32)))
            return false;
        bounds_ = product_bounds::of(operand_extent::of(number_format<X>::value),
                                     operand_extent::of(number_format<Y>::value));
        if constexpr (needs_bounds<float>() || needs_bounds<double>())
            find_bounds();
        return run_in<float>() || run_in<double>();
    }

  private:
    /// True if a carrier has room for products of the formats' precision but not of all their exponents.
    template <class Carrier>
    static constexpr bool needs_bounds() noexcept {
        return may_carry<Carrier>() &&
               !fits<Carrier>(product_bounds::of(operand_extent::of(number_format<X>::value),
                                                 operand_extent::of(number_format<Y>::value)));
    }
    template <class Carrier>
    static constexpr bool fits(const product_bounds& bounds) noexcept {
        constexpr float_format carrier = number_format<Carrier>::value;
        const int lowest = carrier.minimum_quantum_exponent();
        return bounds.lowest >= (lowest < -1000 ? 0x1p-1000 : carrier::detail::power_of_two(lowest)) &&
               bounds.largest <= (carrier.maximum_exponent() > 1000 ? 0x1p1000 : 0x1p127);
    }
    /// True if the carrier has the values of all formats, and products exactly as far as their precision goes.
    template <class Carrier>
    static constexpr bool may_carry() noexcept {
        if constexpr (simd::has_array_decoder<Carrier, X>() && simd::has_array_decoder<Carrier, Y>())
            return can_carry<Carrier>(product_format) && can_carry<Carrier>(sum_format) &&
                   number_format<X>::value.precision() + number_format<Y>::value.precision() <=
                       number_format<Carrier>::value.precision();
        else
            return false;
    }

    void find_bounds() {
        const simd::bounds_of_lines<X> rows(level_, a_);
        const simd::bounds_of_lines<Y> columns(level_, b_.transposed());
        const simd::line_bounds of_a = rows.of_all(), of_b = columns.of_all();
        bounds_.largest = of_a.largest * of_b.largest;
        bounds_.lowest = of_a.largest == 0 || of_b.largest == 0 ? 1 : of_a.lowest * of_b.lowest;
    }

    /// Products are values of the product's format, whatever they are: their rounding changes nothing.
    bool products_need_no_rounding() const noexcept {
        const int quantum = product_format.minimum_quantum_exponent();
        return number_format<X>::value.precision() + number_format<Y>::value.precision() <=
                   product_format.precision() &&
               product_format.has_sign && product_format.has_negative_zero && product_format.has_subnormals &&
               quantum > -1000 && product_format.maximum_exponent() < 1000 &&
               bounds_.lowest >= carrier::detail::power_of_two(quantum) &&
               bounds_.largest < carrier::detail::power_of_two(product_format.maximum_exponent());
    }

    template <class Carrier>
    bool run_in() {
        if constexpr (!may_carry<Carrier>()) {
            return false;
        } else {
            constexpr int digits = number_format<Carrier>::value.precision();
            const bool is_truncated =
                level_ == simd::isa::avx512 && direction_.mode == rounding::stochastic_a;
            if (!fits<Carrier>(bounds_) ||
                !(is_truncated ? sum_format.precision() + direction_.random_bits <= digits
                               : carrier::sum_is_safe(sum_format, direction_, digits)))
                return false;
            using simd::product_rounding;
            const simd::tile_shape<Carrier, Carrier>* shape = nullptr;
            // Infinities and NaN are not among the bounds; they are noticed in the sums.
            if (is_fused || (product_format.has_infinity && product_format.nan != nan_encoding::none &&
                             products_need_no_rounding()))
                shape = find_tiles<Carrier, product_rounding::none>();
            else if constexpr (!is_fused)
                shape = find_tiles < Carrier,
                product_format == sum_format ? product_rounding::as_sum : product_rounding::own > ();
            run_tiles(*shape, is_truncated);
            return true;
        }
    }

    template <class Step>
    const simd::shape_for<Step>* tiles() const noexcept {
        return &simd::shape_at<Step>(level_);
    }

    /// The tiles that round as the mode asks.
    template <class Carrier, simd::product_rounding Products>
    const simd::tile_shape<Carrier, Carrier>* find_tiles() const noexcept {
        using namespace simd;
        const rounding mode = direction_.mode;
        constexpr bool is_innocuous =
            Products == product_rounding::none ||
            (Products == product_rounding::as_sum &&
             2 * sum_format.precision() + 2 <= number_format<Carrier>::value.precision());
        // Double has a short form of its own where float is not wide enough for the format, or may not be for the data.
        constexpr bool is_used = std::same_as<Carrier, float> || !may_carry<float>() ||
                                 needs_bounds<float>() || !carrier::sum_is_safe(sum_format, projection{}, 24);
        if constexpr (may_have<Rounding>(rounding::ties_to_even) && is_innocuous && is_used)
            if (mode == rounding::ties_to_even) {
                const nearest_even_form form = sum_plan_.template constants<Carrier>().form;
                if (form == nearest_even_form::sum)
                    return tiles<
                        rounded_step<Carrier, rounds_nearest_even<nearest_even_form::sum>, Products>>();
                if constexpr (std::same_as<Carrier, float>)
                    if (form == nearest_even_form::bits && overflows_naturally())
                        return tiles<rounded_step<Carrier, rounds_in_place, Products>>();
            }
        // Products of another format would need its form, too.
        if constexpr (std::same_as<Carrier, float> && Products != product_rounding::own) {
            constexpr nearest_even_form form =
                sum_format.minimum_exponent() == number_format<float>::value.minimum_exponent()
                    ? nearest_even_form::bits
                    : nearest_even_form::sum;
#define HALFULP_ROUNDED_BY_PROCESSOR(mode_name)                     \
    if constexpr (may_have<Rounding>(rounding::mode_name))          \
        if (mode == rounding::mode_name && can_use_processor(form)) \
            return tiles<rounded_step<Carrier, rounds_by_processor<rounding::mode_name, form>, Products>>();
            HALFULP_ROUNDED_BY_PROCESSOR(toward_zero)
            HALFULP_ROUNDED_BY_PROCESSOR(toward_positive)
            HALFULP_ROUNDED_BY_PROCESSOR(toward_negative)
            HALFULP_ROUNDED_BY_PROCESSOR(to_odd)
#undef HALFULP_ROUNDED_BY_PROCESSOR
        }
        return tiles<rounded_step<Carrier, rounds_as_told,
                                  Products == product_rounding::none ? product_rounding::none
                                                                     : product_rounding::own>>();
    }

    /// Values that overflow, infinities and NaN become what float makes of them.
    bool overflows_naturally() const noexcept {
        const auto& c = sum_plan_.template constants<float>();
        const auto sign = static_cast<std::uint32_t>(~c.magnitude_mask);
        const rounding mode = direction_.mode;
        const bool is_nearest = mode == rounding::ties_to_even;
        const auto top = [&](bool is_infinite) { return is_infinite ? c.infinity : c.largest; };
        return c.largest == c.infinity - c.ulp && c.infinity_positive == c.infinity &&
               c.infinity_negative == (c.infinity | sign) &&
               c.overflow_positive == top(is_nearest || mode == rounding::toward_positive) &&
               c.overflow_negative == (top(is_nearest || mode == rounding::toward_negative) | sign);
    }

    /// True if the processor's directed roundings to float lead to the format's in that form. All values that the
    /// form `sum` rounds are so small that what it adds to them is a number.
    bool can_use_processor(simd::nearest_even_form form) const noexcept {
        if (level_ != simd::isa::avx512 || sum_plan_.signs() != simd::sign_rule::kept ||
            sum_plan_.flushes() || sum_format.maximum_exponent() < sum_format.minimum_exponent())
            return false;
        if (form == simd::nearest_even_form::bits)
            return overflows_naturally();
        const double room = std::ldexp(1.0, 125 - sum_plan_.template constants<float>().dropped);
        return bounds_.largest < room && std::ldexp(1.0, sum_format.maximum_exponent() + 1) < room;
    }

    template <class carrier>
    static void by_definition(const simd::rounded_context<carrier>& context,
                              const simd::tile<carrier, carrier>& t) {
        const Arithmetic& arithmetic = *static_cast<const Arithmetic*>(context.arithmetic);
        for (int i = 0; i < t.rows; ++i)
            for (int j = 0; j < t.columns; ++j) {
                carrier& place = t.c[i * t.c_row + j];
                const std::uint64_t number = arithmetic::element_number(
                    static_cast<std::size_t>(context.first_row) + t.first_row + static_cast<std::size_t>(i),
                    static_cast<std::size_t>(context.first_column) + t.first_column +
                        static_cast<std::size_t>(j));
                auto sum = t.starts_empty ? arithmetic.template zero<X, Y>()
                                          : arithmetic::detail::converted<Accumulator>(place);
                for (std::size_t k = 0; k < t.steps; ++k)
                    arithmetic.multiply_add(
                        sum,
                        arithmetic::detail::converted<X>(t.a[i * t.a_row + static_cast<std::ptrdiff_t>(k)]),
                        arithmetic::detail::converted<Y>(t.b[static_cast<std::ptrdiff_t>(k) * t.b_row + j]),
                        {number, t.first_step + k});
                place = arithmetic::detail::converted<carrier>(sum);
            }
    }

    template <class carrier>
    void run_tiles(const simd::tile_shape<carrier, carrier>& shape, bool is_truncated) const {
        simd::rounded_context<carrier> context;
        context.product = &product_plan_;
        context.sum = &sum_plan_;
        context.rules.zero_sum_is_negative = direction_.mode == rounding::toward_negative;
        context.empty = arithmetic::detail::converted<carrier>(arithmetic_.template zero<X, Y>());
        context.round = HALFULP_SIMD_SELECT(level_, rounding_of_lanes<carrier, Rounding>)(direction_.mode);
        context.is_random = is_stochastic(direction_.mode);
        context.truncates_sums = is_truncated;
        context.seed = arithmetic_.seed;
        context.first_row = options_.first_row;
        context.first_column = options_.first_column;
        constexpr int top = number_format<carrier>::value.maximum_exponent();
        context.has_headroom = sum_format.maximum_exponent() < top - 1 &&
                               product_format.maximum_exponent() < top - 1 &&
                               bounds_.largest < std::ldexp(1.0, top - 2);
        context.carefully = &by_definition<carrier>;
        context.arithmetic = &arithmetic_;
        const simd::value_reader<carrier, X> left(level_, a_);
        const simd::value_reader<carrier, Y> right(level_, b_.transposed());
        const std::size_t depth = a_.columns();
        multiply_by_tiles(
            shape, simd::operand_of<carrier>(level_, left), simd::operand_of<carrier>(level_, right), depth,
            c_, options_, 16 * depth,
            [&](const C& value) {
                return arithmetic::detail::converted<carrier>(arithmetic_.template start<X, Y>(value));
            },
            [&](const carrier* sums, const vector_view<C>& row, std::size_t i, std::size_t j) {
                if constexpr (std::same_as<C, Accumulator>) {
                    write_results(level_, arithmetic::native<carrier>{}, sums, row);
                } else {
                    for (std::size_t s = 0; s < row.size(); ++s)
                        row[s] = arithmetic_.template result<C>(
                            arithmetic::detail::converted<Accumulator>(sums[s]),
                            {arithmetic::element_number(options_.first_row + i,
                                                        options_.first_column + j + s),
                             depth});
                }
            },
            &context);
    }

    simd::isa level_;
    matrix_view<const X> a_;
    matrix_view<const Y> b_;
    matrix_view<C> c_;
    Arithmetic arithmetic_;
    matmul_options options_;
    projection direction_;
    rounding_plan product_plan_;
    rounding_plan sum_plan_;
    product_bounds bounds_;
};

template <class Product, class X, class Y, class C, class Accumulator, class Rounding, class Arithmetic>
bool matmul_rounded(const matrix_view<const X>& a, const matrix_view<const Y>& b, const matrix_view<C>& c,
                    const Arithmetic& arithmetic, const matmul_options& options) {
    const simd::isa level = simd::level_for(options.execution);
    if (level == simd::isa::plain || a.columns() == 0)
        return false;
    if constexpr (formatted_number<X> && formatted_number<Y>)
        return rounded_product<X, Y, C, Product, Accumulator, Rounding, Arithmetic>(level, a, b, c,
                                                                                    arithmetic, options)
            .run();
    else
        return false;
}

template <class X, class Y, class C, class Product, class Accumulator, class Rounding>
bool matmul_fast(const matrix_view<const X>& a, const matrix_view<const Y>& b, const matrix_view<C>& c,
                 const arithmetic::rounded<Product, Accumulator, Rounding>& arithmetic,
                 const matmul_options& options) {
    return matmul_rounded<Product, X, Y, C, Accumulator, Rounding>(a, b, c, arithmetic, options);
}
template <class X, class Y, class C, class Accumulator, class Rounding>
bool matmul_fast(const matrix_view<const X>& a, const matrix_view<const Y>& b, const matrix_view<C>& c,
                 const arithmetic::fused<Accumulator, Rounding>& arithmetic, const matmul_options& options) {
    return matmul_rounded<void, X, Y, C, Accumulator, Rounding>(a, b, c, arithmetic, options);
}

}  // namespace detail
}  // namespace v0
}  // namespace halfulp

#endif

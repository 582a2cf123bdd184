// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// What all the ways of the exact matrix product share: see simd/matmul_exact.hpp.

#include <halfulp/arithmetic/exact.hpp>
#include <halfulp/kernels/dot.hpp>
#include <halfulp/simd/matmul_native.hpp>

#if HALFULP_HAS_SIMD

namespace halfulp {
inline namespace v0 {
namespace detail {

/// Adds to a report, if there is one, from any number of threads.
inline void add_to_report(matmul_report* report, const matmul_report& counts) noexcept {
    if (report == nullptr)
        return;
    const auto add = [](std::size_t& total, std::size_t count) {
        __atomic_fetch_add(&total, count, __ATOMIC_RELAXED);
    };
    add(report->single, counts.single);
    add(report->enclosed, counts.enclosed);
    add(report->alone, counts.alone);
    add(report->residues, counts.residues);
    add(report->definition, counts.definition);
}

/// True if products of the two are exact in the carrier, and no sum of 2^30 of them overflows.
template <class Carrier, class X, class Y>
constexpr bool products_are_exact() noexcept {
    if constexpr (simd::has_array_decoder<Carrier, X>() && simd::has_array_decoder<Carrier, Y>()) {
        constexpr float_format x = number_format<X>::value, y = number_format<Y>::value;
        constexpr float_format carrier = number_format<Carrier>::value;
        return x.precision() + y.precision() <= carrier.precision() &&
               x.minimum_quantum_exponent() + y.minimum_quantum_exponent() >=
                   carrier.minimum_quantum_exponent() &&
               x.maximum_exponent() + y.maximum_exponent() + 32 <= carrier.maximum_exponent();
    } else {
        return false;
    }
}

/// One exact product into elements C of format `number_format<C>`. The result's projection is a value here, so that
/// all this is compiled once for the three types.
template <class X, class Y, class C>
struct exact_task {
    using x_type = X;
    using y_type = Y;
    using c_type = C;
    static constexpr float_format format = number_format<C>::value;
    static constexpr bool is_double = std::same_as<C, double>;
    using code =
        std::conditional_t<is_double, std::uint64_t,
                           std::conditional_t<std::same_as<C, float>, std::uint32_t, stored_type<C>>>;

    simd::isa level;
    matrix_view<const X> a;
    matrix_view<const Y> b;
    matrix_view<C> c;
    arithmetic::exact how;
    matmul_options options;
    projection direction = how.rounding ? *how.rounding : projection(result_projection<C>{});
    rounding_plan plan = plan_of(constant_value<format>{}, direction);

    /// Rounds values to codes in the deterministic modes.
    template <class Carrier>
    void round_row(const Carrier* values, code* codes, std::size_t count) const noexcept {
        simd::round_in_carrier(level, simd::deterministic_projection{direction}, values, codes, nullptr,
                               count, plan);
    }

    std::uint64_t element(std::size_t i, std::size_t j) const noexcept {
        return arithmetic::element_number(options.first_row + i, options.first_column + j);
    }
    std::uint64_t random_bits(std::size_t i, std::size_t j) const noexcept {
        return arithmetic::random_bits_at(direction, how.seed, {element(i, j), a.columns()},
                                          arithmetic::rounding_site::result);
    }

    /// Element (i, j) alone, as an exact dot product.
    void one_by_one(std::size_t i, std::size_t j, matmul_report& counts) const {
        if (options.accumulate)
            return by_definition(i, j, counts);
        ++counts.alone;
        c(i, j) = dot<C>(a.row(i), b.column(j), how, {.element = element(i, j)});
    }

    /// By the exact_accumulator.
    void by_definition(std::size_t i, std::size_t j, matmul_report& counts) const {
        ++counts.definition;
        const auto finish = [&](auto sum) {
            accumulate_chain(how, sum, a.row(i), b.column(j), element(i, j));
            c(i, j) = how.template result<C>(sum, {element(i, j), a.columns()});
        };
        if (options.accumulate)
            finish(how.template start<X, Y>(c(i, j)));
        else
            finish(how.template zero<X, Y>());
    }
};

}  // namespace detail

}  // namespace v0
}  // namespace halfulp

#endif

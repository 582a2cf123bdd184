// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// l_mul held against the formulas of reference/l_mul.hpp: for all pairs of small formats, for random pairs of
/// others; options at run time and at compile time, value and flags.

#include <halfulp/formats/l_mul.hpp>
#include <halfulp/formats/named.hpp>
#include <halfulp/reference/l_mul.hpp>

#include "support/catch.hpp"
#include "support/formats.hpp"
#include "support/random.hpp"
#include "support/tally.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace halfulp_test {

using namespace halfulp;

inline std::string name_of(const l_mul_options& o) {
    static const char* const definitions[] = {"integer_adder", "real_formula", "mitchell", "exact"};
    return std::string(definitions[static_cast<int>(o.definition)]) +
           " m=" + std::to_string(o.significand_bits) + " l=" + std::to_string(o.offset) + " operands " +
           name_of(projection{o.operand_rounding}) + " subnormals " +
           std::to_string(static_cast<int>(o.subnormals)) + " underflow " +
           std::to_string(static_cast<int>(o.underflow));
}

inline constexpr std::array four_definitions{l_mul_adder, l_mul_formula, l_mul_mitchell, l_mul_exact};

/// Every value of every option with each of the definitions; few of the combinations.
inline const std::vector<l_mul_options>& many_options() {
    static const std::vector<l_mul_options> all = [] {
        std::vector<l_mul_options> result;
        for (const l_mul_options& definition : four_definitions) {
            const auto add = [&](auto change) {
                l_mul_options options = definition;
                change(options);
                result.push_back(options);
            };
            for (const int m : {0, 1, 2, 3, 5, 7})
                for (const rounding mode : deterministic_modes())
                    add([&](l_mul_options& o) {
                        o.significand_bits = m;
                        o.operand_rounding = mode;
                    });
            for (const int l : {0, 1, 2, 6, 60})
                add([&](l_mul_options& o) { o.offset = l; });
            for (const auto subnormals :
                 {l_mul_subnormals::as_pattern, l_mul_subnormals::normalized, l_mul_subnormals::as_zero})
                for (const auto underflow : {l_mul_underflow::to_zero, l_mul_underflow::gradual}) {
                    add([&](l_mul_options& o) {
                        o.subnormals = subnormals;
                        o.underflow = underflow;
                    });
                    add([&](l_mul_options& o) {
                        o.subnormals = subnormals;
                        o.underflow = underflow;
                        o.significand_bits = 1;
                        o.operand_rounding = rounding::ties_to_even;
                    });
                }
        }
        return result;
    }();
    return all;
}

/// The operands that the codes of a format are, for one set of options.
inline std::vector<reference::exact_value> operand_table(const float_format& format,
                                                         const l_mul_options& options,
                                                         const reference::l_mul_parameters& parameters) {
    std::vector<reference::exact_value> result;
    for (std::uint64_t code = 0; code < std::uint64_t{1} << format.bits(); ++code)
        result.push_back(
            reference::l_mul_operand(format, uint128{code}, parameters, options.operand_rounding));
    return result;
}

/// What the library gives for one pair of codes: plainly, and with flags.
struct product_codes {
    uint128 plain;
    uint128 flagged;
    status flags;
};

/// One case: formats and options, and the library's answer for them. Types stay on the other side of a pointer, so
/// that the checks are compiled once.
struct l_mul_case {
    float_format x;
    float_format y;
    float_format result;
    l_mul_options options;
    projection how;
    product_codes (*compute)(uint128 x, uint128 y, const l_mul_options& options, const projection& how,
                             std::uint64_t random);
};

/// `Options` as an l_mul_options takes the options at run time, as a constant at compile time.
template <class Result, class X, class Y, class Options>
l_mul_case make_case(Options options, const projection& how) {
    return {number_format<X>::value,
            number_format<Y>::value,
            number_format<Result>::value,
            options,
            how,
            [](uint128 x_code, uint128 y_code, const l_mul_options& at_run_time, const projection& p,
               std::uint64_t random) -> product_codes {
                const X x = detail::from_code<X>(static_cast<code_uint<detail::format_of<X>>>(x_code));
                const Y y = detail::from_code<Y>(static_cast<code_uint<detail::format_of<Y>>>(y_code));
                if constexpr (std::is_same_v<Options, l_mul_options>) {
                    const auto z = l_mul<with_status<Result>>(x, y, at_run_time, p, random);
                    const uint128 code{detail::to_code(z.value)};
                    return {code, code, z.flags};
                } else {
                    const auto z = l_mul<with_status<Result>>(x, y, Options{}, p, random);
                    return {uint128{detail::to_code(l_mul<Result>(x, y, Options{}, p, random))},
                            uint128{detail::to_code(z.value)}, z.flags};
                }
            }};
}

/// One pair beside what is expected of it.
inline void expect_product(tally& t, const l_mul_case& c, uint128 x, uint128 y, std::uint64_t random,
                           const reference::rounded& expected) {
    const product_codes got = c.compute(x, y, c.options, c.how, random);
    t.expect(got.plain == expected.code && got.flagged == expected.code && got.flags == expected.flags, [&] {
        return name_of(c.options) + " " + name_of(c.how) + ": " + name_of(c.x) + " " + hexadecimal(x) + ", " +
               name_of(c.y) + " " + hexadecimal(y) + " -> " + name_of(c.result) + ": got " +
               hexadecimal(got.plain) + " and with flags " + hexadecimal(got.flagged) + " " +
               name_of(got.flags) + ", expected " + hexadecimal(expected.code) + " " +
               name_of(expected.flags);
    });
}

/// All pairs (every stride-th) of codes of two formats of up to 8 bits.
inline void check_pairs(tally& t, const l_mul_case& c, std::uint64_t stride, std::uint64_t first = 0) {
    const reference::l_mul_parameters parameters(c.options, c.x.significand_bits, c.y.significand_bits);
    const auto xs = operand_table(c.x, c.options, parameters);
    const auto ys = operand_table(c.y, c.options, parameters);
    for (std::uint64_t pair = first; pair < xs.size() * ys.size(); pair += stride) {
        const auto i = static_cast<std::size_t>(pair / ys.size());
        const auto j = static_cast<std::size_t>(pair % ys.size());
        const auto expected = reference::l_mul_result(
            reference::l_mul_product(xs[i], ys[j], c.options.definition, parameters.l), parameters.to_zero,
            c.result, c.how);
        expect_product(t, c, uint128{i}, uint128{j}, 0, expected);
    }
}

/// Random pairs, half of them directed at hard cases.
inline void check_random(tally& t, const l_mul_case& c, int pairs, std::uint64_t seed) {
    code_generator random_x(c.x, seed);
    code_generator random_y(c.y, seed + 1);
    generator bits(seed + 2);
    for (int i = 0; i < pairs; ++i) {
        const uint128 x = random_x.any();
        const uint128 y = random_y.any();
        const std::uint64_t random = bits();
        expect_product(t, c, x, y, random,
                       reference::l_mul(c.x, x, c.y, y, c.result, c.options, c.how, random));
    }
}

/// The definitions for all pairs, the other options and projections on a part of them each.
template <class Result, class X, class Y = X>
void check_options_at_run_time(tally& t) {
    const std::uint64_t sparse = cases_for_effort(61u, 1u, 1u);
    for (const l_mul_options& options : four_definitions)
        check_pairs(t, make_case<Result, X, Y>(options, {}), sparse);
    const std::uint64_t stride = sparse * cases_for_effort(31u, 31u, 1u);
    std::uint64_t first = 0;
    const auto& projections = deterministic_projections();
    for (const l_mul_options& options : many_options()) {
        check_pairs(t, make_case<Result, X, Y>(options, projections[first % projections.size()]), stride,
                    first % stride);
        ++first;
    }
}

/// The formats of IEEE P3109 of one width and signedness: every precision, finite and extended.
template <int Width, p3109::signedness Sign>
void check_p3109(tally& t) {
    constexpr int precisions = Sign == p3109::signedness::signed_values ? Width - 1 : Width;
    const auto check = [&t]<std::size_t... I>(std::index_sequence<I...>) {
        using p3109::domain;
        (check_options_at_run_time<p3109::binary<Width, static_cast<int>(I) + 1, Sign, domain::finite>,
                                   p3109::binary<Width, static_cast<int>(I) + 1, Sign, domain::finite>>(t),
         ...);
        (check_options_at_run_time<p3109::binary<Width, static_cast<int>(I) + 1, Sign, domain::extended>,
                                   p3109::binary<Width, static_cast<int>(I) + 1, Sign, domain::extended>>(t),
         ...);
    };
    check(std::make_index_sequence<precisions>());
}

/// The same options known to the compiler, for all pairs.
template <class Result, class X, class Y, l_mul_options... Options>
void check_options_at_compile_time(tally& t) {
    (check_pairs(t, make_case<Result, X, Y>(constant_value<Options>{}, {}), cases_for_effort(61u, 1u, 1u)),
     ...);
}

}  // namespace halfulp_test

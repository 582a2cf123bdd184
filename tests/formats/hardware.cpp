// SPDX-License-Identifier: BSL-1.0
//
// float32 and float64 are the processor's float and double: the same bits and flags from + − × ÷, sqrt,
// fma and conversions, in its four rounding directions, which are set in its control register around
// each operation. Subnormals, zeros, infinities and (quiet) NaN included.

#include <halfulp/halfulp.hpp>

#include "support/formats.hpp"
#include "support/processor.hpp"
#include "support/random.hpp"
#include "support/tally.hpp"

#include <bit>
#include <cmath>
#include <cstdint>

using namespace halfulp;
using namespace halfulp_test;

namespace {

constexpr rounding processor_modes[] = {rounding::ties_to_even, rounding::toward_zero,
                                        rounding::toward_positive, rounding::toward_negative};
constexpr const char* names[] = {"add", "subtract", "multiply", "divide", "sqrt", "fma", "remainder"};

template <class Result, class T>
Result ours(processor_operation op, const projection& p, T x, T y, T z) {
    switch (op) {
        case processor_operation::add:
            return add<Result>(x, y, p);
        case processor_operation::subtract:
            return subtract<Result>(x, y, p);
        case processor_operation::multiply:
            return multiply<Result>(x, y, p);
        case processor_operation::divide:
            return divide<Result>(x, y, p);
        case processor_operation::sqrt:
            return halfulp::sqrt<Result>(x, p);
        case processor_operation::fma:
            return halfulp::fma<Result>(x, y, z, p);
        case processor_operation::remainder:
            return halfulp::remainder<Result>(x, y, p);
    }
    return {};
}

/// The library knows no signalling NaN: a NaN operand is made quiet.
template <class Float>
Float quiet(uint128 code) {
    const Float x = detail::from_code<Float>(code);
    if (!std::isnan(x))
        return x;
    const uint128 quiet_bit = uint128{1} << (number_format<Float>::value.significand_bits - 1);
    return detail::from_code<Float>(code | quiet_bit);
}

template <class Float>
bool same(Float x, Float y) {
    return std::isnan(x) ? std::isnan(y) : detail::to_code(x) == detail::to_code(y);
}

template <class Format, class Float>
void check_operation(tally& t, processor_operation op, Float a, Float b, Float c) {
    const auto x = std::bit_cast<Format>(a);
    const auto y = std::bit_cast<Format>(b);
    const auto z = std::bit_cast<Format>(c);
    // The C library computes a remainder, and fma on old processors, without the control register.
    const bool in_software =
        op == processor_operation::remainder || (op == processor_operation::fma && !has_fused_multiply_add());
    for (const rounding mode : processor_modes) {
        if (mode != rounding::ties_to_even && (in_software || !processor_state::has_directions))
            continue;
        volatile Float u = a;
        volatile Float v = b;
        volatile Float w = c;
        Float theirs = 0;
        status flags;
        {
            const processor_state state(mode);
            theirs = compute<Float>(op, u, v, w);
            flags = state.flags();
        }
        // IEEE 754, 5.3.1: a zero remainder has the sign of x; glibc 2.36 sometimes gives the other.
        if (op == processor_operation::remainder && theirs == 0)
            theirs = std::copysign(theirs, a);
        const projection p{mode};
        const auto fast = std::bit_cast<Float>(ours<Format>(op, p, x, y, z));
        const auto exact = ours<with_status<Format>>(op, p, x, y, z);
        const auto builtin = ours<Float>(op, p, a, b, c);
        const bool flags_agree = in_software || !processor_state::has_directions || exact.flags == flags;
        t.expect(same(theirs, fast) && same(theirs, std::bit_cast<Float>(exact.value)) &&
                     same(theirs, builtin) && flags_agree,
                 [&] {
                     return std::string(names[static_cast<int>(op)]) + " " + name_of(p) + " of " +
                            hexadecimal(detail::to_code(a)) + ", " + hexadecimal(detail::to_code(b)) + ", " +
                            hexadecimal(detail::to_code(c)) + ": got " + hexadecimal(detail::to_code(fast)) +
                            " and, exact lane, " + hexadecimal(exact.value.to_bits()) + " " +
                            name_of(exact.flags) + ", the processor says " +
                            hexadecimal(detail::to_code(theirs)) + " " + name_of(flags);
                 });
    }
}

template <class Format, class Float>
void check_type(const char* name, int triples, std::uint64_t seed) {
    tally t(std::string(name) + " against the processor, 7 operations, directed triples, 4 directions");
    code_generator codes(Format::format, seed);
    for (int i = 0; i < triples; ++i) {
        const uint128 x = codes.any();
        const uint128 y = i % 4 == 0 ? codes.any() : codes.partner(x);
        const auto a = quiet<Float>(x);
        const auto b = quiet<Float>(y);
        volatile Float product = a * b;
        const uint128 z = i % 2 == 0 ? codes.any() : codes.partner(detail::to_code(Float{product}));
        for (int op = 0; op <= static_cast<int>(processor_operation::remainder); ++op)
            check_operation<Format>(t, static_cast<processor_operation>(op), a, b, quiet<Float>(z));
    }
    require(t);
}

template <class To, class From>
void check_conversion(tally& t, From x) {
    for (const rounding mode : processor_modes) {
        if (mode != rounding::ties_to_even && !processor_state::has_directions)
            continue;
        volatile From from = x;
        volatile To to{};
        status flags;
        {
            const processor_state state(mode);
            to = static_cast<To>(from);
            flags = state.flags();
        }
        const To theirs = to;
        const projection p{mode};
        const auto fast = convert<To>(x, p);
        const auto exact = convert<with_status<To>>(x, p);
        t.expect(same(theirs, fast) && same(theirs, exact.value) &&
                     (!processor_state::has_directions || exact.flags == flags),
                 [&] {
                     return name_of(p) + " of " + hexadecimal(detail::to_code(x)) + ": got " +
                            hexadecimal(detail::to_code(fast)) + " " + name_of(exact.flags) +
                            ", the processor says " + hexadecimal(detail::to_code(theirs)) + " " +
                            name_of(flags);
                 });
    }
}

}  // namespace

TEST_CASE("float32 is the processor's float, bit for bit, flags included") {
    if (!processor_state::has_directions)
        WARN("no access to the rounding direction on this processor: ties_to_even alone, without flags");
    check_type<float32, float>("float32", cases_for_effort(3'000, 100'000, 10'000'000), 21);
}

TEST_CASE("float64 is the processor's double, bit for bit, flags included") {
    if (!processor_state::has_directions)
        WARN("no access to the rounding direction on this processor: ties_to_even alone, without flags");
    check_type<float64, double>("float64", cases_for_effort(3'000, 100'000, 10'000'000), 22);
}

TEST_CASE("float32 with subnormal results is the processor's, bit for bit") {
    tally t("float32 against the processor, results near and below the smallest normal value");
    generator random(23);
    for (int i = 0; i < cases_for_effort(3'000, 60'000, 6'000'000); ++i) {
        // Exponent fields that add up to about the smallest one, so that products and quotients
        // straddle it, and pairs with few significant bits, so that ties occur.
        const std::uint64_t field = 1 + random.below(140);
        const std::uint64_t other = 127 + 4 - random.below(30) + (field < 127 ? 0 : 1);
        const std::uint64_t mask = i % 2 == 0 ? 0x7fffffu : 0x7ff000u;
        const std::uint64_t sign = random.below(2) << 31;
        const std::uint64_t second = other > field ? other - field : 0;
        const auto a = quiet<float>(uint128{sign | field << 23 | (random() & mask)});
        const auto b = quiet<float>(uint128{second << 23 | (random() & mask)});
        const auto c = quiet<float>(uint128{random() & 0x80ffffffu});
        check_operation<float32>(t, processor_operation::multiply, a, b, c);
        check_operation<float32>(t, processor_operation::fma, a, b, c);
        const auto divisor =
            quiet<float>(uint128{(field + 126 > 254 ? 254 : field + 126) << 23 | (random() & mask)});
        check_operation<float32>(t, processor_operation::divide, a, divisor, c);
        check_operation<float32>(t, processor_operation::add, c,
                                 quiet<float>(uint128{random() & 0x80ffffffu}), a);
    }
    require(t);
}

TEST_CASE("double to float and float to double are the processor's, flags included") {
    tally t("double to float and back against the processor, directed values, 4 directions");
    code_generator doubles(formats::float64, 24);
    code_generator floats(formats::float32, 25);
    generator random(26);
    for (int i = 0; i < cases_for_effort(5'000, 200'000, 20'000'000); ++i) {
        check_conversion<float>(t, quiet<double>(doubles.any()));
        const float x = quiet<float>(floats.any());
        check_conversion<double>(t, x);
        if (std::isnan(x))
            continue;
        // Beside a float, and beside the midpoint between two.
        const auto code = std::bit_cast<std::uint64_t>(static_cast<double>(x));
        const std::uint64_t half = i % 2 == 0 ? std::uint64_t{1} << 28 : 0;
        check_conversion<float>(t, quiet<double>(uint128{code + half + random.below(3) - 1}));
        // In the range of float's subnormal values and of overflow.
        const std::uint64_t field = i % 3 == 0 ? 1023 + 127 + random.below(2) : 1023 - 126 - random.below(26);
        const std::uint64_t few = ~std::uint64_t{0} << (20 + random.below(32));
        check_conversion<float>(t, quiet<double>(uint128{random.below(2) << 63 | field << 52 |
                                                         (random() & few & ((std::uint64_t{1} << 52) - 1))}));
    }
    require(t);
}

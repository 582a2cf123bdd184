// SPDX-License-Identifier: BSL-1.0

/// @file
/// The reference on float32 and float64 against the processor, results and flags: in
/// ties_to_even everywhere, in the other directions on x86-64 through its control register.

#include <halfulp/reference/operations.hpp>

#include "support/catch.hpp"
#include "support/processor.hpp"

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <type_traits>

namespace {

using namespace halfulp;
using reference::exact_value;

using operation = halfulp_test::processor_operation;
using halfulp_test::has_fused_multiply_add;
using halfulp_test::processor_state;

exact_value compute(operation op, const exact_value& x, const exact_value& y, const exact_value& z) {
    switch (op) {
        case operation::add:
            return x + y;
        case operation::subtract:
            return x - y;
        case operation::multiply:
            return x * y;
        case operation::divide:
            return x / y;
        case operation::sqrt:
            return sqrt(x);
        case operation::fma:
            return fma(x, y, z);
        case operation::remainder:
            return remainder(x, y);
    }
    return {};
}

/// Bits with the hard cases well represented; NaN always quiet.
template <class Bits>
Bits awkward_bits(std::mt19937_64& generator, Bits other, int significand_bits) {
    constexpr int width = static_cast<int>(sizeof(Bits)) * 8;
    const Bits exponent_mask =
        static_cast<Bits>(((Bits{1} << (width - 1 - significand_bits)) - 1) << significand_bits);
    const Bits quiet = static_cast<Bits>(Bits{1} << (significand_bits - 1));
    Bits bits = static_cast<Bits>(generator());
    const Bits nearby = static_cast<Bits>(generator() % 4);
    switch (generator() % 8) {
        case 0:
            bits = static_cast<Bits>(other + nearby);
            break;
        case 1:
            bits = static_cast<Bits>((other ^ (Bits{1} << (width - 1))) - nearby);
            break;
        case 2:
            bits &= static_cast<Bits>(~exponent_mask);
            break;
        case 3:
            bits = static_cast<Bits>((bits & ~((Bits{1} << significand_bits) - 1)) + nearby - 1);
            break;
        case 4:
            bits = static_cast<Bits>((bits & (Bits{1} << (width - 1))) + exponent_mask + nearby - 2);
            break;
        case 5:
            bits = static_cast<Bits>((bits & ~exponent_mask) | (other & exponent_mask));
            break;
        default:
            break;
    }
    const bool is_nan = (bits & exponent_mask) == exponent_mask && (bits & ~exponent_mask) << 1 != 0;
    return is_nan ? static_cast<Bits>(bits | quiet) : bits;
}

template <class Float, class Bits>
long compare_with_processor(const float_format& format, int cases) {
    std::mt19937_64 generator(6);
    long count = 0;
    for (int i = 0; i < cases; ++i) {
        const Bits a = awkward_bits<Bits>(generator, 0, format.significand_bits);
        const Bits b = awkward_bits<Bits>(generator, a, format.significand_bits);
        const Bits c = awkward_bits<Bits>(generator, generator() % 2 == 0 ? a : b, format.significand_bits);
        const exact_value x = reference::decode(format, uint128{a});
        const exact_value y = reference::decode(format, uint128{b});
        const exact_value z = reference::decode(format, uint128{c});
        for (int op = 0; op <= static_cast<int>(operation::remainder); ++op) {
            const auto operation_ = static_cast<operation>(op);
            const reference::bracket bracket(compute(operation_, x, y, z), format);
            for (const rounding mode : {rounding::ties_to_even, rounding::toward_zero,
                                        rounding::toward_positive, rounding::toward_negative}) {
                // The remainder is exact, and the C library computes it without the control register.
                const bool in_software = operation_ == operation::remainder ||
                                         (operation_ == operation::fma && !has_fused_multiply_add());
                if (mode != rounding::ties_to_even && (in_software || !processor_state::has_directions))
                    continue;
                const reference::rounded ours = bracket.resolve({.mode = mode});
                volatile auto u = std::bit_cast<Float>(a);
                volatile auto v = std::bit_cast<Float>(b);
                volatile auto w = std::bit_cast<Float>(c);
                Float theirs = 0;
                status flags = ours.flags;
                {
                    const processor_state state(mode);
                    theirs = halfulp_test::compute<Float>(operation_, u, v, w);
#if defined(__x86_64__)
                    if (!in_software)
                        flags = state.flags();
#endif
                }
                ++count;
                const auto bits = std::bit_cast<Bits>(theirs);
                const bool same = std::isnan(theirs) ? reference::decode(format, ours.code).is_nan()
                                                     : ours.code == uint128{bits};
                if (!same || flags != ours.flags)
                    FAIL("operation "
                         << op << ", mode " << static_cast<int>(mode) << ": " << x.to_string() << ", "
                         << y.to_string() << ", " << z.to_string() << " gives "
                         << reference::decode(format, ours.code).to_string() << ", the processor says "
                         << exact_value(static_cast<double>(theirs)).to_string() << "; flags "
                         << ours.flags.inexact << ours.flags.overflow << ours.flags.underflow
                         << ours.flags.invalid << ours.flags.divide_by_zero << ", the processor says "
                         << flags.inexact << flags.overflow << flags.underflow << flags.invalid
                         << flags.divide_by_zero);
            }
        }
    }
    return count;
}

}  // namespace

TEST_CASE("float64 equals the processor's double in its rounding directions, flags included") {
    const int cases = halfulp_test::cases_for_effort(2'000, 100'000, 10'000'000);
    CHECK(compare_with_processor<double, std::uint64_t>(formats::float64, cases) >= 7 * cases);
}

TEST_CASE("float32 equals the processor's float in its rounding directions, flags included") {
    const int cases = halfulp_test::cases_for_effort(2'000, 100'000, 10'000'000);
    CHECK(compare_with_processor<float, std::uint32_t>(formats::float32, cases) >= 7 * cases);
}

TEST_CASE("conversion from double to float equals the processor's") {
    std::mt19937_64 generator(7);
    const int cases = halfulp_test::cases_for_effort(5'000, 300'000, 30'000'000);
    for (int i = 0; i < cases; ++i) {
        std::uint64_t bits = awkward_bits<std::uint64_t>(generator, 0, 52);
        if (i % 2 == 0)  // in float's range, next to one of its values or midpoints
            bits = std::bit_cast<std::uint64_t>(static_cast<double>(
                       std::bit_cast<float>(static_cast<std::uint32_t>(generator()) & 0xff7fffffu))) +
                   (generator() % 3) - 1 + (i % 4 == 0 ? std::uint64_t{1} << 28 : 0);
        volatile auto x = std::bit_cast<double>(bits);
        volatile auto narrow = static_cast<float>(x);
        const float result = narrow;
        const auto ours = reference::convert(formats::float64, uint128{bits}, formats::float32);
        if (std::isnan(result)) {
            REQUIRE(reference::decode(formats::float32, ours.code).is_nan());
        } else {
            REQUIRE(ours.code == uint128{std::bit_cast<std::uint32_t>(result)});
        }
    }
}

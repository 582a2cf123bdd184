// SPDX-License-Identifier: BSL-1.0

/// @file
/// The reference against MPFR, which emulates IEEE 754 formats by a limited exponent range and
/// mpfr_subnormalize: results and flags of every operation in MPFR's five modes.

#include <halfulp/reference/operations.hpp>

#include "reference/format_lists.hpp"
#include "support/catch.hpp"

#include <cstdint>
#include <functional>
#include <random>
#include <string>

namespace {

using namespace halfulp;
using reference::exact_value;

struct mode_pair {
    rounding ours;
    mpfr_rnd_t theirs;
};
constexpr mode_pair modes[] = {{rounding::ties_to_even, MPFR_RNDN},
                               {rounding::toward_zero, MPFR_RNDZ},
                               {rounding::toward_positive, MPFR_RNDU},
                               {rounding::toward_negative, MPFR_RNDD},
                               {rounding::away_from_zero, MPFR_RNDA}};

/// MPFR's exponent range set to a format's while it lives. MPFR's significands are in [1/2, 1).
class exponent_range {
  public:
    explicit exponent_range(const float_format& format)
        : minimum_(mpfr_get_emin()), maximum_(mpfr_get_emax()) {
        mpfr_set_emin(format.minimum_quantum_exponent() + 1);
        mpfr_set_emax(format.maximum_exponent() + 1);
        mpfr_clear_flags();
    }
    exponent_range(const exponent_range&) = delete;
    exponent_range& operator=(const exponent_range&) = delete;
    ~exponent_range() {
        mpfr_set_emin(minimum_);
        mpfr_set_emax(maximum_);
    }

  private:
    mpfr_exp_t minimum_;
    mpfr_exp_t maximum_;
};

struct operands {
    exact_value x, y, z;
    mpfr_real u, v, w;  // the same for MPFR

    operands(const float_format& format, uint128 a, uint128 b, uint128 c)
        : x(reference::decode(format, a)),
          y(reference::decode(format, b)),
          z(reference::decode(format, c)),
          u(x.to_mpfr(format.precision())),
          v(y.to_mpfr(format.precision())),
          w(z.to_mpfr(format.precision())) {}
};

struct operation {
    const char* name;
    int operand_count;
    std::function<exact_value(const operands&)> ours;
    std::function<int(mpfr_ptr, const operands&, mpfr_rnd_t)> theirs;
};

const operation operations[] = {
    {"add", 2, [](const operands& o) { return o.x + o.y; },
     [](mpfr_ptr r, const operands& o, mpfr_rnd_t m) { return mpfr_add(r, o.u.get(), o.v.get(), m); }},
    {"subtract", 2, [](const operands& o) { return o.x - o.y; },
     [](mpfr_ptr r, const operands& o, mpfr_rnd_t m) { return mpfr_sub(r, o.u.get(), o.v.get(), m); }},
    {"multiply", 2, [](const operands& o) { return o.x * o.y; },
     [](mpfr_ptr r, const operands& o, mpfr_rnd_t m) { return mpfr_mul(r, o.u.get(), o.v.get(), m); }},
    {"divide", 2, [](const operands& o) { return o.x / o.y; },
     [](mpfr_ptr r, const operands& o, mpfr_rnd_t m) { return mpfr_div(r, o.u.get(), o.v.get(), m); }},
    {"remainder", 2, [](const operands& o) { return remainder(o.x, o.y); },
     [](mpfr_ptr r, const operands& o, mpfr_rnd_t m) { return mpfr_remainder(r, o.u.get(), o.v.get(), m); }},
    {"sqrt", 1, [](const operands& o) { return sqrt(o.x); },
     [](mpfr_ptr r, const operands& o, mpfr_rnd_t m) { return mpfr_sqrt(r, o.u.get(), m); }},
    {"fma", 3, [](const operands& o) { return fma(o.x, o.y, o.z); },
     [](mpfr_ptr r, const operands& o, mpfr_rnd_t m) {
         return mpfr_fma(r, o.u.get(), o.v.get(), o.w.get(), m);
     }},
};

/// One operation in all modes; returns the number of comparisons.
int check(const float_format& format, const operation& op, const operands& o) {
    const reference::bracket bracket(op.ours(o), format);
    const bool nan_operand =
        o.x.is_nan() || (op.operand_count >= 2 && o.y.is_nan()) || (op.operand_count >= 3 && o.z.is_nan());
    for (const mode_pair& mode : modes) {
        const reference::rounded ours = bracket.resolve({.mode = mode.ours});
        mpfr_real theirs(format.precision());
        status flags;
        {
            const exponent_range range(format);
            int ternary = op.theirs(theirs.get(), o, mode.theirs);
            ternary = mpfr_subnormalize(theirs.get(), ternary, mode.theirs);
            flags = {.inexact = ternary != 0,
                     .overflow = mpfr_overflow_p() != 0,
                     .underflow = mpfr_underflow_p() != 0 && ternary != 0,  // MPFR flags exact subnormals too
                     .invalid = mpfr_nan_p(theirs.get()) != 0 && !nan_operand,
                     .divide_by_zero = mpfr_divby0_p() != 0};
        }
        const exact_value expected(theirs);
        const exact_value found = reference::decode(format, ours.code);
        const bool same = found.is_nan() ? expected.is_nan()
                                         : found == expected && found.is_negative() == expected.is_negative();
        if (!same || ours.flags != flags)
            FAIL(op.name << " of " << o.x.to_string() << ", " << o.y.to_string() << ", " << o.z.to_string()
                         << " in " << halfulp_test::name_of(format) << ", mode "
                         << static_cast<int>(mode.ours) << ": " << found.to_string() << ", MPFR says "
                         << expected.to_string() << "; flags " << ours.flags.inexact << ours.flags.overflow
                         << ours.flags.underflow << ours.flags.invalid << ours.flags.divide_by_zero
                         << ", MPFR says " << flags.inexact << flags.overflow << flags.underflow
                         << flags.invalid << flags.divide_by_zero);
    }
    return static_cast<int>(std::size(modes));
}

/// Codes that find mistakes: any bits, few bits set, next to a limit, next to another operand.
uint128 awkward_code(const float_format& format, std::mt19937_64& generator, uint128 other) {
    const uint128 all = format.sign_mask() | format.magnitude_mask();
    const uint128 random = ((uint128{generator()} << 64) | uint128{generator()}) & all;
    const uint128 nearby{generator() % 4};
    switch (generator() % 8) {
        case 0:
            return (other + nearby) & all;
        case 1:
            return ((other ^ format.sign_mask()) - nearby) & all;
        case 2:  // neighbours in exponent, the same or few significand bits
            return (other + (nearby << format.significand_bits)) & all;
        case 3:  // a power of two or just beside it
            return ((random & ~format.significand_mask()) + nearby - uint128{1}) & all;
        case 4: {  // specials and limits
            const uint128 limits[] = {uint128{0}, uint128{1} << format.significand_bits,
                                      format.infinity_magnitude(), format.largest_finite_magnitude()};
            return (limits[generator() % 4] + nearby - uint128{1} + (random & format.sign_mask())) & all;
        }
        case 5:  // exponents around 0, so that products stay in range
            return ((random & (format.sign_mask() | format.significand_mask())) +
                    (uint128{static_cast<std::uint64_t>(format.bias - 4) + generator() % 8}
                     << format.significand_bits)) &
                   all;
        case 6:  // subnormal
            return random & (format.sign_mask() | format.significand_mask());
        default:
            return random;
    }
}

}  // namespace

TEST_CASE("8-bit IEEE formats agree with MPFR for every pair of operands") {
    for (const float_format& format : {formats::float8_e5m2, formats::float8_e4m3, formats::float8_e3m4}) {
        const std::uint64_t step = halfulp_test::cases_for_effort<std::uint64_t>(7, 1, 1);
        long count = 0;
        for (std::uint64_t a = 0; a < 256; a += step)
            for (std::uint64_t b = 0; b < 256; b += step) {
                const operands o(format, uint128{a}, uint128{b}, uint128{(a * 37 + b * 91) % 256});
                for (const operation& op : operations)
                    count += check(format, op, o);
            }
        CHECK(count >= 40'000);
    }
}

TEST_CASE("wider IEEE formats agree with MPFR on awkward operands") {
    std::mt19937_64 generator(4);
    for (const float_format& format : {formats::float16, formats::bfloat16, formats::tfloat32,
                                       formats::float32, formats::float64, formats::float128}) {
        const int cases = halfulp_test::cases_for_effort(500, 20'000, 2'000'000);
        for (int i = 0; i < cases; ++i) {
            const uint128 a = awkward_code(format, generator, uint128{0});
            const uint128 b = awkward_code(format, generator, a);
            const uint128 c = awkward_code(format, generator, generator() % 2 == 0 ? a : b);
            const operands o(format, a, b, c);
            for (const operation& op : operations)
                check(format, op, o);
        }
        CHECK(cases > 0);
    }
}

TEST_CASE("conversions between IEEE formats agree with MPFR") {
    std::mt19937_64 generator(5);
    const operation convert{"convert", 1, [](const operands& o) { return o.x; },
                            [](mpfr_ptr r, const operands& o, mpfr_rnd_t m) {
                                return mpfr_check_range(r, mpfr_set(r, o.u.get(), m), m);
                            }};
    long count = 0;
    for (const float_format& from : {formats::float64, formats::float32, formats::float16, formats::float128})
        for (const float_format& to : {formats::float8_e5m2, formats::float8_e4m3, formats::float16,
                                       formats::bfloat16, formats::float32, formats::float64})
            for (int i = 0; i < halfulp_test::cases_for_effort(500, 10'000, 1'000'000); ++i) {
                // Half of them just beside a value of the narrow format or a midpoint.
                uint128 code = awkward_code(from, generator, uint128{0});
                if (i % 2 == 0) {
                    const uint128 target = awkward_code(to, generator, uint128{0});
                    const exact_value v = reference::decode(to, target);
                    code = reference::round(v * exact_value(i % 4 == 0 ? 1.0 : 1.0 + 0x1p-11), from).code;
                    code = code + uint128{static_cast<std::uint64_t>(i % 3)} - uint128{1};
                    code = code & (from.sign_mask() | from.magnitude_mask());
                }
                count += check(to, convert, operands(from, code, uint128{0}, uint128{0}));
            }
    CHECK(count > 0);
}

// SPDX-License-Identifier: BSL-1.0
// requires: exact
//
// Text in formats of 128 bits: parsing against exact rational arithmetic in every mode and with the
// most extreme exponents; binary128 against MPFR, which reads, rounds and prints in its own way.

#include <halfulp/formats/named.hpp>
#include <halfulp/formats/text.hpp>
#include <halfulp/interop/mpfr.hpp>

#include "formats/text_checks.hpp"
#include "support/catch.hpp"

#include <cstdint>
#include <random>
#include <string>
#include <vector>

using namespace halfulp;
using namespace halfulp_test;

using very_small = custom_float<float_format{.exponent_bits = 15, .significand_bits = 112, .bias = 65536}>;
using very_large = custom_float<float_format{.exponent_bits = 15, .significand_bits = 112, .bias = -65536}>;
using fixed_point = custom_float<float_format{.exponent_bits = 0,
                                              .significand_bits = 127,
                                              .bias = 64,
                                              .has_infinity = false,
                                              .nan = nan_encoding::none}>;
using unsigned_integer = custom_float<float_format{.exponent_bits = 0,
                                                   .significand_bits = 128,
                                                   .bias = -127,
                                                   .has_sign = false,
                                                   .has_negative_zero = false,
                                                   .has_infinity = false,
                                                   .nan = nan_encoding::none}>;

TEMPLATE_TEST_CASE("text into 128 bits", "", float128, very_small, very_large, fixed_point,
                   unsigned_integer) {
    constexpr float_format format = TestType::format;
    tally t("text into " + name_of(format));
    std::mt19937_64 generator(5);
    const uint128 largest = format.largest_finite_magnitude();
    const std::vector<draw> all = draws(generator);
    std::vector<uint128> codes{uint128{1}, largest, largest - uint128{1}};
    const bool slow = format.bias == 65536 && format.exponent_bits > 0;  // 46,000 digits
    for (int i = 0; i < cases_for_effort(slow ? 0 : 1, slow ? 0 : 6, 200); ++i) {
        const uint128 code = (uint128{generator()} << 64) | uint128{generator()};
        codes.push_back(low_bits(code, format.magnitude_bits() - 1));
    }
    for (const uint128& magnitude : codes)
        around(generator, format, magnitude, 0, [&](const std::string& text) {
            std::vector<draw> few;
            for (int i = 0; i < 4; ++i)
                few.push_back(all[generator() % all.size()]);
            check<TestType>(t, text, few);
        });
    require(t);
}

namespace {

constexpr int float128_precision = 113;

/// MPFR with the exponents of binary128, where mpfr_subnormalize makes it the same format.
struct float128_exponents {
    mpfr_exp_t minimum = mpfr_get_emin();
    mpfr_exp_t maximum = mpfr_get_emax();
    float128_exponents() {
        mpfr_set_emin(-16493);  // MPFR's significands are in [1/2, 1)
        mpfr_set_emax(16384);
    }
    ~float128_exponents() {
        mpfr_set_emin(minimum);
        mpfr_set_emax(maximum);
    }
    float128_exponents(const float128_exponents&) = delete;
    float128_exponents& operator=(const float128_exponents&) = delete;
};

mpfr_real read_with_mpfr(const std::string& text, mpfr_rnd_t direction) {
    mpfr_real value(static_cast<mpfr_prec_t>(float128_precision));
    char* end = nullptr;
    const int ternary = mpfr_strtofr(value.get(), text.c_str(), &end, 0, direction);
    REQUIRE(*end == '\0');
    mpfr_subnormalize(value.get(), ternary, direction);
    return value;
}

uint128 code_of(const mpfr_real& value) {
    return reference::round(reference::exact_value(value), formats::float128).code;
}

float128 random_float128(std::mt19937_64& generator) {
    uint128 code = (uint128{generator()} << 64) | uint128{generator()};
    if (generator() % 8 == 0)  // few significand bits: powers of two and their like
        code = shift_left(shift_right(code, 108), 108);
    if (generator() % 8 == 0)  // subnormal
        code = shift_right(code, 16 + static_cast<int>(generator() % 112));
    return float128::from_bits(code);
}

/// The digits and exponent that a decimal text has: 0.digits · 10^exponent, without outer zeros.
struct decimal {
    std::string digits;
    long exponent;
    friend bool operator==(const decimal&, const decimal&) = default;
};
decimal normalised(std::string digits, long exponent) {
    const std::size_t first = digits.find_first_not_of('0');
    digits.erase(0, first);
    digits.erase(digits.find_last_not_of('0') + 1);
    return {digits, exponent - static_cast<long>(first)};
}
decimal digits_of(const std::string& text) {
    std::string digits;
    long exponent = 0;
    bool point = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == 'e') {
            exponent += std::stol(text.substr(i + 1));
            break;
        }
        if (text[i] == '.') {
            point = true;
        } else if (text[i] != '-') {
            digits += text[i];
            exponent += point ? 0 : 1;
        }
    }
    return normalised(digits, exponent);
}

}  // namespace

TEST_CASE("binary128 reads decimal and hexadecimal text as MPFR does") {
    tally t("text into binary128, against MPFR in five directions");
    const float128_exponents scope;
    std::mt19937_64 generator(6);
    const std::pair<mpfr_rnd_t, rounding> directions[] = {{MPFR_RNDN, rounding::ties_to_even},
                                                          {MPFR_RNDZ, rounding::toward_zero},
                                                          {MPFR_RNDU, rounding::toward_positive},
                                                          {MPFR_RNDD, rounding::toward_negative},
                                                          {MPFR_RNDA, rounding::away_from_zero}};
    for (int i = 0; i < cases_for_effort(200, 4000, 1'000'000); ++i) {
        const bool base_16 = generator() % 4 == 0;
        std::string text = (generator() & 1) != 0 ? "-" : "";
        text += base_16 ? "0x" : "";
        const std::uint64_t digits = 1 + generator() % 60;
        for (std::uint64_t d = 0; d < digits; ++d) {
            text += "0123456789abcdef"[generator() % (base_16 ? 16 : 10)];
            if (d == 0)
                text += '.';
        }
        const long range = base_16 ? 33200 : 10050;
        const long exponent = static_cast<long>(generator() % static_cast<std::uint64_t>(range)) - range / 2;
        text += base_16 ? 'p' : 'e';
        text += std::to_string(exponent);
        for (const auto& direction : directions) {
            const rounding mode = direction.second;
            const uint128 expected = code_of(read_with_mpfr(text, direction.first));
            const uint128 got = from_string<float128>(text, projection{mode}).to_bits();
            t.expect(got == expected, [&] {
                return text + " " + name_of(projection{mode}) + ": got " + hexadecimal(got) + ", expected " +
                       hexadecimal(expected);
            });
        }
    }
    require(t);
}

TEST_CASE("binary128 prints the shortest decimal, which MPFR finds by trial") {
    tally t("shortest text of binary128, against MPFR");
    const float128_exponents scope;
    std::mt19937_64 generator(7);
    for (int i = 0; i < cases_for_effort(20, 500, 200'000); ++i) {
        const float128 x = random_float128(generator);
        const auto exact = reference::decode(formats::float128, x.to_bits());
        if (exact.is_nan() || exact.is_infinite() || exact.is_zero())
            continue;
        const std::string hexadecimal_text = to_string(x, text_style::hexadecimal);
        const mpfr_real value = read_with_mpfr(hexadecimal_text, MPFR_RNDN);
        t.expect(code_of(value) == uint128{x.to_bits()}, [&] { return hexadecimal_text; });

        // The number of digits from which the decimals just below and above, or one of them, read back.
        const auto with_digits = [&](std::size_t count, mpfr_rnd_t direction) {
            mpfr_exp_t exponent = 0;
            char* text = mpfr_get_str(nullptr, &exponent, 10, count, value.get(), direction);
            const std::string digits(text[0] == '-' ? text + 1 : text);
            mpfr_free_str(text);
            return normalised(digits, exponent);
        };
        const auto reads_back = [&](const decimal& d) {
            const std::string text =
                (mpfr_signbit(value.get()) != 0 ? "-0." : "0.") + d.digits + "e" + std::to_string(d.exponent);
            return mpfr_equal_p(read_with_mpfr(text, MPFR_RNDN).get(), value.get()) != 0;
        };
        const std::string text = to_string(x);
        const decimal got = digits_of(text);
        const std::size_t count = got.digits.size();
        bool shorter = false;
        for (const mpfr_rnd_t direction : {MPFR_RNDZ, MPFR_RNDA})
            shorter = shorter || (count > 1 && reads_back(with_digits(count - 1, direction)));
        const decimal nearest = with_digits(count, MPFR_RNDN);
        t.expect(!shorter && reads_back(got) && (got == nearest || !reads_back(nearest)),
                 [&] { return hexadecimal_text + ": " + text; });
    }
    require(t);
}

TEMPLATE_TEST_CASE("128-bit values survive text in every style", "", float128, very_small, very_large,
                   fixed_point, unsigned_integer) {
    constexpr float_format format = TestType::format;
    tally t("round trip of " + name_of(format));
    std::mt19937_64 generator(8);
    std::vector<uint128> codes{uint128{1}, format.largest_finite_magnitude(),
                               shift_left(uint128{1}, format.significand_bits - 1)};
    for (int i = 0; i < cases_for_effort(1, 6, 300); ++i) {
        const uint128 code = (uint128{generator()} << 64) | uint128{generator()};
        codes.push_back(low_bits(code, format.bits()));
    }
    for (const uint128& code : codes) {
        const auto x = TestType::from_bits(code);
        if (is_nan_code(constant_value<format>{}, static_cast<code_uint<constant_value<format>>>(code)))
            continue;
        for (text_style style : {text_style::shortest, text_style::exact, text_style::hexadecimal}) {
            const std::string text = to_string(x, style);
            const auto back = from_string<with_status<TestType>>(text);
            const bool is_exact = style == text_style::shortest || back.flags.ok();
            t.expect(back.value.to_bits() == x.to_bits() && is_exact &&
                         text.size() <= static_cast<std::size_t>(maximum_text_size(format, style)),
                     [&] { return hexadecimal(code) + ": " + text.substr(0, 100); });
        }
    }
    require(t);
}

// SPDX-License-Identifier: BSL-1.0
// requires: exact
//
// The shortest text of the formats of up to 8 bits, against all decimals of up to three digits: each
// is read, and per code the fewest digits and the nearest value are kept.

#include <halfulp/formats/text.hpp>

#include "formats/text_oracle.hpp"
#include "support/catch.hpp"
#include "support/formats.hpp"
#include "support/tally.hpp"

#include <cmath>
#include <cstdint>
#include <map>
#include <string>

using namespace halfulp;
using namespace halfulp_test;

namespace {

struct candidate {
    int digits = 0;
    mpq_class distance;
};

mpq_class value_of(const float_format& format, std::uint64_t code) {
    mpq_class result;
    const auto number = unpack(format, code);
    mpz_class significand(static_cast<unsigned long>(number.significand));
    result = mpq_class(significand) * power(2, number.exponent);
    return result;
}

/// Significant digits of a decimal text.
int significant_digits(const std::string& text) {
    std::string digits;
    for (const char c : text.substr(0, text.find('e')))
        if (c != '.' && c != '-')
            digits += c;
    const std::size_t first = digits.find_first_not_of('0');
    return static_cast<int>(digits.find_last_not_of('0') - first) + 1;
}

/// The value of a text that to_string gave, without a sign.
mpq_class decimal_value(const std::string& text) {
    const std::size_t marker = text.find('e');
    const std::size_t point = text.find('.');
    std::string digits = text.substr(0, marker);
    long exponent = marker == std::string::npos ? 0 : std::stol(text.substr(marker + 1));
    if (point != std::string::npos) {
        digits.erase(point, 1);
        exponent -= static_cast<long>(digits.size() - point);
    }
    return mpz_class(digits, 10) * power(10, exponent);
}

void check_format(tally& t, const float_format& format) {
    constexpr int most_digits = 3;
    // 1. All decimals of up to three digits in the format's range: the best for each code. Of the
    //    decimals with trailing zeros only the form without is considered.
    std::map<std::uint64_t, candidate> best;
    const int low = static_cast<int>(std::floor(format.minimum_quantum_exponent() * 0.30103)) - 4;
    const int high = static_cast<int>(std::ceil(format.maximum_exponent() * 0.30103)) + 1;
    // A scale format reads everything below as its smallest value: what the text means starts at 3/4.
    const mpq_class least =
        format.has_zero() ? mpq_class(0) : mpq_class(3, 4) * power(2, format.minimum_exponent());
    // A format without infinity and NaN reads everything above as its largest value: what the text
    // means ends half a quantum above it.
    const auto largest = static_cast<std::uint64_t>(format.largest_finite_magnitude());
    const mpq_class above_all = value_of(format, largest) + power(2, unpack(format, largest).exponent) / 2;
    for (int digits = 1, first = 1; digits <= most_digits; ++digits, first *= 10)
        for (int significand = first; significand < 10 * first; ++significand) {
            if (significand % 10 == 0)
                continue;
            for (int exponent = low; exponent <= high; ++exponent) {
                const std::string text = std::to_string(significand) + "e" + std::to_string(exponent);
                const std::uint64_t code = from_string(text, format).value;
                const auto number = unpack(format, code);
                if (number.kind != number_class::finite)
                    continue;
                const mpq_class value = significand * power(10, exponent);
                if (value < least || value > above_all || (value == above_all && largest % 2 == 1))
                    continue;
                candidate& kept = best[code];
                if (kept.digits != 0 && kept.digits < digits)
                    continue;
                const mpq_class distance = abs(value - value_of(format, code));
                if (kept.digits == 0 || distance < kept.distance)
                    kept = {digits, distance};
            }
        }
    // 2. The text of each code has as many digits and is as near. Integers in fixed notation have
    //    more digits, all of them exact; their scientific form would not be shorter.
    for (std::uint64_t code = 0; code <= largest; ++code) {
        if (unpack(format, code).kind != number_class::finite)
            continue;
        const std::string text = to_string(code, format);
        const mpq_class value = value_of(format, code);
        const mpq_class distance = abs(decimal_value(text) - value);
        const int digits = significant_digits(text);
        const auto found = best.find(code);
        const bool integer = text.find_first_of(".e") == std::string::npos;
        bool right = false;
        if (found == best.end())
            right = digits > most_digits;
        else if (integer && digits > found->second.digits)
            right = distance == 0;
        else
            right = digits == found->second.digits && distance == found->second.distance;
        t.expect(right, [&] {
            return name_of(format) + " " + hexadecimal(code) + ": " + text + ", possible with " +
                   std::to_string(found == best.end() ? 0 : found->second.digits) + " digits";
        });
    }
}

}  // namespace

TEST_CASE("no shorter decimal and no nearer one of the same length reads back") {
    tally t("shortest text by trial, formats of up to 8 bits");
    std::vector<float_format> formats = odd_small_formats();
    for (const float_format& format : named_formats_up_to_16_bits())
        if (format.bits() <= 8)
            formats.push_back(format);
    for (const float_format& format : p3109_formats(cases_for_effort(4, 6, 8)))
        formats.push_back(format);
    if (effort > 0)
        for (int precision = 1; precision <= 7; ++precision)
            formats.push_back(p3109::format(8, precision));
    for (const float_format& format : formats)
        check_format(t, format);
    require(t);
}

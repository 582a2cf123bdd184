// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// Classification, signs and neighbours of every value of a type, against the sorted list of all
/// values that the reference decodes.

#include "support/values.hpp"

#include <limits>

namespace halfulp_test {

using namespace halfulp;

template <class T>
void check_class(tally& t, const code_and_value<T>& x) {
    constexpr float_format format = T::format;
    const std::uint64_t field =
        (x.code & static_cast<std::uint64_t>(format.magnitude_mask())) >> format.significand_bits;
    const bool scale = !format.has_subnormals && format.significand_bits == 0;
    const floating_class expected = std::isnan(x.value)     ? floating_class::nan
                                    : std::isinf(x.value)   ? floating_class::infinite
                                    : x.value == 0          ? floating_class::zero
                                    : (field != 0 || scale) ? floating_class::normal
                                                            : floating_class::subnormal;
    const bool agree = classify(x.number) == expected && isnan(x.number) == std::isnan(x.value) &&
                       isinf(x.number) == std::isinf(x.value) &&
                       isfinite(x.number) == std::isfinite(x.value) && iszero(x.number) == (x.value == 0) &&
                       isnormal(x.number) == (expected == floating_class::normal);
    expect_result(t, agree, "classify", x.number, x.number);
}

template <class T>
void check_signs(tally& t, const code_and_value<T>& x) {
    constexpr float_format format = T::format;
    const auto sign_mask = static_cast<std::uint64_t>(format.sign_mask());
    const bool sign_bit = (x.code & sign_mask) != 0;
    const bool has_sign = sign_bit && !(std::isnan(x.value) && format.nan == nan_encoding::negative_zero);
    expect_result(t, signbit(x.number) == has_sign, "signbit", x.number, x.number);
    expect_result(t, means(abs(x.number), std::fabs(x.value)) && !signbit(abs(x.number)), "abs", x.number,
                  abs(x.number));
    expect_result(t, (+x.number).to_bits() == x.number.to_bits(), "unary +", x.number, +x.number);
    if (format.has_sign) {
        expect_result(t, means(-x.number, -x.value), "unary -", x.number, -x.number);
        // The other sign bit, where that is another number.
        if (std::isnan(x.value) ? format.nan != nan_encoding::negative_zero
                                : x.value != 0 || format.has_negative_zero)
            expect_result(t, signbit(-x.number) == !sign_bit, "the sign of unary -", x.number, -x.number);
        for (const double sign : {-3.0, -0.0, 0.0, 3.0}) {
            const T got = copysign(x.number, sign);
            expect_result(t,
                          means(got, std::copysign(x.value, sign)) &&
                              (x.value == 0 || std::isnan(x.value) || signbit(got) == std::signbit(sign)),
                          "copysign", x.number, got);
        }
    } else {
        const auto negated = std::isnan(x.value) ? exact_value::nan() : exactly_of(-x.value);
        const auto expected = reference::round(negated, format, T::default_projection);
        expect_result(t, uint128{(-x.number).to_bits()} == expected.code, "unary -", x.number, -x.number);
        expect_result(t,
                      uint128{copysign(x.number, -1.0).to_bits()} == expected.code &&
                          copysign(x.number, 1.0).to_bits() == x.number.to_bits(),
                      "copysign", x.number, copysign(x.number, -1.0));
    }
}

template <class T>
void check_neighbours(tally& t, const code_and_value<T>& x) {
    const auto& values = values_of<T>().ascending;
    const T up = next_up(x.number);
    const T down = next_down(x.number);
    if (std::isnan(x.value)) {
        expect_result(t,
                      up.to_bits() == x.number.to_bits() && down.to_bits() == x.number.to_bits() &&
                          isnan(nextafter(x.number, T{})),
                      "next_up", x.number, up);
        return;
    }
    const auto above = std::upper_bound(values.begin(), values.end(), x.value);
    const auto here = std::lower_bound(values.begin(), values.end(), x.value);
    const bool is_last = above == values.end();
    const bool is_first = here == values.begin();
    double expected_up = is_last ? x.value : *above;
    if (expected_up == 0 && !is_last)
        expected_up = -0.0;  // reached from below: IEEE 754, nextUp(−smallest) is −0
    const double expected_down = is_first ? x.value : *(here - 1);
    expect_result(t, means(up, expected_up), "next_up", x.number, up);
    expect_result(t, means(down, expected_down), "next_down", x.number, down);

    const T lowest = std::numeric_limits<T>::lowest();
    const T largest = std::numeric_limits<T>::max();
    const T toward_largest = nextafter(x.number, largest);
    const T toward_lowest = nextafter(x.number, lowest);
    const double top = static_cast<double>(largest);
    const double bottom = static_cast<double>(lowest);
    const auto towards = [&](double y) {
        return x.value < y ? expected_up : x.value > y ? expected_down : y;
    };
    expect_result(t, means(toward_largest, towards(top)), "nextafter(largest)", x.number, toward_largest);
    expect_result(t, means(toward_lowest, towards(bottom)), "nextafter(lowest)", x.number, toward_lowest);
    expect_result(t, nextafter(x.number, x.number).to_bits() == x.number.to_bits(), "nextafter(itself)",
                  x.number, nextafter(x.number, x.number));
    if constexpr (T::format.has_nan())
        expect_result(t, isnan(nextafter(x.number, std::numeric_limits<T>::quiet_NaN())), "nextafter(NaN)",
                      x.number, x.number);
}

template <class T>
void check_values() {
    tally t(name_of(T::format) + ", every value: class, signs, neighbours");
    for (const auto& x : all_codes<T>()) {
        check_class(t, x);
        check_signs(t, x);
        check_neighbours(t, x);
    }
    require(t);
}

}  // namespace halfulp_test

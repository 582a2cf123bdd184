// SPDX-License-Identifier: BSL-1.0

/// @file
/// `ulp` and `compare` on results whose errors are known.

#include <halfulp/reference/compare.hpp>
#include <halfulp/reference/dense_matrix.hpp>

#include "support/catch.hpp"

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

namespace {

using namespace halfulp;
using reference::exact_value;

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

double ulp_of(const float_format& format, double x) {
    return reference::ulp(format, exact_value(x)).to_double();
}

reference::accuracy compare_one(float result, const exact_value& exact) {
    return reference::compare(std::vector<float>{result}, std::vector<exact_value>{exact});
}

/// A number type of a user's that names its format and its bits.
struct tiny_float {
    static constexpr float_format format = formats::float4_e2m1fn;
    std::uint8_t bits;
    std::uint8_t to_bits() const { return bits; }
};

}  // namespace

TEST_CASE("the ulp is the gap above, the smallest subnormal near zero, the last gap beyond the end") {
    CHECK(ulp_of(formats::float64, 1) == 0x1p-52);
    CHECK(ulp_of(formats::float64, -0.99) == 0x1p-53);
    CHECK(ulp_of(formats::float64, 0) == 0x1p-1074);
    CHECK(ulp_of(formats::float64, 0x1p-1050) == 0x1p-1074);
    CHECK(ulp_of(formats::float16, 65504) == 32);
    CHECK(ulp_of(formats::float16, 1e9) == 32);
    CHECK(ulp_of(formats::float8_e4m3fn, 448) == 32);
    CHECK(ulp_of(formats::float8_e8m0fnu, 3) == 2);
    CHECK(ulp_of(formats::float8_e8m0fnu, 0) == 0x1p-127);
    constexpr float_format flushed{.exponent_bits = 3, .significand_bits = 2, .has_subnormals = false};
    CHECK(ulp_of(flushed, 0.1) == 0.25);
    CHECK(ulp_of(flushed, 0.25) == 0.0625);
    CHECK(reference::ulp(formats::float16, sqrt(exact_value(2))).to_double() == 0x1p-10);
    CHECK(reference::ulp(formats::float16, sqrt(exact_value(5))).to_double() == 0x1p-9);
}

TEST_CASE("compare finds maximum, mean, worst element, wrong roundings and signal to noise") {
    const std::vector<float> results{1.0f, 1.0f, 3.0f, 4.0f};
    const std::vector<double> exact{1.0, 1 + 0x1p-25, 3 + 0x1.8p-22, 4.0};
    // Errors: 0, a quarter of 2^-23, one and a half of 2^-22, 0.
    const auto found = reference::compare(results, exact);
    CHECK(found.count == 4);
    CHECK(found.maximum_ulps == 1.5);
    CHECK(found.mean_ulps == (0.25 + 1.5) / 4);
    CHECK(found.worst_index == 2);
    CHECK(found.not_correctly_rounded == 1);
    const double signal =
        exact[0] * exact[0] + exact[1] * exact[1] + exact[2] * exact[2] + exact[3] * exact[3];
    const double noise = 0x1p-50 + 0x1.8p-22 * 0x1.8p-22;
    CHECK(std::fabs(found.signal_to_noise_decibel - 10 * std::log10(signal / noise)) < 1e-9);
}

TEST_CASE("compare takes callables, MPFR numbers, matrices, codes and types that name their format") {
    const std::vector<double> results{0.5, 2.0};
    const auto by_callable = reference::compare(results, [](std::size_t i) { return i == 0 ? 0.5 : 2.0; });
    CHECK(by_callable.maximum_ulps == 0);
    CHECK(by_callable.not_correctly_rounded == 0);
    CHECK(by_callable.signal_to_noise_decibel == infinity);

    const std::vector<mpfr_real> numbers{mpfr_real("0.5", 200),
                                         mpfr_real("2.0000000000000002220446049250313", 200)};
    CHECK(reference::compare(results, numbers).not_correctly_rounded == 0);
    CHECK(reference::compare(results, numbers).maximum_ulps > 0.49);

    const float matrix[] = {1, 2, 3, 4, 5, 6.5};
    const auto exact = reference::make_exact_matrix(
        2, 3, [](std::size_t i, std::size_t j) { return static_cast<double>(3 * i + j + 1); });
    const auto by_matrix = reference::compare(matrix_view<const float>(matrix, 2, 3), exact);
    CHECK(by_matrix.worst_index == 5);
    CHECK(by_matrix.maximum_ulps == 0x1p20);

    const std::vector<std::uint8_t> codes{0x38, 0x7e, 0x01};  // 1, 448, 2^-9
    const std::vector<double> values{1, 450, 0x1.4p-9};
    const auto by_code = reference::compare(formats::float8_e4m3fn, codes, values);
    CHECK(by_code.not_correctly_rounded == 0);
    CHECK(by_code.maximum_ulps == 0.25);

    const std::vector<tiny_float> tiny{{2}, {7}};  // 1, 6
    const auto by_type = reference::compare(tiny, values);
    CHECK(by_type.not_correctly_rounded == 0);  // a format without infinity or NaN saturates
    CHECK(by_type.maximum_ulps == (450 - 6) / 2.0);

    reference::dense_matrix<uint128> code_matrix(1, 2, uint128{0x3c00});
    CHECK(reference::compare(formats::float16, code_matrix, [](std::size_t, std::size_t) {
              return 1;
          }).maximum_ulps == 0);
}

TEST_CASE("infinities and NaN are right or infinitely wrong") {
    const auto huge = exact_value(1e300);
    const auto inf = static_cast<float>(infinity);
    CHECK(compare_one(inf, huge).maximum_ulps == 0);
    CHECK(compare_one(inf, huge).not_correctly_rounded == 0);
    CHECK(compare_one(-inf, huge).maximum_ulps == infinity);
    CHECK(compare_one(inf, exact_value(1)).maximum_ulps == infinity);
    CHECK(compare_one(static_cast<float>(not_a_number), exact_value(1)).maximum_ulps == infinity);
    CHECK(compare_one(static_cast<float>(not_a_number), exact_value::nan()).maximum_ulps == 0);
    CHECK(compare_one(1, exact_value::nan()).not_correctly_rounded == 1);
    CHECK(compare_one(inf, exact_value::infinity()).maximum_ulps == 0);
    CHECK(compare_one(-0.0f, exact_value(0)).not_correctly_rounded == 0);
    CHECK(std::isfinite(compare_one(std::numeric_limits<float>::max(), huge).maximum_ulps));
    CHECK(compare_one(std::numeric_limits<float>::max(), huge).not_correctly_rounded == 1);
}

TEST_CASE("irrational exact values: the error of a rounded square root is below half an ulp") {
    std::vector<float> roots;
    std::vector<exact_value> exact;
    for (int i = 2; i < 200; ++i) {
        roots.push_back(std::sqrt(static_cast<float>(i)));
        exact.push_back(sqrt(exact_value(i)));
    }
    const auto found = reference::compare(roots, exact);
    CHECK(found.not_correctly_rounded == 0);
    CHECK(found.maximum_ulps <= 0.5);
    CHECK(found.maximum_ulps > 0.49);
}

TEST_CASE("compare on nothing finds nothing") {
    const auto found = reference::compare(std::vector<float>{}, std::vector<double>{});
    CHECK(found.count == 0);
    CHECK(found.maximum_ulps == 0);
    CHECK(found.mean_ulps == 0);
}

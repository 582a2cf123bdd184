// SPDX-License-Identifier: BSL-1.0
//
// What quantisation loses, and what it refuses.

#include "kernels/quantization_formats.hpp"

using namespace halfulp_test;

namespace {

std::vector<float> random_numbers(generator& random, std::size_t count) {
    std::vector<float> result(count);
    for (float& x : result)
        x = static_cast<float>(static_cast<std::int64_t>(random()) >> 40) * 0x1p-20f *
            static_cast<float>(1 + random.below(3));
    return result;
}

}  // namespace

TEST_CASE("errors of a quantised matrix are those of its elements") {
    generator random(33);
    const std::size_t rows = 13, columns = 700;
    const auto numbers = random_numbers(random, rows * columns);
    const matrix_view<const float> m(numbers.data(), rows, columns);
    for (const auto order : {storage_order::row_major, storage_order::column_major}) {
        const auto q = quantize<narrow_int<3>>(m, {.per = granularity::group,
                                                   .order = order,
                                                   .group_size = 50,
                                                   .by = calibration::percentile,
                                                   .percentile = 0.9});
        double squares = 0, errors = 0, largest = 0;
        std::size_t zeros = 0, clipped = 0;
        for (std::size_t i = 0; i < rows; ++i)
            for (std::size_t j = 0; j < columns; ++j) {
                const double x = static_cast<double>(m(i, j)), e = x - static_cast<double>(q(i, j));
                squares += x * x;
                errors += e * e;
                largest = std::max(largest, std::fabs(e));
                zeros += q(i, j) == 0;
                const double place = x / static_cast<double>(q.scale(i, j));
                clipped += place > 3.5 || place < -4.5;
            }
        const quantization_error found = measure_quantization(m, q);
        CHECK(found.elements == rows * columns);
        CHECK(found.zeros == zeros);
        CHECK(found.clipped == clipped);
        CHECK(clipped > 0);
        CHECK(found.largest == largest);
        CHECK(found.mean_squared == Approx(errors / (rows * columns)).epsilon(1e-12));
        CHECK(found.signal_to_noise == Approx(10 * std::log10(squares / errors)).epsilon(1e-12));
        // By threads, and by the definition, the same bits.
        for (const auto& policy : {execution::parallel(3), execution::plain}) {
            const quantization_error again = measure_quantization(m, q, policy);
            CHECK(again.mean_squared == found.mean_squared);
            CHECK(again.signal_to_noise == found.signal_to_noise);
        }
    }
    const std::vector<float> integers{-4, 3, 0, 1};
    const auto exact = quantize<narrow_int<3>>(matrix_view<const float>(integers.data(), 2, 2),
                                               quantization_parameters(2, 2, {1.0f}));
    CHECK(measure_quantization({integers.data(), 2, 2}, exact).signal_to_noise ==
          std::numeric_limits<double>::infinity());
    const std::vector<float> zeros(4);
    const auto bipolar = quantize<bipolar_int<1>>(matrix_view<const float>(zeros.data(), 2, 2));
    CHECK(measure_quantization({zeros.data(), 2, 2}, bipolar).signal_to_noise ==
          -std::numeric_limits<double>::infinity());
    CHECK(measure_quantization({zeros.data(), 2, 2}, bipolar).mean_squared == 1);
}

TEST_CASE("what quantisation refuses, before anything is written") {
    std::vector<float> numbers(12, 1.0f);
    const matrix_view<const float> m(numbers.data(), 3, 4);
    CHECK_THROWS_AS(quantize<narrow_int<4>>(m, quantization_parameters(4, 3, {1.0f})), shape_error);
    CHECK_THROWS_AS(quantize<narrow_int<4>>(m, {.per = granularity::group, .group_size = 0}), shape_error);
    CHECK_THROWS_AS(quantize<bipolar_int<4>>(m, {.scheme = quantization_scheme::asymmetric}), format_error);
    CHECK_THROWS_AS(quantize<narrow_uint<4>>(m, {.by = calibration::gaussian}), format_error);
    CHECK_THROWS_AS(quantize<narrow_int<4>>(m, {.by = calibration::percentile, .percentile = 0}),
                    value_error);
    CHECK_THROWS_AS(quantize<narrow_int<4>>(m, {.direction = {rounding::stochastic_a, saturation::none, 0}}),
                    format_error);
    CHECK_THROWS_AS(calibrate(m, formats::signed_integer(9)), format_error);
    CHECK_THROWS_AS(quantization_parameters(3, 4, {1.0f, 2.0f}, {}, granularity::row), shape_error);
    CHECK_THROWS_AS(quantization_parameters(3, 4, {1.0f}, {1, 2}), shape_error);
    for (const float scale :
         {0.0f, -1.0f, std::numeric_limits<float>::infinity(), std::numeric_limits<float>::quiet_NaN()})
        CHECK_THROWS_AS(quantization_parameters(3, 4, {scale}), value_error);
    const auto q = quantize<narrow_int<4>>(m);
    std::vector<float> out(12);
    CHECK_THROWS_AS(dequantize(q, matrix_view<float>(out.data(), 4, 3)), shape_error);
    CHECK_THROWS_AS(dequantize(q, matrix_view<float>(out.data(), 3, 4, 1, 1)), aliasing_error);
    CHECK_THROWS_AS(measure_quantization(matrix_view<const float>(out.data(), 4, 3), q), shape_error);
    CHECK_THROWS_AS(quantized_matrix<narrow_int<4>>(packed_matrix<narrow_int<4>>(3, 4),
                                                    quantization_parameters(3, 5, {1.0f})),
                    shape_error);
    CHECK_THROWS_AS(
        quantized_matrix<narrow_int<4>>(
            packed_matrix<narrow_int<4>>(3, 4),
            quantization_parameters(3, 4, {1.0f}, {}, granularity::tensor, storage_order::column_major)),
        shape_error);
    // Infinity has no scale, but under a given one it is clipped; NaN has no code.
    numbers[7] = -std::numeric_limits<float>::infinity();
    CHECK_THROWS_AS(quantize<narrow_int<4>>(m), value_error);
    CHECK(quantize<narrow_int<4>>(m, quantization_parameters(3, 4, {1.0f})).code(1, 3) == -8);
    numbers[5] = std::numeric_limits<float>::quiet_NaN();
    CHECK_THROWS_WITH(quantize<narrow_int<4>>(m, quantization_parameters(3, 4, {1.0f})),
                      Catch::Matchers::Contains("m(1, 1)"));
}

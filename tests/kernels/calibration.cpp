// SPDX-License-Identifier: BSL-1.0
//
// The quantisers that calibration finds: by formula, in order of their errors, and at the ends of the range of float.

#include "kernels/quantization_formats.hpp"

#include <algorithm>

using namespace halfulp_test;

namespace {

std::vector<float> normal_numbers(std::uint64_t seed, std::size_t count) {
    generator random(seed);
    std::vector<float> result(count);
    for (float& x : result) {
        // Box and Muller
        const double u = (static_cast<double>(random() >> 11) + 1) * 0x1p-53;
        const double v = static_cast<double>(random() >> 11) * 0x1p-53;
        x = static_cast<float>(std::sqrt(-2 * std::log(u)) * std::cos(6.283185307179586 * v));
    }
    return result;
}

double error_of(const matrix_view<const float>& m, const integer_format& f,
                const quantization_options& options) {
    const auto p = calibrate(m, f, options);
    double sum = 0;
    for (std::size_t i = 0; i < m.rows(); ++i)
        for (std::size_t j = 0; j < m.columns(); ++j) {
            const uniform_quantizer q = p(i, j);
            const auto code = halfulp::detail::quantized_code(m(i, j), q.scale, q.zero_point, f, {}, 0);
            const double e =
                static_cast<double>(m(i, j)) - static_cast<double>(halfulp::detail::dequantized_value(
                                                   f.value_of(code), q.zero_point, q.scale));
            sum += e * e;
        }
    return sum;
}

}  // namespace

TEST_CASE("scales and zero points are those of the formulae") {
    using enum quantization_scheme;
    const auto of = [](float a, float b, const integer_format& f, quantization_scheme scheme) {
        return quantizer_of_range(a, b, f, scheme);
    };
    CHECK(of(-3, 7, formats::signed_integer(4), symmetric) == uniform_quantizer{1, 0});
    CHECK(of(-16, 7, formats::signed_integer(4), symmetric_full) == uniform_quantizer{2, 0});
    CHECK(of(-16, 7, formats::signed_integer(1), symmetric) == uniform_quantizer{16, 0});
    CHECK(of(-3, 7, formats::unsigned_integer(4), symmetric) == uniform_quantizer{1, -8});
    CHECK(of(-30, 7, formats::bipolar_integer(4), automatic) == uniform_quantizer{2, 0});
    CHECK(of(-30, 7, formats::ternary, automatic) == uniform_quantizer{30, 0});
    CHECK(of(-30, 10, formats::ternary, asymmetric) == uniform_quantizer{20, -1});
    CHECK(of(-5, 10, formats::unsigned_integer(4), automatic) == uniform_quantizer{1, -5});
    CHECK(of(-5, 10, formats::signed_integer(4), asymmetric) == uniform_quantizer{1, 3});
    // Ranges that lie beside 0 are widened.
    CHECK(of(10, 30, formats::unsigned_integer(4), automatic) == uniform_quantizer{2, 0});
    CHECK(of(-30, -10, formats::unsigned_integer(4), automatic) == uniform_quantizer{2, -15});
    CHECK(of(-30, -10, formats::signed_integer(4), symmetric_full).scale == 3.75f);
    for (const auto& f : quantized_formats())
        CHECK(of(0, 0, f, automatic).scale == 1);
    CHECK_THROWS_AS(of(1, 0, formats::ternary, automatic), value_error);
    CHECK_THROWS_AS(of(0, std::numeric_limits<float>::infinity(), formats::ternary, automatic), value_error);
    CHECK_THROWS_AS(of(0, 1, formats::bipolar_integer(4), asymmetric), format_error);
}

TEST_CASE("scales at the ends of the range of float, zero always a value") {
    tally t("quantizer_of_range");
    generator random(41);
    constexpr float most = std::numeric_limits<float>::max();
    std::vector<float> ends{0.0f, 0x1p-149f, 0x3p-149f, 0x1p-126f, 0x1.8p-130f, 1.0f, most, most / 2};
    for (int i = 0; i < 40; ++i)
        ends.push_back(
            std::fabs(std::bit_cast<float>(static_cast<std::uint32_t>(random.below(0x7f800000u)))));
    for (const integer_format& f : quantized_formats())
        for (const float a : ends)
            for (const float b : ends)
                for (const auto scheme : {quantization_scheme::symmetric, quantization_scheme::symmetric_full,
                                          quantization_scheme::asymmetric}) {
                    if (scheme == quantization_scheme::asymmetric && f.encoding == integer_encoding::bipolar)
                        continue;
                    const uniform_quantizer q = quantizer_of_range(-a, b, f, scheme);
                    t.expect(q.scale > 0 && q.scale <= most, [&] { return name_of(f) + ": no scale"; });
                    if (f.encoding != integer_encoding::bipolar) {
                        const std::int64_t zero = -std::int64_t{q.zero_point};
                        t.expect(zero >= f.minimum() && zero <= static_cast<std::int64_t>(f.maximum()),
                                 [&] { return name_of(f) + ": no zero"; });
                    }
                    // The range is not cut by more than rounding: half a step where Z is rounded, and the last place
                    // of S. A scale of two or fewer bits is rounded up.
                    const double reach_high =
                        (static_cast<double>(f.maximum()) + q.zero_point + 0.5 * f.step()) *
                        static_cast<double>(q.scale) * (1 + 0x1p-20);
                    const double reach_low =
                        (static_cast<double>(f.minimum()) + q.zero_point - 0.5 * f.step()) *
                        static_cast<double>(q.scale) * (1 + 0x1p-20);
                    const bool is_full = scheme == quantization_scheme::symmetric_full || f.width == 1;
                    t.expect(
                        is_full ||
                            (reach_high >= static_cast<double>(b) && reach_low <= -static_cast<double>(a)) ||
                            q.scale == most,
                        [&] {
                            return name_of(f) + ": range cut, " + std::to_string(a) + ", " +
                                   std::to_string(b);
                        });
                }
    require(t);
}

TEST_CASE("percentiles are order statistics") {
    generator random(42);
    for (const std::size_t n : {1u, 2u, 7u, 100u, 1001u}) {
        std::vector<float> x = normal_numbers(n, n);
        std::vector<float> magnitudes(x), sorted(x);
        for (float& value : magnitudes)
            value = std::fabs(value);
        std::sort(magnitudes.begin(), magnitudes.end());
        std::sort(sorted.begin(), sorted.end());
        for (const double p : {0.01, 0.5, 0.9, 0.99, 1.0}) {
            const matrix_view<const float> m(x.data(), 1, n);
            const auto rank =
                std::max<std::size_t>(1, static_cast<std::size_t>(std::ceil(p * static_cast<double>(n))));
            const auto symmetric =
                calibrate(m, formats::signed_integer(8), {.by = calibration::percentile, .percentile = p});
            CHECK(symmetric[0] == quantizer_of_range(0, magnitudes[rank - 1], formats::signed_integer(8)));
            const auto h = std::max<std::size_t>(
                1, static_cast<std::size_t>(std::ceil((1 + p) / 2 * static_cast<double>(n))));
            const auto asymmetric =
                calibrate(m, formats::unsigned_integer(8), {.by = calibration::percentile, .percentile = p});
            CHECK(asymmetric[0] == quantizer_of_range(std::min(sorted[n - h], sorted[h - 1]), sorted[h - 1],
                                                      formats::unsigned_integer(8)));
        }
        const matrix_view<const float> m(x.data(), 1, n);
        const quantization_options all{.by = calibration::percentile, .percentile = 1};
        CHECK(calibrate(m, formats::unsigned_integer(4), all)[0] ==
              calibrate(m, formats::unsigned_integer(4))[0]);
    }
}

TEST_CASE(
    "the error of mean_squared_error is at most that of min_max, and near that of gaussian for normal "
    "numbers") {
    const auto x = normal_numbers(5, 64 * 64);
    const matrix_view<const float> m(x.data(), 64, 64);
    for (const integer_format& f : quantized_formats()) {
        INFO(name_of(f));
        const double widest = error_of(m, f, {});
        const double best = error_of(m, f, {.by = calibration::mean_squared_error});
        CHECK(best <= widest);
        if (f.width <= 6 && f.width > 1)
            CHECK(best < widest);
        if (f.is_signed()) {
            const double normal = error_of(m, f, {.by = calibration::gaussian});
            CHECK(best <= 1.02 * normal);
            if (f.width <= 5)  // beyond, the largest of these numbers decides
                CHECK(normal <= 1.02 * best);
        }
        const double rows = error_of(m, f, {.per = granularity::row, .by = calibration::mean_squared_error});
        CHECK(rows <= 1.001 * best);
        // The best of the 113 scales, found again with the definitions alone.
        const auto found = calibrate(m, f, {.by = calibration::mean_squared_error});
        const auto plain =
            calibrate(m, f, {.by = calibration::mean_squared_error, .execution = execution::plain});
        CHECK(found[0] == plain[0]);
    }
}

TEST_CASE("parts of zeros, of one element, and none") {
    const std::vector<float> x{0, 0, 0, 0, 5, 0, -0.0f, 0, 0};
    const matrix_view<const float> m(x.data(), 3, 3);
    for (const auto by : {calibration::min_max, calibration::percentile, calibration::mean_squared_error,
                          calibration::gaussian}) {
        const auto p =
            calibrate(m, formats::signed_integer(4), {.per = granularity::row, .by = by, .percentile = 1});
        CHECK(p.scales().size() == 3);
        CHECK(p.scales()[0] == 1);
        CHECK(p.scales()[2] == 1);
        CHECK(p.scales()[1] > 0);
        CHECK(p.zero_points().empty());
        const matrix_view<const float> empty(nullptr, 3, 0);
        CHECK(calibrate(empty, formats::signed_integer(4), {.per = granularity::row, .by = by}).scales() ==
              std::vector<float>{1, 1, 1});
        CHECK(calibrate(empty, formats::signed_integer(4), {.per = granularity::group, .by = by})
                  .scales()
                  .empty());
        const auto groups = calibrate(
            m, formats::signed_integer(4),
            {.per = granularity::group, .order = storage_order::column_major, .group_size = 2, .by = by});
        CHECK(groups.count() == 6);
    }
    // A bipolar zero does not exist: of two equally near numbers the one with the even code is taken.
    const auto q = quantize<bipolar_int<2>>(m, {.per = granularity::row});
    CHECK(q.code(0, 0) == 1);
    const auto subnormal = std::vector<float>{0x1p-149f, -0x3p-149f};
    const auto s = calibrate({subnormal.data(), 1, 2}, formats::signed_integer(8));
    CHECK(s.scales()[0] == 0x1p-149f);
}

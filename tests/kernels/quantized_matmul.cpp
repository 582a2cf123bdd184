// SPDX-License-Identifier: BSL-1.0
//
// Products of quantised matrices against exact rationals: one rounding in `exact`, within its bound in
// native<float>, the same bits at every level; and of floats quantised on the way.

#include <halfulp/kernels/quantize.hpp>
#include <halfulp/kernels/quantized_matmul.hpp>

#include "simd/levels.hpp"
#include "support/catch.hpp"
#include "support/random.hpp"
#include "support/tally.hpp"

#include <gmpxx.h>

#include <cmath>
#include <cstring>

using namespace halfulp_test;

namespace {

/// A quantised matrix whose codes and parameters are random: scales of many exponents, zero points of both signs.
template <class T>
quantized_matrix<T> random_matrix(std::size_t rows, std::size_t columns, storage_order order, granularity per,
                                  std::size_t group_size, std::int32_t most_zero_point, std::uint64_t seed) {
    generator random(seed);
    packed_matrix<T> codes(rows, columns, order);
    for (std::size_t i = 0; i < rows; ++i)
        for (std::size_t j = 0; j < columns; ++j)
            codes.set(i, j,
                      T::from_bits(static_cast<typename T::storage_type>(
                          T::format.encoding == integer_encoding::ternary ? random.below(3) : random())));
    const std::size_t lines = order == storage_order::row_major ? rows : columns;
    const std::size_t length = order == storage_order::row_major ? columns : rows;
    const std::size_t groups = per == granularity::group ? (length + group_size - 1) / group_size : 1;
    std::vector<float> scales(per == granularity::tensor ? 1 : lines * groups);
    std::vector<std::int32_t> zero_points;
    for (float& s : scales)
        s = std::ldexp(static_cast<float>((random() & 0xffffff) | 0x800000),
                       static_cast<int>(random.below(6)) - 26);
    if (most_zero_point != 0)
        for (std::size_t i = 0; i < scales.size(); ++i)
            zero_points.push_back(
                static_cast<std::int32_t>(random.below(2 * static_cast<unsigned>(most_zero_point) + 1)) -
                most_zero_point);
    return {std::move(codes),
            quantization_parameters(rows, columns, scales, zero_points, per, order, group_size)};
}

template <class M>
mpq_class exact_element(const M& m, std::size_t i, std::size_t j) {
    return mpq_class(static_cast<double>(m.scale(i, j))) *
           (static_cast<long>(m.code(i, j)) + static_cast<long>(m.zero_point(i, j)));
}

/// The float nearest to a rational, ties to even, by its definition.
bool is_nearest(float x, const mpq_class& exact) {
    const mpq_class error = abs(exact - mpq_class(static_cast<double>(x)));
    const float up = std::nextafter(x, std::numeric_limits<float>::infinity());
    const float down = std::nextafter(x, -std::numeric_limits<float>::infinity());
    const mpq_class above = abs(exact - mpq_class(static_cast<double>(up)));
    const mpq_class below = abs(exact - mpq_class(static_cast<double>(down)));
    std::uint32_t bits;
    std::memcpy(&bits, &x, sizeof bits);
    const bool is_even = (bits & 1) == 0;
    return (error < above || (error == above && is_even)) && (error < below || (error == below && is_even));
}

template <class A, class B>
void check(tally& t, const quantized_matrix<A>& a, const quantized_matrix<B>& b, std::size_t groups) {
    const std::size_t rows = a.rows(), columns = b.columns(), depth = a.columns();
    std::vector<mpq_class> sums(rows * columns), magnitudes(rows * columns);
    for (std::size_t i = 0; i < rows; ++i)
        for (std::size_t j = 0; j < columns; ++j)
            for (std::size_t k = 0; k < depth; ++k)
                sums[i * columns + j] += exact_element(a, i, k) * exact_element(b, k, j);
    std::vector<float> first;
    for (const simd::isa level : all_levels()) {
        const simd::scoped_level guard(level);
        for (const bool accumulate : {false, true}) {
            std::vector<float> c(rows * columns, 0.125f), once(rows * columns, 0.125f);
            matmul(a, b, matrix_view<float>(c.data(), rows, columns), arithmetic::native<float>{},
                   {.accumulate = accumulate});
            matmul(a, b, matrix_view<float>(once.data(), rows, columns), arithmetic::exact{},
                   {.accumulate = accumulate});
            for (std::size_t i = 0; i < c.size(); ++i) {
                const mpq_class expected = sums[i] + (accumulate ? mpq_class(0.125) : mpq_class(0));
                t.expect(is_nearest(once[i], expected), [&] {
                    return std::string(simd::name_of(level)) + " exact, element " + std::to_string(i) + ": " +
                           std::to_string(once[i]);
                });
                // The bound of the header, and 2^-16 of it for terms of second order; magnitudes are those of the
                // single products, whose sum is at least that of the groups.
                mpq_class magnitude = abs(mpq_class(accumulate ? 0.125 : 0));
                for (std::size_t k = 0; k < depth; ++k)
                    magnitude += abs(exact_element(a, i / columns, k) * exact_element(b, k, i % columns));
                const mpq_class bound =
                    magnitude * static_cast<unsigned long>(groups + 2) / (1 << 24) * mpq_class(65537, 65536);
                t.expect(abs(expected - mpq_class(static_cast<double>(c[i]))) <= bound, [&] {
                    return std::string(simd::name_of(level)) + " native, element " + std::to_string(i) +
                           ": " + std::to_string(c[i]);
                });
            }
            first.insert(first.end(), c.begin(), c.end());
        }
    }
    const std::size_t size = 2 * rows * columns;
    for (std::size_t i = size; i < first.size(); ++i)
        t.expect(std::memcmp(&first[i], &first[i % size], sizeof(float)) == 0, [&] {
            return "level " + std::to_string(i / size) + " differs, element " + std::to_string(i % size);
        });
}

constexpr auto by_rows = storage_order::row_major;
constexpr auto by_columns = storage_order::column_major;

}  // namespace

TEST_CASE("Products of quantised matrices are the exact rationals, rounded once or within the bound") {
    tally t("quantised products");
    {  // one scale a side
        check(t, random_matrix<narrow_int<8>>(7, 70, by_rows, granularity::tensor, 0, 0, 1),
              random_matrix<narrow_int<4>>(70, 19, by_columns, granularity::tensor, 0, 0, 2), 1);
        check(t, random_matrix<narrow_uint<8>>(3, 33, by_columns, granularity::tensor, 0, 128, 3),
              random_matrix<bipolar_int<3>>(33, 18, by_rows, granularity::tensor, 0, 0, 4), 1);
    }
    {  // a scale and a zero point a line
        check(t, random_matrix<narrow_uint<8>>(14, 65, by_rows, granularity::row, 0, 255, 5),
              random_matrix<narrow_int<3>>(65, 37, by_columns, granularity::column, 0, 3, 6), 1);
        check(t, random_matrix<bipolar_int<1>>(5, 130, by_rows, granularity::row, 0, 1, 7),
              random_matrix<bipolar_int<1>>(130, 33, by_columns, granularity::column, 0, 0, 8), 1);
    }
    {  // the same of more lines than are taken as they lie
        check(t, random_matrix<narrow_uint<8>>(26, 33, by_rows, granularity::row, 0, 255, 23),
              random_matrix<narrow_int<4>>(33, 35, by_columns, granularity::column, 0, 3, 24), 1);
        check(t, random_matrix<bipolar_int<2>>(25, 70, by_rows, granularity::row, 0, 1, 25),
              random_matrix<bipolar_int<1>>(70, 33, by_columns, granularity::column, 0, 0, 26), 1);
    }
    {  // groups on one side, on both, of different sizes, that do not divide the depth
        check(t, random_matrix<narrow_int<8>>(13, 300, by_rows, granularity::row, 0, 0, 9),
              random_matrix<narrow_int<4>>(300, 34, by_columns, granularity::group, 128, 8, 10), 3);
        check(t, random_matrix<bipolar_int<2>>(4, 200, by_rows, granularity::group, 64, 0, 11),
              random_matrix<ternary>(200, 9, by_columns, granularity::group, 96, 1, 12), 7);
        check(t, random_matrix<narrow_uint<1>>(4, 100, by_rows, granularity::group, 7, 0, 13),
              random_matrix<narrow_int<4>>(100, 40, by_columns, granularity::tensor, 0, 0, 14), 15);
    }
    {  // more codes than are packed at once, by each scheme
        check(t, random_matrix<narrow_int<8>>(3, 2300, by_rows, granularity::row, 0, 5, 15),
              random_matrix<narrow_int<4>>(2300, 5, by_columns, granularity::group, 40, 8, 16), 58);
        check(t, random_matrix<bipolar_int<1>>(3, 2100, by_rows, granularity::group, 96, 0, 17),
              random_matrix<bipolar_int<2>>(2100, 3, by_columns, granularity::column, 0, 0, 18), 22);
        check(t, random_matrix<narrow_int<4>>(2, 1300, by_rows, granularity::row, 0, 0, 19),
              random_matrix<narrow_uint<1>>(1300, 3, by_columns, granularity::group, 32, 1, 20), 41);
        check(t, random_matrix<narrow_int<4>>(2, 9100, by_rows, granularity::group, 1500, 0, 21),
              random_matrix<narrow_int<5>>(9100, 2, by_columns, granularity::column, 0, 2, 22), 7);
    }
    require(t);
}

TEST_CASE("Integers of groups beyond 32 bits run by the definition") {
    tally t("large zero points");
    check(t, random_matrix<narrow_uint<8>>(3, 50, by_rows, granularity::row, 0, 1000000, 20),
          random_matrix<narrow_int<8>>(50, 4, by_columns, granularity::column, 0, 100000, 21), 1);
    require(t);
    const auto a = random_matrix<narrow_int<8>>(1, 50, by_rows, granularity::row, 0, 0, 22);
    std::vector<std::int32_t> far{std::numeric_limits<std::int32_t>::min()};
    const quantized_matrix<narrow_int<8>> b(packed_matrix<narrow_int<8>>(1, 50),
                                            quantization_parameters(1, 50, {1.0f}, far));
    const quantized_matrix<narrow_int<8>> c(
        packed_matrix<narrow_int<8>>(50, 1, by_columns),
        quantization_parameters(50, 1, {1.0f}, far, granularity::tensor, by_columns));
    float result = 7;
    CHECK_THROWS_AS(matmul(b, c, matrix_view<float>(&result, 1, 1)), overflow_error);
    CHECK(result == 7);
}

TEST_CASE("A product with the transpose is that with the columns, and exact gives other formats") {
    const auto a = random_matrix<narrow_int<8>>(6, 90, by_rows, granularity::row, 0, 0, 30);
    const auto w = random_matrix<narrow_int<4>>(11, 90, by_rows, granularity::group, 32, 0, 31);
    std::vector<double> wide(66);
    std::vector<bfloat16> narrow(66);
    std::vector<float> c(66);
    matmul(a, transposed(w), matrix_view<double>(wide.data(), 6, 11), arithmetic::exact{});
    matmul(a, transposed(w), matrix_view<bfloat16>(narrow.data(), 6, 11), arithmetic::exact{});
    matmul(a, transposed(w), matrix_view<float>(c.data(), 6, 11), arithmetic::exact{});
    for (std::size_t i = 0; i < 6; ++i)
        for (std::size_t j = 0; j < 11; ++j) {
            mpq_class sum = 0;
            for (std::size_t k = 0; k < 90; ++k)
                sum += exact_element(a, i, k) * exact_element(w, j, k);
            CHECK(is_nearest(c[i * 11 + j], sum));
            CHECK(abs(mpq_class(wide[i * 11 + j]) - sum) <= abs(sum) / (mpz_class(1) << 53));
            CHECK(abs(mpq_class(static_cast<double>(narrow[i * 11 + j])) - sum) <= abs(sum) / 256);
        }
}

TEST_CASE("Rows quantised on the way give the bits of the quantised matrix") {
    constexpr std::size_t rows = 9, depth = 333, columns = 21;
    std::vector<float> x(rows * depth * 2), w(columns * depth);
    generator random(40);
    for (auto* values : {&x, &w})
        for (float& v : *values)
            v = std::ldexp(static_cast<float>(static_cast<std::int32_t>(random())), -30);
    for (std::size_t k = 0; k < depth; ++k)
        x[k] = 0;  // a row of zeros
    const matrix_view<const float> weights(w.data(), columns, depth);
    const auto q = quantize<narrow_int<4>>(weights, {.per = granularity::group, .group_size = 64});
    const auto check_rows = [&]<class T>(T, const matrix_view<const float>& a) {
        const auto qa = quantize<T>(a, {.per = granularity::row});
        for (const simd::isa level : all_levels()) {
            const simd::scoped_level guard(level);
            std::vector<float> c(rows * columns), d(rows * columns);
            matmul(qa, transposed(q), matrix_view<float>(c.data(), rows, columns));
            matmul(a, transposed(q), matrix_view<float>(d.data(), rows, columns), row_quantizer{T::format});
            CHECK(c == d);
        }
    };
    const matrix_view<const float> contiguous(x.data(), rows, depth);
    check_rows(narrow_int<8>{}, contiguous);
    check_rows(narrow_uint<8>{}, contiguous);
    check_rows(bipolar_int<2>{}, contiguous);
    check_rows(narrow_int<8>{}, matrix_view<const float>(x.data(), rows, depth, 2 * depth, 2));
    check_rows(narrow_int<5>{}, matrix_view<const float>(x.data(), rows, depth, 1, rows));

    std::vector<float> c(rows * columns, 3);
    x[2 * depth + 5] = std::numeric_limits<float>::quiet_NaN();
    CHECK_THROWS_AS(
        matmul(contiguous, transposed(q), matrix_view<float>(c.data(), rows, columns), row_quantizer{}),
        value_error);
    x[2 * depth + 5] = std::numeric_limits<float>::infinity();
    CHECK_THROWS_WITH(
        matmul(contiguous, transposed(q), matrix_view<float>(c.data(), rows, columns), row_quantizer{}),
        contains_text("row 2 of a"));
    CHECK(c == std::vector<float>(rows * columns, 3));
}

TEST_CASE("Operands whose parameters change along k are refused") {
    const auto a = random_matrix<narrow_int<4>>(8, 40, by_columns, granularity::column, 0, 0, 50);
    const auto b = random_matrix<narrow_int<4>>(40, 8, by_columns, granularity::column, 0, 0, 51);
    std::vector<float> c(64, 1);
    CHECK_THROWS_AS(matmul(a, b, matrix_view<float>(c.data(), 8, 8)), format_error);
    CHECK_THROWS_WITH(matmul(a, b, matrix_view<float>(c.data(), 8, 8)), contains_text("the order of a"));
    const auto d = random_matrix<narrow_int<4>>(8, 40, by_rows, granularity::row, 0, 0, 52);
    CHECK_THROWS_AS(matmul(d, b, matrix_view<float>(c.data(), 8, 7)), shape_error);
    CHECK_THROWS_AS(matmul(d, transposed(d), matrix_view<float>(c.data(), 7, 8)), shape_error);
    CHECK(c == std::vector<float>(64, 1));
}

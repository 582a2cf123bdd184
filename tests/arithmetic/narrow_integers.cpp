// SPDX-License-Identifier: BSL-1.0
//
// Kernels over narrow integers, in the arithmetics of native integers and floats, exact and rounded.

#include <halfulp/arithmetic/exact.hpp>
#include <halfulp/arithmetic/native.hpp>
#include <halfulp/arithmetic/rounded.hpp>
#include <halfulp/formats/named.hpp>
#include <halfulp/formats/narrow_integer.hpp>
#include <halfulp/kernels/dot.hpp>
#include <halfulp/kernels/matmul.hpp>

#include "support/catch.hpp"
#include "support/random.hpp"
#include "support/tally.hpp"

#include <string>
#include <type_traits>
#include <vector>

using namespace halfulp;
using halfulp_test::generator;
using halfulp_test::tally;

namespace {

template <class T>
std::vector<T> random_values(std::size_t count, std::uint64_t seed) {
    generator random(seed);
    std::vector<T> result(count);
    for (T& x : result) {
        do
            x = T::from_bits(static_cast<typename T::storage_type>(random()));
        while (!x.is_valid());
    }
    return result;
}

template <class X, class Y>
void check(tally& t) {
    constexpr std::size_t rows = 5, depth = 37, columns = 7;
    const std::vector<X> a = random_values<X>(rows * depth, 1);
    const std::vector<Y> b = random_values<Y>(depth * columns, 2);
    const matrix_view<const X> a_view(a.data(), rows, depth);
    const matrix_view<const Y> b_view(b.data(), depth, columns);
    std::vector<std::int64_t> expected(rows * columns);
    for (std::size_t i = 0; i < rows; ++i)
        for (std::size_t j = 0; j < columns; ++j)
            for (std::size_t k = 0; k < depth; ++k)
                expected[i * columns + j] +=
                    std::int64_t{a[i * depth + k].value()} * std::int64_t{b[k * columns + j].value()};
    const auto compare = [&](const auto& c, const char* name) {
        bool equal = true;
        for (std::size_t i = 0; i < c.size(); ++i)
            equal &= c[i] == static_cast<std::remove_cvref_t<decltype(c[i])>>(expected[i]);
        t.expect(equal, [&] {
            return std::string(name) + ", widths " + std::to_string(X::format.width) + " and " +
                   std::to_string(Y::format.width);
        });
    };
    std::vector<std::int32_t> c32(rows * columns);
    std::vector<std::int64_t> c64(rows * columns);
    matmul(a_view, b_view, matrix_view(c32.data(), rows, columns));
    compare(c32, "the default");
    matmul(a_view, b_view, matrix_view(c64.data(), rows, columns), arithmetic::native<std::int64_t>{});
    compare(c64, "native<std::int64_t>");
    if constexpr (std::is_same_v<X, ternary>) {
        std::vector<float> c_float(rows * columns);
        std::vector<double> c_double(rows * columns);
        matmul(a_view, b_view, matrix_view(c_float.data(), rows, columns), arithmetic::native<float>{});
        compare(c_float, "native<float>");
        matmul(a_view, b_view, matrix_view(c_double.data(), rows, columns), arithmetic::exact{});
        compare(c_double, "exact");
    }
    const vector_view<const X> x(a.data(), depth);
    const vector_view<const Y> y(b.data(), depth, columns);
    t.expect(dot(x, y) == expected[0], [] { return std::string("dot"); });
    t.expect(dot<double>(x, y, arithmetic::exact{}) == static_cast<double>(expected[0]),
             [] { return std::string("exact dot"); });
    t.expect(dot<float>(x, y, arithmetic::rounded<float, float>{}) == static_cast<float>(expected[0]),
             [] { return std::string("rounded dot"); });
}

}  // namespace

TEST_CASE("Products of narrow integers", "[arithmetic]") {
    tally t("products of narrow integers");
    check<narrow_int<4>, bipolar_int<3>>(t);
    check<narrow_uint<8>, bipolar_int<8>>(t);
    check<ternary, narrow_int<8>>(t);
    check<narrow_int<1>, narrow_uint<1>>(t);
    require(t);
}

TEST_CASE("Narrow integers as operands of floating-point operations", "[arithmetic]") {
    tally t("narrow integers as operands");
    for (unsigned code = 0; code < 256; ++code) {
        const auto x = bipolar_int<8>::from_bits(static_cast<std::uint8_t>(code));
        const int value = x.value();
        t.expect(convert<float8_e4m3fn>(x).to_bits() == convert<float8_e4m3fn>(value).to_bits() &&
                     float16(x).to_bits() == float16(value).to_bits() && float16(x) == x &&
                     x == float16(value) && (x < float16(0.5)) == (value < 0.5) &&
                     add<float>(x, float16(0.5)) == static_cast<float>(value) + 0.5f,
                 [&] { return "bipolar_int<8> " + std::to_string(value); });
    }
    require(t);
    const std::vector<narrow_int<3>> weights{narrow_int<3>(-4), narrow_int<3>(3)};
    const std::vector<float8_e4m3fn> activations{float8_e4m3fn(1.5), float8_e4m3fn(0.25)};
    CHECK(dot<float>(weights, activations, arithmetic::exact{}) == -5.25f);
    CHECK(dot(weights, activations, arithmetic::native<float>{}) == -5.25f);
}

TEST_CASE("Which narrow integers an accumulator takes", "[arithmetic]") {
    using arithmetic::detail::converts_exactly;
    STATIC_REQUIRE(converts_exactly<narrow_int<32>, std::int32_t>());
    STATIC_REQUIRE(!converts_exactly<narrow_uint<32>, std::int32_t>());
    STATIC_REQUIRE(!converts_exactly<narrow_int<64>, std::int32_t>());
    STATIC_REQUIRE(converts_exactly<bipolar_int<16>, std::int32_t>());
    STATIC_REQUIRE(!converts_exactly<bipolar_int<8>, std::int8_t>());
    STATIC_REQUIRE(converts_exactly<narrow_int<25>, float>());
    STATIC_REQUIRE(!converts_exactly<narrow_int<26>, float>());
    STATIC_REQUIRE(converts_exactly<narrow_uint<24>, float>());
    STATIC_REQUIRE(!converts_exactly<narrow_uint<25>, float>());
    STATIC_REQUIRE(converts_exactly<std::int16_t, float>());
    STATIC_REQUIRE(!converts_exactly<std::int32_t, float>());
    STATIC_REQUIRE(converts_exactly<std::uint32_t, double>());
    STATIC_REQUIRE(!converts_exactly<std::int64_t, double>());
    STATIC_REQUIRE(converts_exactly<std::uint8_t, std::int16_t>());
    STATIC_REQUIRE(!converts_exactly<std::int8_t, std::uint16_t>());
    STATIC_REQUIRE(converts_exactly<narrow_int<1>, float8_e4m3fn>());
}

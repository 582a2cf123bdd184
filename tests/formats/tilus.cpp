// SPDX-License-Identifier: BSL-1.0
//
// The small formats of the Tilus paper: every code against the formula, and their largest values.

#include <halfulp/formats/dynamic_float.hpp>
#include <halfulp/formats/functions.hpp>
#include <halfulp/formats/limits.hpp>
#include <halfulp/formats/named.hpp>
#include <halfulp/formats/tilus.hpp>

#include "support/catch.hpp"
#include "support/tally.hpp"

#include <cmath>

namespace tilus = halfulp::tilus;
using halfulp_test::tally;

TEST_CASE("Tilus formats: every code is what the formula says", "[formats]") {
    tally t("Tilus formats, codes");
    int formats = 0;
    for (int e = 1; e <= 7; ++e)
        for (int m = e == 1 ? 1 : 0; e + m <= 7; ++m) {
            ++formats;
            const halfulp::float_format format = tilus::format(e, m);
            CHECK(halfulp::why_invalid(format) == nullptr);
            CHECK(format.bits() == 1 + e + m);
            const int bias = (1 << (e - 1)) - 1;
            for (std::uint64_t code = 0; code < std::uint64_t{1} << format.bits(); ++code) {
                const int field = static_cast<int>(code >> m) & ((1 << e) - 1);
                const double fraction =
                    std::ldexp(static_cast<double>(code & ((std::uint64_t{1} << m) - 1)), -m);
                const double magnitude =
                    field == 0 ? std::ldexp(fraction, 1 - bias) : std::ldexp(1 + fraction, field - bias);
                const double expected = (code >> (e + m)) != 0 ? -magnitude : magnitude;
                const auto found = halfulp::dynamic_float(format, code);
                const double value = static_cast<double>(found);
                if (e == 5 && field == 31)
                    t.expect(std::isnan(value), [&] { return "not NaN: code " + std::to_string(code); });
                else
                    t.expect(value == expected && std::signbit(value) == std::signbit(expected), [&] {
                        return "e" + std::to_string(e) + "m" + std::to_string(m) + " code " +
                               std::to_string(code) + " is " + std::to_string(value) + ", expected " +
                               std::to_string(expected);
                    });
            }
        }
    CHECK(formats == 27);
    require(t);
}

namespace {

template <class T>
double largest() {
    return static_cast<double>(std::numeric_limits<T>::max());
}

}  // namespace

TEST_CASE("Tilus formats: largest values", "[formats]") {
    CHECK(largest<tilus::e3m2>() == 28);
    CHECK(largest<tilus::e2m3>() == 7.5);
    CHECK(largest<tilus::e2m1>() == 6);
    CHECK(largest<tilus::e4m2>() == 448);
    CHECK(largest<tilus::e1m1>() == 3);
    CHECK(largest<tilus::e1m2>() == 3.5);
    CHECK(largest<tilus::e2m0>() == 4);
    CHECK(largest<tilus::e4m3>() == 480);
    CHECK(largest<tilus::e5m2>() == 57344);
    CHECK(largest<tilus::e5m0>() == 32768);
    CHECK(largest<tilus::e1m6>() == 127.0 / 32);
    CHECK(largest<tilus::e7m0>() == 0x1p64);
}

TEST_CASE("Tilus formats: what no code stands for saturates", "[formats]") {
    CHECK(tilus::e3m2(1e9) == 28);
    CHECK(tilus::e5m2(-1e9) == -57344);
    CHECK(tilus::e5m2(-INFINITY) == -57344);
    CHECK(tilus::e4m2(INFINITY) == 448);
    CHECK(tilus::e4m2(NAN) == 448);
    CHECK(halfulp::isnan(tilus::e5m2(NAN)));
    CHECK(halfulp::isnan(tilus::e5m2::from_bits(0x7c)));  // infinity in float8_e5m2
    CHECK(tilus::e2m1::format == halfulp::formats::float4_e2m1fn);
    CHECK(tilus::e2m3::format == halfulp::formats::float6_e2m3fn);
    CHECK(tilus::e3m2::format == halfulp::formats::float6_e3m2fn);
    CHECK(sizeof(tilus::e1m1) == 1);
}

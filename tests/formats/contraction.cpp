// SPDX-License-Identifier: BSL-1.0
// flags: -O3
//
// A product in double and the sum that it goes into stay two operations, where the processor has a
// fused one and the compiler knows that the product is no NaN.

#include <halfulp/formats/named.hpp>

#include "support/catch.hpp"

using namespace halfulp;

namespace {

#if defined(__GNUC__)
#define HALFULP_TEST_UNREACHABLE __builtin_unreachable()
#else
#define HALFULP_TEST_UNREACHABLE return 0
#endif
#if defined(__GNUC__) && defined(__x86_64__)
#define HALFULP_TEST_WITH_FMA __attribute__((target("fma"), noinline))
bool has_fma() {
    return __builtin_cpu_supports("fma");
}
#else
#define HALFULP_TEST_WITH_FMA
bool has_fma() {
    return true;
}
#endif

HALFULP_TEST_WITH_FMA double product_and_sum(double x, double y, double z) {
    const double product = multiply<double>(x, y);
    if (product != product)
        HALFULP_TEST_UNREACHABLE;
    return add<double>(product, z);
}

HALFULP_TEST_WITH_FMA float64 by_operators(float64 x, float64 y, float64 z) {
    return x * y - z;
}

}  // namespace

TEST_CASE("x * y + z rounds twice") {
    // (1 + 2^-52)^2 is 1 + 2^-51 + 2^-104; the last term is lost when the product is rounded.
    volatile double x = 0x1.0000000000001p0, z = -0x1.0000000000002p0;
    if (has_fma()) {
        CHECK(product_and_sum(x, x, z) == 0);
        CHECK(by_operators(float64(x), float64(x), float64(-z)) == 0);
    }
    CHECK(fma<double>(double(x), double(x), double(z)) == 0x1p-104);
}

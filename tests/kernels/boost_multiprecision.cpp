// SPDX-License-Identifier: BSL-1.0

/// @file
/// Numbers of Boost.Multiprecision through dot, matmul, attention and the recurrences of continued
/// fractions.

#include <halfulp/arithmetic/exact.hpp>
#include <halfulp/continued_fractions/recurrence.hpp>
#include <halfulp/interop/boost_multiprecision.hpp>
#include <halfulp/kernels/attention.hpp>
#include <halfulp/kernels/matmul.hpp>

#include "support/catch.hpp"

#include <boost/multiprecision/cpp_bin_float.hpp>
#include <boost/multiprecision/cpp_int.hpp>
#include <boost/multiprecision/mpfr.hpp>

#include <vector>

namespace {

namespace mp = boost::multiprecision;
using namespace halfulp;

TEST_CASE("floating-point numbers go through every kernel") {
    using real = mp::mpfr_float_50;
    const real third = real(1) / 3;
    std::vector<real> a(6, third), b(6, real(3)), c(4);
    matmul(matrix_view(a.data(), 2, 3), matrix_view(b.data(), 3, 2), matrix_view(c.data(), 2, 2));
    real expected = 0;
    for (int k = 0; k < 3; ++k)
        expected += third * 3;
    for (const real& x : c)
        CHECK(x == expected);
    CHECK(dot(a, b) == expected + expected);

    // Doubles in, 50 digits out.
    const std::vector<double> x{1, 1}, y{1e30, 1e-10};
    const real sum = dot(x, y, arithmetic::native<real>{});
    CHECK(sum == real(1e30) + real(1e-10));

    // Attention with equal keys is the mean of the values.
    const std::vector<real> q(4, third), k(8, third);
    const std::vector<real> v{1, 2, 3, 4, 5, 6, 7, 9};
    std::vector<real> o(4);
    attention(matrix_view(q.data(), 2, 2), matrix_view(k.data(), 4, 2), matrix_view(v.data(), 4, 2),
              matrix_view(o.data(), 2, 2));
    CHECK(o[0] == 4);
    CHECK(o[1] == real(21) / 4);
    attention(matrix_view(q.data(), 2, 2), matrix_view(k.data(), 4, 2), matrix_view(v.data(), 4, 2),
              matrix_view(o.data(), 2, 2), arithmetic::native<real>{}, {.causal = true, .causal_offset = 0});
    CHECK(o[0] == 1);
    CHECK(o[3] == 3);

    const polynomial_continued_fraction pi{{0, 0, 1}, {1, 2}};
    const real value = 4 / forward_recurrence<real>(pi, 80).value();
    CHECK(abs(value - real("3.14159265358979323846264338327950288419716939937510")) < real(1e-47));
    CHECK(abs(4 / backward_recurrence<real>(pi, 80) - value) < real(1e-47));
}

TEST_CASE("numbers of Boost's own backend") {
    const std::vector<mp::cpp_bin_float_50> x(3, mp::cpp_bin_float_50(1) / 3);
    const mp::cpp_bin_float_50 square = x[0] * x[0];
    CHECK(dot(x, x) == square + square + square);
}

TEST_CASE("integers and rationals are exact") {
    const std::vector<mp::cpp_int> x(3, mp::cpp_int(1) << 200);
    CHECK(dot(x, x, arithmetic::exact{}) == mp::cpp_int(3) << 400);
    std::vector<mp::cpp_rational> a{{1, 3}, {1, 5}, {1, 7}, {1, 9}}, c(4);
    matmul(matrix_view(a.data(), 2, 2), matrix_view(a.data(), 2, 2), matrix_view(c.data(), 2, 2),
           arithmetic::exact{});
    CHECK(c[1] == mp::cpp_rational(1, 15) + mp::cpp_rational(1, 45));
    const polynomial_continued_fraction pi{{0, 0, 1}, {1, 2}};
    CHECK(backward_recurrence<mp::cpp_rational>(pi, 5) == mp::cpp_rational(205, 161));
    CHECK(forward_recurrence<mp::cpp_int>(pi, 5).numerator == 29520);
    static_assert(!arithmetic_for<arithmetic::exact, mp::cpp_bin_float_50, mp::cpp_bin_float_50>);
}

}  // namespace

// SPDX-License-Identifier: BSL-1.0

/// @file
/// A layer of causal attention in chunks, in double, and of bfloat16 in float: the bits of its parts, and the slope of its
/// output.

#include "kernels/streamed_gradient_checks.hpp"

namespace {

using namespace halfulp_test;

TEST_CASE("attention's gradient in chunks of the sequence is that of its parts: double, bfloat16") {
    tally t("streamed gradient: double, bfloat16");
    check_streamed<double>(t, arithmetic::native<double>{}, {19, 8, 2, 2, 3, 5});
    check_streamed<bfloat16>(t, arithmetic::native<float>{}, {40, 17, 2, 1, 8, 8});
    require(t);
}

TEST_CASE("attention's gradient in chunks of the sequence is the slope of its output") {
    layer_case<double> c({9, 5, 2, 1, 3, 2}, 3);
    const arithmetic::native<double> native;
    c.run(native, {.chunk = 4});
    const auto loss = [&] {
        streamed_attention(c.inputs(), c.weights(), c.rows(c.y), native, {.chunk = 4});
        double sum = 0;
        for (std::size_t n = 0; n < c.y.size(); ++n)
            sum += c.y[n] * c.gradient[n];
        return sum;
    };
    tally t("slopes of a streamed layer");
    const auto check = [&](std::vector<double>& numbers, const std::vector<double>& slopes) {
        for (std::size_t n = 0; n < numbers.size(); ++n) {
            const double old = numbers[n], step = 0x1p-18;
            numbers[n] = old + step;
            const double above = loss();
            numbers[n] = old - step;
            const double slope = (above - loss()) / (2 * step);
            numbers[n] = old;
            // The third derivative's part is step², and rounding's 2^-52/step.
            t.expect(std::fabs(slope - slopes[n]) < 1e-8,
                     [&] { return std::to_string(slopes[n]) + " for the slope " + std::to_string(slope); });
        }
    };
    check(c.x, c.dx);
    check(c.q, c.dq);
    check(c.k, c.dk);
    check(c.v, c.dv);
    check(c.o, c.d_o);
    require(t);
}

}  // namespace

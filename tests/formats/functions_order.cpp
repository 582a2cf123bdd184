// SPDX-License-Identifier: BSL-1.0
// requires: exact
//
// minimum, maximum and the total order of all pairs of every type of up to 8 bits.

#include "support/formats.hpp"
#include "support/values.hpp"

#include <array>
#include <limits>
#include <memory>

using namespace halfulp;
using namespace halfulp_test;

namespace {

/// The smaller or larger of two values; −0 is smaller than +0.
double least(double x, double y) {
    if (std::isnan(x) || std::isnan(y))
        return std::nan("");
    return x < y || (x == y && std::signbit(x)) ? x : y;
}
double greatest(double x, double y) {
    return std::isnan(x) || std::isnan(y) ? std::nan("") : -least(-x, -y);
}

template <class T>
void check_extremes(tally& t) {
    const auto numbers = all_codes<T>();
    for (const auto& x : numbers)
        for (const auto& y : numbers) {
            expect_result(t, means(minimum(x.number, y.number), least(x.value, y.value)), "minimum", x.number,
                          minimum(x.number, y.number));
            expect_result(t, means(maximum(x.number, y.number), greatest(x.value, y.value)), "maximum",
                          x.number, maximum(x.number, y.number));
            const bool one_nan = std::isnan(x.value) != std::isnan(y.value);
            const double number = std::isnan(x.value) ? y.value : x.value;
            const double low = one_nan ? number : least(x.value, y.value);
            const double high = one_nan ? number : greatest(x.value, y.value);
            expect_result(t, means(minimum_number(x.number, y.number), low), "minimum_number", x.number,
                          minimum_number(x.number, y.number));
            expect_result(t, means(maximum_number(x.number, y.number), high), "maximum_number", x.number,
                          maximum_number(x.number, y.number));
        }
}

template <class T>
void check_total_order(tally& t) {
    const auto numbers = all_codes<T>();
    const std::size_t n = numbers.size();
    const auto order = std::make_unique<std::array<std::array<signed char, 256>, 256>>();
    for (std::size_t i = 0; i < n; ++i)
        for (std::size_t j = 0; j < n; ++j) {
            const std::strong_ordering got = total_order(numbers[i].number, numbers[j].number);
            (*order)[i][j] = static_cast<signed char>(got < 0 ? -1 : got > 0 ? 1 : 0);
        }
    for (std::size_t i = 0; i < n; ++i)
        for (std::size_t j = 0; j < n; ++j) {
            const auto& x = numbers[i];
            const auto& y = numbers[j];
            const int got = (*order)[i][j];
            // Antisymmetric, and equal for the same code alone (an unsigned zero may have several).
            expect_result(t, got == -(*order)[j][i] && (got == 0) == (i == j), "total_order", x.number,
                          y.number);
            // Numbers as by <, −0 below +0; a NaN beyond all numbers on the side of its sign.
            if (std::isnan(x.value) && !std::isnan(y.value))
                expect_result(t, got == (signbit(x.number) ? -1 : 1), "total_order(NaN, …)", x.number,
                              y.number);
            else if (!std::isnan(y.value) && (x.value < y.value || (x.value == 0 && y.value == 0 &&
                                                                    signbit(x.number) && !signbit(y.number))))
                expect_result(t, got == -1, "total_order(less, greater)", x.number, y.number);
        }
    std::uint64_t intransitive = 0;
    for (std::size_t i = 0; i < n; ++i)
        for (std::size_t j = 0; j < n; ++j)
            if ((*order)[i][j] < 0)
                for (std::size_t k = 0; k < n; ++k)
                    intransitive += (*order)[j][k] < 0 && (*order)[i][k] >= 0;
    t.expect(intransitive == 0, [&] {
        return name_of(T::format) + ": " + std::to_string(intransitive) + " triples are not transitive";
    });
}

template <class T>
void check_order() {
    tally t(name_of(T::format) + ", all pairs: minimum and maximum, total order (all triples)");
    check_extremes<T>(t);
    check_total_order<T>(t);
    require(t);
}

}  // namespace

TEMPLATE_LIST_TEST_CASE("minimum, maximum and total order of the named small types", "", small_types) {
    check_order<TestType>();
}

TEMPLATE_LIST_TEST_CASE("minimum, maximum and total order of types with odd traits", "", odd_types) {
    check_order<TestType>();
}

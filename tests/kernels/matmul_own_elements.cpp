// SPDX-License-Identifier: BSL-1.0

/// @file
/// An output whose own elements share memory is refused, and no other.

#include <halfulp/kernels/matmul.hpp>

#include "support/catch.hpp"
#include "support/tally.hpp"

#include <algorithm>
#include <limits>
#include <string>
#include <vector>

namespace {

using namespace halfulp;
using namespace halfulp_test;

TEST_CASE("exactly the outputs whose elements share memory are refused, of all small ones") {
    tally t("matmul: outputs by strides and shapes");
    const std::vector<double> operand(16, 1.0);
    std::vector<double> memory(200);
    for (std::size_t rows = 0; rows <= 5; ++rows)
        for (std::size_t columns = 0; columns <= 5; ++columns)
            for (std::ptrdiff_t row = -9; row <= 9; ++row)
                for (std::ptrdiff_t column = -9; column <= 9; ++column) {
                    const matrix_view<double> c(memory.data() + 100, rows, columns, row, column);
                    std::vector<const double*> places;
                    for (std::size_t i = 0; i < rows; ++i)
                        for (std::size_t j = 0; j < columns; ++j)
                            places.push_back(&c(i, j));
                    std::sort(places.begin(), places.end());
                    const bool shares = std::adjacent_find(places.begin(), places.end()) != places.end();
                    std::fill(memory.begin(), memory.end(), 7.0);
                    bool is_refused = false;
                    try {
                        matmul(matrix_view(operand.data(), rows, 3, 3, 1),
                               matrix_view(operand.data(), 3, columns, 1, 3), c);
                    } catch (const aliasing_error&) {
                        is_refused = true;
                    }
                    const auto written = static_cast<std::size_t>(
                        std::count_if(memory.begin(), memory.end(), [](double x) { return x != 7.0; }));
                    t.expect(is_refused == shares && written == (shares ? 0 : rows * columns), [&] {
                        return std::to_string(rows) + "×" + std::to_string(columns) + ", strides " +
                               std::to_string(row) + " and " + std::to_string(column) +
                               (is_refused ? " is refused" : " is taken") + ", " + std::to_string(written) +
                               " elements written";
                    });
                }
    require(t);
}

TEST_CASE("strides near the ends of their range are judged without overflow") {
    constexpr std::ptrdiff_t least = std::numeric_limits<std::ptrdiff_t>::min();
    constexpr std::ptrdiff_t most = std::numeric_limits<std::ptrdiff_t>::max();
    double element = 0;
    const auto shares = [&](std::size_t rows, std::size_t columns, std::ptrdiff_t row,
                            std::ptrdiff_t column) {
        return detail::overlaps_itself(matrix_view<double>(&element, rows, columns, row, column));
    };
    CHECK(shares(2, 2, least, least));
    CHECK(shares(2, 2, most, most));
    CHECK(shares(2, 2, most, -most));
    CHECK_FALSE(shares(2, 2, least, most));
    CHECK_FALSE(shares(1, 1, least, 0));
    CHECK_FALSE(shares(1, 2, 0, 1));
    CHECK(shares(3, 2, least / 2, least));
    CHECK_FALSE(shares(2, 2, least / 2, least));
}

TEST_CASE("the sentence says what to do") {
    std::vector<float> c(9, 5);
    const std::vector<float> a(9, 1);
    const auto mm = [&](std::ptrdiff_t row, std::ptrdiff_t column) {
        matmul(matrix_view(a.data(), 3, 3), matrix_view(a.data(), 3, 3),
               matrix_view<float>(c.data(), 3, 3, row, column));
    };
    CHECK_THROWS_AS(mm(0, 1), aliasing_error);
    CHECK_THROWS_WITH(mm(0, 1),
                      "halfulp::matmul: c is a view in which two elements share memory, expected "
                      "strides that give each element a place of its own");
    CHECK_THROWS_AS(mm(2, 1), aliasing_error);
    CHECK(c == std::vector<float>(9, 5));
    mm(3, 1);
    CHECK(c == std::vector<float>(9, 3));
}

}  // namespace

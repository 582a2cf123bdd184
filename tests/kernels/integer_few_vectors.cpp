// SPDX-License-Identifier: BSL-1.0
// requires: exact

/// @file
/// Packed rows times a few vectors, which are not packed for tiles: every width and kind of the rows, every number of
/// vectors around the edges of what is taken together, with zero points on both sides, against the GMP integers.

#include <halfulp/simd/integer_matvec.hpp>
#include <halfulp/simd/integer_sources.hpp>

#include "kernels/integer_checks.hpp"
#include "simd/levels.hpp"
#include "support/catch.hpp"

#include <algorithm>
#include <string>
#include <vector>

namespace {

using namespace halfulp_test;

#if HALFULP_HAS_SIMD

void check_few_vectors(tally& t, integer_lines& rows, integer_lines& vectors, int most_zero_point,
                       std::uint64_t seed) {
    generator random(seed);
    const auto zero_points_of = [&](std::size_t count) {
        std::vector<std::int32_t> result(count);
        for (std::int32_t& z : result)
            z = most_zero_point == 0
                    ? 0
                    : static_cast<std::int32_t>(random() % (2 * static_cast<unsigned>(most_zero_point) + 1)) -
                          most_zero_point;
        return result;
    };
    const std::vector<std::int32_t> of_rows = zero_points_of(rows.lines()),
                                    of_vectors = zero_points_of(vectors.lines());
    std::vector<mpz_class> expected;
    for (std::size_t i = 0; i < rows.lines(); ++i)
        for (std::size_t v = 0; v < vectors.lines(); ++v) {
            mpz_class sum = 0;
            for (std::size_t k = 0; k < rows.length(); ++k)
                sum += (rows.value(i, k) + of_rows[i]) * (vectors.value(v, k) + of_vectors[v]);
            expected.push_back(sum);
        }
    const detail::packed_lines a = rows.packed(), x = vectors.packed();
    for (const simd::isa level : fast_levels()) {
        simd::integer_operand operand(level, x, false);
        operand.source().zero_points = of_vectors.data();
        operand.source().line_stride = 1;
        const simd::packed_rows_product product(level, a, operand.source(), 0, of_rows.data(), 1);
        constexpr std::size_t at_once = simd::packed_rows_product::rows_at_once;
        std::vector<std::int32_t> got(rows.lines() * vectors.lines());
        for (std::size_t i = 0; i < rows.lines(); i += at_once)
            product.run(i, std::min(at_once, rows.lines() - i), got.data() + i * vectors.lines());
        for (std::size_t n = 0; n < got.size(); ++n)
            t.expect(expected[n] == got[n], [&] {
                return std::string(simd::name_of(level)) + " " + name_of_format(rows.format()) + " x " +
                       name_of_format(vectors.format()) + ", " + std::to_string(vectors.lines()) +
                       " vectors of " + std::to_string(rows.length()) + ", number " + std::to_string(n) +
                       ": " + std::to_string(got[n]) + " for " + expected[n].get_str();
            });
    }
}

TEST_CASE("Packed rows times a few vectors are exact in every pair of formats") {
    tally t("a few vectors");
    struct shape {
        std::size_t rows, vectors, depth;
    };
    const shape shapes[] = {{13, 1, 67},  {5, 2, 130}, {1, 3, 1},  {8, 4, 512},
                            {11, 5, 515}, {4, 17, 96}, {3, 24, 33}};
    std::uint64_t seed = 1;
    for (const integer_format& f : narrow_formats())
        for (const integer_format& g : narrow_formats())
            for (const shape& s : shapes) {
                if (effort == 0 && seed++ % 5 != 0)
                    continue;
                integer_lines rows(f, s.rows, s.depth), vectors(g, s.vectors, s.depth);
                rows.fill(seed++);
                vectors.fill(seed++);
                check_few_vectors(t, rows, vectors, seed % 3 == 0 ? 100 : 0, seed);
            }
    require(t);
}

#endif

}  // namespace

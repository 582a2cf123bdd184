// SPDX-License-Identifier: BSL-1.0

/// @file
/// Native products of bfloat16, which take two terms a step where that is the chain; see matmul_native_checks.hpp.

#include <halfulp/formats/named.hpp>

#include "kernels/matmul_native_checks.hpp"

namespace {

using namespace halfulp_test;

/// The smallest exponents of a product's operands, and whether it may take two terms a step.
struct exponents {
    int left, right;
    bool may_take_pairs;
};

/// Values from 2^least up, at least one of them 2^least; of either sign, zeros between them.
std::vector<bfloat16> values_from(std::mt19937_64& random, int least, std::size_t count, std::size_t depth) {
    std::vector<bfloat16> result;
    for (std::size_t i = 0; i < count * depth; ++i) {
        const double fraction = 1 + static_cast<double>(random() % 128) / 128;
        const double magnitude =
            i == count * depth / 2 ? 1 : std::ldexp(fraction, static_cast<int>(random() % 9));
        const double value = random() % 8 == 0 && i != count * depth / 2 ? 0 : std::ldexp(magnitude, least);
        result.push_back(convert<bfloat16>(random() % 2 == 0 ? value : -value));
    }
    return result;
}

bool is_finite_and_not_zero(bfloat16 value) {
    return value != bfloat16(0) && std::isfinite(static_cast<float>(value));
}

TEST_CASE("bfloat16: shapes, blocks, arrangements, parts, vectors") {
    tally t("native bfloat16");
    check_shapes<bfloat16, bfloat16, float, float>(t, 3);
    check_blockings<bfloat16, bfloat16, float, float>(t);
    check_layouts<bfloat16, bfloat16, float, float>(t);
    check_parts<bfloat16, bfloat16, float, float>(t);
    check_repeated_elements<bfloat16, bfloat16, float, float>(t);
    check_vectors<bfloat16, bfloat16, float, float>(t);
    require(t);
}
TEST_CASE("bfloat16 with results in bfloat16 and double") {
    tally t("native bfloat16, results of other types");
    check_shapes<bfloat16, bfloat16, bfloat16, float>(t, 13);
    check_blockings<bfloat16, bfloat16, double, float>(t);
    require(t);
}

TEST_CASE("two terms are taken a step exactly where no operand and no sum can be subnormal") {
    tally t("native bfloat16: exponents around the smallest");
    std::mt19937_64 random(3);
    for (const exponents& e :
         {exponents{0, 0, true}, exponents{-56, -56, true}, exponents{-56, -57, false},
          exponents{-126, 14, true}, exponents{-126, 13, false}, exponents{-127, 100, false},
          exponents{-133, 110, false}, exponents{60, -133, false}, exponents{-60, -70, false},
          exponents{-100, -12, true}, exponents{-13, -100, false}, exponents{60, 60, true}})
        for (const std::size_t depth : {1u, 2u, 3u, 16u, 31u, 257u}) {
            const std::size_t rows = 13, columns = 35;
            native_operands<bfloat16, bfloat16> x(terms::like_one, rows, depth, columns, 1);
            x.a = values_from(random, e.left, rows, depth);
            x.b = values_from(random, e.right, columns, depth);
            // Sums that cancel down to their last bits, where a subnormal one would be.
            for (std::size_t i = 0; i + 1 < x.a.size(); i += 2)
                if (random() % 2 == 0)
                    x.a[i + 1] = -x.a[i];
            // Specials are no obstacle.
            if (e.left == 0 && depth == 31) {
                x.a[3] = std::numeric_limits<bfloat16>::infinity();
                x.b[5] = std::numeric_limits<bfloat16>::quiet_NaN();
            }
#if HALFULP_HAS_SIMD
            if (simd::detected_level() == simd::isa::avx512)
                for (const layout order : all_layouts) {
                    const placed<bfloat16> a(x.left(rows, depth), order);
                    const placed<bfloat16> b(x.right(depth, columns), order);
                    const simd::pair_reader left(detail::codes_of(a.input()));
                    const simd::pair_reader right(detail::codes_of(b.input().transposed()));
                    int least_left = 1000, least_right = 1000;
                    for (const bfloat16 value : x.a)
                        if (is_finite_and_not_zero(value))
                            least_left = std::min(least_left, std::ilogb(static_cast<float>(value)));
                    for (const bfloat16 value : x.b)
                        if (is_finite_and_not_zero(value))
                            least_right = std::min(least_right, std::ilogb(static_cast<float>(value)));
                    const bool expected =
                        least_left >= -126 && least_right >= -126 && least_left + least_right - 14 >= -126;
                    t.expect(
                        !simd::available_extensions().bf16 || detail::may_take_pairs(left, right) == expected,
                        [&] {
                            return "exponents " + std::to_string(e.left) + ", " + std::to_string(e.right) +
                                   ", depth " + std::to_string(depth) + ": pairs are " +
                                   (expected ? "refused" : "taken");
                        });
                    t.expect(depth == 1 || expected == e.may_take_pairs,
                             [] { return std::string("the test's operands are not what they should be"); });
                }
#endif
            for (std::size_t n = 0; n < 8; ++n)
                check_native<bfloat16, bfloat16, float, float>(t, x, rows, depth, columns, layouts_of(n),
                                                               {{}, {3, 5, 7}});
        }
    require(t);
}

}  // namespace

// SPDX-License-Identifier: BSL-1.0
// requires: exact
//
// 16 bits and wider: every value of the 16-bit types as one operand, and random pairs directed at
// midpoints, cancellation and the ends of the range, against the GMP reference. Each case draws one
// of the deterministic projections and checks value, flags and both lanes.

#include "support/operations.hpp"
#include "support/random.hpp"

using namespace halfulp;
using namespace halfulp_test;

namespace {

using types = std::tuple<bfloat16, float16, tfloat32, float32, float64, float128>;
using sixteen_bits = std::tuple<bfloat16, float16>;

/// One projection of the 24 in turn.
class projection_cycle {
  public:
    const std::vector<projection>& next() {
        one_[0] = deterministic_projections()[index_++ % deterministic_projections().size()];
        return one_;
    }

  private:
    std::vector<projection> one_{projection{}};
    std::size_t index_ = 0;
};

template <class T, class Case>
void check_random_pairs(long count) {
    tally t(name_of(T::format) + ", " + Case::name + ", directed pairs, both lanes");
    code_generator codes(T::format, 16);
    projection_cycle projections;
    for (long i = 0; i < count; ++i) {
        const auto x = codes.any();
        check_projections<Case, T>(t, projections.next(), 0, nth<T>(x), nth<T>(codes.partner(x)));
    }
    require(t);
}

constexpr long pairs(const float_format& format) {
    // 10 million a type and operation in the thorough run; the exact quotients of float128 cost most.
    const long normal = format.bits() > 64 ? 50000 : 1000000;
    return cases_for_effort(5000L, normal, 10000000L);
}

}  // namespace

TEMPLATE_LIST_TEST_CASE("directed random pairs are rounded as the reference does", "", types) {
    const long count = pairs(TestType::format);
    check_random_pairs<TestType, add_case>(count);
    check_random_pairs<TestType, subtract_case>(count);
    check_random_pairs<TestType, multiply_case>(count);
    check_random_pairs<TestType, divide_case>(count);
    check_random_pairs<TestType, remainder_case>(count / 20);
}

TEMPLATE_LIST_TEST_CASE("directed random triples are fused as the reference does", "", types) {
    tally t(name_of(TestType::format) + ", fma, directed triples, both lanes");
    code_generator codes(TestType::format, 17);
    projection_cycle projections;
    for (long i = 0; i < pairs(TestType::format); ++i) {
        const auto x = nth<TestType>(codes.any());
        const auto y = nth<TestType>(codes.any());
        // Half of the addends are near the negative product, or an ulp of it.
        const auto product = multiply(x, y, projection{});
        const auto z = i % 2 == 0 ? codes.any() : codes.partner(uint128{product.to_bits()});
        check_projections<fma_case, TestType>(t, projections.next(), 0, x, y, nth<TestType>(z));
    }
    require(t);
}

TEMPLATE_LIST_TEST_CASE("every value of the 16-bit types meets partners and has its root", "", sixteen_bits) {
    tally t(name_of(TestType::format) + ", every first operand, 5 operations, both lanes");
    code_generator codes(TestType::format, 18);
    projection_cycle projections;
    for (unsigned code = 0; code < 65536; code += cases_for_effort(61u, 1u, 1u)) {
        const auto x = nth<TestType>(code);
        check_projections<sqrt_case, TestType>(t, deterministic_projections(), 0, x);
        for (int partner = 0; partner < 4; ++partner) {
            const auto y = nth<TestType>(codes.partner(code));
            check_projections<add_case, TestType>(t, projections.next(), 0, x, y);
            check_projections<subtract_case, TestType>(t, projections.next(), 0, y, x);
            check_projections<multiply_case, TestType>(t, projections.next(), 0, x, y);
            check_projections<divide_case, TestType>(t, projections.next(), 0, x, y);
        }
    }
    require(t);
}

TEMPLATE_LIST_TEST_CASE("square roots of wide types are the reference's", "", types) {
    tally t(name_of(TestType::format) + ", sqrt, directed values, both lanes");
    code_generator codes(TestType::format, 19);
    projection_cycle projections;
    for (long i = 0; i < pairs(TestType::format) / 4; ++i) {
        const auto x = codes.any();
        check_projections<sqrt_case, TestType>(t, projections.next(), 0, nth<TestType>(x));
        // A square, and its neighbours: the hardest radicands.
        const auto root = nth<TestType>(x);
        const auto square = multiply(root, root, projection{rounding::toward_zero});
        check_projections<sqrt_case, TestType>(t, projections.next(), 0, square);
        check_projections<sqrt_case, TestType>(t, projections.next(), 0, next_up(square));
        check_projections<sqrt_case, TestType>(t, projections.next(), 0, next_down(square));
    }
    require(t);
}

// SPDX-License-Identifier: BSL-1.0
//
// e^x of arrays of other types than float, into other types and in other projections, at every level.

#include <halfulp/kernels/exponential.hpp>

#include "simd/levels.hpp"

using namespace halfulp;
using namespace halfulp_test;

namespace {

/// All codes of a type into floats and into others.
template <class X, class Y, class P>
void check_types_of_exponential(tally& t, P p, std::size_t stride) {
    std::vector<X> x;
    for (std::size_t code = 0; code < std::size_t{1} << X::format.bits(); code += stride)
        x.push_back(X::from_bits(static_cast<typename X::storage_type>(code)));
    std::vector<Y> expected, got(x.size());
    const round_options options{.seed = 7, .operation = 3, .first_index = 5};
    for (std::size_t i = 0; i < x.size(); ++i)
        expected.push_back(exponential<Y>(x[i], p, detail::random_bits_of(p, options, i)));
    for (const simd::isa level : all_levels()) {
        const simd::scoped_level guard(level);
        exponential(x, got, p, options);
        expect_same(t, got.data(), expected.data(), x.size(), [&](std::size_t) {
            return "e^x of " + name_of(X::format) + " at level " + simd::name_of(level);
        });
    }
}

}  // namespace

TEST_CASE("e^x of other types, into other types, in other projections") {
    tally t("e^x of arrays of many types");
    const std::size_t stride = cases_for_effort(127u, 3u, 1u);
    check_types_of_exponential<bfloat16, float>(t, projection{}, stride);
    check_types_of_exponential<float16, float>(t, constant_value<projection{}>{}, stride);
    check_types_of_exponential<float8_e4m3fn, float>(t, projection{}, 1);
    check_types_of_exponential<float8_e8m0fnu, float>(t, projection{}, 1);
    check_types_of_exponential<bfloat16, float>(t, projection{rounding::toward_positive}, 97);
    check_types_of_exponential<bfloat16, float>(t, projection{rounding::ties_to_even, saturation::finite},
                                                97);
    check_types_of_exponential<float16, float16>(t, projection{rounding::stochastic_a, saturation::none, 9},
                                                 97);
    check_types_of_exponential<float16, bfloat16>(t, projection{}, 97);
    require(t);
}

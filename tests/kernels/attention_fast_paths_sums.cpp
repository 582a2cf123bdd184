// SPDX-License-Identifier: BSL-1.0

/// @file
/// The maxima and sums of weights that attention gives a gradient: by fast paths those of the definition, bit for bit.

#include "kernels/attention_fast_paths_checks.hpp"

namespace {

using namespace halfulp_test;

template <class Q, class K, class VE, class Output>
void check_sums(tally& t, std::uint64_t seed, std::size_t count) {
    count = cases_for_effort(count / 10, count, 50 * count);
    std::mt19937_64 random(seed);
    auto choices = covering_choices(attention_levels, count, seed);
    choices.resize(std::min(count, choices.size()));
    for (const attention_choice& choice : choices) {
        attention_case<Q, K, VE, Output> c(
            choice, random_attention_shape(random, std::size_t{1} << choice[of_group], 2000), ++seed);
        attention_statistics<float> expected, got;
        const auto run_into = [](attention_statistics<float>& statistics) {
            return [&statistics](auto& of, const execution::policy& execution) {
                attention(of.q(), of.k(), of.v(), of.output().view(), arithmetic::native<float>{},
                          of.options(execution), statistics);
            };
        };
        run_into(expected)(c, execution::plain);
        for (const simd::isa level : fast_levels()) {
            const simd::scoped_level guard(level);
            run_into(got)(c, {});
            bool is_same = got.batch() == expected.batch() && got.heads() == expected.heads() &&
                           got.rows() == expected.rows();
            for (std::size_t b = 0; is_same && b < got.batch(); ++b)
                for (std::size_t h = 0; h < got.heads(); ++h)
                    for (std::size_t i = 0; i < got.rows(); ++i)
                        is_same &= code_bits(got(b, h, i).maximum) == code_bits(expected(b, h, i).maximum) &&
                                   code_bits(got(b, h, i).sum) == code_bits(expected(b, h, i).sum);
            t.expect(is_same, [&] { return c.name() + ", level " + simd::name_of(level); });
        }
        check_attention_case(t, c, run_attention<arithmetic::native<float>>{}, run_into(got), {1});
    }
}

TEST_CASE("the sums of attention by fast paths are the definition's") {
    tally t("sums of attention");
    check_sums<float, float, float, float>(t, 20, 1000);
    check_sums<bfloat16, float8_e4m3fn, bfloat16, bfloat16>(t, 21, 300);
    require(t);
}

}  // namespace

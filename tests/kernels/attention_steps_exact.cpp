// SPDX-License-Identifier: BSL-1.0
// requires: exact

/// @file
/// Attention against its steps computed on exact values, bit for bit: exact sums, and integer scores.

#include <halfulp/arithmetic/exact.hpp>

#include "kernels/attention_steps_checks.hpp"

namespace {

using namespace halfulp_test;

TEST_CASE("attention is its steps: exact sums take all keys as one block, or are rounded after each") {
    const attention_settings settings;
    std::uint64_t seed = 0;
    for (const rounding mode : all_modes)
        for (const attention_setting& setting : settings.all()) {
            if (++seed % 7 != 0 && effort == 0)
                continue;
            const projection how{mode, saturation::none, 11};
            CAPTURE(static_cast<int>(mode));
            const stepwise<exact_terms> steps{{}, how, 31};
            check_attention_setting<float, float, float, float, bfloat16>(
                seed, setting, arithmetic::exact{how, 31}, all_keys, steps, steps);
            // Scores and weights in bfloat16, sums of values in float.
            using scores = arithmetic::fused<bfloat16>;
            check_attention_setting<float8_e5m2, bfloat16, bfloat16, float, float8_e5m2>(
                seed, setting, attention_arithmetic<scores, arithmetic::exact>{scores{how, 3}, {how, 31}},
                all_keys, stepwise<fused_terms<bfloat16>>{{}, how, 3}, steps);
        }
}

TEST_CASE("attention is its steps: integer scores") {
    const attention_settings settings;
    std::mt19937_64 generator(8);
    const auto integers = [&](std::size_t rows, std::size_t columns) {
        matrix<std::int8_t> m{std::vector<std::int8_t>(rows * columns), rows, columns};
        for (std::int8_t& x : m.data)
            x = static_cast<std::int8_t>(static_cast<int>(generator() % 7) - 3);
        return m;
    };
    for (const attention_setting& setting : settings.all()) {
        CAPTURE(setting.name);
        const auto q = integers(setting.queries, 3), k = integers(setting.keys, 3);
        const auto v = random_matrix<float>(generator, setting.keys, 2, 2);
        matrix<float> result{std::vector<float>(setting.queries * 2), setting.queries, 2};
        attention(q.view(), k.view(), v.view(), result.view(),
                  attention_arithmetic<arithmetic::integer<>, arithmetic::native<float>>{}, setting.options);
        check_equal(result, attention_by_steps<float, float, float, float>(q, k, v, setting.options, 128,
                                                                           stepwise<exact_terms>{},
                                                                           stepwise<fused_terms<float>>{}));
    }
}

}  // namespace

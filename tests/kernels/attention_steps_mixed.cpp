// SPDX-License-Identifier: BSL-1.0
// requires: exact

/// @file
/// Attention against its steps computed on exact values, bit for bit: two arithmetics with formats, modes and seeds of
/// their own, and weights that are stored narrow.

#include "kernels/attention_steps_checks.hpp"

namespace {

using namespace halfulp_test;

TEST_CASE("attention is its steps: two arithmetics, scores and weights in formats of their own") {
    const attention_settings settings;
    std::uint64_t seed = 0;
    for (const rounding mode : all_modes)
        for (const attention_setting& setting : settings.all()) {
            if (++seed % 7 != 0 && effort == 0)
                continue;
            const projection how{mode, saturation::finite, 9};
            const projection other{all_modes[seed % all_modes.size()], saturation::none, 5};
            CAPTURE(static_cast<int>(mode), static_cast<int>(other.mode));
            // A score that is narrower than its sum, a weight narrower still.
            using scores = arithmetic::fused<float>;
            using values = arithmetic::rounded<bfloat16, float16>;
            const attention_arithmetic<scores, values, float16, float8_e4m3fn> both{scores{how, 5},
                                                                                    values{other, 6}};
            check_attention_setting<bfloat16, float16, float8_e4m3fn, float16, bfloat16>(
                seed, setting, both, 128, stepwise<fused_terms<float>>{{}, how, 5},
                stepwise<rounded_terms<bfloat16, float16>>{{}, other, 6});
        }
}

TEST_CASE("attention is its steps: the weights of LayerCast stored in bfloat16") {
    const attention_settings settings;
    std::uint64_t seed = 0;
    for (const attention_setting& setting : settings.all()) {
        using native = arithmetic::native<float>;
        const stepwise<fused_terms<float>> steps{};
        check_attention_setting<float16, float, bfloat16, float, float16>(
            ++seed, setting, attention_arithmetic<native, native, void, bfloat16>{}, 128, steps, steps);
    }
}

}  // namespace

// SPDX-License-Identifier: BSL-1.0

/// @file
/// Attention in float against its definition, bit for bit, at every level of the machine.

#include "kernels/attention_fast_paths_checks.hpp"

namespace {

using namespace halfulp_test;

TEST_CASE("choices that cover have every pair of levels") {
    const std::vector<std::size_t> levels{6, 2, 4, 1, 7, 3};
    const auto choices = covering_choices(levels, 0, 3);
    CHECK(choices.size() < 6 * 7 * 2);  // of 1008 combinations, 42 being the least
    bool has_all = true;
    for (std::size_t f = 0; f < levels.size(); ++f)
        for (std::size_t g = 0; g < f; ++g)
            for (std::size_t x = 0; x < levels[f]; ++x)
                for (std::size_t y = 0; y < levels[g]; ++y)
                    has_all &= std::any_of(choices.begin(), choices.end(), [&](const auto& choice) {
                        return choice[f] == x && choice[g] == y;
                    });
    CHECK(has_all);
}

TEST_CASE("attention in float is its definition: every pair of options") {
    tally t("attention of float, options");
    check_attention_options<float, float, float, float>(t, 1, 2500, 3000);
    require(t);
}

TEST_CASE("attention in float is its definition: shapes") {
    tally t("attention of float, shapes");
    check_attention_shapes<float, float, float, float>(t, 1);
    require(t);
}

TEST_CASE("attention in float is its definition: in parts, as in decoding") {
    tally t("attention of float, in parts");
    check_attention_in_parts<float, float, float, float>(t, 1);
    require(t);
}

}  // namespace

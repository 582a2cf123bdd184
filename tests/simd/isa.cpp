// SPDX-License-Identifier: BSL-1.0
//
// Levels: their names and order, how they are lowered and restored, and what HALFULP_ISA may say.

#include "simd/levels.hpp"
#include "support/catch.hpp"

#include <cstdlib>
#include <stdexcept>

using namespace halfulp;
using namespace halfulp_test;

TEST_CASE("levels have names, and contain the ones before them") {
    using enum simd::isa;
    for (const simd::isa level : {plain, avx2, avx512})
        CHECK(simd::level_of(simd::name_of(level)) == level);
    CHECK(plain < avx2);
    CHECK(avx2 < avx512);
    CHECK(std::string(simd::name_of(avx512)) == "avx512");
    for (const char* wrong : {"", "AVX2", "avx", "avx512 ", "sse"}) {
        CHECK_THROWS_AS(simd::level_of(wrong), std::invalid_argument);
        CHECK_THROWS_WITH(simd::level_of(wrong), contains_text("plain, avx2 or avx512"));
    }
}

TEST_CASE("the level found is the one that the processor has") {
#if HALFULP_HAS_SIMD
    __builtin_cpu_init();
    const bool avx2 =
        __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi2");
    const bool avx512 = avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                        __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq") &&
                        __builtin_cpu_supports("avx512vl");
    CHECK(simd::detected_level() == (avx512 ? simd::isa::avx512 : avx2 ? simd::isa::avx2 : simd::isa::plain));
    if (avx512) {
        const simd::scoped_level guard(simd::isa::avx512);
        const simd::extensions has = simd::available_extensions();
        CHECK(has.vnni == (__builtin_cpu_supports("avx512vnni") != 0));
        CHECK(has.vbmi == (__builtin_cpu_supports("avx512vbmi") != 0));
        CHECK(has.vpopcntdq == (__builtin_cpu_supports("avx512vpopcntdq") != 0));
        CHECK(has.gfni == (__builtin_cpu_supports("gfni") != 0));
    }
#else
    CHECK(simd::detected_level() == simd::isa::plain);
#endif
}

TEST_CASE("scopes lower the level and put it back") {
    const simd::isa before = simd::level();
    {
        const simd::scoped_level outer(simd::isa::plain);
        CHECK(simd::level() == simd::isa::plain);
        CHECK(simd::available_extensions() == simd::extensions{});
        {
            const simd::scoped_level inner(simd::isa::avx512);
            CHECK(simd::level() == simd::detected_level());
        }
        CHECK(simd::level() == simd::isa::plain);
        try {
            const simd::scoped_level thrown(simd::isa::avx2);
            throw std::runtime_error("out");
        } catch (const std::runtime_error&) {
        }
        CHECK(simd::level() == simd::isa::plain);
    }
    CHECK(simd::level() == before);
    CHECK(simd::set_level(simd::isa::avx512) == simd::detected_level());
    CHECK(simd::set_level(simd::isa::plain) == simd::isa::plain);
    simd::set_level(before);
    // A policy of the definition needs no level.
    CHECK(simd::level_for(execution::plain) == simd::isa::plain);
    CHECK(simd::level_for(execution::automatic) == before);
}

#if defined(__unix__) || defined(__APPLE__)
TEST_CASE("HALFULP_ISA names the level of a run") {
    const char* const said = std::getenv("HALFULP_ISA");
    const std::string before = said == nullptr ? "" : said;
    const auto level_under = [](const char* value) {
        setenv("HALFULP_ISA", value, 1);
        return simd::detail::environment_level();
    };
    CHECK(level_under("plain") == simd::isa::plain);
    CHECK(level_under("avx2") == simd::isa::avx2);
    CHECK(level_under("avx512") == simd::isa::avx512);
    CHECK(level_under("") == simd::isa::avx512);
    CHECK_THROWS_AS(level_under("fast"), std::invalid_argument);
    CHECK_THROWS_WITH(level_under("fast"), contains_text("HALFULP_ISA"));
    unsetenv("HALFULP_ISA");
    CHECK(simd::detail::environment_level() == simd::isa::avx512);
    if (said != nullptr)
        setenv("HALFULP_ISA", before.c_str(), 1);
}
#endif

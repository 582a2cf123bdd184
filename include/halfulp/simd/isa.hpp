// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// Which instructions the fast paths may use: found once, lowered at will. The one place that asks
/// the processor.
///
/// Every level gives the same bits; a lower one is for measuring, for testing, and for machines where
/// wide registers cost clock speed. Two ways to lower it:
///
///     HALFULP_ISA=avx2 ./program                            for a whole run: plain, avx2 or avx512
///     simd::scoped_level guard(simd::isa::plain);           for a scope
///
/// A level that the machine does not have means the highest one below it that it has.

#include <halfulp/core/errors.hpp>

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <string>

#if HALFULP_HAS_SIMD
#include <cpuid.h>
#endif

namespace halfulp {
inline namespace v0 {
namespace simd {

/// What a fast path is written for. Ordered: each contains the ones before it.
///
/// | level  | instructions                                        | registers |
/// |--------|-----------------------------------------------------|-----------|
/// | plain  | none beyond the compiler's: the definitions run     |           |
/// | avx2   | AVX2, FMA, F16C, BMI2 (x86-64-v3)                   | 32 bytes  |
/// | avx512 | AVX-512 F, BW, CD, DQ, VL (x86-64-v4)               | 64 bytes  |
enum class isa : unsigned char { plain, avx2, avx512 };

/// Extensions of AVX-512 that not every processor with the level has; kernels ask for each by name.
struct extensions {
    bool vnni = false;       ///< dot products of 8- and 16-bit integers
    bool bf16 = false;       ///< dot products of bfloat16 pairs
    bool vpopcntdq = false;  ///< bit counts a lane
    bool vbmi = false;       ///< byte permutations across the register
    bool gfni = false;       ///< affine maps over GF(2), which move bits within bytes

    friend constexpr bool operator==(const extensions&, const extensions&) = default;
};

/// The name by which HALFULP_ISA and the benchmarks call a level.
constexpr const char* name_of(isa level) noexcept {
    return level == isa::avx512 ? "avx512" : level == isa::avx2 ? "avx2" : "plain";
}

/// The level of that name.
/// @throws std::invalid_argument if there is none
inline isa level_of(const std::string& name) {
    for (const isa level : {isa::plain, isa::avx2, isa::avx512})
        if (name == name_of(level))
            return level;
    throw_argument_error<std::invalid_argument>("simd", "the level (HALFULP_ISA)", "'" + name + "'",
                                                "plain, avx2 or avx512");
}

namespace detail {

struct processor {
    isa level = isa::plain;
    extensions has{};
};

#if HALFULP_HAS_SIMD
inline processor find_processor() noexcept {
    struct registers {
        unsigned a = 0, b = 0, c = 0, d = 0;
    };
    registers one, seven;
    if (!__get_cpuid(1, &one.a, &one.b, &one.c, &one.d) ||
        !__get_cpuid_count(7, 0, &seven.a, &seven.b, &seven.c, &seven.d))
        return {};
    const auto bit = [](unsigned word, int i) { return (word >> i & 1) != 0; };
    // The operating system has to save the registers too: XCR0 says which (Intel SDM 1, 13.3).
    constexpr int osxsave = 27;
    if (!bit(one.c, osxsave))
        return {};
    std::uint32_t saved = 0, saved_high = 0;
    __asm__("xgetbv" : "=a"(saved), "=d"(saved_high) : "c"(0));
    const bool saves_ymm = (saved & 0x06) == 0x06;
    const bool saves_zmm = (saved & 0xe6) == 0xe6;

    processor result;
    const bool has_avx2 =
        bit(one.c, 12) && bit(one.c, 28) && bit(one.c, 29) && bit(seven.b, 5) && bit(seven.b, 8);
    const bool has_avx512 =
        bit(seven.b, 16) && bit(seven.b, 17) && bit(seven.b, 28) && bit(seven.b, 30) && bit(seven.b, 31);
    if (has_avx2 && saves_ymm)
        result.level = isa::avx2;
    if (has_avx2 && has_avx512 && saves_zmm) {
        result.level = isa::avx512;
        registers more;
        if (seven.a >= 1)
            __get_cpuid_count(7, 1, &more.a, &more.b, &more.c, &more.d);
        result.has = {.vnni = bit(seven.c, 11),
                      .bf16 = bit(more.a, 5),
                      .vpopcntdq = bit(seven.c, 14),
                      .vbmi = bit(seven.c, 1),
                      .gfni = bit(seven.c, 8)};
    }
    return result;
}
#else
inline processor find_processor() noexcept {
    return {};
}
#endif

inline const processor& found_processor() noexcept {
    static const processor found = find_processor();
    return found;
}

/// What the environment allows; everything if it does not say.
inline isa environment_level() {
    const char* name = std::getenv("HALFULP_ISA");
    return name == nullptr || *name == '\0' ? isa::avx512 : level_of(name);
}

/// The level in use; unset until it is first asked for.
inline std::atomic<int>& level_in_use() noexcept {
    static std::atomic<int> level{-1};
    return level;
}

constexpr isa lower_of(isa x, isa y) noexcept {
    return x < y ? x : y;
}

}  // namespace detail

/// The highest level that the processor and the operating system have.
inline isa detected_level() noexcept {
    return detail::found_processor().level;
}

/// Sets the level for the whole program, from the next kernel on; the one in use is at most
/// detected_level() and is returned. Goes above HALFULP_ISA where asked to. Kernels that run in other
/// threads at the time finish at the level that they started with; results are the same at every level.
inline isa set_level(isa wanted) noexcept {
    const isa level = detail::lower_of(wanted, detected_level());
    detail::level_in_use().store(static_cast<int>(level), std::memory_order_relaxed);
    return level;
}

/// The level in use: detected_level(), lowered by HALFULP_ISA or set_level.
/// @throws std::invalid_argument if HALFULP_ISA names no level
inline isa level() {
    const int known = detail::level_in_use().load(std::memory_order_relaxed);
    return known >= 0 ? static_cast<isa>(known) : set_level(detail::environment_level());
}

/// The extensions in use: those of the processor at level avx512, none below.
/// @throws as level()
inline extensions available_extensions() {
    return level() == isa::avx512 ? detail::found_processor().has : extensions{};
}

/// Sets the level and restores the former one at the end of its scope.
class scoped_level {
  public:
    explicit scoped_level(isa wanted) : before_(simd::level()) { set_level(wanted); }
    ~scoped_level() { set_level(before_); }
    scoped_level(const scoped_level&) = delete;
    scoped_level& operator=(const scoped_level&) = delete;

  private:
    isa before_;
};

}  // namespace simd
}  // namespace v0
}  // namespace halfulp

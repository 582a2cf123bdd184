// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// What a program did to the processor's floating-point control register must not reach the results
/// of a fast path.

#include <halfulp/config.hpp>

#include <cstdint>

namespace halfulp {
inline namespace v0 {
namespace simd {

/// The floating-point environment that fast paths assume, while it lives: nearest even, no trap,
/// subnormals kept. Programs change it (fesetround; a library linked with -ffast-math sets
/// flush-to-zero for the whole process), and results must not.
class default_floating_point_environment {
  public:
    default_floating_point_environment(const default_floating_point_environment&) = delete;
    default_floating_point_environment& operator=(const default_floating_point_environment&) = delete;
#if HALFULP_HAS_SIMD
    default_floating_point_environment() noexcept {
        __asm__ volatile("stmxcsr %0" : "=m"(saved_) : : "memory");
        constexpr std::uint32_t flags = 0x3f;
        if ((saved_ & ~flags) != usual)
            set(usual);
    }
    ~default_floating_point_environment() {
        if ((saved_ & ~std::uint32_t{0x3f}) != usual)
            set(saved_);
    }

  private:
    static constexpr std::uint32_t usual = 0x1f80;
    static void set(std::uint32_t value) noexcept {
        __asm__ volatile("ldmxcsr %0" : : "m"(value) : "memory");
    }
    std::uint32_t saved_ = 0;
#else
    default_floating_point_environment() noexcept = default;
#endif
};

}  // namespace simd
}  // namespace v0
}  // namespace halfulp

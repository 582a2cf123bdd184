// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// The one point where fast paths attach to kernels: «is there one for these types, this arithmetic,
/// this machine?». A kernel includes its fast paths, so that every translation unit sees the same, asks
/// once a call which level is in use, and hands whole chunks to a function of that level.
///
/// To add a fast path: write it in simd/family/ (an algorithm in terms of registers, for all families at
/// once), include it through simd/for_each_family.hpp, and choose between the families by
/// HALFULP_SIMD_SELECT. Nothing else knows the families by name.

#include <halfulp/arithmetic/execution.hpp>
#include <halfulp/simd/environment.hpp>
#include <halfulp/simd/isa.hpp>

namespace halfulp {
inline namespace v0 {
namespace simd {

/// Fast paths take counts that are multiples of this; callers pad the rest in buffers of their own.
inline constexpr std::size_t block = 64;

/// The count, rounded up to whole blocks.
constexpr std::size_t whole_blocks(std::size_t count) noexcept {
    return (count + block - 1) / block * block;
}

/// The fewest elements that are worth a thread.
inline constexpr std::size_t smallest_share = std::size_t{1} << 15;

/// The level for a kernel under a policy: plain means that the definition has to run.
/// @throws as level()
inline isa level_for(const execution::policy& policy) {
    return policy.definition_only ? isa::plain : level();
}

}  // namespace simd
}  // namespace v0
}  // namespace halfulp

/// Calls the function `…` of the family for a level that is not plain:
/// HALFULP_SIMD_SELECT(level, fill<float>)(arguments).
#if HALFULP_HAS_SIMD
#define HALFULP_SIMD_SELECT(level, ...)                                              \
    ((level) == ::halfulp::simd::isa::avx512 ? &::halfulp::simd::avx512::__VA_ARGS__ \
                                             : &::halfulp::simd::avx2::__VA_ARGS__)
#endif

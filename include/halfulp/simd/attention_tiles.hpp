// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// Tiles of attention in float: what the registers are given.

#include <halfulp/formats/named.hpp>
#include <halfulp/simd/exponential.hpp>
#include <halfulp/simd/matmul_operands.hpp>

#if HALFULP_HAS_SIMD

namespace halfulp {
inline namespace v0 {
namespace simd {

/// What makes a score beside the product and the scale.
struct score_changes {
    bool has_cap = false;
    float soft_cap = 0;
    const float* slopes = nullptr;            ///< −slope of each lane, or null
    const std::int32_t* positions = nullptr;  ///< p of each lane
    std::int32_t first_key = 0;               ///< the number of the block's key 0
    const float* bias = nullptr;              ///< keys × lanes, or null

    bool any() const noexcept { return has_cap || slopes != nullptr || bias != nullptr; }
};

/// A block of keys for a tile of queries, which are the lanes of one to three registers. Keys are counted within the
/// block; a row of `lanes` numbers is a number of each query.
struct attention_tile {
    std::size_t first = 0, last = 0;  ///< the keys that a query of the tile sees, and maybe others between
    std::size_t all_first = 0, all_last = 0;  ///< those of them that all queries see
    std::size_t d = 0, dv = 0;
    const float* q = nullptr;  ///< d × lanes
    const float* k = nullptr;  ///< key j, column c: k[j·k_line + c·k_step]; one of the strides is 1
    std::ptrdiff_t k_line = 0, k_step = 0;
    const float* v = nullptr;  ///< key j, column c: v[j·v_step + c]
    std::ptrdiff_t v_step = 0;
    float scale = 1;
    score_changes changes{};
    const std::uint64_t* seen = nullptr;  ///< a bit a lane, for every key of first … last that not all see
    float* scores = nullptr;              ///< keys × lanes; then weights
    float* maximum = nullptr;             ///< m
    float* sum = nullptr;                 ///< z
    float* rescale = nullptr;             ///< a
    float* values = nullptr;              ///< dv × lanes: u
};

/// Keys whose columns lie together in memory: see key_panels.
inline constexpr std::size_t keys_of_panel = 128;

/// A block of keys for one query. Keys are counted within the block, whose key 0 begins a panel of k.
struct attention_row {
    std::size_t first = 0, last = 0;  ///< the keys that it sees, and maybe others between
    std::size_t d = 0;
    std::size_t dv = 0;        ///< columns of v and values: whole registers
    const float* q = nullptr;  ///< d
    const void* k = nullptr;   ///< key j, column c: k[j / 128·k_panel + c·k_step + j mod 128]
    std::ptrdiff_t k_panel = 0, k_step = 0;
    const void* v = nullptr;  ///< key j, column c: v[j·v_step + c]
    std::ptrdiff_t v_step = 0;
    float scale = 1;
    score_changes changes{};              ///< with one slope, one position and a bias for each key
    const std::uint64_t* seen = nullptr;  ///< a bit a key, or null if all of whole registers are seen
    float* scores = nullptr;              ///< of the keys, with room for whole registers; then weights
    float* maximum = nullptr;             ///< m
    float* sum = nullptr;                 ///< z
    float* rescale = nullptr;             ///< a
    float* values = nullptr;              ///< dv: u
};

}  // namespace simd
}  // namespace v0
}  // namespace halfulp

#endif

#define HALFULP_FAMILY_TEXT <halfulp/simd/family/attention.hpp>
#include <halfulp/simd/for_each_family.hpp>

#define HALFULP_FAMILY_TEXT <halfulp/simd/family/attention_rows.hpp>
#include <halfulp/simd/for_each_family.hpp>

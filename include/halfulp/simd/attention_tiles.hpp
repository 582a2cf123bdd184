// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// Tiles of attention in float: what the registers are given.

#include <halfulp/formats/named.hpp>
#include <halfulp/simd/exponential.hpp>
#include <halfulp/simd/matvec_native.hpp>

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
    float* tangents = nullptr;                ///< where tanh(s/c) is kept, keys × lanes, or null

    bool any() const noexcept { return has_cap || slopes != nullptr || bias != nullptr; }
};

/// Memory that is fetched while something else is computed, so many bytes a step.
struct memory_ahead {
    const char* at = nullptr;
    std::ptrdiff_t step = 0;
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
    int power = 0;  ///< of Power-Softmax, or 0
    score_changes changes{};
    const std::uint64_t* seen = nullptr;  ///< a bit a lane, for every key of first … last that not all see
    float* scores = nullptr;              ///< keys × lanes; then weights
    float* maximum = nullptr;             ///< m
    float* sum = nullptr;                 ///< z
    float* rescale = nullptr;             ///< a
    float* values = nullptr;              ///< dv × lanes: u
    memory_ahead keys_ahead{}, values_ahead{};  ///< of the next block
};

/// Keys whose columns lie together in memory: see key_panels.
inline constexpr std::size_t keys_of_panel = 128;

/// A code in a byte, of any format that byte_table describes.
enum class coded_byte : std::uint8_t {};

/// What codes in a byte stand for: the halves of those below 128 as bfloat16, and all numbers.
struct byte_table {
    alignas(64) std::uint8_t low[128], high[128];
    float numbers[256];
};

/// True for formats of at most eight bits whose numbers are bfloat16's; of eight, if the upper half of the codes are the
/// negatives of the lower.
template <class T>
constexpr bool has_byte_table() noexcept {
    if constexpr (halfulp::detail::is_custom_float<T>::value) {
        constexpr float_format f = number_format<T>::value;
        const bool is_symmetric = f.has_sign && f.has_negative_zero && f.nan != nan_encoding::negative_zero;
        return sizeof(T) == 1 && (f.bits() < 8 || is_symmetric) && contains(formats::bfloat16, f);
    } else {
        return false;
    }
}
template <class T>
inline constexpr byte_table table_of_bytes = [] {
    byte_table table{};
    for (unsigned code = 0; code < 256; ++code) {
        const float x = convert<float>(T::from_bits(static_cast<std::uint8_t>(code)));
        table.numbers[code] = x;
        if (code < 128) {
            const std::uint32_t bits = std::bit_cast<std::uint32_t>(x) >> 16;
            table.low[code] = static_cast<std::uint8_t>(bits & 0xff);
            table.high[code] = static_cast<std::uint8_t>(bits >> 8);
        }
    }
    return table;
}();

/// One query and its part of a block of keys.
struct attention_row {
    std::size_t first = 0, last = 0;  ///< the keys that it sees, and others between them if it has holes
    bool has_holes = false;
    const std::uint64_t* seen = nullptr;  ///< a bit a key, or null if all of whole registers are seen
    const float* q = nullptr;             ///< d
    int power = 0;                        ///< of Power-Softmax, or 0
    score_changes changes{};              ///< with one slope, one position and a bias for each key
    float* scores = nullptr;              ///< of the keys, with room for whole registers; then weights
    float* maximum = nullptr;             ///< m
    float* sum = nullptr;                 ///< z
    float* rescale = nullptr;             ///< a
    float* values = nullptr;              ///< dv: u
};

/// The most queries that take a block of keys together.
inline constexpr std::size_t most_queries_together = 4;

/// A block of keys for a few queries. Keys are counted within the block, whose key 0 begins a panel of k.
struct attention_rows {
    attention_row rows[most_queries_together];
    std::size_t d = 0;
    std::size_t dv = 0;       ///< columns of v and values: whole registers
    const void* k = nullptr;  ///< key j, column c: k[j / 128·k_panel + c·k_step + j mod 128]
    std::ptrdiff_t k_panel = 0, k_step = 0;
    const void* v = nullptr;  ///< key j, column c: v[j·v_step + c]
    std::ptrdiff_t v_step = 0;
    const byte_table *k_table = nullptr, *v_table = nullptr;  ///< of coded_byte
    float scale = 1;
};

/// A block of keys for a tile of queries in the gradient. The block's forward part says what scores are made of, and where
/// p is put; its v is also what dO is multiplied with.
struct gradient_tile {
    attention_tile forward{};
    std::size_t rows = 0;             ///< queries of the tile
    const float* gradient = nullptr;  ///< dO: dv × lanes
    const float* q_rows = nullptr;    ///< queries × d, as forward.q turned
    std::ptrdiff_t q_row = 0;
    const float* gradient_rows = nullptr;  ///< dO: queries × dv
    std::ptrdiff_t gradient_row = 0;
    float* errors = nullptr;           ///< keys × lanes: g, then e
    const float* reference = nullptr;  ///< r of each lane
    const float* inverse = nullptr;    ///< ρ
    const float* product = nullptr;    ///< D
    float* query_sums = nullptr;       ///< d × lanes: dQ
    float* key_sums = nullptr;         ///< keys of the block × d: dK
    float* value_sums = nullptr;       ///< keys of the block × dv: dV
};

}  // namespace simd
}  // namespace v0
}  // namespace halfulp

#endif

#define HALFULP_FAMILY_TEXT <halfulp/simd/family/attention_weights.hpp>
#include <halfulp/simd/for_each_family.hpp>

#define HALFULP_FAMILY_TEXT <halfulp/simd/family/attention.hpp>
#include <halfulp/simd/for_each_family.hpp>

#define HALFULP_FAMILY_TEXT <halfulp/simd/family/number_loaders.hpp>
#include <halfulp/simd/for_each_family.hpp>

#define HALFULP_FAMILY_TEXT <halfulp/simd/family/attention_rows.hpp>
#include <halfulp/simd/for_each_family.hpp>

// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// Random bits as a pure function of (seed, operation, index): no stream, no state, so a result
/// does not depend on threads, chunks or vector width.

#include <halfulp/config.hpp>

#include <array>
#include <cstdint>

namespace halfulp {
inline namespace v0 {

/// Philox 4x32 with ten rounds: 128 counter bits and 64 key bits to 128 random bits.
/// Source: Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011.
/// The known-answer vectors of the authors' Random123 are a test.
constexpr std::array<std::uint32_t, 4> philox_4x32_10(std::array<std::uint32_t, 4> counter,
                                                      std::array<std::uint32_t, 2> key) noexcept {
    for (int round = 0; round < 10; ++round) {
        const std::uint64_t product0 = std::uint64_t{0xD2511F53u} * counter[0];
        const std::uint64_t product1 = std::uint64_t{0xCD9E8D57u} * counter[2];
        counter = {static_cast<std::uint32_t>(product1 >> 32) ^ counter[1] ^ key[0],
                   static_cast<std::uint32_t>(product1),
                   static_cast<std::uint32_t>(product0 >> 32) ^ counter[3] ^ key[1],
                   static_cast<std::uint32_t>(product0)};
        key[0] += 0x9E3779B9u;
        key[1] += 0xBB67AE85u;
    }
    return counter;
}

/// The random bits of element `index` of operation `operation` under `seed`: word index mod 4 of
/// the Philox block with counter (index / 4, operation) and key `seed`, so that four consecutive
/// elements share one evaluation. Rounding uses the lowest `random_bits` of it.
constexpr std::uint32_t philox_bits(std::uint64_t seed, std::uint64_t operation,
                                    std::uint64_t index) noexcept {
    const std::uint64_t block = index >> 2;
    return philox_4x32_10(
        {static_cast<std::uint32_t>(block), static_cast<std::uint32_t>(block >> 32),
         static_cast<std::uint32_t>(operation), static_cast<std::uint32_t>(operation >> 32)},
        {static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32)})[index & 3];
}

}  // namespace v0
}  // namespace halfulp

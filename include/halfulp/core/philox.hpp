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

/// The two multipliers of a round, and what it adds to the two words of the key.
inline constexpr std::array<std::uint32_t, 2> philox_multipliers{0xD2511F53u, 0xCD9E8D57u};
inline constexpr std::array<std::uint32_t, 2> philox_key_steps{0x9E3779B9u, 0xBB67AE85u};

/// Philox 4x32: 128 counter bits and 64 key bits to 128 random bits, in a number of rounds.
/// Source: Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011. Seven
/// rounds have no known statistical flaw (there, section 4); ten, with a margin, are what everybody uses.
/// The known-answer vectors of the authors' Random123 are a test.
template <int Rounds>
constexpr std::array<std::uint32_t, 4> philox_4x32(std::array<std::uint32_t, 4> counter,
                                                   std::array<std::uint32_t, 2> key) noexcept {
    for (int round = 0; round < Rounds; ++round) {
        const std::uint64_t product0 = std::uint64_t{philox_multipliers[0]} * counter[0];
        const std::uint64_t product1 = std::uint64_t{philox_multipliers[1]} * counter[2];
        counter = {static_cast<std::uint32_t>(product1 >> 32) ^ counter[1] ^ key[0],
                   static_cast<std::uint32_t>(product1),
                   static_cast<std::uint32_t>(product0 >> 32) ^ counter[3] ^ key[1],
                   static_cast<std::uint32_t>(product0)};
        key[0] += philox_key_steps[0];
        key[1] += philox_key_steps[1];
    }
    return counter;
}
constexpr std::array<std::uint32_t, 4> philox_4x32_10(std::array<std::uint32_t, 4> counter,
                                                      std::array<std::uint32_t, 2> key) noexcept {
    return philox_4x32<10>(counter, key);
}

/// Which generator the array functions draw from; all are pure functions of (seed, operation, index).
enum class random_generator : unsigned char {
    philox_4x32_10,  ///< the default: as in NumPy, cuRAND and Triton
    philox_4x32_7    ///< the same with seven rounds: about a third cheaper, without the margin
};

/// The random bits of element `index` of operation `operation` under `seed`: word index mod 4 of
/// the Philox block with counter (index / 4, operation) and key `seed`, so that four consecutive
/// elements share one evaluation. Rounding uses the lowest `random_bits` of it.
constexpr std::uint32_t philox_bits(std::uint64_t seed, std::uint64_t operation, std::uint64_t index,
                                    random_generator generator = random_generator::philox_4x32_10) noexcept {
    const std::uint64_t block = index >> 2;
    const std::array<std::uint32_t, 4> counter{
        static_cast<std::uint32_t>(block), static_cast<std::uint32_t>(block >> 32),
        static_cast<std::uint32_t>(operation), static_cast<std::uint32_t>(operation >> 32)};
    const std::array<std::uint32_t, 2> key{static_cast<std::uint32_t>(seed),
                                           static_cast<std::uint32_t>(seed >> 32)};
    return (generator == random_generator::philox_4x32_7 ? philox_4x32<7>(counter, key)
                                                         : philox_4x32<10>(counter, key))[index & 3];
}

}  // namespace v0
}  // namespace halfulp

// SPDX-License-Identifier: BSL-1.0
//
// Philox 4x32-10 against the known-answer vectors of Random123, and random bits as a pure function.

#include <halfulp/core/philox.hpp>

#include "support/catch.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <vector>

using namespace halfulp;

TEST_CASE("philox_4x32_10 gives the known answers of Random123") {
    using block = std::array<std::uint32_t, 4>;
    STATIC_REQUIRE(philox_4x32_10({0, 0, 0, 0}, {0, 0}) ==
                   block{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
    STATIC_REQUIRE(
        philox_4x32_10({0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}, {0xffffffff, 0xffffffff}) ==
        block{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd});
    STATIC_REQUIRE(
        philox_4x32_10({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}) ==
        block{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});
    // The same at run time.
    volatile std::uint32_t zero = 0;
    const std::uint32_t z = zero;
    CHECK(philox_4x32_10({z, z, z, z}, {z, z}) == block{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
}

TEST_CASE("philox_bits is word index mod 4 of the block (index / 4, operation) under the seed") {
    const std::uint64_t seeds[] = {0, 1, 0x123456789abcdef0, ~std::uint64_t{0}};
    for (const std::uint64_t seed : seeds)
        for (const std::uint64_t operation : {std::uint64_t{0}, std::uint64_t{7}, 0xfedcba9876543210})
            for (const std::uint64_t index :
                 {std::uint64_t{0}, std::uint64_t{5}, std::uint64_t{0x3ffffffff}, ~std::uint64_t{0}}) {
                const std::uint64_t block = index / 4;
                const auto words = philox_4x32_10(
                    {static_cast<std::uint32_t>(block), static_cast<std::uint32_t>(block >> 32),
                     static_cast<std::uint32_t>(operation), static_cast<std::uint32_t>(operation >> 32)},
                    {static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32)});
                CHECK(philox_bits(seed, operation, index) == words[index % 4]);
            }
    STATIC_REQUIRE(philox_bits(0, 0, 0) == 0x6627e8d5);
    STATIC_REQUIRE(philox_bits(0, 0, 3) == 0x9b00dbd8);
}

TEST_CASE("philox_bits depends on nothing but its arguments") {
    // Backwards and forwards, twice.
    std::vector<std::uint32_t> forwards, backwards;
    for (std::uint64_t i = 0; i < 1000; ++i)
        forwards.push_back(philox_bits(1, 2, i));
    for (std::uint64_t i = 1000; i-- > 0;)
        backwards.push_back(philox_bits(1, 2, i));
    std::reverse(backwards.begin(), backwards.end());
    CHECK(forwards == backwards);
}

TEST_CASE("blocks of different counters and keys differ") {
    // For one key the cipher is a bijection, so 128-bit blocks never repeat.
    std::vector<std::array<std::uint32_t, 4>> blocks;
    const auto count = halfulp_test::cases_for_effort(1000u, 20000u, 2000000u);
    for (std::uint32_t i = 0; i < count; ++i) {
        blocks.push_back(philox_4x32_10({i, 0, 0, 0}, {9, 9}));
        blocks.push_back(philox_4x32_10({0, 0, i + 1, 0}, {9, 9}));
    }
    std::sort(blocks.begin(), blocks.end());
    CHECK(std::adjacent_find(blocks.begin(), blocks.end()) == blocks.end());
    // Every bit of seed, operation and index changes the result, and about half of its bits.
    int changed = 0;
    for (int bit = 0; bit < 64; ++bit) {
        const std::uint64_t flip = std::uint64_t{1} << bit;
        for (const std::uint32_t other :
             {philox_bits(5 ^ flip, 6, 8), philox_bits(5, 6 ^ flip, 8), philox_bits(5, 6, 8 ^ flip)}) {
            CHECK(other != philox_bits(5, 6, 8));
            changed += std::popcount(other ^ philox_bits(5, 6, 8));
        }
    }
    CHECK((changed > 192 * 14 && changed < 192 * 18));
}

TEST_CASE("every bit is set half of the time") {
    const int count = 1 << 14;
    int ones[32] = {};
    for (std::uint64_t i = 0; i < count; ++i)
        for (int bit = 0; bit < 32; ++bit)
            ones[bit] += static_cast<int>(philox_bits(3, 4, i) >> bit & 1);
    for (int n : ones)  // six standard deviations of 64
        CHECK((n > count / 2 - 384 && n < count / 2 + 384));
}

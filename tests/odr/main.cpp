// SPDX-License-Identifier: BSL-1.0
//
// Two translation units with different flags give the same bits, whatever the linker makes of the
// inline functions that they share.

#include "support/catch.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace halfulp_test {
std::vector<std::uint64_t> results_of_plain();
std::vector<std::uint64_t> results_of_contracted();
std::vector<std::uint64_t> array_results_of_plain();
std::vector<std::uint64_t> array_results_of_contracted();
std::vector<std::uint64_t> product_results_of_plain();
std::vector<std::uint64_t> product_results_of_contracted();
std::vector<std::uint64_t> attention_results_of_plain();
std::vector<std::uint64_t> attention_results_of_contracted();
}  // namespace halfulp_test

TEST_CASE("translation units with and without fused operations give the same bits") {
    const auto plain = halfulp_test::results_of_plain();
    const auto contracted = halfulp_test::results_of_contracted();
    REQUIRE(plain.size() == 140'000);
    REQUIRE(plain.size() == contracted.size());
    std::size_t different = 0;
    for (std::size_t i = 0; i < plain.size(); ++i)
        if (plain[i] != contracted[i] && different++ < 5)
            UNSCOPED_INFO("result " << i << ", operation " << i % 10 << ": " << plain[i] << " and "
                                    << contracted[i]);
    CHECK(different == 0);
    // The same bits on every machine and with every compiler; the operands are those of
    // support/random.hpp.
    std::uint64_t digest = 0xcbf29ce484222325;
    for (const std::uint64_t code : plain)
        digest = (digest ^ code) * 0x100000001b3;
    CHECK(digest == 0x7ba1f95649d0658a);
}

namespace {

/// Results of each level, one level after another: the same from both units and at all levels, with the digest that they
/// have on every machine and with every compiler.
void check_levels(const std::vector<std::uint64_t>& plain, const std::vector<std::uint64_t>& contracted,
                  std::size_t of_a_level, std::uint64_t expected_digest) {
    REQUIRE(!plain.empty());
    REQUIRE(plain.size() % of_a_level == 0);
    CHECK(plain == contracted);
    std::size_t different = 0;
    for (std::size_t i = of_a_level; i < plain.size(); ++i)
        if (plain[i] != plain[i % of_a_level] && different++ < 5)
            UNSCOPED_INFO("result " << i % of_a_level << " of level " << i / of_a_level << ": " << plain[i]
                                    << ", of the definition " << plain[i % of_a_level]);
    CHECK(different == 0);
    std::uint64_t digest = 0xcbf29ce484222325;
    for (std::size_t i = 0; i < of_a_level; ++i)
        digest = (digest ^ plain[i]) * 0x100000001b3;
    CHECK(digest == expected_digest);
}

}  // namespace

TEST_CASE("translation units with and without fused operations give the same arrays, at every level") {
    check_levels(halfulp_test::array_results_of_plain(), halfulp_test::array_results_of_contracted(),
                 14 * 1500 + 1500 * 6 / 8,  // as odr/arrays.hpp says
                 0xa3c5672de0d7a6fc);
}

TEST_CASE("translation units with and without fused operations give the same products, at every level") {
    check_levels(halfulp_test::product_results_of_plain(), halfulp_test::product_results_of_contracted(),
                 6 * 17 * 35 + 3 * 30 * 35,  // as odr/products.hpp says
                 0x43ea5dbf5dfc640d);
}

TEST_CASE("translation units with and without fused operations give the same attention, at every level") {
    check_levels(halfulp_test::attention_results_of_plain(), halfulp_test::attention_results_of_contracted(),
                 (7 * 19 + 2 * (19 + 2 * 150)) * 20,  // as odr/attention.hpp says
                 0x362229148d0b1b80);
}

// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// Counting comparisons in loops that are too hot for a CHECK each. A tally keeps the number of
/// cases and the first failures as text; `require(tally)` at the end is the assertion.

#include <halfulp/core/wide_uint.hpp>

#include "support/catch.hpp"

#include <cstdint>
#include <cstdio>
#include <string>

namespace halfulp_test {

class tally {
  public:
    explicit tally(std::string name) : name_(std::move(name)) {}
    tally(const tally&) = delete;
    tally& operator=(const tally&) = delete;
    /// Says how much was checked, for the record of the run.
    ~tally() { std::printf("%s: %llu cases\n", name_.c_str(), static_cast<unsigned long long>(cases_)); }

    /// One comparison. `explain()` gives the text of a failure and is called for the first few only.
    template <class Explain>
    void expect(bool equal, Explain&& explain) {
        ++cases_;
        if (!equal) [[unlikely]] {
            if (failures_++ < 5)
                messages_ += "\n  " + explain();
        }
    }

    std::uint64_t cases() const { return cases_; }
    std::uint64_t failures() const { return failures_; }
    const std::string& messages() const { return messages_; }

  private:
    std::string name_;
    std::string messages_;
    std::uint64_t cases_ = 0;
    std::uint64_t failures_ = 0;
};

/// Fails the test case unless the tally saw at least one case and no failure.
inline void require(const tally& t) {
    INFO("failures: " << t.failures() << " of " << t.cases() << t.messages());
    REQUIRE(t.cases() > 0);
    REQUIRE(t.failures() == 0);
}

/// A code in hexadecimal.
inline std::string hexadecimal(halfulp::uint128 code) {
    char text[40];
    const auto high = static_cast<std::uint64_t>(code >> 64);
    const auto low = static_cast<std::uint64_t>(code);
    if (high != 0)
        std::snprintf(text, sizeof text, "0x%llx%016llx", static_cast<unsigned long long>(high),
                      static_cast<unsigned long long>(low));
    else
        std::snprintf(text, sizeof text, "0x%llx", static_cast<unsigned long long>(low));
    return text;
}

}  // namespace halfulp_test

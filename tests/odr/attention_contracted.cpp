// SPDX-License-Identifier: BSL-1.0

#include "odr/attention.hpp"

std::vector<std::uint64_t> halfulp_test::attention_results_of_contracted() {
    return attention_results();
}

// SPDX-License-Identifier: BSL-1.0

#include "odr/digest.hpp"

std::vector<std::uint64_t> halfulp_test::results_of_contracted() {
    return results();
}

std::vector<std::uint64_t> halfulp_test::array_results_of_contracted() {
    return array_results();
}

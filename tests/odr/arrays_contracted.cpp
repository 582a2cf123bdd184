// SPDX-License-Identifier: BSL-1.0

#include "odr/arrays.hpp"

std::vector<std::uint64_t> halfulp_test::array_results_of_contracted() {
    return array_results();
}

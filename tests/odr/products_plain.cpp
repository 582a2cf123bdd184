// SPDX-License-Identifier: BSL-1.0

#include "odr/products.hpp"

std::vector<std::uint64_t> halfulp_test::product_results_of_plain() {
    return product_results();
}

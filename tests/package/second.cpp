// SPDX-License-Identifier: BSL-1.0
// The second file that includes everything: no name may be defined twice.

#include <halfulp/halfulp.hpp>

float square_in_second_file(float x) {
    const halfulp::float16 y{x};
    return static_cast<float>(y * y);
}

// SPDX-License-Identifier: BSL-1.0
//
// fwd.hpp declares what the library defines, with the same kinds and parameters.

#include <halfulp/fwd.hpp>

namespace user {
struct report {
    halfulp::matrix_view<const float>* view;
    halfulp::projection* how;
    halfulp::rounding mode;
    halfulp::integer_format* format;
    halfulp::packed_layout layout;
    halfulp::quantization_parameters* parameters;
};
}  // namespace user

#include <halfulp/halfulp.hpp>

static_assert(sizeof(user::report) >= sizeof(halfulp::projection*));
static_assert(static_cast<int>(halfulp::rounding::ties_to_even) == 0);
static_assert(halfulp::with_status<int>{1, {}}.flags.ok());
static_assert(halfulp::integer_format{halfulp::integer_encoding::bipolar, 3}.maximum() == 7);

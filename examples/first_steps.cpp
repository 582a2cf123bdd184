// SPDX-License-Identifier: BSL-1.0
#include <halfulp/halfulp.hpp>

#include <iostream>
#include <vector>

using namespace halfulp;
using namespace halfulp::literals;

int main() {
    constexpr float16 x = 0.1_f16, y = 3_f16;  // exact at compile time, one rounding each
    constexpr projection up{rounding::toward_positive};
    std::cout << x * y << "  " << add(x, y, up) << "  " << add<float8_e4m3fn>(x, y) << "\n";

    const auto [value, flags] = multiply<with_status<float16>>(65504_f16, y);
    std::cout << value << (flags.overflow ? "  overflow" : "") << "\n";
    std::cout << from_string<bfloat16>("1e-40") << "  " << divide<float128>(1, 3) << "\n";

    std::vector<float> numbers{0.3f, -1e-3f, 470.0f};
    std::vector<std::uint8_t> codes(3);
    encode(numbers, codes, formats::float8_e4m3fn, projection{rounding::ties_to_even, saturation::finite});
    round(numbers, numbers, p3109::format(8, 4), projection{rounding::stochastic_a}, {.seed = 1});
    std::cout << int{codes[0]} << " " << int{codes[1]} << " " << int{codes[2]} << "  " << numbers[0] << "\n";
}

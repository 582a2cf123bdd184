// SPDX-License-Identifier: BSL-1.0
//
// Calls that bring out every kernel in both families. Compiled, never run: tests/codegen/check.sh looks at
// the instructions.

#include <halfulp/halfulp.hpp>

#include <cstdint>
#include <span>

using namespace halfulp;

using floats = std::span<const float>;
using doubles = std::span<const double>;

void round_floats(floats in, std::span<float> out, const float_format& f, const projection& p) {
    halfulp::round(in, out, f, p);
}
void round_doubles(doubles in, std::span<double> out, const float_format& f, const projection& p) {
    halfulp::round(in, out, f, p);
}
void encode_floats(floats in, std::span<std::uint8_t> out, const float_format& f, const projection& p) {
    halfulp::encode(in, out, f, p);
}
void decode_floats(std::span<const std::uint8_t> in, std::span<float> out, const float_format& f) {
    halfulp::decode(in, out, f);
}
void decode_doubles(std::span<const std::uint16_t> in, std::span<double> out, const float_format& f) {
    halfulp::decode(in, out, f);
}
void pack(floats in, std::span<std::uint8_t> out, const float_format& f, const projection& p) {
    halfulp::encode_packed(in, out, f, p);
}
void unpack(std::span<const std::uint8_t> in, std::span<float> out, const float_format& f) {
    halfulp::decode_packed(in, out, f);
}
void count(floats in, std::span<float> out, const float_format& f, const projection& p, round_statistics& s) {
    halfulp::round(in, out, f, p, {}, s);
}
void add_floats(floats x, floats y, std::span<float> out, const float_format& f, const projection& p) {
    halfulp::add(x, y, out, f, p);
}
void multiply_add_floats(floats x, floats y, floats z, std::span<float> out, const float_format& f,
                         const projection& p) {
    halfulp::fma(x, y, z, out, f, p);
}

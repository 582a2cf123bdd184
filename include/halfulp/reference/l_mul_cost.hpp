// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// What a product costs in hardware: operations on bits, and the energy that the L-Mul paper reckons with, as
/// functions of the format.
///
/// **Operations on bits.** For a format of E exponent and M significand bits, p = M + 1, an array multiplier and
/// ripple adders, without rounding and special values (derived here; the paper's own gate counts are not used):
///
/// | product | and-gates | adder cells                              |
/// |---------|-----------|------------------------------------------|
/// | exact   | p²        | p·(p − 1) for the significands, 2·E for the exponents (their sum, and the bias) |
/// | L-Mul   | 0         | 2·(E + M): the sum of the codes, and the constant |
///
/// and one exclusive or for the sign in both. With a constant that one operand carries already (it can be added once
/// per operand) L-Mul is E + M cells.
///
/// **Energy** in pJ, 45 nm, 0.9 V (Horowitz, "Computing's energy problem (and what we can do about it)", ISSCC 2014;
/// the figures below as they are quoted from it elsewhere):
///
/// | operation      | 8 bits | 16 bits | 32 bits |
/// |----------------|--------|---------|---------|
/// | integer add    | 0.03   | 0.05    | 0.1     |
/// | integer times  | 0.2    |         | 3.1     |
/// | float add      |        | 0.4     | 0.9     |
/// | float times    |        | 1.1     | 3.7     |
///
/// The paper's model: an L-Mul of n bits costs an integer addition of n bits. So, from the functions below,
///
/// | format        | exact product | L-Mul  | saved | with an addition in float32 | L-Mul with it | saved |
/// |---------------|---------------|--------|-------|-----------------------------|---------------|-------|
/// | float32       | 3.7           | 0.1    | 97 %  | 4.6                         | 1.0           | 78 %  |
/// | float16       | 1.1           | 0.05   | 95 %  | 2.0                         | 0.95          | 52 %  |
/// | bfloat16      | 0.67 (e)      | 0.05   | 93 %  | 1.57                        | 0.95          | 40 %  |
/// | float8_e4m3   | 0.23 (e)      | 0.03   | 87 %  | 1.13                        | 0.93          | 18 %  |
/// | float8_e5m2   | 0.15 (e)      | 0.03   | 79 %  | 1.05                        | 0.93          | 11 %  |
///
/// (e): extrapolated, see multiplication_energy. The paper's "95 % of an elementwise product" is the line of float16,
/// its "80 % of a dot product" that of float32. With narrow operands the addition is what costs: the saving of a dot
/// product that is summed in float32 is a fifth at the most. Memory, which costs more than all of it, is left out.

#include <halfulp/formats/float_format.hpp>

#include <cmath>

namespace halfulp {
inline namespace v0 {
namespace reference {

/// Operations on bits; see the file comment.
struct bit_operations {
    int and_gates = 0;
    int adder_cells = 0;

    friend constexpr bool operator==(const bit_operations&, const bit_operations&) = default;
};

/// Those of an exact product of two significands, and the sum of two exponents.
constexpr bit_operations multiplication_bit_operations(const float_format& format) noexcept {
    const int p = format.precision();
    return {p * p, p * (p - 1) + 2 * format.exponent_bits};
}

/// Those of the sum of two codes and a constant.
constexpr bit_operations l_mul_bit_operations(const float_format& format) noexcept {
    return {0, 2 * format.magnitude_bits()};
}

namespace detail {

/// The power law through two points.
inline double through_points(double x, double x0, double y0, double x1, double y1) {
    return y0 * std::pow(x / x0, std::log(y1 / y0) / std::log(x1 / x0));
}

}  // namespace detail

/// pJ of an integer addition: the straight lines through 8, 16 and 32 bits, proportional to the bits beyond.
constexpr double integer_addition_energy(int bits) noexcept {
    if (bits <= 8)
        return 0.03 * bits / 8;
    if (bits <= 16)
        return 0.03 + (0.05 - 0.03) * (bits - 8) / 8;
    return bits <= 32 ? 0.05 + (0.1 - 0.05) * (bits - 16) / 16 : 0.1 * bits / 32;
}

/// pJ of a floating-point product: the power law in the precision through the figures of float16 (11 bits) and float32
/// (24 bits), whose exponent is 1.55. Measured for those two alone; an extrapolation elsewhere.
inline double multiplication_energy(const float_format& format) {
    return detail::through_points(format.precision(), 11, 1.1, 24, 3.7);
}

/// pJ of a floating-point addition: the same through 0.4 of float16 and 0.9 of float32.
inline double addition_energy(const float_format& format) {
    return detail::through_points(format.precision(), 11, 0.4, 24, 0.9);
}

/// pJ of an L-Mul: an integer addition of the format's bits.
constexpr double l_mul_energy(const float_format& format) noexcept {
    return integer_addition_energy(format.bits());
}

}  // namespace reference
}  // namespace v0
}  // namespace halfulp

// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// Recurrences in a format and a rounding that are known at run time only.

#include <halfulp/continued_fractions/recurrence_arithmetic.hpp>
#include <halfulp/formats/dynamic_functions.hpp>

#include <cstdint>

namespace halfulp {
inline namespace v0 {

/// Numbers of any format of at most 64 bits, every operation rounded once by the projection: the steps
/// and the bits of custom_float. Random bits of the stochastic modes are those of rounded_arithmetic.
///
///     evaluate_lentz(fraction, 20, dynamic_arithmetic{formats::float8_e4m3fn, projection{rounding::toward_zero}})
class dynamic_arithmetic {
  public:
    using value_type = dynamic_float;
    static constexpr bool is_exact = false;

    /// @throws format_error if the format or the projection is not valid
    explicit dynamic_arithmetic(const float_format& format, const projection& p = {}, std::uint64_t seed = 0)
        : format_(format), projection_(p), seed_(seed) {
        require_run_time_format("dynamic_arithmetic", format);
        require_projection("dynamic_arithmetic", p);
    }

    dynamic_float from_integer(const mpz_class& x) {
        return {format_, static_cast<std::uint64_t>(
                             detail::encode_integer<128>(format_, projection_, x, random()).value)};
    }
    dynamic_float from_integer(long x) { return dynamic_float(format_, x, projection_, random()); }
    dynamic_float add(const dynamic_float& x, const dynamic_float& y) {
        return halfulp::add(x, y, format_, projection_, random()).value;
    }
    dynamic_float subtract(const dynamic_float& x, const dynamic_float& y) {
        return halfulp::subtract(x, y, format_, projection_, random()).value;
    }
    dynamic_float multiply(const dynamic_float& x, const dynamic_float& y) {
        return halfulp::multiply(x, y, format_, projection_, random()).value;
    }
    dynamic_float divide(const dynamic_float& x, const dynamic_float& y) {
        return halfulp::divide(x, y, format_, projection_, random()).value;
    }
    dynamic_float multiply_add(const dynamic_float& x, const dynamic_float& y, const dynamic_float& z) {
        return halfulp::fma(x, y, z, format_, projection_, random()).value;
    }
    bool is_zero(const dynamic_float& x) const { return iszero(x); }
    bool is_finite(const dynamic_float& x) const { return isfinite(x); }
    bool settled(const dynamic_float& change, const dynamic_float& tolerance, const dynamic_float& value) {
        return magnitude(change) <= multiply(tolerance, magnitude(value)) && isfinite(change);
    }
    /// The distance from 1 to the next number, 2^(1 − p).
    dynamic_float epsilon() const { return power_of_two(1 - format_.precision()); }
    /// That of number_arithmetic for this format.
    dynamic_float tiny() const { return power_of_two(detail::tiny_exponent(format_)); }
    long rescale(dynamic_float& x0, dynamic_float& x1, dynamic_float& x2, dynamic_float& x3) const {
        const unpacked<std::uint64_t> decoded[4] = {x0.unpack(), x1.unpack(), x2.unpack(), x3.unpack()};
        const int excess = detail::excess_exponent(format_, decoded);
        if (excess == 0)
            return 0;
        const projection p{is_stochastic(projection_.mode) ? rounding::ties_to_even : projection_.mode,
                           projection_.overflow};
        dynamic_float* const numbers[] = {&x0, &x1, &x2, &x3};
        for (std::size_t i = 0; i < 4; ++i) {
            auto u = exactly<uint_with_bits<67>>(decoded[i]);
            u.exponent -= excess;
            *numbers[i] = dynamic_float(format_, static_cast<std::uint64_t>(encode(format_, p, u).value));
        }
        return -excess;
    }

  private:
    std::uint64_t random() {
        return is_stochastic(projection_.mode) ? philox_bits(seed_, 0, operations_++) : 0;
    }
    dynamic_float power_of_two(int exponent) const {
        return {format_, static_cast<std::uint64_t>(detail::encode_power_of_two(format_, exponent).value)};
    }
    dynamic_float magnitude(const dynamic_float& x) const {
        return signbit(x)
                   ? dynamic_float(format_, x.to_bits() ^ static_cast<std::uint64_t>(format_.sign_mask()))
                   : x;
    }
    float_format format_;
    projection projection_;
    std::uint64_t seed_;
    std::uint64_t operations_ = 0;
};

}  // namespace v0
}  // namespace halfulp

// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// Operands for tests, from the integer bits of a fixed generator. Uniform codes alone seldom meet a
/// midpoint or a cancellation, so most pairs are directed at them.

#include <halfulp/core/philox.hpp>
#include <halfulp/formats/float_format.hpp>

#include <cstdint>

namespace halfulp_test {

/// 64 random bits a call: Philox blocks of a fixed seed.
class generator {
  public:
    explicit generator(std::uint64_t seed) : seed_(seed) {}
    std::uint64_t operator()() {
        const std::uint64_t i = index_++;
        return std::uint64_t{halfulp::philox_bits(seed_, 1, i)} << 32 | halfulp::philox_bits(seed_, 2, i);
    }
    std::uint64_t below(std::uint64_t bound) { return (*this)() % bound; }
    halfulp::uint128 wide() { return halfulp::uint128{(*this)()} << 64 | halfulp::uint128{(*this)()}; }

  private:
    std::uint64_t seed_;
    std::uint64_t index_ = 0;
};

/// Codes of one format.
class code_generator {
  public:
    using code = halfulp::uint128;

    code_generator(const halfulp::float_format& format, std::uint64_t seed)
        : format_(format), random_(seed), mask_(format.sign_mask() | format.magnitude_mask()) {}

    /// Any code, with few bits set in the significand half of the time, or one near a special value.
    code any() {
        switch (random_.below(8)) {
            case 0:
                return near_special();
            case 1:
            case 2:
            case 3:
                return sparse();
            default:
                return random_.wide() & mask_;
        }
    }

    /// A second operand that makes rounding hard: near ±x, half an ulp away from it in exponent, or any.
    code partner(code x) {
        const code sign = random_.below(2) != 0 ? format_.sign_mask() : code{0};
        const code magnitude = x & format_.magnitude_mask();
        const auto step = code{random_.below(8)};
        const int precision = format_.precision();
        switch (random_.below(6)) {
            case 0:  // cancellation
                return ((x ^ format_.sign_mask()) + step - code{4}) & mask_;
            case 1:
            case 2: {  // the exponent of an ulp of x, give or take two binades
                const auto binades = static_cast<int>(random_.below(5)) + precision - 2;
                const code lower =
                    halfulp::shift_left(code{static_cast<std::uint64_t>(binades)}, precision - 1);
                const code base = magnitude < lower ? code{0} : magnitude - lower;
                const code significand = random_.below(3) == 0 ? random_.wide() : step;
                return sign |
                       (((base & ~format_.significand_mask()) | (significand & format_.significand_mask())) &
                        format_.magnitude_mask());
            }
            default:
                return any();
        }
    }

  private:
    code near_special() {
        const code specials[] = {
            code{0},
            code{1} << format_.significand_bits,
            format_.largest_finite_magnitude(),
            format_.infinity_magnitude(),
            format_.nan_code(),
            halfulp::shift_left(code{static_cast<std::uint64_t>(format_.bias > 0 ? format_.bias : 0)},
                                format_.significand_bits)};
        const code base = specials[random_.below(6)] + code{random_.below(9)} - code{4};
        return (base ^ (random_.below(2) != 0 ? format_.sign_mask() : code{0})) & mask_;
    }
    code sparse() {
        const code field = random_.wide() & ~format_.significand_mask();
        code significand{0};
        for (std::uint64_t bits = random_.below(4); bits > 0; --bits)
            significand =
                significand ^
                halfulp::shift_left(code{1}, static_cast<int>(random_.below(
                                                 static_cast<std::uint64_t>(format_.significand_bits) + 1)));
        if (random_.below(2) != 0)  // a run of ones down to the last bit
            significand = ~significand + code{1};
        return (field | (significand & format_.significand_mask())) & mask_;
    }

    halfulp::float_format format_;
    generator random_;
    code mask_;
};

}  // namespace halfulp_test

// SPDX-License-Identifier: BSL-1.0
// requires: exact
//
// The optimal scales for normal numbers, recomputed with MPFR.

#include "kernels/quantization_formats.hpp"

#include <mpfr.h>

using namespace halfulp_test;

namespace {

/// A number of 160 bits.
class real {
  public:
    real(double x = 0) {
        mpfr_init2(value_, 160);
        mpfr_set_d(value_, x, MPFR_RNDN);
    }
    real(const real& other) : real() { mpfr_set(value_, other.value_, MPFR_RNDN); }
    real& operator=(const real& other) {
        mpfr_set(value_, other.value_, MPFR_RNDN);
        return *this;
    }
    ~real() { mpfr_clear(value_); }

    friend real operator+(const real& x, const real& y) { return made(mpfr_add, x, y); }
    friend real operator-(const real& x, const real& y) { return made(mpfr_sub, x, y); }
    friend real operator*(const real& x, const real& y) { return made(mpfr_mul, x, y); }
    friend real operator/(const real& x, const real& y) { return made(mpfr_div, x, y); }
    int sign() const { return mpfr_sgn(value_); }

    /// The density of a normal number.
    friend real density(const real& x) {
        real result, two_pi;
        mpfr_const_pi(two_pi.value_, MPFR_RNDN);
        two_pi = two_pi * 2;
        mpfr_sqrt(two_pi.value_, two_pi.value_, MPFR_RNDN);
        const real exponent = x * x / -2;
        mpfr_exp(result.value_, exponent.value_, MPFR_RNDN);
        return result / two_pi;
    }
    /// The probability of one above x; of one below −x.
    friend real above(const real& x) {
        real result, root(2);
        mpfr_sqrt(root.value_, root.value_, MPFR_RNDN);
        const real argument = x / root;
        mpfr_erfc(result.value_, argument.value_, MPFR_RNDN);
        return result / 2;
    }

  private:
    template <class Operation>
    static real made(Operation operation, const real& x, const real& y) {
        real result;
        operation(result.value_, x.value_, y.value_, MPFR_RNDN);
        return result;
    }
    mpfr_t value_;
};

/// Q + Z for every code of a format, ascending.
std::vector<int> values_of(const integer_format& f) {
    const int offset = f.is_signed() ? 0 : 1 << (f.width - 1);
    std::vector<int> result;
    for (int v = static_cast<int>(f.minimum()); v <= static_cast<int>(f.maximum()); v += f.step())
        result.push_back(v - offset);
    return result;
}

/// Half of −dE(x − S·v)²/dS: positive below the optimum, negative above it.
real slope(const std::vector<int>& values, const real& scale) {
    real sum;
    for (std::size_t i = 0; i < values.size(); ++i) {
        const bool is_first = i == 0, is_last = i + 1 == values.size();
        const real low = is_first ? real() : scale * ((values[i - 1] + values[i]) / 2.0);
        const real high = is_last ? real() : scale * ((values[i] + values[i + 1]) / 2.0);
        const real density_low = is_first ? real() : density(low);
        const real density_high = is_last ? real() : density(high);
        const real probability = (is_first ? real(1) : above(low)) - (is_last ? real() : above(high));
        const real v(values[i]);
        sum = sum + v * (density_low - density_high) - scale * v * v * probability;
    }
    return sum;
}

}  // namespace

TEST_CASE("the scales of calibration::gaussian are the optimal ones, to the last bit") {
    for (const integer_format& f : quantized_formats()) {
        const std::vector<int> values = values_of(f);
        // The slope changes its sign within half a unit of the last place of the scale: between it and the midpoints
        // to its neighbours.
        const double scale = gaussian_scale(f);
        const real below = (real(scale) + std::nextafter(scale, 0.0)) / 2;
        const real above = (real(scale) + std::nextafter(scale, 4.0)) / 2;
        INFO(name_of(f));
        CHECK(slope(values, below).sign() > 0);
        CHECK(slope(values, above).sign() < 0);
        // And nowhere else.
        for (int i = -10; i < 2; ++i) {
            const double other = std::exp2(i + 0.5);
            CHECK(slope(values, other).sign() == (other < scale ? 1 : -1));
        }
    }
    const double pi = 3.14159265358979323846;
    CHECK(gaussian_scale(formats::bipolar_integer(1)) == std::sqrt(2 / pi));
    CHECK(gaussian_scale(formats::ternary) == gaussian_scale(formats::signed_integer(1)));
}

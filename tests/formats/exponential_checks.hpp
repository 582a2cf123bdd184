// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// e^x by MPFR, and the library's in every projection against it.

#include <halfulp/interop/mpfr.hpp>

#include "support/operations.hpp"
#include "support/random.hpp"

#include <optional>

namespace halfulp_test {

using namespace halfulp;

/// e^x of a value, placed between the neighbours in a format. e^x is irrational but at 0, so an
/// enclosure by two numbers that round alike decides; they are compared in each projection.
class exponential_oracle {
  public:
    exponential_oracle(const exact_value& x, const float_format& format) {
        if (x.is_nan()) {
            set(exact_value::nan(), format);
        } else if (x.is_infinite()) {
            set(x.is_negative() ? exact_value(0) : exact_value::infinity(), format);
        } else if (x.is_zero()) {
            set(exact_value(1), format);
        } else {
            const mpfr_real argument = x.to_mpfr(130);  // exact for every format
            if (mpfr_cmp_si(argument.get(), 1L << 20) > 0 || mpfr_cmp_si(argument.get(), -(1L << 20)) < 0) {
                // Beyond all formats: only the direction matters.
                const bool small = mpfr_sgn(argument.get()) < 0;
                const exact_value far = exact_value::rational(
                    false, {reference::natural(3), reference::natural(1), small ? -200000 : 200000});
                set(far, format);
                return;
            }
            // Enough to tell e^x from 1 for the smallest x but float128's, which the tests leave out.
            const mpfr_prec_t precision = format.bits() <= 32 ? 300 : 1200;
            mpfr_real low(precision), high(precision);
            mpfr_exp(low.get(), argument.get(), MPFR_RNDD);
            mpfr_exp(high.get(), argument.get(), MPFR_RNDU);
            low_.emplace(exact_value(low), format);
            high_.emplace(exact_value(high), format);
        }
    }
    reference::rounded resolve(const projection& p, std::uint64_t random) const {
        const auto low = low_->resolve(p, random);
        if (!(high_->resolve(p, random) == low))
            throw std::logic_error("exponential_oracle: the enclosure is too wide");
        return low;
    }

  private:
    void set(const exact_value& value, const float_format& format) {
        low_.emplace(value, format);
        high_.emplace(value, format);
    }

    std::optional<reference::bracket> low_, high_;
};

/// Both lanes of exponential<T>(x) in every given projection.
template <class T, class X>
void check_exponential(tally& t, X x, const std::vector<projection>& projections, std::uint64_t random = 0) {
    const exponential_oracle oracle(exact_of(x), T::format);
    for (const projection& p : projections) {
        const auto expected = oracle.resolve(p, random);
        const T value = exponential<T>(x, p, random);
        const auto flagged = exponential<with_status<T>>(x, p, random);
        t.expect(uint128{value.to_bits()} == expected.code &&
                     uint128{flagged.value.to_bits()} == expected.code && flagged.flags == expected.flags,
                 [&] {
                     return "e^x " + name_of(p) + " of " + text_of(x) + ", " + exact_of(x).to_string() +
                            ", in " + name_of(T::format) + ": got " + text_of(value) + " and, exact lane, " +
                            text_of(flagged.value) + " " + name_of(flagged.flags) + ", expected " +
                            hexadecimal(expected.code) + " " + name_of(expected.flags);
                 });
    }
}

/// Every value of a type into itself.
template <class T>
void check_all_exponentials() {
    tally t(name_of(T::format) + ", e^x of every value, 24 + 12 projections, both lanes");
    generator random(70);
    const unsigned stride = T::format.bits() > 8 ? cases_for_effort(67u, 1u, 1u) : 1;
    for (unsigned code = 0; code < 1u << T::format.bits(); code += stride) {
        check_exponential<T>(t, nth<T>(code), deterministic_projections());
        if (stride > 1 || T::format.bits() <= 8 || code % 16 == 0)
            check_exponential<T>(t, nth<T>(code),
                                 stochastic_projections(static_cast<int>(1 + random.below(32))), random());
    }
    require(t);
}

}  // namespace halfulp_test

// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// tanh by MPFR, and the library's in every projection against it.

#include <halfulp/interop/mpfr.hpp>

#include "support/operations.hpp"
#include "support/random.hpp"

#include <optional>

namespace halfulp_test {

using namespace halfulp;

/// tanh x of a value, placed between the neighbours in a format. It is irrational but at 0, so an enclosure by
/// two numbers that round alike decides; they are compared in each projection.
class hyperbolic_tangent_oracle {
  public:
    hyperbolic_tangent_oracle(const exact_value& x, const float_format& format) {
        if (x.is_nan()) {
            set(x, format);
        } else if (x.is_zero()) {
            set(x, format);
        } else if (x.is_infinite()) {
            set(exact_value(x.is_negative() ? -1 : 1), format);
        } else {
            mpfr_real argument = x.to_mpfr(130);  // exact for every format
            // Beyond, all of [1 - 2^-280, 1) rounds alike.
            if (mpfr_cmp_si(argument.get(), 100) > 0)
                mpfr_set_si(argument.get(), 100, MPFR_RNDN);
            if (mpfr_cmp_si(argument.get(), -100) < 0)
                mpfr_set_si(argument.get(), -100, MPFR_RNDN);
            // Enough to tell tanh x from x for x = 2^-150, and from 1 for x = 100.
            const mpfr_prec_t precision = format.bits() <= 32 ? 700 : 1200;
            mpfr_real low(precision), high(precision);
            mpfr_tanh(low.get(), argument.get(), MPFR_RNDD);
            mpfr_tanh(high.get(), argument.get(), MPFR_RNDU);
            low_.emplace(exact_value(low), format);
            high_.emplace(exact_value(high), format);
        }
    }
    reference::rounded resolve(const projection& p, std::uint64_t random) const {
        const auto low = low_->resolve(p, random);
        if (!(high_->resolve(p, random) == low))
            throw std::logic_error("hyperbolic_tangent_oracle: the enclosure is too wide");
        return low;
    }

  private:
    void set(const exact_value& value, const float_format& format) {
        low_.emplace(value, format);
        high_.emplace(value, format);
    }

    std::optional<reference::bracket> low_, high_;
};

/// Both lanes of hyperbolic_tangent<T>(x) in every given projection.
template <class T, class X>
void check_hyperbolic_tangent(tally& t, X x, const std::vector<projection>& projections,
                              std::uint64_t random = 0) {
    const hyperbolic_tangent_oracle oracle(exact_of(x), T::format);
    for (const projection& p : projections) {
        const auto expected = oracle.resolve(p, random);
        const T value = hyperbolic_tangent<T>(x, p, random);
        const auto flagged = hyperbolic_tangent<with_status<T>>(x, p, random);
        t.expect(uint128{value.to_bits()} == expected.code &&
                     uint128{flagged.value.to_bits()} == expected.code && flagged.flags == expected.flags,
                 [&] {
                     return "tanh " + name_of(p) + " of " + text_of(x) + ", " + exact_of(x).to_string() +
                            ", in " + name_of(T::format) + ": got " + text_of(value) + " and, exact lane, " +
                            text_of(flagged.value) + " " + name_of(flagged.flags) + ", expected " +
                            hexadecimal(expected.code) + " " + name_of(expected.flags);
                 });
    }
}

/// Every value of a type into itself.
template <class T>
void check_all_hyperbolic_tangents() {
    tally t(name_of(T::format) + ", tanh of every value, 24 + 12 projections, both lanes");
    generator random(80);
    for (unsigned code = 0; code < 1u << T::format.bits(); ++code) {
        check_hyperbolic_tangent<T>(t, nth<T>(code), deterministic_projections());
        check_hyperbolic_tangent<T>(t, nth<T>(code),
                                    stochastic_projections(static_cast<int>(1 + random.below(32))), random());
    }
    require(t);
}

}  // namespace halfulp_test

// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// How good are these results? `compare` holds the output of any kernel against exact values and
/// answers in ulps of the output's format.
///
///     const auto a = reference::compare(output, [&](std::size_t i) { return exact[i]; });
///     a.maximum_ulps, a.mean_ulps, a.worst_index, a.not_correctly_rounded, a.signal_to_noise_decibel

#include <halfulp/reference/round.hpp>

#include <cmath>
#include <concepts>
#include <cstddef>
#include <limits>
#include <type_traits>
#include <utility>

namespace halfulp {
inline namespace v0 {
namespace reference {

/// What `compare` found.
struct accuracy {
    std::size_t count = 0;        ///< elements compared
    double maximum_ulps = 0;      ///< the largest error
    double mean_ulps = 0;         ///< the mean error
    std::size_t worst_index = 0;  ///< the first element with the largest error; row-major in a matrix
    std::size_t not_correctly_rounded = 0;  ///< elements that differ from the rounded exact value
    /// 10·log10(Σ x² / Σ (result − x)²) over the elements where both are finite; infinite without noise.
    double signal_to_noise_decibel = std::numeric_limits<double>::infinity();
};

/// The unit in the last place of `format` at a finite x: the distance between the two neighbours
/// that enclose |x|, where in case of doubt (x representable) the distance above counts.
///
///     2^(max(floor(log2 |x|), emin) − M), with the exponent of the largest finite value at most.
///
/// At zero and in the subnormal range it is the smallest subnormal value. Where no subnormals exist
/// it is 2^emin below 2^emin. Beyond the largest finite value it is the distance below that one.
inline exact_value ulp(const float_format& format, const exact_value& x) {
    const long emin = format.minimum_exponent();
    const long emax = format.maximum_exponent();
    long exponent = emin - 1;
    if (!x.is_zero()) {
        exponent = floor_log2(x.magnitude());
        if (x.kind() == value_kind::square_root)
            exponent >>= 1;
    }
    const bool gap_at_zero = exponent < emin && !format.has_subnormals;
    exponent = exponent < emin ? emin : exponent > emax ? emax : exponent;
    return exact_value::rational(
        false, {natural(1), natural(1), gap_at_zero ? emin : exponent - format.significand_bits});
}

/// |result − x| in ulps of `format` at x. A result that is infinite or NaN, or that stands for an x
/// which is, has error 0 if it is what rounding gives (`correct`), else infinity.
inline double error_in_ulps(const float_format& format, const exact_value& result, const exact_value& x,
                            const exact_value& correct) {
    if (result == correct || (result.is_nan() && correct.is_nan())) {
        if (!result.is_finite() || !x.is_finite())
            return 0;
    } else if (!result.is_finite() || !x.is_finite()) {
        return std::numeric_limits<double>::infinity();
    }
    // A root is measured by a rational number far closer to it than any ulp.
    const exact_value measured = x.kind() == value_kind::square_root ? exact_value(x.to_mpfr(512)) : x;
    const exact_value error = result - measured;
    return std::fabs((error / ulp(format, x)).to_double());
}

namespace detail {

/// Sums up the comparison of one element after another.
class accuracy_counter {
  public:
    accuracy_counter(const float_format& format, const projection& how) : format_(format), how_(how) {}

    void add(const exact_value& result, const exact_value& x) {
        const exact_value correct = decode(format_, round(x, format_, how_).code);
        if (!(result == correct || (result.is_nan() && correct.is_nan())))
            ++found_.not_correctly_rounded;
        const double ulps = error_in_ulps(format_, result, x, correct);
        if (ulps > found_.maximum_ulps) {
            found_.maximum_ulps = ulps;
            found_.worst_index = found_.count;
        }
        sum_ += ulps;
        ++found_.count;
        if (result.is_finite() && x.is_finite()) {
            add_square(signal_, x.to_mpfr(precision));
            const exact_value value = x.kind() == value_kind::square_root ? exact_value(x.to_mpfr(512)) : x;
            add_square(noise_, (result - value).to_mpfr(precision));
        }
    }

    accuracy result() const {
        accuracy total = found_;
        if (total.count > 0)
            total.mean_ulps = sum_ / static_cast<double>(total.count);
        if (mpfr_zero_p(noise_.get()) == 0) {
            mpfr_real ratio(precision);
            mpfr_div(ratio.get(), signal_.get(), noise_.get(), MPFR_RNDN);
            mpfr_log10(ratio.get(), ratio.get(), MPFR_RNDN);
            total.signal_to_noise_decibel = 10 * ratio.to_double();
        }
        return total;
    }

  private:
    static constexpr mpfr_prec_t precision = 64;

    static void add_square(mpfr_real& sum, const mpfr_real& x) {
        mpfr_fma(sum.get(), x.get(), x.get(), sum.get(), MPFR_RNDN);
    }

    float_format format_;
    projection how_;
    accuracy found_;
    double sum_ = 0;
    mpfr_real signal_{0, precision};
    mpfr_real noise_{0, precision};
};

/// Element `index...` of a callable or of a container.
template <class Source, class... Index>
decltype(auto) element_at(const Source& source, Index... index) {
    if constexpr (std::invocable<const Source&, Index...>)
        return source(index...);
    else
        return (source[index], ...);
}

}  // namespace detail

/// Results in a container or view of numbers that know their format (float, double, custom_float)
/// against exact values.
///
/// @param results  indexed 0 … size() − 1
/// @param exact    a callable of the index, or a container; gives exact_value, mpfr_real, double, …
/// @param how      what "correctly rounded" means; a stochastic mode is judged with R = 0
///
/// Results are compared as values, so zeros are equal whatever their sign, and so are NaNs.
/// O(size) exact roundings.
template <class Results, class Exact>
requires requires(const Results& results) {
    results.size();
    results[0];
}
accuracy compare(const Results& results, const Exact& exact, const projection& how = {}) {
    using element = std::remove_cvref_t<decltype(results[0])>;
    detail::accuracy_counter counter(format_of<element>(), how);
    for (std::size_t i = 0; i < results.size(); ++i)
        counter.add(to_exact(results[i]), to_exact(detail::element_at(exact, i)));
    return counter.result();
}

/// As above for a matrix view; `exact` is a callable of (row, column), such as a dense_matrix.
template <class Results, class Exact>
requires requires(const Results& results) {
    results.rows();
    results.columns();
    results(0, 0);
}
accuracy compare(const Results& results, const Exact& exact, const projection& how = {}) {
    using element = std::remove_cvref_t<decltype(results(0, 0))>;
    detail::accuracy_counter counter(format_of<element>(), how);
    for (std::size_t i = 0; i < results.rows(); ++i)
        for (std::size_t j = 0; j < results.columns(); ++j)
            counter.add(to_exact(results(i, j)), to_exact(exact(i, j)));
    return counter.result();
}

/// As above for codes of a format that is known at run time only: a container or view of unsigned
/// integers.
template <class Codes, class Exact>
requires requires(const Codes& codes) {
    codes.size();
    uint128{codes[0]};
}
accuracy compare(const float_format& format, const Codes& codes, const Exact& exact,
                 const projection& how = {}) {
    detail::accuracy_counter counter(format, how);
    for (std::size_t i = 0; i < codes.size(); ++i)
        counter.add(decode(format, uint128{codes[i]}), to_exact(detail::element_at(exact, i)));
    return counter.result();
}

/// As above for a matrix of codes; `exact` is a callable of (row, column).
template <class Codes, class Exact>
requires requires(const Codes& codes) {
    codes.rows();
    codes.columns();
    uint128{codes(0, 0)};
}
accuracy compare(const float_format& format, const Codes& codes, const Exact& exact,
                 const projection& how = {}) {
    detail::accuracy_counter counter(format, how);
    for (std::size_t i = 0; i < codes.rows(); ++i)
        for (std::size_t j = 0; j < codes.columns(); ++j)
            counter.add(decode(format, uint128{codes(i, j)}), to_exact(exact(i, j)));
    return counter.result();
}

}  // namespace reference
}  // namespace v0
}  // namespace halfulp

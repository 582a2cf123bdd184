// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// Tensor attention (tensor_attention.hpp) in nearly linear time, for small d and small entries, with a certified error.
/// After Alman and Song, arXiv:2310.04064, section 4: a polynomial stands for the exponential.
///
/// Of degree g, it is the beginning of the exponential's series. A score x = Σ_t β_t·q_t·k1_t·k2_t has for its powers
///
///     x^l/l! = Σ_{|α| = l} Π_t β_t^α_t/α_t! · q^α · k1^α · k2^α
///
/// so that over all pairs numerators and denominators are sums over the r = C(g + d, d) exponents α with |α| ≤ g,
///
///     N_ic = Σ_α (β^α/α!)·q_i^α · (Σ_{j1} k1_{j1}^α·v1_{j1,c}) · (Σ_{j2} k2_{j2}^α·v2_{j2,c}),   D_i likewise with v = 1
///
/// and the output is N/D: O((n + m1 + m2)·r·dv) instead of O(n·m1·m2·(d + dv)).
///
/// The error. B = |scale|·Σ_t max|q_t|·max|k1_t|·max|k2_t| is at least |x| for every pair. The rest of the series is at most
/// |x|^(g+1)/(g+1)!·max(1, e^x), which relative to e^x is ε = B^(g+1)/(g+1)!·e^B at most; g is the least with ε at most the
/// tolerance. With V at least |v1 ∘ v2| of every pair and m = m1·m2:
///
///   weights    a mean with weights e^x·(1 + η), |η| ≤ ε, errs by 2ε/(1 − ε)·V
///   rounding   columns are scaled to [−1, 1] by powers of two, exactly. A term of a sum has at most ρ = 8g + m1 + m2 +
///              r + 16 roundings to double on its way; Σ_α |term| ≤ e^B. So N and D err by γ·e^B·m·V and γ·e^B·m, γ =
///              1.01·ρ·2^−53, and the quotient by 2γ·e^B·m·V/D, with the D that was computed, less its own error
///   output     what the division and the rounding to the output's type change is measured

#include <halfulp/core/error_free.hpp>
#include <halfulp/kernels/arguments.hpp>
#include <halfulp/kernels/dot.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace halfulp {
inline namespace v0 {

/// What `tensor_attention_low_rank` can be told.
struct low_rank_options {
    /// Multiplies the scores; by default 1/√d in double.
    std::optional<double> scale{};
    /// The relative error that weights may have, above 0 and at most 1/2.
    double tolerance = 1e-6;
    /// More terms of the polynomial are refused.
    std::size_t maximum_terms = 100'000;
};

/// What it did.
struct low_rank_report {
    int degree = 0;            ///< g
    std::size_t terms = 0;     ///< r
    double largest_score = 0;  ///< B
    /// For each query at least the Euclidean distance of its output to tensor attention as real numbers.
    std::vector<double> errors{};
};

namespace detail {

/// A matrix in double, each column times a power of two so that its magnitudes are at most 1.
struct scaled_columns {
    std::vector<double> columns;  // one after the other
    std::vector<double> largest;  // magnitudes, before
    std::vector<int> exponents;   // true numbers are these times 2^exponent
    std::size_t rows;

    template <class T>
    scaled_columns(const char* argument, const matrix_view<const T>& m) : rows(m.rows()) {
        static_assert(
            arithmetic::detail::converts_exactly<T, double>(),
            "halfulp::tensor_attention_low_rank: numbers have to be such that double holds them exactly");
        for (std::size_t c = 0; c < m.columns(); ++c) {
            double most = 0;
            for (std::size_t i = 0; i < rows; ++i) {
                columns.push_back(arithmetic::detail::converted<double>(T(m(i, c))));
                if (!(columns.back() - columns.back() == 0))
                    throw_argument_error<value_error>("tensor_attention_low_rank", argument,
                                                      "not finite in row " + std::to_string(i),
                                                      "finite numbers");
                most = std::max(most, std::fabs(columns.back()));
            }
            int exponent = 0;
            std::frexp(most, &exponent);
            largest.push_back(most);
            exponents.push_back(exponent);
            // Numbers far below the largest of their column may become subnormal and lose 2^−1074, of 1.
            for (std::size_t i = 0; i < rows; ++i) {
                double& x = columns[c * rows + i];
                x = std::ldexp(x, -exponent);
            }
        }
    }
    const double* column(std::size_t c) const noexcept { return columns.data() + c * rows; }
};

/// The sums over all exponents.
class low_rank_sums {
  public:
    low_rank_sums(const scaled_columns& q, const scaled_columns& k1, const scaled_columns& k2,
                  const std::vector<double>& v1, const std::vector<double>& v2, std::vector<double> factors,
                  std::size_t dv, int degree)
        : q_(q),
          k1_(k1),
          k2_(k2),
          v1_(v1),
          v2_(v2),
          factors_(std::move(factors)),
          dv_(dv),
          degree_(degree),
          numerators(q.rows * dv, 0.0),
          denominators(q.rows, 0.0),
          sums1_(dv + 1),
          sums2_(dv + 1) {
        powers_.resize(static_cast<std::size_t>(degree) + 1);
        for (powers& p : powers_) {
            p.q.resize(q.rows);
            p.k1.resize(k1.rows);
            p.k2.resize(k2.rows);
        }
        std::fill(powers_[0].q.begin(), powers_[0].q.end(), 1.0);
        std::fill(powers_[0].k1.begin(), powers_[0].k1.end(), 1.0);
        std::fill(powers_[0].k2.begin(), powers_[0].k2.end(), 1.0);
        add_from(0, 0, 0);
    }

  private:
    /// The powers q^α·β^α/α!, k1^α and k2^α of all rows.
    struct powers {
        std::vector<double> q, k1, k2;
    };

    /// Adds the term of |α| = level and all those that multiply it by columns from `first` on, which it has `times` of.
    void add_from(int level, std::size_t first, int times) {
        const powers& p = powers_[static_cast<std::size_t>(level)];
        add(p);
        if (level == degree_)
            return;
        powers& next = powers_[static_cast<std::size_t>(level) + 1];
        for (std::size_t t = first; t < factors_.size(); ++t) {
            const int count = t == first ? times + 1 : 1;
            const double factor = factors_[t] / count;
            for (std::size_t i = 0; i < p.q.size(); ++i)
                next.q[i] = p.q[i] * q_.column(t)[i] * factor;
            for (std::size_t j = 0; j < p.k1.size(); ++j)
                next.k1[j] = p.k1[j] * k1_.column(t)[j];
            for (std::size_t j = 0; j < p.k2.size(); ++j)
                next.k2[j] = p.k2[j] * k2_.column(t)[j];
            add_from(level + 1, t, count);
        }
    }

    /// Σ_j p_j·v_jc for all columns c, and Σ_j p_j behind them. Each product is rounded, so that no flag changes a bit.
    void sum(const std::vector<double>& p, const std::vector<double>& v,
             std::vector<double>& sums) const noexcept {
        std::fill(sums.begin(), sums.end(), 0.0);
        for (std::size_t j = 0; j < p.size(); ++j) {
            for (std::size_t c = 0; c < dv_; ++c)
                sums[c] += as_rounded(p[j] * v[j * dv_ + c]);
            sums[dv_] += p[j];
        }
    }

    void add(const powers& p) {
        sum(p.k1, v1_, sums1_);
        sum(p.k2, v2_, sums2_);
        for (std::size_t c = 0; c <= dv_; ++c)
            sums1_[c] *= sums2_[c];
        for (std::size_t i = 0; i < p.q.size(); ++i) {
            for (std::size_t c = 0; c < dv_; ++c)
                numerators[i * dv_ + c] += as_rounded(p.q[i] * sums1_[c]);
            denominators[i] += as_rounded(p.q[i] * sums1_[dv_]);
        }
    }

    const scaled_columns &q_, &k1_, &k2_;
    const std::vector<double>&v1_, &v2_;
    std::vector<double> factors_;
    std::size_t dv_;
    int degree_;
    std::vector<powers> powers_{};

  public:
    std::vector<double> numerators, denominators;

  private:
    std::vector<double> sums1_, sums2_;
};

/// min(C(g + d, d), limit + 1).
constexpr std::size_t terms_of_degree(std::size_t g, std::size_t d, std::size_t limit) noexcept {
    std::size_t count = 1;
    for (std::size_t t = 1; t <= d; ++t) {
        // C(g + t, t) = C(g + t − 1, t − 1)·(g + t)/t, exactly.
        if (count > static_cast<std::size_t>(-1) / (g + t))
            return limit + 1;
        count = count * (g + t) / t;
        if (count > limit)
            return limit + 1;
    }
    return count;
}

/// At least the norm of v1_j1 ∘ v2_j2 for all pairs: the largest norm of one times the largest element of the other.
inline double largest_pair(const std::vector<double>& v1, const std::vector<double>& v2, std::size_t dv) {
    const auto bound = [dv](const std::vector<double>& of, const std::vector<double>& by) {
        double norm = 0, most = 0;
        for (std::size_t first = 0; dv != 0 && first < of.size(); first += dv) {
            double sum = 0;
            for (std::size_t c = 0; c < dv; ++c)
                sum += as_rounded(of[first + c] * of[first + c]);
            norm = std::max(norm, sum);
        }
        for (const double x : by)
            most = std::max(most, std::fabs(x));
        return std::sqrt(norm) * most;
    };
    return std::min(bound(v1, v2), bound(v2, v1)) * (1 + static_cast<double>(dv + 8) * 0x1p-52) + 0x1p-500;
}

template <class T>
std::vector<double> doubles_by_rows(const char* argument, const matrix_view<const T>& m) {
    const scaled_columns checked(argument, m);
    std::vector<double> result;
    for (std::size_t i = 0; i < m.rows(); ++i)
        for (std::size_t c = 0; c < m.columns(); ++c)
            result.push_back(arithmetic::detail::converted<double>(T(m(i, c))));
    return result;
}

}  // namespace detail

/// Tensor attention by a polynomial; see the file comment. In double, from numbers that double holds exactly, rounded to
/// the output's type in the end.
///
/// @param q  n × d, @param k1  m1 × d, @param k2  m2 × d, @param v1  m1 × dv, @param v2  m2 × dv, @param output  n × dv
/// @throws shape_error  if the extents do not fit together, or there are no pairs
/// @throws value_error  if a number is not finite, an option not in its range, or the polynomial has more terms than
///         options.maximum_terms: d or the scores are too large for it
/// @throws aliasing_error  if the output shares memory with an input. Before anything is written
template <matrix_argument QM, matrix_argument K1M, matrix_argument K2M, matrix_argument V1M,
          matrix_argument V2M, matrix_argument OM>
low_rank_report tensor_attention_low_rank(const QM& q_argument, const K1M& k1_argument,
                                          const K2M& k2_argument, const V1M& v1_argument,
                                          const V2M& v2_argument, OM&& output_argument,
                                          const low_rank_options& options = {}) {
    constexpr const char* name = "tensor_attention_low_rank";
    const auto constant = [](const auto& m) {
        return matrix_view<const typename std::remove_cvref_t<decltype(m)>::value_type>(m);
    };
    const auto q = constant(as_matrix(q_argument)), k1 = constant(as_matrix(k1_argument));
    const auto k2 = constant(as_matrix(k2_argument)), v1 = constant(as_matrix(v1_argument));
    const auto v2 = constant(as_matrix(v2_argument));
    const auto output = as_matrix(output_argument);
    using Output = typename decltype(output)::value_type;
    const std::size_t d = q.columns(), dv = v1.columns();
    detail::require_extent(name, "k1.columns()", k1.columns(), "q.columns()", d);
    detail::require_extent(name, "k2.columns()", k2.columns(), "q.columns()", d);
    detail::require_extent(name, "v2.columns()", v2.columns(), "v1.columns()", dv);
    detail::require_extent(name, "v1.rows()", v1.rows(), "k1.rows()", k1.rows());
    detail::require_extent(name, "v2.rows()", v2.rows(), "k2.rows()", k2.rows());
    detail::require_extent(name, "output.rows()", output.rows(), "q.rows()", q.rows());
    detail::require_extent(name, "output.columns()", output.columns(), "v1.columns()", dv);
    if (k1.rows() == 0 || k2.rows() == 0)
        throw_argument_error<shape_error>(name, k1.rows() == 0 ? "k1.rows()" : "k2.rows()", "0",
                                          "at least 1");
    if (!(options.tolerance > 0 && options.tolerance <= 0.5))
        throw_argument_error<value_error>(name, "options.tolerance", std::to_string(options.tolerance),
                                          "a number above 0 and at most 0.5");
    if (options.scale && !(*options.scale - *options.scale == 0))
        throw_argument_error<value_error>(name, "options.scale", std::to_string(*options.scale),
                                          "a finite number");
    detail::require_own_elements(name, "output", output);
    detail::require_distinct(name, "output", output, "q", q);
    detail::require_distinct(name, "output", output, "k1", k1);
    detail::require_distinct(name, "output", output, "k2", k2);
    detail::require_distinct(name, "output", output, "v1", v1);
    detail::require_distinct(name, "output", output, "v2", v2);

    const detail::scaled_columns sq("q", q), sk1("k1", k1), sk2("k2", k2);
    const std::vector<double> w1 = detail::doubles_by_rows("v1", v1), w2 = detail::doubles_by_rows("v2", v2);
    const double scale = options.scale ? *options.scale : 1 / std::sqrt(static_cast<double>(d == 0 ? 1 : d));
    low_rank_report report;
    std::vector<double> factors;
    for (std::size_t t = 0; t < d; ++t) {
        factors.push_back(std::ldexp(scale, sq.exponents[t] + sk1.exponents[t] + sk2.exponents[t]));
        report.largest_score += as_rounded(
            std::fabs(factors[t]) * std::ldexp(sq.largest[t], -sq.exponents[t]) *
            std::ldexp(sk1.largest[t], -sk1.exponents[t]) * std::ldexp(sk2.largest[t], -sk2.exponents[t]));
    }
    // Roundings here, and two of a scale of 1/√d.
    report.largest_score *= 1 + static_cast<double>(d + 8) * 0x1p-50;
    const double b = report.largest_score, grown = std::exp(b) * (1 + 0x1p-40);
    double epsilon = grown * b;
    std::size_t degree = 0;
    while (epsilon > options.tolerance || !(epsilon <= 1)) {
        ++degree;
        report.terms = detail::terms_of_degree(degree, d, options.maximum_terms);
        if (report.terms > options.maximum_terms || !(b < 700))
            throw_argument_error<value_error>(
                name, "the number of terms",
                "above " + std::to_string(options.maximum_terms) + " at degree " + std::to_string(degree) +
                    " for " + std::to_string(d) + " columns and scores of " + std::to_string(b),
                "at most options.maximum_terms: fewer columns, smaller scores, or tensor_attention");
        epsilon *= b / static_cast<double>(degree + 1) * (1 + 0x1p-50);
    }
    report.degree = static_cast<int>(degree);
    report.terms = detail::terms_of_degree(degree, d, options.maximum_terms);
    const detail::low_rank_sums sums(sq, sk1, sk2, w1, w2, factors, dv, report.degree);

    const double largest = detail::largest_pair(w1, w2, dv);
    const double pairs = static_cast<double>(k1.rows()) * static_cast<double>(k2.rows());
    const double roundings = static_cast<double>(8 * degree + k1.rows() + k2.rows() + report.terms + 16);
    const double of_sums = 1.01 * roundings * 0x1p-53 * grown * pairs;
    // A scale of 1/√d errs by two roundings: the scores by 2^−52·B, the weights by that as a factor.
    const double of_weights = 2 * epsilon / (1 - epsilon) + 3 * b * 0x1p-52;
    for (std::size_t i = 0; i < q.rows(); ++i) {
        double changed = 0;
        for (std::size_t c = 0; c < dv; ++c) {
            const double quotient = sums.numerators[i * dv + c] / sums.denominators[i];
            output(i, c) = arithmetic::detail::converted<Output>(quotient);
            const double difference = arithmetic::detail::converted<double>(Output(output(i, c))) - quotient;
            changed += as_rounded(difference * difference);
        }
        const double left = sums.denominators[i] - of_sums;
        const double error = (of_weights * largest + 2 * of_sums * largest / left +
                              std::sqrt(changed) * (1 + static_cast<double>(dv + 8) * 0x1p-52)) *
                                 (1 + 0x1p-40) +
                             0x1p-50 * largest;
        report.errors.push_back(left > 0 && error == error ? error : std::numeric_limits<double>::infinity());
    }
    return report;
}

}  // namespace v0
}  // namespace halfulp

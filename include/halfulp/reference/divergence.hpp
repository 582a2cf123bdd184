// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// The divergence meter: one reduction computed in several orders (tiles, splits, threads, another
/// library), and what the order did to the results: bits, ulps, and which column is the largest.
///
///     const auto d = reference::measure_divergence<float>(
///         {{"one chain", c.view()}, {"eight lanes", lanes.view()}},
///         reference::make_exact_matrix(a), reference::make_exact_matrix(b));
///     d.changed_elements, d.maximum_spread_ulps, d.results[1].flipped_rows, d.a_priori->rows
///
/// Notation: X_r(i, j) is element (i, j) of result r, r = 0 the first; x(i, j) the exact value;
/// ulp(x) the unit in the last place of the results' format at x, as in reference/compare.hpp.

#include <halfulp/reference/compare.hpp>
#include <halfulp/reference/matmul.hpp>

#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace halfulp {
inline namespace v0 {
namespace reference {

/// One result of the reduction: a matrix of numbers that know their format (float, double,
/// custom_float), and the name of the order that it was computed in. Each row is a choice between its
/// columns: the logits of a token, for example.
template <class T>
struct named_result {
    std::string name;
    matrix_view<const T> values;
};

/// What one order did to the result.
struct result_divergence {
    std::string name;
    std::size_t changed_elements = 0;                ///< elements with other bits than the first result's
    double maximum_spread_ulps = 0;                  ///< max |X_r − X_0| / ulp(x)
    double mean_spread_ulps = 0;                     ///< mean of the same over all elements
    double maximum_error_ulps = 0;                   ///< max |X_r − x| / ulp(x), as `compare` finds it
    std::size_t flipped_rows = 0;                    ///< rows with another argmax than the first result's
    std::optional<std::size_t> first_flipped_row{};  ///< the first of these
    std::size_t wrong_rows = 0;                      ///< rows with another argmax than the exact values'
};

/// Where the argmax may depend on the order. With |X_r(i, j) − x(i, j)| ≤ bound_i for all r and j, each
/// result has its argmax of row i where the exact values have theirs if gap_i > 2·bound_i; gap_i is the
/// difference of the two largest exact values of the row.
struct flip_risk {
    double gap = 0;                          ///< max_i 2·bound_i: rows with a larger gap are safe
    std::size_t rows = 0;                    ///< rows with gap_i ≤ 2·bound_i, where a flip is possible
    std::optional<std::size_t> first_row{};  ///< the first of these
};

/// What `measure_divergence` found.
struct divergence {
    std::size_t rows = 0;                      ///< the shape of the results
    std::size_t columns = 0;                   ///< the same
    std::vector<result_divergence> results{};  ///< one each, in the order given; the first against itself

    std::size_t changed_elements = 0;                ///< elements whose bits are not the same in all results
    double maximum_spread_ulps = 0;                  ///< max (max_r X_r − min_r X_r) / ulp(x)
    double mean_spread_ulps = 0;                     ///< mean of the same over all elements
    std::size_t worst_index = 0;                     ///< the first element with the largest spread; row-major
    double maximum_error_ulps = 0;                   ///< max |X_r − x| / ulp(x) over all results
    std::size_t flipped_rows = 0;                    ///< rows where not all results have the same argmax
    std::optional<std::size_t> first_flipped_row{};  ///< the first of these

    std::vector<double> row_gaps{};  ///< gap_i: infinite with fewer than two columns, NaN where a value is
    flip_risk observed{};            ///< bound_i: the largest |X_r − x| observed in any row
    std::optional<flip_risk> a_priori{};  ///< bound_i: as given, or K·u·max_j Σ_k |a_ik|·|b_kj|
};

namespace detail {

/// What "the same bits" compares.
template <class T>
uint128 code_of(const T& x) {
    if constexpr (std::same_as<T, float>)
        return uint128{std::bit_cast<std::uint32_t>(x)};
    else if constexpr (std::same_as<T, double>)
        return uint128{std::bit_cast<std::uint64_t>(x)};
    else
        return uint128{x.to_bits()};
}

/// |x − y|. Zero between equal values, and between two NaNs; else infinite where one is not finite.
inline exact_value distance(const exact_value& x, const exact_value& y) {
    if (x == y || (x.is_nan() && y.is_nan()))
        return {};
    if (!x.is_finite() || !y.is_finite())
        return exact_value::infinity();
    const exact_value difference = x - y;
    return difference.is_negative() ? -difference : difference;
}

/// A distance in ulps at x; infinite where it is, or where x has no ulp.
inline double distance_in_ulps(const float_format& format, const exact_value& distance,
                               const exact_value& x) {
    if (distance.is_zero())
        return 0;
    if (!distance.is_finite() || !x.is_finite())
        return std::numeric_limits<double>::infinity();
    return (distance / ulp(format, x)).to_double();
}

/// The column of the largest value, the first of several; a NaN is below all others.
inline std::size_t argmax(const std::vector<exact_value>& row) {
    std::size_t best = 0;
    for (std::size_t j = 1; j < row.size(); ++j)
        if (row[j] > row[best] || (row[best].is_nan() && !row[j].is_nan()))
            best = j;
    return best;
}

/// The largest value less the second largest.
inline exact_value top_two_gap(const std::vector<exact_value>& row) {
    for (const exact_value& x : row)
        if (x.is_nan())
            return x;
    if (row.size() < 2)
        return exact_value::infinity();
    const std::size_t best = argmax(row);
    exact_value second = exact_value::infinity(true);
    for (std::size_t j = 0; j < row.size(); ++j)
        if (j != best && row[j] > second)
            second = row[j];
    return distance(row[best], second);
}

/// The rows that bound(i) does not clear.
template <class Bound>
flip_risk risk_of_flips(const std::vector<exact_value>& gaps, const Bound& bound) {
    flip_risk risk;
    exact_value largest;
    for (std::size_t i = 0; i < gaps.size(); ++i) {
        const exact_value doubled = exact_value(2) * bound(i);
        if (doubled.is_nan() || doubled > largest)
            largest = doubled;
        if (gaps[i] > doubled)
            continue;
        if (risk.rows++ == 0)
            risk.first_row = i;
    }
    risk.gap = largest.to_double();
    return risk;
}

/// Sums up the divergence of one row after another.
template <class T>
class divergence_counter {
  public:
    explicit divergence_counter(const std::vector<named_result<T>>& results)
        : results_(results), row_(results.size()), exact_row_(results.front().values.columns()) {
        found_.rows = results.front().values.rows();
        found_.columns = exact_row_.size();
        for (const auto& result : results)
            found_.results.push_back({.name = result.name});
        for (auto& values : row_)
            values.resize(found_.columns);
    }

    template <class Exact>
    void add_row(std::size_t i, const Exact& exact) {
        for (std::size_t j = 0; j < found_.columns; ++j)
            add_element(i, j, to_exact(exact(i, j)));
        gaps_.push_back(top_two_gap(exact_row_));
        found_.row_gaps.push_back(gaps_.back().to_double());

        const std::size_t first_choice = argmax(row_[0]);
        const std::size_t right_choice = argmax(exact_row_);
        bool flipped = false;
        for (std::size_t r = 0; r < row_.size(); ++r) {
            const std::size_t choice = argmax(row_[r]);
            if (choice != first_choice) {
                add_flip(found_.results[r], i);
                flipped = true;
            }
            found_.results[r].wrong_rows += choice != right_choice ? 1 : 0;
        }
        if (flipped)
            add_flip(found_, i);
    }

    divergence result(const std::vector<exact_value>& bounds) const {
        divergence total = found_;
        const double elements = static_cast<double>(found_.rows) * static_cast<double>(found_.columns);
        if (elements > 0) {
            total.mean_spread_ulps /= elements;
            for (result_divergence& each : total.results)
                each.mean_spread_ulps /= elements;
        }
        for (const result_divergence& each : total.results)
            raise(total.maximum_error_ulps, each.maximum_error_ulps);
        total.observed =
            risk_of_flips(gaps_, [&](std::size_t) -> const exact_value& { return largest_error_; });
        if (!bounds.empty())
            total.a_priori =
                risk_of_flips(gaps_, [&](std::size_t i) -> const exact_value& { return bounds[i]; });
        return total;
    }

  private:
    static void raise(double& largest, double x) { largest = x > largest ? x : largest; }

    template <class Report>
    static void add_flip(Report& report, std::size_t row) {
        if (report.flipped_rows++ == 0)
            report.first_flipped_row = row;
    }

    void add_element(std::size_t i, std::size_t j, const exact_value& x) {
        const exact_value correct = decode(format, round(x, format).code);
        // A root is measured by a rational number far closer to it than any ulp.
        exact_row_[j] = x.kind() == value_kind::square_root ? exact_value(x.to_mpfr(512)) : x;
        const uint128 first_code = code_of(results_[0].values(i, j));
        bool same_bits = true, same_kind = true;
        std::size_t low = 0, high = 0;
        for (std::size_t r = 0; r < results_.size(); ++r) {
            result_divergence& mine = found_.results[r];
            const exact_value& value = row_[r][j] = to_exact(results_[r].values(i, j));
            const exact_value& first = row_[0][j];
            if (code_of(results_[r].values(i, j)) != first_code) {
                ++mine.changed_elements;
                same_bits = false;
            }
            const double spread = distance_in_ulps(format, distance(value, first), x);
            raise(mine.maximum_spread_ulps, spread);
            mine.mean_spread_ulps += spread;
            raise(mine.maximum_error_ulps, error_in_ulps(format, value, x, correct));
            if (const exact_value error = distance(value, exact_row_[j]); error > largest_error_)
                largest_error_ = error;
            same_kind = same_kind && value.is_nan() == first.is_nan();
            low = value < row_[low][j] ? r : low;
            high = value > row_[high][j] ? r : high;
        }
        found_.changed_elements += same_bits ? 0 : 1;
        const exact_value between =
            same_kind ? distance(row_[high][j], row_[low][j]) : exact_value::infinity();
        const double spread = distance_in_ulps(format, between, x);
        found_.mean_spread_ulps += spread;
        if (spread > found_.maximum_spread_ulps) {
            found_.maximum_spread_ulps = spread;
            found_.worst_index = i * found_.columns + j;
        }
    }

    static constexpr float_format format = format_of<T>();
    const std::vector<named_result<T>>& results_;
    std::vector<std::vector<exact_value>> row_;  // row i of each result
    std::vector<exact_value> exact_row_;
    std::vector<exact_value> gaps_;
    exact_value largest_error_;
    divergence found_;
};

template <class T>
void require_equal_shapes(const char* function, const std::vector<named_result<T>>& results) {
    if (results.empty())
        throw_argument_error<shape_error>(function, "the number of results", "0", "at least 1");
    const auto& first = results.front();
    for (const auto& [name, values] : results) {
        require_equal_extents(function, ("the number of rows of '" + name + "'").c_str(), values.rows(),
                              ("that of '" + first.name + "'").c_str(), first.values.rows());
        require_equal_extents(function, ("the number of columns of '" + name + "'").c_str(), values.columns(),
                              ("that of '" + first.name + "'").c_str(), first.values.columns());
    }
}

}  // namespace detail

/// Several results of one reduction against each other and against the exact values.
///
/// @param results  at least one, all of the same shape; the others are compared with the first
/// @param exact    a callable of (row, column), such as a dense_matrix, that gives what to_exact takes
/// @param bounds   for each row a bound of |X_r − x| known beforehand, in whatever order; empty for none
/// @throws shape_error  if there is no result, if the shapes differ, or if `bounds` has another size
///                      than 0 and the number of rows
///
/// Bits are compared as codes: zeros of different sign differ, and so do NaNs with different bits. Spreads,
/// errors and argmax are of values: zeros are equal, and so are NaNs. A spread is infinite where not all of
/// unequal values are finite, an error where `compare` says so. The argmax is the first of the
/// largest; NaN is below all others. Gaps are compared with bounds exactly; the report has the nearest
/// doubles. A row with a NaN among its exact values or bounds counts as one where a flip is possible.
/// O(results·rows·columns) exact roundings.
template <class T, class Exact>
requires std::invocable<const Exact&, std::size_t, std::size_t> divergence
measure_divergence(const std::vector<named_result<T>>& results, const Exact& exact,
                   const std::vector<exact_value>& bounds = {}) {
    constexpr const char* function = "reference::measure_divergence";
    detail::require_equal_shapes(function, results);
    const std::size_t rows = results.front().values.rows();
    const std::size_t columns = results.front().values.columns();
    if constexpr (requires { exact.rows() + exact.columns(); }) {
        require_equal_extents(function, "exact.rows()", exact.rows(), "that of the results", rows);
        require_equal_extents(function, "exact.columns()", exact.columns(), "that of the results", columns);
    }
    if (!bounds.empty())
        require_equal_extents(function, "bounds.size()", bounds.size(), "the number of rows", rows);

    detail::divergence_counter<T> counter(results);
    for (std::size_t i = 0; i < rows; ++i)
        counter.add_row(i, exact);
    return counter.result(bounds);
}

/// For each row i of a the bound K·u·max_j Σ_k |a_ik|·|b_kj|, K = a.columns(), rounded up to 64 bits: no
/// order of the sums goes beyond it, with or without fma, when every step rounds to nearest with the unit
/// roundoff u (2^−p at p bits of precision) and none overflows or underflows.
/// Source: Jeannerod and Rump, "Improved error bounds for inner products in floating-point arithmetic",
/// SIAM J. Matrix Anal. Appl. 34 (2013), 338–344. With directed rounding it holds approximately, with 2u.
///
/// @throws shape_error  if a has not as many columns as b has rows
inline std::vector<exact_value> matmul_error_bounds(const exact_matrix& a, const exact_matrix& b,
                                                    const exact_value& unit_roundoff) {
    require_equal_extents("reference::matmul_error_bounds", "b.rows()", b.rows(), "a.columns()", a.columns());
    constexpr mpfr_prec_t precision = 64;
    const auto magnitudes = [](const exact_matrix& m) {
        dense_matrix<mpfr_real> result(m.rows(), m.columns(), mpfr_real(precision));
        for (std::size_t i = 0; i < m.rows(); ++i)
            for (std::size_t j = 0; j < m.columns(); ++j) {
                result(i, j) = m(i, j).to_mpfr(precision, MPFR_RNDA);
                mpfr_abs(result(i, j).get(), result(i, j).get(), MPFR_RNDU);
            }
        return result;
    };
    const dense_matrix<mpfr_real> absolute_a = magnitudes(a), absolute_b = magnitudes(b);
    std::vector<exact_value> bounds;
    for (std::size_t i = 0; i < a.rows(); ++i) {
        mpfr_real largest(0, precision);
        for (std::size_t j = 0; j < b.columns(); ++j) {
            mpfr_real sum(0, precision);
            for (std::size_t k = 0; k < a.columns(); ++k)
                mpfr_fma(sum.get(), absolute_a(i, k).get(), absolute_b(k, j).get(), sum.get(), MPFR_RNDU);
            if (mpfr_nan_p(sum.get()) || mpfr_greater_p(sum.get(), largest.get()))
                largest = sum;
        }
        bounds.push_back(exact_value(a.columns()) * unit_roundoff * exact_value(largest));
    }
    return bounds;
}

/// As above for results of the product a·b: against reference::matmul(a, b), and with the a-priori bounds
/// matmul_error_bounds(a, b, 2^−p), p the precision of the results' format. They hold for sums kept in that
/// format, and from K = 3 on also for sums in a wider one that are rounded at the end: (K/2·(1 + u) + 1)·u
/// is at most K·u.
///
/// @throws shape_error  also if a, b and the results do not fit together
///
/// O(rows·columns·depth) exact multiplications and additions besides.
template <class T>
divergence measure_divergence(const std::vector<named_result<T>>& results, const exact_matrix& a,
                              const exact_matrix& b) {
    constexpr const char* function = "reference::measure_divergence";
    detail::require_equal_shapes(function, results);
    require_equal_extents(function, "b.rows()", b.rows(), "a.columns()", a.columns());
    require_equal_extents(function, "a.rows()", a.rows(), "that of the results",
                          results.front().values.rows());
    require_equal_extents(function, "b.columns()", b.columns(), "that of the results",
                          results.front().values.columns());
    const exact_value unit_roundoff =
        exact_value::rational(false, {natural(1), natural(1), -long{format_of<T>().precision()}});
    return measure_divergence(results, matmul(a, b), matmul_error_bounds(a, b, unit_roundoff));
}

}  // namespace reference
}  // namespace v0
}  // namespace halfulp

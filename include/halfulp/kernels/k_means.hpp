// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// k-means in double, with one result to the bit: see key_clusters.hpp for its steps.

#include <halfulp/core/philox.hpp>
#include <halfulp/kernels/matvec.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

namespace halfulp {
inline namespace v0 {

/// How clusters are made.
struct key_cluster_options {
    /// So many at most; 0: one for every twenty keys.
    std::size_t clusters = 0;
    /// The same for clusters of clusters; 0: none.
    std::size_t coarse_clusters = 0;
    std::size_t maximum_iterations = 300;
    std::uint64_t seed = 0;
    /// For the products. No bit of a result depends on it.
    execution::policy execution{};
};

namespace detail {

/// Σ (x − y)², each step rounded to double.
inline double squared_distance(const double* x, const double* y, std::size_t size) noexcept {
    double sum = 0;
    for (std::size_t c = 0; c < size; ++c) {
        const double difference = x[c] - y[c];
        sum += as_rounded(difference * difference);
    }
    return sum;
}

/// At least the root of a sum of `terms` squares that squared_distance computed: the sum errs by less than
/// terms + 2 roundings relatively, differences by one each, which counts twice, and a root by one; squares below
/// 2^−1074 are lost.
inline double root_above(double sum, std::size_t terms) noexcept {
    return std::sqrt(sum) * (1 + static_cast<double>(terms + 8) * 0x1p-52) + 0x1p-500;
}

/// Which centre each row belongs to. Number is double: a template, so that its products are compiled where clusters are
/// made and not with the header.
template <class Number>
class k_means {
  public:
    k_means(const matrix_view<const Number>& rows, std::size_t clusters, std::uint64_t level,
            const key_cluster_options& options)
        : rows_(rows), level_(level), options_(options), squares_(rows.rows()), of_(rows.rows(), 0) {
        multiply_.execution = options.execution;
        for (std::size_t i = 0; i < rows.rows(); ++i)
            squares_[i] = dot(rows.row(i), rows.row(i), arithmetic::native<Number>{});
        find_first_centres(std::min(clusters, rows.rows()));
        for (std::size_t n = 0; n < options.maximum_iterations; ++n) {
            if (!assign(n == 0))
                break;
            move_centres();
        }
        number_by_first();
    }

    std::size_t count() const noexcept { return count_; }
    const std::vector<std::uint32_t>& clusters() const noexcept { return of_; }

  private:
    /// In [0, 1), of 53 bits.
    double random(std::uint64_t step) const noexcept {
        const std::uint64_t high = philox_bits(options_.seed, level_, 2 * step);
        const std::uint64_t low = philox_bits(options_.seed, level_, 2 * step + 1);
        return static_cast<double>((high << 32 | low) >> 11) * 0x1p-53;
    }
    void add_centre(std::size_t row) {
        for (std::size_t c = 0; c < rows_.columns(); ++c)
            centres_.push_back(rows_(row, c));
        ++count_;
    }

    void find_first_centres(std::size_t wanted) {
        const std::size_t size = rows_.rows(), d = rows_.columns();
        std::vector<Number> distances(size, std::numeric_limits<double>::infinity()), products(size);
        // The product is below `size`, and rounding cannot lift it there for any size below 2^52.
        auto next = static_cast<std::size_t>(random(0) * static_cast<double>(size));
        while (true) {
            add_centre(next);
            if (count_ == wanted)
                return;
            matvec(rows_, vector_view<const Number>(centres_.data() + (count_ - 1) * d, d), products,
                   arithmetic::native<Number>{}, multiply_);
            double total = 0;
            for (std::size_t i = 0; i < size; ++i) {
                // Twice a number is exact, and what is left is 0 for equal rows, whose chains are the same.
                const double distance = (squares_[i] + squares_[next]) - 2 * products[i];
                distances[i] = std::min(distances[i], std::max(distance, 0.0));
                total += distances[i];
            }
            if (!(total > 0))
                return;
            const double target = random(count_) * total;
            double below = 0;
            bool is_found = false;
            for (std::size_t i = 0; i < size && !is_found; ++i)
                if (distances[i] > 0) {
                    next = i;
                    below += distances[i];
                    is_found = below > target;
                }
        }
    }

    /// Each row to its nearest centre. Returns whether one has moved.
    bool assign(bool is_first) {
        const std::size_t d = rows_.columns();
        std::vector<Number> halves(count_);
        for (std::size_t j = 0; j < count_; ++j) {
            const vector_view<const Number> centre(centres_.data() + j * d, d);
            halves[j] = dot(centre, centre, arithmetic::native<Number>{}) / 2;
        }
        const matrix_view<const Number> centres(centres_.data(), count_, d);
        constexpr std::size_t together = 256;
        std::vector<Number> products(together * count_);
        bool has_moved = is_first;
        for (std::size_t first = 0; first < rows_.rows(); first += together) {
            const std::size_t height = std::min(together, rows_.rows() - first);
            matmul(matrix_view<const Number>(&rows_(first, 0), height, d), centres.transposed(),
                   matrix_view<Number>(products.data(), height, count_), arithmetic::native<Number>{},
                   multiply_);
            for (std::size_t i = 0; i < height; ++i) {
                // |x − c|² = |x|² − 2·(x·c − |c|²/2)
                std::uint32_t best = 0;
                double most = -std::numeric_limits<double>::infinity();
                for (std::size_t j = 0; j < count_; ++j) {
                    const double closeness = products[i * count_ + j] - halves[j];
                    if (most < closeness) {
                        most = closeness;
                        best = static_cast<std::uint32_t>(j);
                    }
                }
                has_moved = has_moved || of_[first + i] != best;
                of_[first + i] = best;
            }
        }
        return has_moved;
    }

    void move_centres() {
        const std::size_t d = rows_.columns();
        std::vector<Number> sums(count_ * d, 0.0), sizes(count_, 0.0);
        for (std::size_t i = 0; i < rows_.rows(); ++i) {
            double* const sum = sums.data() + of_[i] * d;
            for (std::size_t c = 0; c < d; ++c)
                sum[c] += rows_(i, c);
            sizes[of_[i]] += 1;
        }
        for (std::size_t j = 0; j < count_; ++j)
            if (sizes[j] > 0)
                for (std::size_t c = 0; c < d; ++c)
                    centres_[j * d + c] = sums[j * d + c] / sizes[j];
    }

    void number_by_first() {
        constexpr std::uint32_t none = std::numeric_limits<std::uint32_t>::max();
        std::vector<std::uint32_t> number(count_, none);
        std::uint32_t next = 0;
        for (std::uint32_t& cluster : of_) {
            if (number[cluster] == none)
                number[cluster] = next++;
            cluster = number[cluster];
        }
        count_ = next;
    }

    matrix_view<const Number> rows_;
    std::uint64_t level_;
    const key_cluster_options& options_;
    matmul_options multiply_{};
    std::vector<Number> squares_;
    std::vector<std::uint32_t> of_;
    std::vector<Number> centres_{};
    std::size_t count_ = 0;
};

/// Each row over its Euclidean norm; a row of zeros stays. The largest magnitude is divided out first, so that no square
/// overflows or vanishes.
template <class Number>
std::vector<Number> unit_rows(std::vector<Number> rows, std::size_t columns) {
    for (std::size_t first = 0; columns != 0 && first < rows.size(); first += columns) {
        double* const row = rows.data() + first;
        double most = 0;
        for (std::size_t c = 0; c < columns; ++c)
            most = std::max(most, std::fabs(row[c]));
        if (most == 0)
            continue;
        for (std::size_t c = 0; c < columns; ++c)
            row[c] /= most;
        const vector_view<const Number> view(row, columns);
        const double norm = std::sqrt(dot(view, view, arithmetic::native<Number>{}));
        for (std::size_t c = 0; c < columns; ++c)
            row[c] /= norm;
    }
    return rows;
}

}  // namespace detail
}  // namespace v0
}  // namespace halfulp

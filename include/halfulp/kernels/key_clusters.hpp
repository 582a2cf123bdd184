// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// The keys of a fixed prefix in clusters, made once: what Squeezed Attention looks up instead of all keys. After
/// Hooper et al., "Squeezed Attention", arXiv:2411.09688.
///
/// k-means over the keys divided by their Euclidean norms, in double, to the bit the same on every machine:
///
///   1. the first centre is a key at random; each further one is a key with the probability that its squared distance to
///      the nearest centre has among all (Arthur and Vassilvitskii, "k-means++", SODA 2007). Fewer centres if no
///      key lies apart from them
///   2. each key goes to the nearest centre, the first of equals; each centre becomes the mean of its keys, and stays
///      where it is without any; until no key moves, or 300 times
///   3. clusters without keys are left out; the others are in the order of their first keys
///
/// Products are chains of arithmetic::native<double>, sums of keys go in ascending order, random numbers are philox_bits
/// of (seed, level, step). The centroid of a cluster is the mean of its keys as they are, not divided by norms, in double
/// and then rounded to float.
///
/// Coarse clusters are the same of the centroids: k-means over them; and the centroid of a coarse cluster is the mean of
/// all its keys.

#include <halfulp/kernels/k_means.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace halfulp {
inline namespace v0 {

namespace detail {

/// Rows as doubles. Throws value_error if one is not finite.
template <class T>
std::vector<double> finite_doubles(const char* argument, const matrix_view<T>& rows) {
    using element = std::remove_cv_t<T>;
    static_assert(arithmetic::detail::converts_exactly<element, double>(),
                  "halfulp::key_clusters: keys and values have to be numbers that double holds exactly");
    std::vector<double> result;
    result.reserve(rows.rows() * rows.columns());
    for (std::size_t i = 0; i < rows.rows(); ++i)
        for (std::size_t c = 0; c < rows.columns(); ++c) {
            result.push_back(arithmetic::detail::converted<double>(element(rows(i, c))));
            if (!(result.back() - result.back() == 0))
                throw_argument_error<value_error>("key_clusters", argument,
                                                  "not finite in row " + std::to_string(i), "finite numbers");
        }
    return result;
}

}  // namespace detail

/// The clusters of the keys and values of one head of a prefix. Immutable; see the file comment for how they are made.
class key_clusters {
  public:
    /// @param k  keys × columns, @param v  keys × value columns: of types that double holds exactly
    /// @throws shape_error  if the extents do not fit together, or there are no keys or no columns
    /// @throws value_error  if a number is not finite
    /// @throws std::bad_alloc
    ///
    /// O(iterations·keys·clusters·columns).
    template <matrix_argument KM, matrix_argument VM>
    key_clusters(const KM& k_argument, const VM& v_argument, const key_cluster_options& options = {}) {
        const auto k = as_matrix(k_argument);
        const auto v = as_matrix(v_argument);
        require_equal_extents("key_clusters", "v.rows()", v.rows(), "k.rows()", k.rows());
        if (k.rows() == 0 || k.columns() == 0)
            throw_argument_error<shape_error>("key_clusters", "k", "empty", "at least one key of one column");
        d_ = k.columns();
        dv_ = v.columns();
        const std::vector<double> keys = detail::finite_doubles("k", k),
                                  values = detail::finite_doubles("v", v);
        const std::size_t wanted = options.clusters != 0 ? options.clusters : (k.rows() + 19) / 20;
        const std::vector<double> units = detail::unit_rows(keys, d_);
        const detail::k_means<double> fine(matrix_view<const double>(units.data(), k.rows(), d_), wanted, 0,
                                           options);
        cluster_ = fine.clusters();
        sort_members(fine.count());
        const std::vector<double> means = means_of(keys, d_, cluster_, fine.count());
        set_centroids(centroids_, means);
        value_centroids_ = means_of(values, dv_, cluster_, fine.count());
        find_radii(keys, values);
        if (options.coarse_clusters == 0)
            return;
        const std::vector<double> unit_means = detail::unit_rows(means, d_);
        const detail::k_means<double> coarse(matrix_view<const double>(unit_means.data(), fine.count(), d_),
                                             options.coarse_clusters, 1, options);
        coarse_ = coarse.clusters();
        std::vector<std::uint32_t> coarse_of_key(cluster_);
        for (std::uint32_t& j : coarse_of_key)
            j = coarse_[j];
        coarse_sizes_.assign(coarse.count(), 0);
        for (const std::uint32_t j : coarse_of_key)
            coarse_sizes_[j] += 1;
        set_centroids(coarse_centroids_, means_of(keys, d_, coarse_of_key, coarse.count()));
    }

    std::size_t keys() const noexcept { return cluster_.size(); }
    std::size_t columns() const noexcept { return d_; }
    std::size_t value_columns() const noexcept { return dv_; }
    std::size_t count() const noexcept { return sizes_.size(); }
    std::size_t coarse_count() const noexcept { return coarse_sizes_.size(); }

    /// N_j, as floats: the number of keys of each cluster.
    vector_view<const float> sizes() const noexcept { return {sizes_.data(), sizes_.size()}; }
    vector_view<const float> coarse_sizes() const noexcept {
        return {coarse_sizes_.data(), coarse_sizes_.size()};
    }
    /// C_j, count × columns.
    matrix_view<const float> centroids() const noexcept { return {centroids_.data(), count(), d_}; }
    matrix_view<const float> coarse_centroids() const noexcept {
        return {coarse_centroids_.data(), coarse_count(), d_};
    }
    /// The mean of the values of each cluster, count × value columns.
    matrix_view<const double> value_centroids() const noexcept {
        return {value_centroids_.data(), count(), dv_};
    }
    /// The numbers of the keys of cluster j, ascending.
    vector_view<const std::uint32_t> members(std::size_t j) const noexcept {
        return {members_.data() + first_[j], first_[j + 1] - first_[j]};
    }
    /// The cluster of a key, and the coarse cluster of a cluster.
    std::size_t cluster_of(std::size_t key) const noexcept { return cluster_[key]; }
    std::size_t coarse_of(std::size_t j) const noexcept { return coarse_[j]; }
    /// At least max |k − C_j| over the keys of cluster j; the same of its values; max |k| of all keys.
    double radius(std::size_t j) const noexcept { return radii_[j]; }
    double value_radius(std::size_t j) const noexcept { return value_radii_[j]; }
    double largest_key() const noexcept { return largest_key_; }

  private:
    void sort_members(std::size_t count) {
        first_.assign(count + 1, 0);
        for (const std::uint32_t j : cluster_)
            ++first_[j + 1];
        sizes_.resize(count);
        for (std::size_t j = 0; j < count; ++j) {
            sizes_[j] = static_cast<float>(first_[j + 1]);
            first_[j + 1] += first_[j];
        }
        members_.resize(cluster_.size());
        std::vector<std::size_t> next(first_.begin(), first_.end() - 1);
        for (std::size_t key = 0; key < cluster_.size(); ++key)
            members_[next[cluster_[key]]++] = static_cast<std::uint32_t>(key);
    }

    /// The mean of the rows of each cluster.
    static std::vector<double> means_of(const std::vector<double>& rows, std::size_t columns,
                                        const std::vector<std::uint32_t>& of, std::size_t count) {
        std::vector<double> means(count * columns, 0.0), sizes(count, 0.0);
        for (std::size_t i = 0; i < of.size(); ++i) {
            sizes[of[i]] += 1;
            for (std::size_t c = 0; c < columns; ++c)
                means[of[i] * columns + c] += rows[i * columns + c];
        }
        for (std::size_t n = 0; n < means.size(); ++n)
            means[n] /= sizes[n / columns];
        return means;
    }
    static void set_centroids(std::vector<float>& to, const std::vector<double>& means) {
        to.reserve(means.size());
        for (const double x : means)
            to.push_back(convert<float>(x));
    }

    void find_radii(const std::vector<double>& keys, const std::vector<double>& values) {
        radii_.assign(count(), 0.0);
        value_radii_.assign(count(), 0.0);
        const std::vector<double> centroids(centroids_.begin(), centroids_.end()), zero(d_, 0.0);
        double largest = 0;
        for (std::size_t i = 0; i < cluster_.size(); ++i) {
            const std::size_t j = cluster_[i];
            const double* const key = keys.data() + i * d_;
            radii_[j] = std::max(radii_[j], detail::squared_distance(key, centroids.data() + j * d_, d_));
            value_radii_[j] = std::max(
                value_radii_[j],
                detail::squared_distance(values.data() + i * dv_, value_centroids_.data() + j * dv_, dv_));
            largest = std::max(largest, detail::squared_distance(key, zero.data(), d_));
        }
        for (double& r : radii_)
            r = detail::root_above(r, d_);
        for (double& r : value_radii_)
            r = detail::root_above(r, dv_);
        largest_key_ = detail::root_above(largest, d_);
    }

    std::size_t d_ = 0, dv_ = 0;
    std::vector<std::uint32_t> cluster_{}, members_{}, coarse_{};
    std::vector<std::size_t> first_{};
    std::vector<float> sizes_{}, coarse_sizes_{}, centroids_{}, coarse_centroids_{};
    std::vector<double> value_centroids_{}, radii_{}, value_radii_{};
    double largest_key_ = 0;
};

}  // namespace v0
}  // namespace halfulp

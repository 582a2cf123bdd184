// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// Tensor attention: a query attends to pairs of keys (Kronecker attention: Alman and Song, "How to capture higher-order
/// correlations? Generalizing matrix softmax attention to Kronecker computation", arXiv:2310.04064).
///
///     output(i) = Σ_{j1, j2} p_{i, j1, j2}·(v1_{j1} ∘ v2_{j2}),   p = softmax over all pairs of scale·Σ_t q_it·k1_{j1,t}·k2_{j2,t}
///
/// The definition: pair (j1, j2) is key j1·m2 + j2 of `attention`, with the key k1_{j1} ∘ k2_{j2} and the value v1_{j1} ∘
/// v2_{j2}, whose elements are products rounded once to the type of the keys and values. So the bits are those of
/// `attention` to the m1·m2 keys and values written out, which nobody writes out: a block of them exists at a time.

#include <halfulp/kernels/attention.hpp>

#include <cstddef>
#include <string>
#include <type_traits>
#include <vector>

namespace halfulp {
inline namespace v0 {
namespace detail {

/// Row j1·y.rows() + j2: row j1 of x times row j2 of y, element by element, rounded to T.
template <class T>
class product_rows {
  public:
    using element_type = const T;
    using value_type = T;

    product_rows(const matrix_view<const T>& x, const matrix_view<const T>& y)
        : x_(x), y_(y), line_(x.columns()) {}

    /// A row that computes an element when it is asked for it, or all of them for a view, which the next view of a row of
    /// the same rows overwrites.
    class row_type {
      public:
        row_type(const product_rows& rows, std::size_t j) noexcept
            : rows_(rows), j1_(j / rows.y_.rows()), j2_(j % rows.y_.rows()) {}
        T operator[](std::size_t c) const { return product(rows_.x_(j1_, c), rows_.y_(j2_, c)); }
        operator vector_view<const T>() const {
            for (std::size_t c = 0; c < rows_.line_.size(); ++c)
                rows_.line_[c] = (*this)[c];
            return {rows_.line_.data(), rows_.line_.size()};
        }

      private:
        const product_rows& rows_;
        std::size_t j1_, j2_;
    };

    std::size_t rows() const noexcept { return x_.rows() * y_.rows(); }
    std::size_t columns() const noexcept { return x_.columns(); }
    row_type row(std::size_t j) const noexcept { return {*this, j}; }

  private:
    static T product(const T& x, const T& y) {
        if constexpr (formatted_number<T>)
            return multiply<T>(x, y);
        else
            return static_cast<T>(x * y);
    }

    matrix_view<const T> x_, y_;
    mutable std::vector<T> line_;
};

/// The same for heads: a source of keys or values of attention.
template <class T>
class product_heads {
  public:
    using element_type = const T;
    using value_type = T;

    product_heads(const heads_view<const T>& x, const heads_view<const T>& y) noexcept : x_(x), y_(y) {}

    std::size_t batch() const noexcept { return x_.batch(); }
    std::size_t heads() const noexcept { return x_.heads(); }
    std::size_t rows() const noexcept { return x_.rows() * y_.rows(); }
    std::size_t columns() const noexcept { return x_.columns(); }
    product_rows<T> operator()(std::size_t b, std::size_t h) const { return {x_(b, h), y_(b, h)}; }

  private:
    heads_view<const T> x_, y_;
};

/// No rows lie in memory: they are read one by one.
template <class T>
matrix_view<const T> run_of(const product_rows<T>& rows, std::size_t) noexcept {
    return {nullptr, 0, rows.columns()};
}
/// What it reads is checked as the factors.
template <class T>
heads_view<const T> memory_of(const product_heads<T>&) noexcept {
    return {};
}

/// The factors of keys or values fit together.
template <class X, class Y>
void require_factors(const std::string& x_name, const heads_view<const X>& x, const std::string& y_name,
                     const heads_view<const Y>& y) {
    static_assert(std::is_same_v<X, Y>,
                  "halfulp::tensor_attention: both factors of keys, and both of values, are of one type");
    static_assert(
        [] {
            if constexpr (formatted_float<X>)
                return !is_stochastic(X::default_projection.mode);
            else
                return true;
        }(),
        "halfulp::tensor_attention: products of a type that rounds at random by default would need random "
        "bits");
    constexpr const char* name = "tensor_attention";
    const auto require = [&](const char* what, std::size_t value, std::size_t expected) {
        require_extent(name, (y_name + what).c_str(), value, (x_name + what).c_str(), expected);
    };
    require(".batch()", y.batch(), x.batch());
    require(".heads()", y.heads(), x.heads());
    require(".columns()", y.columns(), x.columns());
    if (y.rows() != 0 && x.rows() > static_cast<std::size_t>(-1) / 2 / y.rows())
        throw_argument_error<shape_error>(name, x_name + ".rows()", std::to_string(x.rows()),
                                          "a number of pairs that memory could count");
}

}  // namespace detail

/// Attention to all pairs of a key of k1 and a key of k2; see the file comment for its bits.
///
/// @param q       batch × heads of n × d
/// @param k1, k2  batch × key heads of m1 × d and m2 × d, of one type
/// @param v1, v2  batch × key heads of m1 × dv and m2 × dv, of one type
/// @param output  batch × heads of n × dv; it must not share memory with the inputs
/// @param options for keys j1·m2 + j2: masks and biases have m1·m2 columns. What orders keys, as causality and windows,
///                goes by that number; which pairs a query sees is what a mask says best
/// @throws what `attention` throws, shape_error also where factors do not fit together, before anything is written
///
/// With m2 = 1 and rows of ones for k2 and v2 it is `attention`, bit for bit.
///
/// O(batch·heads·n·m1·m2·(d + dv)); memory as for `attention`, which does not grow with m1·m2. The fast path of native<float>
/// multiplies each block of pairs once for all queries of a tile.
template <heads_argument QM, heads_argument K1M, heads_argument K2M, heads_argument V1M, heads_argument V2M,
          heads_argument OM, class Arithmetic = default_arithmetic<heads_element<QM>, heads_element<K1M>>>
void tensor_attention(const QM& q, const K1M& k1_argument, const K2M& k2_argument, const V1M& v1_argument,
                      const V2M& v2_argument, OM&& output_argument, const Arithmetic& arithmetic = {},
                      const attention_options& options = {}) {
    constexpr const char* name = "tensor_attention";
    const auto k1 = detail::constant_heads(as_heads(k1_argument));
    const auto k2 = detail::constant_heads(as_heads(k2_argument));
    const auto v1 = detail::constant_heads(as_heads(v1_argument));
    const auto v2 = detail::constant_heads(as_heads(v2_argument));
    const auto output = as_heads(output_argument);
    using K = typename decltype(k1)::value_type;
    using V = typename decltype(v1)::value_type;
    detail::require_factors("k1", k1, "k2", k2);
    detail::require_factors("v1", v1, "v2", v2);
    detail::require_extent(name, "v1.rows()", v1.rows(), "k1.rows()", k1.rows());
    detail::require_extent(name, "v2.rows()", v2.rows(), "k2.rows()", k2.rows());
    detail::require_distinct_heads(name, "output", output, "k1", k1);
    detail::require_distinct_heads(name, "output", output, "k2", k2);
    detail::require_distinct_heads(name, "output", output, "v1", v1);
    detail::require_distinct_heads(name, "output", output, "v2", v2);
    detail::attention_of_heads(detail::constant_heads(as_heads(q)), detail::product_heads<K>(k1, k2),
                               detail::product_heads<V>(v1, v2), output, arithmetic, options);
}

}  // namespace v0
}  // namespace halfulp

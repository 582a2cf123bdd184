// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// What softmax attention weighs its values by: which keys a query sees, and the scores of them as real numbers.

#include <halfulp/reference/dense_matrix.hpp>

#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

namespace halfulp {
inline namespace v0 {
namespace reference {

/// What `attention` and `attention_rounded` can be told, for one head. With L = key_count and n queries, query i is at
/// p = i + causal_offset among the keys.
struct attention_options {
    /// Multiplies the scores; by default 1/√(columns of q), the real number.
    std::optional<exact_value> scale{};
    /// c > 0: a score s becomes c·tanh(s/c).
    std::optional<exact_value> soft_cap{};
    /// Query i sees the keys j ≤ p only.
    bool causal = false;
    /// By default L − n: the queries are the last ones of the keys.
    std::optional<std::ptrdiff_t> causal_offset{};
    /// Query i sees the keys p − window_left ≤ j ≤ p + window_right only.
    std::optional<std::size_t> window_left{}, window_right{};
    /// ALiBi: −slope·|p − j| is added to a score.
    std::optional<exact_value> alibi_slope{};
    /// n × up to L: key j is seen where mask(i, j) is not 0, and none behind the last column.
    std::optional<dense_matrix<char>> mask{};
    /// n × up to L: added to a score. −∞ hides the key, and so does having no column.
    std::optional<exact_matrix> bias{};
    /// Keys are in sight of a block of queries only where this is not 0 for j / block_keys in row i / block_queries.
    std::optional<dense_matrix<char>> blocks{};
    std::size_t block_queries = 1, block_keys = 1;
    /// Power-Softmax: an even number p from 2 on. Weights are |s_j|^p, to whose sum ε·(keys seen)·(the largest) is added.
    std::optional<int> power{};
    exact_value power_epsilon{};
    /// L: keys behind are not seen. By default all.
    std::optional<std::size_t> key_count{};
    /// Bits of the results of `attention`.
    mpfr_prec_t precision = 256;
};

/// A mask of 1 where element(i, j) is true.
template <class Element>
dense_matrix<char> make_mask(std::size_t rows, std::size_t columns, const Element& element) {
    dense_matrix<char> mask(rows, columns);
    for (std::size_t i = 0; i < rows; ++i)
        for (std::size_t j = 0; j < columns; ++j)
            mask(i, j) = element(i, j) ? 1 : 0;
    return mask;
}

namespace detail {

/// The score product·σ + rest of a key, or c·tanh(product·σ/c) + rest, where σ is 1 or the irrational 1/√d.
struct attention_score {
    std::size_t key = 0;
    exact_value product;
    exact_value rest;

    /// Not finite if the score is not.
    exact_value special() const { return product + rest; }
};

/// The scores of one head.
class attention_scores {
  public:
    /// @throws shape_error for extents that do not fit together, value_error for a soft cap that is not positive
    attention_scores(const char* function, const exact_matrix& q, const exact_matrix& k,
                     const exact_matrix& v, const attention_options& options)
        : q_(q), k_(k), options_(options), keys_(options.key_count.value_or(k.rows())) {
        require_equal_extents(function, "k.columns()", k.columns(), "q.columns()", q.columns());
        require_equal_extents(function, "v.rows()", v.rows(), "k.rows()", k.rows());
        const auto require = [&](bool holds, const char* argument, std::size_t value, const char* expected) {
            if (!holds)
                throw_argument_error<shape_error>(function, argument, std::to_string(value), expected);
        };
        require(keys_ <= k.rows(), "options.key_count", keys_, "at most k.rows()");
        if (options.mask) {
            require_equal_extents(function, "options.mask.rows()", options.mask->rows(), "q.rows()",
                                  q.rows());
            require(options.mask->columns() <= k.rows(), "options.mask.columns()", options.mask->columns(),
                    "at most k.rows()");
        }
        if (options.bias) {
            require_equal_extents(function, "options.bias.rows()", options.bias->rows(), "q.rows()",
                                  q.rows());
            require(options.bias->columns() <= k.rows(), "options.bias.columns()", options.bias->columns(),
                    "at most k.rows()");
        }
        if (options.soft_cap && !(options.soft_cap->is_finite() && *options.soft_cap > exact_value(0)))
            throw_argument_error<value_error>(function, "options.soft_cap", options.soft_cap->to_string(),
                                              "a finite number above 0");
        if (options.blocks) {
            const auto parts = [](std::size_t all, std::size_t size) {
                return size == 0 ? 0 : (all + size - 1) / size;
            };
            require_equal_extents(function, "options.blocks.rows()", options.blocks->rows(), "blocks of q",
                                  parts(q.rows(), options.block_queries));
            require_equal_extents(function, "options.blocks.columns()", options.blocks->columns(),
                                  "blocks of k", parts(k.rows(), options.block_keys));
        }
        if (options.power && (*options.power < 2 || *options.power % 2 != 0))
            throw_argument_error<value_error>(function, "options.power", std::to_string(*options.power),
                                              "an even number from 2 on");
        if (options.scale)
            return;
        const mpz_class d(static_cast<unsigned long>(q.columns() == 0 ? 1 : q.columns()));
        const mpz_class root = sqrt(d);
        if (root * root == d)
            scale_ = exact_value(mpq_class(1, root));
        else
            irrational_divisor_ = static_cast<unsigned long>(q.columns());
    }

    /// The scores of the keys that query i sees, in ascending order.
    std::vector<attention_score> row(std::size_t i) const {
        std::vector<attention_score> scores;
        for (std::size_t j = 0; j < keys_; ++j)
            if (sees(i, j))
                scores.push_back(score(i, j));
        return scores;
    }

    /// Whether σ is 1, and scores without a soft cap are rational numbers.
    bool are_rational() const noexcept { return irrational_divisor_ == 0; }

    /// A finite score with an error below 2^−bits.
    mpfr_real evaluate(const attention_score& s, mpfr_prec_t bits) const {
        // Every step errs by less than two units of its last place, which is 2^−bits/32 for the largest of them; and where
        // a step comes before tanh, |x·tanh'(x)| < 1 bounds what becomes of it.
        mpfr_prec_t working = bits + 16;
        const auto make_room = [&working, bits](const exact_value& x) {
            if (x.is_zero())
                return;
            const mpfr_prec_t size = floor_log2(x.magnitude()) + bits + 16;
            working = size > working ? size : working;
        };
        make_room(s.product);
        make_room(s.rest);
        if (options_.soft_cap)
            make_room(*options_.soft_cap);
        mpfr_real x = s.product.to_mpfr(working);
        if (irrational_divisor_ != 0) {
            mpfr_real root(working);
            mpfr_sqrt_ui(root.get(), irrational_divisor_, MPFR_RNDN);
            mpfr_div(x.get(), x.get(), root.get(), MPFR_RNDN);
        }
        if (options_.soft_cap) {
            const mpfr_real cap = options_.soft_cap->to_mpfr(working);
            mpfr_div(x.get(), x.get(), cap.get(), MPFR_RNDN);
            mpfr_tanh(x.get(), x.get(), MPFR_RNDN);
            mpfr_mul(x.get(), x.get(), cap.get(), MPFR_RNDN);
        }
        const mpfr_real rest = s.rest.to_mpfr(working);
        mpfr_add(x.get(), x.get(), rest.get(), MPFR_RNDN);
        return x;
    }

  private:
    /// p.
    mpz_class place_of(std::size_t i) const {
        const mpz_class query(static_cast<unsigned long>(i));
        if (options_.causal_offset)
            return query + static_cast<long>(*options_.causal_offset);
        return query + static_cast<unsigned long>(keys_) - static_cast<unsigned long>(q_.rows());
    }
    bool sees(std::size_t i, std::size_t j) const {
        const mpz_class key(static_cast<unsigned long>(j));
        const mpz_class p = place_of(i);
        if (options_.causal && key > p)
            return false;
        if (options_.window_left && key < p - static_cast<unsigned long>(*options_.window_left))
            return false;
        if (options_.window_right && key > p + static_cast<unsigned long>(*options_.window_right))
            return false;
        if (options_.blocks && (*options_.blocks)(i / options_.block_queries, j / options_.block_keys) == 0)
            return false;
        if (options_.mask && (j >= options_.mask->columns() || (*options_.mask)(i, j) == 0))
            return false;
        return !options_.bias ||
               (j < options_.bias->columns() && !((*options_.bias)(i, j) == exact_value::infinity(true)));
    }
    attention_score score(std::size_t i, std::size_t j) const {
        attention_score s;
        s.key = j;
        for (std::size_t c = 0; c < q_.columns(); ++c)
            s.product = s.product + q_(i, c) * k_(j, c);
        s.product = s.product * options_.scale.value_or(scale_);
        if (options_.soft_cap && s.product.is_infinite()) {  // tanh(±∞) = ±1
            s.rest = s.product.is_negative() ? -*options_.soft_cap : *options_.soft_cap;
            s.product = exact_value();
        }
        if (options_.alibi_slope)
            s.rest = s.rest - *options_.alibi_slope *
                                  exact_value(mpz_class(abs(place_of(i) - static_cast<unsigned long>(j))));
        if (options_.bias)
            s.rest = s.rest + (*options_.bias)(i, j);
        return s;
    }

    const exact_matrix& q_;
    const exact_matrix& k_;
    const attention_options& options_;
    std::size_t keys_;
    exact_value scale_{1};
    unsigned long irrational_divisor_ = 0;
};

/// Whether the scores make a row NaN: one is NaN or +∞, or all are −∞. No scores do not. Of powers the scores must be
/// finite.
inline bool make_row_nan(const std::vector<attention_score>& scores, bool are_powers) {
    bool has_finite = scores.empty();
    for (const attention_score& s : scores) {
        const exact_value special = s.special();
        if (special.is_nan() || (special.is_infinite() && (are_powers || !special.is_negative())))
            return true;
        has_finite |= special.is_finite();
    }
    return !has_finite;
}

}  // namespace detail
}  // namespace reference
}  // namespace v0
}  // namespace halfulp

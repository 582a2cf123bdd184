// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// The steps of attention for one query, as kernels/attention.hpp defines them, in any arithmetic.

#include <halfulp/arithmetic/elementary.hpp>
#include <halfulp/formats/functions.hpp>
#include <halfulp/kernels/attention_arguments.hpp>
#include <halfulp/kernels/attention_options.hpp>
#include <halfulp/kernels/dot.hpp>

#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <stdexcept>
#include <utility>
#include <vector>

namespace halfulp {
inline namespace v0 {

/// What the weights of a query are relative to, and their sum: m and z of the definition; of a query that sees no key
/// both are 0.
template <class S>
struct attention_sums {
    S maximum{};
    S sum{};
};

/// The sums of all queries, which the gradient takes (kernels/attention_gradient.hpp): two numbers a query instead of
/// its weights.
template <class S>
class attention_statistics {
  public:
    std::size_t batch() const noexcept { return batch_; }
    std::size_t heads() const noexcept { return heads_; }
    std::size_t rows() const noexcept { return rows_; }
    const attention_sums<S>& operator()(std::size_t b, std::size_t h, std::size_t i) const noexcept {
        return sums_[(b * heads_ + h) * rows_ + i];
    }
    attention_sums<S>& operator()(std::size_t b, std::size_t h, std::size_t i) noexcept {
        return sums_[(b * heads_ + h) * rows_ + i];
    }
    /// Room for so many; what was there is lost.
    /// @throws std::bad_alloc
    void resize(std::size_t batch, std::size_t heads, std::size_t rows) {
        sums_.assign(batch * heads * rows, {});
        batch_ = batch;
        heads_ = heads;
        rows_ = rows;
    }

  private:
    std::size_t batch_ = 0, heads_ = 0, rows_ = 0;
    std::vector<attention_sums<S>> sums_{};
};

namespace detail {

/// No statistics are asked for.
struct no_statistics {
    constexpr void resize(std::size_t, std::size_t, std::size_t) const noexcept {}
    template <class Sums>
    constexpr void set(std::size_t, std::size_t, std::size_t, const Sums&) const noexcept {}
};
/// Statistics to be written. Zeros have no sign in them, and NaN one code.
template <class S>
struct statistics_sink {
    attention_statistics<S>* to;
    void resize(std::size_t batch, std::size_t heads, std::size_t rows) const {
        to->resize(batch, heads, rows);
    }
    void set(std::size_t b, std::size_t h, std::size_t i, const attention_sums<S>& sums) const {
        const S nan = sums.sum + sums.sum;
        attention_sums<S>& at = (*to)(b, h, i);
        at = sums;
        if (at.maximum == S(0))
            at.maximum = S(0);
        if (nan != nan)
            at.maximum = at.sum = quiet_nan_of(sums.sum);
    }

  private:
    static S quiet_nan_of(const S& nan) {
        if constexpr (std::numeric_limits<S>::has_quiet_NaN)
            return std::numeric_limits<S>::quiet_NaN();
        else
            return nan;
    }
};

template <class T>
constexpr bool is_negative_infinity(const T& x) noexcept {
    if constexpr (formatted_number<T>)
        return isinf(x) && x < T(0);
    else
        return false;  // a number type of the user's: its exponential decides
}

/// Exact types have no exponential, and Power-Softmax alone.
template <class T>
constexpr bool has_exponential() noexcept {
    using std::exp;
    return formatted_number<T> || requires(const T& x) {
        static_cast<T>(exp(x));
    };
}

/// The largest power of two that is at most x > 0, or the smallest normal number where that is larger; x where it is
/// infinite or NaN. 1 for types without a format, in which nothing has to be kept from overflowing.
template <class T>
constexpr T power_of_two_within(const T& x) noexcept {
    if constexpr (!formatted_number<T>) {
        return T(1);
    } else {
        if (!isfinite(x))
            return x;
        const auto number = unpack_operand(x);
        const int smallest = number_format<T>::value.minimum_exponent();
        const int exponent = iszero(x) ? smallest : number.exponent + bit_width(number.significand) - 1;
        return ldexp<T>(T(1), exponent < smallest ? smallest : exponent);
    }
}

/// x^p by squarings and multiplications with x, from p's highest bit on, each rounded.
template <class Step, class S>
constexpr S power_of(const Step& step, const S& x, int p, arithmetic::position where) {
    S result = x;
    for (int bit = static_cast<int>(std::bit_width(static_cast<unsigned>(p))) - 2; bit >= 0; --bit) {
        where.step += 256;
        result = step.multiply(result, result, where);
        where.step += 256;
        if (p >> bit & 1)
            result = step.multiply(result, x, where);
    }
    return result;
}

/// z + (ε·number of keys)·(the weight of the maximum), each step rounded.
template <class Step, class S>
constexpr S sum_with_epsilon(const Step& step, const S& epsilon, std::size_t keys, int power,
                             const S& maximum, const S& sum, arithmetic::position where) {
    const S largest =
        power_of(step, step.template divide<S>(maximum, power_of_two_within(maximum), where), power, where);
    const S count = step.from_double(static_cast<double>(keys), where);
    const S share = step.multiply(step.multiply(epsilon, count, where), largest, {where.element, 1});
    return step.add(sum, share, where);
}

/// The score of a query and a key, and tanh(s/c) where there is a soft cap.
template <class S>
struct attention_score {
    S value{};
    S tangent{};
};

/// One head's attention, a row at a time, as the file comment says. Keeps the scores of a block.
template <class Arithmetic, class Q, class K, class VE, class Output>
class attention_definition {
    using types = attention_types<Arithmetic, Q, K, VE>;
    using scores = typename types::scores;
    using values = typename types::values;
    using S = typename types::S;
    using W = typename types::W;
    using U = typename types::U;
    using position = arithmetic::position;

  public:
    /// For head number `head` and queries of d columns, values of dv.
    constexpr attention_definition(const Arithmetic& arithmetic, const attention_options& options,
                                   std::size_t head, std::size_t d, std::size_t dv)
        : scores_(stage_of(types::parts::of_scores(arithmetic), head, 0)),
          score_stage_(stage_of(types::parts::of_scores(arithmetic), head, 1)),
          sum_stage_(stage_of(types::parts::of_scores(arithmetic), head, 2)),
          rescale_stage_(stage_of(types::parts::of_scores(arithmetic), head, 5)),
          values_(stage_of(types::parts::of_values(arithmetic), head, 3)),
          output_stage_(stage_of(types::parts::of_values(arithmetic), head, 4)),
          block_(options.key_block.value_or(types::key_block)),
          power_(options.power.value_or(0)),
          sums_(dv, U(0)) {
        if (!has_exponential<S>() && (power_ == 0 || options.soft_cap))
            throw_argument_error<value_error>(
                "attention", "options.power", "missing",
                "a power and no soft cap, as scores of an exact type have neither "
                "exponential nor tanh");
        const arithmetic::elementary<S, scores> step(score_stage_);
        scale_ = scale_in<S>(step, options, d);
        if (options.soft_cap)
            cap_ = step.from_double(*options.soft_cap);
        if (options.power_epsilon != 0)
            epsilon_ = step.from_double(options.power_epsilon, at(all_keys, 0));
    }
    // Copies would have steps that refer to the stages of another.
    attention_definition(const attention_definition&) = delete;
    attention_definition& operator=(const attention_definition&) = delete;

    /// output = the attention of query i, `query`, to the keys and values that its rules show it.
    template <class Keys, class Values>
    constexpr attention_sums<S> row(const attention_rules& rules, std::size_t i,
                                    const vector_view<const Q>& query, const Keys& k, const Values& v,
                                    const vector_view<Output>& output) {
        const key_range range = rules.range(i);
        place(rules, i);
        seen_ = 0;
        for (std::size_t first = range.first / block_ * block_; first < range.last;) {
            const std::size_t last = range.last - first <= block_ ? range.last : first + block_;
            make_scores(rules, i, query, k, first < range.first ? range.first : first, last);
            if (!keys_.empty()) {
                weigh_block(first);
                add_values(v, first);
                seen_ += keys_.size();
            }
            first = last;
        }
        if (seen_ != 0 && epsilon_)
            sum_ = sum_with_epsilon(arithmetic::elementary<S, scores>(sum_stage_), *epsilon_, seen_, power_,
                                    maximum_, sum_, at(all_keys, 0));
        const arithmetic::elementary<U, values> step(output_stage_);
        for (std::size_t c = 0; c < output.size(); ++c)
            output[c] = seen_ == 0 ? Output(0) : step.template divide<Output>(sums_[c], sum_, at(c, 0));
        if (seen_ == 0)
            return {S(0), S(0)};
        return {maximum_, sum_};
    }

    /// Query i comes next.
    constexpr void place(const attention_rules& rules, std::size_t i) noexcept {
        number_ = static_cast<std::uint64_t>(i) + static_cast<std::uint64_t>(rules.offset);
        number_ &= 0xffffffffu;
    }

    /// Step 1 for the query in place.
    constexpr attention_score<S> score(const attention_rules& rules, std::size_t i, std::size_t j,
                                       const vector_view<const Q>& query,
                                       const vector_view<const K>& key) const {
        const arithmetic::elementary<S, scores> step(score_stage_);
        auto chain = scores_.template zero<Q, K>();
        accumulate_chain(scores_, chain, query, key, at(j, 0).element);
        attention_score<S> result;
        S s = scores_.template result<S>(chain, at(j, query.size()));
        s = step.multiply(s, scale_, at(j, 0));
        if constexpr (has_exponential<S>())
            if (cap_) {
                result.tangent =
                    step.hyperbolic_tangent(step.template divide<S>(s, *cap_, at(j, 1)), at(j, 2));
                s = step.multiply(*cap_, result.tangent, at(j, 2));
            }
        if (rules.slope) {
            const S slope = step.from_double(-static_cast<double>(*rules.slope), at(j, 3));
            const S distance = step.from_double(static_cast<double>(rules.distance(i, j)), at(j, 6));
            s = step.add(s, step.multiply(slope, distance, at(j, 3)), at(j, 3));
        }
        if (rules.has_bias)
            s = step.add(s, step.from_double(static_cast<double>(rules.bias(i, j)), at(j, 4)), at(j, 4));
        result.value = s;
        return result;
    }

    /// s_j − r, or s_j/r under a power: what the weight is the exponential, or the power, of.
    constexpr S relative(const S& s, const S& reference, position where) const {
        const arithmetic::elementary<S, scores> step(score_stage_);
        return power_ == 0 ? step.subtract(s, reference, where)
                           : step.template divide<S>(s, reference, where);
    }
    /// The weight of a relative score.
    constexpr S weight(const S& x, position where) const {
        const arithmetic::elementary<S, scores> step(score_stage_);
        if (power_ != 0)
            return power_of(step, x, power_, where);
        if constexpr (has_exponential<S>())
            return step.exponential(x, where);
        else
            return x;  // never: the constructor refuses
    }
    /// r for a maximum.
    constexpr S reference_of(const S& maximum) const {
        if (power_ != 0)
            return power_of_two_within(maximum);
        return is_negative_infinity(maximum) ? S(0) : maximum;
    }
    constexpr const S& scale() const noexcept { return scale_; }
    constexpr int power() const noexcept { return power_; }
    constexpr bool has_cap() const noexcept { return cap_.has_value(); }
    constexpr position at(std::size_t x, std::uint64_t step) const noexcept {
        return {(number_ << 32) + static_cast<std::uint64_t>(x), step};
    }

  private:
    template <class Policy>
    static constexpr Policy stage_of(const Policy& policy, std::size_t head, std::uint64_t stage) noexcept {
        return arithmetic::detail::for_stage(policy, static_cast<std::uint64_t>(head) * 256 + stage);
    }
    /// Step 1 for the keys first … last − 1 that are seen.
    template <class Keys>
    constexpr void make_scores(const attention_rules& rules, std::size_t i, const vector_view<const Q>& query,
                               const Keys& k, std::size_t first, std::size_t last) {
        keys_.clear();
        block_scores_.clear();
        for (std::size_t j = first; j < last; ++j)
            if (rules.sees(i, j)) {
                keys_.push_back(j);
                block_scores_.push_back(score(rules, i, j, query, k.row(j)).value);
            }
    }

    /// |s| under a power, whose sign does not matter.
    constexpr S size_of(const S& s) const { return power_ != 0 && s < S(0) ? -s : s; }

    /// Steps 2 to 5: the scores become weights; z and the rescaled u_c.
    constexpr void weigh_block(std::size_t first) {
        const arithmetic::elementary<S, scores> sum_step(sum_stage_), store_step(score_stage_);
        S maximum = size_of(block_scores_[0]);
        for (const S& s : block_scores_)
            if (maximum < size_of(s))
                maximum = size_of(s);
        if (seen_ != 0 && !(maximum_ < maximum))
            maximum = maximum_;
        const S reference = reference_of(maximum);
        if (seen_ != 0 && maximum_ < maximum)
            rescale(first, reference);
        maximum_ = maximum;

        std::array<S, 16> lanes{};
        lanes.fill(S(0));
        weights_.clear();
        for (std::size_t n = 0; n < keys_.size(); ++n) {
            const std::size_t j = keys_[n];
            const S w = weight(relative(block_scores_[n], reference, at(j, 0)), at(j, 0));
            weights_.push_back(store_step.template stored<W>(w, at(j, 5)));
            S& lane = lanes[(j - first) % 16];
            lane = sum_step.add(lane, weights_.back(), at(j, 0));
        }
        for (std::size_t width = 8; width > 0; width /= 2)
            for (std::size_t l = 0; l < width; ++l)
                lanes[l] = sum_step.add(lanes[l], lanes[l + width], at(first + l, width));
        sum_ = seen_ == 0 ? lanes[0] : sum_step.add(sum_, lanes[0], at(first, 16));
    }

    /// Step 3, for a greater maximum.
    constexpr void rescale(std::size_t first, const S& reference) {
        const arithmetic::elementary<S, scores> step(rescale_stage_), sum_step(sum_stage_);
        S a = S(1);
        if (power_ != 0) {
            a = power_of(step, step.template divide<S>(reference_of(maximum_), reference, at(first, 0)),
                         power_, at(first, 0));
        } else if constexpr (has_exponential<S>()) {
            a = step.exponential(step.subtract(maximum_, reference, at(first, 0)), at(first, 0));
        }
        sum_ = sum_step.multiply(sum_, a, at(first, 16));
        const arithmetic::elementary<U, values> value_step(output_stage_);
        for (std::size_t c = 0; c < sums_.size(); ++c)
            sums_[c] = value_step.multiply(sums_[c], a, at(c, first + 1));
    }

    /// Step 6.
    template <class Values>
    constexpr void add_values(const Values& v, std::size_t first) {
        HALFULP_STRICT_FLOATING_POINT
        for (std::size_t c = 0; c < sums_.size(); ++c) {
            auto chain =
                seen_ == 0 ? values_.template zero<W, VE, U>() : values_.template start<W, VE>(sums_[c]);
            for (std::size_t n = 0; n < keys_.size(); ++n)
                values_.multiply_add(chain, weights_[n], v.row(keys_[n])[c], at(c, keys_[n]));
            sums_[c] = values_.template result<U>(chain, at(c, first));
        }
    }

    scores scores_, score_stage_, sum_stage_, rescale_stage_;
    values values_, output_stage_;
    std::size_t block_;
    S scale_{};
    std::optional<S> cap_{};
    int power_;  // 0 for softmax
    std::optional<S> epsilon_{};
    std::uint64_t number_ = 0;
    std::size_t seen_ = 0;  // keys of the query so far
    S maximum_{};
    S sum_{};                          // z
    std::vector<U> sums_;              // u_c
    std::vector<std::size_t> keys_{};  // of a block, those that are seen
    std::vector<S> block_scores_{};
    std::vector<W> weights_{};
};

}  // namespace detail
}  // namespace v0
}  // namespace halfulp

// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// The fast path of `attention` for other arithmetics than native<float> whose scores, weights and weighted sums are floats,
/// rounded to nearest: l_mul, exact, integer scores, rounded and fused with float sums. Scores and weighted sums of a tile
/// of queries and a block of keys are matrix products, with the fast paths that `matmul` has for the arithmetic; what is
/// between them is done in registers.

#include <halfulp/kernels/matmul.hpp>
#include <halfulp/simd/attention_native.hpp>
#include <halfulp/simd/attention_query_states.hpp>

#if HALFULP_HAS_SIMD

namespace halfulp {
inline namespace v0 {
namespace simd {

/// Attention of the queries of a group of heads to the keys and values that they share, by products.
template <class Arithmetic, class Q, class Keys, class Values, class Output>
class attention_by_products {
    using parts = halfulp::detail::attention_parts<Arithmetic>;
    using K = typename Keys::value_type;
    using V = typename Values::value_type;
    using key_range = halfulp::detail::key_range;
    static constexpr std::size_t most_rows = 64;
    static constexpr std::size_t most_scores = std::size_t{1} << 18;

  public:
    attention_by_products(isa level, const Arithmetic& arithmetic, const heads_view<const Q>& q,
                          const Keys& k, const Values& v, const heads_view<Output>& output,
                          const attention_options& options, float scale, std::size_t b, std::size_t key_head)
        : level_(level),
          arithmetic_(arithmetic),
          q_(q),
          output_(output),
          b_(b),
          queries_(options, q.heads(), q.rows(), k.heads(), k.rows(), b, key_head),
          keys_(k(b, key_head)),
          values_(v(b, key_head)),
          scale_(scale),
          block_(
              options.key_block.value_or(halfulp::detail::attention_types<Arithmetic, Q, K, V>::key_block)) {
        const std::size_t keys = queries_.rules().keys;
        if (block_ > keys)
            block_ = keys == 0 ? 1 : rounded_up(keys, keys_of_panel);
        scores_row_ = rounded_up(block_, keys_of_panel);
    }

    std::size_t rows() const noexcept { return queries_.rows(); }
    std::size_t rows_at_once() const noexcept {
        const std::size_t fitting = most_scores / scores_row_;
        return fitting < 4 ? 4 : fitting < most_rows ? fitting : most_rows;
    }

    /// The output of rows first … first + count − 1, at most rows_at_once().
    /// @throws std::bad_alloc before anything is written
    template <class Statistics>
    void run(std::size_t first, std::size_t count, const Statistics& statistics) {
        const std::size_t d = q_.columns(), u_row = rounded_up(output_.columns(), 16);
        reserve(count);
        key_range all{queries_.rules().keys, 0};
        for (std::size_t r = 0; r < count; ++r) {
            query_state& row = rows_[r];
            queries_.place(row, first + r, all);
            const vector_view<const Q> query = q_(b_, row.head).row(row.query);
            for (std::size_t c = 0; c < d; ++c)
                queries_memory_[r * d + c] = query[c];
        }
        for (std::size_t begin = all.first / block_ * block_; begin < all.last; begin += block_)
            attend(begin, all, count);
        for (std::size_t r = 0; r < count; ++r) {
            query_state& row = rows_[r];
            const attention_sums<float> sums = queries_.sums_of(row);
            const auto out = output_(b_, row.head).row(row.query);
            divide_and_write(level_, u_memory_ + r * u_row, sums.sum, row.has_keys,
                             vector_view<Output>(out.data(), out.size(), out.stride()));
            statistics.set(b_, row.head, row.query, sums);
        }
    }

  private:
    void reserve(std::size_t count) {
        const std::size_t u = count * rounded_up(output_.columns(), 16);
        const std::size_t scores = count * scores_row_;
        const std::size_t bias = queries_.rules().has_bias ? scores_row_ : 0;
        thread_local workspace memory;
        auto* next = static_cast<float*>(
            memory.reserve((u + scores + bias + 2 * count * (scores_row_ / 64) + 16) * sizeof(float)));
        const auto take = [&next](std::size_t size) {
            float* const result = next;
            next += size;
            return result;
        };
        seen_ = reinterpret_cast<std::uint64_t*>(take(rounded_up(2 * count * (scores_row_ / 64), 16)));
        u_memory_ = take(u);
        scores_ = take(scores);
        bias_ = take(bias);
        rows_.resize(count);
        parts_.resize(count);
        queries_memory_.resize(count * q_.columns());
        std::memset(u_memory_, 0, u * sizeof(float));
    }

    /// The rows first … first + count − 1 of a source as a matrix: where they lie, or copied.
    template <class Rows, class T>
    static matrix_view<const T> matrix_of(const Rows& rows, std::size_t first, std::size_t count,
                                          std::vector<T>& copy) {
        const matrix_view<const T> run = run_of(rows, first);
        if (run.rows() >= count)
            return {run.data(), count, run.columns(), run.row_stride(), run.column_stride()};
        copy.resize(count * rows.columns());
        for (std::size_t j = 0; j < count; ++j)
            for (std::size_t c = 0; c < rows.columns(); ++c)
                copy[j * rows.columns() + c] = rows.row(first + j)[c];
        return {copy.data(), count, rows.columns()};
    }

    /// A block of keys for all rows of the tile.
    void attend(std::size_t begin, const key_range& all, std::size_t count) {
        const std::size_t first = all.first > begin ? all.first - begin : 0;
        const std::size_t last = all.last - begin < block_ ? all.last - begin : block_;
        // Rows that see a key of the block, in order.
        std::size_t active = 0;
        for (std::size_t r = 0; r < count; ++r) {
            is_first_[r] = !rows_[r].has_keys;
            if (queries_.enter(parts_[active].row, rows_[r], begin, first, last,
                               {scores_ + r * scores_row_, bias_, seen_ + r * (scores_row_ / 64)})) {
                parts_[active].number = r;
                ++active;
            }
        }
        if (active == 0)
            return;
        const std::size_t d = q_.columns();
        const std::size_t top = parts_[0].number, height = parts_[active - 1].number + 1 - top;
        const auto k = matrix_of(keys_, begin + first, last - first, key_copy_);
        const auto v = matrix_of(values_, begin + first, last - first, value_copy_);
        const execution::policy alone{};
        matmul(matrix_view<const Q>(queries_memory_.data() + top * d, height, d), k.transposed(),
               matrix_view<float>(scores_ + top * scores_row_ + first, height, last - first,
                                  static_cast<std::ptrdiff_t>(scores_row_), 1),
               parts::of_scores(arithmetic_), {.execution = alone});
        for (std::size_t n = 0; n < active; ++n)
            weigh(parts_[n], begin, first, last);
        for (std::size_t n = 0; n < active;) {
            std::size_t together = 1;
            while (n + together < active && are_alike(parts_[n], parts_[n + together], together))
                ++together;
            add_values(parts_[n], together, first, v);
            n += together;
        }
    }

    struct row_part {
        attention_row row{};
        std::size_t number = 0;  // of the row in its tile
    };

    /// Whether b, `distance` rows on, sees the same keys as a, all of a range, and has as much behind it.
    bool are_alike(const row_part& a, const row_part& b, std::size_t distance) const noexcept {
        return b.number == a.number + distance && !a.row.has_holes && !b.row.has_holes &&
               a.row.first == b.row.first && a.row.last == b.row.last &&
               is_first_[a.number] == is_first_[b.number];
    }

    /// Products become weights.
    void weigh(row_part& part, std::size_t begin, std::size_t first, std::size_t last) {
        attention_row& t = part.row;
        query_state& state = rows_[part.number];
        // What lies between whole registers and the product is not seen, whatever it is.
        for (std::size_t j = t.first / 16 * 16; j < first; ++j)
            t.scores[j] = 0;
        for (std::size_t j = last; j < rounded_up(last, 16); ++j)
            t.scores[j] = 0;
        const std::size_t from = t.first / 16 * 16;
        HALFULP_SIMD_SELECT(level_, scale_numbers)
        (t.scores + from, scale_, t.scores + from, rounded_up(t.last, 16) - from);
        if (queries_.rules().has_bias)
            queries_.enter(t, state, begin, first, last,
                           {t.scores, bias_, seen_ + part.number * (scores_row_ / 64)});
        if (t.power == 0)
            HALFULP_SIMD_SELECT(level_, weigh_row_by_exponential)(t);
        else
            HALFULP_SIMD_SELECT(level_, weigh_row_by_power)(t);
        if (!is_first_[part.number] && state.rescale != 1) {
            const std::size_t u_row = rounded_up(output_.columns(), 16);
            float* const u = u_memory_ + part.number * u_row;
            HALFULP_SIMD_SELECT(level_, scale_numbers)(u, state.rescale, u, u_row);
        }
    }

    /// u ← u + Σ w·v for rows that see the same keys.
    void add_values(const row_part& part, std::size_t count, std::size_t first,
                    const matrix_view<const V>& v) {
        const attention_row& t = part.row;
        const auto dv = output_.columns();
        const auto u_row = static_cast<std::ptrdiff_t>(rounded_up(dv, 16));
        const matrix_view<float> u(u_memory_ + static_cast<std::ptrdiff_t>(part.number) * u_row, count, dv,
                                   u_row, 1);
        matmul_options how;
        how.accumulate = !is_first_[part.number];
        if (!t.has_holes) {
            matmul(matrix_view<const float>(t.scores + t.first, count, t.last - t.first,
                                            static_cast<std::ptrdiff_t>(scores_row_), 1),
                   rows_of(v, t.first - first, t.last - t.first), u, parts::of_values(arithmetic_), how);
            return;
        }
        // The keys that are seen, one after the other.
        seen_weights_.clear();
        seen_values_.clear();
        for (std::size_t j = t.first; j < t.last; ++j)
            if (t.seen[j / 64] >> (j % 64) & 1) {
                seen_weights_.push_back(t.scores[j]);
                for (std::size_t c = 0; c < dv; ++c)
                    seen_values_.push_back(v(j - first, c));
            }
        const std::size_t keys = seen_weights_.size();
        matmul(matrix_view<const float>(seen_weights_.data(), 1, keys),
               matrix_view<const V>(seen_values_.data(), keys, dv), u, parts::of_values(arithmetic_), how);
    }
    static matrix_view<const V> rows_of(const matrix_view<const V>& v, std::size_t first,
                                        std::size_t count) noexcept {
        return {v.data() + static_cast<std::ptrdiff_t>(first) * v.row_stride(), count, v.columns(),
                v.row_stride(), v.column_stride()};
    }

    isa level_;
    const Arithmetic& arithmetic_;
    heads_view<const Q> q_;
    heads_view<Output> output_;
    std::size_t b_;
    query_states queries_;
    decltype(std::declval<const Keys&>()(0, 0)) keys_;
    decltype(std::declval<const Values&>()(0, 0)) values_;
    float scale_;
    std::size_t block_;
    std::size_t scores_row_ = 0;
    std::vector<query_state> rows_{};
    std::vector<row_part> parts_{};
    bool is_first_[most_rows] = {};
    std::vector<Q> queries_memory_{};
    std::vector<K> key_copy_{};
    std::vector<V> value_copy_{}, seen_values_{};
    std::vector<float> seen_weights_{};
    float *u_memory_ = nullptr, *scores_ = nullptr, *bias_ = nullptr;
    std::uint64_t* seen_ = nullptr;
};

}  // namespace simd

namespace detail {

/// Whether steps in float under a policy are those of the machine: rounded to nearest, ties to even.
template <class Policy>
constexpr bool has_machine_steps(const Policy& policy) noexcept {
    const projection direction = projection(arithmetic::projection_for<float>(policy));
    return direction.mode == rounding::ties_to_even && direction.overflow == saturation::none;
}

/// Arithmetics with floats between the products.
template <class Arithmetic, class Q, class K, class VE>
constexpr bool has_products_in_float() noexcept {
    using types = attention_types<Arithmetic, Q, K, VE>;
    return !is_native_attention<Arithmetic> && std::same_as<typename types::S, float> &&
           std::same_as<typename types::W, float> && std::same_as<typename types::U, float>;
}

template <class Q, class Keys, class Values, class Output, class Arithmetic, class Statistics>
bool attention_fast(const heads_view<const Q>& q, const Keys& k, const Values& v,
                    const heads_view<Output>& output, const Arithmetic& arithmetic,
                    const attention_options& options, const Statistics& statistics,
                    int) requires(has_products_in_float<Arithmetic, Q, typename Keys::value_type,
                                                        typename Values::value_type>()) {
    using parts = attention_parts<Arithmetic>;
    const simd::isa level = simd::level_for(options.execution);
    const auto& scores = parts::of_scores(arithmetic);
    if (level == simd::isa::plain || !has_short_positions(options, q.rows(), k) ||
        !has_machine_steps(scores) || !has_machine_steps(parts::of_values(arithmetic)))
        return false;
    if (q.batch() == 0 || q.heads() == 0 || q.rows() == 0 || output.columns() == 0)
        return true;
    const arithmetic::elementary<float, typename parts::scores> step(scores);
    const float scale = scale_in<float>(step, options, q.columns());
    using group = simd::attention_by_products<Arithmetic, Q, Keys, Values, Output>;
    const auto group_at = [&](std::size_t b, std::size_t h) {
        return group(level, arithmetic, q, k, v, output, options, scale, b, h);
    };
    const group any = group_at(0, 0);
    const std::size_t heads = q.batch() * k.heads();
    const std::size_t parts_of_head = (any.rows() + any.rows_at_once() - 1) / any.rows_at_once();
    const double work = static_cast<double>(q.batch() * q.heads()) * static_cast<double>(q.rows()) *
                        static_cast<double>(k.rows()) * static_cast<double>(q.columns() + v.columns());
    simd::for_items(options.execution, heads * parts_of_head, work, [&](std::size_t item) {
        const simd::default_floating_point_environment guard;
        const std::size_t part = parts_of_head - 1 - item / heads;
        group own = group_at(item % heads / k.heads(), item % heads % k.heads());
        const std::size_t first = part * any.rows_at_once();
        if (first >= own.rows())
            return;
        const std::size_t left = own.rows() - first;
        const std::size_t count = left < any.rows_at_once() ? left : any.rows_at_once();
        for (std::size_t done = 0; done < count;) {
            const std::size_t now = count - done < own.rows_at_once() ? count - done : own.rows_at_once();
            own.run(first + done, now, statistics);
            done += now;
        }
    });
    return true;
}

}  // namespace detail
}  // namespace v0
}  // namespace halfulp

#endif

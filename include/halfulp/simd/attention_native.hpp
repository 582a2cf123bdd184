// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// The fast path of `attention` where both arithmetics are native<float>: elements of any type, decoded to float, the
/// scores and weights in float.
///
/// Queries that share their keys (those of a group of heads, and all rows of one) are the lanes of tiles, so that keys
/// and values are read as they lie, one number in all lanes, and maxima and sums need no step across lanes. A few tiles
/// take a block of keys in turn; the scores of one tile and one block are all that is ever kept. After S. Dao et al.,
/// "FlashAttention-2", arXiv:2307.08691, section 3.1, but for the lanes and the blocks' fixed length.

#include <halfulp/simd/attention_queries.hpp>
#include <halfulp/simd/attention_rows.hpp>
#include <halfulp/simd/parts_of_matrix.hpp>

#if HALFULP_HAS_SIMD

namespace halfulp {
inline namespace v0 {
namespace simd {

/// Up to so many queries it is faster to make lanes of keys.
constexpr std::size_t most_rows_with_keys_as_lanes(isa level) noexcept {
    return level == isa::avx512 ? 8 : 4;
}

/// Attention of the queries of a group of heads to the keys and values that they share.
template <class Q, class Keys, class Values, class Output>
class attention_group {
    using key_rows = decltype(std::declval<const Keys&>()(0, 0));
    using value_rows = decltype(std::declval<const Values&>()(0, 0));
    using key_range = halfulp::detail::key_range;
    static constexpr std::size_t most_tiles = 4;  // that take a block of keys in turn

  public:
    attention_group(isa level, const heads_view<const Q>& q, const Keys& k, const Values& v,
                    const heads_view<Output>& output, const attention_options& options, float scale,
                    std::size_t b, std::size_t key_head)
        : level_(level),
          q_(q),
          output_(output),
          b_(b),
          queries_(level, q, options, k.heads(), k.rows(), b, key_head),
          keys_(k(b, key_head)),
          values_(v(b, key_head)),
          options_(options),
          scale_(scale),
          block_(options.key_block.value_or(128)) {
        const std::size_t keys = queries_.rules().keys;
        if (block_ > keys)
            block_ = keys == 0 ? 1 : rounded_up(keys, 16);
    }

    std::size_t rows() const noexcept { return queries_.rows(); }
    /// Rows that are done together, at most.
    std::size_t rows_at_once() const noexcept { return queries_.rows_at_once(most_tiles); }

    /// The output of rows first … first + count − 1, at most rows_at_once().
    /// @throws std::bad_alloc before anything is written
    template <class Statistics>
    void run(std::size_t first, std::size_t count, const Statistics& statistics) {
        for (std::size_t done = 0; done < count;) {
            std::size_t tiles = 0;
            for (; tiles < most_tiles && done < count; ++tiles) {
                queries_.cut(tiles_[tiles], first + done, first + count);
                done += tiles_[tiles].rows;
            }
            run_tiles(tiles, statistics);
        }
    }

  private:
    /// One tile of queries and what is known of them so far.
    struct tile_state : query_tile {
        std::uint64_t with_keys = 0;  // lanes that have seen one
        std::uint64_t sees = 0;       // lanes that see one of this block
        attention_tile tile{};
        alignas(64) float maximum[most_lanes_of_tile], sum[most_lanes_of_tile], rescale[most_lanes_of_tile];
    };

    template <class Statistics>
    void run_tiles(std::size_t tiles, const Statistics& statistics) {
        reserve(tiles, q_.columns(), output_.columns());
        key_range all{queries_.rules().keys, 0};
        for (std::size_t n = 0; n < tiles; ++n) {
            prepare(tiles_[n], n);
            all.first = tiles_[n].keys.first < all.first ? tiles_[n].keys.first : all.first;
            all.last = tiles_[n].keys.last > all.last ? tiles_[n].keys.last : all.last;
        }
        for (std::size_t begin = all.first / block_ * block_; begin < all.last; begin += block_) {
            std::uint64_t any = 0;
            for (std::size_t n = 0; n < tiles; ++n) {
                tiles_[n].sees = queries_.enter(tiles_[n], tiles_[n].tile, begin, block_, seen_ + n * block_,
                                                bias_ + n * block_ * most_lanes_of_tile);
                any |= tiles_[n].sees;
            }
            if (any == 0)
                continue;
            // Rows before the first that is seen are not read.
            const std::size_t first = begin < all.first ? all.first - begin : 0;
            const std::size_t last = all.last - begin < block_ ? all.last - begin : block_;
            rows_in_memory k = read_rows<true>(level_, keys_, begin + first, last - first, key_memory_);
            rows_in_memory v = read_rows<false>(level_, values_, begin + first, last - first, value_memory_);
            const memory_ahead keys_ahead = behind(k, q_.columns(), last - first);
            const memory_ahead values_ahead = behind(v, output_.columns(), last - first);
            k.data -= static_cast<std::ptrdiff_t>(first) * k.line;
            v.data -= static_cast<std::ptrdiff_t>(first) * v.line;
            bool is_first = true;
            for (std::size_t n = 0; n < tiles; ++n)
                if (tiles_[n].sees != 0) {
                    // One tile fetches the next block.
                    attention_tile& t = tiles_[n].tile;
                    t.keys_ahead = is_first ? keys_ahead : memory_ahead{};
                    t.values_ahead = is_first ? values_ahead : memory_ahead{};
                    is_first = false;
                    attend(tiles_[n], k, v);
                }
        }
        for (std::size_t n = 0; n < tiles; ++n)
            finish(tiles_[n], statistics);
    }

    void reserve(std::size_t tiles, std::size_t d, std::size_t dv) {
        thread_local workspace memory;
        const std::size_t row = tiles * most_lanes_of_tile;
        const std::size_t q = row * rounded_up(d, 4), values = row * rounded_up(dv, 16);
        const std::size_t scores = rounded_up(block_ * most_lanes_of_tile, 16);
        const std::size_t k = memory_of_rows(block_, d), v = memory_of_rows(block_, dv);
        const std::size_t lines = most_lanes_of_tile * whole_blocks(d > dv ? d : dv);
        const std::size_t bias = queries_.rules().has_bias ? tiles * scores : 0;
        const std::size_t bits = tiles * block_ * 2;
        auto* next = static_cast<float*>(
            memory.reserve((q + values + scores + k + v + lines + bias + bits) * sizeof(float)));
        const auto take = [&next](std::size_t count) {
            float* const result = next;
            next += count;
            return result;
        };
        seen_ = reinterpret_cast<std::uint64_t*>(take(bits));
        float* const q_memory = take(q);
        float* const value_memory = take(values);
        for (std::size_t n = 0; n < tiles; ++n) {
            q_of_tile_[n] = q_memory + n * most_lanes_of_tile * rounded_up(d, 4);
            values_of_tile_[n] = value_memory + n * most_lanes_of_tile * rounded_up(dv, 16);
        }
        scores_ = take(scores);
        key_memory_ = take(k);
        value_memory_ = take(v);
        lines_ = take(lines);
        bias_ = take(bias);
    }

    /// Queries turned into lanes, an empty state, and what each of them sees.
    void prepare(tile_state& state, std::size_t n) {
        const std::size_t dv = output_.columns();
        queries_.place(state);
        queries_.turn(state, q_, lines_, q_of_tile_[n]);
        state.with_keys = 0;
        for (std::size_t l = 0; l < state.lanes; ++l) {
            state.maximum[l] = options_.power ? 0.0f : -std::numeric_limits<float>::infinity();
            state.sum[l] = 0;
        }
        std::memset(values_of_tile_[n], 0, state.lanes * dv * sizeof(float));
        attention_tile& t = state.tile;
        t = attention_tile{};
        t.d = q_.columns();
        t.dv = dv;
        t.q = q_of_tile_[n];
        t.scale = scale_;
        queries_.set_changes(state, t);
        t.scores = scores_;
        t.maximum = state.maximum;
        t.sum = state.sum;
        t.rescale = state.rescale;
        t.values = values_of_tile_[n];
    }

    /// A block of keys, of which a tile sees some.
    void attend(tile_state& state, const rows_in_memory& k, const rows_in_memory& v) {
        attention_tile& t = state.tile;
        state.with_keys |= state.sees;
        t.k = k.data;
        t.k_line = k.line;
        t.k_step = k.step;
        t.v = v.data;
        t.v_step = v.line;
        // A step goes through a line of each key, or value, of a group.
        const auto lines = static_cast<std::ptrdiff_t>((level_ == isa::avx512 ? 8 : 4) *
                                                       (state.registers == 1 ? 2 : 1) * sizeof(float));
        t.keys_ahead.step = t.keys_ahead.step == 0 ? 0 : lines;
        t.values_ahead.step = t.values_ahead.step == 0 ? 0 : lines;
        const auto function = state.registers == 3   ? HALFULP_SIMD_SELECT(level_, attend_block<3>)
                              : state.registers == 2 ? HALFULP_SIMD_SELECT(level_, attend_block<2>)
                                                     : HALFULP_SIMD_SELECT(level_, attend_block<1>);
        function(t);
    }

    /// What lies behind `count` rows, if they lie without gaps; the step is 0 if not.
    static memory_ahead behind(const rows_in_memory& rows, std::size_t columns, std::size_t count) noexcept {
        const bool has_gaps = static_cast<std::size_t>(rows.line == 1 ? rows.step : rows.line) !=
                              (rows.line == 1 ? keys_of_panel : columns);
        return {reinterpret_cast<const char*>(rows.data) + (has_gaps ? 0 : count * columns * sizeof(float)),
                has_gaps ? 0 : 1};
    }

    /// The results of a tile, row by row.
    template <class Statistics>
    void finish(tile_state& state, const Statistics& statistics) {
        const std::size_t dv = output_.columns();
        const attention_tile& t = state.tile;
        constexpr bool can_divide = std::same_as<Output, float> || rounds_from_odd<Output>();
        if (options_.power_epsilon != 0)
            for (std::size_t l = 0; l < state.rows; ++l)
                state.sum[l] =
                    sum_with_epsilon(options_, queries_.rules_of(state.first_row + l), state.ranges[l],
                                     queries_.query_of(state.first_row + l), state.maximum[l], state.sum[l]);
        const bool is_divided = can_divide && divide(state);
        const std::size_t line = whole_blocks(dv);
        // Lanes turned into rows; of the columns that are not there, anything.
        HALFULP_SIMD_SELECT(level_, transpose<float>)
        (t.values, static_cast<std::ptrdiff_t>(state.lanes), lines_, static_cast<std::ptrdiff_t>(line),
         rounded_up(dv, 4), state.lanes);
        for (std::size_t l = 0; l < state.rows; ++l) {
            const auto row = output_(b_, queries_.head_of(state.first_row + l))
                                 .row(queries_.query_of(state.first_row + l));
            const bool has_keys =
                (state.with_keys >> l & 1) != 0 && state.ranges[l].first < state.ranges[l].last;
            write_attention_row(level_, lines_ + l * line, state.sum[l], has_keys, is_divided, row);
            statistics.set(
                b_, queries_.head_of(state.first_row + l), queries_.query_of(state.first_row + l),
                attention_sums<float>{has_keys ? state.maximum[l] : 0.0f, has_keys ? state.sum[l] : 0.0f});
        }
    }

    /// Values to quotients, unless one is too small to be rounded twice.
    bool divide(const tile_state& state) const noexcept {
        constexpr bool to_odd = !std::same_as<Output, float>;
        const auto function = state.registers == 3   ? HALFULP_SIMD_SELECT(level_, divide_values<3, to_odd>)
                              : state.registers == 2 ? HALFULP_SIMD_SELECT(level_, divide_values<2, to_odd>)
                                                     : HALFULP_SIMD_SELECT(level_, divide_values<1, to_odd>);
        return function(state.tile);
    }

    isa level_;
    heads_view<const Q> q_;
    heads_view<Output> output_;
    std::size_t b_;
    query_rows<Q> queries_;
    key_rows keys_;
    value_rows values_;
    const attention_options& options_;
    float scale_;
    std::size_t block_;
    tile_state tiles_[most_tiles];
    float* q_of_tile_[most_tiles] = {};
    float* values_of_tile_[most_tiles] = {};
    float *scores_ = nullptr, *key_memory_ = nullptr, *value_memory_ = nullptr, *lines_ = nullptr,
          *bias_ = nullptr;
    std::uint64_t* seen_ = nullptr;
};

}  // namespace simd

namespace detail {

/// Arithmetics whose scores, weights and values are computed in float.
template <class Arithmetic>
inline constexpr bool is_native_attention = false;
template <>
inline constexpr bool is_native_attention<arithmetic::native<float>> = true;
template <class Score, class Weight>
inline constexpr bool is_native_attention<
    attention_arithmetic<arithmetic::native<float>, arithmetic::native<float>, Score, Weight>> =
    (std::is_void_v<Score> || std::same_as<Score, float>)&&(std::is_void_v<Weight> ||
                                                            std::same_as<Weight, float>);

/// Whether positions and keys are numbers of 32 bits, with their differences.
template <class Keys>
bool has_short_positions(const attention_options& options, std::size_t queries, const Keys& k) noexcept {
    constexpr std::size_t most = std::size_t{1} << 30;
    const std::ptrdiff_t offset = options.causal_offset.value_or(0);
    return queries < most && k.rows() < most && offset < static_cast<std::ptrdiff_t>(most) &&
           offset > -static_cast<std::ptrdiff_t>(most);
}

template <class Q, class Keys, class Values, class Output, class Arithmetic, class Statistics>
bool attention_fast(const heads_view<const Q>& q, const Keys& k, const Values& v,
                    const heads_view<Output>& output, const Arithmetic&, const attention_options& options,
                    const Statistics& statistics, int) requires(is_native_attention<Arithmetic>) {
    const simd::isa level = simd::level_for(options.execution);
    if (level == simd::isa::plain || !has_short_positions(options, q.rows(), k))
        return false;
    if (q.batch() == 0 || q.heads() == 0 || q.rows() == 0 || output.columns() == 0)
        return true;
    const arithmetic::elementary<float, arithmetic::native<float>> step(arithmetic::native<float>{});
    const float scale = scale_in<float>(step, options, q.columns());
    const std::size_t heads = q.batch() * k.heads();
    const double work = static_cast<double>(q.batch() * q.heads()) * static_cast<double>(q.rows()) *
                        static_cast<double>(k.rows()) * static_cast<double>(q.columns() + v.columns());
    // With few queries to a head of keys most lanes of a tile would be idle.
    if (q.heads() / k.heads() * q.rows() <= simd::most_rows_with_keys_as_lanes(level)) {
        simd::for_items(options.execution, heads, work, [&](std::size_t head) {
            const simd::default_floating_point_environment guard;
            simd::attention_few<Q, Keys, Values, Output>(level, q, k, v, output, options, scale,
                                                         head / k.heads(), head % k.heads())
                .run(statistics);
        });
        return true;
    }
    using group = simd::attention_group<Q, Keys, Values, Output>;
    const auto group_at = [&](std::size_t b, std::size_t h) {
        return group(level, q, k, v, output, options, scale, b, h);
    };
    const group any = group_at(0, 0);
    const std::size_t parts = (any.rows() + any.rows_at_once() - 1) / any.rows_at_once();
    simd::for_items(options.execution, heads * parts, work, [&](std::size_t item) {
        const simd::default_floating_point_environment guard;
        // The last rows see most where they see less than all: they come first.
        const std::size_t part = parts - 1 - item / heads;
        const std::size_t head = item % heads;
        group own = group_at(head / k.heads(), head % k.heads());
        const std::size_t first = part * own.rows_at_once();
        const std::size_t left = own.rows() - first;
        own.run(first, left < own.rows_at_once() ? left : own.rows_at_once(), statistics);
    });
    return true;
}

}  // namespace detail
}  // namespace v0
}  // namespace halfulp

#endif

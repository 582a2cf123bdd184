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

#include <halfulp/simd/attention_reading.hpp>
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
    static constexpr std::size_t most_tiles = 4;  // that take a block of keys in turn
    static constexpr std::size_t most_lanes = 3 * 16;

  public:
    attention_group(isa level, const heads_view<const Q>& q, const Keys& k, const Values& v,
                    const heads_view<Output>& output, const attention_options& options, float scale,
                    std::size_t b, std::size_t key_head)
        : level_(level),
          lanes_(level == isa::avx512 ? 16 : 8),
          q_(q),
          output_(output),
          b_(b),
          group_(q.heads() / k.heads()),
          first_head_(key_head * group_),
          keys_(k(b, key_head)),
          values_(v(b, key_head)),
          options_(options),
          scale_(scale),
          block_(options.key_block.value_or(128)) {
        rules_ = halfulp::detail::rules_of_head(options, q.rows(), k.rows(), b, first_head_);
        if (block_ > rules_.keys)
            block_ = rules_.keys == 0 ? 1 : rounded_up(rules_.keys, 16);
    }

    /// Queries, those of one position in all heads of the group one after the other.
    std::size_t rows() const noexcept { return group_ * q_.rows(); }
    /// Rows that are done together.
    std::size_t rows_at_once() const noexcept { return most_tiles * 3 * lanes_; }

    /// The output of rows first … first + count − 1, at most rows_at_once().
    /// @throws std::bad_alloc before anything is written
    template <class Statistics>
    void run(std::size_t first, std::size_t count, const Statistics& statistics) {
        const std::size_t d = q_.columns(), dv = output_.columns();
        std::size_t tiles = 0;
        for (std::size_t done = 0; done < count; ++tiles) {
            tile_state& tile = tiles_[tiles];
            tile.first_row = first + done;
            tile.registers = count - done > 2 * lanes_ ? 3 : count - done > lanes_ ? 2 : 1;
            tile.lanes = tile.registers * lanes_;
            tile.rows = tile.lanes < count - done ? tile.lanes : count - done;
            done += tile.rows;
        }
        reserve(tiles, d, dv);
        key_range all{rules_.keys, 0};
        for (std::size_t n = 0; n < tiles; ++n) {
            prepare(tiles_[n]);
            all.first = tiles_[n].keys.first < all.first ? tiles_[n].keys.first : all.first;
            all.last = tiles_[n].keys.last > all.last ? tiles_[n].keys.last : all.last;
        }
        for (std::size_t block_begin = all.first / block_ * block_; block_begin < all.last;
             block_begin += block_) {
            const std::size_t begin = block_begin < all.first ? all.first - block_begin : 0;
            const std::size_t end = all.last - block_begin < block_ ? all.last - block_begin : block_;
            // Rows before the first that is seen are not read.
            const rows_in_memory k =
                read_rows<true>(level_, keys_, block_begin + begin, end - begin, key_memory_);
            const rows_in_memory v =
                read_rows<false>(level_, values_, block_begin + begin, end - begin, value_memory_);
            for (std::size_t n = 0; n < tiles; ++n)
                attend(tiles_[n], block_begin, begin, k, v);
        }
        for (std::size_t n = 0; n < tiles; ++n)
            finish(tiles_[n], statistics);
    }

  private:
    using key_range = halfulp::detail::key_range;

    /// One tile of queries and what is known of them so far.
    struct tile_state {
        std::size_t first_row = 0, rows = 0, lanes = 0;
        std::size_t registers = 0;
        key_range keys{};    // that one of its queries sees
        key_range common{};  // that all of them see, by their ranges
        key_range ranges[most_lanes];
        std::uint64_t with_keys = 0;  // lanes that have seen one
        attention_tile tile{};
        alignas(64) float maximum[most_lanes], sum[most_lanes], rescale[most_lanes], slopes[most_lanes];
        alignas(64) std::int32_t positions[most_lanes];
    };

    std::size_t query_of(std::size_t row) const noexcept { return row / group_; }
    std::size_t head_of(std::size_t row) const noexcept { return first_head_ + row % group_; }

    halfulp::detail::attention_rules rules_of(std::size_t row) const noexcept {
        return halfulp::detail::rules_of_head(options_, q_.rows(), keys_.rows(), b_, head_of(row));
    }

    void reserve(std::size_t tiles, std::size_t d, std::size_t dv) {
        thread_local workspace memory;
        const std::size_t row = tiles * most_lanes;
        const std::size_t q = row * rounded_up(d, 4), values = row * rounded_up(dv, 16);
        const std::size_t scores = rounded_up(block_ * most_lanes, 16);
        const std::size_t k = memory_of_rows(block_, d), v = memory_of_rows(block_, dv);
        const std::size_t lines = most_lanes * whole_blocks(d > dv ? d : dv);
        const std::size_t bias = rules_.has_bias ? scores : 0;
        const std::size_t bits = block_ * 2;
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
            q_of_tile_[n] = q_memory + n * most_lanes * rounded_up(d, 4);
            values_of_tile_[n] = value_memory + n * most_lanes * rounded_up(dv, 16);
        }
        scores_ = take(scores);
        key_memory_ = take(k);
        value_memory_ = take(v);
        lines_ = take(lines);
        bias_ = take(bias);
    }

    /// Queries turned into lanes, an empty state, and what each of them sees.
    void prepare(tile_state& state) {
        const std::size_t d = q_.columns(), dv = output_.columns();
        const std::size_t n = static_cast<std::size_t>(&state - tiles_);
        const std::size_t line = whole_blocks(d);
        state.keys = {rules_.keys, 0};
        state.common = {0, rules_.keys};
        state.with_keys = 0;
        for (std::size_t l = 0; l < state.lanes; ++l) {
            float* const to = lines_ + l * line;
            state.maximum[l] = options_.power ? 0.0f : -std::numeric_limits<float>::infinity();
            state.sum[l] = 0;
            state.slopes[l] = 0;
            state.positions[l] = 0;
            state.ranges[l] = {0, 0};
            if (l >= state.rows) {
                std::memset(to, 0, line * sizeof(float));
                continue;
            }
            const std::size_t i = query_of(state.first_row + l), h = head_of(state.first_row + l);
            const key_range range = rules_.range(i);
            state.ranges[l] = range;
            if (range.first < range.last) {
                state.keys.first = range.first < state.keys.first ? range.first : state.keys.first;
                state.keys.last = range.last > state.keys.last ? range.last : state.keys.last;
            }
            state.common.first = range.first > state.common.first ? range.first : state.common.first;
            state.common.last = range.last < state.common.last ? range.last : state.common.last;
            if (rules_.slope) {
                state.slopes[l] = -options_.alibi_slopes[h];
                state.positions[l] =
                    static_cast<std::int32_t>(static_cast<std::ptrdiff_t>(i) + rules_.offset);
            }
            const vector_view<const Q> query = q_(b_, h).row(i);
            copy_words(to, read_line<float, Q>(level_, query, 0, d, to), d);
            for (std::size_t c = d; c < rounded_up(d, 4); ++c)
                to[c] = 0;
        }
        if (state.keys.first > state.keys.last)
            state.keys = {0, 0};
        HALFULP_SIMD_SELECT(level_, transpose<float>)
        (lines_, static_cast<std::ptrdiff_t>(line), q_of_tile_[n], static_cast<std::ptrdiff_t>(state.lanes),
         state.lanes, rounded_up(d, 4));
        std::memset(values_of_tile_[n], 0, state.lanes * dv * sizeof(float));

        attention_tile& t = state.tile;
        t = attention_tile{};
        t.d = d;
        t.dv = dv;
        t.q = q_of_tile_[n];
        t.scale = scale_;
        t.power = options_.power.value_or(0);
        t.changes.has_cap = options_.soft_cap.has_value();
        t.changes.soft_cap = t.changes.has_cap ? static_cast<float>(*options_.soft_cap) : 0.0f;
        if (rules_.slope) {
            t.changes.slopes = state.slopes;
            t.changes.positions = state.positions;
        }
        t.seen = seen_;
        t.scores = scores_;
        t.maximum = state.maximum;
        t.sum = state.sum;
        t.rescale = state.rescale;
        t.values = values_of_tile_[n];
    }

    /// A block of keys, which begins with key `block_begin`; its rows in memory begin with row `begin`.
    void attend(tile_state& state, std::size_t block_begin, std::size_t begin, const rows_in_memory& k,
                const rows_in_memory& v) {
        attention_tile& t = state.tile;
        const std::size_t end = block_begin + block_;
        const std::size_t first = state.keys.first > block_begin ? state.keys.first : block_begin;
        const std::size_t last = state.keys.last < end ? state.keys.last : end;
        if (first >= last)
            return;
        t.first = first - block_begin;
        t.last = last - block_begin;
        const std::size_t all_first = state.common.first > first ? state.common.first : first;
        const std::size_t all_last = state.common.last < last ? state.common.last : last;
        const bool has_holes = rules_.has_holes();
        if (all_first < all_last && !has_holes) {
            t.all_first = all_first - block_begin;
            t.all_last = all_last - block_begin;
            state.with_keys = ~std::uint64_t{0};
        } else {
            t.all_first = t.all_last = t.last;
        }
        t.k = k.data - static_cast<std::ptrdiff_t>(begin) * k.line;
        t.k_line = k.line;
        t.k_step = k.step;
        t.v = v.data - static_cast<std::ptrdiff_t>(begin) * v.line;
        t.v_step = v.line;
        t.changes.first_key = static_cast<std::int32_t>(block_begin);
        if (t.first < t.all_first || t.all_last < t.last)
            see(state, block_begin);
        if (rules_.has_bias)
            copy_bias(state, block_begin);
        // The first tile of a block fetches the next one, where rows lie without gaps.
        t.keys_ahead = t.values_ahead = {};
        if (&state == tiles_) {
            t.keys_ahead = behind(k, t.d, t.last - t.first, lines_of_tile(state.registers));
            t.values_ahead = behind(v, t.dv, t.last - t.first, lines_of_tile(state.registers));
        }
        const auto function = state.registers == 3   ? HALFULP_SIMD_SELECT(level_, attend_block<3>)
                              : state.registers == 2 ? HALFULP_SIMD_SELECT(level_, attend_block<2>)
                                                     : HALFULP_SIMD_SELECT(level_, attend_block<1>);
        function(t);
    }

    /// Lines that a tile of so many registers multiplies at once.
    std::size_t lines_of_tile(std::size_t registers) const noexcept {
        return (level_ == isa::avx512 ? 8 : 4) * (registers == 1 ? 2 : 1);
    }
    /// What lies behind `count` rows, for the steps that go through them in groups of `lines`.
    static memory_ahead behind(const rows_in_memory& rows, std::size_t columns, std::size_t count,
                               std::size_t lines) noexcept {
        const std::size_t bytes = columns * sizeof(float);
        const bool has_gaps = static_cast<std::size_t>(rows.line == 1 ? rows.step : rows.line) !=
                              (rows.line == 1 ? keys_of_panel : columns);
        return {reinterpret_cast<const char*>(rows.data) + (has_gaps ? 0 : count * bytes),
                has_gaps ? 0 : static_cast<std::ptrdiff_t>(lines * sizeof(float))};
    }

    /// The bits of `seen`.
    void see(tile_state& state, std::size_t block_begin) noexcept {
        const attention_tile& t = state.tile;
        for (std::size_t j = t.first; j < t.last; ++j)
            seen_[j] = 0;
        // Where a range begins and ends its bit changes.
        const auto limited = [&](std::size_t key) {
            return key < block_begin + t.first  ? t.first
                   : key > block_begin + t.last ? t.last
                                                : key - block_begin;
        };
        for (std::size_t l = 0; l < state.rows; ++l) {
            const std::uint64_t bit = std::uint64_t{1} << l;
            const std::size_t first = limited(state.ranges[l].first), last = limited(state.ranges[l].last);
            if (first >= last)
                continue;
            seen_[first] ^= bit;
            if (last < t.last)
                seen_[last] ^= bit;
        }
        for (std::size_t j = t.first + 1; j < t.last; ++j)
            seen_[j] ^= seen_[j - 1];
        if (rules_.has_holes())
            for (std::size_t l = 0; l < state.rows; ++l) {
                const std::size_t i = query_of(state.first_row + l);
                const auto rules = rules_of(state.first_row + l);
                const std::size_t first = limited(state.ranges[l].first),
                                  last = limited(state.ranges[l].last);
                const std::uint64_t bit = std::uint64_t{1} << l;
                for (std::size_t j = first; j < last; ++j)
                    if (!rules.sees(i, block_begin + j))
                        seen_[j] &= ~bit;
            }
        for (std::size_t j = t.first; j < t.last; ++j)
            state.with_keys |= seen_[j];
    }

    void copy_bias(tile_state& state, std::size_t block_begin) noexcept {
        attention_tile& t = state.tile;
        std::memset(bias_ + t.first * state.lanes, 0, (t.last - t.first) * state.lanes * sizeof(float));
        for (std::size_t l = 0; l < state.rows; ++l) {
            const matrix_view<const float> bias = options_.bias(b_, head_of(state.first_row + l));
            const std::size_t i = query_of(state.first_row + l);
            const key_range range = state.ranges[l];
            for (std::size_t j = t.first; j < t.last; ++j)
                if (block_begin + j >= range.first && block_begin + j < range.last)
                    bias_[j * state.lanes + l] = bias(i, block_begin + j);
        }
        t.changes.bias = bias_;
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
                    sum_with_epsilon(options_, rules_of(state.first_row + l), state.ranges[l],
                                     query_of(state.first_row + l), state.maximum[l], state.sum[l]);
        const bool is_divided = can_divide && divide(state);
        const std::size_t line = whole_blocks(dv);
        // Lanes turned into rows; of the columns that are not there, anything.
        HALFULP_SIMD_SELECT(level_, transpose<float>)
        (t.values, static_cast<std::ptrdiff_t>(state.lanes), lines_, static_cast<std::ptrdiff_t>(line),
         rounded_up(dv, 4), state.lanes);
        for (std::size_t l = 0; l < state.rows; ++l) {
            const auto row = output_(b_, head_of(state.first_row + l)).row(query_of(state.first_row + l));
            const bool has_keys =
                (state.with_keys >> l & 1) != 0 && state.ranges[l].first < state.ranges[l].last;
            write_attention_row(level_, lines_ + l * line, state.sum[l], has_keys, is_divided, row);
            statistics.set(
                b_, head_of(state.first_row + l), query_of(state.first_row + l),
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
    std::size_t lanes_;
    heads_view<const Q> q_;
    heads_view<Output> output_;
    std::size_t b_, group_, first_head_;
    key_rows keys_;
    value_rows values_;
    const attention_options& options_;
    halfulp::detail::attention_rules rules_{};
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

// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// Queries that share their keys as tiles: which of them see which keys of a block, and what is added to their scores.

#include <halfulp/simd/attention_reading.hpp>

#if HALFULP_HAS_SIMD

namespace halfulp {
inline namespace v0 {
namespace simd {

/// The most lanes of a tile.
inline constexpr std::size_t most_lanes_of_tile = 3 * 16;

/// One tile of queries and what it may see.
struct query_tile {
    using key_range = halfulp::detail::key_range;

    std::size_t first_row = 0, rows = 0;
    std::size_t lanes = 0, registers = 0;
    key_range keys{};    ///< that one of its queries sees, by their ranges
    key_range common{};  ///< that all of them see, by their ranges
    key_range ranges[most_lanes_of_tile];
    alignas(64) float slopes[most_lanes_of_tile];
    alignas(64) std::int32_t positions[most_lanes_of_tile];
};

/// The queries of the heads that share a head of keys, those of one position in all heads one after the other.
template <class Q>
class query_rows {
    using key_range = halfulp::detail::key_range;

  public:
    query_rows(isa level, const heads_view<const Q>& q, const attention_options& options,
               std::size_t key_heads, std::size_t keys, std::size_t b, std::size_t key_head)
        : level_(level),
          q_(q),
          options_(options),
          b_(b),
          group_(q.heads() / key_heads),
          first_head_(key_head * group_),
          keys_(keys),
          rules_(halfulp::detail::rules_of_head(options, q.rows(), keys, b, first_head_)) {}

    std::size_t rows() const noexcept { return group_ * q_.rows(); }
    std::size_t query_of(std::size_t row) const noexcept { return row / group_; }
    std::size_t head_of(std::size_t row) const noexcept { return first_head_ + row % group_; }
    /// Of the first head: those of the others differ in masks, biases, blocks and slopes alone.
    const halfulp::detail::attention_rules& rules() const noexcept { return rules_; }
    halfulp::detail::attention_rules rules_of(std::size_t row) const noexcept {
        return halfulp::detail::rules_of_head(options_, q_.rows(), keys_, b_, head_of(row));
    }
    std::size_t lanes() const noexcept { return level_ == isa::avx512 ? 16 : 8; }

    /// Rows that are worth doing together: whole blocks of queries where there are such, so that tiles see all of a block
    /// of keys or nothing.
    std::size_t rows_at_once(std::size_t tiles) const noexcept {
        const std::size_t most = tiles * 3 * lanes();
        if (!rules_.has_blocks)
            return most;
        const std::size_t block_rows = rules_.block_queries * group_;
        return block_rows <= most ? most / block_rows * block_rows : most;
    }
    /// The tile that begins with row `first`, of rows first … last − 1.
    void cut(query_tile& tile, std::size_t first, std::size_t last) const noexcept {
        std::size_t left = last - first;
        if (rules_.has_blocks) {
            const std::size_t block_rows = rules_.block_queries * group_;
            const std::size_t of_block = block_rows - first % block_rows;
            left = of_block < left ? of_block : left;
        }
        tile.first_row = first;
        tile.registers = left > 2 * lanes() ? 3 : left > lanes() ? 2 : 1;
        tile.lanes = tile.registers * lanes();
        tile.rows = tile.lanes < left ? tile.lanes : left;
    }

    /// Rows of a matrix with a row for each query, turned into lanes: to[c·lanes + l]. `lines` has room for the tile's
    /// lanes in whole blocks of columns, and keeps the rows.
    template <class T>
    void turn(const query_tile& tile, const heads_view<const T>& from, float* lines,
              float* to) const noexcept {
        const std::size_t columns = from.columns(), line = whole_blocks(columns);
        for (std::size_t l = 0; l < tile.lanes; ++l) {
            float* const at = lines + l * line;
            if (l >= tile.rows) {
                std::memset(at, 0, line * sizeof(float));
                continue;
            }
            const vector_view<const T> row =
                from(b_, head_of(tile.first_row + l)).row(query_of(tile.first_row + l));
            copy_words(at, read_line<float, T>(level_, row, 0, columns, at), columns);
            for (std::size_t c = columns; c < rounded_up(columns, 4); ++c)
                at[c] = 0;
        }
        HALFULP_SIMD_SELECT(level_, transpose<float>)
        (lines, static_cast<std::ptrdiff_t>(line), to, static_cast<std::ptrdiff_t>(tile.lanes), tile.lanes,
         rounded_up(columns, 4));
    }

    /// What the queries of a tile see by their ranges, and where they are.
    void place(query_tile& tile) const noexcept {
        tile.keys = {rules_.keys, 0};
        tile.common = {0, rules_.keys};
        for (std::size_t l = 0; l < tile.lanes; ++l) {
            tile.slopes[l] = 0;
            tile.positions[l] = 0;
            tile.ranges[l] = {0, 0};
            if (l >= tile.rows)
                continue;
            const std::size_t i = query_of(tile.first_row + l);
            const key_range range = rules_.range(i);
            tile.ranges[l] = range;
            if (range.first < range.last) {
                tile.keys.first = range.first < tile.keys.first ? range.first : tile.keys.first;
                tile.keys.last = range.last > tile.keys.last ? range.last : tile.keys.last;
            }
            tile.common.first = range.first > tile.common.first ? range.first : tile.common.first;
            tile.common.last = range.last < tile.common.last ? range.last : tile.common.last;
            if (rules_.slope) {
                tile.slopes[l] = -options_.alibi_slopes[head_of(tile.first_row + l)];
                tile.positions[l] = static_cast<std::int32_t>(static_cast<std::ptrdiff_t>(i) + rules_.offset);
            }
        }
        if (tile.keys.first > tile.keys.last)
            tile.keys = {0, 0};
    }

    /// The part of a block of keys that a tile sees: t's first, last, all_first, all_last, seen and changes. Returns the
    /// lanes that see a key; if there is none the rest means nothing.
    /// @param begin, size  the block's first key and their number
    /// @param seen         room for a word a key
    /// @param bias         room for a number a key and lane, where there is a bias
    std::uint64_t enter(const query_tile& tile, attention_tile& t, std::size_t begin, std::size_t size,
                        std::uint64_t* seen, float* bias) const noexcept {
        const std::size_t first = tile.keys.first > begin ? tile.keys.first : begin;
        const std::size_t last = tile.keys.last < begin + size ? tile.keys.last : begin + size;
        if (first >= last)
            return 0;
        const bool has_holes = rules_.has_mask || rules_.has_bias;
        const part of_blocks = rules_.has_blocks ? part_of_blocks(tile, first, last) : part::all;
        if (of_blocks == part::none)
            return 0;
        t.first = first - begin;
        t.last = last - begin;
        t.all_first = t.all_last = t.last;
        t.seen = seen;
        t.changes.first_key = static_cast<std::int32_t>(begin);
        const std::size_t all_first = tile.common.first > first ? tile.common.first : first;
        const std::size_t all_last = tile.common.last < last ? tile.common.last : last;
        std::uint64_t lanes_with_keys = 0;
        if (all_first < all_last && !has_holes && of_blocks == part::all) {
            t.all_first = all_first - begin;
            t.all_last = all_last - begin;
            lanes_with_keys = ~std::uint64_t{0};
        }
        if (t.first < t.all_first || t.all_last < t.last)
            lanes_with_keys |= see(tile, t, begin, seen, has_holes || of_blocks == part::some);
        if (has_holes || of_blocks == part::some)
            narrow_to_holes(tile, t);
        if (rules_.has_bias && lanes_with_keys != 0) {
            copy_bias(tile, t, begin, bias);
            t.changes.bias = bias;
        }
        return lanes_with_keys;
    }

    /// What a tile is told of scores, whatever the block.
    void set_changes(const query_tile& tile, attention_tile& t) const noexcept {
        t.power = options_.power.value_or(0);
        t.changes.has_cap = options_.soft_cap.has_value();
        t.changes.soft_cap = t.changes.has_cap ? static_cast<float>(*options_.soft_cap) : 0.0f;
        if (rules_.slope) {
            t.changes.slopes = tile.slopes;
            t.changes.positions = tile.positions;
        }
    }

  private:
    enum class part : unsigned char { none, some, all };

    /// How much of keys first … last − 1 the blocks of options.sparsity show to a tile.
    part part_of_blocks(const query_tile& tile, std::size_t first, std::size_t last) const noexcept {
        bool any = false, all = true;
        const std::size_t last_row = tile.first_row + tile.rows - 1;
        const std::size_t heads = tile.rows < group_ ? tile.rows : group_;
        for (std::size_t row = tile.first_row; row < tile.first_row + heads; ++row) {
            const matrix_view<const bool> blocks = options_.sparsity.blocks(b_, head_of(row));
            for (std::size_t i = query_of(row) / rules_.block_queries;
                 i <= query_of(last_row) / rules_.block_queries; ++i)
                for (std::size_t k = first / rules_.block_keys; k <= (last - 1) / rules_.block_keys; ++k)
                    (blocks(i, k) ? any : all) = blocks(i, k);
        }
        return !any ? part::none : all ? part::all : part::some;
    }

    /// The bits of keys t.first … t.last − 1; returns those of all of them together.
    std::uint64_t see(const query_tile& tile, const attention_tile& t, std::size_t begin, std::uint64_t* seen,
                      bool has_holes) const noexcept {
        for (std::size_t j = t.first; j < t.last; ++j)
            seen[j] = 0;
        // Where a range begins and ends its bit changes.
        const auto limited = [&](std::size_t key) {
            return key < begin + t.first ? t.first : key > begin + t.last ? t.last : key - begin;
        };
        for (std::size_t l = 0; l < tile.rows; ++l) {
            const std::uint64_t bit = std::uint64_t{1} << l;
            const std::size_t first = limited(tile.ranges[l].first), last = limited(tile.ranges[l].last);
            if (first >= last)
                continue;
            seen[first] ^= bit;
            if (last < t.last)
                seen[last] ^= bit;
        }
        for (std::size_t j = t.first + 1; j < t.last; ++j)
            seen[j] ^= seen[j - 1];
        if (has_holes)
            for (std::size_t word = t.first / 64 * 64; word < t.last; word += 64) {
                std::uint64_t bits[64] = {};  // of lanes, a bit a key; and turned, of keys
                for (std::size_t l = 0; l < tile.rows; ++l) {
                    const auto rules = rules_of(tile.first_row + l);
                    const std::size_t low = limited(tile.ranges[l].first),
                                      high = limited(tile.ranges[l].last);
                    const std::size_t from = low > word ? low : word,
                                      to = high < word + 64 ? high : word + 64;
                    if (from < to)
                        bits[l] = seen_bits(rules, query_of(tile.first_row + l), begin + from, to - from)
                                  << (from - word);
                }
                turn_bits(bits);
                for (std::size_t j = word < t.first ? t.first : word; j < t.last && j < word + 64; ++j)
                    seen[j] &= bits[j - word];
            }
        std::uint64_t any = 0;
        for (std::size_t j = t.first; j < t.last; ++j)
            any |= seen[j];
        return any;
    }

    /// Keys that all see, from the first on, need no bits.
    static void narrow_to_holes(const query_tile& tile, attention_tile& t) noexcept {
        const std::uint64_t all = (std::uint64_t{1} << tile.rows) - 1;
        std::size_t j = t.first;
        while (j < t.last && (t.seen[j] & all) == all)
            ++j;
        t.all_first = t.first;
        t.all_last = j;
    }

    /// Bit n: whether query i sees key first + n, for at most 64 keys.
    static std::uint64_t seen_bits(const halfulp::detail::attention_rules& rules, std::size_t i,
                                   std::size_t first, std::size_t count) noexcept {
        std::uint64_t bits = count == 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << count) - 1;
        if (rules.has_mask)
            bits &= true_bits(rules.mask.row(i), first, count);
        if (rules.has_bias) {
            const vector_view<const float> bias = rules.bias.row(i);
            constexpr float hidden = -std::numeric_limits<float>::infinity();
            std::uint64_t finite = 0;
            for (std::size_t n = 0; n < count; ++n)
                finite |= static_cast<std::uint64_t>(bias[first + n] != hidden) << n;
            bits &= finite;
        }
        if (rules.has_blocks)
            for (std::size_t n = 0; n < count; ++n)
                if (!rules.blocks(i / rules.block_queries, (first + n) / rules.block_keys))
                    bits &= ~(std::uint64_t{1} << n);
        return bits;
    }
    /// Bit n: element first + n, for at most 64.
    static std::uint64_t true_bits(const vector_view<const bool>& row, std::size_t first,
                                   std::size_t count) noexcept {
        std::uint64_t bits = 0;
        std::size_t n = 0;
        if (row.stride() == 1)
            for (; n + 8 <= count; n += 8) {
                // Eight bytes of 0 or 1: the product has them, in order, in its highest byte.
                std::uint64_t bytes;
                std::memcpy(&bytes, row.data() + first + n, 8);
                bits |= (bytes * 0x0102040810204080u >> 56) << n;
            }
        for (; n < count; ++n)
            bits |= static_cast<std::uint64_t>(row[first + n]) << n;
        return bits;
    }
    /// Bit j of word i becomes bit i of word j: squares of 32 × 32 bits off the diagonal change places, then of 16 × 16 …
    static void turn_bits(std::uint64_t (&words)[64]) noexcept {
        std::uint64_t mask = 0x00000000ffffffffu;
        for (unsigned width = 32; width != 0; width /= 2, mask ^= mask << width)
            for (unsigned i = 0; i < 64; i = (i + width + 1) & ~width) {
                const std::uint64_t change = (words[i] >> width ^ words[i + width]) & mask;
                words[i] ^= change << width;
                words[i + width] ^= change;
            }
    }

    void copy_bias(const query_tile& tile, const attention_tile& t, std::size_t begin,
                   float* to) const noexcept {
        const std::size_t first = t.first / 4 * 4, count = rounded_up(t.last - first, 4);
        const matrix_view<const float> bias = options_.bias(b_, head_of(tile.first_row));
        if (group_ == 1 && tile.rows == tile.lanes && bias.column_stride() == 1 &&
            begin + first + count <= bias.columns()) {
            // What no query sees is hidden, whatever it is.
            HALFULP_SIMD_SELECT(level_, transpose<float>)
            (&bias(query_of(tile.first_row), begin + first), bias.row_stride(), to + first * tile.lanes,
             static_cast<std::ptrdiff_t>(tile.lanes), tile.lanes, count);
            return;
        }
        std::memset(to + t.first * tile.lanes, 0, (t.last - t.first) * tile.lanes * sizeof(float));
        for (std::size_t l = 0; l < tile.rows; ++l) {
            const matrix_view<const float> own = options_.bias(b_, head_of(tile.first_row + l));
            const std::size_t i = query_of(tile.first_row + l);
            const key_range range = tile.ranges[l];
            for (std::size_t j = t.first; j < t.last; ++j)
                if (begin + j >= range.first && begin + j < range.last)
                    to[j * tile.lanes + l] = own(i, begin + j);
        }
    }

    isa level_;
    heads_view<const Q> q_;
    const attention_options& options_;
    std::size_t b_, group_, first_head_, keys_;
    halfulp::detail::attention_rules rules_;
};

}  // namespace simd
}  // namespace v0
}  // namespace halfulp

#endif

// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// Queries one by one, with keys as lanes: what each is so far, and which keys of a block it sees.

#include <halfulp/simd/attention_reading.hpp>

#if HALFULP_HAS_SIMD

namespace halfulp {
inline namespace v0 {
namespace simd {

/// A query and its m, z and a so far.
struct query_state {
    std::size_t query = 0, head = 0;
    halfulp::detail::key_range range{};
    bool has_keys = false;
    float maximum = 0;
    float sum = 0, rescale = 1;
    float slope = 0;
    std::int32_t position = 0;
};

/// Room for what one row is told of a block of so many keys, rounded up to whole panels.
struct row_memory {
    float* scores = nullptr;        ///< keys
    float* bias = nullptr;          ///< keys, where there is a bias
    std::uint64_t* seen = nullptr;  ///< keys / 64
};

/// The queries of the heads that share a head of keys: row r is query r / group of head r mod group.
class query_states {
    using key_range = halfulp::detail::key_range;

  public:
    query_states(const attention_options& options, std::size_t heads, std::size_t queries,
                 std::size_t key_heads, std::size_t keys, std::size_t b, std::size_t key_head)
        : options_(options),
          b_(b),
          queries_(queries),
          keys_(keys),
          group_(heads / key_heads),
          first_head_(key_head * group_),
          rules_(halfulp::detail::rules_of_head(options, queries, keys, b, first_head_)) {}

    std::size_t rows() const noexcept { return group_ * queries_; }
    const halfulp::detail::attention_rules& rules() const noexcept { return rules_; }
    halfulp::detail::attention_rules rules_of(const query_state& row) const noexcept {
        return halfulp::detail::rules_of_head(options_, queries_, keys_, b_, row.head);
    }

    /// Row r, which has seen nothing yet; `all` grows by what it may see.
    void place(query_state& row, std::size_t r, key_range& all) const noexcept {
        row = query_state{};
        row.maximum = options_.power ? 0.0f : -std::numeric_limits<float>::infinity();
        row.query = r / group_;
        row.head = first_head_ + r % group_;
        row.range = rules_.range(row.query);
        if (row.range.first < row.range.last) {
            all.first = row.range.first < all.first ? row.range.first : all.first;
            all.last = row.range.last > all.last ? row.range.last : all.last;
        }
    }

    /// A row's part of keys first … last − 1 of the block that begins with key `begin`, but for its q and values. Returns
    /// whether it sees one of them.
    bool enter(attention_row& t, query_state& row, std::size_t begin, std::size_t first, std::size_t last,
               const row_memory& memory) const noexcept {
        t.first = row.range.first > begin + first ? row.range.first - begin : first;
        t.last = row.range.last < begin + last ? row.range.last - begin : last;
        if (row.range.last <= begin || t.first >= t.last || !see(t, memory.seen, row, begin))
            return false;
        row.has_keys = true;
        t.scores = memory.scores;
        t.maximum = &row.maximum;
        t.sum = &row.sum;
        t.rescale = &row.rescale;
        t.power = options_.power.value_or(0);
        t.changes = {};
        t.changes.has_cap = options_.soft_cap.has_value();
        t.changes.soft_cap = t.changes.has_cap ? static_cast<float>(*options_.soft_cap) : 0.0f;
        t.changes.first_key = static_cast<std::int32_t>(begin);
        if (rules_.slope) {
            row.slope = -options_.alibi_slopes[row.head];
            row.position = static_cast<std::int32_t>(static_cast<std::ptrdiff_t>(row.query) + rules_.offset);
            t.changes.slopes = &row.slope;
            t.changes.positions = &row.position;
        }
        if (rules_.has_bias)
            copy_bias(t, memory.bias, row, begin);
        return true;
    }

    /// The sums of a row that has seen all its keys, with ε.
    attention_sums<float> sums_of(query_state& row) const noexcept {
        if (!row.has_keys)
            return {0.0f, 0.0f};
        if (options_.power_epsilon != 0)
            row.sum = sum_with_epsilon(options_, rules_of(row), row.range, row.query, row.maximum, row.sum);
        return {row.maximum, row.sum};
    }

  private:
    /// The bits of keys that a row sees, unless it sees whole registers. Returns whether there is one.
    bool see(attention_row& t, std::uint64_t* seen, const query_state& row,
             std::size_t begin) const noexcept {
        t.seen = nullptr;
        t.has_holes = rules_.has_holes();
        if (t.first % 16 == 0 && t.last % 16 == 0 && !t.has_holes)
            return true;
        t.seen = seen;
        const std::size_t end = rounded_up(t.last, 64);
        for (std::size_t word = t.first / 64; word < end / 64; ++word) {
            // Bits first … last − 1 of those of this word.
            const std::size_t low = t.first > 64 * word ? t.first - 64 * word : 0;
            const std::size_t high = t.last < 64 * word + 64 ? t.last - 64 * word : 64;
            seen[word] = (high == 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << high) - 1) &
                         (~std::uint64_t{0} << low);
        }
        if (!t.has_holes)
            return true;
        const auto rules = rules_of(row);
        bool any = false;
        for (std::size_t j = t.first; j < t.last; ++j)
            if (rules.sees(row.query, begin + j))
                any = true;
            else
                seen[j / 64] &= ~(std::uint64_t{1} << (j % 64));
        return any;
    }

    void copy_bias(attention_row& t, float* to, const query_state& row, std::size_t begin) const noexcept {
        const matrix_view<const float> bias = options_.bias(b_, row.head);
        const std::size_t end = rounded_up(t.last, 16);
        for (std::size_t j = t.first / 16 * 16; j < end; ++j)
            to[j] = j >= t.first && j < t.last ? bias(row.query, begin + j) : 0.0f;
        t.changes.bias = to;
    }

    const attention_options& options_;
    std::size_t b_, queries_, keys_, group_, first_head_;
    halfulp::detail::attention_rules rules_;
};

}  // namespace simd
}  // namespace v0
}  // namespace halfulp

#endif

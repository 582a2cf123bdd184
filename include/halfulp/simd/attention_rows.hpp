// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// Attention of a few queries, as in decoding, where both arithmetics are native<float>: the lanes are keys, for which
/// columns of keys have to lie together, as in key_value_cache, or are turned first; and then columns of values. What
/// bounds it is reading keys and values once.

#include <halfulp/simd/attention_query_states.hpp>

#if HALFULP_HAS_SIMD

namespace halfulp {
inline namespace v0 {
namespace simd {

/// What the elements of a type are to the loaders: themselves, codes of eight bits, or nothing (void).
template <class T>
using loaded_type =
    std::conditional_t<std::same_as<T, float> || std::same_as<T, bfloat16> || std::same_as<T, float16>, T,
                       std::conditional_t<has_byte_table<T>(), coded_byte, void>>;
template <class T>
inline constexpr bool is_decoded_on_the_way = !std::is_void_v<loaded_type<T>>;

/// Whether this machine has the instructions for it.
template <class T>
bool can_load(isa level) {
    return !std::same_as<loaded_type<T>, coded_byte> || level != isa::avx512 || available_extensions().vbmi;
}

static_assert(keys_of_panel == key_panels<float>::panel_rows, "panels of keys are read as they are stored");

/// Attention of all queries of a group of heads, few of them, to the keys and values that they share.
template <class Q, class Keys, class Values, class Output>
class attention_few {
    using key_rows = decltype(std::declval<const Keys&>()(0, 0));
    using value_rows = decltype(std::declval<const Values&>()(0, 0));
    using K = typename Keys::value_type;
    using V = typename Values::value_type;
    using key_range = halfulp::detail::key_range;
    static constexpr bool has_panels = halfulp::detail::is_key_panels<std::remove_cvref_t<Keys>>;

  public:
    attention_few(isa level, const heads_view<const Q>& q, const Keys& k, const Values& v,
                  const heads_view<Output>& output, const attention_options& options, float scale,
                  std::size_t b, std::size_t key_head)
        : level_(level),
          q_(q),
          output_(output),
          b_(b),
          queries_(options, q.heads(), q.rows(), k.heads(), k.rows(), b, key_head),
          keys_(k(b, key_head)),
          values_(v(b, key_head)),
          scale_(scale),
          block_(options.key_block.value_or(128)) {
        const std::size_t keys = queries_.rules().keys;
        if (block_ > keys)
            block_ = keys == 0 ? 1 : rounded_up(keys, keys_of_panel);
    }

    /// @throws std::bad_alloc before anything is written
    template <class Statistics>
    void run(const Statistics& statistics) {
        const std::size_t rows = queries_.rows(), d = q_.columns(), dv = output_.columns();
        reserve(rows);
        key_range all{queries_.rules().keys, 0};
        for (std::size_t r = 0; r < rows; ++r) {
            query_state& row = rows_[r];
            queries_.place(row, r, all);
            float* const to = q_memory_ + r * whole_blocks(d);
            copy_words(to, read_line<float, Q>(level_, q_(b_, row.head).row(row.query), 0, d, to), d);
            std::memset(u_memory_ + r * dv_row(), 0, dv_row() * sizeof(float));
        }
        for (std::size_t begin = all.first / block_ * block_; begin < all.last; begin += block_)
            attend(begin, all, rows);
        for (std::size_t r = 0; r < rows; ++r) {
            query_state& row = rows_[r];
            const attention_sums<float> sums = queries_.sums_of(row);
            const auto out = output_(b_, row.head).row(row.query);
            divide_and_write(level_, u_memory_ + r * dv_row(), sums.sum, row.has_keys,
                             vector_view<Output>(out.data(), dv, out.stride()));
            statistics.set(b_, row.head, row.query, sums);
        }
    }

  private:
    std::size_t dv_row() const noexcept { return rounded_up(output_.columns(), 16); }

    void reserve(std::size_t rows) {
        const std::size_t d = q_.columns();
        const std::size_t keys = rounded_up(block_, keys_of_panel);
        const std::size_t state = rounded_up(rows * sizeof(query_state) / sizeof(float) + 1, 16);
        const std::size_t q = rows * whole_blocks(d), u = rows * dv_row();
        const std::size_t k = keys * rounded_up(d, 4) + 2 * simd::block;
        const std::size_t lines = keys_of_panel * whole_blocks(d) + 2 * simd::block;
        const std::size_t v = keys * dv_row() + 2 * simd::block;
        thread_local workspace memory;
        auto* next = static_cast<float*>(memory.reserve(
            (state + q + u + k + lines + v + 3 * most_queries_together * keys) * sizeof(float)));
        const auto take = [&next](std::size_t count) {
            float* const result = next;
            next += count;
            return result;
        };
        rows_ = reinterpret_cast<query_state*>(take(state));
        for (std::size_t r = 0; r < rows; ++r)
            ::new (static_cast<void*>(rows_ + r)) query_state();
        q_memory_ = take(q);
        u_memory_ = take(u);
        key_memory_ = take(k);
        line_memory_ = take(lines);
        value_memory_ = take(v);
        scores_ = take(most_queries_together * keys);
        bias_ = take(most_queries_together * keys);
        seen_ = reinterpret_cast<std::uint64_t*>(take(most_queries_together * keys));
    }

    /// A block of keys for all rows.
    void attend(std::size_t begin, const key_range& all, std::size_t rows) {
        const std::size_t first = all.first > begin ? all.first - begin : 0;
        const std::size_t last = all.last - begin < block_ ? all.last - begin : block_;
        attention_rows t;
        t.d = q_.columns();
        t.dv = dv_row();
        t.scale = scale_;
        // What several groups of rows read is decoded once.
        const bool is_read_once = rows <= queries_together();
        const bool keys_as_stored = take_keys(t, begin, first, last, is_read_once);
        const bool values_as_stored = take_values(t, begin, first, last, is_read_once);
        std::size_t waiting = 0;
        for (std::size_t r = 0; r < rows; ++r) {
            const std::size_t keys = rounded_up(block_, keys_of_panel);
            attention_row& row = t.rows[waiting];
            if (queries_.enter(
                    row, rows_[r], begin, first, last,
                    {scores_ + waiting * keys, bias_ + waiting * keys, seen_ + waiting * (keys / 64)})) {
                row.q = q_memory_ + r * whole_blocks(t.d);
                row.values = u_memory_ + r * t.dv;
                ++waiting;
            }
            if (waiting == queries_together()) {
                call(t, waiting, keys_as_stored, values_as_stored);
                waiting = 0;
            }
        }
        for (std::size_t done = 0; done < waiting;) {
            const std::size_t count = waiting - done >= 2 ? 2 : 1;
            if (done != 0)
                for (std::size_t r = 0; r < count; ++r)
                    t.rows[r] = t.rows[done + r];
            call(t, count, keys_as_stored, values_as_stored);
            done += count;
        }
    }

    /// Queries whose sums fit the registers beside four of keys or values.
    std::size_t queries_together() const noexcept { return level_ == isa::avx512 ? 4 : 2; }

    void call(const attention_rows& t, std::size_t rows, bool keys_as_stored,
              bool values_as_stored) const noexcept {
        using k = std::conditional_t<is_decoded_on_the_way<K>, loaded_type<K>, float>;
        using v = std::conditional_t<is_decoded_on_the_way<V>, loaded_type<V>, float>;
        if (keys_as_stored && values_as_stored)
            call_for<k, v>(t, rows);
        else if (keys_as_stored)
            call_for<k, float>(t, rows);
        else if (values_as_stored)
            call_for<float, v>(t, rows);
        else
            call_for<float, float>(t, rows);
    }
    template <class KL, class VL>
    void call_for(const attention_rows& t, std::size_t rows) const noexcept {
        if (rows == 4)
            simd::avx512::attend_rows<4, KL, VL>(t);
        else if (rows == 2)
            HALFULP_SIMD_SELECT(level_, attend_rows<2, KL, VL>)(t);
        else
            HALFULP_SIMD_SELECT(level_, attend_rows<1, KL, VL>)(t);
    }

    template <class T>
    static const byte_table* table_for() noexcept {
        if constexpr (has_byte_table<T>())
            return &table_of_bytes<T>;
        else
            return nullptr;
    }
    template <class T>
    void decode(const T* from, float* to, std::size_t count) const noexcept {
        using loaded = loaded_type<T>;
        HALFULP_SIMD_SELECT(level_, decode_numbers<loaded>)
        (table_for<T>(), reinterpret_cast<const loaded*>(from), to, count);
    }

    /// The keys of a block: as they are stored, if in panels and read once, or as floats in panels.
    bool take_keys(attention_rows& t, std::size_t begin, std::size_t first, std::size_t last,
                   bool is_read_once) {
        t.k_step = static_cast<std::ptrdiff_t>(keys_of_panel);
        t.k_panel = static_cast<std::ptrdiff_t>(keys_of_panel * t.d);
        t.k_table = table_for<K>();
        if constexpr (has_panels && is_decoded_on_the_way<K>)
            if (begin % keys_of_panel == 0 && can_load<K>(level_)) {
                const K* const from = keys_.data() + begin * t.d;
                if (std::same_as<K, float> || is_read_once) {
                    t.k = from;
                    return true;
                }
                const std::size_t skipped = first / keys_of_panel * keys_of_panel * t.d;
                decode(from + skipped, key_memory_ + skipped,
                       rounded_up(last, keys_of_panel) * t.d - skipped);
                t.k = key_memory_;
                return false;
            }
        const std::size_t columns = rounded_up(t.d, 4);
        t.k_panel = static_cast<std::ptrdiff_t>(keys_of_panel * columns);
        t.k = key_memory_;
        for (std::size_t j = first / keys_of_panel * keys_of_panel; j < last; j += keys_of_panel) {
            const std::size_t from = j < first ? first : j;
            const std::size_t to = last - j < keys_of_panel ? last : j + keys_of_panel;
            // Groups of four keys are turned; what is not there is not seen.
            const std::size_t skipped = (from - j) / 4 * 4;
            float* const panel = key_memory_ + j * columns + skipped;
            const std::size_t height = rounded_up(to - j - skipped, 4);
            const rows_in_memory lines = lines_of_keys(begin + j + skipped, begin + from, begin + to, height);
            HALFULP_SIMD_SELECT(level_, transpose<float>)
            (lines.data, lines.line, panel, static_cast<std::ptrdiff_t>(keys_of_panel), height, columns);
        }
        return std::same_as<K, float>;
    }

    /// Keys first … first + height − 1 line by line, in whole groups of four columns, of which from … to − 1 are to be read.
    rows_in_memory lines_of_keys(std::size_t first, std::size_t from, std::size_t to, std::size_t height) {
        const std::size_t d = q_.columns();
        if constexpr (std::same_as<K, float>) {
            const matrix_view<const float> run = run_of(keys_, first);
            if (first == from && to - from == height && d % 4 == 0 && run.rows() >= height &&
                run.column_stride() == 1)
                return {run.data(), run.row_stride(), 1};
        }
        const std::size_t line = whole_blocks(d);
        for (std::size_t key = from; key < to; ++key) {
            float* const at = line_memory_ + (key - first) * line;
            copy_words(at, read_line<float, K>(level_, keys_.row(key), 0, d, at), d);
        }
        return {line_memory_, static_cast<std::ptrdiff_t>(line), 1};
    }

    /// The values of a block: as they are stored, if that is row by row and they are read once, or as floats.
    bool take_values(attention_rows& t, std::size_t begin, std::size_t first, std::size_t last,
                     bool is_read_once) {
        const std::size_t dv = output_.columns();
        t.v_table = table_for<V>();
        if constexpr (is_decoded_on_the_way<V>) {
            const matrix_view<const V> run = run_of(values_, begin + first);
            if (run.rows() >= last - first && run.column_stride() == 1 && dv == dv_row() &&
                can_load<V>(level_) && (std::same_as<V, float> || is_read_once)) {
                t.v = run.data() - static_cast<std::ptrdiff_t>(first) * run.row_stride();
                t.v_step = run.row_stride();
                return true;
            }
        }
        t.v = value_memory_;
        t.v_step = static_cast<std::ptrdiff_t>(dv_row());
        for (std::size_t j = first; j < last; ++j) {
            float* const line = value_memory_ + j * dv_row();
            const vector_view<const V> row = values_.row(begin + j);
            if constexpr (is_decoded_on_the_way<V>)
                if (row.stride() == 1 && dv % 64 == 0 && can_load<V>(level_)) {
                    decode(row.data(), line, dv);
                    continue;
                }
            copy_words(line, read_line<float, V>(level_, row, 0, dv, line), dv);
            for (std::size_t c = dv; c < dv_row(); ++c)
                line[c] = 0;
        }
        return std::same_as<V, float>;
    }

    isa level_;
    heads_view<const Q> q_;
    heads_view<Output> output_;
    std::size_t b_;
    query_states queries_;
    key_rows keys_;
    value_rows values_;
    float scale_;
    std::size_t block_;
    query_state* rows_ = nullptr;
    float *q_memory_ = nullptr, *u_memory_ = nullptr, *key_memory_ = nullptr, *line_memory_ = nullptr,
          *value_memory_ = nullptr, *scores_ = nullptr, *bias_ = nullptr;
    std::uint64_t* seen_ = nullptr;
};

}  // namespace simd
}  // namespace v0
}  // namespace halfulp

#endif

// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// A cache of keys and values for decoding token by token, stored as attention reads it fastest.

#include <halfulp/kernels/attention_keys.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <new>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace halfulp {
inline namespace v0 {

/// A cache to which tokens are appended one at a time or many, with a length of its own for each batch entry.
///
/// Keys lie in panels of 128 (key_panels), so that one query's products with 16 of them are one register's; values
/// lie row by row. No element is converted: K and V are what is stored, float or narrower, and bits of attention do
/// not depend on whether keys come from a cache or a matrix.
///
///     key_value_cache<bfloat16> cache(batch, key_heads, 128, 128);
///     cache.append(k, v);                                  // heads of new tokens
///     attention(q, cache, output, arithmetic, options);
///
/// Memory: capacity·(key columns·sizeof(K) + value columns·sizeof(V)) for each head of each entry. It doubles when it is
/// full: O(1) copies a token, on average.
template <class K, class V = K>
class key_value_cache {
    static_assert(std::is_trivially_copyable_v<K> && std::is_trivially_copyable_v<V>,
                  "halfulp::key_value_cache: elements are copied as bytes");

  public:
    using key_type = K;
    using value_type = V;

    /// Empty, with room for `capacity` tokens an entry (rounded up to whole panels).
    /// @throws std::bad_alloc, shape_error if an extent is zero
    key_value_cache(std::size_t batch, std::size_t heads, std::size_t key_columns, std::size_t value_columns,
                    std::size_t capacity = 0)
        : batch_(batch), heads_(heads), d_(key_columns), dv_(value_columns), lengths_(batch, 0) {
        const auto require = [](const char* argument, std::size_t value) {
            if (value == 0)
                throw_argument_error<shape_error>("key_value_cache", argument, "0", "at least 1");
        };
        require("batch", batch);
        require("heads", heads);
        require("key_columns", key_columns);
        require("value_columns", value_columns);
        if (capacity != 0)
            reserve(capacity);
    }

    std::size_t batch() const noexcept { return batch_; }
    std::size_t heads() const noexcept { return heads_; }
    std::size_t key_columns() const noexcept { return d_; }
    std::size_t value_columns() const noexcept { return dv_; }
    std::size_t capacity() const noexcept { return capacity_; }
    /// The tokens of entry b, and of the longest.
    std::size_t length(std::size_t b) const noexcept { return lengths_[b]; }
    std::size_t length() const noexcept {
        std::size_t most = 0;
        for (const std::size_t length : lengths_)
            most = length > most ? length : most;
        return most;
    }
    /// The lengths as attention_options::key_lengths takes them.
    vector_view<const std::size_t> lengths() const noexcept { return {lengths_.data(), lengths_.size()}; }
    /// The bytes that one token takes, in all heads.
    std::size_t bytes_of_token() const noexcept { return heads_ * (d_ * sizeof(K) + dv_ * sizeof(V)); }

    /// Room for so many tokens an entry.
    /// @throws std::bad_alloc, and leaves the cache as it was
    void reserve(std::size_t capacity) {
        if (capacity <= capacity_)
            return;
        constexpr std::size_t panel = key_panels<K>::panel_rows;
        const std::size_t rows = (capacity + panel - 1) / panel * panel;
        const std::size_t count = batch_ * heads_;
        buffer<K> keys(count * rows * d_);
        buffer<V> values(count * rows * dv_);
        for (std::size_t n = 0; n < count; ++n) {
            keys.copy(n * rows * d_, keys_, n * capacity_ * d_, capacity_ * d_);
            values.copy(n * rows * dv_, values_, n * capacity_ * dv_, capacity_ * dv_);
        }
        keys_.swap(keys);
        values_.swap(values);
        capacity_ = rows;
    }

    /// Appends the same number of tokens to every entry.
    /// @param k  batch × heads of tokens × key columns
    /// @param v  batch × heads of tokens × value columns
    /// @throws shape_error, std::bad_alloc before anything is appended
    template <heads_argument KM, heads_argument VM>
    void append(const KM& k_argument, const VM& v_argument) {
        const auto k = as_heads(k_argument);
        const auto v = as_heads(v_argument);
        require_equal_extents("key_value_cache::append", "k.batch()", k.batch(), "batch()", batch_);
        require_equal_extents("key_value_cache::append", "v.batch()", v.batch(), "batch()", batch_);
        require_heads(k, v);
        reserve_for(length() + k.rows());
        for (std::size_t b = 0; b < batch_; ++b)
            write(b, b, k, v);
    }
    /// Appends tokens to entry b alone; k and v have a batch of one.
    /// @throws shape_error, value_error, std::bad_alloc before anything is appended
    template <heads_argument KM, heads_argument VM>
    void append(std::size_t b, const KM& k_argument, const VM& v_argument) {
        const auto k = as_heads(k_argument);
        const auto v = as_heads(v_argument);
        require_entry("key_value_cache::append", b);
        require_equal_extents("key_value_cache::append", "k.batch()", k.batch(), "one entry", 1);
        require_equal_extents("key_value_cache::append", "v.batch()", v.batch(), "one entry", 1);
        require_heads(k, v);
        reserve_for(lengths_[b] + k.rows());
        write(b, 0, k, v);
    }

    /// Forgets the tokens of entry b from `length` on.
    /// @throws value_error if there are fewer
    void truncate(std::size_t b, std::size_t length) {
        require_entry("key_value_cache::truncate", b);
        if (length > lengths_[b])
            throw_argument_error<value_error>("key_value_cache::truncate", "length", std::to_string(length),
                                              "at most length(b) = " + std::to_string(lengths_[b]));
        lengths_[b] = length;
    }
    /// Forgets all tokens and keeps the memory.
    void clear() noexcept {
        for (std::size_t& length : lengths_)
            length = 0;
    }

    /// The keys and values of the longest entry's length; those behind an entry's own length are anything.
    key_panels<const K> keys() const noexcept {
        const auto row = static_cast<std::ptrdiff_t>(capacity_ * d_);
        return {keys_.data(), batch_, heads_, length(), d_, static_cast<std::ptrdiff_t>(heads_) * row, row};
    }
    heads_view<const V> values() const noexcept {
        const auto row = static_cast<std::ptrdiff_t>(capacity_ * dv_);
        return {matrix_view<const V>(values_.data(), length(), dv_), batch_, heads_,
                static_cast<std::ptrdiff_t>(heads_) * row, row};
    }

  private:
    /// Elements that begin with a cache line, zero at first.
    template <class T>
    class buffer {
      public:
        buffer() noexcept = default;
        explicit buffer(std::size_t count) : size_(count) {
            if (count > static_cast<std::size_t>(-1) / 2 / sizeof(T))
                throw std::bad_alloc();
            data_ = static_cast<T*>(::operator new (count * sizeof(T), std::align_val_t{64}));
            for (std::size_t i = 0; i < count; ++i)
                ::new (static_cast<void*>(data_ + i)) T{};
        }
        buffer(const buffer& other) : buffer(other.size_) { copy(0, other, 0, size_); }
        buffer(buffer&& other) noexcept { swap(other); }
        buffer& operator=(buffer other) noexcept {
            swap(other);
            return *this;
        }
        ~buffer() {
            if (data_ != nullptr)
                ::operator delete (data_, std::align_val_t{64});
        }
        void swap(buffer& other) noexcept {
            std::swap(data_, other.data_);
            std::swap(size_, other.size_);
        }
        void copy(std::size_t to, const buffer& from, std::size_t begin, std::size_t count) noexcept {
            for (std::size_t i = 0; i < count; ++i)
                data_[to + i] = from.data_[begin + i];
        }
        T* data() noexcept { return data_; }
        const T* data() const noexcept { return data_; }

      private:
        T* data_ = nullptr;
        std::size_t size_ = 0;
    };

    template <class KM, class VM>
    void require_heads(const heads_view<KM>& k, const heads_view<VM>& v) const {
        static_assert(
            std::same_as<std::remove_cv_t<KM>, K> && std::same_as<std::remove_cv_t<VM>, V>,
            "halfulp::key_value_cache: round keys and values to the cache's types first, as you want them "
            "rounded (kernels/round.hpp)");
        constexpr const char* name = "key_value_cache::append";
        require_equal_extents(name, "k.heads()", k.heads(), "heads()", heads_);
        require_equal_extents(name, "v.heads()", v.heads(), "heads()", heads_);
        require_equal_extents(name, "k.columns()", k.columns(), "key_columns()", d_);
        require_equal_extents(name, "v.columns()", v.columns(), "value_columns()", dv_);
        require_equal_extents(name, "v.rows()", v.rows(), "k.rows()", k.rows());
    }
    void require_entry(const char* function, std::size_t b) const {
        if (b >= batch_)
            throw_argument_error<value_error>(function, "b", std::to_string(b),
                                              "an entry below batch() = " + std::to_string(batch_));
    }
    void reserve_for(std::size_t tokens) {
        if (tokens > capacity_)
            reserve(tokens > 2 * capacity_ ? tokens : 2 * capacity_);
    }

    template <class KM, class VM>
    void write(std::size_t b, std::size_t from, const heads_view<KM>& k, const heads_view<VM>& v) noexcept {
        constexpr std::size_t panel = key_panels<K>::panel_rows;
        for (std::size_t h = 0; h < heads_; ++h) {
            const auto keys = k(from, h);
            const auto values = v(from, h);
            K* const key_memory = keys_.data() + (b * heads_ + h) * capacity_ * d_;
            V* const value_memory = values_.data() + (b * heads_ + h) * capacity_ * dv_;
            for (std::size_t i = 0; i < keys.rows(); ++i) {
                const std::size_t j = lengths_[b] + i;
                K* const key = key_memory + j / panel * panel * d_ + j % panel;
                for (std::size_t c = 0; c < d_; ++c)
                    key[c * panel] = keys(i, c);
                for (std::size_t c = 0; c < dv_; ++c)
                    value_memory[j * dv_ + c] = values(i, c);
            }
        }
        lengths_[b] += k.rows();
    }

    std::size_t batch_, heads_, d_, dv_;
    std::size_t capacity_ = 0;
    std::vector<std::size_t> lengths_;
    buffer<K> keys_{};
    buffer<V> values_{};
};

}  // namespace v0
}  // namespace halfulp

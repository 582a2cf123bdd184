// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// A sequence of integers, almost all of them small and positive, as the partial quotients of a simple
/// continued fraction are: eight bytes each, and a GMP integer only for those that need one.

#include <gmpxx.h>

#include <algorithm>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <iterator>
#include <utility>
#include <vector>

namespace halfulp {
inline namespace v0 {
namespace detail {

static_assert(GMP_NUMB_BITS == 64, "continued fractions need a GMP with 64-bit limbs");

/// x as an integer of GMP; long has 32 bits on some systems, so that the constructors do not serve.
inline mpz_class integer_of_word(std::uint64_t x) {
    mpz_class result;
    mpz_limbs_write(result.get_mpz_t(), 1)[0] = x;
    mpz_limbs_finish(result.get_mpz_t(), x != 0 ? 1 : 0);
    return result;
}

}  // namespace detail

/// b_0, b_1, …: any integers. Those of 1 … 2^64 − 1 take eight bytes; others cost a search in the list of
/// the others when they are read.
class partial_quotient_list {
  public:
    /// Reads in order, giving integers by value.
    class const_iterator {
      public:
        using iterator_category = std::input_iterator_tag;
        using value_type = mpz_class;
        using difference_type = std::ptrdiff_t;
        using pointer = void;
        using reference = mpz_class;

        const_iterator() = default;
        const_iterator(const partial_quotient_list* list, std::size_t index) : list_(list), index_(index) {}
        mpz_class operator*() const { return (*list_)[index_]; }
        const_iterator& operator++() {
            ++index_;
            return *this;
        }
        const_iterator operator++(int) { return {list_, index_++}; }
        friend bool operator==(const const_iterator&, const const_iterator&) = default;

      private:
        const partial_quotient_list* list_ = nullptr;
        std::size_t index_ = 0;
    };
    using value_type = mpz_class;

    partial_quotient_list() = default;
    partial_quotient_list(std::initializer_list<mpz_class> quotients) {
        for (const mpz_class& b : quotients)
            push_back(b);
    }
    explicit partial_quotient_list(const std::vector<mpz_class>& quotients) {
        reserve(quotients.size());
        for (const mpz_class& b : quotients)
            push_back(b);
    }

    std::size_t size() const noexcept { return words_.size(); }
    bool empty() const noexcept { return words_.empty(); }
    const_iterator begin() const { return {this, 0}; }
    const_iterator end() const { return {this, size()}; }

    /// b_i, i < size(). O(1) for 1 … 2^64 − 1, else O(log of how many others there are).
    mpz_class operator[](std::size_t i) const {
        return words_[i] != 0 ? detail::integer_of_word(words_[i]) : position(i)->second;
    }
    mpz_class back() const { return (*this)[size() - 1]; }

    /// b_i where it is in 1 … 2^64 − 1, else 0.
    std::uint64_t word(std::size_t i) const noexcept { return words_[i]; }
    /// Whether b_i ≥ 1.
    bool is_positive(std::size_t i) const { return words_[i] != 0 || position(i)->second > 0; }

    void reserve(std::size_t count) { words_.reserve(count); }
    void push_back(std::uint64_t b) {
        if (b == 0)
            others_.emplace_back(size(), 0);
        words_.push_back(b);
    }
    void push_back(const mpz_class& b) {
        if (b > 0 && mpz_size(b.get_mpz_t()) == 1) {
            words_.push_back(mpz_getlimbn(b.get_mpz_t(), 0));
        } else {
            others_.emplace_back(size(), b);
            words_.push_back(0);
        }
    }
    void push_back(int b) { push_back(mpz_class(b)); }
    /// Appends `count` numbers, none of them zero.
    void append_words(const std::uint64_t* first, std::size_t count) {
        words_.insert(words_.end(), first, first + count);
    }
    void append(const partial_quotient_list& more, std::size_t from, std::size_t to) {
        for (std::size_t i = from; i < to; ++i)
            if (more.words_[i] != 0)
                words_.push_back(more.words_[i]);
            else
                push_back(more[i]);
    }
    void pop_back() { truncate(size() - 1); }
    /// Keeps the first `count`, at most size().
    void truncate(std::size_t count) {
        words_.resize(count);
        while (!others_.empty() && others_.back().first >= count)
            others_.pop_back();
    }
    void clear() { truncate(0); }

    std::vector<mpz_class> to_vector() const { return {begin(), end()}; }

    /// Element by element.
    friend bool operator==(const partial_quotient_list&, const partial_quotient_list&) = default;

  private:
    using entry = std::pair<std::size_t, mpz_class>;

    std::vector<entry>::const_iterator position(std::size_t i) const {
        return std::lower_bound(others_.begin(), others_.end(), i,
                                [](const entry& x, std::size_t index) { return x.first < index; });
    }

    std::vector<std::uint64_t> words_;  ///< 0 where the number is among the others
    std::vector<entry> others_;         ///< ascending
};

}  // namespace v0
}  // namespace halfulp

// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// Simple continued fractions as values: finite ones are the rational numbers, those with a period the
/// quadratic irrational ones.
///
///     [b_0; b_1, b_2, …] = b_0 + 1/(b_1 + 1/(b_2 + …)),    b_1, b_2, … ≥ 1

#include <halfulp/continued_fractions/moebius_map.hpp>
#include <halfulp/continued_fractions/proven_quotients.hpp>
#include <halfulp/core/errors.hpp>

#include <gmpxx.h>

#include <algorithm>
#include <compare>
#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace halfulp {
inline namespace v0 {

/// [b_0; b_1, …, b_k], or [b_0; b_1, …, b_k, (c_1, …, c_m)], which goes on with c_1, …, c_m for ever.
///
/// It is kept as it was given; canonical() is the form that each number has one of. Comparisons are those of the
/// numbers.
class simple_continued_fraction {
  public:
    /// 0.
    simple_continued_fraction() : quotients_{0} {}

    /// @param quotients  b_0, b_1, …; not empty, unless there is a period
    /// @param period     c_1, …, c_m; empty for a finite fraction
    /// @throws std::invalid_argument  where there is no quotient, or one after the first is less than 1
    explicit simple_continued_fraction(partial_quotient_list quotients, partial_quotient_list period = {})
        : quotients_(std::move(quotients)), period_(std::move(period)) {
        if (quotients_.empty() && period_.empty())
            throw_argument_error<std::invalid_argument>(name, "the number of partial quotients", "0",
                                                        "at least 1");
        for (std::size_t i = 1; i < quotients_.size(); ++i)
            require_positive(quotients_, i, "b_");
        for (std::size_t i = 0; i < period_.size(); ++i)
            require_positive(period_, i, "c_");
    }

    bool is_finite() const noexcept { return period_.empty(); }
    /// The quotients before the period; all of them where there is none.
    const partial_quotient_list& quotients() const noexcept { return quotients_; }
    const partial_quotient_list& period() const noexcept { return period_; }

    /// b_n.
    /// @throws std::invalid_argument beyond the end of a finite fraction
    mpz_class operator[](std::size_t n) const {
        if (n < quotients_.size())
            return quotients_[n];
        require_term(n);
        return period_[(n - quotients_.size()) % period_.size()];
    }

    /// The map f with value = f(t), t = [b_n; b_{n+1}, …] the tail: t ↦ (A_{n-1} t + A_{n-2})/(B_{n-1} t + B_{n-2}), where
    /// A_n/B_n are the convergents; the identity for n = 0.
    /// A product tree: O(M(S) log n) for entries of S bits.
    /// @throws std::invalid_argument if n is more than the number of quotients of a finite fraction
    moebius_map tail_map(std::size_t n) const {
        if (n > 0)
            require_term(n - 1);
        const std::size_t first = std::min(n, quotients_.size());
        detail::euclid_matrix m = detail::product_of_quotients(quotients_, 0, first);
        if (n > first) {
            // The power of the period by squares, and what is left over.
            std::size_t repetitions = (n - first) / period_.size();
            if (repetitions > 0) {
                detail::euclid_matrix square = detail::product_of_quotients(period_, 0, period_.size());
                for (; repetitions != 0; repetitions >>= 1) {
                    if (repetitions % 2 != 0)
                        m = m * square;  // powers commute
                    if (repetitions > 1)
                        square = square * square;
                }
            }
            m = m * detail::product_of_quotients(period_, 0, (n - first) % period_.size());
        }
        return {std::move(m.p), std::move(m.q), std::move(m.r), std::move(m.s)};
    }

    /// A_n/B_n = [b_0; …, b_n], in lowest terms: |value − A_n/B_n| < 1/(B_n B_{n+1}) unless it is the last.
    /// @throws std::invalid_argument beyond the end of a finite fraction
    mpq_class convergent(std::size_t n) const {
        require_term(n);
        const moebius_map m = tail_map(n + 1);
        // The matrix has determinant ±1, and B_n ≥ 1.
        return mpq_class(m.p, m.r);
    }
    /// The convergents 0 … count − 1, one by one: O(count) multiplications by b_n.
    std::vector<mpq_class> convergents(std::size_t count) const {
        if (count > 0)
            require_term(count - 1);
        std::vector<mpq_class> result;
        result.reserve(count);
        detail::euclid_matrix m;
        for (std::size_t n = 0; n < count; ++n) {
            detail::append_quotient(m, (*this)[n]);
            result.emplace_back(m.p, m.r);
        }
        return result;
    }

    /// The number.
    /// @throws std::invalid_argument if there is a period; quadratic_irrational is for those
    mpq_class value() const {
        if (!is_finite())
            throw_argument_error<std::invalid_argument>("simple_continued_fraction::value", "the period",
                                                        "of " + std::to_string(period_.size()) + " quotients",
                                                        "a finite fraction");
        return convergent(quotients_.size() - 1);
    }

    /// The only form of its number in which the last quotient of a finite fraction is not 1 (but for [1]), and in which the
    /// period, and what precedes it, is as short as can be.
    simple_continued_fraction canonical() const {
        simple_continued_fraction result = *this;
        partial_quotient_list& b = result.quotients_;
        partial_quotient_list& c = result.period_;
        if (c.empty()) {
            if (b.size() > 1 && b.word(b.size() - 1) == 1) {
                b.pop_back();
                const mpz_class last = b.back() + 1;
                b.pop_back();
                b.push_back(last);
            }
            return result;
        }
        c.truncate(shortest_period(c));
        // b_k = c_m: the period may begin one earlier.
        std::size_t back = 0;
        while (back < b.size() && b[b.size() - 1 - back] == c[(c.size() - 1) - back % c.size()])
            ++back;
        if (back > 0) {
            b.truncate(b.size() - back);
            const std::size_t shift = (c.size() - back % c.size()) % c.size();
            partial_quotient_list turned;
            turned.append(c, shift, c.size());
            turned.append(c, 0, shift);
            c = std::move(turned);
        }
        return result;
    }

    /// "[3; 7, 15, 1]", "[1; (2)]", "[(1)]": the period in parentheses.
    std::string to_string() const {
        std::string text = "[";
        std::size_t written = 0;
        const auto write = [&](const partial_quotient_list& list, const char* before) {
            for (std::size_t i = 0; i < list.size(); ++i, ++written)
                text += (written == 0                          ? ""
                         : written == 1 && !quotients_.empty() ? "; "
                                                               : ", ") +
                        std::string(i == 0 ? before : "") + list[i].get_str();
        };
        write(quotients_, "");
        if (!is_finite()) {
            write(period_, "(");
            text += ")";
        }
        return text + "]";
    }
    /// From the form that to_string gives, with spaces anywhere but within numbers, and ',' for ';' if one likes.
    /// @throws text_error  where the text is not of that form
    /// @throws std::invalid_argument  as the constructor does
    static simple_continued_fraction from_string(std::string_view text);

    /// The same number.
    friend bool operator==(const simple_continued_fraction& x, const simple_continued_fraction& y) {
        return (x <=> y) == 0;
    }
    /// The order of the numbers: of the first quotients that differ, b_n with even n ascending, with odd n descending.
    /// O(terms): two periods decide within the sum of their lengths.
    friend std::strong_ordering operator<=>(const simple_continued_fraction& first,
                                            const simple_continued_fraction& second) {
        const simple_continued_fraction x = first.canonical(), y = second.canonical();
        const std::size_t enough =
            std::max(x.quotients_.size(), y.quotients_.size()) + x.period_.size() + y.period_.size() + 1;
        for (std::size_t n = 0; n < enough; ++n) {
            const bool x_ends = x.ends_before(n), y_ends = y.ends_before(n);
            int order = 0;
            if (x_ends || y_ends)  // the end is an infinite quotient
                order = static_cast<int>(x_ends) - static_cast<int>(y_ends);
            else
                order = cmp(x[n], y[n]);
            if (x_ends && y_ends)
                break;
            if (order != 0)
                return (order < 0) == (n % 2 == 0) ? std::strong_ordering::less
                                                   : std::strong_ordering::greater;
        }
        return std::strong_ordering::equal;
    }

  private:
    static constexpr const char* name = "simple_continued_fraction";

    static void require_positive(const partial_quotient_list& list, std::size_t i, const char* letter) {
        if (!list.is_positive(i))
            throw_argument_error<std::invalid_argument>(name, letter + std::to_string(i), list[i].get_str(),
                                                        "1 or more");
    }
    bool ends_before(std::size_t n) const noexcept { return is_finite() && n >= quotients_.size(); }
    void require_term(std::size_t n) const {
        if (ends_before(n))
            throw_argument_error<std::invalid_argument>(name, "n", std::to_string(n),
                                                        "less than " + std::to_string(quotients_.size()));
    }
    /// By the failure function of Knuth, Morris and Pratt.
    static std::size_t shortest_period(const partial_quotient_list& c) {
        std::vector<std::size_t> border(c.size() + 1, 0);
        for (std::size_t i = 1, length = 0; i < c.size(); ++i) {
            while (length > 0 && c[i] != c[length])
                length = border[length];
            if (c[i] == c[length])
                ++length;
            border[i + 1] = length;
        }
        const std::size_t candidate = c.size() - border[c.size()];
        return c.size() % candidate == 0 ? candidate : c.size();
    }

    partial_quotient_list quotients_;
    partial_quotient_list period_;
};

inline simple_continued_fraction simple_continued_fraction::from_string(std::string_view text) {
    const auto refuse = [text](const std::string& expectation) {
        throw_argument_error<text_error>("simple_continued_fraction::from_string", "text",
                                         "\"" + std::string(text.substr(0, 100)) + "\"", expectation);
    };
    std::size_t at = 0;
    const auto peek = [&] {
        while (at < text.size() && (text[at] == ' ' || text[at] == '\t' || text[at] == '\n'))
            ++at;
        return at < text.size() ? text[at] : '\0';
    };
    const auto take = [&](char c) {
        const bool found = peek() == c;
        at += found ? 1 : 0;
        return found;
    };
    partial_quotient_list quotients, period;
    if (!take('['))
        refuse("'[' at the beginning");
    bool in_period = false, closed = false;
    for (std::size_t count = 0;; ++count) {
        if (take('(')) {
            if (in_period || closed)
                refuse("one period");
            in_period = true;
        }
        std::string digits(take('-') ? "-" : "");
        while (at < text.size() && text[at] >= '0' && text[at] <= '9')
            digits += text[at++];
        if (digits.empty() || digits == "-" || closed)
            refuse("numbers between brackets, the period last");
        (in_period ? period : quotients).push_back(mpz_class(digits, 10));
        if (in_period && take(')')) {
            in_period = false;
            closed = true;
        }
        if (take(']'))
            break;
        if (!take(',') && !(count == 0 && take(';')))
            refuse("',' between numbers, ';' after the first, ']' at the end");
    }
    if (in_period || peek() != '\0' || at < text.size())
        refuse("nothing after ']', which closes what was opened");
    return simple_continued_fraction(std::move(quotients), std::move(period));
}

}  // namespace v0
}  // namespace halfulp

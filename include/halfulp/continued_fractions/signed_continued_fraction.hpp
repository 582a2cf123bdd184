// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// Semi-regular continued fractions, whose partial numerators are 1 or −1, and two expansions that are: to the nearest
/// integer, and the negative-regular one of Hirzebruch. Both are made of the regular expansion, quotient by quotient, also
/// of a period.

#include <halfulp/continued_fractions/partial_quotients.hpp>
#include <halfulp/continued_fractions/polynomial_continued_fraction.hpp>
#include <halfulp/continued_fractions/quadratic_irrational.hpp>
#include <halfulp/continued_fractions/simple_continued_fraction.hpp>

#include <gmpxx.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace halfulp {
inline namespace v0 {

/// e/(c + …) with e = 1 or −1.
struct signed_term {
    int sign = 1;
    mpz_class quotient = 0;
    friend bool operator==(const signed_term&, const signed_term&) = default;
};

/// c_0 + e_1/(c_1 + e_2/(c_2 + …)) with e_n = ±1, c_n ≥ 1 for n ≥ 1, and c_n + e_{n+1} ≥ 1 (Perron's semi-regular fractions;
/// Die Lehre von den Kettenbrüchen, 1913, §38): finite, or with a period.
///
/// The sign of the very first term stands for nothing, until a period without terms before it comes round.
class signed_continued_fraction {
  public:
    /// @throws std::invalid_argument  where there is no term, or one is not as above
    explicit signed_continued_fraction(std::vector<signed_term> terms, std::vector<signed_term> period = {})
        : terms_(std::move(terms)), period_(std::move(period)) {
        constexpr const char* name = "signed_continued_fraction";
        if (terms_.empty() && period_.empty())
            throw_argument_error<std::invalid_argument>(name, "the number of terms", "0", "at least 1");
        for (std::size_t n = 0; n < terms_.size() + period_.size() + (is_finite() ? 0 : 2); ++n) {
            const signed_term& term = at(n);
            const std::string index = std::to_string(n);
            if (term.sign != 1 && term.sign != -1)
                throw_argument_error<std::invalid_argument>(name, "e_" + index, std::to_string(term.sign),
                                                            "1 or -1");
            if (n > 0 && term.quotient < 1)
                throw_argument_error<std::invalid_argument>(name, "c_" + index, term.quotient.get_str(),
                                                            "1 or more");
            if (n > 1 && at(n - 1).quotient + term.sign < 1)
                throw_argument_error<std::invalid_argument>(
                    name, "c_" + std::to_string(n - 1) + " + e_" + index, "0", "1 or more");
        }
    }

    bool is_finite() const noexcept { return period_.empty(); }
    /// The terms before the period; all of them where there is none.
    const std::vector<signed_term>& terms() const noexcept { return terms_; }
    const std::vector<signed_term>& period() const noexcept { return period_; }

    /// e_n and c_n.
    /// @throws std::invalid_argument beyond the end of a finite fraction
    const signed_term& operator[](std::size_t n) const {
        if (is_finite() && n >= terms_.size())
            throw_argument_error<std::invalid_argument>("signed_continued_fraction", "n", std::to_string(n),
                                                        "less than " + std::to_string(terms_.size()));
        return at(n);
    }

    /// The number that a finite one is: O(M(S) log n) by a product tree.
    /// @throws std::invalid_argument if there is a period
    mpq_class value() const {
        if (!is_finite())
            throw_argument_error<std::invalid_argument>("signed_continued_fraction::value", "the period",
                                                        "of " + std::to_string(period_.size()) + " terms",
                                                        "a finite fraction");
        const detail::euclid_matrix m = product(0, terms_.size());
        mpq_class result(m.p, m.r);
        if (m.r < 0) {
            result.get_num() = -m.p;
            result.get_den() = -m.r;
        }
        return result;
    }
    /// The number that a period makes.
    /// @throws std::invalid_argument  if the fraction is finite, or its value rational: 2 − 1/(2 − 1/(2 − …)) = 1
    quadratic_irrational irrational_value() const {
        if (is_finite())
            throw_argument_error<std::invalid_argument>("signed_continued_fraction::irrational_value",
                                                        "the fraction", "finite", "one with a period");
        // The tail t = (p t + q)/(r t + s): the root from which r t + s is larger, that is the larger one.
        const detail::euclid_matrix m = product(terms_.size(), terms_.size() + period_.size());
        const mpz_class difference = m.p - m.s;
        const quadratic_irrational tail(difference, difference * difference + 4 * m.q * m.r, 2 * m.r);
        const detail::euclid_matrix f = product(0, terms_.size());
        return tail.mapped({f.p, f.q, f.r, f.s});
    }
    /// The regular continued fraction of the same number, canonical.
    /// @throws std::invalid_argument  if there is a period and the value is rational
    /// @throws convergence_error      if its period is longer than maximum_terms
    simple_continued_fraction regular(std::size_t maximum_terms = 10'000'000) const {
        return is_finite() ? simple_continued_fraction(partial_quotients(value()))
                           : irrational_value().expansion(maximum_terms);
    }

    /// "[3; -7, -16]" is 3 − 1/(7 − 1/16), "[1; (+2)]" √2: the signs are the numerators'. The first term of "[(-3, -4)]"
    /// has one in the period only.
    std::string to_string() const {
        std::string text = "[";
        for (std::size_t n = 0; n < terms_.size(); ++n)
            text += n == 0 ? terms_[0].quotient.get_str() : (n == 1 ? "; " : ", ") + text_of(terms_[n]);
        for (std::size_t n = 0; n < period_.size(); ++n)
            text += (n > 0 || terms_.size() > 1 ? ", "
                     : terms_.size() == 1       ? "; "
                                                : "") +
                    std::string(n == 0 ? "(" : "") + text_of(period_[n]);
        return text + (is_finite() ? "]" : ")]");
    }

    /// The same terms.
    friend bool operator==(const signed_continued_fraction&, const signed_continued_fraction&) = default;

  private:
    const signed_term& at(std::size_t n) const {
        return n < terms_.size() ? terms_[n] : period_[(n - terms_.size()) % period_.size()];
    }
    static std::string text_of(const signed_term& term) {
        return (term.sign < 0 ? "-" : "+") + term.quotient.get_str();
    }
    /// Π | c_n e_{n+1}; 1 0 | over low ≤ n < high, the last numerator of a finite fraction being 1.
    detail::euclid_matrix product(std::size_t low, std::size_t high) const {
        if (high - low > 24) {
            const std::size_t middle = low + (high - low) / 2;
            return product(low, middle) * product(middle, high);
        }
        detail::euclid_matrix m;
        for (std::size_t n = low; n < high; ++n) {
            const bool last = is_finite() && n + 1 == terms_.size();
            detail::append_quotient(m, at(n).quotient);
            if (!last && at(n + 1).sign < 0) {
                m.q = -m.q;
                m.s = -m.s;
            }
        }
        return m;
    }

    std::vector<signed_term> terms_;
    std::vector<signed_term> period_;
};

namespace detail {

/// Makes a signed fraction of a regular one, in steps that depend on a carry of 0 or 1 and on the quotients that follow.
/// `step(x, n, carry, sign, add)` adds what b_n comes to, with the sign that precedes it, and returns the next n.
template <class Step>
signed_continued_fraction transduce(const simple_continued_fraction& number, std::size_t maximum_terms,
                                    const char* name, Step step) {
    const simple_continued_fraction x = number.canonical();
    std::vector<signed_term> terms;
    const auto add = [&](int sign, mpz_class quotient) {
        if (terms.size() >= maximum_terms)
            throw convergence_error(std::string("halfulp::") + name + ": there are more than " +
                                    std::to_string(maximum_terms) + " terms");
        terms.push_back({sign, std::move(quotient)});
    };
    // What follows depends on the place in the period, the carry and the sign to come: once it recurs, so does the rest.
    const std::size_t begin = x.quotients().size(), length = x.period().size();
    std::vector<std::size_t> seen(length * 4, SIZE_MAX);
    int carry = 0, sign = 1;
    for (std::size_t n = 0;;) {
        if (n >= begin) {
            if (x.is_finite())
                return signed_continued_fraction(std::move(terms));
            std::size_t& first =
                seen[(n - begin) % length * 4 + static_cast<std::size_t>(carry * 2 + (sign < 0))];
            if (first != SIZE_MAX) {
                std::vector<signed_term> period(terms.begin() + static_cast<std::ptrdiff_t>(first),
                                                terms.end());
                terms.resize(first);
                // The period may begin earlier; the very first sign is free.
                while (!terms.empty() && terms.back().quotient == period.back().quotient &&
                       (terms.size() == 1 || terms.back().sign == period.back().sign)) {
                    std::rotate(period.begin(), period.end() - 1, period.end());
                    terms.pop_back();
                }
                return signed_continued_fraction(std::move(terms), std::move(period));
            }
            first = terms.size();
        }
        n = step(x, n, carry, sign, add);
    }
}

}  // namespace detail

/// x = c_0 + e_1/(c_1 + …) where each c_n is the integer nearest to what is left, c_n ≥ 2 for n ≥ 1, of two the lower:
/// what is left over is in (−1/2, 1/2].
///
/// By singularisation of the regular expansion, b + 1/(1 + 1/y) = (b + 1) − 1/(y + 1), from the left (Minnigerode 1873;
/// Hurwitz 1889). About 0.694 as many terms as the regular one has.
/// @throws convergence_error  if there are more than maximum_terms
/// O(terms).
inline signed_continued_fraction nearest_integer_expansion(const simple_continued_fraction& x,
                                                           std::size_t maximum_terms = 10'000'000) {
    return detail::transduce(
        x, maximum_terms, "nearest_integer_expansion",
        [](const simple_continued_fraction& b, std::size_t n, int& carry, int& sign, const auto& add) {
            const bool another = !b.is_finite() || n + 1 < b.quotients().size();
            const bool singular = another && b[n + 1] == 1;
            add(sign, b[n] + carry + (singular ? 1 : 0));
            carry = singular ? 1 : 0;
            sign = singular ? -1 : 1;
            return n + (singular ? 2 : 1);
        });
}

/// x = c_0 − 1/(c_1 − 1/(c_2 − …)), c_n ≥ 2 for n ≥ 1: each c_n is what is left, rounded up (Hirzebruch 1971; Zagier 1981).
///
/// Of the regular expansion: b_0 + 1, then b_1 − 1 times 2, b_2 + 2, b_3 − 1 times 2, b_4 + 2, …; so it can be very long.
/// @throws convergence_error  if there are more than maximum_terms
/// O(terms).
inline signed_continued_fraction negative_regular_expansion(const simple_continued_fraction& x,
                                                            std::size_t maximum_terms = 1'000'000) {
    return detail::transduce(
        x, maximum_terms, "negative_regular_expansion",
        [](const simple_continued_fraction& b, std::size_t n, int& carry, int& sign, const auto& add) {
            const bool another = !b.is_finite() || n + 1 < b.quotients().size();
            add(n == 0 ? 1 : -1, b[n] + carry + (another ? 1 : 0));
            if (another)
                for (mpz_class twos = b[n + 1]; twos > 1; --twos)
                    add(-1, 2);
            carry = 1;
            sign = -1;
            return n + 2;
        });
}

}  // namespace v0
}  // namespace halfulp

// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// The product tree of a polynomial continued fraction, with the common factors of its matrices divided out.
///
/// One step of the recurrence is a 2 × 2 matrix, and matrices associate:
///
///     | A_n  A_{n-1} |   | A_{n-1}  A_{n-2} |   | b_n  1 |
///     | B_n  B_{n-1} | = | B_{n-1}  B_{n-2} | · | a_n  0 |
///
/// With the matrix of n = 0 taken as | b_0 1; 1 0 | (a_0 := 1) the product over 0 … n is the left side.
///
/// Common factors are divided out where content_law.hpp predicts them. Other fractions have large ones without obeying the
/// law (a_n = n − 2n²: the lemniscate's). If a block shows that, the gcd of the entries is divided out of blocks of moderate
/// length, where a gcd takes about the time of a product.

#include <halfulp/continued_fractions/content_law.hpp>
#include <halfulp/continued_fractions/continuant.hpp>
#include <halfulp/continued_fractions/matrix2.hpp>
#include <halfulp/continued_fractions/polynomial_continued_fraction.hpp>
#include <halfulp/continued_fractions/polynomial_values.hpp>
#include <halfulp/continued_fractions/splitting.hpp>

#include <gmpxx.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <utility>

namespace halfulp {
inline namespace v0 {

/// The product of some steps of a fraction with integer elements.
using integer_matrix2 = matrix2<mpz_class>;

namespace detail {

/// A block of the product.
struct matrix_node {
    integer_matrix2 m;  ///< in a column alone q and s are not used
    long exponent = 0;  ///< the numbers stand for themselves times 2^exponent,
    /// those of p, q, r, s each with an error of less than 2^error in the last place; exact where that is negative. One
    /// for all would not do: the rows, and the columns, may differ by powers of n, which would count anew at every level.
    std::array<long, 4> error{-1, -1, -1, -1};
    content_state content;
};

/// The matrices | b_n 1; a_n 0 | as what `split` multiplies.
class matrix_terms {
  public:
    using node = matrix_node;
    static constexpr long leaf_length = 32;

    matrix_terms(const polynomial_continued_fraction& fraction, long terms, const splitting_options& options)
        : fraction_(fraction),
          from_(fraction.polynomial_from()),
          numerators_(fraction.numerators(), std::max(terms, from_ + last_tried)),
          denominators_(fraction.denominators(), std::max(terms, from_ + last_tried)),
          precision_(options.precision),
          content_levels_(terms) {
        if (options.remove_content)
            look_for_content(terms);
    }

    /// The product by the recurrence.
    node leaf(long low, long high, bool) const {
        node result{{1, 0, 0, 1}, 0, {-1, -1, -1, -1}, {}};
        if (!leaf_of_words(result.m, low, high))
            leaf_of_integers(result.m, low, high);
        if (law_.holds())
            result.content = law_.of_leaf(low, high);
        truncate(result);
        return result;
    }

    /// left·right, whose numbers are used up; of both columns, or of the first where `last`.
    node merge(node& left, node& right, long low, long middle, long high, bool last, bool parallel) const {
        integer_matrix2 &x = left.m, &y = right.m;
        node result;
        integer_matrix2& m = result.m;
        result.exponent = left.exponent + right.exponent;
        result.error = product_errors(left, right);
        mpz_class pr, rr, qs, ss;
        parallel = parallel && length_of(x.p) > 20'000;
        const product_request requests[] = {{&m.p, &x.p, &y.p}, {&pr, &x.q, &y.r},  {&m.r, &x.r, &y.p},
                                            {&rr, &x.s, &y.r},  {&m.q, &x.p, &y.q}, {&qs, &x.q, &y.s},
                                            {&m.s, &x.r, &y.q}, {&ss, &x.s, &y.s}};
        multiply_all({requests, last ? std::size_t{4} : std::size_t{8}}, parallel);
        m.p += pr;
        m.r += rr;
        if (!last) {
            m.q += qs;
            m.s += ss;
        }
        if (is_exact(result)) {
            const bool divide = content_levels_.divide_at(high - low);
            if (law_.holds())
                result.content = law_.of_product(left.content, right.content, low, middle, high);
            if (law_.holds() && divide)
                remove_content(result, last);
            else if (look_for_gcd_ && divide && length_of(result.m.p) < longest_for_gcd)
                remove_gcd(result.m, last);
        }
        left = {};
        right = {};
        truncate(result);
        return result;
    }

    /// Divides a column, or a whole product, by all that the law says is left in it.
    void remove_content(node& block, bool last) const {
        if (!law_.holds() || failures_->load(std::memory_order_relaxed) >= most_failures)
            return;
        if (!law_.holds_for_two())
            remove_powers_of_two(block.m, last);
        mpz_class divisor = law_.take_divisor(block.content);
        if (divisor == 1)
            return;
        integer_matrix2& m = block.m;
        mpz_class* const numbers[] = {&m.p, &m.r, &m.q, &m.s};
        const std::size_t count = last ? 2 : 4;  // of a column p and r
        const std::uint64_t residue = check_residue(divisor);
        std::size_t done = 0;
        while (done < count && divide_exactly(*numbers[done], divisor, residue))
            ++done;
        if (done == count)
            return;
        // The law is not true here: what of it is.
        ++*failures_;
        while (done > 0)
            *numbers[--done] *= divisor;
        for (std::size_t i = 0; i < count; ++i)
            divisor = gcd(divisor, *numbers[i]);
        for (std::size_t i = 0; i < count; ++i)
            mpz_divexact(numbers[i]->get_mpz_t(), numbers[i]->get_mpz_t(), divisor.get_mpz_t());
    }

  private:
    static void remove_powers_of_two(integer_matrix2& m, bool last) {
        constexpr auto none = std::numeric_limits<mp_bitcnt_t>::max();
        mp_bitcnt_t common = none;
        for (const mpz_class* x : {&m.p, &m.r, &m.q, &m.s})
            if (*x != 0 && !(last && (x == &m.q || x == &m.s)))
                common = std::min(common, mpz_scan1(x->get_mpz_t(), 0));
        if (common == 0 || common == none)
            return;
        for (mpz_class* x : {&m.p, &m.r, &m.q, &m.s})
            mpz_tdiv_q_2exp(x->get_mpz_t(), x->get_mpz_t(), common);
    }

    static void remove_gcd(integer_matrix2& m, bool last) {
        mpz_class common = gcd(m.p, m.r);
        if (!last)
            common = gcd(gcd(common, m.q), m.s);
        if (common <= 1)
            return;
        for (mpz_class* x : {&m.p, &m.r, &m.q, &m.s})
            mpz_divexact(x->get_mpz_t(), x->get_mpz_t(), common.get_mpz_t());
    }

    static bool is_exact(const node& block) {
        return *std::max_element(block.error.begin(), block.error.end()) < 0;
    }

    static std::array<long, 4> product_errors(const node& left, const node& right) {
        if (is_exact(left) && is_exact(right))
            return {-1, -1, -1, -1};
        const auto bits = [](const integer_matrix2& m) {
            return std::array<long, 4>{length_of(m.p), length_of(m.q), length_of(m.r), length_of(m.s)};
        };
        const std::array<long, 4> x = bits(left.m), y = bits(right.m);
        std::array<long, 4> result;
        for (std::size_t row = 0; row < 2; ++row)
            for (std::size_t column = 0; column < 2; ++column) {
                const std::size_t a = 2 * row, b = column, c = 2 * row + 1, d = 2 + column;
                result[2 * row + column] =
                    sum_error(product_error(x[a], left.error[a], y[b], right.error[b]),
                              product_error(x[c], left.error[c], y[d], right.error[d]));
            }
        return result;
    }

    static long longest(const integer_matrix2& z) {
        return std::max({length_of(z.p), length_of(z.q), length_of(z.r), length_of(z.s)});
    }

    void truncate(node& block) const {
        integer_matrix2& m = block.m;
        const long excess = excess_bits(longest(m), precision_);
        if (excess == 0)
            return;
        for (mpz_class* x : {&m.p, &m.q, &m.r, &m.s})
            cut(*x, excess);
        block.exponent += excess;
        for (long& error : block.error)
            error = cut_error(error, excess);
    }

    /// The first row is a continuant of the terms, and the second a_low times one of the terms but the first. False,
    /// and nothing done, where they do not fit words or are negative.
    bool leaf_of_words(integer_matrix2& m, long low, long high) const {
#if defined(HALFULP_HAS_POLYNOMIAL_WORDS)
        static_assert(leaf_length <= continuant::most_terms);
        if (low < from_ || high - low > leaf_length || !numerators_.fits_words() ||
            !denominators_.fits_words())
            return false;
        continuant first, second;
        for (long n = low; n < high; ++n) {
            const auto a = numerators_.words_at(n), b = denominators_.words_at(n);
            if (b.negative || b.high != 0 || !first.step(a, b) || (n > low && !second.step(a, b)))
                return false;
        }
        first.get(m.p, m.q);
        second.get(m.r, m.s);
        mpz_class a;
        numerators_.at(a, low);
        m.r *= a;
        m.s *= a;
        return true;
#else
        (void)m, (void)low, (void)high;
        return false;
#endif
    }

    void leaf_of_integers(integer_matrix2& m, long low, long high) const {
        mpz_class a, b, next;
        const auto step = [&](mpz_class& current, mpz_class& previous) {
            mpz_mul(next.get_mpz_t(), current.get_mpz_t(), b.get_mpz_t());
            mpz_addmul(next.get_mpz_t(), previous.get_mpz_t(), a.get_mpz_t());
            mpz_swap(previous.get_mpz_t(), current.get_mpz_t());
            mpz_swap(current.get_mpz_t(), next.get_mpz_t());
        };
        for (long n = low; n < high; ++n) {
            if (n < from_) {
                if (n == 0)
                    a = 1;
                else
                    fraction_.numerator(a, n);
                fraction_.denominator(b, n);
            } else {
                numerators_.at(a, n);
                denominators_.at(b, n);
            }
            step(m.p, m.q);
            step(m.r, m.s);
        }
    }

    /// The law, tried on two blocks; without one, whether a block has much in common.
    void look_for_content(long terms) {
        content_law law(fraction_.numerators(), from_, terms);
        const auto common_factor = [this](long low) {
            const integer_matrix2 m = leaf(low, low + tried_terms, false).m;
            return std::pair(mpz_class(gcd(gcd(m.p, m.q), gcd(m.r, m.s))), length_of(m.p));
        };
        for (const long low : {from_ + 5, from_ + last_tried - tried_terms})
            if (law.holds())
                law.try_on(common_factor(low).first, low, low + tried_terms);
        law_ = std::move(law);
        if (!law_.holds()) {
            const auto [common, length] = common_factor(from_ + 100);
            look_for_gcd_ = 6 * length_of(common) > length;
        }
    }

    static constexpr long longest_for_gcd = 40'000;                      ///< bits
    static constexpr long tried_terms = leaf_length, last_tried = 1000;  ///< of the blocks that are looked at
    static constexpr int most_failures = 16;  ///< nodes of which the law was not true, before it is given up

    const polynomial_continued_fraction& fraction_;
    long from_;
    polynomial_values numerators_, denominators_;
    long precision_;
    content_levels content_levels_;
    content_law law_;
    bool look_for_gcd_ = false;
    std::unique_ptr<std::atomic<int>> failures_ = std::make_unique<std::atomic<int>>(0);
};

}  // namespace detail
}  // namespace v0
}  // namespace halfulp

// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// Polynomials in one integer variable n with integer coefficients: the elements of polynomial
/// continued fractions.

#include <halfulp/config.hpp>

#include <gmpxx.h>

#include <cstddef>
#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

namespace halfulp {
inline namespace v0 {

/// p(n) = c_0 + c_1·n + … + c_d·n^d with integer coefficients of any size.
///
/// The coefficients are given in ascending order: `integer_polynomial{1, 2}` is 2n + 1. Trailing
/// zeros are dropped, so that equal polynomials compare equal; the zero polynomial has degree −1.
class integer_polynomial {
  public:
    /// The zero polynomial.
    integer_polynomial() = default;
    /// c_0, c_1, …
    integer_polynomial(std::initializer_list<long> ascending)
        : coefficients_(ascending.begin(), ascending.end()) {
        trim();
    }
    /// c_0, c_1, … of any size.
    explicit integer_polynomial(std::vector<mpz_class> ascending) : coefficients_(std::move(ascending)) {
        trim();
    }
    /// The polynomial n.
    static integer_polynomial variable() { return {0, 1}; }

    /// The largest k with c_k ≠ 0; −1 for the zero polynomial.
    int degree() const noexcept { return static_cast<int>(coefficients_.size()) - 1; }
    /// c_k, zero above the degree.
    mpz_class coefficient(int k) const {
        return k >= 0 && k <= degree() ? coefficients_[static_cast<std::size_t>(k)] : mpz_class(0);
    }
    /// c_0 … c_d without trailing zeros; empty for the zero polynomial.
    const std::vector<mpz_class>& coefficients() const noexcept { return coefficients_; }
    /// The coefficient of the highest power; 0 for the zero polynomial.
    mpz_class leading_coefficient() const { return coefficient(degree()); }

    /// p(n) by Horner's rule, into `result`, whose memory is used again. `result` is not a coefficient.
    void evaluate(mpz_class& result, long n) const {
        result = 0;
        for (std::size_t k = coefficients_.size(); k-- > 0;) {
            mpz_mul_si(result.get_mpz_t(), result.get_mpz_t(), n);
            result += coefficients_[k];
        }
    }
    /// p(n).
    mpz_class operator()(long n) const {
        mpz_class result;
        evaluate(result, n);
        return result;
    }
    /// The polynomial p(n + distance), by repeated synthetic division, O(degree²).
    integer_polynomial shifted(long distance) const {
        integer_polynomial p = *this;
        p.shift(distance);
        return p;
    }

    /// The sums, differences and products of polynomials.
    friend integer_polynomial operator+(const integer_polynomial& p, const integer_polynomial& q) {
        const bool longer = p.degree() >= q.degree();
        std::vector<mpz_class> c = longer ? p.coefficients_ : q.coefficients_;
        const std::vector<mpz_class>& other = longer ? q.coefficients_ : p.coefficients_;
        for (std::size_t k = 0; k < other.size(); ++k)
            c[k] += other[k];
        return integer_polynomial(std::move(c));
    }
    friend integer_polynomial operator*(const integer_polynomial& p, const integer_polynomial& q) {
        std::vector<mpz_class> c(p.coefficients_.size() + q.coefficients_.size());
        for (std::size_t i = 0; i < p.coefficients_.size(); ++i)
            for (std::size_t k = 0; k < q.coefficients_.size(); ++k)
                mpz_addmul(c[i + k].get_mpz_t(), p.coefficients_[i].get_mpz_t(),
                           q.coefficients_[k].get_mpz_t());
        return integer_polynomial(std::move(c));
    }
    friend integer_polynomial operator-(integer_polynomial p) {
        for (mpz_class& c : p.coefficients_)
            mpz_neg(c.get_mpz_t(), c.get_mpz_t());
        return p;
    }
    friend integer_polynomial operator-(const integer_polynomial& p, const integer_polynomial& q) {
        return p + -q;
    }
    friend bool operator==(const integer_polynomial& p, const integer_polynomial& q) {
        return p.coefficients_ == q.coefficients_;
    }

    /// An n_0 ≥ start such that p has one strict sign for every integer n ≥ n_0; for the zero
    /// polynomial and where no n_0 up to `limit` was found: −1.
    ///
    /// Proof by coefficients: once all coefficients of p(n + n_0), or all negated, are ≥ 0 and the
    /// constant one is not zero, nothing changes sign to the right. Doubling finds such an n_0
    /// within twice the largest real part of a root. Where all coefficients of p itself have one
    /// sign, that is the proof for every start ≥ 1.
    ///
    /// @param start  ≥ 0
    long constant_sign_from(long start, long limit) const {
        if (degree() < 0 || start > limit)
            return -1;
        if (start >= 0 && has_one_sign() && (start > 0 || sgn(coefficients_.front()) != 0))
            return start;
        integer_polynomial p = shifted(start);
        for (long n = start;;) {
            if (sgn(p.coefficients_.front()) != 0 && p.has_one_sign())
                return n;
            if (n > (limit - 1) / 2)
                return -1;
            p.shift(n + 1);
            n += n + 1;
        }
    }

    /// "34n^3 + 51n^2 + 27n + 5".
    std::string to_string() const {
        std::string text;
        for (int k = degree(); k >= 0; --k) {
            const mpz_class c = coefficient(k);
            if (c == 0)
                continue;
            const mpz_class size = abs(c);
            text += text.empty() ? (c < 0 ? "-" : "") : (c < 0 ? " - " : " + ");
            if (size != 1 || k == 0)
                text += size.get_str();
            text += k == 0 ? "" : k == 1 ? "n" : "n^" + std::to_string(k);
        }
        return text.empty() ? "0" : text;
    }

  private:
    /// p(n) becomes p(n + distance).
    void shift(long distance) {
        std::vector<mpz_class>& c = coefficients_;
        const auto size =
            distance < 0 ? 0UL - static_cast<unsigned long>(distance) : static_cast<unsigned long>(distance);
        for (std::size_t i = 0; i + 1 < c.size() && size != 0; ++i)
            for (std::size_t k = c.size() - 1; k-- > i;)
                if (distance > 0)
                    mpz_addmul_ui(c[k].get_mpz_t(), c[k + 1].get_mpz_t(), size);
                else
                    mpz_submul_ui(c[k].get_mpz_t(), c[k + 1].get_mpz_t(), size);
    }
    /// No two coefficients have opposite signs.
    bool has_one_sign() const noexcept {
        const int sign = sgn(coefficients_.back());
        for (const mpz_class& c : coefficients_)
            if (sgn(c) * sign < 0)
                return false;
        return true;
    }
    void trim() {
        while (!coefficients_.empty() && coefficients_.back() == 0)
            coefficients_.pop_back();
    }
    std::vector<mpz_class> coefficients_;
};

}  // namespace v0
}  // namespace halfulp

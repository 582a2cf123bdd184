// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// The elements a_n, b_n of a continued fraction as numbers of an arithmetic: what a fraction may be,
/// and polynomials evaluated in machine integers.
///
/// A fraction for the recurrences is anything with `a(n)`, n ≥ 1, and `b(n)`, n ≥ 0, that give
/// mpz_class, built-in integers, or numbers of the arithmetic itself (which are taken as they are).
/// Elements of polynomial fractions are computed in 64-bit integers where all intermediate results
/// fit, and by mpz_class where they do not: the values are the same.

#include <halfulp/continued_fractions/polynomial_continued_fraction.hpp>
#include <halfulp/continued_fractions/recurrence_arithmetic.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <type_traits>
#include <utility>

namespace halfulp {
inline namespace v0 {

namespace detail {

/// p(n) in machine integers.
class word_polynomial {
  public:
    word_polynomial() = default;
    explicit word_polynomial(const integer_polynomial& p) : degree_(p.degree()) {
        if (degree_ > maximum_degree) {
            degree_ = too_large;
            return;
        }
        const auto& coefficients = p.coefficients();
        for (std::size_t k = 0; k < coefficients.size(); ++k) {
            if (!coefficients[k].fits_slong_p()) {
                degree_ = too_large;
                return;
            }
            coefficients_[k] = coefficients[k].get_si();
        }
    }
    /// p(n) by Horner's rule; false where something overflows on the way.
    bool evaluate(long n, long& result) const {
        if (degree_ == too_large)
            return false;
        long sum = 0;
        for (int k = degree_; k >= 0; --k)
            if (multiply_add_overflows(sum, n, coefficients_[static_cast<std::size_t>(k)], sum))
                return false;
        result = sum;
        return true;
    }
    /// Where the degree is 2 at most: the largest n ≥ 0 to which no step of Horner's rule overflows, as far as
    /// the sizes of the coefficients tell; else 0.
    long safe_until() const {
        if (degree_ > 2 || degree_ == too_large)
            return 0;
        std::uint64_t sum = 0;
        for (std::size_t k = 0; k < 3; ++k) {
            constexpr long limit = std::numeric_limits<long>::max() / 8;
            if (coefficients_[k] < -limit || coefficients_[k] > limit)
                return 0;
            sum += static_cast<std::uint64_t>(coefficients_[k] < 0 ? -coefficients_[k] : coefficients_[k]);
        }
        // Σ|c_k|·n² < 2^(digits − 1).
        return (1L << ((std::numeric_limits<long>::digits - 1 - std::bit_width(sum)) / 2)) - 1;
    }
    long coefficient(std::size_t k) const { return coefficients_[k]; }

  private:
    static constexpr int maximum_degree = 8, too_large = -2;

    static HALFULP_ALWAYS_INLINE bool multiply_add_overflows(long x, long y, long z, long& result) {
#if defined(__GNUC__)
        long product = 0;
        return __builtin_mul_overflow(x, y, &product) || __builtin_add_overflow(product, z, &result);
#else
        // Half the bits of each factor: no product of two such overflows, nor does the sum.
        constexpr long limit = std::numeric_limits<long>::digits > 32 ? 0x7fffffffL : 0x7fffL;
        if (x < -limit || x > limit || y < -limit || y > limit || z < -limit || z > limit)
            return true;
        result = x * y + z;
        return false;
#endif
    }
    std::array<long, maximum_degree + 1> coefficients_{};
    int degree_ = -1;
};

/// Elements that are polynomials of degree 2 at most, for the n at which nothing overflows: no branch and
/// no call, so that a loop over them stays in registers.
template <class Arithmetic>
class quadratic_elements {
  public:
    using value_type = typename Arithmetic::value_type;
    quadratic_elements(const word_polynomial& a, const word_polynomial& b)
        : a_{a.coefficient(0), a.coefficient(1), a.coefficient(2)},
          b_{b.coefficient(0), b.coefficient(1), b.coefficient(2)} {}
    HALFULP_ALWAYS_INLINE value_type numerator(Arithmetic& k, long n) const {
        return k.from_integer((a_[2] * n + a_[1]) * n + a_[0]);
    }
    HALFULP_ALWAYS_INLINE value_type denominator(Arithmetic& k, long n) const {
        return k.from_integer((b_[2] * n + b_[1]) * n + b_[0]);
    }

  private:
    long a_[3], b_[3];
};

/// An element as a number of the arithmetic.
template <class Arithmetic, class Element>
HALFULP_ALWAYS_INLINE typename Arithmetic::value_type element_value(Arithmetic& k, Element&& element) {
    using value_type = typename Arithmetic::value_type;
    using element_type = std::remove_cvref_t<Element>;
    static_assert(
        std::same_as<element_type, value_type> || std::integral<element_type> ||
            std::same_as<element_type, mpz_class>,
        "halfulp: a(n) and b(n) must return mpz_class, a built-in integer, or a number of the type in "
        "which the fraction is evaluated; write the return type of the lambda, "
        "[](long n) -> mpz_class { ... }, where it computes with mpz_class");
    if constexpr (std::same_as<element_type, value_type>) {
        return std::forward<Element>(element);
    } else if constexpr (std::same_as<element_type, mpz_class>) {
        return k.from_integer(element);
    } else if constexpr (sizeof(element_type) < sizeof(long) || std::is_signed_v<element_type>) {
        static_assert(sizeof(element_type) <= sizeof(long),
                      "halfulp: give elements wider than long as mpz_class");
        return k.from_integer(static_cast<long>(element));
    } else {
        if (element <= static_cast<element_type>(std::numeric_limits<long>::max()))
            return k.from_integer(static_cast<long>(element));
        mpz_class wide(static_cast<unsigned long>(element));
        return k.from_integer(wide);
    }
}

/// What the readers of a polynomial fraction take out of it once.
struct polynomial_words {
    explicit polynomial_words(const polynomial_continued_fraction& fraction)
        : numerators(fraction.numerators()),
          denominators(fraction.denominators()),
          from(fraction.polynomial_from()),
          safe_until(std::min(numerators.safe_until(), denominators.safe_until())) {}
    word_polynomial numerators, denominators;
    long from, safe_until;
};

}  // namespace detail

/// A polynomial fraction made ready for many evaluations: the polynomials' coefficients are taken out
/// once. The evaluations do this themselves for a polynomial_continued_fraction, for some 40 ns.
class prepared_continued_fraction {
  public:
    explicit prepared_continued_fraction(polynomial_continued_fraction fraction)
        : fraction_(std::move(fraction)), words_(fraction_) {
        const mpz_class first = fraction_.b(0);
        first_fits_ = first.fits_slong_p();
        first_denominator_ = first.get_si();
    }

    /// a_n, n ≥ 1, and b_n, n ≥ 0, exactly.
    mpz_class a(long n) const { return fraction_.a(n); }
    mpz_class b(long n) const { return fraction_.b(n); }
    /// The fraction that it was made of.
    const polynomial_continued_fraction& fraction() const noexcept { return fraction_; }

  private:
    template <class Arithmetic, class Fraction>
    friend class element_reader;
    polynomial_continued_fraction fraction_;
    detail::polynomial_words words_;
    long first_denominator_ = 0;
    bool first_fits_ = false;
};

/// Gives the elements of a fraction as numbers of an arithmetic: numerator(k, n) is a_n and
/// denominator(k, n) is b_n, rounded by the arithmetic k.
template <class Arithmetic, class Fraction>
class element_reader {
  public:
    using value_type = typename Arithmetic::value_type;
    HALFULP_ALWAYS_INLINE explicit element_reader(const Fraction& fraction) : fraction_(fraction) {}
    HALFULP_ALWAYS_INLINE value_type numerator(Arithmetic& k, long n) const {
        return detail::element_value(k, fraction_.a(n));
    }
    HALFULP_ALWAYS_INLINE value_type denominator(Arithmetic& k, long n) const {
        return detail::element_value(k, fraction_.b(n));
    }

  private:
    const Fraction& fraction_;
};

namespace detail {

/// What the readers of polynomial fractions have in common.
template <class Arithmetic>
class polynomial_reader {
  public:
    using value_type = typename Arithmetic::value_type;
    polynomial_reader(const polynomial_continued_fraction& fraction, const polynomial_words& words)
        : fraction_(fraction), words_(words) {}
    value_type numerator(Arithmetic& k, long n) const {
        long value = 0;
        if (n >= words_.from && words_.numerators.evaluate(n, value))
            return k.from_integer(value);
        mpz_class& wide = workspace();
        fraction_.numerator(wide, n);
        return k.from_integer(wide);
    }
    value_type denominator(Arithmetic& k, long n) const {
        long value = 0;
        if (n >= words_.from && words_.denominators.evaluate(n, value))
            return k.from_integer(value);
        mpz_class& wide = workspace();
        fraction_.denominator(wide, n);
        return k.from_integer(wide);
    }
    /// From quadratic_from() to quadratic_until(), which is 0 where there is no such stretch, the elements
    /// are those of quadratic().
    long quadratic_from() const { return words_.from; }
    long quadratic_until() const { return words_.safe_until; }
    quadratic_elements<Arithmetic> quadratic() const { return {words_.numerators, words_.denominators}; }

  private:
    /// Used again, so that no element allocates.
    static mpz_class& workspace() {
        static thread_local mpz_class value;
        return value;
    }
    const polynomial_continued_fraction& fraction_;
    const polynomial_words& words_;
};

struct words_of_reader {
    polynomial_words words;
};

}  // namespace detail

template <class Arithmetic>
class element_reader<Arithmetic, polynomial_continued_fraction>
    : private detail::words_of_reader, public detail::polynomial_reader<Arithmetic> {
  public:
    explicit element_reader(const polynomial_continued_fraction& fraction)
        : detail::words_of_reader{detail::polynomial_words(fraction)},
          detail::polynomial_reader<Arithmetic>(fraction, detail::words_of_reader::words) {}
    element_reader(const element_reader&) = delete;
    element_reader& operator=(const element_reader&) = delete;
};

template <class Arithmetic>
class element_reader<Arithmetic, prepared_continued_fraction> : public detail::polynomial_reader<Arithmetic> {
  public:
    explicit element_reader(const prepared_continued_fraction& f)
        : detail::polynomial_reader<Arithmetic>(f.fraction_, f.words_), fraction_(f) {}
    /// b_0 is at hand too: polynomial_from() is 1 at least.
    typename Arithmetic::value_type denominator(Arithmetic& k, long n) const {
        if (n == 0 && fraction_.first_fits_)
            return k.from_integer(fraction_.first_denominator_);
        return detail::polynomial_reader<Arithmetic>::denominator(k, n);
    }

  private:
    const prepared_continued_fraction& fraction_;
};

}  // namespace v0
}  // namespace halfulp

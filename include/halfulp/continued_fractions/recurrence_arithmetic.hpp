// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// What the evaluation of a continued fraction asks of numbers: an arithmetic, a small object whose
/// members do the steps. A number type with operators has one (`number_arithmetic<T>`), which is the
/// default everywhere; others carry what a type does not know:
///
/// | arithmetic                                   | numbers                | rounding of every step          |
/// |----------------------------------------------|------------------------|---------------------------------|
/// | `number_arithmetic<T>`                       | T's own operators      | T's own; none where T is exact  |
/// | `rounded_arithmetic<T>{projection, seed}`    | float, double, custom_float | any mode, also stochastic  |
/// | `dynamic_arithmetic{format, projection, seed}` (dynamic_arithmetic.hpp) | dynamic_float | any format, any mode |
/// | `mpfr_arithmetic{precision, direction}` (mpfr_arithmetic.hpp) | mpfr_real | any precision, MPFR's five modes |
/// | `residue_arithmetic{modulus}` (residue.hpp)  | integers modulo a prime | none                           |
/// | `running_error_arithmetic<T>` (running_error.hpp) | T with a bound on its error | T's own               |
///
/// | member, for numbers x, y, z               | needed by              | meaning                                  |
/// |-------------------------------------------|------------------------|------------------------------------------|
/// | `value_type`, `is_exact`                  | all                    | is_exact: nothing is ever rounded        |
/// | `from_integer(long)`, `(const mpz_class&)`| all                    | rounded at most once                     |
/// | `multiply(x, y)`, `multiply_add(x, y, z)` | all                    | x·y and x·y + z, the latter fused where the type can |
/// | `is_zero(x)`, `is_finite(x)`              | all                    |                                          |
/// | `rescale(x, x, x, x)`                     | forward                | see number_arithmetic                    |
/// | `add`, `subtract`, `divide`               | backward, Steed, Lentz, quotients |                               |
/// | `settled(c, t, x)`, `epsilon()`           | adaptive depths        | \|c\| ≤ t·\|x\|; the default of t            |
/// | `tiny()`                                  | Lentz                  | what replaces a zero                     |

#include <halfulp/continued_fractions/number_from_integer.hpp>
#include <halfulp/continued_fractions/polynomial_continued_fraction.hpp>
#include <halfulp/core/error_free.hpp>
#include <halfulp/core/philox.hpp>
#include <halfulp/formats/functions.hpp>
#include <halfulp/formats/limits.hpp>

#include <algorithm>
#include <bit>
#include <cmath>
#include <concepts>
#include <cstdint>
#include <limits>
#include <type_traits>
#include <utility>

namespace halfulp {
inline namespace v0 {

/// What every evaluation needs; see the file comment.
template <class A>
concept recurrence_arithmetic = requires(A& k, const typename A::value_type& x, const mpz_class& integer) {
    { A::is_exact } -> std::convertible_to<bool>;
    { k.from_integer(integer) } -> std::same_as<typename A::value_type>;
    { k.from_integer(1L) } -> std::same_as<typename A::value_type>;
    { k.multiply(x, x) } -> std::same_as<typename A::value_type>;
    { k.multiply_add(x, x, x) } -> std::same_as<typename A::value_type>;
    { k.is_zero(x) } -> std::same_as<bool>;
    { k.is_finite(x) } -> std::same_as<bool>;
};

/// … and one that divides.
template <class A>
concept dividing_arithmetic = recurrence_arithmetic<A> && requires(A& k, const typename A::value_type& x) {
    { k.add(x, x) } -> std::same_as<typename A::value_type>;
    { k.subtract(x, x) } -> std::same_as<typename A::value_type>;
    { k.divide(x, x) } -> std::same_as<typename A::value_type>;
};

/// … and one whose numbers have a size.
template <class A>
concept ordered_arithmetic = dividing_arithmetic<A> && requires(A& k, const typename A::value_type& x) {
    { k.settled(x, x, x) } -> std::same_as<bool>;
    { k.epsilon() } -> std::same_as<typename A::value_type>;
};

namespace detail {

/// A product that goes into a sum, kept apart from it: see as_rounded.
template <class T>
HALFULP_ALWAYS_INLINE T separate_product(T x) {
    if constexpr (standard_float<T>)
        return static_cast<T>(as_rounded(static_cast<double>(x)));
    else
        return x;
}

/// The exponent of what modified Lentz puts in the place of a zero: 2^max(e_min, min(e_min/2, −2p)). Its square
/// and its inverse are in range where the format is wide enough for that, and beside 1 it is below the
/// square of the last bit; narrow formats get their smallest normal value.
constexpr int tiny_exponent(const float_format& format) noexcept {
    const int smallest = format.minimum_exponent();
    return std::max(smallest, std::min(smallest / 2, -2 * format.precision()));
}

/// 2^exponent in a format; the smallest positive value where that is larger.
template <class Format>
constexpr auto encode_power_of_two(Format format, int exponent) noexcept {
    return encode(format, projection{rounding::away_from_zero, saturation::finite}, false, exponent,
                  uint_with_bits<66>{1});
}

/// The power of two by which four numbers are to be divided before the next step: the exponent of the
/// largest, where that has left the middle half of the format's range; else 0. `Unpacked` are decoded.
template <class Unpacked>
int excess_exponent(const float_format& format, const Unpacked (&numbers)[4]) noexcept {
    bool any = false;
    int largest = 0;
    for (const Unpacked& u : numbers) {
        if (u.kind == number_class::infinity)
            return 0;
        if (u.kind != number_class::finite)
            continue;
        const int exponent = u.exponent + bit_width(u.significand) - 1;
        largest = !any || exponent > largest ? exponent : largest;
        any = true;
    }
    return largest >= format.minimum_exponent() / 4 && largest <= format.maximum_exponent() / 4 ? 0 : largest;
}

/// `rescale` for formats known to the compiler, with a projection for what becomes subnormal.
template <formatted_number T, class Projection>
long rescale_formatted(Projection p, T& x0, T& x1, T& x2, T& x3) {
    constexpr float_format format = number_format<T>::value;
    const decltype(unpack_operand(x0)) decoded[4] = {unpack_operand(x0), unpack_operand(x1),
                                                     unpack_operand(x2), unpack_operand(x3)};
    const int excess = excess_exponent(format, decoded);
    if (excess == 0)
        return 0;
    T* const numbers[] = {&x0, &x1, &x2, &x3};
    for (std::size_t i = 0; i < 4; ++i) {
        auto u = exactly<uint_with_bits<format.precision() + 3>>(decoded[i]);
        u.exponent -= excess;
        *numbers[i] = make_result<T>(encode(result_format<T>{}, p, u));
    }
    return -excess;
}

}  // namespace detail

/// The operators of a number type. Exact types never round; float, double and custom_float fuse
/// x·y + z, the latter by their default projection; Boost's numbers and others without a fused
/// operation round the product first.
template <number T>
struct number_arithmetic {
    using value_type = T;
    static constexpr bool is_exact = number_traits<T>::is_exact;

    T from_integer(const mpz_class& x) const { return number_from_integer<T>(x); }
    HALFULP_ALWAYS_INLINE T from_integer(long x) const { return number_from_integer<T>(x); }

    HALFULP_ALWAYS_INLINE T add(const T& x, const T& y) const { return static_cast<T>(x + y); }
    HALFULP_ALWAYS_INLINE T subtract(const T& x, const T& y) const { return static_cast<T>(x - y); }
    HALFULP_ALWAYS_INLINE T multiply(const T& x, const T& y) const {
        return detail::separate_product<T>(static_cast<T>(x * y));
    }
    HALFULP_ALWAYS_INLINE T divide(const T& x, const T& y) const { return static_cast<T>(x / y); }
    HALFULP_ALWAYS_INLINE T multiply_add(const T& x, const T& y, T z) const {
        if constexpr (standard_float<T>)
            return std::fma(x, y, z);
        else if constexpr (formatted_number<T>)
            return halfulp::fma<T>(x, y, z);
        else if constexpr (requires {
                               { number_traits<T>::multiply_add(x, y, z) } -> std::convertible_to<T>;
                           })
            return number_traits<T>::multiply_add(x, y, z);
        else if constexpr (standard_integer<T>)
            return static_cast<T>(static_cast<T>(x * y) + z);
        else {
            z += x * y;
            return z;
        }
    }

    HALFULP_ALWAYS_INLINE bool is_zero(const T& x) const { return x == T(0); }
    HALFULP_ALWAYS_INLINE bool is_finite(const T& x) const {
        if constexpr (is_exact)
            return true;
        else if constexpr (standard_float<T>)
            return std::fabs(x) <= std::numeric_limits<T>::max();
        else if constexpr (formatted_number<T>)
            return isfinite(x);
        else
            return static_cast<T>(x - x) == T(0);
    }

    /// |change| ≤ tolerance·|value|, the product rounded as others are. False where the change is no finite number.
    HALFULP_ALWAYS_INLINE bool settled(const T& change, const T& tolerance, const T& value) const
        requires(requires(const T& x) {
            { x < x } -> std::convertible_to<bool>;
        }) {
        return magnitude(change) <= multiply(tolerance, magnitude(value)) && is_finite(change);
    }
    /// numeric_limits' epsilon, the distance from 1 to the next number; found by trial where there is none; 0 for exact
    /// types.
    HALFULP_ALWAYS_INLINE T epsilon() const {
        if constexpr (is_exact) {
            return T(0);
        } else {
            // Boost's numbers of a precision chosen at run time have one without being specialised.
            if (const T known = std::numeric_limits<T>::epsilon(); known > T(0)) [[likely]]
                return known;
            T result = from_integer(1L);
            const T one = result, two = from_integer(2L);
            for (int bits = 0; bits < (1 << 20); ++bits) {
                T half = divide(result, two);
                if (add(one, half) == one)
                    return result;
                result = std::move(half);
            }
            throw convergence_error(
                "halfulp::number_arithmetic::epsilon: 1 + x is never 1: give the tolerance");
        }
    }
    /// In a format: 2^max(e_min, min(e_min/2, −2p)), e_min the exponent of the smallest normal value and p the
    /// precision, so 2^-511 in double, 2^-63 in float and bfloat16, 2^-14 in float16, 2^-7 in
    /// float8_e5m2, 2^-6 in float8_e4m3fn. In other types the fourth power of epsilon.
    T tiny() const {
        if constexpr (standard_float<T>) {
            return static_cast<T>(power_of_two(detail::tiny_exponent(number_format<T>::value)));
        } else if constexpr (formatted_number<T>) {
            return detail::make_result<T>(detail::encode_power_of_two(
                detail::result_format<T>{}, detail::tiny_exponent(number_format<T>::value)));
        } else {
            const T square = multiply(epsilon(), epsilon());
            return multiply(square, square);
        }
    }

    /// Divides four numbers by the power of two that brings the largest to 1 ≤ |x| < 2, if its exponent
    /// has left the middle half of the format's range, and returns the exponent added. No ratio
    /// changes; where the smaller numbers fall below the format's smallest normal value they are
    /// rounded. Nothing is done where one is infinite. Types that are no formats have a range that is not in danger: 0.
    HALFULP_ALWAYS_INLINE long rescale([[maybe_unused]] T& x0, [[maybe_unused]] T& x1, [[maybe_unused]] T& x2,
                                       [[maybe_unused]] T& x3) const {
        if constexpr (standard_float<T>) {
            constexpr float_format format = number_format<T>::value;
            constexpr T low = static_cast<T>(power_of_two(format.minimum_exponent() / 4));
            constexpr T high = static_cast<T>(power_of_two(format.maximum_exponent() / 4 + 1));
            const T largest =
                larger(larger(std::fabs(x0), std::fabs(x1)), larger(std::fabs(x2), std::fabs(x3)));
            if (largest >= low && largest < high) [[likely]]
                return 0;
            return rescale_standard(largest, x0, x1, x2, x3);
        } else if constexpr (formatted_number<T>) {
            return detail::rescale_formatted(detail::result_projection<T>{}, x0, x1, x2, x3);
        } else {
            return 0;
        }
    }

  private:
    static constexpr double power_of_two(int exponent) noexcept {
        double result = 1;
        for (int i = 0; i < (exponent < 0 ? -exponent : exponent); ++i)
            result *= exponent < 0 ? 0.5 : 2.0;
        return result;
    }
    /// 2^exponent, which the type has.
    static HALFULP_ALWAYS_INLINE T binary_power(int exponent) {
        constexpr float_format format = number_format<T>::value;
        using code = std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>;
        return std::bit_cast<T>(
            exponent >= format.minimum_exponent()
                ? static_cast<code>(static_cast<code>(exponent + format.bias) << format.significand_bits)
                : static_cast<code>(code{1} << (exponent - format.minimum_quantum_exponent())));
    }
    /// What rescale_formatted does, without a call: the loops that use it stay in registers.
    static HALFULP_ALWAYS_INLINE long rescale_standard(T largest, T& x0, T& x1, T& x2, T& x3) {
        constexpr float_format format = number_format<T>::value;
        using code = std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>;
        if (!(largest > 0 && largest <= std::numeric_limits<T>::max()))
            return 0;
        int exponent = -format.bias;
        if (largest < std::numeric_limits<T>::min()) {
            constexpr int up = format.precision();
            largest *= static_cast<T>(power_of_two(up));
            exponent -= up;
        }
        exponent += static_cast<int>(std::bit_cast<code>(largest) >> format.significand_bits);
        // 2^-exponent in two factors that the type has; upward both products are exact, and downward, where
        // the result may be subnormal, one factor is enough.
        const int first = std::min(-exponent, format.maximum_exponent());
        const T factor = binary_power(first), rest = binary_power(-exponent - first);
        x0 = x0 * factor * rest;
        x1 = x1 * factor * rest;
        x2 = x2 * factor * rest;
        x3 = x3 * factor * rest;
        return -exponent;
    }
    static HALFULP_ALWAYS_INLINE T larger(const T& x, const T& y) { return x > y ? x : y; }
    static HALFULP_ALWAYS_INLINE T magnitude(const T& x) {
        if constexpr (standard_float<T>)
            return std::fabs(x);
        else
            return x < T(0) ? static_cast<T>(-x) : x;
    }
};

/// float, double or custom_float with a rounding chosen at run time, also a stochastic one: every
/// operation rounds once by the projection. The random bits of operation i are philox(seed, 0, i),
/// counted from the construction of the object; evaluations copy it, so that each gives the same
/// result again.
template <formatted_number T>
class rounded_arithmetic {
  public:
    using value_type = T;
    static constexpr bool is_exact = false;

    /// @throws format_error if the projection cannot be carried out
    explicit rounded_arithmetic(const projection& p, std::uint64_t seed = 0) : projection_(p), seed_(seed) {
        if (p.mode > rounding::stochastic_equal || p.overflow > saturation::propagate ||
            (is_stochastic(p.mode) && (p.random_bits < 1 || p.random_bits > maximum_random_bits)))
            throw format_error("halfulp::rounded_arithmetic: the projection is not one of the library");
    }

    T from_integer(const mpz_class& x) {
        return detail::make_result<T>(detail::encode_integer<detail::integer_workspace_bits<T>>(
            detail::result_format<T>{}, projection_, x, random()));
    }
    T from_integer(long x) { return convert<T>(x, projection_, random()); }
    T add(T x, T y) { return halfulp::add<T>(x, y, projection_, random()); }
    T subtract(T x, T y) { return halfulp::subtract<T>(x, y, projection_, random()); }
    T multiply(T x, T y) { return halfulp::multiply<T>(x, y, projection_, random()); }
    T divide(T x, T y) { return halfulp::divide<T>(x, y, projection_, random()); }
    T multiply_add(T x, T y, T z) { return halfulp::fma<T>(x, y, z, projection_, random()); }
    bool is_zero(T x) const { return iszero(x); }
    bool is_finite(T x) const { return isfinite(x); }
    bool settled(T change, T tolerance, T value) {
        return abs(change) <= multiply(tolerance, abs(value)) && isfinite(change);
    }
    T epsilon() const { return number_arithmetic<T>{}.epsilon(); }
    T tiny() const { return number_arithmetic<T>{}.tiny(); }
    long rescale(T& x0, T& x1, T& x2, T& x3) {
        return detail::rescale_formatted(
            projection{is_stochastic(projection_.mode) ? rounding::ties_to_even : projection_.mode,
                       projection_.overflow},
            x0, x1, x2, x3);
    }

  private:
    std::uint64_t random() {
        return is_stochastic(projection_.mode) ? philox_bits(seed_, 0, operations_++) : 0;
    }
    projection projection_;
    std::uint64_t seed_;
    std::uint64_t operations_ = 0;
};

}  // namespace v0
}  // namespace halfulp

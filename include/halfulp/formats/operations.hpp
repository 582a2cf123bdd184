// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// The arithmetic of formatted numbers: any formats in, any format out, one rounding.
///
///     add<Result>(x, y, projection, random)        x + y
///     subtract, multiply, divide                   x − y, x · y, x / y
///     fma<Result>(x, y, z, …)                      x · y + z
///     sqrt<Result>(x, …)                           the square root
///     remainder<Result>(x, y, …)                   x − n·y, n the integer nearest to x/y, ties to even
///     convert<Result>(x, …)                        x itself; Result may be an integer too
///
/// * Operands are custom_float of any formats, float, double, and integers of up to 64 bits, mixed
///   as you like; each is taken exactly. The result is the exact real result, rounded once.
/// * `Result` is a custom_float, float or double, or `with_status<…>` of one for the IEEE flags.
///   It may be left out where all operands have the same type.
/// * The projection is a run-time `projection` or a `constant<projection{…}>`; by default that of
///   Result. The stochastic modes take their random bits from the last argument, low bits first.
/// * Special values follow IEEE 754, clauses 6 and 7; overflow the table in formats/encode.hpp. A
///   nonzero number divided by a zero that has no sign (integers, P3109, FNUZ) is NaN.
///
/// Two lanes give the same bits: exact integers (constexpr, every format and mode), and double
/// where formats/carrier.hpp proves it safe. All functions are noexcept and O(1), but remainder,
/// which is linear in the difference of exponents, and the exact lane's quotients and roots of
/// more than 128 bits, linear in the bits.

#include <halfulp/core/exact_arithmetic.hpp>
#include <halfulp/formats/carrier.hpp>

namespace halfulp {
inline namespace v0 {
namespace detail {

// No member `type` for operands of other kinds, which have overloads of their own.
template <class Result, class First, class... Rest>
struct deduced_result {};
template <class Result, exact_operand First, exact_operand... Rest>
requires(!std::is_void_v<Result>) struct deduced_result<Result, First, Rest...> {
    using type = Result;
};
template <exact_operand First, exact_operand... Rest>
struct deduced_result<void, First, Rest...> {
    static_assert((std::same_as<First, Rest> && ...) && formatted_number<First>,
                  "halfulp: the operands have different types, or are integers, so say what the result is: "
                  "add<Result>(x, y), for example add<halfulp::float32>(x, y)");
    using type = First;
};
template <class Result, class... Operands>
using deduced = typename deduced_result<Result, Operands...>::type;

/// Random bits that a projection can ask for: known for constants, the most otherwise.
template <class P>
struct most_random_bits : constant<maximum_random_bits> {};
template <projection P>
struct most_random_bits<constant<P>> : constant<carrier::random_bits(P)> {};

template <class T>
constexpr bool fits_carrier() noexcept {
    if constexpr (formatted_number<T>)
        return carrier::fits(number_format<T>::value);
    else
        return false;
}
template <class T>
constexpr bool is_binary64() noexcept {
    if constexpr (formatted_number<T>)
        return HALFULP_HAS_EXACT_CARRIER != 0 && number_format<T>::value == formats::float64;
    else
        return false;
}

// Every operation: its workspace, its exact form, when and how double computes it, and the plain
// double operation, which is IEEE 754's own for binary64 and ties to even.

struct sum_operation {
    static constexpr int workspace(int deciding, int x, int y) noexcept {
        return exact::sum_workspace(x, y, deciding);
    }
    template <class W>
    static constexpr auto exactly(int, const auto& x, const auto& y) noexcept {
        return exact::sum<W>(x, y);
    }
    template <class F, class, class>
    static constexpr bool is_safe(const projection& p) noexcept {
        return carrier::sum_is_safe(F::value, p);
    }
    template <class F, class X, class Y>
    static HALFULP_ALWAYS_INLINE double in_double(const projection& p, double x, double y) noexcept {
        constexpr float_format x_format = number_format<X>::value;
        constexpr float_format y_format = number_format<Y>::value;
        constexpr bool always_exact = carrier::sum_is_exact(x_format, y_format);
        const double sum = always_exact || carrier::nearest_sum_needs_no_odd(x_format, y_format, F::value, p)
                               ? x + y
                               : sum_to_odd(x, y);
        return zero_sum(p, sum, x, y);
    }
    static double native(double x, double y) noexcept { return x + y; }

    /// IEEE 754, 6.3: an exact zero sum of opposite signs is −0 in toward_negative alone.
    static HALFULP_ALWAYS_INLINE double zero_sum(const projection& p, double sum, double x,
                                                 double y) noexcept {
        if (p.mode == rounding::toward_negative && sum == 0 && std::signbit(x) != std::signbit(y))
            return -0.0;
        return sum;
    }
};

struct difference_operation {
    static constexpr int workspace(int deciding, int x, int y) noexcept {
        return exact::sum_workspace(x, y, deciding);
    }
    template <class W>
    static constexpr auto exactly(int, const auto& x, auto y) noexcept {
        y.negative = !y.negative;
        return exact::sum<W>(x, y);
    }
    template <class F, class, class>
    static constexpr bool is_safe(const projection& p) noexcept {
        return carrier::sum_is_safe(F::value, p);
    }
    template <class F, class X, class Y>
    static HALFULP_ALWAYS_INLINE double in_double(const projection& p, double x, double y) noexcept {
        return sum_operation::in_double<F, X, Y>(p, x, -y);
    }
    static double native(double x, double y) noexcept { return x - y; }
};

struct product_operation {
    static constexpr int workspace(int deciding, int x, int y) noexcept {
        return exact::larger(x + y, deciding);
    }
    template <class W>
    static constexpr auto exactly(int, const auto& x, const auto& y) noexcept {
        return exact::product<W>(x, y);
    }
    template <class, class, class>
    static constexpr bool is_safe(const projection&) noexcept {
        return true;  // 24 + 24 bits: the double product is exact
    }
    template <class, class, class>
    static HALFULP_ALWAYS_INLINE double in_double(const projection&, double x, double y) noexcept {
        return x * y;
    }
    static double native(double x, double y) noexcept { return x * y; }
};

struct quotient_operation {
    static constexpr int workspace(int deciding, int x, int y) noexcept {
        return exact::quotient_workspace(x, y, deciding);
    }
    template <class W>
    static constexpr auto exactly(int deciding, const auto& x, const auto& y) noexcept {
        return exact::quotient<W>(x, y, deciding);
    }
    template <class F, class, class Y>
    static constexpr bool is_safe(const projection& p) noexcept {
        return carrier::quotient_is_safe(number_format<Y>::value, F::value, p);
    }
    template <class, class, class Y>
    static HALFULP_ALWAYS_INLINE double in_double(const projection&, double x, double y) noexcept {
        if constexpr (!number_format<Y>::value.has_negative_zero)
            if (y == 0)
                return std::numeric_limits<double>::quiet_NaN();
        return x / y;
    }
    static double native(double x, double y) noexcept { return x / y; }
};

struct square_root_operation {
    static constexpr int workspace(int deciding, int x) noexcept {
        return exact::square_root_workspace(x, deciding);
    }
    template <class W>
    static constexpr auto exactly(int deciding, const auto& x) noexcept {
        return exact::square_root<W>(x, deciding);
    }
    template <class F, class>
    static constexpr bool is_safe(const projection& p) noexcept {
        return carrier::square_root_is_safe(F::value, p);
    }
    template <class, class>
    static HALFULP_ALWAYS_INLINE double in_double(const projection&, double x) noexcept {
        return std::sqrt(x);
    }
    static double native(double x) noexcept { return std::sqrt(x); }
};

struct fused_operation {
    static constexpr int workspace(int deciding, int x, int y, int z) noexcept {
        return exact::fused_workspace(x, y, z, deciding);
    }
    template <class W>
    static constexpr auto exactly(int, const auto& x, const auto& y, const auto& z) noexcept {
        return exact::fused_multiply_add<W>(x, y, z);
    }
    template <class F, class, class, class>
    static constexpr bool is_safe(const projection& p) noexcept {
        return carrier::sum_is_safe(F::value, p);
    }
    template <class, class X, class Y, class Z>
    static HALFULP_ALWAYS_INLINE double in_double(const projection& p, double x, double y,
                                                  double z) noexcept {
        const double product = x * y;  // exact: 24 + 24 bits
        constexpr bool always_exact = carrier::fused_sum_is_exact(
            number_format<X>::value, number_format<Y>::value, number_format<Z>::value);
        return sum_operation::zero_sum(p, always_exact ? product + z : sum_to_odd(product, z), product, z);
    }
    static double native(double x, double y, double z) noexcept { return std::fma(x, y, z); }
};

struct remainder_operation {
    static constexpr int workspace(int deciding, int x, int y) noexcept {
        return exact::larger(exact::remainder_workspace(x, y), deciding);
    }
    template <class W>
    static constexpr auto exactly(int, const auto& x, const auto& y) noexcept {
        return exact::remainder<W>(x, y);
    }
};

struct identity_operation {
    static constexpr int workspace(int deciding, int x) noexcept { return exact::larger(x, deciding); }
    template <class W>
    static constexpr auto exactly(int, const auto& x) noexcept {
        return halfulp::exactly<W>(x);
    }
    template <class, class>
    static constexpr bool is_safe(const projection&) noexcept {
        return true;
    }
    template <class, class>
    static HALFULP_ALWAYS_INLINE double in_double(const projection&, double x) noexcept {
        return x;
    }
    static double native(double x) noexcept { return x; }
};

template <class Operation>
inline constexpr bool has_hardware_form = !std::same_as<Operation, remainder_operation>;

/// The exact lane: unpack, compute, encode.
template <class Operation, class Result, class P, class... Operands>
constexpr Result apply_exactly(P p, std::uint64_t random, Operands... operands) noexcept {
    using format = result_format<Result>;
    constexpr int precision = format::value.precision();
    constexpr int deciding = exact::deciding_bits(precision, most_random_bits<P>::value);
    using workspace = uint_with_bits<Operation::workspace(deciding, operand_precision<Operands>()...)>;
    return make_result<Result>(encode(
        format{}, p, Operation::template exactly<workspace>(deciding, unpack_operand(operands)...), random));
}

/// The one driver: the hardware lane where it is proven to give the same bits, else the exact one.
template <class Operation, class Result, class P, class... Operands>
constexpr Result apply(P p, std::uint64_t random, Operands... operands) noexcept {
    using format = result_format<Result>;
    constexpr bool carried = has_hardware_form<Operation> && !result_traits<Result>::wants_status &&
                             carrier::fits(format::value) && (fits_carrier<Operands>() && ...);
    constexpr bool binary64 = has_hardware_form<Operation> && !result_traits<Result>::wants_status &&
                              is_binary64<result_number<Result>>() && (is_binary64<Operands>() && ...);
    if constexpr (carried) {
        const projection direction = p;
        if (!std::is_constant_evaluated() && Operation::template is_safe<format, Operands...>(direction))
            return make_result<Result>(carrier::encode(
                format{}, p,
                Operation::template in_double<format, Operands...>(direction, carrier::decode(operands)...),
                random));
    } else if constexpr (binary64) {
        const projection direction = p;
        if (!std::is_constant_evaluated() && direction.mode == rounding::ties_to_even &&
            direction.overflow == saturation::none) {
            const double result =
                Operation::native(std::bit_cast<double>(static_cast<std::uint64_t>(to_code(operands)))...);
            return result != result ? make_result<Result>(encode_nan(format{}))
                                    : from_code<Result>(std::bit_cast<std::uint64_t>(result));
        }
    }
    return apply_exactly<Operation, Result>(p, random, operands...);
}

}  // namespace detail

/// x + y, rounded once. See the file comment for operands, results, projection and random bits.
template <class Result = void, exact_operand X, exact_operand Y,
          projection_argument P = detail::result_projection<detail::deduced<Result, X, Y>>>
constexpr auto add(X x, Y y, P p = {}, std::uint64_t random = 0) noexcept -> detail::deduced<Result, X, Y> {
    return detail::apply<detail::sum_operation, detail::deduced<Result, X, Y>>(p, random, x, y);
}

/// x − y, rounded once.
template <class Result = void, exact_operand X, exact_operand Y,
          projection_argument P = detail::result_projection<detail::deduced<Result, X, Y>>>
constexpr auto subtract(X x, Y y, P p = {}, std::uint64_t random = 0) noexcept
    -> detail::deduced<Result, X, Y> {
    return detail::apply<detail::difference_operation, detail::deduced<Result, X, Y>>(p, random, x, y);
}

/// x · y, rounded once.
template <class Result = void, exact_operand X, exact_operand Y,
          projection_argument P = detail::result_projection<detail::deduced<Result, X, Y>>>
constexpr auto multiply(X x, Y y, P p = {}, std::uint64_t random = 0) noexcept
    -> detail::deduced<Result, X, Y> {
    return detail::apply<detail::product_operation, detail::deduced<Result, X, Y>>(p, random, x, y);
}

/// x / y, rounded once.
template <class Result = void, exact_operand X, exact_operand Y,
          projection_argument P = detail::result_projection<detail::deduced<Result, X, Y>>>
constexpr auto divide(X x, Y y, P p = {}, std::uint64_t random = 0) noexcept
    -> detail::deduced<Result, X, Y> {
    return detail::apply<detail::quotient_operation, detail::deduced<Result, X, Y>>(p, random, x, y);
}

/// The IEEE remainder of x by y. Exact where the result's format contains the operands' precisions.
template <class Result = void, exact_operand X, exact_operand Y,
          projection_argument P = detail::result_projection<detail::deduced<Result, X, Y>>>
constexpr auto remainder(X x, Y y, P p = {}, std::uint64_t random = 0) noexcept
    -> detail::deduced<Result, X, Y> {
    return detail::apply<detail::remainder_operation, detail::deduced<Result, X, Y>>(p, random, x, y);
}

/// x · y + z, rounded once. No intermediate overflow: fma(max, 2, −max) is max.
template <class Result = void, exact_operand X, exact_operand Y, exact_operand Z,
          projection_argument P = detail::result_projection<detail::deduced<Result, X, Y, Z>>>
constexpr auto fma(X x, Y y, Z z, P p = {}, std::uint64_t random = 0) noexcept
    -> detail::deduced<Result, X, Y, Z> {
    return detail::apply<detail::fused_operation, detail::deduced<Result, X, Y, Z>>(p, random, x, y, z);
}

/// The square root of x, rounded once; sqrt(−0) is −0, of other negative numbers NaN.
template <class Result = void, exact_operand X,
          projection_argument P = detail::result_projection<detail::deduced<Result, X>>>
constexpr auto sqrt(X x, P p = {}, std::uint64_t random = 0) noexcept -> detail::deduced<Result, X> {
    return detail::apply<detail::square_root_operation, detail::deduced<Result, X>>(p, random, x);
}

/// x in another format, rounded once. NaN stays NaN (its payload and sign are not kept).
template <rounded_result Result, exact_operand X, projection_argument P = detail::result_projection<Result>>
constexpr Result convert(X x, P p = {}, std::uint64_t random = 0) noexcept {
    return detail::apply<detail::identity_operation, Result>(p, random, x);
}

/// x as an integer, rounded once in the given mode (toward_zero by default, as a C++ conversion
/// does). A value beyond the integer's range gives its nearest end, NaN gives 0; both raise
/// `invalid`, which `with_status<Integer>` reports.
template <class Result, exact_operand X>
requires(std::integral<detail::result_number<Result>> &&
         !std::same_as<detail::result_number<Result>, bool>) constexpr Result
    convert(X x, projection p = {rounding::toward_zero}, std::uint64_t random = 0) noexcept {
    using integer = detail::result_number<Result>;
    using limits = std::numeric_limits<integer>;
    const auto finish = [](integer value, status flags) -> Result {
        if constexpr (detail::result_traits<Result>::wants_status)
            return {value, flags};
        else
            return value;
    };
    const auto number = detail::unpack_operand(x);
    using workspace = uint_with_bits<exact::larger(detail::operand_precision<X>(), 66)>;
    const bool negative = number.negative;
    if (number.kind == number_class::nan)
        return finish(integer{0}, {.invalid = true});
    if (number.kind == number_class::zero)
        return finish(integer{0}, {});
    const integer end = negative ? limits::min() : limits::max();
    if (number.kind == number_class::infinity || number.exponent + bit_width(number.significand) > 65)
        return finish(end, {.invalid = true});
    const auto rounded = round_magnitude(static_cast<workspace>(number.significand), -number.exponent, false,
                                         negative, true, p, random);
    const auto end_magnitude = negative ? std::uint64_t{0} - static_cast<std::uint64_t>(limits::min())
                                        : static_cast<std::uint64_t>(limits::max());
    if (static_cast<workspace>(end_magnitude) < rounded.value)
        return finish(end, {.invalid = true});
    const auto magnitude = static_cast<std::uint64_t>(rounded.value);
    return finish(static_cast<integer>(negative ? std::uint64_t{0} - magnitude : magnitude),
                  {.inexact = rounded.inexact});
}

namespace detail {

/// The exact order of two unpacked operands.
template <class X, class Y>
constexpr std::partial_ordering compare_unpacked(const unpacked<X>& x, const unpacked<Y>& y) noexcept {
    using order = std::partial_ordering;
    if (x.kind == number_class::nan || y.kind == number_class::nan)
        return order::unordered;
    // −2 … 2: the order of the classes, with sign; finite and infinite values of one sign differ.
    const auto rank = [](const auto& v) {
        const int magnitude = v.kind == number_class::zero ? 0 : v.kind == number_class::finite ? 1 : 2;
        return v.negative ? -magnitude : magnitude;
    };
    const int x_rank = rank(x);
    const int y_rank = rank(y);
    if (x_rank != y_rank || x.kind != number_class::finite)
        return x_rank <=> y_rank;
    constexpr int width = exact::larger(width_of<X>, width_of<Y>);
    using wide = uint_with_bits<width>;
    const int x_width = bit_width(x.significand);
    const int y_width = bit_width(y.significand);
    auto magnitude = (x.exponent + x_width) <=> (y.exponent + y_width);
    if (magnitude == 0) {
        const wide x_aligned = shift_left(static_cast<wide>(x.significand), width - x_width);
        const wide y_aligned = shift_left(static_cast<wide>(y.significand), width - y_width);
        magnitude = x_aligned < y_aligned    ? std::strong_ordering::less
                    : x_aligned == y_aligned ? std::strong_ordering::equal
                                             : std::strong_ordering::greater;
    }
    return x.negative ? 0 <=> magnitude : magnitude;
}

}  // namespace detail

/// The exact order of any two operands, neither of them rounded; NaN is unordered, −0 equals +0.
template <exact_operand X, exact_operand Y>
constexpr std::partial_ordering compare(X x, Y y) noexcept {
    if constexpr ((detail::fits_carrier<X>() || detail::is_binary64<X>()) &&
                  (detail::fits_carrier<Y>() || detail::is_binary64<Y>())) {
        if (!std::is_constant_evaluated()) {
            const auto as_double = [](auto v) {
                if constexpr (detail::is_binary64<decltype(v)>())
                    return std::bit_cast<double>(static_cast<std::uint64_t>(detail::to_code(v)));
                else
                    return carrier::decode(v);
            };
            return as_double(x) <=> as_double(y);
        }
    }
    return detail::compare_unpacked(detail::unpack_operand(x), detail::unpack_operand(y));
}

}  // namespace v0
}  // namespace halfulp

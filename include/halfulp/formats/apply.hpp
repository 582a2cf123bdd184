// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// What each operation is, and the driver that carries it out: the exact lane and the hardware
/// lane. The functions for users are in formats/operations.hpp.

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

// The same for the functions that <cmath> has too. For built-in operands of several types, or
// integers, it has no member `type` instead of a sentence: after `using namespace halfulp`, sqrt(2)
// and fma(1, 2.0, 3.0) are the calls of <cmath> that they were before.
template <class Result, class... Operands>
struct deduced_beside_cmath : deduced_result<Result, Operands...> {};
template <class First, class... Rest>
requires(std::is_arithmetic_v<First> && (std::is_arithmetic_v<Rest> && ...) &&
         !(formatted_number<First> &&
           (std::same_as<First, Rest> && ...))) struct deduced_beside_cmath<void, First, Rest...> {
};
template <class Result, class... Operands>
using deduced_math = typename deduced_beside_cmath<Result, Operands...>::type;

/// Random bits that a projection can ask for: known for constants, the most otherwise.
template <class P>
struct most_random_bits : constant_value<maximum_random_bits> {};
template <projection P>
struct most_random_bits<constant_value<P>> : constant_value<carrier::random_bits(P)> {};

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
        return exact_arithmetic::sum_workspace(x, y, deciding);
    }
    template <class W>
    static constexpr auto exactly(int, const auto& x, const auto& y) noexcept {
        return exact_arithmetic::sum<W>(x, y);
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

/// x − y as x + (−y): workspace and safety are the sum's.
struct difference_operation : sum_operation {
    template <class W>
    static constexpr auto exactly(int, const auto& x, auto y) noexcept {
        y.negative = !y.negative;
        return exact_arithmetic::sum<W>(x, y);
    }
    template <class F, class X, class Y>
    static HALFULP_ALWAYS_INLINE double in_double(const projection& p, double x, double y) noexcept {
        return sum_operation::in_double<F, X, Y>(p, x, -y);
    }
    static double native(double x, double y) noexcept { return x - y; }
};

struct product_operation {
    static constexpr int workspace(int deciding, int x, int y) noexcept {
        return exact_arithmetic::larger(x + y, deciding);
    }
    template <class W>
    static constexpr auto exactly(int, const auto& x, const auto& y) noexcept {
        return exact_arithmetic::product<W>(x, y);
    }
    template <class, class, class>
    static constexpr bool is_safe(const projection&) noexcept {
        return true;  // 24 + 24 bits: the double product is exact
    }
    template <class, class, class>
    static HALFULP_ALWAYS_INLINE double in_double(const projection&, double x, double y) noexcept {
        return x * y;
    }
    static double native(double x, double y) noexcept { return as_rounded(x * y); }
};

struct quotient_operation {
    static constexpr int workspace(int deciding, int x, int y) noexcept {
        return exact_arithmetic::quotient_workspace(x, y, deciding);
    }
    template <class W>
    static constexpr auto exactly(int deciding, const auto& x, const auto& y) noexcept {
        return exact_arithmetic::quotient<W>(x, y, deciding);
    }
    template <class F, class, class Y>
    static constexpr bool is_safe(const projection& p) noexcept {
        return carrier::quotient_is_safe(number_format<Y>::value.precision(), F::value, p);
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
        return exact_arithmetic::square_root_workspace(x, deciding);
    }
    template <class W>
    static constexpr auto exactly(int deciding, const auto& x) noexcept {
        return exact_arithmetic::square_root<W>(x, deciding);
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
        return exact_arithmetic::fused_workspace(x, y, z, deciding);
    }
    template <class W>
    static constexpr auto exactly(int, const auto& x, const auto& y, const auto& z) noexcept {
        return exact_arithmetic::fused_multiply_add<W>(x, y, z);
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
        return exact_arithmetic::larger(exact_arithmetic::remainder_workspace(x, y), deciding);
    }
    template <class W>
    static constexpr auto exactly(int, const auto& x, const auto& y) noexcept {
        return exact_arithmetic::remainder<W>(x, y);
    }
};

struct identity_operation {
    static constexpr int workspace(int deciding, int x) noexcept {
        return exact_arithmetic::larger(x, deciding);
    }
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
    constexpr int deciding = exact_arithmetic::deciding_bits(precision, most_random_bits<P>::value);
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
            return from_code<Result>(carrier::encode(
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

}  // namespace v0
}  // namespace halfulp

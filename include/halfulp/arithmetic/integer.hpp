// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// `arithmetic::integer<Accumulator>`: exact integers, whose overflow is ruled out before the first product.

#include <halfulp/arithmetic/policy.hpp>
#include <halfulp/core/errors.hpp>
#include <halfulp/formats/integer_format.hpp>

#include <concepts>
#include <cstdint>
#include <string>
#include <type_traits>

namespace halfulp {
inline namespace v0 {

/// Sums that could leave their accumulator.
struct overflow_error : std::invalid_argument {
    using std::invalid_argument::invalid_argument;
};

namespace arithmetic {

/// Σ x·y for integers of any type, exactly, in Accumulator: std::int32_t or std::int64_t.
///
/// Kernels ask `require_depth` before they write anything: a sum of `depth` products of values of the operands'
/// formats fits if depth · max|x| · max|y| < 2^31 (2^63). Nothing is found out later, and no path saturates.
/// With `accumulate` the chain starts from the old value, which no bound knows: sums are then modulo 2^32 (2^64).
/// A result of another integer type is the sum modulo its range, of a floating-point type the sum rounded once, to
/// nearest.
template <class Accumulator = std::int32_t>
requires(std::same_as<Accumulator, std::int32_t> || std::same_as<Accumulator, std::int64_t>) struct integer {
    template <integer_number X, integer_number Y, class... Addends>
    using accumulator = Accumulator;
    template <integer_number X, integer_number Y>
    using value_type = Accumulator;

    /// @throws overflow_error  if a sum of so many products of X and Y could leave the accumulator
    template <integer_number X, integer_number Y>
    static constexpr void require_depth(const char* function, std::size_t depth) {
        require_depth(function, integer_format_of<X>, integer_format_of<Y>, depth);
    }
    /// The same for formats at run time.
    static constexpr void require_depth(const char* function, const integer_format& x,
                                        const integer_format& y, std::size_t depth) {
        if (!sum_of_products_fits(x, y, depth, digits))
            throw_argument_error<overflow_error>(
                function, "the depth of the sum", std::to_string(depth),
                "depth * " + std::to_string(x.largest_magnitude()) + " * " +
                    std::to_string(y.largest_magnitude()) + " < 2^" + std::to_string(digits) +
                    (digits == 31 ? "; arithmetic::integer<std::int64_t> holds more" : ""));
    }

    template <integer_number X, integer_number Y, class... Addends>
    constexpr Accumulator zero() const noexcept {
        return 0;
    }
    template <integer_number X, integer_number Y, class C>
    constexpr Accumulator start(const C& c) const {
        return static_cast<Accumulator>(c);
    }
    template <integer_number X, integer_number Y>
    constexpr void multiply_add(Accumulator& sum, const X& x, const Y& y, position) const noexcept {
        sum = wrapped(sum, static_cast<word>(value(x)) * static_cast<word>(value(y)));
    }
    constexpr void merge(Accumulator& sum, const Accumulator& other, position) const noexcept {
        sum = wrapped(sum, static_cast<word>(other));
    }
    template <class Result>
    constexpr Result result(const Accumulator& sum, position) const {
        return static_cast<Result>(sum);
    }

  private:
    using word = std::make_unsigned_t<Accumulator>;
    static constexpr int digits = static_cast<int>(sizeof(Accumulator)) * 8 - 1;

    static constexpr Accumulator wrapped(Accumulator sum, word addend) noexcept {
        return static_cast<Accumulator>(static_cast<word>(static_cast<word>(sum) + addend));
    }
    template <class X>
    static constexpr std::int64_t value(const X& x) noexcept {
        if constexpr (formatted_integer<X>)
            return X::format.value_of(static_cast<std::uint64_t>(x.to_bits()));
        else
            return static_cast<std::int64_t>(x);
    }
};

namespace detail {

/// Asks an arithmetic that bounds its sums whether so many products fit.
template <class X, class Y, class Arithmetic>
constexpr void require_depth([[maybe_unused]] const Arithmetic& a, [[maybe_unused]] const char* function,
                             [[maybe_unused]] std::size_t depth) {
    if constexpr (requires { a.template require_depth<X, Y>(function, depth); })
        a.template require_depth<X, Y>(function, depth);
}

}  // namespace detail
}  // namespace arithmetic
}  // namespace v0
}  // namespace halfulp

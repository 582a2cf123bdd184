// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// `exact_accumulator<X, Y>`: a sum of products without any rounding, on the stack. A reproducible
/// sum is worth much alone, so it is public; `arithmetic::exact` is the policy made of it.
///
/// It is one two's complement integer, in units of the smallest product, wide enough for the
/// largest product and 2^63 terms (Kulisch, "Computer Arithmetic and Validity", ch. 8). Adding is
/// associative and commutative: any order and any split give the same bits.

#include <halfulp/core/exact_arithmetic.hpp>
#include <halfulp/formats/custom_float.hpp>

#include <concepts>
#include <cstdint>

namespace halfulp {
inline namespace v0 {

namespace detail {

/// Every finite value of T is a multiple of 2^lowest below 2^highest in magnitude.
template <class T>
struct operand_range {
    static constexpr float_format format = number_format<T>::value;
    static constexpr int lowest = format.minimum_quantum_exponent();
    static constexpr int highest = format.maximum_exponent() + 1;
};
template <std::integral T>
struct operand_range<T> {
    static constexpr int lowest = 0;
    static constexpr int highest = static_cast<int>(sizeof(T)) * 8;
};

constexpr int smallest_of(int x) noexcept {
    return x;
}
template <class... Rest>
constexpr int smallest_of(int x, int y, Rest... rest) noexcept {
    return smallest_of(x < y ? x : y, rest...);
}

}  // namespace detail

/// Σ x_i·y_i + Σ z_i, exactly. `Addends` are further types that `add` takes, besides X and Y where
/// the products' range includes theirs.
///
/// Infinities and NaN follow IEEE 754: a NaN operand, 0·∞ and ∞ − ∞ give NaN. An exactly zero sum,
/// the empty one included, is +0, and −0 when rounded toward_negative.
///
/// Size: (range of exponents of X·Y and the addends + 64 bits), 16 bytes for two 4-bit formats, 544
/// for double, 8 KiB for float128. constexpr, no allocation, nothing throws.
template <exact_operand X, exact_operand Y = X, exact_operand... Addends>
class exact_accumulator {
    using x_range = detail::operand_range<X>;
    using y_range = detail::operand_range<Y>;

  public:
    /// log2 of the unit: every sum is a multiple of 2^unit_exponent.
    static constexpr int unit_exponent =
        detail::smallest_of(x_range::lowest + y_range::lowest, detail::operand_range<Addends>::lowest...);
    /// Bits of the integer, sign and 63 bits of headroom for the number of terms included.
    static constexpr int bits = 64 - unit_exponent -
                                detail::smallest_of(-(x_range::highest + y_range::highest),
                                                    -detail::operand_range<Addends>::highest...);
    static constexpr int words = (bits + 63) / 64;

    /// Zero.
    constexpr exact_accumulator() noexcept = default;

    /// Adds x·y. O(1) but for carries, O(words) with them.
    constexpr void add_product(const X& x, const Y& y) noexcept {
        constexpr int product_bits = detail::operand_precision<X>() + detail::operand_precision<Y>();
        using product_uint = uint_with_bits<product_bits>;
        add_exact<product_bits>(
            exact_arithmetic::product<product_uint>(detail::unpack_operand(x), detail::unpack_operand(y)));
    }

    /// Adds z, of X, Y or an addend's type.
    template <exact_operand Z>
    constexpr void add(const Z& z) noexcept {
        using range = detail::operand_range<Z>;
        static_assert(range::lowest >= unit_exponent && range::highest - unit_exponent + 64 <= 64 * words,
                      "exact_accumulator: this type's values do not fit; name it among the Addends: "
                      "exact_accumulator<X, Y, Z>");
        const auto operand = detail::unpack_operand(z);
        add_exact<detail::operand_precision<Z>()>(exactly<decltype(operand.significand)>(operand));
    }

    /// Adds the sum of another accumulator.
    constexpr void merge(const exact_accumulator& other) noexcept {
        sum_ += other.sum_;
        nan_ |= other.nan_;
        positive_infinity_ |= other.positive_infinity_;
        negative_infinity_ |= other.negative_infinity_;
    }

    /// The sum, rounded once to `Result` (float, double, a custom_float, or with_status of those).
    template <rounded_result Result, projection_argument Projection = detail::result_projection<Result>>
    constexpr Result round(Projection direction = {}, std::uint64_t random = 0) const noexcept {
        constexpr int precision = detail::result_format<Result>::value.precision();
        return detail::make_result<Result>(
            encode(detail::result_format<Result>{}, direction, leading<precision>(), random));
    }

  private:
    using integer = wide_uint<words>;

    template <int Bits, class UInt>
    constexpr void add_exact(const exact_result<UInt>& term) noexcept {
        if (term.kind == number_class::finite) {
            const int position = term.exponent - unit_exponent;
            constexpr int term_words = (Bits + 63) / 64 + 1;
            add_words(wide_uint<term_words>(term.significand) << (position % 64), position / 64,
                      term.negative);
        } else if (term.kind == number_class::nan) {
            nan_ = true;
        } else if (term.kind == number_class::infinity) {
            (term.negative ? negative_infinity_ : positive_infinity_) = true;
        }
    }

    /// sum ± term·2^(64·first).
    template <int TermWords>
    constexpr void add_words(const wide_uint<TermWords>& term, int first, bool negative) noexcept {
        std::uint64_t carry = 0;  // or borrow
        for (int i = first; i < words; ++i) {
            const int k = i - first;
            if (k >= TermWords && carry == 0)
                return;
            const std::uint64_t y = k < TermWords ? term.word[k] : 0;
            std::uint64_t& x = sum_.word[i];
            if (negative) {
                const std::uint64_t old = x;
                x = old - y - carry;
                carry = static_cast<std::uint64_t>(old < y || (old == y && carry != 0));
            } else {
                const std::uint64_t partial = y + carry;
                x += partial;
                carry = static_cast<std::uint64_t>(partial < carry) | static_cast<std::uint64_t>(x < partial);
            }
        }
    }

    /// The sum with enough leading bits to round to `Precision` bits in every mode.
    template <int Precision>
    constexpr auto leading() const noexcept {
        constexpr int wanted =
            (exact_arithmetic::deciding_bits(Precision, maximum_random_bits) + 63) / 64 + 1;
        using window = wide_uint<wanted>;
        using result = exact_result<window>;
        if (nan_ || (positive_infinity_ && negative_infinity_))
            return result::not_a_number(exact_arithmetic::invalid_operation);
        if (positive_infinity_ || negative_infinity_)
            return result::infinite(negative_infinity_);
        const bool negative = (sum_.word[words - 1] >> 63) != 0;
        const integer magnitude = negative ? integer{} - sum_ : sum_;
        int top = words - 1;
        while (top >= 0 && magnitude.word[top] == 0)
            --top;
        if (top < 0)
            return result::zero(false, true);
        const int first = top >= wanted ? top - wanted + 1 : 0;
        window significand;
        for (int i = first; i <= top; ++i)
            significand.word[i - first] = magnitude.word[i];
        bool sticky = false;
        for (int i = 0; i < first; ++i)
            sticky |= magnitude.word[i] != 0;
        return result::finite(negative, unit_exponent + 64 * first, significand, sticky);
    }

    integer sum_{};
    bool nan_ = false;
    bool positive_infinity_ = false;
    bool negative_infinity_ = false;
};

}  // namespace v0
}  // namespace halfulp

// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// `exact_accumulator<X, Y>`: a sum of products without any rounding, on the stack. A reproducible
/// sum is worth much alone, so it is public; `arithmetic::exact` is the policy made of it.
///
/// It is one fixed-point number, in units of the smallest product and wide enough for the largest
/// (Kulisch, "Computer Arithmetic and Validity", ch. 8). Where 64 or 128 bits suffice for 2^32 terms,
/// it is one integer. Else it is a row of words, each with a count of the carries that have come into
/// it: an addition changes two to four words and one count, and no carry travels, whatever the data
/// (carry-save; Neal, "Fast exact summation using small and large superaccumulators", 2015, keeps
/// spare bits in the words instead, and empties them every so often). Adding is associative and
/// commutative: any order and any split give the same bits.

#include <halfulp/core/exact_arithmetic.hpp>
#include <halfulp/formats/custom_float.hpp>

#include <concepts>
#include <cstdint>
#include <type_traits>

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
template <formatted_integer T>
struct operand_range<T> {
    static constexpr int lowest = 0;
    static constexpr int highest = T::format.bits();
};

/// Bits of T's significands, which are at most those that unpack gives.
template <class T>
constexpr int addend_bits() noexcept {
    constexpr int range = operand_range<T>::highest - operand_range<T>::lowest;
    return range < operand_precision<T>() ? range : operand_precision<T>();
}

constexpr int smallest_of(int x) noexcept {
    return x;
}
template <class... Rest>
constexpr int smallest_of(int x, int y, Rest... rest) noexcept {
    return smallest_of(x < y ? x : y, rest...);
}

/// x + y + carry, which is 0 or 1 before and after.
HALFULP_ALWAYS_INLINE constexpr std::uint64_t add_with_carry(std::uint64_t x, std::uint64_t y,
                                                             std::uint64_t& carry) noexcept {
#if defined(__x86_64__) && defined(__GNUC__)
    // In C++ neither compiler makes one instruction of it.
    if (!std::is_constant_evaluated()) {
        unsigned long long sum = 0;
        carry = __builtin_ia32_addcarryx_u64(static_cast<unsigned char>(carry), x, y, &sum);
        return sum;
    }
#endif
    const std::uint64_t partial = x + y;
    const std::uint64_t sum = partial + carry;
    carry = static_cast<std::uint64_t>(partial < x) | static_cast<std::uint64_t>(sum < partial);
    return sum;
}

/// A number as the accumulator takes it: (-1)^negative · significand · 2^exponent, zero included, if it is finite.
/// All are words: g++ packs small members into one register, byte by byte.
template <class UInt>
struct addend_parts {
    std::uint64_t is_special = 0;  ///< infinite or NaN
    std::uint64_t negative = 0;
    std::int64_t exponent = 0;
    UInt significand{};
};

/// The parts of x; without a branch for formats whose largest exponent field means infinity and NaN, as what
/// `unpack` asks of zeros and subnormals costs more than adding them.
template <exact_operand T>
HALFULP_ALWAYS_INLINE constexpr auto addend_parts_of(const T& x) noexcept {
    if constexpr (formatted_number<T>) {
        constexpr float_format f = number_format<T>::value;
        if constexpr (f.nan == nan_encoding::ieee && f.has_infinity && f.has_subnormals && f.has_sign &&
                      f.bits() <= 64) {
            constexpr std::uint64_t top = (std::uint64_t{1} << f.exponent_bits) - 1;
            const auto code = static_cast<std::uint64_t>(to_code(x));
            const std::uint64_t field = (code >> f.significand_bits) & top;
            const auto is_normal = static_cast<std::uint64_t>(field != 0);
            return addend_parts<std::uint64_t>{
                static_cast<std::uint64_t>(field == top), (code >> (f.bits() - 1)) & 1,
                static_cast<std::int64_t>(field - is_normal) + f.minimum_quantum_exponent(),
                (code & static_cast<std::uint64_t>(f.significand_mask())) |
                    (is_normal << f.significand_bits)};
        } else {
            const auto u = unpack_operand(x);
            const bool is_finite = u.kind == number_class::finite;
            return addend_parts<decltype(u.significand)>{
                static_cast<std::uint64_t>(!is_finite && u.kind != number_class::zero),
                static_cast<std::uint64_t>(u.negative), is_finite ? u.exponent : f.minimum_quantum_exponent(),
                u.significand};
        }
    } else {
        const auto u = unpack_operand(x);
        return addend_parts<std::uint64_t>{0, static_cast<std::uint64_t>(u.negative), 0, u.significand};
    }
}

/// Word i of an integer of any width; zero beyond it.
template <class UInt>
constexpr std::uint64_t word_of_integer(const UInt& x, int i) noexcept {
    return static_cast<std::uint64_t>(shift_right(x, 64 * i));
}
template <int Words>
constexpr std::uint64_t word_of_integer(const wide_uint<Words>& x, int i) noexcept {
    return i < Words ? x.word[i] : 0;
}

/// A sum in one integer of 64 or 128 bits, two's complement.
template <int Bits>
class single_sum {
    using integer = uint_with_bits<Bits>;

  public:
    static constexpr int words = Bits <= 64 ? 1 : 2;

    /// sum ± significand·2^position.
    template <int, class UInt>
    constexpr void add(const UInt& significand, unsigned position, std::uint64_t negative) noexcept {
        const integer term =
            static_cast<integer>(static_cast<integer>(significand) << static_cast<int>(position));
        sum_ = static_cast<integer>(sum_ + (negative != 0 ? static_cast<integer>(integer{0} - term) : term));
    }
    constexpr void merge(const single_sum& other) noexcept { sum_ = static_cast<integer>(sum_ + other.sum_); }
    /// Two's complement of 64·words bits.
    constexpr wide_uint<words> resolved() const noexcept { return wide_uint<words>(sum_); }

  private:
    integer sum_{};
};

/// A sum in words without travelling carries: Σ (word_i + carries_i)·2^(64·i) modulo 2^(64·Words), each count of
/// carries signed. An addition changes a count by at most one, so they hold 2^62 additions.
template <int Words>
class carry_save_sum {
  public:
    static constexpr int words = Words;

    /// sum ± significand·2^position, for significands of up to Bits bits. A negative term is the complement of
    /// its words plus one, and one less in the count above them.
    template <int Bits, class UInt>
    constexpr void add(const UInt& significand, unsigned position, std::uint64_t negative) noexcept {
        constexpr int term_words = (Bits + 126) / 64;
        const unsigned first = position / 64;
        const unsigned shift = position % 64;
        std::uint64_t carry = negative;
        const std::uint64_t mask = 0 - carry;
        std::uint64_t below = 0;
        std::uint64_t* const word = word_ + first;
#pragma GCC unroll 4
        for (int k = 0; k < term_words; ++k) {
            const std::uint64_t here = word_of_integer(significand, k);
            const std::uint64_t part = (here << shift) | ((below >> 1) >> (63 - shift));
            word[k] = add_with_carry(word[k], part ^ mask, carry);
            below = here;
        }
        carries_[first + term_words] += carry + mask;
    }
    constexpr void merge(const carry_save_sum& other) noexcept {
        std::uint64_t carry = 0;
        for (int i = 0; i < Words; ++i) {
            word_[i] = add_with_carry(word_[i], other.word_[i], carry);
            carries_[i] += other.carries_[i];
        }
    }
    constexpr wide_uint<Words> resolved() const noexcept {
        wide_uint<Words> sum, raised, lowered;
        for (int i = 0; i < Words; ++i) {
            const bool is_negative = (carries_[i] >> 63) != 0;
            sum.word[i] = word_[i];
            (is_negative ? lowered : raised).word[i] = is_negative ? 0 - carries_[i] : carries_[i];
        }
        sum += raised;
        sum -= lowered;
        return sum;
    }

  private:
    std::uint64_t word_[Words] = {};
    std::uint64_t carries_[Words] = {};
};

}  // namespace detail

/// Σ x_i·y_i + Σ z_i, exactly. `Addends` are further types that `add` takes, besides X and Y where
/// the products' range includes theirs.
///
/// Infinities and NaN follow IEEE 754: a NaN operand, 0·∞ and ∞ − ∞ give NaN. An exactly zero sum,
/// the empty one included, is +0, and −0 when rounded toward_negative.
///
/// Headroom: sums of 2^terms_exponent terms are exact, terms and merges of all the accumulators that were
/// merged into one counted together; 2^32 at least, 2^62 where it is a row of words.
///
/// Cost of a product: a few instructions, a few nanoseconds; of merge and round: O(words).
///
/// Size: 16 bytes for two 4-bit formats, 32 for two 8-bit ones, 184 for float, 1096 for double, 16 KiB for
/// float128: 16 bytes for 64 bits of the products' range. constexpr, no allocation, nothing throws.
template <exact_operand X, exact_operand Y = X, exact_operand... Addends>
class exact_accumulator {
    using x_range = detail::operand_range<X>;
    using y_range = detail::operand_range<Y>;

  public:
    /// log2 of the unit: every sum is a multiple of 2^unit_exponent.
    static constexpr int unit_exponent =
        detail::smallest_of(x_range::lowest + y_range::lowest, detail::operand_range<Addends>::lowest...);

  private:
    /// Terms are below 2^term_bits units.
    static constexpr int term_bits =
        -unit_exponent - detail::smallest_of(-(x_range::highest + y_range::highest),
                                             -detail::operand_range<Addends>::highest...);
    static constexpr int least_terms_exponent = 32;
    static constexpr int single_bits = term_bits + 1 + least_terms_exponent <= 64 ? 64 : 128;
    static constexpr bool is_single = term_bits + 1 + least_terms_exponent <= single_bits;
    // A term reaches into word (term_bits + 126) / 64 − 1 at most, its carry one further; and the top
    // word has a sign and 62 bits above the terms.
    static constexpr int saved_words = (term_bits + 126) / 64 + 1;
    using sum_type =
        std::conditional_t<is_single, detail::single_sum<single_bits>, detail::carry_save_sum<saved_words>>;

  public:
    /// Bits of the fixed-point number, sign included.
    static constexpr int bits = is_single ? single_bits : 64 * saved_words;
    /// Sums of 2^terms_exponent terms do not overflow.
    static constexpr int terms_exponent = is_single ? single_bits - 1 - term_bits : 62;

    /// Zero.
    constexpr exact_accumulator() noexcept = default;

    /// Adds x·y. O(1).
    constexpr void add_product(const X& x, const Y& y) noexcept {
        constexpr int product_bits = detail::addend_bits<X>() + detail::addend_bits<Y>();
        using product_uint = uint_with_bits<product_bits>;
        const auto a = detail::addend_parts_of(x);
        const auto b = detail::addend_parts_of(y);
        if ((a.is_special | b.is_special) == 0) [[likely]]
            sum_.template add<product_bits>(
                static_cast<product_uint>(static_cast<product_uint>(a.significand) *
                                          static_cast<product_uint>(b.significand)),
                static_cast<unsigned>(a.exponent + b.exponent - unit_exponent), a.negative ^ b.negative);
        else
            add_special(exact_arithmetic::product<product_uint>(detail::unpack_operand(x),
                                                                detail::unpack_operand(y)));
    }

    /// Adds z, of X, Y or an addend's type.
    template <exact_operand Z>
    constexpr void add(const Z& z) noexcept {
        using range = detail::operand_range<Z>;
        static_assert(range::lowest >= unit_exponent && range::highest - unit_exponent <= term_bits,
                      "exact_accumulator: this type's values do not fit; name it among the Addends: "
                      "exact_accumulator<X, Y, Z>");
        const auto a = detail::addend_parts_of(z);
        if (a.is_special == 0) [[likely]]
            sum_.template add<detail::addend_bits<Z>()>(
                a.significand, static_cast<unsigned>(a.exponent - unit_exponent), a.negative);
        else
            add_special(detail::unpack_operand(z));
    }

    /// Adds the sum of another accumulator.
    constexpr void merge(const exact_accumulator& other) noexcept {
        sum_.merge(other.sum_);
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
    /// Infinities and NaN.
    template <class Term>
    constexpr void add_special(const Term& term) noexcept {
        if (term.kind == number_class::nan)
            nan_ = true;
        else if (term.kind == number_class::infinity)
            (term.negative ? negative_infinity_ : positive_infinity_) = true;
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
        constexpr int words = sum_type::words;
        using integer = wide_uint<words>;
        const integer sum = sum_.resolved();
        const bool negative = (sum.word[words - 1] >> 63) != 0;
        const integer magnitude = negative ? integer{} - sum : sum;
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

    sum_type sum_{};
    bool nan_ = false;
    bool positive_infinity_ = false;
    bool negative_infinity_ = false;
};

}  // namespace v0
}  // namespace halfulp

// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// Softmax attention rounded once: the real number that reference/attention.hpp encloses, in any format and mode.
///
/// An element is o = Σ_j e^{s_j}·v_j / Σ_j e^{s_j}. Keys with equal scores are taken together: group g has N_g keys, the
/// sum V_g of their values, the score s_g. Then, for any number b,
///
///     the sign of o − b is that of D(b) = Σ_g e^{s_g}·(V_g − b·N_g).
///
/// 1. Where all groups have the same mean V_g/N_g, that is o, a rational number, which is rounded as it is.
/// 2. Otherwise o is enclosed in an interval of which the ends round to one number; or so small a one that only one
///    number b lies in it at which a rounding can change (a value of the format, a midpoint, or a threshold of a
///    stochastic mode, all multiples of a power of two), and the sign of D(b) says on which side of b it lies.
///
/// That ends: exponents that are distinct algebraic numbers have exponentials that are linearly independent over
/// the algebraic numbers (Lindemann and Weierstrass), so that D(b) is 0 only if every V_g − b·N_g is, which is case 1;
/// and D(b) is evaluated to more and more bits until its sign is known. Scores are algebraic without a soft
/// cap: rational numbers and 1/√d. With one they are not. Equal ones are still those made of equal numbers, by the same
/// theorem, but none rules out D(b) = 0; there the evaluation ends at `most_bits`, with an exception.

#include <halfulp/core/philox.hpp>
#include <halfulp/reference/attention.hpp>
#include <halfulp/reference/round.hpp>

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace halfulp {
inline namespace v0 {
namespace reference {

/// A number that was not told apart from one at which its rounding changes.
struct undecided_error : std::runtime_error {
    using std::runtime_error::runtime_error;
};

namespace detail {

/// The number with a code.
template <class T>
T number_with_code(uint128 code) {
    if constexpr (std::is_same_v<T, float>)
        return std::bit_cast<float>(static_cast<std::uint32_t>(code));
    else if constexpr (std::is_same_v<T, double>)
        return std::bit_cast<double>(static_cast<std::uint64_t>(code));
    else
        return T::from_bits(static_cast<decltype(T().to_bits())>(code));
}

/// One row of attention, of which each column can be rounded.
class attention_row {
  public:
    /// So many bits of D(b), relative to its greatest term, have to show its sign where a soft cap leaves no proof that
    /// some number of bits does.
    static constexpr mpfr_prec_t most_bits = 1 << 14;

    attention_row(const attention_scores& head, std::vector<attention_score> scores, bool has_cap)
        : head_(head), has_cap_(has_cap) {
        is_nan_ = make_row_nan(scores, false);
        if (is_nan_)
            return;
        std::vector<attention_score> finite;
        for (attention_score& s : scores)
            if (s.special().is_finite())
                finite.push_back(std::move(s));
            else
                hidden_.push_back(s.key);
        // Equal numbers, since σ is irrational where it is not 1; with a soft cap at least those that have equal parts.
        const auto is_less = [](const attention_score& x, const attention_score& y) {
            return x.product < y.product || (x.product == y.product && x.rest < y.rest);
        };
        std::stable_sort(finite.begin(), finite.end(), is_less);
        for (const attention_score& s : finite) {
            if (groups_.empty() || is_less(groups_.back().score, s))
                groups_.push_back({s, {}});
            groups_.back().keys.push_back(s.key);
        }
    }

    /// Column c of v, rounded.
    uint128 round_column(const exact_matrix& v, std::size_t c, const float_format& format,
                         const projection& how, std::uint64_t random) const {
        if (is_nan_)
            return round(exact_value::nan(), format, how, random).code;
        if (groups_.empty())
            return round(exact_value(), format, how, random).code;
        // What IEEE 754 says of sums and products of values that are not finite.
        exact_value special;
        std::vector<exact_value> sums;
        for (const std::size_t j : hidden_)
            special = special + exact_value() * v(j, c);
        for (const group& g : groups_) {
            exact_value sum;
            for (const std::size_t j : g.keys)
                sum = sum + v(j, c);
            special = special + sum;
            sums.push_back(sum);
        }
        if (!special.is_finite())
            return round(special, format, how, random).code;
        return round(stand_in(sums, format, how, random), format, how, random).code;
    }

  private:
    struct group {
        attention_score score;
        std::vector<std::size_t> keys;

        exact_value count() const { return exact_value(keys.size()); }
    };

    /// A rational number that rounds as the element whose groups have these sums of values.
    exact_value stand_in(const std::vector<exact_value>& sums, const float_format& format,
                         const projection& how, std::uint64_t random) const {
        bool is_mean = true;
        exact_value largest;  // max |V_g|
        for (std::size_t g = 0; g < sums.size(); ++g) {
            is_mean &= sums[g] * groups_[0].count() == sums[0] * groups_[g].count();
            const exact_value size = sums[g] < exact_value(0) ? -sums[g] : sums[g];
            largest = size > largest ? size : largest;
        }
        if (is_mean)
            return sums[0].is_zero() ? exact_value::zero(zero_sign::by_direction)
                                     : sums[0] / groups_[0].count();

        for (mpfr_prec_t bits = 128;; bits *= 2) {
            const exact_value middle = quotient(sums, bits);
            const exact_value error = largest * power(-bits);
            const exact_value low = middle - error, high = middle + error;
            if (round(low, format, how, random).code == round(high, format, how, random).code)
                return middle;
            // All numbers at which a rounding can change are multiples of this.
            const long unit = std::min(quantum_exponent(low, format), quantum_exponent(high, format)) -
                              maximum_random_bits - 4;
            if (error * exact_value(8) > power(unit))
                continue;
            const exact_value b = nearest_multiple(middle, unit);
            return b + exact_value(sign_of_difference(sums, b)) * power(unit - 2);
        }
    }

    static exact_value power(long exponent) {
        return exact_value::rational(false, {natural(1), natural(1), exponent});
    }
    /// The exponent of the distance between neighbours in the format, at x or below.
    static long quantum_exponent(const exact_value& x, const float_format& format) {
        const long emin = format.minimum_exponent();
        const long exponent = x.is_zero() ? emin : std::max(floor_log2(x.magnitude()), emin);
        return exponent - format.significand_bits;
    }
    static exact_value nearest_multiple(const exact_value& x, long unit) {
        if (x.is_zero())
            return x;
        const exact_value size = exact_value::rational(false, x.magnitude()) + power(unit - 1);
        const natural count = floor_scaled(size.magnitude(), unit).floor;
        if (count.bit_width() == 0)
            return exact_value();
        return exact_value::rational(x.is_negative(), {count, natural(1), unit});
    }

    /// e^{x − reference}, whose relative error is less than 2^−bits if x and reference err by less than 2^−bits/8; or 0, if
    /// it is less than 2^−vanishing.
    static constexpr long vanishing = 1L << 24;
    static mpfr_real weight(const mpfr_real& x, const mpfr_real& reference, mpfr_prec_t bits) {
        mpfr_real result(std::max(x.precision(), reference.precision()) + 2);
        mpfr_sub(result.get(), x.get(), reference.get(), MPFR_RNDN);
        if (mpfr_cmp_si(result.get(), -vanishing) < 0)
            return mpfr_real(0, bits + 8);
        mpfr_real rounded(bits + 8);
        mpfr_exp(rounded.get(), result.get(), MPFR_RNDN);
        return rounded;
    }
    /// Scores of these groups to that many bits behind the point, and the greatest of them.
    std::pair<std::vector<mpfr_real>, std::size_t> evaluate(const std::vector<std::size_t>& which,
                                                            mpfr_prec_t bits) const {
        std::vector<mpfr_real> scores;
        std::size_t greatest = 0;
        for (const std::size_t g : which) {
            scores.push_back(head_.evaluate(groups_[g].score, bits));
            if (mpfr_greater_p(scores.back().get(), scores[greatest].get()) != 0)
                greatest = scores.size() - 1;
        }
        return {std::move(scores), greatest};
    }

    /// o, with an error below max |V_g|·2^−bits.
    exact_value quotient(const std::vector<exact_value>& sums, mpfr_prec_t bits) const {
        const mpfr_prec_t working = bits + 16 + static_cast<mpfr_prec_t>(std::bit_width(sums.size()));
        std::vector<std::size_t> all;
        for (std::size_t g = 0; g < sums.size(); ++g)
            all.push_back(g);
        const auto [scores, greatest] = evaluate(all, working);
        mpfr_real above(0, working), below(0, working);
        for (std::size_t g = 0; g < sums.size(); ++g) {
            const mpfr_real w = weight(scores[g], scores[greatest], working);
            const mpfr_real sum = sums[g].to_mpfr(working), count = groups_[g].count().to_mpfr(working);
            mpfr_fma(above.get(), w.get(), sum.get(), above.get(), MPFR_RNDN);
            mpfr_fma(below.get(), w.get(), count.get(), below.get(), MPFR_RNDN);
        }
        mpfr_div(above.get(), above.get(), below.get(), MPFR_RNDN);
        return exact_value(above);
    }

    /// The sign of D(b), which is not 0.
    int sign_of_difference(const std::vector<exact_value>& sums, const exact_value& b) const {
        std::vector<exact_value> factors;
        std::vector<std::size_t> which;
        for (std::size_t g = 0; g < sums.size(); ++g) {
            const exact_value factor = sums[g] - b * groups_[g].count();
            if (!factor.is_zero()) {
                factors.push_back(factor);
                which.push_back(g);
            }
        }
        for (mpfr_prec_t bits = 64; !has_cap_ || bits <= most_bits; bits *= 2) {
            const auto [scores, greatest] = evaluate(which, bits + 8);
            mpfr_real difference(0, bits + 8), size(0, bits + 8), vanished(0, bits + 8);
            for (std::size_t n = 0; n < which.size(); ++n) {
                mpfr_real factor = factors[n].to_mpfr(bits + 8);
                const mpfr_real w = weight(scores[n], scores[greatest], bits + 4);
                mpfr_fma(difference.get(), w.get(), factor.get(), difference.get(), MPFR_RNDN);
                mpfr_abs(factor.get(), factor.get(), MPFR_RNDN);
                mpfr_fma(size.get(), w.get(), factor.get(), size.get(), MPFR_RNDU);
                if (mpfr_zero_p(w.get()) != 0)
                    mpfr_add(vanished.get(), vanished.get(), factor.get(), MPFR_RNDU);
            }
            // Each term errs by 2^−bits of its size at most, each addition by less than 2^−(bits + 7) of what was added.
            mpfr_mul_2si(size.get(), size.get(),
                         static_cast<long>(std::bit_width(which.size())) - static_cast<long>(bits),
                         MPFR_RNDU);
            mpfr_mul_2si(vanished.get(), vanished.get(), -vanishing, MPFR_RNDU);
            mpfr_add(size.get(), size.get(), vanished.get(), MPFR_RNDU);
            if (mpfr_cmpabs(difference.get(), size.get()) > 0)
                return mpfr_sgn(difference.get());
        }
        throw undecided_error("halfulp::reference::attention_rounded: with a soft cap " +
                              std::to_string(most_bits) + " bits do not tell an element from " +
                              b.to_string());
    }

    const attention_scores& head_;
    bool has_cap_;
    bool is_nan_ = false;
    std::vector<group> groups_{};
    std::vector<std::size_t> hidden_{};  // keys with a score of −∞
};

}  // namespace detail

/// output(i, c) = the real number o(i, c) of reference::attention, rounded once to Output by `how`.
///
/// A zero is +0; as other exact sums are, one that is rounded toward_negative is −0, unless the row sees no key. NaN and
/// infinities: a row whose scores have NaN or +∞, or −∞ alone, is NaN. Otherwise +∞ or −∞ among the values of seen keys
/// makes its column infinite; both, NaN, or an infinite value whose score is −∞ (0·∞) make it NaN.
///
/// Element (i, c) has the random bits philox_bits(seed, i·2^32 + c, 3): those of arithmetic::exact for step 0.
///
/// @throws shape_error, value_error  as `attention`, or if the output is not rows of q × columns of v
/// @throws format_error              for a stochastic mode with a number of random bits that is not 1 to 32
/// @throws undecided_error           with a soft cap alone: see the file comment
///
/// `options.precision` is not looked at. O(n·m·(d + dv)) exact operations, and m exponentials an element.
template <class Output>
void attention_rounded(const exact_matrix& q, const exact_matrix& k, const exact_matrix& v,
                       const matrix_view<Output>& output, const projection& how = {},
                       const attention_options& options = {}, std::uint64_t seed = 0) {
    constexpr const char* name = "reference::attention_rounded";
    if (options.power)
        throw_argument_error<value_error>(name, "options.power", std::to_string(*options.power),
                                          "none: Power-Softmax is rational, for reference::power_attention");
    const detail::attention_scores head(name, q, k, v, options);
    require_equal_extents(name, "output.rows()", output.rows(), "q.rows()", q.rows());
    require_equal_extents(name, "output.columns()", output.columns(), "v.columns()", v.columns());
    const float_format format = format_of<Output>();
    round(exact_value(), format, how);  // refuses numbers of random bits that there are not
    for (std::size_t i = 0; i < q.rows(); ++i) {
        std::vector<detail::attention_score> scores = head.row(i);
        const bool has_keys = !scores.empty();
        const detail::attention_row row(head, std::move(scores), options.soft_cap.has_value());
        for (std::size_t c = 0; c < v.columns(); ++c) {
            const std::uint64_t random =
                is_stochastic(how.mode) ? philox_bits(seed, (static_cast<std::uint64_t>(i) << 32) + c, 3) : 0;
            output(i, c) = has_keys
                               ? detail::number_with_code<Output>(row.round_column(v, c, format, how, random))
                               : detail::number_with_code<Output>(uint128{0});
        }
    }
}

/// The same for views of numbers.
template <class Q, class K, class VE, class Output>
void attention_rounded(const matrix_view<Q>& q, const matrix_view<K>& k, const matrix_view<VE>& v,
                       const matrix_view<Output>& output, const projection& how = {},
                       const attention_options& options = {}, std::uint64_t seed = 0) {
    attention_rounded(make_exact_matrix(q), make_exact_matrix(k), make_exact_matrix(v), output, how, options,
                      seed);
}

}  // namespace reference
}  // namespace v0
}  // namespace halfulp

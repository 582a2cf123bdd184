// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// How far L-Mul's products are from the true ones, as exact rational numbers: every pair of significands of n bits,
/// shortened to m bits, multiplied, and held against the product of the whole operands. Closed forms:
/// paper_error_expectation here, and for operands without end reference/l_mul_limits.hpp.
///
///     const auto e = reference::l_mul_error<3>({}, 10);   // the integer adder, operands of 10 bits cut to 3
///     e.relative.mean, e.relative.variance(), e.relative.root_mean_square(), e.absolute.mean_square
///
/// Operands of 10 bits, root mean square of the relative error and, in brackets, mean square of the absolute one.
/// e5m2 and e4m3 are exact products of operands of 2 and 3 bits:
///
/// | m | operands     | exact             | integer adder   | formula         | Mitchell        |
/// |---|--------------|-------------------|-----------------|-----------------|-----------------|
/// | 2 | toward_zero  | .1726 (.1548) e5m2| .0843 (.0369)   | .1284 (.1311)   | .2012 (.2283)   |
/// | 3 | toward_zero  | .0899 (.0399) e4m3| .0592 (.0174)   | .1172 (.1155)   | .1249 (.0826)   |
/// | 4 | toward_zero  | .0457 (.0100)     | .0360 (.0065)   | .0971 (.0844)   | .0852 (.0367)   |
/// | 7 | toward_zero  | .0053 (.0001)     | .0306 (.0047)   | .0976 (.0861)   | .0521 (.0130)   |
/// | 2 | ties_to_even | .0719 (.0244) e5m2| .1692 (.1709)   | .1464 (.1339)   | .0845 (.0371)   |
/// | 3 | ties_to_even | .0361 (.0061) e4m3| .0694 (.0284)   | .0871 (.0565)   | .0596 (.0176)   |
/// | 4 | ties_to_even | .0180 (.0015)     | .0612 (.0217)   | .0848 (.0572)   | .0514 (.0127)   |
/// | 7 | ties_to_even | .0023 (.0000)     | .0310 (.0050)   | .0952 (.0815)   | .0485 (.0111)   |
///
/// What holds of the paper's two claims:
///
///  - *3 bits are better than e5m2.* Holds for truncated operands, in both definitions. Holds barely for the integer
///    adder and operands rounded to nearest, as every library rounds them (.0694 against .0719); fails there for the
///    formula (.0871).
///  - *4 bits are as good as e4m3.* For truncated operands the adder is better (.0360 against .0899), the formula not
///    quite as good (.0971). For operands rounded to nearest it fails in both (.0612 and .0848 against .0361).
///  - The claims rest on the expectation of the signed error of the formula for truncated operands, .1875 for 4 bits
///    and .2500 for 3, against .1836 for e4m3 and .3594 for e5m2 (paper_error_expectation; enumeration agrees). As a
///    mean square the formula's error with 4 bits is twice that of e4m3 (.0844 against .0399).
///
/// The paper's l(m) is the l in 0 … m of the least mean square for the adder and truncated operands, for all m <= 8.
/// For operands rounded to nearest l(4) = 3 is not: 4 is, and of 2 to 4 bits Mitchell's multiplier, without an
/// offset, is better than any. For the formula the best l is 1, 2, 2, 3 for m = 2, 3, 4 and above (truncated), 2 for
/// m = 2 and 3 from there on (to nearest). With long operands the relative error of the adder has no bias for the
/// constant .0566, near 2^−4, and its least root mean square, .0305, at .0552; 2^−4 has .0310.

#include <halfulp/reference/l_mul.hpp>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace halfulp {
inline namespace v0 {
namespace reference {

/// The first moments and the range of an error whose cases are equally likely. Exact.
struct error_moments {
    mpq_class mean;
    mpq_class mean_square;
    mpq_class smallest;
    mpq_class largest;

    /// E[e²] − E[e]².
    mpq_class variance() const { return mean_square - mean * mean; }
    /// √E[e²], to double precision.
    double root_mean_square() const { return std::sqrt(mean_square.get_d()); }
    /// The largest |e|.
    mpq_class largest_magnitude() const { return -smallest > largest ? mpq_class(-smallest) : largest; }
};

/// The errors of a product p that stands for x·y, with x and y uniform over significands from 1 to 2.
struct l_mul_errors {
    error_moments relative;  ///< (p − x·y)/(x·y)
    error_moments absolute;  ///< p − x·y, exponents 0
};

namespace detail {

/// Significands X·2^−n that are shortened to the same operand, and their sums.
struct l_mul_group {
    exact_value operand;
    mpz_class count;
    mpz_class sum;          // Σ X
    mpz_class square_sum;   // Σ X²
    mpz_class inverse_sum;  // Σ L/X, L a multiple of every X
    mpz_class inverse_square_sum;
    mpz_class smallest;
    mpz_class largest;
};

/// The least common multiple of 2^n … 2^(n+1) − 1.
inline mpz_class multiple_of_significands(int n) {
    mpz_class multiple = 1;
    for (unsigned long x = 1ul << n; x < 2ul << n; ++x)
        mpz_lcm_ui(multiple.get_mpz_t(), multiple.get_mpz_t(), x);
    return multiple;
}

inline std::vector<l_mul_group> l_mul_groups(const l_mul_options& options, int n, const mpz_class& multiple) {
    const float_format format{
        .exponent_bits = 2, .significand_bits = n, .has_sign = false, .has_negative_zero = false};
    const l_mul_parameters parameters(options, n, n);
    std::vector<l_mul_group> groups;
    for (unsigned long X = 1ul << n; X < 2ul << n; ++X) {
        // The code of X·2^−n: exponent field 1, which is 2^0.
        const exact_value operand = l_mul_operand(format, uint128{X}, parameters, options.operand_rounding);
        if (groups.empty() || groups.back().operand != operand)
            groups.push_back({operand, 0, 0, 0, 0, 0, X, X});
        l_mul_group& group = groups.back();
        const mpz_class inverse = multiple / X;
        group.count += 1;
        group.sum += X;
        group.square_sum += mpz_class(X) * X;
        group.inverse_sum += inverse;
        group.inverse_square_sum += inverse * inverse;
        group.largest = X;
    }
    return groups;
}

inline mpq_class ratio(const mpz_class& numerator, const mpz_class& denominator) {
    mpq_class result(numerator, denominator);
    result.canonicalize();
    return result;
}

inline void extend(error_moments& moments, const mpq_class& low, const mpq_class& high, bool first) {
    if (first || low < moments.smallest)
        moments.smallest = low;
    if (first || high > moments.largest)
        moments.largest = high;
}

}  // namespace detail

/// The errors of a multiplication over all pairs of significands of `source_bits` bits behind the point; options.
/// significand_bits says how short operands become first, and −1 that they stay whole.
///
/// @throws format_error if the options are not valid
/// @throws value_error  if source_bits is not in 0 … 12
///
/// O(4^m + 2^n) operations on integers of about 3·2^n bits, for operands of n bits shortened to m.
inline l_mul_errors l_mul_error(const l_mul_options& options, int source_bits) {
    if (const char* reason = why_invalid(options))
        throw_argument_error<format_error>("reference::l_mul_error", "options", "not a multiplication",
                                           reason);
    if (source_bits < 0 || source_bits > 12)
        throw_argument_error<value_error>("reference::l_mul_error", "source_bits",
                                          std::to_string(source_bits), "0 to 12");
    const int n = source_bits;
    const mpz_class multiple = detail::multiple_of_significands(n);
    const auto groups = detail::l_mul_groups(options, n, multiple);
    const l_mul_parameters parameters(options, n, n);
    // Products are multiples of 2^−scale, x·y of 2^−2n.
    const int scale = 2 * (parameters.m > n ? parameters.m : n) + parameters.l;
    const mpq_class unit_of_product = power_of_two(-scale).to_rational();
    const mpq_class unit_of_exact = power_of_two(-2L * n).to_rational();

    // With q = p/(x·y), the sums of q, q², p, p², p·x·y, in the units of their integers.
    l_mul_errors errors;
    mpz_class q_sum;
    mpz_class q_square_sum;
    mpz_class p_sum;
    mpz_class p_square_sum;
    mpz_class p_exact_sum;
    bool first = true;
    for (const detail::l_mul_group& g : groups) {
        mpz_class q_row;
        mpz_class q_square_row;
        mpz_class p_row;
        mpz_class p_square_row;
        mpz_class p_exact_row;
        for (const detail::l_mul_group& h : groups) {
            const mpq_class p =
                l_mul_product(g.operand, h.operand, options.definition, parameters.l).to_rational();
            const mpz_class P = mpq_class(p / unit_of_product).get_num();
            q_row += P * h.inverse_sum;
            q_square_row += P * P * h.inverse_square_sum;
            p_row += P * h.count;
            p_square_row += P * P * h.count;
            p_exact_row += P * h.sum;
            const mpq_class low = detail::ratio(g.smallest * h.smallest, 1) * unit_of_exact;
            const mpq_class high = detail::ratio(g.largest * h.largest, 1) * unit_of_exact;
            detail::extend(errors.relative, p / high - 1, p / low - 1, first);
            detail::extend(errors.absolute, p - high, p - low, first);
            first = false;
        }
        q_sum += q_row * g.inverse_sum;
        q_square_sum += q_square_row * g.inverse_square_sum;
        p_sum += p_row * g.count;
        p_square_sum += p_square_row * g.count;
        p_exact_sum += p_exact_row * g.sum;
    }
    mpz_class sum;
    mpz_class square_sum;
    for (const detail::l_mul_group& g : groups) {
        sum += g.sum;
        square_sum += g.square_sum;
    }

    const mpz_class pairs = mpz_class(1) << static_cast<mp_bitcnt_t>(2 * n);
    const mpz_class multiple_2 = multiple * multiple;
    const mpq_class quotient_unit = unit_of_product / unit_of_exact;
    const mpq_class q = detail::ratio(q_sum, multiple_2 * pairs) * quotient_unit;
    const mpq_class q_square =
        detail::ratio(q_square_sum, multiple_2 * multiple_2 * pairs) * quotient_unit * quotient_unit;
    errors.relative.mean = q - 1;
    errors.relative.mean_square = q_square - 2 * q + 1;
    errors.absolute.mean =
        detail::ratio(p_sum, pairs) * unit_of_product - detail::ratio(sum * sum, pairs) * unit_of_exact;
    errors.absolute.mean_square =
        detail::ratio(p_square_sum, pairs) * unit_of_product * unit_of_product -
        2 * detail::ratio(p_exact_sum, pairs) * unit_of_product * unit_of_exact +
        detail::ratio(square_sum * square_sum, pairs) * unit_of_exact * unit_of_exact;
    return errors;
}

/// The same for operands shortened to `SignificandBits` bits; by default operands that have no more.
template <int SignificandBits>
l_mul_errors l_mul_error(l_mul_options options = {}, int source_bits = SignificandBits) {
    static_assert(SignificandBits >= 0 && SignificandBits <= 12,
                  "l_mul_error: all pairs of significands are enumerated; ask for 0 to 12 bits");
    options.significand_bits = SignificandBits;
    return l_mul_error(options, source_bits);
}

/// The l in 0 … m, m = options.significand_bits, for which the mean square of the relative error is least; the
/// smallest of several.
///
/// @throws as l_mul_error; value_error also where m is −1.
inline int best_l_mul_offset(l_mul_options options, int source_bits) {
    if (options.significand_bits < 0)
        throw_argument_error<value_error>("reference::best_l_mul_offset", "options.significand_bits",
                                          std::to_string(options.significand_bits), "0 to 12");
    std::optional<mpq_class> least;
    int best = 0;
    for (int l = 0; l <= options.significand_bits; ++l) {
        options.offset = l;
        const mpq_class square = l_mul_error(options, source_bits).relative.mean_square;
        if (!least || square < *least) {
            least = square;
            best = l;
        }
    }
    return best;
}

/// The paper's expectation of x·y − p, exponents 0, for operands of n bits truncated to k <= n of them: f1 for the
/// exact product of the truncated operands, f2 for L-Mul's formula. With E_k = (1 − 2^−k)/2 and
/// E_r = (2^−k − 2^−n)/2, the means of what is kept and of what is cut off,
///
///     f1 = 2·E_k·E_r + 2·E_r + E_r²,    f2 = f1 + E_k² − 2^−l
///
/// It is an expectation of signed errors: those of the two signs cancel. There is no n for operands without end.
/// (The formulas were reconstructed from the definition, and agree with the figures that the paper's abstract draws
/// from them; enumeration gives the same numbers.)
///
/// @throws value_error if options.definition is one of the adders, for which the paper has no formula, or k is not in
///         0 … n
inline mpq_class paper_error_expectation(const l_mul_options& options, std::optional<int> n = std::nullopt) {
    const int k = options.significand_bits;
    if (k < 0 || (n && k > *n))
        throw_argument_error<value_error>("reference::paper_error_expectation", "options.significand_bits",
                                          std::to_string(k), "0 to the bits of the operands");
    if (options.definition != product_definition::exact &&
        options.definition != product_definition::real_formula)
        throw_argument_error<value_error>("reference::paper_error_expectation", "options.definition",
                                          "an adder", "exact or real_formula");
    const mpq_class kept_unit = power_of_two(-k).to_rational();
    const mpq_class unit = n ? power_of_two(-long{*n}).to_rational() : mpq_class(0);
    const mpq_class kept = (1 - kept_unit) / 2;
    const mpq_class rest = (kept_unit - unit) / 2;
    const mpq_class f1 = 2 * kept * rest + 2 * rest + rest * rest;
    if (options.definition == product_definition::exact)
        return f1;
    return f1 + kept * kept - power_of_two(-l_mul_parameters(options, k, k).l).to_rational();
}

}  // namespace reference
}  // namespace v0
}  // namespace halfulp

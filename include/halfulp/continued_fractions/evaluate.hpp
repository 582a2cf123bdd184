// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// The value of a polynomial continued fraction to a number of decimal digits, with a proof of these digits.

#include <halfulp/continued_fractions/convergent_ratio.hpp>
#include <halfulp/continued_fractions/evaluation.hpp>
#include <halfulp/continued_fractions/mapped_value.hpp>

#include <gmpxx.h>
#include <mpfr.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

#if defined(__unix__) || defined(__APPLE__)
#include <unistd.h>
#endif

namespace halfulp {
inline namespace v0 {
namespace detail {

/// Bytes that a machine has; 0 where that cannot be asked.
inline std::size_t physical_memory() noexcept {
#if defined(_SC_PHYS_PAGES) && defined(_SC_PAGESIZE)
    const long pages = sysconf(_SC_PHYS_PAGES), size = sysconf(_SC_PAGESIZE);
    if (pages > 0 && size > 0)
        return static_cast<std::size_t>(pages) * static_cast<std::size_t>(size);
#endif
    return 0;
}

/// What the tree, the division and the square root take at most, measured with some room: 60 times the result, and the
/// sieve of so many terms.
inline double estimated_bytes(double digits, double depth) {
    return 60 * digits * 0.4153 + 24 * depth + 1e6;
}

inline void require_memory(const char* function, long digits, double depth, std::size_t limit) {
    const std::size_t bytes = limit != 0 ? limit : physical_memory();
    if (bytes != 0 && estimated_bytes(static_cast<double>(digits), depth) > static_cast<double>(bytes))
        throw_argument_error<std::invalid_argument>(
            function, "digits", std::to_string(digits),
            "digits whose computation fits " + std::to_string(bytes >> 20) + " MiB; it would take about " +
                std::to_string(
                    static_cast<long>(estimated_bytes(static_cast<double>(digits), depth) / (1 << 20))) +
                " MiB");
}

/// Whether and how the error of convergents is proven, and the depth for an error.
class convergence_proof {
  public:
    explicit convergence_proof(const polynomial_continued_fraction& fraction)
        : fraction_(fraction), form_(find_euler_form(fraction)) {
        if (form_ && fraction.known_euler_form())
            majorant_ = find_majorant(*form_);
        if (!majorant_)
            tails_ = enclose_tails(fraction);
    }
    const std::optional<euler_form>& form() const noexcept { return form_; }
    bool proven() const noexcept { return majorant_.has_value() || tails_; }
    proof_kind kind() const { return majorant_ ? proof_kind::series_majorant : tails_->kind; }
    const std::string& reason() const noexcept { return tails_.reason; }
    bool no_limit() const noexcept { return tails_.no_limit; }
    /// The n at which a fraction that ends does.
    long end() const { return tails_->from; }

    /// The least n, or nearly, with log2 |C − C_n| ≤ target, and the bound there; the bound at maximum_depth if there is none.
    std::pair<long, double> depth_for(double target, long maximum_depth) const {
        if (!majorant_) {
            const std::optional<long> n = depth_for_error(fraction_, *tails_, target, maximum_depth);
            const long depth = n ? *n : maximum_depth;
            return {depth, log2_error_bound(fraction_, *tails_, depth)};
        }
        // |C − C_N| = |d_m/(w_m·y_m)|·|w_N·Π p/q|·ratio/(1 − ratio), with y for B.
        const long m = form_->from - 1;
        const convergent_start start(fraction_, *form_);
        const double scale = log2_above(start.numerator_step) - log2_below(start.denominator) -
                             log2_below(form_->weight(m)) +
                             std::log2(majorant_->ratio / (1 - majorant_->ratio)) + 0x1p-30;
        // The bound falls from some n on; with the weight's size, which is asked for where the rest is small enough.
        const double infinity = std::numeric_limits<double>::infinity();
        if (start.numerator_step == 0)  // all further terms are zero
            return {std::min(majorant_->from, maximum_depth),
                    majorant_->from <= maximum_depth ? -infinity : infinity};
        term_walk walk(*form_);
        walk.advance(std::min(majorant_->from, maximum_depth), -std::numeric_limits<double>::infinity());
        double bound = std::numeric_limits<double>::infinity();
        for (double missing = 0;;) {
            walk.advance(maximum_depth, target - scale - missing);
            const double weight = log2_above(form_->weight(walk.n()));
            bound = walk.n() < majorant_->from ? infinity : walk.log2_bound() + scale + weight;
            if (!std::isfinite(bound))  // elements beyond the range of double: nothing is known
                return {walk.n(), infinity};
            bound += std::fabs(bound) * 0x1p-50;
            if (bound <= target || walk.n() >= maximum_depth)
                return {walk.n(), bound};
            missing = weight + 0.01;
        }
    }

  private:
    /// A lower bound of log2 |x|, x ≠ 0.
    static double log2_below(const mpz_class& x) { return log2_above(x) - 0x1p-48; }

    const polynomial_continued_fraction& fraction_;
    std::optional<euler_form> form_;
    std::optional<geometric_majorant> majorant_;
    tail_search tails_;
};

/// log2 of the relative change of the result for a unit of change of C near its value, roughly.
inline double log2_sensitivity(const polynomial_continued_fraction& fraction, const moebius_map& m) {
    splitting_options cut;
    cut.precision = 256;
    cut.remove_content = false;
    const convergent_ratio c = ratio_of_convergent(fraction, std::nullopt, 64, cut);
    const mpz_class above = m.p * c.numerator + m.q * c.denominator,
                    pole = m.r * c.numerator + m.s * c.denominator;
    if (above == 0 || pole == 0 || c.denominator == 0)
        return 0;
    return log2_above(m.determinant()) + 2 * log2_above(c.denominator) - log2_above(above) - log2_above(pole);
}

[[noreturn]] inline void throw_too_slow(long reached, long digits, long depth) {
    throw convergence_error("halfulp::evaluate: " + std::to_string(reached) + " of " +
                            std::to_string(digits) + " digits at the maximum depth " + std::to_string(depth));
}

/// Digits on which convergents agree, which proves nothing.
inline evaluation evaluate_by_agreement(const polynomial_continued_fraction& fraction, long digits,
                                        const evaluation_options& options,
                                        const std::optional<euler_form>& form, const mpfr_real* root,
                                        long precision, const splitting_options& splitting) {
    const convergence_rate rate = rate_of_convergence(fraction);
    double wanted = 64;
    if (rate.kind == convergence::exponential && rate.digits_a_term > 0)
        wanted += static_cast<double>(digits + 2) / rate.digits_a_term;
    long depth = static_cast<long>(std::min(wanted, static_cast<double>(options.maximum_depth)));
    const double none = -std::numeric_limits<double>::infinity();
    std::optional<mapped_value> before;
    for (;;) {
        mapped_value here(ratio_of_convergent(fraction, form, depth, splitting), none, options.map, root,
                          precision);
        long reached = 0;
        mpfr_real gap(64);
        if (before) {
            mpfr_sub(gap.get(), here.value.get(), before->value.get(), MPFR_RNDA);
            mpfr_real relative(64);
            mpfr_div(relative.get(), gap.get(), here.value.get(), MPFR_RNDA);
            mpfr_abs(relative.get(), relative.get(), MPFR_RNDU);
            mpfr_add(here.relative_error.get(), here.relative_error.get(), relative.get(), MPFR_RNDU);
            reached = here.digits();
        }
        if (reached >= digits) {
            mpfr_real error = here.error();
            return {std::move(here.value), std::move(error), reached, std::nullopt, depth};
        }
        if (depth >= options.maximum_depth)
            throw_too_slow(reached, digits, depth);
        before = std::move(here);
        const long further = rate.kind == convergence::exponential ? std::max(1L, depth / 8) : depth;
        depth += std::min(further, options.maximum_depth - depth);
    }
}

}  // namespace detail

/// radicand^(1/root)·map(C) of the fraction's value C to `digits` decimal digits, each of them proven.
///
/// The proof comes first: intervals for the tails (enclose_tails), or for a fraction made from a series a geometric
/// majorant of what is left out. From it follows in double arithmetic, rounded outwards, the depth n at which the
/// convergent is near enough. A_n and B_n come from a product tree: triangular where the fraction is a series (see
/// find_euler_form), otherwise of 2 × 2 matrices with the common factors divided out that the content law predicts; both
/// cut to the precision asked for once they outgrow it, with the error of that in the bound. So is every rounding since.
///
/// @throws convergence_error      where it is proven that there is no limit, where no proof is found (unless
///         options.accept_agreement), where a fraction that ends has no value, where maximum_depth does not reach the
///         digits; the text says why and how far it came
/// @throws std::invalid_argument  if digits < 1 or beyond MPFR's range of exponents (3.2·10^8 unless that was set), radicand
///         < 1, root < 2, maximum_depth < 1, the map is constant, or the memory does not suffice
///
/// O(M(D) log² D) for fractions that converge exponentially, M(D) being the cost of a multiplication of D digits.
inline evaluation evaluate(const polynomial_continued_fraction& fraction, long digits,
                           const evaluation_options& options = {}) {
    const auto require = [](bool good, const char* argument, const std::string& value, const char* expected) {
        if (!good)
            throw_argument_error<std::invalid_argument>("evaluate", argument, value, expected);
    };
    require(digits >= 1 && digits <= 1'000'000'000, "digits", std::to_string(digits), "1 ... 10^9");
    require(options.radicand >= 1, "options.radicand", options.radicand.get_str(), "at least 1");
    require(options.root >= 2, "options.root", std::to_string(options.root), "at least 2");
    require(options.maximum_depth >= 1, "options.maximum_depth", std::to_string(options.maximum_depth),
            "at least 1");
    require(options.map.determinant() != 0, "options.map", "of determinant 0", "a map that is not constant");
    // The numbers, and their errors, have to stay within MPFR's range of exponents.
    const double most_digits =
        (static_cast<double>(std::min(mpfr_get_emax(), -mpfr_get_emin())) - 1024) / 3.3219280948873623;
    require(static_cast<double>(digits) <= most_digits, "digits", std::to_string(digits),
            "what MPFR's range of exponents allows");
    detail::require_memory("evaluate", digits, 0, options.memory_limit);
    const long precision = static_cast<long>(static_cast<double>(digits) * 3.3219280948873623) + 64;

    const detail::convergence_proof proof(fraction);
    if (proof.no_limit())
        throw convergence_error("halfulp::evaluate: " + proof.reason());
    detail::root_of_radicand root(options.radicand, options.root, precision, options.policy);
    splitting_options splitting;
    splitting.precision = precision;
    splitting.policy = options.policy;
    splitting.progress = options.progress;
    if (!proof.proven()) {
        if (!options.accept_agreement)
            throw convergence_error("halfulp::evaluate: no proof of convergence: " + proof.reason());
        return detail::evaluate_by_agreement(fraction, digits, options, proof.form(), root.get(), precision,
                                             splitting);
    }

    if (proof.kind() == proof_kind::exact) {
        const auto value_at_end = [&] {
            return detail::ratio_of_convergent(fraction, std::nullopt, proof.end(), splitting);
        };
        const auto mapped = [&](const detail::convergent_ratio& ratio) {
            return detail::mapped_value(ratio, -std::numeric_limits<double>::infinity(), options.map,
                                        root.get(), precision);
        };
        detail::convergent_ratio last = value_at_end();
        detail::mapped_value x = mapped(last);
        if (last.error >= 0 && x.digits() < digits) {  // what was cut off is what the map leaves
            splitting.precision = 0;
            last = value_at_end();
            x = mapped(last);
        }
        if (x.digits() < digits) {
            const mpz_class above = options.map.p * last.numerator + options.map.q * last.denominator;
            const mpz_class below = options.map.r * last.numerator + options.map.s * last.denominator;
            if (above == 0 && below != 0)  // the value is zero
                return {mpfr_real(0, precision), mpfr_real(0, 64), digits, proof_kind::exact, proof.end()};
            throw convergence_error("halfulp::evaluate: the fraction ends at n = " +
                                    std::to_string(proof.end()) + " with denominator zero");
        }
        mpfr_real error = x.error();
        evaluation result{std::move(x.value), std::move(error), digits, proof_kind::exact, proof.end()};
        if (last.error < 0 && options.radicand == 1) {
            result.rational.emplace(options.map.p * last.numerator + options.map.q * last.denominator,
                                    options.map.r * last.numerator + options.map.s * last.denominator);
            result.rational->canonicalize();
        }
        return result;
    }

    // The depth, and once more deeper where the value's size, or the error of the cut, was not as expected.
    double target = -static_cast<double>(digits) * 3.3219280948873623 - 2 -
                    std::max(0.0, detail::log2_sensitivity(fraction, options.map));
    for (int attempt = 0;; ++attempt) {
        const auto [depth, log2_error] = proof.depth_for(target, options.maximum_depth);
        // The target leaves some room: what misses it by little may be good enough.
        if (log2_error > target + 8) {
            const double proven = std::isfinite(log2_error) ? -log2_error / 3.3219280948873623 : 0;
            detail::throw_too_slow(
                static_cast<long>(std::clamp(proven, 0.0, static_cast<double>(digits - 1))), digits,
                options.maximum_depth);
        }
        detail::require_memory("evaluate", digits, static_cast<double>(depth), options.memory_limit);
        const detail::convergent_ratio ratio =
            detail::ratio_of_convergent(fraction, proof.form(), depth, splitting);
        detail::mapped_value x(ratio, log2_error, options.map, root.get(), precision);
        const long reached = x.digits();
        if (reached >= digits) {
            mpfr_real error = x.error();
            return {std::move(x.value), std::move(error), reached, proof.kind(), depth};
        }
        // Where convergence is slow, the products of the tree cancel, and the cut costs more bits than it was given.
        const long cancelled = std::max(0L, precision - ratio.precise_bits());
        if (attempt >= 4 || (cancelled == 0 && log2_error > target))
            detail::throw_too_slow(reached, digits, depth);
        splitting.precision += cancelled;
        if (cancelled == 0)
            target -= static_cast<double>(8 + 4 * (digits - reached));
    }
}

}  // namespace v0
}  // namespace halfulp

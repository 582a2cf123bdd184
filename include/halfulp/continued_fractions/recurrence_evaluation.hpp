// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// What the ways to evaluate a fraction by a recurrence have in common: how far they go, what they
/// report, and the loop around their steps.

#include <halfulp/continued_fractions/recurrence_elements.hpp>
#include <halfulp/simd/isa.hpp>

#include <optional>
#include <string>

namespace halfulp {
inline namespace v0 {

/// An evaluation that stops by itself: when the relative change from one convergent to the next is at
/// most `tolerance`, by default the epsilon of the type (0 for exact types: an unchanged convergent).
/// One small change proves nothing about the rest: where a fraction converges slowly, the value is
/// still far away by then. Directed roundings may push the change past epsilon for ever: give them a
/// larger tolerance.
template <class T>
struct adaptive_depth {
    std::optional<T> tolerance{};
    long maximum_depth = 1'000'000;  ///< convergence_error when this does not suffice
};

/// What an evaluation gives.
template <class T>
struct recurrence_result {
    T value;
    long depth = 0;  ///< the value is (rounded) the convergent of this depth
    /// How many denominators were zero; modified Lentz puts a tiny number in their place, the other
    /// methods divide by the zero as the type does.
    long zero_denominators = 0;
    long first_zero_denominator = -1;  ///< the n of the first; −1 where there was none
    long first_not_finite = -1;        ///< the n at which an infinity or NaN first occurred; −1 if none did
};

namespace detail {

[[noreturn]] inline void throw_zero_denominator(const char* function, long n) {
    throw convergence_error(std::string("halfulp::") + function +
                            ": the denominator at n = " + std::to_string(n) + " is zero");
}
[[noreturn]] inline void throw_not_finite(const char* function, long n) {
    throw convergence_error(std::string("halfulp::") + function + ": an infinity or NaN at n = " +
                            std::to_string(n) + ", by overflow or a zero denominator");
}
[[noreturn]] inline void throw_not_settled(const char* function, long depth) {
    throw convergence_error(std::string("halfulp::") + function + ": after " + std::to_string(depth) +
                            " terms, the maximum depth, the relative change is still above the tolerance");
}

inline void require_depth(const char* function, long depth) {
    if (depth < 0)
        throw_argument_error<std::invalid_argument>(function, "depth", std::to_string(depth), "0 or more");
}

/// n = 1 … depth of a method, whose object `steps` holds its numbers.
template <class Steps, class Reader, class Arithmetic>
HALFULP_ALWAYS_INLINE auto run_to_depth(Arithmetic& k, const Reader& elements, long depth,
                                        const std::optional<typename Arithmetic::value_type>& tiny) {
    Steps steps(k, elements.denominator(k, 0), tiny);
    recurrence_result<typename Arithmetic::value_type> result{steps.start(k)};
    result.depth = depth;
    const auto note = [&](long n) {
        if (steps.met_zero()) {
            if constexpr (Arithmetic::is_exact)
                throw_zero_denominator(Steps::name, n);
            if (result.zero_denominators++ == 0)
                result.first_zero_denominator = n;
        }
        if (result.first_not_finite < 0 && !steps.is_finite(k))
            result.first_not_finite = n;
    };
    note(0);
    for (long n = 1; n <= depth; ++n) {
        const auto a = elements.numerator(k, n);
        const auto b = elements.denominator(k, n);
        steps.step(k, a, b);
        note(n);
    }
    result.value = steps.value(k);
    return result;
}

/// The same until two convergents agree.
template <class Steps, class Reader, class Arithmetic>
HALFULP_ALWAYS_INLINE auto run_until_settled(Arithmetic& k, const Reader& elements,
                                             const typename Arithmetic::value_type& tolerance,
                                             long maximum_depth,
                                             const std::optional<typename Arithmetic::value_type>& tiny) {
    Steps steps(k, elements.denominator(k, 0), tiny);
    recurrence_result<typename Arithmetic::value_type> result{steps.start(k)};
    long n = 0;
    const auto count_zero = [&] {
        if (steps.met_zero()) [[unlikely]] {
            if constexpr (Arithmetic::is_exact)
                throw_zero_denominator(Steps::name, n);
            if (result.zero_denominators++ == 0)
                result.first_zero_denominator = n;
        }
    };
    count_zero();
    for (;;) {
        if (n == maximum_depth) [[unlikely]]
            throw_not_settled(Steps::name, n);
        ++n;
        const auto a = elements.numerator(k, n);
        if (k.is_zero(a)) [[unlikely]] {  // the fraction ends before this
            --n;
            break;
        }
        const auto b = elements.denominator(k, n);
        steps.step(k, a, b);
        count_zero();
        if (steps.settled(k, tolerance))
            break;
        if (!steps.is_finite(k)) [[unlikely]]
            throw_not_finite(Steps::name, n);
    }
    result.value = steps.value(k);
    result.depth = n;
    return result;
}

template <class Steps, class Reader, class Arithmetic>
auto run_until_settled_plain(Arithmetic& k, const Reader& elements,
                             const typename Arithmetic::value_type& tolerance, long maximum_depth,
                             const std::optional<typename Arithmetic::value_type>& tiny) {
    HALFULP_STRICT_FLOATING_POINT
    return run_until_settled<Steps>(k, elements, tolerance, maximum_depth, tiny);
}
template <class Steps, class Reader, class Arithmetic>
auto run_to_depth_plain(Arithmetic& k, const Reader& elements, long depth,
                        const std::optional<typename Arithmetic::value_type>& tiny) {
    HALFULP_STRICT_FLOATING_POINT
    return run_to_depth<Steps>(k, elements, depth, tiny);
}

}  // namespace detail

// The loops once more, compiled for a processor with a fused multiply-add: without that, std::fma is a call into the
// C library at each step. The same operations, so the same bits.
#if HALFULP_HAS_SIMD
namespace simd {
namespace avx2 {
HALFULP_BEGIN_TARGET_AVX2
template <class Steps, class Reader, class Arithmetic>
auto run_until_settled(Arithmetic& k, const Reader& elements,
                       const typename Arithmetic::value_type& tolerance, long maximum_depth,
                       const std::optional<typename Arithmetic::value_type>& tiny) {
    HALFULP_STRICT_FLOATING_POINT
    return halfulp::detail::run_until_settled<Steps>(k, elements, tolerance, maximum_depth, tiny);
}
template <class Steps, class Reader, class Arithmetic>
auto run_to_depth(Arithmetic& k, const Reader& elements, long depth,
                  const std::optional<typename Arithmetic::value_type>& tiny) {
    HALFULP_STRICT_FLOATING_POINT
    return halfulp::detail::run_to_depth<Steps>(k, elements, depth, tiny);
}
HALFULP_END_TARGET
}  // namespace avx2
}  // namespace simd
#endif

namespace detail {

/// True for the arithmetics that gain from the region.
template <class Arithmetic>
inline constexpr bool fuses_in_hardware = standard_float<typename Arithmetic::value_type>;

template <class Steps, class Fraction, class Arithmetic>
auto evaluate_to_depth(const Fraction& fraction, long depth, Arithmetic k,
                       const std::optional<typename Arithmetic::value_type>& tiny = {}) {
    require_depth(Steps::name, depth);
    const element_reader<Arithmetic, Fraction> elements(fraction);
#if HALFULP_HAS_SIMD
    if constexpr (fuses_in_hardware<Arithmetic>)
        if (simd::level() >= simd::isa::avx2)
            return simd::avx2::run_to_depth<Steps>(k, elements, depth, tiny);
#endif
    return run_to_depth_plain<Steps>(k, elements, depth, tiny);
}

template <class Steps, class Fraction, class Arithmetic>
auto evaluate_until_settled(const Fraction& fraction,
                            const adaptive_depth<typename Arithmetic::value_type>& stop, Arithmetic k,
                            const std::optional<typename Arithmetic::value_type>& tiny = {}) {
    static_assert(ordered_arithmetic<Arithmetic>,
                  "halfulp: numbers without a size never settle: evaluate to a fixed depth");
    require_depth(Steps::name, stop.maximum_depth);
    const element_reader<Arithmetic, Fraction> elements(fraction);
    const typename Arithmetic::value_type tolerance = stop.tolerance ? *stop.tolerance : k.epsilon();
#if HALFULP_HAS_SIMD
    if constexpr (fuses_in_hardware<Arithmetic>)
        if (simd::level() >= simd::isa::avx2)
            return simd::avx2::run_until_settled<Steps>(k, elements, tolerance, stop.maximum_depth, tiny);
#endif
    return run_until_settled_plain<Steps>(k, elements, tolerance, stop.maximum_depth, tiny);
}

}  // namespace detail
}  // namespace v0
}  // namespace halfulp

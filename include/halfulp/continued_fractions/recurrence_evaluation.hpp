// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// What the ways to evaluate a fraction by a recurrence have in common: how far they go, what they
/// report, and the loop around their steps.

#include <halfulp/continued_fractions/recurrence_elements.hpp>
#include <halfulp/simd/isa.hpp>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

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

/// Notes a zero denominator met at n.
template <class Steps, class Arithmetic>
HALFULP_ALWAYS_INLINE void note_zero(const Steps& steps, long n,
                                     recurrence_result<typename Arithmetic::value_type>& result) {
    if (steps.met_zero()) [[unlikely]] {
        if constexpr (Arithmetic::is_exact)
            throw_zero_denominator(Steps::name, n);
        if (result.zero_denominators++ == 0)
            result.first_zero_denominator = n;
    }
}

/// Steps result.depth + 1 … last of a method, whose object `all_steps` holds its numbers. It works on a copy
/// whose address nobody has, so that it can be in registers; that is also why readers without calls get a
/// loop of their own, and why `separate` keeps g++ from packing numbers in pairs in the loop, as they are in
/// memory, which takes twice the time.
template <class Steps, class Reader, class Arithmetic>
HALFULP_ALWAYS_INLINE void advance(Arithmetic& k, const Reader& elements, Steps& all_steps, long last,
                                   recurrence_result<typename Arithmetic::value_type>& result) {
    Steps steps = std::move(all_steps);
    long n = result.depth;
    while (n < last) {
        ++n;
        const auto a = elements.numerator(k, n);
        const auto b = elements.denominator(k, n);
        steps.step(k, a, b);
        note_zero<Steps, Arithmetic>(steps, n, result);
        if (!steps.is_finite(k) && result.first_not_finite < 0) [[unlikely]]
            result.first_not_finite = n;
    }
    result.depth = n;
    steps.separate();
    all_steps = std::move(steps);
}

/// The same until two convergents agree or the fraction ends: true; or to `last`: false.
template <class Steps, class Reader, class Arithmetic>
HALFULP_ALWAYS_INLINE bool settle(Arithmetic& k, const Reader& elements, Steps& all_steps, long last,
                                  const typename Arithmetic::value_type& tolerance_argument,
                                  recurrence_result<typename Arithmetic::value_type>& result) {
    Steps steps = std::move(all_steps);
    const typename Arithmetic::value_type tolerance = tolerance_argument;
    long n = result.depth;
    bool done = false;
    while (n < last) {
        const auto a = elements.numerator(k, n + 1);
        if (k.is_zero(a)) [[unlikely]] {  // the fraction ends before this
            done = true;
            break;
        }
        ++n;
        const auto b = elements.denominator(k, n);
        steps.step(k, a, b);
        note_zero<Steps, Arithmetic>(steps, n, result);
        if (steps.settled(k, tolerance)) {
            done = true;
            break;
        }
        if (!steps.is_finite(k)) [[unlikely]]
            throw_not_finite(Steps::name, n);
    }
    result.depth = n;
    steps.separate();
    all_steps = std::move(steps);
    return done;
}

/// The loops as functions of their own.
struct plain_loops {
    template <class Steps, class Reader, class Arithmetic>
    [[gnu::noinline]] static void advance(Arithmetic& k, const Reader& elements, Steps& steps, long last,
                                          recurrence_result<typename Arithmetic::value_type>& result) {
        HALFULP_STRICT_FLOATING_POINT
        detail::advance(k, elements, steps, last, result);
    }
    template <class Steps, class Reader, class Arithmetic>
    [[gnu::noinline]] static bool settle(Arithmetic& k, const Reader& elements, Steps& steps, long last,
                                         const typename Arithmetic::value_type& tolerance,
                                         recurrence_result<typename Arithmetic::value_type>& result) {
        HALFULP_STRICT_FLOATING_POINT
        return detail::settle(k, elements, steps, last, tolerance, result);
    }
};

}  // namespace detail

// The loops once more, compiled for a processor with a fused multiply-add: without that, std::fma is a call into the
// C library at each step. The same operations, so the same bits.
#if HALFULP_HAS_SIMD
namespace simd {
namespace avx2 {
HALFULP_BEGIN_TARGET_AVX2
struct fused_loops {
    template <class Steps, class Reader, class Arithmetic>
    [[gnu::noinline]] static void advance(Arithmetic& k, const Reader& elements, Steps& steps, long last,
                                          recurrence_result<typename Arithmetic::value_type>& result) {
        HALFULP_STRICT_FLOATING_POINT
        halfulp::detail::advance(k, elements, steps, last, result);
    }
    template <class Steps, class Reader, class Arithmetic>
    [[gnu::noinline]] static bool settle(Arithmetic& k, const Reader& elements, Steps& steps, long last,
                                         const typename Arithmetic::value_type& tolerance,
                                         recurrence_result<typename Arithmetic::value_type>& result) {
        HALFULP_STRICT_FLOATING_POINT
        return halfulp::detail::settle(k, elements, steps, last, tolerance, result);
    }
};
HALFULP_END_TARGET
}  // namespace avx2
}  // namespace simd
#endif

namespace detail {

/// Calls f with the loops for this processor and these numbers.
template <class Arithmetic, class Function>
auto with_loops(const Function& f) {
#if HALFULP_HAS_SIMD
    if constexpr (standard_float<typename Arithmetic::value_type>)
        if (simd::level() >= simd::isa::avx2)
            return f(simd::avx2::fused_loops{});
#endif
    return f(plain_loops{});
}

template <class Steps, class Fraction, class Arithmetic>
recurrence_result<typename Arithmetic::value_type> evaluate_to_depth(
    const Fraction& fraction, long depth, Arithmetic k,
    const std::optional<typename Arithmetic::value_type>& tiny = {}) {
    require_depth(Steps::name, depth);
    const element_reader<Arithmetic, Fraction> elements(fraction);
    Steps steps(k, elements.denominator(k, 0), tiny);
    recurrence_result<typename Arithmetic::value_type> result{steps.start(k)};
    note_zero<Steps, Arithmetic>(steps, 0, result);
    if (!steps.is_finite(k))
        result.first_not_finite = 0;
    with_loops<Arithmetic>([&](auto loops) {
        if constexpr (requires { elements.quadratic(); }) {
            if (const long last = std::min(elements.quadratic_from() - 1, depth); last > 0)
                loops.advance(k, elements, steps, last, result);
            if (const long last = std::min(elements.quadratic_until(), depth); last > result.depth)
                loops.advance(k, elements.quadratic(), steps, last, result);
        }
        if (result.depth < depth)
            loops.advance(k, elements, steps, depth, result);
    });
    result.value = steps.value(k);
    return result;
}

template <class Steps, class Fraction, class Arithmetic>
recurrence_result<typename Arithmetic::value_type> evaluate_until_settled(
    const Fraction& fraction, const adaptive_depth<typename Arithmetic::value_type>& stop, Arithmetic k,
    const std::optional<typename Arithmetic::value_type>& tiny = {}) {
    static_assert(ordered_arithmetic<Arithmetic>,
                  "halfulp: numbers without a size never settle: evaluate to a fixed depth");
    require_depth(Steps::name, stop.maximum_depth);
    const element_reader<Arithmetic, Fraction> elements(fraction);
    const typename Arithmetic::value_type tolerance = stop.tolerance ? *stop.tolerance : k.epsilon();
    Steps steps(k, elements.denominator(k, 0), tiny);
    recurrence_result<typename Arithmetic::value_type> result{steps.start(k)};
    note_zero<Steps, Arithmetic>(steps, 0, result);
    with_loops<Arithmetic>([&](auto loops) {
        const auto settle_by = [&](const auto& reader, long last) {
            return last > result.depth && loops.settle(k, reader, steps, last, tolerance, result);
        };
        bool done = false;
        if constexpr (requires { elements.quadratic(); })
            done = settle_by(elements, std::min(elements.quadratic_from() - 1, stop.maximum_depth)) ||
                   settle_by(elements.quadratic(), std::min(elements.quadratic_until(), stop.maximum_depth));
        if (!done && !settle_by(elements, stop.maximum_depth))
            throw_not_settled(Steps::name, result.depth);
    });
    result.value = steps.value(k);
    return result;
}

}  // namespace detail
}  // namespace v0
}  // namespace halfulp

// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// The fast path of `dot` in arithmetic::exact: the exact sum rounded once, found in the cheapest way that
/// proves it. Write u = 2^-53.
///
/// 1. *Enclosed*: where products are exact in double, and the result has few bits. Sums of chunks in double, with
///    at most 40 roundings one after the other; the chunks' sums are added with their errors. Then
///
///        |sum − exact| ≤ 42·u·Σ|x·y|       (Higham, Accuracy and Stability, 3.1).
///
/// 2. *Twofold*: every sum and every product with its error, of which all are numbers of double (Ogita, Rump, Oishi,
///    "Accurate sum and dot product", SIAM J. Sci. Comput. 26, 2005, Dot2). So the exact sum is
///    sum + Σ errors, and all that is rounded is the latter: by at most
///
///        (additions one after the other + 3)·u·Σ|errors|  +  2^-1074·K,
///
///    where the last is for products so small that their errors are not numbers of double. No error, no
///    rounding: where data and sums fit 53 bits, the sum is known exactly, in any mode.
/// 3. *Definition*: the exact_accumulator.
///
/// An enclosure both of whose ends round to one code has been rounded (Ziv, ACM TOMS 17(3), 1991): rounding is
/// monotonic in every mode that does not look at random bits. The stochastic modes take 2 where it is exact.

#include <halfulp/arithmetic/exact.hpp>
#include <halfulp/core/error_free.hpp>
#include <halfulp/formats/operations.hpp>
#include <halfulp/kernels/dot_options.hpp>
#include <halfulp/kernels/stored_elements.hpp>
#include <halfulp/simd/array_pipeline.hpp>

#include <atomic>
#include <cmath>
#include <cstddef>
#include <limits>
#include <optional>

#if HALFULP_HAS_SIMD

namespace halfulp {
inline namespace v0 {
namespace simd {

/// A sum in lanes, with the sum of what its additions rounded off, and a sum of magnitudes.
struct sums_of_lanes {
    alignas(64) double sums[32] = {};
    alignas(64) double errors[32] = {};
    alignas(64) double sizes[32] = {};
};

}  // namespace simd
}  // namespace v0
}  // namespace halfulp

#define HALFULP_FAMILY_TEXT <halfulp/simd/family/dot_exact.hpp>
#include <halfulp/simd/for_each_family.hpp>

#endif

namespace halfulp {
inline namespace v0 {
namespace detail {

/// Something that several threads add to.
template <class Sum>
class shared_sum {
  public:
    template <class Part>
    void merge(const Part& part) noexcept {
        while (is_taken_.test_and_set(std::memory_order_acquire)) {
        }
        sum_.merge(part);
        is_taken_.clear(std::memory_order_release);
    }
    const Sum& value() const noexcept { return sum_; }

  private:
    Sum sum_{};
    std::atomic_flag is_taken_ = ATOMIC_FLAG_INIT;
};

#if HALFULP_HAS_SIMD

/// What is known of a part of the vectors, for enclosures.
struct enclosed_sum {
    double value = 0;
    double error = 0;      ///< Σ errors, rounded
    double size = 0;       ///< Σ |errors|, or Σ |products|
    double additions = 0;  ///< one after the other, at most

    void merge(const enclosed_sum& other) noexcept {
        const value_and_error next = two_sum(value, other.value);
        value = next.value;
        error += next.error + other.error;
        size += std::fabs(next.error) + other.size;
        additions += other.additions + 2;
    }
};

/// The number type in which elements are read: float where it has all of their values, else double.
template <class T>
struct dot_carrier {
    using type = void;  // no array kernel decodes them
};
template <>
struct dot_carrier<float> {
    using type = float;
};
template <>
struct dot_carrier<double> {
    using type = double;
};
template <class T>
requires(is_custom_float<T>::value && sizeof(T) <= 4) struct dot_carrier<T> {
    static constexpr float_format format = number_format<T>::value;
    using type = std::conditional_t<can_carry<float>(format), float,
                                    std::conditional_t<can_carry<double>(format), double, void>>;
};

/// Elements of a vector, chunk by chunk, as numbers of Carrier.
template <class T>
class dot_operand {
  public:
    using carrier = typename dot_carrier<T>::type;
    static constexpr std::size_t chunk = simd::chunk_size<double>;

    dot_operand(simd::isa level, const vector_view<const T>& view) noexcept
        : source_(level, stored_view(view), plan()) {}
    /// `count` elements from `begin`, zeros up to whole blocks.
    const carrier* read(std::size_t begin, std::size_t count) noexcept {
        return source_.read(begin, count, buffer_);
    }

  private:
    static const rounding_plan& plan() noexcept {
        if constexpr (is_custom_float<T>::value)
            return plan_to_read<T>;
        else
            return constant_plan<formats::bfloat16, projection{}>;  // not looked at
    }
    simd::source<carrier, stored_type<T>> source_;
    alignas(64) carrier buffer_[chunk];
};

/// True if products are numbers of double.
template <class X, class Y>
constexpr bool dot_products_are_exact() noexcept {
    constexpr float_format x = number_format<X>::value, y = number_format<Y>::value;
    constexpr float_format carrier = number_format<double>::value;
    return x.precision() + y.precision() <= carrier.precision() &&
           x.minimum_quantum_exponent() + y.minimum_quantum_exponent() >= carrier.minimum_quantum_exponent();
}

/// The exact dot product where an enclosure decides it.
template <class Value, class X, class Y>
class enclosed_dot {
    static constexpr bool products_are_exact = dot_products_are_exact<X, Y>();
    /// More digits than this are seldom decided by a plain sum.
    static constexpr bool may_be_enclosed =
        products_are_exact && number_format<Value>::value.precision() <= 32;

  public:
    enclosed_dot(simd::isa level, const vector_view<const X>& x, const vector_view<const Y>& y,
                 const arithmetic::exact& arithmetic, const dot_options& options) noexcept
        : level_(level),
          x_(x),
          y_(y),
          arithmetic_(arithmetic),
          options_(options),
          projection_(arithmetic.rounding ? *arithmetic.rounding : projection(result_projection<Value>{})) {}

    std::optional<Value> result(dot_decision& decision) const {
        const simd::default_floating_point_environment guard;
        if constexpr (may_be_enclosed)
            if (!is_stochastic(projection_.mode)) {
                decision = dot_decision::enclosed;
                const enclosed_sum sum = sum_of_parts<true>();
                if (const auto value = decided(sum, 42 * unit * (1 + 0x1p-18) * sum.size))
                    return value;
            }
        decision = dot_decision::twofold;
        const enclosed_sum sum = sum_of_parts<false>();
        double bound = 0;
        // With an error there is a rounding, if only the last one of a bound that is too small for double.
        if (sum.size != 0)
            bound = (sum.additions + 3) * unit * (1 + 0x1p-18) * sum.size + least;
        if constexpr (!products_are_exact) {
            const double lost = static_cast<double>(x_.size()) * least;
            if (const auto value = decided(sum, bound + lost))
                return value;
            if (sum.size != 0 || loses_errors())
                return std::nullopt;
        }
        return decided(sum, bound);
    }

  private:
    static constexpr double unit = 0x1p-53;
    static constexpr double least = std::numeric_limits<double>::denorm_min();

    /// Calls step(x, y, count) for chunks of [begin, end).
    template <class Step>
    void for_chunks(std::size_t begin, std::size_t end, const Step& step) const {
        dot_operand<X> x(level_, x_);
        dot_operand<Y> y(level_, y_);
        constexpr std::size_t most = dot_operand<X>::chunk;
        for (std::size_t i = begin; i < end; i += most) {
            const std::size_t count = most < end - i ? most : end - i;
            step(x.read(i, count), y.read(i, count), simd::whole_blocks(count));
        }
    }

    template <bool Enclosed>
    enclosed_sum sum_of_parts() const {
        shared_sum<enclosed_sum> sum;
        for_ranges(options_.execution, x_.size(), simd::block, simd::smallest_share,
                   [&](std::size_t begin, std::size_t end) {
                       const simd::default_floating_point_environment guard_of_thread;
                       sum.merge(sum_of_range<Enclosed>(begin, end));
                   });
        return sum.value();
    }

    template <bool Enclosed>
    enclosed_sum sum_of_range(std::size_t begin, std::size_t end) const {
        using x_carrier = typename dot_operand<X>::carrier;
        using y_carrier = typename dot_operand<Y>::carrier;
        simd::sums_of_lanes lanes;
        for_chunks(begin, end, [&](const x_carrier* x, const y_carrier* y, std::size_t count) {
            if constexpr (Enclosed)
                HALFULP_SIMD_SELECT(level_, add_enclosed<x_carrier, y_carrier>)(x, y, count, lanes);
            else
                HALFULP_SIMD_SELECT(level_, add_twofold<products_are_exact, x_carrier, y_carrier>)
            (x, y, count, lanes);
        });
        enclosed_sum sum;
        // Eight lanes at least take turns; then the lanes are added.
        sum.additions = static_cast<double>((end - begin) / 8 + 2 * simd::block);
        for (std::size_t lane = 0; lane < 32; ++lane) {
            const value_and_error next = two_sum(sum.value, lanes.sums[lane]);
            sum.value = next.value;
            sum.error += next.error + lanes.errors[lane];
            sum.size += (Enclosed ? 0 : std::fabs(next.error)) + lanes.sizes[lane];
        }
        return sum;
    }

    bool loses_errors() const {
        using x_carrier = typename dot_operand<X>::carrier;
        using y_carrier = typename dot_operand<Y>::carrier;
        bool any = false;
        for_chunks(0, x_.size(), [&](const x_carrier* x, const y_carrier* y, std::size_t count) {
            any = any || HALFULP_SIMD_SELECT(level_, may_lose_error<x_carrier, y_carrier>)(x, y, count);
        });
        return any;
    }

    /// The result, if all numbers within `bound` of the sum round to it.
    std::optional<Value> decided(const enclosed_sum& sum, double bound) const {
        const double value = sum.value;
        double error = sum.error;
        if (!(value - value == 0 && error - error == 0 && bound - bound == 0))
            return std::nullopt;
        if (bound == 0) {
            if (value == 0 && error == 0)
                return arithmetic_.result<Value>(exact_accumulator<X, Y>{}, place());
            return add<Value>(value, error, projection_,
                              arithmetic::random_bits_at(projection_, arithmetic_.seed, place(),
                                                         arithmetic::rounding_site::result));
        }
        if (is_stochastic(projection_.mode))
            return std::nullopt;
        bound += (std::fabs(error) + bound) * 0x1p-52;  // for the rounding of the ends
        const double low = error - bound, high = error + bound;
        // Both on one side of zero: a zero has a sign of its own, and so may what overflows.
        if (!(value + low > 0 && value + high > 0) && !(value + low < 0 && value + high < 0))
            return std::nullopt;
        const Value from = add<Value>(value, low, projection_);
        if (to_code(from) != to_code(add<Value>(value, high, projection_)))
            return std::nullopt;
        return from;
    }

    arithmetic::position place() const noexcept { return {options_.element, x_.size()}; }

    simd::isa level_;
    vector_view<const X> x_;
    vector_view<const Y> y_;
    arithmetic::exact arithmetic_;
    dot_options options_;
    projection projection_;
};

#endif

/// Fewer elements than this are added by the definition in the time that an enclosure takes to set up.
inline constexpr std::size_t smallest_enclosed_dot = 32;

template <class Value, class X, class Y>
std::optional<Value> dot_fast(const vector_view<const X>& x, const vector_view<const Y>& y,
                              const arithmetic::exact& arithmetic, const dot_options& options) {
    dot_decision decision = dot_decision::definition;
    std::optional<Value> result;
    if constexpr (exact_operand<X> && exact_operand<Y> && formatted_number<Value>) {
#if HALFULP_HAS_SIMD
        if constexpr (formatted_number<X> && formatted_number<Y>)
            if constexpr (!std::is_void_v<typename dot_carrier<X>::type> &&
                          !std::is_void_v<typename dot_carrier<Y>::type>) {
                const simd::isa level = simd::level_for(options.execution);
                if (level != simd::isa::plain && x.size() >= smallest_enclosed_dot &&
                    x.size() <= (std::size_t{1} << 32))
                    result = enclosed_dot<Value, X, Y>(level, x, y, arithmetic, options).result(decision);
            }
#endif
        if (!result) {
            decision = dot_decision::definition;
            if (!options.execution.definition_only && options.execution.threads != 1) {
                shared_sum<exact_accumulator<X, Y>> sum;
                for_ranges(options.execution, x.size(), 1, std::size_t{1} << 13,
                           [&](std::size_t begin, std::size_t end) {
                               exact_accumulator<X, Y> part;
                               for (std::size_t k = begin; k < end; ++k)
                                   part.add_product(x[k], y[k]);
                               sum.merge(part);
                           });
                result = arithmetic.result<Value>(sum.value(), {options.element, x.size()});
            }
        }
    }
    if (options.decision != nullptr)
        *options.decision = decision;
    return result;
}

}  // namespace detail
}  // namespace v0
}  // namespace halfulp

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
/// 3. *Sliced*: the products of a chunk, in two parts each, are cut into slices of 43 bits at the same places for all
///    of them (Rump, Ogita, Oishi, "Accurate floating-point summation", part I, SIAM J. Sci. Comput. 31, 2008). 512
///    slices fit a double when they are added, so every sum is exact; a few go into an exact_accumulator for a chunk.
///    A chunk whose exponents are too far apart, or that has infinities or NaN, goes there product by product.
/// 4. *Definition*: the exact_accumulator alone, for what is not read by array kernels.
///
/// An enclosure both of whose ends round to one code has been rounded (Ziv, ACM TOMS 17(3), 1991): rounding is
/// monotonic in every mode that does not look at random bits. The stochastic modes begin with 3.

#include <halfulp/arithmetic/exact.hpp>
#include <halfulp/core/error_free.hpp>
#include <halfulp/formats/operations.hpp>
#include <halfulp/kernels/dot_options.hpp>
#include <halfulp/simd/dot_operands.hpp>

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

/// Magnitudes of products.
struct product_range {
    double largest, smallest;
};

/// Bits of a slice. A product below 2^k has |slice| <= 2^43 units of 2^(k-43), and what is left of it, with the
/// error of the product, is below 2^43 units of the next: 512 of them stay below 2^53.
inline constexpr int slice_bits = 43;
/// Slices that are cut from products whose exponents are close together, and from others; none of them has to do.
template <bool ProductsAreExact>
inline constexpr std::size_t fewest_slices = ProductsAreExact ? 2 : 3;
template <bool ProductsAreExact>
inline constexpr std::size_t most_slices = ProductsAreExact ? 3 : 4;

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
    using x_carrier = typename dot_operand<X>::carrier;
    using y_carrier = typename dot_operand<Y>::carrier;
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

    Value result(dot_decision& decision) const {
        const simd::default_floating_point_environment guard;
        if (!is_stochastic(projection_.mode)) {
            if constexpr (may_be_enclosed) {
                decision = dot_decision::enclosed;
                const enclosed_sum sum = sum_of_parts<true>();
                if (const auto value = decided(sum, 42 * unit * (1 + 0x1p-18) * sum.size))
                    return *value;
            }
            decision = dot_decision::twofold;
            if (const auto value = decided_twofold())
                return *value;
        }
        decision = dot_decision::sliced;
        return arithmetic_.result<Value>(sum_of_slices(), place());
    }

  private:
    static constexpr double unit = 0x1p-53;
    static constexpr double least = std::numeric_limits<double>::denorm_min();

    std::optional<Value> decided_twofold() const {
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

    /// Calls step(x, y, begin, count) for chunks of [begin, end).
    template <class Step>
    void for_chunks(std::size_t begin, std::size_t end, const Step& step) const {
        dot_operand<X> x(level_, x_);
        dot_operand<Y> y(level_, y_);
        constexpr std::size_t most = dot_operand<X>::chunk;
        for (std::size_t i = begin; i < end; i += most) {
            const std::size_t count = most < end - i ? most : end - i;
            step(x.read(i, count), y.read(i, count), i, count);
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
        simd::sums_of_lanes lanes;
        for_chunks(begin, end, [&](const x_carrier* x, const y_carrier* y, std::size_t, std::size_t count) {
            const std::size_t padded = simd::whole_blocks(count);
            if constexpr (Enclosed)
                HALFULP_SIMD_SELECT(level_, add_enclosed<x_carrier, y_carrier>)(x, y, padded, lanes);
            else
                HALFULP_SIMD_SELECT(level_, add_twofold<products_are_exact, x_carrier, y_carrier>)
            (x, y, padded, lanes);
        });
        enclosed_sum sum;
        // Eight lanes at least take turns; then the lanes are added.
        sum.additions = static_cast<double>((end - begin) / 8 + 2 * simd::block);
        // The lanes that were used: see family/dot_exact.hpp.
        const std::size_t used = Enclosed || level_ != simd::isa::avx512 ? 8 : 32;
        for (std::size_t lane = 0; lane < used; ++lane) {
            const value_and_error next = two_sum(sum.value, lanes.sums[lane]);
            sum.value = next.value;
            sum.error += next.error + lanes.errors[lane];
            sum.size += (Enclosed ? 0 : std::fabs(next.error)) + lanes.sizes[lane];
        }
        return sum;
    }

    bool loses_errors() const {
        bool any = false;
        for_chunks(0, x_.size(), [&](const x_carrier* x, const y_carrier* y, std::size_t, std::size_t count) {
            any = any || loses_errors(x, y, count);
        });
        return any;
    }
    bool loses_errors(const x_carrier* x, const y_carrier* y, std::size_t count) const {
        return HALFULP_SIMD_SELECT(level_, may_lose_error<x_carrier, y_carrier>)(x, y,
                                                                                 simd::whole_blocks(count));
    }

    using accumulator = exact_accumulator<X, Y, double>;

    accumulator sum_of_slices() const {
        shared_sum<accumulator> sum;
        for_ranges(options_.execution, x_.size(), simd::block, simd::smallest_share / 4,
                   [&](std::size_t begin, std::size_t end) {
                       const simd::default_floating_point_environment guard_of_thread;
                       accumulator part;
                       for_chunks(
                           begin, end,
                           [&](const x_carrier* x, const y_carrier* y, std::size_t i, std::size_t count) {
                               if (add_chunk(x, y, count, part))
                                   return;
                               for (std::size_t k = i; k < i + count; ++k)
                                   part.add_product(x_[k], y_[k]);
                           });
                       sum.merge(part);
                   });
        return sum.value();
    }

    /// Adds a chunk's products, or returns false and adds nothing.
    bool add_chunk(const x_carrier* x, const y_carrier* y, std::size_t count, accumulator& sum) const {
        const std::size_t padded = simd::whole_blocks(count);
        const simd::product_range range =
            HALFULP_SIMD_SELECT(level_, range_of_products<x_carrier, y_carrier>)(x, y, padded);
        // The grids are numbers of double, and normal ones.
        if (!(range.largest < 0x1p1000) || (range.largest != 0 && range.largest < 0x1p-800))
            return false;
        if (!products_are_exact && range.smallest < 0x1p-960 && loses_errors(x, y, count))
            return false;
        const int top = range.largest == 0 ? 0 : std::ilogb(range.largest) + 1;
        constexpr std::size_t few = simd::fewest_slices<products_are_exact>;
        constexpr std::size_t most = simd::most_slices<products_are_exact>;
        // Bits below the smallest product's exponent are 53, or twice as many.
        constexpr int spare = static_cast<int>(few) * simd::slice_bits - (products_are_exact ? 53 : 106);
        return range.smallest > std::ldexp(range.largest, -spare) ? add_slices<few>(x, y, padded, top, sum)
                                                                  : add_slices<most>(x, y, padded, top, sum);
    }
    template <std::size_t Slices>
    bool add_slices(const x_carrier* x, const y_carrier* y, std::size_t padded, int top,
                    accumulator& sum) const {
        double grids[Slices], sums[Slices];
        for (std::size_t s = 0; s < Slices; ++s)
            grids[s] = std::ldexp(1.5, 52 + top - simd::slice_bits * (static_cast<int>(s) + 1));
        if (!HALFULP_SIMD_SELECT(level_, sum_slices<Slices, products_are_exact, x_carrier, y_carrier>)(
                x, y, padded, grids, sums))
            return false;
        for (const double slice : sums)
            sum.add(slice);
        return true;
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
            return add<Value>(value, error, projection_);
        }
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

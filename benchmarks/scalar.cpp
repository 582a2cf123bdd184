// SPDX-License-Identifier: BSL-1.0
//
// Scalar operators, one thread: operations a second (items_per_second), and the ratio to the same loop
// in the processor's float in the same run (xfloat). Operands are random codes, so that all exponents,
// subnormals and overflow occur: the hardest case for the branch predictor. Each case checks its
// results against the exact lane before it is timed.

#include <halfulp/benchmark/peer.hpp>
#include <halfulp/halfulp.hpp>

#include <benchmark/benchmark.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace {

using namespace halfulp;

constexpr std::size_t count = 4096;

/// Operands of all exponents, none of them special.
template <class T>
std::vector<T> operands(std::uint64_t seed) {
    std::vector<T> result;
    for (std::uint64_t i = 0; result.size() < count; ++i) {
        const std::uint32_t bits = philox_bits(seed, 0, i);
        if constexpr (std::is_same_v<T, float>) {
            result.push_back(1.0f + static_cast<float>(bits) * 0x1p-32f);
        } else {
            const T x = T::from_bits(static_cast<typename T::storage_type>(bits));
            if (isfinite(x) && !iszero(x))
                result.push_back(x);
        }
    }
    return result;
}

struct add_operator {
    static float in_hardware(float x, float y, float) { return x + y; }
    template <class T>
    static T apply(T x, T y, T) {
        return x + y;
    }
    template <class T>
    static T exactly(T x, T y, T) {
        return add<with_status<T>>(x, y).value;
    }
};
struct multiply_operator {
    static float in_hardware(float x, float y, float) { return x * y; }
    template <class T>
    static T apply(T x, T y, T) {
        return x * y;
    }
    template <class T>
    static T exactly(T x, T y, T) {
        return multiply<with_status<T>>(x, y).value;
    }
};
struct divide_operator {
    static float in_hardware(float x, float y, float) { return x / y; }
    template <class T>
    static T apply(T x, T y, T) {
        return x / y;
    }
    template <class T>
    static T exactly(T x, T y, T) {
        return divide<with_status<T>>(x, y).value;
    }
};
struct fma_operator {
    static float in_hardware(float x, float y, float z) { return std::fma(x, y, z); }
    template <class T>
    static T apply(T x, T y, T z) {
        return halfulp::fma(x, y, z);
    }
    template <class T>
    static T exactly(T x, T y, T z) {
        return halfulp::fma<with_status<T>>(x, y, z).value;
    }
};
struct sqrt_operator {
    static float in_hardware(float x, float, float) { return std::sqrt(x); }
    template <class T>
    static T apply(T x, T, T) {
        return halfulp::sqrt(x);
    }
    template <class T>
    static T exactly(T x, T, T) {
        return halfulp::sqrt<with_status<T>>(x).value;
    }
};
/// The same in another mode than ties to even.
struct add_upward {
    static float in_hardware(float x, float y, float) { return x + y; }
    template <class T>
    static T apply(T x, T y, T) {
        return add(x, y, constant_value<projection{rounding::toward_positive}>{});
    }
    template <class T>
    static T exactly(T x, T y, T) {
        return add<with_status<T>>(x, y, projection{rounding::toward_positive}).value;
    }
};
struct add_stochastic {
    static float in_hardware(float x, float y, float) { return x + y; }
    static constexpr projection how{rounding::stochastic_a, saturation::none, 16};
    template <class T>
    static T apply(T x, T y, T) {
        return add(x, y, constant_value<how>{}, 12345);
    }
    template <class T>
    static T exactly(T x, T y, T) {
        return add<with_status<T>>(x, y, how, 12345).value;
    }
};

/// The yardstick, measured once an operator: the same loop in float.
template <class Operator>
double float_operations_per_second() {
    static const double rate = [] {
        const std::vector<float> x = operands<float>(1), y = operands<float>(2), z = operands<float>(3);
        std::vector<float> result(count);
        return benchmarks::units_per_second(static_cast<double>(count), [&] {
            for (std::size_t i = 0; i < count; ++i)
                result[i] = Operator::in_hardware(x[i], y[i], z[i]);
            benchmark::DoNotOptimize(result.data());
        });
    }();
    return rate;
}

template <class T, class Operator>
void scalar(benchmark::State& state) {
    const std::vector<T> x = operands<T>(1), y = operands<T>(2), z = operands<T>(3);
    std::vector<T> result(count);
    for (std::size_t i = 0; i < count; ++i)
        if (const T got = Operator::apply(x[i], y[i], z[i]), expected = Operator::exactly(x[i], y[i], z[i]);
            total_order(got, expected) != 0) {
            state.SkipWithError("a result differs from the exact lane");
            return;
        }
    for (auto _ : state) {
        for (std::size_t i = 0; i < count; ++i)
            result[i] = Operator::apply(x[i], y[i], z[i]);
        benchmark::DoNotOptimize(result.data());
        benchmark::ClobberMemory();
    }
    state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()) * static_cast<std::int64_t>(count));
    benchmarks::report_ratio(state, "float", static_cast<double>(count),
                             float_operations_per_second<Operator>());
}

#define HALFULP_SCALAR_BENCHMARKS(type)                  \
    BENCHMARK_TEMPLATE(scalar, type, add_operator);      \
    BENCHMARK_TEMPLATE(scalar, type, add_upward);        \
    BENCHMARK_TEMPLATE(scalar, type, add_stochastic);    \
    BENCHMARK_TEMPLATE(scalar, type, multiply_operator); \
    BENCHMARK_TEMPLATE(scalar, type, divide_operator);   \
    BENCHMARK_TEMPLATE(scalar, type, sqrt_operator);     \
    BENCHMARK_TEMPLATE(scalar, type, fma_operator)

HALFULP_SCALAR_BENCHMARKS(float8_e4m3fn);
HALFULP_SCALAR_BENCHMARKS(float8_e5m2);
HALFULP_SCALAR_BENCHMARKS(float16);
HALFULP_SCALAR_BENCHMARKS(bfloat16);
HALFULP_SCALAR_BENCHMARKS(float32);
HALFULP_SCALAR_BENCHMARKS(float64);
HALFULP_SCALAR_BENCHMARKS(float128);

}  // namespace

BENCHMARK_MAIN();

// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// What the machine can do at most, as yardsticks for benchmark/suite.hpp: measured in the same run, in turn with
/// the case, by loops of one instruction on registers, or of nothing but loads. A kernel at half of the
/// peak has at most a factor of two left.
///
///     m.beside = {benchmarks::multiply_add_peak<float>(2.0 * rows * columns * depth / 2)};
///
/// | yardstick             | one unit is                                   | at level plain                  |
/// |-----------------------|-----------------------------------------------|---------------------------------|
/// | multiply_add_peak<T>  | one fused multiply-add of float or double     | std::fma, as the compiler has it|
/// | multiply_add_bytes_peak | one product of two bytes, added to an int32 | as avx2                         |
/// | multiply_add_pairs_peak | one product of two bfloat16, added to a float | as multiply_add_peak<float>     |
/// | count_bits_peak       | the count of one 64-bit word                  | the scalar instruction          |
/// | read_of               | what the case says that reading the bytes is  | the same loop everywhere        |
///
/// Levels are those in use when the yardstick is made: in `prepare`, the case's.

#include <halfulp/benchmark/suite.hpp>

#include <cmath>
#include <cstdint>

#define HALFULP_FAMILY_TEXT <halfulp/benchmark/family/peak.hpp>
#include <halfulp/simd/for_each_family.hpp>

namespace halfulp {
inline namespace v0 {
namespace benchmarks {
namespace detail {

inline constexpr std::size_t peak_repetitions = 4096;

#if HALFULP_HAS_SIMD
template <class T>
struct peak_registers;
template <>
struct peak_registers<float> {
    using in_avx2 = avx2::reals32;
    using in_avx512 = avx512::reals32;
};
template <>
struct peak_registers<double> {
    using in_avx2 = avx2::reals64;
    using in_avx512 = avx512::reals64;
};
#endif

/// Memory for a register that a loop adds to, so that it is not for nothing.
struct alignas(64) peak_result {
    unsigned char bytes[64] = {};
};

template <class T>
void scalar_multiply_adds(std::size_t repetitions, T& result) noexcept {
    T x[12] = {};
    T y = T(0.5);
    ::benchmark::DoNotOptimize(y);
    for (std::size_t i = 0; i < repetitions; ++i)
#pragma GCC unroll 12
        for (std::size_t j = 0; j < 12; ++j)
            x[j] = std::fma(x[j], y, y);
#pragma GCC unroll 12
    for (std::size_t j = 0; j < 12; ++j)
        result += x[j];
}

inline yardstick register_loop(std::string name, std::function<void(peak_result&)> loop, double units) {
    return {.name = std::move(name),
            .body =
                [loop = std::move(loop), result = std::make_shared<peak_result>()] {
                    loop(*result);
                    ::benchmark::DoNotOptimize(result->bytes);
                },
            .units = units};
}

}  // namespace detail

/// Fused multiply-adds of T a second, where `each` of them are one unit of the case.
template <class T>
yardstick multiply_add_peak(double each = 1) {
    const auto units = [each](double lanes, double chains) {
        return lanes * chains * static_cast<double>(detail::peak_repetitions) / each;
    };
    const char* const name = sizeof(T) == 4 ? "fma_peak" : "fma64_peak";
#if HALFULP_HAS_SIMD
    using registers = detail::peak_registers<T>;
    if (simd::level() == simd::isa::avx512)
        return detail::register_loop(
            name,
            [](detail::peak_result& result) {
                avx512::multiply_add(detail::peak_repetitions,
                                     *reinterpret_cast<typename registers::in_avx512*>(result.bytes));
            },
            units(64.0 / sizeof(T), avx512::chains));
    if (simd::level() == simd::isa::avx2)
        return detail::register_loop(
            name,
            [](detail::peak_result& result) {
                avx2::multiply_add(detail::peak_repetitions,
                                   *reinterpret_cast<typename registers::in_avx2*>(result.bytes));
            },
            units(32.0 / sizeof(T), avx2::chains));
#endif
    return detail::register_loop(
        name,
        [](detail::peak_result& result) {
            T sum = 0;
            detail::scalar_multiply_adds(detail::peak_repetitions, sum);
            std::memcpy(result.bytes, &sum, sizeof sum);
        },
        units(1, 12));
}

#if HALFULP_HAS_SIMD

/// Products of bytes a second, added to 32-bit sums: VNNI at level avx512 where the processor has it, else
/// vpmaddubsw, vpmaddwd and vpaddd.
inline yardstick multiply_add_bytes_peak(double each = 1) {
    const bool wide = simd::level() == simd::isa::avx512;
    const bool with_vnni = simd::available_extensions().vnni;
    const double units = (wide ? 64.0 * avx512::chains : 32.0 * avx2::chains) *
                         static_cast<double>(detail::peak_repetitions) / each;
    return detail::register_loop(
        "byte_product_peak",
        [wide, with_vnni](detail::peak_result& result) {
            if (wide)
                avx512::multiply_add_bytes(detail::peak_repetitions, with_vnni,
                                           *reinterpret_cast<avx512::integers32*>(result.bytes));
            else
                avx2::multiply_add_bytes(detail::peak_repetitions, false,
                                         *reinterpret_cast<avx2::integers32*>(result.bytes));
        },
        units);
}

/// Products of bfloat16 a second, added in pairs to sums in float: AVX512_BF16 at level avx512 where the
/// processor has it, else what widening to float comes to at best, the peak of float. The instruction rounds
/// in a way of its own and takes subnormal numbers for zero, so that a kernel defined as a chain of fma
/// cannot be made of it.
inline yardstick multiply_add_pairs_peak(double each = 1) {
    constexpr const char* name = "bf16_product_peak";
    if (!simd::available_extensions().bf16) {
        yardstick widened = multiply_add_peak<float>(each);
        widened.name = name;
        return widened;
    }
    return detail::register_loop(
        name,
        [](detail::peak_result& result) {
            avx512::multiply_add_pairs(detail::peak_repetitions,
                                       *reinterpret_cast<avx512::reals32*>(result.bytes));
        },
        32.0 * avx512::chains * static_cast<double>(detail::peak_repetitions) / each);
}

/// 64-bit words whose set bits are counted, a second: VPOPCNTDQ at level avx512 where the processor has it, else
/// the scalar instruction.
inline yardstick count_bits_peak(double each = 1) {
    if (simd::available_extensions().vpopcntdq)
        return detail::register_loop(
            "count_bits_peak",
            [](detail::peak_result& result) {
                avx512::count_bits(detail::peak_repetitions,
                                   *reinterpret_cast<avx512::integers64*>(result.bytes));
            },
            8.0 * avx512::chains * static_cast<double>(detail::peak_repetitions) / each);
    return detail::register_loop(
        "count_bits_peak",
        [](detail::peak_result& result) {
            std::uint64_t x[8] = {1, 2, 3, 4, 5, 6, 7, 8};
            for (std::size_t i = 0; i < detail::peak_repetitions; ++i)
#pragma GCC unroll 8
                for (std::size_t j = 0; j < 8; ++j)
                    __asm__ volatile("popcnt %0, %0" : "+r"(x[j]));
            std::uint64_t sum = 0;
#pragma GCC unroll 8
            for (std::size_t j = 0; j < 8; ++j)
                sum += x[j];
            std::memcpy(result.bytes, &sum, sizeof sum);
        },
        8.0 * static_cast<double>(detail::peak_repetitions) / each);
}

#endif

/// Reading so many bytes, once and in order, as work of `units`, in 64-bit words.
inline yardstick read_of(std::size_t bytes, double units, std::string name = "read") {
    struct memory_and_sum {
        aligned_vector<std::uint64_t> words;
        std::uint64_t sum = 0;
    };
    auto memory = std::make_shared<memory_and_sum>();
    memory->words.assign(bytes / 64 * 8, 1);
    return {.name = std::move(name),
            .body =
                [memory] {
                    std::uint64_t sums[8] = {};
                    for (std::size_t i = 0; i < memory->words.size(); i += 8)
#pragma GCC unroll 8
                        for (std::size_t j = 0; j < 8; ++j)
                            sums[j] += memory->words[i + j];
                    for (const std::uint64_t sum : sums)
                        memory->sum += sum;
                    ::benchmark::DoNotOptimize(memory->sum);
                },
            .units = units};
}

}  // namespace benchmarks
}  // namespace v0
}  // namespace halfulp

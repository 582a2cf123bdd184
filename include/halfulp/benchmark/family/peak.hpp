// SPDX-License-Identifier: BSL-1.0
//
// Loops that do nothing but the one instruction whose rate is a peak: see simd/for_each_family.hpp for how this
// text is used, and benchmark/peak.hpp for what the figures mean. Sixteen independent chains, more than latency times
// throughput of any processor so far.

#if defined(HALFULP_FAMILY)

namespace halfulp {
inline namespace v0 {
namespace benchmarks {
namespace HALFULP_FAMILY {

typedef float reals32 __attribute__((vector_size(HALFULP_FAMILY_BYTES)));
typedef double reals64 __attribute__((vector_size(HALFULP_FAMILY_BYTES)));
typedef int integers32 __attribute__((vector_size(HALFULP_FAMILY_BYTES)));
typedef long long integers64 __attribute__((vector_size(HALFULP_FAMILY_BYTES)));

#if HALFULP_FAMILY_BYTES == 64
inline constexpr int chains = 16;
#else
inline constexpr int chains = 12;
#endif

/// x = x · y + y in each chain, for registers of float or double.
template <class Reals>
inline void multiply_add(std::size_t repetitions, Reals& result) noexcept {
    constexpr bool is_float = sizeof(Reals{}[0]) == 4;
    const Reals y = Reals{} + std::conditional_t<is_float, float, double>(0.5);
    Reals x[chains] = {};
    for (std::size_t i = 0; i < repetitions; ++i) {
#pragma GCC unroll 16
        for (int j = 0; j < chains; ++j) {
            if constexpr (is_float)
                __asm__ volatile("{vfmadd213ps %1, %1, %0|vfmadd213ps %0, %1, %1}" : "+v"(x[j]) : "v"(y));
            else
                __asm__ volatile("{vfmadd213pd %1, %1, %0|vfmadd213pd %0, %1, %1}" : "+v"(x[j]) : "v"(y));
        }
    }
#pragma GCC unroll 16
    for (int j = 0; j < chains; ++j)
        result += x[j];
}

/// Products of unsigned and signed bytes, added in fours to 32-bit sums; one instruction with VNNI, else three.
inline void multiply_add_bytes(std::size_t repetitions, bool with_vnni, integers32& result) noexcept {
    const integers32 y = integers32{} + 0x01010101;
    const integers32 ones = integers32{} + 0x00010001;
    integers32 x[chains] = {};
#if HALFULP_FAMILY_BYTES == 64
    if (with_vnni) {
        for (std::size_t i = 0; i < repetitions; ++i) {
#pragma GCC unroll 16
            for (int j = 0; j < chains; ++j)
                __asm__ volatile("{vpdpbusd %1, %1, %0|vpdpbusd %0, %1, %1}" : "+v"(x[j]) : "v"(y));
        }
    }
#endif
    if (HALFULP_FAMILY_BYTES != 64 || !with_vnni) {
        for (std::size_t i = 0; i < repetitions; ++i) {
#pragma GCC unroll 16
            for (int j = 0; j < chains; ++j) {
                integers32 product;
                __asm__ volatile(
                    "{vpmaddubsw %2, %2, %1\n\tvpmaddwd %3, %1, %1\n\tvpaddd %1, %0, %0"
                    "|vpmaddubsw %1, %2, %2\n\tvpmaddwd %1, %1, %3\n\tvpaddd %0, %0, %1}"
                    : "+v"(x[j]), "=&v"(product)
                    : "v"(y), "v"(ones));
            }
        }
    }
#pragma GCC unroll 16
    for (int j = 0; j < chains; ++j)
        result += x[j];
}

#if HALFULP_FAMILY_BYTES == 64
/// Products of bfloat16, added in pairs to sums in float (AVX512_BF16).
inline void multiply_add_pairs(std::size_t repetitions, reals32& result) noexcept {
    const integers32 y = integers32{} + 0x3f003f00;  // 0.5, twice
    reals32 x[chains] = {};
    for (std::size_t i = 0; i < repetitions; ++i) {
#pragma GCC unroll 16
        for (int j = 0; j < chains; ++j)
            __asm__ volatile("{vdpbf16ps %1, %1, %0|vdpbf16ps %0, %1, %1}" : "+v"(x[j]) : "v"(y));
    }
#pragma GCC unroll 16
    for (int j = 0; j < chains; ++j)
        result += x[j];
}

/// The set bits of each 64-bit word (AVX512_VPOPCNTDQ).
inline void count_bits(std::size_t repetitions, integers64& result) noexcept {
    integers64 x[chains];
#pragma GCC unroll 16
    for (int j = 0; j < chains; ++j)
        x[j] = integers64{} - 1;
    for (std::size_t i = 0; i < repetitions; ++i) {
#pragma GCC unroll 16
        for (int j = 0; j < chains; ++j)
            __asm__ volatile("{vpopcntq %0, %0|vpopcntq %0, %0}" : "+v"(x[j]));
    }
#pragma GCC unroll 16
    for (int j = 0; j < chains; ++j)
        result += x[j];
}
#endif

}  // namespace HALFULP_FAMILY
}  // namespace benchmarks
}  // namespace v0
}  // namespace halfulp

#endif

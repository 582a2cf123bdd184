// SPDX-License-Identifier: BSL-1.0
//
// What tests/codegen/check.sh has to find: one mistake each, by HALFULP_TEST_MISTAKE. With 0 there is none.

#if HALFULP_TEST_MISTAKE == 1  // zmm registers in the family that has none
#define HALFULP_TEST_TARGET_AVX2 "avx512f"
#define HALFULP_TEST_BYTES_AVX2 64
#else
#define HALFULP_TEST_TARGET_AVX2 "avx2,fma"
#define HALFULP_TEST_BYTES_AVX2 32
#endif
#if HALFULP_TEST_MISTAKE == 2  // no zmm registers in the family that is about them
#define HALFULP_TEST_BYTES_AVX512 32
#else
#define HALFULP_TEST_BYTES_AVX512 64
#endif

extern "C" void halfulp_test_elsewhere();

namespace halfulp::v0::simd {
namespace avx2 {
typedef float reals __attribute__((vector_size(HALFULP_TEST_BYTES_AVX2)));
__attribute__((target(HALFULP_TEST_TARGET_AVX2))) void operate(const reals* x, reals* y) {
#if HALFULP_TEST_MISTAKE == 3  // a fused operation
    const float* const in = reinterpret_cast<const float*>(x);
    *reinterpret_cast<float*>(y) = __builtin_fmaf(in[0], in[1], in[2]);
#endif
    *y = *x + *y;
}
}  // namespace avx2
namespace avx512 {
typedef float reals __attribute__((vector_size(HALFULP_TEST_BYTES_AVX512)));
__attribute__((target("avx512f,fma"))) void round_by_addend(const reals* x, reals* y) {
    *y = *x + *y;
#if HALFULP_TEST_MISTAKE == 4  // a call
    halfulp_test_elsewhere();
    *y = *x + *y;
#endif
}
#if HALFULP_TEST_MISTAKE != 5  // a kernel that is not there
__attribute__((target("avx512f,fma"))) void operate(const reals* x, reals* y) {
    *y = *x - *y;
}
#endif
template <int Rows>
__attribute__((target("avx512f,fma"), noinline)) void multiply_tile(const reals* x, reals* y, long steps) {
    reals sum = *y;
    for (long k = 0; k < steps; ++k) {
#if HALFULP_TEST_MISTAKE != 8  // a tile that does not multiply
        __asm__("vfmadd231ps %1, %1, %0" : "+v"(sum) : "v"(x[k]));
#endif
#if HALFULP_TEST_MISTAKE == 6  // sums that do not stay in registers
        volatile reals spilled = sum;
        sum = spilled;
#endif
#if HALFULP_TEST_MISTAKE == 7  // an addition for each product
        __asm__("vaddps %0, %0, %0" : "+v"(sum));
#endif
        __asm__("vmulps %0, %0, %0" : "+v"(sum));
#if HALFULP_TEST_MISTAKE != 8
        __asm__("vfmadd231ps %1, %1, %0" : "+v"(sum) : "v"(x[k]));
#endif
    }
    *y = sum;
}
template void multiply_tile<HALFULP_TEST_MISTAKE == 9 ? 11 : 12>(const reals*, reals*, long);
}  // namespace avx512
}  // namespace halfulp::v0::simd

// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// The processor's own arithmetic in a chosen rounding direction, and the flags that it raises.

#include <halfulp/core/rounding.hpp>
#include <halfulp/core/status.hpp>

#include <cmath>

#if defined(__x86_64__)
#include <xmmintrin.h>
#endif

namespace halfulp_test {

/// The processor's rounding direction and exception flags while it lives. Operands and results are
/// volatile: neither they nor the operation between them can move across the register accesses.
class processor_state {
  public:
#if defined(__x86_64__)
    explicit processor_state(halfulp::rounding mode) : saved_(_mm_getcsr()) {
        using halfulp::rounding;
        const unsigned direction = mode == rounding::toward_negative   ? 0x2000u
                                   : mode == rounding::toward_positive ? 0x4000u
                                   : mode == rounding::toward_zero     ? 0x6000u
                                                                       : 0u;
        _mm_setcsr(0x1f80u | direction);
    }
    processor_state(const processor_state&) = delete;
    processor_state& operator=(const processor_state&) = delete;
    ~processor_state() {
        _mm_setcsr(saved_);
    }
    halfulp::status flags() const {
        const unsigned bits = _mm_getcsr();
        return {.inexact = (bits & 0x20) != 0,
                .overflow = (bits & 0x08) != 0,
                .underflow = (bits & 0x10) != 0,
                .invalid = (bits & 0x01) != 0,
                .divide_by_zero = (bits & 0x04) != 0};
    }
    static constexpr bool has_directions = true;

  private:
    unsigned saved_;
#else
    explicit processor_state(halfulp::rounding) {}
    halfulp::status flags() const {
        return {};
    }
    static constexpr bool has_directions = false;
#endif
};

inline bool has_fused_multiply_add() {
#if defined(__x86_64__)
    return __builtin_cpu_supports("fma");
#else
    return true;
#endif
}

/// What a processor can do with two or three numbers of a type.
enum class processor_operation { add, subtract, multiply, divide, sqrt, fma, remainder };

template <class Float>
Float compute(processor_operation op, volatile Float& x, volatile Float& y, volatile Float& z) {
    volatile Float result = 0;
    switch (op) {
        case processor_operation::add:
            result = x + y;
            break;
        case processor_operation::subtract:
            result = x - y;
            break;
        case processor_operation::multiply:
            result = x * y;
            break;
        case processor_operation::divide:
            result = x / y;
            break;
        case processor_operation::sqrt:
            result = std::sqrt(x);
            break;
        case processor_operation::fma:
            result = std::fma(x, y, z);
            break;
        case processor_operation::remainder:
            result = std::remainder(x, y);
            break;
    }
    return result;
}

}  // namespace halfulp_test

// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// The whole core of halfulp: formats, rounding, arithmetic and kernels. It needs a C++20 compiler
/// and nothing else. What needs GMP and MPFR is included by name: continued_fractions/, interop/
/// and reference/.

#include <halfulp/arithmetic/exact.hpp>
#include <halfulp/arithmetic/execution.hpp>
#include <halfulp/arithmetic/integer.hpp>
#include <halfulp/arithmetic/l_mul.hpp>
#include <halfulp/arithmetic/native.hpp>
#include <halfulp/arithmetic/rounded.hpp>
#include <halfulp/core/error_free.hpp>
#include <halfulp/core/errors.hpp>
#include <halfulp/core/philox.hpp>
#include <halfulp/core/views.hpp>
#include <halfulp/formats/dynamic_float.hpp>
#include <halfulp/formats/dynamic_functions.hpp>
#include <halfulp/formats/exponential.hpp>
#include <halfulp/formats/functions.hpp>
#include <halfulp/formats/hyperbolic_tangent.hpp>
#include <halfulp/formats/l_mul.hpp>
#include <halfulp/formats/limits.hpp>
#include <halfulp/formats/literals.hpp>
#include <halfulp/formats/named.hpp>
#include <halfulp/formats/narrow_integer.hpp>
#include <halfulp/formats/narrow_integer_text.hpp>
#include <halfulp/formats/packed.hpp>
#include <halfulp/formats/text.hpp>
#include <halfulp/formats/tilus.hpp>
#include <halfulp/kernels/attention.hpp>
#include <halfulp/kernels/attention_gradient.hpp>
#include <halfulp/kernels/dot.hpp>
#include <halfulp/kernels/elementwise.hpp>
#include <halfulp/kernels/exponential.hpp>
#include <halfulp/kernels/integer_matmul.hpp>
#include <halfulp/kernels/integer_plan.hpp>
#include <halfulp/kernels/language_model_head.hpp>
#include <halfulp/kernels/linear_gradient.hpp>
#include <halfulp/kernels/matmul.hpp>
#include <halfulp/kernels/matmul_batched.hpp>
#include <halfulp/kernels/matvec.hpp>
#include <halfulp/kernels/packed_codes.hpp>
#include <halfulp/kernels/packing.hpp>
#include <halfulp/kernels/power_softmax.hpp>
#include <halfulp/kernels/quantize.hpp>
#include <halfulp/kernels/quantized_matmul.hpp>
#include <halfulp/kernels/requantize.hpp>
#include <halfulp/kernels/round.hpp>
#include <halfulp/kernels/squeezed_attention.hpp>
#include <halfulp/kernels/streamed_gradient.hpp>
#include <halfulp/kernels/tensor_attention.hpp>
#include <halfulp/kernels/tensor_low_rank.hpp>
#include <halfulp/simd/isa.hpp>
#include <halfulp/version.hpp>

// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// What the matrix products can be told.

#include <halfulp/arithmetic/execution.hpp>

#include <cstddef>

namespace halfulp {
inline namespace v0 {

/// How much of the operands a fast path packs at a time, in words of its tiles (a float, a double, two
/// bfloat16). No bit of a result depends on it. The defaults fit 1 MiB of second-level
/// and 8 MiB of third-level cache; 0 stands for 1.
struct matmul_blocking {
    std::size_t depth = 1024;    ///< terms of a chain
    std::size_t rows = 120;      ///< rows of A
    std::size_t columns = 2048;  ///< columns of B, of words of 4 bytes; half as many of 8
};

/// What `matmul` can be told.
struct matmul_options {
    /// C += A·B: the chain of each element starts from the element of C instead of empty. Under
    /// `exact` the old value takes part in the one rounding.
    bool accumulate = false;
    /// Fast paths or the definition, and in how many threads. No bit of a result depends on it.
    execution::policy execution{};
    matmul_blocking blocking{};
    /// The row and the column that c(0, 0) has in a larger product: the stochastic modes draw the bits of
    /// element (first_row + i, first_column + j), so that a part computed alone has the bits of the whole.
    std::size_t first_row = 0;
    std::size_t first_column = 0;
};

}  // namespace v0
}  // namespace halfulp

// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// What the matrix products can be told.

#include <halfulp/arithmetic/execution.hpp>

#include <cstddef>

namespace halfulp {
inline namespace v0 {

/// How much of the operands a fast path packs at a time, in words of its tiles (a float, a double, two
/// bfloat16). No bit of a result depends on it. With the defaults a panel of B (depth × 32 words) and a tile's rows of
/// A stay in 1 MiB of second-level cache, and the blocks in 10 MiB of third-level cache; 0 stands for 1.
struct matmul_blocking {
    std::size_t depth = 1024;    ///< terms of a chain
    std::size_t rows = 480;      ///< rows of A
    std::size_t columns = 2048;  ///< columns of B, of words of 4 bytes; half as many of 8
};

/// How the elements of an exact product were decided; simd/matmul_exact.hpp says what the ways are. The bits are
/// the same in all of them, the time is not: what makes a product slow is seen here.
struct matmul_report {
    std::size_t single = 0;      ///< by a chain in float, in which nothing rounds
    std::size_t enclosed = 0;    ///< by a chain in double and a bound on its error
    std::size_t alone = 0;       ///< by an exact dot product of its own, see simd/dot_exact.hpp
    std::size_t residues = 0;    ///< by integers modulo coprime numbers
    std::size_t definition = 0;  ///< by the exact_accumulator

    friend constexpr bool operator==(const matmul_report&, const matmul_report&) = default;
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
    /// Where arithmetic::exact adds up how the elements were decided, from any number of threads. Other
    /// arithmetics, and constant expressions, leave it alone.
    matmul_report* report = nullptr;
};

}  // namespace v0
}  // namespace halfulp

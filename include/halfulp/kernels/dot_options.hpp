// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// What `dot` can be told.

#include <halfulp/arithmetic/execution.hpp>

#include <cstdint>

namespace halfulp {
inline namespace v0 {

/// How an exact dot product was decided; simd/dot_exact.hpp says what the ways are. The bits are the same in
/// all of them, the time is not.
enum class dot_decision : unsigned char {
    enclosed,   ///< by sums in double and a bound on their error
    twofold,    ///< by a sum of twice the precision and a bound on its error
    sliced,     ///< by exact sums of slices of the products, and an exact_accumulator for what has no slices
    definition  ///< by the exact_accumulator, product by product
};

/// What `dot` can be told.
struct dot_options {
    /// The number that random bits know this chain by (arithmetic::position).
    std::uint64_t element = 0;
    /// Fast paths or the definition, and in how many threads: arithmetic::exact has both, the others run the
    /// definition in one. No bit of a result depends on it.
    execution::policy execution{};
    /// Where arithmetic::exact says how the result was decided. Other arithmetics, and constant expressions,
    /// leave it alone.
    dot_decision* decision = nullptr;
};

}  // namespace v0
}  // namespace halfulp

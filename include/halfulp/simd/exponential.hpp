// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// e^x and tanh of arrays of float, and of the registers of other kernels: what is computed is in
/// simd/family/exponential.hpp and simd/family/hyperbolic_tangent.hpp, here is how arrays go through it.

#include <halfulp/simd/array_pipeline.hpp>

#define HALFULP_FAMILY_TEXT <halfulp/simd/family/exponential.hpp>
#include <halfulp/simd/for_each_family.hpp>
#define HALFULP_FAMILY_TEXT <halfulp/simd/family/hyperbolic_tangent.hpp>
#include <halfulp/simd/for_each_family.hpp>

#if HALFULP_HAS_SIMD

namespace halfulp {
inline namespace v0 {
namespace simd {

/// A function of whole blocks of float.
using function_of_floats = void (*)(const float*, float*, std::size_t) noexcept;

/// Elements [begin, end) of `from`, through the function, to `to`.
template <class Source, class Sink>
void apply_through(function_of_floats function, const Source& from, const Sink& to, std::size_t begin,
                   std::size_t end) noexcept {
    const default_floating_point_environment guard;
    alignas(64) float in_buffer[chunk_size<float>], out_buffer[chunk_size<float>];
    for_chunks<float>(begin, end, to.before_whole_lines(begin), from.is_direct() && to.is_direct(),
                      [&](std::size_t i, std::size_t count) {
                          const float* const values = from.read(i, count, in_buffer);
                          float* const results = to.place(i, count, out_buffer);
                          function(values, results, whole_blocks(count));
                          to.write(i, count, results);
                      });
    to.finish();
}

}  // namespace simd
}  // namespace v0
}  // namespace halfulp

#endif

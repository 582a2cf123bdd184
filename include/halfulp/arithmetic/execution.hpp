// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// How a kernel is carried out. Never what it computes: every policy gives the same bits.

#include <halfulp/config.hpp>

#include <cstddef>

#if defined(_OPENMP)
#include <omp.h>
#endif

namespace halfulp {
inline namespace v0 {
namespace execution {

/// A member of the options of every kernel that has fast paths or threads.
struct policy {
    bool definition_only = false;  ///< run the generic definition, no fast path
    int threads = 1;               ///< at most this many; 0 for as many as OpenMP offers
};

/// The fastest way there is, in one thread. The default.
inline constexpr policy automatic{};
/// The generic definition: what the fast paths are compared with.
inline constexpr policy plain{.definition_only = true};
/// Fast paths in up to `threads` threads, by default as many as OpenMP offers. Code compiled without
/// OpenMP (-fopenmp) runs in one.
constexpr policy parallel(int threads = 0) noexcept {
    return {.threads = threads};
}

}  // namespace execution

namespace detail {

/// Calls body(begin, end) on ranges that make up [0, count): at most policy.threads of them, each a
/// multiple of `granule` but the last, none smaller than `smallest` if there are several. `body` must
/// not throw, and what it does must not depend on the cut.
template <class Body>
void for_ranges(const execution::policy& policy, std::size_t count, std::size_t granule, std::size_t smallest,
                const Body& body) {
#if defined(_OPENMP)
    const int wanted = policy.threads == 0 ? omp_get_max_threads() : policy.threads;
    const std::size_t most = count / smallest;
    const std::size_t parts =
        most < 2 || wanted < 2
            ? 1
            : (most < static_cast<std::size_t>(wanted) ? most : static_cast<std::size_t>(wanted));
    if (parts > 1) {
        const std::size_t size = (count / parts + granule) / granule * granule;
#pragma omp parallel for schedule(static) num_threads(static_cast <int>(parts))
        for (std::ptrdiff_t part = 0; part < static_cast<std::ptrdiff_t>(parts); ++part) {
            const std::size_t begin = static_cast<std::size_t>(part) * size;
            const std::size_t end = begin + size < count ? begin + size : count;
            if (begin < end)
                body(begin, end);
        }
        return;
    }
#else
    (void)policy;
    (void)granule;
    (void)smallest;
#endif
    if (count != 0)
        body(std::size_t{0}, count);
}

}  // namespace detail
}  // namespace v0
}  // namespace halfulp

// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// A matrix cut into parts for threads.

#include <halfulp/arithmetic/execution.hpp>

#include <cstddef>
#include <exception>
#include <limits>

namespace halfulp {
inline namespace v0 {
namespace simd {

constexpr std::size_t rounded_up(std::size_t x, std::size_t multiple) noexcept {
    return (x + multiple - 1) / multiple * multiple;
}

/// Calls body(first_row, first_column, rows, columns) for parts that make up a matrix, in as many threads as
/// the policy allows and the work is worth: a grid of nearly square parts, columns cut at multiples of
/// `granule`.
template <class Body>
void for_parts_of_matrix(const execution::policy& policy, std::size_t rows, std::size_t columns,
                         std::size_t depth, std::size_t granule, const Body& body) {
#if defined(_OPENMP)
    const auto wanted =
        static_cast<std::size_t>(policy.threads == 0 ? omp_get_max_threads() : policy.threads);
    constexpr double smallest_work = 1 << 19;  // multiply-adds that are worth a thread
    const double work =
        static_cast<double>(rows) * static_cast<double>(columns) * static_cast<double>(depth < 1 ? 1 : depth);
    std::size_t parts = wanted;
    if (work < smallest_work * static_cast<double>(parts))
        parts = static_cast<std::size_t>(work / smallest_work);
    if (parts > 1) {
        // Of the ways to cut, the one with the least to be packed twice.
        std::size_t best_rows = 1;
        double best_cost = std::numeric_limits<double>::infinity();
        for (std::size_t across = 1; across <= parts; ++across) {
            if (parts % across != 0 || across > rows)
                continue;
            const double cost = static_cast<double>(across) * static_cast<double>(columns) +
                                static_cast<double>(parts / across) * static_cast<double>(rows);
            if (cost < best_cost) {
                best_cost = cost;
                best_rows = across;
            }
        }
        const std::size_t parts_down = best_rows;
        const std::size_t parts_across = parts / best_rows;
        const std::size_t height = (rows + parts_down - 1) / parts_down;
        const std::size_t width = rounded_up((columns + parts_across - 1) / parts_across, granule);
        std::exception_ptr failure;  // of any part: none may leave its thread
#pragma omp parallel for schedule(static) num_threads(static_cast <int>(parts))
        for (std::ptrdiff_t part = 0; part < static_cast<std::ptrdiff_t>(parts); ++part) {
            const std::size_t i = static_cast<std::size_t>(part) / parts_across * height;
            const std::size_t j = static_cast<std::size_t>(part) % parts_across * width;
            if (i >= rows || j >= columns)
                continue;
            try {
                body(i, j, height < rows - i ? height : rows - i, width < columns - j ? width : columns - j);
            } catch (...) {
#pragma omp critical(halfulp_failure)
                failure = std::current_exception();
            }
        }
        if (failure)
            std::rethrow_exception(failure);
        return;
    }
#else
    (void)policy;
    (void)depth;
    (void)granule;
#endif
    if (rows != 0 && columns != 0)
        body(std::size_t{0}, std::size_t{0}, rows, columns);
}

/// Calls body(item) for items 0 … count − 1, in as many threads as the policy allows and the work (multiply-adds in
/// all) is worth; each thread takes the next item when it is done with one, so the longest should come first.
template <class Body>
void for_items(const execution::policy& policy, std::size_t count, [[maybe_unused]] double work,
               const Body& body) {
#if defined(_OPENMP)
    auto threads = static_cast<std::size_t>(policy.threads == 0 ? omp_get_max_threads() : policy.threads);
    constexpr double smallest_work = 1 << 19;
    if (work < smallest_work * static_cast<double>(threads))
        threads = static_cast<std::size_t>(work / smallest_work);
    if (threads > count)
        threads = count;
    if (threads > 1) {
        std::exception_ptr failure;  // of any item: none may leave its thread
#pragma omp parallel for schedule(dynamic, 1) num_threads(static_cast <int>(threads))
        for (std::ptrdiff_t item = 0; item < static_cast<std::ptrdiff_t>(count); ++item) {
            try {
                body(static_cast<std::size_t>(item));
            } catch (...) {
#pragma omp critical(halfulp_failure)
                failure = std::current_exception();
            }
        }
        if (failure)
            std::rethrow_exception(failure);
        return;
    }
#else
    (void)policy;
#endif
    for (std::size_t item = 0; item < count; ++item)
        body(item);
}

}  // namespace simd
}  // namespace v0
}  // namespace halfulp

// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// Speed as a ratio: the same run measures a peer, or what the machine can do, and a benchmark
/// reports how it compares. An absolute time says little on a shared machine; a ratio within one
/// run does. For programs that link halfulp::benchmark (Google Benchmark).
///
///     const double copy = halfulp::benchmarks::copied_bytes_per_second(bytes);
///     for (auto _ : state) round(in, out, format);
///     halfulp::benchmarks::report_ratio(state, "memcpy", bytes, copy);

#include <halfulp/version.hpp>

#include <benchmark/benchmark.h>

#include <chrono>
#include <cstddef>
#include <cstring>
#include <new>
#include <string>
#include <vector>

namespace halfulp {
inline namespace v0 {
namespace benchmarks {

/// Memory that begins at a multiple of 64 bytes, for arrays to be timed: where an array begins is chance
/// otherwise, and changes what memcpy does in the caches by a factor of two.
template <class T>
struct aligned_allocator {
    using value_type = T;
    aligned_allocator() noexcept = default;
    template <class U>
    aligned_allocator(const aligned_allocator<U>&) noexcept {}
    T* allocate(std::size_t count) {
        return static_cast<T*>(::operator new (count * sizeof(T), std::align_val_t{64}));
    }
    void deallocate(T* memory, std::size_t) noexcept { ::operator delete (memory, std::align_val_t{64}); }
    template <class U>
    friend bool operator==(const aligned_allocator&, const aligned_allocator<U>&) noexcept {
        return true;
    }
};
template <class T>
using aligned_vector = std::vector<T, aligned_allocator<T>>;

/// Units of work a second: `body()` does `units` of them. It runs once to warm up, then in rounds of
/// about 2 ms, and the fastest of `rounds` counts, which is what the machine can do undisturbed.
template <class Body>
double units_per_second(double units, Body&& body, int rounds = 25) {
    using clock = std::chrono::steady_clock;
    const auto seconds_of = [&](long repetitions) {
        const auto start = clock::now();
        for (long i = 0; i < repetitions; ++i) {
            body();
            ::benchmark::ClobberMemory();
        }
        return std::chrono::duration<double>(clock::now() - start).count();
    };
    body();
    long repetitions = 1;
    while (seconds_of(repetitions) < 2e-3 && repetitions < (1L << 40))
        repetitions *= 2;
    double best = 0;
    for (int i = 0; i < rounds; ++i) {
        const double rate = units * static_cast<double>(repetitions) / seconds_of(repetitions);
        best = rate > best ? rate : best;
    }
    return best;
}

/// Bytes a second that memcpy moves between two buffers of this size: reading and writing count once.
inline double copied_bytes_per_second(std::size_t bytes) {
    aligned_vector<unsigned char> source(bytes, 1), target(bytes);
    return units_per_second(static_cast<double>(bytes), [&] {
        std::memcpy(target.data(), source.data(), bytes);
        ::benchmark::DoNotOptimize(target.data());
    });
}

/// Adds the counter "×name": this benchmark's units a second divided by the peer's, where each
/// iteration does `units_an_iteration`. Call it after the timed loop.
inline void report_ratio(::benchmark::State& state, const std::string& name, double units_an_iteration,
                         double peer_units_per_second) {
    state.counters["x" + name] = ::benchmark::Counter(units_an_iteration / peer_units_per_second,
                                                      ::benchmark::Counter::kIsIterationInvariantRate);
}

}  // namespace benchmarks
}  // namespace v0
}  // namespace halfulp

// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// The harness on which the library's benchmarks stand, and which measures a kernel or a format of
/// your own in the same way: a case is registered once for every instruction set that the machine has,
/// checks its answer before it is timed, and reports what it does beside others *in the same run*.
///
///     #include <halfulp/benchmark/suite.hpp>
///
///     int main(int argc, char** argv) {
///         halfulp::benchmarks::suite suite;
///         suite.add({.kernel = "scale", .type = "float32", .arithmetic = "native", .shape = "65536"}, [] {
///             auto x = std::make_shared<std::vector<float>>(65536, 1.0f);
///             halfulp::benchmarks::measured m;
///             m.body = [x] { for (float& v : *x) v *= 1.0001f; };
///             m.units = 65536;  // elements a call
///             m.beside = {halfulp::benchmarks::copy_of(65536 * sizeof(float), 65536)};
///             return m;
///         });
///         return halfulp::benchmarks::run(argc, argv);
///     }
///
/// It is Google Benchmark underneath: --benchmark_filter chooses cases by name, which is
/// kernel/type/arithmetic/shape/level/threads; --benchmark_format=json and --benchmark_out are the
/// machine's interface, with the figures below as counters. Without them a table is printed.
///
/// | counter          | meaning                                                                        |
/// |------------------|--------------------------------------------------------------------------------|
/// | units/s          | calls · `units` a second                                                       |
/// | x<name>          | this case's units a second divided by those of the peer or peak of that name   |
/// | cost_<name>      | the inverse, where the yardstick asks for it: so many times as long it takes   |
/// | max_ulp, mean_ulp, wrong | the error against the reference, where the case gives it               |
///
/// A ratio is made of the best of several rounds of each side, taken in turn, so that what else the
/// machine is doing meets both. Sides that take long get fewer rounds, three at least.

#include <halfulp/benchmark/peer.hpp>
#include <halfulp/core/errors.hpp>
#include <halfulp/simd/isa.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace halfulp {
inline namespace v0 {
namespace benchmarks {

/// What a case is. Every part is in its name; none may be empty or contain '/'.
struct case_name {
    std::string kernel;
    std::string type;
    std::string arithmetic;
    std::string shape;
    int threads = 1;
};

/// The error of a kernel's answer against the reference: reference::compare gives these three.
struct measured_error {
    double maximum_ulp = 0;
    double mean_ulp = 0;
    double wrong = 0;  ///< elements that are not the correctly rounded result
};

/// Something to be measured beside a case: a peer's way to do the same work, or the machine's peak.
struct yardstick {
    std::string name;
    std::function<void()> body{};  ///< run in turn with the case
    double units = 0;              ///< of the case's units, that one call of the body does
    double rate = 0;               ///< or, with no body, units a second measured elsewhere in this run
    bool as_cost = false;          ///< report the inverse ratio too
};

/// A case, made ready: what is timed, and what is known about it.
struct measured {
    std::function<void()> body;
    double units = 0;               ///< of work that one call does
    std::string unit = "elements";  ///< what they are
    std::function<bool()>
        check;  ///< run before; a case whose answer is wrong is not timed, and fails the run
    std::optional<measured_error> error;
    std::vector<yardstick> beside;
};

/// memcpy of so many bytes, as work of `units`.
inline yardstick copy_of(std::size_t bytes, double units, std::string name = "memcpy") {
    struct buffers {
        explicit buffers(std::size_t size) : source(size, 1), target(size) {}
        aligned_vector<unsigned char> source, target;
    };
    return {.name = std::move(name),
            .body =
                [memory = std::make_shared<buffers>(bytes)] {
                    std::memcpy(memory->target.data(), memory->source.data(), memory->source.size());
                    ::benchmark::DoNotOptimize(memory->target.data());
                },
            .units = units};
}

/// Levels of the processor from `lowest` up, for the cases that have code for each.
inline std::vector<simd::isa> levels_from(simd::isa lowest) {
    std::vector<simd::isa> levels;
    for (const simd::isa level : {simd::isa::plain, simd::isa::avx2, simd::isa::avx512})
        if (level >= lowest && level <= simd::detected_level())
            levels.push_back(level);
    return levels;
}

namespace detail {

/// Best rate of each of several bodies, in turn: rounds of about `seconds` each. After three rounds no new
/// one begins when all of them together have taken three seconds.
inline std::vector<double> rates_in_turn(const std::vector<std::pair<double, std::function<void()>>>& sides,
                                         int rounds, double seconds = 2e-3) {
    using clock = std::chrono::steady_clock;
    std::vector<long> repetitions(sides.size(), 1);
    std::vector<double> best(sides.size(), 0);
    const auto seconds_of = [&](std::size_t side) {
        const auto start = clock::now();
        for (long i = 0; i < repetitions[side]; ++i) {
            sides[side].second();
            ::benchmark::ClobberMemory();
        }
        return std::chrono::duration<double>(clock::now() - start).count();
    };
    for (std::size_t side = 0; side < sides.size(); ++side)
        while (seconds_of(side) < seconds && repetitions[side] < (1L << 30))
            repetitions[side] *= 2;
    double taken = 0;
    for (int round = 0; round < rounds && (round < 3 || taken < 3); ++round)
        for (std::size_t side = 0; side < sides.size(); ++side) {
            const double time = seconds_of(side);
            const double rate = sides[side].first * static_cast<double>(repetitions[side]) / time;
            best[side] = rate > best[side] ? rate : best[side];
            taken += time;
        }
    return best;
}

/// Set when a case's answer was wrong; run() returns it.
inline bool& a_case_failed() {
    static bool failed = false;
    return failed;
}

inline void require_part(const char* name, const std::string& value) {
    if (value.empty() || value.find('/') != std::string::npos)
        throw_argument_error<std::invalid_argument>("benchmarks::suite::add",
                                                    std::string("case_name.") + name, "'" + value + "'",
                                                    "a text without '/'");
}

inline void run_case(::benchmark::State& state, simd::isa level, const std::function<measured()>& prepare,
                     int rounds) {
    const simd::scoped_level at(level);
    const measured m = prepare();
    if (m.check && !m.check()) {
        a_case_failed() = true;
        state.SkipWithError("the answer is wrong");
        return;
    }
    for (auto _ : state) {
        m.body();
        ::benchmark::ClobberMemory();
    }
    state.counters["units/s"] =
        ::benchmark::Counter(m.units, ::benchmark::Counter::kIsIterationInvariantRate);
    if (m.error) {
        state.counters["max_ulp"] = m.error->maximum_ulp;
        state.counters["mean_ulp"] = m.error->mean_ulp;
        state.counters["wrong"] = m.error->wrong;
    }
    if (m.beside.empty())
        return;
    std::vector<std::pair<double, std::function<void()>>> sides{{m.units, m.body}};
    for (const yardstick& y : m.beside)
        if (y.body)
            sides.emplace_back(y.units, y.body);
    const std::vector<double> rates = rates_in_turn(sides, rounds);
    std::size_t next = 1;
    for (const yardstick& y : m.beside) {
        const double ratio = rates[0] / (y.body ? rates[next++] : y.rate);
        state.counters["x" + y.name] = ratio;
        if (y.as_cost)
            state.counters["cost_" + y.name] = 1 / ratio;
    }
}

}  // namespace detail

/// Registers cases with Google Benchmark.
class suite {
  public:
    /// Rounds that each side of a ratio gets.
    explicit suite(int rounds = 15) : rounds_(rounds) {}

    /// Registers the case for each level; `prepare` is called when its turn comes, at the level in question,
    /// and not at all when the filter leaves the case out.
    /// @throws std::invalid_argument if a part of the name is empty or contains '/'
    void add(const case_name& name, std::function<measured()> prepare,
             const std::vector<simd::isa>& levels = levels_from(simd::isa::plain)) const {
        detail::require_part("kernel", name.kernel);
        detail::require_part("type", name.type);
        detail::require_part("arithmetic", name.arithmetic);
        detail::require_part("shape", name.shape);
        for (const simd::isa level : levels) {
            const std::string full = name.kernel + "/" + name.type + "/" + name.arithmetic + "/" +
                                     name.shape + "/" + simd::name_of(level) +
                                     "/threads:" + std::to_string(name.threads);
            ::benchmark::RegisterBenchmark(full.c_str(), [level, prepare,
                                                          rounds = rounds_](::benchmark::State& state) {
                detail::run_case(state, level, prepare, rounds);
            })->UseRealTime();
        }
    }

  private:
    int rounds_;
};

}  // namespace benchmarks
}  // namespace v0
}  // namespace halfulp

// SPDX-License-Identifier: BSL-1.0
//
// How good is a kernel of your own? This program measures two that somebody might have written by hand
// with the harness behind the library's own benchmarks:
//
//   to_e4m3   rounds floats to the 8-bit format e4m3fn by adding half an ulp to their bits: quick to
//             write, and wrong in two ways that the error columns show
//   sum       adds up floats, one after the other, and with Kahan's compensation
//
// Each case says what it is (kernel, type, arithmetic, shape), how to get ready, what to time, how far off the
// answer is, and what to stand beside. The harness runs it at each instruction set that the machine has, in turn with
// its peers, and prints a table:
//
//   measure_your_kernel                                 the table
//   measure_your_kernel --benchmark_filter=sum          some of the cases
//   measure_your_kernel --benchmark_format=json         for programs
//
// To measure a format of your own, put its float_format where this program says formats::float8_e4m3fn.

#include <halfulp/benchmark/peak.hpp>
#include <halfulp/benchmark/table.hpp>
#include <halfulp/halfulp.hpp>

#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <memory>
#include <vector>

namespace {

using namespace halfulp;
namespace hb = halfulp::benchmarks;

// --- The kernels under test -----------------------------------------------------------------------

/// A float rounded to e4m3fn, as many programs do it. It forgets that ties go to even, and that below 2^-6 the
/// format's numbers are 2^-9 apart.
float to_e4m3(float x) {
    std::uint32_t bits = 0;
    std::memcpy(&bits, &x, sizeof bits);
    bits = (bits + (1u << 19)) & ~((1u << 20) - 1);
    std::memcpy(&x, &bits, sizeof bits);
    return x > 448 ? 448 : x < -448 ? -448 : x;
}

float sum_in_order(const std::vector<float>& x) {
    float sum = 0;
    for (const float each : x)
        sum += each;
    return sum;
}

float sum_compensated(const std::vector<float>& x) {
    float sum = 0, lost = 0;
    for (const float each : x) {
        const float next = each - lost;
        const float raised = sum + next;
        lost = (raised - sum) - next;
        sum = raised;
    }
    return sum;
}

// --- Inputs and errors ------------------------------------------------------------------------------

constexpr std::size_t count = 1 << 16;

std::vector<float> inputs() {
    std::vector<float> x(count);
    for (std::size_t i = 0; i < count; ++i)
        x[i] = std::ldexp(static_cast<float>(philox_bits(1, 0, i)) - 0x1p31f, -31 - static_cast<int>(i % 8));
    return x;
}

/// The errors of results against what is right, in ulps of the results' format: the distance of neighbours at
/// the right value. (With GMP and MPFR, halfulp::reference::compare does this for whole kernels.)
class error_count {
  public:
    explicit error_count(const float_format& format) : format_(format) {}

    void add(double result, double right, double rounded) {
        int exponent = 0;
        std::frexp(right, &exponent);
        const int quantum = std::max(exponent - 1, format_.minimum_exponent()) - format_.significand_bits;
        const double error = std::ldexp(std::fabs(result - right), -quantum);
        error_.maximum_ulp = std::max(error_.maximum_ulp, error);
        sum_ += error;
        ++count_;
        error_.wrong += result != rounded;
    }
    hb::measured_error result() const {
        hb::measured_error all = error_;
        all.mean_ulp = sum_ / count_;
        return all;
    }

  private:
    float_format format_;
    hb::measured_error error_;
    double sum_ = 0;
    double count_ = 0;
};

// --- The cases ----------------------------------------------------------------------------------------

constexpr projection saturating{rounding::ties_to_even, saturation::finite};

/// The library's rounding of the same array, as a peer and as what is right.
void round_by_the_library(const std::vector<float>& x, std::vector<float>& y) {
    round(x, y, constant_value<formats::float8_e4m3fn>{}, constant_value<saturating>{});
}

hb::measured prepare_to_e4m3() {
    struct memory {
        std::vector<float> x = inputs(), y = std::vector<float>(count);
    };
    auto m = std::make_shared<memory>();
    error_count errors(formats::float8_e4m3fn);
    round_by_the_library(m->x, m->y);
    for (std::size_t i = 0; i < count; ++i)
        errors.add(to_e4m3(m->x[i]), m->x[i], m->y[i]);

    hb::measured what;
    what.body = [m] {
        for (std::size_t i = 0; i < count; ++i)
            m->y[i] = to_e4m3(m->x[i]);
    };
    what.units = count;
    what.error = errors.result();
    what.beside = {{.name = "halfulp", .body = [m] { round_by_the_library(m->x, m->y); }, .units = count},
                   hb::copy_of(count * sizeof(float), count)};
    return what;
}

template <float (*Sum)(const std::vector<float>&)>
hb::measured prepare_sum() {
    auto x = std::make_shared<std::vector<float>>(inputs());
    auto result = std::make_shared<float>();
    // An exact sum, rounded once: what is right.
    exact_accumulator<float> exact;
    for (const float each : *x)
        exact.add(each);
    const auto right = exact.round<double>();
    error_count errors(formats::float32);
    errors.add(Sum(*x), right, static_cast<float>(right));

    hb::measured what;
    what.body = [x, result] {
        *result = Sum(*x);
        ::benchmark::DoNotOptimize(*result);
    };
    what.units = count;
    // A kernel that may be off by this much is a kernel that is wrong: the run then fails.
    what.check = [x, right] { return std::fabs(Sum(*x) - right) < 0.01 * std::fabs(right) + 1; };
    what.error = errors.result();
    what.beside = {hb::read_of(count * sizeof(float), count)};
    return what;
}

}  // namespace

int main(int argc, char** argv) {
    const hb::suite suite;
    suite.add({.kernel = "to_e4m3", .type = "float32->e4m3fn", .arithmetic = "add_half", .shape = "65536"},
              prepare_to_e4m3);
    // These have no code that depends on the instruction set, so one level is enough.
    const std::vector<simd::isa> once{simd::isa::plain};
    suite.add({.kernel = "sum", .type = "float32", .arithmetic = "in_order", .shape = "65536"},
              prepare_sum<sum_in_order>, once);
    suite.add({.kernel = "sum", .type = "float32", .arithmetic = "compensated", .shape = "65536"},
              prepare_sum<sum_compensated>, once);
    return hb::run(argc, argv);
}

// SPDX-License-Identifier: BSL-1.0
//
// All 2^32 floats through ties to even into every named format of up to 8 bits, codes and values, at every level.
//
// The oracle is a list of runs: rounding is monotonic on either side of zero, so the floats that become one
// code lie side by side. Where a run ends is found by bisection with the reference, which rounds with big
// integers; it is asked some ten thousand times a format instead of 2^32 times.
//
// Without more ado a sample is done: every float near the end of a run, and a part of the others. All of
// them at thorough effort, or with HALFULP_TEST_EXHAUSTIVE=1 in the environment.

#include <halfulp/reference/round.hpp>

#include "simd/levels.hpp"

#include <chrono>
#include <cstdlib>
#include <cstring>

using namespace halfulp;
using namespace halfulp_test;

namespace {

/// The floats with codes from the end of the run before up to `last` become `code`.
struct run {
    std::uint32_t last;
    std::uint8_t code;
};

std::uint8_t rounded_by_reference(const float_format& f, const projection& p, std::uint32_t x) {
    return static_cast<std::uint8_t>(static_cast<std::uint64_t>(
        halfulp::reference::round(halfulp::reference::decode(formats::float32, uint128{x}), f, p).code));
}

/// Appends the runs of [first, last], on which rounding is monotonic.
void append_runs(std::vector<run>& runs, const float_format& f, const projection& p, std::uint32_t first,
                 std::uint8_t first_code, std::uint32_t last, std::uint8_t last_code) {
    if (first_code == last_code) {
        if (!runs.empty() && runs.back().code == last_code)
            runs.back().last = last;
        else
            runs.push_back({last, last_code});
        return;
    }
    if (last == first + 1) {
        append_runs(runs, f, p, first, first_code, first, first_code);
        append_runs(runs, f, p, last, last_code, last, last_code);
        return;
    }
    const std::uint32_t middle = first + (last - first) / 2;
    const std::uint8_t code = rounded_by_reference(f, p, middle);
    append_runs(runs, f, p, first, first_code, middle, code);
    const std::uint8_t next = rounded_by_reference(f, p, middle + 1);
    append_runs(runs, f, p, middle + 1, next, last, last_code);
}

std::vector<run> all_runs(const float_format& f, const projection& p) {
    std::vector<run> runs;
    const auto append = [&](std::uint32_t first, std::uint32_t last) {
        append_runs(runs, f, p, first, rounded_by_reference(f, p, first), last,
                    rounded_by_reference(f, p, last));
    };
    for (const std::uint32_t sign : {0u, 0x80000000u}) {
        append(sign | 0, sign | 0);  // a zero
        append(sign | 1, sign | 0x7f7fffff);
        append(sign | 0x7f800000, sign | 0x7f800000);
        append(sign | 0x7f800001, sign | 0x7fffffff);  // NaN
    }
    return runs;
}

constexpr std::uint32_t chunk = 4096;

void check_format(tally& t, const float_format& f, const projection& p, std::uint64_t stride) {
    const auto start = std::chrono::steady_clock::now();
    const std::vector<run> runs = all_runs(f, p);
    REQUIRE(runs.size() <= 264);
    REQUIRE(runs.back().last == 0xffffffff);
    float values[256] = {};
    for (unsigned code = 0; code < 1u << f.bits(); ++code) {
        const auto exact = halfulp::reference::decode(f, uint128{code});
        values[code] =
            exact.is_nan() ? std::numeric_limits<float>::quiet_NaN() : static_cast<float>(exact.to_double());
    }
    std::vector<float> in(chunk), out(chunk), expected_out(chunk);
    std::vector<std::uint8_t> codes(chunk), expected(chunk);
    const rounding_plan plan(f, p);
    std::uint64_t floats = 0;
    std::size_t next = 0;  // the run that the chunk begins in
    for (std::uint64_t begin = 0; begin < std::uint64_t{1} << 32; begin += chunk) {
        const auto first = static_cast<std::uint32_t>(begin);
        const auto last = first + (chunk - 1);
        while (runs[next].last < first)
            ++next;
        const bool has_end = runs[next].last <= last;
        if (!has_end && begin / chunk % stride != 0)
            continue;
        std::size_t r = next;
        for (std::uint32_t i = 0; i < chunk;) {
            const std::uint32_t end = std::min(runs[r].last - first, chunk - 1) + 1;
            std::fill(expected.begin() + i, expected.begin() + end, runs[r].code);
            std::fill(expected_out.begin() + i, expected_out.begin() + end, values[runs[r].code]);
            i = end;
            ++r;
        }
        for (std::uint32_t i = 0; i < chunk; ++i) {
            const std::uint32_t bits = first + i;
            std::memcpy(&in[i], &bits, 4);
        }
        floats += chunk;
        for (const simd::isa level : fast_levels()) {
            const simd::scoped_level guard(level);
            encode(in, codes, plan);
            round(in, out, plan);
            const bool equal = std::memcmp(codes.data(), expected.data(), chunk) == 0 &&
                               std::memcmp(out.data(), expected_out.data(), chunk * sizeof(float)) == 0;
            t.expect(equal, [&] {
                std::uint32_t i = 0;
                while (i < chunk && codes[i] == expected[i] &&
                       code_bits(out[i]) == code_bits(expected_out[i]))
                    ++i;
                return name_of(f) + " " + name_of(p) + " at level " + simd::name_of(level) + ", of " +
                       hexadecimal(std::uint64_t{first + i}) + ": code " +
                       hexadecimal(std::uint64_t{codes[i]}) + ", value " + hexadecimal(code_bits(out[i])) +
                       ", expected " + hexadecimal(std::uint64_t{expected[i]});
            });
        }
    }
    const std::chrono::duration<double> time = std::chrono::steady_clock::now() - start;
    std::printf("%s, %s: %zu runs, %llu floats at %zu levels, %llu failures so far, %.1f s\n",
                name_of(f).c_str(), name_of(p).c_str(), runs.size(), static_cast<unsigned long long>(floats),
                fast_levels().size(), static_cast<unsigned long long>(t.failures()), time.count());
    std::fflush(stdout);
}

}  // namespace

TEST_CASE("floats to 8 bits, ties to even") {
    const char* const asked = std::getenv("HALFULP_TEST_EXHAUSTIVE");
    const bool all = effort >= 2 || (asked != nullptr && std::string(asked) == "1");
    const std::uint64_t stride = all ? 1 : effort == 0 ? 4099 : 61;
    if (!has_fast_paths()) {
        WARN("no fast path on this machine");
        return;
    }
    tally t(std::string(all ? "all" : "a sample of the") + " chunks of 4096 floats, 12 cases");
    for (const float_format& f :
         {formats::float8_e5m2, formats::float8_e4m3, formats::float8_e3m4, formats::float8_e4m3fn,
          formats::float8_e4m3fnuz, formats::float8_e5m2fnuz, formats::float8_e4m3b11fnuz,
          formats::float8_e8m0fnu, formats::float6_e2m3fn, formats::float6_e3m2fn, formats::float4_e2m1fn})
        check_format(t, f, projection{}, stride);
    check_format(t, formats::float8_e4m3fn, projection{rounding::ties_to_even, saturation::finite}, stride);
    require(t);
}

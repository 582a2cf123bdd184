// SPDX-License-Identifier: BSL-1.0
//
// Any number of threads gives the same bits as one. Compiled with OpenMP where the compiler has it; without
// it the policies run in one thread, which is a test too.

#include "simd/arrays_checks.hpp"
#include "support/openmp_leaks.hpp"

using namespace halfulp;
using namespace halfulp_test;

namespace {

constexpr float_format format = formats::float8_e4m3fn;
constexpr float_format six_bits = formats::float6_e2m3fn;

}  // namespace

TEST_CASE("1, 2, 3 and 8 threads") {
#if defined(_OPENMP)
    WARN("compiled with OpenMP, " << omp_get_max_threads() << " threads by default");
#else
    WARN("compiled without OpenMP");
#endif
    tally t("threads: round, encode, decode, packed codes, statistics, add");
    const projection stochastic{rounding::stochastic_c, saturation::finite, 12};
    // No thread gets less than simd::smallest_share, and no share ends where a chunk or a byte does.
    for (const std::size_t n : {std::size_t{1000}, 2 * simd::smallest_share - 1, 2 * simd::smallest_share,
                                3 * simd::smallest_share + 13, 9 * simd::smallest_share + 4097}) {
        if (effort == 0 && n > 70'000)
            continue;
        const auto in = inputs<float>(format, n, 110);
        const round_options options{.seed = 3, .operation = 1, .first_index = 2};
        std::vector<float> values(n), decoded(n), sums(n);
        std::vector<std::uint8_t> codes(n), packed(packed_size(n, six_bits));
        round_statistics statistics;
        round(in, values, format, stochastic, definition_of(options), statistics);
        encode(in, codes, format, projection{}, definition_of(options));
        decode(codes, decoded, format, definition_of(options));
        encode_packed(in, packed, six_bits, stochastic, definition_of(options));
        add(in, values, sums, format, stochastic, definition_of(options));
        for (const simd::isa level : all_levels())
            for (const int threads : {1, 2, 3, 8, 0}) {
                if (level == simd::isa::plain && threads != 3)
                    continue;
                const simd::scoped_level guard(level);
                round_options parallel = options;
                parallel.execution = execution::parallel(threads);
                const auto text = [&](std::size_t) {
                    return std::to_string(threads) + " threads at level " + simd::name_of(level);
                };
                guarded<float> out(n, 1), back(n, 2), sum(n, 3);
                guarded<std::uint8_t> out_codes(n, 3), out_packed(packed.size(), 5);
                round_statistics counted;
                round(in, out.span(), format, stochastic, parallel, counted);
                encode(in, out_codes.span(), format, projection{}, parallel);
                decode(codes, back.span(), format, parallel);
                encode_packed(in, out_packed.span(), six_bits, stochastic, parallel);
                add(in, values, sum.span(), format, stochastic, parallel);
                expect_same(t, out.data(), values.data(), n, text);
                expect_same(t, out_codes.data(), codes.data(), n, text);
                expect_same(t, back.data(), decoded.data(), n, text);
                expect_same(t, sum.data(), sums.data(), n, text);
                expect_same(t, out_packed.data(), packed.data(), packed.size(), text);
                t.expect(counted == statistics, [&] { return "statistics, " + text(0); });
                t.expect(out.intact() && back.intact() && sum.intact() && out_codes.intact() &&
                             out_packed.intact(),
                         [&] { return "a guard, " + text(0); });
                decode_packed(packed, back.span(), six_bits, parallel);
                std::vector<float> expected(n);
                decode_packed(packed, expected, six_bits, definition_of(options));
                expect_same(t, back.data(), expected.data(), n, text);
            }
    }
    require(t);
}

#if defined(_OPENMP)
TEST_CASE("ranges for threads make up the whole, in multiples of the granule") {
    for (const std::size_t count : {0u, 1u, 99u, 200u, 201u, 1000u, 12345u})
        for (const int threads : {0, 1, 2, 3, 8, 200})
            for (const std::size_t granule : {1u, 8u, 512u}) {
                std::vector<int> seen(count, 0);
                bool granular = true;
                halfulp::detail::for_ranges(
                    execution::parallel(threads), count, granule, 100,
                    [&](std::size_t begin, std::size_t end) {
                        if (begin % granule != 0 || (end % granule != 0 && end != count))
                            granular = false;
                        for (std::size_t i = begin; i < end; ++i)
                            ++seen[i];
                    });
                CAPTURE(count, threads, granule);
                CHECK(granular);
                CHECK(std::count(seen.begin(), seen.end(), 1) == static_cast<std::ptrdiff_t>(count));
            }
}
#endif

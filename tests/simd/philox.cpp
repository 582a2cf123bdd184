// SPDX-License-Identifier: BSL-1.0
//
// The random bits that fast paths draw in a row are philox_bits of each index.

#include "simd/levels.hpp"
#include "support/catch.hpp"

using namespace halfulp;
using namespace halfulp_test;

#if HALFULP_HAS_SIMD

namespace {

void check_fill(tally& t, const simd::random_source& source, simd::isa level, std::uint64_t index,
                std::size_t count) {
    // What `fill` may write, and a guard behind it.
    const std::size_t size = simd::random_source::buffer_size(count);
    std::vector<std::uint32_t> buffer(size + 32, 0x5a5a5a5a);
    const std::uint32_t* const random = source.fill(level, buffer.data(), index, count);
    bool equal = random >= buffer.data() && random + count <= buffer.data() + size;
    for (std::size_t i = 0; equal && i < count; ++i)
        equal = random[i] == philox_bits(source.seed, source.operation, index + i, source.generator);
    bool intact = true;
    for (std::size_t i = size; i < buffer.size(); ++i)
        intact = intact && buffer[i] == 0x5a5a5a5a;
    t.expect(equal && intact, [&] {
        return std::to_string(count) + " numbers from index " + std::to_string(index) + ", seed " +
               hexadecimal(source.seed) + ", operation " + hexadecimal(source.operation) + " at level " +
               simd::name_of(level) + (intact ? "" : ": wrote past its buffer");
    });
}

}  // namespace

TEST_CASE("random_source::fill gives philox_bits of each index") {
    if (!has_fast_paths()) {
        WARN("no fast path on this machine");
        return;
    }
    tally t("random_source::fill, ten rounds and seven");
    const std::uint64_t around[] = {0,
                                    (std::uint64_t{1} << 32) - 70,
                                    (std::uint64_t{1} << 34) - 150,
                                    (std::uint64_t{1} << 34) - 4,
                                    std::uint64_t{1} << 50,
                                    ~std::uint64_t{0} - 200,
                                    ~std::uint64_t{0} - 7};
    for (const simd::isa level : fast_levels())
        for (const random_generator generator :
             {random_generator::philox_4x32_10, random_generator::philox_4x32_7})
            for (const simd::random_source& source :
                 {simd::random_source{0, 0, generator}, simd::random_source{42, 7, generator},
                  simd::random_source{0xfedcba9876543210, 0x8000000180000001, generator}})
                for (const std::uint64_t base : around)
                    for (std::uint64_t offset = 0; offset < 8; ++offset)
                        for (std::size_t count = 1; count <= 300; count += cases_for_effort(61u, 1u, 1u))
                            check_fill(t, source, level, base + offset, count);
    require(t);
}

#else

TEST_CASE("no fast path is compiled for this processor") {
    CHECK(simd::detected_level() == simd::isa::plain);
}

#endif

TEST_CASE("arrays under either generator draw from it") {
    std::vector<float> in(1000, 1.1f), out(1000);
    const projection p{rounding::stochastic_a, saturation::none, 16};
    for (const random_generator generator :
         {random_generator::philox_4x32_10, random_generator::philox_4x32_7})
        for (const simd::isa level : all_levels()) {
            const simd::scoped_level guard(level);
            CAPTURE(simd::name_of(level));
            round(
                in, out, formats::float8_e4m3fn, p,
                {.seed = 1, .operation = 2, .first_index = ~std::uint64_t{0} - 499, .generator = generator});
            std::size_t equal = 0;
            for (std::size_t i = 0; i < out.size(); ++i) {
                const auto random = philox_bits(1, 2, ~std::uint64_t{0} - 499 + i, generator);
                equal += out[i] == static_cast<float>(convert<halfulp::float8_e4m3fn>(in[i], p, random));
            }
            CHECK(equal == out.size());
        }
}

// SPDX-License-Identifier: BSL-1.0
//
// Operations on arrays at every level against the reference, which computes with big integers.

#include <halfulp/reference/operations.hpp>

#include "simd/elementwise_checks.hpp"
#include "support/operations.hpp"

using namespace halfulp;
using namespace halfulp_test;

namespace {

template <simd::operation Operation>
exact_value exactly(const exact_value& x, const exact_value& y, const exact_value& z) {
    if constexpr (Operation == simd::operation::add)
        return add_case::exactly(x, y);
    else if constexpr (Operation == simd::operation::subtract)
        return subtract_case::exactly(x, y);
    else if constexpr (Operation == simd::operation::multiply)
        return multiply_case::exactly(x, y);
    else if constexpr (Operation == simd::operation::divide)
        return divide_case::exactly(x, y);
    else if constexpr (Operation == simd::operation::square_root)
        return sqrt_case::exactly(x);
    else
        return fma_case::exactly(x, y, z);
}

template <simd::operation Operation>
void check_against_reference(tally& t, const float_format& f, std::size_t count, std::uint64_t seed) {
    const operands data(f, count, seed);
    const auto x = as_elements<std::uint32_t>(f, data.x), y = as_elements<std::uint32_t>(f, data.y),
               z = as_elements<std::uint32_t>(f, data.z);
    std::vector<halfulp::reference::bracket> exact;
    for (std::size_t i = 0; i < count; ++i)
        exact.emplace_back(exactly<Operation>(halfulp::reference::decode(f, uint128{x[i]}),
                                              halfulp::reference::decode(f, uint128{y[i]}),
                                              halfulp::reference::decode(f, uint128{z[i]})),
                           f);
    const round_options options{.seed = seed, .operation = 6};
    std::vector<std::uint32_t> out(count), expected(count);
    const auto& projections = operation_projections();
    for (std::size_t k = seed % 3; k < projections.size(); k += cases_for_effort(12u, 3u, 1u)) {
        const projection& p = projections[k];
        for (std::size_t i = 0; i < count; ++i) {
            const std::uint64_t random = is_stochastic(p.mode) ? philox_bits(seed, 6, i) : 0;
            expected[i] = static_cast<std::uint32_t>(exact[i].resolve(p, random).code);
        }
        for (const simd::isa level : all_levels()) {
            const simd::scoped_level guard(level);
            operate<Operation>(x, y, z, out, f, p, options);
            expect_same(t, out.data(), expected.data(), count, [&](std::size_t i) {
                return std::string(name_of(Operation)) + " at level " + simd::name_of(level) + ", " +
                       name_of(f) + " " + name_of(p) + " of " + hexadecimal(std::uint64_t{x[i]}) + ", " +
                       hexadecimal(std::uint64_t{y[i]}) + ", " + hexadecimal(std::uint64_t{z[i]});
            });
        }
    }
}

void check_all(tally& t, const float_format& f, std::uint64_t seed) {
    const auto count = cases_for_effort<std::size_t>(64, 2000, 20'000);
    check_against_reference<simd::operation::add>(t, f, count, seed);
    check_against_reference<simd::operation::subtract>(t, f, count, seed + 1);
    check_against_reference<simd::operation::multiply>(t, f, count, seed + 2);
    check_against_reference<simd::operation::divide>(t, f, count, seed + 3);
    check_against_reference<simd::operation::square_root>(t, f, count, seed + 4);
    check_against_reference<simd::operation::fma>(t, f, count, seed + 5);
}

}  // namespace

TEST_CASE("operations on arrays give the exact result, rounded once") {
    tally t("operations on arrays against the reference");
    std::uint64_t seed = 800;
    for (const float_format& f : formats_of_operations())
        check_all(t, f, seed += 10);
    require(t);
}

// SPDX-License-Identifier: BSL-1.0
//
// A projection known to the compiler and the same at run time give the same bits, in every operation.

#include <halfulp/halfulp.hpp>

#include "support/formats.hpp"
#include "support/random.hpp"
#include "support/tally.hpp"

#include <tuple>

using namespace halfulp;
using namespace halfulp_test;

namespace {

using types = std::tuple<float8_e4m3fn, float8_e8m0fnu, float16>;

template <class T>
bool same(T x, T y) {
    return x.to_bits() == y.to_bits();
}

/// Every operation with the projection as a constant and as a value.
template <projection P, class T>
void check_constant_projection(tally& t, T x, T y, T z, std::uint64_t random) {
    volatile auto mode = P.mode;  // not to be seen through
    const projection p{mode, P.overflow, P.random_bits};
    constexpr constant_value<P> c{};
    const bool agree = same(add(x, y, p, random), add(x, y, c, random)) &&
                       same(subtract(x, y, p, random), subtract(x, y, c, random)) &&
                       same(multiply(x, y, p, random), multiply(x, y, c, random)) &&
                       same(divide(x, y, p, random), divide(x, y, c, random)) &&
                       same(halfulp::fma(x, y, z, p, random), halfulp::fma(x, y, z, c, random)) &&
                       same(halfulp::sqrt(x, p, random), halfulp::sqrt(x, c, random)) &&
                       same(convert<T>(1.1, p, random), convert<T>(1.1, c, random));
    t.expect(agree, [&] {
        return name_of(P) + " of " + hexadecimal(uint128{x.to_bits()}) + ", " +
               hexadecimal(uint128{y.to_bits()}) + " differs between a constant and a run-time projection";
    });
}

template <class T>
void check_constant_projections() {
    using enum rounding;
    using enum saturation;
    tally t(name_of(T::format) + ", constant projection = run-time projection, 7 operations");
    code_generator codes(T::format, 101);
    generator random(102);
    for (int i = 0; i < cases_for_effort(500, 10000, 1000000); ++i) {
        const uint128 code = codes.any();
        const auto x = detail::from_code<T>(code), y = detail::from_code<T>(codes.partner(code)),
                   z = detail::from_code<T>(codes.any());
        check_constant_projection<projection{ties_to_even, none}>(t, x, y, z, 0);
        check_constant_projection<projection{ties_to_away, finite}>(t, x, y, z, 0);
        check_constant_projection<projection{toward_negative, propagate}>(t, x, y, z, 0);
        check_constant_projection<projection{to_odd, none}>(t, x, y, z, 0);
        check_constant_projection<projection{stochastic_a, none, 7}>(t, x, y, z, random());
        check_constant_projection<projection{stochastic_c, finite, 32}>(t, x, y, z, random());
    }
    require(t);
}

}  // namespace

TEMPLATE_LIST_TEST_CASE("a constant projection gives what the same one gives at run time", "", types) {
    check_constant_projections<TestType>();
}

// SPDX-License-Identifier: BSL-1.0
//
// Class, sign, neighbours and text of a dynamic_float are those of the type with the same format.

#include <halfulp/formats/dynamic_functions.hpp>
#include <halfulp/formats/text.hpp>

#include "support/formats.hpp"
#include "support/random.hpp"
#include "support/tally.hpp"

using namespace halfulp;
using namespace halfulp_test;

namespace {

template <class T>
void check_code(tally& t, std::uint64_t bits) {
    const T x = T::from_bits(static_cast<typename T::storage_type>(bits));
    const dynamic_float same(T::format, bits);
    const auto expect = [&](bool equal, const char* what) {
        t.expect(equal, [&] { return std::string(what) + " of " + hexadecimal(uint128{bits}); });
    };
    expect(classify(same) == classify(x), "classify");
    expect(isnan(same) == isnan(x), "isnan");
    expect(isinf(same) == isinf(x), "isinf");
    expect(isfinite(same) == isfinite(x), "isfinite");
    expect(iszero(same) == iszero(x), "iszero");
    expect(signbit(same) == signbit(x), "signbit");
    // Without subnormals several codes are zero, and where zero is the lowest value it stays, as any of them.
    const auto agree = [](const dynamic_float& found, T expected) {
        return found.to_bits() == expected.to_bits() ||
               (!T::format.has_sign && !T::format.has_subnormals && iszero(found) && iszero(expected));
    };
    expect(agree(next_up(same), next_up(x)), "next_up");
    expect(agree(next_down(same), next_down(x)), "next_down");
    expect(to_string(same) == to_string(x), "to_string");
    expect(to_string(same, text_style::hexadecimal) == to_string(x, text_style::hexadecimal),
           "to_string, hexadecimal");
}

template <class T>
void check_all() {
    tally t("every code");
    for (std::uint64_t bits = 0; bits >> T::format.bits() == 0; ++bits)
        check_code<T>(t, bits);
    require(t);
}

}  // namespace

TEMPLATE_LIST_TEST_CASE("run-time functions of every value of a named type", "", small_types) {
    check_all<TestType>();
}

TEMPLATE_LIST_TEST_CASE("run-time functions of every value of types with odd traits", "", odd_types) {
    check_all<TestType>();
}

TEMPLATE_LIST_TEST_CASE("run-time functions of values of wide types", "", wide_types) {
    tally t("random codes and all boundaries");
    constexpr float_format format = TestType::format;
    code_generator codes(format, 7);
    for (int i = 0; i < cases_for_effort(100, 2000, 100'000); ++i)
        check_code<TestType>(t, static_cast<std::uint64_t>(codes.any()));
    for (const uint128 near :
         {uint128{0}, uint128{1} << format.significand_bits, format.largest_finite_magnitude(),
          format.infinity_magnitude(), format.nan_code()})
        for (const uint128 sign : {uint128{0}, format.sign_mask()})
            for (std::uint64_t i = 0; i < 5; ++i)
                check_code<TestType>(
                    t, static_cast<std::uint64_t>((near + uint128{i} - uint128{2}) | sign) &
                           static_cast<std::uint64_t>(format.sign_mask() | format.magnitude_mask()));
    require(t);
}

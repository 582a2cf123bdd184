// SPDX-License-Identifier: BSL-1.0
// requires: exact
//
// std::numeric_limits and std::hash: those of float32 and float64 are those of float and double, those of
// float128 the known constants, and those of every small type what its values say.

#include "formats/limits_checks.hpp"

#include <functional>
#include <limits>
#include <type_traits>

using namespace halfulp;
using namespace halfulp_test;

namespace {

template <class Ours, class Builtin>
void check_same_limits() {
    using ours = std::numeric_limits<Ours>;
    using theirs = std::numeric_limits<Builtin>;
    STATIC_REQUIRE(ours::is_specialized);
    STATIC_REQUIRE(ours::is_signed == theirs::is_signed);
    STATIC_REQUIRE(ours::is_integer == theirs::is_integer);
    STATIC_REQUIRE(ours::is_exact == theirs::is_exact);
    STATIC_REQUIRE(ours::is_bounded == theirs::is_bounded);
    STATIC_REQUIRE(ours::is_modulo == theirs::is_modulo);
    STATIC_REQUIRE(ours::is_iec559 == theirs::is_iec559);
    STATIC_REQUIRE(ours::has_infinity == theirs::has_infinity);
    STATIC_REQUIRE(ours::has_quiet_NaN == theirs::has_quiet_NaN);
    STATIC_REQUIRE(ours::has_denorm == theirs::has_denorm);
    STATIC_REQUIRE(ours::has_denorm_loss == theirs::has_denorm_loss);
    STATIC_REQUIRE(ours::round_style == theirs::round_style);
    STATIC_REQUIRE(ours::traps == theirs::traps);
    STATIC_REQUIRE(ours::tinyness_before == theirs::tinyness_before);
    STATIC_REQUIRE(ours::radix == theirs::radix);
    STATIC_REQUIRE(ours::digits == theirs::digits);
    STATIC_REQUIRE(ours::digits10 == theirs::digits10);
    STATIC_REQUIRE(ours::max_digits10 == theirs::max_digits10);
    STATIC_REQUIRE(ours::min_exponent == theirs::min_exponent);
    STATIC_REQUIRE(ours::max_exponent == theirs::max_exponent);
    STATIC_REQUIRE(ours::min_exponent10 == theirs::min_exponent10);
    STATIC_REQUIRE(ours::max_exponent10 == theirs::max_exponent10);
    STATIC_REQUIRE(ours::min() == theirs::min());
    STATIC_REQUIRE(ours::max() == theirs::max());
    STATIC_REQUIRE(ours::lowest() == theirs::lowest());
    STATIC_REQUIRE(ours::denorm_min() == theirs::denorm_min());
    STATIC_REQUIRE(ours::epsilon() == theirs::epsilon());
    STATIC_REQUIRE(ours::round_error() == theirs::round_error());
    STATIC_REQUIRE(ours::infinity() == theirs::infinity());
    STATIC_REQUIRE(isnan(ours::quiet_NaN()));
    CHECK(ours::quiet_NaN().to_bits() == detail::to_code(theirs::quiet_NaN()));
}

template <class T>
void check_type_traits() {
    STATIC_REQUIRE(std::is_trivially_copyable_v<T>);
    STATIC_REQUIRE(std::is_trivial_v<T>);
    STATIC_REQUIRE(std::is_standard_layout_v<T>);
    STATIC_REQUIRE(sizeof(T) == sizeof(typename T::storage_type));
    STATIC_REQUIRE(sizeof(T) * 8 >= static_cast<std::size_t>(T::format.bits()));
    constexpr T x{};
    STATIC_REQUIRE(noexcept(x + x)&& noexcept(x - x)&& noexcept(x * x)&& noexcept(x / x)&& noexcept(-x));
    STATIC_REQUIRE(noexcept(x == x)&& noexcept(x <=> x)&& noexcept(x < 1));
    STATIC_REQUIRE(noexcept(T(1.0))&& noexcept(static_cast<double>(x))&& noexcept(T::from_bits(0)));
    STATIC_REQUIRE(
        noexcept(halfulp::sqrt(x))&& noexcept(halfulp::fma(x, x, x))&& noexcept(next_up(x))&& noexcept(halfulp::remainder(x, x))&& noexcept(
            exponential(
                x))&& noexcept(nearbyint(x))&& noexcept(convert<with_status<float16>>(x))&& noexcept(convert<int>(x)));
    STATIC_REQUIRE(noexcept(std::hash<T>{}(x))&& noexcept(std::numeric_limits<T>::max()));
    CHECK(T::from_bits(x.to_bits()).to_bits() == 0);
}

}  // namespace

TEST_CASE("the limits of float32 and float64 are those of float and double") {
    check_same_limits<float32, float>();
    check_same_limits<float64, double>();
}

TEST_CASE("the limits of float128 are IEEE 754's") {
    using limits = std::numeric_limits<float128>;
    STATIC_REQUIRE(limits::digits == 113);
    STATIC_REQUIRE(limits::digits10 == 33);
    STATIC_REQUIRE(limits::max_digits10 == 36);
    STATIC_REQUIRE(limits::min_exponent == -16381);
    STATIC_REQUIRE(limits::max_exponent == 16384);
    STATIC_REQUIRE(limits::min_exponent10 == -4931);
    STATIC_REQUIRE(limits::max_exponent10 == 4932);
    STATIC_REQUIRE(limits::is_iec559);
    STATIC_REQUIRE(halfulp::ilogb(limits::epsilon()) == -112);
    STATIC_REQUIRE(halfulp::ilogb(limits::min()) == -16382);
    STATIC_REQUIRE(halfulp::ilogb(limits::denorm_min()) == -16494);
    STATIC_REQUIRE(next_up(limits::max()) == limits::infinity());
    STATIC_REQUIRE(next_up(float128{1}) - float128{1} == limits::epsilon());
    CHECK(sizeof(float128) == 16);
}

TEST_CASE("float16 and bfloat16 have the known limits") {
    STATIC_REQUIRE(std::numeric_limits<float16>::digits10 == 3);
    STATIC_REQUIRE(std::numeric_limits<float16>::max_digits10 == 5);
    STATIC_REQUIRE(std::numeric_limits<float16>::max_exponent10 == 4);
    STATIC_REQUIRE(std::numeric_limits<float16>::min_exponent10 == -4);
    STATIC_REQUIRE(std::numeric_limits<float16>::epsilon() == 0x1p-10);
    STATIC_REQUIRE(std::numeric_limits<bfloat16>::epsilon() == 0x1p-7);
    STATIC_REQUIRE(std::numeric_limits<bfloat16>::max_exponent10 == 38);
    CHECK(
        std::numeric_limits<custom_float<formats::float16, projection{rounding::toward_zero}>>::round_style ==
        std::round_toward_zero);
}

TEMPLATE_LIST_TEST_CASE("the limits of small types are what their values say", "", small_types) {
    check_against_values<TestType>();
    check_hash<TestType>();
    check_type_traits<TestType>();
}

TEMPLATE_LIST_TEST_CASE("types are trivial and their operations noexcept", "", wide_types) {
    check_type_traits<TestType>();
}

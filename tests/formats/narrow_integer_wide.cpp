// SPDX-License-Identifier: BSL-1.0
//
// narrow_integer at the ends of wide types: results against GMP's integers.

#include "formats/narrow_integer_checks.hpp"

#include <limits>

using namespace halfulp_test;

#if HALFULP_TEST_HAS_EXACT

#include <gmp.h>

namespace {

/// An integer of GMP.
class big {
  public:
    big() { mpz_init(value_); }
    big(const big&) = delete;
    big& operator=(const big&) = delete;
    ~big() { mpz_clear(value_); }

    template <class V>
    void set(V v) {
        const bool negative = v < 0;
        const auto word = static_cast<unsigned long>(v);
        mpz_set_ui(value_, negative ? 0ul - word : word);
        if (negative)
            mpz_neg(value_, value_);
    }
    mpz_ptr get() { return value_; }

  private:
    mpz_t value_;
};

template <class T>
std::vector<T> ends() {
    using limits = std::numeric_limits<T>;
    std::vector<T> result{limits::min(), limits::max()};
    for (const std::uint64_t code : {std::uint64_t{1}, std::uint64_t{2}, T::format.code_mask() - 1,
                                     T::format.code_mask() / 2, T::format.code_mask() / 3})
        result.push_back(T::from_bits(static_cast<typename T::storage_type>(code)));
    for (const int v : {-1, 1, 0})
        result.push_back(T::saturated(v));
    return result;
}

template <class X, class Y, class Operation, class Expected>
void check(tally& t, const char* name, const Operation& operation, const Expected& expected) {
    big a, b, wanted, found;
    for (const X x : ends<X>())
        for (const Y y : ends<Y>()) {
            a.set(x.value());
            b.set(y.value());
            expected(wanted.get(), a.get(), b.get());
            const auto result = operation(x, y);
            found.set(result.value());
            t.expect(mpz_cmp(wanted.get(), found.get()) == 0, [&] {
                return std::string(name) + ": " + to_string(x) + ", " + to_string(y) + " is " +
                       to_string(result);
            });
        }
}

}  // namespace

TEST_CASE("Narrow integers: sums, differences and products of up to 64 bits", "[formats]") {
    tally t("narrow integers, wide");
    const auto add = [](auto x, auto y) { return x + y; };
    const auto subtract = [](auto x, auto y) { return x - y; };
    const auto multiply = [](auto x, auto y) { return x * y; };
    const auto negate = [](auto x, auto) { return -x; };
    const auto negated = [](mpz_ptr r, mpz_srcptr x, mpz_srcptr) { mpz_neg(r, x); };
    check<narrow_int<63>, narrow_int<63>>(t, "int63 + int63", add, mpz_add);
    check<narrow_uint<63>, narrow_uint<63>>(t, "uint63 + uint63", add, mpz_add);
    check<narrow_uint<62>, narrow_int<62>>(t, "uint62 - int62", subtract, mpz_sub);
    check<narrow_uint<63>, narrow_uint<63>>(t, "uint63 - uint63", subtract, mpz_sub);
    check<narrow_int<63>, bipolar_int<16>>(t, "int63 - bipolar16", subtract, mpz_sub);
    check<narrow_int<32>, narrow_int<32>>(t, "int32 * int32", multiply, mpz_mul);
    check<narrow_uint<32>, narrow_uint<32>>(t, "uint32 * uint32", multiply, mpz_mul);
    check<narrow_uint<31>, narrow_int<33>>(t, "uint31 * int33", multiply, mpz_mul);
    check<narrow_int<63>, ternary_number>(t, "int63 * ternary", multiply, mpz_mul);
    check<bipolar_int<16>, bipolar_int<16>>(t, "bipolar16 * bipolar16", multiply, mpz_mul);
    check<bipolar_int<8>, bipolar_int<8>>(t, "bipolar8 * bipolar8", multiply, mpz_mul);
    check<bipolar_int<16>, narrow_uint<47>>(t, "bipolar16 * uint47", multiply, mpz_mul);
    check<narrow_int<63>, narrow_int<1>>(t, "-int63", negate, negated);
    check<narrow_uint<63>, narrow_int<1>>(t, "-uint63", negate, negated);
    check<bipolar_int<16>, narrow_int<1>>(t, "-bipolar16", negate, negated);
    require(t);
}

#endif

TEST_CASE("Narrow integers: widths of wide results", "[formats]") {
    STATIC_REQUIRE(std::is_same_v<decltype(narrow_int<63>{} + narrow_int<63>{}), narrow_int<64>>);
    STATIC_REQUIRE(std::is_same_v<decltype(narrow_uint<63>{} + narrow_uint<63>{}), narrow_uint<64>>);
    STATIC_REQUIRE(std::is_same_v<decltype(narrow_uint<32>{} * narrow_uint<32>{}), narrow_uint<64>>);
    STATIC_REQUIRE(std::is_same_v<decltype(narrow_int<32>{} * narrow_int<32>{}), narrow_int<64>>);
    STATIC_REQUIRE(std::is_same_v<decltype(bipolar_int<8>{} * bipolar_int<8>{}), bipolar_int<16>>);
    STATIC_REQUIRE(std::is_same_v<decltype(bipolar_int<9>{} * bipolar_int<8>{}), narrow_int<18>>);
    STATIC_REQUIRE(std::is_same_v<decltype(-narrow_int<8>{}), narrow_int<9>>);
    STATIC_REQUIRE(std::is_same_v<decltype(-bipolar_int<8>{}), bipolar_int<8>>);
    STATIC_REQUIRE(std::is_same_v<decltype(-ternary_number{}), ternary_number>);
    STATIC_REQUIRE(std::is_same_v<decltype(ternary_number{} * ternary_number{}), ternary_number>);
    STATIC_REQUIRE(std::is_same_v<decltype(ternary_number{} + ternary_number{}), narrow_int<3>>);
}

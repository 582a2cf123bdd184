// SPDX-License-Identifier: BSL-1.0
// requires: exact

/// @file
/// What an accumulator's representation could get wrong, against sums of GMP rationals: carries of both
/// signs through every word, long sums, merges in any split and of merged sums, and sums as large as the
/// headroom that is promised.

#include <halfulp/arithmetic/exact_accumulator.hpp>

#include "arithmetic/oracle.hpp"
#include "support/catch.hpp"
#include "support/tally.hpp"

#include <limits>

namespace {

using namespace halfulp_test;

/// A sum of products by GMP beside one by an accumulator.
template <class X, class Y>
struct two_sums {
    exact_accumulator<X, Y> ours;
    reference::exact_value theirs;

    void add(X x, Y y) {
        ours.add_product(x, y);
        theirs = theirs + exact_of(x) * exact_of(y);
    }
    void merge(const two_sums& other) {
        ours.merge(other.ours);
        theirs = theirs + other.theirs;
    }
    void check(tally& t) const {
        for (const rounding mode : {rounding::toward_negative, rounding::ties_to_even, rounding::to_odd}) {
            const projection how{mode, saturation::none, 1};
            auto expected = theirs;
            if (expected.is_zero())
                expected = reference::exact_value::zero(mode == rounding::toward_negative
                                                            ? reference::zero_sign::negative
                                                            : reference::zero_sign::positive);
            // float128 has the range of every product here but its own, and more digits than words have bits.
            const auto right = rounded_by_reference<float128>(expected, how);
            const auto actual = ours.template round<float128>(how);
            t.expect(same(actual, right), [&] { return text_of(actual) + " is not " + text_of(right); });
        }
    }
};

template <class T>
T magnitude_of(uint128 code) {
    return number_of<T>(code);
}
/// −x as a code, where there is a sign.
template <class T>
T with_sign(T x, bool negative) {
    constexpr float_format f = number_format<T>::value;
    return negative && f.has_sign ? number_of<T>(code_of(x) | f.sign_mask()) : x;
}
template <class T>
T any_finite(std::mt19937_64& random) {
    for (;;) {
        const T x = random_number<T>(random);
        if (exact_of(x).is_finite())
            return x;
    }
}

template <class X, class Y>
void check_carries(tally& t, std::mt19937_64& random) {
    // The smallest product back and forth across zero: a borrow through every word, and a carry.
    const X x_unit = magnitude_of<X>(uint128{1});
    const Y y_unit = magnitude_of<Y>(uint128{1});
    const X x_most = magnitude_of<X>(number_format<X>::value.largest_finite_magnitude());
    const Y y_most = magnitude_of<Y>(number_format<Y>::value.largest_finite_magnitude());
    two_sums<X, Y> sum;
    for (int i = 0; i < 64; ++i) {
        sum.add(with_sign(x_unit, i % 4 == 0 || i % 4 == 3), y_unit);
        sum.check(t);
        if (i % 8 == 5)
            sum.add(with_sign(x_most, i % 16 == 5), y_most);
    }
    // Long sums of any exponents, of one sign and of both.
    for (const int signs : {0, 1, 2}) {
        two_sums<X, Y> any;
        const int terms = cases_for_effort(100, 700, 20000);
        for (int i = 0; i < terms; ++i) {
            const X x = with_sign(magnitude_of<X>(low_bits(code_of(any_finite<X>(random)),
                                                           number_format<X>::value.magnitude_bits())),
                                  signs == 1 || (signs == 2 && random() % 2 == 0));
            const Y y = magnitude_of<Y>(
                low_bits(code_of(any_finite<Y>(random)), number_format<Y>::value.magnitude_bits()));
            if (exact_of(x).is_finite() && exact_of(y).is_finite())
                any.add(x, y);
            if (i % 64 == 0)
                any.check(t);
        }
        any.check(t);
    }
}

template <class X, class Y>
void check_merges(tally& t, std::mt19937_64& random) {
    for (int round = 0; round < cases_for_effort(3, 12, 200); ++round) {
        const std::size_t count = 1 + random() % 60;
        std::vector<X> x;
        std::vector<Y> y;
        for (std::size_t i = 0; i < count; ++i) {
            x.push_back(any_finite<X>(random));
            y.push_back(any_finite<Y>(random));
        }
        two_sums<X, Y> whole;
        std::vector<two_sums<X, Y>> parts(1 + random() % 7);
        for (std::size_t i = 0; i < count; ++i) {
            whole.add(x[i], y[i]);
            parts[random() % parts.size()].add(x[i], y[i]);
        }
        // Merged pairs of merged pairs, in an order that is not theirs.
        while (parts.size() > 1) {
            const std::size_t from = random() % parts.size();
            const std::size_t to = (from + 1 + random() % (parts.size() - 1)) % parts.size();
            parts[to].merge(parts[from]);
            parts.erase(parts.begin() + static_cast<std::ptrdiff_t>(from));
        }
        whole.check(t);
        parts[0].check(t);
    }
}

template <class X, class Y>
void check_headroom(tally& t) {
    using accumulator = exact_accumulator<X, Y>;
    static_assert(accumulator::terms_exponent >= 32);
    const Y y_most = magnitude_of<Y>(number_format<Y>::value.largest_finite_magnitude());
    for (const bool negative : {false, true}) {
        two_sums<X, Y> sum;
        sum.add(with_sign(magnitude_of<X>(number_format<X>::value.largest_finite_magnitude()), negative),
                y_most);
        // 2^62 is what adding counts of carries can be held to; a single integer may have room for more.
        for (int i = 0; i < (accumulator::terms_exponent < 61 ? accumulator::terms_exponent : 61); ++i) {
            const two_sums<X, Y> copy = sum;
            sum.merge(copy);
            sum.check(t);
        }
    }
}

template <class X, class Y = X>
void check_pair(const char* name) {
    tally t(name);
    std::mt19937_64 random(3);
    check_carries<X, Y>(t, random);
    check_merges<X, Y>(t, random);
    check_headroom<X, Y>(t);
    require(t);
}

TEST_CASE("one integer of 64 bits") {
    check_pair<float4_e2m1fn>("e2m1fn");
    check_pair<float6_e2m3fn, float4_e2m1fn>("e2m3fn * e2m1fn");
}
TEST_CASE("one integer of 128 bits") {
    check_pair<float8_e4m3fn, float8_e5m2>("e4m3fn * e5m2");
    check_pair<float8_e4m3fnuz>("e4m3fnuz");
    check_pair<float16>("float16");
}
TEST_CASE("words with counts of carries") {
    check_pair<float8_e8m0fnu, float8_e4m3fn>("e8m0fnu * e4m3fn");
    check_pair<bfloat16>("bfloat16");
    check_pair<float>("float");
    check_pair<float, double>("float * double");
    check_pair<double>("double");
}

TEST_CASE("integers, alone and beside numbers") {
    std::mt19937_64 random(5);
    exact_accumulator<std::int8_t> small;
    exact_accumulator<std::int64_t, float> mixed;
    exact_accumulator<std::int8_t, float, std::uint64_t> narrow;
    static_assert(sizeof(small) == 16);
    std::int64_t expected = 0;
    reference::exact_value mixed_expected, narrow_expected;
    for (int i = 0; i < 3000; ++i) {
        const auto x = static_cast<std::int8_t>(random() & 0xff),
                   y = static_cast<std::int8_t>(random() & 0xff);
        small.add_product(x, y);
        expected += x * y;
        const auto wide = static_cast<std::int64_t>(random());
        const auto z = any_finite<float>(random);
        mixed.add_product(wide, z);
        mixed_expected = mixed_expected + exact_of(wide) * exact_of(z);
        narrow.add_product(x, z);
        narrow.add(~std::uint64_t{0});
        narrow_expected = narrow_expected + exact_of(x) * exact_of(z) + exact_of(~std::uint64_t{0});
    }
    CHECK(small.round<double>() == static_cast<double>(expected));
    CHECK(same(mixed.round<float128>(), rounded_by_reference<float128>(mixed_expected, {})));
    CHECK(same(narrow.round<float128>(), rounded_by_reference<float128>(narrow_expected, {})));
    narrow.add_product(std::numeric_limits<std::int8_t>::min(), -std::numeric_limits<float>::max());
    narrow_expected = narrow_expected + exact_of(std::numeric_limits<std::int8_t>::min()) *
                                            exact_of(-std::numeric_limits<float>::max());
    CHECK(same(narrow.round<float128>(), rounded_by_reference<float128>(narrow_expected, {})));
}

// The same steps in a constant expression, where carries are computed in another way.
template <class T>
constexpr T fixed_sum() {
    exact_accumulator<T> sum, other;
    const T tiny = std::numeric_limits<T>::denorm_min();
    sum.add_product(-tiny, tiny);
    other.add_product(std::numeric_limits<T>::max(), T(3));
    other.add_product(tiny, tiny);
    sum.merge(other);
    other.add_product(tiny, -tiny);
    sum.add_product(std::numeric_limits<T>::max(), T(-3));
    sum.add(T(0.75));
    sum.add_product(T(-1), tiny);
    return sum.template round<T>(projection{rounding::toward_zero});
}
static_assert(fixed_sum<double>() == 0x1.7ffffffffffffp-1 && fixed_sum<float>() == 0x1.7ffffep-1f);
TEST_CASE("constant expressions and programs agree") {
    CHECK(fixed_sum<double>() == 0x1.7ffffffffffffp-1);
    volatile float at_run_time = fixed_sum<float>();
    CHECK(at_run_time == 0x1.7ffffep-1f);
}

// The sizes that the documentation names.
static_assert(sizeof(exact_accumulator<float4_e2m1fn>) == 16 &&
              sizeof(exact_accumulator<float8_e4m3fn>) == 32 && sizeof(exact_accumulator<float16>) == 32 &&
              sizeof(exact_accumulator<float>) == 184 && sizeof(exact_accumulator<bfloat16>) == 184 &&
              sizeof(exact_accumulator<double>) == 1096 && sizeof(exact_accumulator<float128>) < 17000);

}  // namespace

// SPDX-License-Identifier: BSL-1.0
// requires: exact
//
// wide_uint of 1 to 6 words against GMP, and of two words against the compiler's 128 bits.

#include <halfulp/core/philox.hpp>
#include <halfulp/core/wide_uint.hpp>

#include "support/random.hpp"
#include "support/tally.hpp"

#include <gmpxx.h>

#include <string>
#include <tuple>

using namespace halfulp;
using namespace halfulp_test;

namespace {

using widths = std::tuple<wide_uint<1>, wide_uint<2>, wide_uint<3>, wide_uint<4>, wide_uint<5>, wide_uint<6>>;

template <int Words>
constexpr int words_of(const wide_uint<Words>&) {
    return Words;
}

template <int Words>
mpz_class to_mpz(const wide_uint<Words>& x) {
    mpz_class result;
    mpz_import(result.get_mpz_t(), Words, -1, sizeof(std::uint64_t), 0, 0, x.word);
    return result;
}

/// Uniform words, words of zeros and ones, few bits, or a small number.
template <class W>
W draw(generator& random) {
    W x{};
    const std::uint64_t kind = random.below(5);
    for (std::uint64_t& w : x.word)
        w = kind == 0              ? random()
            : random.below(3) == 0 ? 0
            : random.below(2) == 0 ? ~std::uint64_t{0}
                                   : random();
    if (kind == 1)
        x = W{random()} << static_cast<int>(random.below(sizeof(W) * 8));
    if (kind == 2)
        x = (W{1} << static_cast<int>(random.below(sizeof(W) * 8))) - W{random.below(3)};
    if (kind == 3)
        x = W{random.below(1000)};
    return x;
}

template <class W>
void check_all(tally& t, const W& x, const W& y, int count) {
    constexpr int width = static_cast<int>(sizeof(W) * 8);
    const mpz_class modulus = mpz_class(1) << width;
    const mpz_class a = to_mpz(x), b = to_mpz(y);
    const auto expect = [&](const char* name, const W& got, const mpz_class& exact) {
        mpz_class reduced;
        mpz_fdiv_r(reduced.get_mpz_t(), exact.get_mpz_t(), modulus.get_mpz_t());
        t.expect(to_mpz(got) == reduced, [&] {
            return std::string(name) + " of " + a.get_str(16) + " and " + b.get_str(16) + ", " +
                   std::to_string(count) + ": " + to_mpz(got).get_str(16);
        });
    };
    expect("+", x + y, a + b);
    expect("-", x - y, a - b);
    expect("*", x * y, a * b);
    expect("&", x & y, a & b);
    expect("|", x | y, a | b);
    expect("^", x ^ y, a ^ b);
    expect("~", ~x, modulus - 1 - a);
    const auto shift = static_cast<mp_bitcnt_t>(count);
    expect("<<", x << count, a << shift);
    expect(">>", x >> count, a >> shift);
    expect("shift_left", shift_left(x, count), a << shift);
    expect("shift_right", shift_right(x, count), a >> shift);
    mpz_class low;
    mpz_fdiv_r_2exp(low.get_mpz_t(), a.get_mpz_t(), shift);
    expect("low_bits", low_bits(x, count), low);
    if (count <= width)
        expect("low_bits_mask", low_bits_mask<W>(count), (mpz_class(1) << shift) - 1);
    if (b != 0) {
        expect("/", x / y, a / b);
        expect("%", x % y, a % b);
    }
    W assigned = x;
    assigned += y;
    assigned -= x;
    expect("+= -=", assigned, b);
    assigned ^= x;
    assigned &= y;
    assigned |= x;
    expect("^= &= |=", assigned, ((b ^ a) & b) | a);

    const int order = cmp(a, b);
    t.expect((x <=> y) == (order <=> 0) && (x == y) == (order == 0) && (x < y) == (order < 0),
             [&] { return "<=> of " + a.get_str(16) + " and " + b.get_str(16); });
    const int bits = a == 0 ? 0 : static_cast<int>(mpz_sizeinbase(a.get_mpz_t(), 2));
    t.expect(bit_width(x) == bits && static_cast<bool>(x) == (a != 0),
             [&] { return "bit_width of " + a.get_str(16); });
    t.expect(static_cast<std::uint64_t>(x) == x.word[0] &&
                 static_cast<std::uint8_t>(x) == static_cast<std::uint8_t>(x.word[0]),
             [&] { return "conversion of " + a.get_str(16); });
}

}  // namespace

TEMPLATE_LIST_TEST_CASE("all operations are GMP's modulo the width", "", widths) {
    tally t("wide_uint of " + std::to_string(sizeof(TestType) / 8) + " words against GMP, all operations");
    generator random(sizeof(TestType));
    for (int i = 0; i < cases_for_effort(500, 30000, 3000000); ++i) {
        const auto x = draw<TestType>(random);
        const auto y = i % 16 == 0 ? x : draw<TestType>(random);
        // Shifts by the width and more give zero.
        check_all(t, x, y, static_cast<int>(random.below(sizeof(TestType) * 8 + 140)));
    }
    for (int count = 0; count < static_cast<int>(sizeof(TestType) * 8) + 130; ++count)
        check_all(t, ~TestType{}, TestType{1} << count % static_cast<int>(sizeof(TestType) * 8), count);
    require(t);
}

TEST_CASE("widths convert by extending with zeros and by truncating") {
    tally t("wide_uint conversions between widths");
    generator random(80);
    for (int i = 0; i < 2000; ++i) {
        const auto x = draw<wide_uint<3>>(random);
        const wide_uint<5> wider(x);
        const wide_uint<2> narrower(x);
        mpz_class low;
        mpz_fdiv_r_2exp(low.get_mpz_t(), to_mpz(x).get_mpz_t(), 128);
        t.expect(to_mpz(wider) == to_mpz(x) && to_mpz(narrower) == low,
                 [&] { return to_mpz(x).get_str(16); });
    }
    require(t);
    CHECK(wide_uint<2>{5}.word[1] == 0);
}

#if HALFULP_HAS_INT128
TEST_CASE("two words are the compiler's 128 bits") {
    tally t("wide_uint<2> against unsigned __int128");
    generator random(81);
    for (int i = 0; i < cases_for_effort(2000, 200000, 20000000); ++i) {
        const auto x = draw<wide_uint<2>>(random), y = draw<wide_uint<2>>(random);
        const auto a = static_cast<uint128>(x), b = static_cast<uint128>(y);
        const int count = static_cast<int>(random.below(128));
        const auto same = [](const wide_uint<2>& w, uint128 v) { return w == wide_uint<2>(v); };
        t.expect(same(x + y, a + b) && same(x - y, a - b) && same(x * y, a * b) &&
                     same(x << count, a << count) && same(x >> count, a >> count) && (x < y) == (a < b) &&
                     bit_width(x) == bit_width(a) && (b == 0 || (same(x / y, a / b) && same(x % y, a % b))),
                 [&] { return hexadecimal(a) + ", " + hexadecimal(b); });
    }
    require(t);
}
#endif

TEST_CASE("the helpers for built-in integers do not shift by the width") {
    STATIC_REQUIRE(shift_left(std::uint64_t{1}, 64) == 0);
    STATIC_REQUIRE(shift_left(std::uint64_t{3}, 63) == std::uint64_t{1} << 63);
    STATIC_REQUIRE(shift_right(~std::uint64_t{0}, 64) == 0);
    STATIC_REQUIRE(shift_right(~std::uint64_t{0}, 1000000) == 0);
    STATIC_REQUIRE(low_bits(std::uint64_t{0xff}, 64) == 0xff);
    STATIC_REQUIRE(low_bits(std::uint64_t{0xff}, 3) == 7);
    STATIC_REQUIRE(low_bits_mask<std::uint64_t>(64) == ~std::uint64_t{0});
    STATIC_REQUIRE(low_bits_mask<std::uint64_t>(0) == 0);
    STATIC_REQUIRE(shift_left(uint128{1}, 128) == uint128{0});
    STATIC_REQUIRE(low_bits_mask<uint128>(128) == ~uint128{0});
    STATIC_REQUIRE(bit_width(uint128{1} << 127) == 128);
    STATIC_REQUIRE(bit_width(uint128{0}) == 0);
    STATIC_REQUIRE(std::is_same_v<uint_with_bits<64>, std::uint64_t>);
    STATIC_REQUIRE(std::is_same_v<uint_with_bits<128>, uint128>);
    STATIC_REQUIRE(std::is_same_v<uint_with_bits<129>, wide_uint<3>>);
    STATIC_REQUIRE(std::is_same_v<storage_uint<4>, std::uint8_t>);
    STATIC_REQUIRE(std::is_same_v<storage_uint<19>, std::uint32_t>);
    CHECK(sizeof(storage_uint<128>) == 16);
}

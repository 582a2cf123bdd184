// SPDX-License-Identifier: BSL-1.0
//
// Every scheme of integer products, for every pair of formats of at most 8 bits, at every level that has it, against
// the integers of GMP.

#include <halfulp/simd/integer_product.hpp>
#include <halfulp/simd/integer_sources.hpp>

#include "kernels/integer_checks.hpp"
#include "support/catch.hpp"
#include "support/tally.hpp"

using namespace halfulp_test;

#if HALFULP_HAS_SIMD

namespace {

struct engine {
    simd::isa level;
    integer_scheme scheme;
};

/// What this machine can run.
std::vector<engine> engines() {
    std::vector<engine> result;
    for (const simd::isa level : {simd::isa::avx2, simd::isa::avx512}) {
        if (level > simd::detected_level())
            continue;
        const simd::scoped_level guard(level);
        const simd::extensions has = simd::available_extensions();
        result.push_back({level, integer_scheme::halfword_dot});
        result.push_back({level, integer_scheme::table_lookup});
        if (has.vnni)
            result.push_back({level, integer_scheme::byte_dot});
        if (has.vpopcntdq)
            result.push_back({level, integer_scheme::bit_serial});
    }
    return result;
}

bool can_run(const engine& e, const integer_format& left) {
    constexpr int widest_in_tables = 6;  // four times 63 is the last sum that fits a byte
    return e.scheme != integer_scheme::table_lookup || left.bits() <= widest_in_tables;
}

/// All engines on two operands, and C in both orders.
void check_products(tally& t, integer_lines& x, integer_lines& y) {
    const auto expected = exact_products(x, y);
    const auto x_lines = x.packed(), y_lines = y.packed();
    const std::size_t rows = x.lines(), columns = y.lines();
    for (const engine& e : engines()) {
        if (!can_run(e, x.format()))
            continue;
        const simd::scoped_level guard(e.level);
        const simd::integer_operand left(e.level, x_lines, false), right(e.level, y_lines, false);
        const simd::integer_product product(e.level, e.scheme, left.source(), right.source(), x.length(),
                                            x.length(), simd::integer_result_kind::integers);
        for (const bool is_turned : {false, true}) {
            std::vector<std::int32_t> c(rows * columns + 1, 0x5a5a5a5a);
            const auto row = static_cast<std::ptrdiff_t>(is_turned ? 1 : columns);
            const auto column = static_cast<std::ptrdiff_t>(is_turned ? rows : 1);
            product.run(0, 0, rows, columns, {c.data(), row, column}, true);
            for (std::size_t i = 0; i < rows; ++i)
                for (std::size_t j = 0; j < columns; ++j) {
                    const std::int32_t value =
                        c[i * static_cast<std::size_t>(row) + j * static_cast<std::size_t>(column)];
                    t.expect(expected[i * columns + j] == value, [&] {
                        return std::string(simd::name_of(e.level)) + " " + name_of(e.scheme) + " " +
                               name_of_format(x.format()) + " x " + name_of_format(y.format()) + ", depth " +
                               std::to_string(x.length()) + ", element " + std::to_string(i) + ", " +
                               std::to_string(j) + ": " + std::to_string(value) + " for " +
                               expected[i * columns + j].get_str();
                    });
                }
            t.expect(c.back() == 0x5a5a5a5a, [] { return std::string("written behind C"); });
        }
    }
}

}  // namespace

TEST_CASE("Every product of two codes of every pair of formats is the exact one") {
    tally t("products of one term");
    for (const integer_format& f : narrow_formats())
        for (const integer_format& g : narrow_formats()) {
            if (effort == 0 && (f.bits() > 5 || g.bits() > 5))
                continue;
            integer_lines x(f, f.code_mask() + 1, 1), y(g, g.code_mask() + 1, 1);
            for (std::size_t code = 0; code <= f.code_mask(); ++code)
                x.code(code, 0) = static_cast<std::uint8_t>(code);
            for (std::size_t code = 0; code <= g.code_mask(); ++code)
                y.code(code, 0) = static_cast<std::uint8_t>(code);
            check_products(t, x, y);
        }
    require(t);
}

TEST_CASE("Every sum of two products of narrow codes is the exact one") {
    tally t("products of two terms");
    for (const integer_format& f : narrow_formats())
        for (const integer_format& g : narrow_formats()) {
            if (f.bits() > 3 || g.bits() > 3)
                continue;
            integer_lines x(f, (f.code_mask() + 1) * (f.code_mask() + 1), 2);
            integer_lines y(g, (g.code_mask() + 1) * (g.code_mask() + 1), 2);
            for (integer_lines* m : {&x, &y})
                for (std::size_t line = 0; line < m->lines(); ++line) {
                    const std::size_t bits = static_cast<std::size_t>(m->format().bits());
                    m->code(line, 0) = static_cast<std::uint8_t>(line & m->format().code_mask());
                    m->code(line, 1) = static_cast<std::uint8_t>(line >> bits);
                }
            check_products(t, x, y);
        }
    require(t);
}

TEST_CASE("Products of odd shapes and of whole tiles are exact in every pair of formats") {
    tally t("shapes of integer products");
    struct shape {
        std::size_t rows, columns, depth;
    };
    std::vector<shape> shapes{{5, 3, 67}, {13, 33, 64}, {2, 130, 31}};
    if (effort > 0)
        shapes.push_back({26, 65, 257});
    std::uint64_t seed = 1;
    for (const integer_format& f : narrow_formats())
        for (const integer_format& g : narrow_formats())
            for (const shape& s : shapes) {
                integer_lines x(f, s.rows, s.depth), y(g, s.columns, s.depth);
                x.fill(seed++);
                y.fill(seed++);
                check_products(t, x, y);
            }
    require(t);
}

TEST_CASE("Long sums of the largest terms do not overflow on the way") {
    // Byte sums, 16-bit sums of tables and stretches of k all end within these depths; the results fit 32 bits.
    tally t("long sums");
    for (const integer_format& f : narrow_formats())
        for (const integer_format& g : narrow_formats()) {
            if (f.bits() + g.bits() < 8 && effort < 2 && f.bits() != g.bits())
                continue;
            const std::size_t depth = effort == 0 ? 1100 : 8192 + 77;
            for (const std::uint64_t code : {f.code_mask(), std::uint64_t{0}, f.code_mask() / 2 + 1}) {
                integer_lines x(f, 2, depth), y(g, 3, depth);
                x.fill_with(code & f.code_mask());
                y.fill_with(code == 0 ? 0 : g.code_mask());
                check_products(t, x, y);
            }
        }
    require(t);
}

TEST_CASE("Every packed layout gives the same products") {
    tally t("layouts");
    std::uint64_t seed = 100;
    for (const packed_layout layout : {packed_layout::contiguous, packed_layout::bit_planes,
                                       packed_layout::interleaved, packed_layout::base_3})
        for (const integer_format& f : narrow_formats()) {
            if (layout == packed_layout::base_3 && f.encoding != integer_encoding::ternary)
                continue;
            integer_lines x(f, 9, 200, layout), y(formats::signed_integer(2), 35, 200);
            x.fill(seed++);
            if (layout == packed_layout::base_3)
                for (std::size_t i = 0; i < x.lines(); ++i)
                    for (std::size_t k = 0; k < x.length(); ++k)
                        x.code(i, k) = static_cast<std::uint8_t>(x.code(i, k) % 3);
            y.fill(seed++);
            check_products(t, x, y);
        }
    require(t);
}

#endif

TEST_CASE("The plan names the scheme for each pair of widths, whatever the order") {
    const simd::extensions all{true, true, true, true, true};
    const auto plan = [](int x, int y, simd::isa level, const simd::extensions& has) {
        return plan_integer_product(formats::signed_integer(x), formats::bipolar_integer(y), level, has);
    };
    for (int x = 1; x <= 16; ++x)
        for (int y = 1; y <= 16; ++y) {
            CHECK(plan(x, y, simd::isa::plain, all) == integer_scheme::definition);
            for (const simd::isa level : {simd::isa::avx2, simd::isa::avx512})
                for (const bool with_extensions : {false, true}) {
                    const simd::extensions has = with_extensions ? all : simd::extensions{};
                    const integer_scheme s = plan(x, y, level, has);
                    CHECK(s == plan(y, x, level, has));
                    CHECK((s == integer_scheme::definition) == (x > 8 || y > 8));
                    if (level == simd::isa::avx2 || !with_extensions)
                        CHECK((s != integer_scheme::byte_dot && s != integer_scheme::bit_serial));
                    if (s == integer_scheme::table_lookup)
                        CHECK((x > y ? x : y) <= 6);
                }
        }
    CHECK(plan(1, 1, simd::isa::avx512, all) == integer_scheme::bit_serial);
    CHECK(plan(8, 8, simd::isa::avx512, all) == integer_scheme::byte_dot);
    CHECK(plan(8, 8, simd::isa::avx2, all) == integer_scheme::halfword_dot);
    CHECK(name_of(integer_scheme::table_lookup) == std::string("table_lookup"));
}

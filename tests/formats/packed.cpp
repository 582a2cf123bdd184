// SPDX-License-Identifier: BSL-1.0
//
// Packed vectors, matrices and views: the order of bits as literal bytes, elements one at a time, and sizes.

#include <halfulp/formats/named.hpp>
#include <halfulp/formats/narrow_integer.hpp>
#include <halfulp/formats/packed.hpp>

#include "support/catch.hpp"
#include "support/last_elements.hpp"
#include "support/random.hpp"
#include "support/tally.hpp"

#include <array>
#include <string>
#include <vector>

using namespace halfulp;
using halfulp_test::generator;
using halfulp_test::last_elements;
using halfulp_test::tally;

namespace {

using bytes = std::vector<std::uint8_t>;

template <class Packed>
bytes bytes_of(const Packed& p) {
    return {p.bytes().begin(), p.bytes().end()};
}

template <class T, packed_layout Layout>
packed_vector<T, Layout> vector_of_codes(std::initializer_list<unsigned> codes) {
    packed_vector<T, Layout> v(codes.size());
    std::size_t i = 0;
    for (const unsigned code : codes)
        v.set(i++, T::from_bits(static_cast<typename T::storage_type>(code)));
    return v;
}

/// Writes every element of a matrix in an odd order, twice, and reads all of them after each.
template <class T, packed_layout Layout>
void check_elements(tally& t, std::size_t rows, std::size_t columns, storage_order order, std::size_t gap) {
    const bool by_rows = order == storage_order::row_major;
    const std::size_t lines = by_rows ? rows : columns, length = by_rows ? columns : rows;
    const std::size_t line = packed_line_bytes(Layout, T::format.bits(), length);
    const bool is_interleaved = Layout == packed_layout::interleaved;
    const std::size_t stride = is_interleaved ? 0 : line + gap;
    const std::size_t size = is_interleaved ? (lines + 31) / 32 * line
                             : lines == 0   ? 0
                                            : (lines - 1) * (line + gap) + line;
    const last_elements<std::uint8_t> memory(size);
    std::fill(memory.data(), memory.data() + size, std::uint8_t{0x55});
    packed_matrix_view<T, Layout> m(memory.span(), rows, columns, order, stride);
    std::vector<T> expected(rows * columns);
    generator random(3);
    const auto describe = [&] {
        return "layout " + std::to_string(static_cast<int>(Layout)) + ", " +
               std::to_string(T::format.bits()) + " bits, " + std::to_string(rows) + " x " +
               std::to_string(columns);
    };
    // Bytes of base_3 are digits from the first write on.
    for (std::size_t i = 0; i < rows; ++i)
        for (std::size_t j = 0; j < columns; ++j)
            expected[i * columns + j] = m(i, j);
    for (std::size_t step = 0; step < 2 * rows * columns; ++step) {
        const std::size_t at = random() % (rows * columns);
        T x = T::from_bits(static_cast<typename T::storage_type>(random()));
        if (Layout == packed_layout::base_3 && x.to_bits() == 3)
            x = T::from_bits(2);
        m.set(at / columns, at % columns, x);
        expected[at] = x;
    }
    bool right = m.rows() == rows && m.columns() == columns;
    const packed_matrix_view<const T, Layout> constant = m;
    for (std::size_t i = 0; i < rows; ++i)
        for (std::size_t j = 0; j < columns; ++j)
            right &= constant(i, j).to_bits() == expected[i * columns + j].to_bits() &&
                     m.transposed()(j, i).to_bits() == expected[i * columns + j].to_bits();
    t.expect(right, describe);
    if (!is_interleaved)
        for (std::size_t l = 0; l + 1 < lines; ++l)
            for (std::size_t i = 0; i < gap; ++i)
                t.expect(memory.data()[l * (line + gap) + line + i] == 0x55, describe);
}

template <class T, packed_layout Layout>
void check_sizes(tally& t) {
    for (const std::size_t rows : {1u, 3u, 33u})
        for (const std::size_t columns : {1u, 5u, 31u, 32u, 33u, 65u})
            for (const storage_order order : {storage_order::row_major, storage_order::column_major}) {
                check_elements<T, Layout>(t, rows, columns, order, 0);
                check_elements<T, Layout>(t, rows, columns, order, 3);
            }
}
template <class T>
void check_layouts(tally& t) {
    check_sizes<T, packed_layout::contiguous>(t);
    check_sizes<T, packed_layout::bit_planes>(t);
    check_sizes<T, packed_layout::interleaved>(t);
}

}  // namespace

TEST_CASE("The order of bits in packed storage, as bytes", "[formats][packed]") {
    using layout = packed_layout;
    CHECK(bytes_of(vector_of_codes<narrow_uint<4>, layout::contiguous>({1, 2, 3, 4, 5})) ==
          bytes{0x21, 0x43, 0x05});
    CHECK(bytes_of(vector_of_codes<narrow_uint<3>, layout::contiguous>({1, 2, 3, 4, 5, 6, 7, 0, 7})) ==
          bytes{0xd1, 0x58, 0x1f, 0x07});
    CHECK(bytes_of(vector_of_codes<narrow_uint<1>, layout::contiguous>({1, 0, 1, 1, 0, 0, 0, 1, 1})) ==
          bytes{0x8d, 0x01});
    CHECK(bytes_of(vector_of_codes<narrow_int<6>, layout::contiguous>({0x3f, 0, 0x2a, 1})) ==
          bytes{0x3f, 0xa0, 0x06});
    CHECK(bytes_of(vector_of_codes<narrow_uint<12>, layout::contiguous>({0xabc, 0x123})) ==
          bytes{0xbc, 0x3a, 0x12});
    CHECK(bytes_of(vector_of_codes<float4_e2m1fn, layout::contiguous>({0xe, 0x7})) == bytes{0x7e});
    CHECK(bytes_of(vector_of_codes<narrow_uint<2>, layout::bit_planes>({1, 2, 3, 0, 1})) ==
          bytes{0x15, 0, 0, 0, 0, 0, 0, 0, 0x06, 0, 0, 0, 0, 0, 0, 0});
    CHECK(bytes_of(vector_of_codes<ternary, layout::base_3>({2, 1, 0, 2, 1, 2})) ==
          bytes{2 + 3 * 1 + 9 * 0 + 27 * 2 + 81 * 1, 2});
    CHECK(bytes_of(vector_of_codes<ternary, layout::base_3>({2, 2, 2, 2, 2})) == bytes{242});

    // Word p · 32 + l of an interleaved matrix of up to 32 columns is plane p of line l.
    packed_matrix<narrow_uint<2>, layout::interleaved> m(3, 20);
    REQUIRE(m.bytes().size() == 256);
    m.set(2, 17, narrow_uint<2>(2));
    m.set(1, 9, narrow_uint<2>(1));
    bytes expected(256);
    expected[(1 * 32 + 2) * 4 + 2] = 0x02;  // plane 1, line 2, bit 17
    expected[(0 * 32 + 1) * 4 + 1] = 0x02;  // plane 0, line 1, bit 9
    CHECK(bytes_of(m) == expected);
    // Line 33 of more than 32 columns: group 1, plane 1, word 2, place 1 of 3 · 32 words a plane.
    packed_matrix<narrow_uint<2>, layout::interleaved> wide(34, 70);
    REQUIRE(wide.bytes().size() == 2 * 2 * 3 * 32 * 4);
    wide.set(33, 69, narrow_uint<2>(2));
    expected.assign(wide.bytes().size(), 0);
    expected[(((1 * 2 + 1) * 3 + 2) * 32 + 1) * 4] = 1 << (69 - 64);
    CHECK(bytes_of(wide) == expected);
}

TEST_CASE("Bytes of base_3 that no five digits give", "[formats][packed]") {
    bytes memory{255, 243};
    packed_vector_view<ternary, packed_layout::base_3> v(memory, 10);
    // 255 = 3 · 81 + 12: the highest digit is 3 modulo 3.
    const unsigned digits[] = {0, 1, 1, 0, 0};
    for (std::size_t i = 0; i < 5; ++i)
        CHECK(v[i].to_bits() == digits[i]);
    v.set(1, ternary(1));
    CHECK(memory[0] == 0 + 3 * 2 + 9 * 1);
    v.set(9, ternary(1));
    CHECK(memory[1] == 2 * 81);
    v.set(9, ternary::from_bits(3));  // the nearest digit
    CHECK(v[9] == 1);
}

TEST_CASE("Elements of packed matrices", "[formats][packed]") {
    tally t("packed elements");
    check_layouts<narrow_uint<1>>(t);
    check_layouts<bipolar_int<3>>(t);
    check_layouts<narrow_int<4>>(t);
    check_layouts<narrow_int<7>>(t);
    check_layouts<float8_e4m3fn>(t);
    check_layouts<ternary>(t);
    check_sizes<ternary, packed_layout::base_3>(t);
    require(t);
}

TEST_CASE("Elements of packed matrices, wide ones", "[formats][packed]") {
    tally t("packed elements, wide");
    check_layouts<narrow_int<13>>(t);
    check_layouts<narrow_int<64>>(t);
    check_sizes<bfloat16, packed_layout::contiguous>(t);
    check_sizes<narrow_uint<33>, packed_layout::contiguous>(t);
    check_sizes<narrow_int<63>, packed_layout::contiguous>(t);
    require(t);
}

TEST_CASE("Packed containers and their views", "[formats][packed]") {
    packed_matrix<narrow_int<4>> m(3, 5);
    CHECK(m.rows() == 3);
    CHECK(m.columns() == 5);
    CHECK(m.bytes().size() == 9);
    CHECK(m(2, 4) == 0);
    m.set(2, 1, narrow_int<4>(-3));
    CHECK(m(2, 1) == -3);
    CHECK(m.transposed()(1, 2) == -3);
    CHECK(m.transposed().order() == storage_order::column_major);
    const packed_matrix<narrow_int<4>> copy = m;
    CHECK(copy(2, 1) == -3);
    packed_matrix_view<const narrow_int<4>> view = copy;
    CHECK(view.bytes().data() == copy.bytes().data());
    CHECK(view.bytes().size() == 9);
    const detail::packed_lines lines = detail::lines_of(view.transposed());
    CHECK(lines.lines == 3);
    CHECK(lines.length == 5);
    CHECK(lines.line_stride == 3);
    CHECK(lines.bytes == copy.bytes().data());
    CHECK(lines.format == formats::signed_integer(4));

    packed_vector<bipolar_int<3>> v(9);
    CHECK(v.size() == 9);
    CHECK(v.bytes().size() == 4);
    CHECK(v[8] == -7);
    v.set(8, bipolar_int<3>(5));
    CHECK(v.view()[8] == 5);
    CHECK(packed_matrix<ternary>().rows() == 0);
    CHECK(packed_matrix<ternary>(0, 5).bytes().empty());
    CHECK(packed_matrix<ternary, packed_layout::interleaved>(5, 0).bytes().empty());
    CHECK(packed_vector_view<const ternary>().size() == 0);
    STATIC_REQUIRE(!std::is_convertible_v<packed_matrix_view<const ternary>, packed_matrix_view<ternary>>);
    STATIC_REQUIRE(packable<float8_e4m3fn>);
    STATIC_REQUIRE(!packable<float128>);
    STATIC_REQUIRE(!packable<int>);
}

TEST_CASE("Packed views in constant expressions", "[formats][packed]") {
    constexpr int sum = [] {
        std::array<std::uint8_t, 6> memory{};
        packed_matrix_view<narrow_int<4>> m(memory, 2, 5);
        for (std::size_t j = 0; j < 5; ++j)
            m.set(1, j, narrow_int<4>(static_cast<int>(j) - 3));
        return m(1, 0) * 100 + m(1, 4);
    }();
    STATIC_REQUIRE(sum == -299);
}

TEST_CASE("Packed views: bytes that do not suffice", "[formats][packed]") {
    bytes memory(9);
    CHECK_NOTHROW(packed_matrix_view<narrow_int<4>>(memory, 3, 5));
    CHECK_THROWS_WITH(packed_matrix_view<narrow_int<4>>(memory, 3, 7),
                      "halfulp::packed_matrix_view: the number of bytes is 9, expected at least 12");
    CHECK_THROWS_AS(packed_matrix_view<narrow_int<4>>(memory, 3, 5, storage_order::row_major, 2),
                    shape_error);
    CHECK_THROWS_AS(packed_matrix_view<narrow_int<4>>(memory, 3, 5, storage_order::row_major, 4),
                    shape_error);
    CHECK_NOTHROW(packed_matrix_view<narrow_int<4>>(memory, 2, 5, storage_order::row_major, 6));
    CHECK_NOTHROW(packed_matrix_view<narrow_int<4>>(memory, 5, 3, storage_order::column_major));
    using words = packed_matrix_view<narrow_int<4>, packed_layout::interleaved>;
    bytes much(512);
    CHECK_NOTHROW(words(much, 32, 32));
    CHECK_THROWS_AS(words(much, 33, 32), shape_error);
    CHECK_THROWS_AS(words(much, 32, 33), shape_error);
    CHECK_THROWS_AS(words(much, 32, 32, storage_order::row_major, 1024), shape_error);
    CHECK_THROWS_AS(packed_vector_view<narrow_int<64>>(memory, 2), shape_error);
    // Products beyond what a size can be.
    constexpr std::size_t most = std::numeric_limits<std::size_t>::max();
    CHECK_THROWS_AS(packed_vector_view<narrow_int<64>>(memory, most / 8 + 2), shape_error);
    CHECK_THROWS_AS(packed_matrix_view<narrow_int<8>>(memory, most / 2 + 2, 2), shape_error);
    CHECK_THROWS_AS(packed_matrix_view<narrow_int<8>>(memory, 3, 2, storage_order::row_major, most / 2 + 1),
                    shape_error);
    CHECK_THROWS_AS(packed_vector<narrow_int<4>>(most), shape_error);
    CHECK_THROWS_AS((packed_matrix<ternary, packed_layout::base_3>(most / 4, most / 4)), shape_error);
}

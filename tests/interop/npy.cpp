// SPDX-License-Identifier: BSL-1.0

/// @file
/// .npy files: bytes as NumPy writes them, round trips, each refusal with its reason, and damaged
/// files, of which none may be taken for something else or go beyond its bytes.

#include <halfulp/interop/npy.hpp>

#include "support/catch.hpp"

#include <cmath>
#include <cstdio>
#include <cstring>
#include <limits>
#include <string>
#include <vector>

namespace {

using namespace halfulp;

/// A file with the given header text, unpadded, and elements.
std::string file_with(const std::string& header, const std::string& elements, int version = 1) {
    std::string bytes("\x93NUMPY", 6);
    bytes += static_cast<char>(version);
    bytes += '\0';
    for (int i = 0; i < (version == 1 ? 2 : 4); ++i)
        bytes += static_cast<char>((header.size() >> (8 * i)) & 0xff);
    return bytes + header + elements;
}

std::string dictionary(const std::string& descr, const std::string& order, const std::string& shape) {
    return "{'descr': " + descr + ", 'fortran_order': " + order + ", 'shape': " + shape + ", }\n";
}

const std::string three_doubles = [] {
    const double values[] = {1.5, -0.0, 1e-310};
    std::string bytes(sizeof values, '\0');
    std::memcpy(bytes.data(), values, sizeof values);
    return bytes;
}();

TEST_CASE("a vector as numpy.save writes it") {
    // numpy.save(f, numpy.array([1.5, -0.0, 1e-310])): the header is padded to a multiple of 64 bytes.
    std::string header = "{'descr': '<f8', 'fortran_order': False, 'shape': (3,), }";
    header.resize(117, ' ');
    header += '\n';
    for (const int version : {1, 2}) {
        const npy_array array = parse_npy(file_with(header, three_doubles, version));
        CHECK(array.rank == 1);
        CHECK(array.rows == 3);
        CHECK(array.columns == 1);
        const auto& values = std::get<std::vector<double>>(array.data);
        REQUIRE(values.size() == 3);
        CHECK(values[0] == 1.5);
        CHECK(std::signbit(values[1]));
        CHECK(values[2] == 1e-310);
    }
}

TEST_CASE("matrices of float and double survive a file, to the bit") {
    const std::string path = "halfulp_npy_test.npy";
    std::vector<float> singles{1, -0.0f, 3e-40f, std::numeric_limits<float>::infinity(), 0x1.fffffep127f, 6};
    write_npy(path, matrix_view<float>(singles.data(), 2, 3));
    const npy_array a = read_npy(path);
    CHECK(a.rank == 2);
    CHECK(a.rows == 2);
    CHECK(a.columns == 3);
    CHECK(std::memcmp(std::get<std::vector<float>>(a.data).data(), singles.data(), 24) == 0);
    CHECK(a.to_double()[4] == 0x1.fffffep127);

    // A transposed view is written in C order.
    const std::vector<double> doubles{1, 2, 3, 4, 5, 6};
    write_npy(path, matrix_view<const double>(doubles.data(), 2, 3).transposed());
    const npy_array b = read_npy(path);
    CHECK(b.rows == 3);
    CHECK(std::get<std::vector<double>>(b.data) == std::vector<double>{1, 4, 2, 5, 3, 6});

    write_npy(path, matrix_view<const double>(doubles.data(), 0, 3));
    CHECK(read_npy(path).columns == 3);
    CHECK(std::remove(path.c_str()) == 0);
}

TEST_CASE("what is not supported is refused with the reason") {
    struct refusal {
        std::string bytes;
        std::string reason;
    };
    const std::string good = dictionary("'<f8'", "False", "(3,)");
    const std::vector<refusal> refusals{
        {"", "truncated in its first ten bytes"},
        {"PK\x03\x04 a zip file, not an array", "not a .npy file"},
        {file_with(good, three_doubles, 3), "version 3.0"},
        {file_with(dictionary("'<f8'", "True", "(3, 1)"), three_doubles), "Fortran order"},
        {file_with(dictionary("'>f8'", "False", "(3,)"), three_doubles), "dtype '>f8'"},
        {file_with(dictionary("'<f2'", "False", "(12,)"), three_doubles), "dtype '<f2'"},
        {file_with(dictionary("'|O'", "False", "(3,)"), three_doubles), "dtype '|O'"},
        {file_with(dictionary("[('x', '<f8')]", "False", "(3,)"), three_doubles), "structured"},
        {file_with(dictionary("'<f8'", "False", "()"), three_doubles.substr(0, 8)), "rank 0"},
        {file_with(dictionary("'<f8'", "False", "(1, 1, 3)"), three_doubles), "rank 3"},
        {file_with(dictionary("'<f8'", "False", "(4,)"), three_doubles),
         "truncated: 24 bytes of elements, 32"},
        {file_with(good, three_doubles + "!"), "trailing bytes: 25 bytes of elements, 24"},
        {file_with(dictionary("'<f8'", "False", "(4294967296, 4294967296)"), three_doubles), "2^40"},
        {file_with(dictionary("'<f8'", "False", "(2305843009213693952, 8)"), ""), "2^40"},
        {file_with(dictionary("'<f8'", "False", "(18446744073709551616,)"), ""), "64 bits"},
        {file_with(dictionary("'<f8'", "False", "(-3,)"), three_doubles), "nonnegative"},
        {file_with(dictionary("'<f8'", "False", "3"), three_doubles), "'(' expected"},
        {file_with(dictionary("'<f8'", "0", "(3,)"), three_doubles), "neither True nor False"},
        {file_with("{'descr': '<f8', 'shape': (3,), }", three_doubles), "lacks"},
        {file_with("{'descr': '<f8', 'descr': '<f8', }", three_doubles), "repeated key 'descr'"},
        {file_with("{'descr': '<f8", three_doubles), "unterminated"},
        {file_with(good + "x", three_doubles), "goes on"},
        {file_with("", three_doubles), "'{' expected"},
    };
    for (const refusal& r : refusals) {
        CAPTURE(r.reason);
        CHECK_THROWS_AS(parse_npy(r.bytes), file_error);
        CHECK_THROWS_WITH(parse_npy(r.bytes), halfulp_test::contains_text(r.reason));
    }
    CHECK_THROWS_WITH(read_npy("no/such/file.npy"), halfulp_test::contains_text("no/such/file.npy"));
    CHECK_THROWS_AS(write_npy("no/such/file.npy", matrix_view<const double>()), file_error);
    // An array without elements may have one extent of any size.
    CHECK(parse_npy(file_with(dictionary("'<f4'", "False", "(0, 5)"), "")).columns == 5);
}

TEST_CASE("every truncation of a file is refused") {
    const std::string bytes = file_with(dictionary("'<f8'", "False", "(3, 1)"), three_doubles);
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        const std::string part = bytes.substr(0, size);
        CAPTURE(size);
        CHECK_THROWS_AS(parse_npy(part), file_error);
    }
}

TEST_CASE("a damaged byte gives an array of the size of the file or an error") {
    for (const int version : {1, 2}) {
        const std::string good = file_with(dictionary("'<f8'", "False", "(3, 1)"), three_doubles, version);
        long accepted = 0;
        for (std::size_t at = 0; at < good.size(); ++at)
            for (int value = 0; value < 256; ++value) {
                std::string bytes = good;
                bytes[at] = static_cast<char>(value);
                try {
                    const npy_array array = parse_npy(bytes);
                    const std::size_t size =
                        std::visit([](const auto& v) { return v.size() * sizeof(v[0]); }, array.data);
                    if (size != three_doubles.size() ||
                        array.rows * array.columns != (array.data.index() == 0 ? 6u : 3u))
                        FAIL("byte " << at << " as " << value);
                    ++accepted;
                } catch (const file_error&) {
                }
            }
        CHECK(accepted > 24 * 256);  // any value of the elements' bytes
    }
}

}  // namespace

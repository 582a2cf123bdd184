// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// Reading and writing NumPy's .npy files: float32 and float64, little-endian, C order, rank 1 or 2,
/// format versions 1.0 and 2.0. Everything else is refused with the reason.
///
/// Source: NumPy enhancement proposal 1, numpy.lib.format. A file is the magic string "\x93NUMPY",
/// two version bytes, the header's length in 2 (version 1) or 4 (version 2) little-endian bytes, the
/// header (a Python dictionary literal with 'descr', 'fortran_order' and 'shape'), and the elements.

#include <halfulp/core/errors.hpp>
#include <halfulp/core/views.hpp>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>
#include <vector>

namespace halfulp {
inline namespace v0 {

/// What a .npy file holds. Rank 1 has `columns` = 1 and `rows` elements.
struct npy_array {
    std::size_t rank = 2;
    std::size_t rows = 0;
    std::size_t columns = 1;
    /// The elements in C order (row-major), in the type of the file.
    std::variant<std::vector<float>, std::vector<double>> data;

    /// The elements as double, which holds every float exactly.
    std::vector<double> to_double() const {
        return std::visit([](const auto& v) { return std::vector<double>(v.begin(), v.end()); }, data);
    }
};

namespace detail {

/// Files larger than this are refused before memory is taken: 2^40 bytes.
inline constexpr std::uint64_t npy_maximum_bytes = std::uint64_t{1} << 40;

/// The header's dictionary.
struct npy_header {
    std::string descr;
    bool fortran_order = false;
    std::vector<std::uint64_t> shape;
};

/// A cursor over the header's text that throws file_error where the text is not what it should be.
class npy_header_parser {
  public:
    npy_header_parser(std::string_view text, const std::string& path) : text_(text), path_(path) {}

    npy_header parse() {
        npy_header header;
        bool has_descr = false, has_order = false, has_shape = false;
        expect('{');
        while (!accept('}')) {
            const std::string key = quoted();
            expect(':');
            if (key == "descr" && !has_descr) {
                header.descr = quoted();
                has_descr = true;
            } else if (key == "fortran_order" && !has_order) {
                header.fortran_order = boolean();
                has_order = true;
            } else if (key == "shape" && !has_shape) {
                header.shape = shape();
                has_shape = true;
            } else {
                fail("the header has an unknown or repeated key '" + key + "'");
            }
            if (!accept(',') && peek() != '}')
                fail("the header is not a dictionary: ',' or '}' expected");
        }
        skip_space();
        if (at_ != text_.size())
            fail("the header goes on after its dictionary");
        if (!has_descr || !has_order || !has_shape)
            fail("the header lacks 'descr', 'fortran_order' or 'shape'");
        return header;
    }

  private:
    [[noreturn]] void fail(const std::string& reason) const {
        throw file_error("halfulp::read_npy: " + path_ + ": " + reason);
    }
    void skip_space() {
        while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\t'))
            ++at_;
    }
    char peek() {
        skip_space();
        return at_ < text_.size() ? text_[at_] : '\0';
    }
    bool accept(char c) {
        if (peek() != c || at_ == text_.size())
            return false;
        ++at_;
        return true;
    }
    void expect(char c) {
        if (!accept(c))
            fail(std::string("the header is not a dictionary: '") + c + "' expected");
    }
    std::string quoted() {
        const char quote = peek();
        if (quote == '[')
            fail("structured arrays are not supported");
        if (quote != '\'' && quote != '"')
            fail("the header is not a dictionary: a quoted text expected");
        const std::size_t end = text_.find(quote, at_ + 1);
        if (end == std::string_view::npos)
            fail("the header has an unterminated text");
        const std::string result(text_.substr(at_ + 1, end - at_ - 1));
        at_ = end + 1;
        return result;
    }
    bool boolean() {
        skip_space();
        for (const bool value : {false, true}) {
            const std::string_view word = value ? "True" : "False";
            if (text_.substr(at_, word.size()) == word) {
                at_ += word.size();
                return value;
            }
        }
        fail("'fortran_order' is neither True nor False");
    }
    std::vector<std::uint64_t> shape() {
        std::vector<std::uint64_t> result;
        expect('(');
        while (!accept(')')) {
            result.push_back(integer());
            if (!accept(',') && peek() != ')')
                fail("'shape' is not a tuple of integers");
        }
        return result;
    }
    std::uint64_t integer() {
        constexpr std::uint64_t maximum = std::numeric_limits<std::uint64_t>::max();
        if (peek() < '0' || peek() > '9')
            fail("'shape' is not a tuple of nonnegative integers");
        std::uint64_t value = 0;
        for (; at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9'; ++at_) {
            const auto digit = static_cast<std::uint64_t>(text_[at_] - '0');
            if (value > (maximum - digit) / 10)
                fail("an extent in 'shape' does not fit in 64 bits");
            value = value * 10 + digit;
        }
        return value;
    }

    std::string_view text_;
    const std::string& path_;
    std::size_t at_ = 0;
};

/// Elements from little-endian bytes.
template <class T, class Bits>
std::vector<T> npy_elements(std::string_view bytes) {
    std::vector<T> result(bytes.size() / sizeof(T));
    for (std::size_t i = 0; i < result.size(); ++i) {
        Bits value = 0;
        for (std::size_t k = sizeof(T); k-- > 0;)
            value = static_cast<Bits>((value << 8) | static_cast<unsigned char>(bytes[i * sizeof(T) + k]));
        result[i] = std::bit_cast<T>(value);
    }
    return result;
}

struct file_closer {
    void operator()(std::FILE* file) const noexcept { std::fclose(file); }
};

}  // namespace detail

/// The array in the bytes of a .npy file; `name` is what errors call it.
///
/// @throws file_error for anything that is not such a file from its first to its last byte
inline npy_array parse_npy(std::string_view bytes, const std::string& name = "npy data") {
    const auto fail = [&name](const std::string& reason) {
        throw file_error("halfulp::read_npy: " + name + ": " + reason);
    };
    // 1. Magic, version, length of the header.
    if (bytes.size() < 10 || bytes.substr(0, 6) != std::string_view("\x93NUMPY", 6))
        fail(bytes.size() < 10 ? "the file is truncated in its first ten bytes" : "this is not a .npy file");
    const auto byte = [&bytes](std::size_t i) {
        return static_cast<std::size_t>(static_cast<unsigned char>(bytes[i]));
    };
    if ((byte(6) != 1 && byte(6) != 2) || byte(7) != 0)
        fail("format version " + std::to_string(byte(6)) + "." + std::to_string(byte(7)) +
             " is not supported: 1.0 or 2.0 expected");
    const std::size_t start = byte(6) == 1 ? 10 : 12;
    if (bytes.size() < start)
        fail("the file is truncated in the length of its header");
    const std::size_t length =
        byte(8) + (byte(9) << 8) + (start == 12 ? (byte(10) << 16) + (byte(11) << 24) : 0);
    if (length > bytes.size() - start)
        fail("the file is truncated in its header");

    // 2. The header.
    const detail::npy_header header = detail::npy_header_parser(bytes.substr(start, length), name).parse();
    const bool single = header.descr == "<f4";
    if (!single && header.descr != "<f8")
        fail("dtype '" + header.descr +
             "' is not supported: little-endian float32 ('<f4') or float64 ('<f8') expected");
    if (header.shape.size() != 1 && header.shape.size() != 2)
        fail("the array has rank " + std::to_string(header.shape.size()) + ": 1 or 2 expected");
    if (header.fortran_order && header.shape.size() == 2)
        fail("the array is in Fortran order: save numpy.ascontiguousarray of it");

    // 3. The elements, exactly as many as the shape says.
    const std::uint64_t rows = header.shape[0];
    const std::uint64_t columns = header.shape.size() == 2 ? header.shape[1] : 1;
    const std::uint64_t size = single ? 4 : 8;
    if (columns != 0 && rows > detail::npy_maximum_bytes / size / columns)
        fail("the shape (" + std::to_string(rows) + ", " + std::to_string(columns) +
             ") is larger than 2^40 bytes");
    const std::uint64_t expected = rows * columns * size;
    const std::string_view body = bytes.substr(start + length);
    if (body.size() != expected)
        fail(std::string(body.size() < expected ? "the file is truncated" : "the file has trailing bytes") +
             ": " + std::to_string(body.size()) + " bytes of elements, " + std::to_string(expected) +
             " expected");
    npy_array result{
        header.shape.size(), static_cast<std::size_t>(rows), static_cast<std::size_t>(columns), {}};
    if (single)
        result.data = detail::npy_elements<float, std::uint32_t>(body);
    else
        result.data = detail::npy_elements<double, std::uint64_t>(body);
    return result;
}

/// Reads a .npy file.
///
/// @throws file_error if it cannot be opened or read, or is not what parse_npy takes
inline npy_array read_npy(const std::string& path) {
    const std::unique_ptr<std::FILE, detail::file_closer> file(std::fopen(path.c_str(), "rb"));
    if (!file)
        throw file_error("halfulp::read_npy: " + path + ": the file cannot be opened");
    std::string bytes;
    std::vector<char> block(std::size_t{1} << 16);
    for (std::size_t count = block.size(); count == block.size();) {
        count = std::fread(block.data(), 1, block.size(), file.get());
        bytes.append(block.data(), count);
    }
    if (std::ferror(file.get()) != 0)
        throw file_error("halfulp::read_npy: " + path + ": the file cannot be read");
    return parse_npy(bytes, path);
}

/// The bytes of a version 1.0 .npy file with the matrix, C order, little-endian; T is float or double.
template <class T>
requires(std::is_same_v<T, float> || std::is_same_v<T, double>) std::string
    format_npy(matrix_view<const T> m) {
    std::string header = std::string("{'descr': '<f") + (sizeof(T) == 4 ? "4" : "8") +
                         "', 'fortran_order': False, 'shape': (" + std::to_string(m.rows()) + ", " +
                         std::to_string(m.columns()) + "), }";
    while ((10 + header.size() + 1) % 64 != 0)
        header += ' ';
    header += '\n';
    std::string bytes("\x93NUMPY\x01\x00", 8);
    bytes += static_cast<char>(header.size() & 0xff);
    bytes += static_cast<char>(header.size() >> 8);
    bytes += header;
    using bits_type = std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>;
    for (std::size_t i = 0; i < m.rows(); ++i)
        for (std::size_t j = 0; j < m.columns(); ++j) {
            const auto bits = std::bit_cast<bits_type>(m(i, j));
            for (std::size_t k = 0; k < sizeof(T); ++k)
                bytes += static_cast<char>((bits >> (8 * k)) & 0xff);
        }
    return bytes;
}

/// Writes a matrix as a .npy file.
///
/// @throws file_error if it cannot be written
template <class T>
void write_npy(const std::string& path, matrix_view<T> m) {
    const std::string bytes = format_npy<std::remove_const_t<T>>(m);
    std::unique_ptr<std::FILE, detail::file_closer> file(std::fopen(path.c_str(), "wb"));
    if (!file)
        throw file_error("halfulp::write_npy: " + path + ": the file cannot be opened for writing");
    const bool written = std::fwrite(bytes.data(), 1, bytes.size(), file.get()) == bytes.size();
    if (std::fclose(file.release()) != 0 || !written)
        throw file_error("halfulp::write_npy: " + path + ": the file cannot be written");
}

}  // namespace v0
}  // namespace halfulp

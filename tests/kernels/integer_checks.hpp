// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// Operands of integer products for tests: codes of any format, packed in any layout, and their values over GMP.

#include <halfulp/formats/packed.hpp>
#include <halfulp/reference/integer.hpp>

#include "support/random.hpp"

#include <string>
#include <vector>

namespace halfulp_test {

using namespace halfulp;

/// Every kind at every width of at most 8 bits.
inline std::vector<integer_format> narrow_formats() {
    std::vector<integer_format> result{formats::ternary};
    for (int bits = 1; bits <= 8; ++bits) {
        result.push_back(formats::signed_integer(bits));
        result.push_back(formats::unsigned_integer(bits));
        result.push_back(formats::bipolar_integer(bits));
    }
    return result;
}

inline std::string name_of_format(const integer_format& f) {
    const char* const names[] = {"signed ", "unsigned ", "bipolar ", "ternary "};
    return names[static_cast<int>(f.encoding)] + std::to_string(f.width);
}

/// A matrix of codes whose lines are what k runs along, and the same packed.
class integer_lines {
  public:
    integer_lines(const integer_format& format, std::size_t lines, std::size_t length,
                  packed_layout layout = packed_layout::contiguous)
        : format_(format), lines_(lines), length_(length), layout_(layout), codes_(lines * length) {
        for (std::uint64_t code = 0; code <= format.code_mask(); ++code)
            values_.push_back(reference::integer_value(format, code));
    }

    void fill(std::uint64_t seed) {
        generator random(seed);
        for (auto& code : codes_)
            code = static_cast<std::uint8_t>(random() & format_.code_mask());
    }
    /// The codes that give the sums of largest magnitude: the ends of the range.
    void fill_with(std::uint64_t code) {
        for (auto& c : codes_)
            c = static_cast<std::uint8_t>(code);
    }
    std::uint8_t& code(std::size_t line, std::size_t k) { return codes_[line * length_ + k]; }
    const mpz_class& value(std::size_t line, std::size_t k) const {
        return values_[codes_[line * length_ + k]];
    }
    std::size_t lines() const { return lines_; }
    std::size_t length() const { return length_; }
    const integer_format& format() const { return format_; }

    /// Used as long as this object; codes may not change in between.
    detail::packed_lines packed() {
        const std::size_t stride = packed_line_bytes(layout_, format_.bits(), length_);
        const std::size_t blocks = layout_ == packed_layout::interleaved ? (lines_ + 31) / 32 : lines_;
        bytes_.assign(blocks * stride, 0);
        const detail::packed_lines m{bytes_.data(), lines_, length_, stride, format_, layout_};
        for (std::size_t line = 0; line < lines_; ++line)
            for (std::size_t k = 0; k < length_; ++k)
                detail::set_packed_code(bytes_.data(), detail::arrangement_of(m), line, k, code(line, k));
        return m;
    }

  private:
    integer_format format_;
    std::size_t lines_;
    std::size_t length_;
    packed_layout layout_;
    std::vector<std::uint8_t> codes_;
    std::vector<mpz_class> values_;
    std::vector<std::uint8_t> bytes_;
};

/// The exact products of all lines of x with all lines of y.
inline std::vector<mpz_class> exact_products(const integer_lines& x, const integer_lines& y) {
    std::vector<mpz_class> result;
    for (std::size_t i = 0; i < x.lines(); ++i)
        for (std::size_t j = 0; j < y.lines(); ++j)
            result.push_back(reference::integer_dot(
                x.length(), [&](std::size_t k) -> const mpz_class& { return x.value(i, k); },
                [&](std::size_t k) -> const mpz_class& { return y.value(j, k); }));
    return result;
}

}  // namespace halfulp_test

// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// Packed integers times one vector: what takes the time is to read the codes, so they are unpacked in registers on
/// their way to the sums.
///
/// With VNNI, and VBMI for widths that do not divide 8, rows are read eight at a time as they lie; otherwise a row
/// is unpacked into bytes first.

#include <halfulp/core/views.hpp>
#include <halfulp/simd/integer_operands.hpp>
#include <halfulp/simd/packing.hpp>

namespace halfulp {
inline namespace v0 {
namespace simd {

/// Rows of codes, in chunks of 64 bytes or of 64 codes, and the vector in the order in which those give codes.
struct packed_rows {
    const std::uint8_t* codes = nullptr;
    std::ptrdiff_t stride = 0;  ///< bytes from a row to the next
    std::ptrdiff_t ahead = 0;   ///< bytes from what is read to what is fetched for later
    std::size_t chunks = 0;
    int rows = 0;                          ///< at most eight
    unsigned flip = 0;                     ///< unsigned code = code ^ flip
    const std::uint8_t* x = nullptr;       ///< signed bytes, zeros where there is no code
    const std::uint8_t* counts = nullptr;  ///< 1 where there is a code, else 0
    std::int32_t* sums = nullptr;          ///< += Σ unsigned code · x
    std::int32_t* code_sums = nullptr;     ///< += Σ unsigned code
    bool with_code_sums = false;
};

}  // namespace simd
}  // namespace v0
}  // namespace halfulp

#define HALFULP_FAMILY_TEXT <halfulp/simd/family/packed_rows.hpp>
#include <halfulp/simd/for_each_family.hpp>

#if HALFULP_HAS_SIMD

namespace halfulp {
inline namespace v0 {
namespace simd {

/// Rows of packed integers times a vector of integers of at most 8 bits.
class integer_matvec {
  public:
    /// x is read once, here, from `first_code` on.
    /// @throws std::bad_alloc
    integer_matvec(isa level, const halfulp::detail::packed_lines& rows, const integer_source& x,
                   std::size_t first_code = 0)
        : level_(level),
          rows_(rows),
          left_(transform_of(rows.format, false)),
          right_(transform_of(x.format, true)) {
        const extensions has = available_extensions();
        const int bits = rows.format.bits();
        const bool divides = 8 % bits == 0;
        reads_packed_ = level == isa::avx512 && has.vnni && (divides || has.vbmi) &&
                        rows.layout == packed_layout::contiguous;
        fields_ = reads_packed_ && divides ? static_cast<std::size_t>(8 / bits) : 1;
        chunk_bytes_ = !reads_packed_ ? 64 : divides ? 64 : 8 * static_cast<std::size_t>(bits);
        const std::size_t chunk_codes = 64 * fields_;
        chunks_ = (rows.length + chunk_codes - 1) / chunk_codes;
        const std::size_t size = chunks_ * chunk_codes;
        auto* const memory = static_cast<std::uint8_t*>(workspace_.reserve(3 * size + 128));
        x_ = memory;
        counts_ = memory + size;
        std::uint8_t* const codes = memory + 2 * size;
        if (rows.length != 0)
            x.read_codes(x.object, level, 0, first_code, rows.length, codes);
        x_sum_ = 0;
        std::memset(x_, 0, 2 * size);
        for (std::size_t k = 0; k < rows.length; ++k) {
            const auto value = static_cast<std::uint8_t>((codes[k] ^ right_.flip) - right_.subtrahend);
            x_sum_ += static_cast<std::uint32_t>(static_cast<std::int8_t>(value));
            const std::size_t within = k % chunk_codes;
            const std::size_t place = k - within + within % fields_ * 64 + within / fields_;
            x_[place] = value;
            counts_[place] = 1;
        }
    }

    /// integers[r] = the product of row first + r, modulo 2^32, for `count` rows. `right_offset` is what x has beside
    /// its codes: that of its format, and a zero point.
    void run(std::size_t first, std::size_t count, std::int32_t right_offset,
             std::int32_t* integers) const noexcept {
        constexpr std::size_t at_once = 8;
        const auto offset = static_cast<std::uint32_t>(right_offset);
        for (std::size_t i = 0; i < count; i += at_once) {
            const std::size_t rows = at_once < count - i ? at_once : count - i;
            std::int32_t sums[at_once] = {}, code_sums[at_once] = {};
            multiply(first + i, rows, offset != 0, sums, code_sums);
            for (std::size_t r = 0; r < rows; ++r) {
                const auto n = static_cast<std::uint32_t>(rows_.length);
                const auto left_offset = static_cast<std::uint32_t>(left_.offset);
                integers[i + r] = static_cast<std::int32_t>(
                    (static_cast<std::uint32_t>(sums[r]) << (left_.shift + right_.shift)) +
                    offset * ((static_cast<std::uint32_t>(code_sums[r]) << left_.shift) + n * left_offset) +
                    left_offset * (x_sum_ << right_.shift));
            }
        }
    }
    /// The offset of x by its format.
    std::int32_t right_offset() const noexcept { return right_.offset; }

  private:
    void multiply(std::size_t first, std::size_t rows, bool with_code_sums, std::int32_t* sums,
                  std::int32_t* code_sums) const noexcept {
        packed_rows t;
        t.rows = static_cast<int>(rows);
        t.flip = left_.flip;
        t.x = x_;
        t.counts = counts_;
        t.sums = sums;
        t.code_sums = code_sums;
        t.with_code_sums = with_code_sums;
        if (!reads_packed_) {
            constexpr std::size_t at_once = 1024;
            alignas(64) std::uint8_t codes[at_once];
            t.rows = 1;
            t.codes = codes;
            for (std::size_t r = 0; r < rows; ++r, ++t.sums, ++t.code_sums)
                for (std::size_t k = 0; k < rows_.length; k += at_once) {
                    const std::size_t part = at_once < rows_.length - k ? at_once : rows_.length - k;
                    read_codes(level_, rows_, first + r, k, part, codes);
                    t.chunks = whole_blocks(part) / 64;
                    t.x = x_ + k;
                    t.counts = counts_ + k;
                    HALFULP_SIMD_SELECT(level_, multiply_byte_rows)(t);
                }
            return;
        }
        static constexpr void (*functions[])(const packed_rows&) noexcept = {
            &avx512::multiply_packed_rows<1>, &avx512::multiply_packed_rows<2>,
            &avx512::multiply_packed_rows<3>, &avx512::multiply_packed_rows<4>,
            &avx512::multiply_packed_rows<5>, &avx512::multiply_packed_rows<6>,
            &avx512::multiply_packed_rows<7>, &avx512::multiply_packed_rows<8>};
        const auto multiply_rows = functions[rows_.format.bits() - 1];
        const std::size_t row_bytes = packed_line_bytes(rows_.layout, rows_.format.bits(), rows_.length);
        const std::size_t whole = row_bytes / chunk_bytes_;
        const std::uint8_t* const line = rows_.bytes + first * rows_.line_stride;
        t.codes = line;
        t.stride = static_cast<std::ptrdiff_t>(rows_.line_stride);
        t.chunks = whole;
        // The next rows.
        const bool is_last = first + 2 * rows > rows_.lines;
        t.ahead = is_last ? 0 : static_cast<std::ptrdiff_t>(rows * rows_.line_stride);
        multiply_rows(t);
        if (whole * chunk_bytes_ == row_bytes)
            return;
        alignas(64) std::uint8_t rest[8][64] = {};
        for (std::size_t r = 0; r < rows; ++r)
            std::memcpy(rest[r], line + r * rows_.line_stride + whole * chunk_bytes_,
                        row_bytes - whole * chunk_bytes_);
        t.codes = rest[0];
        t.stride = 64;
        t.ahead = 0;
        t.chunks = 1;
        t.x = x_ + whole * fields_ * 64;
        t.counts = counts_ + whole * fields_ * 64;
        multiply_rows(t);
    }

    isa level_;
    halfulp::detail::packed_lines rows_;
    code_transform left_, right_;
    bool reads_packed_ = false;
    std::size_t fields_ = 1;
    std::size_t chunk_bytes_ = 64;
    std::size_t chunks_ = 0;
    workspace workspace_;
    std::uint8_t* x_ = nullptr;
    std::uint8_t* counts_ = nullptr;
    std::uint32_t x_sum_ = 0;
};

}  // namespace simd

namespace detail {

/// y (+)= A·x for contiguous packed rows. Sums of products have to fit Y.
/// @throws std::bad_alloc before anything is written
template <class Y>
void multiply_packed_rows(simd::isa level, const packed_lines& a, const simd::integer_source& x,
                          const vector_view<Y>& y, bool accumulate, const execution::policy& policy) {
    // Stretches of k whose sums fit 32 bits, whatever the formats; into 32 bits there is one.
    constexpr std::size_t most_codes = std::size_t{1} << 15;
    const std::size_t stretch = sizeof(Y) == 4 || a.length < most_codes ? a.length : most_codes;
    bool starts_empty = !accumulate;
    std::size_t k = 0;
    do {
        packed_lines part = a;
        part.bytes += bytes_of_bits(k, a.format.bits());
        part.length = stretch < a.length - k ? stretch : a.length - k;
        const simd::integer_matvec product(level, part, x, k);
        for_ranges(policy, a.lines, 8, 1 + (std::size_t{1} << 21) / (part.length + 1),
                   [&](std::size_t begin, std::size_t end) {
                       constexpr std::size_t at_once = 64;
                       std::int32_t integers[at_once];
                       for (std::size_t i = begin; i < end; i += at_once) {
                           const std::size_t rows = at_once < end - i ? at_once : end - i;
                           product.run(i, rows, product.right_offset(), integers);
                           for (std::size_t r = 0; r < rows; ++r) {
                               using word = std::make_unsigned_t<Y>;
                               const word before = starts_empty ? word{0} : static_cast<word>(y[i + r]);
                               y[i + r] =
                                   static_cast<Y>(before + static_cast<word>(static_cast<Y>(integers[r])));
                           }
                       }
                   });
        starts_empty = false;
        k += stretch;
    } while (k < a.length);
}

}  // namespace detail
}  // namespace v0
}  // namespace halfulp

#endif

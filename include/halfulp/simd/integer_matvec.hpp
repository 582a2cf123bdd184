// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// Packed integers times one vector or a few: what takes the time is to read the codes, so they are unpacked in
/// registers on their way to the sums.
///
/// With VNNI, and VBMI for widths that do not divide 8, rows are read as they lie, four or eight at a time; otherwise a
/// row is unpacked into bytes first.

#include <halfulp/core/views.hpp>
#include <halfulp/simd/integer_operands.hpp>
#include <halfulp/simd/matvec_native.hpp>
#include <halfulp/simd/packing.hpp>

#include <cmath>
#include <limits>
#include <type_traits>

namespace halfulp {
inline namespace v0 {
namespace simd {

/// Rows of codes, in chunks of 64 bytes or of 64 codes, and the vectors in the order in which those give codes.
struct packed_rows {
    const std::uint8_t* codes = nullptr;
    std::ptrdiff_t stride = 0;  ///< bytes from a row to the next
    std::ptrdiff_t ahead = 0;   ///< bytes from what is read to what is fetched for later
    bool rows_follow = false;   ///< at least as many as are read together
    std::size_t chunks = 0;
    int rows = 0;
    unsigned flip = 0;                ///< unsigned code = code ^ flip
    const std::uint8_t* x = nullptr;  ///< signed bytes, zeros where there is no code
    std::ptrdiff_t x_stride = 0;      ///< from a vector to the next
    int vectors = 1;
    std::int32_t* sums = nullptr;  ///< of row r and vector v at r · sums_row + v: += Σ unsigned code · x
    std::ptrdiff_t sums_row = 1;
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

/// Rows of packed integers times a few vectors of integers of at most 8 bits.
class packed_rows_product {
  public:
    static constexpr std::size_t most_vectors = 24;

    /// True if rows are read as they lie.
    static bool reads_packed(isa level, const halfulp::detail::packed_lines& rows) noexcept {
        const extensions has = available_extensions();
        return level == isa::avx512 && has.vnni && (8 % rows.format.bits() == 0 || has.vbmi) &&
               rows.layout == packed_layout::contiguous;
    }

    /// The lines of x, at most most_vectors, are read once, here, from `first_code` on. Zero points of the rows are
    /// at multiples of `zero_point_stride`, if there are any.
    /// @throws std::bad_alloc
    packed_rows_product(isa level, const halfulp::detail::packed_lines& rows, const integer_source& x,
                        std::size_t first_code = 0, const std::int32_t* zero_points = nullptr,
                        std::size_t zero_point_stride = 0)
        : level_(level),
          rows_(rows),
          left_(transform_of(rows.format, false)),
          right_(transform_of(x.format, true)),
          zero_points_(zero_points),
          zero_point_stride_(zero_point_stride),
          vectors_(x.lines),
          reads_packed_(reads_packed(level, rows)) {
        const int bits = rows.format.bits();
        const bool divides = 8 % bits == 0;
        fields_ = reads_packed_ && divides ? static_cast<std::size_t>(8 / bits) : 1;
        chunk_bytes_ = !reads_packed_ || divides ? 64 : 8 * static_cast<std::size_t>(bits);
        const std::size_t chunk_codes = 64 * fields_;
        const std::size_t chunks = (rows.length + chunk_codes - 1) / chunk_codes;
        x_stride_ = chunks * chunk_codes;
        auto* const memory =
            static_cast<std::uint8_t*>(workspace_.reserve((vectors_ + 2) * x_stride_ + 2 * block));
        x_ = memory;
        std::uint8_t* const codes = memory + (vectors_ + 1) * x_stride_;
        for (std::size_t v = 0; v < vectors_; ++v) {
            if (rows.length != 0)
                x.read_codes(x.object, level, v, first_code, rows.length, codes);
            std::memset(codes + rows.length, right_.flip, x_stride_ + block - rows.length);
            const std::uint32_t sum = HALFULP_SIMD_SELECT(level, shift_codes)(
                codes, codes, x_stride_, right_.flip, right_.subtrahend, nullptr);
            std::memset(codes + rows.length, 0, x_stride_ - rows.length);
            x_sums_[v] = sum - static_cast<std::uint32_t>(rows.length) * right_.subtrahend;
            offsets_[v] = static_cast<std::uint32_t>(right_.offset);
            if (x.zero_points != nullptr)
                offsets_[v] += static_cast<std::uint32_t>(x.zero_points[v * x.line_stride]);
            with_code_sums_ = with_code_sums_ || offsets_[v] != 0;
            arrange(codes, x_ + v * x_stride_);
        }
        if (with_code_sums_) {  // of each row, as the product with a vector of ones
            std::memset(codes, 1, rows.length);
            std::memset(codes + rows.length, 0, x_stride_ - rows.length);
            arrange(codes, x_ + vectors_ * x_stride_);
        }
    }

    std::size_t vectors() const noexcept { return vectors_; }

    static constexpr std::size_t rows_at_once = 32;
    /// integers[r · vectors() + v] = the product of row first + r and vector v, modulo 2^32, for at most rows_at_once
    /// rows.
    void run(std::size_t first, std::size_t rows, std::int32_t* integers) const noexcept {
        const std::size_t all = vectors_ + with_code_sums_;
        std::int32_t sums[rows_at_once * (most_vectors + 1)];
        std::memset(sums, 0, rows * all * sizeof(std::int32_t));
        multiply(first, rows, all, sums);
        const auto n = static_cast<std::uint32_t>(rows_.length);
        for (std::size_t r = 0; r < rows; ++r) {
            auto left_offset = static_cast<std::uint32_t>(left_.offset);
            if (zero_points_ != nullptr)
                left_offset += static_cast<std::uint32_t>(zero_points_[(first + r) * zero_point_stride_]);
            const std::int32_t* const of_row = sums + r * all;
            std::uint32_t row_sum = n * left_offset;
            if (with_code_sums_)
                row_sum += static_cast<std::uint32_t>(of_row[vectors_]) << left_.shift;
            for (std::size_t v = 0; v < vectors_; ++v)
                integers[r * vectors_ + v] = static_cast<std::int32_t>(
                    (static_cast<std::uint32_t>(of_row[v]) << (left_.shift + right_.shift)) +
                    offsets_[v] * row_sum + left_offset * (x_sums_[v] << right_.shift));
        }
    }

  private:
    /// From the order of the codes to that in which the fields of chunks give them.
    void arrange(const std::uint8_t* codes, std::uint8_t* to) const noexcept {
        switch (fields_) {
            case 2:
                return arrange_fields<2>(codes, to);
            case 4:
                return arrange_fields<4>(codes, to);
            case 8:
                return arrange_fields<8>(codes, to);
            default:
                std::memcpy(to, codes, x_stride_);
        }
    }
    template <std::size_t Fields>
    void arrange_fields(const std::uint8_t* codes, std::uint8_t* to) const noexcept {
        for (std::size_t chunk = 0; chunk < x_stride_; chunk += 64 * Fields)
            for (std::size_t f = 0; f < Fields; ++f)
                for (std::size_t i = 0; i < 64; ++i)
                    to[chunk + 64 * f + i] = codes[chunk + Fields * i + f];
    }

    void multiply(std::size_t first, std::size_t rows, std::size_t vectors,
                  std::int32_t* sums) const noexcept {
        packed_rows t;
        t.rows = static_cast<int>(rows);
        t.flip = left_.flip;
        t.x = x_;
        t.x_stride = static_cast<std::ptrdiff_t>(x_stride_);
        t.vectors = static_cast<int>(vectors);
        t.sums = sums;
        t.sums_row = static_cast<std::ptrdiff_t>(vectors);
        if (!reads_packed_) {
            constexpr std::size_t at_once = 1024;
            alignas(64) std::uint8_t codes[at_once];
            t.rows = 1;
            t.codes = codes;
            for (std::size_t r = 0; r < rows; ++r, t.sums += t.sums_row)
                for (std::size_t k = 0; k < rows_.length; k += at_once) {
                    const std::size_t part = at_once < rows_.length - k ? at_once : rows_.length - k;
                    read_codes(level_, rows_, first + r, k, part, codes);
                    t.chunks = whole_blocks(part) / 64;
                    t.x = x_ + k;
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
        constexpr std::size_t most_together = 8;
        t.rows_follow = first + rows + most_together <= rows_.lines;
        multiply_rows(t);
        if (whole * chunk_bytes_ == row_bytes)
            return;
        alignas(64) std::uint8_t rest[rows_at_once][64] = {};
        for (std::size_t r = 0; r < rows; ++r)
            std::memcpy(rest[r], line + r * rows_.line_stride + whole * chunk_bytes_,
                        row_bytes - whole * chunk_bytes_);
        t.codes = rest[0];
        t.stride = 64;
        t.rows_follow = false;
        t.chunks = 1;
        t.x = x_ + whole * fields_ * 64;
        multiply_rows(t);
    }

    isa level_;
    halfulp::detail::packed_lines rows_;
    code_transform left_, right_;
    const std::int32_t* zero_points_;
    std::size_t zero_point_stride_;
    std::size_t vectors_;
    bool reads_packed_;
    bool with_code_sums_ = false;
    std::size_t fields_ = 1;
    std::size_t chunk_bytes_ = 64;
    std::size_t x_stride_ = 0;
    workspace workspace_;
    std::uint8_t* x_ = nullptr;
    std::uint32_t x_sums_[most_vectors];
    std::uint32_t offsets_[most_vectors];
};

}  // namespace simd

namespace detail {

/// Calls put(row, vector, integer) for the products of packed rows and a few vectors.
template <class Put>
void for_packed_rows(const simd::packed_rows_product& product, std::size_t rows, std::size_t length,
                     const execution::policy& policy, const Put& put) {
    constexpr std::size_t at_once = simd::packed_rows_product::rows_at_once;
    const std::size_t work_of_row = product.vectors() * length;
    for_ranges(policy, rows, at_once, 1 + (std::size_t{1} << 21) / (work_of_row + 1),
               [&](std::size_t begin, std::size_t end) {
                   const simd::default_floating_point_environment guard;
                   std::int32_t integers[at_once * simd::packed_rows_product::most_vectors];
                   for (std::size_t i = begin; i < end; i += at_once) {
                       const std::size_t count = at_once < end - i ? at_once : end - i;
                       product.run(i, count, integers);
                       for (std::size_t r = 0; r < count; ++r)
                           for (std::size_t v = 0; v < product.vectors(); ++v)
                               put(i + r, v, integers[r * product.vectors() + v]);
                   }
               });
}

/// C (+)= A·Xᵀ for contiguous packed rows of A and the lines of x, at most packed_rows_product::most_vectors. Sums of
/// products have to fit the integers of C.
/// @throws std::bad_alloc before anything is written
template <class C>
void multiply_packed_rows(simd::isa level, const packed_lines& a, const simd::integer_source& x,
                          const matrix_view<C>& c, bool accumulate, const execution::policy& policy) {
    // Stretches of k whose sums fit 32 bits, whatever the formats; into 32 bits there is one.
    constexpr std::size_t most_codes = std::size_t{1} << 15;
    const std::size_t stretch = sizeof(C) == 4 || a.length < most_codes ? a.length : most_codes;
    bool starts_empty = !accumulate;
    std::size_t k = 0;
    do {
        packed_lines part = a;
        part.bytes += bytes_of_bits(k, a.format.bits());
        part.length = stretch < a.length - k ? stretch : a.length - k;
        const simd::packed_rows_product product(level, part, x, k);
        for_packed_rows(product, a.lines, part.length, policy,
                        [&](std::size_t i, std::size_t v, std::int32_t integer) {
                            using word = std::make_unsigned_t<C>;
                            const word before = starts_empty ? word{0} : static_cast<word>(c(i, v));
                            c(i, v) = static_cast<C>(before + static_cast<word>(static_cast<C>(integer)));
                        });
        starts_empty = false;
        k += stretch;
    } while (k < a.length);
}

/// The same where A and X have scales and zero points of their lines, in arithmetic::native<float>.
inline void multiply_scaled_packed_rows(simd::isa level, const packed_lines& a,
                                        const simd::integer_source& rows, const simd::integer_source& x,
                                        const matrix_view<float>& c, bool accumulate,
                                        const execution::policy& policy) {
    const simd::packed_rows_product product(level, a, x, 0, rows.zero_points, rows.line_stride);
    for_packed_rows(
        product, a.lines, a.length, policy, [&](std::size_t i, std::size_t v, std::int32_t integer) {
            HALFULP_STRICT_FLOATING_POINT
            const float scale = rows.scales[i * rows.line_stride] * x.scales[v * x.line_stride];
            const float sum = std::fma(static_cast<float>(integer), scale, accumulate ? c(i, v) : 0.0f);
            c(i, v) = sum == sum ? sum : std::numeric_limits<float>::quiet_NaN();
        });
}

}  // namespace detail
}  // namespace v0
}  // namespace halfulp

#endif

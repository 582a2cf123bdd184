// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// How kernels/packing.hpp moves lines of codes: in pieces of some lines and some codes, each through a buffer that
/// stays in the innermost cache.

#include <halfulp/arithmetic/execution.hpp>
#include <halfulp/core/views.hpp>
#include <halfulp/formats/narrow_integer.hpp>
#include <halfulp/formats/packed.hpp>
#include <halfulp/simd/packing.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <iterator>
#include <string>
#include <type_traits>

namespace halfulp {
inline namespace v0 {

/// How the functions of kernels/packing.hpp treat integers that the other side does not have, and how they work.
struct packing_options {
    out_of_range range = out_of_range::throws;
    execution::policy execution = execution::automatic;
};

namespace detail {

/// Codes of a piece: whole bytes of every layout, whole blocks of every fast path.
inline constexpr std::size_t packing_chunk = 12 * simd::packing_step;
static_assert(packing_chunk % simd::block == 0);
/// Lines and codes of a tile, where lines of one side run across those of the other.
inline constexpr std::size_t packing_tile_lines = simd::block;
inline constexpr std::size_t packing_tile_codes = simd::packing_step;

/// Calls body(first line, lines, first code, codes) for pieces that make up all lines, in several threads where the
/// policy says so. Pieces write no byte of each other.
template <class Body>
void for_packed_pieces(const execution::policy& policy, std::size_t lines, std::size_t length,
                       std::size_t lines_together, std::size_t codes_together, const Body& body) {
    const std::size_t rows = (lines + lines_together - 1) / lines_together;
    const std::size_t columns = (length + codes_together - 1) / codes_together;
    const std::size_t size = std::min(lines, lines_together) * std::min(length, codes_together);
    if (size == 0)
        return;
    for_ranges(policy, rows * columns, 1, simd::smallest_share / size + 1,
               [&](std::size_t begin, std::size_t end) {
                   for (std::size_t piece = begin; piece < end; ++piece) {
                       const std::size_t line = piece / columns * lines_together;
                       const std::size_t code = piece % columns * codes_together;
                       body(line, std::min(lines_together, lines - line), code,
                            std::min(codes_together, length - code));
                   }
               });
}

/// Whether a value of V can be one that T lacks: by its type, or as the code 3 of ternary in base_3.
template <class V, class T, packed_layout Layout>
constexpr bool may_be_out_of_range() noexcept {
    if constexpr (std::is_same_v<V, T>)
        return is_ternary<T>() && Layout == packed_layout::base_3;
    else
        return !contains(integer_format_of<T>, integer_format_of<V>);
}
template <class T, class V>
constexpr bool is_in_range(V v) noexcept {
    if constexpr (std::is_same_v<V, T>)
        return v.is_valid();
    else
        return has_value(integer_format_of<T>, integer_value_of(v));
}
template <class T, class V>
[[noreturn]] void throw_out_of_range(const char* function, const char* name, V v, std::size_t line,
                                     std::size_t k) {
    throw_argument_error<value_error>(
        function, "code " + std::to_string(k) + " of line " + std::to_string(line) + " of " + name,
        text_of(integer_value_of(v)), range_of(integer_format_of<T>));
}

/// The code of a value, of the nearest that T has.
template <class T, class V>
constexpr std::uint64_t packed_code_of(V v) noexcept {
    if constexpr (std::is_same_v<V, T>)
        return static_cast<std::uint64_t>(v.to_bits());
    else
        return static_cast<std::uint64_t>(T::saturated(v).to_bits());
}
/// The value of a code, or the nearest that V has.
template <class V, class T>
constexpr V value_of_packed(T x) noexcept {
    if constexpr (std::is_same_v<V, T>)
        return x;
    else
        return static_cast<V>(nearest_value(integer_format_of<V>, integer_value_of(x)).word);
}

/// The values of all codes of T, which has at most eight bits.
template <class V, class T>
struct values_of_codes {
    V values[std::size_t{1} << T::format.bits()];
    values_of_codes() noexcept {
        for (std::size_t code = 0; code < std::size(values); ++code)
            values[code] = value_of_packed<V>(T::from_bits(static_cast<std::uint8_t>(code)));
    }
};

/// A byte of V to the code of T and back, as simd::map_values and map_bytes do it.
template <class T, class V>
struct byte_map {
    static constexpr bool exists = false;
};
template <formatted_integer T, standard_integer V>
requires(sizeof(V) == 1 && T::format.bits() <= 8) struct byte_map<T, V> {
    static constexpr integer_format format = integer_format_of<T>;
    static constexpr bool is_bipolar = format.encoding == integer_encoding::bipolar;
    /// Integers of one byte; bipolar ones of eight bits need nine.
    static constexpr bool exists =
        sizeof(V) == 1 && format.bits() <= 8 && !(is_bipolar && format.bits() == 8);
    static constexpr auto mask = static_cast<std::uint8_t>(format.code_mask());
    /// What the code of the value 0 would be, before the halving of a bipolar one.
    static constexpr std::uint8_t value_offset =
        is_bipolar ? mask : static_cast<std::uint8_t>(format.encoding == integer_encoding::ternary);
    static constexpr std::uint8_t flipped = format.encoding == integer_encoding::two_complement
                                                ? static_cast<std::uint8_t>(1u << (format.bits() - 1))
                                                : 0;
    static constexpr auto code_offset = static_cast<std::uint8_t>(0u - flipped - value_offset);
    /// The bytes of V that T has are those from `lowest`, `reach` further, in steps of format.step().
    static constexpr auto lowest =
        static_cast<std::uint8_t>(nearest_value(format, smallest_value(integer_format_of<V>)).word);
    static constexpr std::uint8_t reach =
        static_cast<std::uint8_t>(std::min(format.maximum(), integer_format_of<V>.maximum()) - lowest);
};

/// The source of pack: any view, its rows being the lines.
template <class V, class T, packed_layout Layout>
class values_to_pack {
  public:
    values_to_pack(simd::isa level, const matrix_view<const V>& values) noexcept
        : level_(level), values_(values) {}

    /// @throws value_error  if T lacks a value
    void require_in_range(const char* function) const {
        if constexpr (may_be_out_of_range<V, T, Layout>())
            for (std::size_t line = 0; line < values_.rows(); ++line)
                for (std::size_t k = quick_check(line); k < values_.columns(); ++k)
                    if (!is_in_range<T>(values_(line, k)))
                        throw_out_of_range<T>(function, "values", values_(line, k), line, k);
    }

    /// Codes of a piece of a line, then zeros up to whole blocks: in `buffer`, or where they are.
    const std::uint8_t* read(std::size_t line, std::size_t first, std::size_t count, bool all_in_range,
                             std::uint8_t* buffer) const noexcept {
        const vector_view<const V> row = values_.row(line);
        std::size_t done = 0;
        if constexpr (sizeof(V) == 1)
            if (row.stride() == 1 && level_ != simd::isa::plain) {
                const auto* const bytes = reinterpret_cast<const std::uint8_t*>(row.data()) + first;
                [[maybe_unused]] const std::size_t whole = count / simd::block * simd::block;
                if constexpr (std::is_same_v<V, T>) {
                    if (whole == count)
                        return bytes;
                    std::memcpy(buffer, bytes, count);
                    done = count;
                }
#if HALFULP_HAS_SIMD
                else if constexpr (byte_map<T, V>::exists)
                    if (all_in_range) {
                        using map = byte_map<T, V>;
                        HALFULP_SIMD_SELECT(level_, map_values)
                        (bytes, buffer, whole, map::value_offset, map::is_bipolar, map::mask);
                        done = whole;
                    }
#endif
            }
        (void)all_in_range;
        for (; done < count; ++done)
            buffer[done] = static_cast<std::uint8_t>(packed_code_of<T>(row[first + done]));
        std::memset(buffer + count, 0, simd::whole_blocks(count) - count);
        return buffer;
    }

    /// Whether all of T's values suffice for these, as far as a quick look tells.
    bool are_in_range() const noexcept {
        if constexpr (may_be_out_of_range<V, T, Layout>())
            for (std::size_t line = 0; line < values_.rows(); ++line)
                for (std::size_t k = quick_check(line); k < values_.columns(); ++k)
                    if (!is_in_range<T>(values_(line, k)))
                        return false;
        return true;
    }

  private:
    /// How many values at the beginning of a line are known to be in range.
    std::size_t quick_check([[maybe_unused]] std::size_t line) const noexcept {
#if HALFULP_HAS_SIMD
        if constexpr (std::is_same_v<V, T> || byte_map<T, V>::exists) {
            std::uint8_t lowest = 0, reach = 2, step_bits = 0;  // codes of ternary numbers
            if constexpr (!std::is_same_v<V, T>) {
                lowest = byte_map<T, V>::lowest;
                reach = byte_map<T, V>::reach;
                step_bits = byte_map<T, V>::is_bipolar;
            }
            const vector_view<const V> row = values_.row(line);
            const std::size_t whole = row.size() / simd::block * simd::block;
            if (level_ != simd::isa::plain && row.stride() == 1 &&
                !HALFULP_SIMD_SELECT(level_, any_out_of_range)(
                    reinterpret_cast<const std::uint8_t*>(row.data()), whole,
                    static_cast<std::uint8_t>(0u - lowest), reach, step_bits))
                return whole;
        }
#endif
        return 0;
    }

    simd::isa level_;
    matrix_view<const V> values_;
};

/// The upper halves of rows i and the lower ones of rows i + Distance, for i without the bit Distance: a step of
/// transpose_8_by_8.
template <int Distance>
inline void exchange_halves(std::uint64_t (&rows)[8], std::uint64_t lower) noexcept {
    constexpr int shift = 8 * Distance;
    const auto exchange = [lower](std::uint64_t& x, std::uint64_t& y) {
        const std::uint64_t both = ((x >> shift) ^ y) & lower;
        x ^= both << shift;
        y ^= both;
    };
    constexpr int next = Distance == 1 ? 2 : 1, last = Distance == 4 ? 2 : 4;
    exchange(rows[0], rows[Distance]);
    exchange(rows[next], rows[next + Distance]);
    exchange(rows[last], rows[last + Distance]);
    exchange(rows[next + last], rows[next + last + Distance]);
}

/// to(j, i) = from(i, j) for a square of bytes in rows that are `from_row` and `to_row` bytes apart, in three exchanges
/// of halves; for processors that store the lowest byte first.
inline void transpose_8_by_8(const std::uint8_t* from, std::size_t from_row, std::uint8_t* to,
                             std::size_t to_row) noexcept {
    std::uint64_t rows[8];
    for (std::size_t i = 0; i < 8; ++i)
        std::memcpy(&rows[i], from + i * from_row, 8);
    exchange_halves<4>(rows, 0x00000000ffffffffu);
    exchange_halves<2>(rows, 0x0000ffff0000ffffu);
    exchange_halves<1>(rows, 0x00ff00ff00ff00ffu);
    for (std::size_t i = 0; i < 8; ++i)
        std::memcpy(to + i * to_row, &rows[i], 8);
}

/// Codes of a piece of a line into elements of V, the row being the line.
template <class T, class V>
void write_values([[maybe_unused]] simd::isa level, const packed_lines& from, std::size_t line,
                  std::size_t first, std::size_t count, const vector_view<V>& to,
                  const values_of_codes<V, T>& table, std::uint8_t* buffer) noexcept {
    using map = byte_map<T, V>;
    constexpr bool is_byte = [] {
        if constexpr (std::is_same_v<V, T>)
            return sizeof(V) == 1;
        else if constexpr (map::exists)
            return contains(integer_format_of<V>, T::format);
        else
            return false;
    }();
    std::size_t done = 0;
#if HALFULP_HAS_SIMD
    if constexpr (is_byte)
        if (to.stride() == 1 && level != simd::isa::plain) {
            done = count / simd::block * simd::block;
            auto* const bytes = reinterpret_cast<std::uint8_t*>(to.data()) + first;
            simd::read_codes(level, from, line, first, done, bytes);
            if constexpr (!std::is_same_v<V, T>)
                HALFULP_SIMD_SELECT(level, map_bytes)
            (bytes, bytes, done, map::flipped, map::is_bipolar, map::code_offset);
        }
#endif
    (void)is_byte;
    simd::read_codes(level, from, line, first + done, count - done, buffer);
    for (std::size_t i = done; i < count; ++i)
        to[first + i] = table.values[buffer[i - done]];
}

}  // namespace detail
}  // namespace v0
}  // namespace halfulp

// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// From lines of integers to what the tiles of integer products read, with the sums of codes that put the integers
/// right (see simd/integer_tiles.hpp).

#include <halfulp/simd/integer_tiles.hpp>
#include <halfulp/simd/packing.hpp>

namespace halfulp {
inline namespace v0 {
namespace simd {

/// For the four codes t of each 16-byte part of a register, which lie together there: code t of part p in the bytes of
/// that part; and all ones in byte n where bit t of n is set.
struct lookup_place_table {
    alignas(64) std::uint8_t codes[4][64];
    alignas(64) std::uint8_t bits[4][64];
};
inline constexpr lookup_place_table lookup_places = [] {
    lookup_place_table t{};
    for (int code = 0; code < 4; ++code)
        for (int i = 0; i < 64; ++i) {
            t.codes[code][i] = static_cast<std::uint8_t>(4 * (i / 16) + code);
            t.bits[code][i] = (i >> code & 1) != 0 ? 0xff : 0;
        }
    return t;
}();

}  // namespace simd
}  // namespace v0
}  // namespace halfulp

#define HALFULP_FAMILY_TEXT <halfulp/simd/family/integer_operands.hpp>
#include <halfulp/simd/for_each_family.hpp>

#if HALFULP_HAS_SIMD

namespace halfulp {
inline namespace v0 {
namespace simd {

/// Lines of integers of at most 8 bits, wherever they come from; `read_codes` puts codes first … first + count − 1 of
/// a line as bytes into `to`, which has room for `count` rounded up to 64. `read_planes`, where there is one, does
/// the same with bit planes: whole words, zeros behind the last code.
struct integer_source {
    integer_format format{};
    std::size_t lines = 0;
    std::size_t length = 0;
    const void* object = nullptr;
    void (*read_codes)(const void* object, isa level, std::size_t line, std::size_t first, std::size_t count,
                       std::uint8_t* to) noexcept = nullptr;
    void (*read_planes)(const void* object, isa level, std::size_t line, std::size_t first, std::size_t count,
                        std::uint32_t* to, std::size_t plane_stride) noexcept = nullptr;
    const std::uint8_t* bytes = nullptr;  ///< the codes themselves where they are bytes in memory, or null
    std::ptrdiff_t byte_stride = 0;       ///< from a line to the next
    const halfulp::detail::packed_lines* packed = nullptr;  ///< what the lines are as they lie, or null
    /// Of line l and code k at l · line_stride + k / group_size · group_stride, or null: real = scale · (integer + zero
    /// point).
    const float* scales = nullptr;
    const std::int32_t* zero_points = nullptr;
    std::size_t line_stride = 0;
    std::size_t group_stride = 0;
    std::size_t group_size = 1;
};

/// integer = 2^shift · ((code ^ flip) − subtrahend) + offset.
struct code_transform {
    std::uint8_t flip = 0;
    std::uint8_t subtrahend = 0;
    int shift = 0;
    std::int32_t offset = 0;
};

/// The transform to unsigned codes, or to bytes with a sign.
constexpr code_transform transform_of(const integer_format& f, bool to_signed_bytes) noexcept {
    const int half = 1 << (f.width - 1);
    switch (f.encoding) {
        case integer_encoding::two_complement:
            return to_signed_bytes ? code_transform{static_cast<std::uint8_t>(half),
                                                    static_cast<std::uint8_t>(half), 0, 0}
                                   : code_transform{static_cast<std::uint8_t>(half), 0, 0, -half};
        case integer_encoding::bipolar:
            return to_signed_bytes ? code_transform{0, static_cast<std::uint8_t>(half), 1, 1}
                                   : code_transform{0, 0, 1, -(2 * half - 1)};
        case integer_encoding::ternary:
            return to_signed_bytes ? code_transform{0, 1, 0, 0} : code_transform{0, 0, 0, -1};
        default:
            return to_signed_bytes && f.width == 8 ? code_transform{0, 128, 0, 128} : code_transform{};
    }
}

/// What a scheme makes of a stretch of codes.
struct operand_shape {
    std::size_t unit = 4;         ///< codes; every group is filled up with zeros to whole units
    std::size_t left_words = 1;   ///< a unit, plane and row
    std::size_t right_words = 1;  ///< a unit, plane and column
    std::size_t steps = 1;        ///< of a tile, a unit
};
constexpr operand_shape shape_of_operands(integer_scheme scheme) noexcept {
    switch (scheme) {
        case integer_scheme::byte_dot:
            return {4, 1, 1, 1};
        case integer_scheme::bit_serial:
            return {32, 1, 1, 1};
        case integer_scheme::table_lookup:
            return {32, 32, 2, 8};
        default:
            return {2, 1, 1, 1};
    }
}

/// The groups of a stretch of codes, of which the last may be shorter.
struct code_groups {
    std::size_t first = 0;  ///< the code in a line with which they begin
    std::size_t size = 1;   ///< of a group
    std::size_t count = 0;  ///< of codes in all

    constexpr std::size_t groups() const noexcept { return (count + size - 1) / size; }
    constexpr std::size_t size_of(std::size_t g) const noexcept {
        return size < count - g * size ? size : count - g * size;
    }
};

/// Where the sums of codes go: that of each group of a line. Codes are counted from the first of the groups.
struct code_sums {
    std::int32_t* sums = nullptr;
    std::size_t stride = 0;  ///< from a group to the next
    std::size_t group = 1;   ///< codes
    std::size_t first = 0;   ///< the code that is number 0 below

    code_sums from(std::size_t k) const noexcept { return {sums, stride, group, first + k}; }
    code_sums of_group(std::size_t q, std::size_t codes) const noexcept {
        return {sums + q * stride, 0, codes, 0};
    }
    /// The code after the last one of code k's group.
    std::size_t end(std::size_t k) const noexcept { return ((first + k) / group + 1) * group - first; }
    void add(std::size_t k, std::uint32_t sum) const noexcept {
        std::int32_t& to = sums[(first + k) / group * stride];
        to = static_cast<std::int32_t>(static_cast<std::uint32_t>(to) + sum);
    }
};

/// Packs stretches of lines of one operand: all groups of a plane, then the next plane. Memory that a thread needs on
/// the way is its own.
class integer_packer {
  public:
    integer_packer(isa level, integer_scheme scheme, const integer_source& source, bool is_left) noexcept
        : level_(level),
          scheme_(scheme),
          source_(source),
          shape_(shape_of_operands(scheme)),
          words_(is_left ? shape_.left_words : shape_.right_words),
          transform_(transform_of(source.format, is_left && scheme == integer_scheme::byte_dot)),
          planes_(scheme == integer_scheme::bit_serial || (scheme == integer_scheme::table_lookup && !is_left)
                      ? source.format.bits()
                      : 1) {}

    const integer_source& source() const noexcept { return source_; }
    const code_transform& transform() const noexcept { return transform_; }
    int planes() const noexcept { return planes_; }
    /// Words that a group takes of a plane of a line, and all groups.
    std::size_t group_words(std::size_t codes) const noexcept { return units(codes) * words_; }
    std::size_t plane_words(const code_groups& g) const noexcept {
        return (g.groups() - 1) * group_words(g.size) + group_words(g.size_of(g.groups() - 1));
    }
    std::size_t line_words(const code_groups& g) const noexcept {
        return plane_words(g) * static_cast<std::size_t>(planes_);
    }
    /// Steps of a tile.
    std::size_t steps(std::size_t codes) const noexcept { return units(codes) * shape_.steps; }
    /// Words behind a row on the left that packing may write, as it writes whole blocks of codes.
    static constexpr std::size_t row_slack = 32;
    /// The same behind a packed block.
    static constexpr std::size_t slack = 4096;

    /// A line as a row on the left; the sums of its codes are added to `sums`.
    void pack_left(std::size_t line, const code_groups& g, std::uint32_t* to,
                   const code_sums& sums) const noexcept {
        const std::size_t plane_stride = plane_words(g);
        for_seamless_parts(g, [&](std::size_t q, std::size_t first, std::size_t count) {
            pack_row(line, first, count, to + q * group_words(g.size), plane_stride,
                     is_seamless(g) ? sums : sums.of_group(q, count));
        });
    }

    /// A panel of `columns` lines from `line` on, of which `present` are there; the sums of the codes of column c are
    /// added to those of `sums`, c further on.
    void pack_right(std::size_t line, std::size_t present, std::size_t columns, const code_groups& g,
                    std::uint32_t* to, const code_sums& sums) const noexcept {
        const std::size_t plane_stride = plane_words(g) * columns;
        for_seamless_parts(g, [&](std::size_t q, std::size_t first, std::size_t count) {
            pack_panel(line, present, columns, first, count, to + q * group_words(g.size) * columns,
                       plane_stride, is_seamless(g) ? sums : sums.of_group(q, count));
        });
    }

  private:
    static constexpr std::size_t codes_at_once = 1024;

    std::size_t units(std::size_t codes) const noexcept { return (codes + shape_.unit - 1) / shape_.unit; }

    /// True if the groups lie behind each other as the codes of one group would, so that a line is packed in one go.
    /// Sums are made of eight codes each.
    bool is_seamless(const code_groups& g) const noexcept {
        return g.size % (shape_.unit < 8 ? 8 : shape_.unit) == 0 || g.groups() == 1;
    }
    /// Calls pack(first group, first code, codes).
    template <class Pack>
    void for_seamless_parts(const code_groups& g, const Pack& pack) const noexcept {
        if (is_seamless(g))
            return pack(0, g.first, g.count);
        for (std::size_t q = 0; q < g.groups(); ++q)
            pack(q, g.first + q * g.size, g.size_of(q));
    }

    void pack_row(std::size_t line, std::size_t first, std::size_t count, std::uint32_t* to,
                  std::size_t plane_stride, const code_sums& sums) const noexcept {
        if (scheme_ == integer_scheme::bit_serial)
            return pack_planes(line, first, count, to, plane_stride, sums);
        for (std::size_t k = 0; k < count; k += codes_at_once) {
            const std::size_t part = codes_at_once < count - k ? codes_at_once : count - k;
            std::uint32_t* const place = to + k / shape_.unit * shape_.left_words;
            if (scheme_ == integer_scheme::table_lookup) {
                alignas(64) std::uint8_t codes[codes_at_once];
                read(line, first + k, part, codes, sums.from(k));
                HALFULP_SIMD_SELECT(level_, make_tables)
                (codes, reinterpret_cast<std::uint8_t*>(place), units(part) * shape_.unit / 4);
            } else {
                pack_codes(line, first + k, part, place, sums.from(k));
            }
        }
    }

    void pack_panel(std::size_t line, std::size_t present, std::size_t columns, std::size_t first,
                    std::size_t count, std::uint32_t* to, std::size_t plane_stride,
                    const code_sums& sums) const noexcept {
        thread_local workspace memory;
        const bool with_planes =
            scheme_ == integer_scheme::bit_serial || scheme_ == integer_scheme::table_lookup;
        const std::size_t plane_words = with_planes ? codes_at_once / 32 : codes_at_once / shape_.unit;
        const std::size_t line_words = plane_words * static_cast<std::size_t>(planes_) + row_slack;
        const auto lines = static_cast<std::uint32_t*>(
            memory.reserve((columns * (line_words + plane_words) + 64) * sizeof(std::uint32_t)));
        std::uint32_t* const turned = lines + columns * line_words;
        if (present < columns)
            std::memset(lines + present * line_words, 0,
                        (columns - present) * line_words * sizeof(std::uint32_t));
        for (std::size_t k = 0; k < count; k += codes_at_once) {
            const std::size_t part = codes_at_once < count - k ? codes_at_once : count - k;
            for (std::size_t c = 0; c < present; ++c) {
                std::uint32_t* const place = lines + c * line_words;
                code_sums of_column = sums.from(k);
                of_column.sums += c;
                if (with_planes)
                    pack_planes(line + c, first + k, part, place, plane_words, of_column);
                else
                    pack_codes(line + c, first + k, part, place, of_column);
            }
            const std::size_t words = with_planes ? (part + 31) / 32 : units(part);
            for (int p = 0; p < planes_; ++p) {
                const std::uint32_t* const from = lines + static_cast<std::size_t>(p) * plane_words;
                std::uint32_t* const place = to + static_cast<std::size_t>(p) * plane_stride +
                                             k / shape_.unit * shape_.right_words * columns;
                const bool is_direct = scheme_ != integer_scheme::table_lookup && words % 4 == 0;
                std::uint32_t* const target = is_direct ? place : turned;
                HALFULP_SIMD_SELECT(level_, transpose<std::uint32_t>)
                (from, static_cast<std::ptrdiff_t>(line_words), target, static_cast<std::ptrdiff_t>(columns),
                 columns, (words + 3) / 4 * 4);
                if (scheme_ == integer_scheme::table_lookup)
                    HALFULP_SIMD_SELECT(level_, make_indices)
                (turned, reinterpret_cast<std::uint8_t*>(place), words);
                else if (!is_direct) std::memcpy(place, turned, words * columns * sizeof(std::uint32_t));
            }
        }
    }

    /// Codes as they are; sources are fast from multiples of a block on, and groups may begin elsewhere.
    void read_codes(std::size_t line, std::size_t first, std::size_t count,
                    std::uint8_t* codes) const noexcept {
        const std::size_t before = first % block;
        if (before == 0)
            return source_.read_codes(source_.object, level_, line, first, count, codes);
        alignas(64) std::uint8_t blocks[codes_at_once + block];
        source_.read_codes(source_.object, level_, line, first - before, before + count, blocks);
        std::memcpy(codes, blocks + before, count);
    }
    /// At most codes_at_once codes as the scheme has them, zeros up to a multiple of 64.
    void read(std::size_t line, std::size_t first, std::size_t count, std::uint8_t* codes,
              const code_sums& sums) const noexcept {
        const std::uint8_t* from = codes;
        if (source_.bytes != nullptr && count % block == 0)
            from = source_.bytes + static_cast<std::ptrdiff_t>(line) * source_.byte_stride + first;
        else
            read_codes(line, first, count, codes);
        const std::size_t padded = whole_blocks(count);
        if (padded != count)
            std::memset(codes + count, transform_.flip, padded - count);
        constexpr std::size_t eight = 8;
        std::uint64_t sums_of_eight[codes_at_once / eight];
        const bool is_one = sums.end(0) >= count;
        const std::uint32_t sum = HALFULP_SIMD_SELECT(level_, shift_codes)(
            from, codes, padded, transform_.flip, transform_.subtrahend, is_one ? nullptr : sums_of_eight);
        if (padded != count)
            std::memset(codes + count, 0, padded - count);
        const auto add = [&](std::size_t k, std::size_t end, std::uint32_t unsigned_sum) {
            sums.add(k, unsigned_sum - static_cast<std::uint32_t>(end - k) * transform_.subtrahend);
        };
        if (is_one)
            return add(0, count, sum);
        for (std::size_t k = 0, end = 0; k < count; k = end) {
            end = sums.end(k) < count ? sums.end(k) : count;
            std::uint64_t of_group = 0;
            for (std::size_t i = k / eight; i < (end + eight - 1) / eight; ++i)
                of_group += sums_of_eight[i];
            add(k, end, static_cast<std::uint32_t>(of_group));
        }
    }
    /// Codes as words of a dot product, bytes or 16 bits each; zeros may follow up to whole blocks.
    void pack_codes(std::size_t line, std::size_t first, std::size_t count, std::uint32_t* to,
                    const code_sums& sums) const noexcept {
        if (scheme_ == integer_scheme::byte_dot)
            return read(line, first, count, reinterpret_cast<std::uint8_t*>(to), sums);
        alignas(64) std::uint8_t codes[codes_at_once];
        read(line, first, count, codes, sums);
        HALFULP_SIMD_SELECT(level_, widen_codes)
        (codes, reinterpret_cast<std::uint16_t*>(to), whole_blocks(count));
    }
    /// Bit planes of the unsigned codes, plane p from to + p · stride on.
    void pack_planes(std::size_t line, std::size_t first, std::size_t count, std::uint32_t* to,
                     std::size_t stride, const code_sums& sums) const noexcept {
        constexpr std::size_t word = 32;
        const int planes = source_.format.bits();
        const std::size_t words = (count + word - 1) / word;
        if (source_.read_planes != nullptr && first % block == 0) {
            source_.read_planes(source_.object, level_, line, first, count, to, stride);
        } else {
            alignas(64) std::uint8_t codes[codes_at_once];
            for (std::size_t k = 0; k < count; k += codes_at_once) {
                const std::size_t part = codes_at_once < count - k ? codes_at_once : count - k;
                read_codes(line, first + k, part, codes);
                std::memset(codes + part, 0, whole_blocks(part) - part);
                codes_to_planes<true>(level_, codes, (part + word - 1) / word, planes,
                                      reinterpret_cast<std::uint8_t*>(to + k / word),
                                      stride * sizeof(std::uint32_t), sizeof(std::uint32_t));
            }
        }
        for (int p = 0; p < planes; ++p) {
            std::uint32_t* const plane = to + static_cast<std::size_t>(p) * stride;
            if ((transform_.flip >> p & 1) != 0) {
                for (std::size_t w = 0; w < words; ++w)
                    plane[w] = ~plane[w];
                if (count % word != 0)
                    plane[words - 1] &= (std::uint32_t{1} << count % word) - 1;
            }
            for (std::size_t k = 0, end = 0; k < count; k = end) {
                end = sums.end(k) < count ? sums.end(k) : count;
                const std::size_t begin_word = k / word, end_word = (end + word - 1) / word;
                sums.add(
                    k, HALFULP_SIMD_SELECT(level_, count_set_bits)(plane + begin_word, end_word - begin_word)
                           << p);
            }
        }
    }

    isa level_;
    integer_scheme scheme_;
    const integer_source& source_;
    operand_shape shape_;
    std::size_t words_;  ///< of a unit, plane and line
    code_transform transform_;
    int planes_;
};

}  // namespace simd
}  // namespace v0
}  // namespace halfulp

#endif

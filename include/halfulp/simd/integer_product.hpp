// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// Products of integer matrices by the schemes of kernels/integer_plan.hpp: stretches of k are packed, tiles pass
/// over them, and what a tile sums up becomes elements of C while it is in the first-level cache.
///
/// Integers are exact, so blocks of k may come in any order. Scaled results are chains over the groups, ascending.

#include <halfulp/simd/integer_operands.hpp>
#include <halfulp/simd/matvec_native.hpp>

#if HALFULP_HAS_SIMD

namespace halfulp {
inline namespace v0 {
namespace simd {

/// What C holds.
enum class integer_result_kind : unsigned char {
    integers,       ///< int32
    wide_integers,  ///< int64
    scaled,         ///< float: a chain over the groups
    scaled_once     ///< float: the one group's exact value, rounded once
};

/// Elements of C in memory; strides in elements.
struct integer_output {
    void* data = nullptr;
    std::ptrdiff_t row = 0;
    std::ptrdiff_t column = 1;
};

class integer_product {
  public:
    /// Groups of `group` codes have scales and zero points of their own; integers have one group.
    integer_product(isa level, integer_scheme scheme, const integer_source& left, const integer_source& right,
                    std::size_t depth, std::size_t group, integer_result_kind kind) noexcept
        : level_(level),
          engine_(engine_of(scheme, level)),
          left_(level, scheme, left, true),
          right_(level, scheme, right, false),
          depth_(depth),
          kind_(kind) {
        // Integers are added up in memory between stretches of k that fit the caches; scaled sums begin anew with
        // each group, however long it is.
        constexpr std::size_t most_codes = 8192;
        const bool is_scaled =
            kind == integer_result_kind::scaled || kind == integer_result_kind::scaled_once;
        group_ = is_scaled ? group : depth < most_codes ? depth : most_codes;
        stretch_ = is_scaled && group < most_codes ? most_codes / group * group : group_;
        finish_ = kind == integer_result_kind::integers ? HALFULP_SIMD_SELECT(level, finish_integers)
                  : kind == integer_result_kind::wide_integers
                      ? HALFULP_SIMD_SELECT(level, finish_wide_integers)
                  : kind == integer_result_kind::scaled ? HALFULP_SIMD_SELECT(level, finish_scaled)
                                                        : HALFULP_SIMD_SELECT(level, finish_scaled_once);
        shift_ = left_.transform().shift + right_.transform().shift;
        if (scheme == integer_scheme::table_lookup) {
            const std::size_t largest = std::size_t{4} * ((std::size_t{1} << left.format.bits()) - 1);
            steps_in_bytes_ = 255 / largest;
            steps_in_16_bits_ = 65535 / largest;
        }
    }

    /// The part of C from (first_row, first_column) of that size. Uses the calling thread's workspace.
    /// @throws std::bad_alloc before anything is written
    void run(std::size_t first_row, std::size_t first_column, std::size_t rows, std::size_t columns,
             const integer_output& out, bool starts_empty) const {
        const std::size_t stretch = stretch_ < depth_ ? stretch_ : depth_;
        const code_groups whole{0, group_, stretch};
        const std::size_t groups = whole.groups();
        const auto tile_columns = static_cast<std::size_t>(engine_.columns);
        // Rows of the left block and panels of the right one, by the bytes that they take.
        constexpr std::size_t left_bytes = std::size_t{384} << 10, right_bytes = std::size_t{4} << 20;
        const std::size_t left_row = left_.line_words(whole) + integer_packer::row_slack;
        const std::size_t column_words = right_.line_words(whole);
        // A multiple of all tiles' rows, and of the squares in which C is turned.
        const std::size_t block_rows = block_of(rows, 4 * most_tile_rows, left_bytes / 4 / left_row);
        const std::size_t block_columns =
            block_of(columns, tile_columns, right_bytes / 4 / (column_words == 0 ? 1 : column_words));

        thread_local workspace memory;
        const std::size_t term_rows = rounded_up(block_rows, 16), term_columns = block_columns;
        const std::size_t words =
            block_rows * left_row + block_columns * column_words + 2 * integer_packer::slack +
            term_arrays * groups * (term_rows + term_columns) + 2 * block_rows * tile_columns + 128;
        auto* next = static_cast<std::uint32_t*>(memory.reserve(words * sizeof(std::uint32_t)));
        const auto take = [&next](std::size_t count) {
            std::uint32_t* const place = next;
            next += rounded_up(count, 16);
            return place;
        };
        block b;
        b.left_row = left_row;
        b.column_words = column_words;
        b.right = take(block_columns * column_words + integer_packer::slack / 2);
        b.left = take(block_rows * left_row + integer_packer::slack / 2);
        b.turned = take(2 * block_rows * tile_columns);
        b.left_terms = terms_in(take(term_arrays * groups * term_rows), groups, term_rows);
        b.right_terms = terms_in(take(term_arrays * groups * term_columns), groups, term_columns);

        for (std::size_t k = 0; k < depth_; k += stretch) {
            const code_groups g{k, group_, stretch < depth_ - k ? stretch : depth_ - k};
            for (std::size_t j = 0; j < columns; j += block_columns) {
                const std::size_t width = block_columns < columns - j ? block_columns : columns - j;
                pack_right(b, g, first_column + j, width);
                for (std::size_t i = 0; i < rows; i += block_rows) {
                    const std::size_t height = block_rows < rows - i ? block_rows : rows - i;
                    pack_left(b, g, first_row + i, height);
                    complete_terms(b, g, height, width);
                    for (std::size_t panel = 0; panel < width; panel += tile_columns)
                        run_panel(b, g, panel, height,
                                  tile_columns < width - panel ? tile_columns : width - panel,
                                  element(out, i, j + panel), starts_empty && k == 0);
                }
            }
        }
    }

  private:
    static constexpr std::size_t term_arrays = 4;
    /// The terms of integer_results for all groups of a block, `stride` apart.
    struct terms {
        std::int32_t* sums = nullptr;
        std::int32_t* offsets = nullptr;
        std::int32_t* products = nullptr;  ///< what `sums` of integer_results are
        float* scales = nullptr;
        std::size_t stride = 0;
        bool same_offsets = true;  ///< in all lines and groups
    };
    struct block {
        std::uint32_t* left = nullptr;
        std::uint32_t* right = nullptr;
        std::size_t left_row = 0;
        std::size_t column_words = 0;
        terms left_terms, right_terms;
        bool is_separable = true;
        void* turned = nullptr;  ///< room for a panel of C
    };

    static terms terms_in(std::uint32_t* memory, std::size_t groups, std::size_t stride) noexcept {
        const std::size_t size = groups * stride;
        return {reinterpret_cast<std::int32_t*>(memory),
                reinterpret_cast<std::int32_t*>(memory + size),
                reinterpret_cast<std::int32_t*>(memory + 2 * size),
                reinterpret_cast<float*>(memory + 3 * size),
                stride,
                true};
    }
    static std::size_t block_of(std::size_t extent, std::size_t tile, std::size_t wanted) noexcept {
        const std::size_t whole = rounded_up(extent, tile);
        const std::size_t most = wanted < tile ? tile : wanted / tile * tile;
        return most < whole ? most : whole;
    }
    std::size_t element_size() const noexcept {
        return kind_ == integer_result_kind::wide_integers ? sizeof(std::int64_t) : sizeof(std::int32_t);
    }
    integer_output element(const integer_output& out, std::size_t i, std::size_t j) const noexcept {
        return {static_cast<unsigned char*>(out.data) +
                    (static_cast<std::ptrdiff_t>(i) * out.row + static_cast<std::ptrdiff_t>(j) * out.column) *
                        static_cast<std::ptrdiff_t>(element_size()),
                out.row, out.column};
    }

    /// From the sums of codes of lines to what they add beside them, for all groups.
    static void set_terms(const integer_packer& packer, terms& t, const code_groups& g, std::size_t place,
                          std::size_t count, std::size_t first_line) noexcept {
        const integer_source& source = packer.source();
        const int shift = packer.transform().shift;
        const auto format_offset = static_cast<std::uint32_t>(packer.transform().offset);
        const std::size_t line_stride = source.line_stride;
        for (std::size_t q = 0; q < g.groups(); ++q) {
            const std::size_t parameters =
                first_line * line_stride + (g.first + q * g.size) / source.group_size * source.group_stride;
            std::int32_t* const sums = t.sums + q * t.stride + place;
            std::int32_t* const offsets = t.offsets + q * t.stride + place;
            float* const scales = t.scales + q * t.stride + place;
            for (std::size_t i = 0; i < count; ++i)
                sums[i] = static_cast<std::int32_t>(static_cast<std::uint32_t>(sums[i]) << shift);
            for (std::size_t i = 0; i < count; ++i)
                offsets[i] = static_cast<std::int32_t>(
                    format_offset +
                    (source.zero_points == nullptr
                         ? std::uint32_t{0}
                         : static_cast<std::uint32_t>(source.zero_points[parameters + i * line_stride])));
            if (source.scales != nullptr)
                for (std::size_t i = 0; i < count; ++i)
                    scales[i] = source.scales[parameters + i * line_stride];
            if (source.zero_points != nullptr)
                for (std::size_t i = 0; i < count; ++i)
                    t.same_offsets = t.same_offsets && offsets[i] == t.offsets[0];
        }
    }
    /// Sums of the lines from `place` on, which begin with zero for `count` lines.
    static code_sums sums_from(const terms& t, const code_groups& g, std::size_t place,
                               std::size_t count) noexcept {
        for (std::size_t q = 0; q < g.groups(); ++q)
            std::memset(t.sums + q * t.stride + place, 0, count * sizeof(std::int32_t));
        return {t.sums + place, t.stride, g.size, 0};
    }

    void pack_left(block& b, const code_groups& g, std::size_t first_row, std::size_t height) const noexcept {
        terms& t = b.left_terms;
        t.same_offsets = true;
        code_sums sums = sums_from(t, g, 0, height);
        for (std::size_t r = 0; r < height; ++r, ++sums.sums)
            left_.pack_left(first_row + r, g, b.left + r * b.left_row, sums);
        set_terms(left_, t, g, 0, height, first_row);
    }
    void pack_right(block& b, const code_groups& g, std::size_t first_column,
                    std::size_t width) const noexcept {
        terms& t = b.right_terms;
        t.same_offsets = true;
        const auto tile_columns = static_cast<std::size_t>(engine_.columns);
        for (std::size_t j = 0; j < width; j += tile_columns) {
            const std::size_t present = tile_columns < width - j ? tile_columns : width - j;
            for (std::size_t q = 0; q < g.groups(); ++q) {
                std::memset(t.offsets + q * t.stride + j, 0, tile_columns * sizeof(std::int32_t));
                std::memset(t.scales + q * t.stride + j, 0, tile_columns * sizeof(float));
            }
            right_.pack_right(first_column + j, present, tile_columns, g, b.right + j * b.column_words,
                              sums_from(t, g, j, tile_columns));
            set_terms(right_, t, g, j, present, first_column + j);
        }
    }

    /// From the sums of codes to what integer_results has: n·β is added on the left; and where offsets are the same
    /// in all lines, as those of a format are, the products are made here.
    static void complete_terms(block& b, const code_groups& g, std::size_t height,
                               std::size_t width) noexcept {
        const terms& x = b.left_terms;
        const terms& y = b.right_terms;
        b.is_separable = x.same_offsets && y.same_offsets;
        for (std::size_t q = 0; q < g.groups(); ++q) {
            const auto count = static_cast<std::uint32_t>(g.size_of(q));
            for (std::size_t at = q * x.stride; at < q * x.stride + height; ++at) {
                const std::uint32_t sum = static_cast<std::uint32_t>(x.sums[at]) +
                                          count * static_cast<std::uint32_t>(x.offsets[at]);
                const std::uint32_t factor =
                    b.is_separable ? static_cast<std::uint32_t>(y.offsets[0]) : std::uint32_t{1};
                x.products[at] = static_cast<std::int32_t>(sum * factor);
            }
            for (std::size_t at = q * y.stride; at < q * y.stride + width; ++at) {
                const std::uint32_t factor =
                    b.is_separable ? static_cast<std::uint32_t>(x.offsets[0]) : std::uint32_t{1};
                y.products[at] = static_cast<std::int32_t>(static_cast<std::uint32_t>(y.sums[at]) * factor);
            }
        }
    }

    /// A panel of columns; where those are not side by side in C, in memory of its own first, a few rows at a time, so
    /// that what is written does not have to wait for memory.
    void run_panel(const block& b, const code_groups& g, std::size_t j, std::size_t height, std::size_t width,
                   const integer_output& out, bool starts_empty) const noexcept {
        if (out.column == 1)
            return run_tiles(b, g, 0, j, height, width, out, starts_empty);
        const integer_output panel{b.turned, engine_.columns, 1};
        const std::size_t most_rows = engine_.rows <= 4 ? 16 : 4 * most_tile_rows;
        for (std::size_t i = 0; i < height; i += most_rows) {
            const std::size_t rows = most_rows < height - i ? most_rows : height - i;
            const integer_output part = element(out, i, 0);
            if (!starts_empty)
                copy(part, panel, rows, width);
            run_tiles(b, g, i, j, rows, width, panel, starts_empty);
            copy(panel, part, rows, width);
        }
    }
    void copy(const integer_output& from, const integer_output& to, std::size_t height,
              std::size_t width) const noexcept {
        if (kind_ == integer_result_kind::wide_integers)
            copy_elements<std::int64_t>(from, to, height, width);
        else
            copy_elements<std::int32_t>(from, to, height, width);
    }
    template <class Element>
    void copy_elements(const integer_output& from, const integer_output& to, std::size_t height,
                       std::size_t width) const noexcept {
        const auto in = static_cast<const Element*>(from.data);
        const auto out = static_cast<Element*>(to.data);
        std::size_t done = 0;
        if constexpr (sizeof(Element) == 4)
            if (from.column == 1 && to.row == 1) {
                const std::size_t lanes = level_ == isa::avx512 ? 16 : 8;
                if (width % lanes == 0) {
                    done = height / lanes * lanes;
                    HALFULP_SIMD_SELECT(level_, turn_squares)
                    (reinterpret_cast<const float*>(in), from.row, reinterpret_cast<float*>(out), to.column,
                     done, width);
                }
            }
        for (std::size_t i = done; i < height; ++i)
            for (std::size_t j = 0; j < width; ++j) {
                const auto r = static_cast<std::ptrdiff_t>(i), c = static_cast<std::ptrdiff_t>(j);
                out[r * to.row + c * to.column] = in[r * from.row + c * from.column];
            }
    }

    /// Rows first_row … of the block and a panel of columns from j on; `out` is where they lie.
    void run_tiles(const block& b, const code_groups& g, std::size_t first_row, std::size_t j,
                   std::size_t height, std::size_t width, const integer_output& out,
                   bool starts_empty) const noexcept {
        constexpr std::size_t most_sums = 512;  // of any engine's tile
        alignas(64) std::int32_t sums[most_sums];
        alignas(64) float scaled_sums[most_sums];
        const auto tile_rows = static_cast<std::size_t>(engine_.rows);
        const auto tile_columns = static_cast<std::size_t>(engine_.columns);
        integer_tile t;
        t.left_row = static_cast<std::ptrdiff_t>(b.left_row);
        t.left_plane = static_cast<std::ptrdiff_t>(left_.plane_words(g));
        t.right_plane = static_cast<std::ptrdiff_t>(right_.plane_words(g)) * engine_.columns;
        t.left_planes = left_.planes();
        t.right_planes = right_.planes();
        t.sums = sums;
        t.sums_row = engine_.columns;
        t.steps_in_bytes = steps_in_bytes_;
        t.steps_in_16_bits = steps_in_16_bits_;
        integer_results results;
        results.sums = sums;
        results.sums_row = t.sums_row;
        results.scaled_sums = scaled_sums;
        results.starts_empty = starts_empty;
        results.ends = g.first + g.count == depth_;
        results.columns = static_cast<int>(width);
        results.shift = shift_;
        results.is_separable = b.is_separable;
        results.out_row = out.row;
        const std::size_t groups = g.groups();
        const std::size_t steps = left_.steps(g.size), last_steps = left_.steps(g.size_of(groups - 1));
        const std::size_t left_group = left_.group_words(g.size);
        const std::size_t right_group = right_.group_words(g.size) * tile_columns;
        const std::uint32_t* const panel = b.right + j * b.column_words;
        const std::size_t tiles = (height + tile_rows - 1) / tile_rows;
        for (std::size_t tile = 0, i = 0; tile < tiles; ++tile) {
            const std::size_t rows = height / tiles + (tile < height % tiles ? 1 : 0);
            t.rows = results.rows = static_cast<int>(rows);
            results.out = element(out, i, 0).data;
            for (std::size_t q = 0; q < groups; ++q) {
                t.left = b.left + (first_row + i) * b.left_row + q * left_group;
                t.right = panel + q * right_group;
                t.steps = q + 1 == groups ? last_steps : steps;
                engine_.multiply(t);
                const std::size_t x = q * b.left_terms.stride + first_row + i,
                                  y = q * b.right_terms.stride + j;
                results.left_sums = b.left_terms.products + x;
                results.left_offsets = b.left_terms.offsets + x;
                results.left_scales = b.left_terms.scales + x;
                results.right_sums = b.right_terms.products + y;
                results.right_offsets = b.right_terms.offsets + y;
                results.right_scales = b.right_terms.scales + y;
                results.is_first = q == 0;
                results.is_last = q + 1 == groups;
                finish_(results);
            }
            i += rows;
        }
    }

    isa level_;
    integer_engine engine_;
    integer_packer left_, right_;
    std::size_t depth_;
    integer_result_kind kind_;
    std::size_t group_ = 1;
    std::size_t stretch_ = 1;
    void (*finish_)(const integer_results&) noexcept = nullptr;
    int shift_ = 0;
    std::size_t steps_in_bytes_ = 1;
    std::size_t steps_in_16_bits_ = 1;
};

}  // namespace simd
}  // namespace v0
}  // namespace halfulp

#endif

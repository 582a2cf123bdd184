// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// The matrix product as all fast paths carry it out: blocks of the operands are packed into words that a
/// register tile takes one step at a time, and each tile of C is one pass over k. What a word and a step
/// are is the only thing in which the arithmetics differ.
///
/// Order: an element of C is one chain of steps, k ascending. It lives in a register during a block of k
/// and in the array of sums, unrounded, between blocks; so its bits depend neither on the blocks, nor on
/// the tile it lies in, nor on who computes the others.
///
/// A panel of B (all its steps, as many columns as a tile) stays in the second-level cache while the tiles of a block
/// of A, which stays in the third, pass it (after Goto, van de Geijn, "Anatomy of high-performance matrix
/// multiplication", ACM TOMS 34, 2008; one level further out, as deep panels touch the sums less often). Operands that lie in memory as the tile wants them are
/// not packed where that is faster.

#include <halfulp/kernels/matmul_options.hpp>
#include <halfulp/simd/array_kernels.hpp>
#include <halfulp/simd/parts_of_matrix.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <new>

namespace halfulp {
inline namespace v0 {
namespace simd {

// A step says what a word of the operands is, what a sum is, for which levels there is code, and whether C may
// end within a tile: without edges its rows have room for whole tiles, and what is behind C gets anything. All
// but the tiles themselves is compiled once for each pair of a word and a sum.

/// sum ← fma(x, y, sum) in the carrier.
template <class Carrier>
struct chain_of {
    using word = Carrier;
    using sum = Carrier;
    static constexpr bool has_avx2 = true;
    static constexpr bool has_edges = true;
};
/// The same for two products of bfloat16 a step, in float: the term in the upper half of a word comes first.
struct chain_of_pairs {
    using word = std::uint32_t;
    using sum = float;
    static constexpr bool has_avx2 = false;
    static constexpr bool has_edges = true;
};
/// sum ← sum + Σ x_i·y_i of four signed bytes of A and four unsigned bytes of B, in 32-bit integers.
struct sum_of_bytes {
    using word = std::uint32_t;
    using sum = std::int32_t;
    static constexpr bool has_avx2 = false;
    static constexpr bool has_edges = false;
};
/// The same with two signed 16-bit integers of either, whose products may not both be 2^30.
struct sum_of_halfwords {
    using word = std::uint32_t;
    using sum = std::int32_t;
    static constexpr bool has_avx2 = true;
    static constexpr bool has_edges = false;
};

/// Words of A a step; those of B are one.
template <class Step>
inline constexpr int left_words_of = 1;
template <class Step>
requires(Step::left_words > 0) inline constexpr int left_words_of<Step> = Step::left_words;

/// True if the last sums of a tile are elements of a C of their type.
template <class Step>
inline constexpr bool gives_results = Step::has_edges;
template <class Step>
requires(Step::gives_results) inline constexpr bool gives_results<Step> = true;

/// What a tile is given: strides in words and sums.
template <class Word, class Sum>
struct tile {
    const Word* a = nullptr;  ///< a row is the words of `steps` steps in a row
    std::ptrdiff_t a_row = 0;
    const Word* b = nullptr;  ///< a step is a row of words, one a column
    std::ptrdiff_t b_row = 0;
    Sum* c = nullptr;
    std::ptrdiff_t c_row = 0;
    const Sum* next_c = nullptr;  ///< of the tile below, or null
    const Word* ahead = nullptr;  ///< fetched, a line a step, for the panel that comes next
    std::ptrdiff_t ahead_step = 0;
    std::size_t steps = 0;
    int rows = 0;
    int columns = 0;                ///< of C, at most those of the tile's registers
    bool starts_empty = false;      ///< c is not read
    bool is_last = false;           ///< c gets results, not sums that go on
    const void* context = nullptr;  ///< what else the step needs
    std::size_t first_row = 0;      ///< where in the product the tile begins
    std::size_t first_column = 0;
    std::size_t first_step = 0;
};

inline constexpr int most_tile_rows = 12;

/// Registers of columns in a tile; the last one may be used in part.
enum tile_width : unsigned char { one, part_of_two, two };

template <class Word, class Sum>
struct tile_shape {
    using function = void (*)(const tile<Word, Sum>&) noexcept;
    int rows;        ///< of a full tile
    int columns;     ///< of a full tile
    bool has_edges;  ///< as the step says
    function functions[most_tile_rows][3];
    function row;  ///< one row and four times the columns, where there is one: two chains are not enough
    int left_words = 1;          ///< a step
    bool gives_results = false;  ///< the last sums are elements of a C of their type
};
template <class Step>
using shape_for = tile_shape<typename Step::word, typename Step::sum>;
template <class Step>
using tile_for = tile<typename Step::word, typename Step::sum>;

}  // namespace simd
}  // namespace v0
}  // namespace halfulp

#define HALFULP_FAMILY_TEXT <halfulp/simd/family/tiles.hpp>
#include <halfulp/simd/for_each_family.hpp>

#if HALFULP_HAS_SIMD

namespace halfulp {
inline namespace v0 {
namespace simd {

/// Memory that a thread keeps from one product to the next: getting pages from the system for each would
/// cost as much as a small product.
class workspace {
  public:
    workspace() noexcept = default;
    workspace(const workspace&) = delete;
    workspace& operator=(const workspace&) = delete;
    ~workspace() { release(); }

    /// `bytes` bytes, aligned to whole lines. What was in it is lost.
    void* reserve(std::size_t bytes) {
        if (bytes > size_) {
            release();
            memory_ = ::operator new(bytes, line);
            size_ = bytes;
        }
        return memory_;
    }

  private:
    static constexpr std::align_val_t line{64};

    // <memory> would take as long to compile as everything else that a kernel includes of the standard library.
    void release() noexcept {
        if (memory_ != nullptr)
            ::operator delete(memory_, line);
        memory_ = nullptr;
        size_ = 0;
    }

    void* memory_ = nullptr;
    std::size_t size_ = 0;
};

/// Words behind a block that packing may write: it writes whole blocks, and groups of four rows.
inline constexpr std::size_t packing_slack = 256;

/// Sums in memory.
template <class Sum>
struct sums_view {
    Sum* data;
    std::ptrdiff_t row;
};

/// The tiles of a step at a level that has them.
template <class Step>
const shape_for<Step>& shape_at(isa level) noexcept {
    if constexpr (Step::has_avx2)
        return level == isa::avx512 ? avx512::shape_of_tiles<Step> : avx2::shape_of_tiles<Step>;
    else
        return avx512::shape_of_tiles<Step>;
}

/// How an operand gets into the tiles: words in memory that they can read, or functions that pack blocks of them.
/// `lines` are the rows of A, or the columns of B. Made by `operand_of` of simd/matmul_operands.hpp.
template <class Word>
struct operand {
    const Word* lines = nullptr;  ///< in memory with the words of a line in a row, or null
    std::ptrdiff_t line_stride = 0;
    const Word* steps = nullptr;  ///< in memory with a step's words of all lines in a row, or null
    std::ptrdiff_t step_stride = 0;
    const void* reader = nullptr;
    isa level = isa::plain;
    void (*pack_left)(const operand&, std::size_t i, std::size_t rows, std::size_t k, std::size_t steps,
                      Word* to, std::size_t to_row) noexcept = nullptr;
    void (*pack_right)(const operand&, std::size_t k, std::size_t steps, std::size_t j, std::size_t columns,
                       std::size_t width, Word* to) noexcept = nullptr;
};

/// c ← (starts_empty ? 0 : c) + A·B for `rows` × `columns` sums.
template <class Word, class Sum>
class tiled_product {
    using word = Word;
    using sum = Sum;

  public:
    tiled_product(const tile_shape<Word, Sum>& shape, const operand<Word>& a, const operand<Word>& b,
                  std::size_t steps, const matmul_blocking& blocking, const void* context = nullptr) noexcept
        : a_(a),
          b_(b),
          steps_(steps),
          blocking_{at_least_one(blocking.depth), at_least_one(blocking.rows),
                    at_least_one(blocking.columns)},
          shape_(shape),
          context_(context) {}

    /// The part of C from (first_row, first_column) of that size; `c` is where it lies. Uses the calling thread's
    /// workspace.
    /// @throws std::bad_alloc before anything is written
    void run(std::size_t first_row, std::size_t first_column, std::size_t rows, std::size_t columns,
             const sums_view<sum>& c, bool starts_empty) const {
        if (steps_ == 0)
            return without_steps(rows, columns, c, starts_empty);
        const auto tile_columns = static_cast<std::size_t>(shape_.columns);
        const std::size_t block_rows = blocking_.rows < rows ? blocking_.rows : rows;
        // A copy pays where each word is used often, and rows are so far apart that they meet in few sets of
        // the cache.
        constexpr std::size_t often = 64;
        const bool use_a = a_.lines != nullptr && !(is_scattered(a_.line_stride) && columns > often);
        // A step that repeats itself has stride 0, which stands for a packed block below.
        const bool use_b = shape_.has_edges && b_.steps != nullptr && b_.step_stride != 0 &&
                           !(is_scattered(b_.step_stride) && rows > often);

        // A panel of B that lies in memory goes from page to page, where nothing is fetched ahead, if it is deep;
        // and one that is packed for a row or two is used from the first-level cache.
        const bool is_thin = rows <= 2 && !use_b;
        const std::size_t most_steps = is_thin ? 128
                                       : use_b && is_scattered(b_.step_stride) && rows <= 16
                                           ? 64
                                           : blocking_.depth;
        const std::size_t block_steps = most_steps < steps_ ? most_steps : steps_;
        const std::size_t most_columns = is_thin ? 2 * tile_columns : blocking_.columns * 4 / sizeof(word);
        const std::size_t block_columns =
            rounded_up(most_columns < columns && most_columns != 0 ? most_columns : columns, tile_columns);
        const auto left_words = static_cast<std::size_t>(shape_.left_words);
        const std::size_t a_stride =
            block_steps * left_words + 64 / sizeof(word);  // rows begin in different sets of the cache
        const std::size_t b_words = use_b ? 0 : block_columns * block_steps;
        thread_local workspace memory;
        word* const b_block = static_cast<word*>(memory.reserve(
            (b_words + (use_a ? 0 : block_rows * a_stride) + 3 * a_stride + packing_slack) * sizeof(word)));
        word* const a_block = b_block + b_words;

        for (std::size_t j = 0; j < columns; j += block_columns) {
            const std::size_t width = block_columns < columns - j ? block_columns : columns - j;
            for (std::size_t k = 0; k < steps_; k += block_steps) {
                const std::size_t depth = block_steps < steps_ - k ? block_steps : steps_ - k;
                if (!use_b)
                    b_.pack_right(b_, k, depth, first_column + j, width, tile_columns, b_block);
                for (std::size_t i = 0; i < rows; i += block_rows) {
                    const std::size_t height = block_rows < rows - i ? block_rows : rows - i;
                    tile<Word, Sum> t;
                    t.steps = depth;
                    t.starts_empty = starts_empty && k == 0;
                    t.is_last = k + depth == steps_;
                    t.c_row = c.row;
                    t.context = context_;
                    t.first_row = first_row + i;
                    t.first_column = first_column + j;
                    t.first_step = k;
                    if (use_a) {
                        t.a = a_.lines + static_cast<std::ptrdiff_t>(first_row + i) * a_.line_stride +
                              k * left_words;
                        t.a_row = a_.line_stride;
                    } else {
                        a_.pack_left(a_, first_row + i, height, k * left_words, depth * left_words, a_block,
                                     a_stride);
                        t.a = a_block;
                        t.a_row = static_cast<std::ptrdiff_t>(a_stride);
                    }
                    run_panels(
                        t, height, width,
                        use_b
                            ? b_.steps + static_cast<std::ptrdiff_t>(k) * b_.step_stride + (first_column + j)
                            : b_block,
                        use_b ? b_.step_stride : 0, c.data + static_cast<std::ptrdiff_t>(i) * c.row + j);
                }
            }
        }
    }

  private:
    /// Chains without a term: zeros, or what they start from, as results.
    static void without_steps(std::size_t rows, std::size_t columns, const sums_view<sum>& c,
                              bool starts_empty) noexcept {
        for (std::size_t i = 0; i < rows; ++i) {
            sum* const row = c.data + static_cast<std::ptrdiff_t>(i) * c.row;
            for (std::size_t j = 0; j < columns; ++j)
                row[j] = starts_empty       ? sum{}
                         : row[j] == row[j] ? row[j]
                                            : std::numeric_limits<sum>::quiet_NaN();
        }
    }

    static constexpr std::size_t at_least_one(std::size_t x) noexcept { return x == 0 ? 1 : x; }

    static bool is_scattered(std::ptrdiff_t row) noexcept {
        return static_cast<std::size_t>(row < 0 ? -row : row) * sizeof(word) > 1024;
    }

    /// The panels of a block of B against a block of A. b_row is 0 for a packed block.
    void run_panels(tile<Word, Sum> t, std::size_t height, std::size_t width, const word* b,
                    std::ptrdiff_t b_row, sum* c) const noexcept {
        const auto tile_columns = static_cast<std::size_t>(shape_.columns);
        std::size_t panel = 0;
        if (b_row != 0 && height == 1 && shape_.row != nullptr) {
            t.b_row = b_row;
            t.ahead = t.a;
            for (; panel + 4 * tile_columns <= width; panel += 4 * tile_columns) {
                t.b = b + panel;
                t.c = c + panel;
                shape_.row(t);
            }
        }
        for (; panel < width; panel += tile_columns) {
            const bool is_last = panel + tile_columns >= width;
            const word* next_panel = nullptr;
            t.c = c + panel;
            if (b_row != 0) {
                t.b = b + panel;
                t.b_row = b_row;
            } else {
                t.b = b + panel * t.steps;
                t.b_row = shape_.columns;
                if (!is_last)
                    next_panel = b + (panel + tile_columns) * t.steps;
            }
            run_panel(t, next_panel, height, is_last ? width - panel : tile_columns);
            t.first_column += tile_columns;
        }
    }

    /// A panel of B against a block of A: tiles of nearly equal height.
    void run_panel(tile<Word, Sum> t, const word* next_panel, std::size_t height,
                   std::size_t width) const noexcept {
        constexpr std::ptrdiff_t line = 64 / sizeof(word);
        const std::size_t lines_a_step = static_cast<std::size_t>(shape_.columns / line);
        const auto most = static_cast<std::size_t>(shape_.rows);
        const std::size_t tiles = (height + most - 1) / most;
        const std::size_t smaller = height / tiles;
        const std::size_t larger_tiles = height % tiles;
        const std::ptrdiff_t lanes = shape_.columns / 2;
        const tile_width columns = !shape_.has_edges                             ? two
                                   : static_cast<std::ptrdiff_t>(width) <= lanes ? one
                                   : static_cast<int>(width) < shape_.columns    ? part_of_two
                                                                                 : two;
        t.columns = static_cast<int>(width);
        for (std::size_t i = 0; i < tiles; ++i) {
            const std::size_t rows = smaller + (i < larger_tiles ? 1 : 0);
            t.ahead_step = i < lines_a_step && next_panel != nullptr ? line : 0;
            t.ahead = next_panel != nullptr
                          ? next_panel + static_cast<std::ptrdiff_t>(i * t.steps) * t.ahead_step
                          : t.b;
            t.rows = static_cast<int>(rows);
            t.next_c = i + 1 == tiles ? nullptr : t.c + static_cast<std::ptrdiff_t>(rows) * t.c_row;
            shape_.functions[rows - 1][columns](t);
            t.a += static_cast<std::ptrdiff_t>(rows) * t.a_row;
            t.c += static_cast<std::ptrdiff_t>(rows) * t.c_row;
            t.first_row += rows;
        }
    }

    operand<Word> a_, b_;
    std::size_t steps_;
    matmul_blocking blocking_;
    const tile_shape<Word, Sum>& shape_;
    const void* context_;
};

}  // namespace simd
}  // namespace v0
}  // namespace halfulp

#endif

// SPDX-License-Identifier: BSL-1.0
//
// Tiles of a matrix product in registers: see simd/for_each_family.hpp for how this text is used, and
// simd/tiles.hpp for what a tile is given.

#if defined(HALFULP_FAMILY)

namespace halfulp {
inline namespace v0 {
namespace simd {
namespace HALFULP_FAMILY {

/// sum + x·y, rounded once, in each lane. Written as the instruction: whether a compiler fuses x·y + sum
/// depends on its flags.
HALFULP_ALWAYS_INLINE void fused_multiply_add(reals32& sum, reals32 x, reals32 y) noexcept {
    __asm__("{vfmadd231ps %2, %1, %0|vfmadd231ps %0, %1, %2}" : "+v"(sum) : "v"(x), "v"(y));
}
HALFULP_ALWAYS_INLINE void fused_multiply_add(reals64& sum, reals64 x, reals64 y) noexcept {
    __asm__("{vfmadd231pd %2, %1, %0|vfmadd231pd %0, %1, %2}" : "+v"(sum) : "v"(x), "v"(y));
}

/// The registers of a step: `operands` as they are loaded, what `left` makes of words of A and `right` of a register
/// of B, and the step itself, which takes these.
template <class Step>
struct step_registers;

/// Words that are taken as they are, one of A in all lanes.
template <class Word, class Operands>
struct step_words {
    using operands = Operands;
    static HALFULP_ALWAYS_INLINE operands left(const Word* x) noexcept {
        if constexpr (std::same_as<Word, std::uint32_t>)
            return operands{} + *x;
        else
            return repeat(*x);
    }
    static HALFULP_ALWAYS_INLINE operands right(operands y) noexcept { return y; }
};

template <class Carrier>
struct step_registers<chain_of<Carrier>> : step_words<Carrier, typename lanes_of<Carrier>::reals> {
    using operands = typename lanes_of<Carrier>::reals;
    using sums = operands;
    static HALFULP_ALWAYS_INLINE void apply(sums& sum, operands x, operands y) noexcept {
        fused_multiply_add(sum, x, y);
    }
    /// NaN has one code as a result.
    static HALFULP_ALWAYS_INLINE sums finished(sums x) noexcept {
        return x == x ? x : sums{} + std::numeric_limits<Carrier>::quiet_NaN();
    }
};

#if HALFULP_FAMILY_BYTES == 64
template <>
struct step_registers<chain_of_pairs> : step_words<std::uint32_t, words32> {
    using sums = reals32;
    static HALFULP_ALWAYS_INLINE void apply(sums& sum, operands x, operands y) noexcept {
        // The assembler is asked for an extension that only this instruction needs; it runs where
        // extensions::bf16 is set.
        __asm__("{vdpbf16ps %2, %1, %0|vdpbf16ps %0, %1, %2}" : "+v"(sum) : "v"(x), "v"(y));
    }
    static HALFULP_ALWAYS_INLINE sums finished(sums x) noexcept {
        return step_registers<chain_of<float>>::finished(x);
    }
};
#endif

/// What the steps in integers have in common.
struct integer_step_registers : step_words<std::uint32_t, words32> {
    using sums = integers32;
    static HALFULP_ALWAYS_INLINE sums finished(sums x) noexcept { return x; }
};
#if HALFULP_FAMILY_BYTES == 64
template <>
struct step_registers<sum_of_bytes> : integer_step_registers {
    static HALFULP_ALWAYS_INLINE void apply(sums& sum, operands x, operands y) noexcept {
        __asm__("{vpdpbusd %1, %2, %0|vpdpbusd %0, %2, %1}" : "+v"(sum) : "v"(x), "v"(y));
    }
};
#endif
template <>
struct step_registers<sum_of_halfwords> : integer_step_registers {
    static HALFULP_ALWAYS_INLINE void apply(sums& sum, operands x, operands y) noexcept {
        operands products;
        __asm__("{vpmaddwd %2, %1, %0|vpmaddwd %0, %1, %2}" : "=v"(products) : "v"(x), "v"(y));
        sum = reinterpret_cast<sums>(reinterpret_cast<operands>(sum) + products);
    }
};

/// The first `count` lanes of a register, as a mask that loads and stores take. What lies behind is not touched.
template <class Register>
class first_lanes {
    static constexpr bool is_wide = sizeof(Register{}[0]) == 8;
    typedef Register loose __attribute__((aligned(1)));

  public:
#if HALFULP_FAMILY_BYTES == 64
    HALFULP_ALWAYS_INLINE explicit first_lanes(int count) noexcept
        : mask_(static_cast<unsigned short>((1u << (count < 0 ? 0 : count)) - 1)) {}
    HALFULP_ALWAYS_INLINE Register load(const void* from) const noexcept {
        Register result;
        const loose& memory = *static_cast<const loose*>(from);
        if constexpr (is_wide)
            __asm__("{vmovupd %1, %0%{%2%}%{z%}|vmovupd %0%{%2%}%{z%}, %1}"
                    : "=v"(result)
                    : "m"(memory), "Yk"(mask_));
        else
            __asm__("{vmovups %1, %0%{%2%}%{z%}|vmovups %0%{%2%}%{z%}, %1}"
                    : "=v"(result)
                    : "m"(memory), "Yk"(mask_));
        return result;
    }
    HALFULP_ALWAYS_INLINE void store(void* to, Register value) const noexcept {
        loose& memory = *static_cast<loose*>(to);
        if constexpr (is_wide)
            __asm__("{vmovupd %1, %0%{%2%}|vmovupd %0%{%2%}, %1}" : "+m"(memory) : "v"(value), "Yk"(mask_));
        else
            __asm__("{vmovups %1, %0%{%2%}|vmovups %0%{%2%}, %1}" : "+m"(memory) : "v"(value), "Yk"(mask_));
    }

  private:
    unsigned short mask_;
#else
    HALFULP_ALWAYS_INLINE explicit first_lanes(int count) noexcept {
        if constexpr (is_wide)
            mask_ = reinterpret_cast<words32>(integers64{0, 1, 2, 3} < count);
        else
            mask_ = reinterpret_cast<words32>(integers32{0, 1, 2, 3, 4, 5, 6, 7} < count);
    }
    HALFULP_ALWAYS_INLINE Register load(const void* from) const noexcept {
        Register result;
        const loose& memory = *static_cast<const loose*>(from);
        if constexpr (is_wide)
            __asm__("{vmaskmovpd %1, %2, %0|vmaskmovpd %0, %2, %1}" : "=x"(result) : "m"(memory), "x"(mask_));
        else
            __asm__("{vmaskmovps %1, %2, %0|vmaskmovps %0, %2, %1}" : "=x"(result) : "m"(memory), "x"(mask_));
        return result;
    }
    HALFULP_ALWAYS_INLINE void store(void* to, Register value) const noexcept {
        loose& memory = *static_cast<loose*>(to);
        if constexpr (is_wide)
            __asm__("{vmaskmovpd %1, %2, %0|vmaskmovpd %0, %2, %1}" : "+m"(memory) : "x"(value), "x"(mask_));
        else
            __asm__("{vmaskmovps %1, %2, %0|vmaskmovps %0, %2, %1}" : "+m"(memory) : "x"(value), "x"(mask_));
    }

  private:
    words32 mask_;
#endif
};

/// The sums of a tile, from memory and back; of the last register only as many lanes as C has.
template <int Rows, int Registers, bool Whole, class Sums, class Sum>
HALFULP_ALWAYS_INLINE void load_tile(Sums (&c)[Rows][Registers], const Sum* from, std::ptrdiff_t row,
                                     const first_lanes<Sums>& last) noexcept {
    constexpr std::ptrdiff_t lanes = sizeof(Sums) / sizeof(Sum);
#pragma GCC unroll 12
    for (int i = 0; i < Rows; ++i) {
#pragma GCC unroll 8
        for (int j = 0; j + !Whole < Registers; ++j)
            c[i][j] = load<Sums>(from + i * row + j * lanes);
        if constexpr (!Whole)
            c[i][Registers - 1] = last.load(from + i * row + (Registers - 1) * lanes);
    }
}
template <int Rows, int Registers, bool Whole, class Sums, class Sum>
HALFULP_ALWAYS_INLINE void store_tile(const Sums (&c)[Rows][Registers], Sum* to, std::ptrdiff_t row,
                                      const first_lanes<Sums>& last) noexcept {
    constexpr std::ptrdiff_t lanes = sizeof(Sums) / sizeof(Sum);
#pragma GCC unroll 12
    for (int i = 0; i < Rows; ++i) {
#pragma GCC unroll 8
        for (int j = 0; j + !Whole < Registers; ++j)
            store(to + i * row + j * lanes, c[i][j]);
        if constexpr (!Whole)
            last.store(to + i * row + (Registers - 1) * lanes, c[i][Registers - 1]);
    }
}

/// c ← c + a·b, or a·b, for Rows rows and Registers registers of columns, k ascending. Unless Whole, the last
/// register has as many columns as the tile says.
template <class Step, int Rows, int Registers, bool Whole>
inline void multiply_tile(const tile_for<Step>& t) noexcept {
    using registers = step_registers<Step>;
    using operands = typename registers::operands;
    using sums = typename registers::sums;
    using word = typename Step::word;
    using sum = typename Step::sum;
    constexpr std::ptrdiff_t lanes = register_bytes / static_cast<std::ptrdiff_t>(sizeof(sum));
    // A pointer for three rows each: base, base + stride, base + 2·stride are addresses of one instruction.
    constexpr int groups = (Rows + 2) / 3;
    const std::ptrdiff_t row = t.a_row * static_cast<std::ptrdiff_t>(sizeof(word));
    const unsigned char* a[groups];
#pragma GCC unroll 4
    for (int g = 0; g < groups; ++g)
        a[g] = reinterpret_cast<const unsigned char*>(t.a) + 3 * g * row;
    const word* b = t.b;

    const first_lanes<sums> last(t.columns - (Registers - 1) * static_cast<int>(lanes));
    const first_lanes<operands> last_operands(t.columns - (Registers - 1) * static_cast<int>(lanes));
    sums c[Rows][Registers];
    if (t.starts_empty) {
#pragma GCC unroll 12
        for (int i = 0; i < Rows; ++i)
#pragma GCC unroll 8
            for (int j = 0; j < Registers; ++j)
                c[i][j] = sums{};
    } else {
        load_tile<Rows, Registers, Whole>(c, t.c, t.c_row, last);
    }

    // The next tile's sums are a row apart each, where no processor foresees them.
    if (t.next_c != nullptr) {
#pragma GCC unroll 12
        for (int i = 0; i < Rows; ++i)
#pragma GCC unroll 8
            for (int j = 0; j < Registers; ++j)
                __builtin_prefetch(t.next_c + i * t.c_row + j * lanes, 0, 2);
    }

    const word* ahead = t.ahead;
    for (std::size_t k = 0; k < t.steps; ++k) {
        decltype(registers::right(operands{})) y[Registers];
#pragma GCC unroll 8
        for (int j = 0; j + !Whole < Registers; ++j)
            y[j] = registers::right(load<operands>(b + j * lanes));
        if constexpr (!Whole)
            y[Registers - 1] = registers::right(last_operands.load(b + (Registers - 1) * lanes));
#pragma GCC unroll 12
        for (int i = 0; i < Rows; ++i) {
            const auto x = registers::left(reinterpret_cast<const word*>(a[i / 3] + (i % 3) * row));
#pragma GCC unroll 8
            for (int j = 0; j < Registers; ++j)
                registers::apply(c[i][j], x, y[j]);
        }
#pragma GCC unroll 4
        for (int g = 0; g < groups; ++g)
            a[g] += sizeof(word) * left_words_of<Step>;
        b += t.b_row;
        __builtin_prefetch(ahead, 0, 2);
        ahead += t.ahead_step;
    }

    if (t.is_last) {
#pragma GCC unroll 12
        for (int i = 0; i < Rows; ++i)
#pragma GCC unroll 8
            for (int j = 0; j < Registers; ++j)
                if constexpr (requires { registers::finished(c[i][j], t.context); })
                    c[i][j] = registers::finished(c[i][j], t.context);
                else
                    c[i][j] = registers::finished(c[i][j]);
    }
    store_tile<Rows, Registers, Whole>(c, t.c, t.c_row, last);
}

/// The tiles of this family: rows and columns of a full one, and the function for each size.
template <class Step>
inline constexpr shape_for<Step> shape_of_tiles = [] {
    constexpr int lanes = register_bytes / static_cast<int>(sizeof(typename Step::sum));
    shape_for<Step> shape{register_bytes == 64 ? 12 : 6, 2 * lanes,          Step::has_edges, {}, nullptr,
                          left_words_of<Step>,           gives_results<Step>};
    if constexpr (Step::has_edges)
        shape.row = &multiply_tile<Step, 1, 8, true>;
#define HALFULP_TILE_ROWS(rows)                                                                    \
    if constexpr (Step::has_edges) {                                                               \
        shape.functions[rows - 1][tile_width::one] = &multiply_tile<Step, rows, 1, false>;         \
        shape.functions[rows - 1][tile_width::part_of_two] = &multiply_tile<Step, rows, 2, false>; \
    }                                                                                              \
    shape.functions[rows - 1][tile_width::two] = &multiply_tile<Step, rows, 2, true>
    HALFULP_TILE_ROWS(1);
    HALFULP_TILE_ROWS(2);
    HALFULP_TILE_ROWS(3);
    HALFULP_TILE_ROWS(4);
    HALFULP_TILE_ROWS(5);
    HALFULP_TILE_ROWS(6);
#if HALFULP_FAMILY_BYTES == 64
    HALFULP_TILE_ROWS(7);
    HALFULP_TILE_ROWS(8);
    HALFULP_TILE_ROWS(9);
    HALFULP_TILE_ROWS(10);
    HALFULP_TILE_ROWS(11);
    HALFULP_TILE_ROWS(12);
#endif
#undef HALFULP_TILE_ROWS
    return shape;
}();

/// The halves of 16-byte parts of x and y, interleaved: four words of x and y a part become x0 y0 x1 y1 …
template <class Register>
HALFULP_ALWAYS_INLINE Register low_pairs(Register x, Register y) noexcept {
    Register result;
    __asm__("{vunpcklps %2, %1, %0|vunpcklps %0, %1, %2}" : "=v"(result) : "v"(x), "v"(y));
    return result;
}
template <class Register>
HALFULP_ALWAYS_INLINE Register high_pairs(Register x, Register y) noexcept {
    Register result;
    __asm__("{vunpckhps %2, %1, %0|vunpckhps %0, %1, %2}" : "=v"(result) : "v"(x), "v"(y));
    return result;
}

/// out[j · out_row + i] = in[i · in_row + j] for four rows and as many columns as a register has lanes.
/// The words of 64 bits are turned by pairs, those of 32 bits by pairs of pairs.
HALFULP_ALWAYS_INLINE void transpose_strip(const std::uint32_t* in, std::ptrdiff_t in_row, std::uint32_t* out,
                                           std::ptrdiff_t out_row) noexcept {
    typedef std::uint32_t part __attribute__((vector_size(16)));
    constexpr int parts = register_bytes / 16;
    const words32 x0 = load<words32>(in), x1 = load<words32>(in + in_row);
    const words32 x2 = load<words32>(in + 2 * in_row), x3 = load<words32>(in + 3 * in_row);
    const words32 even_low = low_pairs(x0, x2), odd_low = low_pairs(x1, x3);
    const words32 even_high = high_pairs(x0, x2), odd_high = high_pairs(x1, x3);
    const words32 columns[4] = {low_pairs(even_low, odd_low), high_pairs(even_low, odd_low),
                                low_pairs(even_high, odd_high), high_pairs(even_high, odd_high)};
#pragma GCC unroll 4
    for (int c = 0; c < 4; ++c)
#pragma GCC unroll 4
        for (int p = 0; p < parts; ++p) {
            part value;
            __builtin_memcpy(&value, reinterpret_cast<const unsigned char*>(&columns[c]) + 16 * p, 16);
            store(out + (4 * p + c) * out_row, value);
        }
}

/// out[j · out_row + i] = in[i · in_row + j]: `rows` lines of `columns` elements turned into columns, both
/// multiples of 4.
template <class Word>
inline void transpose(const Word* in, std::ptrdiff_t in_row, Word* out, std::ptrdiff_t out_row,
                      std::size_t rows, std::size_t columns) noexcept {
    typedef Word four __attribute__((vector_size(4 * sizeof(Word))));
    std::size_t done = 0;
    if constexpr (sizeof(Word) == 4) {
        constexpr std::size_t lanes = register_bytes / 4;
        done = columns / lanes * lanes;
        for (std::size_t j = 0; j < done; j += lanes)
            for (std::size_t i = 0; i < rows; i += 4)
                transpose_strip(
                    reinterpret_cast<const std::uint32_t*>(in + static_cast<std::ptrdiff_t>(i) * in_row + j),
                    in_row,
                    reinterpret_cast<std::uint32_t*>(out + static_cast<std::ptrdiff_t>(j) * out_row + i),
                    out_row);
    }
    for (std::size_t j = done; j < columns; j += 4)
        for (std::size_t i = 0; i < rows; i += 4) {
            const Word* const from = in + static_cast<std::ptrdiff_t>(i) * in_row + j;
            Word* const to = out + static_cast<std::ptrdiff_t>(j) * out_row + i;
            const four x0 = load<four>(from), x1 = load<four>(from + in_row);
            const four x2 = load<four>(from + 2 * in_row), x3 = load<four>(from + 3 * in_row);
            const four low01 = __builtin_shufflevector(x0, x1, 0, 4, 1, 5);
            const four high01 = __builtin_shufflevector(x0, x1, 2, 6, 3, 7);
            const four low23 = __builtin_shufflevector(x2, x3, 0, 4, 1, 5);
            const four high23 = __builtin_shufflevector(x2, x3, 2, 6, 3, 7);
            store(to, __builtin_shufflevector(low01, low23, 0, 1, 4, 5));
            store(to + out_row, __builtin_shufflevector(low01, low23, 2, 3, 6, 7));
            store(to + 2 * out_row, __builtin_shufflevector(high01, high23, 0, 1, 4, 5));
            store(to + 3 * out_row, __builtin_shufflevector(high01, high23, 2, 3, 6, 7));
        }
}

}  // namespace HALFULP_FAMILY
}  // namespace simd
}  // namespace v0
}  // namespace halfulp

#endif

// SPDX-License-Identifier: BSL-1.0
//
// Numbers that are decoded on their way from memory to a register: see simd/for_each_family.hpp for how this text is used.

#if defined(HALFULP_FAMILY)

namespace halfulp {
inline namespace v0 {
namespace simd {
namespace HALFULP_FAMILY {

/// How numbers are decoded on the way from memory, four registers at a time or one. Four may come in an order of their
/// own, within themselves; `to_natural` and `from_natural` change between that and the order in memory.
template <class T>
struct number_loader {
    HALFULP_ALWAYS_INLINE explicit number_loader(const byte_table*) noexcept {}
    HALFULP_ALWAYS_INLINE reals32 one(const T* from) const noexcept {
        if constexpr (std::same_as<T, float>) {
            return load<reals32>(from);
        } else if constexpr (std::same_as<T, bfloat16>) {
            return as_reals(load_codes<words32>(reinterpret_cast<const std::uint16_t*>(from)) << 16);
        } else {
            static_assert(std::same_as<T, float16>);
            struct row {
                std::uint16_t codes[register_bytes / 4];
            };
            const row& memory = *reinterpret_cast<const row*>(from);
            reals32 result;
            __asm__("{vcvtph2ps %1, %0|vcvtph2ps %0, %1}" : "=v"(result) : "m"(memory));
            return result;
        }
    }
    HALFULP_ALWAYS_INLINE void four(const T* from, reals32 (&x)[4]) const noexcept {
#pragma GCC unroll 4
        for (int r = 0; r < 4; ++r)
            x[r] = one(from + r * lanes_of<float>::count);
    }
    static HALFULP_ALWAYS_INLINE void to_natural(reals32 (&)[4]) noexcept {}
    static HALFULP_ALWAYS_INLINE void from_natural(reals32 (&)[4]) noexcept {}
};

#if HALFULP_FAMILY_BYTES == 64
/// Codes of eight bits whose magnitudes are looked up as the halves of bfloat16: 64 in one permutation of bytes each.
template <>
struct number_loader<coded_byte> {
    HALFULP_ALWAYS_INLINE explicit number_loader(const byte_table* table) noexcept
        : low0_(load<words8>(table->low)),
          low1_(load<words8>(table->low + 64)),
          high0_(load<words8>(table->high)),
          high1_(load<words8>(table->high + 64)) {}
    HALFULP_ALWAYS_INLINE reals32 one(const coded_byte* from) const noexcept {
        typedef std::uint8_t part __attribute__((vector_size(16)));
        words8 codes = {};
        const part memory = load<part>(from);
        __asm__("{vinserti32x4 $0, %x1, %0, %0|vinserti32x4 %0, %0, %x1, 0}" : "+v"(codes) : "v"(memory));
        const words8 low = look_up(low0_, low1_, codes),
                     high = with_sign(look_up(high0_, high1_, codes), codes);
        words8 pairs = low_bytes(low, high), more = high_bytes(low, high);
        // Eight words in the first parts of each.
        __asm__("{vinserti32x4 $1, %x1, %0, %0|vinserti32x4 %0, %0, %x1, 1}" : "+v"(pairs) : "v"(more));
        words32 words;
        __asm__("{vpmovzxwd %t1, %0|vpmovzxwd %0, %t1}" : "=v"(words) : "v"(pairs));
        return as_reals(words << 16);
    }
    HALFULP_ALWAYS_INLINE void four(const coded_byte* from, reals32 (&x)[4]) const noexcept {
        const words8 codes = load<words8>(from);
        const words8 low = look_up(low0_, low1_, codes),
                     high = with_sign(look_up(high0_, high1_, codes), codes);
        const words32 front = reinterpret_cast<words32>(low_bytes(low, high));
        const words32 back = reinterpret_cast<words32>(high_bytes(low, high));
        const words32 upper = words32{} + 0xffff0000u;
        x[0] = as_reals(front << 16);
        x[1] = as_reals(front & upper);
        x[2] = as_reals(back << 16);
        x[3] = as_reals(back & upper);
    }
    // Of 16 codes in a part, x[0] has numbers 0, 2, 4, 6, x[1] 1, 3, 5, 7, and the others those 8 further.
    static HALFULP_ALWAYS_INLINE void to_natural(reals32 (&x)[4]) noexcept {
        const reals32 first = low_pairs(x[0], x[1]), second = high_pairs(x[0], x[1]);
        const reals32 third = low_pairs(x[2], x[3]), fourth = high_pairs(x[2], x[3]);
        x[0] = first;
        x[1] = second;
        x[2] = third;
        x[3] = fourth;
        turn_parts(x);
    }
    static HALFULP_ALWAYS_INLINE void from_natural(reals32 (&x)[4]) noexcept {
        turn_parts(x);
        const reals32 first = choose_words<0x88>(x[0], x[1]), second = choose_words<0xdd>(x[0], x[1]);
        const reals32 third = choose_words<0x88>(x[2], x[3]), fourth = choose_words<0xdd>(x[2], x[3]);
        x[0] = first;
        x[1] = second;
        x[2] = third;
        x[3] = fourth;
    }

  private:
    // The assembler is asked for an extension that only this instruction needs; it runs where extensions::vbmi is set.
    static HALFULP_ALWAYS_INLINE words8 look_up(words8 table0, words8 table1, words8 codes) noexcept {
        __asm__("{vpermi2b %2, %1, %0|vpermi2b %0, %1, %2}" : "+v"(codes) : "v"(table0), "v"(table1));
        return codes;
    }
    static HALFULP_ALWAYS_INLINE words8 with_sign(words8 high, words8 codes) noexcept {
        return high | (codes & (words8{} + 0x80));
    }
    static HALFULP_ALWAYS_INLINE words8 low_bytes(words8 x, words8 y) noexcept {
        words8 result;
        __asm__("{vpunpcklbw %2, %1, %0|vpunpcklbw %0, %1, %2}" : "=v"(result) : "v"(x), "v"(y));
        return result;
    }
    static HALFULP_ALWAYS_INLINE words8 high_bytes(words8 x, words8 y) noexcept {
        words8 result;
        __asm__("{vpunpckhbw %2, %1, %0|vpunpckhbw %0, %1, %2}" : "=v"(result) : "v"(x), "v"(y));
        return result;
    }
    template <int Words>
    static HALFULP_ALWAYS_INLINE reals32 choose_words(reals32 x, reals32 y) noexcept {
        reals32 result;
        __asm__("{vshufps %3, %2, %1, %0|vshufps %0, %1, %2, %3}"
                : "=v"(result)
                : "v"(x), "v"(y), "i"(Words));
        return result;
    }
    /// Part j of register i becomes part i of register j.
    static HALFULP_ALWAYS_INLINE void turn_parts(reals32 (&x)[4]) noexcept {
        const reals32 low01 = choose_parts<0x44>(x[0], x[1]), high01 = choose_parts<0xee>(x[0], x[1]);
        const reals32 low23 = choose_parts<0x44>(x[2], x[3]), high23 = choose_parts<0xee>(x[2], x[3]);
        x[0] = choose_parts<0x88>(low01, low23);
        x[1] = choose_parts<0xdd>(low01, low23);
        x[2] = choose_parts<0x88>(high01, high23);
        x[3] = choose_parts<0xdd>(high01, high23);
    }

    words8 low0_, low1_, high0_, high1_;
};
#else
/// Codes of eight bits, looked up one by one.
template <>
struct number_loader<coded_byte> {
    HALFULP_ALWAYS_INLINE explicit number_loader(const byte_table* table) noexcept
        : numbers_(table->numbers) {}
    HALFULP_ALWAYS_INLINE reals32 one(const coded_byte* from) const noexcept {
        const words32 codes = load_codes<words32>(reinterpret_cast<const std::uint8_t*>(from));
        reals32 result = {}, all = as_reals(~words32{});
        __asm__("{vgatherdps %1, (%2,%3,4), %0|vgatherdps %0, [%2+%3*4], %1}"
                : "+&x"(result), "+&x"(all)
                : "r"(numbers_), "x"(codes), "m"(*reinterpret_cast<const float(*)[256]>(numbers_)));
        return result;
    }
    HALFULP_ALWAYS_INLINE void four(const coded_byte* from, reals32 (&x)[4]) const noexcept {
#pragma GCC unroll 4
        for (int r = 0; r < 4; ++r)
            x[r] = one(from + r * lanes_of<float>::count);
    }
    static HALFULP_ALWAYS_INLINE void to_natural(reals32 (&)[4]) noexcept {}
    static HALFULP_ALWAYS_INLINE void from_natural(reals32 (&)[4]) noexcept {}

  private:
    const float* numbers_;
};
#endif

/// to[i] = from[i]: whole groups of four registers.
template <class T>
inline void decode_numbers(const byte_table* table, const T* from, float* to, std::size_t count) noexcept {
    constexpr int lanes = lanes_of<float>::count;
    const number_loader<T> loader(table);
    for (std::size_t i = 0; i < count; i += 4 * lanes) {
        reals32 x[4];
        loader.four(from + i, x);
        loader.to_natural(x);
#pragma GCC unroll 4
        for (int r = 0; r < 4; ++r)
            store(to + i + r * lanes, x[r]);
    }
}

}  // namespace HALFULP_FAMILY
}  // namespace simd
}  // namespace v0
}  // namespace halfulp

#endif

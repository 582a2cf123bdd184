// SPDX-License-Identifier: BSL-1.0
//
// The registers of one family: see simd/for_each_family.hpp. The compiler's vector types carry +, −, ·, /,
// the bitwise operators, comparisons and `mask ? x : y`; this text adds what they lack.
//
// A comparison is written in place, as in `x < y ? a : b`: kept in a variable, g++ takes the mask of an
// AVX-512 comparison out of its mask register and puts it back.

#if defined(HALFULP_FAMILY)

namespace halfulp {
inline namespace v0 {
namespace simd {
namespace HALFULP_FAMILY {

inline constexpr int register_bytes = HALFULP_FAMILY_BYTES;

typedef float reals32 __attribute__((vector_size(HALFULP_FAMILY_BYTES)));
typedef double reals64 __attribute__((vector_size(HALFULP_FAMILY_BYTES)));
typedef std::uint8_t words8 __attribute__((vector_size(HALFULP_FAMILY_BYTES)));
typedef std::uint16_t words16 __attribute__((vector_size(HALFULP_FAMILY_BYTES)));
typedef std::uint32_t words32 __attribute__((vector_size(HALFULP_FAMILY_BYTES)));
typedef std::uint64_t words64 __attribute__((vector_size(HALFULP_FAMILY_BYTES)));
typedef std::int32_t integers32 __attribute__((vector_size(HALFULP_FAMILY_BYTES)));
typedef std::int64_t integers64 __attribute__((vector_size(HALFULP_FAMILY_BYTES)));

/// The registers in which a carrier computes.
template <class Carrier>
struct lanes_of;
template <>
struct lanes_of<float> {
    using reals = reals32;
    using words = words32;
    using integers = integers32;
    static constexpr int count = register_bytes / 4;
};
template <>
struct lanes_of<double> {
    using reals = reals64;
    using words = words64;
    using integers = integers64;
    static constexpr int count = register_bytes / 8;
    typedef float binary32 __attribute__((vector_size(register_bytes / 2)));
};

/// From any address, of any type.
template <class Register>
HALFULP_ALWAYS_INLINE Register load(const void* from) noexcept {
    Register result;
    __builtin_memcpy(&result, from, sizeof(Register));
    return result;
}
template <class Register>
HALFULP_ALWAYS_INLINE void store(void* to, Register value) noexcept {
    __builtin_memcpy(to, &value, sizeof(Register));
}

/// As many numbers as a register of double has lanes, exactly.
HALFULP_ALWAYS_INLINE reals64 load_as_double(const double* from) noexcept {
    return load<reals64>(from);
}
HALFULP_ALWAYS_INLINE reals64 load_as_double(const float* from) noexcept {
    // g++ makes two half registers and an insertion of the conversion that it is.
    struct row {
        float numbers[lanes_of<double>::count];
    };
    reals64 result;
    __asm__("{vcvtps2pd %1, %0|vcvtps2pd %0, %1}" : "=v"(result) : "m"(*reinterpret_cast<const row*>(from)));
    return result;
}

/// The same word in every lane.
template <class Carrier>
HALFULP_ALWAYS_INLINE typename lanes_of<Carrier>::words splat(
    typename word_of<Carrier>::type value) noexcept {
    return typename lanes_of<Carrier>::words{} + value;
}

// Bits of the same registers under another name.
HALFULP_ALWAYS_INLINE reals32 as_reals(words32 x) noexcept {
    return reinterpret_cast<reals32>(x);
}
HALFULP_ALWAYS_INLINE reals64 as_reals(words64 x) noexcept {
    return reinterpret_cast<reals64>(x);
}

/// The same number in every lane. `reals{} + x` would be an addition, which makes +0 of −0.
HALFULP_ALWAYS_INLINE reals32 repeat(float x) noexcept {
    return as_reals(words32{} + std::bit_cast<std::uint32_t>(x));
}
HALFULP_ALWAYS_INLINE reals64 repeat(double x) noexcept {
    return as_reals(words64{} + std::bit_cast<std::uint64_t>(x));
}
HALFULP_ALWAYS_INLINE words32 as_words(reals32 x) noexcept {
    return reinterpret_cast<words32>(x);
}
HALFULP_ALWAYS_INLINE words64 as_words(reals64 x) noexcept {
    return reinterpret_cast<words64>(x);
}
HALFULP_ALWAYS_INLINE integers32 as_integers(words32 x) noexcept {
    return reinterpret_cast<integers32>(x);
}
HALFULP_ALWAYS_INLINE integers64 as_integers(words64 x) noexcept {
    return reinterpret_cast<integers64>(x);
}

/// All ones in lanes whose top bit is set, else zero.
HALFULP_ALWAYS_INLINE words32 sign_mask(words32 x) noexcept {
    return reinterpret_cast<words32>(as_integers(x) >> 31);
}
HALFULP_ALWAYS_INLINE words64 sign_mask(words64 x) noexcept {
    return reinterpret_cast<words64>(as_integers(x) >> 63);
}

template <class Words>
HALFULP_ALWAYS_INLINE std::uint64_t sum_of_lanes(Words x) noexcept {
    std::uint64_t sum = 0;
    for (std::size_t lane = 0; lane < sizeof(x) / sizeof(x[0]); ++lane)
        sum += x[lane];
    return sum;
}

// What the vector types have no operator for, as the instruction itself; both dialects of assembly, so
// that -masm=intel compiles too. "v" is any register that the family has.

/// x << counts and x >> counts lane by lane; counts of the lane's width and more, and negative ones,
/// give zero.
HALFULP_ALWAYS_INLINE words32 shift_left_each(words32 x, words32 counts) noexcept {
    words32 result;
    __asm__("{vpsllvd %2, %1, %0|vpsllvd %0, %1, %2}" : "=v"(result) : "v"(x), "v"(counts));
    return result;
}
HALFULP_ALWAYS_INLINE words64 shift_left_each(words64 x, words64 counts) noexcept {
    words64 result;
    __asm__("{vpsllvq %2, %1, %0|vpsllvq %0, %1, %2}" : "=v"(result) : "v"(x), "v"(counts));
    return result;
}
HALFULP_ALWAYS_INLINE words32 shift_right_each(words32 x, words32 counts) noexcept {
    words32 result;
    __asm__("{vpsrlvd %2, %1, %0|vpsrlvd %0, %1, %2}" : "=v"(result) : "v"(x), "v"(counts));
    return result;
}
HALFULP_ALWAYS_INLINE words64 shift_right_each(words64 x, words64 counts) noexcept {
    words64 result;
    __asm__("{vpsrlvq %2, %1, %0|vpsrlvq %0, %1, %2}" : "=v"(result) : "v"(x), "v"(counts));
    return result;
}

/// The 64-bit product of the low halves of each lane.
HALFULP_ALWAYS_INLINE words64 multiply_low_halves(words64 x, words64 y) noexcept {
    words64 result;
    __asm__("{vpmuludq %2, %1, %0|vpmuludq %0, %1, %2}" : "=v"(result) : "v"(x), "v"(y));
    return result;
}

/// The greater of two words below 2^31 (2^63), and the lesser of any two; written as comparisons, g++ makes
/// two instructions of each.
HALFULP_ALWAYS_INLINE words32 greater_of(words32 x, words32 y) noexcept {
    words32 result;
    __asm__("{vpmaxsd %2, %1, %0|vpmaxsd %0, %1, %2}" : "=v"(result) : "v"(x), "v"(y));
    return result;
}
HALFULP_ALWAYS_INLINE words32 lesser_of(words32 x, words32 y) noexcept {
    words32 result;
    __asm__("{vpminud %2, %1, %0|vpminud %0, %1, %2}" : "=v"(result) : "v"(x), "v"(y));
    return result;
}
HALFULP_ALWAYS_INLINE words64 greater_of(words64 x, words64 y) noexcept {
#if HALFULP_FAMILY_BYTES == 64
    words64 result;
    __asm__("{vpmaxsq %2, %1, %0|vpmaxsq %0, %1, %2}" : "=v"(result) : "v"(x), "v"(y));
    return result;
#else
    return as_integers(x) > as_integers(y) ? x : y;  // AVX2 has none for 64 bits
#endif
}
HALFULP_ALWAYS_INLINE words64 lesser_of(words64 x, words64 y) noexcept {
#if HALFULP_FAMILY_BYTES == 64
    words64 result;
    __asm__("{vpminuq %2, %1, %0|vpminuq %0, %1, %2}" : "=v"(result) : "v"(x), "v"(y));
    return result;
#else
    return x < y ? x : y;
#endif
}

/// Bytes picked by number from the same 16 bytes of x; a number from 0x80 on gives zero.
HALFULP_ALWAYS_INLINE words8 shuffle_bytes(words8 x, words8 numbers) noexcept {
    words8 result;
    __asm__("{vpshufb %2, %1, %0|vpshufb %0, %1, %2}" : "=v"(result) : "v"(x), "v"(numbers));
    return result;
}

HALFULP_ALWAYS_INLINE reals32 square_root(reals32 x) noexcept {
    reals32 result;
    __asm__("{vsqrtps %1, %0|vsqrtps %0, %1}" : "=v"(result) : "v"(x));
    return result;
}
HALFULP_ALWAYS_INLINE reals64 square_root(reals64 x) noexcept {
    reals64 result;
    __asm__("{vsqrtpd %1, %0|vsqrtpd %0, %1}" : "=v"(result) : "v"(x));
    return result;
}

/// x, which no compiler may now fuse with a sum that it goes into (see as_rounded in core/error_free.hpp).
template <class Register>
HALFULP_ALWAYS_INLINE Register as_rounded(Register x) noexcept {
    __asm__("" : "+v"(x));
    return x;
}

/// Codes from memory, one a lane of the carrier's words, zeros above them.
template <class Words, class Code>
HALFULP_ALWAYS_INLINE Words load_codes(const Code* from) noexcept {
    constexpr std::size_t width = sizeof(Words{}[0]);
    struct row {
        Code codes[sizeof(Words) / width];
    };
    const row& memory = *reinterpret_cast<const row*>(from);
    Words result;
    if constexpr (width == sizeof(Code))
        result = load<Words>(from);
    else if constexpr (width == 4 && sizeof(Code) == 1)
        __asm__("{vpmovzxbd %1, %0|vpmovzxbd %0, %1}" : "=v"(result) : "m"(memory));
    else if constexpr (width == 4 && sizeof(Code) == 2)
        __asm__("{vpmovzxwd %1, %0|vpmovzxwd %0, %1}" : "=v"(result) : "m"(memory));
    else if constexpr (sizeof(Code) == 1)
        __asm__("{vpmovzxbq %1, %0|vpmovzxbq %0, %1}" : "=v"(result) : "m"(memory));
    else if constexpr (sizeof(Code) == 2)
        __asm__("{vpmovzxwq %1, %0|vpmovzxwq %0, %1}" : "=v"(result) : "m"(memory));
    else
        __asm__("{vpmovzxdq %1, %0|vpmovzxdq %0, %1}" : "=v"(result) : "m"(memory));
    return result;
}

/// The low halves of the words in x and then in y, below the given width: their elements are in order in
/// each 16 bytes of the registers, which narrow() puts right.
HALFULP_ALWAYS_INLINE words32 pack_pairs(words32 x, words32 y) noexcept {
    words32 result;
    __asm__("{vpackusdw %2, %1, %0|vpackusdw %0, %1, %2}" : "=v"(result) : "v"(x), "v"(y));
    return result;
}
HALFULP_ALWAYS_INLINE words32 pack_fours(words32 x, words32 y) noexcept {
    words32 result;
    __asm__("{vpackuswb %2, %1, %0|vpackuswb %0, %1, %2}" : "=v"(result) : "v"(x), "v"(y));
    return result;
}

/// Two registers of 64-bit lanes to one of their low halves, in order.
HALFULP_ALWAYS_INLINE words32 low_halves(words64 x, words64 y) noexcept {
    const words32 low = reinterpret_cast<words32>(x);
    const words32 high = reinterpret_cast<words32>(y);
#if HALFULP_FAMILY_BYTES == 64
    return __builtin_shufflevector(low, high, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
#else
    return __builtin_shufflevector(low, high, 0, 2, 4, 6, 8, 10, 12, 14);
#endif
}

/// Registers that are worked on together, so that one branch serves them all, and codes fill a register.
inline constexpr int together = 4;

/// Writes four registers in a row.
template <class T, class Words>
HALFULP_ALWAYS_INLINE void store_all(T* to, const Words (&x)[together]) noexcept {
#pragma GCC unroll 4
    for (std::size_t j = 0; j < together; ++j)
        store(to + j * (sizeof(Words) / sizeof(T)), x[j]);
}

/// Writes the codes in the lanes of four registers in a row.
template <class Code>
HALFULP_ALWAYS_INLINE void store_codes(Code* to, const words32 (&codes)[together]) noexcept {
    constexpr std::size_t lanes = register_bytes / 4;
    if constexpr (sizeof(Code) == 4) {
#pragma GCC unroll 4
        for (std::size_t j = 0; j < together; ++j)
            store(to + j * lanes, codes[j]);
    } else if constexpr (sizeof(Code) == 2) {
#pragma GCC unroll 2
        for (std::size_t j = 0; j < together; j += 2) {
            const words64 packed = reinterpret_cast<words64>(pack_pairs(codes[j], codes[j + 1]));
#if HALFULP_FAMILY_BYTES == 64
            store(to + j * lanes, __builtin_shufflevector(packed, packed, 0, 2, 4, 6, 1, 3, 5, 7));
#else
            store(to + j * lanes, __builtin_shufflevector(packed, packed, 0, 2, 1, 3));
#endif
        }
    } else {
        const words32 packed = pack_fours(pack_pairs(codes[0], codes[1]), pack_pairs(codes[2], codes[3]));
#if HALFULP_FAMILY_BYTES == 64
        store(to,
              __builtin_shufflevector(packed, packed, 0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15));
#else
        store(to, __builtin_shufflevector(packed, packed, 0, 4, 1, 5, 2, 6, 3, 7));
#endif
    }
}
template <class Code>
HALFULP_ALWAYS_INLINE void store_codes(Code* to, const words64 (&codes)[together]) noexcept {
    const words32 front = low_halves(codes[0], codes[1]);
    const words32 back = low_halves(codes[2], codes[3]);
    constexpr std::size_t lanes = register_bytes / 4;
    if constexpr (sizeof(Code) == 4) {
        store(to, front);
        store(to + lanes, back);
    } else {
        // Two registers are half of what the other form takes; the upper half of its result is a copy.
        const words32 twice[together] = {front, back, front, back};
        Code both[together * lanes];
        store_codes(both, twice);
        __builtin_memcpy(to, both, 2 * lanes * sizeof(Code));
    }
}

/// True if a lane of x is at least its bound; words below 2^31 (2^63).
template <class Words>
HALFULP_ALWAYS_INLINE bool any_at_least(Words x, Words bound) noexcept {
    const Words below = bound - 1;
#if HALFULP_FAMILY_BYTES == 64
    unsigned short mask;
    if constexpr (sizeof(x[0]) == 4)
        __asm__("{vpcmpgtd %2, %1, %0|vpcmpgtd %0, %1, %2}" : "=Yk"(mask) : "v"(x), "v"(below));
    else
        __asm__("{vpcmpgtq %2, %1, %0|vpcmpgtq %0, %1, %2}" : "=Yk"(mask) : "v"(x), "v"(below));
    return mask != 0;
#else
    const Words mask = reinterpret_cast<Words>(as_integers(x) > as_integers(below));
    bool any;
    __asm__("{vptest %1, %1|vptest %1, %1}" : "=@ccnz"(any) : "v"(mask));
    return any;
#endif
}

/// Writes past the caches, for arrays that do not fit them: the line that is written need not be read
/// first. The address is a multiple of register_bytes; a fence() has to follow before others read.
HALFULP_ALWAYS_INLINE void store_past_caches(void* to, words32 value) noexcept {
    __asm__ volatile("{vmovntdq %1, %0|vmovntdq %0, %1}" : "=m"(*static_cast<words32*>(to)) : "v"(value));
}
HALFULP_ALWAYS_INLINE void fence() noexcept {
    __asm__ volatile("sfence" : : : "memory");
}

/// Copies bytes past the caches. `to` is aligned to register_bytes, `bytes` a multiple of 64.
inline void copy_past_caches(void* to, const void* from, std::size_t bytes) noexcept {
    auto* target = static_cast<unsigned char*>(to);
    const auto* source = static_cast<const unsigned char*>(from);
    for (std::size_t i = 0; i < bytes; i += register_bytes)
        store_past_caches(target + i, load<words32>(source + i));
}

}  // namespace HALFULP_FAMILY
}  // namespace simd
}  // namespace v0
}  // namespace halfulp

#endif

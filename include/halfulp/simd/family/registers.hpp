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
typedef std::uint32_t words32 __attribute__((vector_size(HALFULP_FAMILY_BYTES)));
typedef std::uint64_t words64 __attribute__((vector_size(HALFULP_FAMILY_BYTES)));
typedef std::int32_t integers32 __attribute__((vector_size(HALFULP_FAMILY_BYTES)));
typedef std::int64_t integers64 __attribute__((vector_size(HALFULP_FAMILY_BYTES)));

/// The registers in which a carrier computes, and narrower ones with as many lanes.
template <class Carrier>
struct lanes_of;
template <>
struct lanes_of<float> {
    using reals = reals32;
    using words = words32;
    using integers = integers32;
    static constexpr int count = register_bytes / 4;
    typedef float binary32 __attribute__((vector_size(register_bytes)));
    typedef std::uint8_t codes8 __attribute__((vector_size(register_bytes / 4)));
    typedef std::uint16_t codes16 __attribute__((vector_size(register_bytes / 2)));
    typedef std::uint32_t codes32 __attribute__((vector_size(register_bytes)));
};
template <>
struct lanes_of<double> {
    using reals = reals64;
    using words = words64;
    using integers = integers64;
    static constexpr int count = register_bytes / 8;
    typedef float binary32 __attribute__((vector_size(register_bytes / 2)));
    typedef std::uint8_t codes8 __attribute__((vector_size(register_bytes / 8)));
    typedef std::uint16_t codes16 __attribute__((vector_size(register_bytes / 4)));
    typedef std::uint32_t codes32 __attribute__((vector_size(register_bytes / 2)));
};

/// The register of as many codes as the carrier has lanes.
template <class Carrier, class Code>
struct codes_of;
template <class Carrier>
struct codes_of<Carrier, std::uint8_t> {
    using type = typename lanes_of<Carrier>::codes8;
};
template <class Carrier>
struct codes_of<Carrier, std::uint16_t> {
    using type = typename lanes_of<Carrier>::codes16;
};
template <class Carrier>
struct codes_of<Carrier, std::uint32_t> {
    using type = typename lanes_of<Carrier>::codes32;
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

/// The greater of two words below 2^31 (2^63).
template <class Words>
HALFULP_ALWAYS_INLINE Words greater_of(Words x, Words y) noexcept {
    return as_integers(x) > as_integers(y) ? x : y;
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

}  // namespace HALFULP_FAMILY
}  // namespace simd
}  // namespace v0
}  // namespace halfulp

#endif

// SPDX-License-Identifier: BSL-1.0
//
// What the exact matrix product does besides multiplying: bounds of lines, enclosures of sums, residues
// and back. See simd/for_each_family.hpp for how this text is used, and simd/matmul_exact.hpp for why.

#if defined(HALFULP_FAMILY)

namespace halfulp {
inline namespace v0 {
namespace simd {
namespace HALFULP_FAMILY {

/// One step of line_bounds: x enters sum, lowest and largest, unless it is infinite or NaN.
HALFULP_ALWAYS_INLINE void bound_step(reals64 x, reals64& squares, reals64& lowest,
                                      reals64& largest) noexcept {
    constexpr std::uint64_t fraction = carrier_constants<double>::one_exponent - 1;
    const words64 zero = {};
    const words64 infinity = zero + carrier_constants<double>::infinity;
    words64 magnitude = as_words(x) & carrier_constants<double>::magnitude_mask;
    magnitude = as_integers(magnitude) < as_integers(infinity) ? magnitude : zero;
    const reals64 size = as_reals(magnitude);
    squares = squares + size * size;
    largest = size > largest ? size : largest;
    // The lowest bit of x: what clearing it takes off, or x itself where it is a power of two.
    const words64 cleared = magnitude & (magnitude - 1);
    reals64 bit = size - as_reals(cleared);
    bit = (magnitude & fraction) == zero ? size : bit;
    bit = magnitude == zero ? as_reals(infinity) : bit;
    lowest = bit < lowest ? bit : lowest;
}

/// The bounds of one line in a row; `count` is a multiple of simd::block.
inline void bound_along(const double* x, std::size_t count, line_bounds& bounds) noexcept {
    constexpr int lanes = lanes_of<double>::count;
    reals64 squares = {}, largest = {};
    reals64 lowest = reals64{} + std::numeric_limits<double>::infinity();
    for (std::size_t i = 0; i < count; i += lanes)
        bound_step(load<reals64>(x + i), squares, lowest, largest);
    for (int lane = 0; lane < lanes; ++lane) {
        bounds.squares += squares[lane];
        bounds.lowest = lowest[lane] < bounds.lowest ? lowest[lane] : bounds.lowest;
        bounds.largest = largest[lane] > bounds.largest ? largest[lane] : bounds.largest;
    }
}

/// The bounds of many lines, by one term of each.
inline void bound_across(const double* x, std::size_t count, double* squares, double* lowest,
                         double* largest) noexcept {
    constexpr std::size_t lanes = lanes_of<double>::count;
    for (std::size_t i = 0; i < count; i += lanes) {
        reals64 s = load<reals64>(squares + i), low = load<reals64>(lowest + i);
        reals64 high = load<reals64>(largest + i);
        bound_step(load<reals64>(x + i), s, low, high);
        store(squares + i, s);
        store(lowest + i, low);
        store(largest + i, high);
    }
}

/// low[j] … high[j] encloses the exact value of which sums[j] is the rounded chain; see enclosure_of_row.
inline void enclose(const double* sums, std::size_t count, const enclosure_of_row& row, const double* norms,
                    const double* spans, double* low, double* high) noexcept {
    constexpr std::size_t lanes = lanes_of<double>::count;
    const reals64 zero = {};
    const reals64 signed_zero = as_reals(splat<double>(std::bit_cast<std::uint64_t>(row.zero)));
    const reals64 not_a_number = zero + std::numeric_limits<double>::quiet_NaN();
    for (std::size_t j = 0; j < count; j += lanes) {
        const reals64 sum = load<reals64>(sums + j);
        reals64 error = load<reals64>(norms + j) * row.error;
        error = load<reals64>(spans + j) * row.span <= zero + row.exact_span ? zero : error;
        // Infinities and NaN are what they are: no finite sum of these terms overflows.
        error = sum - sum == zero ? error : zero;
        reals64 from = sum - error;
        reals64 to = sum + error;
        if (row.has_to_be_exact) {
            from = sum;
            to = error == zero ? sum : not_a_number;
        }
        const words64 is_zero =
            reinterpret_cast<words64>(sum == zero) & reinterpret_cast<words64>(error == zero);
        from = is_zero != words64{} ? signed_zero : from;
        to = is_zero != words64{} ? signed_zero : to;
        store(low + j, from);
        store(high + j, to);
    }
}

#if HALFULP_FAMILY_BYTES == 64

HALFULP_ALWAYS_INLINE reals64 to_integer(reals64 x) noexcept {
    reals64 result;
    __asm__("{vrndscalepd $8, %1, %0|vrndscalepd %0, %1, 8}" : "=v"(result) : "v"(x));
    return result;
}
/// sum − x·y, rounded once.
HALFULP_ALWAYS_INLINE void fused_multiply_subtract(reals64& sum, reals64 x, reals64 y) noexcept {
    __asm__("{vfnmadd231pd %2, %1, %0|vfnmadd231pd %0, %1, %2}" : "+v"(sum) : "v"(x), "v"(y));
}
/// Eight integers of less than 32 bits, their low bytes in a row.
HALFULP_ALWAYS_INLINE void store_low_bytes(std::uint8_t* to, reals64 x) noexcept {
    struct row {
        std::uint8_t bytes[8];
    };
    typedef std::int32_t half __attribute__((vector_size(32)));
    half integers;
    __asm__("{vcvtpd2dq %1, %0|vcvtpd2dq %0, %1}" : "=v"(integers) : "v"(x));
    __asm__("{vpmovdb %1, %0|vpmovdb %0, %1}" : "=m"(*reinterpret_cast<row*>(to)) : "v"(integers));
}

/// bytes[i] = x[i] · scale modulo the modulus: as a number without sign, or as the one nearest to zero. The
/// product is an integer, exact in double whatever its size. Each pass takes off the multiple of the modulus
/// that the quotient's 53 bits say, whose remainder a double holds exactly.
template <bool PerLane, bool Unsigned>
inline void residues(const double* x, const double* scale, std::size_t count, const residue_rule& rule,
                     std::uint8_t* bytes) noexcept {
    constexpr std::size_t lanes = lanes_of<double>::count;
    const reals64 zero = {};
    const reals64 modulus = zero + rule.modulus;
    const reals64 inverse = zero + rule.inverse;
    for (std::size_t i = 0; i < count; i += lanes) {
        reals64 rest = load<reals64>(x + i) * (PerLane ? load<reals64>(scale + i) : repeat(*scale));
        for (int pass = 0; pass < rule.passes; ++pass)
            fused_multiply_subtract(rest, to_integer(rest * inverse), modulus);
        if constexpr (Unsigned) {
            rest = rest < zero ? rest + modulus : rest;
        } else {
            rest = rest > zero + 127 ? rest - modulus : rest;
            rest = rest < zero - 128 ? rest + modulus : rest;
        }
        store_low_bytes(bytes + i, rest);
    }
}

/// words[i] = the bytes of four lines, the first one lowest.
inline void interleave_bytes(const std::uint8_t* const (&lines)[4], std::size_t count,
                             std::uint32_t* words) noexcept {
    constexpr std::size_t lanes = lanes_of<float>::count;
    for (std::size_t i = 0; i < count; i += lanes)
        store(words + i, load_codes<words32>(lines[0] + i) | (load_codes<words32>(lines[1] + i) << 8) |
                             (load_codes<words32>(lines[2] + i) << 16) |
                             (load_codes<words32>(lines[3] + i) << 24));
}

/// bytes[i] = sums[i] modulo the modulus, without sign.
inline void reduce_sums(const std::int32_t* sums, std::size_t count, const residue_rule& rule,
                        std::uint8_t* bytes) noexcept {
    typedef std::int32_t half __attribute__((vector_size(32)));
    const reals64 zero = {};
    const reals64 modulus = zero + rule.modulus;
    const reals64 inverse = zero + rule.inverse;
    for (std::size_t i = 0; i < count; i += 8) {
        reals64 rest = __builtin_convertvector(load<half>(sums + i), reals64);
        fused_multiply_subtract(rest, to_integer(rest * inverse), modulus);
        rest = rest < zero ? rest + modulus : rest;
        store_low_bytes(bytes + i, rest);
    }
}

/// The integers with these residues, nearest to zero: limbs[l][i] are signed digits in base 2^limb_bits, the
/// highest last. See residue_system.
template <int Limbs>
inline void combine_residues(const std::uint8_t* const* residues, std::size_t count,
                             const residue_system& system, double* limbs, std::size_t limb_row) noexcept {
    typedef std::uint64_t words __attribute__((vector_size(64)));
    const reals64 zero = {};
    const reals64 base = zero + residue_system::base;
    const reals64 inverse_base = zero + 1 / residue_system::base;
    for (std::size_t i = 0; i < count; i += 8) {
        reals64 digits[Limbs];
#pragma GCC unroll 8
        for (int l = 0; l < Limbs; ++l)
            digits[l] = zero;
        reals64 fraction = zero;
        for (int m = 0; m < system.count; ++m) {
            const words codes = load_codes<words>(residues[m] + i);
            const reals64 r = __builtin_convertvector(reinterpret_cast<integers64>(codes), reals64);
            fused_multiply_add(fraction, r, repeat(system.fractions[m]));
#pragma GCC unroll 8
            for (int l = 0; l < Limbs; ++l)
                fused_multiply_add(digits[l], r, repeat(system.weights[m][l]));
        }
        const reals64 quotient = to_integer(fraction);
#pragma GCC unroll 8
        for (int l = 0; l < Limbs; ++l)
            fused_multiply_subtract(digits[l], quotient, repeat(system.product[l]));
#pragma GCC unroll 8
        for (int l = 0; l + 1 < Limbs; ++l) {
            const reals64 carry = to_integer(digits[l] * inverse_base);
            fused_multiply_subtract(digits[l], carry, base);
            digits[l + 1] = digits[l + 1] + carry;
        }
#pragma GCC unroll 8
        for (int l = 0; l < Limbs; ++l)
            store(limbs + static_cast<std::size_t>(l) * limb_row + i, digits[l]);
    }
}

#endif

}  // namespace HALFULP_FAMILY
}  // namespace simd
}  // namespace v0
}  // namespace halfulp

#endif

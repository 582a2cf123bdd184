// SPDX-License-Identifier: BSL-1.0
//
// Tiles of integer products from bit planes, by byte shuffles and by counting bits: see simd/for_each_family.hpp for
// how this text is used, and simd/integer_tiles.hpp for what a tile is given.

#if defined(HALFULP_FAMILY)

namespace halfulp {
inline namespace v0 {
namespace simd {
namespace HALFULP_FAMILY {

/// The 16 bytes in every part of the register.
HALFULP_ALWAYS_INLINE words8 repeat_part(const std::uint8_t* from) noexcept {
    struct part {
        std::uint8_t bytes[16];
    };
    words8 result;
#if HALFULP_FAMILY_BYTES == 64
    __asm__("{vbroadcasti32x4 %1, %0|vbroadcasti32x4 %0, %1}"
            : "=v"(result)
            : "m"(*reinterpret_cast<const part*>(from)));
#else
    __asm__("{vbroadcasti128 %1, %0|vbroadcasti128 %0, %1}"
            : "=x"(result)
            : "m"(*reinterpret_cast<const part*>(from)));
#endif
    return result;
}

inline constexpr int lookup_rows = register_bytes == 64 ? 4 : 2;
inline constexpr int lookup_registers = 2;
inline constexpr int lookup_columns = lookup_registers * register_bytes;

/// Which part of a bit-planes product comes first, and what it weighs.
struct lookup_pass {
    const std::uint8_t* tables;
    const std::uint8_t* indices;
    std::size_t steps;
    int shift;
    bool starts_empty;
};

/// sums(r, c) (+)= 2^shift Σ_k table(r, k)[index(k, c)] for Rows rows and lookup_registers registers of bytes. Sums
/// are kept in bytes for as many steps as those cannot overflow, then in 16 bits.
///
/// Of four bytes in a row, the columns are a quarter of a register apart, so that sums of 32 bits come out in order.
template <int Rows>
inline void multiply_by_tables_of(const integer_tile& t, const lookup_pass& pass) noexcept {
    constexpr int registers = lookup_registers;
    const std::ptrdiff_t row = t.left_row * 4;
    words16 even[Rows][registers], odd[Rows][registers];
#pragma GCC unroll 4
    for (int r = 0; r < Rows; ++r)
#pragma GCC unroll 2
        for (int j = 0; j < registers; ++j)
            even[r][j] = odd[r][j] = words16{};
    const std::uint8_t* tables = pass.tables;
    const std::uint8_t* indices = pass.indices;
    for (std::size_t k = 0; k < pass.steps;) {
        const std::size_t end = pass.steps - k < t.steps_in_bytes ? pass.steps : k + t.steps_in_bytes;
        words8 sums[Rows][registers];
#pragma GCC unroll 4
        for (int r = 0; r < Rows; ++r)
#pragma GCC unroll 2
            for (int j = 0; j < registers; ++j)
                sums[r][j] = words8{};
        for (; k < end; ++k) {
            words8 index[registers];
#pragma GCC unroll 2
            for (int j = 0; j < registers; ++j)
                index[j] = load<words8>(indices + j * register_bytes);
#pragma GCC unroll 4
            for (int r = 0; r < Rows; ++r) {
                const words8 table = repeat_part(tables + r * row);
#pragma GCC unroll 2
                for (int j = 0; j < registers; ++j)
                    sums[r][j] += shuffle_bytes(table, index[j]);
            }
            tables += 16;
            indices += lookup_columns;
        }
        const words16 low = words16{} + std::uint16_t{0xff};
#pragma GCC unroll 4
        for (int r = 0; r < Rows; ++r)
#pragma GCC unroll 2
            for (int j = 0; j < registers; ++j) {
                const words16 pairs = reinterpret_cast<words16>(sums[r][j]);
                even[r][j] += pairs & low;
                odd[r][j] += pairs >> 8;
            }
    }
    const words32 low = words32{} + 0xffffu;
#pragma GCC unroll 4
    for (int r = 0; r < Rows; ++r)
#pragma GCC unroll 2
        for (int j = 0; j < registers; ++j) {
            std::int32_t* const to = t.sums + r * t.sums_row + j * register_bytes;
            const words32 pairs[2] = {reinterpret_cast<words32>(even[r][j]),
                                      reinterpret_cast<words32>(odd[r][j])};
#pragma GCC unroll 4
            for (int s = 0; s < 4; ++s) {
                std::int32_t* const place = to + s * (register_bytes / 4);
                words32 sum = (s < 2 ? pairs[s] & low : pairs[s - 2] >> 16) << pass.shift;
                if (!pass.starts_empty)
                    sum += load<words32>(place);
                store(place, sum);
            }
        }
}

/// A pass for each plane on the right and each stretch whose sums fit 16 bits.
inline void multiply_by_tables(const integer_tile& t) noexcept {
    static constexpr void (*functions[])(const integer_tile&, const lookup_pass&) noexcept = {
        &multiply_by_tables_of<1>,
        &multiply_by_tables_of<2>,
#if HALFULP_FAMILY_BYTES == 64
        &multiply_by_tables_of<3>,
        &multiply_by_tables_of<4>
#endif
    };
    const auto tables = reinterpret_cast<const std::uint8_t*>(t.left);
    bool starts_empty = true;
    for (int plane = 0; plane < t.right_planes; ++plane) {
        const auto indices = reinterpret_cast<const std::uint8_t*>(t.right + plane * t.right_plane);
        for (std::size_t k = 0; k < t.steps; k += t.steps_in_16_bits) {
            const std::size_t steps = t.steps_in_16_bits < t.steps - k ? t.steps_in_16_bits : t.steps - k;
            functions[t.rows - 1](t, {tables + k * 16, indices + k * static_cast<std::size_t>(lookup_columns),
                                      steps, plane, starts_empty});
            starts_empty = false;
        }
    }
}

#if HALFULP_FAMILY_BYTES == 64

/// How many bits of each lane are set; where extensions::vpopcntdq is.
HALFULP_ALWAYS_INLINE words32 count_bits(words32 x) noexcept {
    words32 result;
    __asm__("{vpopcntd %1, %0|vpopcntd %0, %1}" : "=v"(result) : "v"(x));
    return result;
}

/// sums(r, c) = Σ_ij 2^(i+j) Σ_k popcount(left plane i of row r and right plane j of line c), for Rows rows and two
/// registers of lines. Pairs of planes are taken by descending i + j, so that doubling the sums weighs them.
template <int Rows>
inline void multiply_bit_planes_of(const integer_tile& t) noexcept {
    constexpr std::ptrdiff_t lanes = register_bytes / 4;
    words32 sums[Rows][2];
#pragma GCC unroll 12
    for (int r = 0; r < Rows; ++r)
        sums[r][0] = sums[r][1] = words32{};
    const std::ptrdiff_t row = t.left_row * 4;
    for (int weight = t.left_planes + t.right_planes - 2; weight >= 0; --weight) {
#pragma GCC unroll 12
        for (int r = 0; r < Rows; ++r) {
            sums[r][0] += sums[r][0];
            sums[r][1] += sums[r][1];
        }
        const int first = weight < t.right_planes ? 0 : weight - t.right_planes + 1;
        const int last = weight < t.left_planes ? weight : t.left_planes - 1;
        for (int i = first; i <= last; ++i) {
            constexpr int groups = (Rows + 2) / 3;
            const unsigned char* left[groups];
#pragma GCC unroll 4
            for (int g = 0; g < groups; ++g)
                left[g] = reinterpret_cast<const unsigned char*>(t.left + i * t.left_plane) + 3 * g * row;
            const std::uint32_t* right = t.right + (weight - i) * t.right_plane;
            for (std::size_t k = 0; k < t.steps; ++k) {
                const words32 y0 = load<words32>(right), y1 = load<words32>(right + lanes);
#pragma GCC unroll 12
                for (int r = 0; r < Rows; ++r) {
                    const words32 x =
                        words32{} + *reinterpret_cast<const std::uint32_t*>(left[r / 3] + (r % 3) * row);
                    sums[r][0] += count_bits(x & y0);
                    sums[r][1] += count_bits(x & y1);
                }
#pragma GCC unroll 4
                for (int g = 0; g < groups; ++g)
                    left[g] += 4;
                right += 2 * lanes;
            }
        }
    }
#pragma GCC unroll 12
    for (int r = 0; r < Rows; ++r) {
        store(t.sums + r * t.sums_row, sums[r][0]);
        store(t.sums + r * t.sums_row + lanes, sums[r][1]);
    }
}

inline void multiply_bit_planes(const integer_tile& t) noexcept {
    static constexpr void (*functions[most_tile_rows])(const integer_tile&) noexcept = {
        &multiply_bit_planes_of<1>,  &multiply_bit_planes_of<2>,  &multiply_bit_planes_of<3>,
        &multiply_bit_planes_of<4>,  &multiply_bit_planes_of<5>,  &multiply_bit_planes_of<6>,
        &multiply_bit_planes_of<7>,  &multiply_bit_planes_of<8>,  &multiply_bit_planes_of<9>,
        &multiply_bit_planes_of<10>, &multiply_bit_planes_of<11>, &multiply_bit_planes_of<12>};
    functions[t.rows - 1](t);
}

#endif

}  // namespace HALFULP_FAMILY
}  // namespace simd
}  // namespace v0
}  // namespace halfulp

#endif

// SPDX-License-Identifier: BSL-1.0
//
// Tiles of integer products from bit planes: see simd/for_each_family.hpp for how this text is used, and
// simd/integer_tiles.hpp for what a tile is given.

#if defined(HALFULP_FAMILY) && HALFULP_FAMILY_BYTES == 64

namespace halfulp {
inline namespace v0 {
namespace simd {
namespace HALFULP_FAMILY {

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

}  // namespace HALFULP_FAMILY
}  // namespace simd
}  // namespace v0
}  // namespace halfulp

#endif

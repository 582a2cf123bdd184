// SPDX-License-Identifier: BSL-1.0
//
// Codes of bfloat16 as the words of a chain_of_pairs: see simd/for_each_family.hpp for how this text is used, and
// simd/matmul_bfloat16.hpp for what they are.

#if defined(HALFULP_FAMILY)

namespace halfulp {
inline namespace v0 {
namespace simd {
namespace HALFULP_FAMILY {

/// words[i] = codes[2i] above codes[2i + 1].
inline void pair_along(const std::uint16_t* codes, std::size_t count, std::uint32_t* words) noexcept {
    constexpr std::size_t lanes = lanes_of<float>::count;
    std::size_t i = 0;
    for (; i + lanes <= count; i += lanes) {
        const words32 pair = load<words32>(codes + 2 * i);
        store(words + i, (pair << 16) | (pair >> 16));
    }
    for (; i < count; ++i)
        words[i] = static_cast<std::uint32_t>(codes[2 * i]) << 16 | codes[2 * i + 1];
}

/// words[i] = first[i] above second[i].
inline void pair_across(const std::uint16_t* first, const std::uint16_t* second, std::size_t count,
                        std::uint32_t* words) noexcept {
    constexpr std::size_t lanes = lanes_of<float>::count;
    std::size_t i = 0;
    for (; i + lanes <= count; i += lanes)
        store(words + i, (load_codes<words32>(first + i) << 16) | load_codes<words32>(second + i));
    for (; i < count; ++i)
        words[i] = static_cast<std::uint32_t>(first[i]) << 16 | second[i];
}

/// The smallest magnitude code but zero, less one; 0xffff if there is none.
inline std::uint16_t smallest_magnitude(const std::uint16_t* codes, std::size_t count) noexcept {
    typedef std::uint16_t halves __attribute__((vector_size(HALFULP_FAMILY_BYTES)));
    constexpr std::size_t lanes = register_bytes / 2;
    halves least = halves{} + std::uint16_t{0xffff};
    std::size_t i = 0;
    for (; i + lanes <= count; i += lanes) {
        const halves magnitude = (load<halves>(codes + i) & std::uint16_t{0x7fff}) - std::uint16_t{1};
        __asm__("{vpminuw %1, %0, %0|vpminuw %0, %0, %1}" : "+v"(least) : "v"(magnitude));
    }
    std::uint16_t result = 0xffff;
    for (std::size_t lane = 0; lane < lanes; ++lane)
        result = least[lane] < result ? least[lane] : result;
    for (; i < count; ++i) {
        const auto magnitude = static_cast<std::uint16_t>((codes[i] & 0x7fff) - 1);
        result = magnitude < result ? magnitude : result;
    }
    return result;
}

#if HALFULP_FAMILY_BYTES == 64
/// sums[i] ← one step of a chain_of_pairs, for one register.
inline void pair_step(const std::uint32_t* x, const std::uint32_t* y, float* sums) noexcept {
    reals32 sum = load<reals32>(sums);
    step_registers<chain_of_pairs>::apply(sum, load<words32>(x), load<words32>(y));
    store(sums, sum);
}
#endif

}  // namespace HALFULP_FAMILY
}  // namespace simd
}  // namespace v0
}  // namespace halfulp

#endif

// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// Products of bfloat16 in arithmetic::native<float> by the instruction that takes two terms a step.
///
/// vdpbf16ps computes, in each lane, fma(x_low, y_low, fma(x_high, y_high, sum)), where high and low are the halves
/// of a word, each step rounded to nearest even; operands and results that are subnormal become zero
/// (Intel, Architecture Instruction Set Extensions, VDPBF16PS; AMD's is the same). With the earlier term in the
/// high half these are two steps of the chain, wherever nothing is subnormal: no operand is, and no sum is,
/// since every sum is a multiple of the product of the lowest bits of the smallest operands,
/// 2^(e_a − 7)·2^(e_b − 7), and that is at least 2^-126 (a sum that rounds is a multiple of more).
/// Both is tested, the second for each product.

#include <halfulp/formats/named.hpp>
#include <halfulp/simd/matmul_operands.hpp>

#include <cmath>

#define HALFULP_FAMILY_TEXT <halfulp/simd/family/bfloat16_pairs.hpp>
#include <halfulp/simd/for_each_family.hpp>

#if HALFULP_HAS_SIMD

namespace halfulp {
inline namespace v0 {
namespace simd {

/// A reader of pairs of bfloat16; see value_reader.
class pair_reader {
  public:
    explicit pair_reader(const matrix_view<const std::uint16_t>& lines) noexcept : lines_(lines) {}

    bool is_along() const noexcept { return lines_.column_stride() == 1 || lines_.row_stride() != 1; }
    const std::uint32_t* direct(std::ptrdiff_t&) const noexcept { return nullptr; }
    const std::uint32_t* direct_steps(std::ptrdiff_t&) const noexcept { return nullptr; }

    const std::uint32_t* along(std::size_t line, std::size_t k, std::size_t steps,
                               std::uint32_t* to) const noexcept {
        const vector_view<const std::uint16_t> row = lines_.row(line);
        // A last term without a partner gets zeros for one.
        const std::size_t pairs = 2 * (k + steps) <= row.size() ? steps : steps - 1;
        if (row.stride() == 1)
            avx512::pair_along(row.data() + 2 * k, pairs, to);
        else
            for (std::size_t i = 0; i < pairs; ++i)
                to[i] = static_cast<std::uint32_t>(row[2 * (k + i)]) << 16 | row[2 * (k + i) + 1];
        if (pairs < steps)
            to[pairs] = static_cast<std::uint32_t>(row[2 * (k + pairs)]) << 16;
        return to;
    }
    const std::uint32_t* across(std::size_t k, std::size_t line, std::size_t count,
                                std::uint32_t* to) const noexcept {
        const bool has_second = 2 * k + 1 < lines_.columns();
        const vector_view<const std::uint16_t> first = lines_.column(2 * k);
        const vector_view<const std::uint16_t> second = lines_.column(2 * k + has_second);
        if (has_second && first.stride() == 1)
            avx512::pair_across(first.data() + line, second.data() + line, count, to);
        else
            for (std::size_t i = 0; i < count; ++i)
                to[i] = static_cast<std::uint32_t>(first[line + i]) << 16 |
                        (has_second ? second[line + i] : std::uint16_t{0});
        return to;
    }

    /// The smallest exponent of a value that is not zero; far below all if one is subnormal, far above if
    /// all are zero.
    int smallest_exponent() const noexcept {
        const bool is_turned = lines_.column_stride() != 1 && lines_.row_stride() == 1;
        const auto lines = is_turned ? lines_.transposed() : lines_;
        std::uint16_t least = 0xffff;
        for (std::size_t i = 0; i < lines.rows(); ++i) {
            const vector_view<const std::uint16_t> row = lines.row(i);
            std::uint16_t of_row = 0xffff;
            if (row.stride() == 1)
                of_row = avx512::smallest_magnitude(row.data(), row.size());
            else
                for (std::size_t j = 0; j < row.size(); ++j)
                    if (const auto magnitude = static_cast<std::uint16_t>((row[j] & 0x7fff) - 1);
                        magnitude < of_row)
                        of_row = magnitude;
            least = of_row < least ? of_row : least;
        }
        const int field = (least + 1) >> 7;
        return field == 0 ? -1000 : least == 0xffff ? 1000 : field - 127;
    }

  private:
    matrix_view<const std::uint16_t> lines_;
};

/// True if the processor's instruction is the two steps that it is said to be.
inline bool pairs_are_two_steps() noexcept {
    static const bool are = [] {
        constexpr std::size_t lanes = 16;
        std::uint64_t state = 1;
        const auto next_code = [&state] {
            state = state * 6364136223846793005u + 1442695040888963407u;
            const auto bits = static_cast<std::uint32_t>(state >> 33);
            return (bits & 0x80ff) | ((bits >> 16) % 24 + 115)
                                         << 7;  // exponents near one, so that sums round
        };
        const auto value = [](std::uint32_t high_half) {
            return std::bit_cast<float>(high_half & 0xffff0000u);
        };
        for (int round = 0; round < 8; ++round) {
            std::uint32_t x[lanes], y[lanes];
            float sums[lanes], expected[lanes];
            for (std::size_t i = 0; i < lanes; ++i) {
                x[i] = next_code() << 16 | next_code();
                y[i] = next_code() << 16 | next_code();
                sums[i] = value(next_code() << 16) * 1.0000001f;
                expected[i] = std::fma(value(x[i] << 16), value(y[i] << 16),
                                       std::fma(value(x[i]), value(y[i]), sums[i]));
            }
            avx512::pair_step(x, y, sums);
            if (std::memcmp(sums, expected, sizeof sums) != 0)
                return false;
        }
        return true;
    }();
    return are;
}

}  // namespace simd

namespace detail {

template <class T>
inline constexpr bool is_bfloat16 = false;
template <projection P>
inline constexpr bool is_bfloat16<custom_float<formats::bfloat16, P>> = true;

/// The lines as codes.
template <class T>
matrix_view<const std::uint16_t> codes_of(const matrix_view<const T>& m) noexcept {
    return {reinterpret_cast<const std::uint16_t*>(m.data()), m.rows(), m.columns(), m.row_stride(),
            m.column_stride()};
}

/// True if the sums of these products may take two terms a step.
inline bool may_take_pairs(const simd::pair_reader& left, const simd::pair_reader& right) noexcept {
    constexpr int smallest_normal = -126, fraction_bits = 7;
    return left.smallest_exponent() + right.smallest_exponent() - 2 * fraction_bits >= smallest_normal &&
           simd::pairs_are_two_steps();
}

}  // namespace detail
}  // namespace v0
}  // namespace halfulp

#endif

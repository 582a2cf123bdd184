// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// The exact matrix product by residues: integers modulo coprime numbers, multiplied by 8-bit dot products. See
/// simd/matmul_exact.hpp.

#include <halfulp/simd/bounds_of_lines.hpp>
#include <halfulp/simd/matmul_exact_task.hpp>

#include <cmath>
#include <vector>

#if HALFULP_HAS_SIMD

namespace halfulp {
inline namespace v0 {
namespace simd {

/// The words of an operand of sum_of_bytes: residues of its terms, four of k a word, scaled line by line. Terms
/// that are infinite or NaN count as zeros; whoever asks knows better what becomes of their sums.
template <class T, bool Unsigned>
class residue_reader {
  public:
    residue_reader(isa level, const matrix_view<const T>& lines, const double* scales,
                   const residue_rule& rule) noexcept
        : level_(level), lines_(lines), scales_(scales), rule_(rule) {}

    bool is_along() const noexcept { return lines_.column_stride() == 1 || lines_.row_stride() != 1; }
    const std::uint32_t* direct(std::ptrdiff_t&) const noexcept { return nullptr; }
    const std::uint32_t* direct_steps(std::ptrdiff_t&) const noexcept { return nullptr; }

    const std::uint32_t* along(std::size_t line, std::size_t k, std::size_t steps,
                               std::uint32_t* to) const noexcept {
        constexpr std::size_t most = chunk_size<double>;
        alignas(64) double values[most];
        alignas(64) std::uint8_t bytes[most];
        const std::size_t first = 4 * k;
        const std::size_t last = first + 4 * steps < lines_.columns() ? first + 4 * steps : lines_.columns();
        for (std::size_t i = 0; i < 4 * steps; i += most) {
            const std::size_t count =
                first + i >= last ? 0 : (most < last - first - i ? most : last - first - i);
            const std::size_t wanted = most < 4 * steps - i ? most : 4 * steps - i;
            const std::size_t whole = whole_blocks(wanted);
            const double* x = values;
            if (count != 0)
                x = read_line<double, T>(level_, lines_.row(line), first + i, count, values);
            const std::size_t read = whole_blocks(count);
            if (read != 0)
                avx512::residues<false, Unsigned>(x, scales_ + line, read, rule_, bytes);
            for (std::size_t j = read; j < whole; ++j)
                bytes[j] = 0;
            std::memcpy(to + i / 4, bytes, wanted);
        }
        return to;
    }

    const std::uint32_t* across(std::size_t k, std::size_t line, std::size_t count,
                                std::uint32_t* to) const noexcept {
        constexpr std::size_t most = 256;
        alignas(64) double values[most];
        alignas(64) double scales[most];
        alignas(64) std::uint8_t bytes[4][most];
        const std::size_t whole = whole_blocks(count);
        std::memcpy(scales, scales_ + line, count * sizeof(double));
        for (std::size_t j = count; j < whole; ++j)
            scales[j] = 0;
        for (std::size_t t = 0; t < 4; ++t) {
            if (4 * k + t < lines_.columns()) {
                const double* const x =
                    read_line<double, T>(level_, lines_.column(4 * k + t), line, count, values);
                avx512::residues<true, Unsigned>(x, scales, whole, rule_, bytes[t]);
            } else {
                std::memset(bytes[t], 0, whole);
            }
        }
        avx512::interleave_bytes({bytes[0], bytes[1], bytes[2], bytes[3]}, whole, to);
        return to;
    }

  private:
    isa level_;
    matrix_view<const T> lines_;
    const double* scales_;
    residue_rule rule_;
};

}  // namespace simd

namespace detail {

/// Parts of a product by residues, or by the definition where a line has too many exponents for them.
template <class Task>
class residue_product {
    using X = typename Task::x_type;
    using Y = typename Task::y_type;
    using C = typename Task::c_type;
    static constexpr float_format format = Task::format;

    static constexpr std::size_t residue_rows = 512, residue_columns = 512;
    /// Of signed and unsigned bytes: K · 128 · 255 < 2^31.
    static constexpr std::size_t most_residue_depth = 65000;

  public:
    explicit residue_product(const Task& task) noexcept : task_(task) {}

    void run(const simd::bounds_of_lines<X>& rows, const simd::bounds_of_lines<Y>& columns, std::size_t i,
             std::size_t j, std::size_t height, std::size_t width, matmul_report& counts) const {
        const int moduli = moduli_needed(rows, columns);
        if (moduli == 0) {
            for (std::size_t r = 0; r < height; ++r)
                for (std::size_t s = 0; s < width; ++s)
                    task_.one_by_one(i + r, j + s, counts);
            return;
        }
        const simd::residue_system system(moduli);
        for (std::size_t s = 0; s < width; s += residue_columns)
            for (std::size_t r = 0; r < height; r += residue_rows)
                run_residues(system, rows, columns, i + r, j + s,
                             residue_rows < height - r ? residue_rows : height - r,
                             residue_columns < width - s ? residue_columns : width - s, counts);
    }

    /// How many moduli the sums need; 0 if they are not to be had in that way.
    int moduli_needed(const simd::bounds_of_lines<X>& rows, const simd::bounds_of_lines<Y>& columns) const {
        if constexpr (!simd::has_array_decoder<double, X>() || !simd::has_array_decoder<double, Y>())
            return 0;
        if (task_.level != simd::isa::avx512 || !simd::available_extensions().vnni ||
            task_.options.accumulate || task_.a.columns() == 0 || task_.a.columns() > most_residue_depth)
            return 0;
        const projection& direction = task_.direction;
        if (is_stochastic(direction.mode) && format.precision() + direction.random_bits + 3 > 75)
            return 0;  // rounded_digits has 75 bits
        const int a_bits = rows.widest(), b_bits = columns.widest();
        if (a_bits < 0 || b_bits < 0)
            return 0;
        return simd::residue_system::moduli_for(a_bits + b_bits +
                                                bit_width(std::uint64_t{task_.a.columns()}));
    }

  private:
    /// Passes of `residues` for integers of so many bits: each takes off at least 50.
    static int passes_for(int bits) noexcept {
        return bits <= 50 ? 1 : bits <= 100 ? 2 : bits <= 150 ? 3 : 5;
    }

    template <class Bounds>
    static void scales_of(const Bounds& bounds, double* scales, int* exponents) {
        for (std::size_t i = 0; i < bounds.size(); ++i) {
            exponents[i] = bounds[i].largest == 0 ? 0 : std::ilogb(bounds[i].lowest);
            scales[i] = std::ldexp(1.0, -exponents[i]);
        }
    }

    void run_residues(const simd::residue_system& system, const simd::bounds_of_lines<X>& rows,
                      const simd::bounds_of_lines<Y>& columns, std::size_t i, std::size_t j,
                      std::size_t height, std::size_t width, matmul_report& counts) const {
        std::vector<double> row_scales(rows.size()), column_scales(columns.size());
        std::vector<int> row_exponents(rows.size()), column_exponents(columns.size());
        scales_of(rows, row_scales.data(), row_exponents.data());
        scales_of(columns, column_scales.data(), column_exponents.data());
        const int a_passes = passes_for(rows.widest()), b_passes = passes_for(columns.widest());

        const std::size_t row = simd::whole_blocks(width);
        const std::size_t plane = height * row;
        const auto moduli = static_cast<std::size_t>(system.count);
        thread_local simd::workspace memory;
        const auto sums = static_cast<std::int32_t*>(
            memory.reserve(plane * (sizeof(std::int32_t) + moduli) + row * 7 * sizeof(double)));
        double* const limbs = reinterpret_cast<double*>(sums + plane);
        auto* const planes = reinterpret_cast<std::uint8_t*>(limbs + 7 * row);
        const std::size_t steps = (task_.a.columns() + 3) / 4;
        for (std::size_t m = 0; m < moduli; ++m) {
            simd::residue_rule rule;
            rule.modulus = simd::residue_system::moduli_at(static_cast<int>(m));
            rule.inverse = 1 / rule.modulus;
            rule.passes = a_passes;
            const simd::residue_reader<X, false> left(task_.level, task_.a, row_scales.data(), rule);
            rule.passes = b_passes;
            const simd::residue_reader<Y, true> right(task_.level, task_.b.transposed(), column_scales.data(),
                                                      rule);
            using word = simd::sum_of_bytes::word;
            const simd::tiled_product<word, std::int32_t> product(
                simd::shape_at<simd::sum_of_bytes>(task_.level), simd::operand_of<word>(task_.level, left),
                simd::operand_of<word>(task_.level, right), steps, {});
            product.run(i, j, height, width, {sums, static_cast<std::ptrdiff_t>(row)}, true);
            simd::avx512::reduce_sums(sums, plane, rule, planes + m * plane);
        }
        const std::uint8_t* residues[simd::residue_system::most_moduli];
        for (std::size_t r = 0; r < height; ++r) {
            for (std::size_t m = 0; m < moduli; ++m)
                residues[m] = planes + m * plane + r * row;
            combine(system, residues, row, limbs);
            for (std::size_t s = 0; s < width; ++s)
                task_.c(i + r, j + s) =
                    rounded_digits(system.limbs, limbs + s, row,
                                   row_exponents[i + r] + column_exponents[j + s], i + r, j + s);
        }
        counts.residues += height * width;
        put_in_non_finite(i, j, height, width, counts);
    }

    static void combine(const simd::residue_system& system, const std::uint8_t* const* residues,
                        std::size_t row, double* limbs) noexcept {
        using function = void (*)(const std::uint8_t* const*, std::size_t, const simd::residue_system&,
                                  double*, std::size_t) noexcept;
        constexpr function functions[] = {
            simd::avx512::combine_residues<1>, simd::avx512::combine_residues<2>,
            simd::avx512::combine_residues<3>, simd::avx512::combine_residues<4>,
            simd::avx512::combine_residues<5>, simd::avx512::combine_residues<6>,
            simd::avx512::combine_residues<7>};
        functions[system.limbs - 1](residues, row, system, limbs, row);
    }

    /// Σ digit_l·2^(38·l + exponent), rounded once. Three digits from the highest nonzero one have at least 75
    /// bits, one less where what is below is of the other sign.
    C rounded_digits(int count, const double* limbs, std::size_t row, int exponent, std::size_t i,
                     std::size_t j) const {
        using wide = uint_with_bits<128>;
        constexpr int digit_bits = simd::residue_system::limb_bits;
        const auto digit = [&](int l) { return l < 0 ? 0.0 : limbs[static_cast<std::size_t>(l) * row]; };
        int top = count - 1;
        while (top > 0 && digit(top) == 0)
            --top;
        const bool negative = digit(top) < 0;
        // Signed digits of the magnitude, in two's complement of 128 bits.
        wide significand{};
        for (int l = top; l > top - 3; --l) {
            const auto value = static_cast<std::int64_t>(negative ? -digit(l) : digit(l));
            significand =
                (significand << digit_bits) + wide(static_cast<std::uint64_t>(value < 0 ? -value : value)) *
                                                  wide(value < 0 ? ~wide{} : wide(std::uint64_t{1}));
        }
        int below = top - 3;
        while (below >= 0 && digit(below) == 0)
            --below;
        const bool sticky = below >= 0;
        if (sticky && (digit(below) < 0) != negative)
            significand = significand - wide(std::uint64_t{1});
        const auto finish = [&](auto p) {
            if (significand == wide{})
                return from_code<C>(
                    encode_zero(constant_value<format>{}, projection(p).mode == rounding::toward_negative)
                        .value);
            return from_code<C>(encode(constant_value<format>{}, p, negative,
                                       exponent + (top - 2) * digit_bits, significand, sticky,
                                       task_.random_bits(i, j))
                                    .value);
        };
        // The projection that goes with the type is known to the compiler, which makes the common case short.
        return task_.how.rounding ? finish(task_.direction) : finish(result_projection<C>{});
    }

    /// Rows and columns with infinities and NaN, which residues do not know.
    void put_in_non_finite(std::size_t i, std::size_t j, std::size_t height, std::size_t width,
                           matmul_report& counts) const {
        const auto is_finite = [&](const auto& line) {
            for (std::size_t k = 0; k < line.size(); ++k) {
                const double x = arithmetic::detail::converted<double>(line[k]);
                if (!(x - x == 0))
                    return false;
            }
            return true;
        };
        std::vector<char> row_is_finite(height), column_is_finite(width);
        for (std::size_t r = 0; r < height; ++r)
            row_is_finite[r] = is_finite(task_.a.row(i + r));
        for (std::size_t s = 0; s < width; ++s)
            column_is_finite[s] = is_finite(task_.b.column(j + s));
        for (std::size_t r = 0; r < height; ++r)
            for (std::size_t s = 0; s < width; ++s)
                if (!row_is_finite[r] || !column_is_finite[s]) {
                    task_.one_by_one(i + r, j + s, counts);
                    --counts.residues;
                }
    }

    const Task& task_;
};

}  // namespace detail

}  // namespace v0
}  // namespace halfulp

#endif

// SPDX-License-Identifier: BSL-1.0
//
// Sums of products with all that they round off: see simd/for_each_family.hpp for how this text is used, and
// simd/dot_exact.hpp for why. Counts are multiples of simd::block.

#if defined(HALFULP_FAMILY)

namespace halfulp {
inline namespace v0 {
namespace simd {
namespace HALFULP_FAMILY {

/// The greater (lesser) of x and y; y if one is NaN.
HALFULP_ALWAYS_INLINE reals64 greater_number(reals64 x, reals64 y) noexcept {
    reals64 result;
    __asm__("{vmaxpd %2, %1, %0|vmaxpd %0, %1, %2}" : "=v"(result) : "v"(x), "v"(y));
    return result;
}
HALFULP_ALWAYS_INLINE reals64 lesser_number(reals64 x, reals64 y) noexcept {
    reals64 result;
    __asm__("{vminpd %2, %1, %0|vminpd %0, %1, %2}" : "=v"(result) : "v"(x), "v"(y));
    return result;
}
HALFULP_ALWAYS_INLINE reals64 magnitude_of(reals64 x) noexcept {
    return as_reals(as_words(x) & carrier_constants<double>::magnitude_mask);
}
/// x·y − product, rounded once.
HALFULP_ALWAYS_INLINE reals64 product_error(reals64 x, reals64 y, reals64 product) noexcept {
    __asm__("{vfmsub231pd %2, %1, %0|vfmsub231pd %0, %1, %2}" : "+v"(product) : "v"(x), "v"(y));
    return product;
}
/// sum + term = new sum + what is returned, exactly (Knuth, TAOCP 2, 4.2.2, Theorem B).
HALFULP_ALWAYS_INLINE reals64 add_exactly(reals64& sum, reals64 term) noexcept {
    const reals64 next = sum + term;
    const reals64 term_part = next - sum;
    const reals64 sum_part = next - term_part;
    const reals64 error = (sum - sum_part) + (term - term_part);
    sum = next;
    return error;
}

/// Adds products that are exact in double: a chunk's sums are plain ones, at most enclosed_roundings of them one
/// after the other; chunks are added exactly. sizes are of the products.
template <class X, class Y>
inline void add_enclosed(const X* x, const Y* y, std::size_t count, sums_of_lanes& lanes) noexcept {
    constexpr std::size_t width = lanes_of<double>::count;
    constexpr std::size_t chains = 4;
    reals64 sums[chains] = {}, sizes[chains] = {};
    for (std::size_t i = 0; i < count; i += chains * width) {
#pragma GCC unroll 4
        for (std::size_t c = 0; c < chains; ++c) {
            const reals64 term =
                as_rounded(load_as_double(x + i + c * width) * load_as_double(y + i + c * width));
            sums[c] = sums[c] + term;
            sizes[c] = sizes[c] + magnitude_of(term);
        }
    }
    reals64 sum = load<reals64>(lanes.sums);
    const reals64 error = add_exactly(sum, (sums[0] + sums[1]) + (sums[2] + sums[3]));
    store(lanes.sums, sum);
    store(lanes.errors, load<reals64>(lanes.errors) + error);
    store(lanes.sizes, load<reals64>(lanes.sizes) + ((sizes[0] + sizes[1]) + (sizes[2] + sizes[3])));
}

/// Adds products with their errors and those of the sums (Ogita, Rump, Oishi, Dot2). sizes are of the errors.
template <bool ProductsAreExact, class X, class Y>
inline void add_twofold(const X* x, const Y* y, std::size_t count, sums_of_lanes& lanes) noexcept {
    constexpr std::size_t width = lanes_of<double>::count;
    constexpr std::size_t chains = register_bytes == 64 ? 4 : 2;
    reals64 sums[chains], errors[chains], sizes[chains];
#pragma GCC unroll 4
    for (std::size_t c = 0; c < chains; ++c) {
        sums[c] = load<reals64>(lanes.sums + c * width);
        errors[c] = load<reals64>(lanes.errors + c * width);
        sizes[c] = load<reals64>(lanes.sizes + c * width);
    }
    for (std::size_t i = 0; i < count; i += chains * width) {
#pragma GCC unroll 4
        for (std::size_t c = 0; c < chains; ++c) {
            const reals64 left = load_as_double(x + i + c * width);
            const reals64 right = load_as_double(y + i + c * width);
            const reals64 term = as_rounded(left * right);
            reals64 error = add_exactly(sums[c], term);
            if constexpr (!ProductsAreExact)
                error = error + product_error(left, right, term);
            errors[c] = errors[c] + error;
            sizes[c] = sizes[c] + magnitude_of(error);
        }
    }
#pragma GCC unroll 4
    for (std::size_t c = 0; c < chains; ++c) {
        store(lanes.sums + c * width, sums[c]);
        store(lanes.errors + c * width, errors[c]);
        store(lanes.sizes + c * width, sizes[c]);
    }
}

/// True if the error of a product may not be a number of double: if a product that is not zero is below 2^-960.
template <class X, class Y>
inline bool may_lose_error(const X* x, const Y* y, std::size_t count) noexcept {
    constexpr std::size_t width = lanes_of<double>::count;
    const words64 zero = {};
    const reals64 least = reals64{} + 0x1p-960;
    words64 any = zero;
    for (std::size_t i = 0; i < count; i += width) {
        const reals64 left = load_as_double(x + i);
        const reals64 right = load_as_double(y + i);
        const words64 is_small = reinterpret_cast<words64>(magnitude_of(as_rounded(left * right)) < least);
        any |= is_small & reinterpret_cast<words64>(left != reals64{}) &
               reinterpret_cast<words64>(right != reals64{});
    }
    std::uint64_t lanes[width];
    store(lanes, any);
    std::uint64_t all = 0;
    for (const std::uint64_t lane : lanes)
        all |= lane;
    return all != 0;
}

/// The largest and the smallest magnitude of products, rounded; NaN counts as neither.
template <class X, class Y>
inline product_range range_of_products(const X* x, const Y* y, std::size_t count) noexcept {
    constexpr int width = lanes_of<double>::count;
    reals64 largest = {};
    reals64 smallest = reals64{} + std::numeric_limits<double>::infinity();
    for (std::size_t i = 0; i < count; i += width) {
        const reals64 size = magnitude_of(as_rounded(load_as_double(x + i) * load_as_double(y + i)));
        largest = greater_number(size, largest);
        smallest = lesser_number(size, smallest);
    }
    product_range range{largest[0], smallest[0]};
    for (int lane = 1; lane < width; ++lane) {
        range.largest = largest[lane] > range.largest ? largest[lane] : range.largest;
        range.smallest = smallest[lane] < range.smallest ? smallest[lane] : range.smallest;
    }
    return range;
}

/// x's part above the last place of `grid`, which is taken off x: both exactly.
HALFULP_ALWAYS_INLINE reals64 cut_slice(reals64& x, reals64 grid) noexcept {
    const reals64 slice = (x + grid) - grid;
    x = x - slice;
    return slice;
}

/// sums[s] = Σ slices of products in the places of grids[s]; true if nothing of any product is left, which of
/// infinities and NaN there is.
template <std::size_t Slices, bool ProductsAreExact, class X, class Y>
inline bool sum_slices(const X* x, const Y* y, std::size_t count, const double* grids,
                       double* sums) noexcept {
    constexpr std::size_t width = lanes_of<double>::count;
    reals64 grid[Slices], sum[Slices];
#pragma GCC unroll 4
    for (std::size_t s = 0; s < Slices; ++s) {
        grid[s] = repeat(grids[s]);
        sum[s] = reals64{};
    }
    words64 left_over = {};
    for (std::size_t i = 0; i < count; i += width) {
        const reals64 left = load_as_double(x + i);
        const reals64 right = load_as_double(y + i);
        reals64 product = as_rounded(left * right);
        [[maybe_unused]] reals64 error = {};
        if constexpr (!ProductsAreExact)
            error = product_error(left, right, product);
#pragma GCC unroll 4
        for (std::size_t s = 0; s < Slices; ++s) {
            sum[s] = sum[s] + cut_slice(product, grid[s]);
            if constexpr (!ProductsAreExact)
                if (s != 0)
                    sum[s] = sum[s] + cut_slice(error, grid[s]);
        }
        left_over |= as_words(product);
        if constexpr (!ProductsAreExact)
            left_over |= as_words(error);
    }
    for (std::size_t s = 0; s < Slices; ++s) {
        sums[s] = 0;
        for (std::size_t lane = 0; lane < width; ++lane)
            sums[s] += sum[s][lane];
    }
    std::uint64_t all = 0;
    for (std::size_t lane = 0; lane < width; ++lane)
        all |= left_over[lane];
    return (all & carrier_constants<double>::magnitude_mask) == 0;
}

}  // namespace HALFULP_FAMILY
}  // namespace simd
}  // namespace v0
}  // namespace halfulp

#endif

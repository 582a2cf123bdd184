// SPDX-License-Identifier: BSL-1.0
//
// Tiles in which every step is rounded to a format: see simd/for_each_family.hpp for how this text is used, and
// simd/rounded_tiles.hpp for the steps.

#if defined(HALFULP_FAMILY)

namespace halfulp {
inline namespace v0 {
namespace simd {
namespace HALFULP_FAMILY {

/// The words of Philox's blocks for (step, element), of elements in `Rows` rows from `row` and eight (four)
/// columns: word 0 is the product's, word 1 the sum's. A round waits for the one before, so all rows go together.
template <int Rows>
HALFULP_ALWAYS_INLINE void philox_of_step(const words64 (&keys)[10][2], std::uint64_t step, std::uint64_t row,
                                          words64 column, words64 (&product)[Rows],
                                          words64 (&sum)[Rows]) noexcept {
    const words64 zero = {};
    const words64 multiplier0 = zero + philox_multipliers[0];
    const words64 multiplier1 = zero + philox_multipliers[1];
    words64 c0[Rows], c1[Rows], c2[Rows], c3[Rows];
#pragma GCC unroll 4
    for (int i = 0; i < Rows; ++i) {
        c0[i] = zero + static_cast<std::uint32_t>(step);
        c1[i] = zero + (step >> 32);
        c2[i] = column;
        c3[i] = zero + (row + static_cast<std::uint64_t>(i));
    }
#pragma GCC unroll 10
    for (int round = 0; round < 10; ++round) {
#pragma GCC unroll 4
        for (int i = 0; i < Rows; ++i) {
            const words64 product0 = multiply_low_halves(c0[i], multiplier0);
            const words64 product1 = multiply_low_halves(c2[i], multiplier1);
            c0[i] = (product1 >> 32) ^ c1[i] ^ keys[round][0];
            c1[i] = product1;
            c2[i] = (product0 >> 32) ^ c3[i] ^ keys[round][1];
            c3[i] = product0;
        }
    }
#pragma GCC unroll 4
    for (int i = 0; i < Rows; ++i) {
        product[i] = c0[i];
        sum[i] = c1[i];
    }
}

/// The bits of a register of lanes in each of Rows rows: a lane of the carrier's words each.
template <class Carrier>
struct random_of_lanes {
    using words = typename lanes_of<Carrier>::words;
    words product, sum;
};
template <class Carrier, int Rows>
HALFULP_ALWAYS_INLINE void random_of_step(const words64 (&keys)[10][2], std::uint64_t step, std::uint64_t row,
                                          std::uint64_t column, random_of_lanes<Carrier>* random) noexcept {
    constexpr std::uint64_t lanes = lanes_of<double>::count;
    words64 first = {};
    for (std::uint64_t lane = 0; lane < lanes; ++lane)
        first[lane] = lane;
    first = first + column;
    words64 product[Rows], sum[Rows];
    philox_of_step<Rows>(keys, step, row, first, product, sum);
    if constexpr (sizeof(Carrier) == 8) {
        const words64 low_half = words64{} + 0xffffffffu;
#pragma GCC unroll 4
        for (int i = 0; i < Rows; ++i)
            random[i] = {product[i] & low_half, sum[i] & low_half};
    } else {
        words64 more_product[Rows], more_sum[Rows];
        philox_of_step<Rows>(keys, step, row, first + lanes, more_product, more_sum);
#pragma GCC unroll 4
        for (int i = 0; i < Rows; ++i)
            random[i] = {low_halves(product[i], more_product[i]), low_halves(sum[i], more_sum[i])};
    }
}

inline void fill_philox_keys(words64 (&keys)[10][2], std::uint64_t seed) noexcept {
    for (int round = 0; round < 10; ++round)
        for (int half = 0; half < 2; ++half)
            keys[round][half] = words64{} + (static_cast<std::uint32_t>(seed >> 32 * half) +
                                             static_cast<std::uint32_t>(round) *
                                                 philox_key_steps[static_cast<std::size_t>(half)]);
}

/// x·y + sum with the bits that decide the rounding; x is one where products are rounded.
template <class Step>
HALFULP_ALWAYS_INLINE typename lanes_of<typename Step::word>::reals lanes_of_sum(
    typename lanes_of<typename Step::word>::reals x, typename lanes_of<typename Step::word>::reals y,
    typename lanes_of<typename Step::word>::reals sum, const elementwise_rules& rules,
    [[maybe_unused]] bool truncates) noexcept {
    if constexpr (!Step::sums_to_odd)
        return sum + y;
#if HALFULP_FAMILY_BYTES == 64
    else if constexpr (Step::is_directed)
        return Step::rounds_products ? processor<Step::mode>::sum(sum, y)
                                     : processor<Step::mode>::step(x, y, sum);
    else if (may_be_random<typename Step::way> && truncates)
        return processor<rounding::toward_zero>::step(x, y, sum);
#endif
    else
        return step_to_odd<typename Step::word>(x, y, sum, rules);
}

template <class Step>
HALFULP_ALWAYS_INLINE typename lanes_of<typename Step::word>::words lanes_of_product(
    typename lanes_of<typename Step::word>::reals x,
    typename lanes_of<typename Step::word>::reals y) noexcept {
#if HALFULP_FAMILY_BYTES == 64
    if constexpr (is_by_processor<typename Step::way>)
        return as_words(processor<Step::mode>::product(x, y));
#endif
    return as_words(as_rounded(x * y));
}

/// The greater of two magnitudes, the first of which has no sign. Where NaN stays NaN in the sums, which are looked
/// at in the end, it need not be noticed here.
template <class Step>
HALFULP_ALWAYS_INLINE typename lanes_of<typename Step::word>::words greater_magnitude(
    typename lanes_of<typename Step::word>::words greatest,
    typename lanes_of<typename Step::word>::words x) noexcept {
    using carrier = typename Step::word;
#if HALFULP_FAMILY_BYTES == 64
    if constexpr (std::same_as<carrier, float> &&
                  (Step::way::is_short || is_by_processor<typename Step::way>)) {
        typename lanes_of<carrier>::words result;  // the one with the greater magnitude, without its sign
        __asm__("{vrangeps $11, %2, %1, %0|vrangeps %0, %1, %2, 11}" : "=v"(result) : "v"(greatest), "v"(x));
        return result;
    }
#endif
    return greater_of(greatest, x & splat<carrier>(carrier_constants<carrier>::magnitude_mask));
}

inline constexpr int rounded_rows = HALFULP_FAMILY_BYTES == 64 ? 8 : 4;

/// The tile with what overflows and what is not finite put right after each rounding, a row at a time.
template <class Step>
inline void multiply_with_specials(
    const tile_for<Step>& t, const rounded_context<typename Step::word>& context,
    const rounder<typename Step::word, typename Step::way>& round_product,
    const rounder<typename Step::word, typename Step::way>& round_sum) noexcept {
    using carrier = typename Step::word;
    using words = typename lanes_of<carrier>::words;
    using reals = typename lanes_of<carrier>::reals;
    constexpr overflow_shows where =
        Step::way::is_short ? overflow_shows::in_input : overflow_shows::in_result;
    const auto& of_product = context.product->template constants<carrier>();
    const auto& of_sum = context.sum->template constants<carrier>();
    const elementwise_rules rules = context.rules;
    const bool truncates = context.truncates_sums;
    alignas(64) words64 keys[10][2];
    if (may_be_random<typename Step::way> && context.is_random)
        fill_philox_keys(keys, context.seed);
    for (int i = 0; i < t.rows; ++i) {
        carrier* const place = t.c + i * t.c_row;
        reals chain = t.starts_empty ? repeat(context.empty) : load<reals>(place);
        for (std::size_t k = 0; k < t.steps; ++k) {
            random_of_lanes<carrier> random{};
            if (may_be_random<typename Step::way> && context.is_random)
                random_of_step<carrier, 1>(keys, t.first_step + k,
                                           context.first_row + t.first_row + static_cast<std::size_t>(i),
                                           context.first_column + t.first_column, &random);
            reals x = repeat(t.a[i * t.a_row + static_cast<std::ptrdiff_t>(k)]);
            reals y = load<reals>(t.b + static_cast<std::ptrdiff_t>(k) * t.b_row);
            if constexpr (Step::rounds_products) {
                const words product = lanes_of_product<Step>(x, y);
                x = repeat(carrier{1});
                y = as_reals(with_specials<carrier, where>(product, round_product(product, random.product),
                                                           of_product));
            }
            const words sum = as_words(lanes_of_sum<Step>(x, y, chain, rules, truncates));
            chain = as_reals(with_specials<carrier, where>(sum, round_sum(sum, random.sum), of_sum));
        }
        store(place, chain);
    }
}

/// One step of a row's chain; the greatest magnitudes that were rounded are noted, where they are asked for.
template <class Step>
HALFULP_ALWAYS_INLINE typename lanes_of<typename Step::word>::reals next_in_chain(
    typename lanes_of<typename Step::word>::reals x, typename lanes_of<typename Step::word>::reals y,
    typename lanes_of<typename Step::word>::reals chain, const random_of_lanes<typename Step::word>& random,
    const rounder<typename Step::word, typename Step::way>& round_product,
    const rounder<typename Step::word, typename Step::way>& round_sum, const elementwise_rules& rules,
    bool truncates, typename lanes_of<typename Step::word>::words& greatest_product,
    typename lanes_of<typename Step::word>::words& greatest_sum) noexcept {
    using words = typename lanes_of<typename Step::word>::words;
    constexpr bool is_watched = !is_natural<typename Step::way>;
    if constexpr (Step::rounds_products) {
        const words product = lanes_of_product<Step>(x, y);
        if constexpr (is_watched)
            greatest_product = greater_magnitude<Step>(greatest_product, product);
        x = repeat(typename Step::word{1});
        y = as_reals(round_product(product, random.product));
    }
    const words sum = as_words(lanes_of_sum<Step>(x, y, chain, rules, truncates));
    if constexpr (is_watched)
        greatest_sum = greater_magnitude<Step>(greatest_sum, sum);
    return as_reals(round_sum(sum, random.sum));
}

/// A tile of a rounded chain: eight (four) chains of registers, so that while one waits for its rounding the others
/// go on. Magnitudes from which a rounding may overflow, and what is not finite, are noticed, and the tile is done
/// once more with them in mind; nothing is written before that is known.
template <class Step>
inline void multiply_rounded_tile(const tile_for<Step>& t) noexcept {
    using carrier = typename Step::word;
    using words = typename lanes_of<carrier>::words;
    using reals = typename lanes_of<carrier>::reals;
    constexpr int rows = rounded_rows;
    // Steps of a few operations keep their sums in registers. Longer ones hide a detour through memory.
    constexpr bool is_light = Step::way::is_short || is_by_processor<typename Step::way>;
    const auto& context = *static_cast<const rounded_context<carrier>*>(t.context);
    using rounder_type = rounder<carrier, typename Step::way>;
    const rounder_type round_sum(*context.sum, context.round);
    const rounder_type own_rounding(*context.product, context.round);
    const rounder_type& round_product = Step::products == product_rounding::own ? own_rounding : round_sum;
    const words magnitude_mask = splat<carrier>(carrier_constants<carrier>::magnitude_mask);
    const elementwise_rules rules = context.rules;
    const bool truncates = context.truncates_sums;
    alignas(64) words64 keys[10][2];
    if (may_be_random<typename Step::way> && context.is_random)
        fill_philox_keys(keys, context.seed);

    const carrier* a[rows];
    reals sums[rows];
#pragma GCC unroll 8
    for (int i = 0; i < rows; ++i) {
        // Rows that are not there repeat the last one, and are not written.
        const int row = i < t.rows ? i : t.rows - 1;
        a[i] = t.a + row * t.a_row;
        sums[i] = t.starts_empty ? repeat(context.empty) : load<reals>(t.c + row * t.c_row);
    }
    words greatest_product = {}, greatest_sum = {};
    for (std::size_t k = 0; k < t.steps; ++k) {
        const reals y = load<reals>(t.b + static_cast<std::ptrdiff_t>(k) * t.b_row);
        if constexpr (is_light) {
#pragma GCC unroll 8
            for (int i = 0; i < rows; ++i)
                sums[i] = next_in_chain<Step>(repeat(a[i][k]), y, sums[i], random_of_lanes<carrier>{},
                                              round_product, round_sum, rules, truncates, greatest_product,
                                              greatest_sum);
        } else {
            for (int first = 0; first < t.rows; first += 4) {
                random_of_lanes<carrier> random[4]{};
                if (may_be_random<typename Step::way> && context.is_random)
                    random_of_step<carrier, 4>(
                        keys, t.first_step + k,
                        context.first_row + t.first_row + static_cast<std::size_t>(first),
                        context.first_column + t.first_column, random);
#pragma GCC unroll 4
                for (int i = 0; i < 4; ++i)
                    sums[first + i] = next_in_chain<Step>(repeat(a[first + i][k]), y, sums[first + i],
                                                          random[i], round_product, round_sum, rules,
                                                          truncates, greatest_product, greatest_sum);
            }
        }
    }
#pragma GCC unroll 8
    for (int i = 0; i < rows; ++i)
        greatest_sum = greater_of(greatest_sum, as_words(sums[i]) & magnitude_mask);
    const bool products_overflow =
        Step::rounds_products &&
        any_at_least(greatest_product,
                     splat<carrier>(context.product->template constants<carrier>().first_unsafe));
    if (products_overflow ||
        any_at_least(greatest_sum, splat<carrier>(context.sum->template constants<carrier>().first_unsafe))) {
        if (context.has_headroom)
            return multiply_with_specials<Step>(t, context, round_product, round_sum);
        return context.carefully(context, t);
    }
#pragma GCC unroll 8
    for (int i = 0; i < rows; ++i)
        if (i < t.rows)
            store(t.c + i * t.c_row, sums[i]);
}

template <class Carrier, class Way, product_rounding Products>
inline constexpr tile_shape<Carrier, Carrier> shape_of_tiles<rounded_step<Carrier, Way, Products>> = [] {
    using Step = rounded_step<Carrier, Way, Products>;
    tile_shape<Carrier, Carrier> shape{rounded_rows, lanes_of<Carrier>::count, Step::has_edges, {}, nullptr};
    for (auto& functions : shape.functions)
        functions[tile_width::two] = &multiply_rounded_tile<Step>;
    return shape;
}();

}  // namespace HALFULP_FAMILY
}  // namespace simd
}  // namespace v0
}  // namespace halfulp

#endif

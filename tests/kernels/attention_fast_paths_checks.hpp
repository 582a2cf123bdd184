// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// Attention by whatever runs by default against the definition, bit for bit, at every level of the machine.

#include "kernels/attention_cases.hpp"
#include "simd/levels.hpp"

namespace halfulp_test {

/// Runs attention on a case: into its output, with that execution.
template <class Arithmetic>
struct run_attention {
    Arithmetic arithmetic{};
    template <class Case>
    void operator()(Case& c, const execution::policy& execution) const {
        attention(c.q(), c.k(), c.v(), c.output().view(), arithmetic, c.options(execution));
    }
};

/// What `run` gives at every level in each number of threads is what `define` gives; memory between the elements of
/// the output stays as it is.
template <class Case, class Define, class Run>
void check_attention_case(tally& t, Case& c, const Define& define, const Run& run,
                          const std::vector<int>& threads) {
    c.output().restore();
    define(c, execution::plain);
    const auto expected = c.output().contents();
    for (const simd::isa level : fast_levels()) {
        const simd::scoped_level guard(level);
        for (const int n : threads) {
            c.output().restore();
            run(c, execution::policy{.threads = n});
            t.expect(c.output().holds(expected), [&] {
                const auto got = c.output().contents();
                std::size_t first = 0, count = 0;
                for (std::size_t i = got.size(); i-- > 0;)
                    if (code_bits(got[i]) != code_bits(expected[i])) {
                        first = i;
                        ++count;
                    }
                return c.name() + ", level " + simd::name_of(level) + ", " + std::to_string(n) +
                       " threads: " + std::to_string(count) + " of " + std::to_string(got.size()) +
                       " differ, place " + std::to_string(first) + " is " +
                       hexadecimal(code_bits(got[first])) + ", expected " +
                       hexadecimal(code_bits(expected[first]));
            });
        }
    }
}

/// How many elements are finite and not zero, and how many there are.
template <class T>
std::pair<std::size_t, std::size_t> telling_elements(const heads_view<T>& view) {
    std::pair<std::size_t, std::size_t> result{0, 0};
    for (std::size_t b = 0; b < view.batch(); ++b)
        for (std::size_t h = 0; h < view.heads(); ++h)
            for (std::size_t i = 0; i < view.rows(); ++i)
                for (std::size_t c = 0; c < view.columns(); ++c) {
                    const auto x = convert<float>(view(b, h)(i, c));
                    result.first += x - x == 0 && x != 0;
                    ++result.second;
                }
    return result;
}

/// There is a fast path for such numbers, wherever there are any.
template <class Q, class K, class VE, class Output, class Arithmetic = arithmetic::native<float>>
void check_has_attention_fast_path(tally& t) {
    if (!has_fast_paths())
        return;
    attention_case<Q, K, VE, Output> c(attention_choice(attention_levels.size()), {1, 1, 20, 20}, 1);
    for (const simd::isa level : fast_levels()) {
        const simd::scoped_level guard(level);
        t.expect(detail::attention_fast(c.q(), c.k(), c.v(), c.output().view(), Arithmetic{}, c.options(),
                                        detail::no_statistics{}, 0),
                 [] { return std::string("no fast path"); });
    }
}

/// Every pair of options, arrangements and kinds of numbers, in shapes of at most `most` scores.
template <class Q, class K, class VE, class Output, class Arithmetic = arithmetic::native<float>>
void check_attention_options(tally& t, std::uint64_t seed, std::size_t count, std::size_t most = 1500,
                             const std::vector<int>& threads = {1}) {
    check_has_attention_fast_path<Q, K, VE, Output, Arithmetic>(t);
    count = cases_for_effort(count / 10, count, 50 * count);
    std::mt19937_64 random(seed);
    auto choices = covering_choices(attention_levels, count, seed);
    if (effort == 0)
        choices.resize(std::min(count, choices.size()));
    std::size_t telling = 0, elements = 0;
    for (const attention_choice& choice : choices) {
        const attention_shape shape =
            random_attention_shape(random, std::size_t{1} << choice[of_group], most);
        attention_case<Q, K, VE, Output> c(choice, shape, ++seed);
        const run_attention<Arithmetic> run{};
        check_attention_case(t, c, run, run, threads);
        const auto [some, all] = telling_elements(c.output().view());
        telling += some;
        elements += all;
    }
    t.expect(effort == 0 || telling * 8 > elements, [&] {
        return std::to_string(telling) + " of " + std::to_string(elements) + " results alone say much";
    });
}

/// All numbers of queries and keys around the edges of tiles and blocks; the widths take turns, and so does what a query
/// sees.
template <class Q, class K, class VE, class Output>
void check_attention_shapes(tally& t, std::uint64_t seed, const std::vector<int>& threads = {1}) {
    std::size_t n = seed;
    for (const std::size_t queries : {1u, 2u, 7u, 15u, 16u, 17u, 31u, 33u, 47u, 48u, 49u, 97u, 200u})
        for (const std::size_t keys : {1u, 15u, 16u, 17u, 127u, 128u, 129u, 255u, 300u, 513u}) {
            ++n;
            if (queries * keys > cases_for_effort(300u, 30000u, 1000000u))
                continue;
            attention_choice choice(attention_levels.size());
            choice[of_causality] = n % 3;
            choice[of_window] = n % 7 == 0 ? 5 : 0;
            choice[of_columns] = n % 8;
            choice[of_values] = n / 3 % 8;
            choice[of_layout_q] = n % 2;
            choice[of_layout_output] = n / 2 % 2;
            attention_case<Q, K, VE, Output> c(choice, {1, 1, queries, keys}, n);
            const run_attention<arithmetic::native<float>> run{};
            check_attention_case(t, c, run, run, threads);
        }
}

/// Queries in parts of any size, each over the keys up to its last one, have the bits of all at once by the definition.
template <class Q, class K, class VE, class Output>
void check_attention_in_parts(tally& t, std::uint64_t seed) {
    attention_choice choice(attention_levels.size());
    for (std::size_t n = 0; n < 6; ++n) {
        choice[of_causality] = 1;
        choice[of_window] = n % 3;
        choice[of_slopes] = n % 2;
        choice[of_soft_cap] = n / 2 % 2;
        choice[of_key_block] = n % 5;
        choice[of_group] = n % 3;
        choice[of_columns] = 3 + n % 3;
        choice[of_values] = 2 + n % 4;
        choice[of_terms] = n == 5 ? 5 : 0;
        attention_case<Q, K, VE, Output> c(choice, {1, 2, n % 2 == 0 ? 150u : 37u, 150}, seed + n);
        run_attention<arithmetic::native<float>>{}(c, execution::plain);
        const auto expected = c.output().contents();
        const auto first_rows = [](const auto& heads, std::size_t from, std::size_t count) {
            const auto& m = heads.first();
            using view = std::remove_cvref_t<decltype(m)>;
            return std::remove_cvref_t<decltype(heads)>(
                view(m.data() + static_cast<std::ptrdiff_t>(from) * m.row_stride(), count, m.columns(),
                     m.row_stride(), m.column_stride()),
                heads.batch(), heads.heads(), heads.batch_stride(), heads.head_stride());
        };
        const std::size_t queries = c.shape().queries, keys = c.shape().keys;
        for (const simd::isa level : all_levels()) {
            const simd::scoped_level guard(level);
            for (const std::size_t part : {1u, 3u, 16u, 17u, 150u}) {
                if (level == simd::isa::plain && part < 16)
                    continue;
                c.output().restore();
                for (std::size_t from = 0; from < queries; from += part) {
                    const std::size_t count = std::min(part, queries - from);
                    const std::size_t seen = keys - queries + from + count;
                    attention(first_rows(c.q(), from, count), first_rows(c.k(), 0, seen),
                              first_rows(c.v(), 0, seen), first_rows(c.output().view(), from, count),
                              arithmetic::native<float>{}, c.options());
                }
                t.expect(c.output().holds(expected), [&] {
                    return c.name() + " in parts of " + std::to_string(part) + ", level " +
                           simd::name_of(level);
                });
            }
        }
    }
}

}  // namespace halfulp_test

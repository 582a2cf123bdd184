// SPDX-License-Identifier: BSL-1.0

/// @file
/// Attention with keys and values in pages of a pool: pages of any size change no bit, at every level of the machine.

#include "kernels/attention_fast_paths_checks.hpp"

namespace {

using namespace halfulp_test;

/// Heads copied to pages of a pool in random order; pages that nobody needs hold NaN, and so do the rows behind the last.
template <class T>
class pool_of_pages {
  public:
    pool_of_pages(const heads_view<const T>& heads, std::size_t page_size, heads_layout layout,
                  const vector_view<const std::size_t>& lengths, std::uint64_t seed)
        : rows_(heads.rows()),
          pages_((heads.rows() + page_size - 1) / page_size),
          memory_(heads.batch() * pages_ + 2, heads.heads(), page_size, heads.columns(), layout),
          table_(heads.batch() * (pages_ + 1), 0xffffffffu) {
        std::mt19937_64 random(seed);
        std::vector<std::uint32_t> numbers(heads.batch() * pages_ + 2);
        for (std::size_t n = 0; n < numbers.size(); ++n)
            numbers[n] = static_cast<std::uint32_t>(n);
        std::shuffle(numbers.begin(), numbers.end(), random);
        const T nan = convert<T>(std::numeric_limits<double>::quiet_NaN(), projection{});
        const heads_view<T> pool = memory_.view();
        for (std::size_t page = 0; page < pool.batch(); ++page)
            for (std::size_t h = 0; h < pool.heads(); ++h)
                for (std::size_t i = 0; i < page_size; ++i)
                    for (std::size_t c = 0; c < pool.columns(); ++c)
                        pool(page, h)(i, c) = nan;
        for (std::size_t b = 0; b < heads.batch(); ++b) {
            const std::size_t length = lengths.size() == 0 ? rows_ : lengths[b];
            for (std::size_t j = 0; j < length; ++j) {
                const std::uint32_t page = numbers[b * pages_ + j / page_size];
                table_[b * (pages_ + 1) + j / page_size] = page;  // those behind stay numbers of no page
                for (std::size_t h = 0; h < heads.heads(); ++h)
                    for (std::size_t c = 0; c < heads.columns(); ++c)
                        pool(page, h)(j % page_size, c) = heads(b, h)(j, c);
            }
        }
    }
    paged_heads<const T> view() const {
        return {memory_.input(),
                matrix_view<const std::uint32_t>(table_.data(), table_.size() / (pages_ + 1), pages_ + 1),
                rows_};
    }

  private:
    std::size_t rows_, pages_;
    heads_memory<T> memory_;
    std::vector<std::uint32_t> table_;
};

template <class Q, class K, class VE, class Output>
void check_pages(tally& t, std::uint64_t seed, std::size_t count) {
    count = cases_for_effort(count / 10, count, 50 * count);
    constexpr std::size_t sizes[] = {1, 3, 16, 128, 200};
    std::vector<std::size_t> levels = attention_levels;
    levels.insert(levels.end(), {5, 5});
    std::mt19937_64 random(seed);
    auto choices = covering_choices(levels, count, seed);
    choices.resize(std::min(count, choices.size()));
    for (const attention_choice& choice : choices) {
        const attention_shape shape =
            random_attention_shape(random, std::size_t{1} << choice[of_group], 1500);
        attention_choice plain(choice.begin(), choice.end() - 2);
        attention_case<Q, K, VE, Output> c(plain, shape, ++seed);
        const auto lengths = c.options().key_lengths;
        const pool_of_pages<K> k(c.k(), sizes[choice[choice.size() - 2]],
                                 input_layouts[choice[of_layout_k] % 6], lengths, seed);
        const pool_of_pages<VE> v(c.v(), sizes[choice.back()], input_layouts[choice[of_layout_v] % 6],
                                  lengths, seed + 1);
        const auto run = [&](auto& a_case, const execution::policy& execution) {
            attention(a_case.q(), k.view(), v.view(), a_case.output().view(), arithmetic::native<float>{},
                      a_case.options(execution));
        };
        check_attention_case(t, c, run_attention<arithmetic::native<float>>{}, run, {1});
        // The definition reads pages too.
        const auto expected = c.output().contents();
        c.output().restore();
        run(c, execution::plain);
        t.expect(c.output().holds(expected), [&] { return c.name() + " by the definition"; });
    }
}

TEST_CASE("attention with pages of any size is its definition") {
    tally t("attention with pages");
    check_pages<float, float, float, float>(t, 10, 800);
    check_pages<bfloat16, float8_e4m3fn, bfloat16, bfloat16>(t, 11, 400);
    require(t);
}

}  // namespace

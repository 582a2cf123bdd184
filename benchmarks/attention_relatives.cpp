// SPDX-License-Identifier: BSL-1.0
//
// Relatives of attention beside attention itself, in float, one thread, compiled with -O2 and no other flag. Shapes are
// queries x keys x size of a head; units are pairs of a query and a key.
//
//   squeezed      Squeezed Attention that keeps an eighth of a prefix (the clusters that come to 1/8 or just above it,
//                 0.16 at most), its look-up included; all keys are the prefix. Clusters of twenty keys
//   .two_levels   the same with coarse clusters, of which a half is kept
//   .bound        the same with the certified bound on what is left out
//   look_up       the look-up alone
//   key_clusters  the clusters themselves, once for a prefix; units are keys
//   blocks        a quarter, or an eighth, of the blocks of 128 (64) queries and 128 keys; units are pairs of those blocks, so
//                 that xdense is 1 where a block costs what it costs among all
//   power         Power-Softmax, of the second and the sixth power
//   gradient      the gradient by the sums of the forward pass, causal or not; xforward is the ratio of the times' inverses,
//                 so that 1/3.2 is 0.31
//
// xdense is the ratio to attention to all keys. Each output is held bit for bit against attention to the kept keys before
// it is timed.

#include <halfulp/benchmark/table.hpp>
#include <halfulp/kernels/attention_gradient.hpp>
#include <halfulp/kernels/squeezed_attention.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace {

using namespace halfulp;
namespace hb = halfulp::benchmarks;

constexpr std::size_t d = 64;

/// Twice a uniform number about 0, four of them added: nearly normal, of variance 4/3.
float number(std::uint64_t seed, std::size_t i) {
    float sum = 0;
    for (std::uint64_t n = 0; n < 4; ++n)
        sum += static_cast<float>(philox_bits(seed, n, i) >> 8) * 0x1p-23f - 1;
    return sum;
}

/// Queries about 4 of 64 directions, keys about all of them, values anything.
struct head {
    std::size_t queries, keys;
    hb::aligned_vector<float> q, k, v;

    head(std::size_t n, std::size_t m) : queries(n), keys(m), q(n * d), k(m * d), v(m * d) {
        fill(q, 1, 4);
        fill(k, 2, 64);
        for (std::size_t i = 0; i < v.size(); ++i)
            v[i] = number(3, i);
    }
    static void fill(hb::aligned_vector<float>& rows, std::uint64_t seed, std::size_t directions) {
        for (std::size_t i = 0; i < rows.size(); ++i)
            rows[i] = number(9, i / d % directions * d + i % d) + number(seed, i) / 2;
    }
    matrix_view<const float> q_view() const { return {q.data(), queries, d}; }
    matrix_view<const float> k_view() const { return {k.data(), keys, d}; }
    matrix_view<const float> v_view() const { return {v.data(), keys, d}; }
    double pairs() const { return static_cast<double>(queries) * static_cast<double>(keys); }
    std::string name() const {
        return std::to_string(queries) + "x" + std::to_string(keys) + "x" + std::to_string(d);
    }
};

/// A threshold that keeps clusters of `fraction` of the keys, or just more.
double threshold_for(const std::vector<float>& scores, const vector_view<const float>& sizes,
                     double fraction) {
    std::vector<std::pair<float, float>> sorted;
    float keys = 0;
    for (std::size_t j = 0; j < scores.size(); ++j) {
        sorted.emplace_back(scores[j], sizes[j]);
        keys += sizes[j];
    }
    std::sort(sorted.rbegin(), sorted.rend());
    float kept = 0;
    for (const auto& [score, size] : sorted) {
        if (static_cast<double>(kept) >= fraction * static_cast<double>(keys))
            return static_cast<double>(score);
        kept += size;
    }
    return 0;
}

struct squeezed_case {
    std::shared_ptr<const head> in;
    std::shared_ptr<const key_clusters> clusters;
    std::shared_ptr<hb::aligned_vector<float>> out;
    squeezed_options options{};
    bool with_report;

    squeezed_case(std::size_t n, std::size_t m, bool two_levels, bool report)
        : in(std::make_shared<head>(n, m)),
          clusters(std::make_shared<key_clusters>(
              in->k_view(), in->v_view(), key_cluster_options{.coarse_clusters = two_levels ? m / 200 : 0})),
          out(std::make_shared<hb::aligned_vector<float>>(n * d)),
          with_report(report) {
        if (two_levels)
            options.thresholds.coarse =
                threshold_for(coarse_cluster_scores(in->q_view(), *clusters), clusters->coarse_sizes(), 0.5);
        // The highest threshold that keeps an eighth.
        double high = 1;
        for (int step = 0; step < 100; ++step) {
            squeezed_thresholds tried = options.thresholds;
            tried.fine = (options.thresholds.fine + high) / 2;
            if (8 * keys_of(*clusters, kept_clusters(in->q_view(), *clusters, tried)).size() >= m)
                options.thresholds = tried;
            else
                high = tried.fine;
        }
    }
    matrix_view<float> output() const { return {out->data(), in->queries, d}; }
    void operator()() const {
        squeezed_report report;
        squeezed_attention(in->q_view(), in->k_view(), in->v_view(), vector_view(clusters.get(), 1), output(),
                           arithmetic::native<float>{}, {}, options, with_report ? &report : nullptr);
        if (with_report)
            ::benchmark::DoNotOptimize(report.left_out.data());
    }
    bool is_right() const {
        const auto keys = keys_of(*clusters, kept_clusters(in->q_view(), *clusters, options.thresholds));
        const double fraction = static_cast<double>(keys.size()) / static_cast<double>(in->keys);
        if (fraction < 0.125 || fraction > 0.16)
            return false;
        std::vector<float> k, v, expected(in->queries * d);
        for (const std::uint32_t key : keys) {
            k.insert(k.end(), in->k.begin() + key * d, in->k.begin() + (key + 1) * d);
            v.insert(v.end(), in->v.begin() + key * d, in->v.begin() + (key + 1) * d);
        }
        attention(in->q_view(), matrix_view<const float>(k.data(), keys.size(), d),
                  matrix_view<const float>(v.data(), keys.size(), d),
                  matrix_view<float>(expected.data(), in->queries, d));
        (*this)();
        return std::memcmp(expected.data(), out->data(), expected.size() * sizeof(float)) == 0;
    }
};

hb::yardstick dense(const std::shared_ptr<const head>& in, double units) {
    return {.name = "dense",
            .body =
                [in, out = std::make_shared<hb::aligned_vector<float>>(in->queries * d)] {
                    attention(in->q_view(), in->k_view(), in->v_view(),
                              matrix_view<float>(out->data(), in->queries, d));
                },
            .units = units};
}

void add_squeezed(const hb::suite& suite, const std::string& name, std::size_t n, std::size_t m,
                  bool two_levels, bool report) {
    const std::string shape = std::to_string(n) + "x" + std::to_string(m) + "x" + std::to_string(d);
    suite.add(
        {name, "float32", "native", shape},
        [n, m, two_levels, report] {
            const squeezed_case c(n, m, two_levels, report);
            return hb::measured{.body = c,
                                .units = c.in->pairs(),
                                .unit = "pairs",
                                .check = [c] { return c.is_right(); },
                                .error = {},
                                .beside = {dense(c.in, c.in->pairs())}};
        },
        hb::levels_from(simd::isa::avx2));
}

void add_look_up(const hb::suite& suite, std::size_t n, std::size_t m) {
    const std::string shape = std::to_string(n) + "x" + std::to_string(m) + "x" + std::to_string(d);
    suite.add(
        {"look_up", "float32", "native", shape},
        [n, m] {
            const squeezed_case c(n, m, false, false);
            return hb::measured{.body =
                                    [c] {
                                        auto kept =
                                            kept_clusters(c.in->q_view(), *c.clusters, c.options.thresholds);
                                        ::benchmark::DoNotOptimize(kept.data());
                                    },
                                .units = c.in->pairs(),
                                .unit = "pairs",
                                .check = {},
                                .error = {},
                                .beside = {dense(c.in, c.in->pairs())}};
        },
        hb::levels_from(simd::isa::avx2));
}

void add_clusters(const hb::suite& suite, std::size_t m) {
    suite.add(
        {"key_clusters", "float32", "native", std::to_string(m) + "x" + std::to_string(d)},
        [m] {
            const auto in = std::make_shared<head>(1, m);
            return hb::measured{.body =
                                    [in] {
                                        const key_clusters clusters(in->k_view(), in->v_view());
                                        ::benchmark::DoNotOptimize(clusters.radius(0));
                                    },
                                .units = static_cast<double>(m),
                                .unit = "keys",
                                .check = {},
                                .error = {},
                                .beside = {}};
        },
        hb::levels_from(simd::isa::avx2));
}

/// Attention with options beside attention without, held against the definition in the first rows.
struct option_case {
    std::shared_ptr<const head> in;
    std::shared_ptr<hb::aligned_vector<float>> out;
    std::shared_ptr<std::vector<unsigned char>> blocks{};
    attention_options options{};

    option_case(std::size_t n, std::size_t m)
        : in(std::make_shared<head>(n, m)), out(std::make_shared<hb::aligned_vector<float>>(n * d)) {}

    /// Every block with a chance of one in `share`, at least one a row, of which the units are made.
    double choose_blocks(std::size_t queries, std::size_t share) {
        const std::size_t rows = in->queries / queries, columns = in->keys / 128;
        blocks = std::make_shared<std::vector<unsigned char>>(rows * columns, static_cast<unsigned char>(0));
        double pairs = 0;
        for (std::size_t i = 0; i < rows; ++i)
            for (std::size_t j = 0; j < columns; ++j)
                if ((i + j) % share == 0) {
                    (*blocks)[i * columns + j] = 1;
                    pairs += static_cast<double>(queries) * 128;
                }
        options.sparsity.queries = queries;
        options.sparsity.keys = 128;
        options.sparsity.blocks = heads_view<const bool>(
            matrix_view<const bool>(reinterpret_cast<const bool*>(blocks->data()), rows, columns));
        return pairs;
    }
    void run(const matrix_view<float>& to, const execution::policy& how, std::size_t rows) const {
        attention_options own = options;
        own.execution = how;
        own.causal_offset = 0;
        if (rows != in->queries) {
            // The first rows alone have the first blocks alone.
            own.sparsity.blocks = options.sparsity.blocks.batch() == 0
                                      ? options.sparsity.blocks
                                      : heads_view<const bool>(matrix_view<const bool>(
                                            options.sparsity.blocks.first().data(), 1, in->keys / 128));
        }
        attention(matrix_view<const float>(in->q.data(), rows, d), in->k_view(), in->v_view(), to,
                  arithmetic::native<float>{}, own);
    }
    void operator()() const { run({out->data(), in->queries, d}, {}, in->queries); }
    bool is_right() const {
        constexpr std::size_t rows = 4;
        std::vector<float> expected(rows * d);
        run({expected.data(), rows, d}, execution::plain, rows);
        (*this)();
        return std::memcmp(expected.data(), out->data(), expected.size() * sizeof(float)) == 0;
    }
};

void add_options(const hb::suite& suite, const std::string& name, std::size_t n, std::size_t m, int power,
                 std::size_t block, std::size_t share) {
    const std::string shape = std::to_string(n) + "x" + std::to_string(m) + "x" + std::to_string(d);
    suite.add(
        {name, "float32", "native", shape},
        [=] {
            option_case c(n, m);
            double units = c.in->pairs();
            if (power != 0)
                c.options.power = power;
            else
                units = c.choose_blocks(block, share);
            return hb::measured{.body = c,
                                .units = units,
                                .unit = "pairs",
                                .check = [c] { return c.is_right(); },
                                .error = {},
                                .beside = {dense(c.in, c.in->pairs())}};
        },
        hb::levels_from(simd::isa::avx2));
}

/// The gradient of one head, whose sums are there already.
struct gradient_case {
    using sums_type = attention_gradient_sums<arithmetic::native<float>, float, float, float, float>;
    std::shared_ptr<const head> in;
    std::shared_ptr<hb::aligned_vector<float>> out, gradient, dq, dk, dv;
    std::shared_ptr<attention_statistics<float>> statistics = std::make_shared<attention_statistics<float>>();
    std::shared_ptr<sums_type> sums;
    attention_options options{};

    gradient_case(std::size_t n, bool causal)
        : in(std::make_shared<head>(n, n)),
          out(std::make_shared<hb::aligned_vector<float>>(n * d)),
          gradient(std::make_shared<hb::aligned_vector<float>>(n * d)),
          dq(std::make_shared<hb::aligned_vector<float>>(n * d)),
          dk(std::make_shared<hb::aligned_vector<float>>(n * d)),
          dv(std::make_shared<hb::aligned_vector<float>>(n * d)),
          sums(std::make_shared<sums_type>(1, 1, n, d, d)) {
        options.causal = causal;
        for (std::size_t i = 0; i < gradient->size(); ++i)
            (*gradient)[i] = number(4, i);
        forward();
    }
    matrix_view<float> view(const std::shared_ptr<hb::aligned_vector<float>>& x) const {
        return {x->data(), in->queries, d};
    }
    void forward() const {
        attention(in->q_view(), in->k_view(), in->v_view(), view(out), arithmetic::native<float>{}, options,
                  *statistics);
    }
    void operator()() const {
        sums->clear();
        attention_gradient(in->q_view(), in->k_view(), in->v_view(), view(out), *statistics, view(gradient),
                           view(dq), *sums, arithmetic::native<float>{}, options);
        sums->write(heads_view<float>(view(dk)), heads_view<float>(view(dv)), options, 1);
    }
    /// The last queries alone, which see all keys, against the definition; their sums are the last in each chain.
    bool is_right() const {
        (*this)();
        constexpr std::size_t rows = 2;
        const std::size_t first = in->queries - rows;
        std::vector<float> expected(rows * d);
        attention_statistics<float> own;
        std::vector<float> o(rows * d);
        attention_options definition = options;
        definition.execution = execution::plain;
        sums_type scratch(1, 1, in->keys, d, d);
        const matrix_view<const float> q(in->q.data() + first * d, rows, d),
            go(gradient->data() + first * d, rows, d);
        attention(q, in->k_view(), in->v_view(), matrix_view<float>(o.data(), rows, d),
                  arithmetic::native<float>{}, definition, own);
        attention_gradient(q, in->k_view(), in->v_view(), matrix_view<const float>(o.data(), rows, d), own,
                           go, matrix_view<float>(expected.data(), rows, d), scratch,
                           arithmetic::native<float>{}, definition);
        return std::memcmp(expected.data(), dq->data() + first * d, expected.size() * sizeof(float)) == 0;
    }
};

void add_gradient(const hb::suite& suite, std::size_t n, bool causal) {
    const std::string shape = std::to_string(n) + "x" + std::to_string(n) + "x" + std::to_string(d);
    suite.add(
        {causal ? "gradient.causal" : "gradient", "float32", "native", shape},
        [n, causal] {
            const gradient_case c(n, causal);
            return hb::measured{
                .body = c,
                .units = c.in->pairs(),
                .unit = "pairs",
                .check = [c] { return c.is_right(); },
                .error = {},
                .beside = {{.name = "forward", .body = [c] { c.forward(); }, .units = c.in->pairs()}}};
        },
        hb::levels_from(simd::isa::avx2));
}

}  // namespace

int main(int argc, char** argv) {
    const hb::suite suite;
    for (const std::size_t m : {1024u, 4096u})
        for (const std::size_t n : {1u, 16u, 128u, 1024u}) {
            add_squeezed(suite, "squeezed", n, m, false, false);
            if (n == 16 || n == 1024) {
                add_squeezed(suite, "squeezed.two_levels", n, m, true, false);
                add_squeezed(suite, "squeezed.bound", n, m, false, true);
                add_look_up(suite, n, m);
            }
        }
    for (const std::size_t m : {1024u, 4096u})
        add_clusters(suite, m);
    for (const std::size_t n : {1024u, 4096u}) {
        add_options(suite, "blocks.quarter", n, n, 0, 128, 4);
        add_options(suite, "blocks.eighth", n, n, 0, 128, 8);
        add_options(suite, "blocks.of_64", n, n, 0, 64, 4);
        add_options(suite, "power.2", n, n, 2, 0, 0);
        add_options(suite, "power.6", n, n, 6, 0, 0);
        add_gradient(suite, n, false);
        add_gradient(suite, n, true);
    }
    return hb::run(argc, argv);
}

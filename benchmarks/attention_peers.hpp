// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// Attention as a library of products makes it: OpenBLAS for Q·Kᵀ and P·V, and between them a softmax in whole
/// registers, with our own e^x. And what the machine can do at most: reading in whole registers, and the multiply-adds
/// and exponentials of an attention with nothing beside.

#include <halfulp/benchmark/peak.hpp>
#include <halfulp/simd/exponential.hpp>

#include "matmul_peers.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <memory>
#include <string>
#include <vector>

namespace attention_peers {

namespace hb = halfulp::benchmarks;
namespace simd = halfulp::simd;

/// Queries and keys of each head, as many columns of values as of keys.
struct attention_shape {
    std::size_t heads, queries, keys, columns;
    std::size_t key_heads = heads;
    bool causal = false;

    /// Pairs of a query and a key that it sees; the queries are the last ones of the keys.
    double pairs() const {
        const auto n = static_cast<double>(queries), m = static_cast<double>(keys);
        return static_cast<double>(heads) * (causal ? n * (m - (n - 1) / 2) : n * m);
    }
    double multiply_adds() const { return 2 * pairs() * static_cast<double>(columns); }
    std::size_t key_elements() const { return key_heads * keys * columns; }
};

inline std::string name_of(const attention_shape& s) {
    std::string name =
        std::to_string(s.queries) + "x" + std::to_string(s.keys) + "x" + std::to_string(s.columns);
    if (s.heads != 1)
        name = std::to_string(s.heads) + "h." + name;
    if (s.heads != s.key_heads)
        name = "groups_of_" + std::to_string(s.heads / s.key_heads) + "." + name;
    return name + (s.causal ? ".causal" : "");
}

// --- In whole registers -----------------------------------------------------------------------------

#if HALFULP_HAS_SIMD

#define FUNCTIONS_OF_FAMILY(family)                                                                      \
    /* The row's weights for its maximum, and their sum; `count` is a multiple of 64. */                 \
    inline float softmax_##family(float* row, std::size_t count) noexcept {                              \
        using namespace simd::family;                                                                    \
        constexpr std::size_t lanes = register_bytes / 4;                                                \
        reals32 most[4], sums[4] = {};                                                                   \
        for (int l = 0; l < 4; ++l)                                                                      \
            most[l] = repeat(-std::numeric_limits<float>::infinity());                                   \
        for (std::size_t j = 0; j < count; j += 4 * lanes)                                               \
            _Pragma("GCC unroll 4") for (std::size_t l = 0; l < 4; ++l) most[l] =                        \
                greater_or_second(load<reals32>(row + j + l * lanes), most[l]);                          \
        most[0] =                                                                                        \
            greater_or_second(greater_or_second(most[0], most[1]), greater_or_second(most[2], most[3])); \
        float maximum = most[0][0];                                                                      \
        for (std::size_t l = 1; l < lanes; ++l)                                                          \
            maximum = most[0][l] > maximum ? most[0][l] : maximum;                                       \
        const reals32 reference = repeat(maximum);                                                       \
        for (std::size_t j = 0; j < count; j += 4 * lanes)                                               \
            _Pragma("GCC unroll 4") for (std::size_t l = 0; l < 4; ++l) {                                \
                float* const at = row + j + l * lanes;                                                   \
                const reals32 w = exponential_of_nonpositive(load<reals32>(at) - reference);             \
                store(at, w);                                                                            \
                sums[l] += w;                                                                            \
            }                                                                                            \
        sums[0] = (sums[0] + sums[1]) + (sums[2] + sums[3]);                                             \
        float sum = 0;                                                                                   \
        for (std::size_t l = 0; l < lanes; ++l)                                                          \
            sum += sums[0][l];                                                                           \
        return sum;                                                                                      \
    }                                                                                                    \
    inline void scale_##family(float* row, std::size_t count, float factor) noexcept {                   \
        using namespace simd::family;                                                                    \
        constexpr std::size_t lanes = register_bytes / 4;                                                \
        for (std::size_t j = 0; j < count; j += lanes)                                                   \
            store(row + j, load<reals32>(row + j) * repeat(factor));                                     \
    }                                                                                                    \
    inline std::uint32_t read_##family(const float* from, std::size_t count) noexcept {                  \
        using namespace simd::family;                                                                    \
        constexpr std::size_t lanes = register_bytes / 4;                                                \
        words32 sums[8] = {};                                                                            \
        for (std::size_t j = 0; j < count; j += 8 * lanes)                                               \
            _Pragma("GCC unroll 8") for (std::size_t l = 0; l < 8; ++l) sums[l] |=                       \
                load<words32>(from + j + l * lanes);                                                     \
        for (int l = 1; l < 8; ++l)                                                                      \
            sums[0] |= sums[l];                                                                          \
        return static_cast<std::uint32_t>(sum_of_lanes(sums[0]));                                        \
    }                                                                                                    \
    inline void exponentials_##family(float* x, std::size_t count) noexcept {                            \
        using namespace simd::family;                                                                    \
        constexpr std::size_t lanes = register_bytes / 4;                                                \
        for (std::size_t j = 0; j < count; j += 2 * lanes)                                               \
            _Pragma("GCC unroll 2") for (std::size_t l = 0; l < 2; ++l) {                                \
                float* const at = x + j + l * lanes;                                                     \
                store(at, exponential_of_nonpositive(repeat(-1.0f) - load<reals32>(at)));                \
            }                                                                                            \
    }

HALFULP_BEGIN_TARGET_AVX2
FUNCTIONS_OF_FAMILY(avx2)
HALFULP_END_TARGET
HALFULP_BEGIN_TARGET_AVX512
FUNCTIONS_OF_FAMILY(avx512)
HALFULP_END_TARGET
#undef FUNCTIONS_OF_FAMILY

/// Reading so many bytes, once and in order, in whole registers, as work of `units`.
inline hb::yardstick registers_read_of(std::size_t bytes, double units) {
    struct memory_and_result {
        hb::aligned_vector<float> words;
        std::uint32_t result = 0;
    };
    auto memory = std::make_shared<memory_and_result>();
    memory->words.assign((bytes / sizeof(float) + 127) / 128 * 128, 1.0f);
    const bool is_wide = simd::detected_level() == simd::isa::avx512;
    return {.name = "read",
            .body =
                [memory, is_wide] {
                    const auto function = is_wide ? read_avx512 : read_avx2;
                    memory->result |= function(memory->words.data(), memory->words.size());
                    ::benchmark::DoNotOptimize(memory->result);
                },
            .units = units};
}

/// The multiply-adds of the shape at their peak, in registers, and then its exponentials, in the first-level cache: what
/// no attention that does one after the other can be faster than. At the level of now.
inline std::vector<hb::yardstick> bounds_of(const attention_shape& s) {
    const hb::yardstick peak = hb::multiply_add_peak<float>();
    constexpr std::size_t at_once = 4096;
    auto numbers = std::make_shared<hb::aligned_vector<float>>(at_once, 0.5f);
    const auto function = simd::level() == simd::isa::avx512 ? exponentials_avx512 : exponentials_avx2;
    const auto exponentials = [numbers, function, count = s.pairs()] {
        for (double done = 0; done < count; done += static_cast<double>(at_once)) {
            function(numbers->data(), at_once);
            ::benchmark::ClobberMemory();
        }
    };
    const auto multiply_adds = [peak, count = s.multiply_adds()] {
        for (double done = 0; done < count; done += peak.units)
            peak.body();
    };
    return {{.name = "exp_alone", .body = exponentials, .units = s.multiply_adds()},
            {.name = "fma_then_exp",
             .body =
                 [multiply_adds, exponentials] {
                     multiply_adds();
                     exponentials();
                 },
             .units = s.multiply_adds()}};
}

#endif

// --- OpenBLAS ---------------------------------------------------------------------------------------

#if HALFULP_HAS_SIMD && defined(HALFULP_PEER_OPENBLAS)

/// softmax(Q·Kᵀ/√d)·V with all scores of a head in memory, as products of OpenBLAS. A causal softmax looks at visible
/// keys only; the products know nothing of it. One query can be taken as a vector.
class openblas_attention {
  public:
    openblas_attention(const attention_shape& s, std::shared_ptr<const void> keep, const float* q,
                       const float* k, const float* v, int threads, bool by_vectors)
        : shape_(s),
          keep_(std::move(keep)),
          q_(q),
          k_(k),
          v_(v),
          // All queries that share their keys are rows of one product, unless they do not see the same.
          rows_(s.causal ? s.queries : s.queries * (s.heads / s.key_heads)),
          stride_((s.keys + 63) / 64 * 64),
          threads_(threads),
          by_vectors_(by_vectors && rows_ == 1),
          scores_(rows_ * stride_ * static_cast<std::size_t>(threads)),
          sums_(rows_ * static_cast<std::size_t>(threads)),
          result_(s.heads * s.queries * s.columns) {}

    const hb::aligned_vector<float>& result() const noexcept { return result_; }
    std::size_t scores_bytes() const noexcept { return scores_.size() * sizeof(float); }

    void run() {
        const std::size_t parts = shape_.heads * shape_.queries / rows_;
        if (threads_ > 1 && parts > 1) {
#if defined(HALFULP_PEER_OPENMP)
            openblas_set_num_threads(1);
#pragma omp parallel for schedule(dynamic, 1) num_threads(threads_)
            for (std::size_t part = 0; part < parts; ++part)
                run_part(part, static_cast<std::size_t>(omp_get_thread_num()));
            openblas_set_num_threads(threads_);
            return;
#endif
        }
        for (std::size_t part = 0; part < parts; ++part)
            run_part(part, 0);
    }
    /// The steps, for one head alone: time is what they take together.
    void make_scores(std::size_t part, std::size_t thread) {
        const float scale = 1 / std::sqrt(static_cast<float>(shape_.columns));
        float* const to = scores_.data() + thread * rows_ * stride_;
        const auto d = integer(shape_.columns), m = integer(shape_.keys), n = integer(rows_);
        if (by_vectors_)
            cblas_sgemv(CblasRowMajor, CblasNoTrans, m, d, scale, keys_of(part, k_), d, queries_of(part), 1,
                        0, to, 1);
        else
            cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, n, m, d, scale, queries_of(part), d,
                        keys_of(part, k_), d, 0, to, integer(stride_));
    }
    void weigh(std::size_t thread) {
#if defined(HALFULP_PEER_OPENMP)
        if (threads_ > 1 && shape_.heads * shape_.queries == rows_) {  // one part: its rows in threads
#pragma omp parallel for schedule(dynamic, 16) num_threads(threads_)
            for (std::size_t i = 0; i < rows_; ++i)
                weigh_row(thread, i);
            return;
        }
#endif
        for (std::size_t i = 0; i < rows_; ++i)
            weigh_row(thread, i);
    }
    void add_values(std::size_t part, std::size_t thread) {
        const bool is_wide = simd::detected_level() == simd::isa::avx512;
        const float* const weights = scores_.data() + thread * rows_ * stride_;
        float* const to = result_.data() + part * rows_ * shape_.columns;
        const auto d = integer(shape_.columns), m = integer(shape_.keys), n = integer(rows_);
        if (by_vectors_)
            cblas_sgemv(CblasRowMajor, CblasTrans, m, d, 1, keys_of(part, v_), d, weights, 1, 0, to, 1);
        else
            cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, n, d, m, 1, weights, integer(stride_),
                        keys_of(part, v_), d, 0, to, d);
        for (std::size_t i = 0; i < rows_; ++i)
            (is_wide ? scale_avx512 : scale_avx2)(to + i * shape_.columns, shape_.columns,
                                                  1 / sums_[thread * rows_ + i]);
    }

  private:
    static blasint integer(std::size_t x) noexcept {
        return static_cast<blasint>(x);
    }
    void weigh_row(std::size_t thread, std::size_t i) noexcept {
        const bool is_wide = simd::detected_level() == simd::isa::avx512;
        float* const row = scores_.data() + (thread * rows_ + i) * stride_;
        const std::size_t seen = shape_.causal ? shape_.keys - shape_.queries + i + 1 : shape_.keys;
        const std::size_t whole = (seen + 63) / 64 * 64;
        std::fill(row + seen, row + whole, -std::numeric_limits<float>::infinity());
        sums_[thread * rows_ + i] = (is_wide ? softmax_avx512 : softmax_avx2)(row, whole);
        std::fill(row + whole, row + stride_, 0.0f);
    }
    void run_part(std::size_t part, std::size_t thread) {
        make_scores(part, thread);
        weigh(thread);
        add_values(part, thread);
    }
    const float* queries_of(std::size_t part) const noexcept {
        return q_ + part * rows_ * shape_.columns;
    }
    const float* keys_of(std::size_t part, const float* all) const noexcept {
        const std::size_t head = part * rows_ / shape_.queries;
        return all + head / (shape_.heads / shape_.key_heads) * shape_.keys * shape_.columns;
    }

    attention_shape shape_;
    std::shared_ptr<const void> keep_;
    const float *q_, *k_, *v_;
    std::size_t rows_, stride_;
    int threads_;
    bool by_vectors_;
    hb::aligned_vector<float> scores_, sums_, result_;
};

inline hb::yardstick beside(const std::shared_ptr<openblas_attention>& peer, const attention_shape& s,
                            std::string name = "openblas") {
    return {.name = std::move(name), .body = [peer] { peer->run(); }, .units = s.multiply_adds()};
}

/// The peer's three steps for one head: a ratio is the step's time over all of ours.
inline std::vector<hb::yardstick> steps_of(const std::shared_ptr<openblas_attention>& peer,
                                           const attention_shape& s) {
    const double units = s.multiply_adds();
    return {{.name = "peer_scores", .body = [peer] { peer->make_scores(0, 0); }, .units = units},
            {.name = "peer_softmax", .body = [peer] { peer->weigh(0); }, .units = units},
            {.name = "peer_values", .body = [peer] { peer->add_values(0, 0); }, .units = units}};
}

#endif

/// True where both have about the same everywhere; values are below 1, and so are their means.
inline bool nearly_equal(const hb::aligned_vector<float>& ours, const hb::aligned_vector<float>& theirs) {
    return std::equal(ours.begin(), ours.end(), theirs.begin(), theirs.end(),
                      [](float x, float y) { return std::abs(x - y) <= 1e-5f; });
}

}  // namespace attention_peers

// SPDX-License-Identifier: BSL-1.0
// peers: OpenMP OpenBLAS
//
// Softmax attention in arithmetic::native<float>, compiled with -O2 and no other flag. Units are multiply-adds of the
// pairs of a query and a key that are seen. A shape is queries x keys x columns (of keys, and as many of values), heads
// in front. --benchmark_filter chooses:
//
//   forward   as many queries as keys, and 16 queries
//   options   masks, windows, biases, ALiBi, soft cap beside the plain case
//   decode    one query a head: from matrices of float, and from a key_value_cache of float and narrower types
//   memory    what a call allocates, counted by the program's operator new, in KiB: scratch; scores: what the scores of
//             one head would take
//
// xopenblas: to products of OpenBLAS with a softmax between them (attention_peers.hpp), in as many threads;
// xopenblas_gemm: one query as a matrix of one row, where xopenblas has products of a matrix and a vector.
// xpeer_scores, xpeer_softmax, xpeer_values: the time of the peer's steps over all of ours.
// xfma_peak: to multiply-adds in registers. xexp_alone: the time of our exponentials alone over all of ours;
// xfma_then_exp: of multiply-adds at their peak, and then the exponentials.
// xread: to reading keys and values once, in whole registers. xfloat: to our own cache of float. xplain: to our own
// attention without options. xone_thread: to ourselves in one.
// Peers and xread are at the processor's highest level, whatever ours is.
//
// Each case is held bit for bit against the definition in some rows before it is timed, and the peer against it
// approximately.

#include <halfulp/benchmark/table.hpp>
#include <halfulp/halfulp.hpp>

#include "allocation_counter.hpp"
#include "attention_peers.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace {

using namespace halfulp;
using attention_peers::attention_shape;
using attention_peers::name_of;
namespace hb = halfulp::benchmarks;

template <class T>
std::string type_name() {
    return std::same_as<T, float>           ? "float32"
           : std::same_as<T, bfloat16>      ? "bfloat16"
           : std::same_as<T, float8_e4m3fn> ? "e4m3fn"
                                            : "e5m2";
}

enum class feature { none, bool_mask, causal_mask, bias, alibi, soft_cap, window };
constexpr const char* name_of(feature what) {
    constexpr const char* names[] = {"none",  "mask",     "causal_mask",  "bias",
                                     "alibi", "soft_cap", "window_of_256"};
    return names[static_cast<int>(what)];
}

/// Evenly spread over [-1, 1).
template <class T>
hb::aligned_vector<T> numbers(std::size_t count, std::uint64_t seed) {
    hb::aligned_vector<T> result(count);
    for (std::size_t i = 0; i < count; ++i)
        result[i] =
            convert<T>(static_cast<float>(static_cast<std::int32_t>(philox_bits(seed, 0, i))) * 0x1p-31f);
    return result;
}

/// Keys and values of T, queries and results of float.
template <class T>
struct attention_case {
    attention_shape shape;
    feature what;
    bool is_cached;
    hb::aligned_vector<float> q, out, bias, slopes;
    hb::aligned_vector<T> k, v;
    std::unique_ptr<bool[]> mask;
    key_value_cache<T> cache;
    attention_options options{};

    explicit attention_case(const attention_shape& s, feature f = feature::none, bool cached = false)
        : shape(s),
          what(f),
          is_cached(cached),
          q(numbers<float>(s.heads * s.queries * s.columns, 1)),
          out(q.size()),
          k(numbers<T>(s.key_elements(), 2)),
          v(numbers<T>(s.key_elements(), 3)),
          cache(1, s.key_heads, s.columns, s.columns) {
        if (cached)
            cache.append(heads_of(k), heads_of(v));
        options.causal = s.causal;
        const std::size_t pairs = s.queries * s.keys;
        if (f == feature::bool_mask || f == feature::causal_mask) {
            mask.reset(new bool[pairs]);
            for (std::size_t i = 0; i < pairs; ++i)
                mask[i] = f == feature::bool_mask ? philox_bits(4, 0, i) % 8 != 0 : i % s.keys <= i / s.keys;
            options.mask = {matrix_view<const bool>(mask.get(), s.queries, s.keys), 1, s.heads, 0, 0};
        } else if (f == feature::bias) {
            bias = numbers<float>(pairs, 5);
            options.bias = {matrix_view<const float>(bias.data(), s.queries, s.keys), 1, s.heads, 0, 0};
        } else if (f == feature::alibi) {
            slopes.assign(s.heads, 0x1p-6f);
            options.alibi_slopes = {slopes.data(), slopes.size()};
        } else if (f == feature::soft_cap) {
            options.soft_cap = 20;
        } else if (f == feature::window) {
            options.window_left = 255;
            options.window_right = 0;
        }
    }

    heads_view<const T> heads_of(const hb::aligned_vector<T>& x) const {
        return {x.data(), 1, shape.key_heads, shape.keys, shape.columns};
    }
    void run(int threads = 1) {
        options.execution = threads == 1 ? execution::automatic : execution::parallel(threads);
        const heads_view<const float> queries(q.data(), 1, shape.heads, shape.queries, shape.columns);
        const heads_view<float> to(out.data(), 1, shape.heads, shape.queries, shape.columns);
        if (is_cached)
            attention(queries, cache, to, arithmetic::native<float>{}, options);
        else
            attention(queries, heads_of(k), heads_of(v), to, arithmetic::native<float>{}, options);
    }
    /// Row i of head h, by the definition, from matrices.
    bool is_as_defined(std::size_t h, std::size_t i) {
        const std::size_t d = shape.columns, row = (h * shape.queries + i) * d;
        const std::size_t key_head = h / (shape.heads / shape.key_heads);
        attention_options one = options;
        one.execution = execution::plain;
        one.causal_offset = static_cast<std::ptrdiff_t>(shape.keys - shape.queries + i);
        if (mask)
            one.mask = heads_view<const bool>(mask.get() + i * shape.keys, 1, 1, 1, shape.keys);
        if (!bias.empty())
            one.bias = heads_view<const float>(bias.data() + i * shape.keys, 1, 1, 1, shape.keys);
        if (!slopes.empty())
            one.alibi_slopes = {slopes.data() + h, 1};
        std::vector<float> expected(d);
        attention(matrix_view<const float>(q.data() + row, 1, d), heads_of(k)(0, key_head),
                  heads_of(v)(0, key_head), matrix_view<float>(expected.data(), 1, d),
                  arithmetic::native<float>{}, one);
        return std::memcmp(expected.data(), &out[row], d * sizeof(float)) == 0;
    }
    bool is_right() {
        for (std::size_t sample = 0; sample < 6; ++sample) {
            std::size_t h = philox_bits(6, 0, sample) % shape.heads;
            std::size_t i = philox_bits(7, 0, sample) % shape.queries;
            if (sample < 2) {  // the ends
                h = sample == 0 ? 0 : shape.heads - 1;
                i = sample == 0 ? 0 : shape.queries - 1;
            }
            if (!is_as_defined(h, i))
                return false;
        }
        return true;
    }
};

template <class T>
hb::measured measured_of(const std::shared_ptr<attention_case<T>>& c, int threads = 1) {
    return {.body = [c, threads] { c->run(threads); },
            .units = c->shape.multiply_adds(),
            .unit = "multiply-adds",
            .check =
                [c, threads] {
                    c->run(threads);
                    return c->is_right();
                },
            .error = {},
            .beside = {}};
}

/// The peer, held against us, and what else it is to be compared with. Its operands are those of `c`, in float.
template <class T>
void add_peer(hb::measured& m, const std::shared_ptr<attention_case<T>>& c, int threads, bool with_steps) {
#if HALFULP_HAS_SIMD && defined(HALFULP_PEER_OPENBLAS)
    struct operands {
        hb::aligned_vector<float> k, v;
    };
    auto o = std::make_shared<operands>();
    const float *k = nullptr, *v = nullptr;
    if constexpr (std::same_as<T, float>) {
        k = c->k.data();
        v = c->v.data();
    } else {
        for (std::size_t i = 0; i < c->k.size(); ++i) {
            o->k.push_back(static_cast<float>(c->k[i]));
            o->v.push_back(static_cast<float>(c->v[i]));
        }
        k = o->k.data();
        v = o->v.data();
    }
    const auto peer_with = [&](bool with_gemv) {
        return std::make_shared<attention_peers::openblas_attention>(
            c->shape, std::make_shared<std::pair<decltype(c), decltype(o)>>(c, o), c->q.data(), k, v, threads,
            with_gemv);
    };
    const bool is_one_query = c->shape.queries == 1 && c->shape.heads == c->shape.key_heads;
    const auto peer = peer_with(is_one_query);
    m.beside.push_back(attention_peers::beside(peer, c->shape));
    if (is_one_query)
        m.beside.push_back(attention_peers::beside(peer_with(false), c->shape, "openblas_gemm"));
    if (with_steps)
        for (hb::yardstick& step : attention_peers::steps_of(peer, c->shape))
            m.beside.push_back(std::move(step));
    m.check = [ours = std::move(m.check), peer, c] {
        if (!ours())
            return false;
        peer->run();
        return attention_peers::nearly_equal(c->out, peer->result());
    };
#else
    (void)m;
    (void)c;
    (void)threads;
    (void)with_steps;
#endif
}

std::vector<simd::isa> highest_level() {
    return {simd::detected_level()};
}

void add_forward(const hb::suite& suite, const attention_shape& s, const std::vector<simd::isa>& levels,
                 bool with_steps = false) {
    suite.add(
        {"forward", "float32", "native", name_of(s)},
        [s, with_steps] {
            matmul_peers::use_threads(1);
            const auto c = std::make_shared<attention_case<float>>(s);
            hb::measured m = measured_of(c);
            add_peer(m, c, 1, with_steps);
            m.beside.push_back(hb::multiply_add_peak<float>());
#if HALFULP_HAS_SIMD
            if (with_steps && simd::level() != simd::isa::plain)
                for (hb::yardstick& bound : attention_peers::bounds_of(s))
                    m.beside.push_back(std::move(bound));
#endif
            return m;
        },
        levels);
}

[[maybe_unused]] void add_two_threads(const hb::suite& suite, const attention_shape& s) {
    suite.add(
        {s.queries == 1 ? "decode" : "forward", "float32", s.queries == 1 ? "matrices" : "native", name_of(s),
         2},
        [s] {
            matmul_peers::use_threads(2);
            const auto c = std::make_shared<attention_case<float>>(s);
            hb::measured m = measured_of(c, 2);
            add_peer(m, c, 2, false);
            m.beside.push_back(
                {.name = "one_thread", .body = [c] { c->run(1); }, .units = s.multiply_adds()});
            return m;
        },
        highest_level());
}

void add_option(const hb::suite& suite, feature what, const attention_shape& s) {
    suite.add(
        {"options", "float32", name_of(what), name_of(s)},
        [s, what] {
            matmul_peers::use_threads(1);
            const auto c = std::make_shared<attention_case<float>>(s, what);
            const auto plain = std::make_shared<attention_case<float>>(s);
            hb::measured m = measured_of(c);
            const double n = static_cast<double>(s.queries);
            m.units = what == feature::window
                          ? 2.0 * static_cast<double>(s.columns) * (256 * n - 256 * 255 / 2)
                      : what == feature::causal_mask ? static_cast<double>(s.columns) * n * (n + 1)
                                                     : s.multiply_adds();
            m.beside.push_back(
                {.name = "plain", .body = [plain] { plain->run(); }, .units = s.multiply_adds()});
            m.beside.push_back(hb::multiply_add_peak<float>());
            return m;
        },
        hb::levels_from(simd::isa::avx2));
}

template <class T>
void add_decoding(const hb::suite& suite, const attention_shape& s, bool is_cached,
                  const std::vector<simd::isa>& levels = highest_level()) {
    suite.add(
        {"decode", type_name<T>(), is_cached ? "cache" : "matrices", name_of(s)},
        [s, is_cached] {
            matmul_peers::use_threads(1);
            const auto c = std::make_shared<attention_case<T>>(s, feature::none, is_cached);
            hb::measured m = measured_of(c);
            add_peer(m, c, 1, false);
#if HALFULP_HAS_SIMD
            m.beside.push_back(
                attention_peers::registers_read_of(2 * s.key_elements() * sizeof(T), s.multiply_adds()));
#endif
            if (!std::same_as<T, float>) {
                const auto wide = std::make_shared<attention_case<float>>(s, feature::none, true);
                m.beside.push_back(
                    {.name = "float", .body = [wide] { wide->run(); }, .units = s.multiply_adds()});
            }
            return m;
        },
        levels);
}

void add_all_decoding(const hb::suite& suite, const attention_shape& s) {
    add_decoding<float>(suite, s, false);
    add_decoding<float>(suite, s, true);
    add_decoding<bfloat16>(suite, s, true);
    add_decoding<float8_e4m3fn>(suite, s, true);
    add_decoding<float8_e5m2>(suite, s, true);
}

/// What one call allocates, in a table of its own.
template <class T>
void add_memory(const attention_shape& s, feature what) {
    const std::string name = "memory/" + type_name<T>() + "/" + name_of(what) + "/" + name_of(s) + "/" +
                             simd::name_of(simd::detected_level());
    ::benchmark::RegisterBenchmark(name.c_str(), [s, what](::benchmark::State& state) {
        attention_case<T> c(s, what);
        constexpr double kibi = 1024;
        const std::size_t most = allocation_counter::most_bytes_of([&c] { c.run(); });
        for (auto _ : state)
            c.run();
        state.counters["units/s"] =
            ::benchmark::Counter(s.multiply_adds(), ::benchmark::Counter::kIsIterationInvariantRate);
        state.counters["scratch"] = static_cast<double>(most) / kibi;
        state.counters["scores"] = static_cast<double>(s.queries * s.keys * sizeof(float)) / kibi;
    })->UseRealTime();
}

}  // namespace

int main(int argc, char** argv) {
    matmul_peers::choose_openblas_core(argv);
    matmul_peers::add_context();
    matmul_peers::use_threads(1);

    const hb::suite suite;
    for (const std::size_t columns : {64u, 128u})
        for (const std::size_t size : {1024u, 4096u})
            for (const bool causal : {false, true})
                add_forward(
                    suite, {1, size, size, columns, 1, causal},
                    columns == 128 && size == 1024 ? hb::levels_from(simd::isa::avx2) : highest_level(),
                    true);
    for (const std::size_t heads : {1u, 32u})
        for (const std::size_t keys : {1024u, 4096u})
            add_forward(suite, {heads, 16, keys, 128, heads}, highest_level());

    for (const feature what : {feature::none, feature::bool_mask, feature::causal_mask, feature::bias,
                               feature::alibi, feature::soft_cap, feature::window})
        add_option(suite, what, {1, 1024, 1024, 128});

    add_all_decoding(suite, {1, 1, 128, 128, 1});  // in the first-level cache, but for floats
    for (const std::size_t heads : {1u, 32u})
        for (const std::size_t keys : {1024u, 4096u})
            add_all_decoding(suite, {heads, 1, keys, 128, heads});
    for (const std::size_t keys : {1024u, 4096u})
        add_all_decoding(suite, {32, 1, keys, 128, 8});
    if (simd::detected_level() == simd::isa::avx512) {
        add_decoding<float>(suite, {1, 1, 4096, 128}, true, {simd::isa::avx2});
        add_decoding<float8_e4m3fn>(suite, {1, 1, 4096, 128}, true, {simd::isa::avx2});
    }

    for (const std::size_t size : {256u, 1024u, 4096u, 16384u})
        add_memory<float>({1, size, size, 128, 1}, feature::none);
    add_memory<float8_e4m3fn>({1, 4096, 4096, 128}, feature::none);
    add_memory<float>({1, 4096, 4096, 128}, feature::bias);

    // Last: threads that have just been at work keep waiting for more for a while.
#if defined(HALFULP_PEER_OPENMP)
    for (const bool causal : {false, true})
        add_two_threads(suite, {1, 1024, 1024, 128, 1, causal});
    add_two_threads(suite, {1, 4096, 4096, 128});
    add_two_threads(suite, {32, 1, 4096, 128});
    add_two_threads(suite, {32, 1, 4096, 128, 8});
#endif
    return hb::run(argc, argv);
}

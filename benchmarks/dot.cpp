// SPDX-License-Identifier: BSL-1.0
// peers: OpenMP OpenBLAS
//
// The exact dot product, rounded once, at every level of the processor, compiled with -O2 and no other flag.
// Units are products. --benchmark_filter chooses a group:
//
//   dot.*exact              operands spread evenly over [-1, 1): an enclosure decides
//   dot.*exact(halves)      the second half cancels the first but for its last bits: twofold sums, or slices
//   dot.*exact(midpoint)    what remains is the midpoint of two results: no bound decides, slices do
//   accumulator             exact_accumulator alone, product after product
//
// xnative: to our native dot product of the same operands, one chain of fused multiply-adds; xaccumulator: to
// the exact_accumulator, which is the definition; xopenblas: to its sdot or ddot, which round every step in an
// order of their own; xread: to reading both vectors.
//
// Each case is held bit for bit against the definition before it is timed, and the peer approximately.

#include <halfulp/benchmark/peak.hpp>
#include <halfulp/benchmark/table.hpp>
#include <halfulp/halfulp.hpp>

#include "matmul_peers.hpp"

#include <cmath>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace {

using namespace halfulp;
namespace hb = halfulp::benchmarks;

template <class T>
constexpr const char* type_name = std::same_as<T, float>      ? "float32"
                                  : std::same_as<T, double>   ? "float64"
                                  : std::same_as<T, bfloat16> ? "bfloat16"
                                                              : "e4m3fn";

/// The result of T's dot products.
template <class T>
using result_of = std::conditional_t<std::same_as<T, double>, double, float>;

template <class T>
struct vectors {
    hb::aligned_vector<T> x, y;
};
template <class T>
using shared_vectors = std::shared_ptr<const vectors<T>>;

template <class T>
vectors<T> evenly(std::size_t size) {
    vectors<T> v{hb::aligned_vector<T>(size), hb::aligned_vector<T>(size)};
    const auto fill = [](hb::aligned_vector<T>& values, std::uint64_t seed) {
        for (std::size_t i = 0; i < values.size(); ++i) {
            const double x = static_cast<double>(static_cast<std::int64_t>(philox_bits(seed, 0, i)));
            values[i] = convert<T>(std::ldexp(x, -63));
        }
    };
    fill(v.x, 1);
    fill(v.y, 2);
    return v;
}
template <class T>
shared_vectors<T> spread_evenly(std::size_t size) {
    return std::make_shared<vectors<T>>(evenly<T>(size));
}
/// The sum is some 2^-24 (2^-53) of its terms.
template <class T>
shared_vectors<T> cancelling_halves(std::size_t size) {
    auto v = std::make_shared<vectors<T>>(evenly<T>(size));
    for (std::size_t i = 0; i < size / 2; ++i) {
        v->x[size / 2 + i] = -v->x[i];
        v->y[size / 2 + i] = std::nextafter(v->y[i], T(2));
    }
    return v;
}
/// The sum is exactly between 1 and the next number.
template <class T>
shared_vectors<T> midpoint(std::size_t size) {
    auto v = std::make_shared<vectors<T>>(evenly<T>(size));
    for (std::size_t i = 0; i < size / 2; ++i) {
        v->x[size / 2 + i] = -v->x[i];
        v->y[size / 2 + i] = v->y[i];
    }
    constexpr int precision = number_format<T>::value.precision();
    v->x[0] = v->y[0] = v->x[1] = T(1);
    v->x[size / 2] = v->x[size / 2 + 1] = T(0);
    v->y[1] = static_cast<T>(std::ldexp(1.0, -precision));
    return v;
}

template <class T, class Arithmetic>
auto dot_of(const shared_vectors<T>& v, const Arithmetic& how, const execution::policy& policy = {}) {
    return dot<result_of<T>>(v->x, v->y, how, {.execution = policy});
}

template <class T, class Arithmetic>
std::function<void()> body_of(const shared_vectors<T>& v, const Arithmetic& how,
                              const execution::policy& policy = {}) {
    return [v, how, policy] {
        auto sum = dot_of(v, how, policy);
        ::benchmark::DoNotOptimize(sum);
    };
}

template <class T>
double units_of(const shared_vectors<T>& v) {
    return static_cast<double>(v->x.size());
}

template <class T>
hb::yardstick native(const shared_vectors<T>& v) {
    return {.name = "native", .body = body_of(v, arithmetic::native<result_of<T>>{}), .units = units_of(v)};
}

#if defined(HALFULP_PEER_OPENBLAS)
inline double openblas_dot(const vectors<float>& v) {
    return static_cast<double>(cblas_sdot(static_cast<blasint>(v.x.size()), v.x.data(), 1, v.y.data(), 1));
}
inline double openblas_dot(const vectors<double>& v) {
    return cblas_ddot(static_cast<blasint>(v.x.size()), v.x.data(), 1, v.y.data(), 1);
}
#endif

/// Adds the peer, and to the check that it has been asked for the same sum.
template <class T>
void add_peer([[maybe_unused]] hb::measured& m, [[maybe_unused]] const shared_vectors<T>& v) {
#if defined(HALFULP_PEER_OPENBLAS)
    if constexpr (std::floating_point<T>) {
        m.beside.push_back({.name = "openblas",
                            .body =
                                [v] {
                                    double sum = openblas_dot(*v);
                                    ::benchmark::DoNotOptimize(sum);
                                },
                            .units = units_of(v)});
        m.check = [ours = std::move(m.check), v] {
            const double tolerance = (std::same_as<T, float> ? 1e-7 : 1e-15) * units_of(v) + 1e-5;
            return ours() && std::fabs(openblas_dot(*v) -
                                       static_cast<double>(dot_of(v, arithmetic::exact{}))) <= tolerance;
        };
    }
#endif
}

template <class T>
void add_exact(const hb::suite& suite, const std::string& name, std::size_t size,
               shared_vectors<T> (*make)(std::size_t), int threads = 1) {
    suite.add(
        {"dot", type_name<T>, name, std::to_string(size), threads},
        [=] {
            matmul_peers::use_threads(threads);
            const auto v = make(size);
            const auto policy = threads == 1 ? execution::automatic : execution::parallel(threads);
            hb::measured m;
            m.body = body_of(v, arithmetic::exact{}, policy);
            m.units = units_of(v);
            m.unit = "products";
            m.check = [v, policy] {
                const auto actual = dot_of(v, arithmetic::exact{}, policy);
                const auto expected = dot_of(v, arithmetic::exact{}, execution::plain);
                return std::memcmp(&actual, &expected, sizeof actual) == 0;
            };
            m.beside = {native(v),
                        {.name = "accumulator",
                         .body = body_of(v, arithmetic::exact{}, execution::plain),
                         .units = units_of(v)},
                        hb::read_of(2 * size * sizeof(T), units_of(v))};
            if (threads != 1)
                m.beside.push_back(
                    {.name = "one_thread", .body = body_of(v, arithmetic::exact{}), .units = units_of(v)});
            add_peer(m, v);
            return m;
        },
        hb::levels_from(simd::isa::avx2));
}

template <class T>
void add_accumulator(const hb::suite& suite) {
    suite.add({"accumulator", type_name<T>, "exact", "1024"},
              [] {
                  const auto v = spread_evenly<T>(1024);
                  const auto sum_of = [v] {
                      exact_accumulator<T> sum;
                      for (std::size_t i = 0; i < v->x.size(); ++i)
                          sum.add_product(v->x[i], v->y[i]);
                      return sum.template round<result_of<T>>();
                  };
                  hb::measured m;
                  m.body = [sum_of] {
                      auto sum = sum_of();
                      ::benchmark::DoNotOptimize(sum);
                  };
                  m.units = 1024;
                  m.unit = "products";
                  m.check = [v, sum_of] { return sum_of() == dot_of(v, arithmetic::exact{}); };
                  m.beside = {native(v)};
                  return m;
              },
              {simd::isa::plain});
}

}  // namespace

int main(int argc, char** argv) {
    matmul_peers::choose_openblas_core(argv);
    matmul_peers::add_context();
    matmul_peers::use_threads(1);

    const hb::suite suite;
    constexpr std::size_t sizes[] = {1024, std::size_t{1} << 16, std::size_t{1} << 22};
    for (const std::size_t size : sizes) {
        add_exact<float>(suite, "exact", size, spread_evenly<float>);
        add_exact<double>(suite, "exact", size, spread_evenly<double>);
        add_exact<bfloat16>(suite, "exact", size, spread_evenly<bfloat16>);
        add_exact<float8_e4m3fn>(suite, "exact", size, spread_evenly<float8_e4m3fn>);
    }
    for (const std::size_t size : {sizes[0], sizes[1]}) {
        add_exact<float>(suite, "exact(halves)", size, cancelling_halves<float>);
        add_exact<double>(suite, "exact(halves)", size, cancelling_halves<double>);
        add_exact<float>(suite, "exact(midpoint)", size, midpoint<float>);
        add_exact<double>(suite, "exact(midpoint)", size, midpoint<double>);
    }
    add_accumulator<float>(suite);
    add_accumulator<double>(suite);
    add_accumulator<bfloat16>(suite);
    add_accumulator<float8_e4m3fn>(suite);

    // Last: threads that have just been at work keep waiting for more for a while.
#if defined(HALFULP_PEER_OPENMP)
    add_exact<float>(suite, "exact", sizes[2], spread_evenly<float>, 2);
    add_exact<double>(suite, "exact", sizes[2], spread_evenly<double>, 2);
    add_exact<double>(suite, "exact(midpoint)", sizes[1], midpoint<double>, 2);
#endif
    return hb::run(argc, argv);
}

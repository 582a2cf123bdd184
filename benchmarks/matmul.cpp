// SPDX-License-Identifier: BSL-1.0
// peers: OpenMP OpenBLAS oneDNN Eigen
//
// matmul at every level of the processor, compiled with -O2 and no other flag, beside the products of others.
// Shapes are rows x columns x depth of C = A·B; units are multiply-adds. --benchmark_filter chooses a group:
//
//   native    float and double, square, tall, wide, odd and transposed; narrow types into float
//   rounded   every step rounded (with one rounding a step: rounded.fused) to the operands' format
//   exact     one rounding at the end; also sums that lie exactly between two floats, and sums that cancel
//   peak      what the machine can do at most, in its own units
//
// xopenblas, xonednn and xeigen are ratios to theirs, in the same run and with as many threads.
// xnative_float32: to our own product of float in the same shape. xnative: to our native product of the same
// operands, and cost_native its inverse. xdefinition: to the loop that defines the result. xone_thread: to
// ourselves in one. The others: to peaks of one thread, xpeak to that of float. The peers choose their
// instructions themselves, whatever our level is.
//
// Each case is held bit for bit against the definition at some fifty places before it is timed, and each peer
// against it approximately.

#include <halfulp/benchmark/peak.hpp>
#include <halfulp/benchmark/table.hpp>
#include <halfulp/halfulp.hpp>

#include "matmul_peers.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

namespace {

using namespace halfulp;
using matmul_peers::name_of;
using matmul_peers::product_shape;
namespace hb = halfulp::benchmarks;

template <class T>
std::string type_name() {
    if constexpr (std::same_as<T, float>)
        return "float32";
    else if constexpr (std::same_as<T, double>)
        return "float64";
    else if constexpr (std::same_as<T, bfloat16>)
        return "bfloat16";
    else if constexpr (std::same_as<T, float16>)
        return "float16";
    else if constexpr (std::same_as<T, float8_e4m3fn>)
        return "e4m3fn";
    else if constexpr (std::same_as<T, float8_e5m2>)
        return "e5m2";
    else {
        static_assert(std::same_as<T, float4_e2m1fn>);
        return "e2m1fn";
    }
}

template <class In, class Out>
std::string type_name() {
    return type_name<In>() + (std::same_as<In, Out> ? "" : "->" + type_name<Out>());
}

constexpr product_shape square(std::size_t size) {
    return {size, size, size};
}

template <class T>
struct operands {
    product_shape shape;
    hb::aligned_vector<T> a, b;

    explicit operands(const product_shape& s) : shape(s), a(s.rows * s.depth), b(s.depth * s.columns) {}

    matrix_view<const T> a_view() const {
        if (shape.a_transposed)
            return matrix_view<const T>(a.data(), shape.depth, shape.rows).transposed();
        return {a.data(), shape.rows, shape.depth};
    }
    matrix_view<const T> b_view() const {
        if (shape.b_transposed)
            return matrix_view<const T>(b.data(), shape.columns, shape.depth).transposed();
        return {b.data(), shape.depth, shape.columns};
    }
};

template <class T>
using shared_operands = std::shared_ptr<const operands<T>>;

/// Evenly spread over [-1, 1), or over all that e2m1 has.
template <class T>
shared_operands<T> spread_evenly(const product_shape& shape) {
    constexpr double top = std::same_as<T, float4_e2m1fn> ? 6 : 1;
    auto result = std::make_shared<operands<T>>(shape);
    const auto fill = [](hb::aligned_vector<T>& values, std::uint64_t seed) {
        for (std::size_t i = 0; i < values.size(); ++i) {
            const double x = static_cast<double>(static_cast<std::int64_t>(philox_bits(seed, 0, i)));
            values[i] = convert<T>(top * std::ldexp(x, -63));
        }
    };
    fill(result->a, 1);
    fill(result->b, 2);
    return result;
}

/// Every exact sum is an odd number of 25 bits, the midpoint of two floats: what is sure to round wrong can
/// only be told by computing exactly. One product is odd and large, all others are even and small; and term k
/// is shifted apart by 2^shift and back, so that the operands have many exponents.
shared_operands<float> sums_at_midpoints(const product_shape& shape) {
    auto result = std::make_shared<operands<float>>(shape);
    const auto number = [](std::uint64_t seed, std::size_t i, int low, int count) {
        return low + static_cast<int>(philox_bits(seed, 0, i) % static_cast<std::uint64_t>(count));
    };
    const auto shift = [](std::size_t k) { return static_cast<int>(k * 7 % 41) - 20; };
    for (std::size_t k = 0; k < shape.depth; ++k) {
        for (std::size_t i = 0; i < shape.rows; ++i) {
            const std::size_t place = i * shape.depth + k;
            const int x = k == 0 ? 2 * number(1, place, 2176, 384) + 1 : 2 * number(1, place, -31, 63);
            result->a[place] = std::ldexp(static_cast<float>(x), shift(k));
        }
        for (std::size_t j = 0; j < shape.columns; ++j) {
            const std::size_t place = k * shape.columns + j;
            const int y = k == 0 ? 2 * number(2, place, 2176, 384) + 1 : number(2, place, -31, 63);
            result->b[place] = std::ldexp(static_cast<float>(y), -shift(k));
        }
    }
    return result;
}

/// Terms k and k + 1 cancel but for the last bit of one factor, so that sums are some 2^-23 of their terms.
shared_operands<float> cancelling_pairs(const product_shape& shape) {
    auto result = std::make_shared<operands<float>>(*spread_evenly<float>(shape));
    for (std::size_t k = 0; k + 1 < shape.depth; k += 2) {
        for (std::size_t i = 0; i < shape.rows; ++i) {
            float* const pair = &result->a[i * shape.depth + k];
            pair[1] = -pair[0];
        }
        for (std::size_t j = 0; j < shape.columns; ++j) {
            float* const first = &result->b[k * shape.columns + j];
            first[shape.columns] = std::nextafter(*first, 2.0f);
        }
    }
    return result;
}

// For as long as there are versions of matmul without a choice of execution.
template <class Options>
constexpr bool has_execution = requires(Options& options) {
    options.execution = execution::policy{};
};

template <class Options = matmul_options>
Options with_threads(int threads) {
    Options options;
    if constexpr (has_execution<Options>) {
        if (threads != 1)
            options.execution = execution::parallel(threads);
    }
    return options;
}

/// Element (i, j) by the steps of the arithmetic and nothing else.
template <class Out, class In, class Arithmetic>
Out defined_element(const operands<In>& o, const Arithmetic& how, std::size_t i, std::size_t j) {
    const matrix_view<const In> a = o.a_view(), b = o.b_view();
    const std::uint64_t number = arithmetic::element_number(i, j);
    auto sum = how.template zero<In, In>();
    for (std::size_t k = 0; k < o.shape.depth; ++k)
        how.multiply_add(sum, a(i, k), b(k, j), {number, k});
    return how.template result<Out>(sum, {number, o.shape.depth});
}

template <class Out, class In, class Arithmetic>
bool as_defined(const operands<In>& o, const Arithmetic& how, const hb::aligned_vector<Out>& c) {
    for (std::size_t sample = 0; sample < 52; ++sample) {
        std::size_t i = philox_bits(3, 0, sample) % o.shape.rows;
        std::size_t j = philox_bits(4, 0, sample) % o.shape.columns;
        if (sample < 4) {  // the corners
            i = sample % 2 == 0 ? 0 : o.shape.rows - 1;
            j = sample < 2 ? 0 : o.shape.columns - 1;
        }
        const Out expected = defined_element<Out>(o, how, i, j);
        if (std::memcmp(&expected, &c[i * o.shape.columns + j], sizeof(Out)) != 0)
            return false;
    }
    return true;
}

/// Our product as a body, with a result of its own.
template <class Out, class In, class Arithmetic>
struct our_product {
    shared_operands<In> in;
    Arithmetic how;
    std::shared_ptr<hb::aligned_vector<Out>> out;
    matmul_options options;

    our_product(shared_operands<In> of, const Arithmetic& arithmetic, int threads = 1)
        : in(std::move(of)),
          how(arithmetic),
          out(std::make_shared<hb::aligned_vector<Out>>(in->shape.rows * in->shape.columns)),
          options(with_threads(threads)) {}

    void operator()() const {
        matmul(in->a_view(), in->b_view(), matrix_view<Out>(out->data(), in->shape.rows, in->shape.columns),
               how, options);
    }
    hb::yardstick beside(std::string name, bool as_cost = false) const {
        return {
            .name = std::move(name), .body = *this, .units = in->shape.multiply_adds(), .as_cost = as_cost};
    }
    hb::measured measured() const {
        return {.body = *this,
                .units = in->shape.multiply_adds(),
                .unit = "multiply-adds",
                .check =
                    [p = *this] {
                        p();
                        return as_defined(*p.in, p.how, *p.out);
                    },
                .error = {},
                .beside = {}};
    }
};

/// The loop of the definition, on one row and eight columns: it takes the same time for every element.
template <class Out, class In, class Arithmetic>
hb::yardstick definition(const our_product<Out, In, Arithmetic>& p) {
    constexpr std::size_t elements = 8;
    return {.name = "definition",
            .body =
                [in = p.in, how = p.how] {
                    for (std::size_t j = 0; j < elements; ++j) {
                        Out element = defined_element<Out>(*in, how, 0, j);
                        ::benchmark::DoNotOptimize(element);
                    }
                },
            .units = static_cast<double>(elements * p.in->shape.depth)};
}

/// Adds the peers, and to the check that they have computed the same product.
template <class In, class Out, class Arithmetic>
void add_peers(hb::measured& m, const our_product<Out, In, Arithmetic>& p) {
    const auto peers = matmul_peers::multiply_peers(p.in->shape, p.in, p.in->a.data(), p.in->b.data());
    for (const auto& peer : peers)
        m.beside.push_back(peer.beside);
    m.check = [ours = std::move(m.check), peers, p] {
        return ours() && std::all_of(peers.begin(), peers.end(), [&](const auto& peer) {
                   peer.beside.body();
                   return matmul_peers::nearly_equal(*p.out, *peer.result, p.in->shape.depth);
               });
    };
}

/// Once over A, B and C, in order.
template <class In, class Out>
hb::yardstick read_once(const product_shape& s) {
    return hb::read_of((s.rows + s.columns) * s.depth * sizeof(In) + s.rows * s.columns * sizeof(Out),
                       s.multiply_adds());
}

hb::yardstick float_peak() {
    hb::yardstick peak = hb::multiply_add_peak<float>();
    peak.name = "peak";
    return peak;
}

/// The definition is measured as a case of its own only where that takes no longer than the rest.
std::vector<simd::isa> levels_for(const product_shape& s) {
    std::vector<simd::isa> levels = hb::levels_from(simd::isa::avx2);
    if (s.multiply_adds() <= 128.0 * 128 * 128 || levels.empty())
        levels = hb::levels_from(simd::isa::plain);
    return levels;
}

template <class T>
void add_native(const hb::suite& suite, const product_shape& s, bool beside_reading = false) {
    const std::string kernel = s.a_transposed ? "matmul(A^T*B)" : s.b_transposed ? "matmul(A*B^T)" : "matmul";
    suite.add(
        {kernel, type_name<T>(), "native", name_of(s)},
        [s, beside_reading] {
            matmul_peers::use_threads(1);
            const our_product<T, T, arithmetic::native<T>> p(spread_evenly<T>(s), {});
            hb::measured m = p.measured();
            add_peers(m, p);
            m.beside.push_back(hb::multiply_add_peak<T>());
            if (beside_reading)
                m.beside.push_back(read_once<T, T>(s));
            return m;
        },
        levels_for(s));
}

template <class T>
void add_all_native(const hb::suite& suite) {
    for (const std::size_t size : {64u, 96u, 128u, 192u, 256u, 512u, 1024u, 2048u})
        add_native<T>(suite, square(size));
    for (const product_shape& s : {product_shape{512, 512, 512, false, true}, {512, 512, 512, true, false}})
        add_native<T>(suite, s);
    for (const product_shape& s : {product_shape{4096, 64, 64},
                                   {64, 4096, 64},
                                   {64, 64, 4096},
                                   {100, 100, 100},
                                   {257, 129, 511},
                                   {1000, 17, 1000},
                                   {17, 1000, 1000},
                                   {1000, 1000, 17},
                                   {31, 31, 31},
                                   {1, 1024, 1024},
                                   {1024, 1, 1024},
                                   {2048, 2048, 8}})
        add_native<T>(suite, s, true);
}

/// Narrow operands, sums and result in float.
template <class In>
void add_widened(const hb::suite& suite) {
    for (const product_shape& s : {square(512), square(1024)})
        suite.add(
            {"matmul", type_name<In, float>(), "native", name_of(s)},
            [s] {
                matmul_peers::use_threads(1);
                const our_product<float, In, arithmetic::native<float>> p(spread_evenly<In>(s), {});
                const our_product<float, float, arithmetic::native<float>> wide(spread_evenly<float>(s), {});
                hb::measured m = p.measured();
                if constexpr (std::same_as<In, bfloat16>)
                    add_peers(m, p);
                m.beside.push_back(wide.beside("native_float32"));
                m.beside.push_back(hb::multiply_add_peak<float>());
#if HALFULP_HAS_SIMD
                if constexpr (std::same_as<In, bfloat16>)
                    m.beside.push_back(hb::multiply_add_pairs_peak());
#endif
                return m;
            },
            levels_for(s));
}

/// E4m3fn has no infinity, and toward +inf its sums would soon be NaN: there they stay at the largest value.
template <class T, rounding Mode>
using every_step =
    constant_value<projection{Mode, std::same_as<T, float8_e4m3fn> ? saturation::finite : saturation::none}>;

const char* name_of(rounding mode) {
    using enum rounding;
    return mode == ties_to_even      ? "ties_to_even"
           : mode == toward_zero     ? "toward_zero"
           : mode == toward_positive ? "toward_positive"
           : mode == to_odd          ? "to_odd"
                                     : "stochastic_a";
}

template <class T, class Arithmetic>
void add_rounded_case(const hb::suite& suite, const std::string& name, const product_shape& s) {
    suite.add(
        {"matmul", type_name<T>(), name, name_of(s)},
        [s] {
            const our_product<T, T, Arithmetic> p(spread_evenly<T>(s), Arithmetic{{}, 1});
            hb::measured m = p.measured();
            m.beside = {float_peak(), definition(p)};
            return m;
        },
        levels_for(s));
}

template <class T>
void add_rounded(const hb::suite& suite) {
    const auto add = [&]<rounding Mode>(std::integral_constant<rounding, Mode>, const product_shape& s) {
        const std::string mode = std::string("(") + name_of(Mode) + ")";
        add_rounded_case<T, arithmetic::rounded<T, T, every_step<T, Mode>>>(suite, "rounded" + mode, s);
        add_rounded_case<T, arithmetic::fused<T, every_step<T, Mode>>>(suite, "rounded.fused" + mode, s);
    };
    using enum rounding;
    for (const product_shape& s : {square(256), square(512)}) {
        add(std::integral_constant<rounding, ties_to_even>{}, s);
        add(std::integral_constant<rounding, toward_zero>{}, s);
        add(std::integral_constant<rounding, toward_positive>{}, s);
        add(std::integral_constant<rounding, to_odd>{}, s);
        add(std::integral_constant<rounding, stochastic_a>{}, s);
    }
}

template <class In>
void add_exact_case(const hb::suite& suite, const std::string& name, const product_shape& s,
                    shared_operands<In> (*make)(const product_shape&)) {
    using out = std::conditional_t<std::same_as<In, double>, double, float>;
    suite.add(
        {"matmul", type_name<In, out>(), name, name_of(s)},
        [s, make] {
            const our_product<out, In, arithmetic::exact> p(make(s), {});
            const our_product<out, In, arithmetic::native<out>> native(p.in, {});
            hb::measured m = p.measured();
            m.beside = {native.beside("native", true), hb::multiply_add_peak<out>(), definition(p)};
#if HALFULP_HAS_SIMD
            if constexpr (sizeof(In) == 1)
                m.beside.push_back(hb::multiply_add_bytes_peak());
#endif
            return m;
        },
        levels_for(s));
}

template <class In>
void add_exact(const hb::suite& suite) {
    for (const product_shape& s : {square(512), square(1024)})
        add_exact_case<In>(suite, "exact", s, spread_evenly<In>);
}

/// Two threads, beside one of ours and two of theirs.
template <class In, class Out, class Arithmetic>
void add_two_threads(const hb::suite& suite, const std::string& arithmetic, const product_shape& s) {
    suite.add(
        {"matmul", type_name<In, Out>(), arithmetic, name_of(s), 2},
        [s] {
            matmul_peers::use_threads(2);
            const our_product<Out, In, Arithmetic> p(spread_evenly<In>(s), {}, 2);
            hb::measured m = p.measured();
            if constexpr (std::same_as<Arithmetic, arithmetic::native<Out>>)
                add_peers(m, p);
            m.beside.push_back(our_product<Out, In, Arithmetic>(p.in, p.how).beside("one_thread"));
            return m;
        },
        levels_for(s));
}

[[maybe_unused]] void add_all_two_threads(const hb::suite& suite) {
    using namespace halfulp::arithmetic;
    for (const std::size_t size : {256u, 512u, 1024u, 2048u})
        add_two_threads<float, float, native<float>>(suite, "native", square(size));
    for (const std::size_t size : {512u, 1024u})
        add_two_threads<double, double, native<double>>(suite, "native", square(size));
    add_two_threads<bfloat16, float, native<float>>(suite, "native", square(1024));
    using to_nearest = every_step<bfloat16, rounding::ties_to_even>;
    add_two_threads<bfloat16, bfloat16, rounded<bfloat16, bfloat16, to_nearest>>(
        suite, "rounded(ties_to_even)", square(512));
    add_two_threads<float4_e2m1fn, float, exact>(suite, "exact", square(1024));
    add_two_threads<bfloat16, float, exact>(suite, "exact", square(512));
    add_two_threads<float, float, exact>(suite, "exact", square(512));
}

/// The peaks in units of their own: multiply-adds, for reading bytes.
void add_peak(const hb::suite& suite, const std::string& type, const std::string& what,
              const std::string& shape, hb::yardstick (*make)(), const char* unit = "multiply-adds") {
    suite.add(
        {"peak", type, what, shape},
        [make, unit] {
            const hb::yardstick peak = make();
            return hb::measured{
                .body = peak.body, .units = peak.units, .unit = unit, .check = {}, .error = {}, .beside = {}};
        },
        levels_for(square(1024)));
}

void add_peaks(const hb::suite& suite) {
    add_peak(suite, "float32", "fma", "registers", [] { return hb::multiply_add_peak<float>(); });
    add_peak(suite, "float64", "fma", "registers", [] { return hb::multiply_add_peak<double>(); });
#if HALFULP_HAS_SIMD
    add_peak(suite, "bfloat16->float32", "dot", "registers", [] { return hb::multiply_add_pairs_peak(); });
    add_peak(suite, "int8->int32", "dot", "registers", [] { return hb::multiply_add_bytes_peak(); });
#endif
    add_peak(
        suite, "bytes", "read", "64MiB",
        [] {
            constexpr std::size_t bytes = std::size_t{64} << 20;
            return hb::read_of(bytes, static_cast<double>(bytes));
        },
        "bytes");
}

}  // namespace

int main(int argc, char** argv) {
    matmul_peers::choose_openblas_core(argv);
    matmul_peers::add_context();
    matmul_peers::use_threads(1);

    const hb::suite suite;
    add_peaks(suite);

    add_all_native<float>(suite);
    add_all_native<double>(suite);
    add_widened<bfloat16>(suite);
    add_widened<float16>(suite);
    add_widened<float8_e4m3fn>(suite);
    add_widened<float4_e2m1fn>(suite);

    add_rounded<bfloat16>(suite);
    add_rounded<float16>(suite);
    add_rounded<float8_e4m3fn>(suite);

    add_exact<float4_e2m1fn>(suite);
    add_exact<float8_e4m3fn>(suite);
    add_exact<float8_e5m2>(suite);
    add_exact<float16>(suite);
    add_exact<bfloat16>(suite);
    add_exact<float>(suite);
    add_exact<double>(suite);
    add_exact_case<float>(suite, "exact(midpoints)", square(512), sums_at_midpoints);
    add_exact_case<float>(suite, "exact(cancelling)", square(512), cancelling_pairs);

    // Last: threads that have just been at work keep waiting for more for a while.
#if defined(HALFULP_PEER_OPENMP)
    if constexpr (has_execution<matmul_options>)
        add_all_two_threads(suite);
#endif
    return hb::run(argc, argv);
}

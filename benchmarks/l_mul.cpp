// SPDX-License-Identifier: BSL-1.0
// peers: OpenMP
//
// Matrix products in arithmetic::l_mul, summed in float, at every level of the processor, compiled with -O2 and no
// other flag. Units are products. --benchmark_filter chooses:
//
//   normal       operands whose products are normal numbers
//   zeros_left   the same, half of A zero, as behind a rectifier; zeros: half of both
//   underflow    one element in fifty so small that products go to zero
//
// xnative: to our own native product of float in the same shape and run. xsame: to our native product of the same
// operands, in float.
//
// Each case is held against the definition in some rows before it is timed.

#include <halfulp/benchmark/peak.hpp>
#include <halfulp/benchmark/table.hpp>
#include <halfulp/halfulp.hpp>

#include "matmul_peers.hpp"

#include <cmath>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>

namespace {

using namespace halfulp;
namespace hb = halfulp::benchmarks;
using matmul_peers::product_shape;

enum class operands { normal, zeros_left, zeros, underflow };
constexpr const char* name_of(operands kind) {
    constexpr const char* names[] = {"normal", "zeros_left", "zeros", "underflow"};
    return names[static_cast<int>(kind)];
}

/// Numbers of 2^-5 … 2 in size, of either sign.
template <class T>
hb::aligned_vector<T> numbers(std::size_t count, std::uint64_t seed, bool with_zeros, bool with_tiny) {
    hb::aligned_vector<T> result(count);
    for (std::size_t i = 0; i < count; ++i) {
        const auto bits = static_cast<std::uint32_t>(philox_bits(seed, 0, i));
        const auto other = static_cast<std::uint32_t>(philox_bits(seed, 1, i));
        const double fraction = 1 + static_cast<double>(bits >> 8) * 0x1p-24;
        double x = std::ldexp(bits % 2 == 0 ? fraction : -fraction, -static_cast<int>(other % 6));
        if (with_zeros && other / 8 % 2 == 0)
            x = 0;
        if (with_tiny && other / 8 % 50 == 0)
            x *= 0x1p-110;
        result[i] = convert<T>(x);
    }
    return result;
}

template <class T, class Arithmetic>
struct l_mul_product {
    product_shape shape;
    hb::aligned_vector<T> a, b;
    hb::aligned_vector<float> c;

    l_mul_product(const product_shape& s, operands kind)
        : shape(s),
          a(numbers<T>(s.rows * s.depth, 1, kind == operands::zeros_left || kind == operands::zeros,
                       kind == operands::underflow)),
          b(numbers<T>(s.depth * s.columns, 2, kind == operands::zeros, kind == operands::underflow)),
          c(s.rows * s.columns) {}
    template <class How>
    void run(const How& how, std::size_t rows, float* to, const execution::policy& policy = {}) const {
        matmul(matrix_view<const T>(a.data(), rows, shape.depth),
               matrix_view<const T>(b.data(), shape.depth, shape.columns),
               matrix_view<float>(to, rows, shape.columns), how, {.execution = policy});
    }
    void run() { run(Arithmetic{}, shape.rows, c.data()); }
    bool is_right() {
        const std::size_t rows = shape.rows < 5 ? shape.rows : 5;
        hb::aligned_vector<float> expected(rows * shape.columns);
        run(Arithmetic{}, rows, expected.data(), execution::plain);
        run();
        return std::memcmp(c.data(), expected.data(), expected.size() * sizeof(float)) == 0;
    }
};

template <class T, class Arithmetic = arithmetic::l_mul<>>
void add(const hb::suite& suite, const std::string& type, operands kind, const product_shape& s,
         const std::string& arithmetic = "l_mul") {
    suite.add(
        {"matmul", type, arithmetic + "." + name_of(kind), matmul_peers::name_of(s)},
        [s, kind] {
            auto p = std::make_shared<l_mul_product<T, Arithmetic>>(s, kind);
            hb::measured m{.body = [p] { p->run(); },
                           .units = s.multiply_adds(),
                           .unit = "products",
                           .check = [p] { return p->is_right(); },
                           .error = {},
                           .beside = {matmul_peers::native_product(s)}};
            if (!std::is_same_v<T, float>)
                m.beside.push_back(
                    {.name = "same",
                     .body = [p] { p->run(arithmetic::native<float>{}, p->shape.rows, p->c.data()); },
                     .units = s.multiply_adds()});
            return m;
        },
        hb::levels_from(simd::isa::avx2));
}

template <class T>
void add_all(const hb::suite& suite, const std::string& type, const product_shape& s) {
    for (const operands kind : {operands::normal, operands::zeros_left, operands::zeros})
        add<T>(suite, type, kind, s);
}

}  // namespace

int main(int argc, char** argv) {
    const hb::suite suite;
    for (const product_shape s : {product_shape{512, 512, 512}, product_shape{1024, 1024, 1024}}) {
        add_all<float>(suite, "float32", s);
        add_all<bfloat16>(suite, "bfloat16", s);
        add_all<float16>(suite, "float16", s);
        add_all<float8_e4m3fn>(suite, "e4m3fn", s);
        add_all<float8_e5m2>(suite, "e5m2", s);
        add_all<float4_e2m1fn>(suite, "e2m1fn", s);
    }
    constexpr product_shape large{1024, 1024, 1024};
    add<float>(suite, "float32", operands::underflow, large);
    add<bfloat16>(suite, "bfloat16", operands::underflow, large);
    constexpr l_mul_options cut{.significand_bits = 4};
    constexpr l_mul_options nearest{.significand_bits = 4, .operand_rounding = rounding::ties_to_even};
    add<float, arithmetic::l_mul<cut>>(suite, "float32", operands::normal, large, "l_mul.4_bits");
    add<float, arithmetic::l_mul<nearest>>(suite, "float32", operands::normal, large, "l_mul.4_bits_nearest");
    add<float, arithmetic::l_mul<l_mul_mitchell>>(suite, "float32", operands::normal, large, "mitchell");
    add<float>(suite, "float32", operands::normal, {1000, 999, 1001});
    add<bfloat16>(suite, "bfloat16", operands::normal, {1000, 999, 1001});
    add<float>(suite, "float32", operands::normal, {1, 4096, 4096});
    return hb::run(argc, argv);
}

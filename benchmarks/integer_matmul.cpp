// SPDX-License-Identifier: BSL-1.0
// peers: OpenMP oneDNN
//
// Products of packed integers at every level of the processor, compiled with -O2 and no other flag. Units are
// multiply-adds. --benchmark_filter chooses a group:
//
//   matmul   C = A·Bᵀ, A and B packed row-major with 1 to 8 bits, in 32-bit integers; 8 x 8 bits beside oneDNN
//   scaled   the same with scales of rows, and of groups of 128; and floats quantised on the way
//   matvec   y = A·x for 8-bit x
//   peak     what the machine can do at most, in its own units
//
// xnative: to our own native product of float in the same shape and run. xonednn: to its u8 x s8 product. xungrouped:
// to scales of rows. xread: to reading the bytes of A once, which is a bound for matvec. xpeak: to the peak of float.
//
// Each case is held against the definition at some fifty places before it is timed.

#include <halfulp/benchmark/peak.hpp>
#include <halfulp/benchmark/table.hpp>
#include <halfulp/halfulp.hpp>
#include <halfulp/kernels/integer_matmul.hpp>
#include <halfulp/kernels/quantize.hpp>
#include <halfulp/kernels/quantized_matmul.hpp>

#include "matmul_peers.hpp"

#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

namespace {

using namespace halfulp;
namespace hb = halfulp::benchmarks;

using matmul_peers::name_of;
using matmul_peers::native_product;
using matmul_peers::product_shape;

template <class T>
std::string name_of_type() {
    const char* const kinds[] = {"int", "uint", "bipolar", "ternary"};
    return kinds[static_cast<int>(T::format.encoding)] + std::to_string(T::format.bits());
}

template <class T>
packed_matrix<T> any_codes(std::size_t rows, std::size_t columns, std::uint64_t seed) {
    packed_matrix<T> m(rows, columns);
    for (std::size_t i = 0; i < rows; ++i)
        for (std::size_t j = 0; j < columns; ++j) {
            const std::uint64_t bits = philox_bits(seed, i, j);
            m.set(i, j,
                  T::from_bits(static_cast<typename T::storage_type>(
                      T::format.encoding == integer_encoding::ternary ? bits % 3 : bits)));
        }
    return m;
}

/// True at fifty places where element(i, j) is what c has.
template <class C, class Element>
bool agrees(const hb::aligned_vector<C>& c, const product_shape& s, const Element& element) {
    for (std::size_t sample = 0; sample < 52; ++sample) {
        std::size_t i = philox_bits(3, 0, sample) % s.rows;
        std::size_t j = philox_bits(4, 0, sample) % s.columns;
        if (sample < 4) {  // the corners
            i = sample % 2 == 0 ? 0 : s.rows - 1;
            j = sample < 2 ? 0 : s.columns - 1;
        }
        const C expected = element(i, j);
        if (std::memcmp(&expected, &c[i * s.columns + j], sizeof(C)) != 0)
            return false;
    }
    return true;
}

template <class W, class X>
struct integer_product {
    product_shape shape;
    packed_matrix<W> a;
    packed_matrix<X> b;
    hb::aligned_vector<std::int32_t> c;

    explicit integer_product(const product_shape& s)
        : shape(s),
          a(any_codes<W>(s.rows, s.depth, 1)),
          b(any_codes<X>(s.columns, s.depth, 2)),
          c(s.rows * s.columns) {}
    void run() { matmul(a, b.transposed(), matrix_view<std::int32_t>(c.data(), shape.rows, shape.columns)); }
    bool is_right() const {
        return agrees(c, shape, [&](std::size_t i, std::size_t j) {
            std::int64_t sum = 0;
            for (std::size_t k = 0; k < shape.depth; ++k)
                sum += W::format.value_of(a(i, k).to_bits()) * X::format.value_of(b(j, k).to_bits());
            return static_cast<std::int32_t>(sum);
        });
    }
};

#if defined(HALFULP_PEER_ONEDNN)
/// u8 x s8 to int32, B as its columns lie in our matrices.
hb::yardstick onednn_product(const product_shape& s) {
    using type = dnnl::memory::data_type;
    struct operands {
        hb::aligned_vector<std::uint8_t> a;
        hb::aligned_vector<std::int8_t> b;
        hb::aligned_vector<std::int32_t> c;
    };
    auto o = std::make_shared<operands>();
    o->a.assign(s.rows * s.depth, 3);
    o->b.assign(s.columns * s.depth, -5);
    o->c.assign(s.rows * s.columns, 0);
    return {.name = "onednn",
            .body = matmul_peers::onednn_product(s, o, {type::u8, o->a.data()},
                                                 {type::s8, o->b.data(), dnnl::memory::format_tag::ba},
                                                 {type::s32, o->c.data()}),
            .units = s.multiply_adds()};
}
#endif

template <class W, class X>
void add_product(const hb::suite& suite, const product_shape& s) {
    suite.add(
        {"matmul", name_of_type<W>() + "x" + name_of_type<X>(), "integer", name_of(s)},
        [s] {
            auto p = std::make_shared<integer_product<W, X>>(s);
            hb::measured m{.body = [p] { p->run(); },
                           .units = s.multiply_adds(),
                           .unit = "multiply-adds",
                           .check =
                               [p] {
                                   p->run();
                                   return p->is_right();
                               },
                           .error = {},
                           .beside = {native_product(s)}};
#if defined(HALFULP_PEER_ONEDNN)
            if (W::format.bits() == 8 && X::format.bits() == 8)
                m.beside.push_back(onednn_product(s));
#endif
            return m;
        },
        hb::levels_from(simd::isa::avx2));
}

template <class W, int... Bits>
void add_widths(const hb::suite& suite, std::integer_sequence<int, Bits...>) {
    (add_product<W, bipolar_int<Bits + 1>>(suite, {1024, 1024, 1024}), ...);
}
template <int... Bits>
void add_all_widths(const hb::suite& suite, std::integer_sequence<int, Bits...> widths) {
    (add_widths<bipolar_int<Bits + 1>>(suite, widths), ...);
}

/// Quantised operands with scales of rows or groups.
template <class W, class X>
struct scaled_product {
    product_shape shape;
    quantized_matrix<X> x;
    quantized_matrix<W> w;
    hb::aligned_vector<float> y;

    static hb::aligned_vector<float> numbers(std::size_t count, std::uint64_t seed) {
        hb::aligned_vector<float> result(count);
        for (std::size_t i = 0; i < count; ++i)
            result[i] = static_cast<float>(static_cast<std::int32_t>(philox_bits(seed, 0, i))) * 0x1p-31f;
        return result;
    }
    scaled_product(const product_shape& s, const quantization_options& options)
        : shape(s),
          x(quantize<X>(matrix_view<const float>(numbers(s.rows * s.depth, 1).data(), s.rows, s.depth),
                        quantization_options{.per = granularity::row})),
          w(quantize<W>(matrix_view<const float>(numbers(s.columns * s.depth, 2).data(), s.columns, s.depth),
                        options)),
          y(s.rows * s.columns) {}
    void run() { matmul(x, transposed(w), matrix_view<float>(y.data(), shape.rows, shape.columns)); }
    bool is_right() {
        run();
        const auto fast = y;
        // One row and a few columns by the definition.
        const detail::quantized_operand a = detail::operand_of("a", x, storage_order::row_major);
        const detail::quantized_operand b =
            detail::operand_of("b", transposed(w), storage_order::column_major);
        const std::size_t group = detail::common_groups_of(a, b).size;
        return agrees(fast, shape, [&](std::size_t i, std::size_t j) {
            return detail::quantized_element(a, b, group, i, j, 0.0f);
        });
    }
};

template <class W, class X>
void add_scaled(const hb::suite& suite, const product_shape& s) {
    for (const bool has_groups : {false, true})
        suite.add(
            {"matmul", name_of_type<X>() + "x" + name_of_type<W>(),
             has_groups ? "scaled.groups_of_128" : "scaled.rows", name_of(s)},
            [s, has_groups] {
                const quantization_options rows{.per = granularity::row};
                const quantization_options groups{.per = granularity::group, .group_size = 128};
                auto p = std::make_shared<scaled_product<W, X>>(s, has_groups ? groups : rows);
                hb::measured m{.body = [p] { p->run(); },
                               .units = s.multiply_adds(),
                               .unit = "multiply-adds",
                               .check = [p] { return p->is_right(); },
                               .error = {},
                               .beside = {native_product(s)}};
                if (has_groups) {
                    auto whole = std::make_shared<scaled_product<W, X>>(s, rows);
                    m.beside.push_back(
                        {.name = "ungrouped", .body = [whole] { whole->run(); }, .units = s.multiply_adds()});
                }
                return m;
            },
            hb::levels_from(simd::isa::avx2));
}

/// Activations in float, quantised on the way.
template <class W>
void add_fused(const hb::suite& suite, const product_shape& s) {
    suite.add(
        {"matmul", "float32->int8x" + name_of_type<W>(), "scaled.fused", name_of(s)},
        [s] {
            auto p = std::make_shared<scaled_product<W, narrow_int<8>>>(
                s, quantization_options{.per = granularity::row});
            auto x = std::make_shared<hb::aligned_vector<float>>(
                scaled_product<W, narrow_int<8>>::numbers(s.rows * s.depth, 1));
            auto y = std::make_shared<hb::aligned_vector<float>>(s.rows * s.columns);
            const auto run = [p, x, y, s] {
                matmul(matrix_view<const float>(x->data(), s.rows, s.depth), transposed(p->w),
                       matrix_view<float>(y->data(), s.rows, s.columns), row_quantizer{});
            };
            return hb::measured{
                .body = run,
                .units = s.multiply_adds(),
                .unit = "multiply-adds",
                .check =
                    [p, y, run] {
                        run();
                        p->run();
                        return *y == p->y;
                    },
                .error = {},
                .beside = {native_product(s),
                           {.name = "quantized", .body = [p] { p->run(); }, .units = s.multiply_adds()}}};
        },
        hb::levels_from(simd::isa::avx2));
}

template <class W>
void add_matvec(const hb::suite& suite, std::size_t size) {
    suite.add(
        {"matvec", name_of_type<W>() + "xint8", "integer", std::to_string(size) + "x" + std::to_string(size)},
        [size] {
            struct operands {
                packed_matrix<W> a;
                hb::aligned_vector<std::int8_t> x;
                hb::aligned_vector<std::int32_t> y;
            };
            auto o = std::make_shared<operands>(operands{any_codes<W>(size, size, 1), {}, {}});
            o->x.resize(size);
            o->y.resize(size);
            for (std::size_t k = 0; k < size; ++k)
                o->x[k] = static_cast<std::int8_t>(philox_bits(2, 0, k));
            const double units = static_cast<double>(size) * static_cast<double>(size);
            const product_shape column{size, 1, size};
            return hb::measured{.body = [o] { matvec(o->a, o->x, o->y); },
                                .units = units,
                                .unit = "multiply-adds",
                                .check =
                                    [o, column] {
                                        matvec(o->a, o->x, o->y);
                                        return agrees(o->y, column, [&](std::size_t i, std::size_t) {
                                            std::int32_t sum = 0;
                                            for (std::size_t k = 0; k < column.depth; ++k)
                                                sum += static_cast<std::int32_t>(o->a(i, k)) * o->x[k];
                                            return sum;
                                        });
                                    },
                                .error = {},
                                .beside = {hb::read_of(o->a.bytes().size(), units), native_product(column)}};
        },
        hb::levels_from(simd::isa::avx2));
}

void add_peak(const hb::suite& suite, const std::string& type, const std::string& what,
              hb::yardstick (*make)()) {
    suite.add(
        {"peak", type, what, "registers"},
        [make] {
            const hb::yardstick peak = make();
            return hb::measured{.body = peak.body,
                                .units = peak.units,
                                .unit = "multiply-adds",
                                .check = {},
                                .error = {},
                                .beside = {hb::multiply_add_peak<float>()}};
        },
        hb::levels_from(simd::isa::avx2));
}

}  // namespace

int main(int argc, char** argv) {
    matmul_peers::use_threads(1);
    const hb::suite suite;
#if HALFULP_HAS_SIMD
    add_peak(suite, "int8->int32", "dot", [] { return hb::multiply_add_bytes_peak(); });
    add_peak(suite, "bits", "count", [] { return hb::count_bits_peak(1.0 / 64); });
#endif
    add_all_widths(suite, std::make_integer_sequence<int, 8>{});
    add_product<narrow_uint<8>, narrow_int<8>>(suite, {1024, 1024, 1024});
    add_product<narrow_int<4>, narrow_int<8>>(suite, {1024, 1024, 1024});
    add_product<ternary, narrow_int<8>>(suite, {1024, 1024, 1024});
    add_product<narrow_uint<8>, narrow_int<8>>(suite, {512, 512, 512});
    add_product<narrow_uint<8>, narrow_int<8>>(suite, {16, 4096, 4096});

    add_scaled<narrow_int<8>, narrow_int<8>>(suite, {1024, 1024, 1024});
    add_scaled<narrow_int<4>, narrow_int<8>>(suite, {1024, 1024, 1024});
    add_scaled<bipolar_int<2>, bipolar_int<2>>(suite, {1024, 1024, 1024});
    add_scaled<bipolar_int<1>, bipolar_int<1>>(suite, {1024, 1024, 1024});
    add_fused<narrow_int<4>>(suite, {1024, 1024, 1024});

    add_matvec<bipolar_int<1>>(suite, 4096);
    add_matvec<ternary>(suite, 4096);
    add_matvec<narrow_int<3>>(suite, 4096);
    add_matvec<narrow_int<4>>(suite, 4096);
    add_matvec<narrow_int<5>>(suite, 4096);
    add_matvec<narrow_int<6>>(suite, 4096);
    add_matvec<narrow_int<7>>(suite, 4096);
    add_matvec<narrow_int<8>>(suite, 4096);
    return hb::run(argc, argv);
}

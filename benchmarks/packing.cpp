// SPDX-License-Identifier: BSL-1.0
//
// Packed storage at every level of the processor, one thread, compiled with -O2 and no other flag.
//
//   pack, unpack     bytes to and from codes of 1 to 8 bits in every layout: elements of the packed type, and
//                    std::int8_t with (throws) and without (saturates) the range checked before
//   convert_layout   from contiguous to the layouts of bits, and by columns
//
// of 1024 lines of 4096 codes in memory, and 8 lines of 1024 in the cache. A unit is a code. xmemcpy is the ratio to
// memcpy of as many bytes as there are codes, which is what the unpacked side has. Arrays begin at multiples of 64
// bytes. Each case is held against the definition before it is timed.

#include <halfulp/benchmark/table.hpp>
#include <halfulp/halfulp.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <type_traits>
#include <vector>

namespace {

using namespace halfulp;
namespace hb = halfulp::benchmarks;

struct shape {
    std::size_t rows, columns;
    const char* name;
};
constexpr shape shapes[] = {{1024, 4096, "1024x4096"}, {8, 1024, "8x1024"}};

constexpr const char* layout_names[] = {"contiguous", "bit_planes", "interleaved", "base_3"};

template <class T>
std::string type_name() {
    constexpr const char* names[] = {"int", "uint", "bipolar", "ternary"};
    const std::string name = names[static_cast<int>(T::format.encoding)];
    return T::format.encoding == integer_encoding::ternary ? name : name + std::to_string(T::format.width);
}
template <class V>
const char* value_name() {
    return std::is_same_v<V, std::int8_t> ? "int8" : "T";
}

/// The definition where it takes part of a second at most.
std::vector<simd::isa> levels_for(const shape& s) {
    return hb::levels_from(s.rows == 8 ? simd::isa::plain : simd::isa::avx2);
}

template <class V, class T>
std::shared_ptr<hb::aligned_vector<V>> random_values(std::size_t count) {
    auto values = std::make_shared<hb::aligned_vector<V>>(count);
    for (std::size_t i = 0; i < count; ++i) {
        const auto code = philox_bits(1, 0, i);
        const T x =
            T::from_bits(static_cast<typename T::storage_type>(detail::is_ternary<T>() ? code % 3 : code));
        if constexpr (std::is_same_v<V, T>)
            (*values)[i] = x;
        else
            (*values)[i] = convert_integer<V>(x, out_of_range::saturates);
    }
    return values;
}

template <class T, packed_layout Layout>
bool same_bytes(const packed_matrix<T, Layout>& x, const packed_matrix<T, Layout>& y) {
    return std::equal(x.bytes().begin(), x.bytes().end(), y.bytes().begin(), y.bytes().end());
}

template <class V, class T, packed_layout Layout>
void add_packing(const hb::suite& suite, const shape& s, out_of_range range) {
    const std::string arithmetic = std::string(layout_names[static_cast<int>(Layout)]) +
                                   (range == out_of_range::throws ? "" : "(saturates)");
    const std::size_t count = s.rows * s.columns;
    suite.add(
        {"pack", std::string(value_name<V>()) + "->" + type_name<T>(), arithmetic, s.name},
        [=] {
            const auto values = random_values<V, T>(count);
            auto packed = std::make_shared<packed_matrix<T, Layout>>(s.rows, s.columns);
            const auto use = [=](packed_matrix<T, Layout>& to, execution::policy policy) {
                pack(matrix_view<const V>(values->data(), s.rows, s.columns), to, {range, policy});
            };
            hb::measured m;
            m.body = [=] { use(*packed, {}); };
            m.units = static_cast<double>(count);
            m.check = [=] {
                packed_matrix<T, Layout> plain(s.rows, s.columns);
                use(plain, execution::plain);
                use(*packed, {});
                return same_bytes(plain, *packed);
            };
            m.beside = {hb::copy_of(count, m.units)};
            return m;
        },
        levels_for(s));
    if (range == out_of_range::throws)
        suite.add(
            {"unpack", type_name<T>() + "->" + value_name<V>(), arithmetic, s.name},
            [=] {
                const auto values = random_values<V, T>(count);
                auto packed = std::make_shared<packed_matrix<T, Layout>>(s.rows, s.columns);
                pack(matrix_view<const V>(values->data(), s.rows, s.columns), *packed);
                auto out = std::make_shared<hb::aligned_vector<V>>(count);
                hb::measured m;
                m.body = [=] { unpack(*packed, matrix_view<V>(out->data(), s.rows, s.columns)); };
                m.units = static_cast<double>(count);
                m.check = [=] {
                    unpack(*packed, matrix_view<V>(out->data(), s.rows, s.columns));
                    return std::memcmp(out->data(), values->data(), count) == 0;
                };
                m.beside = {hb::copy_of(count, m.units)};
                return m;
            },
            levels_for(s));
}

template <class T, packed_layout From, packed_layout To>
void add_conversion(const hb::suite& suite, const shape& s, storage_order order) {
    const std::size_t count = s.rows * s.columns;
    suite.add(
        {"convert_layout", type_name<T>(),
         std::string(layout_names[static_cast<int>(From)]) + "->" + layout_names[static_cast<int>(To)] +
             (order == storage_order::row_major ? "" : "(columns)"),
         s.name},
        [=] {
            auto from = std::make_shared<packed_matrix<T, From>>(s.rows, s.columns);
            const auto values = random_values<T, T>(count);
            pack(matrix_view<const T>(values->data(), s.rows, s.columns), *from);
            auto to = std::make_shared<packed_matrix<T, To>>(s.rows, s.columns, order);
            hb::measured m;
            m.body = [=] { convert_layout(*from, *to); };
            m.units = static_cast<double>(count);
            m.check = [=] {
                packed_matrix<T, To> plain(s.rows, s.columns, order);
                convert_layout(*from, plain, {.execution = execution::plain});
                convert_layout(*from, *to);
                return same_bytes(plain, *to);
            };
            m.beside = {hb::copy_of(count, m.units)};
            return m;
        },
        levels_for(s));
}

template <class T, packed_layout Layout>
void add_type(const hb::suite& suite, const shape& s) {
    add_packing<T, T, Layout>(suite, s, out_of_range::throws);
    add_packing<std::int8_t, T, Layout>(suite, s, out_of_range::throws);
    add_packing<std::int8_t, T, Layout>(suite, s, out_of_range::saturates);
}

template <packed_layout Layout>
void add_widths(const hb::suite& suite, const shape& s) {
    add_type<bipolar_int<1>, Layout>(suite, s);
    add_type<narrow_int<2>, Layout>(suite, s);
    add_type<narrow_int<3>, Layout>(suite, s);
    add_type<narrow_int<4>, Layout>(suite, s);
    add_type<narrow_int<6>, Layout>(suite, s);
    add_type<narrow_int<8>, Layout>(suite, s);
}

}  // namespace

int main(int argc, char** argv) {
    const hb::suite suite;
    for (const shape& s : shapes) {
        add_widths<packed_layout::contiguous>(suite, s);
        add_widths<packed_layout::bit_planes>(suite, s);
        add_widths<packed_layout::interleaved>(suite, s);
        add_type<ternary, packed_layout::base_3>(suite, s);
        for (const storage_order order : {storage_order::row_major, storage_order::column_major}) {
            add_conversion<narrow_int<4>, packed_layout::contiguous, packed_layout::bit_planes>(suite, s,
                                                                                                order);
            add_conversion<narrow_int<4>, packed_layout::contiguous, packed_layout::interleaved>(suite, s,
                                                                                                 order);
            add_conversion<narrow_int<4>, packed_layout::bit_planes, packed_layout::contiguous>(suite, s,
                                                                                                order);
            add_conversion<ternary, packed_layout::base_3, packed_layout::bit_planes>(suite, s, order);
        }
    }
    return hb::run(argc, argv);
}

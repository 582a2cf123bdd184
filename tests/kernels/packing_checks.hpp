// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// pack, unpack and convert_layout at every level beside `set` and `operator()` of the views, element by element.

#include <halfulp/formats/named.hpp>
#include <halfulp/kernels/packing.hpp>

#include "support/catch.hpp"
#include "support/last_elements.hpp"
#include "support/random.hpp"
#include "support/tally.hpp"

#include <algorithm>
#include <string>
#include <type_traits>
#include <vector>

namespace halfulp_test {

using namespace halfulp;

/// The levels that this machine has, the definition's first.
inline std::vector<simd::isa> all_levels() {
    std::vector<simd::isa> levels;
    for (const simd::isa level : {simd::isa::plain, simd::isa::avx2, simd::isa::avx512})
        if (level <= simd::detected_level())
            levels.push_back(level);
    return levels;
}

struct packed_shape {
    std::size_t rows, columns;
    storage_order order;
    std::size_t gap;  ///< bytes between lines
};

inline const std::vector<packed_shape>& packed_shapes() {
    static const std::vector<packed_shape> shapes = [] {
        std::vector<packed_shape> result;
        for (const std::size_t length : {0u, 1u, 31u, 32u, 33u, 63u, 64u, 65u, 129u, 325u})
            for (const std::size_t lines : {1u, 3u, 33u}) {
                result.push_back({lines, length, storage_order::row_major, length % 2});
                result.push_back({length, lines, storage_order::column_major, 0});
            }
        result.push_back({2, 8000, storage_order::row_major, 1});
        result.push_back({3841, 1, storage_order::column_major, 0});
        return result;
    }();
    return shapes;
}

/// Bytes for a packed matrix, up to where memory ends, all 0x55 to begin with.
template <class T, packed_layout Layout>
class packed_memory {
    static std::size_t lines(const packed_shape& s) {
        return s.order == storage_order::row_major ? s.rows : s.columns;
    }
    static std::size_t line(const packed_shape& s) {
        return packed_line_bytes(Layout, T::format.bits(),
                                 s.order == storage_order::row_major ? s.columns : s.rows);
    }
    static std::size_t stride(const packed_shape& s) {
        return Layout == packed_layout::interleaved ? line(s) : line(s) + s.gap;
    }
    static std::size_t size(const packed_shape& s) {
        const std::size_t groups = Layout == packed_layout::interleaved ? (lines(s) + 31) / 32 : lines(s);
        return groups == 0 ? 0 : (groups - 1) * stride(s) + line(s);
    }

  public:
    explicit packed_memory(const packed_shape& s) : shape_(s), memory_(size(s)) {
        std::fill(memory_.data(), memory_.data() + size(s), std::uint8_t{0x55});
    }
    packed_matrix_view<T, Layout> view() const {
        return {memory_.span(), shape_.rows, shape_.columns, shape_.order, stride(shape_)};
    }
    std::vector<std::uint8_t> bytes() const { return {memory_.data(), memory_.data() + size(shape_)}; }
    void randomise(std::uint64_t seed) const {
        generator random(seed);
        for (std::uint8_t& byte : memory_.span())
            byte = static_cast<std::uint8_t>(random());
    }
    /// What pack has to leave for these codes: zeros in all lines, then element by element.
    template <class Codes>
    std::vector<std::uint8_t> expected(const Codes& codes) const {
        const packed_memory other(shape_);
        const std::size_t step = stride(shape_), size_of_line = line(shape_);
        for (std::size_t i = 0; i < other.memory_.span().size(); ++i)
            if (step == 0 || i % step < size_of_line)
                other.memory_.data()[i] = 0;
        const auto to = other.view();
        for (std::size_t i = 0; i < shape_.rows; ++i)
            for (std::size_t j = 0; j < shape_.columns; ++j)
                to.set(i, j, codes(i, j));
        return other.bytes();
    }

  private:
    packed_shape shape_;
    last_elements<std::uint8_t> memory_;
};

/// A matrix of values, by rows up to where memory ends, or by columns.
template <class V>
class value_memory {
  public:
    value_memory(const packed_shape& s, bool by_rows)
        : shape_(s), by_rows_(by_rows), memory_(s.rows * s.columns) {}
    matrix_view<V> view() const {
        if (by_rows_)
            return {memory_.data(), shape_.rows, shape_.columns};
        return matrix_view<V>(memory_.data(), shape_.columns, shape_.rows).transposed();
    }

  private:
    packed_shape shape_;
    bool by_rows_;
    last_elements<V> memory_;
};

template <class T, packed_layout Layout>
std::string describe(const char* what, const packed_shape& s, simd::isa level) {
    return std::string(what) + ", layout " + std::to_string(static_cast<int>(Layout)) + ", " +
           std::to_string(T::format.bits()) + " bits, " + std::to_string(s.rows) + " x " +
           std::to_string(s.columns) + ", " + simd::name_of(level);
}

/// A random number of T, valid where it has to be.
template <class T>
T random_number(generator& random) {
    auto code = random();
    if constexpr (detail::is_ternary<T>())
        code = code % 3;
    return T::from_bits(static_cast<typename T::storage_type>(code));
}

/// Packs values of V and unpacks them again.
template <class V, class T, packed_layout Layout>
void check_round_trip(tally& t) {
    generator random(11);
    for (const packed_shape& s : packed_shapes())
        for (const bool by_rows : {true, false}) {
            const value_memory<V> values(s, by_rows), back(s, by_rows);
            const auto in = values.view(), out = back.view();
            std::vector<T> numbers(s.rows * s.columns);
            for (std::size_t i = 0; i < s.rows; ++i)
                for (std::size_t j = 0; j < s.columns; ++j) {
                    T& x = numbers[i * s.columns + j];
                    x = random_number<T>(random);
                    if constexpr (std::is_same_v<V, T>) {
                        in(i, j) = x;
                    } else {
                        while (x < std::numeric_limits<V>::min() || x > std::numeric_limits<V>::max())
                            x = random_number<T>(random);
                        in(i, j) = static_cast<V>(x.value());
                    }
                }
            const packed_memory<T, Layout> memory(s);
            const auto expected =
                memory.expected([&](std::size_t i, std::size_t j) { return numbers[i * s.columns + j]; });
            for (const simd::isa level : all_levels()) {
                const simd::scoped_level scope(level);
                const packed_memory<T, Layout> packed(s);
                pack(in, packed.view());
                t.expect(packed.bytes() == expected, [&] { return describe<T, Layout>("packed", s, level); });
                for (std::size_t i = 0; i < s.rows; ++i)
                    for (std::size_t j = 0; j < s.columns; ++j)
                        out(i, j) = V{};
                unpack(packed.view(), out);
                bool same = true;
                for (std::size_t i = 0; i < s.rows; ++i)
                    for (std::size_t j = 0; j < s.columns; ++j)
                        if constexpr (std::is_same_v<V, T>)
                            same &= out(i, j).to_bits() == in(i, j).to_bits();
                        else
                            same &= out(i, j) == in(i, j);
                t.expect(same, [&] { return describe<T, Layout>("unpacked", s, level); });
            }
        }
}

/// Random bytes, in which bits of no code are set too, to another layout and order.
template <class T, packed_layout From, packed_layout To>
void check_conversion(tally& t) {
    for (packed_shape s : packed_shapes())
        for (const bool across : {false, true}) {
            const packed_memory<T, From> from(s);
            from.randomise(s.rows * 1000 + s.columns);
            packed_shape target = s;
            if (across)
                target.order = s.order == storage_order::row_major ? storage_order::column_major
                                                                   : storage_order::row_major;
            const packed_memory<T, To> memory(target);
            const auto expected =
                memory.expected([&](std::size_t i, std::size_t j) { return from.view()(i, j); });
            packing_options options;
            options.range = out_of_range::saturates;  // base_3 takes the code 3 for 2
            for (const simd::isa level : all_levels()) {
                const simd::scoped_level scope(level);
                const packed_memory<T, To> to(target);
                convert_layout(from.view(), to.view(), options);
                t.expect(to.bytes() == expected, [&] {
                    return describe<T, To>(across ? "converted across" : "converted", s, level);
                });
            }
        }
}

template <class T, packed_layout Layout>
void check_layout(tally& t) {
    check_round_trip<T, T, Layout>(t);
    if constexpr (formatted_integer<T>) {
        check_round_trip<std::int8_t, T, Layout>(t);
        if constexpr (Layout == packed_layout::contiguous)
            check_round_trip<std::int32_t, T, Layout>(t);
    }
}

}  // namespace halfulp_test

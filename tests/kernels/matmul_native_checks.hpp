// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// Products in arithmetic::native<float> and native<double>: the fast path against the definition, bit for bit,
/// at every level of the machine, in any shape, blocks and arrangement in memory, for terms that round, cancel,
/// vanish, overflow and are not finite. Every matrix ends where memory ends, and what lies between and before
/// the elements of an output has to stay.

#include <halfulp/arithmetic/native.hpp>
#include <halfulp/kernels/matmul.hpp>

#include "kernels/matmul_terms.hpp"
#include "simd/levels.hpp"
#include "support/catch.hpp"
#include "support/last_elements.hpp"

#include <array>
#include <cmath>
#include <cstring>
#include <string>

namespace halfulp_test {

/// All kinds of terms.
inline constexpr std::array native_terms{terms::like_one, terms::any_code, terms::cancelling, terms::tiny,
                                         terms::huge,     terms::zeros,    terms::sprinkled};

/// How a matrix lies in memory. Far lines are so far apart that a copy of them pays.
enum class layout { rows, columns, gaps, rows_upwards, columns_backwards, turned, far_rows, far_columns };
inline constexpr std::array all_layouts{layout::rows,     layout::columns,      layout::gaps,
                                        layout::turned,   layout::rows_upwards, layout::columns_backwards,
                                        layout::far_rows, layout::far_columns};

/// The elements of a matrix in memory of their own.
template <class T>
class placed {
  public:
    template <class U>
    requires std::same_as<std::remove_const_t<U>, T> placed(const matrix_view<U>& m, layout order)
        : memory_(guards + span(m.rows(), m.columns(), order)), view_(place(m.rows(), m.columns(), order)) {
        if (!memory_.span().empty())
            std::memset(static_cast<void*>(memory_.data()), 0x5a, memory_.span().size() * sizeof(T));
        copy(m);
        initial_.assign(memory_.data(), memory_.data() + memory_.span().size());
    }

    matrix_view<T> view() const { return view_; }
    matrix_view<const T> input() const { return view_; }
    /// All elements and what lies between them and before them.
    std::vector<T> contents() const { return {memory_.span().begin(), memory_.span().end()}; }
    bool holds(const std::vector<T>& expected) const {
        return std::memcmp(memory_.data(), expected.data(), expected.size() * sizeof(T)) == 0;
    }
    /// Back to what it was made from.
    void restore() {
        std::memcpy(static_cast<void*>(memory_.data()), initial_.data(), initial_.size() * sizeof(T));
    }
    template <class U>
    void copy(const matrix_view<U>& m) {
        for (std::size_t i = 0; i < m.rows(); ++i)
            for (std::size_t j = 0; j < m.columns(); ++j)
                view_(i, j) = m(i, j);
    }

  private:
    static constexpr std::size_t guards = 70;
    static constexpr std::ptrdiff_t far = 1500 / sizeof(T);

    struct strides {
        std::ptrdiff_t row, column;
    };
    static strides strides_of(std::size_t rows, std::size_t columns, layout order) {
        const auto height = static_cast<std::ptrdiff_t>(rows), width = static_cast<std::ptrdiff_t>(columns);
        switch (order) {
            case layout::rows:
                return {width, 1};
            case layout::columns:
                return {1, height};
            case layout::gaps:
                return {3 * width + 2, 3};
            case layout::rows_upwards:
                return {-width - 1, 1};
            case layout::columns_backwards:
                return {width + 2, -1};
            case layout::turned:
                return {-1, height + 1};
            case layout::far_rows:
                return {width + far, 1};
            default:
                return {1, -height - far};
        }
    }
    static std::size_t span(std::size_t rows, std::size_t columns, layout order) {
        const strides s = strides_of(rows, columns, order);
        return rows == 0 || columns == 0
                   ? 0
                   : (rows - 1) * static_cast<std::size_t>(std::abs(s.row)) +
                         (columns - 1) * static_cast<std::size_t>(std::abs(s.column)) + 1;
    }
    matrix_view<T> place(std::size_t rows, std::size_t columns, layout order) const {
        const strides s = strides_of(rows, columns, order);
        T* first = memory_.data() + guards;
        if (rows != 0 && columns != 0) {
            if (s.row < 0)
                first -= static_cast<std::ptrdiff_t>(rows - 1) * s.row;
            if (s.column < 0)
                first -= static_cast<std::ptrdiff_t>(columns - 1) * s.column;
        }
        return {first, rows, columns, s.row, s.column};
    }

    last_elements<T> memory_;
    matrix_view<T> view_;
    std::vector<T> initial_;
};

/// Terms of A·B for all shapes up to a largest: row i of A and column j of B are lines, and cancelling terms are
/// neighbours in both.
template <class A, class B>
struct native_operands {
    std::size_t depth;
    std::vector<A> a;  ///< by rows
    std::vector<B> b;  ///< by columns
    terms kind;

    native_operands(terms what, std::size_t rows, std::size_t most_depth, std::size_t columns,
                    std::uint64_t seed)
        : depth(most_depth), kind(what) {
        std::mt19937_64 random(seed);
        a = terms_of<A>(random, kind, rows, depth);
        b = terms_of<B>(random, kind == terms::cancelling ? terms::like_one : kind, columns, depth);
        if (kind == terms::cancelling)
            // Equal pairs, and pairs that differ in their last bit.
            for (std::size_t i = 1; i < b.size(); i += 2)
                b[i] = random() % 4 != 0
                           ? b[i - 1]
                           : detail::from_code<B>(
                                 static_cast<code_uint<constant_value<number_format<B>::value>>>(
                                     detail::to_code(b[i - 1]) ^ 1));
    }
    matrix_view<const A> left(std::size_t rows, std::size_t k) const {
        return {a.data(), rows, k, static_cast<std::ptrdiff_t>(depth), 1};
    }
    matrix_view<const B> right(std::size_t k, std::size_t columns) const {
        return {b.data(), k, columns, 1, static_cast<std::ptrdiff_t>(depth)};
    }
};

/// What C holds before a product: results have to be −0, NaN and infinite here and there, too.
template <class C>
std::vector<C> sums_before(std::size_t count, std::uint64_t seed) {
    std::mt19937_64 random(seed);
    std::vector<C> result;
    result.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
        const terms kinds[] = {terms::like_one, terms::zeros, terms::any_code, terms::sprinkled};
        result.push_back(term<C>(random, kinds[random() % 4], i, C(0)));
    }
    return result;
}

/// The chain of one element, written down once more.
template <class Carrier, class A, class B>
Carrier chain_of_element(const matrix_view<const A>& a, const matrix_view<const B>& b, std::size_t i,
                         std::size_t j, Carrier sum) {
    for (std::size_t k = 0; k < a.columns(); ++k)
        sum = std::fma(convert<Carrier>(a(i, k)), convert<Carrier>(b(k, j)), sum);
    return std::isnan(sum) ? std::numeric_limits<Carrier>::quiet_NaN() : sum;
}

/// Blocks of all kinds; no bit depends on them.
inline const std::vector<matmul_blocking>& all_blockings() {
    static const std::vector<matmul_blocking> blockings{
        {},           {1, 0, 0},      {1, 1, 1},   {7, 5, 5},  {7, 1, 64},  {0, 0, 0},
        {64, 13, 33}, {3, 120, 2048}, {5, 12, 17}, {2, 6, 16}, {128, 7, 1}, {1024, 1, 100}};
    return blockings;
}

inline std::string name_of(const matmul_blocking& b) {
    return "blocks of " + std::to_string(b.depth) + ", " + std::to_string(b.rows) + ", " +
           std::to_string(b.columns);
}

/// C = A·B and C += A·B by the definition.
template <class A, class B, class C, class Carrier>
class native_product {
  public:
    native_product(const matrix_view<const A>& a, const matrix_view<const B>& b, std::uint64_t seed)
        : a_(a), b_(b), before_(sums_before<C>(a.rows() * b.columns(), seed)) {
        for (const bool accumulate : {false, true}) {
            std::vector<C>& result = results_[accumulate];
            result = before_;
            matmul(a, b, matrix_view<C>(result.data(), a.rows(), b.columns()), arithmetic::native<Carrier>{},
                   {.accumulate = accumulate, .execution = execution::plain});
        }
    }
    matrix_view<const C> before() const { return {before_.data(), a_.rows(), b_.columns()}; }
    matrix_view<const C> result(bool accumulate) const {
        return {results_[accumulate].data(), a_.rows(), b_.columns()};
    }

    /// The definition against the chain that is written down above, in some elements.
    void check_definition(tally& t) const {
        if constexpr (std::same_as<C, Carrier>)
            for (const bool accumulate : {false, true})
                for (std::size_t n = 0; n < before_.size(); n += 1 + before_.size() / 3) {
                    const std::size_t i = n / b_.columns(), j = n % b_.columns();
                    const Carrier expected =
                        chain_of_element<Carrier>(a_, b_, i, j, accumulate ? before_[n] : Carrier{0});
                    t.expect(code_bits(results_[accumulate][n]) == code_bits(expected), [&] {
                        return "the definition's element " + std::to_string(n) + " is " +
                               hexadecimal(code_bits(results_[accumulate][n])) + ", expected " +
                               hexadecimal(code_bits(expected));
                    });
                }
    }

    /// The fast paths, from operands that have these elements, into memory arranged like that.
    template <class Describe>
    void check(tally& t, const matrix_view<const A>& a, const matrix_view<const B>& b, layout order,
               const std::vector<matmul_blocking>& blockings, const Describe& describe) const {
        placed<C> c(before(), order);
        for (const bool accumulate : {false, true}) {
            c.copy(result(accumulate));
            const std::vector<C> expected = c.contents();
            for (const simd::isa level : fast_levels()) {
                const simd::scoped_level guard(level);
                for (const matmul_blocking& blocking : blockings) {
                    c.restore();
                    matmul(a, b, c.view(), arithmetic::native<Carrier>{},
                           {.accumulate = accumulate, .blocking = blocking});
                    t.expect(c.holds(expected), [&] {
                        return describe() + (accumulate ? " added" : "") + " at level " +
                               simd::name_of(level) + " in " + name_of(blocking) + ": " +
                               difference(c, accumulate);
                    });
                }
            }
        }
    }

  private:
    std::string difference(const placed<C>& c, bool accumulate) const {
        for (std::size_t i = 0; i < a_.rows(); ++i)
            for (std::size_t j = 0; j < b_.columns(); ++j)
                if (const C got = c.view()(i, j), expected = result(accumulate)(i, j);
                    code_bits(got) != code_bits(expected))
                    return "element " + std::to_string(i) + ", " + std::to_string(j) + " is " +
                           hexadecimal(code_bits(got)) + ", expected " + hexadecimal(code_bits(expected));
        return "a neighbour of C was overwritten";
    }

    matrix_view<const A> a_;
    matrix_view<const B> b_;
    std::vector<C> before_, results_[2];
};

/// A product of some depth, and of that many of the rows and columns, in one arrangement.
template <class A, class B, class C, class Carrier>
void check_native(tally& t, const native_operands<A, B>& x, std::size_t rows, std::size_t depth,
                  std::size_t columns, const std::array<layout, 3>& order,
                  const std::vector<matmul_blocking>& blockings) {
    const placed<A> a(x.left(rows, depth), order[0]);
    const placed<B> b(x.right(depth, columns), order[1]);
    const native_product<A, B, C, Carrier> product(a.input(), b.input(), rows + 31 * columns + depth);
    product.check_definition(t);
    product.check(t, a.input(), b.input(), order[2], blockings, [&] {
        return std::to_string(rows) + "×" + std::to_string(depth) + "×" + std::to_string(columns) +
               " terms " + std::to_string(static_cast<int>(x.kind)) + " layouts " +
               std::to_string(static_cast<int>(order[0])) + std::to_string(static_cast<int>(order[1])) +
               std::to_string(static_cast<int>(order[2]));
    });
}

/// A fast path takes such a product wherever there is one.
template <class A, class B, class C, class Carrier>
void check_has_fast_path(tally& t) {
    if (!has_fast_paths())
        return;
    const std::vector<A> a(6, A(1));
    const std::vector<B> b(6, B(1));
    std::vector<C> c(4, C(0));
    for (const simd::isa level : fast_levels()) {
        const simd::scoped_level guard(level);
        t.expect(detail::matmul_fast(matrix_view<const A>(a.data(), 2, 3),
                                     matrix_view<const B>(b.data(), 3, 2), matrix_view<C>(c.data(), 2, 2),
                                     arithmetic::native<Carrier>{}, matmul_options{}),
                 [] { return std::string("no fast path"); });
    }
}

/// An arrangement for the n-th product.
inline std::array<layout, 3> layouts_of(std::size_t n) {
    return {all_layouts[n % 8], all_layouts[n / 8 % 8], all_layouts[n / 3 % 8]};
}

/// All shapes around the edges of tiles, of few terms and of many; arrangements, kinds and blocks take turns.
template <class A, class B, class C, class Carrier>
void check_shapes(tally& t, std::size_t step = 1) {
    check_has_fast_path<A, B, C, Carrier>(t);
    step *= cases_for_effort(std::size_t{5}, std::size_t{1}, std::size_t{1});
    constexpr std::size_t most_rows = 13, most_columns = 33;
    std::size_t n = 0;
    for (const terms kind : native_terms) {
        const native_operands<A, B> few(kind, most_rows, 3, most_columns, 11);
        for (std::size_t rows = 0; rows <= most_rows; ++rows)
            for (std::size_t columns = 0; columns <= most_columns; ++columns)
                for (const std::size_t depth : {0u, 1u, 2u, 3u})
                    if (n++ % step == 0)
                        check_native<A, B, C, Carrier>(t, few, rows, depth, columns, layouts_of(n / step),
                                                       {all_blockings()[n % 12]});
        const native_operands<A, B> many(kind, most_rows, 1025, most_columns, 12);
        for (const std::size_t rows : {1u, 2u, 3u, 5u, 6u, 7u, 11u, 12u, 13u})
            for (const std::size_t columns :
                 {1u, 2u, 3u, 4u, 5u, 7u, 8u, 9u, 15u, 16u, 17u, 23u, 24u, 31u, 32u, 33u})
                for (const std::size_t depth : {31u, 127u, 1025u})
                    if (++n % (depth == 1025 ? 11 * step : 3 * step) == 0)
                        check_native<A, B, C, Carrier>(t, many, rows, depth, columns, layouts_of(n),
                                                       {all_blockings()[n % 12]});
    }
}

/// All blocks, in shapes of several tiles.
template <class A, class B, class C, class Carrier>
void check_blockings(tally& t) {
    struct shape {
        std::size_t rows, depth, columns;
    };
    std::size_t n = 0;
    for (const shape s : {shape{29, 41, 67}, shape{131, 7, 5}, shape{1, 300, 259}, shape{2, 150, 71}})
        for (const terms kind : {terms::like_one, terms::cancelling, terms::sprinkled}) {
            const native_operands<A, B> x(kind, s.rows, s.depth, s.columns, 13);
            check_native<A, B, C, Carrier>(t, x, s.rows, s.depth, s.columns, layouts_of(n++),
                                           all_blockings());
        }
}

/// Every arrangement of the three matrices, in shapes where operands are used where they lie, and where a copy
/// pays.
template <class A, class B, class C, class Carrier>
void check_layouts(tally& t) {
    struct shape {
        std::size_t rows, depth, columns;
    };
    std::uint64_t seed = 20;
    for (const shape s : {shape{14, 21, 37}, shape{70, 9, 70}, shape{1, 40, 261}, shape{130, 7, 1},
                          shape{3, 70, 130}, shape{17, 66, 2}}) {
        const native_operands<A, B> x(terms::sprinkled, s.rows, s.depth, s.columns, ++seed);
        const native_product<A, B, C, Carrier> product(x.left(s.rows, s.depth), x.right(s.depth, s.columns),
                                                       seed);
        for (const layout of_a : all_layouts) {
            const placed<A> a(x.left(s.rows, s.depth), of_a);
            for (const layout of_b : all_layouts) {
                if (effort == 0 && of_a != of_b && of_a != layout::rows && of_b != layout::rows)
                    continue;
                const placed<B> b(x.right(s.depth, s.columns), of_b);
                for (const layout of_c : all_layouts)
                    product.check(t, a.input(), b.input(), of_c, {{}}, [&] {
                        return std::to_string(s.rows) + "×" + std::to_string(s.depth) + "×" +
                               std::to_string(s.columns) + " layouts " +
                               std::to_string(static_cast<int>(of_a)) +
                               std::to_string(static_cast<int>(of_b)) +
                               std::to_string(static_cast<int>(of_c));
                    });
            }
        }
    }
}

/// One column, and one row: the lengths at which something begins or ends, along all directions in memory.
template <class A, class B, class C, class Carrier>
void check_vectors(tally& t) {
    std::size_t n = 0;
    for (const std::size_t lines : {1u, 15u, 16u, 17u, 63u, 64u, 65u, 129u})
        for (const std::size_t depth : {0u, 1u, 7u, 15u, 16u, 17u, 33u, 500u})
            for (const layout order : all_layouts) {
                if (effort == 0 && n % 5 != 0 && ++n != 0)
                    continue;
                const terms kind = native_terms[++n % native_terms.size()];
                const std::array orders{order, all_layouts[n % 8], all_layouts[n / 8 % 8]};
                const native_operands<A, B> down(kind, lines, depth, 2, n);
                check_native<A, B, C, Carrier>(t, down, lines, depth, 1, orders,
                                               {{}, all_blockings()[n % 12]});
                check_native<A, B, C, Carrier>(t, down, lines, depth, 2, orders, {{}});
                const native_operands<A, B> across(kind, 2, depth, lines, n);
                const std::array turned{orders[1], orders[0], orders[2]};
                check_native<A, B, C, Carrier>(t, across, 1, depth, lines, turned,
                                               {{}, all_blockings()[n % 12]});
                check_native<A, B, C, Carrier>(t, across, 2, depth, lines, turned, {{}});
            }
}

/// Operands in which an element stands for a whole line, or for all: strides of 0, 1 and 2 in any direction.
template <class A, class B, class C, class Carrier>
void check_repeated_elements(tally& t) {
    std::mt19937_64 random(61);
    for (const auto& shape :
         {std::array<std::size_t, 3>{2, 2, 1}, {13, 9, 35}, {1, 70, 140}, {70, 20, 70}, {20, 20, 2}}) {
        const std::size_t rows = shape[0], depth = shape[1], columns = shape[2];
        const std::vector<A> some_a = terms_of<A>(random, terms::like_one, 1, 2 * (rows + depth));
        const std::vector<B> some_b = terms_of<B>(random, terms::like_one, 1, 2 * (depth + columns));
        for (int strides = 0; strides < 81; ++strides) {
            const auto stride = [&](int power) { return std::ptrdiff_t{strides / power % 3}; };
            const auto place = [](const auto& elements, std::size_t height, std::size_t width,
                                  std::ptrdiff_t row, std::ptrdiff_t column) {
                using T = std::remove_cvref_t<decltype(elements[0])>;
                return matrix_view<const T>(elements.data(), height, width, row, column);
            };
            const auto left = place(some_a, rows, depth, stride(1), stride(3));
            const auto right = place(some_b, depth, columns, stride(9), stride(27));
            const native_product<A, B, C, Carrier> product(left, right, 1);
            product.check(t, left, right, layout::rows, {{}, {3, 2, 5}}, [&] {
                return std::to_string(rows) + "×" + std::to_string(depth) + "×" + std::to_string(columns) +
                       " strides " + std::to_string(stride(1)) + std::to_string(stride(3)) +
                       std::to_string(stride(9)) + std::to_string(stride(27));
            });
        }
    }
}

/// Parts of a large product computed alone have its bits.
template <class A, class B, class C, class Carrier>
void check_parts(tally& t) {
    const std::size_t rows = 151, depth = 210, columns = 203;
    const native_operands<A, B> x(terms::sprinkled, rows, depth, columns, 31);
    for (const simd::isa level : all_levels()) {
        const simd::scoped_level guard(level);
        std::vector<C> whole(rows * columns, C(0));
        matmul(x.left(rows, depth), x.right(depth, columns), matrix_view<C>(whole.data(), rows, columns),
               arithmetic::native<Carrier>{});
        const auto compare = [&](std::size_t i, std::size_t j, std::size_t height, std::size_t width) {
            std::vector<C> part(height * width, C(0));
            const matrix_view<C> c(part.data(), height, width);
            matmul(matrix_view<const A>(x.a.data() + i * depth, height, depth),
                   matrix_view<const B>(x.b.data() + j * depth, depth, width, 1,
                                        static_cast<std::ptrdiff_t>(depth)),
                   c, arithmetic::native<Carrier>{});
            bool right = true;
            for (std::size_t r = 0; r < height; ++r)
                for (std::size_t s = 0; s < width; ++s)
                    right &= code_bits(c(r, s)) == code_bits(whole[(i + r) * columns + j + s]);
            t.expect(right, [&] {
                return "rows from " + std::to_string(i) + ", columns from " + std::to_string(j) +
                       " differ alone, level " + simd::name_of(level);
            });
        };
        for (std::size_t i = 0; i < rows; i += 10)
            compare(i, i + 1, 1, 1);
        compare(150, 0, 1, columns);
        compare(0, 202, rows, 1);
        compare(7, 11, 19, 40);
    }
}

}  // namespace halfulp_test

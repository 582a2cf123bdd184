// SPDX-License-Identifier: BSL-1.0
// requires: exact
//
// Exact products in strips and blocks of any size, through views of any strides, behind a changed
// floating-point environment: the same bits.

#include "kernels/matmul_exact_checks.hpp"

#include <cfenv>

using namespace halfulp_test;

namespace {

/// A matrix with the elements of another one, in memory of its own with strides and gaps.
template <class T>
class arranged {
  public:
    /// @param order 0 by rows, 1 by columns, 2 by rows with gaps between elements, 3 by columns from the last row up
    arranged(const matrix<T>& m, int order) : memory_(3 * (m.data.size() + m.rows + m.columns) + 8) {
        const auto rows = static_cast<std::ptrdiff_t>(m.rows),
                   columns = static_cast<std::ptrdiff_t>(m.columns);
        for (T& gap : memory_)
            gap = number_of<T>(uint128{1});
        T* const first = memory_.data() + 1;
        view_ = order == 0   ? matrix_view<T>(first, m.rows, m.columns, columns + 1, 1)
                : order == 1 ? matrix_view<T>(first, m.rows, m.columns, 1, rows + 2)
                : order == 2
                    ? matrix_view<T>(first, m.rows, m.columns, 3 * columns + 1, 3)
                    : matrix_view<T>(first + (rows == 0 ? 0 : rows - 1), m.rows, m.columns, -1, rows);
        for (std::size_t i = 0; i < m.rows; ++i)
            for (std::size_t j = 0; j < m.columns; ++j)
                view_(i, j) = m.view()(i, j);
        before_ = memory_;
    }
    matrix_view<T> view() { return view_; }

    /// True if nothing but the elements of the view has changed.
    bool has_kept_gaps() {
        for (std::size_t i = 0; i < view_.rows(); ++i)
            for (std::size_t j = 0; j < view_.columns(); ++j)
                before_[static_cast<std::size_t>(&view_(i, j) - memory_.data())] = view_(i, j);
        for (std::size_t i = 0; i < memory_.size(); ++i)
            if (code_bits(memory_[i]) != code_bits(before_[i]))
                return false;
        return true;
    }

  private:
    std::vector<T> memory_, before_;
    matrix_view<T> view_;
};

/// The product through every arrangement of its three matrices.
template <class C, class A, class B>
void check_arrangements(tally& t, const operands<A, B>& x, const arithmetic::exact& arithmetic,
                        const matmul_options& options = {}) {
    matrix<C> old{std::vector<C>(x.a.rows * x.b.columns), x.a.rows, x.b.columns};
    std::mt19937_64 random(5);
    for (C& element : old.data)
        element = any_finite<C>(random);
    matrix<C> defined = old;
    matmul_options plain = options;
    plain.execution = execution::plain;
    matmul(x.a.view(), x.b.view(), defined.view(), arithmetic, plain);
    for (const simd::isa level : fast_levels()) {
        const simd::scoped_level guard(level);
        for (int order = 0; order < 64; ++order) {
            arranged<A> a(x.a, order % 4);
            arranged<B> b(x.b, order / 4 % 4);
            arranged<C> c(old, order / 16);
            matmul(a.view(), b.view(), c.view(), arithmetic, options);
            bool right = true;
            for (std::size_t i = 0; i < old.rows; ++i)
                for (std::size_t j = 0; j < old.columns; ++j)
                    right &= code_bits(c.view()(i, j)) == code_bits(defined.view()(i, j));
            t.expect(right && c.has_kept_gaps(),
                     [&] { return x.name + ", arrangement " + std::to_string(order); });
        }
    }
}

template <class A, class B, class C>
void check_all_arrangements(tally& t) {
    std::mt19937_64 random(1);
    for (const rounding mode : {rounding::ties_to_even, rounding::toward_negative, rounding::stochastic_b}) {
        const arithmetic::exact arithmetic{projection{mode, saturation::none, 7}, 9};
        check_arrangements<C>(t, reals<A, B>(random, 14, 21, 37), arithmetic);
        check_arrangements<C>(t, midpoints<A, B, C>(random, 9, 8, 65), arithmetic);
        check_arrangements<C>(t, special_values<A, B>(random, 6, 9, 19), arithmetic);
        check_arrangements<C>(t, cancelling<A, B>(random, 1, 18, 70), arithmetic);
        check_arrangements<C>(t, midpoints<A, B, C>(random, 70, 4, 1), arithmetic, {.accumulate = true});
    }
}

template <class A, class B, class C>
void check_large(tally& t) {
    std::mt19937_64 random(2);
    struct shape {
        std::size_t rows, depth, columns;
    };
    int turn = 0;
    // Past the strips, 512 in either direction, and past the depth that residues take.
    for (const shape s : {shape{3, 530, 40}, shape{530, 5, 70}, shape{5, 3, 1100}, shape{515, 2, 520},
                          shape{2, 65001, 2}, shape{1, 64999, 3}, shape{130, 7, 1}, shape{1, 1025, 130}}) {
        for (const matmul_blocking blocking :
             {matmul_blocking{}, matmul_blocking{7, 5, 3}, matmul_blocking{0, 0, 0}}) {
            if (s.depth > 2000 && blocking.depth < 1024)
                continue;
            // Where nothing is optimised, one blocking a shape, another for each, and no shape past the strips in
            // both directions.
            const bool has_its_turn = turn % 3 == turn / 3 % 3 || s.depth > 2000;
            ++turn;
            if (effort == 0 && (!has_its_turn || s.rows * s.columns > 100'000))
                continue;
            const rounding mode = all_modes[random() % all_modes.size()];
            const arithmetic::exact arithmetic{projection{mode, saturation::none, 11}, 3};
            const matmul_options options{.blocking = blocking, .first_row = 1, .first_column = 2};
            check_product<C>(t, reals<A, B>(random, s.rows, s.depth, s.columns), arithmetic, options, 1);
            check_product<C>(t, midpoints<A, B, C>(random, s.rows, s.depth / 2, s.columns), arithmetic,
                             options, 1);
            // A strip where a few elements are hard, and one where many are.
            auto x = reals<A, B>(random, s.rows, s.depth, s.columns);
            const auto hard = midpoints<A, B, C>(random, s.rows, s.depth / 2, s.columns);
            for (std::size_t i = 0; i < s.rows; i += 37)
                for (std::size_t k = 0; k < s.depth; ++k)
                    x.a.view()(i, k) = hard.a.view()(i, k);
            for (std::size_t j = 0; j < s.columns; j += 41)
                for (std::size_t k = 0; k < s.depth; ++k)
                    x.b.view()(k, j) = hard.b.view()(k, j);
            x.name = "some midpoints";
            check_product<C>(t, x, arithmetic, options, 1);
        }
    }
}

TEST_CASE("views of any strides") {
    tally t("matmul, exact: arrangements of float, double, bfloat16");
    check_all_arrangements<float, float, float>(t);
    check_all_arrangements<double, double, double>(t);
    check_all_arrangements<bfloat16, bfloat16, float>(t);
    require(t);
}

TEST_CASE("shapes beyond a strip, blocks of any size") {
    tally t("matmul, exact: large shapes and blocks");
    check_large<float, float, float>(t);
    check_large<double, double, double>(t);
    check_large<bfloat16, bfloat16, float>(t);
    require(t);
}

TEST_CASE("the rounding mode of the processor does not matter") {
    tally t("matmul, exact: under fesetround");
    std::mt19937_64 random(4);
    const auto a = reals<float, float>(random, 9, 30, 20);
    const auto b = midpoints<float, float, float>(random, 9, 30, 20);
    const auto c = midpoints<double, double, double>(random, 9, 30, 20);
    for (const int mode : {FE_UPWARD, FE_DOWNWARD, FE_TOWARDZERO}) {
        std::fesetround(mode);
        for (const rounding how :
             {rounding::ties_to_even, rounding::toward_positive, rounding::stochastic_c}) {
            const arithmetic::exact arithmetic{projection{how, saturation::none, 5}, 3};
            check_product<float>(t, a, arithmetic);
            check_product<float>(t, b, arithmetic);
            check_product<double>(t, c, arithmetic);
        }
        t.expect(std::fegetround() == mode, [] { return std::string("the caller's mode is gone"); });
    }
    std::fesetround(FE_TONEAREST);
    require(t);
}

}  // namespace

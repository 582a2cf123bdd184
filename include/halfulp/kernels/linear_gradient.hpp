// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// The gradient of a linear layer's weights, over tokens that come in chunks. This template is the definition of its
/// bits.

#include <halfulp/arithmetic/rounded.hpp>
#include <halfulp/kernels/matmul.hpp>

#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <vector>

namespace halfulp {
inline namespace v0 {

namespace detail {

/// Whether a chain of the arithmetic can stop, as an element of the type of its accumulator, and go on by `matmul` with
/// `accumulate`: then nothing rounds in between, and no step has random bits of its number.
template <class Accumulator>
constexpr bool continues_by_matmul(const arithmetic::native<Accumulator>&) noexcept {
    return true;
}
template <class Product, class Accumulator, class Rounding>
constexpr bool continues_by_matmul(const arithmetic::rounded<Product, Accumulator, Rounding>& a) noexcept {
    const projection p = a.rounding;
    return !is_stochastic(p.mode) && p.overflow == saturation::none;
}
template <class Accumulator, class Rounding>
constexpr bool continues_by_matmul(const arithmetic::fused<Accumulator, Rounding>& a) noexcept {
    const projection p = a.rounding;
    return !is_stochastic(p.mode) && p.overflow == saturation::none;
}
template <class Arithmetic>
constexpr bool continues_by_matmul(const Arithmetic&) noexcept {
    return false;
}

}  // namespace detail

/// dW = Σ_t y_t ⊗ x_t, where the layer is y = W·x for each token t, and y_t here is the gradient of some loss with
/// respect to its output:
///
///     dW_oi = Σ_t y_to·x_ti      by the arithmetic, one chain, t ascending over all calls of `add`
///
/// So the bits are those of matmul(Yᵀ, X) over all tokens, however they are cut into chunks: with arithmetics that round,
/// since a chain stops within its accumulator and goes on from there, and with arithmetic::exact.
///
/// @tparam Arithmetic  an arithmetic for products of Y and X
/// @tparam X  the type of inputs
/// @tparam Y  the type of the gradients of outputs
///
/// Memory: outputs·inputs accumulators. Fast where native, rounded and fused have a fast `matmul` into their accumulator.
template <class Arithmetic, class X, class Y>
class linear_gradient_sums {
  public:
    using chain = typename Arithmetic::template accumulator<Y, X>;

    /// Empty sums for a matrix of outputs × inputs.
    /// @throws std::bad_alloc
    linear_gradient_sums(std::size_t outputs, std::size_t inputs, const Arithmetic& arithmetic = {},
                         const execution::policy& execution = {})
        : outputs_(outputs),
          inputs_(inputs),
          arithmetic_(arithmetic),
          execution_(execution),
          sums_(outputs * inputs, arithmetic.template zero<Y, X>()) {
        detail::check_arithmetic<Arithmetic, Y, X>();
    }

    std::size_t outputs() const noexcept { return outputs_; }
    std::size_t inputs() const noexcept { return inputs_; }
    /// The tokens so far: the length of every chain.
    std::size_t terms() const noexcept { return terms_; }
    /// The bytes of all chains.
    std::size_t bytes() const noexcept { return sums_.size() * sizeof(chain); }

    /// The tokens that come next.
    /// @param x  tokens × inputs
    /// @param y  tokens × outputs: the gradients of the layer's outputs
    /// @throws shape_error     if the extents do not fit together, before anything is added
    /// @throws overflow_error  if the arithmetic is `integer` and so many products could leave its accumulator, likewise
    template <matrix_argument XM, matrix_argument YM>
    void add(const XM& x_argument, const YM& y_argument) {
        const matrix_view<const X> x = as_matrix(x_argument);
        const matrix_view<const Y> y = as_matrix(y_argument);
        constexpr const char* name = "linear_gradient_sums::add";
        detail::require_extent(name, "y.rows()", y.rows(), "x.rows()", x.rows());
        detail::require_extent(name, "x.columns()", x.columns(), "inputs", inputs_);
        detail::require_extent(name, "y.columns()", y.columns(), "outputs", outputs_);
        arithmetic::detail::require_depth<Y, X>(arithmetic_, name, terms_ + x.rows());
        if constexpr (number<chain>) {
            if (detail::continues_by_matmul(arithmetic_)) {
                matmul(y.transposed(), x, matrix_view<chain>(sums_.data(), outputs_, inputs_), arithmetic_,
                       {.accumulate = true, .execution = execution_});
                terms_ += x.rows();
                return;
            }
        }
        for (std::size_t o = 0; o < outputs_; ++o)
            for (std::size_t i = 0; i < inputs_; ++i)
                add_to(sums_[o * inputs_ + i], x.column(i), y.column(o), arithmetic::element_number(o, i));
        terms_ += x.rows();
    }
    /// dW of the tokens so far.
    /// @param dw  outputs × inputs, of any type that the arithmetic has results of
    /// @throws shape_error, aliasing_error before anything is written
    template <matrix_argument WM>
    void write(WM&& dw_argument) const {
        const auto dw = as_matrix(dw_argument);
        using result = typename decltype(dw)::element_type;
        require_output(dw);
        for (std::size_t o = 0; o < outputs_; ++o)
            for (std::size_t i = 0; i < inputs_; ++i)
                dw(o, i) = arithmetic_.template result<result>(sums_[o * inputs_ + i],
                                                               {arithmetic::element_number(o, i), terms_});
    }
    /// What `write` checks.
    template <matrix_argument WM>
    void require_output(const WM& dw_argument, const char* name = "linear_gradient_sums::write") const {
        const auto dw = as_matrix(dw_argument);
        detail::require_extent(name, "dw.rows()", dw.rows(), "outputs", outputs_);
        detail::require_extent(name, "dw.columns()", dw.columns(), "inputs", inputs_);
        detail::require_own_elements(name, "dw", dw);
    }

  private:
    void add_to(chain& sum, const vector_view<const X>& x, const vector_view<const Y>& y,
                std::uint64_t element) const {
        HALFULP_STRICT_FLOATING_POINT
        for (std::size_t t = 0; t < x.size(); ++t)
            arithmetic_.multiply_add(sum, y[t], x[t], {element, terms_ + t});
    }

    std::size_t outputs_, inputs_, terms_ = 0;
    Arithmetic arithmetic_;
    execution::policy execution_;
    std::vector<chain> sums_;
};

}  // namespace v0
}  // namespace halfulp

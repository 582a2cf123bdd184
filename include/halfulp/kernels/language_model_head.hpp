// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// The last layer of a language model: loss and gradients, in chunks of tokens, in any arithmetic. These templates are
/// the definition of their bits.
///
/// With hidden states H (tokens × d), weights W (vocabulary × d) and a label for every token t that counts:
///
///   1. s_v  = Σ_c h_tc·w_vc           by the arithmetic, c ascending, as an S, its value type
///      m    = max_v s_v;  r = m, or 0 where m is −∞
///   2. q_v  = exp(s_v − r)            the difference and the exponential each rounded
///      z    = Σ_v q_v                 in 16 sums, v modulo 16, ascending, from 0; then the sums l and l + 8, l and l + 4,
///                                     l and l + 2, 0 and 1 are added, each rounded
///   3. e_v  = (q_v·(1/z) − [v = label])·weight
///                                     quotient, product, difference and product each rounded; weight = 1, or for a mean
///                                     1/(tokens that count), computed in double and rounded
///   4. dH_tc = Σ_v e_v·w_vc           by the arithmetic, v ascending, to the output's type
///      dW_vc = Σ_t e_v·h_tc           by the arithmetic, over the tokens that count, ascending (kernels/linear_gradient.hpp)
///
/// These are steps 1, 2, 4 and 5 of attention (kernels/attention.hpp) with the weights as keys, a scale of 1 and one block.
/// The loss −log softmax(s)_label is a double, (m − s_label) + log z, summed over the tokens ascending. Its logarithm is the
/// system's, so that this one number is as good as that is; no gradient depends on it.
///
/// Logits are there for a chunk of tokens alone: no bit depends on its size. After StreamBP (arXiv:2506.03077).
///
/// Random bits: stages 2^40 + 0 logits, 1 what is between, 2 dH, 3 dW, at the element (t, v) or (t, c). Of stage 1 steps are 0
/// for the difference and the exponential, 1 q·(1/z), 2 −1, 3 ·weight, 4 the sum of a lane; at (t, l) 8 + width the sums
/// of lanes, at (t, 0) 32 1/z.

#include <halfulp/arithmetic/elementary.hpp>
#include <halfulp/formats/functions.hpp>
#include <halfulp/kernels/allocated_bytes.hpp>
#include <halfulp/kernels/exponential.hpp>
#include <halfulp/kernels/linear_gradient.hpp>

#include <array>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string>
#include <type_traits>

namespace halfulp {
inline namespace v0 {

/// What `language_model_head` can be told.
struct language_model_options {
    /// Tokens whose logits are there at a time.
    std::size_t chunk = 128;
    /// The label of a token that does not count: its dH is zero, and it adds nothing to dW.
    std::int64_t ignored = -1;
    /// The loss and the gradients of the mean over the tokens that count, or of their sum.
    bool is_mean = true;
    execution::policy execution{};
    /// Where to count what is allocated.
    allocated_bytes* memory = nullptr;
};

/// −log softmax of the labels.
struct language_model_loss {
    double loss = 0;         ///< their sum or mean; 0 without tokens
    std::size_t tokens = 0;  ///< how many count
};

namespace detail {

/// The row of one token: logits become e.
template <class Arithmetic, class S>
class token_gradient {
  public:
    token_gradient(const Arithmetic& arithmetic, double weight, const execution::policy& execution)
        : stage_(arithmetic::detail::for_stage(arithmetic, first_stage + 1)), execution_(execution) {
        weight_ = arithmetic::elementary<S, Arithmetic>(stage_).from_double(weight);
    }
    static constexpr std::uint64_t first_stage = std::uint64_t{1} << 40;

    /// Returns the token's loss; `row` is e where that is asked for, and undefined otherwise.
    double run(S* row, std::size_t size, std::size_t token, std::size_t label, bool has_gradient) const {
        const arithmetic::elementary<S, Arithmetic> step(stage_);
        const S maximum = largest(row, size);
        const double distance = convert<double>(maximum) - convert<double>(row[label]);
        const S reference = isinf(maximum) && maximum < S(0) ? S(0) : maximum;
        std::array<S, 16> lanes{};
        lanes.fill(S(0));
        const bool is_fast = exponentials_fast(row, size, reference, lanes);
        for (std::size_t v = 0; v < size && !is_fast; ++v) {
            row[v] = step.exponential(step.subtract(row[v], reference, at(token, v, 0)), at(token, v, 0));
            lanes[v % 16] = step.add(lanes[v % 16], row[v], at(token, v, 4));
        }
        for (std::size_t width = 8; width > 0; width /= 2)
            for (std::size_t l = 0; l < width; ++l)
                lanes[l] = step.add(lanes[l], lanes[l + width], at(token, l, 8 + width));
        if (has_gradient) {
            const S inverse = step.template divide<S>(S(1), lanes[0], at(token, 0, 32));
            if (is_fast) {
                multiply_all(row, size, inverse);
                row[label] = step.subtract(row[label], S(1), at(token, label, 2));
                multiply_all(row, size, weight_);
            } else {
                for (std::size_t v = 0; v < size; ++v) {
                    row[v] = step.multiply(row[v], inverse, at(token, v, 1));
                    if (v == label)
                        row[v] = step.subtract(row[v], S(1), at(token, v, 2));
                    row[v] = step.multiply(row[v], weight_, at(token, v, 3));
                }
            }
        }
        return distance + std::log(convert<double>(lanes[0]));
    }

  private:
    static constexpr arithmetic::position at(std::size_t token, std::size_t v, std::uint64_t step) noexcept {
        return {arithmetic::element_number(token, v), step};
    }
    /// Step 2 for native<float>. A loop an operation: what one has stored no compiler contracts with the next.
    bool exponentials_fast([[maybe_unused]] S* row, [[maybe_unused]] std::size_t size,
                           [[maybe_unused]] const S& reference,
                           [[maybe_unused]] std::array<S, 16>& lanes) const {
#if HALFULP_HAS_SIMD
        if constexpr (std::same_as<Arithmetic, arithmetic::native<float>>) {
            if (simd::level_for(execution_) == simd::isa::plain)
                return false;
            const float origin = reference;  // and sums: not to be looked up in between
            std::array<float, 16> sums{};
            for_all(row, size, [origin](S& x, std::size_t) { x -= origin; });
            const vector_view<float> numbers(row, size);
            exponential(numbers, numbers, {}, {.execution = execution::policy{.threads = 1}});
            for_all(row, size, [&sums](S& x, std::size_t l) { sums[l] += x; });
            lanes = sums;
            return true;
        }
#endif
        return false;
    }
    static void multiply_all(S* row, std::size_t size, S factor) {
        if constexpr (std::same_as<S, float>)
            for_all(row, size, [factor](S& x, std::size_t) { x *= factor; });
    }
    /// use(number v, v modulo 16), sixteen at a time: compilers make registers of a loop that long.
    template <class Use>
    static void for_all(S* row, std::size_t size, const Use& use) {
        std::size_t v = 0;
        for (; v + 16 <= size; v += 16)
            for (std::size_t l = 0; l < 16; ++l)
                use(row[v + l], l);
        for (; v < size; ++v)
            use(row[v], v % 16);
    }
    /// The largest number. Which zero, or which NaN if there is one, makes no difference to any result.
    static S largest(S* row, std::size_t size) {
        std::array<S, 16> lanes{};
        lanes.fill(row[0]);
        for_all(row, size, [&](S& x, std::size_t l) { lanes[l] = lanes[l] < x ? x : lanes[l]; });
        S maximum = lanes[0];
        for (const S& x : lanes)
            maximum = maximum < x ? x : maximum;
        return maximum;
    }

    Arithmetic stage_;
    execution::policy execution_;
    S weight_{};
};

/// The types of a language model's head, and what its arguments have to be.
template <class H, class W, class Labels>
std::size_t require_language_model(const matrix_view<const H>& h, const matrix_view<const W>& w,
                                   const Labels& labels, const language_model_options& options) {
    constexpr const char* name = "language_model_head";
    require_extent(name, "w.columns()", w.columns(), "h.columns()", h.columns());
    require_extent(name, "the size of labels", labels.size(), "h.rows()", h.rows());
    if (options.chunk == 0)
        throw_argument_error<value_error>(name, "options.chunk", "0", "at least one token in a chunk");
    std::size_t count = 0;
    for (std::size_t t = 0; t < labels.size(); ++t) {
        const auto label = static_cast<std::int64_t>(labels[t]);
        if (label == options.ignored)
            continue;
        ++count;
        if (label < 0 || static_cast<std::uint64_t>(label) >= w.rows())
            throw_argument_error<value_error>(
                name, "labels[" + std::to_string(t) + "]", std::to_string(label),
                "a row of w, below " + std::to_string(w.rows()) + ", or options.ignored");
    }
    return count;
}

/// Runs of at most a chunk of tokens that count: logits, and what `use` makes of e, (tokens' first, count, e).
template <class S, class H, class W, class Labels, class Arithmetic, class Use>
double run_language_model(const matrix_view<const H>& h, const matrix_view<const W>& w, const Labels& labels,
                          std::size_t count, const Arithmetic& arithmetic,
                          const language_model_options& options, bool has_gradient, const Use& use) {
    static_assert(
        formatted_number<S>,
        "halfulp::language_model_head: softmax needs an exponential; give an arithmetic whose value "
        "type is float, double or a custom_float");
    const token_gradient<Arithmetic, S> definition(
        arithmetic, options.is_mean && count != 0 ? 1 / static_cast<double>(count) : 1, options.execution);
    const std::size_t most = options.chunk < count ? options.chunk : count;
    counted_array<S> memory(options.memory, most * w.rows());
    const auto counts = [&](std::size_t t) {
        return static_cast<std::int64_t>(labels[t]) != options.ignored;
    };
    double loss = 0;
    for (std::size_t first = 0; first < h.rows();) {
        std::size_t last = first;
        while (last < h.rows() && last - first < most && counts(last))
            ++last;
        if (last == first) {
            ++first;
            continue;
        }
        const matrix_view<S> e(memory.data(), last - first, w.rows());
        const matrix_view<const H> states(h.row(first).data(), last - first, h.columns(), h.row_stride(),
                                          h.column_stride());
        matmul(states, w.transposed(), e,
               arithmetic::detail::for_stage(arithmetic, token_gradient<Arithmetic, S>::first_stage),
               {.execution = options.execution, .first_row = first});
        for (std::size_t t = first; t < last; ++t)
            loss += definition.run(e.row(t - first).data(), w.rows(), t, static_cast<std::size_t>(labels[t]),
                                   has_gradient);
        use(first, states, e);
        first = last;
    }
    return options.is_mean && count != 0 ? loss / static_cast<double>(count) : loss;
}

}  // namespace detail

/// The loss alone: steps 1 and 2.
/// @throws as language_model_head. Memory: chunk·vocabulary numbers.
template <matrix_argument HM, matrix_argument WM, vector_argument LV,
          class Arithmetic = default_arithmetic<matrix_element<HM>, matrix_element<WM>>>
language_model_loss language_model_head(const HM& h_argument, const WM& w_argument, const LV& labels_argument,
                                        const Arithmetic& arithmetic = {},
                                        const language_model_options& options = {}) {
    using H = std::remove_cv_t<matrix_element<const HM&>>;
    using W = std::remove_cv_t<matrix_element<const WM&>>;
    detail::check_arithmetic<Arithmetic, H, W>();
    const matrix_view<const H> h = as_matrix(h_argument);
    const matrix_view<const W> w = as_matrix(w_argument);
    const auto labels = as_vector(labels_argument);
    const std::size_t count = detail::require_language_model(h, w, labels, options);
    using S = typename Arithmetic::template value_type<H, W>;
    const auto nothing = [](std::size_t, const auto&, const auto&) {};
    return {detail::run_language_model<S>(h, w, labels, count, arithmetic, options, false, nothing), count};
}

/// The loss, and its gradients with respect to hidden states and weights, as the file comment says.
///
/// @param h       tokens × d
/// @param w       vocabulary × d
/// @param labels  tokens rows of w, integers, or options.ignored
/// @param dh      tokens × d, of any type of number; no memory of another argument
/// @param dw      vocabulary × d, likewise
/// @throws shape_error     if the extents do not fit together, before anything is written
/// @throws value_error     if a label is no row of w, or a chunk is empty, likewise
/// @throws aliasing_error  if dh or dw may share memory with another argument, likewise
///
/// O(tokens·vocabulary·d). Memory: chunk·vocabulary numbers, and vocabulary·d accumulators for dw.
template <matrix_argument HM, matrix_argument WM, vector_argument LV, matrix_argument DHM,
          matrix_argument DWM, class Arithmetic = default_arithmetic<matrix_element<HM>, matrix_element<WM>>>
language_model_loss language_model_head(const HM& h_argument, const WM& w_argument, const LV& labels_argument,
                                        DHM&& dh_argument, DWM&& dw_argument,
                                        const Arithmetic& arithmetic = {},
                                        const language_model_options& options = {}) {
    using H = std::remove_cv_t<matrix_element<const HM&>>;
    using W = std::remove_cv_t<matrix_element<const WM&>>;
    detail::check_arithmetic<Arithmetic, H, W>();
    using S = typename Arithmetic::template value_type<H, W>;
    const matrix_view<const H> h = as_matrix(h_argument);
    const matrix_view<const W> w = as_matrix(w_argument);
    const auto labels = as_vector(labels_argument);
    const auto dh = as_matrix(dh_argument);
    const auto dw = as_matrix(dw_argument);
    constexpr const char* name = "language_model_head";
    const std::size_t count = detail::require_language_model(h, w, labels, options);
    detail::require_extent(name, "dh.rows()", dh.rows(), "h.rows()", h.rows());
    detail::require_extent(name, "dh.columns()", dh.columns(), "h.columns()", h.columns());
    detail::require_extent(name, "dw.rows()", dw.rows(), "w.rows()", w.rows());
    detail::require_extent(name, "dw.columns()", dw.columns(), "w.columns()", w.columns());
    detail::require_own_elements(name, "dh", dh);
    detail::require_own_elements(name, "dw", dw);
    detail::require_distinct(name, "dh", dh, "h", h);
    detail::require_distinct(name, "dh", dh, "w", w);
    detail::require_distinct(name, "dw", dw, "h", h);
    detail::require_distinct(name, "dw", dw, "w", w);
    detail::require_distinct(name, "dw", dw, "dh", dh);

    const auto stage = [&](std::uint64_t number) {
        return arithmetic::detail::for_stage(arithmetic,
                                             detail::token_gradient<Arithmetic, S>::first_stage + number);
    };
    linear_gradient_sums<Arithmetic, H, S> sums(w.rows(), w.columns(), stage(3), options.execution);
    const detail::counted_bytes counted(options.memory, sums.bytes());
    using DH = typename decltype(dh)::element_type;
    for (std::size_t t = 0; t < dh.rows(); ++t)
        if (static_cast<std::int64_t>(labels[t]) == options.ignored)
            for (std::size_t c = 0; c < dh.columns(); ++c)
                dh(t, c) = DH(0);
    const auto use = [&](std::size_t first, const matrix_view<const H>& states, const matrix_view<S>& e) {
        matmul(e, w,
               matrix_view<DH>(dh.row(first).data(), e.rows(), dh.columns(), dh.row_stride(),
                               dh.column_stride()),
               stage(2), {.execution = options.execution, .first_row = first});
        sums.add(states, e);
    };
    const double loss = detail::run_language_model<S>(h, w, labels, count, arithmetic, options, true, use);
    sums.write(dw);
    return {loss, count};
}

}  // namespace v0
}  // namespace halfulp

// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// A layer of causal attention and its gradient, in chunks of the sequence, in any arithmetic. These templates are the
/// definition of their bits.
///
/// With inputs X (tokens × model) and weights as rows of outputs, for `heads` heads that share `key_heads` keys and values:
///
///     Q = X·Wqᵀ, K = X·Wkᵀ, V = X·Wvᵀ, O = attention(Q, K, V) head by head, causal, Y = O·Woᵀ
///
/// and with dY the gradient of some loss with respect to Y:
///
///     dO = dY·Wo                                         output by output ascending
///     dQ, dK, dV = attention_gradient(Q, K, V, O, dO)    kernels/attention_gradient.hpp
///     dWq = dQᵀ·X, dWk = dKᵀ·X, dWv = dVᵀ·X, dWo = dYᵀ·O token by token ascending, one chain (kernels/linear_gradient.hpp)
///     dX = dQ·Wq, then + dK·Wk, then + dV·Wv             each a chain that starts from what is in dX
///
/// Each of these is `matmul`, `attention` or one of the two named, by the arithmetic; Q, K, V, O and their gradients are
/// stored with the type of X. A query sees no key behind it, and the sums over queries and tokens stop and go on exactly:
/// so the sequence can come in chunks of any size, and no bit depends on it, whether the arithmetic rounds or not.
/// arithmetic::exact rounds each element of each of them once, and dX three times.
///
/// What is there for all tokens: K and V, whose memory dK and dV take in the end, and the sums of attention_gradient; besides
/// them the sums of four gradients of weights. Everything else is there for a chunk: StreamBP (arXiv:2506.03077), but with
/// K and V made once, and equal to one chunk to the last bit. Without chunks all is there for all tokens.
///
/// Random bits: attention has the stages from 0 on; Q, K, V, Y, dO, dWq, dWk, dWv, dWo and the three parts of dX have stages
/// 2^40 + 0 … 11, at the element (token, column), or of a weight.

#include <halfulp/kernels/allocated_bytes.hpp>
#include <halfulp/kernels/attention_gradient.hpp>
#include <halfulp/kernels/linear_gradient.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>

namespace halfulp {
inline namespace v0 {

/// The weights of a layer of attention, or their gradients.
template <class T>
struct attention_layer {
    matrix_view<T> q;  ///< heads·d × model
    matrix_view<T> k;  ///< key_heads·d × model
    matrix_view<T> v;  ///< key_heads·dv × model
    matrix_view<T> o;  ///< model × heads·dv
    std::size_t heads = 1;
    std::size_t key_heads = 1;
};

/// What a streamed layer can be told.
struct streamed_options {
    /// Tokens at a time.
    std::size_t chunk = 256;
    /// Scale, soft cap, window, slopes, power, key_block and execution. `causal` and its offset are the layer's; what has a
    /// row for each query, and lengths, are refused.
    attention_options attention{};
    /// Where to count what is allocated.
    allocated_bytes* memory = nullptr;
};

namespace detail {

/// Rows first … last − 1.
template <class T>
constexpr matrix_view<T> rows_of(const matrix_view<T>& m, std::size_t first, std::size_t last) noexcept {
    return {first == last ? m.data() : m.row(first).data(), last - first, m.columns(), m.row_stride(),
            m.column_stride()};
}
/// Columns in as many equal parts as there are heads.
template <class T>
constexpr heads_view<T> as_heads_of_columns(const matrix_view<T>& m, std::size_t heads) noexcept {
    const std::size_t width = m.columns() / heads;
    return {matrix_view<T>(m.data(), m.rows(), width, m.row_stride(), m.column_stride()), 1, heads, 0,
            static_cast<std::ptrdiff_t>(width) * m.column_stride()};
}

/// One layer in chunks.
template <class A, class W, class Arithmetic>
class streamed_layer {
    using S = typename attention_types<Arithmetic, A, A, A>::S;
    using sums_of_keys = attention_gradient_sums<Arithmetic, A, A, A, A, A>;

  public:
    /// K and V of all tokens.
    /// @throws std::bad_alloc
    streamed_layer(const matrix_view<const A>& x, const attention_layer<const W>& layer,
                   const Arithmetic& arithmetic, const streamed_options& options)
        : x_(x),
          layer_(layer),
          arithmetic_(arithmetic),
          options_(options),
          chunk_(options.chunk < x.rows() ? options.chunk : x.rows()),
          k_memory_(options.memory, x.rows() * layer.k.rows()),
          v_memory_(options.memory, x.rows() * layer.v.rows()),
          q_memory_(options.memory, chunk_ * layer.q.rows()),
          o_memory_(options.memory, chunk_ * layer.o.columns()),
          k_(k_memory_.data(), x.rows(), layer.k.rows()),
          v_(v_memory_.data(), x.rows(), layer.v.rows()) {
        product(x_, layer_.k.transposed(), k_, of_k, 0);
        product(x_, layer_.v.transposed(), v_, of_v, 0);
    }

    /// Y.
    template <class Y>
    void forward(const matrix_view<Y>& y) {
        attention_statistics<S> statistics;
        for (std::size_t first = 0; first < x_.rows(); first += chunk_) {
            const std::size_t last = end_of(first);
            const matrix_view<A> o = attend(first, last, statistics);
            product(o, layer_.o.transposed(), rows_of(y, first, last), of_y, first);
        }
    }
    /// dX and the gradients of the weights.
    template <class G, class DX, class DW>
    void backward(const matrix_view<const G>& gradient, const matrix_view<DX>& dx,
                  const attention_layer<DW>& weights) {
        {
            linear_gradient_sums<Arithmetic, A, A> q_sums(layer_.q.rows(), x_.columns(), stage(of_q_weights),
                                                          execution());
            linear_gradient_sums<Arithmetic, A, G> o_sums(layer_.o.rows(), layer_.o.columns(),
                                                          stage(of_o_weights), execution());
            const counted_bytes of_sums(options_.memory, q_sums.bytes() + o_sums.bytes());
            add_queries(gradient, dx, q_sums, o_sums);
            q_sums.write(weights.q);
            o_sums.write(weights.o);
        }
        add_keys(k_, layer_.k, weights.k, dx, of_k_weights, of_x_by_k);
        add_keys(v_, layer_.v, weights.v, dx, of_v_weights, of_x_by_v);
    }

  private:
    enum stage_number : std::uint64_t {
        of_q,
        of_k,
        of_v,
        of_y,
        of_o_gradient,
        of_q_weights,
        of_k_weights,
        of_v_weights,
        of_o_weights,
        of_x_by_q,
        of_x_by_k,
        of_x_by_v
    };

    Arithmetic stage(stage_number number) const {
        return arithmetic::detail::for_stage(arithmetic_, (std::uint64_t{1} << 40) + number);
    }
    const execution::policy& execution() const noexcept { return options_.attention.execution; }
    std::size_t end_of(std::size_t first) const noexcept {
        return x_.rows() - first < chunk_ ? x_.rows() : first + chunk_;
    }
    template <class X, class Y, class C>
    void product(const matrix_view<X>& x, const matrix_view<Y>& y, const matrix_view<C>& c,
                 stage_number number, std::size_t first, bool accumulate = false) const {
        matmul(x, y, c, stage(number),
               {.accumulate = accumulate, .execution = execution(), .first_row = first});
    }
    attention_options options_of(std::size_t first) const {
        attention_options options = options_.attention;
        options.causal = true;
        options.causal_offset = static_cast<std::ptrdiff_t>(first);
        return options;
    }
    matrix_view<A> queries(std::size_t first, std::size_t last) noexcept {
        return {q_memory_.data(), last - first, layer_.q.rows()};
    }
    /// Q and O of a chunk.
    matrix_view<A> attend(std::size_t first, std::size_t last, attention_statistics<S>& statistics) {
        const matrix_view<A> q = queries(first, last);
        const matrix_view<A> o(o_memory_.data(), last - first, layer_.o.columns());
        product(rows_of(x_, first, last), layer_.q.transposed(), q, of_q, first);
        attention(as_heads_of_columns(q, layer_.heads), as_heads_of_columns(k_, layer_.key_heads),
                  as_heads_of_columns(v_, layer_.key_heads), as_heads_of_columns(o, layer_.heads),
                  arithmetic_, options_of(first), statistics);
        return o;
    }
    /// Chunk by chunk all that a query has a part in.
    template <class G, class DX, class QSums, class OSums>
    void add_queries(const matrix_view<const G>& gradient, const matrix_view<DX>& dx, QSums& q_sums,
                     OSums& o_sums) {
        const std::size_t d = layer_.k.rows() / layer_.key_heads, dv = layer_.v.rows() / layer_.key_heads;
        sums_of_keys sums(1, layer_.key_heads, x_.rows(), d, dv, arithmetic_);
        const std::size_t statistics_bytes = layer_.heads * chunk_ * sizeof(attention_sums<S>);
        const counted_bytes of_sums(options_.memory, sums.bytes() + statistics_bytes);
        attention_statistics<S> statistics;
        counted_array<A> do_memory(options_.memory, chunk_ * layer_.o.columns());
        counted_array<A> dq_memory(options_.memory, chunk_ * layer_.q.rows());
        for (std::size_t first = 0; first < x_.rows(); first += chunk_) {
            const std::size_t last = end_of(first);
            const matrix_view<const A> x = rows_of(x_, first, last);
            const matrix_view<const G> dy = rows_of(gradient, first, last);
            const matrix_view<A> o = attend(first, last, statistics);
            const matrix_view<A> d_o(do_memory.data(), last - first, layer_.o.columns());
            const matrix_view<A> dq(dq_memory.data(), last - first, layer_.q.rows());
            product(dy, layer_.o, d_o, of_o_gradient, first);
            attention_gradient(
                as_heads_of_columns(queries(first, last), layer_.heads),
                as_heads_of_columns(k_, layer_.key_heads), as_heads_of_columns(v_, layer_.key_heads),
                as_heads_of_columns(o, layer_.heads), statistics, as_heads_of_columns(d_o, layer_.heads),
                as_heads_of_columns(dq, layer_.heads), sums, arithmetic_, options_of(first));
            q_sums.add(x, dq);
            o_sums.add(o, dy);
            product(dq, layer_.q, rows_of(dx, first, last), of_x_by_q, first);
        }
        // Keys and values have served.
        sums.write(as_heads_of_columns(k_, layer_.key_heads), as_heads_of_columns(v_, layer_.key_heads),
                   options_.attention, layer_.heads / layer_.key_heads);
    }
    /// What the gradient of keys, or of values, of all tokens adds.
    template <class DX, class DW>
    void add_keys(const matrix_view<A>& dk, const matrix_view<const W>& weights, const matrix_view<DW>& dw,
                  const matrix_view<DX>& dx, stage_number of_weights, stage_number of_x) {
        linear_gradient_sums<Arithmetic, A, A> sums(weights.rows(), x_.columns(), stage(of_weights),
                                                    execution());
        const counted_bytes of_sums(options_.memory, sums.bytes());
        for (std::size_t first = 0; first < x_.rows(); first += chunk_) {
            const std::size_t last = end_of(first);
            sums.add(rows_of(x_, first, last), rows_of(dk, first, last));
        }
        sums.write(dw);
        product(dk, weights, dx, of_x, 0, true);
    }

    matrix_view<const A> x_;
    attention_layer<const W> layer_;
    Arithmetic arithmetic_;
    streamed_options options_;
    std::size_t chunk_;
    counted_array<A> k_memory_, v_memory_, q_memory_, o_memory_;
    matrix_view<A> k_, v_;
};

/// Throws shape_error unless the weights are those of a layer for `model` numbers a token.
template <class T>
void require_attention_layer(const char* name, const char* argument, const attention_layer<T>& layer,
                             std::size_t model) {
    const std::string text(argument);
    const auto require = [&](const char* what, std::size_t value, const char* other, std::size_t expected) {
        require_extent(name, (text + what).c_str(), value, other, expected);
    };
    const auto require_multiple = [&](const char* what, std::size_t value, const char* other,
                                      std::size_t of) {
        if (of == 0 || value % of != 0)
            throw_argument_error<shape_error>(
                name, text + what, std::to_string(value),
                std::string("a multiple of ") + other + " = " + std::to_string(of));
    };
    require_multiple(".heads", layer.heads, "key_heads", layer.key_heads);
    require_multiple(".q.rows()", layer.q.rows(), "heads", layer.heads);
    const std::size_t group = layer.heads / layer.key_heads;
    require_multiple(".v.rows()", layer.v.rows(), "key_heads", layer.key_heads);
    require(".k.rows()·heads/key_heads", layer.k.rows() * group, "q.rows()", layer.q.rows());
    require(".o.columns()", layer.o.columns(), "v.rows()·heads/key_heads", layer.v.rows() * group);
    require(".q.columns()", layer.q.columns(), "x.columns()", model);
    require(".k.columns()", layer.k.columns(), "x.columns()", model);
    require(".v.columns()", layer.v.columns(), "x.columns()", model);
    require(".o.rows()", layer.o.rows(), "x.columns()", model);
}

/// What both streamed functions check.
template <class T>
void require_streamed_arguments(const char* name, const attention_layer<T>& layer, std::size_t model,
                                const streamed_options& options) {
    require_attention_layer(name, "layer", layer, model);
    if (options.chunk == 0)
        throw_argument_error<value_error>(name, "options.chunk", "0", "at least one token in a chunk");
    const attention_options& o = options.attention;
    if (o.mask.batch() != 0 || o.bias.batch() != 0 || o.sparsity.blocks.batch() != 0 ||
        o.key_lengths.size() != 0 || o.causal_offset || o.power_epsilon != 0)
        throw_argument_error<value_error>(name, "options.attention",
                                          "one with a mask, a bias, blocks, lengths, an offset or ε",
                                          "what holds for every query alike");
    // What is left of the options is checked by attention, of no tokens, before anything is written.
    const heads_view<const float> queries(matrix_view<const float>(nullptr, 0, layer.q.rows() / layer.heads),
                                          1, layer.heads, 0, 0),
        values(matrix_view<const float>(nullptr, 0, layer.v.rows() / layer.key_heads), 1, layer.key_heads, 0,
               0),
        outputs(matrix_view<const float>(nullptr, 0, values.columns()), 1, layer.heads, 0, 0),
        keys(matrix_view<const float>(nullptr, 0, queries.columns()), 1, layer.key_heads, 0, 0);
    require_attention_arguments(name, queries, keys, values, "y", outputs, o);
}

}  // namespace detail

/// Y, the output of a layer of causal attention, as the file comment says.
///
/// @param x      tokens × model
/// @param layer  its weights
/// @param y      tokens × model, of any type of number; no memory of another argument
/// @throws shape_error, value_error, aliasing_error before anything is written
///
/// Memory: K and V of all tokens, Q, O and two sums a query of a chunk.
template <matrix_argument XM, class W, matrix_argument YM,
          class Arithmetic = default_arithmetic<matrix_element<XM>, std::remove_cv_t<W>>>
void streamed_attention(const XM& x_argument, const attention_layer<W>& layer, YM&& y_argument,
                        const Arithmetic& arithmetic = {}, const streamed_options& options = {}) {
    using A = std::remove_cv_t<matrix_element<const XM&>>;
    using weight = std::remove_cv_t<W>;
    constexpr const char* name = "streamed_attention";
    const matrix_view<const A> x = as_matrix(x_argument);
    const auto y = as_matrix(y_argument);
    detail::require_streamed_arguments(name, layer, x.columns(), options);
    detail::require_extent(name, "y.rows()", y.rows(), "x.rows()", x.rows());
    detail::require_extent(name, "y.columns()", y.columns(), "x.columns()", x.columns());
    detail::require_own_elements(name, "y", y);
    detail::require_distinct(name, "y", y, "x", x);
    for (const auto& weights : {layer.q, layer.k, layer.v, layer.o})
        detail::require_distinct(name, "y", y, "a weight", weights);
    detail::streamed_layer<A, weight, Arithmetic>(
        x, {layer.q, layer.k, layer.v, layer.o, layer.heads, layer.key_heads}, arithmetic, options)
        .forward(y);
}

/// The gradients of a layer of causal attention with respect to its inputs and weights, as the file comment says.
///
/// @param x         tokens × model
/// @param layer     its weights
/// @param gradient  dY: tokens × model
/// @param dx        tokens × model, of any type of number; no memory of another argument
/// @param weights   the gradients of the weights, written; likewise, with the numbers of heads of `layer`
/// @throws shape_error, value_error, aliasing_error before anything is written
///
/// O(tokens·(tokens·heads·(d + dv) + model·(heads + key_heads)·(d + dv))). options.memory counts what is allocated.
template <matrix_argument XM, class W, matrix_argument GM, matrix_argument DXM, class DW,
          class Arithmetic = default_arithmetic<matrix_element<XM>, std::remove_cv_t<W>>>
void streamed_gradient(const XM& x_argument, const attention_layer<W>& layer, const GM& gradient_argument,
                       DXM&& dx_argument, const attention_layer<DW>& weights,
                       const Arithmetic& arithmetic = {}, const streamed_options& options = {}) {
    using A = std::remove_cv_t<matrix_element<const XM&>>;
    using G = std::remove_cv_t<matrix_element<const GM&>>;
    using weight = std::remove_cv_t<W>;
    static_assert(!std::is_const_v<DW>, "halfulp::streamed_gradient: the gradients of weights are constant");
    constexpr const char* name = "streamed_gradient";
    const matrix_view<const A> x = as_matrix(x_argument);
    const matrix_view<const G> gradient = as_matrix(gradient_argument);
    const auto dx = as_matrix(dx_argument);
    detail::require_streamed_arguments(name, layer, x.columns(), options);
    detail::require_attention_layer(name, "weights", weights, x.columns());
    detail::require_extent(name, "weights.heads", weights.heads, "layer.heads", layer.heads);
    detail::require_extent(name, "weights.key_heads", weights.key_heads, "layer.key_heads", layer.key_heads);
    detail::require_extent(name, "weights.q.rows()", weights.q.rows(), "layer.q.rows()", layer.q.rows());
    detail::require_extent(name, "weights.v.rows()", weights.v.rows(), "layer.v.rows()", layer.v.rows());
    detail::require_extent(name, "gradient.rows()", gradient.rows(), "x.rows()", x.rows());
    detail::require_extent(name, "gradient.columns()", gradient.columns(), "x.columns()", x.columns());
    detail::require_extent(name, "dx.rows()", dx.rows(), "x.rows()", x.rows());
    detail::require_extent(name, "dx.columns()", dx.columns(), "x.columns()", x.columns());
    const auto require_distinct = [&](const char* output_name, const auto& output) {
        detail::require_own_elements(name, output_name, output);
        detail::require_distinct(name, output_name, output, "x", x);
        detail::require_distinct(name, output_name, output, "gradient", gradient);
        for (const auto& input : {layer.q, layer.k, layer.v, layer.o})
            detail::require_distinct(name, output_name, output, "a weight", input);
    };
    require_distinct("dx", dx);
    const matrix_view<DW> outputs[] = {weights.q, weights.k, weights.v, weights.o};
    for (const auto& output : outputs) {
        require_distinct("a gradient of weights", output);
        detail::require_distinct(name, "a gradient of weights", output, "dx", dx);
        for (const auto& other : outputs)
            if (&other != &output)
                detail::require_distinct(name, "a gradient of weights", output, "another", other);
    }
    detail::streamed_layer<A, weight, Arithmetic>(
        x, {layer.q, layer.k, layer.v, layer.o, layer.heads, layer.key_heads}, arithmetic, options)
        .backward(gradient, dx, weights);
}

}  // namespace v0
}  // namespace halfulp

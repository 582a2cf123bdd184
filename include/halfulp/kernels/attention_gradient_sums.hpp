// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// The sums over queries of attention's gradient, which go on from chunk to chunk.

#include <halfulp/kernels/attention.hpp>
#include <halfulp/simd/attention_gradient.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <type_traits>
#include <vector>

namespace halfulp {
inline namespace v0 {

namespace detail {

/// The dispatch point of attention_gradient_sums::write.
template <class Arithmetic, class Chain, class S, class Output>
bool write_gradient_fast(const Arithmetic&, const attention_options&, const Chain*, const S&,
                         const matrix_view<Output>&, ...) {
    return false;
}

/// The types of one gradient, G that of dO.
template <class Arithmetic, class Q, class K, class VE, class O, class G>
struct gradient_types : attention_types<Arithmetic, Q, K, VE> {
    using base = attention_types<Arithmetic, Q, K, VE>;
    using typename base::values;
    using typename base::W;
    using query_value = typename values::template value_type<W, K>;
    using key_value = typename values::template value_type<W, Q>;
    using value_value = typename values::template value_type<W, G>;
    using key_chain = typename values::template accumulator<W, Q>;
    using value_chain = typename values::template accumulator<W, G>;
};

}  // namespace detail

/// The sums over queries of a gradient: for every key the chains of dK, before the scale, and of dV.
///
/// Memory: batch·key heads·m·(d + dv) accumulators.
///
/// @tparam Arithmetic  as attention_gradient's
/// @tparam Q, K, V, O, G  the element types of queries, keys, values, outputs and the gradient of outputs
template <class Arithmetic, class Q, class K, class V, class O, class G = O>
class attention_gradient_sums {
    using types = detail::gradient_types<Arithmetic, Q, K, V, O, G>;
    using values = typename types::values;
    using W = typename types::W;

  public:
    using key_chain = typename types::key_chain;
    using value_chain = typename types::value_chain;

    /// Empty sums for keys of d columns and values of dv.
    /// @throws std::bad_alloc
    attention_gradient_sums(std::size_t batch, std::size_t key_heads, std::size_t keys, std::size_t d,
                            std::size_t dv, const Arithmetic& arithmetic = {})
        : batch_(batch),
          heads_(key_heads),
          keys_(keys),
          d_(d),
          dv_(dv),
          arithmetic_(arithmetic),
          key_sums_(batch * key_heads * keys * d,
                    detail::attention_parts<Arithmetic>::of_values(arithmetic).template zero<W, Q>()),
          value_sums_(batch * key_heads * keys * dv,
                      detail::attention_parts<Arithmetic>::of_values(arithmetic).template zero<W, G>()) {}

    /// Empty sums again, in the same memory.
    void clear() {
        const auto& policy = detail::attention_parts<Arithmetic>::of_values(arithmetic_);
        key_sums_.assign(key_sums_.size(), policy.template zero<W, Q>());
        value_sums_.assign(value_sums_.size(), policy.template zero<W, G>());
    }

    std::size_t batch() const noexcept { return batch_; }
    std::size_t heads() const noexcept { return heads_; }
    std::size_t keys() const noexcept { return keys_; }
    std::size_t key_columns() const noexcept { return d_; }
    std::size_t value_columns() const noexcept { return dv_; }
    /// The chains of a head: keys × d, and keys × dv, row by row.
    key_chain* key_sums(std::size_t b, std::size_t h) noexcept {
        return key_sums_.data() + (b * heads_ + h) * keys_ * d_;
    }
    value_chain* value_sums(std::size_t b, std::size_t h) noexcept {
        return value_sums_.data() + (b * heads_ + h) * keys_ * dv_;
    }
    /// The bytes of all chains, without what an accumulator allocates itself.
    std::size_t bytes() const noexcept {
        return key_sums_.size() * sizeof(key_chain) + value_sums_.size() * sizeof(value_chain);
    }

    /// What `write` checks.
    template <heads_argument DK, heads_argument DV>
    void require_outputs(const DK& dk_argument, const DV& dv_argument) const {
        const auto dk = as_heads(dk_argument);
        const auto dv = as_heads(dv_argument);
        require_shape("dk", dk, d_);
        require_shape("dv", dv, dv_);
        detail::require_own_heads("attention_gradient", "dk", dk);
        detail::require_own_heads("attention_gradient", "dv", dv);
        detail::require_distinct_heads("attention_gradient", "dk", dk, "dv", dv);
    }
    /// dK and dV of what has been added so far.
    /// @param dk  batch × key heads of keys × d, of any type of number
    /// @param dv  batch × key heads of keys × dv
    /// @param options, group  as they were given to attention_gradient, and the heads of queries for each of keys
    /// @throws shape_error, aliasing_error before anything is written
    template <heads_argument DK, heads_argument DV>
    void write(DK&& dk_argument, DV&& dv_argument, const attention_options& options,
               std::size_t group) const {
        const auto dk = as_heads(dk_argument);
        const auto dv = as_heads(dv_argument);
        using key_output = typename decltype(dk)::element_type;
        using value_output = typename decltype(dv)::element_type;
        require_outputs(dk, dv);
        const values& policy = detail::attention_parts<Arithmetic>::of_values(arithmetic_);
        for (std::size_t b = 0; b < batch_; ++b)
            for (std::size_t h = 0; h < heads_; ++h) {
                const std::size_t head = options.first_head + (b * heads_ + h) * group;
                const auto stage = [&](std::uint64_t number) {
                    return arithmetic::detail::for_stage(policy,
                                                         static_cast<std::uint64_t>(head) * 256 + number);
                };
                const values value_stage = stage(20), key_stage = stage(21), scale_stage = stage(22);
                using S = typename types::S;
                const arithmetic::elementary<S, typename types::scores> score_step(
                    detail::attention_parts<Arithmetic>::of_scores(arithmetic_));
                const S scale = detail::scale_in<S>(score_step, options, d_);
                const arithmetic::elementary<key_output, values> scale_step(scale_stage);
                const auto keys = dk(b, h);
                const auto all_values = dv(b, h);
                const std::size_t first = (b * heads_ + h) * keys_;
                const bool is_written = detail::write_gradient_fast(
                    arithmetic_, options, key_sums_.data() + first * d_, scale, keys, 0);
                for (std::size_t j = 0; j < keys_; ++j) {
                    for (std::size_t c = 0; c < d_ && !is_written; ++c) {
                        const arithmetic::position at{arithmetic::element_number(j, c), all_keys};
                        keys(j, c) = scale_step.multiply(key_stage.template result<typename types::key_value>(
                                                             key_sums_[(first + j) * d_ + c], at),
                                                         scale, at);
                    }
                    for (std::size_t c = 0; c < dv_; ++c)
                        all_values(j, c) = value_stage.template result<value_output>(
                            value_sums_[(first + j) * dv_ + c], {arithmetic::element_number(j, c), all_keys});
                }
            }
    }

  private:
    template <class View>
    void require_shape(const char* name, const View& view, std::size_t columns) const {
        const std::string text(name);
        const auto require = [&](const char* what, std::size_t value, const char* other,
                                 std::size_t expected) {
            detail::require_extent("attention_gradient", (text + what).c_str(), value, other, expected);
        };
        require(".batch()", view.batch(), "k.batch()", batch_);
        require(".heads()", view.heads(), "k.heads()", heads_);
        require(".rows()", view.rows(), "k.rows()", keys_);
        require(".columns()", view.columns(), "columns", columns);
    }

    std::size_t batch_, heads_, keys_, d_, dv_;
    Arithmetic arithmetic_;
    std::vector<key_chain> key_sums_;
    std::vector<value_chain> value_sums_;
};

}  // namespace v0
}  // namespace halfulp

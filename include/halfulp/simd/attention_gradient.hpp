// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// The fast path of `attention_gradient` where both arithmetics are native<float>.
///
/// Blocks of keys come one after the other, and for each of them all tiles of queries: so the chains of keys and values take
/// queries in order, and those of a tile, which wait in memory meanwhile, take keys in order. Every sum is a chain of the
/// definition, and no product is formed twice: five for the forward pass's two. After S. Dao et al., "FlashAttention-2",
/// arXiv:2307.08691, algorithm 2.

#include <halfulp/kernels/attention_definition.hpp>
#include <halfulp/simd/attention_native.hpp>

#define HALFULP_FAMILY_TEXT <halfulp/simd/family/attention_gradient.hpp>
#include <halfulp/simd/for_each_family.hpp>

#if HALFULP_HAS_SIMD

namespace halfulp {
inline namespace v0 {
namespace simd {

/// out = x·scale for a row of chains that were native<float>'s: each product rounded once, to the output's type.
template <class Output>
void write_scaled(isa level, const float* x, float scale, const vector_view<Output>& out) {
    if constexpr (std::same_as<Output, float>) {
        constexpr std::size_t most = 256;
        alignas(64) float from[most] = {}, to[most];
        for (std::size_t c = 0; c < out.size(); c += most) {
            const std::size_t count = most < out.size() - c ? most : out.size() - c;
            std::memcpy(from, x + c, count * sizeof(float));
            HALFULP_SIMD_SELECT(level, scale_numbers)(from, scale, to, count);
            for (std::size_t i = 0; i < count; ++i)
                out[c + i] = to[i];
        }
    } else {
        const arithmetic::native<float> policy;
        const arithmetic::elementary<Output, arithmetic::native<float>> step(policy);
        for (std::size_t c = 0; c < out.size(); ++c)
            out[c] = step.multiply(policy.template result<float>(x[c], {}), scale, {});
    }
}

/// The gradients of the queries of a group of heads, and what they add to those of the keys and values that they share.
template <class Q, class Keys, class Values, class O, class G, class DQ>
class gradient_group {
    static constexpr std::size_t keys_at_once = 128;

  public:
    gradient_group(isa level, const heads_view<const Q>& q, const Keys& k, const Values& v,
                   const heads_view<const O>& o, const attention_statistics<float>& statistics,
                   const heads_view<const G>& gradient, const heads_view<DQ>& dq,
                   const attention_options& options, float scale, std::size_t b, std::size_t key_head)
        : level_(level),
          q_(q),
          o_(o),
          gradient_(gradient),
          dq_(dq),
          statistics_(statistics),
          b_(b),
          queries_(level, q, options, k.heads(), k.rows(), b, key_head),
          keys_(k(b, key_head)),
          values_(v(b, key_head)),
          options_(options),
          scale_(scale) {}

    /// @throws std::bad_alloc before anything is written or added
    void run(float* key_sums, float* value_sums) {
        const std::size_t rows = queries_.rows();
        for (std::size_t done = 0; done < rows;) {
            tiles_.emplace_back();
            queries_.cut(tiles_.back(), done, rows);
            done += tiles_.back().rows;
        }
        reserve();
        for (std::size_t n = 0; n < tiles_.size(); ++n)
            prepare(tiles_[n], n);
        const std::size_t keys = queries_.rules().keys, d = q_.columns(), dv = gradient_.columns();
        for (std::size_t begin = 0; begin < keys; begin += keys_at_once) {
            const std::size_t count = keys - begin < keys_at_once ? keys - begin : keys_at_once;
            rows_in_memory k{}, v{};
            for (tile_state& state : tiles_) {
                attention_tile& t = state.gradient.forward;
                if (queries_.enter(state, t, begin, count, seen_, bias_) == 0)
                    continue;
                if (k.data == nullptr) {
                    k = read_rows<true>(level_, keys_, begin, count, key_memory_);
                    v = read_rows<false>(level_, values_, begin, count, value_memory_);
                }
                t.k = k.data;
                t.k_line = k.line;
                t.k_step = k.step;
                t.v = v.data;
                t.v_step = v.line;
                // Each step fetches something; here nothing is worth it.
                t.keys_ahead = t.values_ahead = {reinterpret_cast<const char*>(k.data), 0};
                state.gradient.key_sums = key_sums + begin * d;
                state.gradient.value_sums = value_sums + begin * dv;
                const auto function = state.registers == 3 ? HALFULP_SIMD_SELECT(level_, attend_gradient<3>)
                                      : state.registers == 2
                                          ? HALFULP_SIMD_SELECT(level_, attend_gradient<2>)
                                          : HALFULP_SIMD_SELECT(level_, attend_gradient<1>);
                function(state.gradient);
            }
        }
        for (const tile_state& state : tiles_)
            finish(state);
    }

  private:
    struct tile_state : query_tile {
        gradient_tile gradient{};
        alignas(64) float reference[most_lanes_of_tile], inverse[most_lanes_of_tile],
            product[most_lanes_of_tile];
    };

    void reserve() {
        const std::size_t d = q_.columns(), dv = gradient_.columns();
        const std::size_t scores = keys_at_once * most_lanes_of_tile;
        const std::size_t most = d > dv ? d : dv;
        // Of a tile: queries and dO, as rows and as lanes, and the sums of its queries.
        tile_words_ = most_lanes_of_tile *
                      (whole_blocks(d) + whole_blocks(dv) + 2 * rounded_up(d, 4) + rounded_up(dv, 4));
        const std::size_t k = memory_of_rows(keys_at_once, d), v = memory_of_rows(keys_at_once, dv);
        const std::size_t spare = most_lanes_of_tile * (whole_blocks(most) + rounded_up(most, 4));
        const bool has_tangents = options_.soft_cap.has_value(), has_bias = queries_.rules().has_bias;
        thread_local workspace memory;
        auto* next =
            static_cast<float*>(memory.reserve((tiles_.size() * tile_words_ + k + v + spare +
                                                (2 + has_tangents + has_bias) * scores + 2 * keys_at_once) *
                                               sizeof(float)));
        const auto take = [&next](std::size_t count) {
            float* const result = next;
            next += count;
            return result;
        };
        seen_ = reinterpret_cast<std::uint64_t*>(take(2 * keys_at_once));
        scores_ = take(scores);
        errors_ = take(scores);
        tangents_ = has_tangents ? take(scores) : nullptr;
        bias_ = has_bias ? take(scores) : nullptr;
        key_memory_ = take(k);
        value_memory_ = take(v);
        spare_ = take(spare);
        tile_memory_ = take(tiles_.size() * tile_words_);
    }

    /// A tile's queries and dO, its r, ρ and D, and empty sums.
    void prepare(tile_state& state, std::size_t n) {
        const std::size_t d = q_.columns(), dv = gradient_.columns();
        float* next = tile_memory_ + n * tile_words_;
        const auto take = [&next](std::size_t count) {
            float* const result = next;
            next += most_lanes_of_tile * count;
            return result;
        };
        float* const q_rows = take(whole_blocks(d));
        float* const gradient_rows = take(whole_blocks(dv));
        float* const q_lanes = take(rounded_up(d, 4));
        float* const gradient_lanes = take(rounded_up(dv, 4));
        float* const query_sums = take(rounded_up(d, 4));
        queries_.place(state);
        queries_.turn(state, q_, q_rows, q_lanes);
        queries_.turn(state, gradient_, gradient_rows, gradient_lanes);
        const std::size_t most = d > dv ? d : dv;
        float* const o_lanes = spare_ + most_lanes_of_tile * whole_blocks(most);
        queries_.turn(state, o_, spare_, o_lanes);
        const auto multiply = state.registers == 3   ? HALFULP_SIMD_SELECT(level_, multiply_columns<3>)
                              : state.registers == 2 ? HALFULP_SIMD_SELECT(level_, multiply_columns<2>)
                                                     : HALFULP_SIMD_SELECT(level_, multiply_columns<1>);
        multiply(gradient_lanes, o_lanes, dv, state.product);
        for (std::size_t l = 0; l < state.lanes; ++l) {
            attention_sums<float> sums{};
            if (l < state.rows)
                sums = statistics_(b_, queries_.head_of(state.first_row + l),
                                   queries_.query_of(state.first_row + l));
            state.reference[l] = options_.power ? halfulp::detail::power_of_two_within(sums.maximum)
                                 : halfulp::detail::is_negative_infinity(sums.maximum) ? 0.0f
                                                                                       : sums.maximum;
            state.inverse[l] = 1 / sums.sum;
        }
        std::memset(query_sums, 0, most_lanes_of_tile * rounded_up(d, 4) * sizeof(float));

        gradient_tile& g = state.gradient;
        g.rows = state.rows;
        g.gradient = gradient_lanes;
        g.q_rows = q_rows;
        g.q_row = static_cast<std::ptrdiff_t>(whole_blocks(d));
        g.gradient_rows = gradient_rows;
        g.gradient_row = static_cast<std::ptrdiff_t>(whole_blocks(dv));
        g.errors = errors_;
        g.reference = state.reference;
        g.inverse = state.inverse;
        g.product = state.product;
        g.query_sums = query_sums;
        attention_tile& t = g.forward;
        t.d = d;
        t.dv = dv;
        t.q = q_lanes;
        t.scale = scale_;
        queries_.set_changes(state, t);
        t.changes.tangents = tangents_;
        t.scores = scores_;
    }

    void finish(const tile_state& state) {
        const std::size_t d = q_.columns(), line = whole_blocks(d);
        HALFULP_SIMD_SELECT(level_, transpose<float>)
        (state.gradient.query_sums, static_cast<std::ptrdiff_t>(state.lanes), spare_,
         static_cast<std::ptrdiff_t>(line), rounded_up(d, 4), state.lanes);
        for (std::size_t l = 0; l < state.rows; ++l)
            write_scaled(
                level_, spare_ + l * line, scale_,
                dq_(b_, queries_.head_of(state.first_row + l)).row(queries_.query_of(state.first_row + l)));
    }

    isa level_;
    heads_view<const Q> q_;
    heads_view<const O> o_;
    heads_view<const G> gradient_;
    heads_view<DQ> dq_;
    const attention_statistics<float>& statistics_;
    std::size_t b_;
    query_rows<Q> queries_;
    decltype(std::declval<const Keys&>()(0, 0)) keys_;
    decltype(std::declval<const Values&>()(0, 0)) values_;
    const attention_options& options_;
    float scale_;
    std::vector<tile_state> tiles_{};
    std::size_t tile_words_ = 0;
    float *scores_ = nullptr, *errors_ = nullptr, *tangents_ = nullptr, *bias_ = nullptr,
          *key_memory_ = nullptr, *value_memory_ = nullptr, *spare_ = nullptr, *tile_memory_ = nullptr;
    std::uint64_t* seen_ = nullptr;
};

}  // namespace simd

namespace detail {

template <class Q, class Keys, class Values, class O, class G, class DQ, class Sums, class Arithmetic>
bool attention_gradient_fast(const heads_view<const Q>& q, const Keys& k, const Values& v,
                             const heads_view<const O>& o, const attention_statistics<float>& statistics,
                             const heads_view<const G>& gradient, const heads_view<DQ>& dq, Sums& sums,
                             const Arithmetic&, const attention_options& options,
                             int) requires(is_native_attention<Arithmetic>) {
    const simd::isa level = simd::level_for(options.execution);
    if (level == simd::isa::plain || !has_short_positions(options, q.rows(), k))
        return false;
    if (q.batch() == 0 || q.heads() == 0 || q.rows() == 0)
        return true;
    const arithmetic::native<float> policy;
    const arithmetic::elementary<float, arithmetic::native<float>> step(policy);
    const float scale = scale_in<float>(step, options, q.columns());
    const double work = static_cast<double>(q.batch() * q.heads()) * static_cast<double>(q.rows()) *
                        static_cast<double>(k.rows()) * static_cast<double>(q.columns() + v.columns());
    simd::for_items(options.execution, q.batch() * k.heads(), work, [&](std::size_t head) {
        const simd::default_floating_point_environment guard;
        const std::size_t b = head / k.heads(), key_head = head % k.heads();
        simd::gradient_group<Q, Keys, Values, O, G, DQ>(level, q, k, v, o, statistics, gradient, dq, options,
                                                        scale, b, key_head)
            .run(sums.key_sums(b, key_head), sums.value_sums(b, key_head));
    });
    return true;
}

/// Writes rows of chains times the scale; returns whether there is a fast path for it.
template <class Arithmetic, class Output>
bool write_gradient_fast(const Arithmetic&, const attention_options& options, const float* chains,
                         float scale, const matrix_view<Output>& to,
                         int) requires(is_native_attention<Arithmetic>) {
    const simd::isa level = simd::level_for(options.execution);
    if (level == simd::isa::plain)
        return false;
    const simd::default_floating_point_environment guard;
    for (std::size_t j = 0; j < to.rows(); ++j)
        simd::write_scaled(level, chains + j * to.columns(), scale, to.row(j));
    return true;
}

}  // namespace detail
}  // namespace v0
}  // namespace halfulp

#endif

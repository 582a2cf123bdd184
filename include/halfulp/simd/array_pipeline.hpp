// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// Arrays on their way through a carrier: fetched chunk by chunk, worked on in the first-level cache,
/// and put away. Each stage is a kernel of its own, so that element types, operations and roundings
/// add up instead of multiplying; a stage that has nothing to do hands on the caller's memory.
///
/// Ends of arrays go through padded buffers and the same kernels. Where an output exceeds the caches,
/// it is written past them, as memcpy does: a line that will be overwritten is then not read first.

#include <halfulp/kernels/array_arguments.hpp>
#include <halfulp/kernels/round_statistics.hpp>
#include <halfulp/simd/array_kernels.hpp>

#include <cstring>

#if HALFULP_HAS_SIMD

namespace halfulp {
inline namespace v0 {
namespace simd {

/// Elements that are worked on at a time: 4 KiB of the carrier, a few of which fit any first-level cache.
template <class Carrier>
inline constexpr std::size_t chunk_size = 4096 / sizeof(Carrier);

/// Outputs of so many bytes and more are written past the caches.
inline constexpr std::size_t past_caches_from = std::size_t{4} << 20;

/// `count` elements from `begin` in a row, padded with zeros to whole blocks: the array itself where
/// it is like that, else a copy in the buffer.
template <class T>
const T* in_a_row(const vector_view<const T>& in, std::size_t begin, std::size_t count, T* buffer) noexcept {
    if (in.stride() == 1) {
        const T* const first = in.data() + begin;
        if (count % block == 0)
            return first;
        std::memcpy(buffer, first, count * sizeof(T));
    } else {
        for (std::size_t i = 0; i < count; ++i)
            buffer[i] = in[begin + i];
    }
    for (std::size_t i = count; i < whole_blocks(count); ++i)
        buffer[i] = T{};
    return buffer;
}

/// out[i] = in[i], exactly, between float and double.
template <class In, class Out>
void convert(isa level, const In* in, Out* out, std::size_t count) noexcept {
    HALFULP_SIMD_SELECT(level, convert<In, Out>)(in, out, count);
}

/// An array of float, double or codes, read as values of the carrier.
template <class Carrier, class T>
class source {
  public:
    /// @param plan of the format of the codes; not looked at for float and double
    source(isa level, const vector_view<const T>& in, const rounding_plan& plan) noexcept
        : level_(level), in_(in), plan_(&plan) {}

    /// The elements are numbers of any kind, not codes.
    static constexpr bool has_numbers = std::floating_point<T>;
    /// The carrier's values lie in the array as they are.
    bool is_direct() const noexcept { return std::same_as<Carrier, T> && in_.stride() == 1; }

    /// Asks for the memory of the chunk from `begin`. The processor's own prefetching ends with a page, which
    /// a chunk of several arrays does too.
    void prefetch(std::size_t begin, std::size_t count) const noexcept {
        if (in_.stride() != 1 || begin >= in_.size())
            return;
        const auto* const first = reinterpret_cast<const unsigned char*>(in_.data() + begin);
        const std::size_t left = in_.size() - begin;
        const std::size_t bytes = (count < left ? count : left) * sizeof(T);
        for (std::size_t line = 0; line < bytes; line += 64)
            __builtin_prefetch(first + line);
    }

    const Carrier* read(std::size_t begin, std::size_t count, Carrier* buffer) const noexcept {
        if constexpr (std::same_as<Carrier, T>) {
            return in_a_row(in_, begin, count, buffer);
        } else {
            alignas(64) T row[chunk_size<Carrier>];
            const T* const elements = in_a_row(in_, begin, count, row);
            if constexpr (std::floating_point<T>)
                convert(level_, elements, buffer, whole_blocks(count));
            else
                HALFULP_SIMD_SELECT(level_, from_codes<Carrier, T>)
            (elements, buffer, whole_blocks(count), *plan_);
            return buffer;
        }
    }

  private:
    static void convert(isa level, const T* in, Carrier* out, std::size_t count) noexcept {
        (level == isa::avx512
             ? static_cast<void (*)(const T*, Carrier*, std::size_t) noexcept>(avx512::convert)
             : static_cast<void (*)(const T*, Carrier*, std::size_t) noexcept>(avx2::convert))(in, out,
                                                                                               count);
    }

    isa level_;
    vector_view<const T> in_;
    const rounding_plan* plan_;
};

/// An array of float, double or codes, written from results of rounding: values of the carrier, which are
/// converted where the array has the other type, or codes.
template <class Carrier, class T>
class sink {
  public:
    /// What rounding gives for it.
    using result = std::conditional_t<std::floating_point<T>, Carrier, T>;

    /// @param stays_in_caches the array is an input too, or will be read soon
    sink(isa level, const vector_view<T>& out, bool stays_in_caches) noexcept
        : level_(level),
          out_(out),
          past_caches_(!stays_in_caches && out.stride() == 1 && out.size() * sizeof(T) >= past_caches_from &&
                       reinterpret_cast<std::uintptr_t>(out.data()) % sizeof(T) == 0) {}

    bool exceeds_caches() const noexcept { return past_caches_; }
    bool is_direct() const noexcept { return std::same_as<result, T> && out_.stride() == 1 && !past_caches_; }
    /// Elements from `begin` to the next one at which whole lines begin.
    std::size_t before_whole_lines(std::size_t begin) const noexcept {
        constexpr std::size_t line = 64;
        const auto address = reinterpret_cast<std::uintptr_t>(out_.data() + begin);
        return past_caches_ ? (line - address % line) % line / sizeof(T) : 0;
    }

    /// Where the results for these elements are wanted: in the array if possible.
    result* place(std::size_t begin, std::size_t count, result* buffer) const noexcept {
        if constexpr (std::same_as<result, T>)
            if (is_direct() && count % block == 0)
                return out_.data() + begin;
        (void)begin;
        (void)count;
        return buffer;
    }

    /// Puts the results away that are in their place.
    void write(std::size_t begin, std::size_t count, const result* results) const noexcept {
        if constexpr (std::same_as<result, T>) {
            if (!is_direct() || count % block != 0)
                copy_out(begin, count, results);
        } else {
            alignas(64) T row[chunk_size<Carrier>];
            const bool fits = out_.stride() == 1 && !past_caches_ && count % block == 0;
            T* const target = fits ? out_.data() + begin : row;
            convert(level_, results, target, whole_blocks(count));
            if (!fits)
                copy_out(begin, count, row);
        }
    }

    /// To be called when all is written.
    void finish() const noexcept {
        if (past_caches_)
            HALFULP_SIMD_SELECT(level_, fence)();
    }

  private:
    void copy_out(std::size_t begin, std::size_t count, const T* row) const noexcept {
        if (out_.stride() != 1) {
            for (std::size_t i = 0; i < count; ++i)
                out_[begin + i] = row[i];
            return;
        }
        T* const target = out_.data() + begin;
        const std::size_t bytes = count * sizeof(T);
        if (past_caches_ && bytes % 64 == 0 && reinterpret_cast<std::uintptr_t>(target) % 64 == 0)
            HALFULP_SIMD_SELECT(level_, copy_past_caches)(target, row, bytes);
        else
            std::memcpy(target, row, bytes);
    }

    isa level_;
    vector_view<T> out_;
    bool past_caches_;
};

/// Calls step(begin, count) for the pieces of [begin, end): chunks of the carrier, or, where nothing
/// passes through a buffer, all whole blocks at once. `first` elements go before, to where lines begin.
template <class Carrier, class Step>
void for_chunks(std::size_t begin, std::size_t end, std::size_t first, bool direct,
                const Step& step) noexcept {
    const std::size_t whole = (end - begin) / block * block;
    std::size_t size = first != 0 ? first : direct && whole != 0 ? whole : chunk_size<Carrier>;
    for (std::size_t i = begin; i < end;) {
        const std::size_t count = size < end - i ? size : end - i;
        step(i, count);
        i += count;
        size = chunk_size<Carrier>;
    }
}

/// A projection's rounding of arrays, with all that it needs.
template <class Carrier, class Projection>
struct rounding_stage {
    isa level;
    Projection how;
    const rounding_plan* plan;
    random_source random;
    std::uint64_t first_index;

    bool is_stochastic() const noexcept { return halfulp::is_stochastic(static_cast<projection>(how).mode); }

    /// out[j] = in[j] rounded, for the elements from `begin`, padded to whole blocks.
    template <class Out>
    void round(const Carrier* in, Out* out, std::size_t begin, std::size_t count) const noexcept {
        if (!is_stochastic())
            return round_in_carrier<Carrier>(level, how, in, out, nullptr, whole_blocks(count), *plan);
        alignas(64) std::uint32_t bits[random_source::buffer_size(chunk_size<Carrier>)];
        const std::size_t padded = whole_blocks(count);
        const std::uint32_t* const drawn = random.fill(level, bits, first_index + begin, padded);
        round_in_carrier<Carrier>(level, how, in, out, drawn, padded, *plan);
    }
};

template <class Carrier, class Projection>
rounding_stage<Carrier, Projection> make_stage(isa level, Projection how, const rounding_plan& plan,
                                               const round_options& options) noexcept {
    return {level, how, &plan, {options.seed, options.operation, options.generator}, options.first_index};
}

/// Elements [begin, end) of `from`, rounded, to `to`.
template <class Carrier, class Projection, class Source, class Sink>
void round_through(const rounding_stage<Carrier, Projection>& stage, const Source& from, const Sink& to,
                   std::size_t begin, std::size_t end) noexcept {
    const default_floating_point_environment guard;
    using result = typename Sink::result;
    const bool direct = from.is_direct() && to.is_direct() && !stage.is_stochastic();
    alignas(64) Carrier in_buffer[chunk_size<Carrier>];
    alignas(64) result out_buffer[chunk_size<Carrier>];
    for_chunks<Carrier>(begin, end, to.before_whole_lines(begin), direct,
                        [&](std::size_t i, std::size_t count) {
                            const Carrier* const values = from.read(i, count, in_buffer);
                            result* const rounded = to.place(i, count, out_buffer);
                            stage.round(values, rounded, i, count);
                            to.write(i, count, rounded);
                        });
    to.finish();
}

/// The same, and adds what happened to the statistics. Overflow cannot be told from the results, so the plan is
/// given that marks it, and the count puts in what it becomes.
template <class Carrier, class Projection, class Source, class Sink>
void round_through(const rounding_stage<Carrier, Projection>& stage, const Source& from, const Sink& to,
                   std::size_t begin, std::size_t end, round_statistics& statistics) noexcept {
    const default_floating_point_environment guard;
    const rounding_plan marked = stage.plan->with_overflow_marked();
    rounding_stage<Carrier, Projection> marking = stage;
    marking.plan = &marked;
    alignas(64) Carrier in_buffer[chunk_size<Carrier>], out_buffer[chunk_size<Carrier>];
    statistics_of_lanes<Carrier> totals;
    for_chunks<Carrier>(begin, end, to.before_whole_lines(begin), false,
                        [&](std::size_t i, std::size_t count) {
                            const Carrier* const values = from.read(i, count, in_buffer);
                            const std::size_t padded = whole_blocks(count);
                            marking.round(values, out_buffer, i, count);
                            HALFULP_SIMD_SELECT(stage.level, count_statistics<Carrier>)
                            (values, out_buffer, padded, *stage.plan, totals);
                            Carrier* const rounded = to.place(i, count, out_buffer);
                            if (rounded != out_buffer)
                                std::memcpy(rounded, out_buffer, count * sizeof(Carrier));
                            to.write(i, count, rounded);
                        });
    to.finish();
    halfulp::detail::merge_statistics(statistics, {.count = end - begin,
                                                   .nans = totals.nans,
                                                   .infinities = totals.infinities,
                                                   .overflowed = totals.overflows,
                                                   .underflowed = totals.underflows,
                                                   .became_subnormal = totals.subnormals,
                                                   .inexact = totals.inexact,
                                                   .largest_relative_error = totals.largest_relative_error});
}

/// Elements [begin, end) of `from`, which `to` has exactly, to `to`.
template <class Carrier, class Source, class Sink>
void copy_through(const Source& from, const Sink& to, std::size_t begin, std::size_t end) noexcept {
    const default_floating_point_environment guard;
    alignas(64) Carrier in_buffer[chunk_size<Carrier>];
    for_chunks<Carrier>(begin, end, to.before_whole_lines(begin), false,
                        [&](std::size_t i, std::size_t count) {
                            Carrier* const place = to.place(i, count, in_buffer);
                            to.write(i, count, from.read(i, count, place));
                        });
    to.finish();
}

}  // namespace simd
}  // namespace v0
}  // namespace halfulp

#endif

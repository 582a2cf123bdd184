// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// Where arrays lie: arrays that end where memory ends, arrays among guards, strided ones.

#include "kernels/round_checks.hpp"
#include "simd/levels.hpp"
#include "support/last_elements.hpp"

#include <cstring>
#include <span>

namespace halfulp_test {

/// An output among elements that have to stay as they are, `offset` elements into its memory.
template <class T>
class guarded {
  public:
    static constexpr std::size_t guards = 70;
    guarded(std::size_t count, std::size_t offset) : count_(count), offset_(offset + guards) {
        memory_.assign(count + offset + 2 * guards, guard());
    }
    std::span<T> span() { return std::span<T>(memory_).subspan(offset_, count_); }
    T* data() { return memory_.data() + offset_; }
    bool intact() const {
        for (std::size_t i = 0; i < memory_.size(); ++i)
            if ((i < offset_ || i >= offset_ + count_) && code_bits(memory_[i]) != code_bits(guard()))
                return false;
        return true;
    }

  private:
    static T guard() {
        T x;
        std::memset(&x, 0x5a, sizeof x);
        return x;
    }
    std::size_t count_, offset_;
    std::vector<T> memory_;
};

/// The sizes at which something begins or ends: blocks, chunks of float and double, and everything small.
inline std::vector<std::size_t> interesting_sizes() {
    std::vector<std::size_t> result;
    for (std::size_t n = 0; n <= 200; n += cases_for_effort(n < 20 ? 1u : 13u, 1u, 1u))
        result.push_back(n);
    for (std::size_t around : {512u, 1024u, 4096u})
        for (std::size_t n = around - 3; n <= around + 3; n += cases_for_effort(3u, 1u, 1u))
            result.push_back(n);
    result.push_back(1024 + 512);
    result.push_back(1024 + 64 + 1);
    return result;
}

/// What an array of `n` is rounded to at most levels: three kinds of kernels.
inline const std::vector<projection>& few_projections() {
    static const std::vector<projection> few{projection{},
                                             projection{rounding::toward_negative, saturation::finite},
                                             projection{rounding::stochastic_b, saturation::none, 9},
                                             projection{rounding::stochastic_equal, saturation::none, 1}};
    return few;
}

/// The format of these tests.
inline constexpr float_format target = formats::float8_e4m3fn;

/// Round and encode `n` elements that end at forbidden memory, into outputs that begin `offset` elements
/// into theirs, and decode the codes from the end of memory again.
template <class In, class Out, class Code>
void check_size(tally& t, const std::vector<In>& in, std::size_t n, const projection& p) {
    const round_options options{.seed = 8, .operation = 2, .first_index = n};
    const std::vector<In> part(in.begin(), in.begin() + static_cast<std::ptrdiff_t>(n));
    std::vector<Out> values(n), decoded(n);
    std::vector<Code> codes(n);
    round(part, values, target, p, definition_of(options));
    encode(part, codes, target, p, definition_of(options));
    decode(codes, decoded, target, definition_of(options));
    const last_elements<In> input(n);
    const last_elements<Code> coded(n);
    if (n != 0) {
        std::memcpy(input.data(), part.data(), n * sizeof(In));
        std::memcpy(coded.data(), codes.data(), n * sizeof(Code));
    }
    for (const simd::isa level : fast_levels()) {
        const simd::scoped_level guard(level);
        const auto describe = [&](const char* what) {
            return [&, what](std::size_t) {
                return what + (" of " + std::to_string(n)) + " at level " + simd::name_of(level) + ", " +
                       name_of(p);
            };
        };
        guarded<Out> out(n, n % 5);
        round(input.span(), out.span(), target, p, options);
        expect_same(t, out.data(), values.data(), n, describe("round"));
        guarded<Code> out_codes(n, n % 7);
        encode(input.span(), out_codes.span(), target, p, options);
        expect_same(t, out_codes.data(), codes.data(), n, describe("encode"));
        guarded<Out> out_decoded(n, n % 3);
        decode(coded.span(), out_decoded.span(), target, options);
        expect_same(t, out_decoded.data(), decoded.data(), n, describe("decode"));
        const last_elements<Out> at_end(n);
        round(input.span(), at_end.span(), target, p, options);
        expect_same(t, at_end.data(), values.data(), n, describe("round to the end of memory"));
        const last_elements<Code> codes_at_end(n);
        encode(input.span(), codes_at_end.span(), target, p, options);
        expect_same(t, codes_at_end.data(), codes.data(), n, describe("encode to the end of memory"));
        t.expect(out.intact() && out_codes.intact() && out_decoded.intact(),
                 [&] { return describe("a guard was overwritten: round, encode or decode")(0); });
    }
}

template <class In, class Out, class Code>
void check_sizes(const char* name) {
    tally t(name);
    const auto in = inputs<In>(target, 4200, 100);
    for (const std::size_t n : interesting_sizes())
        for (const projection& p : few_projections())
            check_size<In, Out, Code>(t, in, n, p);
    require(t);
}

}  // namespace halfulp_test

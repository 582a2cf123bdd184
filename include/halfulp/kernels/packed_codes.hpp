// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// Codes of any width stored without gaps: two of a 4-bit format a byte, four of a 6-bit one in three.
///
///     encode_packed(in, bytes, format, projection, options)  the codes of in, in a row
///     decode_packed(bytes, out, format, options)             out[i] = the value of code i
///     packed_size(count, format)                             bytes that `count` codes take
///
/// Order of the bits: code i of a format of b bits takes the bits i · b … i · b + b − 1 of the array, lowest
/// first, and bit j of the array is bit j mod 8 of byte j / 8, bit 0 being the lowest. So a byte of a
/// 4-bit format has the code of the even element in its low half, and 8-, 16- and 32-bit codes are
/// little-endian. (This is the order of the OCP Microscaling formats in memory.) Bits of the last byte
/// that belong to no code are written as zero and not read.
///
/// Formats of up to 8 bits have fast paths; wider ones run the definition. Values, rounding, options and
/// errors are those of kernels/round.hpp.

#include <halfulp/kernels/round.hpp>
#include <halfulp/simd/packing.hpp>

namespace halfulp {
inline namespace v0 {

/// Bytes that `count` codes of the format take: ⌈count · bits / 8⌉.
constexpr std::size_t packed_size(std::size_t count, const float_format& format) noexcept {
    // In two parts, so that the product does not overflow where the result does not.
    const auto bits = static_cast<std::size_t>(format.bits());
    return count / 8 * bits + (count % 8 * bits + 7) / 8;
}

namespace detail {

template <class Range>
concept packed_range = requires {
    requires std::same_as<element_of<Range>, std::uint8_t>;
};

/// Puts `bits` bits from bit `position` of the array on; the bits there are zero before.
template <class Code>
void put_bits(std::uint8_t* bytes, std::size_t position, int bits, Code code) noexcept {
    for (int done = 0; done < bits;) {
        const auto within = static_cast<int>((position + static_cast<std::size_t>(done)) % 8);
        std::uint8_t& byte = bytes[(position + static_cast<std::size_t>(done)) / 8];
        byte = static_cast<std::uint8_t>(
            byte | static_cast<std::uint8_t>(static_cast<std::uint64_t>(code >> done) << within & 0xff));
        done += 8 - within;
    }
}

template <class Code>
Code get_bits(const std::uint8_t* bytes, std::size_t position, int bits) noexcept {
    Code code{};
    for (int done = 0; done < bits;) {
        const auto within = static_cast<int>((position + static_cast<std::size_t>(done)) % 8);
        const std::uint64_t byte = bytes[(position + static_cast<std::size_t>(done)) / 8];
        code = static_cast<Code>(code | (Code{byte >> within} << done));
        done += 8 - within;
    }
    return code & low_bits_mask<Code>(bits);
}

/// A format of at most 64 bits, and a packed array of the right size.
template <class Format>
void require_packed(const char* function, Format f, std::size_t bytes, std::size_t count) {
    const float_format format = f;
    require_array_format(function, f);
    if (format.bits() > 64)
        throw_argument_error<format_error>(function, "format.bits()", std::to_string(format.bits()),
                                           "at most 64");
    require_equal_extents(function, "bytes.size()", bytes, "packed_size(count, format)",
                          packed_size(count, format));
}

#if HALFULP_HAS_SIMD

/// Packed codes of fewer than eight bits, written from values of the carrier: see simd::sink.
template <class Carrier>
class packed_sink {
  public:
    using result = std::uint8_t;

    packed_sink(simd::isa level, std::uint8_t* bytes, std::size_t size, const rounding_plan& plan) noexcept
        : level_(level), bytes_(bytes), plan_(&plan), past_caches_(size >= simd::past_caches_from) {}

    bool is_direct() const noexcept { return false; }
    /// Whole lines begin where chunks do, if at all: 64 codes are a multiple of eight bytes.
    std::size_t before_whole_lines(std::size_t) const noexcept { return 0; }
    std::uint8_t* place(std::size_t, std::size_t, std::uint8_t* buffer) const noexcept { return buffer; }

    void write(std::size_t begin, std::size_t count, std::uint8_t* codes) const noexcept {
        alignas(64) std::uint8_t packed[simd::chunk_size<Carrier>];
        const std::size_t padded = simd::whole_blocks(count);
        const int bits = plan_->format().bits();
        std::memset(codes + count, 0, padded - count);
        simd::pack_blocks(level_, codes, packed, padded, bits);
        std::uint8_t* const target = bytes_ + begin / 8 * static_cast<std::size_t>(bits);
        const std::size_t bytes = packed_size(count, plan_->format());
        if (past_caches_ && bytes % 64 == 0 && reinterpret_cast<std::uintptr_t>(target) % 64 == 0)
            HALFULP_SIMD_SELECT(level_, copy_past_caches)(target, packed, bytes);
        else
            std::memcpy(target, packed, bytes);
    }
    void finish() const noexcept {
        if (past_caches_)
            HALFULP_SIMD_SELECT(level_, fence)();
    }

  private:
    simd::isa level_;
    std::uint8_t* bytes_;
    const rounding_plan* plan_;
    bool past_caches_;
};

/// The same, read: see simd::source.
template <class Carrier>
class packed_source {
  public:
    packed_source(simd::isa level, const std::uint8_t* bytes, const rounding_plan& plan) noexcept
        : level_(level), bytes_(bytes), plan_(&plan) {}

    bool is_direct() const noexcept { return false; }

    const Carrier* read(std::size_t begin, std::size_t count, Carrier* buffer) const noexcept {
        alignas(64) std::uint8_t codes[simd::chunk_size<Carrier>];
        alignas(64) std::uint8_t packed[simd::chunk_size<Carrier>];
        const std::size_t padded = simd::whole_blocks(count);
        const int bits = plan_->format().bits();
        const std::uint8_t* from = bytes_ + begin / 8 * static_cast<std::size_t>(bits);
        if (padded != count) {
            const std::size_t bytes = packed_size(count, plan_->format());
            std::memcpy(packed, from, bytes);
            std::memset(packed + bytes, 0, packed_size(padded, plan_->format()) - bytes);
            from = packed;
        }
        simd::unpack_blocks(level_, from, codes, padded, bits);
        HALFULP_SIMD_SELECT(level_, from_codes<Carrier, std::uint8_t>)(codes, buffer, padded, *plan_);
        return buffer;
    }

  private:
    simd::isa level_;
    const std::uint8_t* bytes_;
    const rounding_plan* plan_;
};

#endif

/// The fast paths of codes that share bytes; false if there is none.
template <class In, class Format, class Projection>
bool encode_packed_fast(const vector_view<const In>& in, const vector_view<std::uint8_t>& bytes,
                        Format format, Projection p, const round_options& options) {
#if HALFULP_HAS_SIMD
    const simd::isa level = simd::level_for(options.execution);
    if (level == simd::isa::plain || static_cast<float_format>(format).bits() > 7)
        return false;
    return with_carrier<In>(format, p, nullptr, [&](auto carried, const rounding_plan& plan) {
        using carrier = decltype(carried);
        const simd::source<carrier, In> from(level, in, plan);
        const packed_sink<carrier> to(level, bytes.data(), bytes.size(), plan);
        const auto stage = simd::make_stage<carrier>(level, p, plan, options);
        for_ranges(
            options.execution, in.size(), simd::chunk_size<carrier>, simd::smallest_share,
            [&](std::size_t begin, std::size_t end) { simd::round_through(stage, from, to, begin, end); });
    });
#else
    (void)in, (void)bytes, (void)format, (void)p, (void)options;
    return false;
#endif
}

template <class Out, class Format>
bool decode_packed_fast(const vector_view<const std::uint8_t>& bytes, const vector_view<Out>& out,
                        Format format, const round_options& options) {
#if HALFULP_HAS_SIMD
    const simd::isa level = simd::level_for(options.execution);
    if (level == simd::isa::plain || static_cast<float_format>(format).bits() > 7)
        return false;
    return with_carrier<Out>(format, constant_value<projection{}>{}, nullptr,
                             [&](auto carried, const rounding_plan& plan) {
                                 using carrier = decltype(carried);
                                 const packed_source<carrier> from(level, bytes.data(), plan);
                                 const simd::sink<carrier, Out> to(level, out, false);
                                 for_ranges(options.execution, out.size(), simd::chunk_size<carrier>,
                                            simd::smallest_share, [&](std::size_t begin, std::size_t end) {
                                                simd::copy_through<carrier>(from, to, begin, end);
                                            });
                             });
#else
    (void)bytes, (void)out, (void)format, (void)options;
    return false;
#endif
}

}  // namespace detail

/// Rounds and encodes in[i], and packs the codes. `bytes` is contiguous and has packed_size(in.size(), format)
/// elements.
/// @throws shape_error  if the size of `bytes` is another, or it overlaps `in`
/// @throws format_error if format or projection is not valid, or the format has more than 64 bits
template <detail::binary_range In, detail::packed_range Bytes, format_argument Format,
          projection_argument Projection = constant_value<projection{}>>
void encode_packed(const In& in, Bytes&& bytes, Format format, Projection p = {},
                   const round_options& options = {}) {
    const auto source = detail::as_input(in);
    const auto target = detail::as_output(bytes);
    detail::require_packed("encode_packed", format, target.size(), source.size());
    require_projection("encode_packed", p);
    detail::require_contiguous("encode_packed", "bytes", target);
    detail::require_same_or_disjoint("encode_packed", source, target);
    const int bits = static_cast<float_format>(format).bits();
    if (bits == 8)
        return detail::round_array(source, target, format, p, options, nullptr);
    if (detail::encode_packed_fast(source, target, format, p, options))
        return;
    // Pieces of eight codes are whole bytes, so threads do not meet in one.
    detail::for_ranges(
        options.execution, source.size(), 8, simd::smallest_share, [&](std::size_t begin, std::size_t end) {
            const std::size_t first = begin / 8 * static_cast<std::size_t>(bits);
            const std::size_t size = packed_size(end - begin, format);
            for (std::size_t i = 0; i < size; ++i)
                target[first + i] = 0;
            for (std::size_t i = begin; i < end; ++i)
                detail::put_bits(target.data(), i * static_cast<std::size_t>(bits), bits,
                                 detail::encode_element(format, p, source[i], options, i).value);
        });
}

/// out[i] = the value of code i. `bytes` is contiguous and has packed_size(out.size(), format) elements.
/// Of the options, `execution` alone is looked at.
/// @throws as encode_packed; format_error also if `out` cannot hold the format
template <detail::packed_range Bytes, detail::binary_range Out, format_argument Format>
void decode_packed(const Bytes& bytes, Out&& out, Format format, const round_options& options = {}) {
    const auto source = detail::as_input(bytes);
    const auto target = detail::as_output(out);
    using out_type = typename decltype(target)::value_type;
    detail::require_packed("decode_packed", format, source.size(), target.size());
    detail::require_holds<out_type>("decode_packed", format);
    detail::require_contiguous("decode_packed", "bytes", source);
    detail::require_same_or_disjoint("decode_packed", source, target);
    detail::require_writable("decode_packed", target);
    const int bits = static_cast<float_format>(format).bits();
    if ((bits == 8 && detail::decode_fast(source, target, format, options, nullptr)) ||
        detail::decode_packed_fast(source, target, format, options))
        return;
    using code = code_uint<Format>;
    detail::for_ranges(
        options.execution, target.size(), 8, simd::smallest_share, [&](std::size_t begin, std::size_t end) {
            for (std::size_t i = begin; i < end; ++i)
                target[i] = detail::decode_element<out_type>(
                    format, detail::get_bits<code>(source.data(), i * static_cast<std::size_t>(bits), bits));
        });
}

}  // namespace v0
}  // namespace halfulp

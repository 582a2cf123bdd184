// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// Numbers whose format is known only at run time: for exploring formats, reading files that name
/// theirs, and for tests that loop over whole families. Same bits as custom_float, exact lane.

#include <halfulp/core/errors.hpp>
#include <halfulp/formats/operations.hpp>

namespace halfulp {
inline namespace v0 {

/// Throws format_error unless the descriptor is valid and its codes have at most 64 bits.
inline void require_run_time_format(const char* function, const float_format& format) {
    if (const char* reason = why_invalid(format))
        throw format_error(std::string("halfulp::") + function + ": format is not valid: " + reason);
    if (format.bits() > 64)
        throw_argument_error<format_error>(function, "format.bits()", std::to_string(format.bits()),
                                           "at most 64 for a format chosen at run time");
}

/// Throws format_error unless the projection can be carried out.
inline void require_projection(const char* function, const projection& p) {
    if (p.mode > rounding::stochastic_equal || p.overflow > saturation::propagate)
        throw format_error(std::string("halfulp::") + function +
                           ": projection holds no enumerator of rounding or saturation");
    if (is_stochastic(p.mode) && (p.random_bits < 1 || p.random_bits > maximum_random_bits))
        throw_argument_error<format_error>(function, "projection.random_bits", std::to_string(p.random_bits),
                                           "1 ... " + std::to_string(maximum_random_bits));
}

/// A code together with its format (at most 64 bits). The value is that of the code; bits above it
/// are dropped.
class dynamic_float {
  public:
    /// @throws format_error if the format is not valid or has more than 64 bits
    dynamic_float(const float_format& format, std::uint64_t bits) : format_(format) {
        require_run_time_format("dynamic_float", format);
        bits_ = low_bits(bits, format.bits());
    }
    /// Refused: a fraction is no code. To round a number into the format, say how: dynamic_float(format,
    /// 0.5, projection{}).
    template <formatted_number T>
    dynamic_float(const float_format& format, T x) = delete;
    /// From a number of any type, exactly or rounded once.
    /// @throws format_error as above
    template <exact_operand T>
    dynamic_float(const float_format& format, T x, projection p, std::uint64_t random = 0) : format_(format) {
        require_run_time_format("dynamic_float", format);
        require_projection("dynamic_float", p);
        const auto number = detail::unpack_operand(x);
        using workspace = uint_with_bits<exact_arithmetic::larger(detail::operand_precision<T>(), 66)>;
        bits_ = static_cast<std::uint64_t>(encode(format, p, exactly<workspace>(number), random).value);
    }

    const float_format& format() const noexcept { return format_; }
    std::uint64_t to_bits() const noexcept { return bits_; }
    /// The value, decoded.
    unpacked<std::uint64_t> unpack() const noexcept { return halfulp::unpack(format_, bits_); }
    /// The value as a double, rounded once to nearest even (exact for formats that double contains).
    explicit operator double() const noexcept {
        return detail::make_result<double>(encode(constant_value<formats::float64>{},
                                                  constant_value<projection{}>{},
                                                  exactly<uint_with_bits<66>>(unpack())));
    }

    /// Equal values, whatever the formats; NaN is unordered.
    friend bool operator==(const dynamic_float& x, const dynamic_float& y) noexcept { return (x <=> y) == 0; }
    friend std::partial_ordering operator<=>(const dynamic_float& x, const dynamic_float& y) noexcept {
        return detail::compare_unpacked(x.unpack(), y.unpack());
    }

  private:
    float_format format_;
    std::uint64_t bits_ = 0;
};

namespace detail {

// Workspaces are sized for a bound on the precisions; the small one keeps everything in a word.
template <class Operation, int Precision, class... Operands>
with_status<dynamic_float> apply_dynamic(const float_format& result, const projection& p,
                                         std::uint64_t random, const Operands&... operands) {
    constexpr int deciding = exact_arithmetic::deciding_bits(Precision, maximum_random_bits);
    using workspace = uint_with_bits<Operation::workspace(deciding, ((void)sizeof(Operands), Precision)...)>;
    const auto encoded =
        encode(result, p, Operation::template exactly<workspace>(deciding, operands.unpack()...), random);
    return {dynamic_float(result, static_cast<std::uint64_t>(encoded.value)), encoded.flags};
}

template <class Operation, class... Operands>
with_status<dynamic_float> dispatch_dynamic(const float_format& result, const projection& p,
                                            std::uint64_t random, const Operands&... operands) {
    require_run_time_format("dynamic_float operation", result);
    require_projection("dynamic_float operation", p);
    if (result.precision() <= 24 && ((operands.format().precision() <= 24) && ...))
        return apply_dynamic<Operation, 24>(result, p, random, operands...);
    return apply_dynamic<Operation, 64>(result, p, random, operands...);
}

}  // namespace detail

/// x + y in the format `result`, rounded once, with the IEEE flags; likewise the others. They do
/// what the functions of the same names for custom_float do.
/// @throws format_error if the format or the projection is not valid
inline with_status<dynamic_float> add(const dynamic_float& x, const dynamic_float& y,
                                      const float_format& result, const projection& p = {},
                                      std::uint64_t random = 0) {
    return detail::dispatch_dynamic<detail::sum_operation>(result, p, random, x, y);
}
/// x − y.
inline with_status<dynamic_float> subtract(const dynamic_float& x, const dynamic_float& y,
                                           const float_format& result, const projection& p = {},
                                           std::uint64_t random = 0) {
    return detail::dispatch_dynamic<detail::difference_operation>(result, p, random, x, y);
}
/// x · y.
inline with_status<dynamic_float> multiply(const dynamic_float& x, const dynamic_float& y,
                                           const float_format& result, const projection& p = {},
                                           std::uint64_t random = 0) {
    return detail::dispatch_dynamic<detail::product_operation>(result, p, random, x, y);
}
/// x / y.
inline with_status<dynamic_float> divide(const dynamic_float& x, const dynamic_float& y,
                                         const float_format& result, const projection& p = {},
                                         std::uint64_t random = 0) {
    return detail::dispatch_dynamic<detail::quotient_operation>(result, p, random, x, y);
}
/// x − n·y, n the integer nearest to x/y, ties to even.
inline with_status<dynamic_float> remainder(const dynamic_float& x, const dynamic_float& y,
                                            const float_format& result, const projection& p = {},
                                            std::uint64_t random = 0) {
    return detail::dispatch_dynamic<detail::remainder_operation>(result, p, random, x, y);
}
/// x · y + z.
inline with_status<dynamic_float> fma(const dynamic_float& x, const dynamic_float& y, const dynamic_float& z,
                                      const float_format& result, const projection& p = {},
                                      std::uint64_t random = 0) {
    return detail::dispatch_dynamic<detail::fused_operation>(result, p, random, x, y, z);
}
/// The square root of x.
inline with_status<dynamic_float> sqrt(const dynamic_float& x, const float_format& result,
                                       const projection& p = {}, std::uint64_t random = 0) {
    return detail::dispatch_dynamic<detail::square_root_operation>(result, p, random, x);
}
/// x in another format.
inline with_status<dynamic_float> convert(const dynamic_float& x, const float_format& result,
                                          const projection& p = {}, std::uint64_t random = 0) {
    return detail::dispatch_dynamic<detail::identity_operation>(result, p, random, x);
}

}  // namespace v0
}  // namespace halfulp

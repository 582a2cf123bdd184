// SPDX-License-Identifier: BSL-1.0
//
// From codes to the carrier's values, exactly: see
// simd/for_each_family.hpp for how this text is used. Counts are multiples of simd::block.

#if defined(HALFULP_FAMILY)

namespace halfulp {
inline namespace v0 {
namespace simd {
namespace HALFULP_FAMILY {

/// out[i] = the value of codes[i]; bits above a code are ignored.
template <class Carrier, class Code>
inline void from_codes(const Code* codes, Carrier* out, std::size_t count,
                       const rounding_plan& plan) noexcept {
    using constants = carrier_constants<Carrier>;
    using words = typename lanes_of<Carrier>::words;
    using word = typename constants::word;
    constexpr std::size_t lanes = lanes_of<Carrier>::count;
    const constants& c = plan.template constants<Carrier>();
    const float_format& format = plan.format();
    const words zero = {};
    const words code_mask = splat<Carrier>(static_cast<word>(format.magnitude_mask()));
    const words sign_bit = splat<Carrier>(static_cast<word>(format.sign_mask()));
    const words offset = splat<Carrier>(c.exponent_offset);
    const words one_exponent = splat<Carrier>(constants::one_exponent);
    const words smallest_normal = splat<Carrier>(c.smallest_normal);
    // Codes below it have exponent field 0: subnormals, or zeros alone; a scale format has none.
    const words first_normal =
        splat<Carrier>(format.has_zero() ? static_cast<word>(word{1} << format.significand_bits) : word{0});
    const words subnormals = zero - static_cast<word>(format.has_subnormals);
    // Infinity, where the format has it, has the first code above the largest value's.
    const auto largest_code = static_cast<word>(format.largest_finite_magnitude());
    const words largest = splat<Carrier>(largest_code);
    const words last_number = splat<Carrier>(static_cast<word>(largest_code + (format.has_infinity ? 1 : 0)));
    const words infinity = splat<Carrier>(constants::infinity);
    const words quiet_nan = splat<Carrier>(constants::quiet_nan);
    const int sign_shift = static_cast<int>(sizeof(word)) * 8 - 1 - format.magnitude_bits();
    for (std::size_t i = 0; i < count; i += lanes) {
        const words code = load_codes<words>(codes + i);
        const words magnitude = code & code_mask;
        const words sign = code & sign_bit;
        const words placed = (magnitude << c.dropped) + offset;
        const words small =
            as_words(as_reals(placed + one_exponent) - as_reals(smallest_normal)) & subnormals;
        words value = as_integers(magnitude) < as_integers(first_normal) ? small : placed;
        value = as_integers(magnitude) > as_integers(largest) ? infinity : value;
        words result = value | (sign << sign_shift);
        result = as_integers(magnitude) > as_integers(last_number) ? quiet_nan : result;
        if (!format.has_negative_zero) [[unlikely]] {
            result = value == zero ? zero : result;
            if (format.nan == nan_encoding::negative_zero)
                result = (sign | magnitude) == sign_bit ? quiet_nan : result;
        }
        store(out + i, result);
    }
}

/// out[i] = in[i], exactly; where it narrows, every value is known to be one of float.
template <class In, class Out>
inline void convert(const In* in, Out* out, std::size_t count) noexcept {
    for (std::size_t i = 0; i < count; i += lanes_of<double>::count)
        if constexpr (sizeof(Out) == 4)
            store(out + i,
                  __builtin_convertvector(load<reals64>(in + i), typename lanes_of<double>::binary32));
        else
            store(out + i, load_as_double(in + i));
}

}  // namespace HALFULP_FAMILY
}  // namespace simd
}  // namespace v0
}  // namespace halfulp

#endif

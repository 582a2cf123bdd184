// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// The vectors of a dot product as fast paths take them: chunks of float or double, whatever the elements and the
/// stride.

#include <halfulp/kernels/stored_elements.hpp>
#include <halfulp/simd/array_pipeline.hpp>

#include <type_traits>

#if HALFULP_HAS_SIMD

namespace halfulp {
inline namespace v0 {
namespace detail {

/// The number type in which elements are read: float where it has all of their values, else double.
template <class T>
struct dot_carrier {
    using type = void;  // no array kernel decodes them
};
template <>
struct dot_carrier<float> {
    using type = float;
};
template <>
struct dot_carrier<double> {
    using type = double;
};
template <class T>
requires(is_custom_float<T>::value && sizeof(T) <= 4) struct dot_carrier<T> {
    static constexpr float_format format = number_format<T>::value;
    using type = std::conditional_t<can_carry<float>(format), float,
                                    std::conditional_t<can_carry<double>(format), double, void>>;
};

/// Elements of a vector, chunk by chunk, as numbers of Carrier.
template <class T>
class dot_operand {
  public:
    using carrier = typename dot_carrier<T>::type;
    static constexpr std::size_t chunk = simd::chunk_size<double>;

    dot_operand(simd::isa level, const vector_view<const T>& view) noexcept
        : source_(level, stored_view(view), plan()) {}
    /// `count` elements from `begin`, zeros up to whole blocks.
    const carrier* read(std::size_t begin, std::size_t count) noexcept {
        return source_.read(begin, count, buffer_);
    }

  private:
    static const rounding_plan& plan() noexcept {
        if constexpr (is_custom_float<T>::value)
            return plan_to_read<T>;
        else
            return constant_plan<formats::bfloat16, projection{}>;  // not looked at
    }
    simd::source<carrier, stored_type<T>> source_;
    alignas(64) carrier buffer_[chunk];
};

}  // namespace detail
}  // namespace v0
}  // namespace halfulp

#endif

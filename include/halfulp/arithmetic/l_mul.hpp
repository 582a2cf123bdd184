// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// `arithmetic::l_mul`: products that cost one integer addition, sums as usual.

#include <halfulp/arithmetic/rounded.hpp>
#include <halfulp/formats/l_mul.hpp>

#include <concepts>
#include <cstdint>
#include <type_traits>

namespace halfulp {
inline namespace v0 {
namespace arithmetic {

namespace detail {

/// The type in which a product of X and Y is a value before it is added: float where both operands are values of
/// float, double where they are values of that, else the operand that holds more.
template <formatted_number X, formatted_number Y>
using l_mul_product_type = std::conditional_t<
    v0::detail::format_fits_float(number_format<X>::value) &&
        v0::detail::format_fits_float(number_format<Y>::value),
    float,
    std::conditional_t<v0::detail::format_fits_double(number_format<X>::value) &&
                           v0::detail::format_fits_double(number_format<Y>::value),
                       double,
                       std::conditional_t<contains(number_format<Y>::value, number_format<X>::value), Y, X>>>;

/// x, but −0 is +0. On the code: a comparison would cost a conversion in most formats.
template <formatted_number T>
constexpr T without_negative_zero(T x) noexcept {
    constexpr float_format format = number_format<T>::value;
    using code = code_uint<constant_value<format>>;
    if constexpr (format.has_negative_zero)
        if (v0::detail::to_code(x) == static_cast<code>(format.sign_mask()))
            return v0::detail::from_code<T>(code{0});
    return x;
}

}  // namespace detail

/// p ← l_mul<Product>(x, y), sum ← round_Accumulator(sum + p): the product that `Options` define, then one rounding
/// a sum. See formats/l_mul.hpp for the products.
///
///     l_mul<>{}                                                  // the integer adder, summed in float
///     l_mul<l_mul_formula>{}                                     // the formula
///     l_mul<l_mul_options{.significand_bits = 3}>{}              // operands shortened to 3 bits
///     l_mul<l_mul_adder, double>{}                               // summed in double
///
/// **Sums are never −0**: a chain that starts from −0 starts from +0, and a sum that comes out as −0 (a negative one
/// that underflows in a narrow accumulator, or an exact zero rounded toward negative) is +0. So a product that is
/// a zero of either sign changes nothing, and can be left out.
///
/// Operands are float, double and custom_float, of different formats too. A NaN has one code.
///
/// matmul has fast paths with these bits for the adders with sums in float (simd/matmul_l_mul.hpp); everything else runs
/// by this definition.
///
/// The steps that a kernel takes beside its products (the scale, the exponentials, the sums and the division of
/// attention) are ordinary ones in Accumulator, each rounded once by Rounding.
///
/// @tparam Options     what stands for a product
/// @tparam Accumulator the format of the sum
/// @tparam Product     the format of a product; `void` for float where both operands fit into float, else double,
///                     else the wider operand
/// @tparam Rounding    how sums are rounded, and products with more bits than Product has; known to the compiler, or
///                     `projection`, given at run time
template <l_mul_options Options = l_mul_options{}, formatted_number Accumulator = float, class Product = void,
          projection_argument Rounding = constant_value<projection{}>>
struct l_mul : detail::rounded_chain<Accumulator, Rounding> {
    static_assert(
        why_invalid(Options) == nullptr,
        "arithmetic::l_mul: these l_mul_options mean nothing; halfulp::why_invalid(options) says why");
    static_assert(std::is_void_v<Product> || formatted_number<Product>,
                  "arithmetic::l_mul: Product is float, double or a custom_float, or void for the default");

    using detail::rounded_chain<Accumulator, Rounding>::rounded_chain;

    /// What stands for a product.
    static constexpr l_mul_options options = Options;

    template <formatted_number X, formatted_number Y, class... Addends>
    using accumulator = Accumulator;
    /// The type in which a product of X and Y is a value before it is added.
    template <formatted_number X, formatted_number Y>
    using product_type = typename std::conditional_t<std::is_void_v<Product>,
                                                     std::type_identity<detail::l_mul_product_type<X, Y>>,
                                                     std::type_identity<Product>>::type;

    /// c rounded to Accumulator, +0 for −0.
    template <class X, class Y, class C>
    constexpr Accumulator start(const C& c) const noexcept {
        return detail::without_negative_zero(convert<Accumulator>(c, this->rounding));
    }
    template <formatted_number X, formatted_number Y>
    constexpr void multiply_add(Accumulator& sum, X x, Y y, position at) const noexcept {
        const auto product = v0::l_mul<product_type<X, Y>>(x, y, constant_value<Options>{}, this->rounding,
                                                           this->random(at, rounding_site::product));
        sum = detail::without_negative_zero(
            add<Accumulator>(sum, product, this->rounding, this->random(at, rounding_site::sum)));
    }
    constexpr void merge(Accumulator& sum, Accumulator other, position at) const noexcept {
        sum = detail::without_negative_zero(
            add<Accumulator>(sum, other, this->rounding, this->random(at, rounding_site::merge)));
    }
};

}  // namespace arithmetic
}  // namespace v0
}  // namespace halfulp

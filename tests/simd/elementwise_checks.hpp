// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// Operations on arrays: every level against the definition, the definition against the scalar operation.

#include "simd/levels.hpp"

#include <array>
#include <tuple>

namespace halfulp_test {

inline constexpr simd::operation all_operations[] = {simd::operation::add,         simd::operation::subtract,
                                                     simd::operation::multiply,    simd::operation::divide,
                                                     simd::operation::square_root, simd::operation::fma};

inline const char* name_of(simd::operation op) {
    static const char* const names[] = {"add", "subtract", "multiply", "divide", "sqrt", "fma"};
    for (std::size_t i = 0; i < 6; ++i)
        if (all_operations[i] == op)
            return names[i];
    return "?";
}

/// The array operation as the tests call it.
template <simd::operation Operation, class X, class Y, class Z, class... Rest>
void operate(const X& x, [[maybe_unused]] const Y& y, [[maybe_unused]] const Z& z, Rest&&... rest) {
    if constexpr (Operation == simd::operation::add)
        halfulp::add(x, y, std::forward<Rest>(rest)...);
    else if constexpr (Operation == simd::operation::subtract)
        halfulp::subtract(x, y, std::forward<Rest>(rest)...);
    else if constexpr (Operation == simd::operation::multiply)
        halfulp::multiply(x, y, std::forward<Rest>(rest)...);
    else if constexpr (Operation == simd::operation::divide)
        halfulp::divide(x, y, std::forward<Rest>(rest)...);
    else if constexpr (Operation == simd::operation::square_root)
        halfulp::sqrt(x, std::forward<Rest>(rest)...);
    else
        halfulp::fma(x, y, z, std::forward<Rest>(rest)...);
}

/// The scalar operation on dynamic_floats.
inline std::uint64_t operate_on_one(simd::operation op, const dynamic_float& x, const dynamic_float& y,
                                    const dynamic_float& z, const float_format& f, const projection& p,
                                    std::uint64_t random) {
    switch (op) {
        case simd::operation::add:
            return add(x, y, f, p, random).value.to_bits();
        case simd::operation::subtract:
            return subtract(x, y, f, p, random).value.to_bits();
        case simd::operation::multiply:
            return multiply(x, y, f, p, random).value.to_bits();
        case simd::operation::divide:
            return divide(x, y, f, p, random).value.to_bits();
        case simd::operation::square_root:
            return sqrt(x, f, p, random).value.to_bits();
        case simd::operation::fma:
            return fma(x, y, z, f, p, random).value.to_bits();
    }
    return 0;
}

/// Three operands each, as codes of a format: y hard for x, z hard for x·y; sometimes zeros.
struct operands {
    std::vector<std::uint64_t> x, y, z;

    operands(const float_format& f, std::size_t count, std::uint64_t seed) {
        code_generator codes(f, seed);
        generator random(seed + 1);
        const auto zero = [&](uint128 code) {
            return random.below(24) == 0 ? (random.below(2) != 0 ? f.sign_mask() : uint128{0}) : code;
        };
        for (std::size_t i = 0; i < count; ++i) {
            const uint128 a = zero(codes.any());
            const uint128 b = zero(random.below(3) == 0 ? codes.any() : codes.partner(a));
            const auto product = multiply(number(f, a), number(f, b), f).value.to_bits();
            const uint128 c = zero(codes.partner(uint128{product}));
            x.push_back(static_cast<std::uint64_t>(a));
            y.push_back(static_cast<std::uint64_t>(b));
            z.push_back(static_cast<std::uint64_t>(c));
        }
    }

    static dynamic_float number(const float_format& f, uint128 code) {
        return dynamic_float(f, static_cast<std::uint64_t>(code));
    }
};

/// How a column of codes is handed to an operation: as numbers of a type, or as codes in one.
template <class T>
std::vector<T> as_elements(const float_format& f, const std::vector<std::uint64_t>& codes) {
    std::vector<T> result;
    for (const std::uint64_t code : codes)
        if constexpr (std::floating_point<T>)
            result.push_back(static_cast<T>(static_cast<double>(dynamic_float(f, code))));
        else if constexpr (std::unsigned_integral<T>)
            result.push_back(static_cast<T>(code));
        else
            result.push_back(T::from_bits(static_cast<typename T::storage_type>(code)));
    return result;
}

/// The number that an element stands for.
template <class T>
dynamic_float number_of(const float_format& f, T x) {
    if constexpr (std::unsigned_integral<T>)
        return dynamic_float(f, std::uint64_t{x});
    else
        return dynamic_float(number_format<T>::value, static_cast<std::uint64_t>(detail::to_code(x)));
}

/// One operation with operands of three types and a result of a fourth; `format` and `p` known to the compiler
/// or not. With `against_scalar` the definition itself is held against the scalar operation.
template <simd::operation Operation, class Out, class X, class Y, class Z, class Format, class Projection>
void check_operation(tally& t, const std::vector<X>& x, const std::vector<Y>& y, const std::vector<Z>& z,
                     Format format, Projection p, bool against_scalar = false) {
    const round_options options{.seed = 21, .operation = 4, .first_index = 9};
    const float_format f = format;
    const projection q = p;
    std::vector<Out> expected(x.size()), out(x.size());
    operate<Operation>(x, y, z, expected, format, p, definition_of(options));
    const auto text = [&](const char* what, std::size_t i) {
        return std::string(name_of(Operation)) + " " + what + " at level " + simd::name_of(simd::level()) +
               ", " + name_of(f) + " " + name_of(q) + ", elements of " + std::to_string(sizeof(X)) + ", " +
               std::to_string(sizeof(Y)) + ", " + std::to_string(sizeof(Z)) + " to " +
               std::to_string(sizeof(Out)) + " bytes, of " + hexadecimal(code_bits(x[i])) + ", " +
               hexadecimal(code_bits(y[i])) + ", " + hexadecimal(code_bits(z[i]));
    };
    if (against_scalar) {
        for (std::size_t i = 0; i < x.size(); ++i) {
            const std::uint64_t random = is_stochastic(q.mode) ? philox_bits(21, 4, 9 + i) : 0;
            const auto code = operate_on_one(Operation, number_of(f, x[i]), number_of(f, y[i]),
                                             number_of(f, z[i]), f, q, random);
            out[i] = as_elements<Out>(f, {code})[0];
        }
        expect_same(t, expected.data(), out.data(), out.size(),
                    [&](std::size_t i) { return text("definition", i); });
    }
    for (const simd::isa level : fast_levels()) {
        const simd::scoped_level guard(level);
        std::fill(out.begin(), out.end(), Out{});
        operate<Operation>(x, y, z, out, format, p, options);
        expect_same(t, out.data(), expected.data(), out.size(),
                    [&](std::size_t i) { return text("fast", i); });
    }
}

/// All six operations.
template <class Out, class X, class Y, class Z, class Format, class Projection>
void check_operations(tally& t, const std::vector<X>& x, const std::vector<Y>& y, const std::vector<Z>& z,
                      Format format, Projection p, bool against_scalar = false) {
    check_operation<simd::operation::add, Out>(t, x, y, z, format, p, against_scalar);
    check_operation<simd::operation::subtract, Out>(t, x, y, z, format, p, against_scalar);
    check_operation<simd::operation::multiply, Out>(t, x, y, z, format, p, against_scalar);
    check_operation<simd::operation::divide, Out>(t, x, y, z, format, p, against_scalar);
    check_operation<simd::operation::square_root, Out>(t, x, y, z, format, p, against_scalar);
    check_operation<simd::operation::fma, Out>(t, x, y, z, format, p, against_scalar);
}

/// The modes, the saturations and a few numbers of random bits.
inline const std::vector<projection>& operation_projections() {
    static const std::vector<projection> all = [] {
        std::vector<projection> result = deterministic_projections();
        for (const int bits : {1, 9, 20, 32})
            for (const projection& p : stochastic_projections(bits))
                result.push_back(p);
        return result;
    }();
    return all;
}

/// Three columns of numbers in stretches of a chunk each, so that an array goes from one fast path to another
/// and to the definition: values of the format, any floats, doubles of 24 significant bits with exponents
/// in and out of ±500, doubles with all 53 bits, values of the format with one number among them that is
/// nothing of the kind, and a short end.
template <class T>
struct number_columns {
    std::vector<T> x, y, z;

    number_columns(const float_format& f, std::size_t stretch, std::uint64_t seed) {
        append(f, stretch, seed);
        append(formats::float32, stretch, seed + 10);
        constexpr float_format wide{.exponent_bits = 11, .significand_bits = 23};
        constexpr float_format within{.exponent_bits = 10, .significand_bits = 23};
        append(std::same_as<T, double> ? wide : formats::float32, stretch, seed + 20);
        append(std::same_as<T, double> ? within : formats::bfloat16, stretch, seed + 30);
        append(std::same_as<T, double> ? formats::float64 : formats::float32, stretch, seed + 40);
        append(f, stretch, seed + 50);
        x[x.size() - stretch / 2] = static_cast<T>(1.0 / 3);
        append(f, stretch, seed + 60);
        y[y.size() - stretch / 3] = std::numeric_limits<T>::max();
        append(f, stretch / 2 + 5, seed + 70);
    }

  private:
    void append(const float_format& f, std::size_t count, std::uint64_t seed) {
        const operands codes(f, count, seed);
        const auto put = [&](std::vector<T>& to, const std::vector<std::uint64_t>& from) {
            const auto numbers = as_elements<T>(f, from);
            to.insert(to.end(), numbers.begin(), numbers.end());
        };
        put(x, codes.x);
        put(y, codes.y);
        put(z, codes.z);
    }
};

/// The formats whose operations have a fast path, or have none.
inline std::vector<float_format> formats_of_operations() {
    std::vector<float_format> all{
        formats::float8_e4m3fn,  formats::float8_e4m3fnuz,
        formats::float8_e5m2,    formats::float4_e2m1fn,
        formats::float16,        formats::bfloat16,
        formats::tfloat32,       formats::float32,
        formats::float8_e8m0fnu, float_format{.exponent_bits = 5, .significand_bits = 7},
        p3109::format(8, 3),     p3109::format(8, 4, p3109::signedness::unsigned_values)};
    return all;
}

/// All six operations on arrays of a custom_float in one projection, all known to the compiler.
template <class T, projection P>
void check_type(tally& t, std::uint64_t seed) {
    const operands data(T::format, cases_for_effort<std::size_t>(130, 1200, 20'000), seed);
    const auto x = as_elements<T>(T::format, data.x), y = as_elements<T>(T::format, data.y),
               z = as_elements<T>(T::format, data.z);
    check_operations<T>(t, x, y, z, constant_value<T::format>{}, constant_value<P>{}, true);
}

}  // namespace halfulp_test

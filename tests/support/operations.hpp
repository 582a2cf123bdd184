// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// The operations as data, the library's and the reference's side by side, and the comparison of
/// both lanes with the reference for one set of operands.

#include <halfulp/halfulp.hpp>
#include <halfulp/reference/operations.hpp>

#include "support/formats.hpp"
#include "support/tally.hpp"

#include <array>
#include <string>
#include <tuple>
#include <utility>

namespace halfulp_test {

using halfulp::with_status;
using halfulp::reference::exact_value;

struct add_case {
    static constexpr const char* name = "add";
    template <class R>
    static constexpr R compute(auto p, std::uint64_t random, auto x, auto y) {
        return halfulp::add<R>(x, y, p, random);
    }
    static exact_value exactly(const exact_value& x, const exact_value& y) { return x + y; }
};
struct subtract_case {
    static constexpr const char* name = "subtract";
    template <class R>
    static constexpr R compute(auto p, std::uint64_t random, auto x, auto y) {
        return halfulp::subtract<R>(x, y, p, random);
    }
    static exact_value exactly(const exact_value& x, const exact_value& y) { return x - y; }
};
struct multiply_case {
    static constexpr const char* name = "multiply";
    template <class R>
    static constexpr R compute(auto p, std::uint64_t random, auto x, auto y) {
        return halfulp::multiply<R>(x, y, p, random);
    }
    static exact_value exactly(const exact_value& x, const exact_value& y) { return x * y; }
};
struct divide_case {
    static constexpr const char* name = "divide";
    template <class R>
    static constexpr R compute(auto p, std::uint64_t random, auto x, auto y) {
        return halfulp::divide<R>(x, y, p, random);
    }
    static exact_value exactly(const exact_value& x, const exact_value& y) { return x / y; }
};
struct remainder_case {
    static constexpr const char* name = "remainder";
    template <class R>
    static constexpr R compute(auto p, std::uint64_t random, auto x, auto y) {
        return halfulp::remainder<R>(x, y, p, random);
    }
    static exact_value exactly(const exact_value& x, const exact_value& y) { return remainder(x, y); }
};
struct fma_case {
    static constexpr const char* name = "fma";
    template <class R>
    static constexpr R compute(auto p, std::uint64_t random, auto x, auto y, auto z) {
        return halfulp::fma<R>(x, y, z, p, random);
    }
    static exact_value exactly(const exact_value& x, const exact_value& y, const exact_value& z) {
        return fma(x, y, z);
    }
};
struct sqrt_case {
    static constexpr const char* name = "sqrt";
    template <class R>
    static constexpr R compute(auto p, std::uint64_t random, auto x) {
        return halfulp::sqrt<R>(x, p, random);
    }
    static exact_value exactly(const exact_value& x) { return sqrt(x); }
};
struct convert_case {
    static constexpr const char* name = "convert";
    template <class R>
    static constexpr R compute(auto p, std::uint64_t random, auto x) {
        return halfulp::convert<R>(x, p, random);
    }
    static exact_value exactly(const exact_value& x) { return x; }
};

template <class T>
exact_value exact_of(T x) {
    return halfulp::reference::decode(halfulp::number_format<T>::value,
                                      halfulp::uint128{halfulp::detail::to_code(x)});
}
template <class T>
std::string text_of(T x) {
    return hexadecimal(halfulp::uint128{halfulp::detail::to_code(x)});
}

/// Holds both lanes for these operands against the reference, in every given projection: the plain
/// call (the hardware lane where there is one) and the one with flags (the exact lane).
template <class Case, class Result, class... Operands>
void check_projections(tally& t, const std::vector<projection>& projections, std::uint64_t random,
                       Operands... x) {
    const halfulp::reference::bracket exact(Case::exactly(exact_of(x)...),
                                            halfulp::number_format<Result>::value);
    for (const projection& p : projections) {
        const auto expected = exact.resolve(p, random);
        const auto value = halfulp::detail::to_code(Case::template compute<Result>(p, random, x...));
        const auto flagged = Case::template compute<with_status<Result>>(p, random, x...);
        const bool equal = halfulp::uint128{value} == expected.code &&
                           halfulp::uint128{halfulp::detail::to_code(flagged.value)} == expected.code &&
                           flagged.flags == expected.flags;
        t.expect(equal, [&] {
            std::string text =
                std::string(Case::name) + " " + name_of(p) + " random " + hexadecimal(random) + ":";
            ((text += " " + name_of(halfulp::number_format<Operands>::value) + " " + text_of(x)), ...);
            return text + " -> " + name_of(halfulp::number_format<Result>::value) + ": got " +
                   hexadecimal(value) + " and, exact lane, " + text_of(flagged.value) + " " +
                   name_of(flagged.flags) + ", expected " + hexadecimal(expected.code) + " " +
                   name_of(expected.flags);
        });
    }
}

/// The i-th number of a type.
template <class T>
T nth(halfulp::uint128 code) {
    return halfulp::detail::from_code<T>(code);
}

}  // namespace halfulp_test

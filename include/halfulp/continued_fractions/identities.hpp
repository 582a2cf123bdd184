// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// A table of identities from the literature: values of polynomial continued fractions.

#include <halfulp/continued_fractions/identities_elementary.hpp>
#include <halfulp/continued_fractions/identities_pi.hpp>
#include <halfulp/continued_fractions/identities_special.hpp>
#include <halfulp/continued_fractions/identity.hpp>
#include <halfulp/core/errors.hpp>

#include <iterator>
#include <stdexcept>
#include <string>
#include <vector>

namespace halfulp {
inline namespace v0 {

/// All identities of the table, made at the first call. Each was checked to its `digits` against
/// its value by other means.
inline const std::vector<continued_fraction_identity>& continued_fraction_identities() {
    static const std::vector<continued_fraction_identity> table = [] {
        std::vector<continued_fraction_identity> all;
        for (auto part : {detail::identities_of_algebraic_numbers, detail::identities_of_exponentials,
                          detail::identities_of_logarithms, detail::identities_of_pi,
                          detail::identities_of_zeta, detail::identities_of_special_functions}) {
            std::vector<continued_fraction_identity> some = part();
            all.insert(all.end(), std::make_move_iterator(some.begin()), std::make_move_iterator(some.end()));
        }
        return all;
    }();
    return table;
}

/// The identity of a name.
///
/// @throws std::invalid_argument if there is none
inline const continued_fraction_identity& find_identity(const std::string& name) {
    for (const continued_fraction_identity& identity : continued_fraction_identities())
        if (identity.name == name)
            return identity;
    throw_argument_error<std::invalid_argument>("find_identity", "name", name,
                                                "a name of continued_fraction_identities()");
}

}  // namespace v0
}  // namespace halfulp

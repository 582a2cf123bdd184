// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// The version of the library, for the preprocessor and for the compiler.

#define HALFULP_VERSION_MAJOR 0
#define HALFULP_VERSION_MINOR 1
#define HALFULP_VERSION_PATCH 0

namespace halfulp {
/// Names live in an inline namespace, so that two versions can be linked into one program.
inline namespace v0 {

/// The version as numbers; `version == (major * 100 + minor) * 100 + patch` for comparisons.
inline constexpr int version =
    (HALFULP_VERSION_MAJOR * 100 + HALFULP_VERSION_MINOR) * 100 + HALFULP_VERSION_PATCH;

}  // namespace v0
}  // namespace halfulp

// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// The exceptions for bad run-time input. Each is thrown before anything is written, and its text
/// names the argument, its value and what was expected.

#include <halfulp/config.hpp>

#include <stdexcept>
#include <string>

namespace halfulp {
inline namespace v0 {

/// Shapes or sizes that do not fit together.
struct shape_error : std::invalid_argument {
    using std::invalid_argument::invalid_argument;
};

/// A run-time `float_format` or `projection` that does not describe anything.
struct format_error : std::invalid_argument {
    using std::invalid_argument::invalid_argument;
};

/// A text that is not a number.
struct text_error : std::invalid_argument {
    using std::invalid_argument::invalid_argument;
};

/// A number that a type or an argument does not have.
struct value_error : std::invalid_argument {
    using std::invalid_argument::invalid_argument;
};

/// A file that is missing, malformed or of an unsupported kind.
struct file_error : std::invalid_argument {
    using std::invalid_argument::invalid_argument;
};

/// Throws `Error` with the text "function: argument is value, expected expectation".
template <class Error>
[[noreturn]] void throw_argument_error(const char* function, const std::string& argument,
                                       const std::string& value, const std::string& expectation) {
    throw Error(std::string("halfulp::") + function + ": " + argument + " is " + value + ", expected " +
                expectation);
}

/// Throws shape_error unless the two extents are equal.
inline void require_equal_extents(const char* function, const char* argument, unsigned long long value,
                                  const char* other, unsigned long long expected) {
    if (value != expected)
        throw_argument_error<shape_error>(function, argument, std::to_string(value),
                                          std::string(other) + " = " + std::to_string(expected));
}

}  // namespace v0
}  // namespace halfulp

// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// The names that a header of yours can mention without including the library. custom_float is not
/// among them: its template arguments are values of float_format, which must be known; its header
/// formats/float_format.hpp is small.

#include <halfulp/version.hpp>

namespace halfulp {
inline namespace v0 {

enum class rounding : unsigned char;
enum class saturation : unsigned char;
enum class nan_encoding : unsigned char;
struct projection;
struct status;
template <class T>
struct with_status;
struct float_format;
class dynamic_float;
template <int Words>
struct wide_uint;
template <class T>
class vector_view;
template <class T>
class matrix_view;

struct shape_error;
struct format_error;
struct text_error;
struct value_error;
struct file_error;

}  // namespace v0
}  // namespace halfulp

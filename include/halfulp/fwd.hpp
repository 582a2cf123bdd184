// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// The names that a header of yours can mention without including the library. custom_float and narrow_integer
/// are not among them, nor are templates over them: their template arguments are values of float_format and
/// integer_format, which must be known; the headers formats/float_format.hpp and formats/integer_format.hpp are
/// small.

#include <halfulp/version.hpp>

namespace halfulp {
inline namespace v0 {

enum class rounding : unsigned char;
enum class saturation : unsigned char;
enum class nan_encoding : unsigned char;
enum class integer_encoding : unsigned char;
enum class packed_layout : unsigned char;
enum class storage_order : unsigned char;
enum class granularity : unsigned char;
enum class quantization_scheme : unsigned char;
enum class calibration : unsigned char;
enum class integer_scheme : unsigned char;
enum class product_definition : unsigned char;
enum class l_mul_subnormals : unsigned char;
enum class l_mul_underflow : unsigned char;
struct projection;
struct l_mul_options;
struct status;
template <class T>
struct with_status;
struct float_format;
struct integer_format;
class dynamic_float;
template <int Words>
struct wide_uint;
template <class T>
class vector_view;
template <class T>
class matrix_view;
template <class T>
class heads_view;

struct attention_options;
struct block_sparsity;
struct quantization_options;
struct uniform_quantizer;
class quantization_parameters;
struct row_quantizer;
class dyadic_multiplier;

struct shape_error;
struct format_error;
struct text_error;
struct value_error;
struct file_error;
struct overflow_error;

}  // namespace v0
}  // namespace halfulp

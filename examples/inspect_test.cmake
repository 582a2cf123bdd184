# SPDX-License-Identifier: BSL-1.0
#
# What inspect prints, as a program that calls it sees it: the exit code, JSON, and a picture.
#
#   cmake -D INSPECT=build/examples/inspect -D WORK_DIR=/tmp -P examples/inspect_test.cmake

cmake_minimum_required(VERSION 3.23)

# Runs inspect with the arguments; sets `output`, and fails unless it ends with `code` and all that it
# prints matches `pattern`.
function(expect code pattern)
    execute_process(COMMAND "${INSPECT}" ${ARGN} RESULT_VARIABLE result OUTPUT_VARIABLE out ERROR_VARIABLE err)
    list(JOIN ARGN " " arguments)
    if(NOT result EQUAL code)
        message(SEND_ERROR "inspect ${arguments}: exit code ${result}, expected ${code}\n${out}${err}")
    elseif(NOT "${out}${err}" MATCHES "${pattern}")
        message(SEND_ERROR "inspect ${arguments}: expected ${pattern}, found\n${out}${err}")
    elseif(NOT code EQUAL 0 AND NOT "${err}" MATCHES "^inspect: [^\n]+\n$")
        message(SEND_ERROR "inspect ${arguments}: expected one sentence, found\n${err}")
    endif()
    set(output "${out}" PARENT_SCOPE)
endfunction()

# Sets `value` to a member of the JSON text `output`, and fails unless it is `expected`.
function(expect_member expected)
    string(JSON value ERROR_VARIABLE problem GET "${output}" ${ARGN})
    if(NOT value STREQUAL expected)
        message(SEND_ERROR "JSON ${ARGN} is ${value} ${problem}, expected ${expected}")
    endif()
endfunction()

# --- Bad input ----------------------------------------------------------------------------------------

expect(2 "format is 'float9', expected" float9 1)
expect(2 "format is 'float128', expected" float128 1)
expect(2 "format is 'binary8p9se', expected" binary8p9se 1)
expect(2 "format is missing, expected" --json)
expect(2 "number is 'abc', expected" float16 abc)
expect(2 "number is '0.3x', expected" float16 0.3x)
expect(2 "code is '0x10000', expected" float16 code:0x10000)
expect(2 "code is '-1', expected" float16 code:-1)
expect(2 "after the number is '2', expected" float16 1 2)
expect(2 "--rounding is 'up', expected one of ties_to_even, " float16 1 --rounding up)
expect(2 "--saturation is 'yes', expected" float16 1 --saturation yes)
expect(2 "--random-bits is '33', expected" float16 1 --random-bits 33)
expect(2 "--random is '65536', expected" float16 1 --random 65536)
expect(2 "--exponent-bits is '17', expected" --exponent-bits 17 --significand-bits 3 1)
expect(2 "--significand-bits is missing, expected" --exponent-bits 4 1)
expect(2 "--bias is 'x', expected" --exponent-bits 4 --significand-bits 3 --bias x 1)
expect(2 "--nan is 'odd', expected" --exponent-bits 4 --significand-bits 3 --nan odd 1)
expect(2 "--exponent-bits 0 .*ieee" --exponent-bits 0 --significand-bits 3 1)
expect(2 "--unsigned is 'given', expected" float16 1 --unsigned)
expect(2 "--table's format is 'float32', expected" float32 --table)
expect(2 "--beside is 'bfloat16', expected" float16 --beside bfloat16)
expect(2 "--svg is '[^']*nowhere/a.svg', expected" float16 --svg "${WORK_DIR}/nowhere/a.svg")
expect(2 "option is '--colour', expected" float16 --colour)
expect(2 "--bias" float16 --bias)

# --- JSON ---------------------------------------------------------------------------------------------

expect(0 "" float8_e4m3fn 0.3 --json)
expect_member("float8_e4m3fn" format)
expect_member("253" finite_values)
expect_member("448" largest value)
expect_member("0x2a" number code)
expect_member("0.3125" number exact)
expect_member("0x1.4p-2" number hexadecimal)
expect_member("normal" number class)
expect_member("0.28125" number next_down value)
expect_member("0x2b" number next_up code)
expect_member("inexact" number flags 0)
expect_member("0.0125" number error decimal)
expect_member("1/24" number error_relative fraction)
expect_member("2/5" number error_ulp fraction)

expect(0 "" float8_e4m3fn --table --json)
string(JSON rows LENGTH "${output}" table)
if(NOT rows EQUAL 256)
    message(SEND_ERROR "the table of float8_e4m3fn has ${rows} rows")
endif()
expect_member("0.3125" table 42 value)
expect_member("NaN" table 255 class)

expect(0 "" --list --json)
expect_member("float4_e2m1fn" 0)

# --- The picture: ticks, ticks beside densities, and what the widest formats can do to the labels -----

foreach(formats IN ITEMS "float8_e4m3fn float8_e5m2" "float8_e5m2 float64" "binary16p1ue float4_e2m1fn"
                         "float8_e8m0fnu float8_e8m0fnu")
    separate_arguments(formats)
    list(GET formats 0 format)
    list(GET formats 1 beside)
    expect(0 "" ${format} --beside ${beside} --svg "${WORK_DIR}/inspect_test.svg")
    file(READ "${WORK_DIR}/inspect_test.svg" picture)
    string(REPLACE ";" " " picture "${picture}")
    string(REGEX MATCHALL "<[a-z]" opened "${picture}")
    string(REGEX MATCHALL "</[a-z]|/>" closed "${picture}")
    list(LENGTH opened opened)
    list(LENGTH closed closed)
    if(NOT opened EQUAL closed OR opened LESS 20 OR NOT picture MATCHES "^<svg [^>]*>.*</svg>\n$"
       OR picture MATCHES "nan|inf\"")
        message(SEND_ERROR "${format} beside ${beside}: the picture is not well-formed, ${opened} ${closed}")
    endif()
    find_program(XMLLINT xmllint)
    if(XMLLINT)
        execute_process(COMMAND "${XMLLINT}" --noout "${WORK_DIR}/inspect_test.svg" RESULT_VARIABLE result)
        if(NOT result EQUAL 0)
            message(SEND_ERROR "${format} beside ${beside}: xmllint refuses the picture")
        endif()
    endif()
endforeach()
file(REMOVE "${WORK_DIR}/inspect_test.svg")

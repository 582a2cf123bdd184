# SPDX-License-Identifier: BSL-1.0
#
# Compiles one case of tests/compile_fail and expects an error.   -D COMPILER= SOURCE= INCLUDE=

cmake_minimum_required(VERSION 3.23)

# FATAL_ERROR wraps its text to a width; NOTICE keeps it as it is.
function(fail text)
    message(NOTICE "${text}")
    message(FATAL_ERROR "${SOURCE}")
endfunction()

file(STRINGS "${SOURCE}" first LIMIT_COUNT 1)
if(NOT first MATCHES "^// expect: *(.+)$")
    fail("The first line has to be «// expect: <regular expression>».")
endif()
set(expected "${CMAKE_MATCH_1}")

file(READ "${SOURCE}" text)
set(flags "")
if(text MATCHES "\n// flags: *([^\n]*)\n")
    separate_arguments(flags UNIX_COMMAND "${CMAKE_MATCH_1}")
endif()

macro(compile)
    execute_process(
        COMMAND "${COMPILER}" -std=c++20 -fsyntax-only "-I${INCLUDE}" ${ARGN} "${SOURCE}"
        OUTPUT_VARIABLE output ERROR_VARIABLE output RESULT_VARIABLE result)
endmacro()

compile(${flags} -DHALFULP_COMPILE_FAIL)
if(result EQUAL 0)
    fail("This compiled; it has to be refused with «${expected}».")
endif()
if(NOT output MATCHES "${expected}")
    fail("This was refused, but not with «${expected}»:\n${output}")
endif()

if(flags OR text MATCHES "defined *\\(?HALFULP_COMPILE_FAIL|ifdef HALFULP_COMPILE_FAIL")
    compile()
    if(NOT result EQUAL 0)
        fail("This does not compile without what it is meant to be refused for:\n${output}")
    endif()
endif()
message(STATUS "refused with «${expected}»")

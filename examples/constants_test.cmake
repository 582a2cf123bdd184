# SPDX-License-Identifier: BSL-1.0
#
# What constants prints and writes, as a program that calls it sees it: digits, files, and what is refused.
#
#   cmake -D CONSTANTS=build/examples/constants -D WORK_DIR=/tmp -P examples/constants_test.cmake

cmake_minimum_required(VERSION 3.23)

# Runs constants with the arguments; sets `output` and `errors`, and fails unless it ends with `code` and all that it prints
# matches `pattern`. What is refused is refused in one line, before anything is printed.
function(expect code pattern)
    execute_process(COMMAND "${CONSTANTS}" ${ARGN} RESULT_VARIABLE result OUTPUT_VARIABLE out ERROR_VARIABLE err
        TIMEOUT 60)
    list(JOIN ARGN " " arguments)
    if(NOT result EQUAL code)
        message(SEND_ERROR "constants ${arguments}: exit code ${result}, expected ${code}\n${out}${err}")
    elseif(NOT "${out}${err}" MATCHES "${pattern}")
        message(SEND_ERROR "constants ${arguments}: expected ${pattern}, found\n${out}${err}")
    elseif(NOT code EQUAL 0 AND NOT "${out}${err}" MATCHES "^(constants|halfulp::[a-z_]+): [^\n]+\n$")
        message(SEND_ERROR "constants ${arguments}: expected one line, found\n${out}${err}")
    endif()
    set(output "${out}" PARENT_SCOPE)
    set(errors "${err}" PARENT_SCOPE)
endfunction()

function(expect_text name text expected)
    if(NOT text STREQUAL expected)
        message(SEND_ERROR "${name} is\n${text}\nexpected\n${expected}")
    endif()
endfunction()

# --- Bad input ----------------------------------------------------------------------------------------

expect(1 "name is «nix», expected one of pi, e, " nix)
expect(1 "--digits" pi --digits 0)
expect(1 "--digits" pi --digits 1e3)
expect(1 "--digits" pi --digits 99999999999)
expect(1 "digits is 300000000, expected .* 100 MiB" pi --digits 300000000 --memory-limit 100)
expect(1 "--formula is 4, pi has 3" pi --formula 4)
expect(1 "--formula" pi --formula 0)
expect(1 "sqrt2 has no other formula" sqrt2 --check=formula)
expect(1 "--check" pi --check=luck)
expect(1 "nowhere/a.txt cannot be written" pi --output "${WORK_DIR}/nowhere/a.txt")
expect(1 "--output needs the name" --output "${WORK_DIR}/a.txt")
expect(1 "a fraction has --a and --b" --a 1)
expect(1 "a fraction has --a and --b" pi --a 1 --b 1)
expect(1 "need a fraction" pi --map 1,0,0,1)
expect(1 "--b is «1,x», expected integers" --b 1,x --a 1)
expect(1 "--a is «1,», expected integers" --b 1 --a 1,)
expect(1 "--map is «1,2,3», expected p,q,r,s" --b 1 --a 1 --map 1,2,3)
expect(1 "determinant 0" --b 1 --a 1 --map 1,2,2,4)
expect(1 "not expected: --colour" --colour)

# --- Fractions of one's own, with and without a limit ---------------------------------------------------

expect(0 "b_n = 2n \\+ 1, a_n = n\\^2.*digits +3\\.14159265358979323846264338327\n.*30 of 30.*bracketing"
    --b 1,2 --a 0,0,1 --map 0,4,1,0 --digits 30)
expect(0 "digits +-0\\.00509295817894065\n.*15 of 15" --b 1,2 --a 0,0,1 --map -4,0,0,1000 --digits 15)
expect(0 "digits +3\\.141e4\n.*4 of 4" --b 1,2 --a 0,0,1 --map 0,40000,1,0 --digits 4)
expect(0 "digits +1\\.41421356237309504880\n" --b 2 --a 1 --first-b 1 --digits 21)
expect(1 "more than 1/4: the convergents have no limit" --b 1 --a -1)
expect(1 "grow too fast" --b 1 --a 0,0,0,1)
expect(1 "[0-9] of 30 digits at the maximum depth 1000\n" --b 2 --a 1,-4,4 --digits 30 --maximum-depth 1000)
expect(1 "settle beyond n = 10000 only" --b 1 --a 200000,-1 --digits 10)

# --- Digits -------------------------------------------------------------------------------------------

expect(0 "certified +50 of 50\n" e --digits 50 --output - --plain)
expect_text("e" "${output}" "2.7182818284590452353602874713526624977572470936999\n")
expect(0 "agrees +3000 of 3000" log3 --digits 3000 --check --threads 2)
expect(0 "log2: 0 %\nlog2: .*log2: 100 %\n" log2 --digits 5000 --progress)

set(file "${WORK_DIR}/constants_test.txt")
file(WRITE "${file}" "longer than what comes\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n")
expect(1 "digits is" zeta3 --digits 300000000 --memory-limit 100 --output "${file}")
file(READ "${file}" text)
if(NOT text MATCHES "^longer")
    message(SEND_ERROR "the file is lost where no digits come")
endif()
expect(0 "certified +100 of 100" zeta3 --digits 100 --formula 3 --output "${file}")
file(READ "${file}" text)
expect_text("the file" "${text}" "# zeta3: zeta(3), Apery's constant
# 6/zeta(3): b_n = 34n^3 + 51n^2 + 27n + 5, a_n = -n^6
# 100 digits, cut off, each proven: tail_interval
1.
2020569031 5959428539 9738161511 4499907649 8629234049 : 50
8881792271 5553418382 0578631309 0186455873 609335258 : 99
")
file(REMOVE "${file}")
expect(1 "digits is" zeta3 --digits 300000000 --memory-limit 100 --output "${file}")
if(EXISTS "${file}")
    message(SEND_ERROR "an empty file is left where no digits come")
endif()

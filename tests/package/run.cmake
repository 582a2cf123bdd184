# SPDX-License-Identifier: BSL-1.0
#
# Configures, builds and runs tests/package.
#   -D MODE=        installed, subdirectory, fetch_content; or refusals, which expects find_package to say no
#   -D COMPILER= GENERATOR= SOURCE_DIR= PREFIX= WORK_DIR= VERSION=
#   -D EXACT=       1 where GMP, MPFR and Boost are there

cmake_minimum_required(VERSION 3.23)

# -O2 and no other flag, whatever the shell that runs the tests has set.
foreach(variable IN ITEMS CXXFLAGS CPPFLAGS LDFLAGS CMAKE_BUILD_TYPE)
    set(ENV{${variable}} "")
endforeach()
unset(ENV{CMAKE_BUILD_TYPE})
unset(ENV{CMAKE_GENERATOR})

set(generator "")
if(GENERATOR MATCHES "Ninja|Makefiles")
    set(generator -G "${GENERATOR}")
endif()

file(REMOVE_RECURSE "${WORK_DIR}")
file(MAKE_DIRECTORY "${WORK_DIR}")

function(configure source build)
    execute_process(
        COMMAND "${CMAKE_COMMAND}" -S "${source}" -B "${build}" ${generator}
            -D "CMAKE_CXX_COMPILER=${COMPILER}" -D CMAKE_CXX_FLAGS=-O2
            -D "CMAKE_PREFIX_PATH=${PREFIX}" ${ARGN}
        OUTPUT_VARIABLE output ERROR_VARIABLE output RESULT_VARIABLE result)
    set(output "${output}" PARENT_SCOPE)
    set(result "${result}" PARENT_SCOPE)
endfunction()

if(MODE STREQUAL "refusals")
    # find_package has to refuse another version and a component that does not exist, and say so.
    function(expect_refusal name find_package_arguments message)
        set(source "${WORK_DIR}/${name}")
        file(WRITE "${source}/CMakeLists.txt"
            "cmake_minimum_required(VERSION 3.23)\nproject(refused LANGUAGES CXX)\n"
            "find_package(halfulp ${find_package_arguments} CONFIG REQUIRED)\n")
        configure("${source}" "${source}/build")
        string(REGEX REPLACE "[ \n]+" " " output "${output}")
        if(result EQUAL 0 OR NOT output MATCHES "${message}")
            message(FATAL_ERROR "${name}: expected a refusal that says «${message}», got ${result}:\n${output}")
        endif()
    endfunction()
    string(REGEX MATCH "^([0-9]+)\\.([0-9]+)" unused "${VERSION}")
    math(EXPR next_minor "${CMAKE_MATCH_2} + 1")
    expect_refusal(newer_version "${CMAKE_MATCH_1}.${next_minor}" "compatible with requested version")
    expect_refusal(no_such_component "${VERSION} COMPONENTS telepathy" "no such component")
    return()
endif()

configure("${SOURCE_DIR}/tests/package" "${WORK_DIR}"
    -D "HALFULP_MODE=${MODE}" -D "HALFULP_SOURCE_DIR=${SOURCE_DIR}" -D "HALFULP_EXACT=${EXACT}")
if(NOT result EQUAL 0)
    message(FATAL_ERROR "Configuring failed:\n${output}")
endif()

execute_process(
    COMMAND "${CMAKE_COMMAND}" --build "${WORK_DIR}" --verbose
    OUTPUT_VARIABLE output ERROR_VARIABLE output RESULT_VARIABLE result)
if(NOT result EQUAL 0)
    message(FATAL_ERROR "Building failed:\n${output}")
endif()

function(run program expected)
    execute_process(COMMAND "${WORK_DIR}/${program}" OUTPUT_VARIABLE output RESULT_VARIABLE result)
    if(NOT result EQUAL 0 OR NOT output MATCHES "${expected}")
        message(FATAL_ERROR "${program}: expected «${expected}», got ${result}: ${output}")
    endif()
    message(STATUS "${program}: ${output}")
endfunction()
run(user "1\\.5 \\* 1\\.5 = 2\\.25")
if(EXACT)
    run(user_exact "exact: right")
endif()

# SPDX-License-Identifier: BSL-1.0
#
# A header includes its own layer or a lower number:
#
#   cmake -P cmake/check_layers.cmake
#
# Also: every include of the library is written <halfulp/…> and names a file that exists, and layers 0
# to 4 include nothing heavy and no other library. With -D SELF_TEST_DIR=<scratch folder> the script
# makes headers that break each rule, and fails unless each is found.

cmake_minimum_required(VERSION 3.23)

set(layer_of_core 1)
set(layer_of_formats 2)
set(layer_of_arithmetic 3)
set(layer_of_kernels 4)
set(layer_of_simd 4)
set(layer_of_continued_fractions 5)
set(layer_of_interop 5)
set(layer_of_reference 6)
set(layer_of_benchmark 7)
set(last_core_layer 4)
set(forbidden_in_core "^(iostream|ranges|regex|gmp\\.h|gmpxx\\.h|mpfr\\.h|boost/.*)$")

# `name` is a path below include/halfulp. Sets `layer` to nothing for a folder that has none.
function(find_layer name layer)
    if(name MATCHES "^([^/]+)/")
        set(${layer} "${layer_of_${CMAKE_MATCH_1}}" PARENT_SCOPE)
    elseif(name STREQUAL "halfulp.hpp")  # the umbrella over the whole core
        set(${layer} ${last_core_layer} PARENT_SCOPE)
    else()
        set(${layer} 0 PARENT_SCOPE)
    endif()
endfunction()

# Sets `violations` to a list of sentences.
function(check_tree root violations)
    set(found "")
    file(GLOB_RECURSE headers RELATIVE "${root}/include/halfulp" "${root}/include/halfulp/*.hpp")
    foreach(header IN LISTS headers)
        find_layer("${header}" layer)
        if(layer STREQUAL "")
            list(APPEND found "${header}: its folder has no layer, add one to cmake/check_layers.cmake")
            continue()
        endif()
        file(STRINGS "${root}/include/halfulp/${header}" lines REGEX "^[ \t]*#[ \t]*include[ \t]*[<\"]")
        foreach(line IN LISTS lines)
            string(REGEX REPLACE "^[^<\"]*[<\"]([^>\"]*)[>\"].*$" "\\1" included "${line}")
            if(included MATCHES "^halfulp/(.*)$")
                set(target "${CMAKE_MATCH_1}")
                find_layer("${target}" target_layer)
                if(NOT EXISTS "${root}/include/halfulp/${target}")
                    list(APPEND found "${header}: includes ${included}, which does not exist")
                elseif(target STREQUAL "halfulp.hpp" AND layer LESS_EQUAL last_core_layer)
                    list(APPEND found "${header}: includes the umbrella header, not what it uses")
                elseif(target_layer GREATER layer)
                    list(APPEND found
                        "${header} (layer ${layer}): includes ${included} (layer ${target_layer})")
                endif()
            elseif(line MATCHES "include[ \t]*\"")
                list(APPEND found "${header}: includes \"${included}\", which is written <halfulp/…>")
            elseif(layer LESS_EQUAL last_core_layer AND included MATCHES "${forbidden_in_core}")
                list(APPEND found "${header} (layer ${layer}): includes <${included}>, which the core does not")
            endif()
        endforeach()
    endforeach()
    set(${violations} "${found}" PARENT_SCOPE)
endfunction()

if(DEFINED SELF_TEST_DIR)
    file(REMOVE_RECURSE "${SELF_TEST_DIR}")
    set(include "${SELF_TEST_DIR}/include/halfulp")
    file(WRITE "${include}/config.hpp" "#include <limits>\n")
    file(WRITE "${include}/core/good.hpp" "#include <halfulp/config.hpp>\n#include <bit>\n")
    file(WRITE "${include}/reference/good.hpp" "#include <halfulp/core/good.hpp>\n#include <mpfr.h>\n")
    file(WRITE "${include}/halfulp.hpp" "#include <halfulp/core/good.hpp>\n")
    check_tree("${SELF_TEST_DIR}" violations)
    if(violations)
        message(FATAL_ERROR "A correct tree was refused: ${violations}")
    endif()

    file(WRITE "${include}/core/upwards.hpp" "  #  include <halfulp/kernels/dot.hpp>\n")
    file(WRITE "${include}/kernels/dot.hpp" "#include <iostream>\n#include <boost/version.hpp>\n")
    file(WRITE "${include}/core/relative.hpp" "#include \"good.hpp\"\n")
    file(WRITE "${include}/core/missing.hpp" "#include <halfulp/core/nowhere.hpp>\n")
    file(WRITE "${include}/core/lazy.hpp" "#include <halfulp/halfulp.hpp>\n")
    file(WRITE "${include}/attic/old.hpp" "\n")
    file(WRITE "${include}/halfulp.hpp" "#include <halfulp/reference/good.hpp>\n")
    check_tree("${SELF_TEST_DIR}" violations)
    foreach(expected IN ITEMS
            "core/upwards.hpp .layer 1.: includes halfulp/kernels/dot.hpp .layer 4."
            "kernels/dot.hpp .layer 4.: includes <iostream>"
            "kernels/dot.hpp .layer 4.: includes <boost/version.hpp>"
            "core/relative.hpp: includes \"good.hpp\""
            "core/missing.hpp: .*does not exist"
            "core/lazy.hpp: includes the umbrella"
            "attic/old.hpp: its folder has no layer"
            "halfulp.hpp .layer 4.: includes halfulp/reference/good.hpp .layer 6.")
        if(NOT violations MATCHES "${expected}")
            message(FATAL_ERROR "Not found: ${expected}\nin: ${violations}")
        endif()
    endforeach()
    list(LENGTH violations count)
    message(STATUS "The check finds each of ${count} violations.")
else()
    cmake_path(GET CMAKE_CURRENT_LIST_DIR PARENT_PATH root)
    check_tree("${root}" violations)
    if(violations)
        list(JOIN violations "\n  " text)
        message(FATAL_ERROR "A header includes its own layer or a lower number:\n  ${text}")
    endif()
    message(STATUS "Every header includes its own layer or a lower one.")
endif()

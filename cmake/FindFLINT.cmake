# SPDX-License-Identifier: BSL-1.0
#
# Finds the Fast Library for Number Theory: FLINT_FOUND, FLINT_VERSION and the target FLINT::FLINT, which links
# MPFR::MPFR and GMP::GMP (find_package of those comes first). FLINT_HAS_FFT_SMALL says whether it was built with its
# transform in vector instructions, as it is only for processors that are known to have them.

find_package(PkgConfig QUIET)
if(PKG_CONFIG_FOUND)
    pkg_check_modules(PC_FLINT QUIET flint)
endif()

find_path(FLINT_INCLUDE_DIR flint/flint.h HINTS ${halfulp_flint_hint} ${PC_FLINT_INCLUDE_DIRS})
# Two versions on one machine are common: the library is first looked for beside the header.
cmake_path(GET FLINT_INCLUDE_DIR PARENT_PATH flint_prefix)
find_library(FLINT_LIBRARY flint
    HINTS "${flint_prefix}/${CMAKE_INSTALL_LIBDIR}" "${flint_prefix}/lib" "${flint_prefix}/lib64" ${PC_FLINT_LIBRARY_DIRS})
unset(flint_prefix)
mark_as_advanced(FLINT_INCLUDE_DIR FLINT_LIBRARY)

set(FLINT_VERSION "")
set(FLINT_HAS_FFT_SMALL FALSE)
if(FLINT_INCLUDE_DIR)
    file(STRINGS "${FLINT_INCLUDE_DIR}/flint/flint.h" lines REGEX "^#define[ \t]+__FLINT_VERSION")
    if(lines MATCHES "__FLINT_VERSION[ \t]+([0-9]+)")
        set(FLINT_VERSION "${CMAKE_MATCH_1}")
        foreach(part IN ITEMS MINOR PATCHLEVEL)
            if(lines MATCHES "__FLINT_VERSION_${part}[ \t]+([0-9]+)")
                string(APPEND FLINT_VERSION ".${CMAKE_MATCH_1}")
            endif()
        endforeach()
    endif()
    if(EXISTS "${FLINT_INCLUDE_DIR}/flint/flint-config.h")
        file(STRINGS "${FLINT_INCLUDE_DIR}/flint/flint-config.h" lines REGEX "^#define[ \t]+FLINT_HAVE_FFT_SMALL([ \t]|$)")
        if(lines)
            set(FLINT_HAS_FFT_SMALL TRUE)
        endif()
    endif()
    unset(lines)
endif()

find_package(Threads QUIET)  # what a static one needs

# The header of one version with the library of another would crash. That they belong together is tried once a pair.
if(FLINT_INCLUDE_DIR AND FLINT_LIBRARY AND NOT FLINT_PAIR STREQUAL "${FLINT_INCLUDE_DIR} ${FLINT_LIBRARY}")
    unset(FLINT_PAIR CACHE)
    unset(FLINT_LINKS CACHE)
    file(WRITE "${CMAKE_BINARY_DIR}/CMakeFiles/FindFLINT/links.cpp"
        "#include <flint/flint.h>\n#include <flint/mpn_extras.h>\n"
        "int main(int n, char**) {\n"
        "    mp_limb_t x[2000] = {}, y[4000];\n"
        "    flint_mpn_sqr(y, x, 500 + n);\n"
        "    flint_mpn_mul(y, x, 600 + n, x, 500 + n);\n"
        "    return static_cast<int>(y[0]);\n}\n")
    try_compile(FLINT_LINKS "${CMAKE_BINARY_DIR}/CMakeFiles/FindFLINT/links"
        "${CMAKE_BINARY_DIR}/CMakeFiles/FindFLINT/links.cpp"
        CMAKE_FLAGS "-DINCLUDE_DIRECTORIES=${FLINT_INCLUDE_DIR}"
        LINK_LIBRARIES "${FLINT_LIBRARY}" MPFR::MPFR GMP::GMP ${CMAKE_THREAD_LIBS_INIT})
    if(FLINT_LINKS)
        set(FLINT_PAIR "${FLINT_INCLUDE_DIR} ${FLINT_LIBRARY}" CACHE INTERNAL "a header and a library of the same FLINT")
    endif()
endif()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(FLINT
    REQUIRED_VARS FLINT_LIBRARY FLINT_INCLUDE_DIR FLINT_PAIR
    VERSION_VAR FLINT_VERSION)

if(FLINT_FOUND AND NOT TARGET FLINT::FLINT)
    add_library(FLINT::FLINT UNKNOWN IMPORTED)
    set_target_properties(FLINT::FLINT PROPERTIES
        IMPORTED_LOCATION "${FLINT_LIBRARY}"
        INTERFACE_INCLUDE_DIRECTORIES "${FLINT_INCLUDE_DIR}"
        INTERFACE_LINK_LIBRARIES "MPFR::MPFR;GMP::GMP;$<TARGET_NAME_IF_EXISTS:Threads::Threads>")
endif()

# SPDX-License-Identifier: BSL-1.0
#
# Finds what halfulp::exact, FLINT's multiplication in it, and halfulp::benchmark need. The build and the
# installed package both use this file, so that they agree on versions and on what they say when something
# is missing.

# Sets `missing` to nothing when GMP, MPFR and Boost's headers are there, else to a sentence that names
# what is not and how to install it. Defines GMP::GMP, MPFR::MPFR and Boost::headers.
macro(halfulp_find_exact missing)
    set(halfulp_module_path_saved "${CMAKE_MODULE_PATH}")
    set(${missing} "")
    list(PREPEND CMAKE_MODULE_PATH "${halfulp_dependencies_dir}")

    find_package(GMP 6.2 QUIET MODULE)
    if(NOT GMP_FOUND)
        list(APPEND ${missing} "GMP 6.2 or newer (gmp.h, gmpxx.h)")
    endif()
    find_package(MPFR 4.1 QUIET MODULE)
    if(NOT MPFR_FOUND)
        list(APPEND ${missing} "MPFR 4.1 or newer (mpfr.h)")
    endif()
    halfulp_find_boost()
    if(NOT TARGET Boost::headers)
        list(APPEND ${missing} "Boost 1.74 or newer (headers only)")
    endif()

    set(CMAKE_MODULE_PATH "${halfulp_module_path_saved}")
    unset(halfulp_module_path_saved)
    if(${missing})
        list(JOIN ${missing} " and " ${missing})
        string(APPEND ${missing}
            " not found. Debian and Ubuntu: apt install libgmp-dev libmpfr-dev libboost-dev;"
            " Fedora: dnf install gmp-devel mpfr-devel boost-devel; macOS: brew install gmp mpfr boost.")
    endif()
endmacro()

# Boost's own package file first; a bare folder of headers (Boost_ROOT, a system folder) will do.
macro(halfulp_find_boost)
    if(NOT TARGET Boost::headers)
        find_package(Boost 1.74 QUIET CONFIG)
    endif()
    if(NOT TARGET Boost::headers)
        find_path(HALFULP_BOOST_INCLUDE_DIR boost/version.hpp HINTS ENV BOOST_ROOT PATH_SUFFIXES include)
        mark_as_advanced(HALFULP_BOOST_INCLUDE_DIR)
        if(HALFULP_BOOST_INCLUDE_DIR)
            file(STRINGS "${HALFULP_BOOST_INCLUDE_DIR}/boost/version.hpp" halfulp_boost_version
                REGEX "^#define BOOST_VERSION +[0-9]+")
            string(REGEX MATCH "[0-9]+" halfulp_boost_version "${halfulp_boost_version}")
            if(halfulp_boost_version GREATER_EQUAL 107400)
                add_library(Boost::headers INTERFACE IMPORTED)
                set_target_properties(Boost::headers PROPERTIES
                    INTERFACE_INCLUDE_DIRECTORIES "${HALFULP_BOOST_INCLUDE_DIR}")
            endif()
            unset(halfulp_boost_version)
        endif()
    endif()
endmacro()

# The same for FLINT and FLINT::FLINT, where HALFULP_WITH_FLINT asks for it; halfulp_find_exact comes first.
macro(halfulp_find_flint missing)
    set(halfulp_module_path_saved "${CMAKE_MODULE_PATH}")
    set(${missing} "")
    list(PREPEND CMAKE_MODULE_PATH "${halfulp_dependencies_dir}")
    find_package(FLINT 3 QUIET MODULE)
    set(CMAKE_MODULE_PATH "${halfulp_module_path_saved}")
    unset(halfulp_module_path_saved)
    if(NOT FLINT_FOUND)
        if(NOT FLINT_INCLUDE_DIR)
            set(${missing} "there is no flint/flint.h")
        elseif(NOT FLINT_VERSION)
            set(${missing} "${FLINT_INCLUDE_DIR}/flint/flint.h has no version in it")
        elseif(FLINT_VERSION VERSION_LESS 3)
            set(${missing} "${FLINT_INCLUDE_DIR}/flint/flint.h is FLINT ${FLINT_VERSION}, which is too old")
        elseif(NOT FLINT_LIBRARY)
            set(${missing} "FLINT ${FLINT_VERSION} has its header in ${FLINT_INCLUDE_DIR}, but there is no library")
        else()
            set(${missing}
                "a program with FLINT ${FLINT_VERSION}'s header, in ${FLINT_INCLUDE_DIR}, does not link with ${FLINT_LIBRARY}")
        endif()
        set(${missing}
            "HALFULP_WITH_FLINT needs FLINT 3 or newer, and ${${missing}}. FLINT_ROOT says where it is.\
 Configured with HALFULP_WITH_FLINT=OFF, halfulp multiplies with GMP.")
        unset(FLINT_INCLUDE_DIR CACHE)  # so that another FLINT_ROOT is looked at
        unset(FLINT_LIBRARY CACHE)
    endif()
endmacro()

# The same for Google Benchmark and benchmark::benchmark.
macro(halfulp_find_benchmark missing)
    set(${missing} "")
    if(NOT TARGET benchmark::benchmark)
        find_package(benchmark QUIET CONFIG)
    endif()
    if(NOT TARGET benchmark::benchmark)
        string(CONCAT ${missing}
            "Google Benchmark not found. Debian and Ubuntu: apt install libbenchmark-dev;"
            " Fedora: dnf install google-benchmark-devel; macOS: brew install google-benchmark.")
    endif()
endmacro()

set(halfulp_dependencies_dir "${CMAKE_CURRENT_LIST_DIR}")

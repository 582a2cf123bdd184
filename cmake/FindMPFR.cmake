# SPDX-License-Identifier: BSL-1.0
#
# Finds the GNU multiple precision floating-point library: MPFR_FOUND, MPFR_VERSION and the target
# MPFR::MPFR, which links GMP::GMP (find_package(GMP) comes first).

find_package(PkgConfig QUIET)
if(PKG_CONFIG_FOUND)
    pkg_check_modules(PC_MPFR QUIET mpfr)
endif()

find_path(MPFR_INCLUDE_DIR mpfr.h HINTS ${PC_MPFR_INCLUDE_DIRS})
find_library(MPFR_LIBRARY mpfr HINTS ${PC_MPFR_LIBRARY_DIRS})
mark_as_advanced(MPFR_INCLUDE_DIR MPFR_LIBRARY)

set(MPFR_VERSION "")
if(MPFR_INCLUDE_DIR)
    file(STRINGS "${MPFR_INCLUDE_DIR}/mpfr.h" lines REGEX "^#define[ \t]+MPFR_VERSION_STRING")
    if(lines MATCHES "\"([0-9]+\\.[0-9]+(\\.[0-9]+)?)")
        set(MPFR_VERSION "${CMAKE_MATCH_1}")
    endif()
endif()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(MPFR
    REQUIRED_VARS MPFR_LIBRARY MPFR_INCLUDE_DIR
    VERSION_VAR MPFR_VERSION)

if(MPFR_FOUND AND NOT TARGET MPFR::MPFR)
    add_library(MPFR::MPFR UNKNOWN IMPORTED)
    set_target_properties(MPFR::MPFR PROPERTIES
        IMPORTED_LOCATION "${MPFR_LIBRARY}"
        INTERFACE_INCLUDE_DIRECTORIES "${MPFR_INCLUDE_DIR}"
        INTERFACE_LINK_LIBRARIES GMP::GMP)
endif()

# SPDX-License-Identifier: BSL-1.0
#
# Finds the GNU multiple precision library: GMP_FOUND, GMP_VERSION and the target GMP::GMP. gmpxx.h has to
# be there too. Its library holds only the stream operators: GMP::GMPXX exists where it is found.

find_package(PkgConfig QUIET)
if(PKG_CONFIG_FOUND)
    pkg_check_modules(PC_GMP QUIET gmp)
endif()

find_path(GMP_INCLUDE_DIR gmp.h HINTS ${PC_GMP_INCLUDE_DIRS})
find_path(GMPXX_INCLUDE_DIR gmpxx.h HINTS ${PC_GMP_INCLUDE_DIRS} ${GMP_INCLUDE_DIR})
find_library(GMP_LIBRARY gmp HINTS ${PC_GMP_LIBRARY_DIRS})
find_library(GMPXX_LIBRARY gmpxx HINTS ${PC_GMP_LIBRARY_DIRS})
mark_as_advanced(GMP_INCLUDE_DIR GMPXX_INCLUDE_DIR GMP_LIBRARY GMPXX_LIBRARY)

# On Fedora gmp.h only chooses between gmp-x86_64.h and its relatives, which have the numbers.
set(GMP_VERSION "")
if(GMP_INCLUDE_DIR)
    file(GLOB gmp_headers "${GMP_INCLUDE_DIR}/gmp.h" "${GMP_INCLUDE_DIR}/gmp-*.h")
    foreach(header IN LISTS gmp_headers)
        file(STRINGS "${header}" lines REGEX "^#define[ \t]+__GNU_MP_VERSION")
        if(NOT GMP_VERSION AND lines MATCHES "__GNU_MP_VERSION[ \t]+([0-9]+)")
            set(GMP_VERSION "${CMAKE_MATCH_1}")
            foreach(part IN ITEMS MINOR PATCHLEVEL)
                if(lines MATCHES "__GNU_MP_VERSION_${part}[ \t]+([0-9]+)")
                    string(APPEND GMP_VERSION ".${CMAKE_MATCH_1}")
                endif()
            endforeach()
        endif()
    endforeach()
    unset(gmp_headers)
endif()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(GMP
    REQUIRED_VARS GMP_LIBRARY GMP_INCLUDE_DIR GMPXX_INCLUDE_DIR
    VERSION_VAR GMP_VERSION)

if(GMP_FOUND AND NOT TARGET GMP::GMP)
    add_library(GMP::GMP UNKNOWN IMPORTED)
    set(gmp_include_dirs "${GMP_INCLUDE_DIR}" "${GMPXX_INCLUDE_DIR}")
    list(REMOVE_DUPLICATES gmp_include_dirs)
    set_target_properties(GMP::GMP PROPERTIES
        IMPORTED_LOCATION "${GMP_LIBRARY}"
        INTERFACE_INCLUDE_DIRECTORIES "${gmp_include_dirs}")
    unset(gmp_include_dirs)
endif()

if(GMP_FOUND AND GMPXX_LIBRARY AND NOT TARGET GMP::GMPXX)
    add_library(GMP::GMPXX UNKNOWN IMPORTED)
    set_target_properties(GMP::GMPXX PROPERTIES
        IMPORTED_LOCATION "${GMPXX_LIBRARY}"
        INTERFACE_LINK_LIBRARIES GMP::GMP)
endif()

# SPDX-License-Identifier: BSL-1.0
# Installs the build into a fresh prefix.   -D BUILD_DIR= PREFIX= CONFIG=

file(REMOVE_RECURSE "${PREFIX}")
execute_process(
    COMMAND "${CMAKE_COMMAND}" --install "${BUILD_DIR}" --prefix "${PREFIX}" --config "${CONFIG}"
    OUTPUT_QUIET
    COMMAND_ERROR_IS_FATAL ANY)
if(NOT EXISTS "${PREFIX}/include/halfulp/version.hpp")
    message(FATAL_ERROR "The headers are not below ${PREFIX}/include/halfulp.")
endif()

#!/bin/sh
# SPDX-License-Identifier: BSL-1.0
#
#   sh cmake/quickstart.sh          build and run the tour
#   sh cmake/quickstart.sh test     build and run all tests
#
# Installs what is missing (apt, dnf or brew) and only then asks for root. Safe to run again. Reads:
#
#   CXX                         the compiler; else c++, g++ or clang++
#   JOBS                        how many things to compile at once; else one a processor
#   HALFULP_TEST_EFFORT         small, normal (default) or thorough
#   HALFULP_WARNINGS_AS_ERRORS  ON or OFF (default)

set -eu

say() { printf '%s\n' "quickstart: $*"; }
fail() { printf '%s\n' "quickstart: $*" >&2; exit 1; }
have() { command -v "$1" >/dev/null 2>&1; }
run() { printf '%s\n' "+ $*"; "$@"; }

task=${1:-demo}
case $task in
    demo | test) ;;
    *) fail "I know two commands: 'sh cmake/quickstart.sh' runs the tour, 'sh cmake/quickstart.sh test' the tests; not '$task'." ;;
esac
cd "$(dirname "$0")/.."

# --- What is missing ------------------------------------------------------------------------------

# The compiler to use; nothing if there is none. A compiler that was asked for has to be there.
find_compiler() {
    if [ -n "${CXX:-}" ]; then
        if have "$CXX"; then echo "$CXX"; fi
        return
    fi
    for candidate in c++ g++ clang++; do
        if have "$candidate"; then
            echo "$candidate"
            return
        fi
    done
}

# CMake 3.23 or newer.
have_cmake() {
    have cmake || return 1
    version=$(cmake --version | sed -n '1s/[^0-9]*\([0-9]*\)\.\([0-9]*\).*/\1 \2/p')
    major=${version% *}
    minor=${version#* }
    [ "$major" -gt 3 ] || { [ "$major" -eq 3 ] && [ "$minor" -ge 23 ]; }
}

# Asks the compiler, not the package manager: what matters is that a program finds the header.
have_header() {
    [ -n "$compiler" ] || return 1
    set -- "$1" -I/usr/local/include
    if have brew; then set -- "$@" "-I$(brew --prefix)/include"; fi
    header=$1
    shift
    printf '#if !__has_include(<%s>)\n#error missing\n#endif\n' "$header" |
        "$compiler" -std=c++17 "$@" -x c++ -fsyntax-only - >/dev/null 2>&1
}

# Names of what is missing, as the words that packages_for knows.
find_missing() {
    compiler=$(find_compiler)
    [ -n "$compiler" ] || echo compiler
    have_cmake || echo cmake
    have make || have ninja || echo make
    { have_header gmp.h && have_header gmpxx.h; } || echo gmp
    have_header mpfr.h || echo mpfr
    have_header boost/multiprecision/cpp_int.hpp || echo boost
    have_header CLI/CLI.hpp || echo cli11
    have_header nlohmann/json.hpp || echo json
    if [ "$task" = test ]; then
        have_header catch2/catch.hpp || have_header catch2/catch_all.hpp || echo catch2
    fi
}

# packages_for <package manager> <word>
packages_for() {
    case $1:$2 in
        apt:compiler) case ${CXX:-} in *clang*) echo clang ;; *) echo g++ ;; esac ;;
        dnf:compiler) case ${CXX:-} in *clang*) echo clang ;; *) echo gcc-c++ ;; esac ;;
        *:cmake) echo cmake ;;
        *:make) echo make ;;
        apt:gmp) echo libgmp-dev ;;
        apt:mpfr) echo libmpfr-dev ;;
        apt:boost) echo libboost-dev ;;
        apt:cli11) echo libcli11-dev ;;
        apt:json) echo nlohmann-json3-dev ;;
        dnf:gmp) echo gmp-devel gmp-c++ ;;
        dnf:mpfr) echo mpfr-devel ;;
        dnf:boost) echo boost-devel ;;
        dnf:cli11) echo cli11-devel ;;
        dnf:json) echo json-devel ;;
        dnf:catch2) echo catch-devel ;;
        brew:json) echo nlohmann-json ;;
        *) echo "$2" ;;
    esac
}

as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        run "$@"
    elif have sudo; then
        run sudo "$@"
    else
        fail "installing needs root and there is no sudo. As root, run: $*"
    fi
}

case ${CXX:-c++} in
    c++ | g++ | clang++) ;;
    *) have "$CXX" || fail "CXX is '$CXX', and there is no such command. Set it to one C++20 compiler without options, or leave it unset." ;;
esac
missing=$(find_missing)
if [ -n "$missing" ]; then
    if have apt-get; then
        manager=apt
    elif have dnf; then
        manager=dnf
    elif have brew; then
        manager=brew
    else
        manager=none
    fi
    missing=$(printf '%s' "$missing" | tr '\n' ' ')
    [ "$manager" != none ] ||
        fail "missing: $missing. I know apt, dnf and brew, and none is here. Install a C++20 compiler (g++ 12 or clang++ 14, or newer), CMake 3.23, make or ninja, GMP 6.2 with gmpxx.h, MPFR 4.1, Boost 1.74 (headers), CLI11, nlohmann-json$([ "$task" = test ] && echo ', Catch2 2.13'); then run this again."
    case $manager:$missing in
        brew:*compiler*) fail "there is no C++ compiler. 'xcode-select --install' has one; then run this again." ;;
    esac
    packages=
    for word in $missing; do
        packages="$packages $(packages_for "$manager" "$word")"
    done
    say "missing: $missing; installing:$packages"
    # The names are words on purpose.
    # shellcheck disable=SC2086
    case $manager in
        apt)
            as_root apt-get update -qq ||
                fail "apt-get update failed. Is there a network? Needed are:$packages"
            as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $packages ||
                fail "apt could not install:$packages. Install them in another way and run this again."
            ;;
        dnf)
            as_root dnf install -y -q $packages ||
                fail "dnf could not install:$packages. Install them in another way and run this again."
            ;;
        brew)
            run brew install $packages ||
                fail "brew could not install:$packages. Install them in another way and run this again."
            ;;
    esac
    missing=$(find_missing)
    case " $(echo "$missing" | tr '\n' ' ')" in
        *' cmake '*) fail "CMake 3.23 or newer is needed and your system's is older. 'python3 -m pip install cmake' has a new one; put it first in PATH and run this again." ;;
        *' compiler '*) fail "there is no compiler '${CXX:-c++}' even now. Set CXX to a C++20 compiler, or leave it unset." ;;
    esac
    # shellcheck disable=SC2086
    [ -z "$missing" ] || fail "still not found after installing:" $missing
fi
compiler=$(find_compiler)

# --- Configure, build, run ------------------------------------------------------------------------

if [ -z "${JOBS:-}" ]; then
    JOBS=$( (getconf _NPROCESSORS_ONLN || sysctl -n hw.ncpu || echo 2) 2>/dev/null | head -n 1)
fi
build=build/$task

# A build folder stays with one compiler and one build tool; start again when they change.
if [ -f "$build/CMakeCache.txt" ]; then
    cached=$(sed -n 's/^CMAKE_CXX_COMPILER:[A-Z]*=//p' "$build/CMakeCache.txt")
    home=$(sed -n 's/^CMAKE_HOME_DIRECTORY:[A-Z]*=//p' "$build/CMakeCache.txt")
    if [ "$cached" != "$(command -v "$compiler")" ] || [ "$home" != "$(pwd -P)" ]; then
        say "$build was made with another compiler or in another folder; making it again"
        run rm -rf "$build"
    fi
fi
if [ ! -f "$build/CMakeCache.txt" ] && [ -z "${CMAKE_GENERATOR:-}" ] && have ninja; then
    CMAKE_GENERATOR=Ninja
    export CMAKE_GENERATOR
fi

say "$task with $("$compiler" --version | head -n 1), $JOBS at once"
run cmake --preset "$task" \
    -D CMAKE_CXX_COMPILER="$(command -v "$compiler")" \
    -D HALFULP_TEST_EFFORT="${HALFULP_TEST_EFFORT:-normal}" \
    -D HALFULP_WARNINGS_AS_ERRORS="${HALFULP_WARNINGS_AS_ERRORS:-OFF}" ||
    fail "configuring failed; the lines above say why. The compiler has to be g++ 12 or clang++ 14, or newer."
run cmake --build --preset "$task" --parallel "$JOBS" ||
    fail "building failed; the first error is above. With little memory, 'JOBS=1 sh cmake/quickstart.sh' is gentler."

if [ "$task" = demo ]; then
    run "$build/examples/tour"
else
    run ctest --preset test --parallel "$JOBS" ||
        fail "a test failed; its output is above. 'ctest --preset test --rerun-failed' runs only the failed ones."
fi

#!/bin/sh
# SPDX-License-Identifier: BSL-1.0
#
# What including each public header costs: the time to parse it alone with -O2, in seconds, and how many
# lines it is after preprocessing; the best of three. The compiler is $CXX, else g++.
#
#   sh benchmarks/compile_time/measure.sh                       every header
#   sh benchmarks/compile_time/measure.sh halfulp/halfulp.hpp   these

set -eu
cd "$(dirname "$0")/../.."
compiler=${CXX:-g++}
runs=${RUNS:-3}

if [ $# -eq 0 ]; then
    # Names of headers have no spaces.
    # shellcheck disable=SC2046
    set -- $(cd include && find halfulp -name '*.hpp' | sort)
fi

# measure <header>: user + system time, which other programs on the machine change least. A shell of its
# own, so that its children are only this compilation; `times` has theirs in its second line, as 0m0.123s.
measure() (
    printf '#include <%s>\n' "$1" > "$scratch/one.cpp"
    "$compiler" -std=c++20 -O2 -Iinclude -fsyntax-only "$scratch/one.cpp" > "$scratch/log" 2>&1 || exit 1
    times > "$scratch/times"
    awk 'NR == 2 { total = 0
        for (i = 1; i <= 2; ++i) { split($i, part, /[ms]/); total += 60 * part[1] + part[2] }
        printf "%.3f\n", total }' "$scratch/times"
)

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
"$compiler" --version | head -n 1
printf '%8s %9s  %s\n' seconds lines header
status=0
for header in "$@"; do
    best=
    run=0
    while [ "$run" -lt "$runs" ]; do
        run=$((run + 1))
        if ! seconds=$(measure "$header"); then
            best=failed
            break
        fi
        if [ -z "$best" ] || [ "$(echo "$seconds < $best" | awk '{ print ($1 < $3) }')" = 1 ]; then
            best=$seconds
        fi
    done
    if [ "$best" = failed ]; then
        printf '%8s %9s  %s\n' failed - "$header"
        head -n 3 "$scratch/log" >&2
        status=1
        continue
    fi
    lines=$(printf '#include <%s>\n' "$header" | "$compiler" -std=c++20 -Iinclude -E -P -x c++ - | wc -l)
    printf '%8s %9s  %s\n' "$best" "$lines" "$header"
done
exit "$status"

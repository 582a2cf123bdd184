#!/bin/sh
# SPDX-License-Identifier: BSL-1.0
#
# Looks at the instructions of the kernels: check.sh <mode> <compiler> <objdump> <folder of the sources>
# <include folder> <folder to work in>. The modes:
#
#   plain       -O2: the registers of each family, no fused operation, no call in the innermost kernels
#   contracted  -O2 -march=native -ffp-contract=fast: no fused operation all the same, and no call
#   self_test   that each mistake in broken.cpp is found
set -u
mode=$1 compiler=$2 objdump=$3 here=$4 include=$5 work=$6
mkdir -p "$work" || exit 1
kernels="round_nearest_even round_by_addend round_stochastic from_codes fill_philox convert pack_bits"
kernels="$kernels unpack_bits operate all_within count_statistics copy_past_caches"
silent="round_nearest_even round_by_addend fill_philox from_codes"

look() {  # object, expected kernels, whether widths count
    "$objdump" -d -C --no-show-raw-insn "$1" >"$1.txt" || exit 1
    awk -v expected="$2" -v no_calls="$silent" -v narrow="convert fence" -v widths="$3" -f "$here/check.awk" "$1.txt"
}

case $mode in
plain)
    "$compiler" -std=c++20 -O2 -I"$include" -c "$here/kernels.cpp" -o "$work/plain.o" || exit 1
    look "$work/plain.o" "$kernels" 1
    ;;
contracted)
    "$compiler" -std=c++20 -O2 -march=native -ffp-contract=fast -I"$include" -c "$here/kernels.cpp" \
        -o "$work/contracted.o" || exit 1
    look "$work/contracted.o" "$kernels" 0
    ;;
self_test)
    failed=0
    for mistake in 0 1 2 3 4 5; do
        "$compiler" -std=c++20 -O2 -DHALFULP_TEST_MISTAKE=$mistake -c "$here/broken.cpp" \
            -o "$work/broken$mistake.o" || exit 1
        report=$(look "$work/broken$mistake.o" operate 1)
        found=$?
        case $mistake in
        0) phrase="0 complaints" ;;
        1) phrase="avx2::operate.*uses a zmm register" ;;
        2) phrase="avx512::operate.*uses no zmm register" ;;
        3) phrase="avx2::operate.*fuses a product and a sum" ;;
        4) phrase="avx512::round_by_addend.*calls" ;;
        5) phrase="avx512::operate is not there" ;;
        esac
        if ! echo "$report" | grep -q "$phrase" || { [ $mistake = 0 ] && [ $found != 0 ]; } ||
            { [ $mistake != 0 ] && [ $found = 0 ]; }; then
            echo "mistake $mistake: expected «$phrase», the report is:"
            echo "$report"
            failed=1
        fi
    done
    exit $failed
    ;;
*)
    echo "unknown mode $mode"
    exit 1
    ;;
esac

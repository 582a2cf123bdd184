#!/bin/sh
# SPDX-License-Identifier: BSL-1.0
#
# Looks at the instructions of the kernels: check.sh <mode> <compiler> <objdump> <folder of the sources>
# <include folder> <folder to work in>. The modes:
#
#   plain       -O2: the registers of each family, no fused operation but where it is the definition, no call in
#               the innermost kernels, the sums of the largest tile in registers
#   contracted  -O2 -march=native -ffp-contract=fast: no more fused operations, and no call
#   self_test   that each mistake in broken.cpp is found
set -u
mode=$1 compiler=$2 objdump=$3 here=$4 include=$5 work=$6
mkdir -p "$work" || exit 1
arrays="round_nearest_even round_by_addend round_stochastic from_codes fill_philox convert"
arrays="$arrays operate all_within count_statistics copy_past_caches"
tiles="multiply_tile multiply_rounded_tile"
products="$tiles multiply_lines transpose enclose bound_along bound_across"
products="$products multiply_by_tables_of avx512::multiply_bit_planes_of avx512::multiply_packed_tile"
products="$products finish_integers finish_scaled finish_scaled_once turn_squares shift_codes"
products="$products avx512::residues avx512::reduce_sums avx512::combine_residues avx512::pair_along"
products="$products l_mul_words l_mul_left_words bound_l_mul_codes avx512::pair_neighbours"
inner_attention="score_lines add_lines score_rows weigh weigh_row divide_values avx512::add_queries weigh_gradient"
inner_attention="$inner_attention decode_numbers multiply_columns change_scores"
outer_attention="attend_block attend_rows attend_gradient"
attention="$inner_attention $outer_attention"
silent="round_nearest_even round_by_addend fill_philox from_codes multiply_tile enclose bound_along"
silent="$silent multiply_by_tables_of multiply_bit_planes_of multiply_packed_tile add_scaled_group"
silent="$silent multiply_lines bound_across residues reduce_sums combine_residues pair_along transpose"
silent="$silent l_mul_left_words bound_l_mul_codes pair_neighbours"
silent="$silent $inner_attention"
fused="$attention add_columns_of_keys add_values add_queries_of_keys score_keys divide_row multiply_tile multiply_rounded_tile multiply_with_specials enclose sum_twofold bound_along bound_across"
fused="$fused finish_scaled add_scaled_group finish_scaled_once residues reduce_sums combine_residues multiply_lines add_twofold sum_slices"
steady="avx512::multiply_tile<.*chain_of<(float|double)>, 12, 2, true>"
steady_attention="avx512::score_lines<8, 3, "

look() {  # object, expected kernels, whether widths count, functions whose sums stay in registers
    "$objdump" -d -C --no-show-raw-insn "$1" >"$1.txt" || exit 1
    awk -v expected="$2" -v no_calls="$silent" -v narrow="attend_block attend_rows attend_gradient add_values convert fence transpose rounding_of_lanes count_set_bits multiply_by_tables multiply_bit_planes finish_scaled finish_integers" -v fused="$fused" -v widths="$3" \
        -v steady="$4" -f "$here/check.awk" "$1.txt"
}
compile_and_look() {  # what the objects are called, kernels of products, of attention, whether widths count, options
    name=$1 products=$2 attention=$3 widths=$4
    shift 4
    failed=0
    for part in kernels matmul_kernels attention_kernels; do
        "$compiler" -std=c++20 -O2 "$@" -I"$include" -c "$here/$part.cpp" -o "$work/$name.$part.o" || exit 1
    done
    look "$work/$name.kernels.o" "$arrays" "$widths" "" || failed=1
    look "$work/$name.matmul_kernels.o" "$products" "$widths" "$steady" || failed=1
    look "$work/$name.attention_kernels.o" "$attention" "$widths" "$steady_attention" || failed=1
    exit $failed
}

case $mode in
plain)
    compile_and_look plain "$products" "$attention" 1
    ;;
contracted)
    # What runs on this machine anyway may be inlined where it is called.
    compile_and_look contracted "$tiles" "attend_block attend_rows" 0 -march=native -ffp-contract=fast
    ;;
self_test)
    failed=0
    for mistake in 0 1 2 3 4 5 6 7 8 9; do
        "$compiler" -std=c++20 -O2 -DHALFULP_TEST_MISTAKE=$mistake -c "$here/broken.cpp" \
            -o "$work/broken$mistake.o" || exit 1
        report=$(look "$work/broken$mistake.o" "operate avx512::multiply_tile" 1 "avx512::multiply_tile<12>")
        found=$?
        case $mistake in
        0) phrase="0 complaints" ;;
        1) phrase="avx2::operate.*uses a zmm register" ;;
        2) phrase="avx512::operate.*uses no zmm register" ;;
        3) phrase="avx2::operate.*fuses a product and a sum" ;;
        4) phrase="avx512::round_by_addend.*calls" ;;
        5) phrase="avx512::operate is not there" ;;
        6) phrase="avx512::multiply_tile<12>.*does more than fuse in its loop.*(%r[sb]p" ;;
        7) phrase="avx512::multiply_tile<12>.*does more than fuse in its loop.*vadd" ;;
        8) phrase="avx512::multiply_tile<12>.*fuses nothing" ;;
        9) phrase="nothing like avx512::multiply_tile<12> is there" ;;
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

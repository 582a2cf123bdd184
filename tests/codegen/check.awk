# SPDX-License-Identifier: BSL-1.0
#
# Reads `objdump -d -C` and says what is wrong with the kernels of the two families of registers.
#
#   expected   kernels that either family has to have, apart by spaces, or family::kernel for one of them
#   no_calls   kernels of either family that call nothing
#   fused      kernels of either family that fuse products and sums, as their definition says
#   steady     a pattern of functions whose sums stay in registers: between the first and the last of their fused
#              operations nothing is on the stack, and nothing is added
#   widths     1: avx512 kernels use zmm, avx2 ones use ymm and no zmm
#   narrow     kernels that need not: the wide side of a conversion may be in memory, a fence has no register, and
#              doubles are turned by fours; and what chooses a function has none

function finish() {
    if (kernel == "")
        return
    if (widths && family == "avx512" && !zmm && !(kernel in thin))
        complain("uses no zmm register")
    if (widths && family == "avx2" && zmm)
        complain("uses a zmm register")
    if (widths && family == "avx2" && !ymm && !(kernel in thin))
        complain("uses no ymm register")
    if (is_steady && !fuses)
        complain("fuses nothing")
}
function complain(what) {
    print "  " family "::" signature ": " what
    wrong++
}
BEGIN {
    n = split(no_calls, names, " ")
    for (i = 1; i <= n; ++i) {
        sub(/.*::/, "", names[i])
        silent[names[i]] = 1
    }
    n = split(fused, names, " ")
    for (i = 1; i <= n; ++i) {
        sub(/.*::/, "", names[i])
        may_fuse[names[i]] = 1
    }
    n = split(narrow, names, " ")
    for (i = 1; i <= n; ++i)
        thin[names[i]] = 1
}
/^[0-9a-f]+ <.*>:$/ {
    finish()
    kernel = ""
    if (match($0, /simd::avx(2|512)::[a-z_0-9]+[<(]/) && $0 !~ /avx(2|512)::[a-z_]*<[^(]*::operator/) {
        name = substr($0, RSTART + 6, RLENGTH - 7)
        family = substr(name, 1, index(name, ":") - 1)
        kernel = substr(name, index(name, ":") + 2)
        signature = substr($0, RSTART + 6 + length(family) + 2, 100)
        sub(/>:$/, "", signature)
        seen[family "::" kernel]++
        functions++
        zmm = ymm = fuses = 0
        between = ""
        is_steady = steady != "" && $0 ~ steady
        steady_functions += is_steady
    }
    next
}
kernel == "" { next }
/%zmm/ { zmm = 1 }
/%ymm/ { ymm = 1 }
/[ \t]vfn?m(add|sub)/ {
    if (!(kernel in may_fuse))
        complain("fuses a product and a sum: " $0)
    if (between != "")
        complain("does more than fuse in its loop: " between)
    fuses = 1
    between = ""
}
is_steady && fuses && /\(%r[sb]p|[ \t]vadd[ps][sd]/ { between = $0 }
(kernel in silent) && /[ \t]call/ { complain("calls: " $0) }
END {
    finish()
    if (steady != "" && !steady_functions) {
        print "  nothing like " steady " is there"
        wrong++
    }
    n = split(expected, names, " ")
    for (i = 1; i <= n; ++i) {
        m = names[i] ~ /::/ ? split(names[i], both, "@") : split("avx2::" names[i] "@avx512::" names[i], both, "@")
        for (k = 1; k <= m; ++k)
            if (!(both[k] in seen)) {
                print "  " both[k] " is not there"
                wrong++
            }
    }
    print functions + 0 " kernels looked at, " wrong + 0 " complaints"
    exit wrong > 0
}

// expect: name it among the Addends
// SPDX-License-Identifier: BSL-1.0

#include <halfulp/arithmetic/exact_accumulator.hpp>
#include <halfulp/formats/named.hpp>

int main() {
#if defined(HALFULP_COMPILE_FAIL)
    halfulp::exact_accumulator<halfulp::float8_e4m3fn> sum;
#else
    halfulp::exact_accumulator<halfulp::float8_e4m3fn, halfulp::float8_e4m3fn, double> sum;
#endif
    sum.add(1e100);
}

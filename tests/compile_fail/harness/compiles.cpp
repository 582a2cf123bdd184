// expect: .
// harness: compiled; it has to be refused
// SPDX-License-Identifier: BSL-1.0
// Nothing is wrong here, so the harness has to complain.

#include <halfulp/config.hpp>

int main() {
    return 0;
}

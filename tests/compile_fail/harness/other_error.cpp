// expect: this sentence is said nowhere but here
// harness: was refused, but not with
// SPDX-License-Identifier: BSL-1.0
// Fails for another reason than the one expected. (The compiler quotes only the line below.)

static_assert(1 + 1 == 3, "arithmetic");

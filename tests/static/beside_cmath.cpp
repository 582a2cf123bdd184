// SPDX-License-Identifier: BSL-1.0
// `using namespace halfulp` takes no call of <cmath> on built-in numbers away, mixed and integer
// arguments included, and calls on the library's numbers work after `using std::sqrt` and the like.

#include <halfulp/formats/functions.hpp>
#include <halfulp/formats/named.hpp>

#include <cmath>
#include <concepts>
#include <math.h>

namespace {

namespace library_only {
using namespace halfulp;
static_assert(std::same_as<decltype(sqrt(2)), double>);
static_assert(std::same_as<decltype(sqrt(2.0F)), float>);
static_assert(std::same_as<decltype(sqrt(2.0)), double>);
static_assert(std::same_as<decltype(fma(1, 2.0, 3.0F)), double>);
static_assert(std::same_as<decltype(fma(1.0F, 2.0F, 3.0F)), float>);
static_assert(std::same_as<decltype(remainder(5, 3.0)), double>);
static_assert(std::same_as<decltype(ldexp(2, 3)), double>);
static_assert(std::same_as<decltype(ldexp(2.0F, 3)), float>);
static_assert(std::same_as<decltype(nextafter(1.0F, 2.0)), double>);
static_assert(std::same_as<decltype(abs(-2)), int>);
static_assert(std::same_as<decltype(isnan(2)), bool>);
static_assert(std::same_as<decltype(floor(2)), double>);
static_assert(std::same_as<decltype(copysign(1.0F, 2.0F)), float>);
}  // namespace library_only

namespace both {
using namespace std;
using namespace halfulp;
static_assert(same_as<decltype(sqrt(2)), double>);
static_assert(same_as<decltype(fma(1, 2.0, 3.0F)), double>);
static_assert(same_as<decltype(remainder(5, 3.0)), double>);
static_assert(same_as<decltype(ldexp(2, 3)), double>);
}  // namespace both

namespace as_generic_code_does {
using std::fma;
using std::isnan;
using std::ldexp;
using std::remainder;
using std::sqrt;
constexpr halfulp::float16 two(2), three(3);
static_assert(fma(two, three, two) == 8);
static_assert(remainder(three, two) == -1);
static_assert(ldexp(three, 2) == 12);
static_assert(sqrt(two * two) == two && !isnan(two));
}  // namespace as_generic_code_does

}  // namespace

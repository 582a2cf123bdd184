// SPDX-License-Identifier: BSL-1.0
//
// The function for x <= 0, which has no array function of its own: a text for simd/for_each_family.hpp.

#if defined(HALFULP_FAMILY)

namespace halfulp {
inline namespace v0 {
namespace simd {
namespace HALFULP_FAMILY {

inline void exponential_of_nonpositive_array(const float* x, float* y, std::size_t count) noexcept {
    for (std::size_t i = 0; i < count; i += register_bytes / 4)
        store(y + i, exponential_of_nonpositive(load<reals32>(x + i)));
}

}  // namespace HALFULP_FAMILY
}  // namespace simd
}  // namespace v0
}  // namespace halfulp

#endif

// SPDX-License-Identifier: BSL-1.0
//
// Eigen's product, for matmul_peers.hpp. A file of its own because Eigen uses the instructions that the
// compiler is told of and no others, and the benchmark itself is compiled without such flags. It includes
// nothing of the library: functions compiled with and without the flags must not share a name.

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"  // g++ 12 about its own intrinsics (GCC bug 105593)
#endif

#include <Eigen/Core>
#include <cstddef>
#include <string>

namespace eigen_peer {
namespace {

template <class T, int Order>
auto matrix(const T* data, std::size_t rows, std::size_t columns) {
    using type = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Order>;
    return Eigen::Map<const type>(data, static_cast<Eigen::Index>(rows), static_cast<Eigen::Index>(columns));
}

template <class T>
void multiply_any(const T* a, bool a_transposed, const T* b, bool b_transposed, T* c, std::size_t rows,
                  std::size_t columns, std::size_t depth) {
    using type = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
    Eigen::Map<type> out(c, static_cast<Eigen::Index>(rows), static_cast<Eigen::Index>(columns));
    // A transposed row-major matrix is a column-major one.
    const auto with_b = [&](const auto& left) {
        if (b_transposed)
            out.noalias() = left * matrix<T, Eigen::ColMajor>(b, depth, columns);
        else
            out.noalias() = left * matrix<T, Eigen::RowMajor>(b, depth, columns);
    };
    if (a_transposed)
        with_b(matrix<T, Eigen::ColMajor>(a, rows, depth));
    else
        with_b(matrix<T, Eigen::RowMajor>(a, rows, depth));
}

}  // namespace

void multiply(const float* a, bool a_transposed, const float* b, bool b_transposed, float* c,
              std::size_t rows, std::size_t columns, std::size_t depth);
void multiply(const double* a, bool a_transposed, const double* b, bool b_transposed, double* c,
              std::size_t rows, std::size_t columns, std::size_t depth);
std::string version();

void multiply(const float* a, bool a_transposed, const float* b, bool b_transposed, float* c,
              std::size_t rows, std::size_t columns, std::size_t depth) {
    multiply_any(a, a_transposed, b, b_transposed, c, rows, columns, depth);
}

void multiply(const double* a, bool a_transposed, const double* b, bool b_transposed, double* c,
              std::size_t rows, std::size_t columns, std::size_t depth) {
    multiply_any(a, a_transposed, b, b_transposed, c, rows, columns, depth);
}

std::string version() {
    return std::to_string(EIGEN_WORLD_VERSION) + "." + std::to_string(EIGEN_MAJOR_VERSION) + "." +
           std::to_string(EIGEN_MINOR_VERSION) + ", " + Eigen::SimdInstructionSetsInUse();
}

}  // namespace eigen_peer

// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// The shapes of matrix products, and products as yardsticks: our own of float, and those of others, OpenBLAS, oneDNN
/// and Eigen, each where the build found it (HALFULP_PEER_…). All get the same row-major arrays as we do, and write a result of their
/// own.

#include <halfulp/benchmark/table.hpp>
#include <halfulp/formats/named.hpp>
#include <halfulp/kernels/matmul.hpp>

#include <algorithm>
#include <cmath>
#include <concepts>
#include <cstdlib>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#if defined(HALFULP_PEER_OPENMP)
#include <omp.h>
#endif
#if defined(HALFULP_PEER_OPENBLAS)
#define bfloat16 openblas_bfloat16  // a global name of OpenBLAS's, which would be ambiguous with ours
#include <cblas.h>
#undef bfloat16
#endif
#if defined(HALFULP_PEER_ONEDNN) && !defined(HALFULP_PEER_OPENMP)
#undef HALFULP_PEER_ONEDNN  // it would take as many threads as it likes
#endif
#if defined(HALFULP_PEER_ONEDNN)
#include <oneapi/dnnl/dnnl.hpp>
#endif
#if defined(__linux__)
#include <unistd.h>
#endif

#if defined(HALFULP_PEER_EIGEN)
namespace eigen_peer {  // matmul_eigen.cpp

void multiply(const float* a, bool a_transposed, const float* b, bool b_transposed, float* c,
              std::size_t rows, std::size_t columns, std::size_t depth);
void multiply(const double* a, bool a_transposed, const double* b, bool b_transposed, double* c,
              std::size_t rows, std::size_t columns, std::size_t depth);
std::string version();

}  // namespace eigen_peer
#endif

namespace matmul_peers {

namespace hb = halfulp::benchmarks;

/// C = A·B is rows × columns, and A and B are stored by rows, or transposed by columns.
struct product_shape {
    std::size_t rows, columns, depth;
    bool a_transposed = false;
    bool b_transposed = false;

    double multiply_adds() const {
        return static_cast<double>(rows) * static_cast<double>(columns) * static_cast<double>(depth);
    }
};

inline std::string name_of(const product_shape& s) {
    return std::to_string(s.rows) + "x" + std::to_string(s.columns) + "x" + std::to_string(s.depth);
}

/// Our product of float of the shape, as a yardstick.
inline hb::yardstick native_product(const product_shape& s, std::string name = "native") {
    struct operands {
        hb::aligned_vector<float> a, b, c;
    };
    auto o = std::make_shared<operands>();
    o->a.assign(s.rows * s.depth, 0.5f);
    o->b.assign(s.columns * s.depth, 0.25f);
    o->c.assign(s.rows * s.columns, 0.0f);
    return {.name = std::move(name),
            .body =
                [o, s] {
                    using namespace halfulp;
                    matmul(matrix_view<const float>(o->a.data(), s.rows, s.depth),
                           matrix_view<const float>(o->b.data(), s.columns, s.depth).transposed(),
                           matrix_view<float>(o->c.data(), s.rows, s.columns));
                },
            .units = s.multiply_adds()};
}

/// A peer's product as a yardstick, and what it has written when the body has run.
template <class Out>
struct peer {
    hb::yardstick beside;
    std::shared_ptr<hb::aligned_vector<Out>> result;
};

/// Debian's OpenBLAS 0.3.21 takes processors that it does not know for a Haswell, at half their speed, and
/// the environment may say so too. It chooses before main begins, so where it has chosen a core without
/// AVX-512 on a processor with it, the program starts itself once more with a better choice, and with the
/// size of the cache left to OpenBLAS. HALFULP_OPENBLAS_AS_IT_IS=1 leaves all to the environment.
inline void choose_openblas_core(char** arguments) {
#if defined(HALFULP_PEER_OPENBLAS) && defined(__linux__)
    const std::string core = openblas_get_corename();
    const bool is_slow = core == "Haswell" || core == "Zen" || core == "Prescott";
    if (is_slow && halfulp::simd::detected_level() == halfulp::simd::isa::avx512 &&
        std::getenv("HALFULP_OPENBLAS_AS_IT_IS") == nullptr &&
        setenv("HALFULP_OPENBLAS_AS_IT_IS", "1", 1) == 0 && setenv("OPENBLAS_CORETYPE", "SkylakeX", 1) == 0 &&
        unsetenv("OPENBLAS_L2_SIZE") == 0)
        execv("/proc/self/exe", arguments);  // returns only where it failed: the table says which core it is
#else
    (void)arguments;
#endif
}

/// Versions of all peers, above the table.
inline void add_context() {
#if defined(HALFULP_PEER_OPENBLAS)
    hb::add_context("openblas_core", openblas_get_corename());
    hb::add_context("openblas_version", openblas_get_config());
#endif
#if defined(HALFULP_PEER_ONEDNN)
    const dnnl_version_t* const version = dnnl_version();
    const dnnl::cpu_isa isa = dnnl::get_effective_cpu_isa();
    const char* const name = isa >= dnnl::cpu_isa::avx512_core_bf16   ? "avx512 with bf16 or more"
                             : isa >= dnnl::cpu_isa::avx512_core_vnni ? "avx512 with vnni"
                             : isa >= dnnl::cpu_isa::avx512_core      ? "avx512"
                                                                      : "below avx512";
    hb::add_context("onednn_version", std::to_string(version->major) + "." + std::to_string(version->minor) +
                                          "." + std::to_string(version->patch) + ", " + name);
#endif
#if defined(HALFULP_PEER_EIGEN)
    hb::add_context("eigen_version", eigen_peer::version());
#endif
}

/// How many threads the peers may use from now on.
inline void use_threads(int threads) {
#if defined(HALFULP_PEER_OPENMP)
    omp_set_num_threads(threads);  // oneDNN's and Eigen's
#endif
#if defined(HALFULP_PEER_OPENBLAS)
    openblas_set_num_threads(threads);
#endif
    (void)threads;
}

#if defined(HALFULP_PEER_OPENBLAS)
template <class T>
void openblas_multiply(const product_shape& s, const T* a, const T* b, T* c) {
    const auto integer = [](std::size_t x) { return static_cast<blasint>(x); };
    const auto order = [](bool transposed) { return transposed ? CblasTrans : CblasNoTrans; };
    const blasint a_stride = integer(s.a_transposed ? s.rows : s.depth);
    const blasint b_stride = integer(s.b_transposed ? s.depth : s.columns);
    if constexpr (std::same_as<T, float>)
        cblas_sgemm(CblasRowMajor, order(s.a_transposed), order(s.b_transposed), integer(s.rows),
                    integer(s.columns), integer(s.depth), 1, a, a_stride, b, b_stride, 0, c,
                    integer(s.columns));
    else
        cblas_dgemm(CblasRowMajor, order(s.a_transposed), order(s.b_transposed), integer(s.rows),
                    integer(s.columns), integer(s.depth), 1, a, a_stride, b, b_stride, 0, c,
                    integer(s.columns));
}
#endif

#if defined(HALFULP_PEER_ONEDNN)
inline void onednn_multiply(const product_shape& s, const float* a, const float* b, float* c) {
    const auto integer = [](std::size_t x) { return static_cast<dnnl_dim_t>(x); };
    const auto order = [](bool transposed) { return transposed ? 'T' : 'N'; };
    dnnl_sgemm(order(s.a_transposed), order(s.b_transposed), integer(s.rows), integer(s.columns),
               integer(s.depth), 1, a, integer(s.a_transposed ? s.rows : s.depth), b,
               integer(s.b_transposed ? s.depth : s.columns), 0, c, integer(s.columns));
}
#endif

/// The peers that multiply float or double, with the threads of now. `keep` owns a and b.
template <class T>
std::vector<peer<T>> multiply_peers(const product_shape& s, const std::shared_ptr<const void>& keep,
                                    const T* a, const T* b) {
    std::vector<peer<T>> peers;
    const auto add = [&](const char* name, auto multiply) {
        auto c = std::make_shared<hb::aligned_vector<T>>(s.rows * s.columns);
        peers.push_back({{.name = name,
                          .body = [s, keep, a, b, c, multiply] { multiply(s, a, b, c->data()); },
                          .units = s.multiply_adds()},
                         c});
    };
#if defined(HALFULP_PEER_OPENBLAS)
    add("openblas", openblas_multiply<T>);
#endif
#if defined(HALFULP_PEER_ONEDNN)
    if constexpr (std::same_as<T, float>)
        add("onednn", onednn_multiply);
#endif
#if defined(HALFULP_PEER_EIGEN)
    add("eigen", [](const product_shape& t, const T* x, const T* y, T* z) {
        eigen_peer::multiply(x, t.a_transposed, y, t.b_transposed, z, t.rows, t.columns, t.depth);
    });
#endif
    (void)add;
    return peers;
}

#if defined(HALFULP_PEER_ONEDNN)
/// An operand of oneDNN's general product: its elements, and whether they lie by rows (ab) or by columns (ba).
struct onednn_operand {
    dnnl::memory::data_type type;
    void* data;
    dnnl::memory::format_tag order = dnnl::memory::format_tag::ab;
};
/// A product of operands of any types as a body; `keep` owns them.
/// @throws dnnl::error  if the processor has no such product
inline std::function<void()> onednn_product(const product_shape& s, std::shared_ptr<const void> keep,
                                            const onednn_operand& a, const onednn_operand& b,
                                            const onednn_operand& c) {
    const auto description = [](std::size_t rows, std::size_t columns, const onednn_operand& o) {
        return dnnl::memory::desc(
            {static_cast<dnnl::memory::dim>(rows), static_cast<dnnl::memory::dim>(columns)}, o.type, o.order);
    };
    const dnnl::memory::desc a_is = description(s.rows, s.depth, a),
                             b_is = description(s.depth, s.columns, b);
    const dnnl::memory::desc c_is = description(s.rows, s.columns, c);
    const dnnl::engine engine(dnnl::engine::kind::cpu, 0);
#if DNNL_VERSION_MAJOR >= 3
    const dnnl::matmul::primitive_desc how(engine, a_is, b_is, c_is);
#else
    const dnnl::matmul::primitive_desc how(dnnl::matmul::desc(a_is, b_is, c_is), engine);
#endif
    return [keep = std::move(keep), stream = dnnl::stream(engine), multiply = dnnl::matmul(how),
            a_in = dnnl::memory(a_is, engine, a.data), b_in = dnnl::memory(b_is, engine, b.data),
            c_out = dnnl::memory(c_is, engine, c.data)] {
        multiply.execute(stream, {{DNNL_ARG_SRC, a_in}, {DNNL_ARG_WEIGHTS, b_in}, {DNNL_ARG_DST, c_out}});
        dnnl::stream(stream).wait();
    };
}
#endif

/// The peers that multiply bfloat16 to float: sums in float, rounded in an order of their own.
inline std::vector<peer<float>> multiply_peers(const product_shape& s,
                                               const std::shared_ptr<const void>& keep,
                                               const halfulp::bfloat16* a, const halfulp::bfloat16* b) {
    std::vector<peer<float>> peers;
#if defined(HALFULP_PEER_ONEDNN)
    using type = dnnl::memory::data_type;
    auto c = std::make_shared<hb::aligned_vector<float>>(s.rows * s.columns);
    try {
        // The arguments are pointers to void, but nobody writes to a and b.
        peers.push_back(
            {{.name = "onednn",
              .body = [c, body = onednn_product(s, keep, {type::bf16, const_cast<halfulp::bfloat16*>(a)},
                                                {type::bf16, const_cast<halfulp::bfloat16*>(b)},
                                                {type::f32, c->data()})] { body(); },
              .units = s.multiply_adds()},
             c});
    } catch (const dnnl::error&) {  // no bfloat16 on this processor
    }
#else
    (void)s;
    (void)keep;
    (void)a;
    (void)b;
#endif
    return peers;
}

/// True where both have about the same value everywhere: that the peer has been asked for the same product.
/// Operands are about 1; a wrong one is off by far more than roundings are.
template <class Out>
bool nearly_equal(const hb::aligned_vector<Out>& ours, const hb::aligned_vector<Out>& theirs,
                  std::size_t depth) {
    const Out tolerance = static_cast<Out>(1e-5) * static_cast<Out>(depth);
    return std::equal(ours.begin(), ours.end(), theirs.begin(), theirs.end(),
                      [tolerance](Out x, Out y) { return std::abs(x - y) <= tolerance; });
}

}  // namespace matmul_peers

// SPDX-License-Identifier: BSL-1.0
// requires: exact
//
// e^x and tanh of arrays of float, correctly rounded, at every level of the processor; one thread, compiled with -O2
// and no other flag.
//
//   exponential, hyperbolic_tangent   the array functions
//   exponential_of_nonpositive        what the softmax of attention runs, as an array
//
// in memory (4 Mi elements) and in the cache (8 Ki). xstd is the ratio to a loop over std::exp (std::tanh) of float,
// xlibmvec that to the vector functions of the C library, whose errors go up to 4 ulp, where it has them; xmemcpy is the
// ratio to memcpy of the output's bytes. Each case is held against the definition before it is timed.
//
// With --prove it goes through all 2^32 floats instead, at every level, in all threads, and prints how many results are
// not e^x (tanh x) rounded once. What is right is decided by an evaluation in two doubles, whose error is below
// 2^-60 (which is itself held against MPFR), where that is farther than 2^-48 from a midpoint of floats,
// relatively, and else by MPFR. --prove=fast leaves out the definition, which takes minutes.

#include <halfulp/benchmark/table.hpp>
#include <halfulp/halfulp.hpp>
#include <halfulp/interop/mpfr.hpp>

#include <atomic>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#if defined(__linux__)
#include <dlfcn.h>
#endif

namespace {

using namespace halfulp;
namespace hb = halfulp::benchmarks;

using array_function = void (*)(const float*, float*, std::size_t) noexcept;

// --- What is measured and proven ------------------------------------------------------------------

#if HALFULP_HAS_SIMD

/// A function of the C library on a register of floats, as an array function of its own.
void* library_functions[2][2] = {};  // [tanh][avx512]

#define FUNCTIONS_OF_FAMILY(family)                                                               \
    void nonpositive_##family(const float* x, float* y, std::size_t count) noexcept {             \
        using namespace simd::family;                                                             \
        for (std::size_t i = 0; i < count; i += register_bytes / 4)                               \
            store(y + i, exponential_of_nonpositive(load<reals32>(x + i)));                       \
    }                                                                                             \
    template <bool Tanh>                                                                          \
    void library_##family(const float* x, float* y, std::size_t count) noexcept {                 \
        using namespace simd::family;                                                             \
        using function = reals32 (*)(reals32);                                                    \
        const auto f = reinterpret_cast<function>(library_functions[Tanh][register_bytes == 64]); \
        for (std::size_t i = 0; i < count; i += register_bytes / 4)                               \
            store(y + i, f(load<reals32>(x + i)));                                                \
    }

HALFULP_BEGIN_TARGET_AVX2
FUNCTIONS_OF_FAMILY(avx2)
HALFULP_END_TARGET
HALFULP_BEGIN_TARGET_AVX512
FUNCTIONS_OF_FAMILY(avx512)
HALFULP_END_TARGET

/// Looks for the vector functions; false if there are none.
bool has_library_functions() {
#if defined(__linux__)
    static const bool found = [] {
        void* const library = dlopen("libmvec.so.1", RTLD_NOW);
        if (library == nullptr)
            return false;
        const char* const names[2][2] = {{"_ZGVdN8v_expf", "_ZGVeN16v_expf"},
                                         {"_ZGVdN8v_tanhf", "_ZGVeN16v_tanhf"}};
        bool all = true;
        for (int f = 0; f < 2; ++f)
            for (int level = 0; level < 2; ++level)
                all = (library_functions[f][level] = dlsym(library, names[f][level])) != nullptr && all;
        return all;
    }();
    return found;
#else
    return false;
#endif
}

#endif

void exponential_by_definition(const float* x, float* y, std::size_t count) noexcept {
    for (std::size_t i = 0; i < count; ++i)
        y[i] = exponential<float>(x[i]);
}
void hyperbolic_tangent_by_definition(const float* x, float* y, std::size_t count) noexcept {
    for (std::size_t i = 0; i < count; ++i)
        y[i] = hyperbolic_tangent<float>(x[i]);
}

enum class measured_function : unsigned char { exponential, exponential_of_nonpositive, hyperbolic_tangent };

array_function function_at(measured_function f, simd::isa level) {
#if HALFULP_HAS_SIMD
    if (level != simd::isa::plain) {
        if (f == measured_function::exponential)
            return HALFULP_SIMD_SELECT(level, exponential_of_array);
        if (f == measured_function::hyperbolic_tangent)
            return HALFULP_SIMD_SELECT(level, hyperbolic_tangent_of_array);
        return level == simd::isa::avx512 ? nonpositive_avx512 : nonpositive_avx2;
    }
#endif
    return f == measured_function::hyperbolic_tangent ? hyperbolic_tangent_by_definition
                                                      : exponential_by_definition;
}

// --- Times ------------------------------------------------------------------------------------------

constexpr std::size_t in_memory = std::size_t{4} << 20;
constexpr std::size_t in_cache = std::size_t{8} << 10;

/// Numbers at which neither function is constant: −16 … 0 for the softmax, −16 … 16 for the exponential, −8 … 8.
hb::aligned_vector<float> arguments(measured_function f, std::size_t count) {
    hb::aligned_vector<float> result(count);
    for (std::size_t i = 0; i < count; ++i) {
        const float unit = static_cast<float>(philox_bits(1, 0, i) >> 8) * 0x1p-24f;
        result[i] = f == measured_function::exponential_of_nonpositive ? -16 * unit
                    : f == measured_function::exponential              ? 32 * unit - 16
                                                                       : 16 * unit - 8;
    }
    return result;
}

void run_function(measured_function f, simd::isa level, const hb::aligned_vector<float>& x,
                  hb::aligned_vector<float>& y, const execution::policy& how = {}) {
    if (f == measured_function::exponential)
        exponential(x, y, how);
    else if (f == measured_function::hyperbolic_tangent)
        hyperbolic_tangent(x, y, how);
    else
        function_at(f, how.definition_only ? simd::isa::plain : level)(x.data(), y.data(), x.size());
}

void add_function(const hb::suite& suite, measured_function f, const char* name, std::size_t count) {
    suite.add(
        {name, "float32", "ties_to_even", count == in_memory ? "4Mi" : "8Ki"},
        [f, count] {
            const simd::isa level = simd::level();
            auto x = std::make_shared<hb::aligned_vector<float>>(arguments(f, count));
            auto y = std::make_shared<hb::aligned_vector<float>>(count);
            const bool is_tanh = f == measured_function::hyperbolic_tangent;
            hb::measured m;
            m.body = [=] { run_function(f, level, *x, *y); };
            m.units = static_cast<double>(count);
            m.check = [=] {
                hb::aligned_vector<float> some(x->begin(), x->begin() + in_cache), fast(in_cache),
                    slow(in_cache);
                run_function(f, level, some, fast);
                run_function(f, level, some, slow, execution::plain);
                return std::memcmp(fast.data(), slow.data(), fast.size() * sizeof(float)) == 0;
            };
            m.beside = {hb::copy_of(count * sizeof(float), m.units),
                        {.name = "std",
                         .body =
                             [=] {
                                 if (is_tanh)
                                     for (std::size_t i = 0; i < x->size(); ++i)
                                         (*y)[i] = std::tanh((*x)[i]);
                                 else
                                     for (std::size_t i = 0; i < x->size(); ++i)
                                         (*y)[i] = std::exp((*x)[i]);
                             },
                         .units = m.units}};
#if HALFULP_HAS_SIMD
            if (level != simd::isa::plain && has_library_functions()) {
                const array_function library = level == simd::isa::avx512
                                                   ? (is_tanh ? library_avx512<true> : library_avx512<false>)
                                                   : (is_tanh ? library_avx2<true> : library_avx2<false>);
                m.beside.push_back({.name = "libmvec",
                                    .body = [=] { library(x->data(), y->data(), x->size()); },
                                    .units = m.units});
            }
#endif
            return m;
        },
        hb::levels_from(count == in_cache ? simd::isa::plain : simd::isa::avx2));
}

// --- The proof --------------------------------------------------------------------------------------

/// An unevaluated sum.
struct two_doubles {
    double high, low;
};
two_doubles sum_of(double x, double y) {
    const double s = x + y;
    const double part = s - x;
    return {s, (x - (s - part)) + (y - part)};
}
/// For |x| >= |y|.
two_doubles ordered_sum(double x, double y) {
    const double s = x + y;
    return {s, y - (s - x)};
}
two_doubles product_of(double x, double y) {
    const double p = x * y;
    return {p, std::fma(x, y, -p)};
}

/// e^x with a relative error below 2^-68, for |x| < 700 (0 too): x = k·log 2/128 + r, |r| < 0.0028, a table of
/// 2^(j/128) and Taylor's polynomial of degree 6. None of it is the library's.
class exponential_in_two_doubles {
  public:
    exponential_in_two_doubles() {
        mpfr_real power(300);
        for (int j = 0; j < 128; ++j) {
            mpfr_set_si(power.get(), j, MPFR_RNDN);
            mpfr_div_2ui(power.get(), power.get(), 7, MPFR_RNDN);
            mpfr_exp2(power.get(), power.get(), MPFR_RNDN);
            powers_[j] = halves(power);
        }
        mpfr_const_log2(power.get(), MPFR_RNDN);
        mpfr_div_2ui(power.get(), power.get(), 7, MPFR_RNDN);
        // 36 bits, so that its products with k are exact, and the rest.
        first_ = std::ldexp(std::rint(std::ldexp(mpfr_get_d(power.get(), MPFR_RNDN), 43)), -43);
        mpfr_sub_d(power.get(), power.get(), first_, MPFR_RNDN);
        second_ = mpfr_get_d(power.get(), MPFR_RNDN);
    }

    two_doubles operator()(double x) const {
        const double k = std::rint(x * 0x1.71547652b82fep+7);
        const auto index = static_cast<int>(k);
        const two_doubles tail = product_of(-k, second_);
        two_doubles r = sum_of(std::fma(-k, first_, x), tail.high);
        r.low += tail.low;
        // r²/2 in two doubles, the higher terms, below 2^-27, in one.
        const two_doubles square = product_of(r.high, r.high);
        const double higher = square.high * r.high *
                              (1.0 / 6 + r.high * (1.0 / 24 + r.high * (1.0 / 120 + r.high * (1.0 / 720))));
        two_doubles s = ordered_sum(r.high, 0.5 * square.high);
        s.low += 0.5 * square.low + r.high * r.low + r.low + higher;
        const two_doubles power = powers_[index & 127];
        const two_doubles change = product_of(power.high, s.high);
        two_doubles result = ordered_sum(power.high, change.high);
        result.low += change.low + power.high * s.low + power.low * s.high + power.low;
        result = ordered_sum(result.high, result.low);
        const double scale = std::bit_cast<double>(static_cast<std::uint64_t>(1023 + (index >> 7)) << 52);
        return {result.high * scale, result.low * scale};
    }

  private:
    static two_doubles halves(mpfr_real& x) {
        const double high = mpfr_get_d(x.get(), MPFR_RNDN);
        mpfr_sub_d(x.get(), x.get(), high, MPFR_RNDN);
        return {high, mpfr_get_d(x.get(), MPFR_RNDN)};
    }

    two_doubles powers_[128];
    double first_, second_;
};

/// tanh |x| for 2^-13 < |x| < 350, with a relative error below 2^-55: the difference loses 12 bits.
two_doubles hyperbolic_tangent_of(const exponential_in_two_doubles& exponential, double x) {
    const two_doubles e = exponential(2 * x);
    two_doubles numerator = sum_of(e.high, -1);
    numerator = ordered_sum(numerator.high, numerator.low + e.low);
    two_doubles denominator = sum_of(e.high, 1);
    denominator = ordered_sum(denominator.high, denominator.low + e.low);
    const double quotient = numerator.high / denominator.high;
    const double rest =
        std::fma(-quotient, denominator.high, numerator.high) + numerator.low - quotient * denominator.low;
    return ordered_sum(quotient, rest / denominator.high);
}

struct verdict {
    std::uint64_t inputs = 0, wrong = 0, by_mpfr = 0;
    double largest_error = 0;  ///< in ulps, of results that are finite
};

/// What is right, as bits, for inputs that are not NaN.
class judge {
  public:
    explicit judge(bool is_tanh) : is_tanh_(is_tanh), argument_(24), exact_(120) {}

    /// @param value gets the function's value, or nearly
    float operator()(float x, double& value, bool& by_mpfr) {
        by_mpfr = false;
        two_doubles y;
        if (is_tanh_) {
            const float size = std::fabs(x);
            // |x|(1 − x²/3) < tanh |x| < |x|, and x²/3 < 2^-25; 1 − 2e^(−2|x|) < tanh |x| < 1.
            if (size < 0x1p-12f || size > 10) {
                const float rounded = size > 10 ? std::copysign(1.0f, x) : x;
                value = rounded;
                return rounded;
            }
            y = hyperbolic_tangent_of(exponential_, static_cast<double>(size));
            if (x < 0)
                y = {-y.high, -y.low};
        } else {
            // Beyond half the smallest and twice the largest float.
            if (x < -104.5f || x > 89) {
                value = x < 0 ? 0 : std::numeric_limits<double>::infinity();
                return static_cast<float>(value);
            }
            y = exponential_(static_cast<double>(x));
        }
        value = y.high;
        // Both ends are farther from the value than a rounding to double can move them.
        const double margin = std::fabs(y.high) * 0x1p-48;
        const auto low = static_cast<float>(y.high + (y.low - margin));
        const auto high = static_cast<float>(y.high + (y.low + margin));
        if (low == high)
            return low;
        by_mpfr = true;
        return by_mpfr_alone(x);
    }

    /// The relative difference of the evaluation in two doubles from MPFR's.
    double error_at(float x) {
        evaluate(x);
        const two_doubles y = is_tanh_ ? hyperbolic_tangent_of(exponential_, static_cast<double>(x))
                                       : exponential_(static_cast<double>(x));
        mpfr_sub_d(exact_.get(), exact_.get(), y.high, MPFR_RNDN);
        mpfr_sub_d(exact_.get(), exact_.get(), y.low, MPFR_RNDN);
        return std::fabs(mpfr_get_d(exact_.get(), MPFR_RNDN) / y.high);
    }

  private:
    void evaluate(float x) {
        mpfr_set_flt(argument_.get(), x, MPFR_RNDN);
        if (is_tanh_)
            mpfr_tanh(exact_.get(), argument_.get(), MPFR_RNDN);
        else
            mpfr_exp(exact_.get(), argument_.get(), MPFR_RNDN);
    }
    float by_mpfr_alone(float x) {
        // 120 bits: no midpoint is nearer than 2^-53 to a value, as these runs show, and zero has been sorted out. The
        // conversion rounds once, subnormal results too.
        evaluate(x);
        return mpfr_get_flt(exact_.get(), MPFR_RNDN);
    }

    exponential_in_two_doubles exponential_;
    bool is_tanh_;
    mpfr_real argument_, exact_;
};

/// Goes through the floats with these bits.
verdict prove_range(measured_function f, array_function function, std::uint64_t begin, std::uint64_t end) {
    constexpr std::size_t chunk = 4096;
    const simd::default_floating_point_environment guard;
    judge right(f == measured_function::hyperbolic_tangent);
    verdict result;
    alignas(64) float x[chunk], y[chunk];
    for (std::uint64_t first = begin; first < end; first += chunk) {
        for (std::size_t i = 0; i < chunk; ++i)
            x[i] = std::bit_cast<float>(static_cast<std::uint32_t>(first + i));
        if (f == measured_function::exponential_of_nonpositive && (x[0] > 0 || x[chunk - 1] > 0))
            continue;  // no chunk has numbers of both signs
        function(x, y, chunk);
        for (std::size_t i = 0; i < chunk; ++i) {
            ++result.inputs;
            if (x[i] != x[i]) {
                result.wrong += f == measured_function::exponential_of_nonpositive
                                    ? y[i] == y[i]
                                    : std::bit_cast<std::uint32_t>(y[i]) != 0x7fc00000u;
                continue;
            }
            double value;
            bool by_mpfr;
            const float expected = right(x[i], value, by_mpfr);
            result.by_mpfr += by_mpfr;
            result.wrong += std::bit_cast<std::uint32_t>(expected) != std::bit_cast<std::uint32_t>(y[i]);
            if (std::isfinite(y[i])) {
                const int exponent = y[i] == 0 ? -126 : std::max(std::ilogb(y[i]), -126);
                const double error =
                    std::fabs(static_cast<double>(y[i]) - value) *
                    std::bit_cast<double>(static_cast<std::uint64_t>(1023 + 23 - exponent) << 52);
                result.largest_error = std::max(result.largest_error, error);
            }
        }
    }
    return result;
}

verdict prove(measured_function f, array_function function) {
    const unsigned threads = std::max(1u, std::thread::hardware_concurrency());
    constexpr std::uint64_t piece = std::uint64_t{1} << 22;
    std::atomic<std::uint64_t> next{0};
    std::vector<verdict> verdicts(threads);
    std::vector<std::thread> pool;
    for (unsigned t = 0; t < threads; ++t)
        pool.emplace_back([&, t] {
            for (std::uint64_t first; (first = next.fetch_add(piece)) < std::uint64_t{1} << 32;) {
                const verdict part = prove_range(f, function, first, first + piece);
                verdict& total = verdicts[t];
                total.inputs += part.inputs;
                total.wrong += part.wrong;
                total.by_mpfr += part.by_mpfr;
                total.largest_error = std::max(total.largest_error, part.largest_error);
            }
        });
    verdict result;
    for (unsigned t = 0; t < threads; ++t) {
        pool[t].join();
        result.inputs += verdicts[t].inputs;
        result.wrong += verdicts[t].wrong;
        result.by_mpfr += verdicts[t].by_mpfr;
        result.largest_error = std::max(result.largest_error, verdicts[t].largest_error);
    }
    return result;
}

/// The evaluation in two doubles against MPFR; false if its error is larger than the proof supposes.
bool check_judge(bool is_tanh) {
    judge j(is_tanh);
    double largest = 0;
    for (std::uint64_t i = 0; i < 1'000'000; ++i) {
        const std::uint32_t bits = philox_bits(2, 0, i);
        const float size =
            std::ldexp(std::bit_cast<float>((bits & 0x7fffff) | 0x3f800000u),
                       static_cast<int>(bits >> 23 & 31) % (is_tanh ? 16 : 27) - (is_tanh ? 12 : 20));
        if (size < (is_tanh ? 10.0f : 88.0f))
            largest = std::max(largest, j.error_at(!is_tanh && bits >> 31 != 0 ? -size : size));
    }
    std::printf("%s in two doubles: error at most 2^%.1f at a million floats\n", is_tanh ? "tanh" : "e^x",
                std::log2(largest));
    return largest < (is_tanh ? 0x1p-53 : 0x1p-60);
}

int prove_all(bool with_definition) {
    bool right = check_judge(false) && check_judge(true);
    const std::pair<measured_function, const char*> functions[] = {
        {measured_function::exponential, "exponential"},
        {measured_function::exponential_of_nonpositive, "exponential_of_nonpositive"},
        {measured_function::hyperbolic_tangent, "hyperbolic_tangent"}};
    for (const simd::isa level : hb::levels_from(with_definition ? simd::isa::plain : simd::isa::avx2))
        for (const auto& [f, name] : functions) {
            if (level == simd::isa::plain && f == measured_function::exponential_of_nonpositive)
                continue;
            const verdict v = prove(f, function_at(f, level));
            std::printf(
                "%-27s %-7s %10llu floats, %llu wrong, largest error %.9f ulp, %llu decided by MPFR\n", name,
                simd::name_of(level), static_cast<unsigned long long>(v.inputs),
                static_cast<unsigned long long>(v.wrong), v.largest_error,
                static_cast<unsigned long long>(v.by_mpfr));
            std::fflush(stdout);
            right = right && v.wrong == 0;
        }
    return right ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
    for (int i = 1; i < argc; ++i)
        if (const std::string_view option = argv[i]; option == "--prove" || option == "--prove=fast")
            return prove_all(option == "--prove");
    const hb::suite suite;
    for (const std::size_t count : {in_memory, in_cache}) {
        add_function(suite, measured_function::exponential, "exponential", count);
        add_function(suite, measured_function::exponential_of_nonpositive, "exponential_of_nonpositive",
                     count);
        add_function(suite, measured_function::hyperbolic_tangent, "hyperbolic_tangent", count);
    }
    return hb::run(argc, argv);
}

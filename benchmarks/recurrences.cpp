// SPDX-License-Identifier: BSL-1.0
// requires: exact
//
// Continued fractions by recurrences, beside Boost's continued_fraction_b (boost/math/tools/fraction.hpp, modified
// Lentz with a functor that counts in doubles), one thread, compiled with -O2 and no other flag.
//
//   forward, steed, lentz, backward   in double until two convergents agree to an epsilon. `callable`: a(n), b(n) from a
//                                     struct of the user's, in long; `prepared`: a prepared_continued_fraction;
//                                     `polynomial`: the fraction itself
//   evaluate                          4/pi to 1000 and 10 000 digits by the product tree, beside continued_fraction_b in
//                                     Boost's mpfr and cpp_bin_float numbers of as many digits
//   lentz in mpfr                     the library's own, in mpfr_arithmetic, to as many digits
//
// A unit is an evaluation. max_ulp is the error of the value in units of the last place of the result; that of Boost's value
// is printed above the table. Each case is checked before it is timed.

#include <halfulp/benchmark/table.hpp>
#include <halfulp/continued_fractions/evaluate.hpp>
#include <halfulp/continued_fractions/mpfr_arithmetic.hpp>
#include <halfulp/continued_fractions/recurrence.hpp>

#include <boost/math/tools/fraction.hpp>
#include <boost/multiprecision/cpp_bin_float.hpp>
#include <boost/multiprecision/mpfr.hpp>
#include <mpfr.h>

#include <chrono>
#include <cmath>
#include <cstdio>
#include <functional>
#include <limits>
#include <memory>
#include <string>
#include <utility>

namespace {

using namespace halfulp;
namespace hb = halfulp::benchmarks;
namespace mp = boost::multiprecision;

// --- The fractions, each as a polynomial, as callables, and as Boost wants it --------------------------

struct four_over_pi {
    static constexpr const char* name = "4_over_pi";
    static polynomial_continued_fraction polynomial() { return {{0, 0, 1}, {1, 2}}; }
    long a(long n) const { return n * n; }
    long b(long n) const { return 2 * n + 1; }
    template <class Real>
    static std::pair<Real, Real> boost_elements(const Real& n) {
        return {n * n, 2 * n + 1};
    }
};
/// (e + 1)/(e − 1): few terms.
struct coth_of_half {
    static constexpr const char* name = "coth_half";
    static polynomial_continued_fraction polynomial() { return {{1}, {2, 4}}; }
    long a(long) const { return 1; }
    long b(long n) const { return 4 * n + 2; }
    template <class Real>
    static std::pair<Real, Real> boost_elements(const Real& n) {
        return {Real(1), 4 * n + 2};
    }
};
/// 2/log 2: negative numerators.
struct two_over_log_2 {
    static constexpr const char* name = "2_over_log_2";
    static polynomial_continued_fraction polynomial() { return {{0, 0, -1}, {3, 6}}; }
    long a(long n) const { return -n * n; }
    long b(long n) const { return 6 * n + 3; }
    template <class Real>
    static std::pair<Real, Real> boost_elements(const Real& n) {
        return {-n * n, 6 * n + 3};
    }
};

template <class Real, class Fraction>
struct boost_generator {
    using result_type = std::pair<Real, Real>;
    Real n = 0;
    result_type operator()() {
        result_type result = Fraction::template boost_elements<Real>(n);
        n += 1;
        return result;
    }
};

template <class Real, class Fraction>
Real by_boost(const Real& tolerance) {
    boost_generator<Real, Fraction> generator;
    return boost::math::tools::continued_fraction_b(generator, tolerance);
}

// --- double -----------------------------------------------------------------------------------------------

/// |x − C| in ulps of x, C by the product tree.
template <class Fraction>
double error_in_ulps(double x) {
    static const mpfr_real exact = evaluate(Fraction::polynomial(), 40).value;
    mpfr_real gap(64);
    mpfr_d_sub(gap.get(), x, exact.get(), MPFR_RNDN);
    return std::fabs(gap.to_double()) / (std::nextafter(std::fabs(x), HUGE_VAL) - std::fabs(x));
}

template <class Fraction>
void add_double(const hb::suite& suite, const std::string& method, const std::string& how,
                const std::function<std::function<double()>()>& make) {
    suite.add(
        {method, "double", how, Fraction::name},
        [make] {
            const std::function<double()> f = make();
            hb::measured m;
            const double error = error_in_ulps<Fraction>(f());
            // Through std::function on both sides: the call is part of neither.
            m.body = [f] {
                for (int i = 0; i < 100; ++i)
                    benchmark::DoNotOptimize(f());
            };
            m.units = 100;
            m.unit = "evaluations";
            m.check = [error] { return error <= 8; };
            m.error = hb::measured_error{error, error, error > 0.5 ? 1.0 : 0.0};
            const std::function<double()> boost = [] {
                return by_boost<double, Fraction>(std::numeric_limits<double>::epsilon());
            };
            m.beside = {{.name = "Boost",
                         .body =
                             [boost] {
                                 for (int i = 0; i < 100; ++i)
                                     benchmark::DoNotOptimize(boost());
                             },
                         .units = 100}};
            return m;
        },
        hb::levels_from(simd::isa::plain));
}

/// One method for the three kinds of elements.
template <class Fraction, class Method>
void add_method(const hb::suite& suite, const std::string& name, const Method& method) {
    add_double<Fraction>(suite, name, "callable",
                         [method] { return [method, f = Fraction{}] { return method(f); }; });
    add_double<Fraction>(suite, name, "prepared", [method] {
        return [method, f = std::make_shared<prepared_continued_fraction>(Fraction::polynomial())] {
            return method(*f);
        };
    });
    add_double<Fraction>(suite, name, "polynomial", [method] {
        return [method, f = std::make_shared<polynomial_continued_fraction>(Fraction::polynomial())] {
            return method(*f);
        };
    });
}

template <class Fraction>
void add_fraction(const hb::suite& suite) {
    add_method<Fraction>(suite, "forward", [](const auto& f) { return evaluate_forward<double>(f).value; });
    add_method<Fraction>(suite, "steed", [](const auto& f) { return evaluate_steed<double>(f).value; });
    add_method<Fraction>(suite, "lentz", [](const auto& f) { return evaluate_lentz<double>(f).value; });
    add_method<Fraction>(suite, "backward", [](const auto& f) { return evaluate_backward<double>(f).value; });
    char text[32];
    std::snprintf(
        text, sizeof text, "%.2f ulp",
        error_in_ulps<Fraction>(by_boost<double, Fraction>(std::numeric_limits<double>::epsilon())));
    hb::add_context(std::string("Boost_error_") + Fraction::name, text);
}

// --- Many digits --------------------------------------------------------------------------------------------

constexpr double bits_a_digit = 3.3219280948873623;

template <unsigned Digits>
using boost_mpfr = mp::number<mp::mpfr_float_backend<Digits>, mp::et_off>;
template <unsigned Digits>
using boost_binary = mp::number<mp::cpp_bin_float<Digits>, mp::et_off>;

/// Whether x is 4/pi to the digits.
bool is_four_over_pi(const mpfr_real& x, long digits) {
    mpfr_real expected(x.precision() + 64), gap(64);
    mpfr_const_pi(expected.get(), MPFR_RNDN);
    mpfr_ui_div(expected.get(), 4, expected.get(), MPFR_RNDN);
    mpfr_reldiff(gap.get(), expected.get(), x.get(), MPFR_RNDA);
    return mpfr_zero_p(gap.get()) != 0 ||
           static_cast<double>(mpfr_get_exp(gap.get())) < -static_cast<double>(digits - 2) * bits_a_digit;
}

/// What Boost takes, measured once: with cpp_bin_float's 10 000 digits it is many seconds.
template <class Real>
hb::yardstick boost_once(const std::string& name) {
    const Real tolerance = std::numeric_limits<Real>::epsilon();
    const auto start = std::chrono::steady_clock::now();
    const Real value = by_boost<Real, four_over_pi>(tolerance);
    benchmark::DoNotOptimize(value);
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    return {.name = name, .rate = 1 / seconds};
}

template <unsigned Digits>
void add_digits(const hb::suite& suite) {
    const std::string shape = std::to_string(Digits) + "_digits";
    suite.add({"evaluate", "product tree", "4_over_pi", shape},
              [] {
                  const auto f = std::make_shared<polynomial_continued_fraction>(four_over_pi::polynomial());
                  hb::measured m;
                  m.body = [f] { benchmark::DoNotOptimize(evaluate(*f, Digits).depth); };
                  m.units = 1;
                  m.unit = "evaluations";
                  m.check = [f] { return is_four_over_pi(evaluate(*f, Digits).value, Digits); };
                  m.beside = {boost_once<boost_mpfr<Digits>>("Boost_mpfr"),
                              boost_once<boost_binary<Digits>>("Boost_cpp_bin_float")};
                  return m;
              },
              {simd::isa::plain});
    suite.add({"lentz", "mpfr", "4_over_pi", shape},
              [] {
                  const auto f = std::make_shared<prepared_continued_fraction>(four_over_pi::polynomial());
                  const mpfr_arithmetic k(static_cast<mpfr_prec_t>(std::ceil(Digits * bits_a_digit)) + 1);
                  hb::measured m;
                  m.body = [f, k] {
                      benchmark::DoNotOptimize(evaluate_lentz(*f, adaptive_depth<mpfr_real>{}, k).depth);
                  };
                  m.units = 1;
                  m.unit = "evaluations";
                  m.check = [f, k] {
                      return is_four_over_pi(evaluate_lentz(*f, adaptive_depth<mpfr_real>{}, k).value,
                                             Digits);
                  };
                  m.beside = {boost_once<boost_mpfr<Digits>>("Boost_mpfr")};
                  return m;
              },
              {simd::isa::plain});
}

}  // namespace

int main(int argc, char** argv) {
    const hb::suite suite;
    add_fraction<four_over_pi>(suite);
    add_fraction<coth_of_half>(suite);
    add_fraction<two_over_log_2>(suite);
    add_digits<1000>(suite);
    add_digits<10000>(suite);
    return hb::run(argc, argv);
}

// SPDX-License-Identifier: BSL-1.0
// requires: exact
// peers: OpenMP FLINT Arb
//
// Constants by continued fractions, to 10^4, 10^5 and 10^6 digits with the proof, beside MPFR's and Arb's own, one thread
// unless the name says otherwise; compiled with -O2 and no other flag.
//
//   constant   each formula of each constant, 0 being the one that constant() takes. xmpfr, xarb: the ratio to the same
//              constant of theirs, computed anew; cost_gmp: in multiplications of two numbers of so many digits by GMP
//   tree       A_n and B_n exactly, common factors divided out where the fraction has such, beside the recurrence over the
//              same integers
//   threads    constants in two threads, beside one
//
// A case that takes MPFR minutes (zeta3 at 10^6 digits) has it computed once, and only with --long. --memory prints how much
// memory GMP's numbers take at most, instead. Each value is held against MPFR's before it is timed, where that has the constant.

#include <halfulp/benchmark/table.hpp>
#include <halfulp/continued_fractions/binary_splitting.hpp>
#include <halfulp/continued_fractions/constants.hpp>
#include <halfulp/continued_fractions/recurrence.hpp>

#include <gmpxx.h>
#include <mpfr.h>
#if defined(HALFULP_PEER_ARB) && defined(HALFULP_PEER_FLINT)
#include <arb.h>
#endif

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

using namespace halfulp;
namespace hb = halfulp::benchmarks;

const std::vector<simd::isa> one_level{simd::detected_level()};  // nothing here depends on it

// --- The peers' constants -------------------------------------------------------------------------------

using mpfr_constant = void (*)(mpfr_ptr);

mpfr_constant constant_of_mpfr(const std::string& name) {
    if (name == "pi")
        return [](mpfr_ptr x) { mpfr_const_pi(x, MPFR_RNDN); };
    if (name == "e")
        return [](mpfr_ptr x) {
            mpfr_set_ui(x, 1, MPFR_RNDN);
            mpfr_exp(x, x, MPFR_RNDN);
        };
    if (name == "log2")
        return [](mpfr_ptr x) { mpfr_const_log2(x, MPFR_RNDN); };
    if (name == "log3")
        return [](mpfr_ptr x) {
            mpfr_set_ui(x, 3, MPFR_RNDN);
            mpfr_log(x, x, MPFR_RNDN);
        };
    if (name == "zeta3")
        return [](mpfr_ptr x) { mpfr_zeta_ui(x, 3, MPFR_RNDN); };
    if (name == "catalan")
        return [](mpfr_ptr x) { mpfr_const_catalan(x, MPFR_RNDN); };
    return nullptr;
}

#if defined(HALFULP_PEER_ARB) && defined(HALFULP_PEER_FLINT)
/// What they keep from one call to the next is thrown away before each.
std::function<void(arb_ptr, long)> constant_of_arb(const std::string& name) {
    if (name == "pi")
        return [](arb_ptr x, long bits) { arb_const_pi(x, bits); };
    if (name == "e")
        return [](arb_ptr x, long bits) { arb_const_e(x, bits); };
    if (name == "log2")
        return [](arb_ptr x, long bits) { arb_const_log2(x, bits); };
    if (name == "zeta3")
        return [](arb_ptr x, long bits) { arb_const_apery(x, bits); };
    if (name == "catalan")
        return [](arb_ptr x, long bits) { arb_const_catalan(x, bits); };
    return nullptr;
}
#endif

long bits_of_digits(long digits) {
    return static_cast<long>(static_cast<double>(digits) * 3.3219280948873623) + 64;
}

double seconds_of(const std::function<void()>& body) {
    const auto start = std::chrono::steady_clock::now();
    body();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// What is measured beside a constant.
std::vector<hb::yardstick> peers_of(const std::string& name, long digits, bool with_long) {
    std::vector<hb::yardstick> result;
    const long bits = bits_of_digits(digits);
    if (const mpfr_constant f = constant_of_mpfr(name)) {
        auto body = [f, x = std::make_shared<mpfr_real>(static_cast<mpfr_prec_t>(bits))] {
            mpfr_free_cache();
            f(x->get());
        };
        if (name == "zeta3" && digits > 10'000) {
            if (with_long || digits <= 100'000)
                result.push_back({.name = "mpfr", .rate = 1 / seconds_of(body)});
        } else {
            result.push_back({.name = "mpfr", .body = body, .units = 1});
        }
    }
#if defined(HALFULP_PEER_ARB) && defined(HALFULP_PEER_FLINT)
    if (const auto f = constant_of_arb(name)) {
        struct number {
            arb_t x;
            number() { arb_init(x); }
            ~number() { arb_clear(x); }
        };
        result.push_back({.name = "arb",
                          .body =
                              [f, bits, n = std::make_shared<number>()] {
                                  flint_cleanup();
                                  f(n->x, bits);
                              },
                          .units = 1});
    }
#endif
    auto factors = std::make_shared<std::pair<mpz_class, mpz_class>>();
    gmp_randclass random(gmp_randinit_default);
    factors->first = random.get_z_bits(static_cast<mp_bitcnt_t>(bits));
    factors->second = random.get_z_bits(static_cast<mp_bitcnt_t>(bits));
    result.push_back(
        {.name = "gmp",
         .body = [factors,
                  product = std::make_shared<mpz_class>()] { *product = factors->first * factors->second; },
         .units = 1,
         .as_cost = true});
    return result;
}

/// Whether the interval contains MPFR's value, where there is one that does not take minutes.
bool agrees_with_mpfr(const std::string& name, const evaluation& x, long digits) {
    const mpfr_constant f = constant_of_mpfr(name);
    if (f == nullptr || (name == "zeta3" && digits > 10'000))
        return x.digits >= digits;
    mpfr_real expected(x.value.precision() + 64);
    f(expected.get());
    return x.digits >= digits && mpfr_lessequal_p(x.lower().get(), expected.get()) != 0 &&
           mpfr_lessequal_p(expected.get(), x.upper().get()) != 0;
}

std::string power_of_ten(long digits) {
    return "10^" + std::to_string(std::to_string(digits).size() - 1);
}

void add_constants(const hb::suite& suite, bool with_long) {
    for (const constant_entry& entry : constants::all())
        for (std::size_t i = 0; i < entry.formulas.size(); ++i)
            for (const long digits : {10'000L, 100'000L, 1'000'000L}) {
                suite.add(
                    {"constant", entry.name, "formula" + std::to_string(i), power_of_ten(digits)},
                    [&entry, i, digits, with_long] {
                        const constant_formula& formula = entry.formulas[i];
                        hb::measured m;
                        m.check = [&entry, &formula, digits] {
                            return agrees_with_mpfr(entry.name, evaluate(formula, digits), digits);
                        };
                        m.body = [&formula, digits] {
                            benchmark::DoNotOptimize(evaluate(formula, digits).digits);
                        };
                        m.units = 1;
                        m.unit = "constants";
                        m.beside = peers_of(entry.name, digits, with_long);
                        return m;
                    },
                    one_level);
            }
}

// --- Trees ----------------------------------------------------------------------------------------------

void add_trees(const hb::suite& suite) {
    struct named {
        const char* name;
        polynomial_continued_fraction fraction;
    };
    static const named fractions[] = {{"6_over_zeta3", {{0, 0, 0, 0, 0, 0, -1}, {5, 27, 51, 34}}},
                                      {"2_over_log2", {{0, 0, -1}, {3, 6}}},
                                      {"4_over_pi", {{0, 0, 1}, {1, 2}}},
                                      {"e", {{0, -1}, {3, 1}}}};
    for (const named& f : fractions)
        suite.add(
            {"tree", f.name, "exact", "n=10^4"},
            [&f] {
                constexpr long n = 10'000;
                hb::measured m;
                const auto recurrence = [&f] { return forward_recurrence<mpz_class>(f.fraction, n); };
                m.check = [&f, recurrence] {
                    const auto expected = recurrence();
                    const convergent_fraction c = nearly_reduced_convergent(f.fraction, n);
                    return c.numerator * expected.denominator == c.denominator * expected.numerator;
                };
                m.body = [&f] {
                    benchmark::DoNotOptimize(nearly_reduced_convergent(f.fraction, n).numerator.get_mpz_t());
                };
                m.units = n;
                m.unit = "terms";
                m.beside = {
                    {.name = "recurrence",
                     .body = [recurrence] { benchmark::DoNotOptimize(recurrence().scaling); },
                     .units = n},
                    {.name = "unreduced",
                     .body =
                         [&f] { benchmark::DoNotOptimize(convergent(f.fraction, n).numerator.get_mpz_t()); },
                     .units = n}};
                return m;
            },
            one_level);
}

// --- Threads ----------------------------------------------------------------------------------------------

void add_threads(const hb::suite& suite) {
    for (const auto& [name, i] : {std::pair{"zeta3", 2}, {"zeta3", 0}, {"pi", 0}, {"log2", 0}, {"e", 0}})
        suite.add(
            {"threads", name, "formula" + std::to_string(i), "10^6", 2},
            [name = std::string(name), i = static_cast<std::size_t>(i)] {
                constexpr long digits = 1'000'000;
                const constant_formula& formula = constants::find(name).formulas[i];
                hb::measured m;
                const auto body = [&formula](int threads) {
                    evaluation_options options;
                    options.policy = execution::parallel(threads);
                    benchmark::DoNotOptimize(evaluate(formula, digits, options).digits);
                };
                m.body = [body] { body(2); };
                m.units = 1;
                m.unit = "constants";
                m.beside = {{.name = "one_thread", .body = [body] { body(1); }, .units = 1}};
                return m;
            },
            one_level);
}

// --- Memory -----------------------------------------------------------------------------------------------

std::atomic<std::size_t> bytes_now{0}, bytes_most{0};

void count_bytes(std::size_t gained, std::size_t lost) {
    const std::size_t now = bytes_now += gained - lost;
    std::size_t most = bytes_most;
    while (now > most && !bytes_most.compare_exchange_weak(most, now)) {
    }
}

void print_memory() {
    mp_set_memory_functions(
        [](std::size_t size) {
            count_bytes(size, 0);
            return std::malloc(size);
        },
        [](void* p, std::size_t before, std::size_t size) {
            count_bytes(size, before);
            return std::realloc(p, size);
        },
        [](void* p, std::size_t size) {
            count_bytes(0, size);
            std::free(p);
        });
    std::printf("%-13s %-8s %10s %10s\n", "constant", "formula", "MiB", "of digits");
    for (const constant_entry& entry : constants::all())
        for (std::size_t i = 0; i < entry.formulas.size(); ++i) {
            constexpr long digits = 1'000'000;
            const std::size_t before = bytes_now;
            bytes_most = before;
            evaluate(entry.formulas[i], digits);
            const auto most = static_cast<double>(bytes_most - before);
            std::printf("%-13s %-8zu %10.1f %10.1f\n", entry.name.c_str(), i, most / (1 << 20),
                        most / (static_cast<double>(digits) * 0.41524));
        }
}

}  // namespace

int main(int argc, char** argv) {
    bool with_long = false;
    int kept = 1;
    for (int i = 1; i < argc; ++i) {
        const std::string_view argument = argv[i];
        if (argument == "--memory") {
            print_memory();
            return 0;
        }
        if (argument == "--long")
            with_long = true;
        else
            argv[kept++] = argv[i];
    }
    argc = kept;
    const hb::suite suite(5);
    add_constants(suite, with_long);
    add_trees(suite);
    add_threads(suite);
    return hb::run(argc, argv);
}

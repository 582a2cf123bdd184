// SPDX-License-Identifier: BSL-1.0
// peers: FLINT PARI
//
// Simple continued fractions of numbers with many digits: quotients of pi that are proven by half an ulp, one thread.
//
// | yardstick  | what it does with the same number                                                                  |
// |------------|-----------------------------------------------------------------------------------------------------|
// | FLINT      | fmpq_get_cfrac of the centre, as a rational number: twice as many quotients, of which it cannot say how  |
// |            | many are those of pi                                                                                  |
// | FLINT_ends | fmpq_get_cfrac of both ends: what these have in common is proven                                       |
// | FLINT_ball | _fmpq_ball_get_cfrac, internal to FLINT: the same interval, the same quotients                          |
// | PARI       | contfrac of a real number of that precision                                                           |
// | gcd        | GMP's gcd of the centre's numerator and denominator: no quotients                                      |
//
// PARI's is quadratic: a hundred seconds at a million digits. There it runs once, and only if --pari is given.
//
// Before anything is timed: the quotients are the common beginning of both ends' expansions by FLINT, and those of pi at a
// higher precision; PARI's are the same as far as both go.

#include <halfulp/benchmark/table.hpp>
#include <halfulp/continued_fractions/partial_quotients.hpp>
#include <halfulp/continued_fractions/simple_continued_fraction.hpp>

#include <chrono>
#include <cstdio>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#if defined(HALFULP_PEER_FLINT)
#include <flint/fmpq.h>
#include <flint/fmpz_vec.h>
#endif
#if defined(HALFULP_PEER_PARI)
#include <pari/pari.h>
#endif

namespace {

using namespace halfulp;
namespace hb = halfulp::benchmarks;

constexpr double bits_of_a_digit = 3.3219280948873623;

mpfr_real pi_with(long digits) {
    mpfr_real x(static_cast<mpfr_prec_t>(static_cast<double>(digits) * bits_of_a_digit) + 8);
    mpfr_const_pi(x.get(), MPFR_RNDN);
    return x;
}

bool begins_with(const partial_quotient_list& whole, const partial_quotient_list& part) {
    bool same = part.size() <= whole.size();
    for (std::size_t i = 0; same && i < part.size(); ++i)
        same = whole[i] == part[i];
    return same;
}

/// x − ulp/2, x, x + ulp/2.
std::vector<mpq_class> ends_of(const mpfr_real& x) {
    mpq_class centre = x.to_rational(), half(1, 2);
    half >>= static_cast<mp_bitcnt_t>(x.precision() - mpfr_get_exp(x.get()));
    return {centre - half, centre, centre + half};
}

#if defined(HALFULP_PEER_FLINT)
/// A number, and memory for its quotients.
class flint_number {
  public:
    explicit flint_number(const mpq_class& x) {
        fmpq_init(x_);
        fmpq_init(rest_);
        fmpq_set_mpq(x_, x.get_mpq_t());
        bound_ = fmpq_cfrac_bound(x_);
        quotients_ = _fmpz_vec_init(bound_);
    }
    ~flint_number() {
        _fmpz_vec_clear(quotients_, bound_);
        fmpq_clear(rest_);
        fmpq_clear(x_);
    }
    flint_number(const flint_number&) = delete;
    flint_number& operator=(const flint_number&) = delete;

    void expand() { count_ = fmpq_get_cfrac(quotients_, rest_, x_, bound_); }
    partial_quotient_list quotients() const {
        partial_quotient_list result;
        for (slong i = 0; i < count_; ++i) {
            mpz_class b;
            fmpz_get_mpz(b.get_mpz_t(), quotients_ + i);
            result.push_back(b);
        }
        return result;
    }
    const fmpq* get() const { return x_; }
    /// The number again, of its quotients.
    void value() { fmpq_set_cfrac(rest_, quotients_, count_); }

  private:
    fmpq_t x_, rest_;
    fmpz* quotients_ = nullptr;
    slong bound_ = 0, count_ = 0;
};

/// Quotients of an interval above 1, by the function that fmpq_get_cfrac is made of.
std::size_t flint_ball(const flint_number& low, const flint_number& high) {
    _fmpq_ball_t ball;
    _fmpq_ball_init(ball);
    fmpz_set(ball->left_num, fmpq_numref(low.get()));
    fmpz_set(ball->left_den, fmpq_denref(low.get()));
    fmpz_set(ball->right_num, fmpq_numref(high.get()));
    fmpz_set(ball->right_den, fmpq_denref(high.get()));
    ball->exact = 0;
    _fmpq_cfrac_list_t list;
    _fmpq_cfrac_list_init(list);
    list->limit = fmpq_cfrac_bound(low.get());
    _fmpz_mat22_t matrix;
    _fmpz_mat22_init(matrix);
    _fmpz_mat22_one(matrix);
    _fmpq_ball_get_cfrac(list, matrix, 0, ball);
    const auto count = static_cast<std::size_t>(list->length);
    _fmpz_mat22_clear(matrix);
    _fmpq_cfrac_list_clear(list);
    _fmpq_ball_clear(ball);
    return count;
}
#endif

#if defined(HALFULP_PEER_PARI)
/// The number as PARI's, on its stack, below which each call starts again.
class pari_number {
  public:
    explicit pari_number(const mpfr_real& x) {
        static const bool started = [] {
            pari_init(std::size_t{4} << 30, 2);
            return true;
        }();
        static_cast<void>(started);
        mpz_class significand;
        const long exponent = mpfr_get_z_2exp(significand.get_mpz_t(), x.get());
        const auto limbs = static_cast<long>(mpz_size(significand.get_mpz_t()));
        GEN integer = cgeti(limbs + 2);
        integer[1] =
            static_cast<long>(static_cast<ulong>(evalsigne(1)) | static_cast<ulong>(evallgefint(limbs + 2)));
        for (long i = 0; i < limbs; ++i)
            *int_W(integer, i) = static_cast<long>(mpz_getlimbn(significand.get_mpz_t(), i));
        real_ = gshift(itor(integer, nbits2prec(static_cast<long>(x.precision()))), exponent);
        top_ = avma;
    }
    void expand() {
        set_avma(top_);
        quotients_ = contfrac0(real_, nullptr, 0);
    }
    partial_quotient_list quotients() const {
        partial_quotient_list result;
        for (long i = 1; i < lg(quotients_); ++i)
            result.push_back(static_cast<std::uint64_t>(itou(gel(quotients_, i))));
        return result;
    }

  private:
    GEN real_ = nullptr, quotients_ = nullptr;
    pari_sp top_ = 0;
};
#endif

struct number {
    explicit number(long digits) : x(pi_with(digits)), more(pi_with(digits + 50)), ends(ends_of(x)) {}
    mpfr_real x, more;
    std::vector<mpq_class> ends;
    partial_quotient_list quotients;
};

hb::measured prepare(long digits, bool pari_once) {
    const auto n = std::make_shared<number>(digits);
    n->quotients = proven_partial_quotients(n->x);
    const auto count = static_cast<double>(n->quotients.size());
    hb::measured m;
    m.body = [n] { n->quotients = proven_partial_quotients(n->x); };
    m.units = count;
    m.unit = "quotients";
    std::vector<std::function<bool()>> checks{
        [n] { return begins_with(proven_partial_quotients(n->more), n->quotients); }};

    m.beside.push_back({.name = "gcd",
                        .body =
                            [n] {
                                // Odd and prime to each other, so that nothing is saved.
                                const mpz_class a = n->ends[1].get_num(), b = n->ends[1].get_den() - 1;
                                mpz_class divisor;
                                mpz_gcd(divisor.get_mpz_t(), a.get_mpz_t(), b.get_mpz_t());
                                ::benchmark::DoNotOptimize(divisor.get_mpz_t());
                            },
                        .units = count});
#if defined(HALFULP_PEER_FLINT)
    std::vector<std::shared_ptr<flint_number>> flint;
    for (const mpq_class& end : n->ends)
        flint.push_back(std::make_shared<flint_number>(end));
    m.beside.push_back(
        {.name = "FLINT", .body = [flint] { flint[1]->expand(); }, .units = count, .as_cost = true});
    m.beside.push_back({.name = "FLINT_ends",
                        .body =
                            [flint] {
                                flint[0]->expand();
                                flint[2]->expand();
                            },
                        .units = count});
    m.beside.push_back(
        {.name = "FLINT_ball", .body = [flint] { flint_ball(*flint[0], *flint[2]); }, .units = count});
    checks.emplace_back([n, flint] {
        flint[0]->expand();
        flint[2]->expand();
        const partial_quotient_list low = flint[0]->quotients(), high = flint[2]->quotients();
        std::size_t common = 0;
        while (common < low.size() && common < high.size() && low[common] == high[common])
            ++common;
        return common == n->quotients.size() && begins_with(low, n->quotients);
    });
#endif
#if defined(HALFULP_PEER_PARI)
    if (digits < 1'000'000 || pari_once) {
        const auto pari = std::make_shared<pari_number>(n->x);
        const auto start = std::chrono::steady_clock::now();
        pari->expand();
        const double seconds =
            std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
        const partial_quotient_list theirs = pari->quotients();
        checks.emplace_back([n, theirs] {
            const partial_quotient_list longer = proven_partial_quotients(n->more);
            // Its last quotients need not be those of pi.
            const bool as_many = theirs.size() + 20 > n->quotients.size();
            partial_quotient_list certain;
            certain.append(theirs, 0, std::min(theirs.size() - 3, n->quotients.size()));
            return as_many && begins_with(longer, certain);
        });
        if (digits < 1'000'000)
            m.beside.push_back({.name = "PARI", .body = [pari] { pari->expand(); }, .units = count});
        else
            m.beside.push_back({.name = "PARI", .rate = count / seconds});
    }
#else
    static_cast<void>(pari_once);
#endif
    m.check = [checks, n, digits] {
        bool right = true;
        for (const auto& check : checks)
            right = right && check();
        std::fprintf(stderr, "pi, %ld digits: %zu quotients proven\n", digits, n->quotients.size());
        return right;
    };
    return m;
}

/// All quotients of a rational number, and the number of its quotients.
hb::measured prepare_rational(long digits, bool back) {
    const auto n = std::make_shared<number>(digits);
    const mpq_class x = n->ends[1];
    const auto all = std::make_shared<simple_continued_fraction>(partial_quotients(x));
    const auto count = static_cast<double>(all->quotients().size());
    hb::measured m;
    m.units = count;
    m.unit = "quotients";
    m.check = [all, x] { return all->value() == x; };
    if (back)
        m.body = [all] { ::benchmark::DoNotOptimize(all->value().get_num_mpz_t()); };
    else
        m.body = [x] { ::benchmark::DoNotOptimize(partial_quotients(x).size()); };
#if defined(HALFULP_PEER_FLINT)
    const auto flint = std::make_shared<flint_number>(x);
    flint->expand();
    if (back)
        m.beside.push_back(
            {.name = "FLINT", .body = [flint] { flint->value(); }, .units = count, .as_cost = true});
    else
        m.beside.push_back(
            {.name = "FLINT", .body = [flint] { flint->expand(); }, .units = count, .as_cost = true});
#endif
    return m;
}

/// Google Benchmark asks for a case several times: it is made, and checked, once.
std::function<hb::measured()> once(std::function<hb::measured()> make) {
    return [make = std::move(make), made = std::make_shared<std::optional<hb::measured>>()] {
        if (!*made) {
            *made = make();
            (*made)->check = [right = (*made)->check()] { return right; };
        }
        return **made;
    };
}

}  // namespace

int main(int argc, char** argv) {
    bool pari_once = false;
    std::vector<char*> rest;
    for (int i = 0; i < argc; ++i)
        if (std::string_view(argv[i]) == "--pari")
            pari_once = true;
        else
            rest.push_back(argv[i]);
    const hb::suite suite;
    for (const auto& [digits, name] :
         {std::pair{10'000L, "10^4"}, std::pair{100'000L, "10^5"}, std::pair{1'000'000L, "10^6"}}) {
        const std::string shape = std::string("pi to ") + name + " digits";
        const auto plain = {simd::isa::plain};
        suite.add({.kernel = "proven quotients", .type = "mpfr", .arithmetic = "half ulp", .shape = shape},
                  once([digits = digits, pari_once] { return prepare(digits, pari_once); }), plain);
        suite.add({.kernel = "all quotients", .type = "mpq", .arithmetic = "exact", .shape = shape},
                  once([digits = digits] { return prepare_rational(digits, false); }), plain);
        suite.add({.kernel = "value of quotients", .type = "mpq", .arithmetic = "exact", .shape = shape},
                  once([digits = digits] { return prepare_rational(digits, true); }), plain);
    }
    int count = static_cast<int>(rest.size());
    rest.push_back(nullptr);
    return hb::run(count, rest.data());
}

// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// Arithmetic on simple continued fractions, quotient by quotient, without a value in between: Gosper's algorithm (HAKMEM,
/// 1972, item 101B; Vuillemin 1990). Sums, differences, products, quotients, and fractional linear maps of numbers of which
/// the quotients come from a list, a period or a function, for ever if need be.
///
///     const auto root = [] { return stream_of(simple_continued_fraction({1}, {2})); };
///     combined_fraction sum = sum_of(root(), stream_of_terms([](std::size_t n) { return mpz_class(n + 1); }));
///     const partial_quotient_list b = take(sum, 100);
///
/// **What it cannot do, and nobody can.** Whether √2·√2 = 2 or a little less is not to be seen from any number of
/// quotients of √2: 2 and 1.999… begin with different ones. So the quotients read for one of the result are counted, and when
/// there are more than a budget, the result says `undecided`, with the interval in which what follows must be. The same holds
/// for results that are rational because infinite inputs cancel, and for no other: each irrational result comes, given time.

#include <halfulp/continued_fractions/moebius_map.hpp>
#include <halfulp/continued_fractions/polynomial_continued_fraction.hpp>
#include <halfulp/continued_fractions/simple_continued_fraction.hpp>

#include <gmpxx.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

namespace halfulp {
inline namespace v0 {

/// Gives one partial quotient a call, and nothing once the fraction has ended.
using quotient_stream = std::function<std::optional<mpz_class>()>;

/// The quotients of a fraction; those of a period for ever.
inline quotient_stream stream_of(simple_continued_fraction fraction) {
    return [b = std::make_shared<const simple_continued_fraction>(std::move(fraction)),
            n = std::size_t{0}]() mutable -> std::optional<mpz_class> {
        if (b->is_finite() && n >= b->quotients().size())
            return std::nullopt;
        return (*b)[n++];
    };
}
/// b(0), b(1), … for ever.
/// @param b  a callable that takes a std::size_t and gives an integer
template <class Terms>
quotient_stream stream_of_terms(Terms b) {
    return [b = std::move(b), n = std::size_t{0}]() mutable -> std::optional<mpz_class> {
        return mpz_class(b(n++));
    };
}

/// (a·xy + b·x + c·y + d)/(e·xy + f·x + g·y + h).
struct bilinear_map {
    mpz_class a, b, c, d, e, f, g, h;
};

/// How far a result has come.
enum class stream_state {
    running,   ///< there may be more
    ended,     ///< it was the last quotient: the result is rational, and known
    undecided  ///< the budget is used up; see `combined_fraction::next`
};

/// The simple continued fraction, canonical, of a bilinear function of two others.
class combined_fraction {
  public:
    /// @param map             the function; where it does not depend on one of them, that is never read
    /// @param maximum_inputs  quotients that are read for one of the result
    /// @throws std::invalid_argument  if the denominator of the map is zero
    combined_fraction(const bilinear_map& map, quotient_stream x, quotient_stream y,
                      std::size_t maximum_inputs = 10'000)
        : numerator_{map.a, map.b, map.c, map.d},
          denominator_{map.e, map.f, map.g, map.h},
          inputs_{std::move(x), std::move(y)},
          maximum_inputs_(maximum_inputs) {
        if (is_zero(denominator_))
            throw_argument_error<std::invalid_argument>("combined_fraction", "the denominator of the map",
                                                        "0", "a function");
    }

    /// The next quotient. Nothing if there is none (`state()` is then `ended`), and nothing if the budget did not suffice
    /// (`undecided`; another call goes on where this one stopped, with a new budget).
    ///
    /// @throws std::invalid_argument  if an input gives a quotient below 1 that is not its first
    /// @throws convergence_error      if the result is infinite
    /// Where the map is 0/0 at rational operands, the result is its limit along one of them: 0/y with y = 0 is 0 or infinite.
    /// O(1) operations with the map's coefficients a quotient read or given; these have about as many bits as the
    /// inputs read hold beyond the quotients given.
    std::optional<mpz_class> next() {
        if (state_ == stream_state::ended)
            return std::nullopt;
        state_ = stream_state::running;
        for (std::size_t read = 0;;) {
            if (is_zero(denominator_)) {
                if (given_ == 0)
                    throw convergence_error("halfulp::combined_fraction: the result is infinite");
                state_ = stream_state::ended;
                return std::nullopt;
            }
            const std::array<bool, 2> needed{depends_on(0), depends_on(1)};
            if ((!needed[0] || begun_[0]) && (!needed[1] || begun_[1]))
                if (std::optional<mpz_class> quotient = common_floor(needed)) {
                    give(*quotient);
                    return quotient;
                }
            if (read == maximum_inputs_) {
                state_ = stream_state::undecided;
                return std::nullopt;
            }
            // In turn; first what has not begun.
            std::size_t which = needed[turn_] ? turn_ : 1 - turn_;
            if (needed[1 - which] && begun_[which] && !begun_[1 - which])
                which = 1 - which;
            turn_ = 1 - which;
            absorb(which);
            ++read;
        }
    }
    stream_state state() const noexcept { return state_; }

    /// The same as next(), for use as a stream: undecided is an error.
    /// @throws convergence_error  if the budget did not suffice
    std::optional<mpz_class> operator()() {
        std::optional<mpz_class> quotient = next();
        if (!quotient && state_ == stream_state::undecided)
            throw convergence_error(
                "halfulp::combined_fraction: " + std::to_string(maximum_inputs_) +
                " more quotients of the operands do not decide the next one of the result");
        return quotient;
    }

    /// Bounds of [b_n; b_{n+1}, …], b_n being what next() would give, by what was read until now; nothing if it is not
    /// bounded yet. After √2·√2 is undecided: 2 ± 10^-3828·….
    std::optional<std::pair<mpq_class, mpq_class>> remaining() const {
        const std::array<bool, 2> needed{depends_on(0), depends_on(1)};
        std::optional<std::pair<mpq_class, mpq_class>> range;
        int sign = 0;
        for (int corner = 0; corner < 4; ++corner) {
            if (!is_corner(corner, needed))
                continue;
            const mpz_class d = at(denominator_, corner);
            if (sgn(d) == 0 || sgn(d) == -sign || (needed[0] && !begun_[0]) || (needed[1] && !begun_[1]))
                return std::nullopt;
            sign = sgn(d);
            mpq_class value(at(numerator_, corner), d);
            value.canonicalize();
            if (!range)
                range.emplace(value, value);
            range->first = std::min(range->first, value);
            range->second = std::max(range->second, value);
        }
        return range;
    }

  private:
    using form = std::array<mpz_class, 4>;  // xy, x, y, 1

    static bool is_zero(const form& f) {
        return std::all_of(f.begin(), f.end(), [](const mpz_class& x) { return x == 0; });
    }
    bool depends_on(std::size_t which) const {
        const std::size_t other = which == 0 ? 1 : 2;
        return numerator_[0] != 0 || denominator_[0] != 0 || numerator_[other] != 0 ||
               denominator_[other] != 0;
    }
    /// Corner bits: 1 for x = ∞ instead of 1, 2 for y. A number that does not matter has one corner.
    static bool is_corner(int corner, const std::array<bool, 2>& needed) {
        return ((corner & 1) == 0 || needed[0]) && ((corner & 2) == 0 || needed[1]);
    }
    static mpz_class at(const form& f, int corner) {
        mpz_class sum = f[0];
        if ((corner & 2) == 0)
            sum += f[1];
        if ((corner & 1) == 0)
            sum += f[2];
        if (corner == 0)
            sum += f[3];
        return sum;
    }
    /// The floor of the function for all x, y in [1, ∞]: bilinear with a denominator of one sign, it is between its values
    /// at the corners.
    std::optional<mpz_class> common_floor(const std::array<bool, 2>& needed) const {
        std::optional<mpz_class> quotient;
        int sign = 0;
        for (int corner = 0; corner < 4; ++corner) {
            if (!is_corner(corner, needed))
                continue;
            const mpz_class d = at(denominator_, corner);
            if (sgn(d) == 0 || sgn(d) == -sign)
                return std::nullopt;
            sign = sgn(d);
            const mpz_class n = at(numerator_, corner);
            if (!quotient) {
                quotient.emplace();
                mpz_fdiv_q(quotient->get_mpz_t(), n.get_mpz_t(), d.get_mpz_t());
            } else {
                const mpz_class rest = n - *quotient * d;
                if (sgn(rest) == -sign || cmpabs(rest, d) >= 0)
                    return std::nullopt;
            }
        }
        return quotient;
    }
    static int cmpabs(const mpz_class& x, const mpz_class& y) {
        return mpz_cmpabs(x.get_mpz_t(), y.get_mpz_t());
    }
    /// f − quotient, turned over.
    void give(const mpz_class& quotient) {
        for (std::size_t i = 0; i < 4; ++i) {
            mpz_submul(numerator_[i].get_mpz_t(), quotient.get_mpz_t(), denominator_[i].get_mpz_t());
            swap(numerator_[i], denominator_[i]);
        }
        ++given_;
    }
    /// x = b + 1/x', or x = ∞ where it has ended.
    void absorb(std::size_t which) {
        const std::optional<mpz_class> b = inputs_[which]();
        if (b && begun_[which] && *b < 1)
            throw_argument_error<std::invalid_argument>(
                "combined_fraction", which == 0 ? "a quotient of x" : "one of y", b->get_str(), "1 or more");
        if (!b && !begun_[which])
            throw_argument_error<std::invalid_argument>("combined_fraction", which == 0 ? "x" : "y", "empty",
                                                        "at least one quotient");
        begun_[which] = true;
        // The coefficients with and without the number, in two pairs.
        const std::size_t pairs[2][2] = {{0, which == 0 ? 2u : 1u}, {which == 0 ? 1u : 2u, 3}};
        for (form* f : {&numerator_, &denominator_})
            for (const auto& [with, without] : pairs) {
                mpz_class& u = (*f)[with];
                mpz_class& v = (*f)[without];
                if (b) {
                    mpz_addmul(v.get_mpz_t(), u.get_mpz_t(), b->get_mpz_t());
                    swap(u, v);
                } else {
                    v = 0;
                    swap(u, v);
                }
            }
    }

    form numerator_, denominator_;
    std::array<quotient_stream, 2> inputs_;
    std::array<bool, 2> begun_{};
    std::size_t turn_ = 0;
    std::size_t maximum_inputs_;
    std::size_t given_ = 0;
    stream_state state_ = stream_state::running;
};

/// x + y, x − y, x·y, x/y.
inline combined_fraction sum_of(quotient_stream x, quotient_stream y, std::size_t maximum_inputs = 10'000) {
    return {{0, 1, 1, 0, 0, 0, 0, 1}, std::move(x), std::move(y), maximum_inputs};
}
inline combined_fraction difference_of(quotient_stream x, quotient_stream y,
                                       std::size_t maximum_inputs = 10'000) {
    return {{0, 1, -1, 0, 0, 0, 0, 1}, std::move(x), std::move(y), maximum_inputs};
}
inline combined_fraction product_of(quotient_stream x, quotient_stream y,
                                    std::size_t maximum_inputs = 10'000) {
    return {{1, 0, 0, 0, 0, 0, 0, 1}, std::move(x), std::move(y), maximum_inputs};
}
inline combined_fraction quotient_of(quotient_stream x, quotient_stream y,
                                     std::size_t maximum_inputs = 10'000) {
    return {{0, 1, 0, 0, 0, 0, 1, 0}, std::move(x), std::move(y), maximum_inputs};
}
/// (p x + q)/(r x + s): undecided only where a constant x is infinite in length, or maximum_inputs quotients of x say
/// nothing about one of the result.
/// @throws std::invalid_argument  if r = s = 0
inline combined_fraction image_of(const moebius_map& map, quotient_stream x,
                                  std::size_t maximum_inputs = 10'000) {
    return {{0, map.p, 0, map.q, 0, map.r, 0, map.s}, std::move(x), {}, maximum_inputs};
}

/// Up to `count` quotients of a stream or a result; fewer where it ends, or is undecided.
template <class Stream>
partial_quotient_list take(Stream& stream, std::size_t count) {
    partial_quotient_list result;
    while (result.size() < count) {
        std::optional<mpz_class> b;
        if constexpr (requires { stream.next(); })
            b = stream.next();
        else
            b = stream();
        if (!b)
            break;
        result.push_back(*b);
    }
    return result;
}

}  // namespace v0
}  // namespace halfulp

// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// Values of which as many digits are certain as are wanted, timed; and fractions from the command line.

#include <halfulp/continued_fractions/evaluate.hpp>

#include <gmpxx.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace examples {

/// Seconds that a call takes.
template <class Body>
double seconds_of(const Body& body) {
    const auto start = std::chrono::steady_clock::now();
    body();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// The least of a few calls, where they are short.
template <class Body>
double best_seconds_of(const Body& body) {
    double best = seconds_of(body);
    for (double all = best; all < 0.02; all += best)
        best = std::min(best, seconds_of(body));
    return best;
}

/// A value and its digits, cut off: as many as are wanted, unless `count` is less.
struct certified_value {
    halfulp::evaluation value;
    std::string text;
    long count;
    double seconds;  ///< of the value; its conversion to decimal is not in it

    /// "100 digits, cut off, each proven: bracketing".
    std::string how() const {
        return std::to_string(count) +
               " digits, cut off, each proven: " + std::string(proof_name(value.proof.value()));
    }
};

/// The digits of evaluate_to(n), which gives n digits or more. Some more are computed than wanted; many more where they turn
/// out to be nines or zeros, which leave open what the last digits are; none where that is too much.
template <class Evaluate>
certified_value certify(const Evaluate& evaluate_to, long digits) {
    const auto compute = [&](long more) {
        std::optional<halfulp::evaluation> x;
        double seconds = seconds_of([&] { x.emplace(evaluate_to(digits + more)); });
        if (seconds < 0.01)  // the first call fills caches
            seconds = best_seconds_of([&] { evaluate_to(digits + more); });
        certified_value result{std::move(*x), {}, 0, seconds};
        if (result.value.proof)
            result.text = halfulp::certified_decimal(result.value, digits, result.count);
        return result;
    };
    const auto try_to_compute = [&](long more) -> std::optional<certified_value> {
        try {
            return compute(more);
        } catch (const std::exception&) {  // memory, or a depth that is too much
            return {};
        }
    };
    std::optional<certified_value> result = try_to_compute(5);
    if (!result)
        return compute(0);  // the error, if any, is that of the digits that are wanted
    for (long more = 40; result->value.proof && result->count < digits && more < 10'000; more *= 8) {
        std::optional<certified_value> better = try_to_compute(more);
        if (!better)
            break;
        result = std::move(better);
    }
    return std::move(*result);
}

/// Integers with commas between them, from an option.
inline std::vector<mpz_class> integers(const char* option, const std::string& list) {
    std::vector<mpz_class> result;
    for (std::size_t begin = 0; begin < list.size() + !list.empty();) {
        const std::size_t end = std::min(list.find(',', begin), list.size());
        const std::string word = list.substr(begin, end - begin);
        if (mpz_set_str(result.emplace_back().get_mpz_t(), word.c_str(), 10) != 0)
            throw std::invalid_argument(std::string("constants: ") + option + " is «" + list +
                                        "», expected integers with commas between them");
        begin = end + 1;
    }
    return result;
}

/// p,q,r,s; nothing is the identity.
inline halfulp::moebius_map map_of(const std::string& list) {
    const std::vector<mpz_class> m = integers("--map", list);
    if (m.empty())
        return {};
    if (m.size() != 4)
        throw std::invalid_argument("constants: --map is «" + list + "», expected p,q,r,s");
    return {m[0], m[1], m[2], m[3]};
}

/// How fast a fraction converges, in words.
inline std::string speed_of(const halfulp::polynomial_continued_fraction& fraction) {
    const halfulp::convergence_rate rate = halfulp::rate_of_convergence(fraction);
    switch (rate.kind) {
        case halfulp::convergence::terminating:
            return "the fraction ends";
        case halfulp::convergence::factorial:
            return "more digits a term with every term";
        case halfulp::convergence::exponential:
            return std::to_string(rate.digits_a_term) + " digits a term";
        case halfulp::convergence::polynomial:
            return "slowly, if at all: fewer digits a term with every term";
        case halfulp::convergence::none:
            return "it does not converge";
    }
    return "";
}

}  // namespace examples

// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// Binary splitting: a product of many small things that do not commute, as a balanced tree whose factors are of equal
/// size, where multiplication is sub-quadratic. What is multiplied is a parameter: 2 × 2 matrices (matrix_splitting.hpp)
/// or triangular ones (triangular_splitting.hpp).

#include <halfulp/arithmetic/execution.hpp>
#include <halfulp/continued_fractions/integer_bits.hpp>
#include <halfulp/continued_fractions/integer_multiplication.hpp>

#include <gmpxx.h>

#include <algorithm>
#include <atomic>
#include <bit>
#include <cstddef>
#include <exception>
#include <functional>
#include <initializer_list>
#include <mutex>

namespace halfulp {
inline namespace v0 {

/// How a product tree is carried out. Nothing here changes a value but `precision`, whose error is returned.
struct splitting_options {
    /// Entries are cut to about so many bits once they outgrow them, and the error of that is carried to the result;
    /// 0: never, all results are exact.
    long precision = 0;
    /// Divide common factors out while they are small, where they can be predicted from the coefficients or are found.
    bool remove_content = true;
    /// Threads, of OpenMP. The results do not depend on their number.
    execution::policy policy{};
    /// Called now and then with the part of the work that is done, 0 … 1, ascending, from any of the threads but never
    /// from two at once. An exception of it stops the work and comes out.
    std::function<void(double)> progress{};
};

namespace detail {

/// Bits of |x|, signed, as they are added to errors and shifts.
inline long length_of(const mpz_class& x) {
    return static_cast<long>(bits_of(x));
}

/// log2 of a bound of |x·y − x'·y'| for numbers of so many bits, of which the second ones err by less than 2^error; −1
/// where both are exact.
inline long product_error(long x_bits, long x_error, long y_bits, long y_error) noexcept {
    // |x|·e_y + |y|·e_x + e_x·e_y
    const long of_x = x_error >= 0 ? x_error + std::max(y_bits, y_error) : -1;
    const long of_y = y_error >= 0 ? y_error + std::max(x_bits, x_error) : -1;
    return of_x < 0 && of_y < 0 ? -1 : std::max(of_x, of_y) + 2;
}

/// The same of a sum of two.
inline long sum_error(long x_error, long y_error) noexcept {
    return x_error < 0 && y_error < 0 ? -1 : std::max(x_error, y_error) + 1;
}

/// Guard bits of a block that is cut: an addition of errors loses three bits a level of a tree.
inline constexpr long guard_bits = 192;

/// The bits that numbers of a block are too long by, the longest of them, for `precision` + guard_bits; 0 where that is
/// less than a word, or nothing is to be cut.
inline long excess_bits(long bits, long precision) noexcept {
    const long excess = precision <= 0 ? 0 : bits - precision - guard_bits;
    return excess < 64 ? 0 : excess;
}

/// x without its last bits.
inline void cut(mpz_class& x, long bits) {
    mpz_tdiv_q_2exp(x.get_mpz_t(), x.get_mpz_t(), static_cast<mp_bitcnt_t>(bits));
}

/// What the error is then.
inline long cut_error(long error, long bits) noexcept {
    return bits == 0 ? error : std::max(error - bits, 0L) + 1;
}

/// At which nodes common factors are divided out. GMP divides exactly at about the cost of a product, so a factor is let
/// grow for two levels; and near the root, where it would not shorten what follows by much, it stays. Chosen by
/// measurement: at all levels it takes 15 % more, at every third the same.
class content_levels {
  public:
    explicit content_levels(long terms) noexcept : highest_(level(terms) - 4) {}
    bool divide_at(long length) const noexcept {
        const int l = level(length);
        return l % 2 == 1 && l <= highest_;
    }

  private:
    static int level(long length) noexcept {
        return length <= 1 ? 0 : static_cast<int>(std::bit_width(static_cast<unsigned long>(length - 1)));
    }
    int highest_;
};

/// The state of a tree while it is worked on.
class splitting_progress {
  public:
    splitting_progress(const std::function<void(double)>& report, long terms)
        : report_(report), all_(static_cast<double>(terms)) {
        for (long n = terms; n > 1; n -= n / 2)
            all_ += static_cast<double>(terms);
    }
    /// A node of so many terms is done.
    void add(long terms) {
        if (!report_)
            return;
        const std::lock_guard lock(mutex_);
        done_ += static_cast<double>(terms);
        const double part = std::min(done_ / all_, 1.0);
        if (part < reported_ + 0.005 || failed())
            return;
        reported_ = part;
        report_(part);
    }
    /// Keeps the first exception; no more work is begun.
    void fail() noexcept {
        const std::lock_guard lock(failure_mutex_);
        if (!failure_)
            failure_ = std::current_exception();
        failed_ = true;
    }
    bool failed() const noexcept { return failed_; }
    /// Throws what was kept.
    void finish() {
        if (failure_)
            std::rethrow_exception(failure_);
        if (report_ && reported_ < 1)
            report_(1.0);
    }

  private:
    const std::function<void(double)>& report_;
    double all_;
    double done_ = 0;
    double reported_ = 0;
    std::mutex mutex_;
    std::mutex failure_mutex_;
    std::exception_ptr failure_;
    std::atomic<bool> failed_ = false;
};

/// The product over low ≤ n < high. `last`: nothing is to the right of it, so that a column is enough.
template <class Terms>
typename Terms::node split(const Terms& terms, long low, long high, bool last, bool parallel,
                           splitting_progress& progress) {
    using node = typename Terms::node;
    if (progress.failed())
        return {};
    node result{};
    try {
        const long length = high - low;
        if (length <= Terms::leaf_length) {
            result = terms.leaf(low, high, last);
        } else {
            const long middle = low + length / 2;
            node left, right;
#if defined(_OPENMP)
            if (parallel && length > 32 * Terms::leaf_length) {
#pragma omp task shared(terms, progress, left)
                left = split(terms, low, middle, false, true, progress);
                right = split(terms, middle, high, last, true, progress);
#pragma omp taskwait
            } else
#endif
            {
                left = split(terms, low, middle, false, false, progress);
                right = split(terms, middle, high, last, false, progress);
            }
            if (progress.failed())
                return {};
            result = terms.merge(left, right, low, middle, high, last, parallel);
        }
        progress.add(length);
    } catch (...) {
        progress.fail();
    }
    return result;
}

/// The same for a whole tree, in the threads of the options.
template <class Terms>
typename Terms::node split(const Terms& terms, long low, long high, bool last,
                           const splitting_options& options) {
    splitting_progress progress(options.progress, high - low);
    typename Terms::node result;
#if defined(_OPENMP)
    const int threads = options.policy.threads == 0 ? omp_get_max_threads() : options.policy.threads;
    if (threads > 1 && high - low > 64 * Terms::leaf_length) {
#pragma omp parallel num_threads(threads)
#pragma omp single
        result = split(terms, low, high, last, true, progress);
    } else
#endif
        result = split(terms, low, high, last, false, progress);
    progress.finish();
    return result;
}

}  // namespace detail
}  // namespace v0
}  // namespace halfulp

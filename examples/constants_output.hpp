// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// Lines of a report, a bar that shows how much is done, and digits written to a file.

#include <halfulp/core/errors.hpp>

#include "constants_certify.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>
#include <system_error>
#include <vector>

#if defined(__unix__) || defined(__APPLE__)
#include <unistd.h>
#endif

namespace examples {

/// A line of a report.
inline void print_fact(std::FILE* out, const std::string& name, const std::string& value) {
    std::fprintf(out, "%-12s %s\n", name.c_str(), value.c_str());
}
/// One number as printf writes it.
inline std::string text_of(const char* format, double x) {
    char text[64];
    std::snprintf(text, sizeof text, format, x);
    return text;
}

/// What is known of a value of which so many digits are wanted.
inline void print_value(std::FILE* out, const certified_value& x, long digits) {
    const std::string& t = x.text;
    const std::string error = x.value.error.to_string(3);
    if (x.value.proof) {
        print_fact(out, "digits", t.size() <= 64 ? t : t.substr(0, 42) + " ... " + t.substr(t.size() - 10));
        print_fact(out, "certified", std::to_string(x.count) + " of " + std::to_string(digits));
        if (x.count < digits)
            print_fact(out, "", "the value is within " + error + " of a decimal number of so many digits");
        print_fact(out, "proof", std::string(proof_name(*x.value.proof)) + "; error at most " + error);
    } else {
        print_fact(out, "value", "about " + x.value.value.to_string(static_cast<int>(std::min(digits, 60L))));
        print_fact(out, "proof", "none; convergents agree on " + std::to_string(x.value.digits) + " digits");
    }
    print_fact(out, "depth", std::to_string(x.value.depth));
    print_fact(out, "time", text_of("%.3g s", x.seconds));
}

/// Shows on stderr how much of a computation is done: a bar on a terminal, elsewhere a line for every tenth.
class progress_bar {
  public:
    /// @param always  also where stderr is no terminal
    explicit progress_bar(bool always) {
#if defined(__unix__) || defined(__APPLE__)
        is_terminal_ = isatty(STDERR_FILENO) != 0;
#endif
        is_shown_ = always || is_terminal_;
    }
    progress_bar(const progress_bar&) = delete;
    progress_bar& operator=(const progress_bar&) = delete;
    ~progress_bar() {
        clear();
    }

    /// Part 0 … 1 of `what` is done. The bar does not go back.
    void show(const std::string& what, double part) {
        const int percent = static_cast<int>(100 * part);
        if (!is_shown_ || (what == what_ && percent <= percent_))
            return;
        if (!is_terminal_) {
            if (what != what_ || percent / 10 != percent_ / 10)
                std::fprintf(stderr, "%s: %d %%\n", what.c_str(), percent);
        } else if (const auto now = std::chrono::steady_clock::now();
                   what != what_ || now - drawn_ > std::chrono::milliseconds(100)) {
            drawn_ = now;
            const auto done = static_cast<std::size_t>(std::clamp(percent, 0, 100) * 2 / 5);
            const std::string bar = std::string(done, '#') + std::string(40 - done, '.');
            std::fprintf(stderr, "\r%s [%s] %3d %%\x1b[K", what.c_str(), bar.c_str(), percent);
        }
        what_ = what;
        percent_ = percent;
    }
    /// Takes the bar from the terminal.
    void clear() {
        if (is_shown_ && is_terminal_ && !what_.empty())
            std::fprintf(stderr, "\r\x1b[K");
        what_.clear();
    }

  private:
    bool is_terminal_ = false, is_shown_ = false;
    std::string what_;
    int percent_ = 0;
    std::chrono::steady_clock::time_point drawn_{};
};

/// A file for digits, which is seen to be writable before they are computed; what it held stays until they are there. "-"
/// is stdout.
///
///     # zeta3: zeta(3), Apery's constant
///     # 64 zeta(3): the sum of (-1)^k k!^10 (205k^2 + 250k + 77)/(2k + 1)!^5
///     # 100 digits, cut off, each proven: series_majorant
///     1.
///     2020569031 5959428539 9738161511 4499907649 8629234049 : 50
///     8881792271 5553418382 0578631309 0186455873 609335258 : 99
///
/// The lines that begin with # say what it is. Then comes what is in front of the point, and then the digits behind it in
/// groups of ten, five groups a line, with their number so far behind the colon. Plain: the digits in one line, no more.
class digit_file {
  public:
    explicit digit_file(const std::string& path) : path_(path) {
        if (path == "-")
            return;
        std::error_code error;
        is_new_ = !std::filesystem::exists(path, error);
        file_.open(path, std::ios::app);
        if (!file_)
            throw halfulp::file_error("constants: " + path + " cannot be written");
    }
    digit_file(const digit_file&) = delete;
    digit_file& operator=(const digit_file&) = delete;
    ~digit_file() {
        std::error_code error;
        if (is_new_ && !is_written_)
            std::filesystem::remove(path_, error);
    }

    bool is_stdout() const { return path_ == "-"; }

    void write(const std::string& text, const std::vector<std::string>& comments, bool plain) {
        std::error_code error;
        if (!is_stdout() && std::filesystem::is_regular_file(path_, error))
            std::filesystem::resize_file(path_, 0);
        std::ostream& out = is_stdout() ? std::cout : file_;
        const std::size_t point = text.find('.');
        if (plain || point == std::string::npos || text.find('e') != std::string::npos) {
            out << text << '\n';
        } else {
            for (const std::string& comment : comments)
                out << "# " << comment << '\n';
            out << text.substr(0, point + 1) << '\n';
            const std::string behind = text.substr(point + 1);
            for (std::size_t i = 0; i < behind.size(); i += 50) {
                const std::size_t end = std::min(i + 50, behind.size());
                for (std::size_t k = i; k < end; k += 10)
                    out << behind.substr(k, std::min<std::size_t>(10, end - k)) << ' ';
                out << ": " << end << '\n';
            }
        }
        out.flush();
        if (!out)
            throw halfulp::file_error("constants: " + path_ + " cannot be written to its end");
        is_written_ = true;
    }

  private:
    std::string path_;
    std::ofstream file_;
    bool is_new_ = false, is_written_ = false;
};

}  // namespace examples

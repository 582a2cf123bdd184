// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// A picture of measurements: numbers in dB against numbers of bits, a line for each kind of thing measured.

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <iterator>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

namespace examples {

/// One line of the picture. Points that are not finite are left out.
struct plotted_line {
    struct point {
        double bits, decibel;
    };
    std::string name;
    std::vector<point> points;
};

/// What is written beside the axes.
struct axis_names {
    std::string bits = "bits a weight, those of its scales counted";
    std::string decibel = "product over its error, dB";
};

class decibel_plot {
  public:
    decibel_plot(std::string title, std::string subtitle, std::vector<plotted_line> lines,
                 axis_names names = {})
        : title_(std::move(title)),
          subtitle_(std::move(subtitle)),
          lines_(std::move(lines)),
          names_(std::move(names)) {
        bool has_points = false;
        for (plotted_line& line : lines_) {
            std::erase_if(line.points, [](const auto& p) { return !std::isfinite(p.decibel); });
            for (const auto& p : line.points) {
                left_ = has_points ? std::min(left_, p.bits) : p.bits;
                right_ = has_points ? std::max(right_, p.bits) : p.bits;
                low_ = has_points ? std::min(low_, p.decibel) : p.decibel;
                high_ = has_points ? std::max(high_, p.decibel) : p.decibel;
                has_points = true;
            }
        }
        left_ = std::floor(left_);
        right_ = std::max(right_, left_ + 1);
        // From 4 to 10 steps of 1, 2, 5, 10, …
        for (const double factor : {2.0, 2.5, 2.0, 2.0, 2.5, 2.0})
            if ((high_ - low_) / step_ > 10)
                step_ *= factor;
        low_ = std::floor(low_ / step_) * step_;
        high_ = std::max(std::ceil(high_ / step_) * step_, low_ + step_);
    }

    void write(std::ostream& out) const {
        out << "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 " << width << ' ' << height
            << "\" font-family=\"sans-serif\" font-size=\"14\">\n<title>" << title_
            << "</title>\n<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n<text x=\"" << margin_left
            << "\" y=\"32\" font-size=\"18\" font-weight=\"bold\">" << title_ << "</text>\n<text x=\""
            << margin_left << "\" y=\"54\" fill=\"#444444\">" << subtitle_ << "</text>\n";
        write_axes(out);
        for (std::size_t i = 0; i < lines_.size(); ++i)
            write_line(out, lines_[i], colour_of(i));
        write_names(out);
        out << "</svg>\n";
    }

  private:
    static constexpr double width = 960, height = 640;
    static constexpr double margin_left = 84, margin_right = 150, margin_top = 76, margin_bottom = 66;
    static constexpr double name_height = 18;

    double x_of(double bits) const {
        return margin_left + (bits - left_) / (right_ - left_) * (width - margin_left - margin_right);
    }
    double y_of(double decibel) const {
        return height - margin_bottom -
               (decibel - low_) / (high_ - low_) * (height - margin_top - margin_bottom);
    }
    /// In the order of the spectrum, as the lines have one; dark enough to be seen on white.
    static const char* colour_of(std::size_t index) {
        static constexpr const char* colours[] = {"#5b2a86", "#3f51b5", "#1976b8", "#008b8b",
                                                  "#2e8b57", "#8a8f00", "#c77700", "#c0392b"};
        return colours[index % std::size(colours)];
    }

    void write_axes(std::ostream& out) const {
        const double bottom = height - margin_bottom, end = width - margin_right;
        const auto steps = static_cast<int>(std::lround((high_ - low_) / step_));
        for (int i = 0; i <= steps; ++i) {
            const double decibel = low_ + i * step_, y = y_of(decibel);
            out << "<line x1=\"" << margin_left << "\" x2=\"" << end << "\" y1=\"" << y << "\" y2=\"" << y
                << "\" stroke=\"" << (decibel == 0 ? "#888888" : "#e2e2e2") << "\"/>\n<text x=\""
                << margin_left - 10 << "\" y=\"" << y + 5 << "\" text-anchor=\"end\" fill=\"#444444\">"
                << decibel << "</text>\n";
        }
        for (double bits = left_; bits <= right_; bits += 1) {
            const double x = x_of(bits);
            out << "<line x1=\"" << x << "\" x2=\"" << x << "\" y1=\"" << bottom << "\" y2=\"" << bottom + 6
                << "\" stroke=\"#444444\"/>\n<text x=\"" << x << "\" y=\"" << bottom + 22
                << "\" text-anchor=\"middle\" fill=\"#444444\">" << bits << "</text>\n";
        }
        const double middle = (margin_top + bottom) / 2;
        out << "<line x1=\"" << margin_left << "\" x2=\"" << end << "\" y1=\"" << bottom << "\" y2=\""
            << bottom << "\" stroke=\"#444444\"/>\n<line x1=\"" << margin_left << "\" x2=\"" << margin_left
            << "\" y1=\"" << margin_top << "\" y2=\"" << bottom << "\" stroke=\"#444444\"/>\n<text x=\""
            << (margin_left + end) / 2 << "\" y=\"" << bottom + 48 << "\" text-anchor=\"middle\">"
            << names_.bits << "</text>\n"
            << "<text transform=\"translate(26 " << middle << ") rotate(-90)\" text-anchor=\"middle\">"
            << names_.decibel << "</text>\n";
    }

    void write_line(std::ostream& out, const plotted_line& line, const char* colour) const {
        out << "<polyline fill=\"none\" stroke=\"" << colour << "\" stroke-width=\"2\" points=\"";
        for (const auto& p : line.points)
            out << x_of(p.bits) << ',' << y_of(p.decibel) << ' ';
        out << "\"/>\n";
        for (const auto& p : line.points)
            out << "<circle cx=\"" << x_of(p.bits) << "\" cy=\"" << y_of(p.decibel) << "\" r=\"3.5\" fill=\""
                << colour << "\"/>\n";
    }

    /// Names at the ends of the lines, moved apart where lines end close to each other.
    void write_names(std::ostream& out) const {
        struct name {
            std::size_t line;
            double y;
        };
        std::vector<name> names;
        for (std::size_t i = 0; i < lines_.size(); ++i)
            if (!lines_[i].points.empty())
                names.push_back({i, y_of(lines_[i].points.back().decibel)});
        std::sort(names.begin(), names.end(), [](const name& a, const name& b) { return a.y < b.y; });
        for (std::size_t i = 1; i < names.size(); ++i)
            names[i].y = std::max(names[i].y, names[i - 1].y + name_height);
        double lowest = height - margin_bottom;
        for (std::size_t i = names.size(); i-- > 0; lowest -= name_height)
            names[i].y = std::min(names[i].y, lowest);
        for (const name& n : names) {
            const auto& last = lines_[n.line].points.back();
            const double x = x_of(last.bits), end = width - margin_right + 24;
            out << "<line x1=\"" << x + 6 << "\" y1=\"" << y_of(last.decibel) << "\" x2=\"" << end - 4
                << "\" y2=\"" << n.y << "\" stroke=\"" << colour_of(n.line)
                << "\" stroke-width=\"0.8\"/>\n<text x=\"" << end << "\" y=\"" << n.y + 5 << "\" fill=\""
                << colour_of(n.line) << "\">" << lines_[n.line].name << "</text>\n";
        }
    }

    std::string title_, subtitle_;
    std::vector<plotted_line> lines_;
    axis_names names_;
    double left_ = 1, right_ = 1, low_ = 0, high_ = 0, step_ = 1;
};

}  // namespace examples

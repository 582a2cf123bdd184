// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// The picture of the example: digits lost against the depth, a panel a fraction, a line a method, dashed its bound.

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

namespace examples {

/// One line of a panel: y at depths 0, 1, …; what is not finite is left out.
struct loss_line {
    std::string name;
    const char* colour;
    bool dashed;
    std::vector<double> y;
};
struct loss_panel {
    std::string title;
    std::vector<loss_line> lines;
};

class loss_plot {
  public:
    loss_plot(std::string title, std::vector<loss_panel> panels)
        : title_(std::move(title)), panels_(std::move(panels)) {
        for (const loss_panel& panel : panels_)
            for (const loss_line& line : panel.lines) {
                depth_ = std::max(depth_, line.y.size());
                for (const double y : line.y)
                    if (std::isfinite(y))
                        top_ = std::max(top_, std::ceil(y));
            }
    }

    void write(std::ostream& out) const {
        const std::size_t rows = (panels_.size() + columns - 1) / columns;
        const double height = head + static_cast<double>(rows) * (panel_height + gap) + 20;
        out << "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 " << width << ' ' << height
            << "\" font-family=\"sans-serif\" font-size=\"13\">\n<title>" << title_
            << "</title>\n<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n<text x=\"" << margin
            << "\" y=\"30\" font-size=\"18\" font-weight=\"bold\">" << title_ << "</text>\n";
        write_names(out);
        for (std::size_t i = 0; i < panels_.size(); ++i)
            write_panel(out, panels_[i], margin + static_cast<double>(i % columns) * (panel_width + gap),
                        head + static_cast<double>(i / columns) * (panel_height + gap));
        out << "</svg>\n";
    }

  private:
    static constexpr std::size_t columns = 3;
    static constexpr double width = 1120, margin = 48, head = 84, gap = 56;
    static constexpr double panel_width = (width - 2 * margin - 2 * gap) / 3, panel_height = 220;

    void write_names(std::ostream& out) const {
        double x = margin;
        if (panels_.empty())
            return;
        for (const loss_line& line : panels_.front().lines) {
            out << "<line x1=\"" << x << "\" x2=\"" << x + 26 << "\" y1=\"50\" y2=\"50\"" << stroke_of(line)
                << "/>\n<text x=\"" << x + 32 << "\" y=\"55\">" << line.name << "</text>\n";
            x += 60 + 8 * static_cast<double>(line.name.size());
        }
    }
    static std::string stroke_of(const loss_line& line) {
        return std::string(" fill=\"none\" stroke=\"") + line.colour + "\" stroke-width=\"" +
               (line.dashed ? "1.2\" stroke-dasharray=\"5 4\"" : "1.8\"");
    }
    void write_panel(std::ostream& out, const loss_panel& panel, double left, double top) const {
        const double steps = std::max(1.0, static_cast<double>(depth_) - 1);
        const auto x_of = [&](double n) { return left + n / steps * panel_width; };
        const auto y_of = [&](double y) { return top + panel_height * (1 - y / top_); };
        out << "<text x=\"" << left << "\" y=\"" << top - 8 << "\" font-weight=\"bold\">" << panel.title
            << "</text>\n";
        for (double y = 0; y <= top_; ++y)
            out << "<line x1=\"" << left << "\" x2=\"" << left + panel_width << "\" y1=\"" << y_of(y)
                << "\" y2=\"" << y_of(y) << "\" stroke=\"" << (y == 0 ? "#888888" : "#e2e2e2")
                << "\"/>\n<text x=\"" << left - 6 << "\" y=\"" << y_of(y) + 5
                << "\" text-anchor=\"end\" fill=\"#444444\">" << y << "</text>\n";
        const double step = steps > 100 ? 50 : steps > 40 ? 20 : steps > 10 ? 5 : 1;
        for (double n = 0; n <= steps; n += step)
            out << "<text x=\"" << x_of(n) << "\" y=\"" << top + panel_height + 18
                << "\" text-anchor=\"middle\" fill=\"#444444\">" << n << "</text>\n";
        for (const loss_line& line : panel.lines) {
            out << "<polyline" << stroke_of(line) << " points=\"";
            for (std::size_t n = 0; n < line.y.size(); ++n)
                if (std::isfinite(line.y[n]))
                    out << x_of(static_cast<double>(n)) << ',' << y_of(line.y[n]) << ' ';
            out << "\"/>\n";
        }
    }

    std::string title_;
    std::vector<loss_panel> panels_;
    std::size_t depth_ = 1;
    double top_ = 1;
};

}  // namespace examples

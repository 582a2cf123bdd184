// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// The positive values of formats on a logarithmic line, as a picture: a tick a value, or, where ticks would run
/// together, a bar a binade whose height says how many values it holds.

#include "inspect_format.hpp"

#include <algorithm>
#include <cmath>
#include <ostream>
#include <string>
#include <vector>

namespace inspect {

struct drawn_format {
    std::string name;
    float_format format;
};

class value_line {
  public:
    explicit value_line(std::vector<drawn_format> formats) : formats_(std::move(formats)) {
        lowest_ = 1 << 20;
        highest_ = -(1 << 20);
        for (const drawn_format& drawn : formats_) {
            lowest_ = std::min(lowest_, smallest_exponent(drawn.format));
            highest_ = std::max(highest_, drawn.format.maximum_exponent() + 1);
        }
    }

    void write(std::ostream& out) const {
        const double height = top + lane * static_cast<double>(formats_.size()) + 40;
        out << "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 " << width << ' ' << height
            << "\" font-family=\"sans-serif\" font-size=\"13\">\n<title>Positive values of " << title()
            << "</title>\n<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n";
        write_axis(out, height);
        for (std::size_t i = 0; i < formats_.size(); ++i)
            write_lane(out, formats_[i], top + lane * static_cast<double>(i));
        out << "</svg>\n";
    }

  private:
    static constexpr double width = 1200;
    static constexpr double margin = 40;
    static constexpr double top = 20;
    static constexpr double lane = 110;
    static constexpr const char* normal_colour = "#1f5fa8";
    static constexpr const char* subnormal_colour = "#c4572b";

    static int smallest_exponent(const float_format& format) {
        return format.has_subnormals ? format.minimum_quantum_exponent() : format.minimum_exponent();
    }
    std::string title() const {
        std::string text;
        for (const drawn_format& drawn : formats_)
            text += (text.empty() ? "" : " and ") + drawn.name;
        return text;
    }
    double place(double log2_of_value) const {
        return margin + (log2_of_value - lowest_) / (highest_ - lowest_) * (width - 2 * margin);
    }

    /// Powers of two as far apart as their labels need.
    void write_axis(std::ostream& out, double height) const {
        const int binades = highest_ - lowest_;
        int step = 1;
        while (binades / step > 22)
            step *= 2;
        const double bottom = height - 34;
        for (int e = lowest_; e <= highest_; ++e)
            if (e % step == 0) {
                const double x = place(e);
                out << "<line x1=\"" << x << "\" x2=\"" << x << "\" y1=\"" << top << "\" y2=\"" << bottom
                    << "\" stroke=\"#e2e2e2\"/>\n<text x=\"" << x << "\" y=\"" << bottom + 18
                    << "\" text-anchor=\"middle\" fill=\"#444444\">2<tspan dy=\"-5\" font-size=\"9\">" << e
                    << "</tspan></text>\n";
            }
    }

    void write_lane(std::ostream& out, const drawn_format& drawn, double y) const {
        const float_format& f = drawn.format;
        const bool by_value = f.magnitude_bits() <= 9;
        out << "<text x=\"" << margin << "\" y=\"" << y + 16 << "\" font-weight=\"bold\">" << drawn.name
            << "</text>\n<text x=\"" << width - margin << "\" y=\"" << y + 16
            << "\" text-anchor=\"end\"><tspan fill=\"" << normal_colour << "\">normal values</tspan>";
        if (f.has_subnormals)
            out << "<tspan fill=\"" << subnormal_colour << "\">, subnormal ones</tspan>";
        out << "<tspan fill=\"#444444\">"
            << (by_value ? ": a tick each" : ": values a binade, on a log scale") << "</tspan></text>\n";
        const double line = y + lane - 26;
        if (by_value)
            for (const dynamic_float& value : positive_values(f)) {
                const auto number = value.unpack();
                const double x = place(std::log2(static_cast<double>(number.significand)) + number.exponent);
                const bool below_normal = classify(value) == floating_class::subnormal;
                out << "<line x1=\"" << x << "\" x2=\"" << x << "\" y1=\"" << line - 44 << "\" y2=\"" << line
                    << "\" stroke=\"" << (below_normal ? subnormal_colour : normal_colour)
                    << "\" stroke-width=\"1.2\"/>\n";
            }
        else
            for (int e = smallest_exponent(f); e <= f.maximum_exponent(); ++e) {
                const bool below_normal = e < f.minimum_exponent();
                const int bits = below_normal ? e - f.minimum_quantum_exponent() : f.significand_bits;
                const double tall = 4 + 44.0 * bits / std::max(1, f.significand_bits);
                out << "<rect x=\"" << place(e) << "\" y=\"" << line - tall << "\" width=\""
                    << std::max(0.5, place(e + 1) - place(e) - 0.6) << "\" height=\"" << tall << "\" fill=\""
                    << (below_normal ? subnormal_colour : normal_colour) << "\"/>\n";
            }
        out << "<line x1=\"" << margin << "\" x2=\"" << width - margin << "\" y1=\"" << line << "\" y2=\""
            << line << "\" stroke=\"#444444\"/>\n";
    }

    std::vector<drawn_format> formats_;
    int lowest_;
    int highest_;
};

}  // namespace inspect

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

    /// Ticks where there are at most 600 and they can be told apart, at the widest of their distances.
    bool draws_ticks(const float_format& f) const {
        return f.magnitude_bits() <= 9 && tick_distance(f) >= 1.2;
    }
    double binade_width() const { return place(1) - place(0); }
    double tick_distance(const float_format& f) const {
        return std::ldexp(binade_width(), -f.significand_bits);
    }

    void write_lane(std::ostream& out, const drawn_format& drawn, double y) const {
        const float_format& f = drawn.format;
        const dynamic_float first(f, static_cast<std::uint64_t>(first_magnitude(f)));
        const dynamic_float last(f, static_cast<std::uint64_t>(f.largest_finite_magnitude()));
        out << "<text x=\"" << margin << "\" y=\"" << y + 16 << "\"><tspan font-weight=\"bold\">"
            << drawn.name << "</tspan><tspan dx=\"12\" fill=\"#444444\">" << to_string(first) << " to "
            << to_string(last) << "</tspan></text>\n<text x=\"" << width - margin << "\" y=\"" << y + 16
            << "\" text-anchor=\"end\">";
        const bool has_subnormal = classify(first) == floating_class::subnormal;
        const bool has_normal = classify(last) == floating_class::normal;
        if (has_normal)
            out << "<tspan fill=\"" << normal_colour << "\">normal values</tspan>";
        if (has_subnormal)
            out << "<tspan fill=\"" << subnormal_colour << "\">"
                << (has_normal ? ", subnormal ones" : "subnormal values") << "</tspan>";
        out << "<tspan fill=\"#444444\">"
            << (draws_ticks(f) ? ": a tick each"
                               : ": values a binade, at most " +
                                     std::to_string(std::uint64_t{1} << bits_shown(f)) + ", log scale")
            << "</tspan></text>\n";
        const double line = y + lane - 26;
        if (draws_ticks(f))
            write_ticks(out, f, line);
        else
            write_densities(out, f, line);
        out << "<line x1=\"" << margin << "\" x2=\"" << width - margin << "\" y1=\"" << line << "\" y2=\""
            << line << "\" stroke=\"#444444\"/>\n";
    }

    void write_ticks(std::ostream& out, const float_format& f, double line) const {
        const double stroke = std::min(1.2, 0.5 * tick_distance(f));
        for (const dynamic_float& value : positive_values(f)) {
            const auto number = value.unpack();
            const double x = place(std::log2(static_cast<double>(number.significand)) + number.exponent);
            const bool below_normal = classify(value) == floating_class::subnormal;
            out << "<line x1=\"" << x << "\" x2=\"" << x << "\" y1=\"" << line - 44 << "\" y2=\"" << line
                << "\" stroke=\"" << (below_normal ? subnormal_colour : normal_colour) << "\" stroke-width=\""
                << stroke << "\"/>\n";
        }
    }

    /// log2 of the number of values in a full binade; formats wider than 64 bits are not drawn.
    static int bits_shown(const float_format& f) { return std::min(f.significand_bits, 63); }

    /// A bar a binade, all lanes to one scale. Bars narrower than two pixels would only be grey: then one
    /// shape stands for all normal values, and one for all subnormal ones.
    void write_densities(std::ostream& out, const float_format& f, double line) const {
        int most = 1;
        for (const drawn_format& drawn : formats_)
            most = std::max(most, bits_shown(drawn.format));
        const auto height = [&](int e) {
            const int bits = e < f.minimum_exponent() ? e - f.minimum_quantum_exponent() : bits_shown(f);
            return 4 + 44.0 * bits / most;
        };
        const auto shape = [&](int from, int to, const char* colour) {  // of the binades from ... to - 1
            if (from >= to)
                return;
            const double left = place(from), right = std::max(place(to), left + 1);  // a pixel can be seen
            out << "<polygon points=\"" << left << ',' << line << ' ' << left << ',' << line - height(from)
                << ' ' << right << ',' << line - height(to - 1) << ' ' << right << ',' << line << "\" fill=\""
                << colour << "\"/>\n";
        };
        const int lowest = smallest_exponent(f), end = f.maximum_exponent() + 1;
        const int normal = std::min(f.minimum_exponent(), end);
        if (binade_width() < 2) {
            shape(lowest, normal, subnormal_colour);
            shape(normal, end, normal_colour);
            return;
        }
        for (int e = lowest; e < end; ++e)
            out << "<rect x=\"" << place(e) << "\" y=\"" << line - height(e) << "\" width=\""
                << binade_width() - 0.6 << "\" height=\"" << height(e) << "\" fill=\""
                << (e < normal ? subnormal_colour : normal_colour) << "\"/>\n";
    }

    std::vector<drawn_format> formats_;
    int lowest_;
    int highest_;
};

}  // namespace inspect

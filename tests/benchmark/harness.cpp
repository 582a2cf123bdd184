// SPDX-License-Identifier: BSL-1.0
//
// The harness: names, levels, checks, ratios and the table. How fast anything is, no test says.

#include <halfulp/benchmark/peak.hpp>
#include <halfulp/benchmark/table.hpp>

#include "support/catch.hpp"

#include <sstream>
#include <string>
#include <thread>
#include <vector>

using namespace halfulp;
namespace hb = halfulp::benchmarks;
using halfulp_test::contains_text;

namespace {

/// Runs the registered cases whose names match, and gives the table.
std::string table_of(const std::string& filter) {
    std::ostringstream out;
    hb::table_reporter reporter;
    reporter.SetOutputStream(&out);
    reporter.SetErrorStream(&out);
    ::benchmark::RunSpecifiedBenchmarks(&reporter, filter);
    return out.str();
}

hb::measured sleeping(int microseconds, double units) {
    hb::measured m;
    m.body = [microseconds] { std::this_thread::sleep_for(std::chrono::microseconds(microseconds)); };
    m.units = units;
    return m;
}

}  // namespace

TEST_CASE("a case is registered once a level, and run at that level") {
    const hb::suite suite(1);
    std::vector<simd::isa> seen;
    suite.add({"levels", "none", "none", "1"}, [&seen] {
        seen.push_back(simd::level());
        return sleeping(10, 1);
    });
    const simd::isa before = simd::level();
    const std::string table = table_of("levels/");
    CHECK(simd::level() == before);
    for (const simd::isa level : hb::levels_from(simd::isa::plain)) {
        CHECK(std::find(seen.begin(), seen.end(), level) != seen.end());
        CHECK(table.find(simd::name_of(level)) != std::string::npos);
    }
    CHECK(table.find("units/s") != std::string::npos);
    CHECK(hb::levels_from(simd::isa::plain).front() == simd::isa::plain);
    CHECK(hb::levels_from(simd::isa::plain).back() == simd::detected_level());
}

TEST_CASE("a case that is left out is not prepared") {
    const hb::suite suite(1);
    bool prepared = false;
    suite.add({"left_out", "none", "none", "1"}, [&prepared] {
        prepared = true;
        return sleeping(10, 1);
    });
    CHECK(table_of("no_such_case").find("left_out") == std::string::npos);
    CHECK_FALSE(prepared);
}

TEST_CASE("a ratio is the quotient of the rates") {
    const hb::suite suite(3);
    // 4 units in 20 ms beside 1 unit in 10 ms: twice the rate, and a known rate of 100.
    suite.add({"ratio", "none", "none", "1"},
              [] {
                  hb::measured m = sleeping(20'000, 4);
                  m.beside = {{.name = "slower", .body = sleeping(10'000, 1).body, .units = 1},
                              {.name = "known", .rate = 100}};
                  m.error = hb::measured_error{.maximum_ulp = 0.5, .mean_ulp = 0.25, .wrong = 12};
                  return m;
              },
              {simd::isa::plain});
    const std::string table = table_of("ratio/");
    INFO(table);
    std::istringstream lines(table);
    std::string line;
    std::vector<std::string> words;
    while (std::getline(lines, line))
        if (line.starts_with("ratio"))
            for (std::istringstream cells(line); cells >> line;)
                words.push_back(line);
    // kernel type arithmetic shape level units/s max_ulp mean_ulp wrong xknown xslower
    REQUIRE(words.size() == 11);
    CHECK(words[6] == "0.50");
    CHECK(words[7] == "0.25");
    CHECK(words[8] == "12");
    CHECK(std::stod(words[9]) > 1.0);
    CHECK(std::stod(words[9]) < 2.1);
    CHECK(std::stod(words[10]) > 1.5);
    CHECK(std::stod(words[10]) < 2.5);
}

TEST_CASE("a wrong answer is reported, not timed, and fails the run") {
    const hb::suite suite(1);
    int calls = 0;
    suite.add({"wrong", "none", "none", "1"},
              [&calls] {
                  hb::measured m;
                  m.body = [&calls] { ++calls; };
                  m.check = [] { return false; };
                  return m;
              },
              {simd::isa::plain});
    CHECK_FALSE(hb::detail::a_case_failed());
    const std::string table = table_of("wrong/");
    CHECK(table.find("failed:") != std::string::npos);
    CHECK(table.find("the answer is wrong") != std::string::npos);
    CHECK(calls == 0);
    CHECK(hb::detail::a_case_failed());
    hb::detail::a_case_failed() = false;
}

TEST_CASE("names have no empty part and no slash") {
    const hb::suite suite(1);
    const auto prepare = [] { return sleeping(1, 1); };
    CHECK_THROWS_AS(suite.add({"", "t", "a", "s"}, prepare), std::invalid_argument);
    CHECK_THROWS_WITH(suite.add({"k", "a/b", "a", "s"}, prepare), contains_text("case_name.type is 'a/b'"));
}

TEST_CASE("a table has aligned columns, texts left and numbers right") {
    hb::text_table table;
    CHECK(table.empty());
    table.add_row({"name", "x"});
    table.add_row({"a", "1.5"});
    table.add_row({"longer", "12"});
    CHECK(table.to_string() ==
          "name    x\n"
          "a       1.5\n"
          "longer   12\n");
    CHECK(hb::with_prefix(0) == "0.00");
    CHECK(hb::with_prefix(9.994) == "9.99");
    CHECK(hb::with_prefix(12.34e6) == "12.3 M");
    CHECK(hb::with_prefix(999.6e6) == "1.00 G");
    CHECK(hb::with_prefix(123456) == "123 k");
}

TEST_CASE("every peak can be measured at every level") {
    for (const simd::isa level : hb::levels_from(simd::isa::plain)) {
        const simd::scoped_level at(level);
        std::vector<hb::yardstick> peaks{hb::multiply_add_peak<float>(), hb::multiply_add_peak<double>(),
                                         hb::read_of(1 << 16, 1 << 16), hb::copy_of(1 << 16, 1 << 16)};
#if HALFULP_HAS_SIMD
        if (level != simd::isa::plain) {
            peaks.push_back(hb::multiply_add_bytes_peak());
            peaks.push_back(hb::count_bits_peak());
        }
#endif
        for (const hb::yardstick& peak : peaks) {
            INFO(peak.name << " at " << simd::name_of(level));
            CHECK(hb::detail::rates_in_turn({{peak.units, peak.body}}, 1, 1e-4)[0] > 0);
        }
    }
}

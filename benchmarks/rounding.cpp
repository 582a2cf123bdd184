// SPDX-License-Identifier: BSL-1.0
//
// The array functions at every level of the processor, one thread, compiled with -O2 and no other flag.
//
//   round          float32 and float64 into six formats, every mode, both generators
//   run_time       the same format and projection, chosen at run time; beside the constants
//   encode, decode codes of 8 and 16 bits; 4 and 6 bits packed
//   add, fma       float16 and bfloat16, as float values and as codes
//
// in memory (4 Mi elements) and in the cache (8 Ki). xmemcpy is the ratio to memcpy of the output's bytes where
// input and output are alike; x(read+write) to one pass that reads the input and writes the output's bytes
// for codes; xconstant, beside run_time, the ratio to the same call with constants. Inputs have all exponents
// of the format's normal range and some below it; in the cases called overflowing also some above. Arrays begin
// at multiples of 64 bytes, memcpy's too. Each case is held against the definition before it is timed.

#include <halfulp/benchmark/table.hpp>
#include <halfulp/halfulp.hpp>

#include <bit>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace {

using namespace halfulp;
namespace hb = halfulp::benchmarks;

constexpr std::size_t in_memory = std::size_t{4} << 20;
constexpr std::size_t in_cache = std::size_t{8} << 10;

struct named_format {
    const char* name;
    float_format format;
};
constexpr float_format e5m7{.exponent_bits = 5, .significand_bits = 7};

const char* name_of(rounding mode) {
    constexpr const char* names[] = {"ties_to_even",   "ties_to_away",    "ties_to_zero",
                                     "toward_zero",    "toward_positive", "toward_negative",
                                     "away_from_zero", "to_odd",          "stochastic_a",
                                     "stochastic_b",   "stochastic_c",    "stochastic_equal"};
    return names[static_cast<int>(mode)];
}

template <class T>
std::string type_name() {
    return std::same_as<T, float> ? "float32" : "float64";
}

/// Numbers of both signs as a scaled tensor has them: all exponents of the format's normal range, one in 16 below it,
/// and, where asked for, one in 256 above the largest value.
template <class T>
hb::aligned_vector<T> numbers(const float_format& format, std::size_t count, std::uint64_t seed,
                              bool overflows = false) {
    hb::aligned_vector<T> result(count);
    const int lowest = std::max(format.minimum_exponent() - format.significand_bits, -100);
    const int normal = std::max(format.minimum_exponent(), -60);
    const int top = std::min(format.maximum_exponent(), 60) - 1;
    for (std::size_t i = 0; i < count; ++i) {
        const std::uint32_t random = philox_bits(seed, 0, i);
        const std::uint32_t choice = philox_bits(seed, 1, i);
        const auto within = [&](int low, int high) {
            return low + static_cast<int>((choice >> 8) % static_cast<std::uint32_t>(high - low + 1));
        };
        const int exponent = overflows && choice % 256 == 0 ? top + 2
                             : choice % 16 == 0             ? within(lowest, normal)
                                                            : within(normal, top);
        const auto bits = std::uint64_t{random & 1} << 63 |
                          static_cast<std::uint64_t>(exponent + 1023) << 52 | std::uint64_t{random} << 20;
        result[i] = static_cast<T>(std::bit_cast<double>(bits));
    }
    return result;
}

template <class T>
bool same_bits(const hb::aligned_vector<T>& x, const hb::aligned_vector<T>& y) {
    return x.size() == y.size() && std::memcmp(x.data(), y.data(), x.size() * sizeof(T)) == 0;
}

/// The call `use(options, out)` at this level gives the bits of the definition, on a part of the array.
template <class Out, class Use>
auto as_defined(std::size_t count, const Use& use) {
    return [count, use] {
        hb::aligned_vector<Out> fast(count), plain(count);
        use(fast, round_options{.seed = 1});
        use(plain, round_options{.seed = 1, .execution = execution::plain});
        return same_bits(fast, plain);
    };
}

/// One pass that reads the input's words and writes so many bytes: what a conversion cannot avoid.
hb::yardstick read_and_write(std::size_t read_bytes, std::size_t written_bytes, double units) {
    struct buffers {
        hb::aligned_vector<std::uint64_t> source;
        hb::aligned_vector<unsigned char> target;
        std::uint64_t sum = 0;
    };
    auto memory = std::make_shared<buffers>();
    memory->source.assign(read_bytes / 8, 1);
    memory->target.resize(written_bytes);
    return {.name = "(read+write)",
            .body =
                [memory] {
                    constexpr std::size_t chunk = 512;
                    const std::size_t chunks = memory->source.size() / chunk;
                    const std::size_t written = memory->target.size() / chunks;
                    std::uint64_t sums[8] = {};
                    for (std::size_t c = 0; c < chunks; ++c) {
                        const std::uint64_t* const words = memory->source.data() + c * chunk;
                        for (std::size_t i = 0; i < chunk; i += 8)
                            for (std::size_t j = 0; j < 8; ++j)
                                sums[j] += words[i + j];
                        std::memset(memory->target.data() + c * written, static_cast<int>(sums[c % 8]),
                                    written);
                    }
                    memory->sum += sums[0];
                    ::benchmark::DoNotOptimize(memory->sum);
                    ::benchmark::DoNotOptimize(memory->target.data());
                },
            .units = units};
}

const std::vector<simd::isa> vector_levels = hb::levels_from(simd::isa::avx2);

/// The definition is measured too, in the cache, where its time is the same an element and less in all.
std::vector<simd::isa> levels_for(std::size_t count) {
    return count == in_cache ? hb::levels_from(simd::isa::plain) : vector_levels;
}

std::string shape_of(std::size_t count) {
    return count == in_memory ? "4Mi" : "8Ki";
}

template <class T, float_format Format, projection How>
void add_round(const hb::suite& suite, const char* name, std::size_t count,
               random_generator generator = random_generator::philox_4x32_10, bool overflows = false) {
    const std::string arithmetic = std::string(name_of(How.mode)) +
                                   (generator == random_generator::philox_4x32_7 ? "(philox7)" : "") +
                                   (overflows ? "(overflowing)" : "");
    suite.add(
        {"round", type_name<T>() + "->" + name, arithmetic, shape_of(count)},
        [count, generator, overflows] {
            auto in = std::make_shared<hb::aligned_vector<T>>(numbers<T>(Format, count, 1, overflows));
            auto out = std::make_shared<hb::aligned_vector<T>>(count);
            const auto use = [in, generator](hb::aligned_vector<T>& to, round_options options) {
                options.generator = generator;
                round(std::span(*in).first(to.size()), to, constant_value<Format>{}, constant_value<How>{},
                      options);
            };
            hb::measured m;
            m.body = [use, out] { use(*out, {.seed = 1}); };
            m.units = static_cast<double>(count);
            m.check = as_defined<T>(std::min<std::size_t>(count, 40'000), use);
            m.beside = {hb::copy_of(count * sizeof(T), m.units)};
            return m;
        },
        levels_for(count));
}

/// Format and projection chosen at run time, beside the same as constants.
template <class T, float_format Format, projection How>
void add_run_time(const hb::suite& suite, const char* name, std::size_t count) {
    suite.add(
        {"run_time", type_name<T>() + "->" + name, name_of(How.mode), shape_of(count)},
        [count] {
            auto in = std::make_shared<hb::aligned_vector<T>>(numbers<T>(Format, count, 1));
            auto out = std::make_shared<hb::aligned_vector<T>>(count);
            auto format = std::make_shared<float_format>(Format);
            auto how = std::make_shared<projection>(How);
            ::benchmark::DoNotOptimize(format.get());
            ::benchmark::DoNotOptimize(how.get());
            const auto use = [in, format, how](hb::aligned_vector<T>& to, const round_options& options) {
                round(std::span(*in).first(to.size()), to, *format, *how, options);
            };
            hb::measured m;
            m.body = [use, out] { use(*out, {.seed = 1}); };
            m.units = static_cast<double>(count);
            m.check = as_defined<T>(std::min<std::size_t>(count, 40'000), use);
            m.beside = {{.name = "constant",
                         .body =
                             [in, out] {
                                 round(*in, *out, constant_value<Format>{}, constant_value<How>{},
                                       {.seed = 1});
                             },
                         .units = m.units}};
            return m;
        },
        levels_for(count));
}

template <class T, float_format Format>
void add_all_modes(const hb::suite& suite, const char* name) {
    for (const std::size_t count : {in_memory, in_cache}) {
        const auto add = [&]<rounding... Modes>(std::integer_sequence<rounding, Modes...>) {
            (add_round<T, Format, projection{Modes}>(suite, name, count, random_generator::philox_4x32_10),
             ...);
        };
        using enum rounding;
        add(std::integer_sequence<rounding, ties_to_even, ties_to_away, ties_to_zero, toward_zero,
                                  toward_positive, toward_negative, away_from_zero, to_odd, stochastic_a,
                                  stochastic_b, stochastic_c, stochastic_equal>{});
        add_round<T, Format, projection{stochastic_a}>(suite, name, count, random_generator::philox_4x32_7);
        add_round<T, Format, projection{}>(suite, name, count, random_generator::philox_4x32_10, true);
        add_round<T, Format, projection{toward_zero}>(suite, name, count, random_generator::philox_4x32_10,
                                                      true);
        add_run_time<T, Format, projection{}>(suite, name, count);
        add_run_time<T, Format, projection{toward_negative}>(suite, name, count);
    }
}

/// One code a Code, or packed where it is void.
template <class Code, float_format Format, projection How = projection{}>
void add_codes(const hb::suite& suite, const char* name, std::size_t count) {
    constexpr bool packed = std::is_void_v<Code>;
    using element = std::conditional_t<packed, std::uint8_t, Code>;
    const std::string arithmetic = std::string(name_of(How.mode)) + (packed ? "(packed)" : "");
    const std::size_t size = packed ? packed_size(count, Format) : count;
    suite.add(
        {"encode", std::string("float32->") + name, arithmetic, shape_of(count)},
        [count, size] {
            auto in = std::make_shared<hb::aligned_vector<float>>(numbers<float>(Format, count, 1));
            auto codes = std::make_shared<hb::aligned_vector<element>>(size);
            const auto use = [in](hb::aligned_vector<element>& to, const round_options& options) {
                if constexpr (packed)
                    encode_packed(std::span(*in).first(to.size() * 8 / std::size_t{Format.bits()}), to,
                                  constant_value<Format>{}, constant_value<How>{}, options);
                else
                    encode(std::span(*in).first(to.size()), to, constant_value<Format>{},
                           constant_value<How>{}, options);
            };
            hb::measured m;
            m.body = [use, codes] { use(*codes, {.seed = 1}); };
            m.units = static_cast<double>(count);
            m.check = as_defined<element>(std::min<std::size_t>(size, 24'000), use);
            m.beside = {read_and_write(count * sizeof(float), size * sizeof(element), m.units)};
            return m;
        },
        levels_for(count));
    if constexpr (How == projection{})
        suite.add(
            {"decode", std::string(name) + "->float32", packed ? "exact(packed)" : "exact", shape_of(count)},
            [count, size] {
                auto codes = std::make_shared<hb::aligned_vector<element>>(size);
                for (std::size_t i = 0; i < size; ++i)
                    (*codes)[i] = static_cast<element>(philox_bits(1, 0, i));
                auto out = std::make_shared<hb::aligned_vector<float>>(count);
                const auto use = [codes](hb::aligned_vector<float>& to, const round_options& options) {
                    if constexpr (packed)
                        decode_packed(std::span(*codes).first(packed_size(to.size(), Format)), to,
                                      constant_value<Format>{}, options);
                    else
                        decode(std::span(*codes).first(to.size()), to, constant_value<Format>{}, options);
                };
                hb::measured m;
                m.body = [use, out] { use(*out, {}); };
                m.units = static_cast<double>(count);
                m.check = as_defined<float>(std::min<std::size_t>(count, 40'000), use);
                m.beside = {read_and_write(size * sizeof(element), count * sizeof(float), m.units)};
                return m;
            },
            levels_for(count));
}

/// add and fma of arrays whose numbers are of the format, as floats or as codes.
template <class Element, float_format Format, rounding Mode>
void add_arithmetic(const hb::suite& suite, const char* name, std::size_t count) {
    using number = custom_float<Format>;
    constexpr bool codes = !std::same_as<Element, float>;
    using how = constant_value<projection{Mode}>;
    for (const bool fused : {false, true}) {
        const std::string type = std::string(name) + (codes ? "(codes)" : "(float32)");
        suite.add(
            {fused ? "fma" : "add", type, name_of(Mode), shape_of(count)},
            [count, fused] {
                const auto operands = [&](std::uint64_t seed) {
                    const hb::aligned_vector<float> values = numbers<float>(Format, count, seed);
                    auto result = std::make_shared<hb::aligned_vector<Element>>(count);
                    for (std::size_t i = 0; i < count; ++i) {
                        const auto rounded = convert<number>(
                            values[i], projection{rounding::ties_to_even, saturation::finite});
                        if constexpr (codes)
                            (*result)[i] = rounded.to_bits();
                        else
                            (*result)[i] = static_cast<float>(rounded);
                    }
                    return result;
                };
                const auto x = operands(1), y = operands(2), z = operands(3);
                auto out = std::make_shared<hb::aligned_vector<Element>>(count);
                const auto use = [=](hb::aligned_vector<Element>& to, const round_options& options) {
                    const auto part = [&](const auto& all) { return std::span(*all).first(to.size()); };
                    if (fused)
                        fma(part(x), part(y), part(z), to, constant_value<Format>{}, how{}, options);
                    else
                        add(part(x), part(y), to, constant_value<Format>{}, how{}, options);
                };
                hb::measured m;
                m.body = [use, out] { use(*out, {.seed = 1}); };
                m.units = static_cast<double>(count);
                m.check = as_defined<Element>(std::min<std::size_t>(count, 40'000), use);
                m.beside = {hb::copy_of(count * sizeof(Element), m.units)};
                return m;
            },
            levels_for(count));
    }
}

template <class Element, float_format Format>
void add_arithmetics(const hb::suite& suite, const char* name) {
    using enum rounding;
    for (const std::size_t count : {in_memory, in_cache}) {
        add_arithmetic<Element, Format, ties_to_even>(suite, name, count);
        add_arithmetic<Element, Format, toward_zero>(suite, name, count);
        add_arithmetic<Element, Format, toward_positive>(suite, name, count);
        add_arithmetic<Element, Format, to_odd>(suite, name, count);
        add_arithmetic<Element, Format, stochastic_a>(suite, name, count);
    }
}

}  // namespace

int main(int argc, char** argv) {
    const hb::suite suite;
    add_all_modes<float, formats::float8_e4m3fn>(suite, "e4m3fn");
    add_all_modes<float, formats::float8_e5m2>(suite, "e5m2");
    add_all_modes<float, formats::bfloat16>(suite, "bfloat16");
    add_all_modes<float, formats::float16>(suite, "float16");
    add_all_modes<float, formats::float4_e2m1fn>(suite, "e2m1fn");
    add_all_modes<float, e5m7>(suite, "(5,7)");
    add_all_modes<double, formats::float8_e4m3fn>(suite, "e4m3fn");
    add_all_modes<double, formats::float8_e5m2>(suite, "e5m2");
    add_all_modes<double, formats::bfloat16>(suite, "bfloat16");
    add_all_modes<double, formats::float16>(suite, "float16");
    add_all_modes<double, formats::float4_e2m1fn>(suite, "e2m1fn");
    add_all_modes<double, e5m7>(suite, "(5,7)");
    for (const std::size_t count : {in_memory, in_cache}) {
        add_codes<std::uint8_t, formats::float8_e4m3fn>(suite, "e4m3fn", count);
        add_codes<std::uint8_t, formats::float8_e4m3fn, projection{rounding::toward_zero}>(suite, "e4m3fn",
                                                                                           count);
        add_codes<std::uint8_t, formats::float8_e5m2>(suite, "e5m2", count);
        add_codes<std::uint16_t, formats::bfloat16>(suite, "bfloat16", count);
        add_codes<std::uint16_t, formats::float16>(suite, "float16", count);
        add_codes<void, formats::float4_e2m1fn>(suite, "e2m1fn", count);
        add_codes<void, formats::float6_e3m2fn>(suite, "e3m2fn", count);
    }
    add_arithmetics<float, formats::float16>(suite, "float16");
    add_arithmetics<std::uint16_t, formats::float16>(suite, "float16");
    add_arithmetics<float, formats::bfloat16>(suite, "bfloat16");
    add_arithmetics<std::uint16_t, formats::bfloat16>(suite, "bfloat16");
    return hb::run(argc, argv);
}

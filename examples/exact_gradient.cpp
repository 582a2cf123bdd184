// SPDX-License-Identifier: BSL-1.0

/// @file
/// Gradients in chunks of the sequence, as StreamBP has them (arXiv:2506.03077): how many bits depend on the chunks, and
/// what memory they save.
///
///     exact_gradient                           a small model of this repository's text
///     exact_gradient --text DIR --tokens 300   another text, more of it
///
/// The model: each place of the text is described by what the last four characters say of the next one (log-odds); a layer
/// of causal attention, 4 heads of 24 that share 2 keys and values, beside a shortcut; and a head over 96 characters. Its
/// loss is that of the next character, its gradients those of the inputs and of all weights:
///
///   plain float   loops in float; the gradient of a chunk is added to those before it
///   native float  this library in float: every sum is one chain, which goes on from chunk to chunk
///   exact         this library with arithmetic::exact: every number that is stored is its true sum, rounded once
///
/// Held against them is the same model in double. Memory is counted by the kernels (allocated_bytes), predicted by a formula
/// (exact_gradient_memory.hpp), and seen by operator new; the program fails if they disagree or a bit of the library's
/// gradients depends on chunks.

#include <halfulp/arithmetic/exact.hpp>

#include "exact_gradient_memory.hpp"
#include "exact_gradient_model.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <stdexcept>
#include <string>
#include <vector>

void* operator new(std::size_t size) {
    return examples::counted_new(size, 1);
}
void* operator new(std::size_t size, std::align_val_t alignment) {
    return examples::counted_new(size, static_cast<std::size_t>(alignment));
}
void operator delete(void* pointer) noexcept {
    examples::counted_delete(pointer, 1);
}
void operator delete(void* pointer, std::size_t) noexcept {
    examples::counted_delete(pointer, 1);
}
void operator delete(void* pointer, std::align_val_t alignment) noexcept {
    examples::counted_delete(pointer, static_cast<std::size_t>(alignment));
}
void operator delete(void* pointer, std::size_t, std::align_val_t alignment) noexcept {
    examples::counted_delete(pointer, static_cast<std::size_t>(alignment));
}

namespace {

using namespace halfulp;
using examples::language_model;
using examples::model_shape;

// --- Bits -------------------------------------------------------------------------------------------

struct difference {
    std::size_t elements = 0, bits = 0;
};
difference compare(const std::vector<float>& x, const std::vector<float>& y) {
    difference result;
    for (std::size_t n = 0; n < x.size(); ++n) {
        const int bits =
            std::popcount(std::bit_cast<std::uint32_t>(x[n]) ^ std::bit_cast<std::uint32_t>(y[n]));
        result.elements += bits != 0;
        result.bits += static_cast<std::size_t>(bits);
    }
    return result;
}
/// √(Σ(x − y)²/Σy²), in units of 2^-24.
double relative_error(const std::vector<float>& x, const std::vector<double>& y) {
    double error = 0, size = 0;
    for (std::size_t n = 0; n < x.size(); ++n) {
        const double e = static_cast<double>(x[n]) - y[n];
        error += e * e;
        size += y[n] * y[n];
    }
    return std::sqrt(error / size) * 0x1p24;
}

/// Prints the table; returns whether the library's bits depend on no chunk.
bool compare_chunks(const language_model<float>& model) {
    const std::size_t tokens = model.x.rows;
    const auto truth = library_gradients(model.as<double>(), arithmetic::native<double>{}, tokens);
    const std::vector<double> exact = truth.all();
    std::printf(
        "%zu tokens, loss %.4f, %zu gradients: of the inputs, the layer's weights and the head's.\n\n",
        tokens, truth.loss, exact.size());
    std::printf(
        "How many differ from those of one chunk, elements (bits), and the error in units of 2^-24:\n\n");
    std::printf("chunk of |            plain float |         native float |                exact\n");
    std::printf("---------+------------------------+----------------------+---------------------\n");
    std::vector<std::size_t> chunks{tokens, tokens / 2, tokens / 3, 37, 8, 1};
    std::vector<float> first[3];
    bool is_same = true;
    for (const std::size_t chunk : chunks) {
        if (chunk == 0 || chunk > tokens)
            continue;
        const std::vector<float> gradients[3] = {
            plain_gradients(model, chunk).all(),
            library_gradients(model, arithmetic::native<float>{}, chunk).all(),
            library_gradients(model, arithmetic::exact{}, chunk).all()};
        std::printf("%8zu", chunk);
        for (std::size_t n = 0; n < 3; ++n) {
            if (first[n].empty())
                first[n] = gradients[n];
            const difference d = compare(gradients[n], first[n]);
            is_same &= n == 0 || d.elements == 0;
            std::printf(n == 0 ? " | %6zu (%7zu) %6.2f" : " | %5zu (%5zu) %6.2f", d.elements, d.bits,
                        relative_error(gradients[n], exact));
        }
        std::printf("\n");
    }
    return is_same;
}

// --- Bytes ------------------------------------------------------------------------------------------

/// Prints the tables; returns whether counted, predicted and seen bytes agree.
bool compare_bytes(const std::string& text) {
    std::printf(
        "\nBytes of the kernels' own arrays in float, by tokens and chunk, and the most that operator new "
        "saw:\n\n");
    std::printf("tokens  chunk |  layer forward  backward      head | operator new\n");
    std::printf("--------------+------------------------------------+-------------\n");
    bool agrees = true;
    for (const std::size_t tokens : {std::size_t{60}, std::size_t{120}, std::size_t{240}})
        for (const std::size_t chunk : {tokens, std::size_t{32}, std::size_t{7}}) {
            const language_model<float> m = examples::make_language_model(text, tokens);
            if (m.x.rows != tokens)
                throw std::invalid_argument("exact_gradient: the text is too short");
            const model_shape its{m.x.columns, m.heads, m.key_heads, m.d, m.w.rows};
            const attention_layer<const float> layer{m.q.view(), m.k.view(), m.v.view(),
                                                     m.o.view(), m.heads,    m.key_heads};
            examples::matrix<float> y = m.x;
            allocated_bytes forward, backward, head;
            // The definitions: fast paths have blocks besides, a few MiB whatever the sequence.
            const execution::policy plain = execution::plain;
            streamed_attention(m.x.view(), layer, y.view(), arithmetic::native<float>{},
                               {.chunk = chunk, .attention = {.execution = plain}, .memory = &forward});
            examples::heap.start();
            library_gradients(m, arithmetic::native<float>{}, chunk, &backward, &head, plain);
            // Its caller's: hidden states, their gradients, and all gradients.
            const std::size_t caller = 4 * (3 * m.x.data.size() + m.q.data.size() + m.k.data.size() +
                                            m.v.data.size() + m.o.data.size() + m.w.data.size());
            const std::size_t seen = examples::heap.since_start() - caller;
            std::printf("%6zu %6zu | %14zu %9zu %9zu | %12zu\n", tokens, chunk, forward.peak(),
                        backward.peak(), head.peak(), seen);
            agrees &= forward.peak() == its.forward(tokens, chunk) &&
                      backward.peak() == its.backward(tokens, chunk) && head.peak() == its.head(chunk);
            // A row of scores and the like is what the kernels do not count.
            const std::size_t counted = std::max(backward.peak(), head.peak());
            agrees &= seen >= counted && seen - counted < 4096 + 64 * tokens;
        }
    const model_shape small{96, 4, 2, 24, 96};
    std::printf(
        "\nBackward: %zu bytes a token of the sequence, %zu a token of a chunk, and the weights' "
        "gradients.\n",
        small.backward(2, 1) - small.backward(1, 1), small.backward(2, 2) - small.backward(2, 1));
    std::printf("\nThe longest sequence in 1 GiB, inputs and outputs included:\n\n");
    std::printf(
        "model                                          | all scores kept  one chunk  chunks of 128  of "
        "16\n");
    std::printf(
        "-----------------------------------------------+---------------------------------------------------"
        "\n");
    const auto print = [](const char* name, const model_shape& shape) {
        constexpr std::size_t limit = std::size_t{1} << 30;
        const auto in_chunks = [&](std::size_t most) {
            return examples::longest(limit, [&](std::size_t t) { return shape.all(t, std::min(most, t)); });
        };
        std::printf("%-46s | %15zu  %9zu  %13zu  %5zu\n", name,
                    examples::longest(limit, [&](std::size_t t) { return shape.with_scores(t); }),
                    in_chunks(limit), in_chunks(128), in_chunks(16));
    };
    print("this one: 4 heads of 24, 96 wide, 96 labels", small);
    print("16 heads of 64, 2 of keys, 1024 wide, 32000", {1024, 16, 2, 64, 32000});
    return agrees;
}

}  // namespace

int main(int argc, char** argv) {
    std::string path;
    std::size_t tokens = 150;
    CLI::App app("Gradients in chunks of the sequence: bits and bytes.");
    app.add_option("--text", path, "a file or directory of text");
    app.add_option("--tokens", tokens, "places of the text")->check(CLI::Range(2, 4096));
    try {
        app.parse(argc, argv);
        const std::string source = HALFULP_SOURCE_DIR;
        const std::string text = path.empty()
                                     ? examples::read_text({source + "/README.md", source + "/include"})
                                     : examples::read_text({path});
        const bool is_same = compare_chunks(examples::make_language_model(text, tokens));
        const bool agrees = compare_bytes(text);
        if (is_same && agrees)
            return 0;
        std::fprintf(stderr, "exact_gradient: %s\n",
                     is_same ? "the bytes are not those of the formula" : "a bit depends on the chunks");
    } catch (const CLI::ParseError& error) {
        if (error.get_exit_code() == 0)
            return app.exit(error);  // --help
        std::fprintf(stderr, "exact_gradient: %s\n", error.what());
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s\n", error.what());
    }
    return 1;
}

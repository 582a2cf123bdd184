// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// For exact_gradient.cpp: every byte that the program has from operator new, and what the kernels' arrays come to in
/// numbers of tokens.

#include <cstddef>
#include <cstdlib>
#include <new>

namespace examples {

/// Bytes from operator new: now, and the most since `start`.
struct heap_bytes {
    std::size_t now = 0, peak = 0, base = 0;
    void start() { base = peak = now; }
    std::size_t since_start() const { return peak - base; }
};
inline heap_bytes heap;

/// Memory with its size in front.
inline void* counted_new(std::size_t size, std::size_t alignment) {
    const std::size_t front = alignment < 16 ? 16 : alignment;
    void* const memory = std::aligned_alloc(front, (size + 2 * front - 1) / front * front);
    if (memory == nullptr)
        throw std::bad_alloc();
    *static_cast<std::size_t*>(memory) = size;
    heap.now += size;
    heap.peak = heap.peak < heap.now ? heap.now : heap.peak;
    return static_cast<char*>(memory) + front;
}
inline void counted_delete(void* pointer, std::size_t alignment) noexcept {
    if (pointer == nullptr)
        return;
    void* const memory = static_cast<char*>(pointer) - (alignment < 16 ? 16 : alignment);
    heap.now -= *static_cast<std::size_t*>(memory);
    std::free(memory);
}

/// A layer of attention and a head, and the bytes of float that its kernels' arrays take, of T tokens in chunks of C.
struct model_shape {
    std::size_t model, heads, key_heads, d, vocabulary;

    /// K and V; Q and O of a chunk.
    std::size_t forward(std::size_t tokens, std::size_t chunk) const {
        return 4 * 2 * d * (tokens * key_heads + chunk * heads);
    }
    /// K, V and the sums of their gradients; Q, O, dO, dQ and two sums a query of a chunk; two gradients of weights.
    std::size_t backward(std::size_t tokens, std::size_t chunk) const {
        return 4 * (4 * d * (tokens * key_heads + chunk * heads) + 2 * chunk * heads + 2 * d * heads * model);
    }
    /// Logits of a chunk, and the gradient of the weights.
    std::size_t head(std::size_t chunk) const { return 4 * vocabulary * (chunk + model); }
    /// With inputs and outputs: X, dX, and hidden states that become their gradients; the larger of layer and head.
    std::size_t all(std::size_t tokens, std::size_t chunk) const {
        const std::size_t layer = backward(tokens, chunk), last = head(chunk);
        return 4 * 3 * model * tokens + (layer > last ? layer : last);
    }
    /// The same, and the weights of all queries and keys and their gradients, as programs keep them that form them whole.
    std::size_t with_scores(std::size_t tokens) const {
        return all(tokens, tokens) + 4 * 2 * heads * tokens * tokens;
    }
};

/// The most tokens for which bytes(tokens) is at most `limit`; bytes grow.
template <class Bytes>
std::size_t longest(std::size_t limit, const Bytes& bytes) {
    std::size_t low = 0, high = 1;
    while (bytes(high) <= limit)
        high *= 2;
    while (high - low > 1) {
        const std::size_t middle = low + (high - low) / 2;
        (bytes(middle) <= limit ? low : high) = middle;
    }
    return low;
}

}  // namespace examples

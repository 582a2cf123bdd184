// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// How much memory a call allocates: replaces the program's operator new and delete by ones that count. To be included by
/// one file of a program.

#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <new>
#include <thread>

namespace allocation_counter {

inline std::atomic<std::size_t> allocated{0}, most_allocated{0};

/// Before each block.
struct record {
    void* base;
    std::size_t size;
};

inline void* allocate(std::size_t size, std::size_t alignment) {
    void* const base = std::malloc(size + sizeof(record) + alignment);
    if (base == nullptr)
        throw std::bad_alloc();
    const auto behind_record = reinterpret_cast<std::size_t>(base) + sizeof(record);
    char* const block =
        static_cast<char*>(base) + sizeof(record) + (alignment - behind_record % alignment) % alignment;
    reinterpret_cast<record*>(block)[-1] = {base, size};
    const std::size_t now = allocated += size;
    for (std::size_t most = most_allocated; now > most && !most_allocated.compare_exchange_weak(most, now);) {
    }
    return block;
}
inline void release(void* block) noexcept {
    if (block == nullptr)
        return;
    const record of = static_cast<record*>(block)[-1];
    allocated -= of.size;
    std::free(of.base);
}

/// The most bytes that `body` has allocated at a time, in a thread of its own, as what a kernel keeps for the next call
/// belongs to the thread.
template <class Body>
std::size_t most_bytes_of(const Body& body) {
    std::size_t most = 0;
    std::thread([&] {
        const std::size_t before = allocated;
        most_allocated = before;
        body();
        most = most_allocated - before;
    }).join();
    return most;
}

}  // namespace allocation_counter

void* operator new(std::size_t size) {
    return allocation_counter::allocate(size, alignof(std::max_align_t));
}
void* operator new(std::size_t size, std::align_val_t alignment) {
    return allocation_counter::allocate(size, static_cast<std::size_t>(alignment));
}
void operator delete(void* block) noexcept {
    allocation_counter::release(block);
}
void operator delete(void* block, std::size_t) noexcept {
    allocation_counter::release(block);
}
void operator delete(void* block, std::align_val_t) noexcept {
    allocation_counter::release(block);
}
void operator delete(void* block, std::size_t, std::align_val_t) noexcept {
    allocation_counter::release(block);
}

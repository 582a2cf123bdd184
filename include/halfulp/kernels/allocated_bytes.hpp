// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// `allocated_bytes`: what a kernel that works in chunks allocates, counted by itself.

#include <halfulp/config.hpp>

#include <cstddef>
#include <vector>

namespace halfulp {
inline namespace v0 {

/// The bytes that a kernel holds in arrays of its own, now and at most so far.
///
/// Elements and accumulators are counted, one allocation of the heap each; not counted is what does not grow with the
/// problem: a block of a fast path (matmul_blocking) and a row or a tile of the kernels that are called.
class allocated_bytes {
  public:
    std::size_t now() const noexcept { return now_; }
    std::size_t peak() const noexcept { return peak_; }
    void add(std::size_t bytes) noexcept {
        now_ += bytes;
        peak_ = peak_ < now_ ? now_ : peak_;
    }
    void remove(std::size_t bytes) noexcept { now_ -= bytes; }

  private:
    std::size_t now_ = 0;
    std::size_t peak_ = 0;
};

namespace detail {

/// So many bytes for as long as it lives; nothing is counted where there is no count.
class counted_bytes {
  public:
    counted_bytes(allocated_bytes* count, std::size_t bytes) noexcept : count_(count), bytes_(bytes) {
        if (count_ != nullptr)
            count_->add(bytes_);
    }
    counted_bytes(const counted_bytes&) = delete;
    counted_bytes& operator=(const counted_bytes&) = delete;
    ~counted_bytes() {
        if (count_ != nullptr)
            count_->remove(bytes_);
    }

  private:
    allocated_bytes* count_;
    std::size_t bytes_;
};

/// An array that is counted.
template <class T>
class counted_array {
  public:
    /// @throws std::bad_alloc
    counted_array(allocated_bytes* count, std::size_t size)
        : elements_(size), bytes_(count, size * sizeof(T)) {}
    T* data() noexcept { return elements_.data(); }

  private:
    std::vector<T> elements_;
    counted_bytes bytes_;
};

}  // namespace detail
}  // namespace v0
}  // namespace halfulp

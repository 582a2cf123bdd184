// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// Arrays that end where memory ends.

#include "support/catch.hpp"

#include <cstddef>
#include <map>
#include <memory>
#include <span>
#include <vector>

#if defined(__unix__) || defined(__APPLE__)
#include <sys/mman.h>
#include <unistd.h>
#endif

namespace halfulp_test {

/// Memory for `count` elements that ends at a page which nobody may touch: reading or writing one byte past
/// the array ends the program.
template <class T>
class last_elements {
  public:
    explicit last_elements(std::size_t count) : count_(count) {
#if defined(__unix__) || defined(__APPLE__)
        const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
        const std::size_t bytes = (count * sizeof(T) + page - 1) / page * page;
        size_ = bytes + page;
        std::vector<unsigned char*>& unused = unused_of(size_);
        if (unused.empty()) {
            void* const memory =
                mmap(nullptr, size_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
            REQUIRE(memory != MAP_FAILED);
            memory_ = static_cast<unsigned char*>(memory);
            REQUIRE(mprotect(memory_ + bytes, page, PROT_NONE) == 0);
        } else {
            memory_ = unused.back();
            unused.pop_back();
        }
        first_ = reinterpret_cast<T*>(memory_ + bytes - count * sizeof(T));
#else
        plain_.reset(new T[count]());
        first_ = plain_.get();
#endif
    }
    last_elements(const last_elements&) = delete;
    last_elements& operator=(const last_elements&) = delete;
    ~last_elements() {
#if defined(__unix__) || defined(__APPLE__)
        unused_of(size_).push_back(memory_);
#endif
    }

    T* data() const {
        return first_;
    }
    std::span<T> span() const {
        return {first_, count_};
    }

  private:
    std::size_t count_;
    T* first_ = nullptr;
#if defined(__unix__) || defined(__APPLE__)
    /// Pages that arrays before this one had: asking the system each time would be most of a test's time.
    static std::vector<unsigned char*>& unused_of(std::size_t size) {
        static std::map<std::size_t, std::vector<unsigned char*>> unused;
        return unused[size];
    }
    unsigned char* memory_ = nullptr;
    std::size_t size_ = 0;
#else
    std::unique_ptr<T[]> plain_;
#endif
};

}  // namespace halfulp_test

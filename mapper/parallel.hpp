/// Work split among threads so that the answer does not depend on how many there are.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

namespace spinn {

/// The number of threads to use: `wanted`, or all processors when that is 0.
inline std::size_t thread_count(int wanted) {
    if (wanted > 0) return static_cast<std::size_t>(wanted);
    return std::max(1u, std::thread::hardware_concurrency());
}

/// Calls work(part, thread) for every part of 0 .. n_parts-1; thread is below n_threads. Parts are handed out in order,
/// so they must own what they write: which thread does which is not determined. What the first part (by number) that
/// failed has thrown is thrown again.
template <typename Work>
void parallel_for(std::size_t n_parts, std::size_t n_threads, const Work& work) {
    if (n_threads <= 1 || n_parts <= 1) {
        for (std::size_t part = 0; part < n_parts; ++part) work(part, std::size_t{0});
        return;
    }
    std::atomic<std::size_t> next{0};
    std::mutex mutex;
    std::exception_ptr failure;
    std::size_t failed_part = n_parts;
    const auto run = [&](std::size_t thread) {
        for (std::size_t part = next++; part < n_parts; part = next++) {
            try {
                work(part, thread);
            } catch (...) {
                const std::lock_guard lock(mutex);
                if (part < failed_part) failed_part = part, failure = std::current_exception();
            }
        }
    };
    {
        std::vector<std::jthread> threads;
        for (std::size_t t = 1; t < std::min(n_threads, n_parts); ++t) threads.emplace_back(run, t);
        run(0);
    }
    if (failure) std::rethrow_exception(failure);
}

}  // namespace spinn

/// A barrier that spins for a moment, then sleeps: windows last microseconds, but a spinning wait on a busy machine
/// starves the thread it waits for.
#pragma once

#include <atomic>
#include <cstdint>

namespace spinn {

class Barrier {
 public:
    /// @param spins  polls before sleeping; 0 when there are more threads than processors
    Barrier(std::uint32_t n_threads, std::uint32_t spins) : n_threads_(n_threads), spins_(spins) {}

    void arrive_and_wait() {
        const std::uint32_t generation = generation_.load(std::memory_order_acquire);
        if (arrived_.fetch_add(1, std::memory_order_acq_rel) + 1 == n_threads_) {
            arrived_.store(0, std::memory_order_relaxed);
            generation_.fetch_add(1, std::memory_order_acq_rel);
            generation_.notify_all();
            return;
        }
        for (std::uint32_t i = 0; i < spins_; ++i) {
            if (generation_.load(std::memory_order_acquire) != generation) return;
            pause();
        }
        while (generation_.load(std::memory_order_acquire) == generation) generation_.wait(generation);
    }

 private:
    static void pause() {
#if defined(__x86_64__)
        __builtin_ia32_pause();
#endif
    }

    const std::uint32_t n_threads_, spins_;
    std::atomic<std::uint32_t> arrived_{0};
    std::atomic<std::uint32_t> generation_{0};
};

}  // namespace spinn

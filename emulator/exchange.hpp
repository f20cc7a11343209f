/// What the processes that run one machine together say to each other: messages of words, and nothing else.
///
/// Each process runs the cores of some of the chips (divide.hpp). The engine and the host reach the others through this
/// seam alone; mpi_exchange.hpp is the one for MPI. See docs/scale-out.md.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace spinn {

using Words = std::vector<std::uint32_t>;

/// Whom a process sends a message to and whom it gets one from. Ascending; never itself.
struct Partners {
    std::vector<std::uint32_t> to, from;
};

class Exchange {
 public:
    virtual ~Exchange() = default;
    virtual std::uint32_t process() const = 0;    ///< this one, from 0
    virtual std::uint32_t processes() const = 0;  ///< of the job

    /// Sends outgoing[p] to each p of partners.to and waits for incoming[p] from each p of partners.from; a process in
    /// `to` must have this one in its `from`. Messages between two processes arrive in the order of sending. From one
    /// thread only, the one that made the exchange.
    /// @param outgoing, incoming  [process]
    virtual void swap(const Partners& partners, std::span<const Words> outgoing, std::span<Words> incoming) = 0;

    /// Ends all processes of the job, this one too, with that exit code.
    [[noreturn]] virtual void abort(int exit_code) = 0;
};

/// Everybody but this process, both ways.
Partners all_others(const Exchange& exchange);

// All processes must call the same of these in the same order.

/// A message to and from every process; the one to itself comes back. @param outgoing  [process]
std::vector<Words> swap_all(Exchange& exchange, std::vector<Words> outgoing);

/// Every process's values at every process. @returns [process][value]
std::vector<std::vector<std::uint64_t>> share(Exchange& exchange, std::span<const std::uint64_t> values);

/// Every process's message at process 0. @returns [process], empty at the others
std::vector<Words> gather(Exchange& exchange, Words message);

/// Sums over the processes, value by value, at every process.
std::vector<std::uint64_t> sum(Exchange& exchange, std::span<const std::uint64_t> values);
std::uint64_t smallest(Exchange& exchange, std::uint64_t value);
std::uint64_t largest(Exchange& exchange, std::uint64_t value);
/// Of values that are 0 or more.
double largest(Exchange& exchange, double value);

}  // namespace spinn

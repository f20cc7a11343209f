/// Answers that were sent lately, so that a command that comes twice is not carried out twice.
///
/// Networks repeat datagrams, and hosts repeat commands whose answer was lost. SC&MP carries such a command out again;
/// an allocation is then made twice. Here a command with the bytes of one of the sender's last 1024, no older than the
/// time for which hosts repeat, gets the answer of the first time. Hosts number their commands with 16 bits, so no new
/// command is taken for an old one.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <span>
#include <unordered_map>

#include "protocols/bytes.hpp"
#include "protocols/endpoint.hpp"

namespace spinn {

class ReplyCache {
 public:
    /// The answer to the same bytes from the same host, if it is remembered; it may be empty.
    const Bytes* find(const Endpoint& host, std::span<const std::byte> command, std::uint64_t now_us) const;
    void remember(const Endpoint& host, std::span<const std::byte> command, Bytes reply, std::uint64_t now_us);
    void clear() { hosts_.clear(); }

 private:
    struct Reply {
        Bytes bytes;
        std::uint64_t sent_us = 0;
    };
    struct Memory {
        std::unordered_map<std::uint64_t, Reply> replies;  ///< by the hash of the command
        std::deque<std::uint64_t> order;
        std::uint64_t last_use = 0;
    };
    std::map<Endpoint, Memory> hosts_;
    std::uint64_t uses_ = 0;
};

}  // namespace spinn

#include "emulator/reply_cache.hpp"

#include <algorithm>

namespace spinn {

namespace {

constexpr std::size_t commands_per_host = 1024;
constexpr std::size_t most_hosts = 256;
constexpr std::uint64_t oldest_us = 12'000'000;  ///< SpiNNMan sends a command ten times, a second apart

/// FNV-1a, eight bytes at a time.
std::uint64_t hash_of(std::span<const std::byte> bytes) {
    std::uint64_t hash = 0xcbf29ce484222325u ^ bytes.size();
    const auto mix = [&](std::uint64_t word) {
        hash = (hash ^ word) * 0x100000001b3u;
        hash ^= hash >> 29;
    };
    std::size_t i = 0;
    for (; i + 8 <= bytes.size(); i += 8) {
        std::uint64_t word = 0;
        std::memcpy(&word, bytes.data() + i, 8);
        mix(word);
    }
    for (; i < bytes.size(); ++i) mix(load_u8(bytes, i));
    return hash;
}

}  // namespace

const Bytes* ReplyCache::find(const Endpoint& host, std::span<const std::byte> command, std::uint64_t now_us) const {
    const auto memory = hosts_.find(host);
    if (memory == hosts_.end()) return nullptr;
    const auto reply = memory->second.replies.find(hash_of(command));
    if (reply == memory->second.replies.end() || now_us - reply->second.sent_us > oldest_us) return nullptr;
    return &reply->second.bytes;
}

void ReplyCache::remember(const Endpoint& host, std::span<const std::byte> command, Bytes reply, std::uint64_t now_us) {
    if (hosts_.size() >= most_hosts && !hosts_.contains(host))
        hosts_.erase(std::min_element(hosts_.begin(), hosts_.end(), [](const auto& a, const auto& b) {
            return a.second.last_use < b.second.last_use;
        }));
    Memory& memory = hosts_[host];
    memory.last_use = ++uses_;
    const std::uint64_t hash = hash_of(command);
    if (memory.replies.insert_or_assign(hash, Reply{std::move(reply), now_us}).second) memory.order.push_back(hash);
    if (memory.order.size() > commands_per_host) {
        memory.replies.erase(memory.order.front());
        memory.order.pop_front();
    }
}

}  // namespace spinn

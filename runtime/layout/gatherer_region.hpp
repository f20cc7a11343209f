/// Region `program` of a live packet gatherer: which keys it takes, and the shape of the messages that it sends.
/// Source: SpiNNFrontEndCommon, live_packet_gather.c; the words are its configuration.
#pragma once

#include <cstdint>
#include <span>
#include <variant>
#include <vector>

#include "protocols/decode_error.hpp"
#include "protocols/eieio.hpp"

namespace spinn {

/// The tag that live output leaves by, at the root chip.
constexpr std::uint32_t live_output_tag = 1;

struct GathererRegion {
    bool apply_prefix = false;
    std::uint32_t prefix = 0;
    bool prefix_is_upper = false;
    EieioType type = EieioType::key32;
    std::uint32_t key_right_shift = 0;
    bool payloads_are_times = true;
    bool apply_payload_prefix = true;  ///< with times: the time
    std::uint32_t payload_prefix = 0;
    std::uint32_t payload_right_shift = 0;
    std::uint32_t tag = 0;
    std::uint32_t tag_chip = 0;                ///< of the Ethernet chip whose tag it is: x << 8 | y
    std::uint32_t most_messages_per_tick = 0;  ///< 0: as many as there are
    std::uint32_t received_key_mask = 0xffffffff;
    std::uint32_t translated_key_right_shift = 0;
    struct Translation {
        std::uint32_t key = 0, mask = 0, first_atom = 0;
        bool operator==(const Translation&) const = default;
    };
    /// Ascending by key. A key that none takes is sent as it is, but for received_key_mask.
    std::vector<Translation> translations;
    bool operator==(const GathererRegion&) const = default;
};

std::vector<std::uint32_t> encode(const GathererRegion& region);
std::variant<GathererRegion, DecodeError> decode_gatherer_region(std::span<const std::uint32_t> words);

}  // namespace spinn

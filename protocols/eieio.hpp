/// EIEIO: events between hosts and cores, as data of SDP messages or as raw datagrams. Source: SpiNNMan,
/// messages/eieio; SpiNNFrontEndCommon, reverse_iptag_multicast_source.c and live_packet_gather.c.
///
/// Header, two bytes: number of events, then flags. A 16-bit prefix and a payload prefix may follow, then the events: a
/// key of 16 or 32 bits, with a payload of the same size or without.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "protocols/bytes.hpp"
#include "protocols/decode_error.hpp"

namespace spinn {

constexpr std::size_t eieio_bytes = 256;  ///< most in a message

enum class EieioType : std::uint8_t { key16 = 0, key16_payload16 = 1, key32 = 2, key32_payload32 = 3 };

struct EieioEvent {
    std::uint32_t key = 0;
    std::uint32_t payload = 0;  ///< unused by types without
    bool operator==(const EieioEvent&) const = default;
};

/// Events as they stand in a message, prefixes not yet applied.
struct EieioData {
    EieioType type = EieioType::key32;
    std::optional<std::uint16_t> prefix;
    bool prefix_is_upper = false;  ///< of a key: it becomes the upper half
    std::optional<std::uint32_t> payload_prefix;
    bool payloads_are_times = false;
    std::vector<EieioEvent> events;  ///< at most 255
    bool operator==(const EieioData&) const = default;
};

enum class EieioCommandNumber : std::uint16_t {
    database = 1,  ///< "the database is ready": the path follows; as an answer nothing does
    padding = 2,
    event_stop = 3,
    stop_requests = 4,
    start_requests = 5,
    request_buffers = 6,
    sequenced_data = 7,
    request_read = 8,
    data_read = 9,
    stop_pause = 10,
    start_resume = 11,
    read_ack = 12,
};

struct EieioCommand {
    EieioCommandNumber number = EieioCommandNumber::padding;
    Bytes rest;
    bool operator==(const EieioCommand&) const = default;
};

using EieioMessage = std::variant<EieioData, EieioCommand>;

/// Bytes behind the last event are ignored, as cores do.
std::variant<EieioMessage, DecodeError> decode_eieio(std::span<const std::byte> bytes);

Bytes encode(const EieioData& data);
Bytes encode(const EieioCommand& command);

/// Events that fit a message of eieio_bytes.
std::size_t most_events(const EieioData& like);

/// The key that a core makes of an event. @param own  key that the core was given: with no prefix in the message it is
/// put to the key
std::uint32_t whole_key(const EieioData& data, const EieioEvent& event, std::uint32_t own);

/// The payload, with the prefix of the message. A message with a payload prefix and events without payload has the
/// prefix for each.
std::optional<std::uint32_t> whole_payload(const EieioData& data, const EieioEvent& event);

}  // namespace spinn

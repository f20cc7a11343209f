#include <algorithm>
#include <utility>

#include "runtime/core_block.hpp"
#include "runtime/programs.hpp"

namespace spinn {

void GathererProgram::start(CoreServices& services, std::uint32_t block_address) {
    const CoreBlock block(services, block_address);
    block.system();
    region_ = block.need(decode_gatherer_region(block.words(Region::program)), "gatherer region");
}

void GathererProgram::timer_tick(CoreServices&, Tick) {}

void GathererProgram::multicast_received(CoreServices&, Tick sent, std::span<const MulticastPacket> packets) {
    if (sent != tick_) flush();
    tick_ = sent;
    for (const MulticastPacket& packet : packets) {
        // A packet of a source that spiked several times in the tick has their number as its payload.
        const std::uint32_t repeats = packet.has_payload ? packet.payload : 1;
        for (std::uint32_t i = 0; i < repeats; ++i) add(value(packet.key));
    }
}

std::uint32_t GathererProgram::sent_key(std::uint32_t key) const {
    auto above = std::upper_bound(region_.translations.begin(), region_.translations.end(), key,
                                  [](std::uint32_t k, const auto& translation) { return k < translation.key; });
    if (above != region_.translations.begin()) {
        const GathererRegion::Translation& translation = *--above;
        if ((key & translation.mask) == translation.key)
            return translation.first_atom + ((key & ~translation.mask) >> region_.translated_key_right_shift);
    }
    return key & region_.received_key_mask;
}

void GathererProgram::add(std::uint32_t key) {
    if (message_.events.empty()) {
        message_.type = region_.type;
        if (region_.apply_prefix) message_.prefix = static_cast<std::uint16_t>(region_.prefix);
        message_.prefix_is_upper = region_.prefix_is_upper;
        message_.payloads_are_times = region_.payloads_are_times;
        if (region_.apply_payload_prefix)
            message_.payload_prefix = region_.payloads_are_times ? value(tick_) : region_.payload_prefix;
        room_ = most_events(message_);
    }
    message_.events.push_back({sent_key(key) >> region_.key_right_shift,
                               (region_.payloads_are_times ? value(tick_) : 0) >> region_.payload_right_shift});
    if (message_.events.size() == room_) flush();
}

void GathererProgram::flush() {
    if (message_.events.empty()) return;
    if (tick_ != tick_of_messages_) messages_in_tick_ = 0;
    tick_of_messages_ = tick_;
    if (region_.most_messages_per_tick != 0 && messages_in_tick_ == region_.most_messages_per_tick) {
        counters_.live_lost += message_.events.size();
    } else {
        ++messages_in_tick_;
        SdpHeader header{sdp_no_reply,
                         static_cast<std::uint8_t>(region_.tag),
                         sdp_host_end({static_cast<std::uint8_t>(region_.tag_chip >> 8),
                                       static_cast<std::uint8_t>(region_.tag_chip & 0xff)}),
                         {}};
        outbox_.push_back({header, encode(message_)});
    }
    message_.events.clear();
}

std::vector<SdpMessage> GathererProgram::take_messages() {
    flush();
    return std::exchange(outbox_, {});
}

}  // namespace spinn

#include "protocols/eieio.hpp"

#include <algorithm>

namespace spinn {

namespace {

constexpr std::uint32_t has_prefix = 1u << 15, upper_prefix = 1u << 14, has_payload_prefix = 1u << 13, times = 1u << 12;
constexpr std::uint32_t command_bit = upper_prefix;  ///< without has_prefix
constexpr std::uint32_t command_mask = 0x3fff;

bool is_wide(EieioType type) { return type == EieioType::key32 || type == EieioType::key32_payload32; }
bool has_payload(EieioType type) { return type == EieioType::key16_payload16 || type == EieioType::key32_payload32; }
std::size_t word_bytes(EieioType type) { return is_wide(type) ? 4 : 2; }
std::size_t event_bytes(EieioType type) { return word_bytes(type) * (has_payload(type) ? 2 : 1); }

std::uint32_t load(std::span<const std::byte> in, std::size_t offset, EieioType type) {
    return is_wide(type) ? load_u32(in, offset) : load_u16(in, offset);
}
void append(Bytes& out, std::uint32_t word, EieioType type) {
    if (is_wide(type))
        append_u32(out, word);
    else
        append_u16(out, word & 0xffff);
}

}  // namespace

std::variant<EieioMessage, DecodeError> decode_eieio(std::span<const std::byte> in) {
    if (in.size() < 2) return DecodeError{in.size(), "an EIEIO message has a header of two bytes"};
    const std::uint32_t header = load_u16(in, 0);
    if ((header & (has_prefix | command_bit)) == command_bit)
        return EieioMessage{
            EieioCommand{static_cast<EieioCommandNumber>(header & command_mask), Bytes(in.begin() + 2, in.end())}};
    EieioData data;
    data.type = static_cast<EieioType>(header >> 10 & 3);
    data.payloads_are_times = (header & times) != 0;
    std::size_t offset = 2;
    if ((header & has_prefix) != 0) {
        if (in.size() < offset + 2) return DecodeError{offset, "the prefix is missing"};
        data.prefix = load_u16(in, offset);
        data.prefix_is_upper = (header & upper_prefix) != 0;
        offset += 2;
    }
    if ((header & has_payload_prefix) != 0) {
        if (in.size() < offset + word_bytes(data.type)) return DecodeError{offset, "the payload prefix is missing"};
        data.payload_prefix = load(in, offset, data.type);
        offset += word_bytes(data.type);
    }
    const std::size_t n = header & 0xff;
    if (in.size() < offset + n * event_bytes(data.type))
        return DecodeError{in.size(), "the header says " + std::to_string(n) + " events; there are fewer bytes"};
    data.events.reserve(n);
    for (std::size_t i = 0; i < n; ++i, offset += event_bytes(data.type))
        data.events.push_back({load(in, offset, data.type),
                               has_payload(data.type) ? load(in, offset + word_bytes(data.type), data.type) : 0});
    return EieioMessage{std::move(data)};
}

Bytes encode(const EieioData& data) {
    const std::size_t n = std::min<std::size_t>(data.events.size(), 0xff);
    std::uint32_t header = static_cast<std::uint32_t>(n) | static_cast<std::uint32_t>(data.type) << 10;
    if (data.prefix) header |= has_prefix | (data.prefix_is_upper ? upper_prefix : 0);
    if (data.payload_prefix) header |= has_payload_prefix;
    if (data.payloads_are_times) header |= times;
    Bytes out;
    out.reserve(2 + 2 + 4 + n * event_bytes(data.type));
    append_u16(out, header);
    if (data.prefix) append_u16(out, *data.prefix);
    if (data.payload_prefix) append(out, *data.payload_prefix, data.type);
    for (std::size_t i = 0; i < n; ++i) {
        append(out, data.events[i].key, data.type);
        if (has_payload(data.type)) append(out, data.events[i].payload, data.type);
    }
    return out;
}

Bytes encode(const EieioCommand& command) {
    Bytes out;
    append_u16(out, command_bit | (static_cast<std::uint32_t>(command.number) & command_mask));
    append(out, command.rest);
    return out;
}

std::size_t most_events(const EieioData& like) {
    const std::size_t head = 2 + (like.prefix ? 2 : 0) + (like.payload_prefix ? word_bytes(like.type) : 0);
    return std::min<std::size_t>((eieio_bytes - head) / event_bytes(like.type), 0xff);
}

std::uint32_t whole_key(const EieioData& data, const EieioEvent& event, std::uint32_t own) {
    if (!data.prefix) return event.key | own;
    const std::uint32_t prefix = *data.prefix;
    if (is_wide(data.type)) return event.key | (data.prefix_is_upper ? prefix << 16 : prefix);
    return data.prefix_is_upper ? prefix << 16 | event.key : event.key << 16 | prefix;
}

std::optional<std::uint32_t> whole_payload(const EieioData& data, const EieioEvent& event) {
    if (!has_payload(data.type)) return data.payload_prefix;
    return event.payload | data.payload_prefix.value_or(0);
}

}  // namespace spinn

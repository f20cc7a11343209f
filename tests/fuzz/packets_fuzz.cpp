/// Every decoder of packets on any bytes: what it accepts, it writes back as it was.
#include <cstdint>

#include "protocols/application_image.hpp"
#include "protocols/boot.hpp"
#include "protocols/eieio.hpp"
#include "protocols/scp.hpp"
#include "protocols/sdp.hpp"

namespace {

using namespace spinn;

void require(bool promise) {
    if (!promise) __builtin_trap();
}

void sdp(std::span<const std::byte> in) {
    const auto decoded = decode_sdp(in);
    const auto* view = std::get_if<SdpView>(&decoded);
    if (view == nullptr) return;
    const Bytes again = encode_sdp(view->header, view->data);
    require(again.size() == in.size());
    require(std::equal(again.begin() + sdp_pad_bytes, again.end(), in.begin() + sdp_pad_bytes));
    const auto request = decode_scp_request(view->data);
    if (const auto* scp = std::get_if<ScpRequest>(&request)) {
        const Bytes bytes = encode(*scp);
        require(std::equal(bytes.begin(), bytes.end(), view->data.begin(), view->data.end()));
    }
    const auto reply = decode_scp_reply(view->data);
    if (const auto* scp = std::get_if<ScpReply>(&reply)) {
        const Bytes bytes = encode(*scp);
        require(std::equal(bytes.begin(), bytes.end(), view->data.begin(), view->data.end()));
        require(!to_string(scp->result).empty());
    }
}

void boot(std::span<const std::byte> in) {
    const auto decoded = decode_boot_packet(in);
    if (const auto* packet = std::get_if<BootPacket>(&decoded)) {
        const Bytes again = encode(*packet);
        require(std::equal(again.begin(), again.end(), in.begin(), in.end()));
    }
}

void eieio(std::span<const std::byte> in) {
    const auto decoded = decode_eieio(in);
    const auto* message = std::get_if<EieioMessage>(&decoded);
    if (message == nullptr) return;
    const Bytes again = std::visit([](const auto& m) { return encode(m); }, *message);
    require(again.size() <= in.size());
    require(std::get<EieioMessage>(decode_eieio(again)) == *message);
    if (const auto* data = std::get_if<EieioData>(message))
        for (const EieioEvent& event : data->events) {
            whole_key(*data, event, 0x10000);
            whole_payload(*data, event);
        }
}

void application(std::span<const std::byte> in) {
    const auto decoded = decode_application_image(in);
    if (const auto* image = std::get_if<ApplicationImage>(&decoded))
        require(std::get<ApplicationImage>(decode_application_image(encode(*image))).rounding == image->rounding);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::span<const std::byte> in(reinterpret_cast<const std::byte*>(data), size);
    sdp(in);
    boot(in);
    eieio(in);
    application(in);
    return 0;
}

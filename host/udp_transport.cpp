#include "host/udp_transport.hpp"

#include <poll.h>

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/udp.hpp>

#include "protocols/error.hpp"

namespace spinn {

namespace {

namespace asio = boost::asio;
constexpr int socket_buffer_bytes = 8 << 20;  ///< asked for; the system gives what it allows

asio::ip::udp::endpoint resolve(asio::io_context& context, const std::string& host, std::uint16_t port) {
    boost::system::error_code error;
    asio::ip::udp::resolver resolver(context);
    const auto found = resolver.resolve(asio::ip::udp::v4(), host, std::to_string(port), error);
    if (error)
        throw RequestError(
            {.what = "cannot reach it: " + error.message(), .where = host, .fix = "a name or an IPv4 address"});
    return *found.begin();
}

class UdpTransport final : public Transport {
 public:
    UdpTransport(const std::string& host, std::uint16_t port) : name_(host), socket_(context_) {
        boost::system::error_code error;
        socket_.connect(resolve(context_, host, port), error);
        if (error) throw RequestError({.what = "cannot reach it: " + error.message(), .where = host});
        socket_.set_option(asio::socket_base::receive_buffer_size(socket_buffer_bytes), error);
        socket_.set_option(asio::socket_base::send_buffer_size(socket_buffer_bytes), error);
    }

    void send(std::span<const std::byte> datagram) override {
        boost::system::error_code unsent;  // as if it were lost on the way: it is sent again
        socket_.send(asio::buffer(datagram.data(), datagram.size()), 0, unsent);
    }

    std::optional<Bytes> receive(Time at_most) override {
        pollfd waiting{socket_.native_handle(), POLLIN, 0};
        const auto ms = (at_most.count() + 999) / 1000;
        if (poll(&waiting, 1, static_cast<int>(ms)) <= 0) return std::nullopt;
        boost::system::error_code error;
        const std::size_t n = socket_.receive(asio::buffer(buffer_.data(), buffer_.size()), 0, error);
        if (error) return Bytes{};  // nobody listens there (yet): nothing that can be decoded
        return Bytes(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(n));
    }

    Time now() override {
        return std::chrono::duration_cast<Time>(std::chrono::steady_clock::now().time_since_epoch());
    }
    std::string name() const override { return name_; }

 private:
    std::string name_;
    asio::io_context context_;
    asio::ip::udp::socket socket_;
    std::array<std::byte, 65536> buffer_;
};

}  // namespace

Endpoint resolve_endpoint(const std::string& text, std::uint16_t otherwise, const std::string& option) {
    const std::size_t colon = text.rfind(':');
    unsigned port = otherwise;
    if (colon != std::string::npos) {
        const std::string digits = text.substr(colon + 1);
        const bool whole =
            !digits.empty() && digits.size() <= 5 && digits.find_first_not_of("0123456789") == std::string::npos;
        port = whole ? static_cast<unsigned>(std::stoul(digits)) : 0;
    }
    if (port == 0 || port > 0xffff || colon == 0)
        throw InputError(std::vector<Problem>{
            {.what = "'" + text + "' is not HOST:PORT", .where = option, .fix = "such as 127.0.0.1:17895"}});
    asio::io_context context;
    const asio::ip::udp::endpoint found = resolve(context, text.substr(0, colon), static_cast<std::uint16_t>(port));
    return {found.address().to_v4().to_uint(), found.port()};
}

std::unique_ptr<Transport> connect_udp(const std::string& host, std::uint16_t port) {
    return std::make_unique<UdpTransport>(host, port);
}

}  // namespace spinn

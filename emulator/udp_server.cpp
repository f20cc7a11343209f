#include "emulator/udp_server.hpp"

#include <spdlog/logger.h>

#include <algorithm>
#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/udp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <map>
#include <memory>

#include "protocols/boot.hpp"
#include "protocols/error.hpp"
#include "protocols/scp.hpp"

namespace spinn {

namespace {

namespace asio = boost::asio;
using Clock = std::chrono::steady_clock;

constexpr std::size_t largest_datagram = 65536;
constexpr int socket_buffer_bytes = 8 << 20;                ///< asked for; the system gives what it allows
constexpr std::size_t datagrams_between_runs = 256;         ///< a flood of them must not hold up a network
constexpr auto piece_time = std::chrono::milliseconds(20);  ///< that a running network may keep hosts waiting
constexpr auto idle_time = std::chrono::milliseconds(20);   ///< between two looks at `stop`

class Server {
 public:
    Server(Board& board, const ServeOptions& options, spdlog::logger& log)
        : board_(board),
          options_(options),
          log_(log),
          start_(Clock::now()),
          start_us_(static_cast<std::uint64_t>(
              std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::system_clock::now().time_since_epoch())
                  .count())) {
        bind_all();
    }

    ServeReport run(const std::atomic<bool>& stop) {
        while (!stop.load()) {
            const bool busy = advance_network();
            asio::steady_timer timer(context_, busy ? until_next_tick() : idle_time);
            bool expired = false;
            timer.async_wait([&](const boost::system::error_code& error) { expired = !error; });
            // Wait for a datagram or the timer, then take what else is there.
            context_.restart();
            context_.run_one();
            for (std::size_t i = 0; i < datagrams_between_runs && context_.poll_one() > 0; ++i) {
            }
            if (!expired) {
                timer.cancel();
                context_.poll();
            }
            bind_all();
        }
        if (report_.ticks > 0) report_.mean_late_ms = late_sum_ms_ / static_cast<double>(report_.ticks);
        return report_;
    }

 private:
    struct Socket {
        Socket(asio::io_context& context) : socket(context) {}
        asio::ip::udp::socket socket;
        asio::ip::udp::endpoint peer;
        std::array<std::byte, largest_datagram> buffer;
        std::size_t port = 0;
        std::uint16_t udp_port = 0;
    };

    std::uint64_t now_us() const {
        return start_us_ + static_cast<std::uint64_t>(
                               std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - start_).count());
    }

    /// Opens what should listen and does not, closes what should not: reverse tags come and go.
    void bind_all() {
        for (std::size_t p = 0; p < board_.ports.size(); ++p) {
            const std::vector<std::uint16_t> wanted = udp_ports(board_.ports[p]);
            for (const std::uint16_t udp_port : wanted)
                if (!sockets_.contains({p, udp_port}) && !refused_.contains({p, udp_port})) bind(p, udp_port);
            std::erase_if(sockets_, [&](const auto& entry) {
                return entry.first.first == p && !std::binary_search(wanted.begin(), wanted.end(), entry.first.second);
            });
        }
    }

    void bind(std::size_t port, std::uint16_t udp_port) {
        auto socket = std::make_shared<Socket>(context_);
        socket->port = port;
        socket->udp_port = udp_port;
        const asio::ip::udp::endpoint local(asio::ip::address_v4(board_.ports[port].ip), udp_port);
        const std::string name = to_string(Endpoint{board_.ports[port].ip, udp_port});
        boost::system::error_code error;
        socket->socket.open(asio::ip::udp::v4(), error);
        if (!error) socket->socket.bind(local, error);
        if (error) {
            const RequestError failure({.what = "cannot listen on UDP " + name + ": " + error.message(),
                                        .where = "chip " + to_string(board_.ports[port].chip),
                                        .fix = "end what listens there, or choose another address with --bind"});
            if (udp_port == scp_udp_port || udp_port == boot_udp_port) throw failure;
            log_.warn("{}", failure.what());  // a reverse tag's port: hosts choose it
            refused_.insert({port, udp_port});
            return;
        }
        socket->socket.set_option(asio::socket_base::receive_buffer_size(socket_buffer_bytes), error);
        socket->socket.set_option(asio::socket_base::send_buffer_size(socket_buffer_bytes), error);
        socket->socket.non_blocking(true, error);
        sockets_[{port, udp_port}] = socket;
        listen(socket);
    }

    void listen(const std::shared_ptr<Socket>& socket) {
        socket->socket.async_receive_from(
            asio::buffer(socket->buffer.data(), socket->buffer.size()), socket->peer,
            [this, socket](const boost::system::error_code& error, std::size_t n_bytes) {
                if (!socket->socket.is_open() || error == asio::error::operation_aborted) return;
                if (!error) {
                    Datagram in{
                        socket->port,
                        socket->udp_port,
                        {socket->peer.address().to_v4().to_uint(), socket->peer.port()},
                        Bytes(socket->buffer.begin(), socket->buffer.begin() + static_cast<std::ptrdiff_t>(n_bytes))};
                    receive(board_, in, now_us(), out_);
                    flush();
                }
                listen(socket);
            });
    }

    void flush() {
        for (const Datagram& datagram : out_) {
            const auto socket = sockets_.find({datagram.port, datagram.local_udp_port});
            if (socket == sockets_.end()) continue;
            boost::system::error_code error;
            socket->second->socket.send_to(
                asio::buffer(datagram.payload.data(), datagram.payload.size()),
                asio::ip::udp::endpoint(asio::ip::address_v4(datagram.peer.address), datagram.peer.port), 0, error);
            if (error) ++report_.send_failures;
        }
        out_.clear();
    }

    /// @returns whether there is more to do at once, or at a known time
    bool advance_network() {
        if (!applications_busy(board_)) {
            running_ = false;
            return false;
        }
        std::uint32_t ticks = piece_ticks_;
        const Clock::time_point begin = Clock::now();
        if (options_.realtime) {
            if (!running_) due_ = begin;
            running_ = true;
            if (begin < due_) return true;
            ticks = 1;
        }
        const std::uint32_t done = advance(board_, now_us(), ticks, out_);
        flush();
        report_.ticks += done;
        const auto taken = Clock::now() - begin;
        if (options_.realtime && done > 0) {
            const double late_ms = std::chrono::duration<double, std::milli>(begin - due_).count();
            report_.most_late_ms = std::max(report_.most_late_ms, late_ms);
            late_sum_ms_ += late_ms;
            due_ += std::chrono::duration_cast<Clock::duration>(
                std::chrono::duration<double, std::milli>(options_.timestep_ms));
        } else if (done == ticks) {
            if (taken < piece_time / 2) piece_ticks_ = std::min(piece_ticks_ * 2, 1u << 20);
            if (taken > piece_time) piece_ticks_ = std::max(piece_ticks_ / 2, 1u);
        }
        return applications_busy(board_);
    }

    Clock::duration until_next_tick() const {
        if (!options_.realtime) return Clock::duration::zero();
        return std::max(Clock::duration::zero(), due_ - Clock::now());
    }

    Board& board_;
    const ServeOptions& options_;
    spdlog::logger& log_;
    asio::io_context context_;
    std::map<std::pair<std::size_t, std::uint16_t>, std::shared_ptr<Socket>> sockets_;  ///< by (port, UDP port)
    std::set<std::pair<std::size_t, std::uint16_t>> refused_;
    std::vector<Datagram> out_;
    Clock::time_point start_;
    std::uint64_t start_us_;
    std::uint32_t piece_ticks_ = 1;
    bool running_ = false;
    Clock::time_point due_;
    double late_sum_ms_ = 0.0;
    ServeReport report_;
};

}  // namespace

ServeReport serve(Board& board, const ServeOptions& options, const std::atomic<bool>& stop, spdlog::logger& log) {
    Server server(board, options, log);
    for (const EthernetPort& port : board.ports)
        log.info("listening on {}: SCP on UDP port {}, boot on {}, for the board of chip {}", address_text(port.ip),
                 scp_udp_port, boot_udp_port, to_string(port.chip));
    if (options.ready) options.ready();
    return server.run(stop);
}

}  // namespace spinn

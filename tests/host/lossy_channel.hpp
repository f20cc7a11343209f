/// A network without sockets between a host and a board: loses, repeats and reorders datagrams as a seed says, in a
/// time of its own.
#pragma once

#include <functional>
#include <iterator>
#include <map>
#include <random>
#include <vector>

#include "emulator/board.hpp"
#include "host/scp_client.hpp"

namespace spinn {

/// What happens to a datagram, in both directions.
struct FaultPlan {
    double lost = 0.0, repeated = 0.0;
    std::int64_t most_delay_us = 100;  ///< each takes 20 us to this long: they overtake each other
    std::uint64_t seed = 1;
};

class LossyChannel {
 public:
    LossyChannel(Board& board, const FaultPlan& plan) : board_(board), plan_(plan), random_(plan.seed) {}

    /// A host's socket, connected to a UDP port of the board's first address.
    class Socket final : public Transport {
     public:
        Socket(LossyChannel& channel, std::uint16_t udp_port, std::uint16_t own_port)
            : channel_(channel), udp_port_(udp_port), own_port_(own_port) {}
        void send(std::span<const std::byte> datagram) override {
            channel_.put({true, own_port_, udp_port_, Bytes(datagram.begin(), datagram.end())});
        }
        std::optional<Bytes> receive(Time at_most) override { return channel_.receive(own_port_, at_most); }
        Time now() override { return Time(channel_.now_); }
        std::string name() const override { return "a board in a test"; }

     private:
        LossyChannel& channel_;
        std::uint16_t udp_port_, own_port_;
    };

    std::uint64_t lost = 0, repeated = 0, sent = 0;

    /// Called before the board may advance; what it sends that goes to no socket is in `strays`.
    std::function<void()> before_run;
    std::vector<Datagram> strays;
    std::uint32_t most_ticks = 20;  ///< in one go

 private:
    struct Flying {
        bool to_board = false;
        std::uint16_t host_port = 0, board_port = 0;
        Bytes payload;
    };

    void put(Flying datagram) {
        ++sent;
        std::uniform_real_distribution<double> chance;
        if (chance(random_) < plan_.lost) {
            ++lost;
            return;
        }
        const int copies = chance(random_) < plan_.repeated ? 2 : 1;
        repeated += static_cast<std::uint64_t>(copies - 1);
        for (int copy = 0; copy < copies; ++copy) {
            const std::int64_t delay = std::uniform_int_distribution<std::int64_t>(20, plan_.most_delay_us)(random_);
            flying_.emplace(std::pair(now_ + delay, next_++), datagram);
        }
    }

    /// Lets time pass until something arrives at the host. The board runs in the gaps.
    std::optional<Bytes> receive(std::uint16_t host_port, Transport::Time at_most) {
        const std::int64_t end = now_ + at_most.count();
        while (true) {
            run_board();
            const bool due = !flying_.empty() && flying_.begin()->first.first <= end;
            if (!due) {
                // Nothing flies: the board may still have something to do before the time is over.
                if (applications_busy(board_) && now_ + board_piece_us < end) {
                    now_ += board_piece_us;
                    continue;
                }
                now_ = end;
                return std::nullopt;
            }
            const std::int64_t at = flying_.begin()->first.first;
            Flying datagram = std::move(flying_.begin()->second);
            flying_.erase(flying_.begin());
            now_ = std::max(now_, at);
            if (!datagram.to_board) {
                if (datagram.host_port == host_port) return std::move(datagram.payload);
                continue;
            }
            std::vector<Datagram> out;
            spinn::receive(board_, {0, datagram.board_port, {0x7f000001, datagram.host_port}, datagram.payload}, time(),
                           out);
            for (Datagram& answer : out)
                put({false, answer.peer.port, answer.local_udp_port, std::move(answer.payload)});
        }
    }

    void run_board() {
        if (before_run) before_run();
        std::vector<Datagram> out;
        advance(board_, time(), most_ticks, out);
        std::move(out.begin(), out.end(), std::back_inserter(strays));
    }

    std::uint64_t time() const { return 1000000 + static_cast<std::uint64_t>(now_); }

    static constexpr std::int64_t board_piece_us = 1000;
    Board& board_;
    FaultPlan plan_;
    std::mt19937_64 random_;
    std::int64_t now_ = 0;
    std::uint64_t next_ = 0;
    std::map<std::pair<std::int64_t, std::uint64_t>, Flying> flying_;  ///< by (arrival, order)
};

}  // namespace spinn

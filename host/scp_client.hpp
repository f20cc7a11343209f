/// A host's end of SCP: commands with sequence numbers, a window of them under way, and each sent again until it is
/// answered. Nothing is lost or done twice, whatever the network does to datagrams, as long as some get through.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "protocols/bytes.hpp"
#include "protocols/scp.hpp"
#include "protocols/sdp.hpp"

namespace spinn {

/// Datagrams to and from one address of a board; time with it, so that tests have their own.
struct Transport {
    using Time = std::chrono::microseconds;
    virtual ~Transport() = default;
    virtual void send(std::span<const std::byte> datagram) = 0;
    /// Waits for a datagram, at most that long.
    virtual std::optional<Bytes> receive(Time at_most) = 0;
    virtual Time now() = 0;
    virtual std::string name() const = 0;  ///< of the other end, for messages
};

struct ScpCommandTo {
    SdpEnd to;
    ScpCommand command = ScpCommand::version;
    std::uint32_t arg1 = 0, arg2 = 0, arg3 = 0;
    Bytes data = {};
};

struct ScpClientOptions {
    Transport::Time time_out = std::chrono::seconds(1);
    int tries = 10;
    std::size_t window = 8;
    bool bulk = true;  ///< more than 256 bytes at a time, where the board can
};

struct ScpClientCounters {
    std::uint64_t commands = 0, sent_again = 0, unexpected = 0;
};

class ScpClient {
 public:
    /// Numbers its commands from where the clock says: a board that remembers commands of a host that used the same
    /// port a moment ago must not take these for those.
    ScpClient(Transport& transport, const ScpClientOptions& options)
        : transport_(transport),
          options_(options),
          next_sequence_(static_cast<std::uint16_t>(transport.now().count())) {}

    /// Carries out n commands that do not depend on each other, several at a time.
    /// @param command  gives the i-th; may be asked for it again until it is answered
    /// @param answered  called once for each, in any order
    /// @throws RequestError when one is refused, or not answered after all tries
    void call_all(std::size_t n, const std::function<ScpCommandTo(std::size_t)>& command,
                  const std::function<void(std::size_t, std::span<const std::byte> payload)>& answered);

    /// One command. @returns what it was answered with; nothing when it never was
    struct Answer {
        ScpResult result = ScpResult::ok;
        ChipCoord chip;
        Bytes payload;
    };
    std::optional<Answer> try_call(const ScpCommandTo& command, int tries);

    /// One command. @returns the payload of the answer. @throws RequestError as call_all
    Bytes call(const ScpCommandTo& command);

    const ScpClientCounters& counters() const { return counters_; }
    Transport& transport() { return transport_; }

 private:
    struct Waiting;
    void send(const Waiting& waiting);

    Transport& transport_;
    ScpClientOptions options_;
    ScpClientCounters counters_;
    std::uint16_t next_sequence_ = 0;
};

}  // namespace spinn

#include "host/notification.hpp"

#include "protocols/eieio.hpp"
#include "protocols/error.hpp"

namespace spinn {

namespace {

constexpr Transport::Time again = std::chrono::seconds(2), look_up = std::chrono::milliseconds(100);

void command(Transport& listener, EieioCommandNumber number) { listener.send(encode(EieioCommand{number, {}})); }

bool is_read(const Bytes& datagram) {
    const auto decoded = decode_eieio(datagram);
    const auto* message = std::get_if<EieioMessage>(&decoded);
    const auto* answer = message == nullptr ? nullptr : std::get_if<EieioCommand>(message);
    return answer != nullptr && answer->number == EieioCommandNumber::database;
}

}  // namespace

bool announce_database(Transport& listener, const std::filesystem::path& database, Transport::Time at_most,
                       const std::function<bool()>& stop) {
    const std::string path = std::filesystem::absolute(database).string();
    EieioCommand ready{EieioCommandNumber::database, {}};
    append(ready.rest, std::as_bytes(std::span(path)));
    const Bytes datagram = encode(ready);
    const Transport::Time end = listener.now() + at_most;
    Transport::Time next = listener.now();
    while (listener.now() < end) {
        if (stop && stop()) return false;
        if (listener.now() >= next) {
            listener.send(datagram);
            next = listener.now() + again;
        }
        const std::optional<Bytes> answer = listener.receive(look_up);
        if (answer && is_read(*answer)) return true;
        // A refused port is answered at once: wait all the same.
        const Transport::Time pause = listener.now() + look_up;
        while (answer && listener.now() < pause)
            if (const auto more = listener.receive(pause - listener.now()); more && is_read(*more)) return true;
    }
    throw RequestError({.what = "nobody has read the database",
                        .where = listener.name(),
                        .fix = "start the program that wants to see the run first, or leave out --notify"});
}

void announce_start(Transport& listener) { command(listener, EieioCommandNumber::start_resume); }
void announce_stop(Transport& listener) { command(listener, EieioCommandNumber::stop_pause); }

}  // namespace spinn

/// Telling programs beside a run that its database is ready, and when it starts and stops. Source: SpiNNFrontEndCommon,
/// notification_protocol; EIEIO commands over UDP.
#pragma once

#include <filesystem>
#include <functional>
#include <span>
#include <string>

#include "host/scp_client.hpp"

namespace spinn {

constexpr std::uint16_t notification_port = 19999;

/// Names the database and waits until it has been read; says so again every two seconds.
/// @param stop  asked now and then: true gives up
/// @returns whether it was read. @throws RequestError when nobody answers for `at_most`
bool announce_database(Transport& listener, const std::filesystem::path& database, Transport::Time at_most,
                       const std::function<bool()>& stop);

void announce_start(Transport& listener);
void announce_stop(Transport& listener);

}  // namespace spinn

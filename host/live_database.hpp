/// The database that tells programs beside a run where populations are, and by which keys their events go: an SQLite
/// file with what SpiNNFrontEndCommon's DatabaseReader asks for.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "protocols/endpoint.hpp"
#include "protocols/machine_image.hpp"

namespace spinn {

struct LiveDatabase {
    std::string board_address;  ///< IPv4 of the root chip's Ethernet; hosts send and set tags there
    Endpoint output;            ///< where live output goes until a listener sets the tag to itself
    double run_ms = 0.0;
};

/// The label of the gatherer's vertex: what LiveEventConnection calls live_packet_gather_label.
constexpr const char* live_gatherer_label = "LiveSpikeReceiver";

/// @throws RequestError when the file cannot be written
void write_live_database(const std::filesystem::path& path, const MachineImage& image, const LiveDatabase& contents);

}  // namespace spinn

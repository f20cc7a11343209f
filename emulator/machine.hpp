/// A machine: chips, and the cores that run programs.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "emulator/chip.hpp"
#include "emulator/exchange.hpp"
#include "protocols/machine_image.hpp"
#include "protocols/machine_shape.hpp"
#include "runtime/core_program.hpp"

namespace spinn {

/// One application core and what it runs.
struct Core {
    std::string name;
    CoreLocation location;
    std::uint32_t population = 0;
    std::uint32_t first_atom = 0, n_atoms = 0;
    ProgramKind kind = ProgramKind::neurons;
    bool sends = false;
    KeyBlock keys;
    std::uint32_t n_keys = 0;  ///< keys.key .. keys.key + n_keys - 1 may be sent
    std::uint32_t block_address = 0;
    std::uint32_t process = 0;             ///< the one of the job that runs it (divide.hpp)
    std::unique_ptr<CoreProgram> program;  ///< none when another process runs the core
};

struct Machine {
    MachineShape shape;
    std::vector<std::unique_ptr<Chip>> chips;  ///< [y * width + x]; null where there is none
    std::vector<Core> cores;                   ///< in the order of the image
};

/// An idle machine of that shape, as after boot.
Machine make_machine_of(const MachineShape& shape);

Chip& chip_of(Machine& machine, ChipCoord coord);
const Chip& chip_of(const Machine& machine, ChipCoord coord);

/// Which of the processes that run one machine together this is.
struct ProcessShare {
    std::uint32_t process = 0, processes = 1;
};

/// Loads tables and blocks, and puts a program on each core of the image; state `ready`. Programs start when the engine
/// starts them. With several processes each has all tables and cores, but blocks and programs only of the cores that it
/// runs. @throws RequestError when the image names a chip or core that the machine lacks
void load(Machine& machine, const MachineImage& image, const ProgramOptions& options, const ProcessShare& share = {});

/// What a program sees of its chip while nothing may be sent: its SDRAM.
class MemoryServices final : public CoreServices {
 public:
    explicit MemoryServices(Chip& chip) : chip_(chip) {}
    /// @throws std::logic_error
    void send_multicast(std::span<const MulticastPacket> packets) override;
    void send_counts(Key first, std::span<const std::uint32_t> counts) override;
    std::span<std::uint32_t> sdram(std::uint32_t address, std::uint32_t n_words) override {
        return chip_.sdram.words(address, n_words);
    }

 private:
    Chip& chip_;
};

/// Starts the programs on one chip, which make their synaptic rows together; state `running`.
/// @param cores  indices in Machine::cores, of one chip. @throws RequestError of the first core that fails
void start_programs(Machine& machine, std::span<const std::uint32_t> cores);

/// Indices in Machine::cores of those with a program, chip by chip, ascending by virtual core.
std::vector<std::vector<std::uint32_t>> cores_by_chip(const Machine& machine);

/// Sum of the table versions of all chips: a change of any table changes it.
std::uint64_t tables_version(const Machine& machine);

/// Diagnostic counters of the routers, [chip as in Machine::chips][counter]; a process counts the packets of its own
/// cores.
/// @param exchange  with the other processes, which all ask at one time: what all counted, at all; nullptr: this one's
std::vector<std::array<std::uint64_t, 16>> router_counters(const Machine& machine, Exchange* exchange);

/// Sum of a diagnostic counter over all chips.
std::uint64_t total(const Machine& machine, RouterCounter counter);

}  // namespace spinn

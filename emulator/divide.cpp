#include "emulator/divide.hpp"

#include <algorithm>
#include <cstring>
#include <map>
#include <optional>

#include "emulator/key_paths.hpp"
#include "runtime/layout/regions.hpp"

namespace spinn {

namespace {

/// The neuron core that a source drives alone, as drive_of() will find when programs run.
std::optional<std::uint32_t> target_of(Machine& machine, const CoreIndex& index, const Core& source) {
    if (source.kind != ProgramKind::poisson_source && source.kind != ProgramKind::array_source) return std::nullopt;
    std::optional<std::uint32_t> target;
    for (const KeyPath& path : key_paths(machine, index, source)) {
        if (path.receivers.size() != 1 || path.receivers[0] != target.value_or(path.receivers[0])) return std::nullopt;
        target = path.receivers[0];
    }
    if (target && machine.cores[*target].kind != ProgramKind::neurons) return std::nullopt;
    return target;
}

/// Words that the image reserves for a core's synaptic matrix; the cores of a chip have one together.
std::uint32_t matrix_words(const ImageSegment& segment) {
    std::vector<std::uint32_t> words(region_table_words);
    if (segment.bytes.size() < words.size() * 4) return 0;
    std::memcpy(words.data(), segment.bytes.data(), words.size() * 4);
    const auto table = decode_region_table(words);
    if (!std::holds_alternative<RegionTable>(table)) return 0;
    return std::get<RegionTable>(table)[static_cast<std::size_t>(Region::synaptic_matrix)].n_words;
}

}  // namespace

void divide(Machine& machine, const MachineImage& image, std::uint32_t processes) {
    struct ChipShare {
        double cost = 0.0;
        std::uint32_t matrix_words = 0, process = 0;
    };
    std::map<ChipCoord, ChipShare> chips;
    const CoreIndex index = core_index(machine);
    std::vector<ChipCoord> runs_with;  // [core] the chip that decides
    for (const Core& core : machine.cores) {
        const std::optional<std::uint32_t> target = target_of(machine, index, core);
        runs_with.push_back(target ? machine.cores[*target].location.chip : core.location.chip);
        // The engine's own guess of nanoseconds a tick, before it measures.
        chips[runs_with.back()].cost += 20.0 + core.n_atoms;
    }
    for (const ImageSegment& segment : image.segments) {
        const auto chip = chips.find(segment.chip);
        if (chip == chips.end()) continue;
        chip->second.matrix_words = std::max(chip->second.matrix_words, matrix_words(segment));
    }
    double total = 0.0;
    for (auto& [coord, chip] : chips) total += chip.cost += 0.001 * chip.matrix_words;
    double before = 0.0;
    for (auto& [coord, chip] : chips) {
        const double middle = before + chip.cost / 2;
        before += chip.cost;
        chip.process = std::min(static_cast<std::uint32_t>(middle / total * processes), processes - 1);
    }
    for (std::size_t c = 0; c < machine.cores.size(); ++c) machine.cores[c].process = chips.at(runs_with[c]).process;
}

}  // namespace spinn

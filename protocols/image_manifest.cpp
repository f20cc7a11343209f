#include "protocols/image_manifest.hpp"

#include <xxhash.h>

namespace spinn {
namespace {

// Bits of a word of Machine.chips, as in image.proto.
constexpr int dead_links_shift = 18, present_bit = 24, ethernet_bit = 25;
constexpr std::uint32_t dead_cores_mask = 0x3ffff, dead_links_mask = 0x3f;

std::uint32_t word_of(const ChipShape& chip) {
    return (chip.dead_cores & dead_cores_mask) |
           (std::uint32_t{chip.dead_links} & dead_links_mask) << dead_links_shift |
           std::uint32_t{chip.present} << present_bit | std::uint32_t{chip.ethernet} << ethernet_bit;
}

ChipShape chip_of(std::uint32_t word) {
    ChipShape chip;
    chip.present = (word >> present_bit & 1) != 0;
    chip.ethernet = (word >> ethernet_bit & 1) != 0;
    chip.dead_cores = word & dead_cores_mask;
    chip.dead_links = static_cast<std::uint8_t>(word >> dead_links_shift & dead_links_mask);
    return chip;
}

void set_extent(image::Extent& extent, std::span<const std::byte> bytes) {
    extent.set_size(bytes.size());
    extent.set_checksum(checksum(bytes));
}

image::Machine to_message(const MachineShape& shape) {
    image::Machine machine;
    machine.set_name(shape.name);
    machine.set_width(static_cast<std::uint32_t>(shape.width));
    machine.set_height(static_cast<std::uint32_t>(shape.height));
    machine.set_wrap_x(shape.wrap_x);
    machine.set_wrap_y(shape.wrap_y);
    machine.mutable_chips()->Reserve(static_cast<int>(shape.chips.size()));
    for (const ChipShape& chip : shape.chips) machine.add_chips(word_of(chip));
    return machine;
}

image::Core to_message(const CoreImage& core) {
    image::Core message;
    message.set_name(core.name);
    message.set_x(core.location.chip.x);
    message.set_y(core.location.chip.y);
    message.set_core(core.location.core);
    message.set_program(static_cast<std::uint32_t>(core.program));
    message.set_population(core.population);
    message.set_first_atom(core.first_atom);
    message.set_n_atoms(core.n_atoms);
    message.set_sends(core.sends);
    message.set_key(core.keys.key);
    message.set_mask(core.keys.mask);
    message.set_block_address(core.block_address);
    message.set_block_size_bytes(core.block_size_bytes);
    message.set_n_keys(core.n_keys);
    return message;
}

image::Table to_message(const RoutingTable& table) {
    image::Table message;
    message.set_x(table.chip.x);
    message.set_y(table.chip.y);
    message.mutable_entries()->Reserve(static_cast<int>(3 * table.entries.size()));
    for (const RoutingEntry& entry : table.entries)
        for (const std::uint32_t word : {entry.key, entry.mask, entry.route}) message.add_entries(word);
    return message;
}

/// Reads numbers into the bytes that the structs have for them, and notes those that do not fit.
class Narrow {
 public:
    explicit Narrow(std::vector<std::string>& problems) : problems_(problems) {}

    std::uint8_t byte(std::uint32_t number, const char* field, std::size_t index) {
        if (number > 0xff)
            problems_.push_back(std::string(field) + " of number " + std::to_string(index) + " is " +
                                std::to_string(number) + ", above 255");
        return static_cast<std::uint8_t>(number);
    }
    ChipCoord chip(std::uint32_t x, std::uint32_t y, const char* field, std::size_t index) {
        return {byte(x, field, index), byte(y, field, index)};
    }

 private:
    std::vector<std::string>& problems_;
};

}  // namespace

std::uint64_t checksum(std::span<const std::byte> bytes) { return XXH3_64bits(bytes.data(), bytes.size()); }

image::Manifest to_manifest(const MachineImage& image) {
    image::Manifest manifest;
    manifest.set_network_name(image.network_name);
    manifest.set_timestep_ms(image.timestep_ms);
    manifest.set_duration_ms(image.duration_ms);
    manifest.set_seed(image.seed);
    manifest.set_recording_ticks(image.recording_ticks);
    *manifest.mutable_machine() = to_message(image.machine);
    for (const PopulationInfo& population : image.populations) {
        image::Population& message = *manifest.add_populations();
        message.set_name(population.name);
        message.set_model(population.model);
        message.set_size(population.size);
        message.set_records_spikes(population.records_spikes);
    }
    for (const CoreImage& core : image.cores) *manifest.add_cores() = to_message(core);
    for (const RoutingTable& table : image.tables) *manifest.add_tables() = to_message(table);
    for (const ImageSegment& segment : image.segments) {
        image::Segment& message = *manifest.add_segments();
        message.set_x(segment.chip.x);
        message.set_y(segment.chip.y);
        message.set_address(segment.address);
        set_extent(*message.mutable_bytes(), segment.bytes);
    }
    set_extent(*manifest.mutable_network(), std::as_bytes(std::span(image.network)));
    return manifest;
}

MachineImage from_manifest(const image::Manifest& manifest, std::vector<std::string>& problems) {
    Narrow narrow(problems);
    MachineImage image;
    image.network_name = manifest.network_name();
    image.timestep_ms = manifest.timestep_ms();
    image.duration_ms = manifest.duration_ms();
    image.seed = manifest.seed();
    image.recording_ticks = manifest.recording_ticks();

    const image::Machine& machine = manifest.machine();
    image.machine.name = machine.name();
    image.machine.width = static_cast<int>(machine.width());  // above 2^31: negative, and refused as such
    image.machine.height = static_cast<int>(machine.height());
    image.machine.wrap_x = machine.wrap_x();
    image.machine.wrap_y = machine.wrap_y();
    image.machine.chips.reserve(static_cast<std::size_t>(machine.chips_size()));
    for (const std::uint32_t word : machine.chips()) image.machine.chips.push_back(chip_of(word));

    for (const image::Population& population : manifest.populations())
        image.populations.push_back(
            {population.name(), population.model(), population.size(), population.records_spikes()});

    image.cores.reserve(static_cast<std::size_t>(manifest.cores_size()));
    for (const image::Core& message : manifest.cores()) {
        CoreImage core;
        core.name = message.name();
        core.location.chip = narrow.chip(message.x(), message.y(), "cores: chip", image.cores.size());
        core.location.core = narrow.byte(message.core(), "cores: core", image.cores.size());
        core.program = static_cast<ProgramKind>(message.program());
        core.population = message.population();
        core.first_atom = message.first_atom();
        core.n_atoms = message.n_atoms();
        core.sends = message.sends();
        core.keys = {message.key(), message.mask()};
        core.block_address = message.block_address();
        core.block_size_bytes = message.block_size_bytes();
        core.n_keys = message.n_keys();
        image.cores.push_back(std::move(core));
    }

    for (const image::Table& message : manifest.tables()) {
        if (message.entries_size() % 3 != 0)
            problems.push_back("tables: number " + std::to_string(image.tables.size()) + " has " +
                               std::to_string(message.entries_size()) + " words, not a multiple of 3");
        RoutingTable table;
        table.chip = narrow.chip(message.x(), message.y(), "tables: chip", image.tables.size());
        for (int i = 0; i + 2 < message.entries_size(); i += 3)
            table.entries.push_back({message.entries(i), message.entries(i + 1), message.entries(i + 2)});
        image.tables.push_back(std::move(table));
    }

    image.segments.reserve(static_cast<std::size_t>(manifest.segments_size()));
    for (const image::Segment& message : manifest.segments()) {
        ImageSegment segment;
        segment.chip = narrow.chip(message.x(), message.y(), "segments: chip", image.segments.size());
        segment.address = message.address();
        image.segments.push_back(std::move(segment));
    }
    return image;
}

}  // namespace spinn

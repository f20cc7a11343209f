/// The spike that docs/tour.md follows, from the network file to what is recorded. The story told here is the page's: a
/// line that the page lacks fails the test, which then says what it should be.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <string>

#include "emulator/functional_engine.hpp"
#include "emulator/recordings.hpp"
#include "host/network_file.hpp"
#include "host/text_file.hpp"
#include "mapper/map_network.hpp"
#include "runtime/layout/regions.hpp"
#include "silent_log.hpp"

namespace spinn {
namespace {

const std::filesystem::path source_folder = SPINN_SOURCE_DIR;

constexpr std::uint32_t cells = 0;  ///< population
constexpr std::uint32_t sender = 3926, receiver = 0;
constexpr std::uint32_t sent = 2419, effect = 2421;  ///< ticks

template <typename... Values>
std::string text(const char* format, Values... values) {
    char line[256];
    std::snprintf(line, sizeof line, format, values...);
    return line;
}

const Core& core_of(const Machine& machine, std::uint32_t neuron) {
    return *std::find_if(machine.cores.begin(), machine.cores.end(), [&](const Core& core) {
        return core.population == cells && neuron - core.first_atom < core.n_atoms;
    });
}

std::vector<std::string> tell_machine(const Machine& machine, const Core& from, const Core& to, Key key) {
    std::vector<std::string> story;
    for (const Core* core : {&from, &to})
        story.push_back(text("%s on core %s, keys 0x%08x/0x%08x", core->name.c_str(), to_string(core->location).c_str(),
                             core->keys.key, core->keys.mask));
    story.push_back(text("cells[%u] is atom %u: key 0x%08x", sender, sender - from.first_atom, value(key)));
    for (const Core* core : {&from, &to}) {
        const std::span<const RoutingEntry> table = chip_of(machine, core->location.chip).router.table();
        const std::size_t entry = lookup(table, key).value();
        story.push_back(text("chip %s, entry %zu of %zu: %s", to_string(core->location.chip).c_str(), entry,
                             table.size(), to_string(table[entry]).c_str()));
    }
    return story;
}

std::vector<std::string> tell_path(Machine& machine, const Core& from, Key key) {
    std::vector<std::string> story;
    for (const KeyPath& path : key_paths(machine, core_index(machine), from)) {
        if (value(key) - path.first_key >= path.n_keys) continue;
        story.push_back(text("%u keys from 0x%08x: %zu routers, %u link, %zu receivers", path.n_keys, path.first_key,
                             path.visits.size(), path.links_crossed, path.receivers.size()));
    }
    return story;
}

std::vector<std::string> tell_block(Machine& machine, const Core& core) {
    std::vector<std::string> story;
    const Chip& chip = chip_of(machine, core.location.chip);
    const RegionTable table =
        std::get<RegionTable>(decode_region_table(chip.sdram.words(core.block_address, region_table_words)));
    constexpr const char* names[] = {"system",      "program",         "synapse",   "population table",
                                     "connections", "synaptic matrix", "recording", "recording index"};
    for (std::size_t r = 0; r < std::size(names); ++r)
        story.push_back(text("region %zu %-17s 0x%08x %7u words", r, names[r], table[r].pointer, table[r].n_words));
    return story;
}

/// The row of the key, as far as the receiver: where it lies and what its word means.
std::vector<std::string> tell_row(Machine& machine, const Core& core, Key key) {
    const SynapticInput& input = *core.program->synaptic_input();
    const SynapseRegion& shape = input.shape;
    const PopulationEntry& entry = *find_entry(input.table, value(key));
    std::vector<std::string> story = {
        text("table entry: key 0x%08x mask 0x%08x, %u matrices from address %u, core (key >> %u) & 0x%x, "
             "%u atoms a core: row %u",
             entry.key, entry.mask, entry.address_count, entry.first_address, entry.core_shift, entry.core_mask,
             entry.atoms_per_core, row_of(entry, value(key)))};
    const Chip& chip = chip_of(machine, core.location.chip);
    const RegionTable regions =
        std::get<RegionTable>(decode_region_table(chip.sdram.words(core.block_address, region_table_words)));
    const std::uint32_t matrix = regions[static_cast<std::size_t>(Region::synaptic_matrix)].pointer;
    const std::vector<RowBlock> blocks = resolve(input, value(key), 1);
    for (std::size_t b = 0; b < blocks.size(); ++b) {
        const RowBlock& block = blocks[b];
        const std::span<const std::uint32_t> words = row(block, 0);
        story.push_back(text("matrix %zu: address %u, %zu words at 0x%08x", b,
                             input.table.addresses[entry.first_address + b], words.size(),
                             matrix + 4 * static_cast<std::uint32_t>(words.data() - input.matrix.data())));
        for (std::size_t i = 0; i < words.size(); ++i)
            if ((words[i] & ((1u << shape.index_bits) - 1)) == receiver)
                story.push_back(text("word %zu: 0x%08x = weight %u | delay %u | receptor %u | atom %u", i, words[i],
                                     words[i] >> 16,
                                     words[i] >> (shape.index_bits + shape.type_bits) & ((1u << shape.delay_bits) - 1),
                                     words[i] >> shape.index_bits & ((1u << shape.type_bits) - 1), receiver));
    }
    story.push_back(text("fields: %u bits of atom, %u of receptor, %u of delay; shifts %u and %u", shape.index_bits,
                         shape.type_bits, shape.delay_bits, shape.shift[0], shape.shift[1]));
    return story;
}

std::uint32_t ring_sum(const Core& core) { return ring_slot(*core.program->synaptic_input(), effect, 1)[receiver]; }

TEST(Tour, IsWhatTheCodeDoes) {
    const Mapping mapping =
        map_network(read_network_file(source_folder / "examples/va-coba.yaml"), std::nullopt, {}, silent());
    Machine machine = make_machine_of(mapping.machine);
    load(machine, mapping.image, {});
    FunctionalEngine engine(machine, {});
    engine.start();

    const Core& from = core_of(machine, sender);
    const Core& to = core_of(machine, receiver);
    const Key key{from.keys.key + sender - from.first_atom};
    std::vector<std::string> story;
    for (const auto& part : {tell_machine(machine, from, to, key), tell_block(machine, to), tell_row(machine, to, key),
                             tell_path(machine, from, key)})
        story.insert(story.end(), part.begin(), part.end());
    story.push_back(text("windows of %u ticks", engine.window_ticks()));

    engine.run(sent);
    const std::uint32_t before = ring_sum(to);
    engine.run(1);
    const std::uint32_t index = ((effect << 9) | (1u << 8) | receiver) & to.program->synaptic_input()->ring.index_mask;
    story.push_back(text("ring buffer, sum %u: %u before the window, %u after", index, before, ring_sum(to)));
    engine.run(4);

    const CoreRecordings spikes = take_recordings(machine, from), potentials = take_recordings(machine, to);
    for (std::size_t i = 0; i < spikes.spike_ticks.size(); ++i)
        if (spikes.spike_ticks[i] == sent && from.first_atom + spikes.spike_atoms[i] == sender)
            story.push_back(text("recorded: atom %u in tick %u, %.1f ms", spikes.spike_atoms[i], sent, sent * 0.1));
    ASSERT_EQ(potentials.samples.size(), 1u);
    const CoreRecordings::Samples& v = potentials.samples[0];
    for (const std::uint32_t tick : {effect - 1, effect, effect + 1, effect + 2})
        story.push_back(text("v of cells[%u] at tick %u: %.5f mV", receiver, tick,
                             to_double(Accum{v.raw[tick * v.atoms.size() + receiver]})));

    const std::string page = read_text_file(source_folder / "docs/tour.md").value();
    for (const std::string& line : story) {
        std::printf("%s\n", line.c_str());
        EXPECT_NE(page.find(line), std::string::npos) << "docs/tour.md lacks this line: " << line;
    }
}

}  // namespace
}  // namespace spinn

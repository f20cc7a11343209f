#include <algorithm>
#include <array>
#include <bit>
#include <map>
#include <memory>
#include <numeric>
#include <stdexcept>

#include "mapper/core_block.hpp"
#include "mapper/map_network.hpp"

namespace spinn {

namespace {

/// The one table entry that covers all cores of a population: allocate_keys() gives core i the block base + i * block
/// size.
/// @param first_slice, n_slices  of the population's run in the graph
std::optional<KeyGroup> key_group(const std::vector<const KeyBlock*>& keys_of, std::uint32_t first_slice,
                                  std::uint32_t n_slices) {
    std::optional<KeyGroup> group;
    std::uint32_t base = 0, size = 0;
    for (std::uint32_t i = 0; i < n_slices; ++i) {
        const KeyBlock* keys = keys_of[first_slice + i];
        if (keys == nullptr) continue;
        if (!group) {
            size = ~keys->mask + 1;
            base = keys->key - i * size;
            group = KeyGroup{};
        }
        if (keys->key != base + i * size || ~keys->mask + 1 != size)
            throw std::logic_error("compile: the key blocks of a population are not evenly spaced");
    }
    if (!group) return group;
    const std::uint32_t cores = std::bit_ceil(n_slices);
    group->key = base;
    group->mask = ~(cores * size - 1);
    group->core_mask = cores - 1;
    group->core_shift = static_cast<std::uint32_t>(std::countr_zero(size));
    if ((base & ~group->mask) != 0) throw std::logic_error("compile: a population's keys are not aligned");
    return group;
}

KeyGroups key_groups(const MachineGraph& graph, const std::vector<const KeyBlock*>& keys_of) {
    KeyGroups groups;
    groups.direct.resize(graph.plans.size());
    groups.delayed.resize(graph.plans.size());
    for (std::uint32_t s = 0; s < graph.slices.size();) {
        std::uint32_t end = s;
        while (end < graph.slices.size() && graph.slices[end].population == graph.slices[s].population &&
               graph.slices[end].program == graph.slices[s].program)
            ++end;
        const bool delay = graph.slices[s].program == ProgramKind::delay_extension;
        if (graph.slices[s].program == ProgramKind::live_gatherer) {  // hears, and sends no packets
            s = end;
            continue;
        }
        (delay ? groups.delayed : groups.direct)[graph.slices[s].population] = key_group(keys_of, s, end - s);
        s = end;
    }
    return groups;
}

/// Regions in the order of their numbers, but those that are mostly reserved last: the image holds no bytes of what
/// follows the last initialised word.
std::array<std::size_t, region_count> layout_order() {
    std::array<std::size_t, region_count> order{};
    std::iota(order.begin(), order.end(), std::size_t{0});
    for (const Region last : {Region::recording, Region::plastic_rows, Region::short_term_rows})
        std::stable_partition(order.begin(), order.end(),
                              [&](std::size_t region) { return region != static_cast<std::size_t>(last); });
    return order;
}

/// Where the synaptic matrices of a chip lie: behind the blocks of its cores, shared by all.
struct MatrixPool {
    std::uint32_t address = 0, n_words = 0;
};

/// Lays the regions out behind the region table. @returns the bytes up to the last initialised word
std::vector<std::byte> lay_out(CoreBlockWords block, std::uint32_t address, const MatrixPool& pool) {
    RegionTable table{};
    std::uint32_t next = region_table_words;
    std::uint32_t initialised = region_table_words;
    for (const std::size_t r : layout_order()) {
        CoreBlockWords::Part& part = block.regions[r];
        if (r == static_cast<std::size_t>(Region::synaptic_matrix)) {
            // All neuron cores of a chip name the same memory, those without a synapse too.
            const bool neurons = block.regions[static_cast<std::size_t>(Region::synapse)].reserved_words > 0;
            if (neurons && pool.n_words > 0) table[r] = {pool.address, 0, pool.n_words};
            continue;
        }
        if (part.reserved_words == 0) continue;
        const std::uint32_t start = next;
        if (r == static_cast<std::size_t>(Region::recording))
            for (std::size_t buffer = 0; buffer < part.words.at(0); ++buffer)
                part.words[1 + 3 * buffer + 2] += address + start * 4;
        std::uint32_t sum = 0;
        for (const std::uint32_t word : part.words) sum += word;
        table[r] = {address + start * 4, sum, part.reserved_words};
        if (!part.words.empty()) initialised = start + static_cast<std::uint32_t>(part.words.size());
        next += (part.reserved_words + 3) / 4 * 4;
    }
    std::vector<std::uint32_t> words = encode(table);
    words.resize(initialised, 0);
    for (std::size_t r = 0; r < region_count; ++r)
        if (!block.regions[r].words.empty())
            std::copy(block.regions[r].words.begin(), block.regions[r].words.end(),
                      words.begin() + (table[r].pointer - address) / 4);
    const auto* bytes = reinterpret_cast<const std::byte*>(words.data());
    return {bytes, bytes + words.size() * 4};
}

}  // namespace

MachineImage compile(const Network& network, const MachineGraph& graph, const Placements& placements,
                     const KeyAllocation& keys, const RoutingTables& tables, const MachineShape& machine) {
    const CompileContext context = compile_context(network, graph);
    std::vector<const KeyBlock*> keys_of(graph.slices.size(), nullptr);
    std::vector<std::uint32_t> n_keys(graph.slices.size(), 0);
    for (std::size_t n = 0; n < graph.nets.size(); ++n) {
        keys_of[graph.nets[n].source] = &keys[n];
        n_keys[graph.nets[n].source] = graph.nets[n].n_keys;
    }
    const KeyGroups groups = key_groups(graph, keys_of);

    MachineImage image;
    image.network_name = network.name;
    image.timestep_ms = network.timestep_ms;
    image.duration_ms = network.duration_ms;
    image.seed = network.seed;
    image.machine = machine;
    image.tables = tables;
    for (std::size_t p = 0; p < network.populations.size(); ++p) {
        const Population& population = network.populations[p];
        const bool records = std::any_of(
            context.recorded[p].begin(), context.recorded[p].end(),
            [](const auto& channel) { return channel.variable == static_cast<std::uint32_t>(Variable::spikes); });
        image.populations.push_back(
            {population.name, std::string(describe(population.model).name), population.size, records});
    }

    std::map<ChipCoord, std::uint32_t> next_address;
    std::map<ChipCoord, MatrixPool> pools;
    for (std::uint32_t s = 0; s < graph.slices.size(); ++s) {
        const Slice& slice = graph.slices[s];
        MatrixPool& pool = pools.try_emplace(placements[s].chip, MatrixPool{sdram_heap_base, 0}).first->second;
        pool.address += static_cast<std::uint32_t>(slice.sdram_bytes - slice.matrix_bytes);
        pool.n_words += static_cast<std::uint32_t>(slice.matrix_bytes / 4);
    }
    std::map<std::pair<std::uint32_t, std::uint32_t>, std::uint32_t> source_slice;  // (population, first atom) -> slice
    for (std::uint32_t s = 0; s < graph.slices.size(); ++s) {
        const Slice& slice = graph.slices[s];
        const KeyBlock* source_keys = nullptr;
        if (slice.program == ProgramKind::delay_extension)
            source_keys = keys_of[source_slice.at({slice.population, slice.first_atom})];
        else if (slice.program != ProgramKind::live_gatherer)
            source_slice[{slice.population, slice.first_atom}] = s;

        const ChipCoord chip = placements[s].chip;
        std::uint32_t& address = next_address.try_emplace(chip, sdram_heap_base).first->second;
        CoreBlockWords block = core_block(context, s, keys_of[s], groups, source_keys);
        auto bytes = std::make_shared<std::vector<std::byte>>(lay_out(std::move(block), address, pools.at(chip)));

        CoreImage core{slice.name, placements[s], slice.program, slice.population, slice.first_atom, slice.n_atoms};
        core.sends = keys_of[s] != nullptr;
        if (core.sends) core.keys = *keys_of[s];
        core.n_keys = n_keys[s];
        core.block_address = address;
        core.block_size_bytes = static_cast<std::uint32_t>(slice.sdram_bytes - slice.matrix_bytes);
        image.cores.push_back(std::move(core));
        image.segments.push_back({chip, address, {bytes->data(), bytes->size()}, bytes, std::nullopt});
        address += image.cores.back().block_size_bytes;

        const std::uint32_t ticks = recording_ticks(context, s);
        if (ticks != 0)
            image.recording_ticks = image.recording_ticks == 0 ? ticks : std::min(image.recording_ticks, ticks);
    }
    return image;
}

}  // namespace spinn

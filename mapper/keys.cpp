#include "mapper/keys.hpp"

#include <algorithm>
#include <bit>
#include <nlohmann/json.hpp>
#include <numeric>
#include <optional>
#include <stdexcept>
#include <tuple>

#include "protocols/error.hpp"

namespace spinn {

namespace {

/// The system uses the keys from here on for data transfer. Source: SpiNNFrontEndCommon, data speed-up.
constexpr std::uint64_t first_system_key = 0xfffffff5;

std::uint64_t block_size(const Net& net) { return std::bit_ceil(std::uint64_t{std::max(net.n_keys, 1u)}); }

std::uint64_t aligned(std::uint64_t key, std::uint64_t size) { return (key + size - 1) / size * size; }

/// Bits of x and y in turns: chips of an aligned square are consecutive.
std::uint32_t interleaved(ChipCoord chip) {
    std::uint32_t code = 0;
    for (int bit = 0; bit < 8; ++bit) {
        code |= (static_cast<std::uint32_t>(chip.x) >> bit & 1) << (2 * bit);
        code |= (static_cast<std::uint32_t>(chip.y) >> bit & 1) << (2 * bit + 1);
    }
    return code;
}

/// Nets whose packets go much the same way: of one population and kind of program, from one chip.
struct SenderGroup {
    std::uint32_t population = 0;
    ProgramKind program = ProgramKind::neurons;
    std::vector<std::uint32_t> nets;  ///< by core

    std::uint64_t slot_size(const MachineGraph& graph) const {
        std::uint64_t size = 1;
        for (const std::uint32_t net : nets) size = std::max(size, block_size(graph.nets[net]));
        return size;
    }
    std::uint64_t size(const MachineGraph& graph) const { return std::bit_ceil(nets.size()) * slot_size(graph); }
};

/// By population, program and chip, chips along squares.
std::vector<SenderGroup> sender_groups(const MachineGraph& graph, const Placements& placements) {
    const auto rank = [&](std::uint32_t net) {
        const std::uint32_t source = graph.nets[net].source;
        const Slice& slice = graph.slices[source];
        return std::tuple(slice.population, slice.program, interleaved(placements[source].chip), placements[source].core);
    };
    std::vector<std::uint32_t> order(graph.nets.size());
    std::iota(order.begin(), order.end(), 0u);
    std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) { return rank(a) < rank(b); });

    std::vector<SenderGroup> groups;
    ChipCoord chip_of_last;
    for (const std::uint32_t net : order) {
        const std::uint32_t source = graph.nets[net].source;
        const Slice& slice = graph.slices[source];
        const bool joins = !groups.empty() && groups.back().population == slice.population &&
                           groups.back().program == slice.program && chip_of_last == placements[source].chip;
        if (!joins) groups.push_back({slice.population, slice.program, {}});
        groups.back().nets.push_back(net);
        chip_of_last = placements[source].chip;
    }
    return groups;
}

/// An aligned zone for every population and program, within it an aligned power of two for every chip.
std::optional<KeyAllocation> zoned(const MachineGraph& graph, const std::vector<SenderGroup>& groups) {
    KeyAllocation keys(graph.nets.size());
    std::uint64_t zone_base = 0;
    for (std::size_t first = 0, last = 0; first < groups.size(); first = last) {
        std::uint64_t zone_size = 0;
        std::vector<std::uint64_t> offsets;
        for (last = first; last < groups.size() && groups[last].population == groups[first].population &&
                           groups[last].program == groups[first].program;
             ++last) {
            offsets.push_back(aligned(zone_size, groups[last].size(graph)));
            zone_size = offsets.back() + groups[last].size(graph);
        }
        zone_size = std::bit_ceil(zone_size);
        zone_base = aligned(zone_base, zone_size);
        if (zone_base + zone_size > first_system_key) return std::nullopt;
        for (std::size_t group = first; group < last; ++group) {
            std::uint64_t key = zone_base + offsets[group - first];
            for (const std::uint32_t net : groups[group].nets) {
                const auto mask = static_cast<std::uint32_t>(~(block_size(graph.nets[net]) - 1));
                keys[net] = {static_cast<std::uint32_t>(key), mask};
                key += groups[group].slot_size(graph);
            }
        }
        zone_base += zone_size;
    }
    return keys;
}

/// Without gaps: the largest blocks first, in the order of the groups.
std::optional<KeyAllocation> gapless(const MachineGraph& graph, const std::vector<SenderGroup>& groups) {
    std::vector<std::uint32_t> order;
    for (const SenderGroup& group : groups) order.insert(order.end(), group.nets.begin(), group.nets.end());
    std::stable_sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
        return block_size(graph.nets[a]) > block_size(graph.nets[b]);
    });
    KeyAllocation keys(graph.nets.size());
    std::uint64_t next = 0;
    for (const std::uint32_t net : order) {
        const std::uint64_t size = block_size(graph.nets[net]);
        if (next + size > first_system_key) return std::nullopt;
        keys[net] = {static_cast<std::uint32_t>(next), static_cast<std::uint32_t>(~(size - 1))};
        next += size;
    }
    return keys;
}

}  // namespace

KeyAllocation allocate_keys(const MachineGraph& graph, const Placements& placements, const KeyOptions&) {
    const std::vector<SenderGroup> groups = sender_groups(graph, placements);
    if (auto keys = zoned(graph, groups)) return *std::move(keys);
    if (auto keys = gapless(graph, groups)) return *std::move(keys);

    std::uint64_t wanted = 0;
    const Net* largest = &graph.nets.front();
    for (const Net& net : graph.nets) {
        wanted += block_size(net);
        if (net.n_keys > largest->n_keys) largest = &net;
    }
    throw RequestError({.what = "the network needs " + std::to_string(wanted) + " routing keys in blocks of powers of two, " +
                                std::to_string(first_system_key) + " are free (" +
                                std::to_string(wanted - std::min(wanted, first_system_key)) + " too many)",
                        .where = "largest sender: " + graph.slices[largest->source].name + " with " +
                                 std::to_string(largest->n_keys) + " keys",
                        .fix = "use fewer neurons, shorter delays (each delay stage takes keys of its own), or atoms per core "
                               "that are a power of two"});
}

void check(const KeyAllocation& keys, const MachineGraph& graph) {
    const auto name = [&](std::size_t net) { return "keys: net of " + graph.slices[graph.nets[net].source].name; };
    if (keys.size() != graph.nets.size()) throw std::logic_error("keys: not one block for every net");
    for (std::size_t net = 0; net < keys.size(); ++net) {
        const std::uint64_t size = std::uint64_t{~keys[net].mask} + 1;
        if (!std::has_single_bit(size)) throw std::logic_error(name(net) + ": the mask is not a run of ones from the top");
        if ((keys[net].key & ~keys[net].mask) != 0) throw std::logic_error(name(net) + ": the key is not aligned");
        if (size < graph.nets[net].n_keys) throw std::logic_error(name(net) + ": the block is too small");
        if (keys[net].key + size > first_system_key) throw std::logic_error(name(net) + ": overlaps the system's keys");
    }
    std::vector<std::size_t> order(keys.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return keys[a].key < keys[b].key; });
    for (std::size_t i = 1; i < order.size(); ++i) {
        const KeyBlock& below = keys[order[i - 1]];
        if (std::uint64_t{below.key} + ~below.mask >= keys[order[i]].key) {
            throw std::logic_error(name(order[i]) + ": overlaps the block of " +
                                   graph.slices[graph.nets[order[i - 1]].source].name);
        }
    }
}

nlohmann::json to_json(const KeyAllocation& keys) {
    nlohmann::json list = nlohmann::json::array();
    for (std::size_t net = 0; net < keys.size(); ++net) {
        list.push_back({{"net", net}, {"key", keys[net].key}, {"mask", keys[net].mask}});
    }
    return list;
}

}  // namespace spinn

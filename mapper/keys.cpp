#include "mapper/keys.hpp"

#include <algorithm>
#include <bit>
#include <nlohmann/json.hpp>
#include <numeric>
#include <stdexcept>
#include <tuple>

#include "mapper/key_order.hpp"
#include "protocols/error.hpp"

namespace spinn {

namespace {

/// The system uses the keys from here on for data transfer. Source: SpiNNFrontEndCommon, data speed-up.
constexpr std::uint64_t first_system_key = 0xfffffff5;

/// Slices of one population and program that follow each other in the graph; they share a zone of keys.
struct SenderRun {
    std::uint32_t first_slice = 0, n_slices = 0;
    std::uint32_t most_keys = 0;  ///< of the slice that sends most; 0: none sends
};

std::vector<SenderRun> sender_runs(const MachineGraph& graph) {
    std::vector<SenderRun> runs;
    for (std::uint32_t s = 0; s < graph.slices.size(); ++s) {
        const bool joins = s > 0 && graph.slices[s - 1].population == graph.slices[s].population &&
                           graph.slices[s - 1].program == graph.slices[s].program;
        if (!joins) runs.push_back({s, 0, 0});
        ++runs.back().n_slices;
    }
    std::size_t run = 0;
    for (const Net& net : graph.nets) {
        while (net.source >= runs[run].first_slice + runs[run].n_slices) ++run;
        runs[run].most_keys = std::max(runs[run].most_keys, net.n_keys);
    }
    return runs;
}

}  // namespace

namespace {

[[noreturn]] void throw_no_keys(std::uint64_t wanted) {
    throw RequestError({.what = "the network needs " + std::to_string(wanted) +
                                " routing keys in zones of powers of two, " + std::to_string(first_system_key) +
                                " are free",
                        .where = "key allocation",
                        .fix = "use fewer neurons, or shorter delays (each delay stage takes keys of its own)"});
}

/// The bits of a coordinate with a 0 between each two.
std::uint32_t spread_bits(std::uint8_t coordinate) {
    std::uint32_t bits = 0;
    for (unsigned bit = 0; bit < 8; ++bit) bits |= (coordinate >> bit & 1u) << (2 * bit);
    return bits;
}

}  // namespace

KeyAllocation allocate_keys(const MachineGraph& graph) {
    KeyAllocation keys(graph.nets.size());
    std::uint64_t next = 0, wanted = 0;
    std::size_t net = 0;
    for (const SenderRun& run : sender_runs(graph)) {
        if (run.most_keys == 0) continue;
        const std::uint64_t block = std::bit_ceil(std::uint64_t{run.most_keys});
        const std::uint64_t zone = block * std::bit_ceil(std::uint64_t{run.n_slices});
        wanted += zone;
        next = (next + zone - 1) / zone * zone;
        for (; net < graph.nets.size() && graph.nets[net].source < run.first_slice + run.n_slices; ++net) {
            const std::uint64_t key = next + (graph.nets[net].source - run.first_slice) * block;
            keys[net] = {static_cast<std::uint32_t>(key), static_cast<std::uint32_t>(~(block - 1))};
        }
        next += zone;
    }
    if (next > first_system_key) throw_no_keys(wanted);
    return keys;
}

KeyAllocation allocate_keys_by_route(const MachineGraph& graph, const Placements& placements, const Routes& routes,
                                     const MachineShape& machine) {
    const auto n = static_cast<std::uint32_t>(graph.nets.size());
    std::vector<std::uint32_t> order(n), square(n);
    std::iota(order.begin(), order.end(), 0u);
    std::uint64_t most_keys = 1;
    for (std::uint32_t net = 0; net < n; ++net) {
        const ChipCoord chip = placements[graph.nets[net].source].chip;
        square[net] = spread_bits(chip.x) | spread_bits(chip.y) << 1;
        most_keys = std::max<std::uint64_t>(most_keys, graph.nets[net].n_keys);
    }
    std::sort(order.begin(), order.end(),
              [&](std::uint32_t a, std::uint32_t b) { return std::tie(square[a], a) < std::tie(square[b], b); });
    const std::uint64_t block = std::bit_ceil(most_keys);
    KeyAllocation keys(n);
    if (std::bit_ceil(std::uint64_t{n}) * block <= first_system_key) {
        const int bits = static_cast<int>(std::bit_width(first_system_key / block)) - 1;
        const std::vector<std::uint32_t> number = number_by_likeness(routes, order, machine, bits);
        for (std::uint32_t net = 0; net < n; ++net)
            keys[net] = {static_cast<std::uint32_t>(number[net] * block), static_cast<std::uint32_t>(~(block - 1))};
        return keys;
    }
    // The largest blocks first, each of its own size.
    std::stable_sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
        return std::bit_ceil(graph.nets[a].n_keys) > std::bit_ceil(graph.nets[b].n_keys);
    });
    std::uint64_t next = 0;
    for (const std::uint32_t net : order) {
        const std::uint64_t own = std::bit_ceil(std::uint64_t{std::max(graph.nets[net].n_keys, 1u)});
        keys[net] = {static_cast<std::uint32_t>(next), static_cast<std::uint32_t>(~(own - 1))};
        next += own;
    }
    if (next > first_system_key) throw_no_keys(next);
    return keys;
}

void check(const KeyAllocation& keys, const MachineGraph& graph) {
    const auto name = [&](std::size_t net) { return "keys: net of " + slice_name(graph, graph.nets[net].source); };
    if (keys.size() != graph.nets.size()) throw std::logic_error("keys: not one block for every net");
    for (std::size_t net = 0; net < keys.size(); ++net) {
        const std::uint64_t size = std::uint64_t{~keys[net].mask} + 1;
        if (!std::has_single_bit(size))
            throw std::logic_error(name(net) + ": the mask is not a run of ones from the top");
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
                                   slice_name(graph, graph.nets[order[i - 1]].source));
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

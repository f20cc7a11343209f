/// A chip whose cores only listen: synaptic input without neurons, or packets as they come. What a spike does there can
/// be told without a mapper and without time passing.
#pragma once

#include <algorithm>
#include <memory>
#include <random>
#include <span>
#include <utility>
#include <vector>

#include "emulator/chip_part.hpp"
#include "emulator/machine.hpp"
#include "runtime/chip_matrix.hpp"

namespace spinn::test {

using Random = std::independent_bits_engine<std::mt19937, 32, std::uint32_t>;

/// A core with ring buffers; spikes reach them through receive() or through an engine.
struct Listener final : CoreProgram {
    SynapticInput input;
    std::vector<std::uint32_t> sdram_addresses;

    void start(CoreServices&, std::uint32_t) override {}
    void timer_tick(CoreServices&, Tick) override {}
    void multicast_received(CoreServices&, Tick sent, std::span<const MulticastPacket> packets) override {
        for (const MulticastPacket& packet : packets) receive(input, value(sent), packet);
    }
    SynapticInput* synaptic_input() override { return &input; }
    ProgramCounters counters() const override { return {}; }
};

/// A core that takes packets and keeps them.
struct Taker final : CoreProgram {
    struct Taken {
        std::uint32_t sent, key, repeats;
        bool operator==(const Taken&) const = default;
    };
    std::vector<Taken> taken;

    void start(CoreServices&, std::uint32_t) override {}
    void timer_tick(CoreServices&, Tick) override {}
    void multicast_received(CoreServices&, Tick sent, std::span<const MulticastPacket> packets) override {
        for (const MulticastPacket& packet : packets)
            taken.push_back({value(sent), value(packet.key), packet.has_payload ? packet.payload : 1});
    }
    std::uint32_t min_delay_ticks() const override { return 7; }
    ProgramCounters counters() const override { return {}; }
};

/// Rows of a source population into one core, [row]: its words.
using Rows = std::vector<std::vector<std::uint32_t>>;

/// Cores on chip (0, 0) of a machine, from virtual core 1 on.
struct ListeningChip {
    Machine machine = make_machine_of(make_machine("spinn3"));
    std::vector<std::uint32_t> pool;

    SynapticInput& add_listener(const SynapseRegion& shape) {
        auto program = std::make_unique<Listener>();
        program->input.shape = shape;
        program->input.ring = make_ring_buffer(shape);
        SynapticInput& input = program->input;
        add_core(std::move(program), ProgramKind::neurons);
        return input;
    }
    void add_core(std::unique_ptr<CoreProgram> program, ProgramKind kind) {
        Core core;
        core.location = {{0, 0}, static_cast<std::uint8_t>(machine.cores.size() + 1)};
        core.kind = kind;
        core.program = std::move(program);
        machine.cores.push_back(std::move(core));
    }
    /// Gives a core rows for the keys from `key`, a multiple of 0x10000.
    static void add_rows(SynapticInput& input, std::uint32_t key, const Rows& rows, std::uint32_t min_delay = 1) {
        const auto address = static_cast<std::uint32_t>(input.table.addresses.size());
        input.table.entries.push_back({key, 0xffff0000, address, 1, 0, 0, 0});
        input.table.addresses.push_back(invalid_matrix_address);
        LooseRows loose{address, static_cast<std::uint32_t>(rows.size()), min_delay, {}, {}};
        for (std::uint32_t r = 0; r < rows.size(); ++r)
            for (const std::uint32_t word : rows[r]) {
                loose.row.push_back(r);
                loose.word.push_back(word);
            }
        input.loose.push_back(std::move(loose));
    }
    void lay_out() {
        std::vector<ChipCore> cores;
        std::uint64_t words = 16;  // may be read beyond the rows
        for (const Core& core : machine.cores)
            if (SynapticInput* const input = core.program->synaptic_input()) {
                for (const LooseRows& loose : input->loose)
                    words += matrix_words_bound(loose.n_rows, loose.word.size());
                cores.push_back({core.location.core, input});
            }
        pool.assign(words, 0);
        for (const ChipCore& core : cores) core.input->matrix = std::span(pool).first(words - 16);
        lay_out_rows(cores);
    }
    SynapticInput& input(std::size_t core) { return *machine.cores[core].program->synaptic_input(); }
};

/// A row of random words for ring buffers of that shape.
inline std::vector<std::uint32_t> random_row(std::uint32_t n, std::uint32_t most_weight, Random& random) {
    std::vector<std::uint32_t> row(n);
    for (std::uint32_t& word : row) word = (random() % (most_weight + 1)) << 16 | (random() & 0xffff);
    return row;
}

inline std::vector<std::uint16_t> sums_of(const SynapticInput& input) {
    return {input.ring.sums.begin(), input.ring.sums.end()};
}

/// Spikes of one core in one tick.
struct Volley {
    std::uint32_t rank = 0, sent = 0;
    std::vector<std::uint32_t> atoms, repeats;
};

inline std::vector<SpikeRun> runs_of(const std::vector<Volley>& volleys) {
    std::vector<SpikeRun> runs;
    for (const Volley& volley : volleys) runs.push_back({volley.rank, volley.sent, volley.atoms, volley.repeats});
    return runs;
}

/// Every spike to every receiver of its path, as a packet: the plain way.
inline void send_plainly(Machine& machine, std::span<const RankedPaths> senders, const std::vector<Volley>& volleys) {
    for (const Volley& volley : volleys) {
        const auto sender = std::ranges::find(senders, volley.rank, &RankedPaths::rank);
        if (sender == senders.end()) continue;
        for (std::size_t i = 0; i < volley.atoms.size(); ++i) {
            const std::uint32_t key = sender->first_key + volley.atoms[i];
            const MulticastPacket packet{Key{key}, volley.repeats[i], volley.repeats[i] != 1};
            for (const KeyPath& path : sender->paths) {
                if (key - path.first_key >= path.n_keys) continue;
                for (const std::uint32_t receiver : path.receivers) {
                    Core& core = machine.cores[receiver];
                    MemoryServices services(chip_of(machine, core.location.chip));
                    core.program->multicast_received(services, Tick{volley.sent}, {&packet, 1});
                }
            }
        }
    }
}

}  // namespace spinn::test

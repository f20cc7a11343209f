#include "emulator/functional_engine.hpp"

#include <algorithm>
#include <exception>
#include <numeric>
#include <thread>

#include "emulator/barrier.hpp"

namespace spinn {

/// The sending side of a core.
struct FunctionalEngine::Source {
    std::vector<KeyPath> paths;
    SpikeList lists[2];
    std::vector<std::uint64_t> sent;     ///< [path] packets in all
    std::vector<std::uint64_t> settled;  ///< [path] of these, already in the router counters
};

/// The receiving side of a core.
struct FunctionalEngine::Target {
    /// Keys of one source that one path brings here, and one matrix of the rows they stand for.
    struct Rows {
        std::uint32_t source = 0;          ///< core
        std::uint32_t first = 0, end = 0;  ///< atoms of the source, as in SpikeList
        RowBlock block;                    ///< offsets[atom - first]
    };
    struct Packets {
        std::uint32_t source = 0, first = 0, end = 0;
    };
    SynapticInput* input = nullptr;
    std::vector<Rows> rows;        ///< in the order of the sources' keys
    std::vector<Packets> packets;  ///< for programs that take packets
    std::vector<Packets> unknown;  ///< arrive, but the population table does not know them
};

/// A thread's share of the cores and its scratch memory.
struct FunctionalEngine::Worker {
    struct RowReference {
        const std::uint32_t* words;
        std::uint32_t n_words, sent, repeats;
    };
    std::vector<std::uint32_t> cores;
    std::vector<RowReference> rows;
    std::vector<MulticastPacket> packets;
};

namespace {

constexpr std::size_t rows_at_a_time = 1024;  ///< row references kept before they are added; bounds the scratch memory
constexpr std::size_t prefetch_ahead = 6;     ///< rows between the prefetch and the use of a row
constexpr std::uint32_t barrier_spins = 4000;

/// What a program sees of the machine while it runs: SDRAM of its chip, and a spike list to send into.
class EngineServices final : public CoreServices {
 public:
    EngineServices(Chip& chip, const Core& core, SpikeList* list, std::span<const KeyPath> paths,
                   std::span<std::uint64_t> sent)
        : chip_(chip), core_(core), list_(list), paths_(paths), sent_(sent) {}

    void send_multicast(std::span<const MulticastPacket> packets) override {
        for (const MulticastPacket& packet : packets) {
            const std::uint32_t repeats = packet.has_payload ? packet.payload : 1;
            if (repeats != 1 && list_->repeats.empty()) list_->repeats.assign(list_->atoms.size(), 1);
            list_->atoms.push_back(value(packet.key) - core_.keys.key);
            if (repeats != 1 || !list_->repeats.empty()) list_->repeats.push_back(repeats);
        }
        if (paths_.size() <= 1) {
            if (paths_.empty()) return;
            sent_[0] += packets.size();
            return;
        }
        for (const MulticastPacket& packet : packets) {
            const auto above =
                std::upper_bound(paths_.begin(), paths_.end(), value(packet.key),
                                 [](std::uint32_t key, const KeyPath& path) { return key < path.first_key; });
            if (above != paths_.begin()) ++sent_[static_cast<std::size_t>(above - paths_.begin()) - 1];
        }
    }

    void send_counts(Key first, std::span<const std::uint32_t> counts) override {
        std::vector<MulticastPacket> packets;
        for (std::uint32_t i = 0; i < counts.size(); ++i)
            if (counts[i] > 0) packets.push_back({Key{value(first) + i}, counts[i], true});
        send_multicast(packets);
    }

    std::span<std::uint32_t> sdram(std::uint32_t address, std::uint32_t n_words) override {
        return chip_.sdram.words(address, n_words);
    }

 private:
    Chip& chip_;
    const Core& core_;
    SpikeList* list_;
    std::span<const KeyPath> paths_;
    std::span<std::uint64_t> sent_;
};

/// Runs job(0) .. job(n - 1), one on this thread and each other on its own; rethrows the first failure by number.
template <typename Job>
void on_threads(unsigned n, const Job& job) {
    std::vector<std::exception_ptr> failures(n);
    const auto guarded = [&](unsigned i) {
        try {
            job(i);
        } catch (...) {
            failures[i] = std::current_exception();
        }
    };
    {
        std::vector<std::jthread> threads;
        for (unsigned i = 1; i < n; ++i) threads.emplace_back(guarded, i);
        guarded(0);
    }
    for (const std::exception_ptr& failure : failures)
        if (failure) std::rethrow_exception(failure);
}

}  // namespace

FunctionalEngine::FunctionalEngine(Machine& machine, const FunctionalOptions& options)
    : machine_(machine), options_(options) {
    options_.threads = std::max(1u, options.threads);
}

FunctionalEngine::~FunctionalEngine() = default;

void FunctionalEngine::start() {
    std::vector<Core>& cores = machine_.cores;
    // Cores are dealt out round robin: neighbours in the image are alike.
    on_threads(options_.threads, [&](unsigned thread) {
        for (std::size_t c = thread; c < cores.size(); c += options_.threads) {
            EngineServices services(chip_of(machine_, cores[c].location.chip), cores[c], nullptr, {}, {});
            cores[c].program->start(services, cores[c].block_address);
        }
    });
    window_ = 1u << 16;
    for (const Core& core : cores) {
        set_core_state(chip_of(machine_, core.location.chip), core.location.core, CoreState::running);
        window_ = std::min(window_, core.program->min_delay_ticks());
    }
    sources_.resize(cores.size());
    targets_.resize(cores.size());
    for (Source& source : sources_)
        for (SpikeList& list : source.lists) list.tick_begin.assign(1, 0);
    share_out();
    resolve_routes();
}

void FunctionalEngine::resolve_routes() {
    settle_counters();
    std::vector<Core>& cores = machine_.cores;
    for (Target& target : targets_) target = {};
    for (std::uint32_t c = 0; c < cores.size(); ++c) targets_[c].input = cores[c].program->synaptic_input();

    const CoreIndex index = core_index(machine_);
    std::vector<std::uint32_t> by_key(cores.size());
    std::iota(by_key.begin(), by_key.end(), 0u);
    std::sort(by_key.begin(), by_key.end(), [&](std::uint32_t a, std::uint32_t b) {
        return std::pair(cores[a].keys.key, a) < std::pair(cores[b].keys.key, b);
    });
    for (const std::uint32_t s : by_key) {
        Source& source = sources_[s];
        source.paths = key_paths(machine_, index, cores[s]);
        source.sent.assign(source.paths.size(), 0);
        source.settled.assign(source.paths.size(), 0);
        for (const KeyPath& path : source.paths) {
            const std::uint32_t first = path.first_key - cores[s].keys.key;
            for (const std::uint32_t receiver : path.receivers) {
                Target& target = targets_[receiver];
                if (target.input == nullptr) {
                    target.packets.push_back({s, first, first + path.n_keys});
                    continue;
                }
                if (find_entry(target.input->table, path.first_key) == nullptr)
                    target.unknown.push_back({s, first, first + path.n_keys});
                for (const RowBlock& block : resolve(*target.input, path.first_key, path.n_keys))
                    target.rows.push_back({s, first, first + path.n_keys, block});
            }
        }
    }
    resolved_version_ = tables_version(machine_);
}

void FunctionalEngine::share_out() {
    // Largest first, each to the thread with the least so far.
    std::vector<std::pair<std::uint64_t, std::uint32_t>> by_cost;
    for (std::uint32_t c = 0; c < machine_.cores.size(); ++c) {
        const Core& core = machine_.cores[c];
        by_cost.emplace_back(core.n_atoms * 64 + core.program->counters().synapses, c);
    }
    std::sort(by_cost.begin(), by_cost.end(), [](const auto& a, const auto& b) {
        return a.first != b.first ? a.first > b.first : a.second < b.second;
    });
    workers_.assign(options_.threads, {});
    std::vector<std::uint64_t> load(options_.threads, 0);
    for (const auto& [cost, core] : by_cost) {
        const auto least = static_cast<std::size_t>(std::min_element(load.begin(), load.end()) - load.begin());
        load[least] += cost;
        workers_[least].cores.push_back(core);
    }
    for (Worker& worker : workers_) std::sort(worker.cores.begin(), worker.cores.end());
}

void FunctionalEngine::run(std::uint32_t n_ticks) {
    if (resolved_version_ != tables_version(machine_)) resolve_routes();
    const bool oversubscribed = options_.threads > std::max(1u, std::thread::hardware_concurrency());
    Barrier barrier(options_.threads, oversubscribed ? 0 : barrier_spins);
    on_threads(options_.threads, [&](unsigned thread) noexcept {
        std::size_t parity = parity_;
        for (std::uint32_t done = 0; done < n_ticks;) {
            const std::uint32_t ticks = std::min(window_, n_ticks - done);
            run_window(workers_[thread], value(now_) + done, ticks, parity);
            done += ticks;
            parity ^= 1;
            barrier.arrive_and_wait();
        }
    });
    const std::uint32_t windows = (n_ticks + window_ - 1) / window_;
    parity_ ^= windows & 1;
    now_ = Tick{value(now_) + n_ticks};
    settle_counters();
}

void FunctionalEngine::run_window(Worker& worker, std::uint32_t first_tick, std::uint32_t n_ticks, std::size_t parity) {
    for (const std::uint32_t c : worker.cores) {
        Core& core = machine_.cores[c];
        Source& source = sources_[c];
        SpikeList& list = source.lists[parity];
        EngineServices services(chip_of(machine_, core.location.chip), core, &list, source.paths, source.sent);
        deliver(worker, targets_[c], *core.program, services, parity ^ 1);

        list.atoms.clear();
        list.repeats.clear();
        list.tick_begin.assign(1, 0);
        for (std::uint32_t k = 0; k < n_ticks; ++k) {
            core.program->timer_tick(services, Tick{first_tick + k});
            list.tick_begin.push_back(static_cast<std::uint32_t>(list.atoms.size()));
        }
        list.first_tick = first_tick;
    }
}

/// Calls visit(tick, atom, repeats) for the spikes of a list with first <= atom < end, in the order they were sent.
template <typename Visit>
void for_each_spike(const SpikeList& list, std::uint32_t first, std::uint32_t end, const Visit& visit) {
    for (std::size_t k = 0; k + 1 < list.tick_begin.size(); ++k) {
        const std::uint32_t tick = list.first_tick + static_cast<std::uint32_t>(k);
        for (std::uint32_t i = list.tick_begin[k]; i < list.tick_begin[k + 1]; ++i) {
            const std::uint32_t atom = list.atoms[i];
            if (atom - first < end - first) visit(tick, atom, list.repeats.empty() ? 1u : list.repeats[i]);
        }
    }
}

void FunctionalEngine::deliver(Worker& worker, Target& target, CoreProgram& program, CoreServices& services,
                               std::size_t parity) {
    std::vector<Worker::RowReference>& rows = worker.rows;
    const auto add_rows = [&] {
        SynapticInput& input = *target.input;
        for (std::size_t i = 0; i < rows.size(); ++i) {
            if (i + prefetch_ahead < rows.size()) __builtin_prefetch(rows[i + prefetch_ahead].words + 16);
            const Worker::RowReference& row = rows[i];
            input.saturations += add_row(input.ring, {row.words, row.n_words}, row.sent, row.repeats);
            input.synaptic_events += std::uint64_t{row.n_words} * row.repeats;
        }
        rows.clear();
    };
    for (const Target::Rows& from : target.rows) {
        const SpikeList& list = sources_[from.source].lists[parity];
        if (list.atoms.empty()) continue;
        for_each_spike(list, from.first, from.end, [&](std::uint32_t tick, std::uint32_t atom, std::uint32_t repeats) {
            const std::uint32_t* const offset = from.block.offsets + (atom - from.first);
            const std::uint32_t n_words = offset[1] - offset[0];
            if (n_words == 0) return;
            const std::uint32_t* const words = from.block.words + offset[0];
            __builtin_prefetch(words);
            rows.push_back({words, n_words, tick, repeats});
            if (rows.size() == rows_at_a_time) add_rows();
        });
    }
    if (!rows.empty()) add_rows();

    for (const Target::Packets& from : target.unknown)
        for_each_spike(sources_[from.source].lists[parity], from.first, from.end,
                       [&](std::uint32_t, std::uint32_t, std::uint32_t) { ++target.input->unknown_keys; });

    for (const Target::Packets& from : target.packets) {
        const SpikeList& list = sources_[from.source].lists[parity];
        const std::uint32_t base = machine_.cores[from.source].keys.key;
        for (std::size_t k = 0; k + 1 < list.tick_begin.size(); ++k) {
            worker.packets.clear();
            for (std::uint32_t i = list.tick_begin[k]; i < list.tick_begin[k + 1]; ++i) {
                const std::uint32_t repeats = list.repeats.empty() ? 1u : list.repeats[i];
                if (list.atoms[i] - from.first < from.end - from.first)
                    worker.packets.push_back({Key{base + list.atoms[i]}, repeats, repeats != 1});
            }
            if (!worker.packets.empty())
                program.multicast_received(services, Tick{list.first_tick + static_cast<std::uint32_t>(k)},
                                           worker.packets);
        }
    }
}

/// Router counters are products: packets sent along a path times what each router on it does with one.
void FunctionalEngine::settle_counters() {
    for (Source& source : sources_) {
        for (std::size_t p = 0; p < source.paths.size(); ++p) {
            const std::uint64_t packets = source.sent[p] - source.settled[p];
            if (packets == 0) continue;
            source.settled[p] = source.sent[p];
            packet_hops_ += packets * source.paths[p].links_crossed;
            for (const RouterVisit& visit : source.paths[p].visits) {
                Router& router = visit.chip->router;
                router.count(visit.local ? RouterCounter::local_multicast : RouterCounter::external_multicast, packets);
                if (visit.default_routed)
                    router.count(visit.local ? RouterCounter::default_routed_local_multicast
                                             : RouterCounter::default_routed_external_multicast,
                                 packets);
                if (visit.dropped > 0) router.count(RouterCounter::dropped_multicast, packets * visit.dropped);
            }
            packets_sent_ += packets;
        }
    }
}

std::uint64_t FunctionalEngine::packets_dropped() const { return total(machine_, RouterCounter::dropped_multicast); }

ProgramCounters FunctionalEngine::counters() const {
    ProgramCounters sum;
    for (const Core& core : machine_.cores) sum += core.program->counters();
    return sum;
}

}  // namespace spinn

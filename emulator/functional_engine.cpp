#include "emulator/functional_engine.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <exception>
#include <iterator>
#include <numeric>
#include <thread>
#include <tuple>

#include "emulator/barrier.hpp"

namespace spinn {

/// The sending side of a core.
struct FunctionalEngine::Source {
    Chip* chip = nullptr;
    std::uint32_t rank = 0;
    bool drives = false;  ///< it runs with the core that it drives, as one of its `drives`
    std::vector<KeyPath> paths;
    std::vector<Drive> driven_by;  ///< sources that run with this core
    SpikeList list;                ///< of the window under way; of the tick, for a drive
    std::span<const std::uint32_t>
        counts;                          ///< of the tick, when a drive sent counts; the program's until its next tick
    std::vector<std::uint64_t> sent;     ///< [path] packets in all
    std::vector<std::uint64_t> settled;  ///< [path] of these, already in the router counters
};

/// A thread's share of the cores.
struct FunctionalEngine::Worker {
    std::vector<ChipPart> parts;
    std::vector<RankedList> lists;  ///< of its cores that send, by rank
    SpikeBatch batches[2];          ///< one is read by all while the other is written
    std::vector<SpikeRun> runs;     ///< of all threads in the window before
    std::uint32_t measured_ticks = 0;
    Delivery deliveries[2];
};

namespace {

constexpr std::uint32_t barrier_spins =
    60000;  ///< one to three milliseconds: waking up from sleep takes longer than a window
constexpr std::uint32_t most_window_ticks = 256;    ///< bounds the memory of spike lists
constexpr std::uint32_t windows_per_measured = 31;  ///< reading the clock for every core takes longer than a small core
constexpr double worst_imbalance = 1.03;

using Clock = std::chrono::steady_clock;
double nanoseconds(Clock::duration time) { return std::chrono::duration<double, std::nano>(time).count(); }

/// What a program sees of the machine while it runs: SDRAM of its chip, and a spike list to send into.
class EngineServices final : public CoreServices {
 public:
    /// @param counts  where counts go as they are; nullptr: they are listed
    EngineServices(Chip& chip, std::uint32_t first_key, std::span<const KeyPath> paths, SpikeList& list,
                   std::span<std::uint64_t> sent, std::span<const std::uint32_t>* counts)
        : chip_(chip), first_key_(first_key), paths_(paths), list_(list), sent_(sent), counts_(counts) {}

    void send_multicast(std::span<const MulticastPacket> packets) override {
        for (const MulticastPacket& packet : packets) {
            list_.atoms.push_back(value(packet.key) - first_key_);
            list_.repeats.push_back(packet.has_payload ? packet.payload : 1);
        }
        if (paths_.size() == 1) {
            sent_[0] += packets.size();
            return;
        }
        for (const MulticastPacket& packet : packets) count(value(packet.key));
    }

    void send_counts(Key first, std::span<const std::uint32_t> counts) override {
        if (counts_ != nullptr && value(first) == first_key_ && paths_.size() == 1) {
            *counts_ = counts;
            sent_[0] += count_spiking(counts);
            return;
        }
        for (std::uint32_t i = 0; i < counts.size(); ++i) {
            if (counts[i] == 0) continue;
            list_.atoms.push_back(value(first) - first_key_ + i);
            list_.repeats.push_back(counts[i]);
            count(value(first) + i);
        }
    }

    std::span<std::uint32_t> sdram(std::uint32_t address, std::uint32_t n_words) override {
        return chip_.sdram.words(address, n_words);
    }

 private:
    void count(std::uint32_t key) {
        const auto above = std::upper_bound(paths_.begin(), paths_.end(), key,
                                            [](std::uint32_t k, const KeyPath& path) { return k < path.first_key; });
        if (above != paths_.begin()) ++sent_[static_cast<std::size_t>(above - paths_.begin()) - 1];
    }

    Chip& chip_;
    std::uint32_t first_key_;
    std::span<const KeyPath> paths_;
    SpikeList& list_;
    std::span<std::uint64_t> sent_;
    std::span<const std::uint32_t>* counts_;
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

/// Bytes of ring buffers that spikes fall into: as many slots as there are delays between the shortest and the longest.
std::size_t active_ring_bytes(const Machine& machine) {
    std::size_t bytes = 0;
    for (const Core& core : machine.cores) {
        const SynapticInput* const input = core.program ? core.program->synaptic_input() : nullptr;
        if (input == nullptr) continue;
        std::uint32_t shortest = ~0u, longest = 0;
        for (const LooseRows& rows : input->loose) {
            shortest = std::min(shortest, rows.min_delay_ticks);
            longest = std::max(longest, rows.max_delay_ticks);
        }
        if (longest > 0)
            bytes += (std::size_t{longest - shortest + 1} << input->ring.tick_shift) * sizeof(std::uint16_t);
    }
    return bytes;
}

void clear(SpikeList& list) {
    list.atoms.clear();
    list.repeats.clear();
    list.tick_begin.resize(1);  // the first is always 0
}

}  // namespace

FunctionalEngine::FunctionalEngine(Machine& machine, const FunctionalOptions& options)
    : machine_(machine), options_(options) {
    options_.threads = std::max(1u, options.threads);
    if (options_.processors == 0) options_.processors = std::max(1u, std::thread::hardware_concurrency());
    if (options.exchange != nullptr && options.exchange->processes() > 1)
        remote_ = std::make_unique<RemoteSpikes>(*options.exchange);
}

FunctionalEngine::~FunctionalEngine() = default;

void FunctionalEngine::start(Tick first) {
    now_ = first;
    const std::vector<std::vector<std::uint32_t>> chips = cores_by_chip(machine_);
    // Threads take the next chip when they are done with one. The first failure is the one of the first chip, whoever
    // met it.
    std::atomic<std::size_t> next{0};
    std::vector<std::exception_ptr> failures(chips.size());
    on_threads(options_.threads, [&](unsigned) {
        for (std::size_t i = next++; i < chips.size(); i = next++) {
            try {
                start_programs(machine_, chips[i]);
            } catch (...) {
                failures[i] = std::current_exception();
            }
        }
    });
    for (const std::exception_ptr& failure : failures)
        if (failure) std::rethrow_exception(failure);

    chips_ = chip_targets(machine_, ring_memory_, active_ring_bytes(machine_) > options_.ring_cache_bytes);
    sources_.resize(machine_.cores.size());
    cost_ns_.clear();
    for (const Core& core : machine_.cores) {
        // A guess until it is measured: an update takes a nanosecond, a synapse is used a few times a second.
        const auto synapses = core.program ? static_cast<double>(core.program->counters().synapses) : 0.0;
        cost_ns_.push_back(20.0 + 1.0 * core.n_atoms + 0.001 * synapses);
    }
    resolve_routes();
}

void FunctionalEngine::resolve_routes() {
    settle_counters();
    const std::vector<Core>& cores = machine_.cores;
    const CoreIndex index = core_index(machine_);
    by_rank_.resize(cores.size());
    std::iota(by_rank_.begin(), by_rank_.end(), 0u);
    std::sort(by_rank_.begin(), by_rank_.end(), [&](std::uint32_t a, std::uint32_t b) {
        return std::pair(cores[a].keys.key, a) < std::pair(cores[b].keys.key, b);
    });
    for (Source& source : sources_) source = {};
    std::vector<RankedPaths> senders;
    for (std::uint32_t rank = 0; rank < by_rank_.size(); ++rank) {
        const std::uint32_t c = by_rank_[rank];
        Source& source = sources_[c];
        source.chip = &chip_of(machine_, cores[c].location.chip);
        source.rank = rank;
        if (!cores[c].program) continue;
        source.paths = key_paths(machine_, index, cores[c]);
        source.sent.assign(source.paths.size(), 0);
        source.settled.assign(source.paths.size(), 0);
        clear(source.list);
        if (std::optional<Drive> drive = drive_of(machine_, c, source.paths)) {
            source.drives = true;
            sources_[drive->target].driven_by.push_back(std::move(*drive));
        } else if (!source.paths.empty()) {
            senders.push_back({rank, cores[c].keys.key, source.paths});
        }
    }
    std::vector<RemoteSender> heard;
    if (remote_) heard = remote_->resolve(machine_, senders);
    for (const RemoteSender& sender : heard) senders.push_back({sender.rank, sender.first_key, sender.paths});
    std::inplace_merge(senders.begin(), senders.end() - static_cast<std::ptrdiff_t>(heard.size()), senders.end(),
                       [](const RankedPaths& a, const RankedPaths& b) { return a.rank < b.rank; });
    resolve_blocks(machine_, senders, chips_);
    window_ = most_window_ticks;
    for (const ChipTargets& chip : chips_)
        for (const ChipBlock& block : chip.blocks) window_ = std::min(window_, block.min_delay_ticks);
    if (remote_) window_ = static_cast<std::uint32_t>(smallest(*options_.exchange, window_));
    resolved_version_ = tables_version(machine_);
    share_out();
}

/// Cuts the cores, chip after chip, into one stretch of equal cost for each thread.
void FunctionalEngine::share_out() {
    const auto cost_of = [&](std::uint32_t c) {
        double cost = cost_ns_[c];
        for (const Drive& drive : sources_[c].driven_by) cost += cost_ns_[drive.source];
        return cost;
    };
    double total = 0.0;
    for (std::uint32_t c = 0; c < machine_.cores.size(); ++c)
        if (machine_.cores[c].program && !sources_[c].drives) total += cost_of(c);
    std::vector<ChipPart> old;
    workers_.resize(options_.threads);
    for (Worker& worker : workers_) {
        std::move(worker.parts.begin(), worker.parts.end(), std::back_inserter(old));
        worker.parts.clear();
        worker.lists.clear();
    }
    double before = 0.0;
    for (ChipTargets& chip : chips_) {
        std::vector<std::vector<std::uint32_t>> cores_of(workers_.size());
        for (const std::uint32_t c : chip.cores) {
            if (sources_[c].drives) continue;
            const double middle = before + cost_of(c) / 2;
            before += cost_of(c);
            const auto worker = static_cast<std::size_t>(middle / total * static_cast<double>(workers_.size()));
            cores_of[std::min(worker, workers_.size() - 1)].push_back(c);
        }
        for (std::size_t w = 0; w < workers_.size(); ++w)
            if (!cores_of[w].empty())
                workers_[w].parts.push_back(
                    make_part(machine_, chip, cores_of[w], static_cast<std::uint32_t>(by_rank_.size())));
    }
    std::vector<ChipPart*> from, to;
    for (ChipPart& part : old) from.push_back(&part);
    for (Worker& worker : workers_)
        for (ChipPart& part : worker.parts) to.push_back(&part);
    move_events(machine_, from, to);
    for (Worker& worker : workers_) {
        for (const ChipPart& part : worker.parts)
            for (const std::uint32_t c : part.cores)
                if (!sources_[c].paths.empty()) worker.lists.push_back({sources_[c].rank, &sources_[c].list});
        std::sort(worker.lists.begin(), worker.lists.end(),
                  [](const RankedList& a, const RankedList& b) { return a.rank < b.rank; });
    }
}

/// Whether the most loaded thread has clearly more than its share, by what the cores have cost lately.
bool FunctionalEngine::is_shared_out_badly() const {
    double total = 0.0, most = 0.0;
    for (const Worker& worker : workers_) {
        double mine = 0.0;
        for (const ChipPart& part : worker.parts)
            for (const std::uint32_t c : part.cores) {
                mine += cost_ns_[c];
                for (const Drive& drive : sources_[c].driven_by) mine += cost_ns_[drive.source];
            }
        total += mine;
        most = std::max(most, mine);
    }
    return most * static_cast<double>(workers_.size()) > worst_imbalance * total;
}

void FunctionalEngine::run(std::uint32_t n_ticks) {
    if (n_ticks == 0) return;
    if (resolved_version_ != tables_version(machine_))
        resolve_routes();
    else if (is_shared_out_badly())
        share_out();
    const bool oversubscribed = options_.threads > options_.processors;
    Barrier barrier(options_.threads, oversubscribed ? 0 : barrier_spins);
    measured_ns_.assign(machine_.cores.size(), 0.0);
    on_threads(options_.threads, [&](unsigned thread) noexcept {
        Worker& worker = workers_[thread];
        std::vector<const SpikeBatch*> batches;
        const auto meet = [&](std::size_t batch) {
            batches.clear();
            for (const Worker& from : workers_) batches.push_back(&from.batches[batch]);
            barrier.arrive_and_wait();
            if (remote_) {
                // All have listed their spikes and none reads the others' of the window before any more.
                if (thread == 0) remote_->swap(batches);
                barrier.arrive_and_wait();
                for (const SpikeBatch& from : remote_->received()) batches.push_back(&from);
            }
            merge(batches, worker.runs);
        };
        worker.runs.clear();
        worker.measured_ticks = 0;
        std::size_t batch = 0;
        std::uint32_t n_windows = 0;
        for (std::uint32_t done = 0; done < n_ticks; ++n_windows) {
            const std::uint32_t ticks = std::min(window_, n_ticks - done);
            run_window(worker, value(now_) + done, ticks, batch, n_windows % windows_per_measured == 1);
            done += ticks;
            meet(batch);
            batch ^= 1;
        }
        for (ChipPart& part : worker.parts) {
            worker.deliveries[0].begin(machine_, part, worker.runs);
            worker.deliveries[0].finish();
            settle(machine_, part);
        }
    });
    now_ = Tick{value(now_) + n_ticks};
    take_costs();
    settle_counters();
}

void FunctionalEngine::run_window(Worker& worker, std::uint32_t first_tick, std::uint32_t n_ticks, std::size_t batch,
                                  bool measured) {
    Delivery* now = &worker.deliveries[0];
    Delivery* next = &worker.deliveries[1];
    if (!worker.parts.empty()) {
        now->begin(machine_, worker.parts[0], worker.runs);
        now->ask_ahead();
    }
    Clock::time_point last = measured ? Clock::now() : Clock::time_point{};
    for (std::size_t p = 0; p < worker.parts.size(); ++p) {
        ChipPart& part = worker.parts[p];
        const bool more = p + 1 < worker.parts.size();
        if (more) {
            next->begin(machine_, worker.parts[p + 1], worker.runs);
            if (const auto& calendar = worker.parts[p + 1].calendar) calendar->ask_for_tick(first_tick);
        }
        now->finish();
        if (more) next->ask_ahead();
        std::swap(now, next);
        for (std::uint32_t k = 0; k < n_ticks; ++k) drain(machine_, part, Tick{first_tick + k});
        if (!measured) {
            for (const std::uint32_t c : part.cores) run_core(c, first_tick, n_ticks);
            continue;
        }
        // What delivering costs is divided among the cores of the part; what drives cost counts with what they drive.
        Clock::time_point here = Clock::now();
        const double delivery = nanoseconds(here - last) / static_cast<double>(part.cores.size());
        for (const std::uint32_t c : part.cores) {
            last = here;
            run_core(c, first_tick, n_ticks);
            here = Clock::now();
            measured_ns_[c] += delivery + nanoseconds(here - last);
        }
        last = here;
    }
    if (measured) worker.measured_ticks += n_ticks;
    collect(worker.lists, first_tick, n_ticks, worker.batches[batch]);
}

/// Takes what cores cost in the measured windows for what they will cost.
void FunctionalEngine::take_costs() {
    for (const Worker& worker : workers_) {
        if (worker.measured_ticks == 0) continue;
        for (const ChipPart& part : worker.parts)
            for (const std::uint32_t c : part.cores) {
                cost_ns_[c] = 0.5 * cost_ns_[c] + 0.5 * measured_ns_[c] / worker.measured_ticks;
                for (const Drive& drive : sources_[c].driven_by) cost_ns_[drive.source] = 0.0;
            }
    }
}

void FunctionalEngine::run_core(std::uint32_t c, std::uint32_t first_tick, std::uint32_t n_ticks) {
    Core& core = machine_.cores[c];
    Source& source = sources_[c];
    clear(source.list);
    EngineServices services(*source.chip, core.keys.key, source.paths, source.list, source.sent, nullptr);
    for (std::uint32_t tick = first_tick; tick < first_tick + n_ticks; ++tick) {
        if (!pending_.empty()) add_pending(c, tick);
        core.program->timer_tick(services, Tick{tick});
        source.list.tick_begin.push_back(static_cast<std::uint32_t>(source.list.atoms.size()));
        // What a drive sends in this tick comes after the update, which has used and cleared the tick's own slot.
        for (const Drive& drive : source.driven_by) {
            Source& from = sources_[drive.source];
            Core& driver = machine_.cores[drive.source];
            clear(from.list);
            from.counts = {};
            EngineServices its(*from.chip, driver.keys.key, from.paths, from.list, from.sent, &from.counts);
            driver.program->timer_tick(its, Tick{tick});
            deliver(machine_, drive, tick, from.list.atoms, from.list.repeats, from.counts);
        }
    }
}

void FunctionalEngine::add_pending(std::uint32_t c, std::uint32_t tick) {
    std::vector<PendingInput>& inputs = pending_[c];
    SynapticInput* const input = machine_.cores[c].program->synaptic_input();
    for (; !inputs.empty() && inputs.back().tick <= tick; inputs.pop_back()) {
        const PendingInput& given = inputs.back();
        input->saturations += add_weight(ring_slot(*input, tick, given.receptor)[given.atom], given.sum, 1);
    }
}

void FunctionalEngine::give_pending(std::vector<PendingInput> inputs) {
    pending_.assign(machine_.cores.size(), {});
    const auto later = [](const PendingInput& a, const PendingInput& b) {
        return std::tie(b.tick, b.receptor, b.atom) < std::tie(a.tick, a.receptor, a.atom);
    };
    for (const PendingInput& input : inputs) pending_.at(input.core).push_back(input);
    for (std::vector<PendingInput>& of_core : pending_) std::ranges::sort(of_core, later);
}

std::vector<PendingInput> FunctionalEngine::take_pending() {
    std::vector<PendingInput> taken;
    const auto take_slot = [&](std::uint32_t c, std::uint32_t tick) {
        SynapticInput& input = *machine_.cores[c].program->synaptic_input();
        for (std::uint32_t receptor = 0; receptor < 1u << input.shape.type_bits; ++receptor) {
            const std::span<const std::uint16_t> sums = ring_slot(input, tick, receptor);
            for (std::uint32_t atom = 0; atom < machine_.cores[c].n_atoms; ++atom)
                if (sums[atom] != 0) taken.push_back({c, tick, receptor, atom, sums[atom]});
        }
        clear_slot(input, tick);
    };
    for (Worker& worker : workers_)
        for (ChipPart& part : worker.parts) {
            std::uint32_t n_ticks = part.calendar ? part.calendar->n_slots() : 0;
            for (const std::uint32_t c : part.cores)
                if (const SynapticInput* const input = machine_.cores[c].program->synaptic_input())
                    n_ticks = std::max(n_ticks, (input->ring.index_mask + 1) >> input->ring.tick_shift);
            for (std::uint32_t tick = value(now_); tick < value(now_) + n_ticks; ++tick) {
                drain(machine_, part, Tick{tick});
                for (const std::uint32_t c : part.cores)
                    if (machine_.cores[c].program->synaptic_input() != nullptr) take_slot(c, tick);
            }
        }
    for (std::vector<PendingInput>& of_core : pending_)  // given, and not yet added
        taken.insert(taken.end(), of_core.begin(), of_core.end());
    pending_.clear();
    std::ranges::sort(taken, [](const PendingInput& a, const PendingInput& b) {
        return std::tie(a.core, a.tick, a.receptor, a.atom) < std::tie(b.core, b.tick, b.receptor, b.atom);
    });
    return taken;
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
    for (const Core& core : machine_.cores)
        if (core.program) sum += core.program->counters();
    return sum;
}

}  // namespace spinn

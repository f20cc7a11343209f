#include "emulator/remote_spikes.hpp"

#include <algorithm>
#include <map>
#include <stdexcept>

namespace spinn {

namespace {

/// Words of a message, one after the other.
class WordReader {
 public:
    explicit WordReader(std::span<const std::uint32_t> words) : words_(words) {}
    bool done() const { return words_.empty(); }
    std::uint32_t next() { return take(1)[0]; }
    std::span<const std::uint32_t> take(std::size_t n) {
        if (n > words_.size()) throw std::runtime_error("a message of another process is cut short");
        const std::span<const std::uint32_t> taken = words_.first(n);
        words_ = words_.subspan(n);
        return taken;
    }

 private:
    std::span<const std::uint32_t> words_;
};

/// A path as the process that hears it is told: rank, first key of the core, first key, keys, receivers.
void append_path(const RankedPaths& sender, const KeyPath& path, std::span<const std::uint32_t> receivers,
                 Words& message) {
    message.insert(message.end(), {sender.rank, sender.first_key, path.first_key, path.n_keys,
                                   static_cast<std::uint32_t>(receivers.size())});
    message.insert(message.end(), receivers.begin(), receivers.end());
}

void read_paths(std::span<const std::uint32_t> message, std::vector<RemoteSender>& senders) {
    for (WordReader words(message); !words.done();) {
        const std::uint32_t rank = words.next(), first_key = words.next();
        if (senders.empty() || senders.back().rank != rank) senders.push_back({rank, first_key, {}});
        KeyPath path;
        path.first_key = words.next();
        path.n_keys = words.next();
        const std::span<const std::uint32_t> receivers = words.take(words.next());
        path.receivers.assign(receivers.begin(), receivers.end());
        senders.back().paths.push_back(std::move(path));
    }
}

}  // namespace

std::vector<RemoteSender> RemoteSpikes::resolve(const Machine& machine, std::span<const RankedPaths> senders) {
    const std::uint32_t n = exchange_.processes(), mine = exchange_.process();
    std::vector<Words> told(n);
    senders_.clear();
    hearers_.clear();
    hearer_begin_.assign(1, 0);
    for (const RankedPaths& sender : senders) {
        std::vector<std::uint32_t> hearers;
        for (const KeyPath& path : sender.paths) {
            std::map<std::uint32_t, std::vector<std::uint32_t>> receivers;  // [process]
            for (const std::uint32_t receiver : path.receivers)
                if (machine.cores[receiver].process != mine)
                    receivers[machine.cores[receiver].process].push_back(receiver);
            for (const auto& [process, cores] : receivers) {
                append_path(sender, path, cores, told[process]);
                hearers.push_back(process);
            }
        }
        if (hearers.empty()) continue;
        std::sort(hearers.begin(), hearers.end());
        hearers.erase(std::unique(hearers.begin(), hearers.end()), hearers.end());
        senders_.push_back(sender.rank);
        hearers_.insert(hearers_.end(), hearers.begin(), hearers.end());
        hearer_begin_.push_back(static_cast<std::uint32_t>(hearers_.size()));
    }
    partners_ = {};
    for (std::uint32_t p = 0; p < n; ++p)
        if (!told[p].empty()) partners_.to.push_back(p);

    std::vector<RemoteSender> heard;
    const std::vector<Words> messages = swap_all(exchange_, std::move(told));
    for (std::uint32_t p = 0; p < n; ++p) {
        if (messages[p].empty()) continue;
        partners_.from.push_back(p);
        read_paths(messages[p], heard);
    }
    std::sort(heard.begin(), heard.end(), [](const RemoteSender& a, const RemoteSender& b) { return a.rank < b.rank; });
    outgoing_.assign(n, {});
    incoming_.assign(n, {});
    n_runs_at_.assign(n, 0);
    received_.resize(partners_.from.size());
    return heard;
}

void append_run(const SpikeRun& run, Words& message) {
    const bool repeated =
        std::any_of(run.repeats.begin(), run.repeats.end(), [](std::uint32_t repeats) { return repeats != 1; });
    message.push_back(run.rank);
    message.push_back(static_cast<std::uint32_t>(run.atoms.size()) << 1 | (repeated ? 1 : 0));
    message.insert(message.end(), run.atoms.begin(), run.atoms.end());
    if (repeated) message.insert(message.end(), run.repeats.begin(), run.repeats.end());
}

void read_batch(std::span<const std::uint32_t> message, std::uint32_t first_tick, std::size_t n_ticks,
                SpikeBatch& batch) {
    batch.first_tick = first_tick;
    batch.runs.clear();
    batch.atoms.clear();
    batch.repeats.clear();
    batch.tick_begin.assign(1, 0);
    WordReader words(message);
    for (std::size_t k = 0; k < n_ticks; ++k) {
        for (std::uint32_t left = words.next(); left > 0; --left) {
            const std::uint32_t rank = words.next(), size = words.next();
            const std::span<const std::uint32_t> atoms = words.take(size >> 1);
            const auto begin = static_cast<std::uint32_t>(batch.atoms.size());
            batch.atoms.insert(batch.atoms.end(), atoms.begin(), atoms.end());
            if ((size & 1) != 0) {
                const std::span<const std::uint32_t> repeats = words.take(size >> 1);
                batch.repeats.insert(batch.repeats.end(), repeats.begin(), repeats.end());
            } else {
                batch.repeats.insert(batch.repeats.end(), atoms.size(), 1);
            }
            batch.runs.push_back({rank, begin, static_cast<std::uint32_t>(batch.atoms.size())});
        }
        batch.tick_begin.push_back(static_cast<std::uint32_t>(batch.runs.size()));
    }
    if (!words.done()) throw std::runtime_error("a message of another process is too long");
}

void RemoteSpikes::write(std::span<const SpikeBatch* const> own) {
    const std::uint32_t first_tick = own[0]->first_tick;
    const std::size_t n_ticks = own[0]->tick_begin.size() - 1;
    merge(own, runs_);
    for (const std::uint32_t p : partners_.to) outgoing_[p].clear();
    std::size_t r = 0;
    for (std::size_t k = 0; k < n_ticks; ++k) {
        for (const std::uint32_t p : partners_.to) {
            n_runs_at_[p] = outgoing_[p].size();
            outgoing_[p].push_back(0);
        }
        // Runs and senders both ascend by rank within a tick.
        std::size_t s = 0;
        for (; r < runs_.size() && runs_[r].sent == first_tick + k; ++r) {
            while (s < senders_.size() && senders_[s] < runs_[r].rank) ++s;
            if (s == senders_.size() || senders_[s] != runs_[r].rank) continue;
            for (std::uint32_t h = hearer_begin_[s]; h < hearer_begin_[s + 1]; ++h) {
                append_run(runs_[r], outgoing_[hearers_[h]]);
                ++outgoing_[hearers_[h]][n_runs_at_[hearers_[h]]];
            }
        }
    }
}

void RemoteSpikes::swap(std::span<const SpikeBatch* const> own) {
    write(own);
    exchange_.swap(partners_, outgoing_, incoming_);
    for (std::size_t i = 0; i < received_.size(); ++i)
        read_batch(incoming_[partners_.from[i]], own[0]->first_tick, own[0]->tick_begin.size() - 1, received_[i]);
}

}  // namespace spinn

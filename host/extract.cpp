#include "host/extract.hpp"

#include <algorithm>
#include <bit>
#include <stdexcept>

namespace spinn {

namespace {

Recorded take_own(Machine& machine) {
    Recorded all;
    for (const Core& core : machine.cores) {
        if (!core.program) continue;
        CoreRecordings recorded = take_recordings(machine, core);
        all.lost = all.lost || recorded.lost;
        for (std::size_t i = 0; i < recorded.spike_ticks.size(); ++i)
            all.spikes.push_back({recorded.spike_ticks[i], core.population, core.first_atom + recorded.spike_atoms[i]});
        for (CoreRecordings::Samples& samples : recorded.samples)
            all.samples[{core.population, samples.variable}].push_back({core.first_atom, std::move(samples)});
    }
    return all;
}

/// Lost, spikes, then for each part of samples its sizes and contents.
Words message_of(const Recorded& recorded) {
    Words words = {recorded.lost ? 1u : 0u, static_cast<std::uint32_t>(recorded.spikes.size())};
    for (const SpikeEvent& spike : recorded.spikes)
        words.insert(words.end(), {spike.tick, spike.population, spike.neuron});
    for (const auto& [which, parts] : recorded.samples)
        for (const Recorded::Part& part : parts) {
            const CoreRecordings::Samples& samples = part.samples;
            words.insert(words.end(), {which.first, which.second, part.first_atom, samples.interval_ticks,
                                       static_cast<std::uint32_t>(samples.atoms.size()),
                                       static_cast<std::uint32_t>(samples.ticks.size())});
            words.insert(words.end(), samples.atoms.begin(), samples.atoms.end());
            words.insert(words.end(), samples.ticks.begin(), samples.ticks.end());
            for (const std::int32_t raw : samples.raw) words.push_back(std::bit_cast<std::uint32_t>(raw));
        }
    return words;
}

void add_message(const Words& words, Recorded& all) {
    std::size_t next = 0;
    const auto take = [&](std::size_t n) {
        if (n > words.size() - next) throw std::runtime_error("recordings of another process are cut short");
        const std::span<const std::uint32_t> taken = std::span(words).subspan(next, n);
        next += n;
        return taken;
    };
    all.lost = take(1)[0] != 0 || all.lost;
    const std::size_t n_spikes = take(1)[0];
    const std::span<const std::uint32_t> spikes = take(3 * n_spikes);
    for (std::size_t i = 0; i < n_spikes; ++i)
        all.spikes.push_back({spikes[3 * i], spikes[3 * i + 1], spikes[3 * i + 2]});
    while (next < words.size()) {
        const std::span<const std::uint32_t> head = take(6);
        Recorded::Part part;
        part.first_atom = head[2];
        part.samples.variable = head[1];
        part.samples.interval_ticks = head[3];
        const std::span<const std::uint32_t> atoms = take(head[4]), ticks = take(head[5]);
        part.samples.atoms.assign(atoms.begin(), atoms.end());
        part.samples.ticks.assign(ticks.begin(), ticks.end());
        for (const std::uint32_t raw : take(atoms.size() * ticks.size()))
            part.samples.raw.push_back(std::bit_cast<std::int32_t>(raw));
        all.samples[{head[0], head[1]}].push_back(std::move(part));
    }
}

}  // namespace

RecordedMatrix side_by_side(const std::vector<Recorded::Part>& parts) {
    RecordedMatrix matrix;
    matrix.interval_ticks = parts.front().samples.interval_ticks;
    const std::vector<std::uint32_t>& ticks = parts.front().samples.ticks;
    if (!ticks.empty()) matrix.first_tick = ticks.front();
    for (const Recorded::Part& part : parts)
        for (const std::uint32_t atom : part.samples.atoms) matrix.neurons.push_back(part.first_atom + atom);
    matrix.raw.resize(ticks.size() * matrix.neurons.size());
    std::size_t column = 0;
    for (const Recorded::Part& part : parts) {
        const std::size_t width = part.samples.atoms.size();
        for (std::size_t t = 0; t < ticks.size(); ++t)
            std::copy_n(part.samples.raw.begin() + static_cast<std::ptrdiff_t>(t * width), width,
                        matrix.raw.begin() + static_cast<std::ptrdiff_t>(t * matrix.neurons.size() + column));
        column += width;
    }
    return matrix;
}

std::vector<PlasticSynapse> plastic_synapses(Machine& machine, Exchange* exchange) {
    constexpr std::size_t words_each = 6;
    std::vector<PlasticSynapse> all;
    for (const Core& core : machine.cores) {
        if (!core.program) continue;
        const std::vector<PlasticSynapse> own = read_plastic_synapses(machine, core);
        all.insert(all.end(), own.begin(), own.end());
    }
    if (exchange != nullptr) {
        Words message;
        for (const PlasticSynapse& synapse : all) {
            const auto bits = std::bit_cast<std::uint64_t>(synapse.weight);
            message.insert(message.end(), {synapse.projection, synapse.pre, synapse.post, synapse.delay_ticks,
                                           static_cast<std::uint32_t>(bits), static_cast<std::uint32_t>(bits >> 32)});
        }
        all.clear();
        for (const Words& words : gather(*exchange, std::move(message)))
            for (std::size_t i = 0; i + words_each <= words.size(); i += words_each)
                all.push_back({words[i], words[i + 1], words[i + 2], words[i + 3],
                               std::bit_cast<double>(words[i + 4] | std::uint64_t{words[i + 5]} << 32)});
    }
    std::sort(all.begin(), all.end());
    return all;
}

Recorded take_all(Machine& machine, Exchange* exchange) {
    Recorded all = take_own(machine);
    if (exchange != nullptr) {
        const std::vector<Words> messages = gather(*exchange, message_of(all));
        all = {};
        for (const Words& message : messages) add_message(message, all);
        for (auto& [which, parts] : all.samples)
            std::stable_sort(parts.begin(), parts.end(), [](const Recorded::Part& a, const Recorded::Part& b) {
                return a.first_atom < b.first_atom;
            });
    }
    std::sort(all.spikes.begin(), all.spikes.end());
    return all;
}

}  // namespace spinn

#include "runtime/layout/array_region.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "runtime/array_source.hpp"
#include "runtime/layout/words.hpp"
#include "runtime/neuron_model.hpp"

namespace spinn {

namespace {
constexpr std::size_t header_words = 6;
}

ArrayRegion array_region(std::span<const std::vector<double>> spike_times_ms, std::uint32_t timestep_us) {
    std::vector<std::pair<std::uint32_t, std::uint32_t>> spikes;  // tick, atom
    for (std::uint32_t atom = 0; atom < spike_times_ms.size(); ++atom) {
        for (const double time_ms : spike_times_ms[atom]) {
            if (const std::optional<Tick> tick = spike_tick(time_ms, timestep_us))
                spikes.emplace_back(value(*tick), atom);
        }
    }
    std::ranges::sort(spikes);

    ArrayRegion region;
    region.n_atoms = static_cast<std::uint32_t>(spike_times_ms.size());
    for (const auto& [tick, atom] : spikes) {
        if (region.ticks.empty() || region.ticks.back() != tick) {
            region.ticks.push_back(tick);
            region.offsets.push_back(static_cast<std::uint32_t>(region.atoms.size()));
        }
        region.atoms.push_back(atom);
    }
    region.offsets.push_back(static_cast<std::uint32_t>(region.atoms.size()));
    return region;
}

std::vector<std::uint32_t> encode(const ArrayRegion& region) {
    WordWriter writer;
    writer.put(static_cast<std::uint32_t>(ModelKind::spike_source_array));
    writer.put(region.n_atoms);
    writer.put(region.population);
    writer.put(region.first_atom);
    writer.put(static_cast<std::uint32_t>(region.ticks.size()));
    writer.put(static_cast<std::uint32_t>(region.atoms.size()));
    writer.put_all(region.ticks);
    writer.put_all(region.offsets);
    writer.put_all(region.atoms);
    return writer.take();
}

std::variant<ArrayRegion, DecodeError> decode_array_region(std::span<const std::uint32_t> words) {
    if (words.size() < header_words) {
        return DecodeError{words.size(), "an array region starts with " + std::to_string(header_words) + " words"};
    }
    WordReader reader(words);
    if (static_cast<ModelKind>(reader.get()) != ModelKind::spike_source_array) {
        return DecodeError{0, "not the region of an array source"};
    }
    ArrayRegion region;
    region.n_atoms = reader.get();
    region.population = reader.get();
    region.first_atom = reader.get();
    const std::size_t n_ticks = reader.get();
    const std::size_t n_spikes = reader.get();
    if (2 * n_ticks + 1 + n_spikes > reader.remaining()) {
        return DecodeError{words.size(), "the region ends before its last spike"};
    }
    const auto take = [&reader](std::size_t n) {
        const std::span<const std::uint32_t> part = reader.get_all(n);
        return std::vector<std::uint32_t>(part.begin(), part.end());
    };
    region.ticks = take(n_ticks);
    region.offsets = take(n_ticks + 1);
    region.atoms = take(n_spikes);

    const std::size_t offsets_at = header_words + n_ticks;
    const std::size_t atoms_at = offsets_at + n_ticks + 1;
    if (region.offsets.front() != 0 || region.offsets.back() != n_spikes) {
        return DecodeError{offsets_at, "the offsets do not run from 0 to the number of spikes"};
    }
    if (!std::ranges::is_sorted(region.offsets)) return DecodeError{offsets_at, "the offsets are not ascending"};
    for (std::size_t i = 0; i < n_ticks; ++i) {
        if (i > 0 && region.ticks[i] <= region.ticks[i - 1]) {
            return DecodeError{header_words + i, "the ticks are not strictly ascending"};
        }
        for (std::size_t k = region.offsets[i]; k < region.offsets[i + 1]; ++k) {
            if (region.atoms[k] >= region.n_atoms)
                return DecodeError{atoms_at + k, "a spike of an atom that is not there"};
            if (k > region.offsets[i] && region.atoms[k] < region.atoms[k - 1]) {
                return DecodeError{atoms_at + k, "the atoms of a tick are not ascending"};
            }
        }
    }
    return region;
}

}  // namespace spinn

#include "runtime/layout/poisson_region.hpp"

#include <cmath>
#include <string>

#include "runtime/layout/words.hpp"
#include "runtime/neuron_model.hpp"

namespace spinn {

namespace {

constexpr std::size_t header_words = 7;
constexpr std::size_t source_words = 4;
constexpr std::size_t change_words = 4;
constexpr std::uint32_t never = 0xffffffff;

std::uint32_t whole_ticks(double ms, double timestep_ms) {
    const double ticks = std::floor(ms / timestep_ms + 0.5);
    return ticks < static_cast<double>(never) ? static_cast<std::uint32_t>(ticks) : never;
}

}  // namespace

PoissonRegion::Source poisson_parameters(double rate_hz, double start_ms, double duration_ms, double timestep_ms) {
    const std::uint32_t start = whole_ticks(start_ms, timestep_ms);
    const std::uint32_t duration = whole_ticks(duration_ms, timestep_ms);
    return {to_ulong_accum(rate_hz), start, duration < never - start ? start + duration : never};
}

std::vector<std::uint32_t> encode(const PoissonRegion& region) {
    WordWriter writer;
    writer.put(static_cast<std::uint32_t>(ModelKind::spike_source_poisson));
    writer.put(static_cast<std::uint32_t>(region.sources.size()));
    writer.put(region.timestep_us);
    writer.put_u64(region.seed);
    writer.put(region.population);
    writer.put(region.first_atom);
    for (const PoissonRegion::Source& source : region.sources) {
        writer.put_u64(source.rate_hz.raw);
        writer.put(source.start_tick);
        writer.put(source.end_tick);
    }
    writer.put(static_cast<std::uint32_t>(region.changes.size()));
    for (const PoissonRegion::Change& change : region.changes) {
        writer.put(change.tick);
        writer.put(change.atom);
        writer.put_u64(change.rate_hz.raw);
    }
    return writer.take();
}

std::variant<PoissonRegion, DecodeError> decode_poisson_region(std::span<const std::uint32_t> words) {
    if (words.size() < header_words) {
        return DecodeError{words.size(), "a Poisson region starts with " + std::to_string(header_words) + " words"};
    }
    WordReader reader(words);
    if (static_cast<ModelKind>(reader.get()) != ModelKind::spike_source_poisson) {
        return DecodeError{0, "not the region of a Poisson source"};
    }
    const std::uint32_t n_atoms = reader.get();
    PoissonRegion region;
    region.timestep_us = reader.get();
    region.seed = reader.get_u64();
    region.population = reader.get();
    region.first_atom = reader.get();
    if (region.timestep_us < 1 || region.timestep_us > 1000000) {
        return DecodeError{2, "the timestep is not within 1 to 1000000 us"};
    }
    if (std::uint64_t{n_atoms} * source_words > reader.remaining()) {
        return DecodeError{words.size(), "the region ends before its last source"};
    }
    region.sources.reserve(n_atoms);
    for (std::uint32_t atom = 0; atom < n_atoms; ++atom) {
        PoissonRegion::Source source;
        source.rate_hz.raw = reader.get_u64();
        source.start_tick = reader.get();
        source.end_tick = reader.get();
        region.sources.push_back(source);
    }
    const std::uint32_t n_changes = reader.get();
    if (reader.ran_out() || std::uint64_t{n_changes} * change_words > reader.remaining())
        return DecodeError{words.size(), "the region ends before its last change of a rate"};
    for (std::uint32_t i = 0; i < n_changes; ++i) {
        PoissonRegion::Change change;
        change.tick = reader.get();
        change.atom = reader.get();
        change.rate_hz.raw = reader.get_u64();
        if (change.atom >= n_atoms) return DecodeError{reader.position() - 3, "a rate of an atom that does not exist"};
        if (i > 0 &&
            std::pair(change.tick, change.atom) <= std::pair(region.changes.back().tick, region.changes.back().atom))
            return DecodeError{reader.position() - 4, "the changes of rates are not in order"};
        region.changes.push_back(change);
    }
    return region;
}

}  // namespace spinn

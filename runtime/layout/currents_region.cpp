#include "runtime/layout/currents_region.hpp"

#include <cmath>
#include <string>

#include "runtime/layout/words.hpp"

namespace spinn {

std::vector<std::uint32_t> encode(const Currents& currents) {
    WordWriter out;
    out.put(currents.n_atoms);
    out.put(currents.population);
    out.put(currents.first_atom);
    out.put_u64(currents.seed);
    out.put(static_cast<std::uint32_t>(currents.sources.size()));
    for (const CurrentSource& source : currents.sources) {
        for (const std::uint32_t word :
             {static_cast<std::uint32_t>(source.kind), source.index, source.start_tick, source.stop_tick,
              source.hold_ticks, static_cast<std::uint32_t>(source.ticks.size()),
              static_cast<std::uint32_t>(source.atoms.size())})
            out.put(word);
        for (const double number : {source.level, source.swing, source.radians_per_tick, source.phase})
            out.put_double(number);
        out.put_all(source.ticks);
        for (const double amplitude : source.amplitudes) out.put_double(amplitude);
        out.put_all(source.atoms);
    }
    return out.take();
}

std::variant<Currents, DecodeError> decode_currents_region(std::span<const std::uint32_t> words) {
    WordReader in(words);
    Currents currents;
    currents.n_atoms = in.get();
    currents.population = in.get();
    currents.first_atom = in.get();
    currents.seed = in.get_u64();
    const std::uint32_t n_sources = in.get();
    for (std::uint32_t s = 0; s < n_sources && !in.ran_out(); ++s) {
        const std::size_t at = in.position();
        CurrentSource source;
        const std::uint32_t kind = in.get();
        if (kind < 1 || kind > static_cast<std::uint32_t>(CurrentKind::noisy))
            return DecodeError{at, "unknown kind of current source"};
        source.kind = static_cast<CurrentKind>(kind);
        source.index = in.get();
        source.start_tick = in.get();
        source.stop_tick = in.get();
        source.hold_ticks = in.get();
        const std::uint32_t n_steps = in.get(), n_atoms = in.get();
        source.level = in.get_double();
        source.swing = in.get_double();
        source.radians_per_tick = in.get_double();
        source.phase = in.get_double();
        if (source.hold_ticks == 0) return DecodeError{at + 4, "noise that lasts no tick"};
        for (const double number : {source.level, source.swing, source.radians_per_tick, source.phase})
            if (!std::isfinite(number)) return DecodeError{at + 7, "a current source with a number that is not finite"};
        if (source.swing < 0.0 && source.kind == CurrentKind::noisy)
            return DecodeError{at + 9, "a negative standard deviation"};
        if (std::uint64_t{3} * n_steps + n_atoms > in.remaining())
            return DecodeError{words.size(), "the region ends within a current source"};
        const auto ticks = in.get_all(n_steps);
        source.ticks.assign(ticks.begin(), ticks.end());
        for (std::uint32_t i = 0; i < n_steps; ++i) {
            if (i > 0 && source.ticks[i] < source.ticks[i - 1])
                return DecodeError{at + 15 + i, "the steps of a current are not in order"};
            source.amplitudes.push_back(in.get_double());
            if (!std::isfinite(source.amplitudes.back()))
                return DecodeError{in.position() - 2, "an amplitude that is not finite"};
        }
        const auto atoms = in.get_all(n_atoms);
        source.atoms.assign(atoms.begin(), atoms.end());
        for (std::uint32_t i = 0; i < n_atoms; ++i)
            if (source.atoms[i] >= currents.n_atoms || (i > 0 && source.atoms[i] <= source.atoms[i - 1]))
                return DecodeError{in.position() - n_atoms + i, "atoms of a current source out of range or order"};
        currents.sources.push_back(std::move(source));
    }
    if (in.ran_out()) return DecodeError{words.size(), "the region ends within a current source"};
    return currents;
}

}  // namespace spinn

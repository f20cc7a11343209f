#include "emulator/recordings.hpp"

#include <algorithm>
#include <utility>

#include "emulator/core_memory.hpp"
#include "runtime/layout/regions.hpp"

namespace spinn {

namespace {

void append_bits(std::span<const std::uint32_t> field, std::span<const std::uint32_t> atoms, std::uint32_t tick,
                 CoreRecordings& out) {
    for (std::size_t w = 0; w < field.size(); ++w)
        for (std::uint32_t bits = field[w]; bits != 0; bits &= bits - 1) {
            const std::size_t position = w * 32 + static_cast<std::size_t>(__builtin_ctz(bits));
            if (position >= atoms.size()) return;
            out.spike_ticks.push_back(tick);
            out.spike_atoms.push_back(atoms[position]);
        }
}

void take_spikes(std::span<const std::uint32_t> words, const RecordingChannel& plan, bool repeated,
                 CoreRecordings& out) {
    const std::uint32_t field = bit_field_words(static_cast<std::uint32_t>(plan.atoms.size()));
    for (std::size_t i = 0; i + 1 < words.size();) {
        const std::uint32_t tick = words[i++];
        std::size_t n_fields = repeated ? words[i++] : 1;
        n_fields = std::min(n_fields, (words.size() - i) / std::max(1u, field));
        const std::size_t first = out.spike_atoms.size();
        for (std::size_t f = 0; f < n_fields; ++f, i += field)
            append_bits(words.subspan(i, field), plan.atoms, tick, out);
        std::sort(out.spike_atoms.begin() + static_cast<std::ptrdiff_t>(first), out.spike_atoms.end());
    }
}

void take_samples(std::span<const std::uint32_t> words, const RecordingChannel& plan, CoreRecordings& out) {
    CoreRecordings::Samples samples{plan.variable, plan.interval_ticks, plan.atoms, {}, {}};
    const std::size_t record = 1 + plan.atoms.size();
    for (std::size_t i = 0; i + record <= words.size(); i += record) {
        samples.ticks.push_back(words[i]);
        for (std::size_t a = 1; a < record; ++a) samples.raw.push_back(static_cast<std::int32_t>(words[i + a]));
    }
    out.samples.push_back(std::move(samples));
}

}  // namespace

CoreRecordings take_recordings(Machine& machine, const Core& core) {
    CoreRecordings out;
    if (core.kind == ProgramKind::delay_extension || core.kind == ProgramKind::live_gatherer) return out;
    const RegionTable table = region_table(machine, core);
    const RegionEntry& plan_entry = table[static_cast<std::size_t>(Region::recording_index)];
    if (plan_entry.pointer == 0) return out;
    auto plan = decode_recording_plan(read_words(machine, core, plan_entry.pointer, plan_entry.n_words));
    if (const auto* error = std::get_if<DecodeError>(&plan)) fail_at(core, error->reason);
    const std::vector<RecordingChannel>& channels = std::get<RecordingPlan>(plan).channels;
    const std::uint32_t header = table[static_cast<std::size_t>(Region::recording)].pointer;
    const bool repeated = core.kind != ProgramKind::neurons;
    for (std::uint32_t c = 0; c < channels.size(); ++c) {
        const std::uint32_t buffer = header + 4 + 12 * c;
        const std::vector<std::uint32_t> fields = read_words(machine, core, buffer, 3);
        const std::uint32_t used = std::min(fields[1] & ~recording_lost_flag, fields[0]);
        out.lost = out.lost || (fields[1] & recording_lost_flag) != 0;
        const std::vector<std::uint32_t> words = read_words(machine, core, fields[2], used / 4);
        if (channels[c].variable == 0)
            take_spikes(words, channels[c], repeated, out);
        else
            take_samples(words, channels[c], out);
        const std::uint32_t empty = 0;
        write(chip_of(machine, core.location.chip), buffer + 4, std::as_bytes(std::span(&empty, 1)));
    }
    return out;
}

}  // namespace spinn

#include "emulator/recordings.hpp"

#include <algorithm>
#include <cstring>
#include <string>
#include <utility>

#include "protocols/error.hpp"
#include "runtime/layout/regions.hpp"

namespace spinn {

namespace {

class BlockReader {
 public:
    BlockReader(Chip& chip, const Core& core) : chip_(chip), core_(core) {
        std::uint32_t pointer = 0;
        read_words(vcpu::address_of(core.location.core) + vcpu::user0, {&pointer, 1});
        std::vector<std::uint32_t> words(region_table_words);
        read_words(pointer, words);
        auto table = decode_region_table(words);
        if (const auto* error = std::get_if<DecodeError>(&table)) fail(error->reason);
        table_ = std::get<RegionTable>(table);
    }

    const RegionEntry& entry(Region region) const { return table_[static_cast<std::size_t>(region)]; }

    std::vector<std::uint32_t> words(std::uint32_t address, std::uint32_t n) const {
        if (n > sdram_size_bytes / 4) fail("a recording larger than memory");
        std::vector<std::uint32_t> out(n);
        read_words(address, out);
        return out;
    }

    [[noreturn]] void fail(const std::string& what) const {
        throw RequestError({.what = what, .where = core_.name + ", core " + to_string(core_.location)});
    }

 private:
    void read_words(std::uint32_t address, std::span<std::uint32_t> out) const {
        if (!read(chip_, address, std::as_writable_bytes(out))) fail("a recording lies outside memory");
    }

    Chip& chip_;
    const Core& core_;
    RegionTable table_{};
};

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
    if (core.kind == ProgramKind::delay_extension) return out;
    Chip& chip = chip_of(machine, core.location.chip);
    const BlockReader block(chip, core);
    const RegionEntry plan_entry = block.entry(Region::recording_index);
    if (plan_entry.pointer == 0) return out;
    auto plan = decode_recording_plan(block.words(plan_entry.pointer, plan_entry.n_words));
    if (const auto* error = std::get_if<DecodeError>(&plan)) block.fail(error->reason);
    const std::vector<RecordingChannel>& channels = std::get<RecordingPlan>(plan).channels;
    const std::uint32_t header = block.entry(Region::recording).pointer;
    const bool repeated = core.kind != ProgramKind::neurons;
    for (std::uint32_t c = 0; c < channels.size(); ++c) {
        const std::uint32_t buffer = header + 4 + 12 * c;
        const std::vector<std::uint32_t> fields = block.words(buffer, 3);
        const std::uint32_t used = std::min(fields[1] & ~recording_lost_flag, fields[0]);
        out.lost = out.lost || (fields[1] & recording_lost_flag) != 0;
        const std::vector<std::uint32_t> words = block.words(fields[2], used / 4);
        if (channels[c].variable == 0)
            take_spikes(words, channels[c], repeated, out);
        else
            take_samples(words, channels[c], out);
        const std::uint32_t empty = 0;
        write(chip, buffer + 4, std::as_bytes(std::span(&empty, 1)));
    }
    return out;
}

}  // namespace spinn

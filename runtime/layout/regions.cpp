#include "runtime/layout/regions.hpp"

#include <algorithm>

#include "runtime/layout/words.hpp"

namespace spinn {

namespace {

DecodeError too_short(const WordReader& reader, const char* what) {
    return {reader.position(), std::string(what) + " is cut short"};
}

constexpr std::uint32_t last_program = static_cast<std::uint32_t>(ProgramKind::live_gatherer);

}  // namespace

std::vector<std::uint32_t> encode(const RegionTable& table) {
    WordWriter out;
    out.put(region_table_magic);
    out.put(region_table_version);
    for (const RegionEntry& entry : table) {
        out.put(entry.pointer);
        out.put(entry.checksum);
        out.put(entry.n_words);
    }
    return out.take();
}

std::variant<RegionTable, DecodeError> decode_region_table(std::span<const std::uint32_t> words) {
    WordReader in(words);
    if (in.get() != region_table_magic) return DecodeError{0, "no region table: the magic number is not 0xad130ad6"};
    if (in.get() != region_table_version) return DecodeError{1, "region table of a version other than 1.0"};
    RegionTable table;
    for (RegionEntry& entry : table) {
        entry.pointer = in.get();
        entry.checksum = in.get();
        entry.n_words = in.get();
    }
    if (in.ran_out()) return too_short(in, "region table");
    return table;
}

std::vector<std::uint32_t> encode(const SystemRegion& region) {
    WordWriter out;
    out.put(static_cast<std::uint32_t>(region.program));
    out.put(region.timestep_us);
    out.put_u64(region.seed);
    out.put(region.population);
    out.put(region.first_atom);
    out.put(region.n_atoms);
    out.put(region.sends ? 1 : 0);
    out.put(region.keys.key);
    out.put(region.keys.mask);
    return out.take();
}

std::variant<SystemRegion, DecodeError> decode_system_region(std::span<const std::uint32_t> words) {
    WordReader in(words);
    SystemRegion region;
    const std::uint32_t program = in.get();
    if (program < 1 || program > last_program) return DecodeError{0, "unknown program kind"};
    region.program = static_cast<ProgramKind>(program);
    region.timestep_us = in.get();
    region.seed = in.get_u64();
    region.population = in.get();
    region.first_atom = in.get();
    region.n_atoms = in.get();
    region.sends = in.get() != 0;
    region.keys.key = in.get();
    region.keys.mask = in.get();
    if (in.ran_out()) return too_short(in, "system region");
    if (region.timestep_us == 0) return DecodeError{1, "the timestep is 0"};
    return region;
}

std::vector<std::uint32_t> encode(const SynapseRegion& region) {
    std::vector<std::uint32_t> words = {region.index_bits, region.type_bits, region.delay_bits, region.weight_scale,
                                        region.n_receptors};
    words.insert(words.end(), region.shift.begin(), region.shift.begin() + region.n_receptors);
    return words;
}

std::variant<SynapseRegion, DecodeError> decode_synapse_region(std::span<const std::uint32_t> words) {
    WordReader in(words);
    SynapseRegion region;
    region.index_bits = in.get();
    region.type_bits = in.get();
    region.delay_bits = in.get();
    region.weight_scale = in.get();
    region.n_receptors = in.get();
    if (in.ran_out()) return too_short(in, "synapse region");
    if (region.n_receptors == 0 || region.n_receptors > max_receptors)
        return DecodeError{4, "the number of receptors is not 1 to " + std::to_string(max_receptors)};
    for (std::uint32_t receptor = 0; receptor < region.n_receptors; ++receptor) region.shift[receptor] = in.get();
    if (in.ran_out()) return too_short(in, "synapse region");
    if (region.index_bits > 16 || region.type_bits > 16 || region.delay_bits > 16 ||
        region.index_bits + region.type_bits + region.delay_bits > 16)
        return DecodeError{0, "index, type and delay fields need more than the 16 bits of a synaptic word"};
    if (region.weight_scale != 1 && region.weight_scale != 1024)
        return DecodeError{3, "the weight scale is neither 1 nor 1024"};
    if (region.n_receptors > 1u << region.type_bits)
        return DecodeError{4, "more receptors than the type field of a synaptic word can name"};
    for (const std::uint32_t shift : region.shift)
        if (shift > 15) return DecodeError{5, "a ring-buffer shift above 15"};
    return region;
}

std::vector<std::uint32_t> encode(const DelayRegion& region) {
    return {region.n_stages, region.slots, region.atoms_per_core, region.source_keys.key, region.source_keys.mask};
}

std::variant<DelayRegion, DecodeError> decode_delay_region(std::span<const std::uint32_t> words) {
    WordReader in(words);
    DelayRegion region;
    region.n_stages = in.get();
    region.slots = in.get();
    region.atoms_per_core = in.get();
    region.source_keys.key = in.get();
    region.source_keys.mask = in.get();
    if (in.ran_out()) return too_short(in, "delay region");
    if (region.n_stages == 0 || region.slots == 0 || region.n_stages > (1u << 20) / region.slots)
        return DecodeError{0, "a delay extension needs 1 .. 2^20 ticks"};
    return region;
}

std::vector<std::uint32_t> encode(const RecordingPlan& plan) {
    WordWriter out;
    out.put(static_cast<std::uint32_t>(plan.channels.size()));
    for (const RecordingChannel& channel : plan.channels) {
        out.put(channel.variable);
        out.put(channel.interval_ticks);
        out.put(static_cast<std::uint32_t>(channel.atoms.size()));
        out.put_all(channel.atoms);
    }
    return out.take();
}

std::variant<RecordingPlan, DecodeError> decode_recording_plan(std::span<const std::uint32_t> words) {
    WordReader in(words);
    RecordingPlan plan;
    const std::uint32_t n_channels = in.get();
    if (n_channels > 4) return DecodeError{0, "more than 4 recording channels"};
    for (std::uint32_t c = 0; c < n_channels; ++c) {
        RecordingChannel channel;
        channel.variable = in.get();
        channel.interval_ticks = in.get();
        const std::span<const std::uint32_t> atoms = in.get_all(in.get());
        channel.atoms.assign(atoms.begin(), atoms.end());
        if (channel.variable > 3) return DecodeError{in.position(), "unknown recorded variable"};
        if (channel.interval_ticks == 0) return DecodeError{in.position(), "a sampling interval of 0 ticks"};
        if (std::adjacent_find(atoms.begin(), atoms.end(), std::greater_equal<>{}) != atoms.end())
            return DecodeError{in.position(), "recorded atoms are not ascending"};
        plan.channels.push_back(std::move(channel));
    }
    if (in.ran_out()) return too_short(in, "recording plan");
    return plan;
}

std::vector<std::uint32_t> encode(std::span<const RecordingBuffer> buffers) {
    WordWriter out;
    out.put(static_cast<std::uint32_t>(buffers.size()));
    for (const RecordingBuffer& buffer : buffers) {
        out.put(buffer.space_bytes);
        out.put(buffer.size_bytes);
        out.put(buffer.data_pointer);
    }
    return out.take();
}

std::variant<std::vector<RecordingBuffer>, DecodeError> decode_recording_buffers(std::span<const std::uint32_t> words) {
    WordReader in(words);
    const std::uint32_t n = in.get();
    if (n > 4) return DecodeError{0, "more than 4 recording buffers"};
    std::vector<RecordingBuffer> buffers(n);
    for (RecordingBuffer& buffer : buffers) buffer = {in.get(), in.get(), in.get()};
    if (in.ran_out()) return too_short(in, "recording region");
    return buffers;
}

}  // namespace spinn

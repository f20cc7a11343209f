#include "runtime/recorder.hpp"

#include <algorithm>

#include "protocols/error.hpp"
#include "runtime/core_program.hpp"

namespace spinn {

Recorder open_recorder(const RecordingPlan& plan, std::uint32_t recording_region, std::uint32_t n_atoms,
                       CoreServices& services) {
    Recorder recorder;
    for (std::uint32_t c = 0; c < plan.channels.size(); ++c) {
        Recorder::Channel channel;
        channel.plan = plan.channels[c];
        channel.header = services.sdram(recording_region + 4 + 12 * c, 3);
        if (channel.header.empty() || (!channel.plan.atoms.empty() && channel.plan.atoms.back() >= n_atoms))
            throw RequestError({.what = "the recording plan does not fit the core", .where = "recording region"});
        channel.data = services.sdram(channel.header[2], channel.header[0] / 4);
        if (channel.data.empty())
            throw RequestError({.what = "a recording buffer lies outside SDRAM", .where = "recording region"});
        channel.position.assign(n_atoms, n_atoms);
        for (std::uint32_t i = 0; i < channel.plan.atoms.size(); ++i) channel.position[channel.plan.atoms[i]] = i;
        recorder.channels.push_back(std::move(channel));
    }
    return recorder;
}

bool append_record(Recorder& recorder, Recorder::Channel& channel, std::span<const std::uint32_t> words) {
    const std::uint32_t used = (channel.header[1] & ~recording_lost_flag) / 4;
    if (used + words.size() > channel.data.size()) {
        channel.header[1] |= recording_lost_flag;
        ++recorder.lost;
        return false;
    }
    std::copy(words.begin(), words.end(), channel.data.begin() + used);
    channel.header[1] += static_cast<std::uint32_t>(words.size() * 4);
    return true;
}

void record_spikes(Recorder& recorder, Tick tick, std::span<const std::uint32_t> atoms) {
    for (Recorder::Channel& channel : recorder.channels) {
        if (channel.plan.variable != 0) continue;
        recorder.scratch.assign(1 + bit_field_words(static_cast<std::uint32_t>(channel.plan.atoms.size())), 0);
        recorder.scratch[0] = value(tick);
        bool any = false;
        for (const std::uint32_t atom : atoms) {
            const std::uint32_t position = channel.position[atom];
            if (position >= channel.plan.atoms.size()) continue;
            recorder.scratch[1 + position / 32] |= 1u << (position % 32);
            any = true;
        }
        if (any) append_record(recorder, channel, recorder.scratch);
    }
}

void record_repeated_spikes(Recorder& recorder, Tick tick, std::span<const std::uint32_t> atoms,
                            std::span<const std::uint32_t> counts) {
    for (Recorder::Channel& channel : recorder.channels) {
        if (channel.plan.variable != 0) continue;
        const std::uint32_t field = bit_field_words(static_cast<std::uint32_t>(channel.plan.atoms.size()));
        std::uint32_t n_fields = 0;
        for (std::size_t i = 0; i < atoms.size(); ++i)
            if (channel.position[atoms[i]] < channel.plan.atoms.size()) n_fields = std::max(n_fields, counts[i]);
        if (n_fields == 0) continue;
        recorder.scratch.assign(2 + std::size_t{field} * n_fields, 0);
        recorder.scratch[0] = value(tick);
        recorder.scratch[1] = n_fields;
        for (std::size_t i = 0; i < atoms.size(); ++i) {
            const std::uint32_t position = channel.position[atoms[i]];
            if (position >= channel.plan.atoms.size()) continue;
            for (std::uint32_t f = 0; f < counts[i]; ++f)
                recorder.scratch[2 + std::size_t{f} * field + position / 32] |= 1u << (position % 32);
        }
        append_record(recorder, channel, recorder.scratch);
    }
}

}  // namespace spinn

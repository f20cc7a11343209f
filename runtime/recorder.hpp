/// What a core records, into its buffers in SDRAM (formats: neural-runtime, section 7).
///
/// Spikes: u32 tick, then a bit field over the recorded atoms; ticks without a spike are not written. A Poisson source
/// writes u32 tick, u32 number of bit fields, then that many: atom i is set in the first c fields when it spiked c
/// times. Values: u32 tick, then one s16.15 per recorded atom.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "protocols/types.hpp"
#include "runtime/layout/regions.hpp"

namespace spinn {

class CoreServices;

struct Recorder {
    struct Channel {
        RecordingChannel plan;
        std::vector<std::uint32_t> position;  ///< [atom of the slice]: index among the recorded, or n_atoms
        std::span<std::uint32_t> header;      ///< space, size, pointer: in SDRAM
        std::span<std::uint32_t> data;
    };
    std::vector<Channel> channels;
    std::vector<std::uint32_t> scratch;
    std::uint64_t lost = 0;  ///< records refused because a buffer was full
};

/// @throws RequestError when plan and buffers do not fit together
Recorder open_recorder(const RecordingPlan& plan, std::uint32_t recording_region, std::uint32_t n_atoms,
                       CoreServices& services);

void record_spikes(Recorder& recorder, Tick tick, std::span<const std::uint32_t> atoms);

/// @param counts  [i] spikes of atoms[i], each at least 1
void record_repeated_spikes(Recorder& recorder, Tick tick, std::span<const std::uint32_t> atoms,
                            std::span<const std::uint32_t> counts);

/// Records variable 1, 2 or 3 when it is due; `values` is called only then. @param values  [atom] raw s16.15
template <typename Values>
void record_values(Recorder& recorder, Tick tick, std::uint32_t variable, const Values& values);

bool append_record(Recorder& recorder, Recorder::Channel& channel, std::span<const std::uint32_t> words);

template <typename Values>
void record_values(Recorder& recorder, Tick tick, std::uint32_t variable, const Values& values) {
    for (Recorder::Channel& channel : recorder.channels) {
        if (channel.plan.variable != variable || value(tick) % channel.plan.interval_ticks != 0) continue;
        recorder.scratch.assign(1, value(tick));
        for (const std::uint32_t atom : channel.plan.atoms)
            recorder.scratch.push_back(static_cast<std::uint32_t>(values(atom)));
        append_record(recorder, channel, recorder.scratch);
    }
}

}  // namespace spinn

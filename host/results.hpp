/// Results of a run: SONATA spikes and reports in one HDF5 file, with all that says where they come from.
///
///     /                      attributes magic, version (SONATA); timestep_ms, duration_ms, seed, image_hash, network
///     /populations           name, model, size, records_spikes: one element a population, in the order of the network
///     file /provenance            a JSON text /spikes/<population>   timestamps (ms, f64), node_ids (u64), attribute
///     sorting = by_time; ties by node id /report/<population>   data [time][neuron] f64 of v, with mapping/{node_ids,
///     index_pointers, element_ids, time} /report/<population>:<variable>   the same for gsyn_exc and gsyn_inh
///     /weights/<projection>   time (ms), offsets, source_node_id, target_node_id, delay (ms), syn_weight: the plastic
///     synapses as they were at time[i], elements offsets[i] to offsets[i + 1] of the others
///
/// A timestamp is tick * timestep; rounding timestamp / timestep gives the tick back. Samples are s16.15 numbers, which
/// need more bits than a float has, hence doubles. In the name of a group `/`, `%` and `:` of a population's name are
/// written as %2F, %25 and %3A. Source: SONATA developer guide, "Output file formats".
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "mapper/network.hpp"
#include "protocols/machine_image.hpp"

namespace spinn {

struct ResultsHeader {
    std::string network_name;
    double timestep_ms = 1.0;
    double duration_ms = 0.0;
    std::uint64_t seed = 0;
    std::string image_hash;                   ///< as the image file states it; empty when there was none
    std::vector<PopulationInfo> populations;  ///< in the order of the network file
};

/// A plastic synapse at some time.
struct WeightSample {
    std::uint32_t pre = 0, post = 0;  ///< neurons in their populations
    double weight = 0.0;              ///< nA or uS, without sign
    double delay_ms = 0.0;
    bool operator==(const WeightSample&) const = default;
};

/// Writes a results file chunk by chunk. The file appears under its name at `finish`, whole; without it, not at all.
class ResultsWriter {
 public:
    /// @throws InputError when the directory is missing or the file cannot be created
    ResultsWriter(const std::filesystem::path& path, const ResultsHeader& header);
    ~ResultsWriter();
    ResultsWriter(const ResultsWriter&) = delete;
    ResultsWriter& operator=(const ResultsWriter&) = delete;

    /// Spikes of one population; over all calls sorted by (tick, neuron), the same spike may come several times.
    /// @throws std::invalid_argument when they are not, or name a neuron that does not exist
    void append_spikes(std::size_t population, std::span<const std::uint32_t> ticks,
                       std::span<const std::uint32_t> neurons);

    /// Samples [time][neuron], mV or nA or uS; NaN where one is missing. Sample i belongs to tick first_tick + i *
    /// interval_ticks; a later call goes on where the one before ended, with the same interval and neurons.
    /// @throws std::invalid_argument when it does not
    void append_samples(std::size_t population, Variable variable, std::uint32_t first_tick,
                        std::uint32_t interval_ticks, std::span<const std::uint32_t> neurons,
                        std::span<const double> samples);
    void append_samples(std::size_t population, Variable variable, std::uint32_t first_tick,
                        std::uint32_t interval_ticks, std::span<const std::uint32_t> neurons,
                        std::span<const float> samples);

    /// The plastic synapses of a projection at a time; later calls for it have later times. @param unit  nA or uS
    /// @throws std::invalid_argument when time does not advance
    void append_weights(std::string_view projection, const char* unit, double time_ms,
                        std::span<const WeightSample> synapses);

    /// Puts the file in place. @param provenance a JSON text @throws RequestError when the disk is full or fails
    void finish(std::string_view provenance);

 private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

/// Samples of one variable of one population.
struct RecordedSamples {
    Variable variable = Variable::v;
    std::uint32_t first_tick = 0, interval_ticks = 1;
    std::vector<std::uint32_t> neurons;
    std::vector<double> values;  ///< [time][neuron]
    std::size_t samples() const { return neurons.empty() ? 0 : values.size() / neurons.size(); }
    bool operator==(const RecordedSamples&) const = default;
};

/// What one population did. Spikes are sorted by (tick, neuron).
struct PopulationActivity {
    std::vector<std::uint32_t> ticks, neurons;  ///< of the spikes: same length
    std::vector<RecordedSamples> samples;       ///< at most one a variable
    bool operator==(const PopulationActivity&) const = default;
};

/// The plastic synapses of one projection, look after look.
struct RecordedWeights {
    std::string projection;
    std::vector<double> times_ms;
    std::vector<std::vector<WeightSample>> synapses;  ///< [time]
    bool operator==(const RecordedWeights&) const = default;
};

struct Results {
    ResultsHeader header;
    std::string provenance;
    std::vector<PopulationActivity> populations;  ///< [population of the header]
    std::vector<RecordedWeights> weights;         ///< by name of the projection
};

/// Total: a value, or an InputError that names the object of the file that is wrong. Never allocates more than the
/// file's own size justifies, and never follows links out of the file.
Results read_results(const std::filesystem::path& path);
Results read_results(std::span<const std::byte> bytes);

/// The run's fingerprint (design: 64-bit FNV-1a over all spikes, see spike_hash.hpp).
std::uint64_t spike_hash(const Results& results);

}  // namespace spinn

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <limits>
#include <optional>
#include <stdexcept>

#include "host/hdf5_write.hpp"
#include "host/results.hpp"
#include "protocols/error.hpp"

namespace spinn {

std::string group_name(std::string_view population) {
    std::string name;
    for (const char c : population) {
        if (c == '/')
            name += "%2F";
        else if (c == '%')
            name += "%25";
        else if (c == ':')
            name += "%3A";
        else
            name += c;
    }
    return name == "." ? "%2E" : name;
}

std::string report_name(std::string_view population, Variable variable) {
    std::string name = group_name(population);
    return variable == Variable::v ? name : name + ":" + std::string(name_of(variable));
}

namespace {

struct SpikeSets {
    Hdf5Handle group;
    GrowingSet<double> timestamps;
    GrowingSet<std::uint64_t> node_ids;
    std::uint32_t last_tick = 0, last_neuron = 0;
};

struct Report {
    std::size_t population;
    Variable variable;
    std::uint32_t first_tick, interval_ticks;
    std::vector<std::uint32_t> neurons;
    Hdf5Handle group;
    GrowingSet<double> data;
    std::uint64_t samples = 0;
};

/// The plastic synapses of one projection.
struct WeightSets {
    std::string projection;
    Hdf5Handle group;
    GrowingSet<double> time;
    GrowingSet<std::uint64_t> offsets, source, target;
    GrowingSet<double> delay, weight;
    std::uint64_t count = 0;
    double last_ms = -1.0;
};

const char* unit_of(Variable variable, std::string_view model) {
    if (variable == Variable::v) return "mV";
    const auto kind = model_by_name(model);
    return kind && describe(*kind).conductance ? "uS" : "nA";
}

}  // namespace

struct ResultsWriter::Impl {
    std::filesystem::path path, temporary;
    ResultsHeader header;
    Hdf5Handle file, spikes, reports, weights;
    std::vector<std::optional<SpikeSets>> spike_sets;  // [population]
    std::vector<Report> report_sets;
    std::vector<WeightSets> weight_sets;

    Impl(const std::filesystem::path& target, const ResultsHeader& head) : path(target), header(head) {
        check_target();
        static std::atomic<unsigned> count = 0;  // two writers of one process may aim at one directory
        temporary = path;
        const Hdf5Silence silence;
        temporary += ".part-" + std::to_string(::getpid()) + "-" + std::to_string(count++);
        errno = 0;
        file = {H5Fcreate(temporary.c_str(), H5F_ACC_EXCL, H5P_DEFAULT, H5P_DEFAULT), H5Fclose};
        if (!file) throw cannot_create(errno != 0 ? std::strerror(errno) : "HDF5 gives no reason");
        try {
            write_header();
        } catch (...) {
            discard();
            throw;
        }
    }

    InputError cannot_create(const std::string& reason) const {
        return InputError({{.what = "cannot write results: " + reason,
                            .where = path.string(),
                            .fix = "name a file in a directory that exists and that you may write to"}});
    }

    void check_target() const {
        std::error_code error;
        const std::filesystem::path directory = path.has_parent_path() ? path.parent_path() : ".";
        if (!path.has_filename()) throw cannot_create("this is no file name");
        if (!std::filesystem::is_directory(directory, error))
            throw cannot_create("there is no directory " + directory.string());
        if (std::filesystem::is_directory(path, error)) throw cannot_create("this is a directory");
        if (std::filesystem::exists(path, error) && ::access(path.c_str(), W_OK) != 0)
            throw cannot_create("the file exists and may not be overwritten");
    }

    void write_header() {
        const hid_t root = file.get();
        write_scalar<std::uint32_t>(root, "magic", 0x0a7a);
        const std::array<std::uint32_t, 2> version = {0, 1};
        const hsize_t two = 2;
        const Hdf5Handle space{H5Screate_simple(1, &two, nullptr), H5Sclose};
        write_attribute(root, "version", H5T_NATIVE_UINT32, space.get(), version.data());
        write_scalar(root, "timestep_ms", header.timestep_ms);
        write_scalar(root, "duration_ms", header.duration_ms);
        write_scalar(root, "seed", header.seed);
        write_text(root, "image_hash", header.image_hash);
        write_text(root, "network", header.network_name);

        std::vector<std::string> names, models;
        std::vector<std::uint32_t> sizes;
        std::vector<std::uint8_t> records_spikes;
        for (const PopulationInfo& population : header.populations) {
            names.push_back(population.name);
            models.push_back(population.model);
            sizes.push_back(population.size);
            records_spikes.push_back(population.records_spikes);
        }
        const Hdf5Handle populations = group(root, "populations");
        write_texts(populations.get(), "name", names);
        write_texts(populations.get(), "model", models);
        write_vector<std::uint32_t>(populations.get(), "size", sizes);
        write_vector<std::uint8_t>(populations.get(), "records_spikes", records_spikes);

        spikes = group(root, "spikes");
        spike_sets.resize(header.populations.size());
        for (std::size_t p = 0; p < header.populations.size(); ++p) {
            if (!header.populations[p].records_spikes) continue;
            Hdf5Handle one = group(spikes.get(), group_name(header.populations[p].name));
            write_sorting(one.get());
            GrowingSet<double> timestamps(one.get(), "timestamps", 1, true);
            write_units(timestamps.id(), "ms");
            GrowingSet<std::uint64_t> node_ids(one.get(), "node_ids", 1, true);
            spike_sets[p].emplace(SpikeSets{std::move(one), std::move(timestamps), std::move(node_ids)});
        }
    }

    const PopulationInfo& population(std::size_t index) const {
        if (index >= header.populations.size()) throw std::invalid_argument("results: no such population");
        return header.populations[index];
    }

    Report& report(std::size_t index, Variable variable, std::uint32_t first_tick, std::uint32_t interval_ticks,
                   std::span<const std::uint32_t> neurons) {
        const PopulationInfo& info = population(index);
        for (Report& old : report_sets) {
            if (old.population != index || old.variable != variable) continue;
            if (old.interval_ticks != interval_ticks || !std::ranges::equal(old.neurons, neurons) ||
                first_tick != old.first_tick + old.samples * old.interval_ticks)
                throw std::invalid_argument("results: samples of " + info.name + " do not go on where the last ended");
            return old;
        }
        if (interval_ticks == 0 || neurons.empty() || variable == Variable::spikes)
            throw std::invalid_argument("results: samples need a variable, an interval and neurons");
        for (const std::uint32_t neuron : neurons)
            if (neuron >= info.size) throw std::invalid_argument("results: sample of a neuron that does not exist");
        if (!reports) reports = group(file.get(), "report");
        Hdf5Handle one = group(reports.get(), report_name(info.name, variable));
        write_text(one.get(), "variable", name_of(variable));
        write_text(one.get(), "population", info.name);
        GrowingSet<double> data(one.get(), "data", neurons.size(), false);
        write_units(data.id(), unit_of(variable, info.model));
        return report_sets.emplace_back(Report{index,
                                               variable,
                                               first_tick,
                                               interval_ticks,
                                               {neurons.begin(), neurons.end()},
                                               std::move(one),
                                               std::move(data)});
    }

    WeightSets& sets_of(std::string_view projection, const char* unit) {
        for (WeightSets& old : weight_sets)
            if (old.projection == projection) return old;
        if (!weights) weights = group(file.get(), "weights");
        Hdf5Handle one = group(weights.get(), group_name(projection));
        const hid_t parent = one.get();
        write_text(parent, "projection", projection);
        WeightSets sets{std::string(projection),
                        std::move(one),
                        {parent, "time", 1, true},
                        {parent, "offsets", 1, true},
                        {parent, "source_node_id", 1, true},
                        {parent, "target_node_id", 1, true},
                        {parent, "delay", 1, true},
                        {parent, "syn_weight", 1, true}};
        write_units(sets.time.id(), "ms");
        write_units(sets.delay.id(), "ms");
        write_units(sets.weight.id(), unit);
        sets.offsets.add(0);
        return weight_sets.emplace_back(std::move(sets));
    }

    void write_mapping(const Report& report) const {
        const Hdf5Handle mapping = group(report.group.get(), "mapping");
        const std::vector<std::uint64_t> node_ids(report.neurons.begin(), report.neurons.end());
        std::vector<std::uint64_t> pointers(node_ids.size() + 1);
        for (std::size_t i = 0; i < pointers.size(); ++i) pointers[i] = i;
        const Hdf5Handle nodes = write_vector<std::uint64_t>(mapping.get(), "node_ids", node_ids);
        write_scalar<std::uint8_t>(nodes.get(), "sorted", std::ranges::is_sorted(node_ids));
        write_vector<std::uint64_t>(mapping.get(), "index_pointers", pointers);
        write_vector<std::uint32_t>(mapping.get(), "element_ids", std::vector<std::uint32_t>(node_ids.size(), 0));
        const double start = report.first_tick * header.timestep_ms, step = report.interval_ticks * header.timestep_ms;
        const double stop =
            static_cast<double>(report.first_tick + report.samples * report.interval_ticks) * header.timestep_ms;
        const Hdf5Handle time = write_vector<double>(mapping.get(), "time", std::array<double, 3>{start, stop, step});
        write_units(time.get(), "ms");
    }

    void finish(std::string_view provenance) {
        const Hdf5Silence silence;
        errno = 0;
        for (std::optional<SpikeSets>& sets : spike_sets) {
            if (!sets) continue;
            sets->timestamps.flush();
            sets->node_ids.flush();
        }
        for (Report& report : report_sets) {
            report.data.flush();
            write_mapping(report);
        }
        for (WeightSets& sets : weight_sets) {
            for (GrowingSet<double>* set : {&sets.time, &sets.delay, &sets.weight}) set->flush();
            for (GrowingSet<std::uint64_t>* set : {&sets.offsets, &sets.source, &sets.target}) set->flush();
        }
        const Hdf5Handle type = text_type(provenance.size());
        const Hdf5Handle space{H5Screate(H5S_SCALAR), H5Sclose};
        Hdf5Handle text{checked(H5Dcreate2(file.get(), "provenance", type.get(), space.get(), H5P_DEFAULT, H5P_DEFAULT,
                                           H5P_DEFAULT),
                                "provenance"),
                        H5Dclose};
        const std::string padded = provenance.empty() ? std::string(1, '\0') : std::string(provenance);
        checked(H5Dwrite(text.get(), type.get(), H5S_ALL, H5S_ALL, H5P_DEFAULT, padded.data()), "provenance");
        text.reset();
        close_sets();
        checked(H5Fflush(file.get(), H5F_SCOPE_GLOBAL), "the last blocks");
        checked(file.reset() ? 0 : -1, "the last blocks");
        const int descriptor = ::open(temporary.c_str(), O_RDONLY | O_CLOEXEC);
        const bool synced = descriptor >= 0 && ::fsync(descriptor) == 0;
        if (descriptor >= 0) ::close(descriptor);
        checked(synced ? 0 : -1, "the file to the disk");
        checked(std::rename(temporary.c_str(), path.c_str()), "the file under its name");
    }

    void close_sets() {
        spike_sets.clear();
        report_sets.clear();
        weight_sets.clear();
        spikes.reset();
        reports.reset();
        weights.reset();
    }

    void discard() {
        const Hdf5Silence silence;
        close_sets();
        file.reset();
        std::error_code ignored;
        std::filesystem::remove(temporary, ignored);
    }
};

ResultsWriter::ResultsWriter(const std::filesystem::path& path, const ResultsHeader& header)
    : impl_(std::make_unique<Impl>(path, header)) {}

ResultsWriter::~ResultsWriter() {
    if (impl_) impl_->discard();
}

void ResultsWriter::append_spikes(std::size_t population, std::span<const std::uint32_t> ticks,
                                  std::span<const std::uint32_t> neurons) {
    const PopulationInfo& info = impl_->population(population);
    if (!impl_->spike_sets[population] || ticks.size() != neurons.size())
        throw std::invalid_argument("results: " + info.name +
                                    " records no spikes, or ticks and neurons differ in number");
    SpikeSets& sets = *impl_->spike_sets[population];
    const Hdf5Silence silence;
    for (std::size_t i = 0; i < ticks.size(); ++i) {
        if (neurons[i] >= info.size || std::pair(ticks[i], neurons[i]) < std::pair(sets.last_tick, sets.last_neuron))
            throw std::invalid_argument("results: spikes of " + info.name + " are out of order or out of range");
        sets.last_tick = ticks[i];
        sets.last_neuron = neurons[i];
        sets.timestamps.add(ticks[i] * impl_->header.timestep_ms);
        sets.node_ids.add(neurons[i]);
    }
}

namespace {
template <typename T>
void append(Report& report, std::span<const T> samples) {
    if (samples.size() % report.neurons.size() != 0)
        throw std::invalid_argument("results: samples are no whole number of rows");
    for (const T sample : samples) report.data.add(static_cast<double>(sample));
    report.samples += samples.size() / report.neurons.size();
}
}  // namespace

void ResultsWriter::append_samples(std::size_t population, Variable variable, std::uint32_t first_tick,
                                   std::uint32_t interval_ticks, std::span<const std::uint32_t> neurons,
                                   std::span<const double> samples) {
    const Hdf5Silence silence;
    append(impl_->report(population, variable, first_tick, interval_ticks, neurons), samples);
}

void ResultsWriter::append_samples(std::size_t population, Variable variable, std::uint32_t first_tick,
                                   std::uint32_t interval_ticks, std::span<const std::uint32_t> neurons,
                                   std::span<const float> samples) {
    const Hdf5Silence silence;
    append(impl_->report(population, variable, first_tick, interval_ticks, neurons), samples);
}

void ResultsWriter::append_weights(std::string_view projection, const char* unit, double time_ms,
                                   std::span<const WeightSample> synapses) {
    const Hdf5Silence silence;
    WeightSets& sets = impl_->sets_of(projection, unit);
    if (!(time_ms > sets.last_ms)) throw std::invalid_argument("results: weights of a time before the last");
    sets.last_ms = time_ms;
    sets.time.add(time_ms);
    sets.offsets.add(sets.count += synapses.size());
    for (const WeightSample& synapse : synapses) {
        sets.source.add(synapse.pre);
        sets.target.add(synapse.post);
        sets.delay.add(synapse.delay_ms);
        sets.weight.add(synapse.weight);
    }
}

void ResultsWriter::finish(std::string_view provenance) {
    impl_->finish(provenance);
    impl_.reset();
}

}  // namespace spinn

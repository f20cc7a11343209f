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

#include "host/hdf5_handle.hpp"
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

constexpr hsize_t chunk_elements = 4096;
constexpr std::size_t buffer_elements = 65536;

/// Every call that can fail on a bad disk goes through here.
hid_t checked(hid_t id, const char* what) {
    if (id < 0) {
        const std::string reason = errno != 0 ? std::strerror(errno) : "HDF5 gives no reason";
        throw RequestError({.what = std::string("cannot write ") + what + ": " + reason,
                            .where = "results file",
                            .fix = "check that the disk has room"});
    }
    return id;
}

Hdf5Handle group(hid_t parent, const std::string& name) {
    return {checked(H5Gcreate2(parent, name.c_str(), H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT), "a group"), H5Gclose};
}

void write_attribute(hid_t object, const char* name, hid_t type, hid_t space, const void* value) {
    const Hdf5Handle attribute{checked(H5Acreate2(object, name, type, space, H5P_DEFAULT, H5P_DEFAULT), name),
                               H5Aclose};
    checked(H5Awrite(attribute.get(), type, value), name);
}

template <typename T>
hid_t type_of();
template <>
hid_t type_of<double>() {
    return H5T_IEEE_F64LE;
}
template <>
hid_t type_of<std::uint8_t>() {
    return H5T_STD_U8LE;
}
template <>
hid_t type_of<std::uint32_t>() {
    return H5T_STD_U32LE;
}
template <>
hid_t type_of<std::uint64_t>() {
    return H5T_STD_U64LE;
}

template <typename T>
hid_t memory_type_of();
template <>
hid_t memory_type_of<double>() {
    return H5T_NATIVE_DOUBLE;
}
template <>
hid_t memory_type_of<std::uint8_t>() {
    return H5T_NATIVE_UINT8;
}
template <>
hid_t memory_type_of<std::uint32_t>() {
    return H5T_NATIVE_UINT32;
}
template <>
hid_t memory_type_of<std::uint64_t>() {
    return H5T_NATIVE_UINT64;
}

template <typename T>
void write_scalar(hid_t object, const char* name, T value) {
    const Hdf5Handle space{H5Screate(H5S_SCALAR), H5Sclose};
    const Hdf5Handle attribute{
        checked(H5Acreate2(object, name, type_of<T>(), space.get(), H5P_DEFAULT, H5P_DEFAULT), name), H5Aclose};
    checked(H5Awrite(attribute.get(), memory_type_of<T>(), &value), name);
}

/// UTF-8, padded with zeros; at least one byte, because HDF5 has no empty strings.
Hdf5Handle text_type(std::size_t bytes) {
    Hdf5Handle type{H5Tcopy(H5T_C_S1), H5Tclose};
    H5Tset_size(type.get(), std::max<std::size_t>(bytes, 1));
    H5Tset_strpad(type.get(), H5T_STR_NULLPAD);
    H5Tset_cset(type.get(), H5T_CSET_UTF8);
    return type;
}

void write_text(hid_t object, const char* name, std::string_view text) {
    const Hdf5Handle type = text_type(text.size());
    const Hdf5Handle space{H5Screate(H5S_SCALAR), H5Sclose};
    const std::string padded = text.empty() ? std::string(1, '\0') : std::string(text);
    write_attribute(object, name, type.get(), space.get(), padded.data());
}

/// Units as a string of variable length, which is what SONATA's readers expect.
void write_units(hid_t object, const char* units) {
    const Hdf5Handle type{H5Tcopy(H5T_C_S1), H5Tclose};
    H5Tset_size(type.get(), H5T_VARIABLE);
    H5Tset_cset(type.get(), H5T_CSET_UTF8);
    const Hdf5Handle space{H5Screate(H5S_SCALAR), H5Sclose};
    write_attribute(object, "units", type.get(), space.get(), &units);
}

template <typename T>
Hdf5Handle write_vector(hid_t parent, const char* name, std::span<const T> values) {
    const hsize_t size = values.size();
    const Hdf5Handle space{H5Screate_simple(1, &size, nullptr), H5Sclose};
    Hdf5Handle set{
        checked(H5Dcreate2(parent, name, type_of<T>(), space.get(), H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT), name),
        H5Dclose};
    if (!values.empty())
        checked(H5Dwrite(set.get(), memory_type_of<T>(), H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()), name);
    return set;
}

void write_texts(hid_t parent, const char* name, const std::vector<std::string>& texts) {
    std::size_t longest = 1;
    for (const std::string& text : texts) longest = std::max(longest, text.size());
    std::vector<char> bytes(longest * texts.size(), '\0');
    for (std::size_t i = 0; i < texts.size(); ++i) std::ranges::copy(texts[i], bytes.data() + i * longest);
    const hsize_t size = texts.size();
    const Hdf5Handle type = text_type(longest);
    const Hdf5Handle space{H5Screate_simple(1, &size, nullptr), H5Sclose};
    const Hdf5Handle set{
        checked(H5Dcreate2(parent, name, type.get(), space.get(), H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT), name),
        H5Dclose};
    if (!texts.empty()) checked(H5Dwrite(set.get(), type.get(), H5S_ALL, H5S_ALL, H5P_DEFAULT, bytes.data()), name);
}

/// Spikes are 'by_time': SONATA wants an enumeration.
void write_sorting(hid_t object) {
    const Hdf5Handle type{H5Tenum_create(H5T_STD_U8LE), H5Tclose};
    const std::array<std::pair<const char*, std::uint8_t>, 3> members = {{{"none", 0}, {"by_id", 1}, {"by_time", 2}}};
    for (const auto& [name, value] : members) H5Tenum_insert(type.get(), name, &value);
    const Hdf5Handle space{H5Screate(H5S_SCALAR), H5Sclose};
    const std::uint8_t by_time = 2;
    write_attribute(object, "sorting", type.get(), space.get(), &by_time);
}

/// A dataset that grows along its first axis, filled through a buffer.
template <typename T>
class GrowingSet {
 public:
    GrowingSet(hid_t parent, const char* name, hsize_t columns, bool flat) : columns_(columns), flat_(flat) {
        const hsize_t wide_chunk = std::clamp<hsize_t>(columns, 1, chunk_elements);
        const std::array<hsize_t, 2> size = {0, columns}, most = {H5S_UNLIMITED, columns};
        const std::array<hsize_t, 2> chunk = {std::max<hsize_t>(chunk_elements / wide_chunk, 1), wide_chunk};
        const Hdf5Handle space{H5Screate_simple(rank(), size.data(), most.data()), H5Sclose};
        const Hdf5Handle layout{H5Pcreate(H5P_DATASET_CREATE), H5Pclose};
        H5Pset_chunk(layout.get(), rank(), chunk.data());
        set_ = {
            checked(H5Dcreate2(parent, name, type_of<T>(), space.get(), H5P_DEFAULT, layout.get(), H5P_DEFAULT), name),
            H5Dclose};
    }

    void add(T value) {
        buffer_.push_back(value);
        if (buffer_.size() >= buffer_elements && buffer_.size() % columns_ == 0) flush();
    }

    void flush() {
        if (buffer_.empty()) return;
        const std::array<hsize_t, 2> start = {rows_, 0}, count = {buffer_.size() / columns_, columns_};
        const std::array<hsize_t, 2> size = {rows_ + count[0], columns_};
        checked(H5Dset_extent(set_.get(), size.data()), "data");
        const Hdf5Handle file_space{checked(H5Dget_space(set_.get()), "data"), H5Sclose};
        H5Sselect_hyperslab(file_space.get(), H5S_SELECT_SET, start.data(), nullptr, count.data(), nullptr);
        const Hdf5Handle memory_space{H5Screate_simple(rank(), count.data(), nullptr), H5Sclose};
        checked(H5Dwrite(set_.get(), memory_type_of<T>(), memory_space.get(), file_space.get(), H5P_DEFAULT,
                         buffer_.data()),
                "data");
        rows_ += count[0];
        buffer_.clear();
    }

    hid_t id() const { return set_.get(); }
    hsize_t rows() const { return rows_; }  ///< flushed

 private:
    int rank() const { return flat_ ? 1 : 2; }

    Hdf5Handle set_;
    hsize_t columns_, rows_ = 0;
    bool flat_;
    std::vector<T> buffer_;
};

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

const char* unit_of(Variable variable, std::string_view model) {
    if (variable == Variable::v) return "mV";
    const auto kind = model_by_name(model);
    return kind && describe(*kind).conductance ? "uS" : "nA";
}

}  // namespace

struct ResultsWriter::Impl {
    std::filesystem::path path, temporary;
    ResultsHeader header;
    Hdf5Handle file, spikes, reports;
    std::vector<std::optional<SpikeSets>> spike_sets;  // [population]
    std::vector<Report> report_sets;

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
        spikes.reset();
        reports.reset();
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

void ResultsWriter::finish(std::string_view provenance) {
    impl_->finish(provenance);
    impl_.reset();
}

}  // namespace spinn

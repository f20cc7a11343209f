#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <fstream>
#include <limits>
#include <numeric>
#include <optional>

#include "host/hdf5_handle.hpp"
#include "host/results.hpp"
#include "host/spike_hash.hpp"
#include "protocols/error.hpp"

namespace spinn {
namespace {

/// What a compressed block can grow by at most (deflate: 258 bytes for 2 bits).
constexpr std::uint64_t max_expansion = 1032;

/// Reads objects of one file by name; whatever is not as it should be is an InputError that names the object.
class Reader {
 public:
    Reader(hid_t file, std::string where, std::uint64_t file_bytes)
        : file_(file), where_(std::move(where)), file_bytes_(file_bytes) {}

    [[noreturn]] void fail(const std::string& object, const std::string& what) const {
        throw InputError(
            {{.what = object + ": " + what, .where = where_, .fix = "give a results file that spinn-emu has written"}});
    }

    /// Whether `parent` has an object of its own under this name. Links to other names and files are not followed.
    bool has(hid_t parent, const std::string& path, const std::string& name) const {
        const htri_t exists = H5Lexists(parent, name.c_str(), H5P_DEFAULT);
        if (exists <= 0) return false;
        H5L_info_t info;
        if (H5Lget_info(parent, name.c_str(), &info, H5P_DEFAULT) < 0) fail(path + name, "its link cannot be read");
        if (info.type != H5L_TYPE_HARD) fail(path + name, "is a link to elsewhere, which is not followed");
        return true;
    }

    Hdf5Handle open_group(hid_t parent, const std::string& path, const std::string& name) const {
        if (!has(parent, path, name)) fail(path + name, "is missing");
        Hdf5Handle group{H5Gopen2(parent, name.c_str(), H5P_DEFAULT), H5Gclose};
        if (!group) fail(path + name, "is no group");
        return group;
    }

    template <typename T>
    T scalar(const char* name) const {
        const Hdf5Handle attribute = open_attribute(name);
        const Hdf5Handle type{H5Aget_type(attribute.get()), H5Tclose};
        const Hdf5Handle space{H5Aget_space(attribute.get()), H5Sclose};
        if (!is_number<T>(type.get()) || H5Sget_simple_extent_npoints(space.get()) != 1)
            fail(std::string("/@") + name, "is no single number of the right kind");
        T value{};
        if (H5Aread(attribute.get(), memory_type<T>(), &value) < 0) fail(std::string("/@") + name, "cannot be read");
        return value;
    }

    std::string text(const char* name) const {
        const Hdf5Handle attribute = open_attribute(name);
        const Hdf5Handle type{H5Aget_type(attribute.get()), H5Tclose};
        const Hdf5Handle space{H5Aget_space(attribute.get()), H5Sclose};
        const std::string object = std::string("/@") + name;
        if (H5Sget_simple_extent_npoints(space.get()) != 1) fail(object, "is no single text");
        std::string value(text_bytes(type.get(), object), '\0');
        if (H5Aread(attribute.get(), type.get(), value.data()) < 0) fail(object, "cannot be read");
        return value.substr(0, value.find('\0'));
    }

    std::vector<std::string> texts(hid_t parent, const std::string& path, const char* name) const {
        const std::string object = path + name;
        const Set set = open_set(parent, path, name, 1);
        const std::size_t bytes = text_bytes(set.type.get(), object);
        std::vector<char> packed(bytes * set.size[0]);
        read(set, set.type.get(), packed.data(), object);
        std::vector<std::string> values;
        for (std::size_t i = 0; i < set.size[0]; ++i) {
            const std::string padded(packed.data() + i * bytes, bytes);
            values.push_back(padded.substr(0, padded.find('\0')));
        }
        return values;
    }

    /// A dataset with a text and nothing else.
    std::string text_set(hid_t parent, const std::string& path, const char* name) const {
        const std::string object = path + name;
        const Set set = open_set(parent, path, name, 0);
        std::string value(text_bytes(set.type.get(), object), '\0');
        read(set, set.type.get(), value.data(), object);
        return value.substr(0, value.find('\0'));
    }

    template <typename T>
    std::vector<T> numbers(hid_t parent, const std::string& path, const char* name, int rank = 1,
                           std::array<hsize_t, 2>* size = nullptr) const {
        const std::string object = path + name;
        const Set set = open_set(parent, path, name, rank);
        if (!is_number<T>(set.type.get())) fail(object, "holds no numbers of the right kind");
        std::vector<T> values(set.elements);
        read(set, memory_type<T>(), values.data(), object);
        if (size != nullptr) *size = set.size;
        return values;
    }

 private:
    struct Set {
        Hdf5Handle id, type;
        std::array<hsize_t, 2> size = {1, 1};
        std::uint64_t elements = 1;
    };

    Hdf5Handle open_attribute(const char* name) const {
        if (H5Aexists(file_, name) <= 0) fail(std::string("/@") + name, "is missing");
        Hdf5Handle attribute{H5Aopen(file_, name, H5P_DEFAULT), H5Aclose};
        if (!attribute) fail(std::string("/@") + name, "cannot be opened");
        return attribute;
    }

    std::size_t text_bytes(hid_t type, const std::string& object) const {
        const bool fixed = H5Tget_class(type) == H5T_STRING && H5Tis_variable_str(type) == 0;
        const std::size_t bytes = fixed ? H5Tget_size(type) : 0;
        if (bytes == 0 || bytes > file_bytes_) fail(object, "is no text of fixed length");
        return bytes;
    }

    /// Opens a dataset and makes sure that its size is backed by bytes of this file.
    Set open_set(hid_t parent, const std::string& path, const char* name, int rank) const {
        const std::string object = path + name;
        if (!has(parent, path, name)) fail(object, "is missing");
        Set set;
        set.id = {H5Dopen2(parent, name, H5P_DEFAULT), H5Dclose};
        if (!set.id) fail(object, "is no dataset");
        set.type = {H5Dget_type(set.id.get()), H5Tclose};
        const Hdf5Handle space{H5Dget_space(set.id.get()), H5Sclose};
        const Hdf5Handle layout{H5Dget_create_plist(set.id.get()), H5Pclose};
        if (!set.type || !space || !layout) fail(object, "cannot be read");
        if (H5Sget_simple_extent_ndims(space.get()) != rank || H5Sis_simple(space.get()) <= 0)
            fail(object, "has the wrong number of dimensions");
        if (rank > 0) H5Sget_simple_extent_dims(space.get(), set.size.data(), nullptr);

        const H5D_layout_t kind = H5Pget_layout(layout.get());
        if (H5Pget_external_count(layout.get()) != 0 || kind == H5D_VIRTUAL || kind < 0)
            fail(object, "keeps its data outside this file");
        const bool compressed = H5Pget_nfilters(layout.get()) > 0;
        const std::uint64_t stored = H5Dget_storage_size(set.id.get());
        const std::uint64_t most = stored * (compressed ? max_expansion : 1);
        const std::uint64_t element_bytes = H5Tget_size(set.type.get());
        if (stored > file_bytes_ || element_bytes == 0) fail(object, "claims more bytes than the file has");
        for (int axis = 0; axis < rank; ++axis) {
            const hsize_t along = set.size[static_cast<std::size_t>(axis)];
            if (along != 0 && set.elements > most / along) fail(object, "claims more elements than the file has");
            set.elements *= along;
        }
        if (set.elements > most / element_bytes) fail(object, "claims more elements than the file has");
        return set;
    }

    void read(const Set& set, hid_t memory_type, void* to, const std::string& object) const {
        if (set.elements == 0) return;
        if (H5Dread(set.id.get(), memory_type, H5S_ALL, H5S_ALL, H5P_DEFAULT, to) < 0) fail(object, "cannot be read");
    }

    template <typename T>
    static hid_t memory_type() {
        if constexpr (std::is_same_v<T, double>)
            return H5T_NATIVE_DOUBLE;
        else if constexpr (std::is_same_v<T, std::uint64_t>)
            return H5T_NATIVE_UINT64;
        else if constexpr (std::is_same_v<T, std::uint32_t>)
            return H5T_NATIVE_UINT32;
        else
            return H5T_NATIVE_UINT8;
    }

    /// Plain numbers only: HDF5 could also state bit offsets and paddings, which nobody writes.
    template <typename T>
    static bool is_number(hid_t type) {
        const auto any_of = [type](std::initializer_list<hid_t> plain) {
            return std::ranges::any_of(plain, [type](hid_t one) { return H5Tequal(type, one) > 0; });
        };
        if constexpr (std::is_same_v<T, double>)
            return any_of({H5T_IEEE_F64LE, H5T_IEEE_F64BE, H5T_IEEE_F32LE, H5T_IEEE_F32BE});
        else
            return any_of({H5T_STD_U64LE, H5T_STD_U64BE, H5T_STD_I64LE, H5T_STD_I64BE, H5T_STD_U32LE, H5T_STD_U32BE,
                           H5T_STD_I32LE, H5T_STD_I32BE, H5T_STD_U16LE, H5T_STD_U16BE, H5T_STD_U8LE, H5T_STD_I8LE});
    }

    hid_t file_;
    std::string where_;
    std::uint64_t file_bytes_;
};

ResultsHeader read_header(const Reader& in, hid_t file) {
    ResultsHeader header;
    if (in.scalar<std::uint32_t>("magic") != 0x0a7a) in.fail("/@magic", "is not SONATA's, 0x0a7a");
    header.timestep_ms = in.scalar<double>("timestep_ms");
    header.duration_ms = in.scalar<double>("duration_ms");
    header.seed = in.scalar<std::uint64_t>("seed");
    header.image_hash = in.text("image_hash");
    header.network_name = in.text("network");
    if (!(header.timestep_ms > 0.0 && header.timestep_ms <= 1e6)) in.fail("/@timestep_ms", "is no length of a step");
    if (!(header.duration_ms >= 0.0 && header.duration_ms / header.timestep_ms < 0x1p32))
        in.fail("/@duration_ms", "is no duration of less than 2^32 steps");

    const Hdf5Handle group = in.open_group(file, "/", "populations");
    const auto names = in.texts(group.get(), "/populations/", "name");
    const auto models = in.texts(group.get(), "/populations/", "model");
    const auto sizes = in.numbers<std::uint32_t>(group.get(), "/populations/", "size");
    const auto records_spikes = in.numbers<std::uint8_t>(group.get(), "/populations/", "records_spikes");
    if (models.size() != names.size() || sizes.size() != names.size() || records_spikes.size() != names.size())
        in.fail("/populations", "name, model, size and records_spikes differ in length");
    for (std::size_t p = 0; p < names.size(); ++p)
        header.populations.push_back({names[p], models[p], sizes[p], records_spikes[p] != 0});
    return header;
}

/// The tick of a time in ms, or nothing when it lies outside the run.
std::optional<std::uint32_t> tick_of(double time_ms, const ResultsHeader& header) {
    const double tick = std::round(time_ms / header.timestep_ms);
    if (!(tick >= 0.0 && tick <= std::ceil(header.duration_ms / header.timestep_ms))) return std::nullopt;
    return static_cast<std::uint32_t>(std::min(tick, 4294967295.0));
}

void read_spikes(const Reader& in, hid_t spikes, const ResultsHeader& header, const PopulationInfo& info,
                 PopulationActivity& activity) {
    const std::string name = group_name(info.name), path = "/spikes/" + name + "/";
    const Hdf5Handle group = in.open_group(spikes, "/spikes/", name);
    const auto times = in.numbers<double>(group.get(), path, "timestamps");
    const auto ids = in.numbers<std::uint64_t>(group.get(), path, "node_ids");
    if (times.size() != ids.size()) in.fail(path, "timestamps and node_ids differ in length");
    activity.ticks.reserve(times.size());
    activity.neurons.reserve(times.size());
    bool sorted = true;
    for (std::size_t i = 0; i < times.size(); ++i) {
        const std::optional<std::uint32_t> tick = tick_of(times[i], header);
        if (!tick) in.fail(path + "timestamps", "element " + std::to_string(i) + " lies outside the run");
        if (ids[i] >= info.size) in.fail(path + "node_ids", "element " + std::to_string(i) + " names no neuron");
        const auto neuron = static_cast<std::uint32_t>(ids[i]);
        sorted =
            sorted && (i == 0 || std::pair(activity.ticks.back(), activity.neurons.back()) <= std::pair(*tick, neuron));
        activity.ticks.push_back(*tick);
        activity.neurons.push_back(neuron);
    }
    if (sorted) return;
    std::vector<std::pair<std::uint32_t, std::uint32_t>> pairs;
    for (std::size_t i = 0; i < ids.size(); ++i) pairs.emplace_back(activity.ticks[i], activity.neurons[i]);
    std::ranges::sort(pairs);
    for (std::size_t i = 0; i < ids.size(); ++i) std::tie(activity.ticks[i], activity.neurons[i]) = pairs[i];
}

RecordedSamples read_report(const Reader& in, hid_t reports, const ResultsHeader& header, const PopulationInfo& info,
                            Variable variable) {
    const std::string name = report_name(info.name, variable), path = "/report/" + name + "/";
    const Hdf5Handle group = in.open_group(reports, "/report/", name);
    const Hdf5Handle mapping = in.open_group(group.get(), path, "mapping");
    RecordedSamples samples{.variable = variable};
    std::array<hsize_t, 2> size{};
    samples.values = in.numbers<double>(group.get(), path, "data", 2, &size);
    const auto ids = in.numbers<std::uint64_t>(mapping.get(), path + "mapping/", "node_ids");
    const auto time = in.numbers<double>(mapping.get(), path + "mapping/", "time");
    if (ids.empty() || ids.size() != size[1]) in.fail(path, "data and mapping/node_ids disagree on the neurons");
    for (const std::uint64_t id : ids) {
        if (id >= info.size) in.fail(path + "mapping/node_ids", "names a neuron that does not exist");
        samples.neurons.push_back(static_cast<std::uint32_t>(id));
    }
    if (time.size() != 3 || !(time[2] > 0.0)) in.fail(path + "mapping/time", "is not start, stop and step");
    const auto first = tick_of(time[0], header);
    const double interval = std::round(time[2] / header.timestep_ms);
    const double rows = std::round((time[1] - time[0]) / time[2]);
    if (!first || !(interval >= 1.0 && interval < 0x1p32)) in.fail(path + "mapping/time", "does not fit the run");
    if (rows != static_cast<double>(size[0])) in.fail(path, "data and mapping/time disagree on the number of samples");
    samples.first_tick = *first;
    samples.interval_ticks = static_cast<std::uint32_t>(interval);
    if (size[0] > 0 && !(*first + (static_cast<double>(size[0]) - 1.0) * interval < 0x1p32))
        in.fail(path + "mapping/time", "does not fit the run");
    return samples;
}

RecordedWeights read_weights(const Reader& in, hid_t weights, const std::string& name) {
    const std::string path = "/weights/" + name + "/";
    const Hdf5Handle group = in.open_group(weights, "/weights/", name);
    RecordedWeights read;
    read.projection = name;
    for (const auto& [text, letter] : {std::pair("%2F", "/"), std::pair("%3A", ":"), std::pair("%2E", "."),
                                       std::pair("%25", "%")})  // the last one last
        for (std::size_t at = 0; (at = read.projection.find(text, at)) != std::string::npos; ++at)
            read.projection.replace(at, 3, letter);
    read.times_ms = in.numbers<double>(group.get(), path, "time");
    const auto offsets = in.numbers<std::uint64_t>(group.get(), path, "offsets");
    const auto source = in.numbers<std::uint64_t>(group.get(), path, "source_node_id");
    const auto target = in.numbers<std::uint64_t>(group.get(), path, "target_node_id");
    const auto delay = in.numbers<double>(group.get(), path, "delay");
    const auto weight = in.numbers<double>(group.get(), path, "syn_weight");
    const std::size_t n = weight.size();
    if (source.size() != n || target.size() != n || delay.size() != n)
        in.fail(path, "source_node_id, target_node_id, delay and syn_weight differ in length");
    if (offsets.size() != read.times_ms.size() + 1 || offsets.front() != 0 || offsets.back() != n ||
        !std::ranges::is_sorted(offsets))
        in.fail(path + "offsets", "does not cut the synapses into one stretch for each time");
    for (std::size_t t = 0; t + 1 < offsets.size(); ++t) {
        std::vector<WeightSample>& synapses = read.synapses.emplace_back();
        for (std::uint64_t i = offsets[t]; i < offsets[t + 1]; ++i) {
            if (source[i] > 0xffffffff || target[i] > 0xffffffff) in.fail(path, "a synapse of an impossible neuron");
            synapses.push_back(
                {static_cast<std::uint32_t>(source[i]), static_cast<std::uint32_t>(target[i]), weight[i], delay[i]});
        }
    }
    return read;
}

/// Names of the objects in a group, in their order.
std::vector<std::string> names_in_group(hid_t group) {
    std::vector<std::string> names;
    const auto note = [](hid_t, const char* name, const H5L_info_t*, void* into) -> herr_t {
        static_cast<std::vector<std::string>*>(into)->emplace_back(name);
        return 0;
    };
    H5Literate(group, H5_INDEX_NAME, H5_ITER_INC, nullptr, note, &names);
    return names;
}

Results read_all(hid_t file, const std::string& where, std::uint64_t bytes) {
    const Reader in(file, where, bytes);
    Results results;
    results.header = read_header(in, file);
    results.provenance = in.text_set(file, "/", "provenance");
    results.populations.resize(results.header.populations.size());
    const Hdf5Handle spikes = in.open_group(file, "/", "spikes");
    const Hdf5Handle reports = in.has(file, "/", "report") ? in.open_group(file, "/", "report") : Hdf5Handle{};
    for (std::size_t p = 0; p < results.populations.size(); ++p) {
        const PopulationInfo& info = results.header.populations[p];
        if (info.records_spikes) read_spikes(in, spikes.get(), results.header, info, results.populations[p]);
        if (!reports) continue;
        for (const Variable variable : {Variable::v, Variable::gsyn_exc, Variable::gsyn_inh})
            if (in.has(reports.get(), "/report/", report_name(info.name, variable)))
                results.populations[p].samples.push_back(
                    read_report(in, reports.get(), results.header, info, variable));
    }
    if (in.has(file, "/", "weights")) {
        const Hdf5Handle weights = in.open_group(file, "/", "weights");
        for (const std::string& name : names_in_group(weights.get()))
            results.weights.push_back(read_weights(in, weights.get(), name));
    }
    return results;
}

InputError not_hdf5(const std::string& where) {
    return InputError({{.what = "this is no HDF5 file, or a damaged one",
                        .where = where,
                        .fix = "give a results file that spinn-emu has written"}});
}

}  // namespace

Results read_results(const std::filesystem::path& path) {
    const Hdf5Silence silence;
    std::error_code error;
    const std::uint64_t bytes = std::filesystem::file_size(path, error);
    if (error || !std::ifstream(path))
        throw InputError({{.what = "cannot read results: " + (error ? error.message() : "permission denied"),
                           .where = path.string(),
                           .fix = "name a results file (spinn-emu -o FILE writes one)"}});
    const Hdf5Handle file{H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT), H5Fclose};
    if (!file) throw not_hdf5(path.string());
    return read_all(file.get(), path.string(), bytes);
}

Results read_results(std::span<const std::byte> bytes) {
    const Hdf5Silence silence;
    if (bytes.empty()) throw not_hdf5("memory");
    const Hdf5Handle access{H5Pcreate(H5P_FILE_ACCESS), H5Pclose};
    H5Pset_fapl_core(access.get(), 65536, false);
    // HDF5 copies the bytes; it only forgot the const.
    H5Pset_file_image(access.get(), const_cast<std::byte*>(bytes.data()), bytes.size());
    const Hdf5Handle file{H5Fopen("memory", H5F_ACC_RDONLY, access.get()), H5Fclose};
    if (!file) throw not_hdf5("memory");
    return read_all(file.get(), "memory", bytes.size());
}

std::uint64_t spike_hash(const Results& results) {
    std::vector<SpikeEvent> spikes;
    for (std::size_t p = 0; p < results.populations.size(); ++p) {
        const PopulationActivity& activity = results.populations[p];
        for (std::size_t i = 0; i < activity.ticks.size(); ++i)
            spikes.push_back({activity.ticks[i], static_cast<std::uint32_t>(p), activity.neurons[i]});
    }
    return spike_hash(std::move(spikes));
}

}  // namespace spinn

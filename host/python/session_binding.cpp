/// Mapping and running a Network from Python, in pieces; what is recorded comes back as arrays.
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/unique_ptr.h>
#include <nanobind/stl/vector.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <exception>
#include <map>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "host/live_control.hpp"
#include "host/machine_file.hpp"
#include "host/population_memory.hpp"
#include "host/python/bindings.hpp"
#include "host/recordings.hpp"
#include "host/session.hpp"
#include "host/snapshot.hpp"
#include "host/weights.hpp"
#include "mapper/map_network.hpp"
#include "runtime/fixed_point.hpp"

namespace spinn::python {

namespace {

/// How long a run goes on before Python may look at Ctrl-C.
constexpr double look_up_s = 0.1;

std::shared_ptr<spdlog::logger> make_log(bool verbose) {
    auto log = std::make_shared<spdlog::logger>("spinn", std::make_shared<spdlog::sinks::stderr_sink_mt>());
    log->set_pattern("%n: %l: %v");
    log->set_level(verbose ? spdlog::level::info : spdlog::level::off);
    return log;
}

/// What other threads of Python want done to a session that may be running: it is done between two pieces.
struct Inbox {
    struct Rate {
        std::uint32_t population = 0, neuron = 0;
        double hz = 0.0;
    };
    std::mutex mutex;
    std::vector<std::pair<std::uint32_t, std::vector<std::uint32_t>>> spikes;  ///< (population, neurons)
    std::vector<Rate> rates;
};

struct PythonSession {
    Inbox inbox;
    std::shared_ptr<spdlog::logger> log;
    Network mapped;  ///< populations as they were when recordings were laid out; without projections
    std::unique_ptr<Session> session;
};

Rounding rounding_of(const std::string& name) {
    if (name == "truncate") return Rounding::truncate;
    if (name == "nearest") return Rounding::nearest;
    if (name == "stochastic") return Rounding::stochastic;
    throw std::invalid_argument("rounding is 'truncate', 'nearest' or 'stochastic', not '" + name + "'");
}

std::unique_ptr<PythonSession> make_session(const Network& network, unsigned threads, const std::string& machine,
                                            std::uint32_t max_atoms_per_core, const std::string& rounding, bool verbose,
                                            PythonSession* before) {
    auto made = std::make_unique<PythonSession>();
    made->log = make_log(verbose);
    SessionOptions options;
    options.threads = threads;
    options.programs.rounding = rounding_of(rounding);
    nb::gil_scoped_release unlocked;
    std::optional<MachineShape> shape;
    if (!machine.empty()) shape = read_machine(machine);
    MapOptions map_options;
    map_options.partition.max_atoms_per_core = max_atoms_per_core;
    Mapping mapping = map_network(network, shape, map_options, *made->log);
    made->mapped.timestep_ms = network.timestep_ms;
    made->mapped.seed = network.seed;
    made->mapped.populations = network.populations;
    if (before != nullptr)
        made->session =
            std::make_unique<Session>(std::move(mapping.image), options, *made->log, before->session->take_snapshot());
    else
        made->session = std::make_unique<Session>(std::move(mapping.image), options, *made->log);
    return made;
}

void empty(Inbox& inbox, Session& session) {
    std::vector<std::pair<std::uint32_t, std::vector<std::uint32_t>>> spikes;
    std::vector<Inbox::Rate> rates;
    {
        const std::lock_guard lock(inbox.mutex);
        spikes.swap(inbox.spikes);
        rates.swap(inbox.rates);
    }
    for (const auto& [population, neurons] : spikes) inject_spikes(session, population, neurons);
    for (const Inbox::Rate& rate : rates) set_live_rate(session, rate.population, rate.neuron, rate.hz);
}

/// Runs with the interpreter unlocked; a signal that Python raises for (Ctrl-C) ends the run at the next piece, and so
/// does an exception of `live`.
std::uint32_t run(PythonSession& self, std::uint32_t n_ticks, Recordings& recordings, bool realtime,
                  const std::optional<nb::callable>& live) {
    std::exception_ptr failure;
    std::vector<LiveSpike> heard;
    const auto tell = [&] {
        nb::gil_scoped_acquire locked;
        std::vector<std::uint32_t> populations, neurons, ticks;
        for (const LiveSpike& spike : heard) {
            populations.push_back(spike.population);
            neurons.push_back(spike.neuron);
            ticks.push_back(spike.tick);
        }
        heard.clear();
        try {
            (*live)(to_numpy(std::move(populations)), to_numpy(std::move(neurons)), to_numpy(std::move(ticks)));
        } catch (...) {
            failure = std::current_exception();
        }
    };
    std::uint32_t done = 0;
    {
        nb::gil_scoped_release unlocked;
        RunControl control;
        control.realtime = realtime;
        control.look_up_s = look_up_s;
        if (live)
            control.live = [&](const SdpMessage& message) {
                const std::vector<LiveSpike> spikes = live_spikes(self.session->machine(), message);
                heard.insert(heard.end(), spikes.begin(), spikes.end());
            };
        control.recorded = [&](const Recorded& recorded) {
            add(recordings, recorded);
            if (!heard.empty() && !failure) tell();
        };
        control.stop = [&] {
            if (!failure) {
                nb::gil_scoped_acquire locked;
                if (PyErr_CheckSignals() != 0) failure = std::make_exception_ptr(nb::python_error());
            }
            if (!failure) empty(self.inbox, *self.session);
            return failure != nullptr;
        };
        done = self.session->run(n_ticks, control);
    }
    if (failure) std::rethrow_exception(failure);
    return done;
}

/// @returns false when the network must be mapped again for it
bool update(PythonSession& self, const Network& network, std::uint32_t population) {
    nb::gil_scoped_release unlocked;
    if (!fits_recordings(self.mapped, network, population)) return false;
    update_parameters(*self.session, network, population);
    return true;
}

/// (pre, post, weight, delay in ms) of the synapses of a projection that learns, as they are now.
nb::tuple weights(PythonSession& self, const Network& network, std::uint32_t projection) {
    std::vector<WeightSample> synapses;
    {
        nb::gil_scoped_release unlocked;
        synapses = projection_weights(self.session->machine(), network, projection);
    }
    std::vector<std::uint32_t> pre, post;
    std::vector<double> weight, delay_ms;
    for (const WeightSample& synapse : synapses) {
        pre.push_back(synapse.pre);
        post.push_back(synapse.post);
        weight.push_back(synapse.weight);
        delay_ms.push_back(synapse.delay_ms);
    }
    return nb::make_tuple(to_numpy(std::move(pre)), to_numpy(std::move(post)), to_numpy(std::move(weight)),
                          to_numpy(std::move(delay_ms)));
}

std::string report(PythonSession& self) { return to_json(self.session->report()).dump(); }

nb::tuple spikes(const Recordings& recordings, std::uint32_t population) {
    const auto found = recordings.spikes.find(population);
    if (found == recordings.spikes.end())
        return nb::make_tuple(to_numpy(std::vector<std::uint32_t>()), to_numpy(std::vector<std::uint32_t>()));
    return nb::make_tuple(to_numpy(found->second.ticks), to_numpy(found->second.neurons));
}

/// [(first tick, interval in ticks, neurons, values[time][neuron])], one for each time that what is recorded changed.
nb::list samples(const Recordings& recordings, std::uint32_t population, std::uint32_t variable) {
    nb::list out;
    const auto found = recordings.samples.find({population, variable});
    if (found == recordings.samples.end()) return out;
    for (const RecordedMatrix& matrix : found->second) {
        std::vector<double> values(matrix.raw.size());
        for (std::size_t i = 0; i < values.size(); ++i) values[i] = to_double(Accum{matrix.raw[i]});
        out.append(nb::make_tuple(matrix.first_tick, matrix.interval_ticks, to_numpy(matrix.neurons),
                                  to_numpy(std::move(values), {matrix.n_times(), matrix.neurons.size()})));
    }
    return out;
}

}  // namespace

void bind_session(nb::module_& module) {
    nb::class_<Recordings>(module, "Recordings", "Spikes and samples of one or several runs.")
        .def(nb::init<>())
        .def("spikes", &spikes, nb::arg("population"), "(ticks, neurons), sorted by time.")
        .def("samples", &samples, nb::arg("population"), nb::arg("variable"),
             "[(first tick, interval in ticks, neurons, values[time][neuron])]; variable 1 v, 2 gsyn_exc, 3 gsyn_inh.")
        .def(
            "clear", [](Recordings& self, std::uint32_t population) { clear(self, population); },
            nb::arg("population"));

    nb::class_<PythonSession>(module, "Session", "A network mapped and loaded onto an emulated machine.")
        .def(nb::new_(&make_session), nb::arg("network"), nb::arg("threads") = 1, nb::arg("machine") = "",
             nb::arg("max_atoms_per_core") = 256, nb::arg("rounding") = "truncate", nb::arg("verbose") = false,
             nb::arg("before").none() = nb::none(),
             "before: a session of the same network, which this one goes on with and which is of no use afterwards.")
        .def("run", &run, nb::arg("n_ticks"), nb::arg("recordings"), nb::arg("realtime") = false,
             nb::arg("live").none() = nb::none(),
             "Runs with the interpreter unlocked. Returns the ticks done; raises KeyboardInterrupt on Ctrl-C. live: "
             "called "
             "now and then with (populations, neurons, ticks) of the spikes that left the machine.")
        .def(
            "inject",
            [](PythonSession& self, std::uint32_t population, std::vector<std::uint32_t> neurons) {
                const std::lock_guard lock(self.inbox.mutex);
                self.inbox.spikes.emplace_back(population, std::move(neurons));
            },
            nb::arg("population"), nb::arg("neurons"),
            "Spikes of a SpikeInjector, as soon as can be; from any thread, also while it runs.")
        .def(
            "set_live_rate",
            [](PythonSession& self, std::uint32_t population, std::uint32_t neuron, double rate_hz) {
                const std::lock_guard lock(self.inbox.mutex);
                self.inbox.rates.push_back({population, neuron, rate_hz});
            },
            nb::arg("population"), nb::arg("neuron"), nb::arg("rate_hz"),
            "The rate of one Poisson source, as soon as can be; from any thread, also while it runs.")
        .def("report", &report, "What the run did so far, as the JSON text of `spinn-emu --json`.")
        .def(
            "update_parameters", &update, nb::arg("network"), nb::arg("population"),
            "Writes the parameters that the network gives a population into its cores; state stays. Returns False when "
            "the network must be mapped again for them.")
        .def("weights", &weights, nb::arg("network"), nb::arg("projection"),
             "(pre, post, weight, delay in ms) of a projection that learns, as they are now.")
        .def(
            "read_state",
            [](PythonSession& self, std::uint32_t population, const std::string& name) {
                return to_numpy(read_state(*self.session, population, name));
            },
            nb::arg("population"), nb::arg("name"), "The state of every neuron now, in PyNN's units.")
        .def(
            "write_state",
            [](PythonSession& self, std::uint32_t population, const std::string& name,
               const InArray<std::uint32_t>& neurons, const InArray<double>& values) {
                write_state(*self.session, population, name, span_of(neurons), span_of(values));
            },
            nb::arg("population"), nb::arg("name"), nb::arg("neurons"), nb::arg("values"))
        .def_prop_ro("ticks_done", [](const PythonSession& self) { return self.session->ticks_done(); });
}

}  // namespace spinn::python

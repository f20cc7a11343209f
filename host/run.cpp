#include "host/run.hpp"

#include <spdlog/logger.h>

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>

#include "host/board_session.hpp"
#include "host/live_database.hpp"
#include "host/notification.hpp"
#include "host/results.hpp"
#include "host/session.hpp"
#include "host/udp_transport.hpp"
#include "host/weights.hpp"
#include "mapper/recorded_view.hpp"
#include "protocols/boot.hpp"
#include "runtime/layout/gatherer_region.hpp"

namespace spinn {

namespace {

void write_spikes(const Recorded& recorded, std::size_t n_populations, ResultsWriter& writer) {
    std::vector<std::vector<std::uint32_t>> ticks(n_populations), neurons(n_populations);
    for (const SpikeEvent& spike : recorded.spikes) {
        ticks[spike.population].push_back(spike.tick);
        neurons[spike.population].push_back(spike.neuron);
    }
    for (std::size_t p = 0; p < n_populations; ++p)
        if (!ticks[p].empty()) writer.append_spikes(p, ticks[p], neurons[p]);
}

void write_samples(const Recorded& recorded, ResultsWriter& writer) {
    for (const auto& [which, parts] : recorded.samples) {
        const RecordedMatrix samples = side_by_side(parts);
        if (samples.n_times() == 0) continue;
        std::vector<double> values;
        values.reserve(samples.raw.size());
        for (const std::int32_t raw : samples.raw) values.push_back(to_double(Accum{raw}));
        writer.append_samples(which.first, static_cast<Variable>(which.second), samples.first_tick,
                              samples.interval_ticks, samples.neurons, std::span<const double>(values));
    }
}

constexpr Transport::Time longest_wait_for_listener = std::chrono::seconds(60);

std::string_view name_of(Rounding rounding) {
    switch (rounding) {
        case Rounding::truncate:
            return "truncate";
        case Rounding::nearest:
            return "nearest";
        case Rounding::stochastic:
            return "stochastic";
    }
    return "?";
}

std::string_view name_of(PoissonMode mode) { return mode == PoissonMode::board ? "board" : "counter"; }

std::string provenance(const MachineImage& image, const RunOptions& options, const RunReport& report) {
    nlohmann::json json = to_json(report);
    json["program"] = "spinn-emu";
    json["version"] = SPINN_VERSION;
    json["network"] = image.network_name;
    json["seed"] = image.seed;
    json["timestep_ms"] = image.timestep_ms;
    json["machine"] = image.machine.name;
    json["rounding"] = name_of(options.rounding);
    json["poisson"] = name_of(options.poisson);
    json["image_hash"] = options.image_hash;
    return json.dump();
}

/// Pauses only where weights are to be looked at.
void run_between_looks(Session& session, std::uint32_t total_ticks, const RunControl& control, WeightReader& weights) {
    while (session.ticks_done() < total_ticks) {
        const std::uint32_t ticks =
            std::min(total_ticks - session.ticks_done(), weights.ticks_to_next(session.ticks_done()));
        if (session.run(ticks, control) < ticks) break;
        weights.take(session.ticks_done());
    }
}

}  // namespace

RunReport run_image(const MachineImage& image, const RunOptions& options, spdlog::logger& log) {
    const double duration_ms = options.duration_ms.value_or(image.duration_ms);
    std::unique_ptr<ResultsWriter> writer;
    if (options.results && (options.exchange == nullptr || options.exchange->process() == 0))
        writer = std::make_unique<ResultsWriter>(
            *options.results, ResultsHeader{image.network_name, image.timestep_ms, duration_ms, image.seed,
                                            options.image_hash, image.populations});

    Endpoint live_end;
    RunControl control;
    control.realtime = options.realtime;
    if (options.stop != nullptr) control.stop = [&] { return options.stop->load(); };
    if (writer)
        control.recorded = [&](const Recorded& recorded) {
            write_spikes(recorded, image.populations.size(), *writer);
            write_samples(recorded, *writer);
        };
    std::unique_ptr<Transport> live;
    if (!options.live.empty()) {
        live_end = resolve_endpoint(options.live, 0, "--live");
        live = connect_udp(address_text(live_end.address), live_end.port);
        control.live = [&](const SdpMessage& message) { live->send(message.data); };
    }
    const ProgramOptions programs{.rounding = options.rounding, .poisson = options.poisson};
    const std::uint32_t ticks = run_ticks(duration_ms, image.timestep_ms);
    RunReport report;
    if (options.board.empty()) {
        Session session(image,
                        {.threads = options.threads,
                         .processors = options.processors,
                         .exchange = options.exchange,
                         .programs = programs},
                        log);
        if (options.progress)
            control.progress = [&](double, double) {
                options.progress(session.ticks_done() * image.timestep_ms, duration_ms);
            };
        WeightReader weights(image, session.machine(), options.exchange, writer.get());
        run_between_looks(session, ticks, control, weights);
        report = session.report();
        report.weights = weights.finish(session.ticks_done());
    } else {
        control.progress = options.progress;
        const std::unique_ptr<Transport> scp = connect_udp(options.board, scp_udp_port);
        const std::unique_ptr<Transport> boot = connect_udp(options.board, boot_udp_port);
        BoardSession session(image, programs, *scp, boot.get(), {}, {}, log);
        if (live) session.client().set_tag(live_output_tag, live_end);
        std::unique_ptr<Transport> listener;
        bool told = true;
        if (!options.notify.empty()) {
            const Endpoint end = resolve_endpoint(options.notify, notification_port, "--notify");
            listener = connect_udp(address_text(end.address), end.port);
            write_live_database(options.database, image,
                                {address_text(session.client().root_address()), live_end, duration_ms});
            told = announce_database(*listener, options.database, longest_wait_for_listener, control.stop);
        }
        if (listener && told) announce_start(*listener);
        session.run(told ? ticks : 0, control);
        if (listener && told) announce_stop(*listener);
        report = session.report();
        if (learns(image)) log.warn("weights of synapses that learn are not read back from a board");
    }
    warn_of_losses(report, log);
    if (writer) writer->finish(provenance(image, options, report));
    return report;
}

}  // namespace spinn

#include "host/live_control.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "host/problem_report.hpp"
#include "protocols/eieio.hpp"
#include "protocols/error.hpp"
#include "runtime/fixed_point.hpp"
#include "runtime/neuron_model.hpp"

namespace spinn {

namespace {

constexpr int events_port = 1;
constexpr double highest_rate_hz = 65535.0;

/// The core that holds a source. @throws InputError when it is not of these kinds or not there
Core& core_of(Session& session, std::uint32_t population, std::uint32_t neuron, std::initializer_list<ModelKind> kinds,
              const std::string& what) {
    const auto& populations = session.image().populations;
    const std::string where =
        population < populations.size() ? "population '" + populations[population].name + "'" : "the session";
    const std::optional<ModelKind> kind =
        population < populations.size() ? model_by_name(populations[population].model) : std::nullopt;
    if (!kind || std::ranges::find(kinds, *kind) == kinds.end())
        throw InputError(std::vector<Problem>{{"it takes no " + what + " from outside", where,
                                               "name a population of " + std::string(describe(*kinds.begin()).name)}});
    for (Core& core : session.machine().cores)
        if (core.program && core.population == population && core.kind != ProgramKind::delay_extension &&
            core.kind != ProgramKind::live_gatherer && neuron - core.first_atom < core.n_atoms)
            return core;
    throw InputError(
        std::vector<Problem>{{"there is no neuron " + std::to_string(neuron), where,
                              "numbers begin at 0; it has " + std::to_string(populations[population].size)}});
}

}  // namespace

std::vector<LiveSpike> live_spikes(const Machine& machine, const SdpMessage& message) {
    std::vector<LiveSpike> spikes;
    const auto decoded = decode_eieio(message.data);
    const auto* any = std::get_if<EieioMessage>(&decoded);
    const auto* data = any == nullptr ? nullptr : std::get_if<EieioData>(any);
    if (data == nullptr) return spikes;
    const Core* core = nullptr;
    for (const EieioEvent& event : data->events) {
        const std::uint32_t key = whole_key(*data, event, 0);
        const auto holds = [&](const Core& one) { return one.sends && key - one.keys.key < one.n_atoms; };
        if (core == nullptr || !holds(*core)) {
            const auto found = std::ranges::find_if(
                machine.cores, [&](const Core& one) { return one.kind != ProgramKind::delay_extension && holds(one); });
            if (found == machine.cores.end()) continue;
            core = &*found;
        }
        spikes.push_back(
            {core->population, core->first_atom + (key - core->keys.key), whole_payload(*data, event).value_or(0)});
    }
    return spikes;
}

void inject_spikes(Session& session, std::uint32_t population, std::span<const std::uint32_t> neurons) {
    for (const std::uint32_t neuron : neurons) {
        Core& core =
            core_of(session, population, neuron, {ModelKind::spike_injector, ModelKind::spike_source_array}, "spikes");
        EieioData data;
        data.events = {{.key = neuron - core.first_atom}};
        core.program->message_received(events_port, encode(data));
    }
}

void set_live_rate(Session& session, std::uint32_t population, std::uint32_t neuron, double rate_hz) {
    Core& core = core_of(session, population, neuron,
                         {ModelKind::spike_source_poisson, ModelKind::spike_source_poisson_variable}, "rates");
    if (!(rate_hz >= 0.0 && rate_hz <= highest_rate_hz))
        throw InputError(std::vector<Problem>{{number_text(rate_hz) + " Hz is out of range", core.name,
                                               "allowed are 0 to " + number_text(highest_rate_hz) + " Hz"}});
    MemoryServices services(chip_of(session.machine(), core.location.chip));
    const MulticastPacket packet{Key{neuron - core.first_atom}, static_cast<std::uint32_t>(to_accum(rate_hz).raw),
                                 true};
    core.program->multicast_received(services, Tick{session.ticks_done() - 1u}, std::span(&packet, 1));
}

}  // namespace spinn

#include <algorithm>

#include "runtime/core_block.hpp"
#include "runtime/layout/connections_region.hpp"
#include "runtime/layout/currents_region.hpp"
#include "runtime/plastic_start.hpp"
#include "runtime/programs.hpp"

namespace spinn {

void NeuronProgram::start(CoreServices& services, std::uint32_t block_address) {
    const CoreBlock block(services, block_address);
    system_ = block.system();
    const auto neurons = block.need(decode_neuron_region(block.words(Region::program)), "neuron region");
    input_.shape = block.need(decode_synapse_region(block.words(Region::synapse)), "synapse region");
    input_.table = block.need(decode_population_table(block.words(Region::population_table)), "population table");
    block.require(neurons.n_atoms == system_.n_atoms && system_.n_atoms <= 1u << input_.shape.index_bits,
                  "synapse region", "the atoms of the core do not fit its ring buffers");
    block.require(input_.shape.n_receptors == describe(neurons.model).receptors.size(), "synapse region",
                  "the ring buffers have other receptors than the model");
    cells_ = make_cells(neurons, options_.rounding);
    arrived_.resize(input_.shape.n_receptors);
    if (const auto words = block.words(Region::currents); !words.empty()) {
        currents_ = block.need(decode_currents_region(words), "currents region");
        block.require(currents_.n_atoms == system_.n_atoms, "currents region", "the sources are of another slice");
    }
    input_.ring = make_ring_buffer(input_.shape);

    const auto projections =
        block.need(decode_connections_region(block.words(Region::connections)), "connections region");
    ExpandedRows made = expand_all(block, projections, system_, input_);
    input_.matrix = block.words(Region::synaptic_matrix);
    input_.loose = std::move(made.matrices);
    // The table in SDRAM is what a host sees: it gets the addresses of the rows when they are laid out.
    input_.table_addresses = block.words(Region::population_table)
                                 .subspan(address_list_offset(static_cast<std::uint32_t>(input_.table.entries.size())));
    synapses_ = made.synapses;
    weights_masked_ = made.weights_masked;
    min_delay_ticks_ = made.min_delay_ticks;

    recorder_ = open_recorder(block.need(decode_recording_plan(block.words(Region::recording_index)), "recording plan"),
                              block.address(Region::recording), system_.n_atoms, services);
    spiking_.resize(system_.n_atoms);
    packets_.reserve(system_.n_atoms);
}

namespace {

/// Whether `least` or a later variable is due.
bool records(const Recorder& recorder, Tick tick, std::uint32_t least) {
    return std::any_of(recorder.channels.begin(), recorder.channels.end(), [&](const Recorder::Channel& channel) {
        return channel.plan.variable >= least && value(tick) % channel.plan.interval_ticks == 0;
    });
}

}  // namespace

void NeuronProgram::timer_tick(CoreServices& services, Tick tick) {
    for (std::uint32_t receptor = 0; receptor < arrived_.size(); ++receptor)
        arrived_[receptor] = ring_slot(input_, value(tick), receptor);
    const auto record = [&](std::uint32_t variable, auto sampled) {
        std::span<const Accum> samples;
        record_values(recorder_, tick, variable, [&](std::uint32_t atom) {
            if (samples.empty()) samples = sampled();
            return samples[atom].raw;
        });
    };
    const auto v = [this] { return cells_->v(); };
    const bool v_first = !cells_->v_depends_on_input();
    if (v_first) record(1, v);
    const std::span<const Accum> currents = injected(currents_, tick, injected_);
    std::uint32_t n_spikes = 0;
    if (records(recorder_, tick, v_first ? 2 : 1)) {  // with this tick's arrivals: the step in pieces
        for (std::size_t receptor = 0; receptor < arrived_.size(); ++receptor)
            cells_->add_input(receptor, arrived_[receptor], static_cast<int>(input_.shape.shift[receptor]), tick);
        clear_slot(input_, value(tick));
        if (!v_first) record(1, v);
        record(2, [this] { return cells_->gsyn(false); });
        record(3, [this] { return cells_->gsyn(true); });
        n_spikes = cells_->update(tick, currents, spiking_);
    } else {
        n_spikes = cells_->step(arrived_, input_.shape.shift, tick, currents, spiking_);
        if (arrived_.size() < 1u << input_.shape.type_bits)
            clear_slot(input_, value(tick));  // receptors that the model does not have
    }
    if (n_spikes == 0) return;
    const std::span<const std::uint32_t> spiking(spiking_.data(), n_spikes);
    spikes_ += n_spikes;
    record_spikes(recorder_, tick, spiking);
    if (!input_.plastic.empty()) enter_post_spikes(input_.plastic, value(tick), spiking);
    if (!system_.sends) return;
    packets_.clear();
    for (const std::uint32_t atom : spiking) packets_.push_back({Key{system_.keys.key + atom}, 0, false});
    services.send_multicast(packets_);
}

void NeuronProgram::multicast_received(CoreServices&, Tick sent, std::span<const MulticastPacket> packets) {
    for (const MulticastPacket& packet : packets) receive(input_, value(sent), packet);
}

void NeuronProgram::store(CoreServices& services, std::uint32_t block_address) const {
    const CoreBlock block(services, block_address);
    const std::span<std::uint32_t> words = block.words(Region::program);
    NeuronRegion region = block.need(decode_neuron_region(words), "neuron region");
    region.state = cells_->state();
    region.refractory_timer = cells_->refractory_timer();
    std::ranges::copy(encode(region), words.begin());
}

void NeuronProgram::reload(CoreServices& services, std::uint32_t block_address) {
    const CoreBlock block(services, block_address);
    const auto neurons = block.need(decode_neuron_region(block.words(Region::program)), "neuron region");
    block.require(neurons.n_atoms == system_.n_atoms, "neuron region", "the core has another number of atoms");
    cells_ = make_cells(neurons, options_.rounding);
}

ProgramCounters NeuronProgram::counters() const {
    ProgramCounters counters;
    counters.spikes = spikes_;
    counters.plastic_events = input_.plastic.events;
    counters.wrapped_traces = input_.plastic.wrapped_traces;
    counters.synaptic_events = input_.synaptic_events + input_.plastic.events + input_.short_term.events;
    counters.saturations = input_.saturations + input_.plastic.saturations + input_.short_term.saturations;
    counters.unknown_keys = input_.unknown_keys;
    counters.synapses = synapses_;
    counters.matrix_bytes = input_.matrix_bytes;
    counters.weights_masked = weights_masked_;
    counters.recordings_lost = recorder_.lost;
    return counters;
}

}  // namespace spinn

#include <algorithm>

#include "runtime/core_block.hpp"
#include "runtime/layout/connections_region.hpp"
#include "runtime/plastic_start.hpp"
#include "runtime/programs.hpp"

namespace spinn {

void NeuronProgram::start(CoreServices& services, std::uint32_t block_address) {
    const CoreBlock block(services, block_address);
    system_ = block.system();
    neurons_ = load_lif(block.need(decode_neuron_region(block.words(Region::program)), "neuron region"));
    input_.shape = block.need(decode_synapse_region(block.words(Region::synapse)), "synapse region");
    input_.table = block.need(decode_population_table(block.words(Region::population_table)), "population table");
    block.require(neurons_.n_atoms == system_.n_atoms && system_.n_atoms <= 1u << input_.shape.index_bits &&
                      input_.shape.type_bits >= 1,
                  "synapse region", "the atoms of the core do not fit its ring buffers");
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

bool records_gsyn(const Recorder& recorder, Tick tick) {
    return std::any_of(recorder.channels.begin(), recorder.channels.end(), [&](const Recorder::Channel& channel) {
        return channel.plan.variable >= 2 && value(tick) % channel.plan.interval_ticks == 0;
    });
}

}  // namespace

void NeuronProgram::timer_tick(CoreServices& services, Tick tick) {
    record_values(recorder_, tick, 1, [&](std::uint32_t atom) { return recorded_v(neurons_, atom).raw; });
    const std::span<std::uint16_t> exc = ring_slot(input_, value(tick), 0), inh = ring_slot(input_, value(tick), 1);
    std::uint32_t n_spikes = 0;
    if (records_gsyn(recorder_, tick)) {  // with this tick's arrivals: the step in pieces
        add_input(neurons_, 0, exc, static_cast<int>(input_.shape.shift[0]), options_.rounding, tick);
        add_input(neurons_, 1, inh, static_cast<int>(input_.shape.shift[1]), options_.rounding, tick);
        clear_slot(input_, value(tick));
        record_values(recorder_, tick, 2, [&](std::uint32_t atom) { return recorded_gsyn(neurons_, 0, atom).raw; });
        record_values(recorder_, tick, 3, [&](std::uint32_t atom) { return recorded_gsyn(neurons_, 1, atom).raw; });
        n_spikes = update(neurons_, tick, options_.rounding, spiking_);
    } else {
        n_spikes =
            step(neurons_, exc, inh, {input_.shape.shift[0], input_.shape.shift[1]}, options_.rounding, tick, spiking_);
        if (input_.shape.type_bits > 1) clear_slot(input_, value(tick));  // receptors that the model does not have
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

ProgramCounters NeuronProgram::counters() const {
    ProgramCounters counters;
    counters.spikes = spikes_;
    counters.plastic_events = input_.plastic.events;
    counters.wrapped_traces = input_.plastic.wrapped_traces;
    counters.synaptic_events = input_.synaptic_events + input_.plastic.events;
    counters.saturations = input_.saturations + input_.plastic.saturations;
    counters.unknown_keys = input_.unknown_keys;
    counters.synapses = synapses_;
    counters.matrix_bytes = input_.matrix_bytes;
    counters.weights_masked = weights_masked_;
    counters.recordings_lost = recorder_.lost;
    return counters;
}

}  // namespace spinn

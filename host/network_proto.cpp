#include "host/network_proto.hpp"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/tokenizer.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <google/protobuf/stubs/logging.h>
#include <google/protobuf/text_format.h>

#include <limits>

#include "host/network_names.hpp"
#include "host/network_proto_decode.hpp"
#include "host/validate_network.hpp"
#include "protocols/network.pb.h"

namespace spinn {

namespace {

void to_proto(const Distribution& d, proto::Distribution& out) {
    const auto set_clipped = [&](proto::Distribution::NormalClipped& clipped) {
        clipped.set_mu(d.a);
        clipped.set_sigma(d.b);
        clipped.set_low(d.low);
        clipped.set_high(d.high);
    };
    switch (d.kind) {
        case DistributionKind::constant:
            out.set_constant(d.a);
            break;
        case DistributionKind::uniform:
            out.mutable_uniform()->set_low(d.a);
            out.mutable_uniform()->set_high(d.b);
            break;
        case DistributionKind::normal:
            out.mutable_normal()->set_mu(d.a);
            out.mutable_normal()->set_sigma(d.b);
            break;
        case DistributionKind::normal_clipped:
            set_clipped(*out.mutable_normal_clipped());
            break;
        case DistributionKind::normal_clipped_to_boundary:
            set_clipped(*out.mutable_normal_clipped_to_boundary());
            break;
        case DistributionKind::exponential:
            out.mutable_exponential()->set_beta(d.a);
            break;
        case DistributionKind::uniform_int:
            out.mutable_uniform_int()->set_low(d.a);
            out.mutable_uniform_int()->set_high(d.b);
            break;
    }
}

void to_proto(const std::vector<double>& numbers, proto::Numbers& out) {
    out.mutable_values()->Assign(numbers.begin(), numbers.end());
}

void to_proto(const Value& value, proto::Value& out) {
    if (const auto* distribution = std::get_if<Distribution>(&value))
        to_proto(*distribution, *out.mutable_distribution());
    else
        to_proto(std::get<std::vector<double>>(value), *out.mutable_list());
}

void to_proto(const Population& population, proto::Population& out) {
    out.set_name(population.name);
    out.set_size(population.size);
    out.set_model(std::string(describe(population.model).name));
    for (const auto& [name, value] : population.parameters) to_proto(value, (*out.mutable_parameters())[name]);
    for (const auto& [name, value] : population.initial_values) to_proto(value, (*out.mutable_initial())[name]);
    for (const auto& train : population.spike_times_ms) to_proto(train, *out.add_spike_times());
    out.set_max_atoms_per_core(population.max_atoms_per_core);
    for (const auto& list : population.variable_rates.rates_hz) to_proto(list, *out.add_rates());
    for (const auto& list : population.variable_rates.starts_ms) to_proto(list, *out.add_starts());
    for (const auto& list : population.variable_rates.durations_ms) to_proto(list, *out.add_durations());
    if (population.structure == Structure{}) return;
    proto::Structure& structure = *out.mutable_structure();
    structure.set_kind(static_cast<proto::Structure::Kind>(population.structure.kind));
    structure.set_dx(population.structure.dx);
    structure.set_dy(population.structure.dy);
    structure.set_aspect_ratio(population.structure.aspect_ratio);
    structure.set_x0(population.structure.x0);
    structure.set_y0(population.structure.y0);
    structure.set_z0(population.structure.z0);
    for (const auto& place : population.structure.positions)
        to_proto(std::vector<double>(place.begin(), place.end()), *structure.add_positions());
}

void to_proto(const Network& network, const View& view, proto::View& out) {
    out.set_population(network.populations.at(view.population).name);
    const NeuronSelection& neurons = view.neurons;
    if (!neurons.indices.empty()) {
        out.mutable_indices()->mutable_values()->Assign(neurons.indices.begin(), neurons.indices.end());
        return;
    }
    out.mutable_slice()->set_start(neurons.start);
    out.mutable_slice()->set_step(neurons.step);
    out.mutable_slice()->set_count(neurons.count);
}

void to_proto(const Connector& connector, proto::Connector& out) {
    const auto set_number = [&](proto::Connector::FixedNumber& number) {
        number.set_n(connector.n);
        number.set_with_replacement(connector.with_replacement);
        number.set_allow_self_connections(connector.allow_self_connections);
    };
    switch (connector.kind) {
        case ConnectorKind::all_to_all:
            out.mutable_all_to_all()->set_allow_self_connections(connector.allow_self_connections);
            break;
        case ConnectorKind::one_to_one:
            out.mutable_one_to_one();
            break;
        case ConnectorKind::fixed_probability:
            out.mutable_fixed_probability()->set_p_connect(connector.probability);
            out.mutable_fixed_probability()->set_allow_self_connections(connector.allow_self_connections);
            break;
        case ConnectorKind::fixed_total_number:
            set_number(*out.mutable_fixed_total_number());
            break;
        case ConnectorKind::fixed_number_pre:
            set_number(*out.mutable_fixed_number_pre());
            break;
        case ConnectorKind::fixed_number_post:
            set_number(*out.mutable_fixed_number_post());
            break;
        case ConnectorKind::list: {
            if (const PatternDescription* description = find_pattern(connector.pattern.kind)) {
                proto::Connector::Pattern& pattern = *out.mutable_pattern();
                pattern.set_name(std::string(description->name));
                for (const auto& [name, number] : connector.pattern.numbers)
                    (*pattern.mutable_numbers())[name] = number;
                for (const auto& [name, list] : connector.pattern.lists)
                    to_proto(list, (*pattern.mutable_lists())[name]);
                pattern.set_text(connector.pattern.text);
                break;
            }
            proto::Connector::FromList& list = *out.mutable_from_list();
            for (const Connector::Row& row : connector.rows) {
                list.add_pre(row.pre);
                list.add_post(row.post);
                list.add_weight(row.weight);
                list.add_delay(row.delay_ms);
            }
            break;
        }
    }
}

void to_proto(const StdpRule& rule, proto::Stdp& out) {
    const TimingRuleDescription& timing = describe(rule.timing);
    const WeightRuleDescription& weight = describe(rule.weight);
    out.set_timing_dependence(std::string(timing.name));
    out.set_weight_dependence(std::string(weight.name));
    for (std::size_t i = 0; i < timing.parameters.size(); ++i)
        (*out.mutable_timing_parameters())[std::string(timing.parameters[i].name)] = rule.timing_parameters.at(i);
    for (std::size_t i = 0; i < weight.parameters.size(); ++i)
        (*out.mutable_weight_parameters())[std::string(weight.parameters[i].name)] = rule.weight_parameters.at(i);
    if (!rule.backprop_delay) out.set_backprop_delay(false);
}

void to_proto(const Network& network, const Projection& projection, proto::Projection& out) {
    out.set_name(projection.name);
    to_proto(network, projection.pre, *out.mutable_pre());
    to_proto(network, projection.post, *out.mutable_post());
    to_proto(projection.connector, *out.mutable_connector());
    to_proto(projection.weight, *out.mutable_synapse()->mutable_weight());
    to_proto(projection.delay_ms, *out.mutable_synapse()->mutable_delay());
    if (projection.seed) out.set_seed(*projection.seed);
    const std::string_view receptor = receptor_name(network, projection);
    if (receptor == "inhibitory")
        out.set_receptor(proto::INHIBITORY);
    else if (receptor != "excitatory")
        out.set_receptor_name(std::string(receptor));
    if (projection.stdp) to_proto(*projection.stdp, *out.mutable_stdp());
    if (projection.short_term) {
        proto::TsodyksMarkram& rule = *out.mutable_tsodyks_markram();
        rule.set_u(projection.short_term->u);
        rule.set_tau_rec(projection.short_term->tau_rec_ms);
        rule.set_tau_facil(projection.short_term->tau_facil_ms);
    }
    if (projection.record_weights_ms != 0.0) out.set_record_weights(projection.record_weights_ms);
}

proto::Network to_proto(const Network& network) {
    proto::Network out;
    out.set_name(network.name);
    out.set_timestep(network.timestep_ms);
    out.set_duration(network.duration_ms);
    out.set_seed(network.seed);
    out.set_machine(network.machine);
    for (const Population& population : network.populations) to_proto(population, *out.add_populations());
    for (const Projection& projection : network.projections) to_proto(network, projection, *out.add_projections());
    for (const InjectedCurrent& current : network.currents) {
        proto::Current& one = *out.add_currents();
        to_proto(network, current.view, *one.mutable_view());
        const auto* named = find_kind(all_currents(), current.kind);
        if (named != nullptr) one.set_source(std::string(named->name));
        for (const auto& [name, number] : current.parameters) (*one.mutable_parameters())[name] = number;
        one.mutable_times()->Assign(current.times_ms.begin(), current.times_ms.end());
        one.mutable_amplitudes()->Assign(current.amplitudes.begin(), current.amplitudes.end());
    }
    for (const Recording& recording : network.recordings) {
        proto::Recording& one = *out.add_recordings();
        to_proto(network, recording.view, *one.mutable_view());
        for (const Variable variable : recording.variables) one.add_variables(static_cast<proto::Variable>(variable));
        one.set_sampling_interval(recording.sampling_interval_ms);
    }
    for (const std::uint32_t population : network.live) out.add_live(network.populations[population].name);
    return out;
}

/// Keeps the first complaint of the text parser.
class FirstError : public google::protobuf::io::ErrorCollector {
 public:
    int line = -1;
    std::string message;
    void AddError(int at_line, int, const std::string& text) override {
        if (line < 0) {
            line = at_line;
            message = text;
        }
    }
    void AddWarning(int, int, const std::string&) override {}
};

}  // namespace

std::string encode_network(const Network& network) {
    const proto::Network message = to_proto(network);
    std::string bytes;
    google::protobuf::io::StringOutputStream stream(&bytes);
    google::protobuf::io::CodedOutputStream coded(&stream);
    coded.SetSerializationDeterministic(true);
    message.SerializeToCodedStream(&coded);
    coded.Trim();
    return bytes;
}

std::string encode_network_text(const Network& network) {
    std::string text;
    google::protobuf::TextFormat::PrintToString(to_proto(network), &text);
    return text;
}

Network decode_network(std::string_view bytes, const std::string& source_name) {
    const google::protobuf::LogSilencer silence;  // the reason goes into the exception, not to stderr
    proto::Network message;
    if (bytes.size() > std::numeric_limits<int>::max() ||
        !message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())))
        throw InputError(
            {{"the bytes are no network in protobuf's binary format", source_name,
              "write it with spinn.proto.Network of protocols/network.proto (at most 2 GiB); text goes into .txtpb"}});
    return network_from_proto(message, source_name);
}

Network decode_network_text(std::string_view text, const std::string& source_name) {
    const google::protobuf::LogSilencer silence;
    proto::Network message;
    google::protobuf::TextFormat::Parser parser;
    FirstError error;
    parser.RecordErrorsTo(&error);
    parser.SetRecursionLimit(32);
    if (text.size() > std::numeric_limits<int>::max())
        throw InputError(
            {{"the text is longer than 2 GiB", source_name, "use the binary format or connection list files"}});
    google::protobuf::io::ArrayInputStream stream(text.data(), static_cast<int>(text.size()));
    if (!parser.Parse(&stream, &message))
        throw InputError(
            {{"no network in protobuf's text format: " + error.message,
              source_name + ':' + std::to_string(error.line + 1), "see protocols/network.proto for the fields"}});
    return network_from_proto(message, source_name);
}

}  // namespace spinn

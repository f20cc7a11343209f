#include "host/network_proto_decode.hpp"

#include <algorithm>
#include <unordered_map>

#include "host/network_names.hpp"
#include "host/validate_network.hpp"
#include "host/validate_projection.hpp"
#include "protocols/network.pb.h"

namespace spinn {

namespace {

struct ProtoReader {
    ProblemReport& report;
    Network& network;
    std::unordered_map<std::string, std::uint32_t> population_index;
};

Distribution from_proto(const proto::Distribution& in) {
    switch (in.kind_case()) {
        case proto::Distribution::kConstant:
            return constant(in.constant());
        case proto::Distribution::kUniform:
            return {DistributionKind::uniform, in.uniform().low(), in.uniform().high()};
        case proto::Distribution::kNormal:
            return {DistributionKind::normal, in.normal().mu(), in.normal().sigma()};
        case proto::Distribution::kNormalClipped: {
            const auto& clipped = in.normal_clipped();
            return {DistributionKind::normal_clipped, clipped.mu(), clipped.sigma(), clipped.low(), clipped.high()};
        }
        case proto::Distribution::kNormalClippedToBoundary: {
            const auto& clipped = in.normal_clipped_to_boundary();
            return {DistributionKind::normal_clipped_to_boundary, clipped.mu(), clipped.sigma(), clipped.low(),
                    clipped.high()};
        }
        case proto::Distribution::kExponential:
            return {DistributionKind::exponential, in.exponential().beta()};
        case proto::Distribution::kUniformInt:
            return {DistributionKind::uniform_int, in.uniform_int().low(), in.uniform_int().high()};
        case proto::Distribution::KIND_NOT_SET:
            break;
    }
    return {};
}

std::vector<double> from_proto(const proto::Numbers& in) { return {in.values().begin(), in.values().end()}; }

using ProtoValues = google::protobuf::Map<std::string, proto::Value>;

std::map<std::string, Value> from_proto(const ProtoReader& reader, const ProtoValues& in, const DocumentPath& path) {
    std::map<std::string, Value> values;
    for (const auto& [name, value] : in) {
        if (value.kind_case() == proto::Value::kList)
            values.emplace(name, from_proto(value.list()));
        else if (value.kind_case() == proto::Value::kDistribution &&
                 value.distribution().kind_case() != proto::Distribution::KIND_NOT_SET)
            values.emplace(name, from_proto(value.distribution()));
        else
            reader.report.add(path / name, "no value", "set the distribution (a constant for a number) or the list");
    }
    return values;
}

Structure from_proto(const ProtoReader& reader, const proto::Structure& in, const DocumentPath& path) {
    Structure structure;
    if (in.kind() != proto::Structure::LINE && in.kind() != proto::Structure::GRID_2D &&
        in.kind() != proto::Structure::LIST) {
        reader.report.add(path, "unknown kind of structure", "LINE, GRID_2D or LIST");
        return structure;
    }
    structure.kind = static_cast<Structure::Kind>(in.kind());
    if (in.has_dx()) structure.dx = in.dx();
    if (in.has_dy()) structure.dy = in.dy();
    if (in.has_aspect_ratio()) structure.aspect_ratio = in.aspect_ratio();
    structure.x0 = in.x0();
    structure.y0 = in.y0();
    structure.z0 = in.z0();
    for (const proto::Numbers& place : in.positions()) {
        if (place.values_size() != 3) {
            reader.report.add(path, "a place of " + std::to_string(place.values_size()) + " numbers", "x, y and z");
            break;
        }
        structure.positions.push_back({place.values(0), place.values(1), place.values(2)});
    }
    return structure;
}

Population from_proto(const ProtoReader& reader, const proto::Population& in, std::size_t index) {
    Population population;
    population.name = in.name();
    population.size = in.size();
    population.max_atoms_per_core = in.max_atoms_per_core();
    const DocumentPath path = DocumentPath{} / "populations" / (in.name().empty() ? std::to_string(index) : in.name());
    const auto model = model_by_name(in.model());
    if (!model) {
        reader.report.add(path / "model", "unknown model " + in_quotes(in.model()),
                          suggestion(in.model(), names_in(all_models())));
        return population;
    }
    population.model = *model;
    population.structure = from_proto(reader, in.structure(), path / "structure");
    for (const proto::Numbers& list : in.rates()) population.variable_rates.rates_hz.push_back(from_proto(list));
    for (const proto::Numbers& list : in.starts()) population.variable_rates.starts_ms.push_back(from_proto(list));
    for (const proto::Numbers& list : in.durations())
        population.variable_rates.durations_ms.push_back(from_proto(list));
    population.parameters = from_proto(reader, in.parameters(), path / "parameters");
    population.initial_values = from_proto(reader, in.initial(), path / "initial");
    for (const proto::Numbers& train : in.spike_times()) {
        std::vector<double> times = from_proto(train);
        std::sort(times.begin(), times.end(),
                  [](double a, double b) { return !(a != a) && (b != b || a < b); });  // NaN last
        population.spike_times_ms.push_back(std::move(times));
    }
    return population;
}

View from_proto(const ProtoReader& reader, const proto::View& in, const DocumentPath& path) {
    View view;
    view.population = 0xffffffff;
    const auto found = reader.population_index.find(in.population());
    if (found == reader.population_index.end()) {
        reader.report.add(
            path, "there is no population " + in_quotes(in.population()),
            reader.report.is_full() ? "" : suggestion(in.population(), names_in(reader.network.populations)));
        return view;
    }
    view.population = found->second;
    switch (in.neurons_case()) {
        case proto::View::kSlice:
            view.neurons.start = in.slice().start();
            view.neurons.step = std::max(in.slice().step(), 1u);
            view.neurons.count = in.slice().count();
            break;
        case proto::View::kIndices:
            view.neurons.indices = {in.indices().values().begin(), in.indices().values().end()};
            view.neurons.count = static_cast<std::uint32_t>(view.neurons.indices.size());
            break;
        case proto::View::NEURONS_NOT_SET:
            view.neurons.count = reader.network.populations[found->second].size;
            break;
    }
    return view;
}

template <class Message>
bool self_connections(const Message& in) {
    return !in.has_allow_self_connections() || in.allow_self_connections();
}

void read_list(const ProtoReader& reader, const proto::Connector::FromList& in, const DocumentPath& path,
               Projection& projection) {
    const int n = in.pre_size();
    const auto fits = [n](int size, bool optional) { return size == n || (optional && size == 0); };
    if (!fits(in.post_size(), false) || !fits(in.weight_size(), true) || !fits(in.delay_size(), true)) {
        reader.report.add(path, "the columns of the list differ in length",
                          "give pre, post and, if at all, weight and delay the same length");
        return;
    }
    const bool no_weight = n > 0 && in.weight_size() == 0 && projection.weight.kind != DistributionKind::constant;
    const bool no_delay = n > 0 && in.delay_size() == 0 && projection.delay_ms.kind != DistributionKind::constant;
    if (no_weight || no_delay) {
        reader.report.add(path,
                          std::string("rows leave the ") + (no_weight ? "weight" : "delay") +
                              " out, and the synapse's is a distribution",
                          "write it into the list");
        return;
    }
    const double delay = projection.delay_ms.a != 0.0 ? projection.delay_ms.a : reader.network.timestep_ms;
    projection.connector.rows.reserve(static_cast<std::size_t>(n));
    for (int i = 0; i < n; ++i)
        projection.connector.rows.push_back({in.pre(i), in.post(i),
                                             in.weight_size() > 0 ? in.weight(i) : projection.weight.a,
                                             in.delay_size() > 0 ? in.delay(i) : delay});
}

void read_connector(const ProtoReader& reader, const proto::Connector& in, const DocumentPath& path,
                    Projection& projection) {
    Connector& connector = projection.connector;
    const auto read_number = [&](ConnectorKind kind, const proto::Connector::FixedNumber& number) {
        connector.kind = kind;
        connector.n = number.n();
        connector.with_replacement = number.with_replacement();
        connector.allow_self_connections = self_connections(number);
    };
    switch (in.kind_case()) {
        case proto::Connector::kAllToAll:
            connector.kind = ConnectorKind::all_to_all;
            connector.allow_self_connections = self_connections(in.all_to_all());
            break;
        case proto::Connector::kOneToOne:
            connector.kind = ConnectorKind::one_to_one;
            break;
        case proto::Connector::kFixedProbability:
            connector.kind = ConnectorKind::fixed_probability;
            connector.probability = in.fixed_probability().p_connect();
            connector.allow_self_connections = self_connections(in.fixed_probability());
            break;
        case proto::Connector::kFixedTotalNumber:
            read_number(ConnectorKind::fixed_total_number, in.fixed_total_number());
            break;
        case proto::Connector::kFixedNumberPre:
            read_number(ConnectorKind::fixed_number_pre, in.fixed_number_pre());
            break;
        case proto::Connector::kFixedNumberPost:
            read_number(ConnectorKind::fixed_number_post, in.fixed_number_post());
            break;
        case proto::Connector::kFromList:
            connector.kind = ConnectorKind::list;
            read_list(reader, in.from_list(), path, projection);
            break;
        case proto::Connector::kPattern: {
            const proto::Connector::Pattern& pattern = in.pattern();
            const auto* description = find_name(all_patterns(), pattern.name());
            if (description == nullptr) {
                reader.report.add(path, "unknown connector " + in_quotes(pattern.name()),
                                  suggestion(pattern.name(), names_in(all_patterns())));
                break;
            }
            connector.kind = ConnectorKind::list;
            connector.pattern.kind = description->kind;
            connector.pattern.numbers = {pattern.numbers().begin(), pattern.numbers().end()};
            for (const auto& [name, list] : pattern.lists()) connector.pattern.lists.emplace(name, from_proto(list));
            connector.pattern.text = pattern.text();
            break;
        }
        case proto::Connector::KIND_NOT_SET:
            reader.report.add(path, "the projection has no connector", "set one of the connectors");
            break;
    }
}

void read_receptor(const ProtoReader& reader, const proto::Projection& in, const DocumentPath& path,
                   Projection& projection) {
    if (projection.post.population >= reader.network.populations.size()) return;
    const Population& post = reader.network.populations[projection.post.population];
    if (!is_neuron(post.model)) return;
    std::string name = in.receptor_name();
    if (name.empty())
        name = in.receptor() == proto::EXCITATORY   ? "excitatory"
               : in.receptor() == proto::INHIBITORY ? "inhibitory"
                                                    : std::to_string(static_cast<int>(in.receptor()));
    if (const auto known = receptor_by_name(describe(post.model), name))
        projection.receptor = Receptor{*known};
    else
        report_receptor(reader.report, post, name, path);
}

using ProtoParameters = google::protobuf::Map<std::string, double>;

std::vector<double> read_parameters(const ProtoReader& reader, const ProtoParameters& in,
                                    std::span<const ParameterDescription> described, const DocumentPath& path) {
    std::vector<double> values;
    for (const ParameterDescription& parameter : described) {
        const auto given = in.find(std::string(parameter.name));
        values.push_back(given == in.end() ? parameter.default_value : given->second);
    }
    for (const auto& [name, value] : in)
        if (find_name(described, name) == nullptr)
            reader.report.add(path / name, "the rule has no parameter " + in_quotes(name),
                              suggestion(name, names_in(described)));
    return values;
}

StdpRule from_proto(const ProtoReader& reader, const proto::Stdp& in, const DocumentPath& path) {
    StdpRule rule;
    const auto* const timing = find_name(all_timing_rules(), in.timing_dependence());
    const auto* const weight = find_name(all_weight_rules(), in.weight_dependence());
    if (timing == nullptr)
        reader.report.add(path / "timing_dependence", "unknown timing rule " + in_quotes(in.timing_dependence()),
                          suggestion(in.timing_dependence(), names_in(all_timing_rules())));
    if (weight == nullptr)
        reader.report.add(path / "weight_dependence", "unknown weight rule " + in_quotes(in.weight_dependence()),
                          suggestion(in.weight_dependence(), names_in(all_weight_rules())));
    if (timing == nullptr || weight == nullptr) return rule;
    rule.timing = timing->kind;
    rule.weight = weight->kind;
    rule.timing_parameters =
        read_parameters(reader, in.timing_parameters(), timing->parameters, path / "timing_dependence" / timing->name);
    rule.weight_parameters =
        read_parameters(reader, in.weight_parameters(), weight->parameters, path / "weight_dependence" / weight->name);
    rule.backprop_delay = !in.has_backprop_delay() || in.backprop_delay();
    return rule;
}

Projection from_proto(const ProtoReader& reader, const proto::Projection& in, const DocumentPath& path) {
    Projection projection;
    projection.name = in.name();
    projection.pre = from_proto(reader, in.pre(), path / "from");
    projection.post = from_proto(reader, in.post(), path / "to");
    projection.weight = from_proto(in.synapse().weight());
    projection.delay_ms = from_proto(in.synapse().delay());
    if (in.has_seed()) projection.seed = in.seed();
    read_receptor(reader, in, path / "receptor", projection);
    read_connector(reader, in.connector(), path / "connector", projection);
    if (in.has_stdp()) projection.stdp = from_proto(reader, in.stdp(), path / "synapse");
    if (in.has_tsodyks_markram()) {
        const proto::TsodyksMarkram& given = in.tsodyks_markram();
        ShortTermRule& rule = projection.short_term.emplace();
        if (given.has_u()) rule.u = given.u();
        if (given.has_tau_rec()) rule.tau_rec_ms = given.tau_rec();
        if (given.has_tau_facil()) rule.tau_facil_ms = given.tau_facil();
    }
    projection.record_weights_ms = in.record_weights();
    return projection;
}

}  // namespace

Network network_from_proto(const proto::Network& message, const std::string& source_name) {
    ProblemReport report([&](const DocumentPath&) { return FileLocation{source_name, 0}; });
    Network network;
    network.name = message.name();
    if (message.has_timestep()) network.timestep_ms = message.timestep();
    if (message.has_duration()) network.duration_ms = message.duration();
    if (message.has_seed()) network.seed = message.seed();
    network.machine = message.machine();
    ProtoReader reader{report, network, {}};
    for (int i = 0; i < message.populations_size(); ++i) {
        const auto index = static_cast<std::uint32_t>(i);
        network.populations.push_back(from_proto(reader, message.populations(i), index));
        reader.population_index.emplace(message.populations(i).name(), index);
    }
    for (int i = 0; i < message.projections_size(); ++i)
        network.projections.push_back(
            from_proto(reader, message.projections(i), DocumentPath{} / "projections" / static_cast<std::size_t>(i)));
    for (int i = 0; i < message.currents_size(); ++i) {
        const proto::Current& in = message.currents(i);
        const DocumentPath path = DocumentPath{} / "currents" / static_cast<std::size_t>(i);
        const auto* named = find_name(all_currents(), in.source());
        if (named == nullptr) {
            report.add(path / "source", "unknown current source " + in_quotes(in.source()),
                       suggestion(in.source(), names_in(all_currents())));
            continue;
        }
        InjectedCurrent& current = network.currents.emplace_back();
        current.kind = named->kind;
        current.view = from_proto(reader, in.view(), path / "into");
        current.parameters = {in.parameters().begin(), in.parameters().end()};
        current.times_ms = {in.times().begin(), in.times().end()};
        current.amplitudes = {in.amplitudes().begin(), in.amplitudes().end()};
    }
    for (int i = 0; i < message.recordings_size(); ++i) {
        const proto::Recording& in = message.recordings(i);
        Recording recording;
        recording.view =
            from_proto(reader, in.view(), DocumentPath{} / "record" / static_cast<std::size_t>(i) / "population");
        for (const int variable : in.variables()) recording.variables.push_back(static_cast<Variable>(variable));
        recording.sampling_interval_ms = in.sampling_interval();
        network.recordings.push_back(std::move(recording));
    }
    for (int i = 0; i < message.live_size(); ++i) {
        const auto found = reader.population_index.find(message.live(i));
        if (found == reader.population_index.end())
            report.add(DocumentPath{} / "live" / static_cast<std::size_t>(i),
                       "there is no population " + in_quotes(message.live(i)), "the name of one of the populations");
        else
            network.live.push_back(found->second);
    }
    split_signs(network);
    validate(network, report);
    report.throw_if_any();
    name_projections(network);
    return network;
}

}  // namespace spinn

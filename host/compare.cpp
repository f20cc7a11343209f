#include "host/compare.hpp"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "host/compare_verdict.hpp"
#include "mapper/recorded_view.hpp"
#include "protocols/error.hpp"

namespace spinn {

namespace {

constexpr std::size_t correlated_neurons = 200;
constexpr double correlation_bin_ms = 2.0;  // as van Albada et al. 2018
constexpr std::uint64_t sample_seed = 1;
constexpr std::uint32_t rate_stretches = 20;
constexpr std::uint32_t cv_stretches = 5;
constexpr double standard_errors = 3.0;
constexpr double alpha_of_all_tests = 0.01;
constexpr std::uint32_t never = 0xffffffff;

/// What the comparison of every population needs to know of the run.
struct RunInfo {
    double timestep_ms = 1.0;
    std::uint32_t ticks = 0;
    double alpha = alpha_of_all_tests;  ///< of one Kolmogorov-Smirnov test
};

/// Spikes that both trains have, and the tick of the first that only one has.
struct TrainComparison {
    std::uint64_t identical = 0;
    std::uint32_t first_difference = never;
};
TrainComparison compare_trains(std::span<const std::uint32_t> a, std::span<const std::uint32_t> b) {
    TrainComparison result;
    std::size_t i = 0, j = 0;
    const auto differs = [&](std::uint32_t tick) { result.first_difference = std::min(result.first_difference, tick); };
    while (i < a.size() && j < b.size()) {
        if (a[i] == b[j])
            ++result.identical, ++i, ++j;
        else if (a[i] < b[j])
            differs(a[i++]);
        else
            differs(b[j++]);
    }
    if (i < a.size()) differs(a[i]);
    if (j < b.size()) differs(b[j]);
    return result;
}

DistributionPair pair_of(std::vector<double> machine, std::vector<double> reference, std::size_t machine_samples,
                         std::size_t reference_samples, double alpha) {
    DistributionPair pair{.ks = ks_distance(machine, reference),
                          .ks_allowed = ks_critical(machine_samples, reference_samples, alpha)};
    pair.machine = std::move(machine);
    pair.reference = std::move(reference);
    return pair;
}

/// Standard error of the mean rate, Hz, from the rates of equal stretches of the run: this sees fluctuations that all
/// neurons share, which the spread over neurons does not.
double rate_error_hz(const SpikeTrains& trains, std::uint32_t ticks, double timestep_ms) {
    const std::uint32_t stretch = ticks / rate_stretches;
    if (stretch == 0 || trains.neurons.empty()) return 0.0;
    const std::vector<std::uint32_t> counts = binned_counts(trains, stretch, stretch * rate_stretches);
    std::vector<double> rates;
    for (const std::uint32_t count : counts)
        rates.push_back(count * 1000.0 / (stretch * timestep_ms * static_cast<double>(trains.neurons.size())));
    return standard_error_of_mean(rates);
}

/// Standard error of the mean CV, from equal stretches of the run; 0 when they have too few spikes to tell.
double cv_error(const SpikeTrains& trains, std::uint32_t ticks) {
    const std::uint32_t stretch = ticks / cv_stretches;
    std::vector<double> means;
    for (std::uint32_t k = 0; k < cv_stretches; ++k) {
        SpikeTrains part{.neurons = trains.neurons, .offsets = {0}};
        for (std::size_t i = 0; i < trains.neurons.size(); ++i) {
            for (const std::uint32_t tick : trains.of(i))
                if (tick >= k * stretch && tick - k * stretch < stretch) part.ticks.push_back(tick);
            part.offsets.push_back(part.ticks.size());
        }
        const double centre = mean(cv_of_intervals(part));
        if (std::isfinite(centre)) means.push_back(centre);
    }
    return means.size() < 2 ? 0.0 : standard_error_of_mean(means);
}

/// The distance that a shift of a distribution's mean causes: shift times its peak density, as if it were normal.
double distance_of_shift(double shift, const DistributionPair& pair) {
    const double deviation = std::sqrt(0.5 * (variance(pair.machine) + variance(pair.reference)));
    return deviation > 0.0 ? std::min(1.0, 0.4 * shift / deviation) : 0.0;
}

void compare_statistics(const SpikeTrains& machine, const SpikeTrains& reference, const RunInfo& run,
                        PopulationComparison& result) {
    const double seconds = run.ticks * run.timestep_ms / 1000.0;
    const auto n = static_cast<double>(machine.neurons.size());
    const std::vector<double> rates = rates_hz(machine, seconds), rates_reference = rates_hz(reference, seconds);
    result.rate_hz = mean(rates);
    result.rate_hz_reference = mean(rates_reference);
    const double error = std::hypot(rate_error_hz(machine, run.ticks, run.timestep_ms),
                                    rate_error_hz(reference, run.ticks, run.timestep_ms));
    result.rate_spread_hz = standard_errors * error + (seconds > 0.0 ? 1.0 / (n * seconds) : 0.0);
    result.rates = pair_of(rates, rates_reference, rates.size(), rates_reference.size(), run.alpha);
    result.rates.ks_allowed =
        std::min(1.0, result.rates.ks_allowed + distance_of_shift(standard_errors * error, result.rates));

    std::vector<double> cvs = cv_of_intervals(machine), cvs_reference = cv_of_intervals(reference);
    const std::size_t n_cvs = cvs.size(), n_cvs_reference = cvs_reference.size();
    result.cvs = pair_of(std::move(cvs), std::move(cvs_reference), n_cvs, n_cvs_reference, run.alpha);
    const double cv_spread = standard_errors * std::hypot(cv_error(machine, run.ticks), cv_error(reference, run.ticks));
    result.cvs.ks_allowed = std::min(1.0, result.cvs.ks_allowed + distance_of_shift(cv_spread, result.cvs));

    const std::vector<std::size_t> sample = fixed_sample(machine.neurons.size(), correlated_neurons, sample_seed);
    const auto bin = static_cast<std::uint32_t>(std::max(1.0, std::round(correlation_bin_ms / run.timestep_ms)));
    const CorrelationOptions options{.bin_ticks = bin, .n_ticks = run.ticks, .trains = sample};
    const auto firing = [&](const SpikeTrains& trains) {
        return static_cast<std::size_t>(
            std::ranges::count_if(sample, [&](std::size_t i) { return !trains.of(i).empty(); }));
    };
    result.correlations = pair_of(pairwise_correlations(machine, options), pairwise_correlations(reference, options),
                                  firing(machine), firing(reference), run.alpha);
}

/// The traces of v up to `last_tick`.
std::optional<TraceDifference> compare_traces(const RecordedSamples& machine, const RecordedSamples& reference,
                                              std::uint32_t last_tick) {
    TraceDifference result;
    double squares = 0.0;
    for (std::size_t column = 0; column < machine.neurons.size(); ++column) {
        const auto found = std::ranges::lower_bound(reference.neurons, machine.neurons[column]);
        if (found == reference.neurons.end() || *found != machine.neurons[column]) continue;
        const auto other = static_cast<std::size_t>(found - reference.neurons.begin());
        for (std::size_t row = 0; row < machine.samples(); ++row) {
            const std::uint64_t tick = machine.first_tick + std::uint64_t{row} * machine.interval_ticks;
            // v is recorded before the tick's update, so the sample at the differing spike still compares.
            if (tick > last_tick) break;
            if (tick % reference.interval_ticks != 0 || tick / reference.interval_ticks >= reference.samples())
                continue;
            const double difference =
                machine.values[row * machine.neurons.size() + column] -
                reference.values[static_cast<std::size_t>(tick / reference.interval_ticks) * reference.neurons.size() +
                                 other];
            if (!std::isfinite(difference)) continue;
            ++result.samples;
            squares += difference * difference;
            result.max_abs = std::max(result.max_abs, std::abs(difference));
        }
    }
    if (result.samples == 0) return std::nullopt;
    result.rmse = std::sqrt(squares / static_cast<double>(result.samples));
    return result;
}

const RecordedSamples* samples_of(const PopulationActivity& activity, Variable variable) {
    const auto found = std::ranges::find(activity.samples, variable, &RecordedSamples::variable);
    return found == activity.samples.end() ? nullptr : &*found;
}

PopulationComparison compare_population(const Network& network, std::size_t index, const PopulationActivity& machine,
                                        const PopulationActivity& reference, const RunInfo& run) {
    const Population& population = network.populations[index];
    PopulationComparison result{.name = population.name, .is_source = !is_neuron(population.model)};
    const std::vector<std::uint32_t> recorded = recorded_view(network, index, Variable::spikes).neurons;
    if (!recorded.empty()) {
        const SpikeTrains trains = spike_trains(machine, recorded),
                          trains_reference = spike_trains(reference, recorded);
        result.records_spikes = true;
        result.recorded_neurons = static_cast<std::uint32_t>(recorded.size());
        result.spikes = trains.ticks.size();
        result.spikes_reference = trains_reference.ticks.size();
        std::uint32_t first = never;
        for (std::size_t i = 0; i < recorded.size(); ++i) {
            const TrainComparison one = compare_trains(trains.of(i), trains_reference.of(i));
            result.spikes_identical += one.identical;
            first = std::min(first, one.first_difference);
        }
        if (first != never) result.first_divergence_tick = first;
        compare_statistics(trains, trains_reference, run, result);
    }
    return result;
}

}  // namespace

namespace {

/// What was asked for, or less where the run ended early (provenance: biological_s).
double run_duration_ms(const Results& results) {
    const nlohmann::json run = nlohmann::json::parse(results.provenance, nullptr, false);
    if (!run.is_object() || !run.contains("biological_s") || !run["biological_s"].is_number())
        return results.header.duration_ms;
    const double lived_ms = run["biological_s"].get<double>() * 1000.0;
    return lived_ms >= 0.0 ? std::min(lived_ms, results.header.duration_ms) : results.header.duration_ms;
}

}  // namespace

Network network_of_run(const Network& network, const Results& results) {
    const ResultsHeader& header = results.header;
    std::vector<Problem> problems;
    const auto wrong = [&](std::string what, std::string where) {
        problems.push_back({std::move(what), std::move(where), "compare a network with the results of its own run"});
    };
    if (header.populations.size() != network.populations.size())
        wrong("the network has " + std::to_string(network.populations.size()) + " populations, the results " +
                  std::to_string(header.populations.size()),
              "populations");
    for (std::size_t p = 0; p < std::min(header.populations.size(), network.populations.size()); ++p) {
        const Population& population = network.populations[p];
        const PopulationInfo& info = header.populations[p];
        const std::string where = "population '" + population.name + "'";
        if (info.name != population.name)
            wrong("is called '" + info.name + "' in the results", where);
        else if (info.model != describe(population.model).name)
            wrong("is of model " + info.model + " in the results", where);
        else if (info.size != population.size)
            wrong("has " + std::to_string(population.size) + " neurons, in the results " + std::to_string(info.size),
                  where);
        else if (!info.records_spikes && !recorded_view(network, p, Variable::spikes).neurons.empty())
            wrong("records spikes, but the results have none of it", where);
    }
    if (std::abs(header.timestep_ms - network.timestep_ms) > 1e-9) wrong("the timesteps differ", "timestep");
    if (!problems.empty()) throw InputError(std::move(problems));
    Network run = network;
    run.seed = header.seed;
    run.duration_ms = run_duration_ms(results);
    return run;
}

namespace {

/// Both sides are sorted by (pre, post, delay, weight). Synapses that share pre, post and delay are paired in the order
/// of their weights.
std::optional<WeightComparison> compare_samples(const std::string& projection, std::span<const WeightSample> machine,
                                                std::span<const WeightSample> reference) {
    if (machine.empty() || machine.size() != reference.size()) return std::nullopt;
    WeightComparison one{.projection = projection, .synapses = machine.size()};
    const auto n = static_cast<double>(machine.size());
    for (std::size_t s = 0; s < machine.size(); ++s) {
        if (machine[s].pre != reference[s].pre || machine[s].post != reference[s].post) return std::nullopt;
        const double difference = machine[s].weight - reference[s].weight;
        one.mean += machine[s].weight / n;
        one.mean_reference += reference[s].weight / n;
        one.rmse += difference * difference / n;
        one.max_abs = std::max(one.max_abs, std::abs(difference));
    }
    one.rmse = std::sqrt(one.rmse);
    double both = 0.0, of_machine = 0.0, of_reference = 0.0;
    for (std::size_t s = 0; s < machine.size(); ++s) {
        const double a = machine[s].weight - one.mean, b = reference[s].weight - one.mean_reference;
        both += a * b;
        of_machine += a * a;
        of_reference += b * b;
    }
    one.correlation = both / std::sqrt(of_machine * of_reference);
    return one;
}

std::vector<WeightComparison> compare_weights(const Network& network, const Results& results,
                                              const ReferenceResult& reference) {
    std::vector<WeightComparison> compared;
    for (std::size_t p = 0; p < std::min(network.projections.size(), reference.weights.size()); ++p) {
        const std::string& name = network.projections[p].name;
        const auto found = std::ranges::find(results.weights, name, &RecordedWeights::projection);
        if (found == results.weights.end() || found->synapses.empty()) continue;
        if (auto one = compare_samples(name, found->synapses.back(), reference.weights[p]))
            compared.push_back(std::move(*one));
    }
    return compared;
}

}  // namespace

Comparison compare(const Network& network, const Results& results, const ReferenceResult& reference) {
    Comparison comparison{.timestep_ms = network.timestep_ms, .ticks = reference.ticks};
    RunInfo run{.timestep_ms = network.timestep_ms, .ticks = reference.ticks};
    std::size_t tests = 0;
    for (std::size_t p = 0; p < network.populations.size(); ++p)
        if (is_neuron(network.populations[p].model) && !recorded_view(network, p, Variable::spikes).neurons.empty())
            tests += 3;
    run.alpha = alpha_of_all_tests / static_cast<double>(std::max<std::size_t>(tests, 1));

    std::uint64_t identical = 0, machine = 0, exact = 0;
    std::uint32_t first_divergence = never;
    std::vector<std::size_t> compared;
    for (std::size_t p = 0; p < network.populations.size(); ++p) {
        const bool recorded = std::ranges::any_of(network.recordings, [&](const Recording& recording) {
            return recording.view.population == p && recording.view.neurons.count > 0;
        });
        if (!recorded) continue;
        compared.push_back(p);
        const PopulationComparison& one = comparison.populations.emplace_back(
            compare_population(network, p, results.populations[p], reference.populations[p], run));
        identical += one.spikes_identical;
        machine += one.spikes;
        exact += one.spikes_reference;
        first_divergence = std::min(first_divergence, one.first_divergence_tick.value_or(never));
    }
    for (std::size_t i = 0; i < compared.size(); ++i) {
        const RecordedSamples* v = samples_of(results.populations[compared[i]], Variable::v);
        const RecordedSamples* v_reference = samples_of(reference.populations[compared[i]], Variable::v);
        if (v != nullptr && v_reference != nullptr)
            comparison.populations[i].v = compare_traces(*v, *v_reference, first_divergence);
    }
    const std::uint64_t most = std::max(machine, exact);
    comparison.identical_spikes = most == 0 ? 1.0 : static_cast<double>(identical) / static_cast<double>(most);
    comparison.weights = compare_weights(network, results, reference);
    judge(comparison);
    return comparison;
}

nlohmann::ordered_json to_json(const Comparison& comparison) {
    using Json = nlohmann::ordered_json;
    const auto number = [](double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); };
    Json populations = Json::object();
    for (const PopulationComparison& one : comparison.populations) {
        const auto spiking = [&](double value) { return one.records_spikes ? number(value) : Json(nullptr); };
        Json entry;
        entry["rate_hz"] = spiking(one.rate_hz);
        entry["rate_hz_ref"] = spiking(one.rate_hz_reference);
        entry["first_divergence_ms"] =
            one.first_divergence_tick ? Json(*one.first_divergence_tick * comparison.timestep_ms) : Json(nullptr);
        entry["v_rmse_mv"] = one.v ? number(one.v->rmse) : Json(nullptr);
        entry["v_max_abs_mv"] = one.v ? number(one.v->max_abs) : Json(nullptr);
        entry["cv_isi"] = spiking(mean(one.cvs.machine));
        entry["cv_isi_ref"] = spiking(mean(one.cvs.reference));
        entry["ks_rate"] = spiking(one.rates.ks);
        entry["ks_cv"] = spiking(one.cvs.ks);
        entry["ks_correlation"] = spiking(one.correlations.ks);
        populations[one.name] = std::move(entry);
    }
    Json weights = Json::object();
    for (const WeightComparison& one : comparison.weights)
        weights[one.projection] = {
            {"synapses", one.synapses}, {"mean", number(one.mean)},       {"mean_ref", number(one.mean_reference)},
            {"rmse", number(one.rmse)}, {"max_abs", number(one.max_abs)}, {"correlation", number(one.correlation)}};
    Json json;
    json["populations"] = std::move(populations);
    if (!comparison.weights.empty()) json["weights"] = std::move(weights);  // of projections that learn
    json["identical_spikes"] = comparison.identical_spikes;
    json["verdict"] = comparison.verdict;
    return json;
}

}  // namespace spinn

#include "host/compare_verdict.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

namespace spinn {

namespace {

constexpr double allowed_rmse_mv = 0.5;

std::string quoted(const std::string& name) { return "'" + name + "'"; }

/// What speaks against agreement, one clause each.
std::vector<std::string> objections(const Comparison& comparison) {
    std::vector<std::string> found;
    for (const PopulationComparison& one : comparison.populations) {
        if (one.is_source && one.first_divergence_tick) {
            found.push_back("the spikes of source " + quoted(one.name) +
                            " are not those of the reference, so this was not the same network or seed");
            continue;
        }
        if (one.v && one.v->rmse > allowed_rmse_mv)
            found.push_back("membrane potentials of " + quoted(one.name) + " are off by " + fixed_text(one.v->rmse, 2) +
                            " mV (root mean square) while all spikes still agree");
        if (!one.records_spikes || !one.first_divergence_tick) continue;
        if (std::abs(one.rate_hz - one.rate_hz_reference) > one.rate_spread_hz)
            found.push_back(quoted(one.name) + " fires at " + fixed_text(one.rate_hz, 2) + " Hz, the reference at " +
                            fixed_text(one.rate_hz_reference, 2) + " Hz, where sampling explains " +
                            fixed_text(one.rate_spread_hz, 2) + " Hz");
        const auto distance = [&](const DistributionPair& pair, const char* what) {
            if (pair.ks > pair.ks_allowed)  // false for NaN: nothing to compare
                found.push_back(std::string("the distributions of ") + what + " of " + quoted(one.name) + " lie " +
                                fixed_text(pair.ks, 3) + " apart, where sampling explains " +
                                fixed_text(pair.ks_allowed, 3));
        };
        distance(one.rates, "rates");
        distance(one.cvs, "interval variation");
        distance(one.correlations, "correlations");
    }
    return found;
}

std::string list(const std::vector<std::string>& clauses) {
    std::string text;
    for (const std::string& clause : clauses) text += (text.empty() ? "" : "; ") + clause;
    return text;
}

}  // namespace

std::string fixed_text(double value, int decimals) {
    if (!std::isfinite(value)) return "-";
    std::array<char, 400> buffer{};
    std::snprintf(buffer.data(), buffer.size(), "%.*f", decimals, value);
    return buffer.data();
}

std::string with_separators(std::uint64_t number) {
    std::string digits = std::to_string(number);
    for (std::size_t at = digits.size(); at > 3;) digits.insert(at -= 3, ",");
    return digits;
}

void judge(Comparison& comparison) {
    std::uint64_t spikes = 0, traces = 0;
    double worst_rmse = 0.0;
    bool any_spikes_recorded = false;
    const PopulationComparison* first = nullptr;
    for (const PopulationComparison& one : comparison.populations) {
        spikes += std::max(one.spikes, one.spikes_reference);
        any_spikes_recorded = any_spikes_recorded || one.records_spikes;
        if (one.v) ++traces, worst_rmse = std::max(worst_rmse, one.v->rmse);
        if (one.first_divergence_tick &&
            (first == nullptr || *one.first_divergence_tick < *first->first_divergence_tick))
            first = &one;
    }
    const std::string membranes = traces == 0
                                      ? ""
                                      : "; membrane potentials agree to " + fixed_text(worst_rmse, 4) +
                                            " mV (root mean square" + (first == nullptr ? ")" : ", until spikes part)");

    if (!any_spikes_recorded && traces == 0) {
        comparison.agreement = Agreement::nothing_recorded;
        comparison.verdict = "Nothing to compare: the network records neither spikes nor membrane potentials.";
        return;
    }
    if (const std::vector<std::string> reasons = objections(comparison); !reasons.empty()) {
        comparison.agreement = Agreement::different;
        comparison.verdict = "Different from the reference: " + list(reasons) + ".";
        return;
    }
    if (first == nullptr) {
        comparison.agreement = Agreement::identical;
        const std::string what = !any_spikes_recorded ? "No spikes were recorded"
                                 : spikes == 0        ? "Neither run has a spike"
                                                      : "Identical: all " + with_separators(spikes) +
                                                     " spikes fall in the same time step as in the reference";
        comparison.verdict = what + membranes + ".";
        return;
    }
    comparison.agreement = Agreement::statistical;
    comparison.verdict =
        "Same statistics: the runs agree spike by spike until " +
        fixed_text(*first->first_divergence_tick * comparison.timestep_ms, 1) + " ms (" + quoted(first->name) +
        ") and then part (" + fixed_text(100.0 * comparison.identical_spikes, 1) +
        " % of all spikes fall in the same time step); rates, interval variation and correlations differ no more than "
        "samples of this size do" +
        membranes + ".";
}

std::string to_text(const Comparison& comparison) {
    std::string text;
    std::array<char, 512> line{};
    const auto add = [&](auto... values) {
        std::snprintf(line.data(), line.size(), values...);
        text += line.data();
    };
    std::size_t width = 10;
    for (const PopulationComparison& one : comparison.populations) width = std::max(width, one.name.size());
    const int w = static_cast<int>(std::min<std::size_t>(width, 40));
    add("%-*s %9s %9s %7s %7s %9s %9s %7s %7s %7s %10s\n", w, "population", "rate Hz", "ref Hz", "CV", "ref CV", "same",
        "parts at", "KS rate", "KS CV", "KS corr", "v rmse mV");
    for (const PopulationComparison& one : comparison.populations) {
        const auto shown = [&](double value, int decimals) {
            return one.records_spikes ? fixed_text(value, decimals) : "-";
        };
        const std::uint64_t most = std::max(one.spikes, one.spikes_reference);
        const double same =
            most == 0 ? 100.0 : 100.0 * static_cast<double>(one.spikes_identical) / static_cast<double>(most);
        const std::string parts = one.first_divergence_tick
                                      ? fixed_text(*one.first_divergence_tick * comparison.timestep_ms, 1) + " ms"
                                      : "never";
        add("%-*.*s %9s %9s %7s %7s %8s%% %9s %7s %7s %7s %10s\n", w, w, one.name.c_str(),
            shown(one.rate_hz, 2).c_str(), shown(one.rate_hz_reference, 2).c_str(),
            shown(mean(one.cvs.machine), 3).c_str(), shown(mean(one.cvs.reference), 3).c_str(), shown(same, 2).c_str(),
            one.records_spikes ? parts.c_str() : "-", shown(one.rates.ks, 3).c_str(), shown(one.cvs.ks, 3).c_str(),
            shown(one.correlations.ks, 3).c_str(), one.v ? fixed_text(one.v->rmse, 4).c_str() : "-");
    }
    if (!comparison.weights.empty()) {
        for (const WeightComparison& one : comparison.weights) width = std::max(width, one.projection.size());
        const int v = static_cast<int>(std::min<std::size_t>(width, 40));
        add("\n%-*s %9s %12s %12s %12s %12s %11s\n", v, "weights", "synapses", "mean", "ref mean", "rmse", "largest",
            "correlation");
        for (const WeightComparison& one : comparison.weights)
            add("%-*.*s %9zu %12.6g %12.6g %12.6g %12.6g %11s\n", v, v, one.projection.c_str(), one.synapses, one.mean,
                one.mean_reference, one.rmse, one.max_abs, fixed_text(one.correlation, 4).c_str());
    }
    return text + "\n" + comparison.verdict + "\n";
}

}  // namespace spinn

#include "host/weights.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <string>

#include "host/extract.hpp"
#include "host/network_proto.hpp"
#include "runtime/layout/regions.hpp"

namespace spinn {

namespace {

std::span<const PlasticSynapse> of_projection(const std::vector<PlasticSynapse>& all, std::uint32_t projection) {
    const auto begin = std::ranges::lower_bound(all, projection, {}, &PlasticSynapse::projection);
    return {begin, std::ranges::upper_bound(begin, all.end(), projection, {}, &PlasticSynapse::projection)};
}

std::vector<WeightSample> samples_of(std::span<const PlasticSynapse> synapses, double timestep_ms) {
    std::vector<WeightSample> samples;
    samples.reserve(synapses.size());
    for (const PlasticSynapse& synapse : synapses)
        samples.push_back({synapse.pre, synapse.post, synapse.weight, synapse.delay_ticks * timestep_ms});
    return samples;
}

WeightSummary summary_of(std::string name, std::span<const PlasticSynapse> synapses) {
    WeightSummary summary{std::move(name), synapses.size()};
    if (synapses.empty()) return summary;
    double sum = 0.0, squares = 0.0;
    for (const PlasticSynapse& synapse : synapses) sum += synapse.weight;
    summary.mean = sum / static_cast<double>(synapses.size());
    for (const PlasticSynapse& synapse : synapses) squares += std::pow(synapse.weight - summary.mean, 2);
    summary.deviation = std::sqrt(squares / static_cast<double>(synapses.size()));
    const auto [least, most] = std::ranges::minmax_element(synapses, {}, &PlasticSynapse::weight);
    summary.smallest = least->weight;
    summary.largest = most->weight;
    return summary;
}

}  // namespace

std::vector<WeightSample> projection_weights(Machine& machine, const Network& network, std::size_t projection,
                                             Exchange* exchange) {
    return samples_of(of_projection(plastic_synapses(machine, exchange), static_cast<std::uint32_t>(projection)),
                      network.timestep_ms);
}

bool learns(const MachineImage& image) {
    return std::ranges::any_of(image.segments, [](const ImageSegment& segment) {
        std::array<std::uint32_t, region_table_words> words{};
        if (segment.bytes.size() < sizeof words) return false;
        std::memcpy(words.data(), segment.bytes.data(), sizeof words);
        if (words[0] != region_table_magic) return false;
        const auto table = decode_region_table(words);
        const auto* regions = std::get_if<RegionTable>(&table);
        return regions != nullptr && (*regions)[static_cast<std::size_t>(Region::plasticity)].pointer != 0;
    });
}

WeightReader::WeightReader(const MachineImage& image, Machine& machine, Exchange* exchange, ResultsWriter* writer)
    : machine_(machine),
      exchange_(exchange != nullptr && exchange->processes() > 1 ? exchange : nullptr),
      writer_(writer) {
    if (image.network.empty() || !learns(image)) return;  // decoding takes seconds where a list has 10^7 synapses
    network_ = decode_network(image.network, "network in the image");
    for (std::uint32_t p = 0; p < network_.projections.size(); ++p) {
        const Projection& projection = network_.projections[p];
        if (!projection.stdp) continue;
        plans_.push_back(
            {p, static_cast<std::uint32_t>(std::lround(projection.record_weights_ms / network_.timestep_ms))});
    }
}

std::uint32_t WeightReader::ticks_to_next(std::uint32_t done) const {
    std::uint32_t ticks = ~0u;
    if (writer_ == nullptr && exchange_ == nullptr) return ticks;  // nobody would read them
    for (const Plan& plan : plans_)
        if (plan.interval_ticks > 0) ticks = std::min(ticks, plan.interval_ticks - done % plan.interval_ticks);
    return ticks;
}

void WeightReader::write(const Plan& plan, std::uint32_t done, const std::vector<PlasticSynapse>& all) {
    if (writer_ == nullptr) return;
    const Projection& projection = network_.projections[plan.projection];
    const bool conductance = describe(network_.populations[projection.post.population].model).conductance;
    writer_->append_weights(projection.name, conductance ? "uS" : "nA", done * network_.timestep_ms,
                            samples_of(of_projection(all, plan.projection), network_.timestep_ms));
}

void WeightReader::take(std::uint32_t done) {
    const auto is_due = [&](const Plan& plan) { return plan.interval_ticks > 0 && done % plan.interval_ticks == 0; };
    if ((writer_ == nullptr && exchange_ == nullptr) || std::ranges::none_of(plans_, is_due)) return;
    const std::vector<PlasticSynapse> all = plastic_synapses(machine_, exchange_);
    for (const Plan& plan : plans_)
        if (is_due(plan)) write(plan, done, all);
}

std::vector<WeightSummary> WeightReader::finish(std::uint32_t done) {
    std::vector<WeightSummary> summaries;
    if (plans_.empty()) return summaries;
    const std::vector<PlasticSynapse> all = plastic_synapses(machine_, exchange_);
    for (const Plan& plan : plans_) {
        const bool written = done > 0 && plan.interval_ticks > 0 && done % plan.interval_ticks == 0;
        if (!written) write(plan, done, all);
        summaries.push_back(
            summary_of(network_.projections[plan.projection].name, of_projection(all, plan.projection)));
    }
    return summaries;
}

}  // namespace spinn

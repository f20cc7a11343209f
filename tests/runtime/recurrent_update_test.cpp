/// The recurrent rule against its definition, synapse by synapse: all windows as (opened, length), all spikes in the
/// order in which the synapse meets them.
#include "runtime/recurrent_update.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <random>

#include "runtime/plastic_input.hpp"
#include "runtime/synaptic_input.hpp"

namespace spinn {
namespace {

constexpr SynapseRegion shape{4, 1, 4, {3, 0}, 1};  // 16 atoms, 2 receptors, 16 slots

PlasticityRegion region_of(WeightRule weight, std::int32_t depression, std::int32_t potentiation) {
    PlasticityRegion region;
    region.timing = TimingRule::recurrent;
    region.weight = weight;
    region.depression_limit = depression;
    region.potentiation_limit = potentiation;
    for (const double mean : {35.0, 20.0}) {
        DecayTable table;
        for (int i = 0; i < 2048; ++i)
            table.entries.push_back(static_cast<std::int16_t>(std::floor(-std::log(1.0 - i / 2048.0) * mean)));
        region.tables.push_back(table);
    }
    region.constants.fill({{40}, {9000 << 3}, {2500}, {2300}, {0}, {0}});
    return region;
}

struct Synapse {
    std::uint32_t atom, delay;
    std::int64_t weight;
    int count = 0;
};

TEST(RecurrentRule, CountsSpikesWithinTheWindowsOfTheOtherSide) {
    for (const auto& [weight_rule, depression, potentiation] :
         {std::tuple(WeightRule::additive, 2, 3), std::tuple(WeightRule::multiplicative, 3, 2),
          std::tuple(WeightRule::additive, 1, 1)}) {
        const PlasticityRegion rule = region_of(weight_rule, depression, potentiation);
        const WeightConstants& c = rule.constants[0];
        const bool additive = weight_rule == WeightRule::additive;
        std::mt19937 random(5);
        LooseRows loose{0, 3, 2, 16, {}, {}};
        std::vector<Synapse> synapses;
        for (std::uint32_t i = 0; i < 37; ++i) {
            const Synapse synapse{static_cast<std::uint32_t>(random() % 16),
                                  2 + static_cast<std::uint32_t>(random() % 15),
                                  static_cast<std::int64_t>(100 + random() % 8000)};
            synapses.push_back(synapse);
            loose.row.push_back(1);
            loose.word.push_back(
                synaptic_word(shape, static_cast<std::uint32_t>(synapse.weight), synapse.delay, 0, synapse.atom));
        }
        std::vector<std::uint32_t> region(4096);
        const std::vector<CoreProjection> projections(1);
        PlasticInput input =
            make_plastic_input(rule, lay_out_plastic_rows(projections, {&loose, 1}, region, rule.timing), shape, 16);
        input.seed = 77;
        input.population = 4;
        input.first_neuron = 100;
        RingBuffer ring = make_ring_buffer(shape);

        std::map<std::uint32_t, std::vector<std::uint32_t>> posts;  // [atom] ticks
        std::uint32_t last_pre = 0, last_window = 0;
        int changes = 0;
        for (std::uint32_t tick = 0; tick < 900; ++tick) {
            for (std::uint32_t atom = 0; atom < 16; ++atom) {
                if (random() % 25 != 0) continue;
                enter_post_spikes(input, tick, {&atom, 1});
                posts[atom].push_back(tick);
            }
            if (random() % 20 != 0) continue;
            for (Synapse& s : synapses) {
                std::int64_t raw = s.weight << 3;
                const auto step = [&](int by) {
                    s.count += by;
                    if (s.count != potentiation && s.count != -depression) return;
                    s.count = 0;
                    ++changes;
                    // One whole step: x is 2048, 1.0 in s4.11.
                    if (by > 0)
                        raw = additive ? std::min<std::int64_t>(raw + 2500, 9000 << 3)
                                       : raw + ((((9000 << 3) - raw) * 2500) >> 15);
                    else
                        raw = additive ? std::max<std::int64_t>(raw - 2300, 40) : raw - (((raw - 40) * 2300) >> 15);
                };
                std::uint32_t seen = 0;
                bool any = false;
                for (const std::uint32_t post : posts[s.atom]) {
                    const std::uint32_t at = post + s.delay;
                    if (at > tick) break;
                    any = true;
                    seen = post;
                    if (at > last_pre && post > 0 && at - last_pre < last_window) step(+1);
                }
                if (any) {
                    const std::uint32_t draw = random_block(77, DrawUse::post_window, 4, 100 + s.atom, seen, 0)[0];
                    const int window = rule.tables[1].entries[draw % 2048];
                    if (static_cast<int>(tick - (seen + s.delay)) < window) step(-1);
                }
                if (raw < 0) raw = c.w_min.raw;
                s.weight = raw >> 3;
            }
            receive_plastic(input, shape, ring, 0, 1, tick, 1);
            last_pre = tick;
            last_window = static_cast<std::uint32_t>(
                rule.tables[0].entries[random_block(77, DrawUse::pre_window, 0, 1, tick, 0)[0] % 2048]);
            const auto row = std::get<PlasticRowCopy>(decode_plastic_row(region, input.matrices[0].header, 1));
            for (std::size_t s = 0; s < synapses.size(); ++s) {
                ASSERT_EQ(row.weights[s], synapses[s].weight) << "synapse " << s << " after tick " << tick;
                ASSERT_EQ(row.accumulators[s], synapses[s].count) << "synapse " << s << " after tick " << tick;
            }
        }
        EXPECT_GT(changes, 100);
    }
}

}  // namespace
}  // namespace spinn

/// Plastic rows against a plain twin: one synapse at a time, a history that is shuffled down as the board's is, and
/// sums written out as the page has them (neural-runtime, section 4).
#include "runtime/plastic_input.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <vector>

#include "runtime/synaptic_input.hpp"

namespace spinn {
namespace {

constexpr SynapseRegion shape{4, 1, 4, {3, 0}, 1};  // 16 atoms, 2 receptors, 16 slots

DecayTable table_of(double tau, std::uint32_t shift) {
    DecayTable table{shift, {}};
    for (int i = 0; i < 160; ++i)
        table.entries.push_back(static_cast<std::int16_t>(std::floor(2048.0 * std::exp(-double(i << shift) / tau))));
    return table;
}

PlasticityRegion region_of(TimingRule timing, WeightRule weight) {
    PlasticityRegion region;
    region.timing = timing;
    region.weight = weight;
    region.alpha = timing == TimingRule::vogels_2011 ? 246 : 0;
    region.tables = {table_of(20.0, 0), table_of(17.0, 0)};
    if (timing == TimingRule::pfister_triplet) {
        region.tables.push_back(table_of(101.0, 2));
        region.tables.push_back(table_of(125.0, 2));
    }
    region.constants[0] = {{40}, {9000 << 3}, {2500}, {2300}, {900}, {700}};
    region.constants[1] = {{0}, {30000}, {2100}, {3100}, {500}, {800}};
    return region;
}

/// What a board keeps and does, for one neuron and one synapse.
struct BoardHistory {
    std::vector<PostEvent> entries{PostEvent{}};  // the placeholder, then at most 15
};

struct BoardSynapse {
    std::uint32_t atom, receptor, delay;
    std::int64_t weight;  // integer
};

class Board {
 public:
    explicit Board(const PlasticityRegion& region) : p_(region), histories_(16) {}

    void post(std::uint32_t atom, std::uint32_t tick) {
        std::vector<PostEvent>& entries = histories_[atom].entries;
        const PostEvent last = entries.back();
        const std::int64_t since = tick - last.tick;
        PostEvent event{tick, {}};
        if (p_.timing != TimingRule::spike_nearest_pair)
            event.trace.first = static_cast<std::int16_t>(times(last.trace.first, at(1, since)) + 2048);
        if (p_.timing == TimingRule::pfister_triplet && last.tick != 0)
            event.trace.second = static_cast<std::int16_t>(times(last.trace.second + 2048, at(3, since)));
        if (entries.size() == 16) entries.erase(entries.begin() + 1);
        entries.push_back(event);
    }

    void pre(std::uint32_t tick, std::vector<BoardSynapse>& synapses) {
        const PostEvent old = pre_;
        pre_.tick = tick;
        pre_.trace = {};
        if (p_.timing != TimingRule::spike_nearest_pair)
            pre_.trace.first = static_cast<std::int16_t>(times(old.trace.first, at(0, tick - old.tick)) + 2048);
        if (p_.timing == TimingRule::pfister_triplet && old.tick != 0)
            pre_.trace.second = static_cast<std::int16_t>(times(old.trace.second + 2048, at(2, tick - old.tick)));
        for (BoardSynapse& synapse : synapses) update(synapse, old, tick);
    }

 private:
    static std::int64_t times(std::int64_t a, std::int64_t b) { return (a * b) >> 11; }
    std::int64_t at(std::size_t table, std::int64_t ticks) const {
        const auto i = static_cast<std::size_t>(ticks >> p_.tables[table].shift);
        return i < p_.tables[table].entries.size() ? p_.tables[table].entries[i] : 0;
    }
    static std::int64_t change(Accum a, std::int64_t x) { return (a.raw * (x << 4)) >> 15; }

    void potentiate(const WeightConstants& c, std::int64_t& w, std::int64_t x, std::int64_t x3) const {
        if (p_.weight == WeightRule::multiplicative) {
            w += change({static_cast<std::int32_t>(((c.w_max.raw - w) * c.a_plus.raw) >> 15)}, x);
            return;
        }
        w += change(c.a_plus, x);
        if (p_.weight == WeightRule::additive_triplet) w += change(c.a3_plus, x3);
        if (w > c.w_max.raw) w = c.w_max.raw;
    }
    void depress(const WeightConstants& c, std::int64_t& w, std::int64_t x, std::int64_t x3) const {
        if (p_.weight == WeightRule::multiplicative) {
            w -= change({static_cast<std::int32_t>(((w - c.w_min.raw) * c.a_minus.raw) >> 15)}, x);
            return;
        }
        w -= change(c.a_minus, x);
        if (p_.weight == WeightRule::additive_triplet) w -= change(c.a3_minus, x3);
        if (w < c.w_min.raw) w = c.w_min.raw;
    }

    void update(BoardSynapse& synapse, const PostEvent& old, std::uint32_t tick) const {
        const WeightConstants& c = p_.constants[synapse.receptor];
        const std::uint32_t shift = shape.shift[synapse.receptor], d = p_.backprop_delay ? synapse.delay : 0;
        const std::int64_t begin = old.tick > d ? old.tick - d : 0, end = tick > d ? tick - d : 0;
        std::int64_t w = synapse.weight << shift;
        const std::vector<PostEvent>& entries = histories_[synapse.atom].entries;
        std::size_t previous = 0;
        for (std::size_t i = 1; i < entries.size() && entries[i].tick <= end; ++i) {
            const PostEvent& post = entries[i];
            if (post.tick > begin) {
                const std::int64_t since = post.tick + d - old.tick;
                std::int64_t r1 = times(old.trace.first, at(0, since));
                if (p_.timing == TimingRule::spike_nearest_pair)
                    r1 = post.tick + d - entries[previous].tick < since ? 0 : at(0, since);
                if (p_.timing == TimingRule::vogels_2011 || since > 0)
                    potentiate(c, w, r1, times(r1, post.trace.second));
            }
            previous = i;
        }
        if (previous > 0) {
            const PostEvent& post = entries[previous];
            const std::int64_t since = tick - (post.tick + d);
            const std::int64_t o1 =
                p_.timing == TimingRule::spike_nearest_pair ? at(1, since) : times(post.trace.first, at(1, since));
            if (p_.timing == TimingRule::vogels_2011)
                potentiate(c, w, o1 - p_.alpha, 0);
            else
                depress(c, w, o1, times(o1, pre_.trace.second));
        }
        // Not the board's: there it wraps.
        if (w < 0) w = c.w_min.raw;
        synapse.weight = w >> shift;
        if (synapse.weight > 0xffff) synapse.weight = std::min(c.w_max.raw >> shift, 0xffff);
    }

    PlasticityRegion p_;
    std::vector<BoardHistory> histories_;
    PostEvent pre_;
};

/// One source neuron with synapses of many delays, and its core.
struct Core {
    std::vector<std::uint32_t> region = std::vector<std::uint32_t>(4096);
    std::vector<BoardSynapse> synapses;
    PlasticInput input;
    RingBuffer ring = make_ring_buffer(shape);

    Core(const PlasticityRegion& rule, std::uint32_t min_delay, std::mt19937& random, bool one_delay = false,
         InstructionSet set = best_instruction_set()) {
        const std::uint32_t max_delay = one_delay ? min_delay : 16;
        LooseRows loose{0, 3, min_delay, max_delay, {}, {}};
        const auto receptor = static_cast<std::uint32_t>(random() % 2);
        for (std::uint32_t i = 0; i < 37; ++i) {
            const BoardSynapse synapse{static_cast<std::uint32_t>(random() % 16), receptor,
                                       min_delay + static_cast<std::uint32_t>(random() % (max_delay + 1 - min_delay)),
                                       static_cast<std::int64_t>(100 + random() % 8000)};
            synapses.push_back(synapse);
            loose.row.push_back(1);
            loose.word.push_back(synaptic_word(shape, static_cast<std::uint32_t>(synapse.weight), synapse.delay,
                                               synapse.receptor, synapse.atom));
        }
        std::vector<CoreProjection> projections(1);
        input = make_plastic_input(rule, lay_out_plastic_rows(projections, {&loose, 1}, region), shape, 16, set);
    }
};

class EveryRule : public testing::TestWithParam<std::pair<TimingRule, WeightRule>> {};

/// Random spikes of 600 ticks on both sides; the core hears of pre spikes only at the end of windows.
void expect_the_boards_weights_with(InstructionSet set, bool plain, const PlasticityRegion& rule, std::uint32_t window,
                                    double pre_rate, double post_rate, std::uint32_t seed, bool one_delay) {
    std::mt19937 random(seed);
    std::bernoulli_distribution pre(pre_rate), post(post_rate);
    Core core(rule, window, random, one_delay, set);
    core.input.plain = plain;
    std::vector<BoardSynapse> expected = core.synapses;
    Board board(rule);
    std::vector<std::uint64_t> sums(core.ring.sums.size(), 0);
    std::vector<std::pair<std::uint32_t, std::uint32_t>> waiting;  // tick, repeats
    std::uint32_t updates = 0;
    for (std::uint32_t tick = 0; tick < 600; ++tick) {
        std::vector<std::uint32_t> atoms;
        for (std::uint32_t atom = 0; atom < 16; ++atom)
            if (post(random)) atoms.push_back(atom);
        for (const std::uint32_t atom : atoms) board.post(atom, tick);
        enter_post_spikes(core.input, tick, atoms);
        if (pre(random)) {
            const std::uint32_t repeats = 1 + random() % 3 / 2;
            waiting.emplace_back(tick, repeats);
            for (std::uint32_t i = 0; i < repeats; ++i) {
                board.pre(tick, expected);
                for (const BoardSynapse& s : expected)
                    sums[(((tick + s.delay) % 16) << 5) | (s.receptor << 4) | s.atom] +=
                        static_cast<std::uint64_t>(s.weight);
            }
        }
        if ((tick + 1) % window != 0) continue;
        for (const auto& [sent, repeats] : waiting)
            updates += receive_plastic(core.input, shape, core.ring, 0, 1, sent, repeats);
        waiting.clear();
        const auto row = std::get<PlasticRowCopy>(decode_plastic_row(core.region, core.input.matrices[0].header, 1));
        for (std::size_t s = 0; s < expected.size(); ++s)
            ASSERT_EQ(row.weights[s], expected[s].weight) << "synapse " << s << " after tick " << tick;
        for (std::size_t i = 0; i < sums.size(); ++i) {
            ASSERT_EQ(core.ring.sums[i], std::min<std::uint64_t>(sums[i], 0xffff)) << i;
            core.ring.sums[i] = 0;
            sums[i] = 0;
        }
    }
    EXPECT_GT(updates, 0u);
}

/// With the obvious loop, the faster one, and the one of this processor's vectors.
void expect_the_boards_weights(PlasticityRegion rule, std::uint32_t window, double pre_rate, double post_rate,
                               std::uint32_t seed, bool one_delay = false) {
    if (rule.weight == WeightRule::multiplicative)  // shares that the vectors take
        for (WeightConstants& c : rule.constants) c.a_plus.raw /= 2, c.a_minus.raw /= 2;
    for (const bool plain : {true, false})
        expect_the_boards_weights_with(InstructionSet::plain, plain, rule, window, pre_rate, post_rate, seed,
                                       one_delay);
    expect_the_boards_weights_with(best_instruction_set(), false, rule, window, pre_rate, post_rate, seed, one_delay);
}

TEST_P(EveryRule, GivesTheBoardsWeightsWhereverWindowsEnd) {
    PlasticityRegion rule = region_of(GetParam().first, GetParam().second);
    for (const std::uint32_t window : {1u, 2u, 5u, 16u}) expect_the_boards_weights(rule, window, 0.05, 0.05, window);
    rule.backprop_delay = false;
    for (const std::uint32_t window : {1u, 4u}) expect_the_boards_weights(rule, window, 0.05, 0.05, 20 + window);
}

TEST_P(EveryRule, ForgetsAllButTheLast15PostSpikesOfTheTime) {
    const PlasticityRegion rule = region_of(GetParam().first, GetParam().second);
    for (const std::uint32_t window : {1u, 4u, 16u}) expect_the_boards_weights(rule, window, 0.03, 0.7, 40 + window);
}

TEST_P(EveryRule, GivesTheSameForSynapsesOfOneDelayWhichHaveAFasterLoop) {
    PlasticityRegion rule = region_of(GetParam().first, GetParam().second);
    for (const std::uint32_t window : {1u, 2u, 5u, 16u}) {
        expect_the_boards_weights(rule, window, 0.05, 0.05, 60 + window, true);
        expect_the_boards_weights(rule, window, 0.03, 0.7, 80 + window, true);
    }
    rule.backprop_delay = false;
    expect_the_boards_weights(rule, 3, 0.2, 0.2, 99, true);
    for (WeightConstants& c : rule.constants) std::swap(c.a_plus, c.a_minus), c.a_plus.raw *= -1;
    expect_the_boards_weights(rule, 2, 0.1, 0.1, 100, true);
}

INSTANTIATE_TEST_SUITE_P(Stdp, EveryRule,
                         testing::Values(std::pair(TimingRule::spike_pair, WeightRule::additive),
                                         std::pair(TimingRule::spike_pair, WeightRule::multiplicative),
                                         std::pair(TimingRule::spike_nearest_pair, WeightRule::additive),
                                         std::pair(TimingRule::spike_nearest_pair, WeightRule::multiplicative),
                                         std::pair(TimingRule::pfister_triplet, WeightRule::additive_triplet),
                                         std::pair(TimingRule::vogels_2011, WeightRule::additive),
                                         std::pair(TimingRule::vogels_2011, WeightRule::multiplicative)));

TEST(PlasticInput, CutsSumsAtSixteenBitsAndCountsIt) {
    std::mt19937 random(3);
    Core core(region_of(TimingRule::spike_pair, WeightRule::additive), 1, random);
    std::fill(core.ring.sums.begin(), core.ring.sums.end(), std::uint16_t{0xffff});
    receive_plastic(core.input, shape, core.ring, 0, 1, 5, 2);
    EXPECT_EQ(core.input.saturations, 2 * core.synapses.size());
    EXPECT_EQ(core.input.events, 2 * core.synapses.size());
    EXPECT_EQ(receive_plastic(core.input, shape, core.ring, 0, 0, 6, 1), 0u) << "an empty row";
}

TEST(PlasticInput, StopsAtTheLimitWhereTheBoardsWeightsWouldWrap) {
    // Vogels' constant goes through the potentiation, which clamps above only.
    PlasticityRegion rule = region_of(TimingRule::vogels_2011, WeightRule::additive);
    rule.alpha = 2048;
    rule.constants[0] = rule.constants[1] = {{5}, {9000}, {32767}, {0}, {0}, {0}};
    std::mt19937 random(4);
    Core core(rule, 1, random);
    for (std::uint32_t atom = 0; atom < 16; ++atom) enter_post_spikes(core.input, 1, {&atom, 1});
    for (std::uint32_t tick = 400; tick < 404; ++tick) receive_plastic(core.input, shape, core.ring, 0, 1, tick, 1);
    const auto row = std::get<PlasticRowCopy>(decode_plastic_row(core.region, core.input.matrices[0].header, 1));
    for (std::size_t s = 0; s < row.weights.size(); ++s)
        EXPECT_EQ(row.weights[s], core.synapses[s].receptor == 0 ? 0 : 5) << "w_min, shifted down";
}

}  // namespace
}  // namespace spinn

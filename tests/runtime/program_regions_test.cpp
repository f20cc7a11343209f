// The regions that hold a core's neurons or sources: round trips, every rejection, and words that mean nothing.
#include <gtest/gtest.h>

#include <limits>
#include <random>

#include "runtime/array_source.hpp"
#include "runtime/cells.hpp"
#include "runtime/poisson_source.hpp"

namespace spinn {
namespace {

using Words = std::vector<std::uint32_t>;

NeuronRegion neuron_region(ModelKind model) {
    NeuronRegion region{.model = model,
                        .n_atoms = 3,
                        .timestep_ms = to_accum(0.1),
                        .seed = 0x1122334455667788u,
                        .population = 9,
                        .first_atom = 512};
    // Different everywhere, and in range.
    double offset = 0.0;
    const auto value_of = [&offset](const ParameterDescription& d, double scale) {
        const double low = std::max(d.minimum, -60.0) * scale, high = std::min(d.maximum, 1e4) * scale;
        offset += 0.25;
        return to_accum(low + std::min(offset, (high - low) * offset / (offset + 50.0)));
    };
    for (const auto& d : describe(model).parameters) {
        auto& row = region.parameters.emplace_back();
        for (int atom = 0; atom < 3; ++atom) row.push_back(value_of(d, 1.0));
    }
    for (std::size_t i = 0; i < describe(model).state.size(); ++i) {
        auto& row = region.state.emplace_back();
        for (int atom = 0; atom < 3; ++atom) row.push_back(value_of(describe(model).state[i], state_scale(model, i)));
    }
    region.refractory_timer = {0, 4, -1};
    return region;
}

ArrayRegion spikes() {
    ArrayRegion region = array_region(std::vector<std::vector<double>>{{1.0, 4.0}, {1.0}, {2.0, 2.0}}, 1000);
    region.population = 5;
    region.first_atom = 64;
    return region;
}

PoissonRegion sources() {
    return {.timestep_us = 100,
            .seed = 0x99aabbccddeeff01u,
            .population = 2,
            .first_atom = 77,
            .sources = {{to_ulong_accum(20000.5), 3, 4}, {to_ulong_accum(0.25), 5, 0xffffffffu}},
            .changes = {{6, 1, to_ulong_accum(7.5)}, {8, 0, to_ulong_accum(0.5)}}};
}

TEST(NeuronRegion, SurvivesARoundTripWithEveryValueDifferent) {
    for (const ModelDescription& model : all_models()) {
        if (!is_neuron(model.kind)) continue;
        const NeuronRegion region = neuron_region(model.kind);
        EXPECT_EQ(std::get<NeuronRegion>(decode_neuron_region(encode(region))), region);
    }
}

TEST(NeuronRegion, RefractoryTimersLeftOutAreZero) {
    NeuronRegion region = neuron_region(ModelKind::if_curr_exp);
    region.refractory_timer.clear();
    EXPECT_EQ(std::get<NeuronRegion>(decode_neuron_region(encode(region))).refractory_timer,
              (std::vector<std::int32_t>(3, 0)));
}

TEST(NeuronRegion, NamesWhatIsOutOfRange) {
    NeuronRegion region = neuron_region(ModelKind::if_curr_exp);
    region.parameters[3][1] = {0};  // tau_m
    const auto error = std::get<DecodeError>(decode_neuron_region(encode(region)));
    EXPECT_NE(error.reason.find("tau_m of atom 1"), std::string::npos) << error.reason;
}

TEST(NeuronRegion, RefusesHeadersThatMakeNoSense) {
    const Words good = encode(neuron_region(ModelKind::if_cond_exp));
    const auto with = [&good](std::size_t at, std::uint32_t word) {
        Words words = good;
        words[at] = word;
        return std::holds_alternative<DecodeError>(decode_neuron_region(words));
    };
    EXPECT_TRUE(with(0, 100));  // a source
    EXPECT_TRUE(with(0, 99));   // no model
    EXPECT_TRUE(with(1, 4));    // more atoms than there are
    EXPECT_TRUE(with(1, 0xffffffffu));
    EXPECT_TRUE(with(2, 0));  // timestep
    EXPECT_TRUE(with(2, 0x80000000u));
    EXPECT_TRUE(with(7, 9));  // parameters of the other model
    EXPECT_TRUE(with(8, 4));
    EXPECT_TRUE(with(9, 1));
}

TEST(PoissonRegion, SurvivesARoundTripWithEveryValueDifferent) {
    EXPECT_EQ(std::get<PoissonRegion>(decode_poisson_region(encode(sources()))), sources());
    Words words = encode(sources());
    words[2] = 0;
    EXPECT_TRUE(std::holds_alternative<DecodeError>(decode_poisson_region(words)));
}

TEST(PoissonRegion, RefusesChangesOutOfOrderOrRange) {
    const auto refused = [](auto change) {
        PoissonRegion region = sources();
        change(region);
        return std::holds_alternative<DecodeError>(decode_poisson_region(encode(region)));
    };
    EXPECT_FALSE(refused([](PoissonRegion&) {}));
    EXPECT_TRUE(refused([](PoissonRegion& r) { r.changes[1].atom = 2; }));
    EXPECT_TRUE(refused([](PoissonRegion& r) { r.changes[1].tick = 5; }));
    EXPECT_TRUE(refused([](PoissonRegion& r) { r.changes[1] = r.changes[0]; }));
}

TEST(ArrayRegion, SurvivesARoundTripWithEveryValueDifferent) {
    EXPECT_EQ(std::get<ArrayRegion>(decode_array_region(encode(spikes()))), spikes());
    const ArrayRegion none = array_region(std::vector<std::vector<double>>(2), 1000);
    EXPECT_EQ(std::get<ArrayRegion>(decode_array_region(encode(none))), none);
}

TEST(ArrayRegion, RefusesTicksOffsetsAndAtomsOutOfOrder) {
    const auto refused = [](auto change) {
        ArrayRegion region = spikes();
        change(region);
        return std::holds_alternative<DecodeError>(decode_array_region(encode(region)));
    };
    EXPECT_FALSE(refused([](ArrayRegion&) {}));
    EXPECT_TRUE(refused([](ArrayRegion& r) { r.ticks[1] = r.ticks[0]; }));
    EXPECT_TRUE(refused([](ArrayRegion& r) { r.offsets[1] = 77; }));
    EXPECT_TRUE(refused([](ArrayRegion& r) { r.offsets[0] = 1; }));
    EXPECT_TRUE(refused([](ArrayRegion& r) { r.offsets.back() = 3; }));
    EXPECT_TRUE(refused([](ArrayRegion& r) { std::swap(r.atoms[0], r.atoms[1]); }));
    EXPECT_TRUE(refused([](ArrayRegion& r) { r.atoms[0] = 3; }));
}

TEST(ProgramRegions, AreRefusedWhenCutShortAnywhere) {
    const Words neurons = encode(neuron_region(ModelKind::if_curr_exp)), poisson = encode(sources()),
                array = encode(spikes());
    const auto front = [](const Words& words, std::size_t n) { return std::span(words).first(n); };
    for (std::size_t n = 0; n < neurons.size(); ++n)
        EXPECT_TRUE(std::holds_alternative<DecodeError>(decode_neuron_region(front(neurons, n))));
    for (std::size_t n = 0; n < poisson.size(); ++n)
        EXPECT_TRUE(std::holds_alternative<DecodeError>(decode_poisson_region(front(poisson, n))));
    for (std::size_t n = 0; n < array.size(); ++n)
        EXPECT_TRUE(std::holds_alternative<DecodeError>(decode_array_region(front(array, n))));
}

TEST(ProgramRegions, AnyWordsThatDecodeAlsoLoadAndRun) {
    std::mt19937 random(3);
    std::vector<Words> originals = {encode(sources()), encode(spikes())};
    for (const ModelDescription& model : all_models())
        if (is_neuron(model.kind)) originals.push_back(encode(neuron_region(model.kind)));
    int loaded = 0;
    for (std::size_t round = 0; round < 30000; ++round) {
        Words words = originals[round % originals.size()];
        for (std::uint32_t i = 0; i <= random() % 3; ++i) {
            const auto draw = static_cast<std::uint32_t>(random());
            words[random() % words.size()] = random() % 2 == 0 ? draw : draw % 8;
        }
        const auto neurons = decode_neuron_region(words);
        if (const auto* region = std::get_if<NeuronRegion>(&neurons)) {
            const auto cells = make_cells(*region, Rounding::truncate);
            Words spiking(region->n_atoms);
            const std::vector<std::uint16_t> sums(region->n_atoms, 0xffff);
            for (std::uint32_t tick = 0; tick < 2; ++tick) {
                for (std::size_t r = 0; r < describe(region->model).receptors.size(); ++r)
                    cells->add_input(r, sums, 15, Tick{tick});
                cells->update(Tick{tick}, {}, spiking);
            }
            ++loaded;
        }
        const auto poisson = decode_poisson_region(words);
        if (const auto* region = std::get_if<PoissonRegion>(&poisson)) {
            PoissonSlice slice = load_poisson(*region);
            Words atoms, counts;
            emit(slice, Tick{4}, atoms, counts);
            ++loaded;
        }
        const auto array = decode_array_region(words);
        if (const auto* region = std::get_if<ArrayRegion>(&array)) {
            ArraySlice slice = load_array(*region);
            EXPECT_LE(emit(slice, Tick{1}).size(), region->atoms.size());
            ++loaded;
        }
    }
    EXPECT_GT(loaded, 1000);
}

}  // namespace
}  // namespace spinn

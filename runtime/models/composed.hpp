/// A model put together from its parts, and the row that describes it.
#pragma once

#include <array>
#include <utility>

#include "runtime/models/compositions.hpp"
#include "runtime/models/parts.hpp"
#include "runtime/random_batch.hpp"
#include "runtime/vector_clones.hpp"

namespace spinn::models {

// Not shared between files: the loops below are made for several instruction sets each, which the linker cannot merge.
namespace {

template <class N, template <class> class Neuron, template <class> class Shape, template <class> class Input,
          template <class> class Threshold, template <class> class Additional>
struct Parts {
    using NeuronType = Neuron<N>;
    Neuron<N> neuron;
    Shape<N> shape;
    Input<N> input;
    Threshold<N> threshold;
    Additional<N> additional;
    Column<N> current;                  ///< scratch: total input of this step, nA
    std::vector<std::uint32_t> spiked;  ///< scratch: 1 for an atom that spiked in this step
};

template <class N, class P>
inline void update_parts(P& p, const N& numbers, Tick tick, const Identity& cells, const typename N::Value* injected) {
    const std::size_t n = p.current.size();
    p.input.currents(numbers, p.shape, p.neuron.v.data(), p.current.data());
    if (injected != nullptr) {
        auto* current = p.current.data();
        SPINN_EACH_ATOM
        for (std::size_t i = 0; i < n; ++i) current[i] = N::add(current[i], injected[i]);
    }
    p.additional.add_to(numbers, p.current.data());
    p.neuron.update(numbers, p.current.data());
    p.threshold.test(numbers, tick, cells, p.neuron, p.spiked.data());
    p.neuron.reset(numbers, p.spiked.data());
    p.additional.spiked(numbers, p.spiked.data());
    p.shape.decay(numbers);
}

template <class N, class P>
SPINN_VECTOR_CLONES void update_cloned(P& p, const N& numbers, Tick tick, const Identity& cells,
                                       const typename N::Value* injected) {
    update_parts(p, numbers, tick, cells, injected);
}

template <class N, class P>
SPINN_VECTOR_CLONES void add_input_cloned(P& p, const N& numbers, std::size_t receptor,
                                          const typename N::Arriving* sums, int shift) {
    p.shape.add_input(numbers, receptor, sums, shift);
}

template <class N, class P>
class Composed final : public CellsOf<typename N::Arriving, typename N::Value> {
    using Value = typename N::Value;

 public:
    template <class SourceOf>
    Composed(const SourceOf& source, const Identity& cells, const N& numbers) : cells_(cells), numbers_(numbers) {
        const std::size_t n = source.n_atoms();
        parts_.neuron.load(source, numbers_);
        parts_.shape.load(source, numbers_);
        parts_.input.load(source, numbers_);
        parts_.threshold.load(source, numbers_);
        parts_.additional.load(source, numbers_);
        parts_.current.resize(n);
        parts_.spiked.resize(n);
        gsyn_.resize(n);
    }

    void add_input(std::size_t receptor, std::span<const typename N::Arriving> sums, int shift, Tick tick) override {
        draw(tick);
        if constexpr (N::has_clones)
            add_input_cloned(parts_, numbers_, receptor, sums.data(), shift);
        else
            parts_.shape.add_input(numbers_, receptor, sums.data(), shift);
    }

    std::uint32_t update(Tick tick, std::span<const Value> injected, std::span<std::uint32_t> spiking) override {
        draw(tick);
        if constexpr (N::has_clones)
            update_cloned(parts_, numbers_, tick, cells_, injected.empty() ? nullptr : injected.data());
        else
            update_parts(parts_, numbers_, tick, cells_, injected.empty() ? nullptr : injected.data());
        std::uint32_t n_spikes = 0;
        for (std::uint32_t atom = 0; atom < parts_.spiked.size(); ++atom)
            if (parts_.spiked[atom] != 0) spiking[n_spikes++] = atom;
        return n_spikes;
    }

    std::span<const Value> v() override {
        if constexpr (requires { P::NeuronType::sampled_after_input; }) {
            parts_.input.currents(numbers_, parts_.shape, parts_.neuron.v.data(), parts_.current.data());
            for (std::size_t i = 0; i < gsyn_.size(); ++i)
                gsyn_[i] = parts_.neuron.membrane(numbers_, parts_.current[i], i);
            return gsyn_;
        }
        return parts_.neuron.v;
    }
    bool v_depends_on_input() const override {
        return requires { P::NeuronType::sampled_after_input; };
    }
    std::span<const Value> gsyn(bool inhibitory) override {
        parts_.input.gsyn(numbers_, parts_.shape, inhibitory, gsyn_.data());
        return gsyn_;
    }

    std::vector<std::vector<Value>> state() const override {
        std::vector<std::vector<Value>> columns;
        parts_.neuron.save(columns);
        parts_.shape.save(columns);
        parts_.input.save(columns);
        parts_.threshold.save(columns);
        parts_.additional.save(columns);
        return columns;
    }
    std::vector<std::int32_t> refractory_timer() const override { return parts_.neuron.refractory_timer(); }

 private:
    /// Random numbers for the products of a tick, where rounding takes any.
    void draw([[maybe_unused]] Tick tick) {
        if constexpr (N::draws_numbers) {
            if (drawn_for_ == std::uint64_t{value(tick)} + 1) return;
            const std::size_t n = parts_.current.size();
            draws_.resize(product::count * n);
            for (std::uint32_t block = 0; block < product::count / 4; ++block)
                random_blocks(cells_.seed, DrawUse::stochastic_rounding, value(tick), cells_.first_atom,
                              cells_.population, block, n, draws_.data() + 4 * n * block);
            numbers_.draws = draws_.data();
            numbers_.n_atoms = n;
            drawn_for_ = std::uint64_t{value(tick)} + 1;
        }
    }

    Identity cells_;
    N numbers_;
    P parts_;
    Column<N> gsyn_;
    std::vector<std::uint32_t> draws_;
    std::uint64_t drawn_for_ = 0;
};

template <template <class> class... PartsOf>
struct MakeModel {
    using Board = Fixed<Rounding::truncate>;

    template <std::size_t... sizes>
    static constexpr auto joined(const std::array<ParameterDescription, sizes>&... arrays) {
        std::array<ParameterDescription, (sizes + ... + 0)> all{};
        std::size_t next = 0;
        const auto append = [&](const auto& array) {
            for (const ParameterDescription& description : array) all[next++] = description;
        };
        (append(arrays), ...);
        return all;
    }
    static constexpr auto parameters = joined(PartsOf<Board>::parameters...);
    static constexpr auto state = joined(PartsOf<Board>::state...);

    template <class N>
    static std::unique_ptr<Cells> make_as(const NeuronRegion& region) {
        return std::make_unique<Composed<N, Parts<N, PartsOf...>>>(
            Source<NeuronRegion, Accum>{region, region.timestep_ms, parameters, state},
            Identity{region.seed, region.population, region.first_atom}, N{});
    }
    static std::unique_ptr<Cells> make(const NeuronRegion& region, Rounding rounding) {
        switch (rounding) {
            case Rounding::truncate:
                return make_as<Fixed<Rounding::truncate>>(region);
            case Rounding::nearest:
                return make_as<Fixed<Rounding::nearest>>(region);
            case Rounding::stochastic:
                return make_as<Fixed<Rounding::stochastic>>(region);
        }
        throw std::logic_error("no such rounding");
    }
    static std::unique_ptr<RealCells> make_real(const RealRegion& region) {
        return std::make_unique<Composed<Real, Parts<Real, PartsOf...>>>(
            Source<RealRegion, double>{region, region.timestep_ms, parameters, state},
            Identity{region.seed, region.population, region.first_atom}, Real{region.quantised});
    }
};

/// The composition of a model from its five parts: neuron, synapse shape, input type, threshold, additional input.
template <template <class> class Neuron, template <class> class Shape, template <class> class Input,
          template <class> class Threshold, template <class> class Additional>
constexpr Composition compose() {
    using Made = MakeModel<Neuron, Shape, Input, Threshold, Additional>;
    return {Made::parameters,
            Made::state,
            Shape<typename Made::Board>::receptors,
            Input<typename Made::Board>::conductance,
            &Made::make,
            &Made::make_real};
}

}  // namespace
}  // namespace spinn::models

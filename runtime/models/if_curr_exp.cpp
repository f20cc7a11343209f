/// IF_curr_exp and IF_cond_exp. On the board's numbers they run in the fused step of runtime/lif.hpp, the same bits as
/// the composition (tests/runtime/models_test.cpp), which serves the reference.
#include "runtime/lif.hpp"
#include "runtime/models/composed.hpp"
#include "runtime/models/exponential.hpp"
#include "runtime/models/lif.hpp"

namespace spinn::models {

namespace {

class FusedCells final : public Cells {
 public:
    FusedCells(const NeuronRegion& region, Rounding rounding) : slice_(load_lif(region)), rounding_(rounding) {}

    void add_input(std::size_t receptor, std::span<const std::uint16_t> sums, int shift, Tick tick) override {
        spinn::add_input(slice_, static_cast<int>(receptor), sums, shift, rounding_, tick);
    }
    std::uint32_t update(Tick tick, std::span<const Accum> injected, std::span<std::uint32_t> spiking) override {
        const Injection injection(*this, injected);
        return spinn::update(slice_, tick, rounding_, spiking);
    }
    std::uint32_t step(std::span<const std::span<std::uint16_t>> sums, std::span<const std::uint32_t> shift, Tick tick,
                       std::span<const Accum> injected, std::span<std::uint32_t> spiking) override {
        const Injection injection(*this, injected);
        return spinn::step(slice_, sums[0], sums[1], {shift[0], shift[1]}, rounding_, tick, spiking);
    }
    std::span<const Accum> v() override { return slice_.v; }
    std::span<const Accum> gsyn(bool inhibitory) override {
        gsyn_.resize(slice_.n_atoms);
        for (std::uint32_t atom = 0; atom < slice_.n_atoms; ++atom)
            gsyn_[atom] = recorded_gsyn(slice_, inhibitory ? 1 : 0, atom);
        return gsyn_;
    }
    std::vector<std::vector<Accum>> state() const override { return {slice_.v, slice_.synapse[0], slice_.synapse[1]}; }
    std::vector<std::int32_t> refractory_timer() const override { return slice_.refractory_timer; }

 private:
    /// Injected current is a change of i_offset for one step.
    class Injection {
     public:
        Injection(FusedCells& cells, std::span<const Accum> injected) : cells_(cells), active_(!injected.empty()) {
            if (!active_) return;
            cells_.offsets_.resize(cells_.slice_.n_atoms);
            for (std::size_t i = 0; i < cells_.offsets_.size(); ++i)
                cells_.offsets_[i] = add_wrap(cells_.slice_.i_offset[i], injected[i]);
            cells_.slice_.i_offset.swap(cells_.offsets_);
        }
        ~Injection() {
            if (active_) cells_.slice_.i_offset.swap(cells_.offsets_);
        }
        Injection(const Injection&) = delete;
        Injection& operator=(const Injection&) = delete;

     private:
        FusedCells& cells_;
        bool active_;
    };

    LifSlice slice_;
    Rounding rounding_;
    std::vector<Accum> gsyn_, offsets_;
};

constexpr Composition fused(Composition composition) {
    composition.make = [](const NeuronRegion& region, Rounding rounding) -> std::unique_ptr<Cells> {
        return std::make_unique<FusedCells>(region, rounding);
    };
    return composition;
}

constexpr Composition composed_curr =
    compose<Lif, ExponentialCurrent, CurrentInput, StaticThreshold, NoAdditionalInput>();
constexpr Composition composed_cond =
    compose<Lif, ExponentialConductance, ConductanceInput, StaticThreshold, NoAdditionalInput>();

}  // namespace

constinit const Composition if_curr_exp = fused(composed_curr);
constinit const Composition if_cond_exp = fused(composed_cond);
constinit const Composition plain_if_curr_exp = composed_curr;
constinit const Composition plain_if_cond_exp = composed_cond;

}  // namespace spinn::models

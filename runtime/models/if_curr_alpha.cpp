/// IF_curr_alpha: a synaptic current of t / tau^2 e^(-t / tau), as the product of a line and an exponential.
/// Source: sPyNNaker, synapse_types_alpha_impl.h (neural runtime, 2.6).
#include "runtime/models/composed.hpp"
#include "runtime/models/lif.hpp"

namespace spinn::models {

namespace {

template <class N>
struct Alpha {
    static constexpr std::array<std::string_view, 2> receptors{"excitatory", "inhibitory"};
    static constexpr std::size_t n_excitatory = 1;
    static constexpr std::array<ParameterDescription, 2> parameters = {{
        {"tau_syn_E", "ms", 0.5, smallest, longest},
        {"tau_syn_I", "ms", 0.5, smallest, longest},
    }};
    static constexpr std::array<ParameterDescription, 4> state = {{
        {"exc_response", "nA", 0.0, lowest, highest},
        {"exc_exp_response", "", 0.0, 0.0, highest},
        {"inh_response", "nA", 0.0, lowest, highest},
        {"inh_exp_response", "", 0.0, 0.0, highest},
    }};
    using V = typename N::Value;

    struct Receptor {
        Column<N> line, exponential;
        Column<N> last;   ///< the last input, whose slope the line keeps
        Column<N> slope;  ///< timestep / tau^2, less than 1
        std::vector<typename N::Fraction> decay;
        Column<N> product;  ///< scratch
    };
    Receptor receptor[2];

    template <class SourceOf>
    void load(const SourceOf& source, const N& numbers) {
        for (std::size_t r = 0; r < 2; ++r) {
            Receptor& at = receptor[r];
            at.line = source.state(state[2 * r].name);
            at.exponential = source.state(state[2 * r + 1].name);
            at.last.resize(at.line.size());
            at.product.resize(at.line.size());
            for (const V tau : source.parameter(parameters[r].name)) {
                at.decay.push_back(numbers.decay(source.timestep, tau));
                at.slope.push_back(numbers.alpha_slope(source.timestep, tau));
            }
        }
    }
    void save(std::vector<Column<N>>& columns) const {
        for (const Receptor& at : receptor) {
            columns.push_back(at.line);
            columns.push_back(at.exponential);
        }
    }

    std::size_t n_atoms() const { return receptor[0].line.size(); }
    const V* seen(const N& m, std::size_t index) {
        Receptor& at = receptor[index];
        const std::size_t count = n_atoms();
        const V *line = at.line.data(), *exponential = at.exponential.data();
        V* const out = at.product.data();
        SPINN_EACH_ATOM
        for (std::size_t i = 0; i < count; ++i)
            out[i] = m.mul(line[i], exponential[i], product::shape + static_cast<std::uint32_t>(index), i);
        return out;
    }

    /// The line begins anew where an input comes: what it was is kept in proportion to the exponential that is left.
    void add_input(const N& m, std::size_t index, const typename N::Arriving* sums, int shift) {
        Receptor& at = receptor[index];
        const auto word = product::shape + 2 + 3 * static_cast<std::uint32_t>(index);
        const V one = N::whole(1);
        for (std::size_t i = 0; i < n_atoms(); ++i) {
            const V input = m.arriving(sums[i], shift);
            if (!(V{} < input)) continue;
            at.last[i] = input;
            at.exponential[i] = m.add(m.scaled(at.exponential[i], at.decay[i], product::input(index), i), one);
            const V kept = m.sub(one, m.ratio(one, at.exponential[i]));
            at.line[i] = m.mul(m.add(at.line[i], m.mul(input, at.slope[i], word, i)), kept, word + 1, i);
        }
    }
    void decay(const N& m) {
        for (std::size_t r = 0; r < 2; ++r) {
            Receptor& at = receptor[r];
            const std::size_t count = n_atoms();
            V *const line = at.line.data(), *const exponential = at.exponential.data();
            const V *last = at.last.data(), *slope = at.slope.data();
            const auto* factor = at.decay.data();
            const auto word = product::shape + 4 + 3 * static_cast<std::uint32_t>(r);
            SPINN_EACH_ATOM
            for (std::size_t i = 0; i < count; ++i) {
                line[i] = m.add(line[i], m.mul(last[i], slope[i], word, i));
                exponential[i] = m.scaled(exponential[i], factor[i], product::decay(r), i);
            }
        }
    }
};

}  // namespace

constinit const Composition if_curr_alpha = compose<Lif, Alpha, CurrentInput, StaticThreshold, NoAdditionalInput>();

}  // namespace spinn::models

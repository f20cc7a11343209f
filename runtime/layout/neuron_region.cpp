#include "runtime/layout/neuron_region.hpp"

#include <algorithm>
#include <string>

#include "runtime/layout/words.hpp"

namespace spinn {

namespace {

std::size_t index_of(std::span<const ParameterDescription> descriptions, std::string_view name) {
    return static_cast<std::size_t>(std::ranges::find(descriptions, name, &ParameterDescription::name) -
                                    descriptions.begin());
}

/// Whether a raw value is what some value in the described range becomes.
bool in_range(Accum x, const ParameterDescription& description) {
    const double half_lsb = 0x1p-16;
    return to_double(x) >= description.minimum - half_lsb && to_double(x) <= description.maximum + half_lsb;
}

/// Reads [row][atom] values; stops at the first that is out of range and says which.
std::string read_rows(WordReader& reader, std::uint32_t n_atoms, std::span<const ParameterDescription> descriptions,
                      const double* scales, std::vector<std::vector<Accum>>& rows) {
    for (std::size_t row = 0; row < descriptions.size(); ++row) {
        ParameterDescription description = descriptions[row];
        description.minimum *= scales == nullptr ? 1.0 : scales[row];
        description.maximum *= scales == nullptr ? 1.0 : scales[row];
        std::vector<Accum>& values = rows.emplace_back();
        values.reserve(n_atoms);
        for (const std::uint32_t word : reader.get_all(n_atoms)) {
            const Accum x{static_cast<std::int32_t>(word)};
            if (!in_range(x, description)) {
                return std::string(description.name) + " of atom " + std::to_string(values.size()) + " is " +
                       std::to_string(to_double(x)) + " " + std::string(description.unit) + ", allowed is " +
                       std::to_string(description.minimum) + " to " + std::to_string(description.maximum);
            }
            values.push_back(x);
        }
    }
    return {};
}

void write_rows(WordWriter& writer, const std::vector<std::vector<Accum>>& rows) {
    for (const std::vector<Accum>& row : rows) {
        for (const Accum x : row) writer.put(static_cast<std::uint32_t>(x.raw));
    }
}

constexpr std::size_t header_words = 10;

}  // namespace

double state_scale(ModelKind model, std::size_t state) {
    return describe(model).state[state].unit == "uS" ? 1024.0 : 1.0;
}

std::span<const Accum> parameter(const NeuronRegion& region, std::string_view name) {
    const std::size_t index = index_of(describe(region.model).parameters, name);
    return index < region.parameters.size() ? std::span<const Accum>(region.parameters[index])
                                            : std::span<const Accum>();
}

std::span<const Accum> state(const NeuronRegion& region, std::string_view name) {
    const std::size_t index = index_of(describe(region.model).state, name);
    return index < region.state.size() ? std::span<const Accum>(region.state[index]) : std::span<const Accum>();
}

std::vector<std::uint32_t> encode(const NeuronRegion& region) {
    WordWriter writer;
    writer.put(static_cast<std::uint32_t>(region.model));
    writer.put(region.n_atoms);
    writer.put(static_cast<std::uint32_t>(region.timestep_ms.raw));
    writer.put_u64(region.seed);
    writer.put(region.population);
    writer.put(region.first_atom);
    writer.put(static_cast<std::uint32_t>(region.parameters.size()));
    writer.put(static_cast<std::uint32_t>(region.state.size()));
    writer.put(0);  // reserved
    write_rows(writer, region.parameters);
    write_rows(writer, region.state);
    for (std::uint32_t atom = 0; atom < region.n_atoms; ++atom) {
        writer.put(region.refractory_timer.empty() ? 0u : static_cast<std::uint32_t>(region.refractory_timer[atom]));
    }
    return writer.take();
}

std::variant<NeuronRegion, DecodeError> decode_neuron_region(std::span<const std::uint32_t> words) {
    if (words.size() < header_words) {
        return DecodeError{words.size(), "a neuron region starts with " + std::to_string(header_words) + " words"};
    }
    WordReader reader(words);
    NeuronRegion region;
    region.model = static_cast<ModelKind>(reader.get());
    region.n_atoms = reader.get();
    region.timestep_ms = {static_cast<std::int32_t>(reader.get())};
    region.seed = reader.get_u64();
    region.population = reader.get();
    region.first_atom = reader.get();
    const std::uint32_t n_parameters = reader.get();
    const std::uint32_t n_state = reader.get();
    if (reader.get() != 0) return DecodeError{9, "the reserved word is not 0"};

    const auto found = std::ranges::find(all_models(), region.model, &ModelDescription::kind);
    if (found == all_models().end() || !is_neuron(region.model)) {
        return DecodeError{0, "no neuron model has number " + std::to_string(static_cast<std::uint32_t>(region.model))};
    }
    const ModelDescription& model = *found;
    if (region.timestep_ms.raw <= 0) return DecodeError{2, "the timestep is not above 0"};
    if (n_parameters != model.parameters.size()) return DecodeError{7, "wrong number of parameters for the model"};
    if (n_state != model.state.size()) return DecodeError{8, "wrong number of state variables for the model"};
    const std::uint64_t rows = std::uint64_t{n_parameters} + n_state + 1;
    if (rows * region.n_atoms > reader.remaining())
        return DecodeError{words.size(), "the region ends before its last atom"};

    std::string fault = read_rows(reader, region.n_atoms, model.parameters, nullptr, region.parameters);
    if (!fault.empty()) return DecodeError{reader.position(), fault};
    std::vector<double> scales;
    for (std::size_t i = 0; i < model.state.size(); ++i) scales.push_back(state_scale(region.model, i));
    fault = read_rows(reader, region.n_atoms, model.state, scales.data(), region.state);
    if (!fault.empty()) return DecodeError{reader.position(), fault};
    for (const std::uint32_t word : reader.get_all(region.n_atoms)) {
        region.refractory_timer.push_back(static_cast<std::int32_t>(word));
    }
    return region;
}

}  // namespace spinn

#include "runtime/layout/connections_region.hpp"

#include <utility>

#include "runtime/layout/connection_region.hpp"
#include "runtime/layout/words.hpp"
#include "runtime/neuron_model.hpp"

namespace spinn {

namespace {
constexpr std::uint32_t header_words = 9;
}

std::vector<std::uint32_t> encode(const std::vector<CoreProjection>& projections) {
    WordWriter out;
    out.put(static_cast<std::uint32_t>(projections.size()));
    for (const CoreProjection& projection : projections) {
        const std::vector<std::uint32_t> rule = encode(projection.rule);
        out.put(static_cast<std::uint32_t>(rule.size()));
        out.put(projection.receptor);
        out.put(projection.address_index);
        out.put(projection.delayed_address_index);
        out.put(projection.n_source_cores);
        out.put(projection.atoms_per_core);
        out.put(projection.n_stages);
        out.put(projection.stage_ticks);
        out.put(projection.plastic ? 1 : projection.short_term ? 2 : 0);
        if (projection.short_term)
            for (const std::uint32_t word :
                 {projection.short_term->u, projection.short_term->recovery, projection.short_term->facilitation})
                out.put(word);
        out.put_all(rule);
    }
    return out.take();
}

std::variant<std::vector<CoreProjection>, DecodeError> decode_connections_region(std::span<const std::uint32_t> words) {
    WordReader in(words);
    const std::uint32_t n = in.get();
    if (in.ran_out()) return DecodeError{0, "connections region is cut short"};
    if (n > in.remaining() / header_words) return DecodeError{0, "more projections than the region can hold"};
    std::vector<CoreProjection> projections(n);
    for (CoreProjection& projection : projections) {
        const std::uint32_t rule_words = in.get();
        projection.receptor = in.get();
        projection.address_index = in.get();
        projection.delayed_address_index = in.get();
        projection.n_source_cores = in.get();
        projection.atoms_per_core = in.get();
        projection.n_stages = in.get();
        projection.stage_ticks = in.get();
        const std::uint32_t kind = in.get();
        projection.plastic = kind == 1;
        const std::size_t header_end = in.position();
        if (kind == 2) projection.short_term = ShortTermConstants{in.get(), in.get(), in.get()};
        const std::size_t rule_position = in.position();
        const std::span<const std::uint32_t> rule = in.get_all(rule_words);
        if (in.ran_out()) return DecodeError{in.position(), "connections region is cut short"};
        if (projection.receptor >= max_receptors) return DecodeError{header_end - 8, "unknown receptor"};
        if (projection.stage_ticks == 0) return DecodeError{header_end - 2, "a delay stage of 0 ticks"};
        if (kind > 2)
            return DecodeError{header_end - 1, "a projection is static, 0, plastic, 1, or of short-term plasticity, 2"};
        if (projection.short_term && projection.short_term->u > short_term_one)
            return DecodeError{header_end, "a U above 1"};
        const std::uint64_t rows = std::uint64_t{projection.n_source_cores} * projection.atoms_per_core;
        if (projection.atoms_per_core == 0 || projection.atoms_per_core > 0xffff || rows > 0xffffffff ||
            rows * projection.n_stages > 0xffffffff)
            return DecodeError{header_end - 5, "impossible number of rows"};
        std::size_t used = 0;
        auto decoded = decode_connection_rule(rule, used);
        if (const auto* error = std::get_if<DecodeError>(&decoded))
            return DecodeError{rule_position + error->offset, error->reason};
        projection.rule = std::move(std::get<ConnectionRule>(decoded));
    }
    return projections;
}

}  // namespace spinn

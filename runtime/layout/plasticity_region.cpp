#include "runtime/layout/plasticity_region.hpp"

#include <algorithm>

#include "runtime/layout/words.hpp"

namespace spinn {

namespace {

constexpr std::uint32_t flag_backprop_delay = 1;
constexpr std::uint32_t most_entries = 0xffff, most_shift = 15;

constexpr std::array<Accum WeightConstants::*, 6> constant_fields = {
    &WeightConstants::w_min,   &WeightConstants::w_max,   &WeightConstants::a_plus,
    &WeightConstants::a_minus, &WeightConstants::a3_plus, &WeightConstants::a3_minus};

template <typename Table>
bool is_known(const Table& rules, std::uint32_t kind) {
    return std::ranges::any_of(rules, [&](const auto& rule) { return static_cast<std::uint32_t>(rule.kind) == kind; });
}

}  // namespace

std::vector<std::uint32_t> encode(const PlasticityRegion& region) {
    WordWriter out;
    out.put(static_cast<std::uint32_t>(region.timing));
    out.put(static_cast<std::uint32_t>(region.weight));
    out.put(region.backprop_delay ? flag_backprop_delay : 0);
    const bool windows = region.timing == TimingRule::recurrent;
    out.put(
        static_cast<std::uint32_t>(windows ? region.depression_limit | region.potentiation_limit << 16 : region.alpha));
    out.put(static_cast<std::uint32_t>(region.tables.size()));
    for (const DecayTable& table : region.tables) {
        out.put(static_cast<std::uint32_t>(table.entries.size()) | table.shift << 16);
        for (std::size_t i = 0; i < table.entries.size(); i += 2)
            out.put(static_cast<std::uint16_t>(table.entries[i]) |
                    static_cast<std::uint32_t>(static_cast<std::uint16_t>(table.entries[i + 1])) << 16);
    }
    for (const WeightConstants& constants : region.constants)
        for (const auto field : constant_fields) out.put(static_cast<std::uint32_t>((constants.*field).raw));
    return out.take();
}

std::variant<PlasticityRegion, DecodeError> decode_plasticity_region(std::span<const std::uint32_t> words) {
    WordReader in(words);
    PlasticityRegion region;
    const std::uint32_t timing = in.get(), weight = in.get(), flags = in.get();
    if (!is_known(all_timing_rules(), timing)) return DecodeError{0, "unknown timing rule"};
    if (!is_known(all_weight_rules(), weight)) return DecodeError{1, "unknown weight rule"};
    region.timing = static_cast<TimingRule>(timing);
    region.weight = static_cast<WeightRule>(weight);
    if (!fit(region.timing, region.weight))
        return DecodeError{1, "a weight rule that the timing rule does not go with"};
    if ((flags & ~flag_backprop_delay) != 0) return DecodeError{2, "unknown flags of plasticity"};
    region.backprop_delay = (flags & flag_backprop_delay) != 0;
    const std::uint32_t numbers = in.get();
    const bool windows = region.timing == TimingRule::recurrent;
    if (windows) {
        region.depression_limit = static_cast<std::int32_t>(numbers & 0xffff);
        region.potentiation_limit = static_cast<std::int32_t>(numbers >> 16);
        const auto good = [](std::int32_t limit) { return limit >= 1 && limit <= 127; };
        if (!good(region.depression_limit) || !good(region.potentiation_limit))
            return DecodeError{3, "limits of the accumulator are not 1 to 127"};
    } else {
        region.alpha = static_cast<std::int32_t>(numbers);
    }
    if (region.alpha < 0 || region.alpha > 0x7fff) return DecodeError{3, "alpha is not within s4.11"};
    if (in.get() != table_count(region.timing)) return DecodeError{4, "not as many tables as the timing rule has"};
    region.tables.resize(table_count(region.timing));
    for (DecayTable& table : region.tables) {
        const std::size_t position = in.position();
        const std::uint32_t header = in.get(), n = header & most_entries;
        table.shift = header >> 16;
        if (table.shift > most_shift || n % 2 != 0)
            return DecodeError{position, "a table of an odd length, or a shift above 15"};
        const std::span<const std::uint32_t> entries = in.get_all(n / 2);
        if (in.ran_out()) break;
        table.entries.reserve(n);
        for (const std::uint32_t two : entries) {
            table.entries.push_back(static_cast<std::int16_t>(two & 0xffff));
            table.entries.push_back(static_cast<std::int16_t>(two >> 16));
        }
        if (windows && n != window_table_entries) return DecodeError{position, "a table of windows has 2048 entries"};
        const std::int16_t most = windows ? 0x7fff : 2048;
        if (std::ranges::any_of(table.entries, [most](std::int16_t entry) { return entry < 0 || entry > most; }))
            return DecodeError{position, windows ? "a window below 0" : "a decay outside 0 to 1"};
    }
    const std::size_t position = in.position();
    for (WeightConstants& constants : region.constants) {
        for (const auto field : constant_fields) (constants.*field).raw = static_cast<std::int32_t>(in.get());
        if (constants.w_min.raw < 0 || constants.w_max < constants.w_min)
            return DecodeError{position, "weights must lie between w_min >= 0 and w_max >= w_min"};
    }
    if (in.ran_out()) return DecodeError{in.position(), "plasticity region is cut short"};
    return region;
}

}  // namespace spinn

#include "runtime/layout/gatherer_region.hpp"

#include <algorithm>

#include "runtime/layout/words.hpp"

namespace spinn {

namespace {
constexpr std::uint32_t largest_shift = 31;
constexpr std::uint32_t last_tag = 7;
}  // namespace

std::vector<std::uint32_t> encode(const GathererRegion& region) {
    WordWriter out;
    for (const std::uint32_t word :
         {std::uint32_t{region.apply_prefix}, region.prefix, std::uint32_t{region.prefix_is_upper},
          static_cast<std::uint32_t>(region.type), region.key_right_shift, std::uint32_t{region.payloads_are_times},
          std::uint32_t{region.apply_payload_prefix}, region.payload_prefix, region.payload_right_shift, region.tag,
          region.tag_chip, region.most_messages_per_tick, region.received_key_mask, region.translated_key_right_shift,
          static_cast<std::uint32_t>(region.translations.size())})
        out.put(word);
    for (const GathererRegion::Translation& translation : region.translations)
        for (const std::uint32_t word : {translation.key, translation.mask, translation.first_atom}) out.put(word);
    return out.take();
}

std::variant<GathererRegion, DecodeError> decode_gatherer_region(std::span<const std::uint32_t> words) {
    WordReader in(words);
    GathererRegion region;
    region.apply_prefix = in.get() != 0;
    region.prefix = in.get();
    region.prefix_is_upper = in.get() != 0;
    const std::uint32_t type = in.get();
    region.type = static_cast<EieioType>(type & 3);
    region.key_right_shift = in.get();
    region.payloads_are_times = in.get() != 0;
    region.apply_payload_prefix = in.get() != 0;
    region.payload_prefix = in.get();
    region.payload_right_shift = in.get();
    region.tag = in.get();
    region.tag_chip = in.get();
    region.most_messages_per_tick = in.get();
    region.received_key_mask = in.get();
    region.translated_key_right_shift = in.get();
    const std::uint32_t n = in.get();
    if (type > 3) return DecodeError{3, "an EIEIO type above 3"};
    if (region.key_right_shift > largest_shift || region.payload_right_shift > largest_shift ||
        region.translated_key_right_shift > largest_shift)
        return DecodeError{4, "a shift above 31"};
    if (region.tag > last_tag) return DecodeError{9, "a tag above 7"};
    if (in.ran_out() || in.remaining() / 3 < n) return DecodeError{in.position(), "gatherer region is cut short"};
    for (std::uint32_t i = 0; i < n; ++i) {
        const std::uint32_t key = in.get(), mask = in.get(), first_atom = in.get();
        region.translations.push_back({key, mask, first_atom});
    }
    if (!std::is_sorted(region.translations.begin(), region.translations.end(),
                        [](const auto& a, const auto& b) { return a.key < b.key; }))
        return DecodeError{15, "translations are not sorted by key"};
    return region;
}

}  // namespace spinn

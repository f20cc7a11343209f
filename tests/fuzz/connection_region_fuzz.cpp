/// Any words decode to a good rule or a reason; a good rule encodes back to the same words, and a small one generates
/// no more than its bound.
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "runtime/connection_statistics.hpp"
#include "runtime/layout/connection_region.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace spinn;
    std::vector<std::uint32_t> words(size / 4);
    if (!words.empty()) std::memcpy(words.data(), data, 4 * words.size());
    std::size_t words_read = 0;
    const auto decoded = decode_connection_rule(words, words_read);
    if (!std::holds_alternative<ConnectionRule>(decoded)) return 0;
    const ConnectionRule& rule = std::get<ConnectionRule>(decoded);
    words.resize(words_read);
    if (encode(rule) != words) std::abort();

    constexpr std::uint32_t small = 2000;
    if (rule.pre.count > small || rule.post.count > small || expected_synapses(rule) > 1e5) return 0;
    summarise_synapses(rule);
    max_connections_per_post(rule);
    if (min_delay_ticks(rule) > max_delay_ticks(rule)) std::abort();
    std::uint64_t synapses = 0;
    generate_batches(rule, 0, 0xffffffffu, [&](const SynapseBatch& batch) {
        synapses += batch.size();
        for (const std::uint32_t delay_ticks : batch.delay_ticks)
            if (delay_ticks > max_delay_ticks(rule)) std::abort();
    });
    if (synapses > synapse_bound(rule, 0, 0xffffffffu)) std::abort();
    return 0;
}

#include "runtime/layout/connection_region.hpp"

#include <bit>
#include <utility>

namespace spinn {

namespace {

constexpr std::uint32_t flag_same_population = 1u << 0;
constexpr std::uint32_t flag_allow_self_connections = 1u << 1;
constexpr std::uint32_t flag_with_replacement = 1u << 2;
constexpr std::uint32_t all_flags = flag_same_population | flag_allow_self_connections | flag_with_replacement;
constexpr std::size_t words_per_listed_synapse = 5;

struct Writer {
    std::vector<std::uint32_t> words;

    void put(std::uint32_t value) { words.push_back(value); }
    void put64(std::uint64_t value) {
        put(static_cast<std::uint32_t>(value));
        put(static_cast<std::uint32_t>(value >> 32));
    }
    void put(double value) { put64(std::bit_cast<std::uint64_t>(value)); }
    void put(const Distribution& d) {
        put(static_cast<std::uint32_t>(d.kind));
        for (const double value : {d.a, d.b, d.low, d.high}) put(value);
    }
    void put(const NeuronSelection& s) {
        for (const std::uint32_t value : {s.start, s.step, s.count, static_cast<std::uint32_t>(s.indices.size())})
            put(value);
        words.insert(words.end(), s.indices.begin(), s.indices.end());
    }
};

/// Reads words in order. Past the end it gives zeros and remembers that it did.
struct Reader {
    std::span<const std::uint32_t> words;
    std::size_t position = 0;
    bool too_short = false;

    std::uint32_t word() {
        if (position == words.size()) {
            too_short = true;
            return 0;
        }
        return words[position++];
    }
    std::uint64_t word64() {
        const std::uint64_t low = word();
        return low | std::uint64_t{word()} << 32;
    }
    double number() { return std::bit_cast<double>(word64()); }

    /// Are there `count` more elements of `size` words? Asked before anything is allocated for them.
    bool holds(std::uint32_t count, std::size_t size) {
        if ((words.size() - position) / size >= count) return true;
        too_short = true;
        return false;
    }
    Distribution distribution() {
        Distribution d;
        d.kind = static_cast<DistributionKind>(word());
        for (double* const value : {&d.a, &d.b, &d.low, &d.high}) *value = number();
        return d;
    }
    NeuronSelection selection() {
        NeuronSelection s;
        s.start = word();
        s.step = word();
        s.count = word();
        const std::uint32_t n = word();
        if (!holds(n, 1)) return s;
        s.indices.assign(words.begin() + static_cast<std::ptrdiff_t>(position),
                         words.begin() + static_cast<std::ptrdiff_t>(position + n));
        position += n;
        return s;
    }
};

}  // namespace

std::vector<std::uint32_t> encode(const ConnectionRule& rule) {
    Writer out;
    out.put(static_cast<std::uint32_t>(rule.kind));
    out.put((rule.same_population ? flag_same_population : 0u) |
            (rule.allow_self_connections ? flag_allow_self_connections : 0u) |
            (rule.with_replacement ? flag_with_replacement : 0u));
    out.put(rule.projection);
    out.put64(rule.seed);
    out.put(rule.probability);
    out.put64(rule.n);
    out.put(rule.timestep_ms);
    out.put(rule.weight);
    out.put(rule.delay_ms);
    out.put(rule.pre);
    out.put(rule.post);
    out.put(static_cast<std::uint32_t>(rule.synapses.size()));
    out.words.reserve(out.words.size() + words_per_listed_synapse * rule.synapses.size());
    for (const ListedSynapse& synapse : rule.synapses) {
        out.put(synapse.pre);
        out.put(synapse.post);
        out.put(synapse.weight);
        out.put(synapse.delay_ticks);
    }
    return std::move(out.words);
}

std::variant<ConnectionRule, DecodeError> decode_connection_rule(std::span<const std::uint32_t> words,
                                                                 std::size_t& words_read) {
    Reader in{words};
    ConnectionRule rule;
    rule.kind = static_cast<ConnectorKind>(in.word());
    const std::uint32_t flags = in.word();
    if ((flags & ~all_flags) != 0) return DecodeError{4, "connection rule: unknown flags"};
    rule.same_population = (flags & flag_same_population) != 0;
    rule.allow_self_connections = (flags & flag_allow_self_connections) != 0;
    rule.with_replacement = (flags & flag_with_replacement) != 0;
    rule.projection = in.word();
    rule.seed = in.word64();
    rule.probability = in.number();
    rule.n = in.word64();
    rule.timestep_ms = in.number();
    rule.weight = in.distribution();
    rule.delay_ms = in.distribution();
    rule.pre = in.selection();
    rule.post = in.selection();
    const std::uint32_t n_synapses = in.word();
    if (in.holds(n_synapses, words_per_listed_synapse)) {
        rule.synapses.reserve(n_synapses);
        for (std::uint32_t i = 0; i < n_synapses; ++i) {
            ListedSynapse synapse;
            synapse.pre = in.word();
            synapse.post = in.word();
            synapse.weight = in.number();
            synapse.delay_ticks = in.word();
            rule.synapses.push_back(synapse);
        }
    }
    if (in.too_short) return DecodeError{4 * words.size(), "connection rule: the words end too early"};
    if (const auto problem = problem_of(rule)) return DecodeError{0, "connection rule: " + *problem};
    words_read = in.position;
    return rule;
}

}  // namespace spinn

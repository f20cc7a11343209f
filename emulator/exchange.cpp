#include "emulator/exchange.hpp"

#include <algorithm>
#include <bit>
#include <utility>

namespace spinn {

Partners all_others(const Exchange& exchange) {
    Partners partners;
    for (std::uint32_t p = 0; p < exchange.processes(); ++p)
        if (p != exchange.process()) partners.to.push_back(p);
    partners.from = partners.to;
    return partners;
}

std::vector<Words> swap_all(Exchange& exchange, std::vector<Words> outgoing) {
    std::vector<Words> incoming(exchange.processes());
    exchange.swap(all_others(exchange), outgoing, incoming);
    incoming[exchange.process()] = std::move(outgoing[exchange.process()]);
    return incoming;
}

std::vector<std::vector<std::uint64_t>> share(Exchange& exchange, std::span<const std::uint64_t> values) {
    Words message;
    for (const std::uint64_t value : values) {
        message.push_back(static_cast<std::uint32_t>(value));
        message.push_back(static_cast<std::uint32_t>(value >> 32));
    }
    std::vector<std::vector<std::uint64_t>> all;
    for (const Words& words : swap_all(exchange, std::vector<Words>(exchange.processes(), message))) {
        all.emplace_back();
        for (std::size_t i = 0; i + 1 < words.size(); i += 2)
            all.back().push_back(words[i] | std::uint64_t{words[i + 1]} << 32);
    }
    return all;
}

std::vector<Words> gather(Exchange& exchange, Words message) {
    std::vector<Words> outgoing(exchange.processes()), incoming(exchange.processes());
    outgoing[0] = std::move(message);
    if (exchange.process() != 0) {
        exchange.swap({{0}, {}}, outgoing, incoming);
        return {};
    }
    exchange.swap({{}, all_others(exchange).from}, outgoing, incoming);
    incoming[0] = std::move(outgoing[0]);
    return incoming;
}

std::vector<std::uint64_t> sum(Exchange& exchange, std::span<const std::uint64_t> values) {
    std::vector<std::uint64_t> sums(values.size());
    for (const std::vector<std::uint64_t>& its : share(exchange, values))
        for (std::size_t i = 0; i < sums.size(); ++i) sums[i] += its.at(i);
    return sums;
}

std::uint64_t smallest(Exchange& exchange, std::uint64_t value) {
    for (const std::vector<std::uint64_t>& its : share(exchange, {&value, 1})) value = std::min(value, its.at(0));
    return value;
}

std::uint64_t largest(Exchange& exchange, std::uint64_t value) {
    for (const std::vector<std::uint64_t>& its : share(exchange, {&value, 1})) value = std::max(value, its.at(0));
    return value;
}

double largest(Exchange& exchange, double value) {
    // The bits of numbers that are 0 or more are in the order of the numbers.
    return std::bit_cast<double>(largest(exchange, std::bit_cast<std::uint64_t>(value)));
}

}  // namespace spinn

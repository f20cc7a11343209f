#include "host/validate_values.hpp"

#include <cmath>
#include <limits>

#include "host/network_names.hpp"

namespace spinn {

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

bool is_clipped(DistributionKind kind) {
    return kind == DistributionKind::normal_clipped || kind == DistributionKind::normal_clipped_to_boundary;
}

/// Bytes of the UTF-8 character at the start of `text`, 0 when it is none.
std::size_t utf8_length(std::string_view text) {
    const auto byte = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u; };
    const auto follows = [&](std::size_t i) { return (byte(i) & 0xc0u) == 0x80u; };
    const unsigned lead = byte(0);
    if (lead < 0x80) return 1;
    if (lead >= 0xc2 && lead < 0xe0) return follows(1) ? 2 : 0;
    if (lead >= 0xe0 && lead < 0xf0) {
        const bool overlong = lead == 0xe0 && byte(1) < 0xa0, surrogate = lead == 0xed && byte(1) >= 0xa0;
        return follows(1) && follows(2) && !overlong && !surrogate ? 3 : 0;
    }
    if (lead >= 0xf0 && lead < 0xf5) {
        const bool overlong = lead == 0xf0 && byte(1) < 0x90, too_large = lead == 0xf4 && byte(1) >= 0x90;
        return follows(1) && follows(2) && follows(3) && !overlong && !too_large ? 4 : 0;
    }
    return 0;
}

}  // namespace

Support support(const Distribution& distribution) {
    switch (distribution.kind) {
        case DistributionKind::constant:
            return {distribution.a, distribution.a};
        case DistributionKind::uniform:
        case DistributionKind::uniform_int:
            return {distribution.a, distribution.b};
        case DistributionKind::normal:
            return {-infinity, infinity};
        case DistributionKind::normal_clipped:
        case DistributionKind::normal_clipped_to_boundary:
            return {distribution.low, distribution.high};
        case DistributionKind::exponential:
            return {0.0, infinity};
    }
    return {-infinity, infinity};
}

bool validate_distribution(const Distribution& d, const DocumentPath& path, ProblemReport& report) {
    const auto wrong = [&](std::string what, std::string fix) {
        report.add(path, std::move(what), std::move(fix));
        return false;
    };
    if (d.kind == DistributionKind::constant) {
        if (std::isnan(d.a)) return wrong("'not a number' is no value here", "write a number");
        return true;
    }
    const DistributionForm* form = find_kind(distribution_forms, d.kind);
    if (form == nullptr) return wrong("unknown kind of distribution", suggestion("", names_in(distribution_forms)));
    for (const auto& [name, member] : form->used()) {
        const bool is_bound = is_clipped(d.kind) && (name == "low" || name == "high");
        const double value = d.*member;
        if (std::isnan(value) || (std::isinf(value) && !is_bound))
            return wrong(std::string(form->name) + " has " + std::string(name) + " = " + number_text(value),
                         is_bound ? "write a number, -.inf or .inf" : "write a finite number");
    }
    const Support range = support(d);
    if (range.low > range.high)
        return wrong(std::string(form->name) + " has low = " + number_text(range.low) +
                         " above high = " + number_text(range.high),
                     "swap them");
    if ((d.kind == DistributionKind::normal || is_clipped(d.kind)) && d.b < 0.0)
        return wrong(std::string(form->name) + " has sigma = " + number_text(d.b), "sigma is 0 or more");
    if (d.kind == DistributionKind::exponential && d.a < 0.0)
        return wrong("exponential has beta = " + number_text(d.a), "beta is the mean, 0 or more");
    if (d.kind == DistributionKind::uniform_int &&
        (d.a != std::floor(d.a) || d.b != std::floor(d.b) || std::abs(d.a) > 0x1p52 || std::abs(d.b) > 0x1p52))
        return wrong("uniform_int has bounds that are no whole numbers", "write whole numbers, both are included");
    if (d.kind == DistributionKind::normal_clipped) {
        const double beyond = d.a < range.low ? range.low - d.a : d.a > range.high ? d.a - range.high : 0.0;
        if (beyond > 8.0 * d.b)
            return wrong("normal_clipped cuts away everything: mu = " + number_text(d.a) +
                             " lies more than 8 sigma outside [" + number_text(range.low) + ", " +
                             number_text(range.high) + "]",
                         "move mu into the bounds, or use normal_clipped_to_boundary");
        if (range.low == range.high && d.b > 0.0)
            return wrong("normal_clipped has low = high = " + number_text(range.low), "write the number alone");
        if (std::isinf(range.low) && std::isinf(range.high) && (range.low > 0) == (range.high > 0))
            return wrong("normal_clipped leaves only infinity", "use a finite bound");
    }
    if (d.kind == DistributionKind::normal_clipped_to_boundary && (range.low == infinity || range.high == -infinity))
        return wrong("normal_clipped_to_boundary leaves only infinity", "use a finite bound");
    return true;
}

void validate_range(const Distribution& d, double low, double high, std::string_view unit, const DocumentPath& path,
                    ProblemReport& report) {
    Support range = support(d);
    if (d.kind == DistributionKind::exponential)
        range.low = -infinity;  // it comes as near to 0 as you like: judge the mean
    const bool has_mean_argument = d.kind != DistributionKind::uniform && d.kind != DistributionKind::uniform_int;
    const auto inside = [&](double value) { return value >= low && value <= high; };
    const auto bound_inside = [&](double value) {
        return (std::isinf(value) && d.kind != DistributionKind::constant) || inside(value);
    };
    const double offender = !bound_inside(range.low) ? range.low : !bound_inside(range.high) ? range.high : d.a;
    if (bound_inside(range.low) && bound_inside(range.high)) {
        if (!has_mean_argument || d.kind == DistributionKind::normal_clipped || inside(d.a)) return;
        if (d.kind == DistributionKind::normal_clipped_to_boundary) return;
    }
    const std::string in_unit = unit.empty() ? "" : " " + std::string(unit);
    const std::string what = d.kind == DistributionKind::constant ? "" : "the distribution reaches ";
    report.add(path, what + number_text(offender) + in_unit + " is out of range",
               "allowed is " + number_text(low) + " to " + number_text(high) + in_unit);
}

bool is_printable(std::string_view text) {
    while (!text.empty()) {
        const std::size_t length = utf8_length(text);
        const auto lead = static_cast<unsigned char>(text.front());
        if (length == 0 || lead < 0x20 || lead == 0x7f) return false;
        if (length == 2 && lead == 0xc2 && static_cast<unsigned char>(text[1]) < 0xa0) return false;  // C1 controls
        text.remove_prefix(length);
    }
    return true;
}

bool is_valid_name(std::string_view name) {
    return !name.empty() && name.size() <= 200 && name.find_first_of("[]/") == std::string_view::npos &&
           name.front() != ' ' && name.back() != ' ' && is_printable(name);
}

}  // namespace spinn

#include <algorithm>
#include <cmath>
#include <tuple>

#include "protocols/hex.hpp"
#include "protocols/image_codec.hpp"

namespace spinn {
namespace {

constexpr std::size_t problems_listed = 20;

/// Collects problems until there are enough to tell a user what is wrong.
class Findings {
 public:
    bool full() const { return problems_.size() >= problems_listed; }
    void add(std::string what, std::string where, std::string fix) {
        if (!full()) problems_.push_back({std::move(what), std::move(where), std::move(fix)});
    }
    std::vector<Problem> take() { return std::move(problems_); }

 private:
    std::vector<Problem> problems_;
};

/// Bytes of a chip's SDRAM that something claims.
struct Claim {
    ChipCoord chip;
    std::uint64_t begin = 0, end = 0;
    std::size_t index = 0;  ///< in the list it comes from
};

void check_range(const Claim& claim, const MachineShape& machine, const std::string& where, Findings& findings) {
    if (!has_chip(machine, claim.chip))
        findings.add("lies on chip " + to_string(claim.chip) + ", which machine '" + machine.name + "' does not have",
                     where,
                     "a chip of the machine: " + std::to_string(machine.width) + " x " +
                         std::to_string(machine.height) + ", less its dead ones");
    if (claim.begin % image_page_bytes != 0)
        findings.add("address " + hex(claim.begin) + " is not page aligned", where,
                     "a multiple of " + std::to_string(image_page_bytes));
    if (claim.begin < sdram_heap_base || claim.end > sdram_heap_end)
        findings.add("bytes " + hex(claim.begin) + " to " + hex(claim.end) + " are outside the user heap of SDRAM",
                     where, "addresses from " + hex(sdram_heap_base) + " to " + hex(sdram_heap_end));
}

/// Sorted by chip and address, no claim may start before its predecessor's end.
void check_overlaps(std::vector<Claim> claims, const std::string& kind, Findings& findings) {
    std::erase_if(claims, [](const Claim& claim) { return claim.begin == claim.end; });
    std::ranges::sort(claims, {}, [](const Claim& c) { return std::tuple(c.chip, c.begin, c.index); });
    for (std::size_t i = 1; i < claims.size() && !findings.full(); ++i) {
        const Claim &before = claims[i - 1], &claim = claims[i];
        if (before.chip == claim.chip && claim.begin < before.end)
            findings.add("overlaps " + kind + " " + std::to_string(before.index) + ", which ends at " + hex(before.end),
                         kind + " " + std::to_string(claim.index) + " at " + hex(claim.begin) + " of chip " +
                             to_string(claim.chip),
                         "ranges of one chip that do not share a byte");
    }
}

void check_machine(const MachineShape& machine, Findings& findings) {
    const bool size_holds = machine.width >= 1 && machine.width <= 256 && machine.height >= 1 && machine.height <= 256;
    if (!size_holds)
        findings.add("is " + std::to_string(machine.width) + " x " + std::to_string(machine.height) + " chips",
                     "machine", "1 to 256 in each direction");
    else if (machine.chips.size() != static_cast<std::size_t>(machine.width * machine.height))
        findings.add("lists " + std::to_string(machine.chips.size()) + " chips", "machine",
                     std::to_string(machine.width * machine.height) + ", one for each of its places");
}

void check_cores(const MachineImage& image, Findings& findings) {
    std::vector<CoreLocation> taken;
    std::vector<Claim> blocks;
    for (std::size_t i = 0; i < image.cores.size() && !findings.full(); ++i) {
        const CoreImage& core = image.cores[i];
        const std::string where = "core " + std::to_string(i) + " ('" + core.name + "')";
        const auto program = static_cast<std::uint32_t>(core.program);
        if (program < 1 || program > 5) findings.add("program " + std::to_string(program), where, "1 to 5");
        if (core.population >= image.populations.size())
            findings.add("population " + std::to_string(core.population), where,
                         "below " + std::to_string(image.populations.size()));
        else if (std::uint64_t{core.first_atom} + core.n_atoms > image.populations[core.population].size &&
                 core.program != ProgramKind::delay_extension)
            findings.add(
                "atoms " + std::to_string(core.first_atom) + " to " +
                    std::to_string(std::uint64_t{core.first_atom} + core.n_atoms),
                where,
                "at most " + std::to_string(image.populations[core.population].size) + ", the population's size");
        if (core.sends && (core.keys.key & ~core.keys.mask) != 0)
            findings.add("key " + hex(core.keys.key) + " has bits outside its mask " + hex(core.keys.mask), where,
                         "an aligned block: key & ~mask is 0");
        else if (core.sends && core.n_keys > std::uint64_t{~core.keys.mask} + 1)
            findings.add(std::to_string(core.n_keys) + " keys in a block of " +
                             std::to_string(std::uint64_t{~core.keys.mask} + 1),
                         where, "a mask that leaves a bit free for every key");
        const Claim block{core.location.chip, core.block_address,
                          std::uint64_t{core.block_address} + core.block_size_bytes, i};
        check_range(block, image.machine, where, findings);
        if (has_chip(image.machine, core.location.chip)) {
            const int cores = working_cores(chip_at(image.machine, core.location.chip));
            if (core.location.core < 1 || core.location.core >= cores)
                findings.add(
                    "virtual core " + std::to_string(core.location.core), where,
                    "1 to " + std::to_string(cores - 1) + ", the cores of chip " + to_string(core.location.chip));
        }
        taken.push_back(core.location);
        blocks.push_back(block);
    }
    std::ranges::sort(taken);
    if (const auto twice = std::ranges::adjacent_find(taken); twice != taken.end())
        findings.add("two programs on one core",
                     "core " + std::to_string(twice->core) + " of chip " + to_string(twice->chip),
                     "one program a core");
    check_overlaps(std::move(blocks), "core", findings);
}

void check_tables(const MachineImage& image, Findings& findings) {
    for (std::size_t i = 0; i < image.tables.size() && !findings.full(); ++i) {
        const RoutingTable& table = image.tables[i];
        const std::string where = "routing table of chip " + to_string(table.chip);
        if (!has_chip(image.machine, table.chip))
            findings.add("machine '" + image.machine.name + "' does not have this chip", where,
                         "a chip of the machine");
        if (i > 0 && !(image.tables[i - 1].chip < table.chip))
            findings.add("comes after the one of chip " + to_string(image.tables[i - 1].chip), where,
                         "tables sorted by chip, one a chip");
        if (table.entries.size() > static_cast<std::size_t>(routing_table_capacity))
            findings.add(std::to_string(table.entries.size()) + " entries", where,
                         "at most " + std::to_string(routing_table_capacity));
        for (std::size_t e = 0; e < table.entries.size(); ++e)
            if (table.entries[e].route >> (link_count + physical_cores_per_chip) != 0)
                findings.add("entry " + std::to_string(e) + " has route " + hex(table.entries[e].route), where,
                             "24 bits: 6 links and 18 cores");
    }
}

void check_segments(const MachineImage& image, Findings& findings) {
    std::vector<Claim> claims;
    for (std::size_t i = 0; i < image.segments.size() && !findings.full(); ++i) {
        const ImageSegment& segment = image.segments[i];
        const Claim claim{segment.chip, segment.address, segment.address + std::uint64_t{segment.bytes.size()}, i};
        check_range(claim, image.machine, "segment " + std::to_string(i), findings);
        claims.push_back(claim);
    }
    check_overlaps(std::move(claims), "segment", findings);
}

}  // namespace

std::vector<Problem> broken_promises(const MachineImage& image) {
    Findings findings;
    if (!(std::isfinite(image.timestep_ms) && image.timestep_ms > 0.0))
        findings.add(std::to_string(image.timestep_ms) + " ms", "timestep", "a finite time above 0 ms");
    if (!(std::isfinite(image.duration_ms) && image.duration_ms >= 0.0))
        findings.add(std::to_string(image.duration_ms) + " ms", "duration", "a finite time, not below 0 ms");
    check_machine(image.machine, findings);
    std::vector<Problem> problems = findings.take();
    if (!problems.empty()) return problems;  // the rest is judged by the machine's geometry

    check_cores(image, findings);
    check_tables(image, findings);
    check_segments(image, findings);
    return findings.take();
}

}  // namespace spinn

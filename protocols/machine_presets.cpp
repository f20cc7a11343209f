/// The machines that a name stands for.
#include <charconv>
#include <stdexcept>

#include "protocols/machine_shape.hpp"

namespace spinn {

namespace {

constexpr int max_side = 256;
constexpr int triad_side = 12;
constexpr int boards_per_triad = 3;
constexpr int max_triads_per_side = max_side / triad_side;
constexpr int max_boards = boards_per_triad * max_triads_per_side * max_triads_per_side;

/// Ethernet chips of the three boards of a triad. Source: SpiNNMachine, version_5.
constexpr std::array<ChipCoord, boards_per_triad> triad_ethernet_chips{{{0, 0}, {4, 8}, {8, 4}}};

/// Chips of a 48-chip board that have 17 working cores, relative to its Ethernet chip. Source: SpiNNMachine, version_5.
constexpr std::array<ChipCoord, 8> chips_with_17_cores{
    {{1, 1}, {1, 3}, {3, 1}, {3, 3}, {3, 5}, {5, 2}, {5, 4}, {5, 6}}};

constexpr bool is_on_board(int x, int y) { return x - y <= 4 && y - x <= 3; }

ChipCoord coord(int x, int y) { return {static_cast<std::uint8_t>(x), static_cast<std::uint8_t>(y)}; }

MachineShape empty_machine(std::string name, int width, int height, bool wrap_x, bool wrap_y) {
    MachineShape shape{std::move(name), width, height, wrap_x, wrap_y, {}};
    shape.chips.resize(static_cast<std::size_t>(width) * static_cast<std::size_t>(height));
    return shape;
}

/// Puts a 48-chip board down; on a torus it may lie across the edge.
void add_board(MachineShape& shape, int ethernet_x, int ethernet_y) {
    const auto at = [&](int x, int y) -> ChipShape& {
        return chip_at(shape, coord((ethernet_x + x) % shape.width, (ethernet_y + y) % shape.height));
    };
    for (int y = 0; y < 8; ++y) {
        for (int x = 0; x < 8; ++x) {
            if (is_on_board(x, y)) at(x, y).present = true;
        }
    }
    for (const ChipCoord chip : chips_with_17_cores)
        at(chip.x, chip.y).dead_cores = 1u << (physical_cores_per_chip - 1);
    at(0, 0).ethernet = true;
}

/// Marks the links that lead nowhere.
MachineShape with_edges_marked(MachineShape shape) {
    for (const ChipCoord chip : present_chips(shape)) {
        for (int link = 0; link < link_count; ++link) {
            if (neighbour(shape, chip, static_cast<Link>(link))) continue;
            chip_at(shape, chip).dead_links |= static_cast<std::uint8_t>(1u << link);
        }
    }
    return shape;
}

MachineShape four_chip_board() {
    MachineShape shape = empty_machine("spinn3", 2, 2, false, true);
    for (ChipShape& chip : shape.chips) chip.present = true;
    shape.chips.front().ethernet = true;
    return with_edges_marked(std::move(shape));
}

MachineShape single_board() {
    MachineShape shape = empty_machine("spinn5", 8, 8, false, false);
    add_board(shape, 0, 0);
    return with_edges_marked(std::move(shape));
}

/// The squarest W x H (W >= H) of exactly that many triads, or nullopt when a side would be too long.
std::optional<std::pair<int, int>> triad_arrangement(int triads) {
    std::optional<std::pair<int, int>> best;
    for (int height = 1; height * height <= triads; ++height) {
        if (triads % height == 0 && triads / height <= max_triads_per_side) best = {triads / height, height};
    }
    return best;
}

MachineShape boards(int count) {
    if (count == 1) return single_board();
    int triads = (count + boards_per_triad - 1) / boards_per_triad;
    while (!triad_arrangement(triads)) ++triads;
    const auto [across, up] = *triad_arrangement(triads);
    MachineShape shape =
        empty_machine("spinn5*" + std::to_string(count), across * triad_side, up * triad_side, true, true);
    for (int board = 0; board < count; ++board) {
        const int triad = board / boards_per_triad;
        const ChipCoord ethernet = triad_ethernet_chips[static_cast<std::size_t>(board % boards_per_triad)];
        add_board(shape, triad % across * triad_side + ethernet.x, triad / across * triad_side + ethernet.y);
    }
    return with_edges_marked(std::move(shape));
}

MachineShape torus(int width, int height) {
    MachineShape shape = empty_machine(std::to_string(width) + "x" + std::to_string(height), width, height, true, true);
    const bool has_triads = width % triad_side == 0 && height % triad_side == 0;
    for (int y = 0; y < height; ++y) {
        for (int x = 0; x < width; ++x) {
            const bool triad_rule = has_triads && x % 4 == 0 && (x + y) % triad_side == 0;
            ChipShape& chip = chip_at(shape, coord(x, y));
            chip.present = true;
            chip.ethernet = triad_rule || (x == 0 && y == 0);
        }
    }
    return with_edges_marked(std::move(shape));
}

/// A decimal number without sign, space or rest; nullopt when `text` is anything else or lies outside 1 .. max.
std::optional<int> parse_count(std::string_view text, int max) {
    int count = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
    if (error != std::errc{} || end != text.data() + text.size() || count < 1 || count > max) return std::nullopt;
    return count;
}

}  // namespace

MachineShape make_machine(std::string_view preset) {
    if (preset == "spinn3") return four_chip_board();
    if (preset == "spinn5") return single_board();
    constexpr std::string_view boards_prefix = "spinn5*";
    if (preset.substr(0, boards_prefix.size()) == boards_prefix) {
        if (const auto count = parse_count(preset.substr(boards_prefix.size()), max_boards)) return boards(*count);
    } else if (const std::size_t cross = preset.find('x'); cross != std::string_view::npos) {
        const auto width = parse_count(preset.substr(0, cross), max_side);
        const auto height = parse_count(preset.substr(cross + 1), max_side);
        if (width && height) return torus(*width, *height);
    }
    throw std::invalid_argument("there is no machine '" + std::string(preset) +
                                "'; machines are spinn3 (4 chips), spinn5 (48 chips), spinn5*N (N boards, 1 to " +
                                std::to_string(max_boards) + ") and WxH (a torus of chips, each size 1 to " +
                                std::to_string(max_side) + ")");
}

}  // namespace spinn

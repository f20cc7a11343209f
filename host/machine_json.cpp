#include "host/machine_json.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdlib>

#include "host/json_reader.hpp"
#include "host/machine_file.hpp"
#include "host/text_file.hpp"
#include "mapper/chip_room.hpp"

namespace spinn {

namespace {

using nlohmann::json;

constexpr std::uint64_t most_chips = 256;
constexpr std::array<std::string_view, link_count> link_names{"east", "north_east", "north",
                                                              "west", "south_west", "south"};

/// What all formats come to: a grid of whole chips, and what of it is not there.
struct Draft {
    MachineDescription machine;
    MachineFaults faults;
};

std::optional<Draft> whole_grid(JsonReader& in, const json& root) {
    const json* width = in.find(root, {}, "width", true, "12");
    const json* height = in.find(root, {}, "height", true, "12");
    if (width == nullptr || height == nullptr) return std::nullopt;
    const auto w = in.whole(*width, most_chips, [] { return DocumentPath{} / "width"; });
    const auto h = in.whole(*height, most_chips, [] { return DocumentPath{} / "height"; });
    if (!w || !h) return std::nullopt;
    if (*w == 0 || *h == 0) {
        in.report.add(DocumentPath{} / (*w == 0 ? "width" : "height"), "a machine of no chips", "write 1 .. 256");
        return std::nullopt;
    }
    Draft draft;
    MachineShape& shape = draft.machine.shape;
    shape.width = static_cast<int>(*w);
    shape.height = static_cast<int>(*h);
    shape.wrap_x = shape.wrap_y = true;
    shape.chips.assign(*w * *h, ChipShape{.present = true});
    return draft;
}

template <typename Path>
std::optional<ChipCoord> read_chip(JsonReader& in, const json& value, const MachineShape& shape, const Path& path) {
    const json::array_t* pair = in.list(value, path);
    if (pair == nullptr) return std::nullopt;
    if (pair->size() < 2) {
        in.expected(path(), "[x, y]", value);
        return std::nullopt;
    }
    const auto x = in.whole((*pair)[0], static_cast<std::uint64_t>(shape.width) - 1, [&] { return path() / 0; });
    const auto y = in.whole((*pair)[1], static_cast<std::uint64_t>(shape.height) - 1, [&] { return path() / 1; });
    if (!x || !y) return std::nullopt;
    return ChipCoord{static_cast<std::uint8_t>(*x), static_cast<std::uint8_t>(*y)};
}

template <typename Path>
std::optional<Link> read_link(JsonReader& in, const json& value, const Path& path) {
    if (value.is_string()) {
        const std::string& name = value.get_ref<const std::string&>();
        for (std::size_t i = 0; i < link_names.size(); ++i)
            if (name == link_names[i]) return static_cast<Link>(i);
        in.report.add(path(), "unknown link " + in_quotes(name), suggestion(name, link_names));
        return std::nullopt;
    }
    const auto number = in.whole(value, link_count - 1, path);
    return number ? std::optional(static_cast<Link>(*number)) : std::nullopt;
}

/// Calls read(item, path, chip) for the items [x, y, ...] of a list.
template <typename Read>
void for_each_chip(JsonReader& in, const json& root, std::string_view key, std::size_t length,
                   const MachineShape& shape, const Read& read) {
    const json::array_t* items = in.find_list(root, {}, key, false);
    if (items == nullptr) return;
    for (std::size_t i = 0; i < items->size(); ++i) {
        const auto path = [&] { return DocumentPath{} / key / i; };
        const json& item = (*items)[i];
        const auto chip = read_chip(in, item, shape, path);
        if (!chip) continue;
        if (item.size() != length)
            in.expected(path(), "a list of " + std::to_string(length), item);
        else
            read(item, path, *chip);
    }
}

void read_dead_parts(JsonReader& in, const json& root, Draft& draft) {
    const MachineShape& shape = draft.machine.shape;
    for_each_chip(in, root, "dead_chips", 2, shape,
                  [&](const json&, const auto&, ChipCoord chip) { draft.faults.dead_chips.push_back(chip); });
    for_each_chip(in, root, "dead_links", 3, shape, [&](const json& item, const auto& path, ChipCoord chip) {
        if (const auto link = read_link(in, item[2], [&] { return path() / 2; }))
            draft.faults.dead_links.emplace_back(chip, *link);
    });
}

/// Leaves a chip this many working cores, the monitor included.
void set_working_cores(ChipShape& chip, int cores) {
    const int dead = std::clamp(physical_cores_per_chip - cores, 0, physical_cores_per_chip);
    chip.dead_cores = ((1u << dead) - 1) << (physical_cores_per_chip - dead);
}

/// A link over an edge exists where some link over it works.
void find_wraps(MachineShape& shape) {
    bool over_x = false, over_y = false;
    for (const ChipCoord chip : present_chips(shape)) {
        for (int l = 0; l < link_count; ++l) {
            const auto next = neighbour(shape, chip, static_cast<Link>(l));
            if (!next) continue;
            over_x = over_x || (std::abs(next->x - chip.x) > 1);
            over_y = over_y || (std::abs(next->y - chip.y) > 1);
        }
    }
    shape.wrap_x = over_x;
    shape.wrap_y = over_y;
}

std::optional<Draft> read_sm_machine(JsonReader& in, const json& root) {
    std::optional<Draft> draft = whole_grid(in, root);
    if (!draft) return std::nullopt;
    MachineShape& shape = draft->machine.shape;
    if (const json* wrap = in.find(root, {}, "wrap", true, "true")) {
        if (wrap->is_boolean())
            shape.wrap_x = shape.wrap_y = wrap->get<bool>();
        else
            in.expected(DocumentPath{} / "wrap", "true or false", *wrap);
    }
    constexpr std::uint64_t usual_cores = physical_cores_per_chip - 2;
    std::uint64_t cores = usual_cores;
    if (const json* value = in.find(root, {}, "cores", false, "16"))
        cores = in.whole(*value, usual_cores, [] { return DocumentPath{} / "cores"; }).value_or(usual_cores);
    if (const json* value = in.find(root, {}, "table", false, "1023"))
        draft->machine.table_capacity =
            static_cast<int>(in.whole(*value, 1u << 24, [] { return DocumentPath{} / "table"; }).value_or(1023));
    for (ChipShape& chip : shape.chips) set_working_cores(chip, static_cast<int>(cores) + 2);
    for_each_chip(in, root, "ethernet", 2, shape,
                  [&](const json&, const auto&, ChipCoord chip) { chip_at(shape, chip).ethernet = true; });
    // Dead parts first: an exception of a dead chip says nothing.
    read_dead_parts(in, root, *draft);
    for_each_chip(in, root, "core_exceptions", 3, shape, [&](const json& item, const auto& path, ChipCoord chip) {
        ChipShape& there = chip_at(shape, chip);
        const int most = static_cast<int>(usual_cores) - (there.ethernet ? 1 : 0);
        if (const auto n = in.whole(item[2], static_cast<std::uint64_t>(most), [&] { return path() / 2; }))
            set_working_cores(there, static_cast<int>(*n) + 2 + (there.ethernet ? 1 : 0));
    });
    return draft;
}

/// The amount of a resource, whatever the case of its name ("cores", "Cores"); nullopt: not said, or a mistake.
template <typename Path>
std::optional<std::uint64_t> resource(JsonReader& in, const json& resources, std::string_view name, const Path& path) {
    for (const auto& [key, value] : resources.items()) {
        std::string lower = key;
        std::transform(lower.begin(), lower.end(), lower.begin(),
                       [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
        if (lower == name) return in.whole(value, std::uint64_t{1} << 40, [&, &key = key] { return path() / key; });
    }
    return std::nullopt;
}

void apply_resources(JsonReader& in, const json& resources, const DocumentPath& at, Draft& draft, ChipCoord chip) {
    if (!resources.is_object()) {
        in.expected(at, "an object of resources", resources);
        return;
    }
    const auto path = [&] { return at; };
    if (const auto cores = resource(in, resources, "cores", path)) {
        if (*cores > physical_cores_per_chip)
            in.report.add(at, "a chip of " + std::to_string(*cores) + " cores", "a chip has at most 18");
        else
            set_working_cores(chip_at(draft.machine.shape, chip), static_cast<int>(*cores));
    }
    if (const auto sdram = resource(in, resources, "sdram", path))
        draft.machine.sdram.push_back({chip, std::min<std::uint64_t>(*sdram, sdram_per_chip_bytes)});
}

std::optional<Draft> read_interchange(JsonReader& in, const json& root) {
    std::optional<Draft> draft = whole_grid(in, root);
    if (!draft) return std::nullopt;
    MachineShape& shape = draft->machine.shape;
    const DocumentPath usual = DocumentPath{} / "chip_resources";
    if (const json* resources = in.find_object(root, {}, "chip_resources", true)) {
        for (std::size_t i = 0; i < shape.chips.size(); ++i) {
            const auto width = static_cast<std::size_t>(shape.width);
            apply_resources(in, *resources, usual, *draft,
                            {static_cast<std::uint8_t>(i % width), static_cast<std::uint8_t>(i / width)});
        }
        if (const auto entries = resource(in, *resources, "router_entries", [&] { return usual; }))
            draft->machine.table_capacity = static_cast<int>(std::min<std::uint64_t>(*entries, 1u << 24));
    }
    for_each_chip(in, root, "chip_resource_exceptions", 3, shape,
                  [&](const json& item, const auto& path, ChipCoord chip) {
                      apply_resources(in, item[2], path() / 2, *draft, chip);
                  });
    read_dead_parts(in, root, *draft);
    return draft;
}

std::optional<Draft> read_spinntools(JsonReader& in, const json& root) {
    std::optional<Draft> draft = whole_grid(in, root);
    const json::array_t* chips = in.find_list(root, {}, "chips", true);
    if (!draft || chips == nullptr) return std::nullopt;
    MachineShape& shape = draft->machine.shape;
    std::vector<bool> listed(shape.chips.size(), false);
    if (const json* usual = in.find_object(root, {}, "standardResources", false)) {
        if (const auto entries =
                resource(in, *usual, "routerentries", [] { return DocumentPath{} / "standardResources"; }))
            draft->machine.table_capacity = static_cast<int>(std::min<std::uint64_t>(*entries, 1u << 24));
    }
    for (std::size_t i = 0; i < chips->size(); ++i) {
        const DocumentPath path = DocumentPath{} / "chips" / i;
        const json& item = (*chips)[i];
        if (!item.is_array() || item.size() < 3 || !item[2].is_object()) {
            in.expected(path, "[x, y, {...}, {...}]", item);
            continue;
        }
        const auto chip = read_chip(in, item, shape, [&] { return path; });
        if (!chip) continue;
        listed[static_cast<std::size_t>(chip->y) * static_cast<std::size_t>(shape.width) + chip->x] = true;
        const json& details = item[2];
        ChipShape& there = chip_at(shape, *chip);
        if (const json* cores = in.find(details, path / 2, "cores", false, "18"))
            if (const auto n = in.whole(*cores, physical_cores_per_chip, [&] { return path / 2 / "cores"; }))
                set_working_cores(there, static_cast<int>(*n));
        if (const json* ethernet = in.find(details, path / 2, "ethernet", false, "[0, 0]"))
            there.ethernet = read_chip(in, *ethernet, shape, [&] { return path / 2 / "ethernet"; }) == chip;
        if (const json::array_t* dead = in.find_list(details, path / 2, "deadLinks", false))
            for (std::size_t l = 0; l < dead->size(); ++l)
                if (const auto link = read_link(in, (*dead)[l], [&] { return path / 2 / "deadLinks" / l; }))
                    draft->faults.dead_links.emplace_back(*chip, *link);
        if (item.size() > 3 && item[3].is_object())
            if (const auto sdram = resource(in, item[3], "sdram", [&] { return path / 3; }))
                draft->machine.sdram.push_back({*chip, std::min<std::uint64_t>(*sdram, sdram_per_chip_bytes)});
    }
    for (std::size_t i = 0; i < listed.size(); ++i) {
        const auto width = static_cast<std::size_t>(shape.width);
        if (!listed[i])
            draft->faults.dead_chips.push_back(
                {static_cast<std::uint8_t>(i % width), static_cast<std::uint8_t>(i / width)});
    }
    return draft;
}

}  // namespace

MachineDescription read_machine_json(std::string_view text, const std::string& file_name) {
    const json root = parse_json(text, file_name);
    JsonReader in(file_name);
    std::optional<Draft> draft;
    if (!root.is_object())
        in.expected({}, "an object", root);
    else if (root.contains("format") && root["format"] == "sm-machine/1")
        draft = read_sm_machine(in, root);
    else if (root.contains("chip_resources"))
        draft = read_interchange(in, root);
    else if (root.contains("chips"))
        draft = read_spinntools(in, root);
    else
        in.report.add({}, "is no machine that Spinn knows",
                      "write sm-machine/1 (\"format\"), the interchange format (\"chip_resources\") or SpiNNTools' "
                      "machine (\"chips\")");
    in.report.throw_if_any();
    MachineDescription machine = std::move(draft->machine);
    machine.shape = with_faults(std::move(machine.shape), draft->faults);
    if (!root.contains("format")) find_wraps(machine.shape);
    machine.shape.name = file_name;
    if (present_chips(machine.shape).empty())
        throw InputError({{"no chip is left alive", file_name, "leave at least one"}});
    return machine;
}

MachineDescription read_machine_description(const std::string& preset_or_path) {
    if (!preset_or_path.ends_with(".json")) return {read_machine(preset_or_path), routing_table_capacity, {}};
    const auto text = read_text_file(preset_or_path);
    if (!text)
        throw InputError({{"there is no readable machine file of this name", preset_or_path,
                           "name a machine: spinn5, WxH, a .yaml or a .json file"}});
    return read_machine_json(*text, preset_or_path);
}

json to_sm_machine(const MachineDescription& machine) {
    const MachineShape& shape = machine.shape;
    json dead_chips = json::array(), dead_links = json::array(), exceptions = json::array(), ethernet = json::array();
    int n_chips = 0, n_cores = 0;
    for (int y = 0; y < shape.height; ++y) {
        for (int x = 0; x < shape.width; ++x) {
            const ChipCoord chip{static_cast<std::uint8_t>(x), static_cast<std::uint8_t>(y)};
            if (!has_chip(shape, chip)) {
                dead_chips.push_back({x, y});
                continue;
            }
            const ChipShape& here = chip_at(shape, chip);
            ++n_chips;
            n_cores += application_cores(here);
            if (here.ethernet) ethernet.push_back({x, y});
            if (application_cores(here) != physical_cores_per_chip - 2)
                exceptions.push_back({x, y, application_cores(here)});
            for (int l = 0; l < link_count; ++l)
                if ((here.dead_links >> l & 1) != 0) dead_links.push_back({x, y, l});
        }
    }
    return {{"format", "sm-machine/1"},
            {"width", shape.width},
            {"height", shape.height},
            {"wrap", shape.wrap_x && shape.wrap_y},
            {"cores", physical_cores_per_chip - 2},
            {"table", machine.table_capacity},
            {"ethernet", std::move(ethernet)},
            {"dead_chips", std::move(dead_chips)},
            {"dead_links", std::move(dead_links)},
            {"core_exceptions", std::move(exceptions)},
            {"n_chips", n_chips},
            {"n_cores", n_cores}};
}

}  // namespace spinn

#include "emulator/router_copy.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "emulator/chip_memory.hpp"

namespace spinn {

namespace {

constexpr std::uint32_t n_entries = 1024;
constexpr std::uint32_t unused_route = 0xff000000;
constexpr std::uint32_t application_key = 0xffff5554, application_mask = 0xfffffffe;  ///< signals: entry 0
constexpr std::uint16_t owned = 0x8000;

struct Entry {
    std::uint16_t next, free;
    std::uint32_t route, key, mask;
};
static_assert(sizeof(Entry) == memory_map::router_copy_entry_bytes);

std::uint32_t address_of(const Chip& chip, std::uint32_t index) {
    return load_word(chip, sv::base + sv::router_copy) + index * static_cast<std::uint32_t>(sizeof(Entry));
}
Entry entry_of(const Chip& chip, std::uint32_t index) { return load_number<Entry>(chip, address_of(chip, index)); }
void store(Chip& chip, std::uint32_t index, const Entry& entry) { store_number(chip, address_of(chip, index), entry); }

void set_unused(Entry& entry) {
    entry.route = unused_route;
    entry.key = 0xffffffff;
    entry.mask = 0;
}

/// What the router holds becomes what the copy says.
void program_router(Chip& chip) {
    std::vector<RoutingEntry> table;
    for (std::uint32_t i = 1; i < n_entries; ++i)
        if (const Entry entry = entry_of(chip, i); entry.route < unused_route)
            table.push_back({entry.key, entry.mask, entry.route & 0x00ffffff});
    if (!std::equal(table.begin(), table.end(), chip.router.table().begin(), chip.router.table().end()))
        chip.router.load(table);
}

/// Blocks by their first entries; each begins above the one before, whatever the bytes say.
std::vector<std::pair<std::uint32_t, Entry>> blocks_of(const Chip& chip) {
    std::vector<std::pair<std::uint32_t, Entry>> blocks;
    for (std::uint32_t block = 1; block < n_entries;) {
        Entry entry = entry_of(chip, block);
        if (entry.next <= block || entry.next > n_entries) break;
        blocks.push_back({block, entry});
        block = entry.next;
    }
    return blocks;
}

/// Joins free neighbours and links the free blocks again.
void tidy(Chip& chip) {
    std::vector<std::pair<std::uint32_t, Entry>> joined;
    for (const auto& [block, entry] : blocks_of(chip)) {
        const bool is_free = (entry.free & owned) == 0;
        if (is_free && !joined.empty() && (joined.back().second.free & owned) == 0)
            joined.back().second.next = entry.next;
        else
            joined.push_back({block, entry});
    }
    std::uint16_t next_free = 0;
    for (std::size_t i = joined.size(); i-- > 0;) {
        auto& [block, entry] = joined[i];
        if ((entry.free & owned) == 0) entry.free = std::exchange(next_free, static_cast<std::uint16_t>(block));
        store(chip, block, entry);
    }
    store_half(chip, sv::base + sv::router_free, next_free);
}

void release(Chip& chip, std::uint32_t block, bool clear) {
    Entry first = entry_of(chip, block);
    first.free = 0;
    store(chip, block, first);
    if (!clear) return;
    for (std::uint32_t i = block; i < first.next; ++i) {
        Entry entry = entry_of(chip, i);
        set_unused(entry);
        if (i > block) entry.free = 0;
        store(chip, i, entry);
    }
}

}  // namespace

void reset_router_copy(Chip& chip) {
    for (std::uint32_t i = 0; i <= n_entries; ++i) {
        Entry entry{0, 0, 0, 0, 0};
        set_unused(entry);
        if (i == 0) entry = {0, 0, route_bit_of_core(0), application_key, application_mask};
        if (i == 1) entry.next = n_entries;
        store(chip, i, entry);
    }
    store_half(chip, sv::base + sv::router_free, 1);
    program_router(chip);
}

std::uint32_t allocate_entries(Chip& chip, std::uint32_t n, std::uint32_t application) {
    if (n == 0 || n >= n_entries) return 0;
    for (auto& [block, entry] : blocks_of(chip)) {
        const std::uint32_t room = entry.next - block;
        if ((entry.free & owned) != 0 || room < n) continue;
        Entry taken = entry;
        if (room > n) {
            Entry rest = entry_of(chip, block + n);
            rest.next = entry.next;
            rest.free = 0;
            store(chip, block + n, rest);
            taken.next = static_cast<std::uint16_t>(block + n);
        }
        taken.free = static_cast<std::uint16_t>(owned | (application & 0xff));
        store(chip, block, taken);
        tidy(chip);
        return block;
    }
    return 0;
}

bool free_entries(Chip& chip, std::uint32_t index, bool clear) {
    for (const auto& [block, entry] : blocks_of(chip)) {
        if (block != index || (entry.free & owned) == 0) continue;
        release(chip, block, clear);
        tidy(chip);
        program_router(chip);
        return true;
    }
    return false;
}

std::uint32_t free_application_entries(Chip& chip, std::uint32_t application, bool clear) {
    std::uint32_t freed = 0;
    for (const auto& [block, entry] : blocks_of(chip)) {
        if ((entry.free & owned) == 0 || (entry.free & 0xff) != application) continue;
        freed += entry.next - block;
        release(chip, block, clear);
    }
    if (freed == 0) return 0;
    tidy(chip);
    program_router(chip);
    return freed;
}

bool load_entries(Chip& chip, std::uint32_t table_address, std::uint32_t base, std::uint32_t n,
                  std::uint32_t application) {
    struct Record {
        std::uint16_t index, free;
        std::uint32_t route, key, mask;
    };
    std::vector<bool> begins_block(n_entries);
    for (const auto& [block, entry] : blocks_of(chip)) begins_block[block] = true;
    bool good = true;
    for (std::uint32_t i = 0; i < n && good; ++i) {
        Record record{};
        good = read(chip, table_address + i * sizeof(Record), std::as_writable_bytes(std::span(&record, 1)));
        const std::uint32_t index = base + record.index;
        good = good && index >= 1 && index < n_entries;
        if (!good) break;
        Entry entry = entry_of(chip, index);
        entry.route = application << 24 | (record.route & 0x00ffffff);
        entry.key = record.key;
        entry.mask = record.mask;
        if (!begins_block[index]) entry.free = static_cast<std::uint16_t>(application);  // hosts look for it in each
        store(chip, index, entry);
    }
    program_router(chip);
    return good;
}

bool clear_entries(Chip& chip, std::uint32_t first, std::uint32_t n) {
    if (first == 0 || first >= n_entries || n > n_entries - first) return false;
    for (std::uint32_t i = first; i < first + n; ++i) {
        Entry entry = entry_of(chip, i);
        set_unused(entry);
        store(chip, i, entry);
    }
    program_router(chip);
    return true;
}

std::uint32_t largest_free_entries(const Chip& chip) {
    std::uint32_t largest = 0;
    for (const auto& [block, entry] : blocks_of(chip))
        if ((entry.free & owned) == 0) largest = std::max(largest, entry.next - block);
    return largest;
}

}  // namespace spinn

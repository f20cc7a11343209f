#include "emulator/heap.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "emulator/chip_memory.hpp"

namespace spinn {

namespace {

constexpr std::uint32_t root_bytes = 16, head_bytes = 8;
constexpr std::uint32_t allocated = 0xffff0000;

struct Root {
    std::uint32_t free, first, last, free_bytes;
};
struct Head {
    std::uint32_t next, free;
};

Root root_of(const Chip& chip, std::uint32_t heap) { return load_number<Root>(chip, heap); }
Head head_of(const Chip& chip, std::uint32_t block) { return load_number<Head>(chip, block); }

bool is_allocated(const Head& head) { return (head.free & allocated) == allocated; }
std::uint32_t room(std::uint32_t block, const Head& head) { return head.next - block - head_bytes; }

/// Blocks from the first to the last but one. Each lies above the one before, so the walk ends whatever the bytes say.
std::vector<std::pair<std::uint32_t, Head>> blocks_of(const Chip& chip, const Root& root) {
    std::vector<std::pair<std::uint32_t, Head>> blocks;
    for (std::uint32_t block = root.first; block != root.last && block != 0;) {
        const Head head = head_of(chip, block);
        if (head.next <= block || head.next - block < head_bytes || head.next > root.last || head.next % 4 != 0) break;
        blocks.push_back({block, head});
        block = head.next;
    }
    return blocks;
}

/// Joins neighbours that are free and links the free ones again.
void tidy(Chip& chip, std::uint32_t heap) {
    Root root = root_of(chip, heap);
    const std::vector<std::pair<std::uint32_t, Head>> blocks = blocks_of(chip, root);
    std::vector<std::pair<std::uint32_t, Head>> joined;
    for (const auto& [block, head] : blocks) {
        if (!is_allocated(head) && !joined.empty() && !is_allocated(joined.back().second) &&
            joined.back().second.next == block)
            joined.back().second.next = head.next;
        else
            joined.push_back({block, head});
    }
    std::uint32_t next_free = 0;
    root.free_bytes = 0;
    for (std::size_t i = joined.size(); i-- > 0;) {
        auto& [block, head] = joined[i];
        if (is_allocated(head)) continue;
        head.free = std::exchange(next_free, block);
        root.free_bytes += room(block, head);
        store_number(chip, block, head);
    }
    root.free = next_free;
    store_number(chip, heap, root);
}

}  // namespace

void make_heap(Chip& chip, std::uint32_t begin, std::uint32_t end) {
    const std::uint32_t first = begin + root_bytes, last = end - head_bytes;
    store_number(chip, first, Head{last, 0});
    store_number(chip, last, Head{0, 0});
    store_number(chip, begin, Root{first, first, last, last - first - head_bytes});
}

std::uint32_t heap_allocate(Chip& chip, std::uint32_t heap, std::uint32_t size_bytes, std::uint32_t owner) {
    if (size_bytes == 0 || size_bytes > sdram_size_bytes) return 0;
    const std::uint32_t size = (size_bytes + 3) / 4 * 4;
    Root root = root_of(chip, heap);
    std::uint32_t link = heap;  // of the word that leads to the block: the root's, or a free block's
    for (std::uint32_t block = root.free; block != 0;) {
        Head head = head_of(chip, block);
        if (head.next <= block || is_allocated(head) || (head.free != 0 && head.free <= block)) return 0;
        if (room(block, head) < size) {
            link = block + offsetof(Head, free);
            block = head.free;
            continue;
        }
        std::uint32_t next_free = head.free;
        if (room(block, head) >= size + head_bytes) {
            const std::uint32_t rest = block + head_bytes + size;
            store_number(chip, rest, Head{head.next, next_free});
            head.next = rest;
            next_free = rest;
        }
        root.free_bytes -= room(block, head) + (next_free == head.next ? head_bytes : 0);
        store_number(chip, heap, root);
        store_word(chip, link, next_free);
        store_number(chip, block, Head{head.next, allocated | (owner & 0xffff)});
        return block + head_bytes;
    }
    return 0;
}

HeapBlock heap_block(const Chip& chip, std::uint32_t heap, std::uint32_t address) {
    for (const auto& [block, head] : blocks_of(chip, root_of(chip, heap)))
        if (block + head_bytes == address && is_allocated(head)) return {room(block, head), head.free & 0xffff};
    return {};
}

bool heap_free(Chip& chip, std::uint32_t heap, std::uint32_t address) {
    if (heap_block(chip, heap, address).size_bytes == 0) return false;
    store_word(chip, address - head_bytes + offsetof(Head, free), 0);
    tidy(chip, heap);
    return true;
}

std::uint32_t heap_free_application(Chip& chip, std::uint32_t heap, std::uint32_t application) {
    std::uint32_t freed = 0;
    for (const auto& [block, head] : blocks_of(chip, root_of(chip, heap))) {
        if (!is_allocated(head) || (head.free >> 8 & 0xff) != application) continue;
        store_word(chip, block + offsetof(Head, free), 0);
        ++freed;
    }
    if (freed > 0) tidy(chip, heap);
    return freed;
}

HeapSpace heap_space(const Chip& chip, std::uint32_t heap) {
    const Root root = root_of(chip, heap);
    HeapSpace space{root.free_bytes, 0};
    for (const auto& [block, head] : blocks_of(chip, root))
        if (!is_allocated(head)) space.largest_bytes = std::max(space.largest_bytes, room(block, head));
    return space;
}

}  // namespace spinn

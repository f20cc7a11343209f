#include "protocols/image_codec.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <functional>
#include <limits>

namespace spinn {
namespace {

using testing::HasSubstr;

/// One board of 2 x 2 chips with a different value in every field.
MachineImage small_image() {
    MachineImage image;
    image.network_name = "two populations";
    image.network = std::string("\x01\x00network", 9);
    image.timestep_ms = 0.1;
    image.duration_ms = 250.0;
    image.seed = 0xfedcba9876543210;
    image.recording_ticks = 1234;
    image.machine = {"spinn3", 2, 2, true, false, std::vector<ChipShape>(4)};
    for (ChipShape& chip : image.machine.chips) chip.present = true;
    image.machine.chips[0].ethernet = true;
    image.machine.chips[1].dead_cores = 1u << 17 | 1u << 3;
    image.machine.chips[2].dead_links = 0x21;
    image.machine.chips[3].present = false;
    image.populations = {{"exc", "IF_cond_exp", 300, true}, {"stimulus", "SpikeSourcePoisson", 20, false}};
    image.cores = {{.name = "exc[0:256]",
                    .location = {{0, 0}, 1},
                    .n_atoms = 256,
                    .sends = true,
                    .keys = {0x100, 0xffffff00},
                    .n_keys = 255,
                    .block_address = sdram_heap_base,
                    .block_size_bytes = 8192},
                   {.name = "exc[256:300]",
                    .location = {{1, 0}, 2},
                    .first_atom = 256,
                    .n_atoms = 44,
                    .block_address = sdram_heap_base,
                    .block_size_bytes = 4096},
                   {.name = "stimulus[0:20]",
                    .location = {{1, 0}, 3},
                    .program = ProgramKind::poisson_source,
                    .population = 1,
                    .n_atoms = 20,
                    .sends = true,
                    .keys = {0x200, 0xffffffe0},
                    .n_keys = 20,
                    .block_address = sdram_heap_base + 4096,
                    .block_size_bytes = 5000}};
    image.tables = {{{0, 0}, {{0x100, 0xffffff00, 1u << 7}, {0x200, 0xffffffe0, 1u << 8 | 1u}}},
                    {{1, 0}, {{0x100, 0xffffff00, 1u << 8}}}};
    auto bytes = std::make_shared<std::vector<std::byte>>(6000);
    for (std::size_t i = 0; i < bytes->size(); ++i) (*bytes)[i] = static_cast<std::byte>(i * 7 + i / 256);
    const std::span<const std::byte> all(*bytes);
    image.segments = {{{1, 0}, sdram_heap_base, all.first(4000), bytes, {}},
                      {{0, 0}, sdram_heap_base, all, bytes, {}},
                      {{1, 0}, sdram_heap_base + 4096, all.subspan(1000, 100), bytes, {}}};
    return image;
}

std::vector<std::byte> file_of(const MachineImage& image) {
    const EncodedImage encoded = encode_image(image);
    std::vector<std::byte> file(encoded.file_bytes);
    std::memcpy(file.data(), encoded.head.data(), encoded.head.size());
    for (const EncodedImage::Piece& piece : encoded.pieces)
        std::copy(piece.bytes.begin(), piece.bytes.end(), file.begin() + static_cast<std::ptrdiff_t>(piece.offset));
    return file;
}

MachineImage decode(std::span<const std::byte> file) { return decode_image(file, nullptr, "net.spimg"); }

/// The refusal's text, or "" when the file was accepted.
std::string refusal_of(std::span<const std::byte> file) {
    try {
        decode(file);
        return "";
    } catch (const InputError& error) {
        return error.what();
    }
}

TEST(ImageCodec, AnImageSurvivesARoundTripWithEveryFieldDifferent) {
    const MachineImage sent = small_image();
    const std::vector<std::byte> file = file_of(sent);
    const MachineImage got = decode(file);
    EXPECT_EQ(got.network_name, sent.network_name);
    EXPECT_EQ(got.network, sent.network);
    EXPECT_EQ(got.timestep_ms, sent.timestep_ms);
    EXPECT_EQ(got.duration_ms, sent.duration_ms);
    EXPECT_EQ(got.seed, sent.seed);
    EXPECT_EQ(got.recording_ticks, sent.recording_ticks);
    EXPECT_EQ(got.machine, sent.machine);
    EXPECT_EQ(got.populations, sent.populations);
    EXPECT_EQ(got.cores, sent.cores);
    EXPECT_EQ(got.tables, sent.tables);
    ASSERT_EQ(got.segments.size(), sent.segments.size());
    for (std::size_t i = 0; i < sent.segments.size(); ++i) {
        EXPECT_EQ(got.segments[i].chip, sent.segments[i].chip);
        EXPECT_EQ(got.segments[i].address, sent.segments[i].address);
        EXPECT_TRUE(std::ranges::equal(got.segments[i].bytes, sent.segments[i].bytes)) << "segment " << i;
    }
}

TEST(ImageCodec, SegmentsLieInTheFileOnPagesAndAreNotCopied) {
    const std::vector<std::byte> file = file_of(small_image());
    EXPECT_EQ(file.size() % image_page_bytes, 0u);
    for (const ImageSegment& segment : decode(file).segments) {
        EXPECT_GE(segment.bytes.data(), file.data());
        EXPECT_LE(segment.bytes.data() + segment.bytes.size(), file.data() + file.size());
        EXPECT_EQ((segment.bytes.data() - file.data()) % image_page_bytes, 0);
    }
}

TEST(ImageCodec, SegmentsKeepTheirOwnerAlive) {
    auto file = std::make_shared<std::vector<std::byte>>(file_of(small_image()));
    const std::weak_ptr<std::vector<std::byte>> watch = file;
    {
        const MachineImage image = decode_image(*file, file, "net.spimg");
        file.reset();
        EXPECT_FALSE(watch.expired());
        EXPECT_EQ(image.segments[0].bytes[1], std::byte{7});
    }
    EXPECT_TRUE(watch.expired());
}

TEST(ImageCodec, AnImageWithoutCoresAndSegmentsIsAnImage) {
    MachineImage image;
    image.machine = {"1x1", 1, 1, true, true, {ChipShape{true, true, 0, 0}}};
    const std::vector<std::byte> file = file_of(image);
    EXPECT_EQ(file.size(), image_page_bytes);
    EXPECT_EQ(decode(file).machine, image.machine);
}

TEST(ImageCodec, NamesNeedNotBeUtf8) {
    MachineImage image = small_image();
    image.populations[0].name = "exc\xff\xfe";
    EXPECT_EQ(decode(file_of(image)).populations[0].name, "exc\xff\xfe");
}

TEST(ImageCodec, TheHeaderIsWhatTheFormatPageSays) {
    const MachineImage image = small_image();
    const std::vector<std::byte> file = file_of(image);
    const auto word = [&](std::size_t offset) {
        std::uint64_t number = 0;
        std::memcpy(&number, file.data() + offset, 8);
        return number;
    };
    EXPECT_EQ(std::memcmp(file.data(), "\x89SPIMG\r\n", 8), 0);
    EXPECT_EQ(word(8), 1u);  // version, and four reserved bytes
    EXPECT_EQ(word(16), file.size());
    EXPECT_EQ(48 + word(24), encode_image(image).head.size());
}

TEST(ImageCodec, EverySingleDamagedByteIsDetected) {
    const std::vector<std::byte> whole = file_of(small_image());
    std::vector<std::byte> file = whole;
    for (std::size_t i = 0; i < file.size(); ++i)
        for (const unsigned flip : {0x01u, 0x80u, 0xffu}) {
            file[i] ^= static_cast<std::byte>(flip);
            ASSERT_NE(refusal_of(file), "") << "byte " << i << " xor " << flip;
            file[i] = whole[i];
        }
    EXPECT_EQ(refusal_of(file), "");
}

TEST(ImageCodec, AFileCutShortAnywhereIsRefused) {
    const std::vector<std::byte> file = file_of(small_image());
    for (std::size_t length = 0; length < file.size(); ++length)
        ASSERT_NE(refusal_of(std::span(file).first(length)), "") << "length " << length;
}

TEST(ImageCodec, BytesAfterTheEndAreRefused) {
    std::vector<std::byte> file = file_of(small_image());
    file.resize(file.size() + 1);
    EXPECT_THAT(refusal_of(file), HasSubstr("file_bytes"));
}

TEST(ImageCodec, AnotherVersionSaysWhichOneIsReadAndHowToRemakeTheImage) {
    std::vector<std::byte> file = file_of(small_image());
    file[8] = std::byte{9};
    const std::string refusal = refusal_of(file);
    EXPECT_THAT(refusal, HasSubstr("version 9"));
    EXPECT_THAT(refusal, HasSubstr("reads version 1"));
    EXPECT_THAT(refusal, HasSubstr("spinn-map NETWORK -o IMAGE"));
}

TEST(ImageCodec, RefusalsNameTheFileAndTheField) {
    EXPECT_THAT(refusal_of({}), HasSubstr("net.spimg: offset 0x0, magic: the file is empty"));
    std::vector<std::byte> file = file_of(small_image());
    EXPECT_THAT(refusal_of(std::span(file).first(20)), HasSubstr("20 of the header's 48 bytes"));
    file.back() = std::byte{1};
    EXPECT_THAT(refusal_of(file), HasSubstr("padding"));
    file.back() = std::byte{0};
    file[file.size() - image_page_bytes] ^= std::byte{1};  // the last segment's first byte
    EXPECT_THAT(refusal_of(file), HasSubstr("segment 2: its 100 bytes are damaged"));
}

struct BrokenPromise {
    const char* name;
    std::function<void(MachineImage&)> breaks;
    const char* message;
};

void PrintTo(const BrokenPromise& promise, std::ostream* out) { *out << promise.name; }

class BrokenPromises : public testing::TestWithParam<BrokenPromise> {};

TEST_P(BrokenPromises, AreFoundAndNotWritten) {
    MachineImage image = small_image();
    ASSERT_TRUE(broken_promises(image).empty()) << to_string(broken_promises(image).front());
    GetParam().breaks(image);
    const std::vector<Problem> problems = broken_promises(image);
    ASSERT_FALSE(problems.empty());
    EXPECT_THAT(to_string(problems.front()), HasSubstr(GetParam().message));
    EXPECT_THROW(encode_image(image), std::logic_error);
}

INSTANTIATE_TEST_SUITE_P(
    Image, BrokenPromises,
    testing::Values(
        BrokenPromise{"timestep", [](MachineImage& i) { i.timestep_ms = 0.0; }, "timestep: 0.0"},
        BrokenPromise{"duration", [](MachineImage& i) { i.duration_ms = std::numeric_limits<double>::infinity(); },
                      "duration: inf"},
        BrokenPromise{"machine_size", [](MachineImage& i) { i.machine.width = 257; }, "257 x 2"},
        BrokenPromise{"machine_chips", [](MachineImage& i) { i.machine.chips.pop_back(); }, "lists 3 chips"},
        BrokenPromise{"dead_chip",
                      [](MachineImage& i) {
                          i.segments[0].chip = {1, 1};
                      },
                      "lies on chip (1, 1)"},
        BrokenPromise{"no_chip",
                      [](MachineImage& i) {
                          i.cores[0].location.chip = {2, 0};
                      },
                      "lies on chip (2, 0)"},
        BrokenPromise{"monitor", [](MachineImage& i) { i.cores[0].location.core = 0; }, "1 to 17"},
        BrokenPromise{"dead_core", [](MachineImage& i) { i.cores[1].location.core = 16; }, "1 to 15"},
        BrokenPromise{"shared_core", [](MachineImage& i) { i.cores[1].location.core = 3; }, "two programs on one core"},
        BrokenPromise{"program", [](MachineImage& i) { i.cores[0].program = static_cast<ProgramKind>(6); },
                      "program 6"},
        BrokenPromise{"population", [](MachineImage& i) { i.cores[2].population = 2; }, "population 2"},
        BrokenPromise{"atoms", [](MachineImage& i) { i.cores[1].n_atoms = 45; }, "atoms 256 to 301"},
        BrokenPromise{"key", [](MachineImage& i) { i.cores[0].keys.key = 0x101; }, "outside its mask"},
        BrokenPromise{"n_keys", [](MachineImage& i) { i.cores[0].n_keys = 257; }, "257 keys in a block of 256"},
        BrokenPromise{"block_alignment", [](MachineImage& i) { i.cores[2].block_address += 4; }, "not page aligned"},
        BrokenPromise{"block_overlap", [](MachineImage& i) { i.cores[1].block_size_bytes = 4097; }, "overlaps core 1"},
        BrokenPromise{"below_heap", [](MachineImage& i) { i.segments[1].address = sdram_base; },
                      "outside the user heap"},
        BrokenPromise{"above_heap", [](MachineImage& i) { i.segments[1].address = 0x677ff000; },
                      "outside the user heap"},
        BrokenPromise{"wrap", [](MachineImage& i) { i.segments[1].address = 0xfffff000; }, "outside the user heap"},
        BrokenPromise{"alignment", [](MachineImage& i) { i.segments[1].address += 64; }, "not page aligned"},
        BrokenPromise{"overlap", [](MachineImage& i) { i.segments[2].address -= 4096; }, "overlaps segment 0"},
        BrokenPromise{"table_chip",
                      [](MachineImage& i) {
                          i.tables[1].chip = {1, 1};
                      },
                      "does not have this chip"},
        BrokenPromise{"table_order", [](MachineImage& i) { std::swap(i.tables[0], i.tables[1]); }, "sorted by chip"},
        BrokenPromise{"table_size", [](MachineImage& i) { i.tables[0].entries.resize(1024); }, "1024 entries"},
        BrokenPromise{"route", [](MachineImage& i) { i.tables[0].entries[1].route = 1u << 24; }, "route 0x1000000"}),
    [](const auto& promise) { return promise.param.name; });

TEST(ImageHash, IsThatOfTheImageReadBack) {
    const MachineImage image = small_image();
    EXPECT_EQ(image_hash(decode(file_of(image))), image_hash(image));
}

TEST(ImageHash, ChangesWithEveryPartOfTheImage) {
    const std::uint64_t hash = image_hash(small_image());
    const auto differs = [&](auto change) {
        MachineImage image = small_image();
        change(image);
        return image_hash(image) != hash;
    };
    EXPECT_TRUE(differs([](MachineImage& i) { i.seed += 1; }));
    EXPECT_TRUE(differs([](MachineImage& i) { i.network[0] = 2; }));
    EXPECT_TRUE(differs([](MachineImage& i) { i.machine.chips[0].dead_links = 1; }));
    EXPECT_TRUE(differs([](MachineImage& i) { i.tables[1].entries[0].route = 1; }));
    EXPECT_TRUE(differs([](MachineImage& i) { i.segments[0].bytes = i.segments[1].bytes.subspan(1, 4000); }));
}

}  // namespace
}  // namespace spinn

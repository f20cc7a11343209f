#include "host/image_file.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <set>

namespace spinn {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

MachineImage image_with(std::shared_ptr<const std::vector<std::byte>> bytes) {
    MachineImage image;
    image.network_name = "net";
    image.network = "as bytes of network.proto";
    image.machine = {"1x1", 1, 1, true, true, {ChipShape{true, true, 0, 0}}};
    image.populations = {{"cells", "IF_curr_exp", 10, true}};
    image.cores = {{"cells[0:10]", {{0, 0}, 1}, ProgramKind::neurons, 0, 0, 10, false, {}, 0, sdram_heap_base, 8192}};
    image.segments = {{{0, 0}, sdram_heap_base, *bytes, bytes, {}}};
    return image;
}

MachineImage small_image() {
    auto bytes = std::make_shared<std::vector<std::byte>>(5000);
    for (std::size_t i = 0; i < bytes->size(); ++i) (*bytes)[i] = static_cast<std::byte>(i);
    return image_with(bytes);
}

class ImageFile : public testing::Test {
 protected:
    void SetUp() override {
        std::string pattern = (fs::temp_directory_path() / "image_file_test_XXXXXX").string();
        ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
        directory = pattern;
    }
    void TearDown() override { fs::remove_all(directory); }
    std::set<std::string> files() const {
        std::set<std::string> names;
        for (const auto& entry : fs::directory_iterator(directory)) names.insert(entry.path().filename());
        return names;
    }
    fs::path directory;
};

TEST_F(ImageFile, WhatIsWrittenIsReadBack) {
    const MachineImage sent = small_image();
    write_image(sent, directory / "net.spimg");
    const MachineImage got = read_image(directory / "net.spimg");
    EXPECT_EQ(got.network, sent.network);
    EXPECT_EQ(got.cores, sent.cores);
    ASSERT_EQ(got.segments.size(), 1u);
    EXPECT_TRUE(std::ranges::equal(got.segments[0].bytes, sent.segments[0].bytes));
    EXPECT_EQ(image_hash(got), image_hash(sent));
    EXPECT_EQ(files(), std::set<std::string>{"net.spimg"});
}

TEST_F(ImageFile, ASegmentSaysWhereInTheFileItLies) {
    write_image(small_image(), directory / "net.spimg");
    const MachineImage image = read_image(directory / "net.spimg");
    ASSERT_TRUE(image.segments[0].file.has_value());
    const auto [descriptor, offset] = *image.segments[0].file;
    EXPECT_EQ(offset % image_page_bytes, 0u);
    std::vector<std::byte> bytes(image.segments[0].bytes.size());
    ASSERT_EQ(::pread(descriptor, bytes.data(), bytes.size(), static_cast<off_t>(offset)),
              static_cast<ssize_t>(bytes.size()));
    EXPECT_TRUE(std::ranges::equal(bytes, image.segments[0].bytes));
}

TEST_F(ImageFile, AnImageInUseSurvivesThatItsFileIsWrittenAnew) {
    const fs::path path = directory / "net.spimg";
    write_image(small_image(), path);
    const MachineImage old = read_image(path);
    write_image(image_with(std::make_shared<const std::vector<std::byte>>(100, std::byte{0xee})), path);
    EXPECT_EQ(old.segments[0].bytes[4999], static_cast<std::byte>(4999));
    EXPECT_EQ(read_image(path).segments[0].bytes.size(), 100u);
}

TEST_F(ImageFile, AMissingDirectoryIsAnInputErrorWithThePath) {
    const fs::path path = directory / "absent" / "net.spimg";
    try {
        write_image(small_image(), path);
        FAIL() << "was written";
    } catch (const InputError& error) {
        EXPECT_THAT(error.what(), HasSubstr(path.string()));
        EXPECT_THAT(error.what(), HasSubstr("existing directory"));
    }
}

TEST_F(ImageFile, DevicesAndDirectoriesAreNotReplaced) {
    EXPECT_THROW(write_image(small_image(), "/dev/null"), InputError);
    EXPECT_THROW(write_image(small_image(), directory), InputError);
    EXPECT_THROW(read_image("/dev/null"), InputError);
    EXPECT_THROW(read_image(directory), InputError);
    EXPECT_TRUE(fs::is_character_file("/dev/null"));
}

TEST_F(ImageFile, AnImageThatCannotBeWrittenLeavesTheOldFileAndNothingElse) {
    const fs::path path = directory / "net.spimg";
    write_image(small_image(), path);
    MachineImage broken = small_image();
    broken.segments[0].address += 4;
    EXPECT_THROW(write_image(broken, path), std::logic_error);
    EXPECT_EQ(read_image(path).segments[0].bytes.size(), 5000u);
    EXPECT_EQ(files(), std::set<std::string>{"net.spimg"});
}

TEST_F(ImageFile, ALinkKeepsPointingToTheFileThatIsWritten) {
    write_image(small_image(), directory / "real.spimg");
    fs::create_symlink(directory / "real.spimg", directory / "link.spimg");
    write_image(image_with(std::make_shared<const std::vector<std::byte>>(1)), directory / "link.spimg");
    EXPECT_TRUE(fs::is_symlink(directory / "link.spimg"));
    EXPECT_EQ(read_image(directory / "real.spimg").segments[0].bytes.size(), 1u);
}

TEST_F(ImageFile, MissingEmptyAndForeignFilesAreRefusedByName) {
    EXPECT_THROW(read_image(directory / "absent.spimg"), InputError);
    std::ofstream(directory / "empty.spimg").close();
    EXPECT_THROW(read_image(directory / "empty.spimg"), InputError);
    std::ofstream(directory / "net.yaml") << "name: a network, not an image\n";
    try {
        read_image(directory / "net.yaml");
        FAIL() << "was read";
    } catch (const InputError& error) {
        EXPECT_THAT(error.what(), HasSubstr("net.yaml: offset 0x0, magic: this is not an image file"));
    }
}

TEST_F(ImageFile, ReadingClosesWhatItOpened) {
    write_image(small_image(), directory / "net.spimg");
    int descriptor = -1;
    {
        const MachineImage image = read_image(directory / "net.spimg");
        descriptor = image.segments[0].file->descriptor;
        EXPECT_NE(::fcntl(descriptor, F_GETFD), -1);
    }
    EXPECT_EQ(::fcntl(descriptor, F_GETFD), -1);
}

}  // namespace
}  // namespace spinn

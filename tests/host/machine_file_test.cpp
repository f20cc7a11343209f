#include "host/machine_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "protocols/error.hpp"

namespace spinn {
namespace {

TEST(MachineFile, APresetIsAMachine) {
    EXPECT_EQ(read_machine("spinn5"), make_machine("spinn5"));
    EXPECT_EQ(read_machine("16x8").width, 16);
}

TEST(MachineFile, FaultsAreTakenOut) {
    const MachineShape shape = read_machine_yaml(
        "machine: 8x8\ndead_chips: [[3, 4]]\ndead_cores: [[1, 2, 5], [1, 2, 6]]\ndead_links: [[2, 1, north], [5, 5, "
        "0]]\n",
        "m.yaml");
    EXPECT_FALSE(has_chip(shape, {3, 4}));
    EXPECT_EQ(chip_at(shape, {1, 2}).dead_cores, (1u << 5) | (1u << 6));
    EXPECT_EQ(neighbour(shape, {2, 1}, Link::north), std::nullopt);
    EXPECT_EQ(neighbour(shape, {2, 2}, Link::south), std::nullopt);
    EXPECT_EQ(neighbour(shape, {5, 5}, Link::east), std::nullopt);
    EXPECT_TRUE(neighbour(shape, {5, 5}, Link::north).has_value());
}

TEST(MachineFile, EveryMistakeIsNamedWithItsLine) {
    try {
        read_machine_yaml(
            "machine: spinn3\ndead_chips:\n  - [2, 0]\n  - [0]\ndead_cores:\n  - [0, 0, 18]\ndead_links:\n"
            "  - [0, 0, nroth]\n  - [0, 0, 6]\ndead_chip: []\n",
            "m.yaml");
        FAIL() << "must throw";
    } catch (const InputError& error) {
        ASSERT_EQ(error.problems().size(), 6u) << error.what();
        EXPECT_EQ(error.problems()[0].where, "m.yaml:3: dead_chips[0][0]");
        EXPECT_EQ(error.problems()[1].where, "m.yaml:4: dead_chips[1]");
        EXPECT_EQ(error.problems()[2].where, "m.yaml:6: dead_cores[0][2]");
        EXPECT_THAT(error.problems()[3].fix, testing::HasSubstr("did you mean 'north'?"));
        EXPECT_EQ(error.problems()[5].where, "m.yaml:10: dead_chip");
    }
    EXPECT_THROW(read_machine("spin5"), InputError);
    EXPECT_THROW(read_machine("missing.yaml"), InputError);
    EXPECT_THROW(read_machine_yaml("machine: [1]", "m.yaml"), InputError);
    EXPECT_THROW(read_machine_yaml("dead_chips: []", "m.yaml"), InputError);
}

}  // namespace
}  // namespace spinn

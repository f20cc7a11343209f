#include "runtime/expander.hpp"

#include <gtest/gtest.h>

#include <string>

#include "protocols/error.hpp"

namespace spinn {
namespace {

/// All to all, 100 neurons to 50, and what a core of all 50 needs for it.
struct Expander : testing::Test {
    CoreProjection projection;
    SystemRegion system;
    SynapseRegion shape;
    PopulationTable table;

    Expander() {
        projection.n_source_cores = 1;
        projection.atoms_per_core = 100;
        projection.rule.kind = ConnectorKind::all_to_all;
        projection.rule.timestep_ms = 1.0;
        projection.rule.pre = {0, 1, 100, {}};
        projection.rule.post = {0, 1, 50, {}};
        projection.rule.weight = constant(0.5);
        projection.rule.delay_ms = constant(1.0);
        system.n_atoms = 50;
        shape.index_bits = 6;
        shape.type_bits = 1;
        shape.delay_bits = 4;
        table.addresses = {invalid_matrix_address, invalid_matrix_address};
    }

    std::string refusal(std::size_t room_words) const {
        try {
            expand({{projection}}, system, shape, table, room_words);
        } catch (const RequestError& error) {
            return error.what();
        }
        return "";
    }
};

TEST_F(Expander, MakesEverySynapseThatHasRoom) {
    const ExpandedRows made = expand({{projection}}, system, shape, table, 5000);
    ASSERT_EQ(made.matrices.size(), 1u);
    EXPECT_EQ(made.synapses, 5000u);
    EXPECT_EQ(made.matrices[0].word.size(), 5000u);
    EXPECT_EQ(made.matrices[0].n_rows, 100u);
}

TEST_F(Expander, MakesNothingLargerThanItsMemory) {
    EXPECT_NE(refusal(4999).find("more synapses than the 19996 bytes"), std::string::npos) << refusal(4999);
    EXPECT_NE(refusal(99).find("100 rows in 1 stages, where 396 bytes"), std::string::npos) << refusal(99);
    // 2^32 rows: a product of 32 bits would be none.
    projection.n_source_cores = 1u << 16;
    projection.atoms_per_core = 1u << 16;
    EXPECT_NE(refusal(5000).find("4294967296 rows"), std::string::npos) << refusal(5000);
}

TEST_F(Expander, RefusesWhatTheTableHasNot) {
    projection.address_index = 2;
    EXPECT_NE(refusal(5000).find("without a place"), std::string::npos);
    projection.address_index = 0;
    projection.receptor = 2;
    EXPECT_NE(refusal(5000).find("a receptor"), std::string::npos);
    projection.receptor = 0;
    projection.rule.pre = {1, 1, 100, {}};
    EXPECT_NE(refusal(5000).find("beyond the rows"), std::string::npos);
}

}  // namespace
}  // namespace spinn

// One property suite for the geometric half of the mapper: whatever the machine and the graph, every check passes.
#include <gtest/gtest.h>

#include <functional>
#include <tuple>

#include "graphs.hpp"
#include "mapper/keys.hpp"
#include "mapper/place.hpp"
#include "mapper/route.hpp"
#include "mapper/tables.hpp"
#include "protocols/error.hpp"

namespace spinn {
namespace {

struct NamedMachine {
    const char* name;
    std::function<MachineShape()> make;
};
struct NamedGraph {
    const char* name;
    std::function<MachineGraph()> make;
};
std::ostream& operator<<(std::ostream& out, const NamedMachine& machine) { return out << machine.name; }
std::ostream& operator<<(std::ostream& out, const NamedGraph& graph) { return out << graph.name; }

MachineShape faulty_torus() {
    const MachineShape whole = make_machine("16x16");
    return with_faults(whole, random_faults(whole, 0.02, 0.02, 0.03, 7));
}

class MappingOf : public testing::TestWithParam<std::tuple<NamedMachine, NamedGraph>> {};

TEST_P(MappingOf, PassesEveryCheck) {
    const MachineShape machine = std::get<0>(GetParam()).make();
    const MachineGraph graph = std::get<1>(GetParam()).make();
    std::size_t cores = 0;
    for (const ChipShape& chip : machine.chips) cores += static_cast<std::size_t>(application_cores(chip));
    if (cores < graph.slices.size()) GTEST_SKIP() << "needs a larger machine";

    const Placements placements = place(graph, machine, {});
    check(placements, graph, machine);
    const Routes routes = route(graph, placements, machine, {});
    check(routes, graph, placements, machine);
    check(allocate_keys_by_route(graph, placements, routes, machine), graph);
    const KeyAllocation keys = allocate_keys(graph);
    check(keys, graph);
    for (const int capacity : {routing_table_capacity, 24}) {  // 24: most tables must be merged
        TableResult result;
        try {
            result = build_tables(routes, keys, graph, machine, {.capacity = capacity});
        } catch (const RequestError&) {
            EXPECT_LT(capacity, routing_table_capacity) << "the real table must do";
            continue;
        }
        check(result.tables, routes, keys, graph, machine);
        EXPECT_LE(result.max_entries, static_cast<std::uint64_t>(capacity));
    }
}

INSTANTIATE_TEST_SUITE_P(
    Machines, MappingOf,
    testing::Combine(testing::Values(NamedMachine{"spinn3", [] { return make_machine("spinn3"); }},
                                     NamedMachine{"spinn5", [] { return make_machine("spinn5"); }},
                                     NamedMachine{"two_boards", [] { return make_machine("spinn5*2"); }},
                                     NamedMachine{"triad", [] { return make_machine("spinn5*3"); }},
                                     NamedMachine{"faulty_torus", faulty_torus}),
                     testing::Values(NamedGraph{"all_to_all", [] { return test::all_to_all(40); }},
                                     NamedGraph{"random", [] { return test::random_graph(300, 16, 3); }},
                                     NamedGraph{"self_loops", [] { return test::self_loops(30); }},
                                     NamedGraph{"delay_extensions", [] { return test::delay_extensions(30); }})),
    [](const auto& test) { return std::string(std::get<0>(test.param).name) + "_" + std::get<1>(test.param).name; });

}  // namespace
}  // namespace spinn

#include "host/network_file.hpp"

#include <array>

#include "host/network_proto.hpp"
#include "host/network_yaml.hpp"
#include "host/problem_report.hpp"
#include "host/text_file.hpp"

namespace spinn {

namespace {

Network read_any(const std::filesystem::path& path) {
    static constexpr std::array<std::string_view, 5> endings{".yaml", ".yml", ".pb", ".binpb", ".txtpb"};
    const std::string ending = path.extension().string();
    bool known = false;
    for (const std::string_view one : endings) known = known || one == ending;
    if (!known)
        throw InputError({{"a network file cannot end in " + in_quotes(ending), path.string(),
                           "use .yaml or .yml, .pb or .binpb (protobuf) or .txtpb (protobuf as text)"}});
    const auto text = read_text_file(path);
    if (!text)
        throw InputError(
            {{"there is no readable file of this name", path.string(), "give the name of a network file"}});
    if (ending == ".pb" || ending == ".binpb") return decode_network(*text, path.string());
    if (ending == ".txtpb") return decode_network_text(*text, path.string());
    return read_network_yaml(*text, path.string());
}

}  // namespace

Network read_network_file(const std::filesystem::path& path) {
    Network network = read_any(path);
    const std::filesystem::path machine = network.machine;
    if ((machine.extension() == ".yaml" || machine.extension() == ".yml") && machine.is_relative())
        network.machine = (path.parent_path() / machine).string();
    return network;
}

}  // namespace spinn

#include "host/network_file.hpp"

#include <fstream>
#include <stdexcept>
#include <string>

#include "host/network_proto.hpp"
#include "host/network_yaml.hpp"
#include "host/network_yaml_writer.hpp"
#include "host/problem_report.hpp"
#include "host/text_file.hpp"
#include "protocols/error.hpp"

namespace spinn {

namespace {

enum class Format { yaml, protobuf, protobuf_text };

/// @throws InputError for an unknown ending
Format format_of(const std::filesystem::path& path) {
    const std::string ending = path.extension().string();
    if (ending == ".yaml" || ending == ".yml") return Format::yaml;
    if (ending == ".pb" || ending == ".binpb") return Format::protobuf;
    if (ending == ".txtpb") return Format::protobuf_text;
    throw InputError({{"a network file cannot end in " + in_quotes(ending), path.string(),
                       "use .yaml or .yml, .pb or .binpb (protobuf) or .txtpb (protobuf as text)"}});
}

std::string text_of(const Network& network, Format format) {
    switch (format) {
        case Format::yaml:
            return to_yaml(network);
        case Format::protobuf:
            return encode_network(network);
        case Format::protobuf_text:
            return encode_network_text(network);
    }
    throw std::logic_error("a format that nobody writes");
}

Network read_any(const std::filesystem::path& path) {
    const Format format = format_of(path);
    const auto text = read_text_file(path);
    if (!text)
        throw InputError(
            {{"there is no readable file of this name", path.string(), "give the name of a network file"}});
    switch (format) {
        case Format::yaml:
            return read_network_yaml(*text, path.string());
        case Format::protobuf:
            return decode_network(*text, path.string());
        case Format::protobuf_text:
            return decode_network_text(*text, path.string());
    }
    throw std::logic_error("a format that nobody reads");
}

}  // namespace

Network read_network_file(const std::filesystem::path& path) {
    Network network = read_any(path);
    const std::filesystem::path machine = network.machine;
    if ((machine.extension() == ".yaml" || machine.extension() == ".yml") && machine.is_relative())
        network.machine = (path.parent_path() / machine).string();
    return network;
}

void write_network_file(const Network& network, const std::filesystem::path& path) {
    const std::string text = text_of(network, format_of(path));
    std::ofstream file(path, std::ios::binary);
    file << text;
    file.close();
    if (!file)
        throw RequestError(
            {"the network cannot be written", path.string(), "name a file in a directory that you may write to"});
}

}  // namespace spinn

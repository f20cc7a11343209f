#include "host/yaml_tree.hpp"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <istream>
#include <optional>
#include <streambuf>
#include <unordered_map>

namespace spinn {

namespace {

constexpr std::size_t max_depth = 64;

/// Reads from memory that someone else owns. (std::istringstream would copy the document.)
class ViewBuffer : public std::streambuf {
 public:
    explicit ViewBuffer(std::string_view text) {
        char* begin = const_cast<char*>(text.data());  // a get area is char*, but is never written to
        setg(begin, begin, begin + text.size());
    }
};

struct TreeError {
    std::size_t line;
    std::string what, fix;
};

class TreeBuilder : public YAML::EventHandler {
 public:
    YamlTree tree;

    void OnDocumentStart(const YAML::Mark&) override {}
    void OnDocumentEnd() override {}

    void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
        attach(add(YamlNode::Kind::null, mark), anchor, true);
    }

    void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
        const auto found = anchors_.find(anchor);
        if (found == anchors_.end() || !found->second.complete)
            throw TreeError{line(mark), "an alias stands inside the node it names", "write the value out"};
        pending_.push_back(found->second.node);
    }

    void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  const std::string& value) override {
        const YamlNodeId id = add(YamlNode::Kind::scalar, mark);
        YamlNode& node = tree.nodes[id];
        node.plain = tag == "?" || tag.empty();
        node.first = static_cast<std::uint32_t>(tree.texts.size());
        node.count = static_cast<std::uint32_t>(value.size());
        tree.texts += value;
        attach(id, anchor, true);
    }

    void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                         YAML::EmitterStyle::value) override {
        open(YamlNode::Kind::sequence, mark, anchor);
    }
    void OnSequenceEnd() override { close(); }
    void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                    YAML::EmitterStyle::value) override {
        open(YamlNode::Kind::mapping, mark, anchor);
    }
    void OnMapEnd() override { close(); }

    std::optional<YamlNodeId> root() const {
        return pending_.empty() ? std::nullopt : std::optional<YamlNodeId>(pending_.front());
    }

 private:
    struct Anchored {
        YamlNodeId node;
        bool complete;
    };
    struct Open {
        YamlNodeId node;
        YAML::anchor_t anchor;
        std::size_t first_pending;
    };

    static std::size_t line(const YAML::Mark& mark) {
        return mark.line < 0 ? 1 : static_cast<std::size_t>(mark.line) + 1;
    }

    YamlNodeId add(YamlNode::Kind kind, const YAML::Mark& mark) {
        YamlNode node;
        node.kind = kind;
        node.line = static_cast<std::uint32_t>(line(mark));
        tree.nodes.push_back(node);
        return static_cast<YamlNodeId>(tree.nodes.size() - 1);
    }

    void attach(YamlNodeId id, YAML::anchor_t anchor, bool complete) {
        if (anchor != 0) anchors_[anchor] = {id, complete};
        pending_.push_back(id);
    }

    void open(YamlNode::Kind kind, const YAML::Mark& mark, YAML::anchor_t anchor) {
        if (open_.size() >= max_depth)
            throw TreeError{line(mark), "nested deeper than " + std::to_string(max_depth) + " levels",
                            "a network file needs fewer than ten"};
        const YamlNodeId id = add(kind, mark);
        attach(id, anchor, false);
        open_.push_back({id, anchor, pending_.size()});
    }

    void close() {
        const Open last = open_.back();
        open_.pop_back();
        YamlNode& node = tree.nodes[last.node];
        node.first = static_cast<std::uint32_t>(tree.children.size());
        node.count = static_cast<std::uint32_t>(pending_.size() - last.first_pending);
        tree.children.insert(tree.children.end(), pending_.begin() + static_cast<std::ptrdiff_t>(last.first_pending),
                             pending_.end());
        pending_.resize(last.first_pending);
        if (last.anchor != 0) anchors_[last.anchor].complete = true;
    }

    std::unordered_map<YAML::anchor_t, Anchored> anchors_;
    std::vector<Open> open_;
    std::vector<YamlNodeId> pending_;  ///< nodes whose parent is still open; at the end the root
};

/// Index in `children` of the value of `key`, or nothing.
std::optional<std::size_t> find_key(const YamlTree& tree, YamlNodeId mapping, std::string_view key) {
    const auto entries = children_of(tree, mapping);
    for (std::size_t i = 0; i + 1 < entries.size(); i += 2)
        if (text_of(tree, entries[i]) == key) return i;
    return std::nullopt;
}

[[noreturn]] void fail(const std::string& file, std::size_t line, std::string what, std::string fix) {
    throw InputError({{std::move(what), line > 0 ? file + ':' + std::to_string(line) : file, std::move(fix)}});
}

}  // namespace

YamlTree parse_yaml(std::string_view text, const std::string& file_name) {
    if (text.size() > max_yaml_bytes)
        fail(file_name, 0, "the document has " + std::to_string(text.size()) + " bytes, at most 2^30 are read",
             "put connection lists into files of their own: FromList: {file: NAME}");
    ViewBuffer buffer(text);
    std::istream stream(&buffer);
    TreeBuilder builder;
    try {
        YAML::Parser parser(stream);
        if (!parser.HandleNextDocument(builder) || !builder.root())
            fail(file_name, 0, "the document is empty",
                 "start with `populations:`; docs/network-format.md has an example");
        builder.tree.root = *builder.root();
        TreeBuilder second;
        if (parser.HandleNextDocument(second))
            fail(file_name, 0, "the file holds more than one YAML document",
                 "leave only one; take out the `---` between");
    } catch (const TreeError& error) {
        fail(file_name, error.line, error.what, error.fix);
    } catch (const YAML::Exception& error) {
        const std::size_t line = error.mark.line < 0 ? 0 : static_cast<std::size_t>(error.mark.line) + 1;
        fail(file_name, line, "not YAML: " + error.msg,
             "look for a missing colon, quote, bracket or indentation here or just above; inside { } a view needs "
             "quotes, "
             "\"a[0:80]\"");
    }
    return std::move(builder.tree);
}

std::string_view text_of(const YamlTree& tree, YamlNodeId id) {
    const YamlNode& node = tree.nodes[id];
    if (node.kind != YamlNode::Kind::scalar) return {};
    return std::string_view(tree.texts).substr(node.first, node.count);
}

std::span<const YamlNodeId> children_of(const YamlTree& tree, YamlNodeId id) {
    const YamlNode& node = tree.nodes[id];
    if (node.kind != YamlNode::Kind::sequence && node.kind != YamlNode::Kind::mapping) return {};
    return std::span(tree.children).subspan(node.first, node.count);
}

std::size_t line_of(const YamlTree& tree, const DocumentPath& path) {
    YamlNodeId here = tree.root;
    std::size_t line = tree.nodes[here].line;
    for (const PathStep& step : path.steps) {
        if (step.key.empty()) {
            const auto entries = children_of(tree, here);
            const bool is_mapping = tree.nodes[here].kind == YamlNode::Kind::mapping;  // then its index-th key
            if (step.index >= entries.size() / (is_mapping ? 2 : 1)) return line;
            line = tree.nodes[entries[is_mapping ? 2 * step.index : step.index]].line;
            here = entries[is_mapping ? 2 * step.index + 1 : step.index];
            continue;
        }
        auto found = find_key(tree, here, step.key);
        if (!found && tree.nodes[here].kind == YamlNode::Kind::mapping && children_of(tree, here).size() == 2) {
            here = children_of(tree, here)[1];
            found = find_key(tree, here, step.key);
        }
        if (!found) return line;
        const auto entries = children_of(tree, here);
        line = tree.nodes[entries[*found]].line;
        here = entries[*found + 1];
    }
    return line;
}

std::string describe_node(const YamlTree& tree, YamlNodeId id) {
    const YamlNode& node = tree.nodes[id];
    switch (node.kind) {
        case YamlNode::Kind::null:
            return "nothing";
        case YamlNode::Kind::scalar:
            return (node.plain ? "" : "the text ") + in_quotes(text_of(tree, id));
        case YamlNode::Kind::sequence:
            return "a list of " + std::to_string(node.count);
        case YamlNode::Kind::mapping:
            return "a mapping with " + std::to_string(node.count / 2) + " keys";
    }
    return "nothing";
}

}  // namespace spinn

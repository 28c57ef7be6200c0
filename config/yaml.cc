// Strict YAML reading: yaml-cpp's events, so that duplicates, anchors and depth are seen as they
// come. (Its own tree keeps the first of two keys silently, expands aliases, reads 010 as 8.)
#include "config/yaml.h"

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include <map>
#include <sstream>

#include "base/text.h"

namespace freshet::config {
namespace {

struct Refusal {  // thrown through yaml-cpp, caught in this file
  Problem problem;
};

Problem problem_at(int line, int column, std::string message) {
  Problem problem;
  problem.line = line;
  problem.column = column;
  problem.message = std::move(message);
  return problem;
}

bool is_plain(const std::string& tag) { return tag.empty() || tag == "?"; }

// Builds one document's tree from events. A frame is a container that is still open.
class TreeBuilder final : public YAML::EventHandler {
 public:
  YamlDocument document;
  YAML::Mark start;

  void OnDocumentStart(const YAML::Mark& mark) override { start = mark; }
  void OnDocumentEnd() override {}
  void OnAnchor(const YAML::Mark& mark, const std::string& name) override {
    refuse(mark, "anchors are not accepted: found &" + printable(name, 60));
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    refuse(mark, "aliases are not accepted: write the value out");
  }
  void OnNull(const YAML::Mark& mark, YAML::anchor_t) override {
    add(make(mark, Node::Kind::kNull, ""));
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t,
                const std::string& value) override {
    refuse_types(mark, tag);
    if (is_plain(tag) && value == "<<") refuse(mark, "merge keys are not accepted: found <<");
    add(make(mark, is_plain(tag) ? plain_scalar_kind(value) : Node::Kind::kText, value));
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t,
                       YAML::EmitterStyle::value) override {
    open(mark, tag, Node::Kind::kList);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t,
                  YAML::EmitterStyle::value) override {
    open(mark, tag, Node::Kind::kMap);
  }
  void OnMapEnd() override { close(); }

 private:
  struct Frame {
    Node node;
    std::map<std::string, int> key_lines;
    NodeEntry pending;
    bool have_key = false;
    bool duplicate = false;  // the pending key stood before: read its value and drop it
  };

  [[noreturn]] void refuse(const YAML::Mark& mark, std::string message) const {
    Problem problem = problem_at(mark.line + 1, mark.column + 1, std::move(message));
    problem.path = path();
    throw Refusal{std::move(problem)};
  }
  void refuse_types(const YAML::Mark& mark, const std::string& tag) const {
    if (is_plain(tag) || tag == "!") return;
    refuse(mark, "explicit types are not accepted: found " + printable(tag, 60));
  }

  // Of the value that comes next.
  std::string path() const {
    std::string text;
    for (const Frame& frame : frames_) {
      if (frame.node.kind == Node::Kind::kList) {
        text += fmt::format("[{}]", frame.node.items.size());
      } else if (frame.have_key) {
        text += (text.empty() ? "" : ".") + printable(frame.pending.key, 60);
      }
    }
    return text;
  }

  static Node make(const YAML::Mark& mark, Node::Kind kind, std::string text) {
    Node node;
    node.kind = kind;
    node.line = mark.line + 1;
    node.column = mark.column + 1;
    node.text = std::move(text);
    return node;
  }
  bool expects_key() const {
    return !frames_.empty() && frames_.back().node.kind == Node::Kind::kMap &&
           !frames_.back().have_key;
  }

  void open(const YAML::Mark& mark, const std::string& tag, Node::Kind kind) {
    refuse_types(mark, tag);
    if (frames_.size() >= static_cast<std::size_t>(kMaxJsonDepth)) {
      refuse(mark, fmt::format("nested deeper than {} levels", kMaxJsonDepth));
    }
    if (expects_key()) {
      refuse(mark, "a key has to be text: found a list or a mapping (is a bracket open?)");
    }
    frames_.emplace_back().node = make(mark, kind, "");
  }
  void close() {
    Node done = std::move(frames_.back().node);
    frames_.pop_back();
    add(std::move(done));
  }
  void add(Node node) {
    if (frames_.empty()) {
      document.root = std::move(node);
    } else if (expects_key()) {
      take_key(std::move(node));
    } else if (frames_.back().node.kind == Node::Kind::kList) {
      frames_.back().node.items.push_back(std::move(node));
    } else {
      Frame& top = frames_.back();
      top.have_key = false;
      if (node.kind == Node::Kind::kNull) {  // yaml-cpp gives the place of what comes after
        node.line = top.pending.line;
        node.column = top.pending.column;
      }
      top.pending.value = std::move(node);
      if (!top.duplicate) top.node.entries.push_back(std::move(top.pending));
    }
  }
  void take_key(Node node) {
    Frame& top = frames_.back();
    top.pending = NodeEntry{node.text, node.line, node.column, {}};
    const auto [first, fresh] = top.key_lines.emplace(node.text, node.line);
    top.have_key = true;
    top.duplicate = !fresh;
    if (fresh || document.problems.size() >= kMaxProblems) return;
    Problem problem = problem_at(node.line, node.column,
                                 fmt::format("{} stands twice in one mapping, first on line {}",
                                             printable(node.text, 60), first->second));
    problem.path = path();
    problem.found = node.text;
    document.problems.push_back(std::move(problem));
  }

  std::vector<Frame> frames_;
};

YamlDocument refused(Problem problem) {
  YamlDocument document;
  document.readable = false;
  document.problems.push_back(std::move(problem));
  return document;
}

// What must hold of the bytes before a parser sees them. yaml-cpp takes byte 4 for the end.
std::string refuse_bytes(std::string_view text) {
  if (text.size() > kMaxDocumentBytes) {
    return fmt::format("longer than {} bytes: found {}", kMaxDocumentBytes, text.size());
  }
  if (!is_valid_utf8(text)) return "not UTF-8";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte == 0x7f || (byte < 0x20 && c != '\n' && c != '\r' && c != '\t')) {
      return fmt::format("control characters are not accepted: found \\x{:02x}", byte);
    }
  }
  return "";
}

}  // namespace

std::vector<YamlDocument> read_yaml(std::string_view text) {
  std::vector<YamlDocument> documents;
  if (std::string why = refuse_bytes(text); !why.empty()) {
    documents.push_back(refused(problem_at(0, 0, std::move(why))));
    return documents;
  }
  try {
    std::istringstream stream{std::string(text)};
    YAML::Parser parser(stream);
    for (int last_start = -1;;) {
      TreeBuilder builder;
      if (!parser.HandleNextDocument(builder)) break;
      // At a sign that starts nothing, such as a comma, yaml-cpp gives empty documents for ever.
      if (builder.start.pos == last_start) {
        throw YAML::ParserException(builder.start, "found a sign that starts nothing");
      }
      last_start = builder.start.pos;
      if (builder.document.root.kind == Node::Kind::kNull) continue;
      documents.push_back(std::move(builder.document));
    }
  } catch (const Refusal& refusal) {
    documents.push_back(refused(refusal.problem));
  } catch (const YAML::Exception& error) {
    documents.push_back(refused(problem_at(error.mark.line + 1, error.mark.column + 1,
                                           "not YAML: " + printable(error.msg))));
  }
  return documents;
}

}  // namespace freshet::config

// Reading JSONPath templates as kubectl has them.
#include "controller/cli/json_path_template.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/json.h"
#include "base/text.h"

namespace freshet::json_path {
namespace {

constexpr int kMaxTemplateDepth = 16;  // of ranges and filters

class TemplateReader {
 public:
  explicit TemplateReader(std::string_view text) : text_(text) {}

  // Up to the end of the text, or of the range that is read.
  std::vector<Part> read_parts(bool in_range = false) {
    std::vector<Part> out;
    while (problem_.empty() && at_ < text_.size()) {
      const std::size_t brace = std::min(text_.find('{', at_), text_.size());
      if (brace > at_) out.push_back({std::string(text_.substr(at_, brace - at_)), {}, {}});
      at_ = brace;
      if (!take("{")) break;
      skip_blanks();
      if (take("end")) {
        skip_blanks();
        expect("}");
        if (!in_range) fail("{range …} before {end}");
        return out;
      }
      out.push_back(read_braced());
    }
    if (in_range) fail("{end}");
    return out;
  }

  const std::string& problem() const { return problem_; }

 private:
  Part read_braced() {
    Part part;
    const bool is_range = take("range ");
    skip_blanks();
    if (!is_range && (next() == '"' || next() == '\'')) {
      part.text = read_quoted();
    } else {
      part.path = read_path("}");
    }
    skip_blanks();
    expect("}");
    if (!is_range || !problem_.empty()) return part;
    if (++depth_ > kMaxTemplateDepth) fail("fewer ranges within ranges");
    part.body = read_parts(true);
    --depth_;
    return part;
  }

  // $ and @ are where it begins; a first name may stand without its dot.
  Steps read_path(std::string_view ends) {
    Steps out;
    const std::size_t start = at_;
    if (!take("$")) (void)take("@");
    while (problem_.empty() && at_ < text_.size() && ends.find(next()) == ends.npos) {
      if (take("..")) {
        out.push_back({Descendants{}});
        if (next() != '[') out.push_back(read_name());
      } else if (take("[")) {
        out.push_back(read_bracket());
      } else if (take(".")) {
        if (next() != '[' && ends.find(next()) == ends.npos) out.push_back(read_name());
      } else if (at_ == start) {
        out.push_back(read_name());
      } else {
        fail("., [ or " + std::string(1, ends.front()));
      }
    }
    if (at_ == start) fail("a path, as .metadata.name");
    return out;
  }

  Step read_name() {
    if (take("*")) return {Everything{}};
    std::string name;
    while (at_ < text_.size() && std::string_view(".[]{}()=!<>, '\"").find(next()) == text_.npos) {
      if (next() == '\\' && at_ + 1 < text_.size()) ++at_;  // a dot in a name: \.
      name += text_[at_++];
    }
    if (name.empty()) fail("a field's name");
    return {Fields{{std::move(name)}}};
  }

  Step read_bracket() {
    if (take("*]")) return {Everything{}};
    if (take("?(")) return read_filter();
    if (next() == '\'' || next() == '"') {
      Fields fields;
      do {
        skip_blanks();
        fields.names.push_back(read_quoted());
      } while (problem_.empty() && take(","));
      expect("]");
      return {std::move(fields)};
    }
    const auto first = read_number();
    if (take(":")) return read_slice(first);
    Positions positions;
    if (!first) fail("a number, *, 'name' or ?(…)");
    positions.at.push_back(first.value_or(0));
    while (problem_.empty() && take(",")) {
      skip_blanks();
      const auto more = read_number();
      if (!more) fail("a number");
      positions.at.push_back(more.value_or(0));
    }
    expect("]");
    return {std::move(positions)};
  }

  Step read_slice(std::optional<std::int64_t> from) {
    Slice slice{from, read_number()};
    if (take(":")) slice.by = read_number().value_or(1);
    if (slice.by < 1) fail("a step of 1 or more");
    expect("]");
    return {slice};
  }

  Step read_filter() {
    if (++depth_ > kMaxTemplateDepth) fail("fewer filters within filters");
    Filter filter;
    filter.left = read_operand();
    skip_blanks();
    for (const char* sign : {"==", "!=", "<=", ">=", "<", ">"}) {
      if (!filter.sign.empty() || !take(sign)) continue;
      filter.sign = sign;
      filter.right = read_operand();
    }
    skip_blanks();
    expect(")]");
    --depth_;
    return {std::move(filter)};
  }

  Operand read_operand() {
    skip_blanks();
    if (next() == '\'' || next() == '"')
      return {nullptr, std::make_shared<const Json>(read_quoted())};
    if (next() == '@' || next() == '.' || next() == '$') {
      return {std::make_shared<const Steps>(read_path(" =!<>)")), {}};
    }
    const std::size_t end = std::min(text_.find_first_of(" =!<>)", at_), text_.size());
    const Json value = Json::parse(text_.substr(at_, end - at_), nullptr, false);
    if (!value.is_primitive() || value.is_discarded()) fail("@.path, 'text', a number or true");
    at_ = end;
    return {nullptr, std::make_shared<const Json>(value)};
  }

  std::optional<std::int64_t> read_number() {
    const std::size_t start = at_;
    const bool negative = take("-");
    std::size_t end = at_;
    while (end < text_.size() && text_[end] >= '0' && text_[end] <= '9') ++end;
    const auto number = parse_whole(text_.substr(at_, end - at_));
    at_ = number ? end : start;
    if (!number) return std::nullopt;
    return negative ? -*number : *number;
  }

  std::string read_quoted() {
    const char quote = next();
    if (quote != '\'' && quote != '"') {
      fail("a quoted text");
      return "";
    }
    std::string out;
    for (++at_; at_ < text_.size() && text_[at_] != quote; ++at_) {
      if (text_[at_] != '\\' || at_ + 1 == text_.size()) {
        out += text_[at_];
        continue;
      }
      const char escaped = text_[++at_];
      out += escaped == 'n' ? '\n' : escaped == 't' ? '\t' : escaped == 'r' ? '\r' : escaped;
    }
    if (at_ == text_.size()) fail(std::string("the closing ") + quote);
    ++at_;
    return out;
  }

  char next() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  bool take(std::string_view word) {
    if (!text_.substr(std::min(at_, text_.size())).starts_with(word)) return false;
    at_ += word.size();
    return true;
  }
  void skip_blanks() {
    while (take(" ")) {
    }
  }
  void expect(std::string_view word) {
    if (!take(word)) fail(word);
  }
  // The first is kept.
  void fail(std::string_view expected) {
    if (!problem_.empty()) return;
    const std::string_view rest = text_.substr(std::min(at_, text_.size()));
    problem_ = fmt::format("at character {}: found {}; expected {}", at_ + 1,
                           rest.empty() ? "the end" : printable(rest, 20), expected);
  }

  std::string_view text_;
  std::size_t at_ = 0;
  int depth_ = 0;
  std::string problem_;
};

}  // namespace

Result<std::vector<Part>> parse_template(std::string_view text) {
  if (text.find('{') == text.npos) {
    return bad_input("a template has its paths in braces, as {.metadata.name}; found " +
                     printable(text, 60));
  }
  TemplateReader reader(text);
  std::vector<Part> parts = reader.read_parts();
  if (!reader.problem().empty()) return bad_input(reader.problem());
  return parts;
}

}  // namespace freshet::json_path

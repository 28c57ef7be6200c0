// A recursive-descent parser of the shapes in promql.h.
#include "controller/sandbox/promql.h"

#include <fmt/format.h>

#include <array>
#include <cctype>
#include <map>
#include <optional>
#include <regex>

#include "base/text.h"

namespace freshet::sandbox {
namespace {

constexpr std::size_t kMaxQueryBytes = 64 << 10;

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  Result<Query> parse() {
    if (text_.size() > kMaxQueryBytes) return bad_input("parse error: the query is too long");
    Query query;
    std::string word = take_word();
    if (word == "sum" || word == "count") {
      query.aggregation = word == "sum" ? Aggregation::kSum : Aggregation::kCount;
      take_by(query);
      expect('(');
      word = take_word();
    }
    const bool is_aggregated = query.aggregation != Aggregation::kNone;
    take_term(word, query.term);
    take_other(query);
    if ((is_aggregated || query.other) && is_range(query.term)) {
      fail("expected type instant vector in aggregation");
    }
    if (is_aggregated) {
      expect(')');
      if (query.by.empty()) take_by(query);
    }
    skip_space();
    if (at_ != text_.size())
      fail(fmt::format("unexpected \"{}\"", printable(text_.substr(at_), 20)));
    if (!problem_.empty()) return bad_input(problem_);
    return query;
  }

 private:
  void fail(const std::string& what) {
    if (problem_.empty()) problem_ = fmt::format("1:{}: parse error: {}", at_ + 1, what);
  }
  void skip_space() {
    while (at_ < text_.size() && std::isspace(static_cast<unsigned char>(text_[at_]))) ++at_;
  }
  bool take(char c) {
    skip_space();
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  void expect(char c) {
    if (!take(c)) fail(fmt::format("expected \"{}\"", c));
  }
  std::string take_word() {
    skip_space();
    const std::size_t start = at_;
    const auto is_word = [](char c) {
      return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == ':';
    };
    while (at_ < text_.size() && is_word(text_[at_])) ++at_;
    return std::string(text_.substr(start, at_ - start));
  }

  bool take_keyword(std::string_view keyword) {
    const std::size_t before = at_;
    if (take_word() == keyword) return true;
    at_ = before;
    return false;
  }
  void take_labels(std::vector<std::string>& labels) {
    expect('(');
    while (problem_.empty() && !take(')')) {
      labels.push_back(take_word());
      if (labels.back().empty()) fail("expected a label");
      take(',');
    }
  }
  void take_by(Query& query) {
    if (take_keyword("by")) take_labels(query.by);
  }

  static bool is_range(const Term& term) {
    return term.function == Function::kNone && term.selector.range;
  }
  void take_term(const std::string& word, Term& term) {
    if (word != "increase" && word != "last_over_time") return take_selector(word, term.selector);
    term.function = word == "increase" ? Function::kIncrease : Function::kLastOverTime;
    expect('(');
    take_selector(take_word(), term.selector);
    expect(')');
    if (!term.selector.range) fail("expected type range vector in call to function");
  }
  void take_other(Query& query) {
    query.is_unless = take_keyword("unless");
    if (!query.is_unless && !take_keyword("and")) return;
    if (!take_keyword("on")) return fail("expected \"on\"");
    take_labels(query.on);
    query.other.emplace();
    take_term(take_word(), *query.other);
    if (is_range(*query.other)) fail("set operator not allowed for range vectors");
  }

  void take_selector(const std::string& metric, Selector& selector) {
    selector.metric = metric;
    if (take('{')) {
      while (problem_.empty() && !take('}')) {
        take_matcher(selector);
        take(',');
      }
    } else if (metric.empty()) {
      fail("unexpected end of input");
    }
    if (!take('[')) return;
    const auto range = parse_duration(take_word());
    if (!range || *range <= Duration{}) fail("bad duration in a range");
    selector.range = range.value_or(Duration{});
    expect(']');
  }

  void take_matcher(Selector& selector) {
    Matcher matcher;
    matcher.label = take_word();
    if (matcher.label.empty()) fail("expected a label");
    if (take('!')) {
      matcher.kind = take('~') ? MatchKind::kNotRegex : MatchKind::kNotEqual;
      if (matcher.kind == MatchKind::kNotEqual) expect('=');
    } else {
      expect('=');
      matcher.kind = take('~') ? MatchKind::kRegex : MatchKind::kEqual;
    }
    matcher.value = take_string();
    selector.matchers.push_back(std::move(matcher));
  }

  std::string take_string() {
    expect('"');
    std::string out;
    while (at_ < text_.size() && text_[at_] != '"') {
      char c = text_[at_++];
      if (c == '\\' && at_ < text_.size()) {
        c = text_[at_++];
        if (c == 'n') c = '\n';
      }
      out += c;
    }
    if (at_ >= text_.size()) {
      fail("unterminated quoted string");
    } else {
      ++at_;
    }
    return out;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::string problem_;
};

// "a\.b|c" as the literals it means; nullopt if it is more than that.
std::optional<std::vector<std::string>> literals(const std::string& pattern) {
  std::vector<std::string> out(1);
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    const char c = pattern[i];
    if (c == '|') {
      out.emplace_back();
    } else if (c == '\\' && i + 1 < pattern.size() && std::ispunct(pattern[i + 1]) != 0) {
      out.back() += pattern[++i];
    } else if (std::string_view("\\.+*?()[]{}^$").find(c) != std::string_view::npos) {
      return std::nullopt;
    } else {
      out.back() += c;
    }
  }
  return out;
}

// Compiling takes far longer than matching, and every series is asked the same. Null: not a regex.
const std::regex* compiled(const std::string& pattern) {
  constexpr std::size_t kMostKept = 64;
  thread_local std::map<std::string, std::optional<std::regex>> kept;
  const auto found = kept.find(pattern);
  if (found != kept.end()) return found->second ? &*found->second : nullptr;
  if (kept.size() >= kMostKept) kept.clear();
  auto& regex = kept[pattern];
  try {
    regex.emplace(pattern);
  } catch (const std::regex_error&) {
    return nullptr;
  }
  return &*regex;
}

bool matches_regex(const std::string& pattern, const std::string& value) {
  if (const auto known = literals(pattern)) {
    return std::find(known->begin(), known->end(), value) != known->end();
  }
  const std::regex* regex = compiled(pattern);
  return regex != nullptr && std::regex_match(value, *regex);
}

}  // namespace

bool matches(const Matcher& matcher, const std::string& value) {
  switch (matcher.kind) {
    case MatchKind::kEqual: return matcher.value == value;
    case MatchKind::kNotEqual: return matcher.value != value;
    case MatchKind::kRegex: return matches_regex(matcher.value, value);
    case MatchKind::kNotRegex: return !matches_regex(matcher.value, value);
  }
  return false;
}

Result<Query> parse_query_text(std::string_view text) { return Parser(text).parse(); }

}  // namespace freshet::sandbox

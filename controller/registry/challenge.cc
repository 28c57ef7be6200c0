// A small cursor over the header's text, and the choice among what it offers.
#include "controller/registry/challenge.h"

#include <algorithm>

#include "base/http.h"
#include "base/text.h"

namespace freshet {
namespace {

bool is_alphanumeric(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_token68(char c) {
  constexpr std::string_view kOthers = "-._~+/";
  return is_alphanumeric(c) || kOthers.find(c) != kOthers.npos;
}

class Cursor {
 public:
  explicit Cursor(std::string_view text) : text_(text) {}

  bool at_end() const { return at_ == text_.size(); }
  char peek() const { return at_end() ? '\0' : text_[at_]; }
  std::size_t position() const { return at_; }
  void go_to(std::size_t position) { at_ = position; }

  bool skip(char c) {
    if (at_end() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  void skip_spaces() {
    while (skip(' ') || skip('\t')) {
    }
  }
  template <class Predicate>
  std::string take_while(Predicate wanted) {
    const auto begin = at_;
    while (!at_end() && wanted(text_[at_])) ++at_;
    return std::string(text_.substr(begin, at_ - begin));
  }
  // nullopt if the closing quote is missing.
  std::optional<std::string> take_quoted() {
    std::string value;
    for (++at_; !at_end(); ++at_) {
      if (text_[at_] == '"') {
        ++at_;
        return value;
      }
      if (text_[at_] == '\\' && at_ + 1 < text_.size()) ++at_;
      value += text_[at_];
    }
    return std::nullopt;
  }
  // Past the next comma that is not inside quotes.
  void skip_element() {
    while (!at_end() && peek() != ',') {
      if (peek() == '"') {
        take_quoted();
      } else {
        ++at_;
      }
    }
    skip(',');
  }

 private:
  std::string_view text_;
  std::size_t at_ = 0;
};

struct Parameter {
  std::string name;
  std::string value;
};

// name=value at the cursor; otherwise the cursor stays where it was.
std::optional<Parameter> take_parameter(Cursor& cursor) {
  const auto begin = cursor.position();
  Parameter parameter{to_lower(cursor.take_while(is_http_token_char)), ""};
  cursor.skip_spaces();
  if (!parameter.name.empty() && cursor.skip('=')) {
    cursor.skip_spaces();
    if (cursor.peek() == '"') {
      if (auto value = cursor.take_quoted()) {
        parameter.value = std::move(*value);
        return parameter;
      }
    } else if (parameter.value = cursor.take_while(is_http_token_char); !parameter.value.empty()) {
      return parameter;
    }
  }
  cursor.go_to(begin);
  return std::nullopt;
}

// token68 runs to a comma or the end; a parameter never looks so, for a value follows its '='.
std::string take_token68(Cursor& cursor) {
  const auto begin = cursor.position();
  std::string value = cursor.take_while(is_token68);
  value += cursor.take_while([](char c) { return c == '='; });
  cursor.skip_spaces();
  if (!value.empty() && (cursor.at_end() || cursor.peek() == ',')) return value;
  cursor.go_to(begin);
  return "";
}

struct Parsed {
  Challenge challenge;
  bool ambiguous = false;
};

void add(Parsed& to, Parameter parameter) {
  const auto [place, is_new] = to.challenge.parameters.emplace(parameter.name, parameter.value);
  if (!is_new && place->second != parameter.value) to.ambiguous = true;
}

}  // namespace

std::vector<Challenge> parse_challenges(std::string_view header) {
  std::vector<Parsed> found;
  Cursor cursor(header.substr(0, kMaxChallengeBytes));
  while (!cursor.at_end() && found.size() <= kMaxChallenges) {
    cursor.skip_spaces();
    if (cursor.skip(',')) continue;
    if (auto parameter = take_parameter(cursor)) {
      if (!found.empty()) add(found.back(), std::move(*parameter));
    } else if (auto scheme = to_lower(cursor.take_while(is_http_token_char)); !scheme.empty()) {
      found.push_back({Challenge{std::move(scheme), "", {}}, false});
      cursor.skip_spaces();
      found.back().challenge.token68 = take_token68(cursor);
      continue;  // the first parameter has no comma before it
    }
    cursor.skip_spaces();
    if (!cursor.at_end() && cursor.peek() != ',') cursor.skip_element();
  }
  std::vector<Challenge> challenges;
  for (auto& each : found) {
    if (!each.ambiguous && challenges.size() < kMaxChallenges) {
      challenges.push_back(std::move(each.challenge));
    }
  }
  return challenges;
}

std::vector<Challenge> challenges_of(const HttpHeaders& headers) {
  // One after another they mean what one list means (RFC 9110 5.3).
  return parse_challenges(join(find_headers(headers, "WWW-Authenticate"), ", "));
}

std::optional<BearerScheme> find_bearer(const std::vector<Challenge>& challenges) {
  for (const auto& challenge : challenges) {
    if (challenge.scheme != "bearer") continue;
    const auto value = [&](const char* name) {
      const auto found = challenge.parameters.find(name);
      return found == challenge.parameters.end() ? std::string() : found->second;
    };
    BearerScheme bearer{value("realm"), value("service"), value("scope")};
    const bool printable_only =
        std::ranges::none_of(std::vector{bearer.realm, bearer.service, bearer.scope},
                             [](const std::string& text) { return has_control_characters(text); });
    if (!bearer.realm.empty() && printable_only) return bearer;
  }
  return std::nullopt;
}

bool offers_basic(const std::vector<Challenge>& challenges) {
  return std::ranges::any_of(challenges, [](const auto& c) { return c.scheme == "basic"; });
}

}  // namespace freshet

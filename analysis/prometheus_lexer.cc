// Reading in place.
#include "analysis/prometheus_lexer.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <nlohmann/json.hpp>

namespace freshet {
namespace {

constexpr double kMaxUnixSeconds = 1e11;

// Bytes that stand for themselves inside a string: no quote, no escape, no control, ASCII.
constexpr std::array<bool, 256> kPlain = [] {
  std::array<bool, 256> plain{};
  for (int c = 0x20; c < 0x80; ++c) plain[static_cast<std::size_t>(c)] = c != '"' && c != '\\';
  return plain;
}();

bool is_plain(char c) { return kPlain[static_cast<unsigned char>(c)]; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_space(char c) { return c == ' ' || c == '\n' || c == '\t' || c == '\r'; }

}  // namespace

void ReplyLexer::skip_space() {
  while (at_ < text_.size() && is_space(text_[at_])) ++at_;
}

bool ReplyLexer::at_end() {
  skip_space();
  return at_ == text_.size();
}

bool ReplyLexer::take(char mark) {
  skip_space();
  if (at_ == text_.size() || text_[at_] != mark) return false;
  ++at_;
  return true;
}

bool ReplyLexer::next(char close, bool& ended) {
  ended = take(close);
  return ended || take(',');
}

std::optional<std::string_view> ReplyLexer::string() {
  skip_space();
  if (at_ == text_.size() || text_[at_] != '"') return std::nullopt;
  std::size_t end = at_ + 1;
  while (end < text_.size() && is_plain(text_[end])) ++end;
  if (end < text_.size() && text_[end] == '"') {
    const std::string_view plain = text_.substr(at_ + 1, end - at_ - 1);
    at_ = end + 1;
    return plain;
  }
  auto decoded = value();
  if (!decoded) return std::nullopt;
  return decoded_.emplace_back(decoded->get<std::string>());
}

// Digits, and at most three behind a point: exact, as samples' times are whole milliseconds.
std::optional<TimePoint> ReplyLexer::time() {
  skip_space();
  std::size_t end = at_;
  std::int64_t whole = 0;
  const auto digits = [&](int most) {
    int count = 0;
    for (; count < most && end < text_.size() && is_digit(text_[end]); ++count, ++end) {
      whole = whole * 10 + (text_[end] - '0');
    }
    return count;
  };
  const int before = digits(11);
  const bool is_usual = before > 0 && (before == 1 || text_[at_] != '0') && end < text_.size();
  if (is_usual && text_[end] == '.') {
    ++end;
    int behind = digits(3);
    if (behind > 0 && end < text_.size() && text_[end] == ',') {
      at_ = end;
      for (; behind < 3; ++behind) whole *= 10;
      return TimePoint(Duration(whole));
    }
  } else if (is_usual && text_[end] == ',') {
    at_ = end;
    return TimePoint(Duration(whole * 1000));
  }
  const auto other = number();
  if (!other || !(*other >= 0 && *other < kMaxUnixSeconds)) return std::nullopt;
  return from_unix_seconds(*other);
}

std::optional<double> ReplyLexer::number() {
  const auto any = value();
  if (!any || !any->is_number()) return std::nullopt;
  return any->get<double>();
}

std::optional<Json> ReplyLexer::value() {
  const auto text = extent();
  if (!text || text->find('\0') != text->npos) return std::nullopt;  // the library's end of text
  auto parsed = parse_json(*text, kMaxReplyBytes);
  if (!parsed) return std::nullopt;
  return *std::move(parsed);
}

// Where it ends if it is JSON; whether it is, the library tells.
std::optional<std::string_view> ReplyLexer::extent() {
  skip_space();
  const std::size_t begin = at_;
  int depth = 0;
  bool in_string = false;
  for (; at_ < text_.size(); ++at_) {
    const char c = text_[at_];
    if (in_string) {
      if (c == '\\') ++at_;
      in_string = c != '"';
    } else if (c == '"') {
      in_string = true;
    } else if (c == '[' || c == '{') {
      ++depth;
    } else if (c == ']' || c == '}' || c == ',') {
      if (depth == 0) break;  // belongs to what is around it
      if (c != ',') --depth;
    }
    if (depth == 0 && !in_string && (c == '"' || c == ']' || c == '}')) {
      ++at_;
      break;
    }
  }
  at_ = std::min(at_, text_.size());
  if (at_ == begin) return std::nullopt;
  return text_.substr(begin, at_ - begin);
}

}  // namespace freshet

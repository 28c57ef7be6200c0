// The outer shape of Prometheus' replies.
#include "analysis/prometheus_reply.h"

#include <fmt/format.h>
#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "analysis/prometheus.h"
#include "analysis/prometheus_lexer.h"
#include "base/text.h"

namespace freshet {
namespace {

Error not_a_sample() {
  return reply_error(ErrorKind::kTransient, "a sample is not [time, \"value\"]");
}

std::string_view name_of(ReplyType type) {
  return type == ReplyType::kMatrix ? "matrix" : "vector";
}

class ReplyReader {
 public:
  ReplyReader(std::string_view body, ReplyType type,
              const std::function<Status(const ReplySeries&)>& take)
      : lexer_(body), type_(type), take_(take) {}

  Status read() {
    if (!lexer_.take('{')) return is_other_json() ? no_status() : broken();
    Status done = members([this](std::string_view key) { return top(key); });
    if (!done) return done;
    if (!lexer_.at_end()) return broken();
    return outcome();
  }

  const Json& warnings() const { return warnings_; }

 private:
  static Error no_status() { return reply_error(ErrorKind::kTransient, "it has no status"); }
  Error broken() const {
    return reply_error(ErrorKind::kBadInput,
                       fmt::format("not JSON: byte {}", lexer_.position() + 1));
  }
  bool is_other_json() { return lexer_.value() && lexer_.at_end(); }

  // The members of an object that has been opened.
  template <class Member>
  Status members(const Member& member) {
    std::vector<std::string> seen;
    bool ended = lexer_.take('}');
    while (!ended) {
      const auto key = lexer_.string();
      if (!key || !lexer_.take(':')) return broken();
      if (std::ranges::find(seen, *key) != seen.end()) return twice(*key);
      seen.emplace_back(*key);
      if (Status read = member(std::string_view(seen.back())); !read) return read;
      if (!lexer_.next('}', ended)) return broken();
    }
    return {};
  }
  static Error twice(std::string_view key) {
    return reply_error(ErrorKind::kBadInput,
                       fmt::format("refused JSON: key \"{}\" stands twice", printable(key, 80)));
  }

  Status top(std::string_view key) {
    if (key == "status") return text(status_);
    if (key == "errorType") return text(error_type_);
    if (key == "error") return text(error_);
    if (key == "data" && lexer_.take('{')) {
      return members([this](std::string_view inner) { return data(inner); });
    }
    return other(key == "warnings" ? &warnings_ : nullptr);
  }

  Status data(std::string_view key) {
    if (key == "resultType") return text(found_type_);
    if (key != "result") return other(nullptr);
    const bool may_be = found_type_.empty() || found_type_ == name_of(type_);
    if (!may_be || !lexer_.take('[')) return other(nullptr);
    has_list_ = true;
    bool ended = lexer_.take(']');
    for (std::size_t count = 0; !ended;) {
      if (++count > kMaxReplySeries) {
        return reply_error(ErrorKind::kRefused,
                           fmt::format("more than {} series", kMaxReplySeries));
      }
      if (Status one = series(); !one) return one;
      if (!lexer_.next(']', ended)) return broken();
    }
    return {};
  }

  Status series() {
    lexer_.forget();
    series_.labels.clear();
    series_.samples.clear();
    series_.has_samples = false;
    bool has_labels = false;
    if (lexer_.take('{')) {
      const std::string_view wanted = type_ == ReplyType::kMatrix ? "values" : "value";
      Status done = members([&](std::string_view key) -> Status {
        if (key == "metric" && lexer_.take('{')) {
          has_labels = true;
          return labels();
        }
        if (key == wanted && lexer_.take('[')) {
          series_.has_samples = true;
          return type_ == ReplyType::kMatrix ? samples() : sample();
        }
        return other(nullptr);
      });
      if (!done) return done;
    } else if (!lexer_.value()) {
      return broken();
    }
    if (!has_labels) {
      return reply_error(ErrorKind::kTransient, "a series lacks the labels asked for");
    }
    return take_(series_);
  }

  Status labels() {
    bool in_order = true;  // as servers write them: then that none stands twice is seen at once
    bool ended = lexer_.take('}');
    while (!ended) {
      const auto name = lexer_.string();
      if (!name || !lexer_.take(':')) return broken();
      const auto value = lexer_.string();
      if (!value) return broken();
      in_order = in_order && (series_.labels.empty() || series_.labels.back().name < *name);
      if (!in_order && has_label(*name)) return twice(*name);
      series_.labels.push_back({*name, *value});
      if (!lexer_.next('}', ended)) return broken();
    }
    return {};
  }

  bool has_label(std::string_view name) const {
    return std::ranges::find(series_.labels, name, &ReplySeries::Label::name) !=
           series_.labels.end();
  }

  Status samples() {
    bool ended = lexer_.take(']');
    while (!ended) {
      if (!lexer_.take('[')) return not_a_sample();
      if (Status one = sample(); !one) return one;
      if (!lexer_.next(']', ended)) return broken();
    }
    return {};
  }

  Status sample() {  // behind its bracket
    const auto at = lexer_.time();
    if (!at || !lexer_.take(',')) return not_a_sample();
    const auto text = lexer_.string();
    const auto value = text ? parse_number(*text) : std::nullopt;
    if (!value || !lexer_.take(']')) return not_a_sample();
    series_.samples.push_back({*at, *value});
    return {};
  }

  Status text(std::string& out) {
    Json value;
    if (Status read = other(&value); !read) return read;
    if (value.is_string()) out = value.get<std::string>();
    return {};
  }

  Status other(Json* out) {
    auto value = lexer_.value();
    if (!value) return broken();
    if (out != nullptr) *out = *std::move(value);
    return {};
  }

  Status outcome() const {
    if (status_ == "error") {
      // VictoriaMetrics says the status: of a query that is too long, or of too many samples.
      const bool too_much = error_type_ == "execution" || error_type_ == "422";
      const auto kind = error_type_ == "bad_data" ? ErrorKind::kPermanent
                        : too_much                ? ErrorKind::kRefused
                                                  : ErrorKind::kTransient;
      return reply_error(kind, printable(error_.empty() ? "an error without text" : error_));
    }
    if (status_ != "success") return no_status();
    if (found_type_ != name_of(type_)) {
      return reply_error(ErrorKind::kTransient,
                         fmt::format("it is of type \"{}\", not \"{}\"", printable(found_type_, 40),
                                     name_of(type_)));
    }
    if (!has_list_) return reply_error(ErrorKind::kTransient, "its result is not a list");
    return {};
  }

  ReplyLexer lexer_;
  ReplyType type_;
  const std::function<Status(const ReplySeries&)>& take_;
  ReplySeries series_;
  std::string status_;
  std::string error_type_;
  std::string error_;
  std::string found_type_;
  Json warnings_;
  bool has_list_ = false;
};

}  // namespace

std::string_view ReplySeries::label(std::string_view name, std::string_view fallback) const {
  const auto found = std::ranges::find(labels, name, &Label::name);
  return found == labels.end() ? fallback : found->value;
}

Error reply_error(ErrorKind kind, std::string_view what) {
  return make_error(kind, fmt::format("reading Prometheus' reply: {}", what));
}

Status read_reply(std::string_view body, ReplyType type,
                  const std::function<Status(const ReplySeries&)>& take,
                  std::vector<std::string>* notes) {
  if (body.size() > kMaxReplyBytes) {
    return reply_error(ErrorKind::kRefused, fmt::format("larger than {} bytes", kMaxReplyBytes));
  }
  ReplyReader reader(body, type, take);
  if (Status read = reader.read(); !read) return read;
  if (notes == nullptr || !reader.warnings().is_array()) return {};
  for (const Json& warning : reader.warnings()) {
    if (warning.is_string() && notes->size() < kMaxReplyNotes) {
      notes->push_back("warning: " + printable(warning.get<std::string>()));
    }
  }
  return {};
}

std::optional<double> parse_number(std::string_view text) {
  constexpr std::size_t kMostExactDigits = 15;
  const char* const end = text.data() + text.size();
  if (text.size() <= kMostExactDigits) {
    std::int64_t whole = 0;
    const auto [stopped, problem] = std::from_chars(text.data(), end, whole);
    if (problem == std::errc() && stopped == end) return static_cast<double>(whole);
  }
  if (text.empty() || text.front() == ' ') return std::nullopt;
  const std::string copy(text);  // strtod also reads what servers write for infinity
  char* stopped = nullptr;
  const double value = std::strtod(copy.c_str(), &stopped);
  if (stopped != copy.c_str() + copy.size()) return std::nullopt;
  return value;
}

}  // namespace freshet

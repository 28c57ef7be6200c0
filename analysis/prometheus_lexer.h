// Lexer of Prometheus' replies: what Prometheus usually writes is read in place; whatever else is
// JSON is left to the library.
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <string_view>

#include "base/json.h"
#include "base/time.h"

namespace freshet {

class ReplyLexer {
 public:
  explicit ReplyLexer(std::string_view text) : text_(text) {}

  std::size_t position() const { return at_; }
  bool at_end();         // but for white space
  bool take(char mark);  // the next one that is no white space; false: it is another
  // Between two elements or members: takes a comma, or `close` and sets `ended`. False: neither.
  bool next(char close, bool& ended);

  // Each is nullopt where the text goes on with something else, or is no JSON.
  std::optional<std::string_view> string();  // without quotes; valid until forget()
  std::optional<double> number();
  std::optional<TimePoint> time();  // unix seconds
  std::optional<Json> value();      // of any kind

  void forget() { decoded_.clear(); }  // strings that had escapes

 private:
  std::optional<std::string_view> extent();  // of the value that begins here
  void skip_space();

  std::string_view text_;
  std::size_t at_ = 0;
  std::deque<std::string> decoded_;
};

}  // namespace freshet

// Secret: text that no formatter, log or comparison can print by accident.
#pragma once

#include <string>
#include <string_view>
#include <utility>

namespace freshet {

class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string value) : value_(std::move(value)) {}
  // The one way to the text; call it only where a request is put together.
  const std::string& reveal() const { return value_; }
  bool empty() const { return value_.empty(); }
  bool operator==(const Secret&) const = default;

 private:
  std::string value_;
};

}  // namespace freshet

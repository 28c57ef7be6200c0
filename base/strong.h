// Strong<Tag, T>: a value type of its own name, so that two strings cannot be swapped by accident.
#pragma once

#include <compare>
#include <functional>
#include <string>
#include <utility>

namespace freshet {

// A type whose values need checking makes its own parser; this is the plain, unchecked wrapper.
template <class Tag, class T = std::string>
class Strong {
 public:
  Strong() = default;
  explicit Strong(T value) : value_(std::move(value)) {}
  const T& get() const { return value_; }
  bool empty() const { return value_.empty(); }
  auto operator<=>(const Strong&) const = default;

 private:
  T value_{};
};

}  // namespace freshet

template <class Tag, class T>
struct std::hash<freshet::Strong<Tag, T>> {
  std::size_t operator()(const freshet::Strong<Tag, T>& s) const { return std::hash<T>{}(s.get()); }
};

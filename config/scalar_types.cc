// Types of single values: truth values, numbers, durations, times, choices.
#include <fmt/format.h>

#include <charconv>
#include <cmath>

#include "base/text.h"
#include "config/types.h"

namespace freshet::config {
namespace {

std::optional<std::int64_t> whole_of(const Node& node) {
  std::int64_t value = 0;
  const char* end = node.text.data() + node.text.size();
  if (node.kind != Node::Kind::kWhole) return std::nullopt;
  const auto [rest, error] = std::from_chars(node.text.data(), end, value);
  if (error != std::errc() || rest != end) return std::nullopt;
  return value;
}

std::optional<double> number_of(const Node& node) {
  double value = 0;
  const char* end = node.text.data() + node.text.size();
  if (node.kind != Node::Kind::kWhole && node.kind != Node::Kind::kNumber) return std::nullopt;
  const auto [rest, error] = std::from_chars(node.text.data(), end, value);
  if (error != std::errc() || rest != end || !std::isfinite(value)) return std::nullopt;
  return value;
}

Type<double> number_within(Shape shape, double minimum, double maximum) {
  return {shape,
          [=, allowed = shape.allowed](const Cursor& at, double& into) {
            const std::optional<double> value = number_of(at.node);
            if (!value || *value < minimum || *value > maximum) return at.refuse(allowed);
            into = *value;
            return true;
          },
          [](const double& value) { return number_node(value); }};
}

bool has_no_unit(const Node& node) {
  if (node.kind == Node::Kind::kWhole || node.kind == Node::Kind::kNumber) return true;
  return node.kind == Node::Kind::kText && parse_whole(node.text).has_value();
}

}  // namespace

Type<bool> flag_type() {
  Shape shape;
  shape.form = Shape::Form::kFlag;
  shape.allowed = "true or false";
  return {shape,
          [allowed = shape.allowed](const Cursor& at, bool& into) {
            if (at.node.kind != Node::Kind::kFlag) return at.refuse(allowed);
            into = at.node.text == "true";
            return true;
          },
          [](const bool& value) { return flag_node(value); }};
}

Type<int> whole_type(int minimum, int maximum) {
  Shape shape;
  shape.form = Shape::Form::kWhole;
  shape.allowed = fmt::format("a whole number from {} to {}", minimum, maximum);
  shape.minimum = minimum;
  shape.maximum = maximum;
  return {shape,
          [=, allowed = shape.allowed](const Cursor& at, int& into) {
            const std::optional<std::int64_t> value = whole_of(at.node);
            if (!value || *value < minimum || *value > maximum) return at.refuse(allowed);
            into = static_cast<int>(*value);
            return true;
          },
          [](const int& value) { return whole_node(value); }};
}

Type<std::int64_t> count_type() {
  Shape shape;
  shape.form = Shape::Form::kWhole;
  shape.allowed = "a whole number";
  shape.format = "int64";
  return {shape,
          [allowed = shape.allowed](const Cursor& at, std::int64_t& into) {
            const std::optional<std::int64_t> value = whole_of(at.node);
            if (!value) return at.refuse(allowed);
            into = *value;
            return true;
          },
          [](const std::int64_t& value) { return whole_node(value); }};
}

Type<double> number_type() {
  Shape shape;
  shape.form = Shape::Form::kNumber;
  shape.allowed = "a number";
  return number_within(shape, -HUGE_VAL, HUGE_VAL);
}

Type<double> number_type(double minimum, double maximum) {
  Shape shape;
  shape.form = Shape::Form::kNumber;
  shape.allowed = fmt::format("a number from {} to {}", minimum, maximum);
  shape.minimum = minimum;
  shape.maximum = maximum;
  return number_within(shape, minimum, maximum);
}

Type<Duration> duration_type(Duration minimum, Duration maximum) {
  Shape shape;
  shape.allowed =
      fmt::format("a duration from {} to {}", format_duration(minimum), format_duration(maximum));
  shape.pattern = "^([0-9]+(d|h|m|s|ms))+$";
  return {shape,
          [=, allowed = shape.allowed](const Cursor& at, Duration& into) {
            if (has_no_unit(at.node)) {
              return at.fail(fmt::format("found {} without a unit", describe(at.node)),
                             allowed + ", as in 90s, 15m, 6h or 1h30m");
            }
            if (at.node.kind != Node::Kind::kText) return at.refuse(allowed);
            const Result<Duration> value = parse_duration(at.node.text);
            if (!value || *value < minimum || *value > maximum) return at.refuse(allowed);
            into = *value;
            return true;
          },
          [](const Duration& value) { return text_node(format_duration(value)); }};
}

Type<TimePoint> time_type() {
  Shape shape;
  shape.allowed = "a time such as 2026-11-23T02:10:00Z";
  shape.format = "date-time";
  return {shape,
          [allowed = shape.allowed](const Cursor& at, TimePoint& into) {
            // Unquoted in YAML a time is a word of its own; it can mean nothing else here.
            const bool text = at.node.kind == Node::Kind::kText;
            if (!text && at.node.kind != Node::Kind::kUnclear) return at.refuse(allowed);
            const Result<TimePoint> value = parse_rfc3339(at.node.text);
            if (!value) return at.refuse(allowed);
            into = *value;
            return true;
          },
          [](const TimePoint& value) { return text_node(format_rfc3339(value)); }};
}

Type<int> choice_index_type(std::vector<std::string> words) {
  Shape shape;
  shape.choices = words;
  shape.allowed = words.front();
  for (std::size_t i = 1; i < words.size(); ++i) {
    shape.allowed += (i + 1 == words.size() ? " or " : ", ") + words[i];
  }
  return {shape,
          [words, allowed = shape.allowed](const Cursor& at, int& into) {
            for (std::size_t i = 0; i < words.size(); ++i) {
              if (at.node.kind != Node::Kind::kText || at.node.text != words[i]) continue;
              into = static_cast<int>(i);
              return true;
            }
            return at.refuse(allowed, nearest(at.node.text, words).value_or(""));
          },
          [words](const int& value) { return text_node(words[static_cast<std::size_t>(value)]); }};
}

}  // namespace freshet::config

// Types: how one kind of value is read, printed and described. A description (fields.h) gives each
// field its type; parser, printer, CRD and reference page then follow from it.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/text.h"
#include "base/time.h"
#include "config/cursor.h"
#include "config/node.h"
#include "config/tracked_service.h"

namespace freshet::config {

struct FieldInfo;

// What schema and reference page need to know about a type, whatever its C++ type is.
struct Shape {
  enum class Form { kText, kWhole, kNumber, kFlag, kList, kMap, kObject };
  Form form = Form::kText;
  std::string allowed;   // for people: "a duration from 10s to 24h"
  bool or_auto = false;  // the word `auto` is accepted as well
  std::optional<double> minimum;
  std::optional<double> maximum;
  std::string pattern;  // an RE2 pattern, as OpenAPI wants it
  std::string format;   // OpenAPI's: date-time, int64
  std::vector<std::string> choices;
  std::size_t max_length = 0;  // of text in bytes; 0: no bound
  std::size_t min_items = 0;
  std::size_t max_items = 0;      // 0: no bound
  std::vector<Shape> items;       // kList, kMap: the one shape of what it holds
  std::vector<FieldInfo> fields;  // kObject
};

// One field as the schema and the page see it.
struct FieldInfo {
  std::string name;
  std::string doc;           // one sentence
  std::string default_text;  // as one would write it; "" if there is nothing to write
  Shape shape;
  bool required = false;
};

template <class T>
struct Type {
  Shape shape;
  // Reads into `into`; where the value is not acceptable, notes it, leaves `into` alone, and
  // returns false.
  std::function<bool(const Cursor&, T& into)> read;
  std::function<Node(const T&)> print;  // a null node: nothing to write
};

Type<std::string> text_type(std::string allowed);  // any text
// Text of at most `max_length` bytes that `pattern` (RE2 syntax, anchored) matches.
Type<std::string> text_type(std::string allowed, std::string pattern, std::size_t max_length);
// A label of RFC 1123, as containers and namespaces have it.
inline constexpr const char* kNameAllowed = "a name of at most 63 lower-case letters, digits and -";
Type<std::string> name_type();
Type<bool> flag_type();
Type<int> whole_type(int minimum, int maximum);
Type<std::int64_t> count_type();  // a whole number from 0, for status
Type<double> number_type();       // any finite number, for status
Type<double> number_type(double minimum, double maximum);
Type<Duration> duration_type(Duration minimum, Duration maximum);
Type<TimePoint> time_type();                                      // RFC 3339
Type<Margin> margin_type();                                       // `1.25x + 0.1%`
std::optional<double> parse_percentage(const std::string& text);  // `0.1%` as the fraction 0.001
std::string format_margin(const Margin& margin);                  // as margin_type reads it
Type<std::string> image_type();                                   // registry/repository[:tag]
// The path of a file with a secret in it. A message about it never shows what was found: it may be
// the secret itself.
Type<std::string> secret_file_type(std::string allowed);
Type<std::map<std::string, std::string>> headers_type();  // of a request
Type<std::vector<int>> rising_percents_type();            // 1 … 99, strictly rising

// Text that is one of `words`, in the order of the enumeration's values from 0.
Type<int> choice_index_type(std::vector<std::string> words);
template <class Enum>
Type<Enum> choice_type(std::vector<std::string> words) {
  Type<int> index = choice_index_type(std::move(words));
  return {index.shape,
          [read = index.read](const Cursor& at, Enum& into) {
            int value = 0;
            if (!read(at, value)) return false;
            into = static_cast<Enum>(value);
            return true;
          },
          [print = index.print](const Enum& value) { return print(static_cast<int>(value)); }};
}

template <class T>
Type<std::optional<T>> optional_type(Type<T> inner) {
  return {inner.shape,
          [read = inner.read](const Cursor& at, std::optional<T>& into) {
            T value{};
            if (!read(at, value)) return false;
            into = std::move(value);
            return true;
          },
          [print = inner.print](const std::optional<T>& value) {
            return value ? print(*value) : Node{};
          }};
}

inline const std::vector<std::string> kAuto = {"auto"};
inline bool is_auto(const Node& node) {
  return node.kind == Node::Kind::kText && node.text == "auto";
}

// The word `auto` for T{}, or what `inner` accepts.
template <class T>
Type<T> auto_or(Type<T> inner) {
  Shape shape = inner.shape;
  shape.or_auto = true;
  shape.allowed = "auto or " + shape.allowed;
  return {
      shape,
      [read = inner.read, allowed = shape.allowed, form = shape.form](const Cursor& at, T& into) {
        if (is_auto(at.node)) {
          into = T{};
          return true;
        }
        const bool word = at.node.kind == Node::Kind::kText || at.node.kind == Node::Kind::kUnclear;
        if (word || (at.node.is_scalar() && form == Shape::Form::kObject)) {
          return at.refuse(allowed, nearest(at.node.text, kAuto).value_or(""));
        }
        return read(at, into);
      },
      [print = inner.print](const T& value) {
        return value == T{} ? text_node("auto") : print(value);
      }};
}

template <class T>
Type<std::vector<T>> list_type(Type<T> inner, std::string allowed, std::size_t min_items = 0,
                               std::size_t max_items = 0) {
  Shape shape;
  shape.form = Shape::Form::kList;
  shape.allowed = allowed;
  shape.min_items = min_items;
  shape.max_items = max_items;
  shape.items = {inner.shape};
  return {shape,
          [=, read = inner.read](const Cursor& at, std::vector<T>& into) {
            const std::size_t size = at.node.items.size();
            if (at.node.kind != Node::Kind::kList) return at.refuse(allowed);
            if (size < min_items || (max_items > 0 && size > max_items)) {
              return at.fail("found " + std::to_string(size) + " items", allowed);
            }
            std::vector<T> values;
            bool good = true;
            for (std::size_t i = 0; i < size; ++i) {
              T value{};
              if (read(at.item(i), value)) {
                values.push_back(std::move(value));
              } else {
                good = false;
              }
            }
            if (good || at.lenient) into = std::move(values);
            return good || at.lenient;
          },
          [print = inner.print](const std::vector<T>& values) {
            Node list = list_node();
            for (const T& value : values) list.items.push_back(print(value));
            return list;
          }};
}

Type<std::map<std::string, std::string>> text_map_type(std::string allowed);

}  // namespace freshet::config

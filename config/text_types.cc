// Types written as text with a grammar of their own: names, margins, images; and lists of percents.
#include <fmt/format.h>

#include <charconv>
#include <regex>
#include <set>

#include "base/text.h"
#include "config/types.h"

namespace freshet::config {
namespace {

inline constexpr int kMaxSteps = 20;
inline constexpr double kMaxTimes = 100;
inline constexpr std::size_t kMaxRepositoryBytes = 255;  // as registries have it
inline constexpr std::size_t kMaxPathBytes = 4096;
inline constexpr std::size_t kMaxHeaders = 16;
inline constexpr std::size_t kMaxHeaderBytes = 4096;

// The text of a node that is to be text. A plain YAML word such as 010 or yes has to be quoted,
// because the API server would get a number or a truth value for it.
const std::string* text_of(const Cursor& at, const std::string& allowed) {
  if (at.node.kind == Node::Kind::kText) return &at.node.text;
  const bool word = at.node.is_scalar() && at.node.kind != Node::Kind::kNull && at.node.line > 0;
  if (word) {
    at.fail("found " + describe(at.node) + " without quotes", allowed + ", in quotes");
  } else {
    at.refuse(allowed);
  }
  return nullptr;
}

std::optional<double> decimal(const std::string& text) {
  double value = 0;
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || rest != end) return std::nullopt;
  return value;
}

std::optional<Margin> parse_margin(const std::string& text) {
  static const std::regex kForm(
      R"(^([0-9]{1,4}(?:\.[0-9]{1,12})?)x *\+ *([0-9]{1,3}(?:\.[0-9]{1,12})?)%$)");
  std::smatch parts;
  if (text.size() > 60 || !std::regex_match(text, parts, kForm)) return std::nullopt;
  const std::optional<double> times = decimal(parts[1]);
  const std::optional<double> plus = parse_percentage(parts[2].str() + "%");
  if (!times || !plus || *times < 1 || *times > kMaxTimes || *plus > 1) return std::nullopt;
  return Margin{*times, *plus};
}

// Why `text` names no repository or tag, or "". Host or host:port, lower-case path, perhaps a tag.
// The full grammar with its defaults is controller/model/image_reference.h's.
std::string image_fault(const std::string& text) {
  static const std::string kPart = "[a-z0-9]+([._-]+[a-z0-9]+)*";
  static const std::regex kRepository("^([a-zA-Z0-9.-]+(:[0-9]{1,5})?/)?" + kPart + "(/" + kPart +
                                      ")*$");
  static const std::regex kTag("^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$");
  if (text.find('@') != std::string::npos) return "a digest never moves";
  const std::size_t slash = text.rfind('/');
  const std::size_t colon = text.rfind(':');
  const bool has_tag = colon != std::string::npos && (slash == std::string::npos || colon > slash);
  const std::string repository = has_tag ? text.substr(0, colon) : text;
  if (repository.size() > kMaxRepositoryBytes) return "longer than a repository's name may be";
  if (!std::regex_match(repository, kRepository)) return "not a repository's name";
  if (!has_tag) return "";
  const std::string tag = text.substr(colon + 1);
  if (tag.size() > 128 || !std::regex_match(tag, kTag)) return "not a tag";
  return "";
}

// What a request is made of, or where it goes, is not for a file to say.
bool is_reserved(const std::string& header) {
  static const std::set<std::string> kReserved = {
      "host", "connection", "content-length", "transfer-encoding", "upgrade", "te"};
  return kReserved.contains(to_lower(header));
}

}  // namespace

// Shifting the decimal point in the text keeps 0.1% exactly the number 0.001.
std::optional<double> parse_percentage(const std::string& text) {
  if (text.size() < 2 || text.back() != '%' || text.find('e') != std::string::npos) return {};
  return decimal(text.substr(0, text.size() - 1) + "e-2");
}

Type<std::string> text_type(std::string allowed) {
  Shape shape;
  shape.allowed = allowed;
  return {shape,
          [allowed](const Cursor& at, std::string& into) {
            const std::string* text = text_of(at, allowed);
            if (text) into = *text;
            return text != nullptr;
          },
          [](const std::string& value) { return text_node(value); }};
}

Type<std::string> text_type(std::string allowed, std::string pattern, std::size_t max_length) {
  Type<std::string> type = text_type(allowed);
  type.shape.pattern = pattern;
  type.shape.max_length = max_length;
  type.read = [=, form = std::regex(pattern)](const Cursor& at, std::string& into) {
    const std::string* text = text_of(at, allowed);
    if (!text) return false;
    // std::regex recurses with the text's length: the bound comes first.
    if (text->size() > max_length || !std::regex_match(*text, form)) return at.refuse(allowed);
    into = *text;
    return true;
  };
  return type;
}

// Containers and namespaces may start with a digit (RFC 1123), Services and traffic tags may not.
Type<std::string> name_type() {
  return text_type(kNameAllowed, "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$", 63);
}

Type<Margin> margin_type() {
  Shape shape;
  shape.allowed =
      fmt::format("Ax + B% with A from 1 to {} and B from 0 to 100, as in 1.25x + 0.1%", kMaxTimes);
  shape.pattern = R"(^[0-9]+(\.[0-9]+)?x *\+ *[0-9]+(\.[0-9]+)?%$)";
  return {shape,
          [allowed = shape.allowed](const Cursor& at, Margin& into) {
            if (at.node.kind != Node::Kind::kText) return at.refuse(allowed);
            const std::optional<Margin> value = parse_margin(at.node.text);
            if (!value) return at.refuse(allowed);
            into = *value;
            return true;
          },
          [](const Margin& value) { return text_node(format_margin(value)); }};
}

std::string format_margin(const Margin& margin) {
  return fmt::format("{}x + {:.15g}%", margin.times, margin.plus * 100);
}

Type<std::string> image_type() {
  Shape shape;
  shape.allowed = "registry/repository:tag";
  shape.pattern = "^[^@]+$";
  return {shape,
          [allowed = shape.allowed](const Cursor& at, std::string& into) {
            const std::string* text = text_of(at, allowed);
            if (!text) return false;
            const std::string fault = image_fault(*text);
            if (!fault.empty()) {
              return at.fail(fmt::format("found {}: {}", describe(at.node), fault), allowed);
            }
            into = *text;
            return true;
          },
          [](const std::string& value) { return text_node(value); }};
}

Type<std::string> secret_file_type(std::string allowed) {
  Type<std::string> type = text_type(std::move(allowed), "^/.+$", kMaxPathBytes);
  type.read = [type](const Cursor& at, std::string& into) {
    const bool is_path = at.node.kind == Node::Kind::kText && at.node.text.starts_with('/');
    if (!is_path) return at.fail("found what is no absolute path", type.shape.allowed);
    return type.read(at, into);
  };
  return type;
}

Type<std::map<std::string, std::string>> headers_type() {
  constexpr const char* kAllowed =
      "at most 16 headers, none of which says where the request goes or how long it is";
  Type<std::map<std::string, std::string>> type = text_map_type(kAllowed);
  type.read = [any = type.read](const Cursor& at, std::map<std::string, std::string>& into) {
    std::map<std::string, std::string> headers;
    if (!any(at, headers)) return false;
    for (const auto& [name, value] : headers) {
      const bool token = !name.empty() && name.size() <= 100 &&
                         name.find_first_not_of(
                             "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVW"
                             "XYZ0123456789-_") == std::string::npos;
      if (!token || is_reserved(name) || has_control_characters(value) ||
          value.size() > kMaxHeaderBytes) {
        return at.fail("found header " + printable(name, 40), kAllowed);
      }
    }
    if (headers.size() > kMaxHeaders) {
      return at.fail(fmt::format("found {} headers", headers.size()), kAllowed);
    }
    into = std::move(headers);
    return true;
  };
  return type;
}

Type<std::vector<int>> rising_percents_type() {
  const std::string allowed = fmt::format("1 to {} whole percents, rising, 1 to 99", kMaxSteps);
  const Type<int> percent = whole_type(1, 99);
  Type<std::vector<int>> type = list_type(percent, allowed, 1, kMaxSteps);
  type.read = [any = type.read](const Cursor& at, std::vector<int>& into) {
    std::vector<int> steps;
    if (!any(at, steps)) return false;
    for (std::size_t i = 1; i < steps.size(); ++i) {
      if (steps[i] > steps[i - 1]) continue;
      const int least = steps[i - 1] + 1;
      return at.item(i).fail(
          fmt::format("steps must rise: found {} after {}", steps[i], steps[i - 1]),
          least > 99 ? "nothing after 99" : fmt::format("a whole number from {} to 99", least));
    }
    into = std::move(steps);
    return true;
  };
  return type;
}

Type<std::map<std::string, std::string>> text_map_type(std::string allowed) {
  Shape shape;
  shape.form = Shape::Form::kMap;
  shape.allowed = allowed;
  shape.items = {text_type("text").shape};
  return {shape,
          [allowed](const Cursor& at, std::map<std::string, std::string>& into) {
            if (at.node.kind != Node::Kind::kMap) return at.refuse(allowed);
            std::map<std::string, std::string> values;
            bool good = true;
            for (const NodeEntry& entry : at.node.entries) {
              const std::string* text = text_of(at.field(entry.key, entry.value), "text");
              if (text) values[entry.key] = *text;
              good = good && text;
            }
            if (good || at.lenient) into = std::move(values);
            return good || at.lenient;
          },
          [](const std::map<std::string, std::string>& values) {
            Node map = map_node();
            for (const auto& [key, value] : values) add_entry(map, key, text_node(value));
            return map;
          }};
}

}  // namespace freshet::config

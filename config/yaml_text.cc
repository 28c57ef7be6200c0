// YAML as text: what a plain word is, and printing nodes so that every reader takes them alike.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "config/node.h"

namespace freshet::config {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// 0, 12, -7: no leading zeros, no sign but minus.
bool is_strict_whole(std::string_view text) {
  if (text.starts_with('-')) text.remove_prefix(1);
  if (text.empty() || !std::all_of(text.begin(), text.end(), is_digit)) return false;
  return text.size() <= 18 && (text.size() == 1 || text.front() != '0');
}

// 0.001, -1.5, 1e-05, 1.5e-07: what JSON calls a number and is not a whole one.
bool is_strict_number(std::string_view text) {
  if (text.size() > 40 || text.find_first_of(".eE") == std::string_view::npos) return false;
  const std::string_view digits = text.substr(text.starts_with('-') ? 1 : 0);
  if (digits.empty() || !is_digit(digits.front())) return false;
  return Json::accept(text);
}

// Words that YAML 1.1 readers take for a truth value, nothing, a number or a key of its own.
bool is_special_word(std::string_view text) {
  static constexpr std::array<std::string_view, 15> kWords = {
      "y",    "n", "yes",  "no",    "on",    "off",  "true", "false",
      "null", "~", ".inf", "+.inf", "-.inf", ".nan", "="};
  const std::string lower = to_lower(text);
  return std::find(kWords.begin(), kWords.end(), lower) != kWords.end();
}

// Anything that starts like a number and has only what numbers and times are made of: 010, 0x1f,
// 1_000, +5, .5, 1:30, 2026-11-23.
bool looks_like_number(std::string_view text) {
  const std::string_view body = text.substr(text.starts_with('-') || text.starts_with('+') ? 1 : 0);
  if (body.empty()) return false;
  if (!is_digit(body.front()) && !(body.front() == '.' && body.size() > 1 && is_digit(body[1]))) {
    return false;
  }
  if (body.starts_with("0x") || body.starts_with("0o") || body.starts_with("0b")) return true;
  const auto exponent = body.find_first_of("eE");
  const bool has_exponent = exponent != std::string_view::npos && exponent + 1 < body.size();
  return std::all_of(body.begin(), body.end(), [&](char c) {
    return is_digit(c) || std::string_view("._:,+-").find(c) != std::string_view::npos ||
           (has_exponent && (c == 'e' || c == 'E')) || c == 'T' || c == 'Z';
  });
}

bool is_safe_plain(std::string_view text) {
  if (text.empty() || plain_scalar_kind(text) != Node::Kind::kText) return false;
  static constexpr std::string_view kInside = " -_./()+%<>=;$^\\\"'?!@~|*&";
  const auto is_letter_or_digit = [](char c) {
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  };
  if (!is_letter_or_digit(text.front()) || text.back() == ' ') return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (is_letter_or_digit(c) || kInside.find(c) != std::string_view::npos) continue;
    if (c == ':' && i + 1 < text.size() && text[i + 1] != ' ') continue;
    return false;
  }
  return true;
}

std::string scalar_text(const Node& node) {
  if (node.kind == Node::Kind::kNull) return "null";
  if (node.kind == Node::Kind::kText || node.kind == Node::Kind::kUnclear) {
    if (is_safe_plain(node.text)) return node.text;
    return Json(node.text).dump(-1, ' ', false, Json::error_handler_t::replace);
  }
  return node.text;
}

bool is_empty_container(const Node& node) { return node.items.empty() && node.entries.empty(); }

void print(const Node& node, std::size_t indent, std::string& out);

// After "key:" or "-": a scalar on the same line, a container below or, empty, beside.
void print_value(const Node& node, std::size_t indent, std::string& out) {
  if (node.is_scalar()) {
    out += " " + scalar_text(node) + "\n";
  } else if (is_empty_container(node)) {
    out += node.kind == Node::Kind::kList ? " []\n" : " {}\n";
  } else {
    out += "\n";
    print(node, indent, out);
  }
}

void print(const Node& node, std::size_t indent, std::string& out) {
  const std::string margin(indent, ' ');
  for (const NodeEntry& entry : node.entries) {
    out += margin + scalar_text(text_node(entry.key)) + ":";
    print_value(entry.value, entry.value.kind == Node::Kind::kList ? indent : indent + 2, out);
  }
  for (const Node& item : node.items) {
    if (item.is_scalar() || is_empty_container(item)) {
      out += margin + "-";
      print_value(item, indent, out);
      continue;
    }
    std::string inner;  // printed two deeper; its first indent becomes the dash
    print(item, indent + 2, inner);
    out += margin + "- " + inner.substr(indent + 2);
  }
}

}  // namespace

Node::Kind plain_scalar_kind(std::string_view text) {
  if (text.empty() || text == "null" || text == "~") return Node::Kind::kNull;
  if (text == "true" || text == "false") return Node::Kind::kFlag;
  if (is_strict_whole(text)) return Node::Kind::kWhole;
  if (is_strict_number(text)) return Node::Kind::kNumber;
  if (is_special_word(text) || looks_like_number(text)) return Node::Kind::kUnclear;
  return Node::Kind::kText;
}

std::string node_to_yaml(const Node& node) {
  if (node.is_scalar()) return scalar_text(node) + "\n";
  if (is_empty_container(node)) return node.kind == Node::Kind::kList ? "[]\n" : "{}\n";
  std::string out;
  print(node, 0, out);
  return out;
}

std::string node_to_flow(const Node& node) {
  if (node.is_scalar()) return scalar_text(node);
  std::vector<std::string> parts;
  for (const Node& item : node.items) parts.push_back(node_to_flow(item));
  for (const NodeEntry& entry : node.entries) {
    parts.push_back(scalar_text(text_node(entry.key)) + ": " + node_to_flow(entry.value));
  }
  const bool list = node.kind == Node::Kind::kList;
  return fmt::format("{}{}{}", list ? "[" : "{", join(parts, ", "), list ? "]" : "}");
}

}  // namespace freshet::config

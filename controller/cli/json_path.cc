// Carrying out JSONPath templates.
#include "controller/cli/json_path.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/overloaded.h"
#include "controller/cli/json_path_template.h"

namespace freshet {
namespace json_path {
namespace {

using Found = std::vector<const Json*>;

Found follow(const Steps& steps, const Json& from);

bool holds(const Filter& filter, const Json& item) {
  const auto values_of = [&](const Operand& operand) {
    return operand.path ? follow(*operand.path, item) : Found{operand.value.get()};
  };
  const Found left = values_of(filter.left);
  if (filter.sign.empty()) return !left.empty();
  const Found right = values_of(filter.right);
  if (left.empty() || right.empty()) return false;
  const Json& a = *left.front();
  const Json& b = *right.front();
  if (filter.sign == "==") return a == b;
  if (filter.sign == "!=") return a != b;
  if (!(a.is_number() && b.is_number()) && !(a.is_string() && b.is_string())) return false;
  if (filter.sign == "<") return a < b;
  if (filter.sign == "<=") return a <= b;
  return filter.sign == ">" ? a > b : a >= b;
}

void add_descendants(const Json& value, Found& out) {
  out.push_back(&value);
  if (!value.is_structured()) return;
  for (const Json& item : value) add_descendants(item, out);
}

void take_fields(const Fields& fields, const Json& value, Found& out) {
  if (!value.is_object()) return;
  for (const std::string& name : fields.names) {
    if (const auto at = value.find(name); at != value.end()) out.push_back(&*at);
  }
}

void take_slice(const Slice& slice, const Json& value, Found& out) {
  const auto size = static_cast<std::int64_t>(value.size());
  const auto place = [&](std::int64_t at) { return std::clamp<std::int64_t>(at, 0, size); };
  const auto from_start = [&](std::int64_t at) { return at < 0 ? at + size : at; };
  const std::int64_t end = place(from_start(slice.to.value_or(size)));
  for (auto i = place(from_start(slice.from.value_or(0))); i < end; i += slice.by) {
    out.push_back(&value[static_cast<std::size_t>(i)]);
  }
}

void take(const AnyStep& step, const Json& value, Found& out) {
  std::visit(overloaded{
                 [&](const Fields& fields) { take_fields(fields, value, out); },
                 [&](const Everything&) {
                   if (!value.is_structured()) return;
                   for (const Json& item : value) out.push_back(&item);
                 },
                 [&](const Descendants&) { add_descendants(value, out); },
                 [&](const Slice& slice) {
                   if (value.is_array()) take_slice(slice, value, out);
                 },
                 [&](const Positions& positions) {
                   if (!value.is_array()) return;
                   for (const std::int64_t at : positions.at) {
                     take_slice({at, at == -1 ? std::nullopt : std::optional(at + 1)}, value, out);
                   }
                 },
                 [&](const Filter& filter) {
                   if (!value.is_array()) return;
                   for (const Json& item : value) {
                     if (holds(filter, item)) out.push_back(&item);
                   }
                 },
             },
             step);
}

Found follow(const Steps& steps, const Json& from) {
  Found now = {&from};
  for (const Step& step : steps) {
    Found next;
    for (const Json* value : now) take(step.any, *value, next);
    now = std::move(next);
  }
  return now;
}

void write(const std::vector<Part>& parts, const Json& value, std::string& out) {
  for (const Part& part : parts) {
    out += part.text;
    if (!part.path) continue;
    bool is_first = true;
    for (const Json* found : follow(*part.path, value)) {
      if (part.body) {
        write(*part.body, *found, out);
        continue;
      }
      if (!std::exchange(is_first, false)) out += ' ';
      out += found->is_string() ? found->get<std::string>() : dump_json(*found);
    }
  }
}

}  // namespace
}  // namespace json_path

Result<std::string> json_path_text(std::string_view text, const Json& value) {
  const auto parts = json_path::parse_template(text);
  if (!parts) return parts.error();
  std::string out;
  json_path::write(*parts, value, out);
  return out;
}

}  // namespace freshet

// Templates of messages.
#include "config/notice_template.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/http.h"
#include "base/json.h"
#include "config/places.h"

namespace freshet {
namespace {

std::string in_form(const std::string& value, PlaceForm form) {
  if (form == PlaceForm::kPlain) return value;
  if (form == PlaceForm::kUrl) return percent_encode(value);
  const std::string quoted = dump_json(Json(value));
  return quoted.substr(1, quoted.size() - 2);
}

std::string unknown_place(std::string_view name) {
  const auto meant = nearest(name, notice_places());
  return fmt::format("unknown place {{{{{}}}}}{}", printable(name, 40),
                     meant ? fmt::format("; did you mean {{{{{}}}}}?", *meant) : "");
}

}  // namespace

const std::vector<std::string>& notice_places() {
  static const std::vector<std::string> kPlaces = {
      "id",       "time",  "severity", "cluster", "namespace", "service", "reason",
      "message",  "phase", "percent",  "rollout", "from",      "to",      "fromDigest",
      "toDigest", "image", "age",      "command", "link"};
  return kPlaces;
}

PlaceForm template_form(std::string_view content_type) {
  const bool is_json = content_type.find("json") != std::string_view::npos;
  return is_json ? PlaceForm::kJson : PlaceForm::kPlain;
}

std::string notice_template_fault(std::string_view text, PlaceForm form) {
  if (text.empty()) return "it is empty";
  if (text.size() > kMaxNoticeTemplateBytes) {
    return fmt::format("longer than {} bytes", kMaxNoticeTemplateBytes);
  }
  std::map<std::string, std::string> samples;
  std::string fault = walk_places(
      text, [](char) {},
      [&](std::string_view name) -> std::string {
        if (std::ranges::find(notice_places(), name) == notice_places().end()) {
          return unknown_place(name);
        }
        samples.emplace(name, name == "percent" ? "1" : "x");  // all others are texts
        return "";
      });
  if (!fault.empty() || form != PlaceForm::kJson) return fault;
  const auto filled = parse_json(fill_notice_template(text, form, samples));
  return filled ? "" : "it does not become JSON: " + filled.error().message;
}

std::string fill_notice_template(std::string_view text, PlaceForm form,
                                 const std::map<std::string, std::string>& values) {
  std::string out;
  walk_places(
      text, [&out](char c) { out += c; },
      [&](std::string_view name) -> std::string {
        const auto value = values.find(std::string(name));
        if (value != values.end()) out += in_form(value->second, form);
        return "";
      });
  return out;
}

}  // namespace freshet

// Templates of messages: a text of the operator's with places for what happened.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace freshet {

inline constexpr std::size_t kMaxNoticeTemplateBytes = 16 << 10;

// What may stand in braces: reason, message, from …
const std::vector<std::string>& notice_places();

enum class PlaceForm {
  kPlain,
  kJson,  // as what stands between the quotes of a JSON string
  kUrl,   // percent-encoded
};

PlaceForm template_form(std::string_view content_type);  // JSON's or plain

// Why this is no template, or "". One of JSON has to be JSON once it is filled.
std::string notice_template_fault(std::string_view text, PlaceForm form);

// `values` by place; one that is missing is empty.
std::string fill_notice_template(std::string_view text, PlaceForm form,
                                 const std::map<std::string, std::string>& values);

}  // namespace freshet

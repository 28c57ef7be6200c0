// The body of a command as the words of an order. Pure. The OpenAPI document is made from the same
// table.
#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/json.h"
#include "controller/api/problem.h"
#include "controller/show/order_text.h"

namespace freshet::api {

inline constexpr std::size_t kMaxCommandBody = 4096;  // bytes

struct BodyField {
  enum class Form { kText, kFlag, kStep, kSeq };
  std::string_view name;
  Form form;
  std::vector<std::string_view> verbs;  // that know it
  std::string_view option;              // "--until"
  std::string_view doc;
  bool is_required = false;
};
const std::vector<BodyField>& body_fields();

// 404: no such verb; 400: the body, with the field; 415: it is not JSON.
std::variant<OrderWords, Problem> read_command_body(const std::string& verb,
                                                    const HttpRequest& request);

}  // namespace freshet::api

// A small validator.
#include "tests/support/json_schema.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace freshet::testing {
namespace {

bool is_of_type(const Json& value, const std::string& type) {
  if (type == "object") return value.is_object();
  if (type == "array") return value.is_array();
  if (type == "string") return value.is_string();
  if (type == "boolean") return value.is_boolean();
  if (type == "integer") return value.is_number_integer();
  return type == "number" && value.is_number();
}

std::string object_problem(const Json& value, const Json& schema, const Json& schemas,
                           const std::string& where) {
  for (const Json& name : schema.value("required", Json::array())) {
    if (!value.contains(name)) return where + ": no " + name.get<std::string>();
  }
  const Json properties = schema.value("properties", Json::object());
  const Json more = schema.value("additionalProperties", Json(properties.empty()));
  for (const auto& [name, each] : value.items()) {
    const std::string there = where + "." + name;
    std::string problem;
    if (properties.contains(name)) {
      problem = schema_problem(each, properties.at(name), schemas, there);
    } else if (more.is_object()) {
      problem = schema_problem(each, more, schemas, there);
    } else if (more == false) {
      problem = there + " is not declared";
    }
    if (!problem.empty()) return problem;
  }
  return "";
}

}  // namespace

std::string schema_problem(const Json& value, const Json& schema, const Json& schemas,
                           const std::string& where) {
  if (schema.contains("$ref")) {
    const std::string ref = schema.at("$ref").get<std::string>();
    const std::string name = ref.substr(ref.rfind('/') + 1);
    if (!schemas.contains(name)) return where + ": no schema " + name;
    return schema_problem(value, schemas.at(name), schemas, where);
  }
  if (schema.contains("type") && !is_of_type(value, schema.at("type"))) {
    return where + " is no " + schema.at("type").get<std::string>() + ": " + dump_json(value);
  }
  if (schema.contains("enum")) {
    const Json& allowed = schema.at("enum");
    if (std::ranges::find(allowed, value) == allowed.end()) {
      return where + " is none of " + dump_json(allowed) + ": " + dump_json(value);
    }
  }
  if (value.is_object()) return object_problem(value, schema, schemas, where);
  if (!value.is_array() || !schema.contains("items")) return "";
  for (const Json& each : value) {
    const std::string problem = schema_problem(each, schema.at("items"), schemas, where + "[]");
    if (!problem.empty()) return problem;
  }
  return "";
}

}  // namespace freshet::testing

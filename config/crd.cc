// The CRD: each shape as an OpenAPI v3 schema that Kubernetes accepts as structural.
#include "config/crd.h"

#include <nlohmann/json.hpp>

#include "config/fields.h"

namespace freshet {
namespace {

using config::FieldInfo;
using config::Shape;

// Who writes a field: for what the controller writes itself, allowed values are no news to anyone.
enum class Writer { kUser, kController };

Json schema_of(const Shape& shape, Writer writer);

std::string description(const FieldInfo& field, Writer writer) {
  std::string text = field.doc;
  if (writer == Writer::kController) return text;
  const bool is_mapping = field.shape.form == Shape::Form::kObject && !field.shape.or_auto;
  if (!is_mapping) text += " Allowed: " + field.shape.allowed + ".";
  if (!field.default_text.empty()) text += " Default: " + field.default_text + ".";
  return text;
}

void add_object(const Shape& shape, Writer writer, Json& schema) {
  Json required = Json::array();
  for (const FieldInfo& field : shape.fields) {
    Json property = schema_of(field.shape, writer);
    property["description"] = description(field, writer);
    schema["properties"][field.name] = std::move(property);
    if (field.required) required.push_back(field.name);
  }
  if (!required.empty()) schema["required"] = std::move(required);
}

// A structural schema has one type for each value. For "a word or a number" Kubernetes has an
// extension; "a word or a mapping" it can only leave open, and the controller checks it.
void add_type(const Shape& shape, const char* type, Json& schema) {
  if (!shape.or_auto) {
    schema["type"] = type;
  } else if (shape.form == Shape::Form::kWhole) {
    schema["x-kubernetes-int-or-string"] = true;
    schema["pattern"] = "^auto$";
  } else {
    schema["x-kubernetes-preserve-unknown-fields"] = true;
  }
}

void add_bounds(const Shape& shape, Json& schema) {
  if (shape.minimum) schema["minimum"] = *shape.minimum;
  if (shape.maximum) schema["maximum"] = *shape.maximum;
  if (!shape.pattern.empty()) schema["pattern"] = shape.pattern;
  if (!shape.format.empty()) schema["format"] = shape.format;
  if (!shape.choices.empty()) schema["enum"] = shape.choices;
  if (shape.max_length > 0) schema["maxLength"] = shape.max_length;
  if (shape.min_items > 0) schema["minItems"] = shape.min_items;
  if (shape.max_items > 0) schema["maxItems"] = shape.max_items;
}

Json schema_of(const Shape& shape, Writer writer) {
  Json schema = Json::object();
  add_bounds(shape, schema);
  switch (shape.form) {
    case Shape::Form::kText: add_type(shape, "string", schema); break;
    case Shape::Form::kWhole: add_type(shape, "integer", schema); break;
    case Shape::Form::kNumber: add_type(shape, "number", schema); break;
    case Shape::Form::kFlag: add_type(shape, "boolean", schema); break;
    case Shape::Form::kList:
      add_type(shape, "array", schema);
      schema["items"] = schema_of(shape.items.front(), writer);
      break;
    case Shape::Form::kMap:
      add_type(shape, "object", schema);
      schema["additionalProperties"] = schema_of(shape.items.front(), writer);
      break;
    case Shape::Form::kObject:
      add_type(shape, "object", schema);
      add_object(shape, writer, schema);
      break;
  }
  return schema;
}

Json column(const char* name, const char* type, const char* path) {
  return {{"name", name}, {"type", type}, {"jsonPath", path}};
}

Json columns() {
  return {column("SERVICE", "string", ".status.service"),
          column("PHASE", "string", ".status.phase"),
          column("PERCENT", "integer", ".status.percent"),
          column("STABLE", "string", ".status.stable.short"),
          column("CANDIDATE", "string", ".status.candidate.short"),
          column("IMAGE-CREATED", "date", ".status.imageCreated"),
          column("MESSAGE", "string", ".status.message")};
}

Json root_schema() {
  Json spec = schema_of(config::spec_type().shape, Writer::kUser);
  spec["description"] = "What is followed, and how it is rolled out. Every field has a default.";
  Json status = schema_of(config::status_type().shape, Writer::kController);
  status["description"] = "Observations and evidence, written by the controller.";
  return {{"type", "object"},
          {"description",
           "A Knative Service whose image tags are followed: a moved tag becomes a new Revision "
           "that is judged against the running one, and promoted or taken back."},
          {"properties",
           {{"apiVersion", {{"type", "string"}}},
            {"kind", {{"type", "string"}}},
            {"metadata", {{"type", "object"}}},
            {"spec", std::move(spec)},
            {"status", std::move(status)}}}};
}

}  // namespace

Json crd() {
  const std::string plural = config::kPlural;
  const Json names = {{"kind", config::kKind},
                      {"listKind", std::string(config::kKind) + "List"},
                      {"plural", plural},
                      {"singular", "trackedservice"},
                      {"shortNames", {"ts"}}};
  const Json version = {{"name", config::kVersion},
                        {"served", true},
                        {"storage", true},
                        {"subresources", {{"status", Json::object()}}},
                        {"additionalPrinterColumns", columns()},
                        {"schema", {{"openAPIV3Schema", root_schema()}}}};
  return {{"apiVersion", "apiextensions.k8s.io/v1"},
          {"kind", "CustomResourceDefinition"},
          {"metadata", {{"name", plural + "." + config::kGroup}}},
          {"spec",
           {{"group", config::kGroup},
            {"names", names},
            {"scope", "Namespaced"},
            {"versions", Json::array({version})}}}};
}

std::string crd_yaml() {
  return "# Generated by `freshet crd` from the description of the fields in config/.\n" +
         to_yaml(crd());
}

}  // namespace freshet

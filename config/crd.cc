// The CRD: each shape as an OpenAPI v3 schema that Kubernetes accepts as structural.
#include "config/crd.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <utility>

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

Json policy_columns() {
  return {column("OWNER", "string", ".spec.owner"), column("REASON", "string", ".spec.reason"),
          column("STOP", "boolean", ".spec.stop"),
          column("READY", "string", ".status.conditions[0].status")};
}

Json root_schema(const char* what, Json spec, Json status) {
  return {{"type", "object"},
          {"description", what},
          {"properties",
           {{"apiVersion", {{"type", "string"}}},
            {"kind", {{"type", "string"}}},
            {"metadata", {{"type", "object"}}},
            {"spec", std::move(spec)},
            {"status", std::move(status)}}}};
}

// Of which Service an object speaks is settled with it: the one before would keep the split that it
// has, and nobody would judge it.
Json with_fixed_service(Json schema) {
  const auto in = [](const char* object) {
    return fmt::format(
        "(has({0}.spec) && has({0}.spec.service) ? {0}.spec.service : {0}.metadata.name)", object);
  };
  schema["x-kubernetes-validations"] = Json::array(
      {{{"rule", in("self") + " == " + in("oldSelf")},
        {"message",
         "spec.service cannot be changed: delete this TrackedService, which gives its Service "
         "back, and create one for the other"}}});
  return schema;
}

Json described(Json schema, const char* description) {
  schema["description"] = description;
  return schema;
}

Json definition(Json names, const char* scope, Json columns_shown, Json schema) {
  const Json version = {{"name", config::kVersion},
                        {"served", true},
                        {"storage", true},
                        {"subresources", {{"status", Json::object()}}},
                        {"additionalPrinterColumns", std::move(columns_shown)},
                        {"schema", {{"openAPIV3Schema", std::move(schema)}}}};
  const std::string plural = string_or(names, "plural");
  return {{"apiVersion", "apiextensions.k8s.io/v1"},
          {"kind", "CustomResourceDefinition"},
          {"metadata", {{"name", plural + "." + config::kGroup}}},
          {"spec",
           {{"group", config::kGroup},
            {"names", std::move(names)},
            {"scope", scope},
            {"versions", Json::array({version})}}}};
}

}  // namespace

Json crd() {
  return definition(
      {{"kind", config::kKind},
       {"listKind", std::string(config::kKind) + "List"},
       {"plural", config::kPlural},
       {"singular", "trackedservice"},
       {"shortNames", {"ts"}}},
      "Namespaced", columns(),
      with_fixed_service(root_schema(
          "A Knative Service whose image tags are followed: a moved tag becomes a new Revision "
          "that is judged against the running one, and promoted or taken back.",
          described(schema_of(config::spec_type().shape, Writer::kUser),
                    "What is followed, and how it is rolled out. Every field has a default."),
          described(schema_of(config::status_type().shape, Writer::kController),
                    "Observations and evidence, written by the controller."))));
}

Json status_schema() { return schema_of(config::status_type().shape, Writer::kController); }

Json policy_crd(std::string_view kind) {
  const bool cluster = kind == kClusterRolloutPolicy;
  return definition(
      {{"kind", kind},
       {"listKind", std::string(kind) + "List"},
       {"plural", cluster ? "clusterrolloutpolicies" : "rolloutpolicies"},
       {"singular", cluster ? "clusterrolloutpolicy" : "rolloutpolicy"}},
      cluster ? "Cluster" : "Namespaced", policy_columns(),
      root_schema(cluster ? "When rollouts of the cluster may start and advance: windows, freezes, "
                            "a stop. Retreats never wait."
                          : "When rollouts of this namespace may start and advance: windows, "
                            "freezes, a stop. Retreats never wait.",
                  described(schema_of(config::policy_spec_type().shape, Writer::kUser),
                            "Whom it binds, and when. Every policy that selects a TrackedService "
                            "must permit."),
                  described(schema_of(config::policy_status_type().shape, Writer::kController),
                            "Whether the spec is understood, written by the controller.")));
}

Json approval_crd() {
  Json out = definition(
      {{"kind", kRolloutApproval},
       {"listKind", std::string(kRolloutApproval) + "List"},
       {"plural", "rolloutapprovals"},
       {"singular", "rolloutapproval"}},
      "Namespaced",
      {column("SERVICE", "string", ".spec.service"), column("ROLLOUT", "string", ".spec.rollout"),
       column("BY", "string", ".spec.by"), column("REASON", "string", ".spec.reason")},
      root_schema("A person's word for one rollout, where a policy asks for it. Who may create it "
                  "may approve.",
                  described(schema_of(config::approval_spec_type().shape, Writer::kUser),
                            "Which rollout, and why."),
                  {{"type", "object"}, {"description", "Nothing."}}));
  Json& version = out["spec"]["versions"][0];
  version.erase("subresources");
  version["schema"]["openAPIV3Schema"]["properties"].erase("status");
  version["schema"]["openAPIV3Schema"]["required"] = Json::array({"spec"});
  return out;
}

std::vector<Json> crds() {
  return {crd(), policy_crd(kRolloutPolicy), policy_crd(kClusterRolloutPolicy), approval_crd()};
}

std::string crd_yaml() {
  std::string out = "# Generated by `freshet crd` from the description of the fields in config/.\n";
  std::string_view between;
  for (const Json& definition : crds()) {
    out.append(std::exchange(between, "---\n")).append(to_yaml(definition));
  }
  return out;
}

}  // namespace freshet

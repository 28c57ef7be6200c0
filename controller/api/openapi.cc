// Routes, bodies and answers as OpenAPI 3.
#include "controller/api/openapi.h"

#include <nlohmann/json.hpp>

#include "base/text.h"
#include "config/crd.h"
#include "controller/api/command_body.h"
#include "controller/api/problem.h"
#include "controller/api/routes.h"
#include "controller/planner/command.h"

namespace freshet::api {
namespace {

Json text_schema(const std::string& doc, const char* format = nullptr) {
  Json schema = {{"type", "string"}, {"description", doc}};
  if (format != nullptr) schema["format"] = format;
  return schema;
}

Json list_schema(Json items) { return {{"type", "array"}, {"items", std::move(items)}}; }

Json object_schema(Json properties, std::vector<std::string> required) {
  return {{"type", "object"},
          {"properties", std::move(properties)},
          {"required", std::move(required)},
          {"additionalProperties", false}};
}

Json named_schema(std::string_view name) {
  return {{"$ref", "#/components/schemas/" + std::string(name)}};
}

Json traffic_schema() {
  return list_schema(object_schema({{"revisionName", text_schema("Name of the Revision.")},
                                    {"percent", {{"type", "integer"}}},
                                    {"tag", text_schema("Name of its tag URL.")}},
                                   {"revisionName", "percent"}));
}

Json rollout_schema() {
  return object_schema({{"id", text_schema("Id of the rollout.")},
                        {"plan", list_schema({{"type", "integer"}})},
                        {"started", text_schema("When it began.", "date-time")}},
                       {"id", "plan", "started"});
}

// show/json.h: status, and beside it what follows from it.
Json service_schema() {
  Json properties = status_schema().at("properties");
  properties.erase("core");
  properties.erase("evidence");
  properties["namespace"] = text_schema("Namespace of the TrackedService.");
  properties["name"] = text_schema("Name of the TrackedService.");
  properties["next"] = text_schema("What comes next, and when.");
  properties["ready"] = {{"type", "boolean"}};
  properties["traffic"] = traffic_schema();
  properties["rollout"] = rollout_schema();
  properties["problems"] = list_schema(text_schema("What is wrong with the spec."));
  return object_schema(std::move(properties), {"namespace", "name", "service", "phase", "message",
                                               "next", "ready", "percent", "traffic"});
}

Json history_schema() {
  return object_schema({{"namespace", text_schema("Namespace of the TrackedService.")},
                        {"name", text_schema("Name of the TrackedService.")},
                        {"history", status_schema().at("properties").at("history")}},
                       {"namespace", "name", "history"});
}

Json command_state_schema() {
  Json answer = text_schema("Pending until the controller has answered.");
  answer["enum"] = {"Pending", "Accepted", "Refused"};
  return object_schema({{"id", text_schema("Id of the command.")},
                        {"verb", text_schema("What was asked for.")},
                        {"answer", std::move(answer)},
                        {"message", text_schema("Why.")},
                        {"at", text_schema("When it was answered.", "date-time")}},
                       {"id", "verb", "answer"});
}

Json command_schema() {
  Json properties = Json::object();
  for (const BodyField& field : body_fields()) {
    std::string doc(field.doc);
    std::vector<std::string> verbs(field.verbs.begin(), field.verbs.end());
    if (!verbs.empty())
      doc += " Of " + join(verbs, ", ") + (field.is_required ? ", required." : ".");
    Json schema = text_schema(doc);
    if (field.form == BodyField::Form::kFlag) schema["type"] = "boolean";
    if (field.form == BodyField::Form::kStep || field.form == BodyField::Form::kSeq) {
      schema["type"] = "integer";
      schema["minimum"] = field.form == BodyField::Form::kStep ? 1 : 0;
    }
    properties[std::string(field.name)] = std::move(schema);
  }
  return object_schema(std::move(properties), {});
}

Json error_schema() {
  return object_schema(
      {{"error", object_schema({{"code", text_schema("One word for programs.")},
                                {"message", text_schema("A sentence.")},
                                {"field", text_schema("The field or parameter that is meant.")}},
                               {"code", "message"})}},
      {"error"});
}

Json schemas() {
  return {
      {"Service", service_schema()},
      {"ServiceList", object_schema({{"items", list_schema(named_schema("Service"))}}, {"items"})},
      {"History", history_schema()},
      {"Command", command_schema()},
      {"CommandState", command_state_schema()},
      {"Document", {{"type", "object"}}},
      {"Error", error_schema()}};
}

Json parameter(const std::string& name, const char* in, const std::string& doc) {
  return {{"name", name},
          {"in", in},
          {"required", std::string_view(in) == "path"},
          {"description", doc},
          {"schema", {{"type", "string"}}}};
}

Json command_parameter(const Route& route) {
  if (route.action != Action::kCommand) return parameter("command", "path", "Id of the command.");
  Json out = parameter("command", "path", "What is asked for.");
  for (const planning::Verb verb : planning::all_verbs()) {
    out["schema"]["enum"].push_back(std::string(to_string(verb)));
  }
  return out;
}

Json parameters_of(const Route& route) {
  Json out = Json::array();
  for (const std::string& part : split(route.path, '/')) {
    if (part == "{command}") {
      out.push_back(command_parameter(route));
    } else if (part.starts_with('{')) {
      const std::string name = part.substr(1, part.size() - 2);
      out.push_back(parameter(name, "path", "Of the TrackedService."));
    }
  }
  for (const std::string_view name : route.parameters) {
    out.push_back(parameter(std::string(name), "query", "Left out: all of them."));
  }
  return out;
}

Json responses_of(const Route& route) {
  Json out = Json::object();
  for (const int status : statuses_of(route)) {
    const bool is_good = status < 300;
    const bool streams = is_good && route.schema.empty();
    Json schema =
        streams ? Json{{"type", "string"}} : named_schema(is_good ? route.schema : "Error");
    const char* type = streams ? "text/event-stream" : "application/json";
    out[std::to_string(status)] = {{"description", is_good ? "As asked" : code_of(status)},
                                   {"content", {{type, {{"schema", std::move(schema)}}}}}};
  }
  return out;
}

Json operation(const Route& route) {
  Json out = {{"summary", route.summary},
              {"parameters", parameters_of(route)},
              {"responses", responses_of(route)}};
  if (route.verb.empty()) out["security"] = Json::array();
  if (route.action == Action::kCommand) {
    out["requestBody"] = {
        {"content", {{"application/json", {{"schema", named_schema("Command")}}}}}};
  }
  return out;
}

}  // namespace

Json openapi_document(const std::string& version) {
  Json paths = Json::object();
  for (const Route& route : routes()) {
    paths[std::string(route.path)][to_lower(route.method)] = operation(route);
  }
  const Json bearer = {{"type", "http"}, {"scheme", "bearer"}};
  return {{"openapi", "3.0.3"},
          {"info", {{"title", "Freshet"}, {"version", version}}},
          {"servers", Json::array({{{"url", "/"}}})},
          {"security", Json::array({{{"bearer", Json::array()}}})},
          {"paths", std::move(paths)},
          {"components", {{"securitySchemes", {{"bearer", bearer}}}, {"schemas", schemas()}}}};
}

}  // namespace freshet::api

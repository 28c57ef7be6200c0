// `freshet check`: documents side by side, and the two forms of the report.
#include "config/check.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "config/envelope.h"
#include "config/fields.h"
#include "config/yaml.h"

namespace freshet {
namespace {

template <class Object>
std::string full_name(const Object& object) {
  return object.name_space.empty() ? object.name : object.name_space + "/" + object.name;
}

Problem clash(std::string path, std::string message) {
  Problem problem;
  problem.path = std::move(path);
  problem.message = std::move(message);
  return problem;
}

// Objects are told apart by kind and name, tracked Services by namespace and service.
class Seen {
 public:
  void add(const TrackedService& object, CheckedDocument& document) {
    const auto key = [&object](const std::string& last) { return object.name_space + "/" + last; };
    if (!add_name(config::kKind, document)) return;
    const auto [first, fresh] = services_.insert({key(object.spec.service), document.name});
    if (fresh) return;
    document.problems.push_back(clash(
        "spec.service",
        fmt::format("Service {} is tracked by {} already", object.spec.service, first->second)));
  }
  void add(const RolloutPolicy& policy, CheckedDocument& document) {
    add_name(policy.kind, document);
  }

 private:
  bool add_name(const std::string& kind, CheckedDocument& document) {
    if (names_.insert(kind + " " + document.name).second) return true;
    document.problems.push_back(
        clash("metadata.name", document.name + " stands in this file already"));
    return false;
  }

  std::set<std::string> names_;
  std::map<std::string, std::string> services_;
};

CheckedDocument check_document(config::YamlDocument document, Seen& seen) {
  if (!document.readable) return {"", std::move(document.problems)};
  const config::Node* kind = document.root.find("kind");
  if (kind && (kind->text == kRolloutPolicy || kind->text == kClusterRolloutPolicy)) {
    auto parsed =
        config::read_rollout_policy(document.root, kind->text, std::move(document.problems));
    CheckedDocument checked{full_name(parsed.object), std::move(parsed.problems)};
    if (checked.problems.empty()) seen.add(parsed.object, checked);
    return checked;
  }
  auto parsed = config::read_tracked_service(document.root, std::move(document.problems));
  CheckedDocument checked{full_name(parsed.object), std::move(parsed.problems)};
  if (checked.problems.empty()) seen.add(parsed.object, checked);
  return checked;
}

}  // namespace

bool CheckReport::ok() const {
  return !documents.empty() && std::all_of(documents.begin(), documents.end(),
                                           [](const auto& one) { return one.problems.empty(); });
}

CheckReport check_documents(std::string_view file, std::string_view text) {
  CheckReport report{std::string(file), {}};
  Seen seen;
  for (config::YamlDocument& document : config::read_yaml(text)) {
    report.documents.push_back(check_document(std::move(document), seen));
  }
  if (report.documents.empty()) {
    report.documents.push_back({"", {clash("", "no TrackedService or policy in it")}});
  }
  return report;
}

std::string to_text(const CheckReport& report) {
  std::string out;
  for (const CheckedDocument& document : report.documents) {
    if (document.problems.empty()) {
      out += fmt::format("{}: {} is in order\n", report.file, document.name);
    }
    for (const Problem& problem : document.problems) {
      out += report.file;
      if (problem.line > 0) out += fmt::format(":{}:{}", problem.line, problem.column);
      if (!problem.path.empty()) out += ": " + problem.path;
      out += ": " + complaint(problem) + "\n";
    }
  }
  return out;
}

Json to_json(const CheckReport& report) {
  Json documents = Json::array();
  for (const CheckedDocument& document : report.documents) {
    Json problems = Json::array();
    for (const Problem& problem : document.problems) {
      problems.push_back({{"path", problem.path},
                          {"line", problem.line},
                          {"column", problem.column},
                          {"message", problem.message},
                          {"found", problem.found},
                          {"allowed", problem.allowed},
                          {"nearest", problem.nearest}});
    }
    documents.push_back({{"name", document.name}, {"problems", std::move(problems)}});
  }
  return {{"file", report.file}, {"ok", report.ok()}, {"documents", std::move(documents)}};
}

}  // namespace freshet

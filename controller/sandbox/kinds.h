// The kinds of objects that the simulated API serves, and what a request's path asks for.
#pragma once

#include <compare>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/http.h"

namespace freshet::sandbox {

struct Kind {
  std::string_view group;  // "" for the core API
  std::string_view version;
  std::string_view plural;
  std::string_view kind;
  bool is_namespaced = true;
  bool has_status = false;    // a status subresource: status changes only through it
  bool is_read_only = false;  // nobody but Knative writes it here

  std::string api_version() const;  // "serving.knative.dev/v1"
  std::string qualified() const;    // "services.serving.knative.dev", as messages name it
  bool operator==(const Kind& other) const { return this == &other; }
};

extern const Kind kTrackedServices;
extern const Kind kRolloutPolicies;
extern const Kind kClusterRolloutPolicies;
extern const Kind kRolloutApprovals;
extern const Kind kServices;
extern const Kind kConfigurations;  // spec and metadata only: what Knative knows of them is told
extern const Kind kRoutes;          // in the Service's status
extern const Kind kRevisions;
extern const Kind kPods;
extern const Kind kSecrets;
extern const Kind kServiceAccounts;
extern const Kind kNamespaces;
extern const Kind kNodes;
extern const Kind kEvents;
extern const Kind kLeases;
extern const Kind kTaskRuns;
extern const Kind kDefinitions;  // customresourcedefinitions

std::span<const Kind* const> all_kinds();  // owners before what they own
// The kind an object says it is; nullptr: none that is served.
const Kind* find_kind(std::string_view api_version, std::string_view kind);

struct ObjectKey {
  std::string name_space;  // "" for what belongs to the cluster
  std::string name;
  auto operator<=>(const ObjectKey&) const = default;
};

// "/apis/serving.knative.dev/v1/namespaces/shop/services/checkout/status?…", taken apart.
struct ApiTarget {
  const Kind* kind = nullptr;
  ObjectKey key;  // without a name: the collection; without a namespace: of all of them
  std::string subresource;
  std::map<std::string, std::string> query;
};
std::optional<ApiTarget> parse_target(std::string_view target);
// What the query says of `name`; `otherwise` when it says nothing.
std::string query_or(const ApiTarget& target, const char* name, const char* otherwise = "");

// "a=b&c=d", percent-decoded; a later one of the same name wins.
std::map<std::string, std::string> parse_query(std::string_view text);

}  // namespace freshet::sandbox

// Answers to reviews.
#include "controller/sandbox/reviews.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "controller/sandbox/refusal.h"

namespace freshet::sandbox {
namespace {

std::vector<std::string> granted(const Identities& identities, const Json& asked) {
  if (!asked.is_array() || asked.empty()) return identities.audiences;
  std::vector<std::string> out;
  for (const std::string& one : identities.audiences) {
    if (std::ranges::find(asked, Json(one)) != asked.end()) out.push_back(one);
  }
  return out;
}

Json token_status(const Identities& identities, const Json& spec) {
  const auto user = identities.users.find(string_or(spec, "token"));
  const auto audiences = granted(identities, at_path(spec, {"audiences"}));
  if (user == identities.users.end() || audiences.empty()) {
    return {{"user", Json::object()}, {"error", "[invalid bearer token, token lookup failed]"}};
  }
  return {{"authenticated", true},
          {"user", {{"username", user->second}, {"groups", {"system:authenticated"}}}},
          {"audiences", audiences}};
}

bool grants(const Right& right, const std::string& user, const Json& wanted) {
  const bool is_in = right.name_space.empty() || right.name_space == string_or(wanted, "namespace");
  const bool is_it = right.name.empty() || right.name == string_or(wanted, "name");
  return right.user == user && is_in && is_it && right.verbs.contains(string_or(wanted, "verb"));
}

Json access_status(const Identities& identities, const Json& spec) {
  const Json& wanted = at_path(spec, {"resourceAttributes"});
  const bool is_ours = string_or(wanted, "group") == "freshet.dev" &&
                       string_or(wanted, "resource") == "trackedservices";
  const std::string user = string_or(spec, "user");
  return {{"allowed", is_ours && std::ranges::any_of(identities.rights, [&](const Right& right) {
                        return grants(right, user, wanted);
                      })}};
}

}  // namespace

std::optional<HttpResponse> answer_review(const Identities& identities, const HttpRequest& request,
                                          std::string_view target) {
  const std::string_view path = target.substr(0, target.find('?'));
  const bool is_token = path == "/apis/authentication.k8s.io/v1/tokenreviews";
  const bool is_access = path == "/apis/authorization.k8s.io/v1/subjectaccessreviews";
  if (!is_token && !is_access) return std::nullopt;
  if (request.method != "POST") return to_response(method_not_allowed());
  auto review = parse_json(request.body);
  if (!review || !at_path(*review, {"spec"}).is_object()) {
    return to_response(bad_request("the object provided is unrecognized"));
  }
  const Json& spec = review->at("spec");
  (*review)["status"] = is_token ? token_status(identities, spec) : access_status(identities, spec);
  return HttpResponse{201, {{"Content-Type", "application/json"}}, dump_json(*review)};
}

}  // namespace freshet::sandbox

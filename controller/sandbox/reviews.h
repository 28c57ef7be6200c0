// Who a token belongs to and what they may do, as the API server answers reviews of it. Pure. RBAC
// itself is not simulated: a small table says who may do what with TrackedServices.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/http.h"

namespace freshet::sandbox {

struct Right {
  std::string user;
  std::set<std::string> verbs;  // "get", "promote"
  std::string name_space = {};  // "": all of them
  std::string name = {};        // of the TrackedService; "": all of them
};

struct Identities {
  std::map<std::string, std::string> users;  // bearer token → user
  std::vector<Right> rights;
  // For which the tokens are; a review that asks for others finds nobody.
  std::vector<std::string> audiences = {"https://kubernetes.default.svc"};
};

// TokenReviews and SubjectAccessReviews; nullopt: another path.
std::optional<HttpResponse> answer_review(const Identities& identities, const HttpRequest& request,
                                          std::string_view target);

}  // namespace freshet::sandbox

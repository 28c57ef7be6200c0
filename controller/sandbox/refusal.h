// Refusals: what the API server says no with, as metav1.Status bodies and in its own words.
#pragma once

#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "base/json.h"
#include "controller/sandbox/kinds.h"

namespace freshet::sandbox {

struct Refusal {
  int code = 500;
  std::string reason;  // "Conflict", "NotFound", …
  std::string message;
  const Kind* kind = nullptr;  // for details
  std::string name;
  std::string cause = "";  // its reason
  bool operator==(const Refusal& other) const {
    return code == other.code && reason == other.reason && message == other.message;
  }
};

template <class T>
using Allowed = tl::expected<T, Refusal>;
inline tl::unexpected<Refusal> refuse(Refusal refusal) {
  return tl::unexpected<Refusal>(std::move(refusal));
}

Refusal not_found(const Kind& kind, const std::string& name);
Refusal no_such_path();
Refusal already_exists(const Kind& kind, const std::string& name);
Refusal conflict(const Kind& kind, const std::string& name);
Refusal invalid(const Kind& kind, const std::string& name, const std::string& problem);
Refusal without_version(const Kind& kind, const std::string& name);
Refusal of_another_uid(const Kind& kind, const ObjectKey& key, const std::string& sent,
                       const std::string& there);
Refusal namespace_is_going(const Kind& kind, const std::string& name,
                           const std::string& name_space);
// Strictness was asked for: fields as "spec.traffic[0].weight". The message for a patch quotes all
// of the object.
Refusal unknown_fields(const Kind& kind, const std::vector<std::string>& fields);
Refusal unknown_fields_patched(const std::string& object, const std::vector<std::string>& fields);
Refusal not_simulated(const std::string& what);
Refusal bad_request(std::string message);
// A JSON patch that does not apply: the server does not say which operation, or why.
Refusal patch_failed();
Refusal expired(std::int64_t asked, std::int64_t oldest);
Refusal version_to_come(std::int64_t asked, std::int64_t newest);
Refusal unauthorized();
Refusal unsupported_media_type(const std::string& type);
Refusal method_not_allowed();

// Knative's webhooks; `problems` as one text, lines joined by "\n".
Refusal denied_by_knative(const std::string& problems);
Refusal not_decodable_by_knative(const std::string& problem);

Json status_body(const Refusal& refusal);
HttpResponse to_response(const Refusal& refusal);

}  // namespace freshet::sandbox

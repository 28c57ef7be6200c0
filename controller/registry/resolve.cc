// Driving one resolution, and printing what came of it.
#include "controller/registry/resolve.h"

#include <nlohmann/json.hpp>

#include "base/overloaded.h"

namespace freshet {

std::variant<Confirmed, RegistryFailure> resolve_image(const ImageReference& reference,
                                                       const Credential& credential,
                                                       const RegistryOptions& options,
                                                       HttpTransport& transport,
                                                       const NowFunction& now) {
  RegistryMemory memory;
  Resolution resolution({reference, credential, {}, false}, options, memory, now());
  for (int sent = 0; sent < kMaxRequestsOfOneResolution; ++sent) {
    auto next = resolution.next_request(memory, now());
    if (const auto* request = std::get_if<HttpRequest>(&next)) {
      resolution.fold(transport.send(*request), memory, now());
      continue;
    }
    auto outcome = std::get<ResolutionOutcome>(std::move(next));
    if (auto* resolved = std::get_if<Resolved>(&outcome)) return std::move(resolved->image);
    if (auto* missing = std::get_if<NotFound>(&outcome)) {
      return RegistryFailure{RegistryFailureKind::kNotFound, "head", std::move(missing->message),
                             std::nullopt};
    }
    if (auto* failure = std::get_if<RegistryFailure>(&outcome)) {
      return std::move(*failure);
    }
    break;  // SameAsBefore cannot be: nothing was known before
  }
  return RegistryFailure{RegistryFailureKind::kRefused, "head",
                         to_string(reference) + ": the registry leads in circles", std::nullopt};
}

Json to_json(const Confirmed& image) {
  Json out = {{"digest", image.digest.get()}, {"mediaType", image.media_type}};
  out["platforms"] = Json::array();
  for (const auto& platform : image.platforms) out["platforms"].push_back(to_string(platform));
  if (image.created) out["created"] = format_rfc3339(*image.created);
  return out;
}

Json to_json(const RegistryFailure& failure) {
  return {{"error",
           {{"kind", std::string(to_string(failure.kind))},
            {"step", failure.step},
            {"message", sentence(failure)}}}};
}

std::string sentence(const RegistryFailure& failure) {
  return failure.message + ". " + std::string(advice(failure.kind));
}

RegistryFailure credentials_failure(const Error& error) {
  return {RegistryFailureKind::kAuthentication, "credentials", error.message, std::nullopt};
}

}  // namespace freshet

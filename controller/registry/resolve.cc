// Driving one resolution, and printing what came of it.
#include "controller/registry/resolve.h"

#include <nlohmann/json.hpp>

#include "base/overloaded.h"

namespace freshet {
namespace {

RegistryFailure with_note(RegistryFailure failure, const std::string& note) {
  if (!note.empty()) failure.message += "; " + note;
  return failure;
}

}  // namespace

std::variant<Confirmed, RegistryFailure> resolve_image(const ImageReference& reference,
                                                       const FoundCredential& credential,
                                                       const RegistryOptions& options,
                                                       HttpTransport& transport,
                                                       const NowFunction& now) {
  RegistryMemory memory;
  Resolution resolution({reference, credential.credential, {}, false}, options, memory, now());
  for (int sent = 0; sent < kMaxRequestsOfOneResolution; ++sent) {
    auto next = resolution.next_request(memory, now());
    if (const auto* request = std::get_if<HttpRequest>(&next)) {
      resolution.fold(transport.send(*request), memory, now());
      continue;
    }
    auto outcome = std::get<ResolutionOutcome>(std::move(next));
    if (auto* resolved = std::get_if<Resolved>(&outcome)) return std::move(resolved->image);
    if (auto* missing = std::get_if<NotFound>(&outcome)) {
      return with_note({RegistryFailureKind::kNotFound, "head", std::move(missing->message), {}},
                       credential.note);
    }
    if (auto* failure = std::get_if<RegistryFailure>(&outcome)) {
      return with_note(std::move(*failure), credential.note);
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

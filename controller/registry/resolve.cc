// Driving one resolution, and printing what came of it.
#include "controller/registry/resolve.h"

#include <nlohmann/json.hpp>

#include "base/overloaded.h"

namespace freshet {

namespace {

// What the machine ends with, or a failure where it does not end.
template <class Outcome, class Machine>
Outcome drive(Machine machine, RegistryMemory& memory, HttpTransport& transport,
              const NowFunction& now) {
  for (int sent = 0; sent < kMaxRequestsOfOneResolution; ++sent) {
    auto next = machine.next_request(memory, now());
    if (auto* outcome = std::get_if<Outcome>(&next)) return std::move(*outcome);
    machine.fold(transport.send(std::get<HttpRequest>(next)), memory, now());
  }
  return RegistryFailure{RegistryFailureKind::kRefused, "head", "the registry leads in circles",
                         std::nullopt};
}

RegistryFailure not_found(const std::string& step, const NotFound& missing) {
  return {RegistryFailureKind::kNotFound, step, missing.message, std::nullopt};
}

}  // namespace

std::variant<Confirmed, RegistryFailure> resolve_image(
    const ImageReference& reference, const Credential& credential, const RegistryOptions& options,
    HttpTransport& transport, const NowFunction& now, const std::optional<FollowSpec>& follow) {
  using Answer = std::variant<Confirmed, RegistryFailure>;
  RegistryMemory memory;
  ResolutionTarget target{reference, credential, {}, false, follow};
  const auto outcome = drive<ResolutionOutcome>(
      Resolution(std::move(target), std::make_shared<const RegistryOptions>(options), memory,
                 now()),
      memory, transport, now);
  return std::visit(
      overloaded{
          [](const Resolved& resolved) -> Answer { return resolved.image; },
          [](const NotFound& missing) -> Answer { return not_found("head", missing); },
          [](const RegistryFailure& failure) -> Answer { return failure; },
          [](const SameAsBefore&) -> Answer {  // nothing was known before
            return RegistryFailure{RegistryFailureKind::kInconsistent, "head",
                                   "an answer to a question not asked", std::nullopt};
          },
      },
      outcome);
}

std::variant<std::vector<ImageTag>, RegistryFailure> list_tags(const ImageReference& reference,
                                                               const Credential& credential,
                                                               const RegistryOptions& options,
                                                               HttpTransport& transport,
                                                               const NowFunction& now) {
  using Answer = std::variant<std::vector<ImageTag>, RegistryFailure>;
  const auto origin = api_origin(reference, options);
  if (!origin) {
    return RegistryFailure{RegistryFailureKind::kRefused, "tags", origin.error().message,
                           std::nullopt};
  }
  RegistryMemory memory;
  RegistryAccess access{*origin,
                        reference.repository,
                        credential,
                        std::make_shared<const RegistryOptions>(options),
                        options.list_timeout,
                        now() + options.list_timeout};
  const auto outcome = drive<TagListOutcome>(TagList(std::move(access)), memory, transport, now);
  return std::visit(
      overloaded{
          [](const std::vector<ImageTag>& tags) -> Answer { return tags; },
          [](const NotFound& missing) -> Answer { return not_found("tags", missing); },
          [](const RegistryFailure& failure) -> Answer { return failure; },
      },
      outcome);
}

Json to_json(const Confirmed& image) {
  Json out = {{"digest", image.digest.get()}, {"mediaType", image.media_type}};
  out["platforms"] = Json::array();
  for (const auto& platform : image.platforms) out["platforms"].push_back(to_string(platform));
  if (image.created) out["created"] = format_rfc3339(*image.created);
  if (image.layer_bytes) out["layerBytes"] = *image.layer_bytes;
  const ImageOrigin& origin = image.origin;
  for (const auto& [name, text] :
       {std::pair("revision", origin.revision), std::pair("source", origin.source),
        std::pair("version", origin.version), std::pair("baseName", origin.base_name),
        std::pair("baseDigest", origin.base_digest)}) {
    if (!text.empty()) out[name] = text;
  }
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

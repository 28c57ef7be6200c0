// Manifest, perhaps one of its images, configuration.
#include "controller/registry/base_reading.h"

#include <algorithm>

#include "base/text.h"

namespace freshet {

BaseReading::BaseReading(const RegistryAccess& access, const ImageOrigin& origin, Platform platform)
    : access_(access), platform_(std::move(platform)) {
  const auto digest = Digest::parse(origin.base_digest);
  auto reference = parse_image_reference(origin.base_name);
  if (!digest || !reference) {
    outcome_ = BaseUnread{
        "it names no base (annotations org.opencontainers.image.base.name and .digest)", false};
    return;
  }
  reference->digest.reset();
  name_ = to_string(*reference);
  const auto at = api_origin(*reference, *access.options);
  if (!at || !same_origin(*at, access.origin)) {
    outcome_ =
        BaseUnread{"its base " + name_ + " is on another registry, where it is not read", false};
    return;
  }
  access_.repository = reference->repository;
  ask(*digest, false);
}

void BaseReading::ask(const Digest& digest, bool is_config) {
  asked_ = digest;
  asks_config_ = is_config;
  const auto& [origin, repository] = std::tie(access_.origin, access_.repository);
  Question question{"base", "GET", "", {{"Accept-Encoding", "identity"}}, kMaxConfigBytes};
  if (is_config) {
    question.url = blob_url(origin, repository, digest);
  } else {
    question.url = manifest_url(origin, repository, digest.get());
    question.headers.insert(question.headers.begin(), {"Accept", accept_manifests()});
    question.max_body_bytes = kMaxManifestBytes;
  }
  fetch_.emplace(access_, std::move(question));
}

std::variant<HttpRequest, BaseOutcome> BaseReading::next_request(RegistryMemory& memory,
                                                                 TimePoint now) {
  while (!outcome_) {
    auto next = fetch_->next_request(memory, now);
    if (auto* request = std::get_if<HttpRequest>(&next)) return std::move(*request);
    judge(std::get<FetchResult>(next));
  }
  return *outcome_;
}

void BaseReading::fold(const Result<HttpResponse>& reply, RegistryMemory& memory, TimePoint now) {
  if (!outcome_) fetch_->fold(reply, memory, now);
}

void BaseReading::judge(const FetchResult& result) {
  if (const auto* failure = std::get_if<RegistryFailure>(&result)) {
    return unread(printable(failure->message), failure->kind == RegistryFailureKind::kUnreachable);
  }
  const auto& response = std::get<HttpResponse>(result);
  if (!is_document(response.status)) {
    const bool passing = response.status == 429 || response.status >= 500;
    return unread("HTTP " + std::to_string(response.status), passing);
  }
  if (!has_digest(response.body, *asked_)) return unread("what came has another digest");
  if (!asks_config_) return judge_manifest(response);
  auto parts = parse_image_parts(response.body);
  if (!parts) return unread(parts.error().message);
  outcome_ = BaseRead{name_, *std::move(parts)};
}

void BaseReading::judge_manifest(const HttpResponse& response) {
  const auto manifest =
      parse_manifest(response.body, find_header(response.headers, "Content-Type").value_or(""));
  if (!manifest) return unread(manifest.error().message);
  if (manifest->config) return ask(*manifest->config, true);
  const auto image = std::ranges::find_if(
      manifest->images, [&](const IndexImage& one) { return suits(one.platform, platform_); });
  if (of_index_ || image == manifest->images.end()) {
    return unread("it has no image for " + to_string(platform_));
  }
  of_index_ = true;
  ask(image->digest, false);
}

void BaseReading::unread(const std::string& why, bool passing) {
  outcome_ = BaseUnread{"its base " + name_ + " could not be read: " + why, passing};
}

}  // namespace freshet

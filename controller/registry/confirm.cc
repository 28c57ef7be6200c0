// Manifest by digest, then as little more as tells when the image was made.
#include "controller/registry/confirm.h"

#include <algorithm>

#include "base/text.h"
#include "controller/registry/check.h"
#include "controller/registry/origin.h"

namespace freshet {
namespace {

// When the registry got a manifest, where it tells; few do.
std::optional<TimePoint> push_time(const HttpResponse& response, TimePoint now) {
  const auto header = find_header(response.headers, "Last-Modified");
  const auto time = header ? parse_http_date(*header) : Result<TimePoint>(TimePoint{});
  if (!time || *time < kEarliestCreated || *time > now) return std::nullopt;
  return *time;
}

}  // namespace

bool has_platform(const Confirmed& image, const Platform& wanted) {
  return std::ranges::any_of(image.platforms, [&](const Platform& p) { return suits(p, wanted); });
}

DigestConfirmation::DigestConfirmation(RegistryAccess access, Digest digest,
                                       RegistryFailureKind missing, ConfirmDepth depth)
    : access_(std::move(access)),
      confirmed_{digest, "", {}, {}, false},
      missing_(missing),
      depth_(depth),
      asked_(digest) {
  ask_manifest(Stage::kManifest, digest);
}

void DigestConfirmation::ask_manifest(Stage stage, const Digest& digest) {
  stage_ = stage;
  asked_ = digest;
  fetch_.emplace(access_,
                 Question{"confirm",
                          "GET",
                          manifest_url(access_.origin, access_.repository, digest.get()),
                          {{"Accept", accept_manifests()}, {"Accept-Encoding", "identity"}},
                          kMaxManifestBytes});
}

void DigestConfirmation::ask_config(Stage stage, const Digest& digest) {
  stage_ = stage;
  asked_ = digest;
  fetch_.emplace(access_, Question{"confirm",
                                   "GET",
                                   blob_url(access_.origin, access_.repository, digest),
                                   {{"Accept-Encoding", "identity"}},
                                   kMaxConfigBytes});
}

std::variant<HttpRequest, ConfirmOutcome> DigestConfirmation::next_request(RegistryMemory& memory,
                                                                           TimePoint now) {
  while (!outcome_) {
    if (base_) {
      auto next = base_->next_request(memory, now);
      if (auto* request = std::get_if<HttpRequest>(&next)) return std::move(*request);
      judge_base(std::get<BaseOutcome>(next));
      continue;
    }
    auto next = fetch_->next_request(memory, now);
    if (auto* request = std::get_if<HttpRequest>(&next)) return std::move(*request);
    judge(std::get<FetchResult>(next), now);
  }
  auto* good = std::get_if<Confirmed>(&*outcome_);
  const bool judged = good != nullptr && good->created && depth_ != ConfirmDepth::kDate;
  if (judged && *good->created > now + kFutureAllowed) {
    good->created.reset();
  }
  return *outcome_;
}

void DigestConfirmation::fold(const Result<HttpResponse>& reply, RegistryMemory& memory,
                              TimePoint now) {
  if (outcome_) return;
  if (base_) {
    base_->fold(reply, memory, now);
  } else {
    fetch_->fold(reply, memory, now);
  }
}

void DigestConfirmation::judge(const FetchResult& result, TimePoint now) {
  if (stage_ == Stage::kConfig) {
    judge_config(result);
  } else if (stage_ == Stage::kOtherChild || stage_ == Stage::kOtherConfig) {
    judge_other(result);
  } else if (const auto manifest = read_manifest(result, now)) {
    if (stage_ == Stage::kManifest) {
      go_on_from_manifest(*manifest);
    } else {
      go_on_from_child(*manifest);
    }
  }
}

// The manifest, or nullopt after having failed.
std::optional<Manifest> DigestConfirmation::read_manifest(const FetchResult& result,
                                                          TimePoint now) {
  if (const auto* failure = std::get_if<RegistryFailure>(&result)) {
    outcome_ = *failure;
    return std::nullopt;
  }
  const auto& response = std::get<HttpResponse>(result);
  if (!is_document(response.status)) {
    auto failure = failure_of_answer("confirm", what(), response, now);
    if (response.status == 404) {
      failure.kind = stage_ == Stage::kManifest ? missing_ : RegistryFailureKind::kInconsistent;
    }
    outcome_ = std::move(failure);
    return std::nullopt;
  }
  const auto header = digest_header(response);
  const bool header_holds = header && (!*header || has_digest(response.body, **header));
  if (!header_holds || !has_digest(response.body, asked_)) {
    fail(RegistryFailureKind::kInconsistent, "what came has another digest");
    return std::nullopt;
  }
  auto manifest =
      parse_manifest(response.body, find_header(response.headers, "Content-Type").value_or(""));
  if (!manifest) {
    fail(RegistryFailureKind::kNotAnImage, manifest.error().message);
    return std::nullopt;
  }
  if (stage_ == Stage::kManifest) confirmed_.pushed = push_time(response, now);
  return *manifest;
}

void DigestConfirmation::go_on_from_manifest(const Manifest& manifest) {
  confirmed_.media_type = manifest.media_type;
  confirmed_.platforms = manifest.platforms;
  confirmed_.created = manifest.created;
  confirmed_.layer_bytes = manifest.layer_bytes;
  confirmed_.origin = manifest.origin;
  (manifest.config ? image_origin_ : index_origin_) = manifest.origin;
  for (const IndexImage& image : manifest.images) {
    if (image.digest != manifest.child) others_.push_back(image.digest);
  }
  const bool is_enough = depth_ == ConfirmDepth::kDate && manifest.created;
  if (manifest.config) {
    ask_config(Stage::kConfig, *manifest.config);
  } else if (manifest.child && !is_enough) {
    ask_manifest(Stage::kChild, *manifest.child);
  } else {
    done();
  }
}

void DigestConfirmation::go_on_from_child(const Manifest& child) {
  if (!confirmed_.created) confirmed_.created = child.created;
  confirmed_.layer_bytes = child.layer_bytes;
  image_origin_ = child.origin;
  fill_in(confirmed_.origin, child.origin);
  const bool is_enough = depth_ == ConfirmDepth::kDate && confirmed_.created;
  if (child.config && !is_enough) {
    ask_config(Stage::kConfig, *child.config);
  } else {
    done();
  }
}

void DigestConfirmation::judge_config(const FetchResult& result) {
  const auto* response = std::get_if<HttpResponse>(&result);
  if (response == nullptr || response->status == 429 || response->status >= 500) {
    confirmed_.may_tell_later = true;
  } else if (response->status == 200 && has_digest(response->body, asked_)) {
    const auto config = parse_image_config(response->body);
    if (!confirmed_.created) confirmed_.created = config.created;
    fill_in(confirmed_.origin, config.origin);
    if (confirmed_.platforms.empty() && config.platform) {
      confirmed_.platforms.push_back(*config.platform);
    }
    note_image(response->body, config.origin);
    if (depth_ != ConfirmDepth::kDate) return go_on_with_content(config.content);
  }
  done();
}

// The content of one image is told; "" ends it, as there is none of the whole then.
void DigestConfirmation::go_on_with_content(const std::string& content) {
  contents_.push_back(content);
  const bool all = !content.empty() && others_.size() < kMaxContentImages;
  if (all && !others_.empty()) {
    const Digest next = others_.back();
    others_.pop_back();
    return ask_manifest(Stage::kOtherChild, next);
  }
  if (all) {
    std::ranges::sort(contents_);
    confirmed_.content = contents_.size() == 1 ? content : sha256_hex(join(contents_, " "));
    if (depth_ == ConfirmDepth::kWithBases) return go_on_with_bases();
  }
  done();
}

void DigestConfirmation::judge_other(const FetchResult& result) {
  const auto* response = std::get_if<HttpResponse>(&result);
  const bool read =
      response != nullptr && response->status == 200 && has_digest(response->body, asked_);
  if (!read) return go_on_with_content("");
  if (stage_ == Stage::kOtherConfig) {
    const auto config = parse_image_config(response->body);
    note_image(response->body, config.origin);
    return go_on_with_content(config.content);
  }
  const auto child =
      parse_manifest(response->body, find_header(response->headers, "Content-Type").value_or(""));
  if (!child || !child->config) return go_on_with_content("");
  image_origin_ = child->origin;
  ask_config(Stage::kOtherConfig, *child->config);
}

void DigestConfirmation::note_image(std::string_view config, const ImageOrigin& labels) {
  if (depth_ != ConfirmDepth::kWithBases) return;
  auto parts = parse_image_parts(config);
  if (!parts) return leave_application_untold(parts.error().message);
  based_.push_back({*std::move(parts), stated_base(image_origin_, index_origin_, labels)});
}

void DigestConfirmation::go_on_with_bases() {
  if (!confirmed_.application.untold.empty()) return done();
  if (applications_.size() < based_.size()) {
    const BasedImage& next = based_[applications_.size()];
    base_.emplace(access_, next.base, next.parts.platform);
    return;
  }
  std::ranges::sort(applications_);
  confirmed_.application.content = sha256_hex(join(applications_, " "));
  done();
}

void DigestConfirmation::judge_base(const BaseOutcome& outcome) {
  const auto* base = std::get_if<BaseRead>(&outcome);
  if (base == nullptr) {
    const auto& unread = std::get<BaseUnread>(outcome);
    if (unread.passing) confirmed_.may_tell_later = true;
    leave_application_untold(unread.sentence);
    return done();
  }
  auto application = application_of(based_[applications_.size()].parts, base->parts, base->name);
  if (application) {
    applications_.push_back(*std::move(application));
  } else {
    leave_application_untold(application.error().message);
  }
  go_on_with_bases();
}

void DigestConfirmation::leave_application_untold(const std::string& why) {
  confirmed_.application.untold = printable(why, kMaxUntoldBytes);
}

void DigestConfirmation::done() {
  const bool asked = depth_ == ConfirmDepth::kWithBases;
  if (asked && confirmed_.application == ImageApplication{}) {
    leave_application_untold("not all of its images could be read");
  }
  outcome_ = confirmed_;
}

void DigestConfirmation::fail(RegistryFailureKind kind, const std::string& message) {
  outcome_ = RegistryFailure{kind, "confirm", what() + ": " + message, std::nullopt};
}

std::string DigestConfirmation::what() const {
  return "GET " + host_and_port(access_.origin) + "/v2/" + access_.repository + "/manifests/" +
         asked_.get();
}

}  // namespace freshet

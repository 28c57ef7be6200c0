// HEAD, its fallback, and what each answer means for a tag.
#include "controller/registry/check.h"

#include <algorithm>

#include "base/text.h"

namespace freshet {
namespace {

std::string etag_of(const HttpResponse& response) {
  const auto etag = find_header(response.headers, "ETag");
  const bool usable = etag && etag->size() <= kMaxEtagBytes && !has_control_characters(*etag);
  return usable ? *etag : "";
}

// 400, 403 (also of a presigned URL that is good for GET only), 405 and most 5xx are said of HEAD
// rather than of the tag; a server that asks to wait is left alone.
bool head_may_be_to_blame(const HttpResponse& response, TimePoint now) {
  if (response.status >= 500) return !retry_after(response.headers, now);
  return response.status == 400 || response.status == 403 || response.status == 405;
}

}  // namespace

Result<std::optional<Digest>> digest_header(const HttpResponse& response) {
  std::optional<Digest> digest;
  for (const auto& text : find_headers(response.headers, "Docker-Content-Digest")) {
    if (text.empty()) continue;
    auto parsed = Digest::parse(text);
    if (!parsed) return bad_input("the Docker-Content-Digest header is malformed");
    if (digest && *digest != *parsed) {
      return bad_input("two different Docker-Content-Digest headers");
    }
    digest = std::move(*parsed);
  }
  return digest;
}

TagCheck::TagCheck(RegistryAccess access, ImageTag tag, LastSeen last, const RegistryMemory& memory,
                   TimePoint now)
    : access_(std::move(access)),
      tag_(std::move(tag)),
      last_(std::move(last)),
      conditional_(!last_.etag.empty() && last_.digest),
      getting_(memory.head_unusable(host_and_port(access_.origin), now)),
      fetch_(ask(getting_ ? "GET" : "HEAD")) {}

RegistryFetch TagCheck::ask(const std::string& method) const {
  Question question{step(),
                    method,
                    manifest_url(access_.origin, access_.repository, tag_.get()),
                    {{"Accept", accept_manifests()}, {"Accept-Encoding", "identity"}},
                    method == "GET" ? kMaxManifestBytes : kMaxErrorAnswerBytes};
  if (conditional_) question.headers.push_back({"If-None-Match", last_.etag});
  return RegistryFetch(access_, std::move(question));
}

std::variant<HttpRequest, CheckOutcome> TagCheck::next_request(RegistryMemory& memory,
                                                               TimePoint now) {
  while (!outcome_) {
    auto next = fetch_.next_request(memory, now);
    if (auto* request = std::get_if<HttpRequest>(&next)) return std::move(*request);
    const auto& result = std::get<FetchResult>(next);
    if (const auto* failure = std::get_if<RegistryFailure>(&result)) {
      outcome_ = *failure;
    } else if (const auto& response = std::get<HttpResponse>(result); getting_) {
      judge_get(response, memory, now);
    } else {
      judge_head(response, now);
    }
  }
  return *outcome_;
}

void TagCheck::fold(const Result<HttpResponse>& reply, RegistryMemory& memory, TimePoint now) {
  if (!outcome_) fetch_.fold(reply, memory, now);
}

void TagCheck::fall_back_to_get(bool blame_head) {
  getting_ = true;
  head_is_to_blame_ = blame_head;
  fetch_ = ask("GET");
}

void TagCheck::judge_head(const HttpResponse& response, TimePoint now) {
  if (response.status == 304) {
    judge_not_modified(response);
  } else if (is_document(response.status)) {
    const auto digest = digest_header(response);
    const auto type = media_type_of(find_header(response.headers, "Content-Type").value_or(""));
    if (!digest) {
      inconsistent(digest.error().message);
    } else if (*digest && is_manifest_type(type)) {
      outcome_ = Found{**digest, type, etag_of(response)};
    } else {
      fall_back_to_get(!*digest);
    }
  } else if (head_may_be_to_blame(response, now)) {
    fall_back_to_get(response.status < 500);
  } else {
    judge_refusal(response, now);
  }
}

void TagCheck::judge_get(const HttpResponse& response, RegistryMemory& memory, TimePoint now) {
  if (response.status == 304) {
    judge_not_modified(response);
    if (outcome_ && std::holds_alternative<Unchanged>(*outcome_)) blame_head(memory, now);
    return;
  }
  if (!is_document(response.status)) {
    judge_refusal(response, now);
    return;
  }
  const auto type = find_header(response.headers, "Content-Type").value_or("");
  const auto manifest = parse_manifest(response.body, type);
  if (!manifest) {
    outcome_ = RegistryFailure{RegistryFailureKind::kNotAnImage, step(),
                               what() + ": " + manifest.error().message, std::nullopt};
    return;
  }
  const auto header = digest_header(response);
  if (!header) {
    inconsistent(header.error().message);
    return;
  }
  // Of the bytes and the header, the bytes are what a later pull by digest gets.
  const bool header_holds = *header && has_digest(response.body, **header);
  const auto digest =
      header_holds ? **header : *Digest::parse("sha256:" + sha256_hex(response.body));
  blame_head(memory, now);
  outcome_ = Found{digest, manifest->media_type, etag_of(response)};
}

// Where HEAD could not tell what GET has told.
void TagCheck::blame_head(RegistryMemory& memory, TimePoint now) const {
  if (head_is_to_blame_) memory.remember_head_unusable(host_and_port(access_.origin), now);
}

// 304 carries no digest; where it does, it must be the one we know. One that was not asked for is
// a broken cache's: asked once more without the condition, with GET.
void TagCheck::judge_not_modified(const HttpResponse& response) {
  const auto digest = digest_header(response);
  const bool agrees = digest && (!*digest || **digest == last_.digest);
  if (conditional_ && agrees) {
    outcome_ = Unchanged{};
  } else if (getting_ && !conditional_) {
    inconsistent("HTTP 304, which was not asked for");
  } else {
    conditional_ = false;
    fall_back_to_get(false);
  }
}

void TagCheck::judge_refusal(const HttpResponse& response, TimePoint now) {
  auto failure = failure_of_answer(step(), what(), response, now);
  if (response.status == 404) {
    outcome_ = NotFound{std::move(failure.message)};
  } else {
    outcome_ = std::move(failure);
  }
}

void TagCheck::inconsistent(std::string message) {
  outcome_ = RegistryFailure{RegistryFailureKind::kInconsistent, step(), what() + ": " + message,
                             std::nullopt};
}

std::string TagCheck::what() const {
  const auto url = parse_url(manifest_url(access_.origin, access_.repository, tag_.get()));
  return std::string(getting_ ? "GET " : "HEAD ") + host_and_port(access_.origin) +
         (url ? url->target : "");
}

}  // namespace freshet

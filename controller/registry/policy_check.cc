// From a policy to a tag.
#include "controller/registry/policy_check.h"

#include <algorithm>

#include "base/overloaded.h"

namespace freshet {
namespace {

RegistryFailure policy_failure(RegistryFailureKind kind, const std::string& message) {
  return {kind, "policy", message, std::nullopt};
}

}  // namespace

TagChoice choose_tag(const FollowSpec& policy, const std::vector<ImageTag>& tags) {
  auto matching = matching_tags(policy, tags);
  if (!matching) {
    return policy_failure(RegistryFailureKind::kRefused,
                          to_string(policy) + ": " + matching.error().message);
  }
  if (matching->empty()) {
    return policy_failure(
        RegistryFailureKind::kNoMatch,
        "none of the " + std::to_string(tags.size()) + " tags is one of " + to_string(policy));
  }
  if (!policy.semver.empty() || policy.order != TagOrder::kCreated) {
    return std::move(matching->front());
  }
  if (matching->size() > kMaxDatedTags) {
    return policy_failure(RegistryFailureKind::kRefused,
                          std::to_string(matching->size()) + " tags match " + to_string(policy) +
                              ", and the images of at most " + std::to_string(kMaxDatedTags) +
                              " are asked for their date: narrow the pattern");
  }
  return std::move(*matching);
}

PolicyCheck::PolicyCheck(RegistryAccess access, FollowSpec policy)
    : access_(std::move(access)), policy_(std::move(policy)), list_(access_) {}

std::variant<HttpRequest, PolicyOutcome> PolicyCheck::next_request(RegistryMemory& memory,
                                                                   TimePoint now) {
  if (!outcome_ && !dates_) {
    auto next = list_.next_request(memory, now);
    if (auto* request = std::get_if<HttpRequest>(&next)) return std::move(*request);
    judge(std::get<TagListOutcome>(next));
  }
  if (!outcome_) {
    auto next = dates_->next_request(memory, now);
    if (auto* request = std::get_if<HttpRequest>(&next)) return std::move(*request);
    judge(std::get<TagDatesOutcome>(next));
  }
  return *outcome_;
}

void PolicyCheck::fold(const Result<HttpResponse>& reply, RegistryMemory& memory, TimePoint now) {
  if (outcome_) return;
  if (dates_) {
    dates_->fold(reply, memory, now);
  } else {
    list_.fold(reply, memory, now);
  }
}

void PolicyCheck::judge(const TagListOutcome& outcome) {
  const auto take = [this](const std::vector<ImageTag>& tags) {
    std::visit(overloaded{
                   [this](const ImageTag& tag) { outcome_ = tag; },
                   [this](const std::vector<ImageTag>& many) { dates_.emplace(access_, many); },
                   [this](const RegistryFailure& failure) { outcome_ = failure; },
               },
               choose_tag(policy_, tags));
  };
  std::visit(overloaded{
                 take,
                 [this](const NotFound& missing) { outcome_ = missing; },
                 [this](const RegistryFailure& failure) { outcome_ = failure; },
             },
             outcome);
}

void PolicyCheck::judge(const TagDatesOutcome& outcome) {
  if (const auto* failure = std::get_if<RegistryFailure>(&outcome)) {
    outcome_ = *failure;
    return;
  }
  const auto& tags = std::get<std::vector<DatedTag>>(outcome);
  const auto undated = std::ranges::find_if(tags, [](const DatedTag& tag) { return !tag.created; });
  if (undated == tags.end()) {
    outcome_ = *youngest(tags);
  } else {
    outcome_ =
        policy_failure(RegistryFailureKind::kNoMatch,
                       "the image of " + undated->tag.get() + ", one of " + to_string(policy_) +
                           ", does not tell when it was made, so it may be the newest or not: "
                           "choose by number or name, or narrow the pattern");
  }
}

}  // namespace freshet

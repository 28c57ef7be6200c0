// Choose, check, then confirm where the digest is new.
#include "controller/registry/resolution.h"

#include "base/overloaded.h"

namespace freshet {

Resolution::Resolution(ResolutionTarget target, std::shared_ptr<const RegistryOptions> options,
                       const RegistryMemory& memory, TimePoint now)
    : target_(std::move(target)) {
  auto origin = api_origin(target_.reference, *options);
  if (!origin) {
    outcome_ = RegistryFailure{RegistryFailureKind::kRefused, "head", origin.error().message,
                               std::nullopt};
    return;
  }
  access_ =
      RegistryAccess{std::move(*origin), target_.reference.repository, target_.credential, options,
                     options->timeout,   now + options->timeout};
  if (target_.follow) {
    RegistryAccess choosing = access_;
    choosing.timeout = options->list_timeout;
    choosing.deadline = now + options->list_timeout;
    policy_.emplace(std::move(choosing), *target_.follow);
  } else if (target_.reference.digest) {
    confirmation_.emplace(access_, *target_.reference.digest, RegistryFailureKind::kNotFound,
                          depth());
  } else {
    check_.emplace(access_, target_.reference.tag.value_or(ImageTag("latest")), target_.last,
                   memory, now);
  }
}

std::variant<HttpRequest, ResolutionOutcome> Resolution::next_request(RegistryMemory& memory,
                                                                      TimePoint now) {
  if (!outcome_ && policy_ && !check_) {
    auto next = policy_->next_request(memory, now);
    if (auto* request = std::get_if<HttpRequest>(&next)) return std::move(*request);
    judge(std::get<PolicyOutcome>(next), memory, now);
  }
  if (!outcome_ && !confirmation_) {
    auto next = check_->next_request(memory, now);
    if (auto* request = std::get_if<HttpRequest>(&next)) return std::move(*request);
    judge(std::get<CheckOutcome>(next));
  }
  if (!outcome_) {
    auto next = confirmation_->next_request(memory, now);
    if (auto* request = std::get_if<HttpRequest>(&next)) return std::move(*request);
    std::visit(overloaded{
                   [&](const Confirmed& image) {
                     outcome_ = Resolved{image, etag_, chosen_};
                   },
                   [&](const RegistryFailure& failure) { outcome_ = failure; },
               },
               std::get<ConfirmOutcome>(next));
  }
  return *outcome_;
}

void Resolution::fold(const Result<HttpResponse>& reply, RegistryMemory& memory, TimePoint now) {
  if (outcome_) return;
  if (confirmation_) {
    confirmation_->fold(reply, memory, now);
  } else if (check_) {
    check_->fold(reply, memory, now);
  } else {
    policy_->fold(reply, memory, now);
  }
}

void Resolution::judge(const PolicyOutcome& outcome, const RegistryMemory& memory, TimePoint now) {
  std::visit(overloaded{
                 [&](const ImageTag& tag) {
                   chosen_ = tag;
                   LastSeen last = target_.last;
                   if (target_.last_tag != tag) last.etag.clear();  // it is of another question
                   access_.deadline = now + access_.timeout;
                   check_.emplace(access_, tag, std::move(last), memory, now);
                 },
                 [&](const NotFound& missing) { outcome_ = missing; },
                 [&](const RegistryFailure& failure) { outcome_ = failure; },
             },
             outcome);
}

void Resolution::judge(const CheckOutcome& outcome) {
  std::visit(overloaded{
                 [&](const Unchanged&) {
                   if (target_.confirm_again) {
                     confirm(*target_.last.digest, target_.last.etag);
                   } else {
                     outcome_ = SameAsBefore{target_.last.etag, chosen_};
                   }
                 },
                 [&](const Found& found) {
                   if (found.digest == target_.last.digest && !target_.confirm_again) {
                     outcome_ = SameAsBefore{found.etag, chosen_};
                   } else {
                     confirm(found.digest, found.etag);
                   }
                 },
                 [&](const NotFound& missing) { outcome_ = missing; },
                 [&](const RegistryFailure& failure) { outcome_ = failure; },
             },
             outcome);
}

void Resolution::confirm(const Digest& digest, std::string etag) {
  etag_ = std::move(etag);
  confirmation_.emplace(access_, digest, RegistryFailureKind::kInconsistent, depth());
}

}  // namespace freshet

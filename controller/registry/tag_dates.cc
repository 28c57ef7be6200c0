// One tag after the other: its digest, and the date of a digest that is new here.
#include "controller/registry/tag_dates.h"

#include "base/overloaded.h"

namespace freshet {

TagDates::TagDates(RegistryAccess access, std::vector<ImageTag> tags)
    : access_(std::move(access)), tags_(std::move(tags)) {}

std::variant<HttpRequest, TagDatesOutcome> TagDates::next_request(RegistryMemory& memory,
                                                                  TimePoint now) {
  while (!failure_ && dated_.size() < tags_.size()) {
    if (confirmation_) {
      auto next = confirmation_->next_request(memory, now);
      if (auto* request = std::get_if<HttpRequest>(&next)) return std::move(*request);
      judge(std::get<ConfirmOutcome>(next), memory, now);
      continue;
    }
    if (!check_) check_.emplace(access_, tags_[dated_.size()], LastSeen{}, memory, now);
    auto next = check_->next_request(memory, now);
    if (auto* request = std::get_if<HttpRequest>(&next)) return std::move(*request);
    judge(std::get<CheckOutcome>(next), memory);
  }
  if (failure_) return TagDatesOutcome(*failure_);
  return TagDatesOutcome(dated_);
}

void TagDates::fold(const Result<HttpResponse>& reply, RegistryMemory& memory, TimePoint now) {
  if (confirmation_) {
    confirmation_->fold(reply, memory, now);
  } else if (check_) {
    check_->fold(reply, memory, now);
  }
}

void TagDates::judge(const CheckOutcome& outcome, const RegistryMemory& memory) {
  const auto inconsistent = [this](const std::string& message) {
    failure_ = RegistryFailure{RegistryFailureKind::kInconsistent, "policy", message, std::nullopt};
  };
  std::visit(overloaded{
                 [&](const Unchanged&) { inconsistent("an answer to a question not asked"); },
                 [&](const Found& found) {
                   if (const auto* known = memory.created(found.digest)) {
                     next_tag(*known);
                   } else {
                     confirmation_.emplace(access_, found.digest,
                                           RegistryFailureKind::kInconsistent, ConfirmDepth::kDate);
                   }
                 },
                 [&](const NotFound& missing) {
                   inconsistent(missing.message + ", though the tag is listed");
                 },
                 [&](const RegistryFailure& failure) { failure_ = failure; },
             },
             outcome);
}

void TagDates::judge(const ConfirmOutcome& outcome, RegistryMemory& memory, TimePoint now) {
  if (const auto* failure = std::get_if<RegistryFailure>(&outcome)) {
    failure_ = *failure;
    return;
  }
  const auto& image = std::get<Confirmed>(outcome);
  if (image.may_tell_later && !image.created) {
    failure_ = RegistryFailure{RegistryFailureKind::kUnreachable, "policy",
                               "when the image of tag " + tags_[dated_.size()].get() +
                                   " was made could not be read just now",
                               std::nullopt};
    return;
  }
  // A date that lies ahead is one later: not remembered.
  const bool lies_ahead = image.created && *image.created > now + kFutureAllowed;
  const auto date = image.created && !lies_ahead ? image.created : image.pushed;
  if (!lies_ahead) memory.remember_created(image.digest, date);
  next_tag(date);
}

void TagDates::next_tag(std::optional<TimePoint> created) {
  dated_.push_back({tags_[dated_.size()], created});
  check_.reset();
  confirmation_.reset();
}

}  // namespace freshet

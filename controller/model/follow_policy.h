// Which of a repository's tags a policy follows, and which of two tags is the older. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "config/tracked_service.h"
#include "controller/model/image_reference.h"
#include "controller/model/names.h"

namespace freshet {

inline constexpr std::size_t kMaxDatedTags = 50;  // whose images are asked for their date

std::string to_string(const FollowSpec& policy);  // "semver ~1.4", "pattern ^v1-.* (Created)"

// What is followed, for keys and people: "ghcr.io/acme/app:1.4", "ghcr.io/acme/app semver ~1.4".
std::string followed_name(const ImageReference& reference, const std::optional<FollowSpec>& policy);

// The tags that the policy follows, the newest first; tags of equal rank by name. With order
// Created the dates decide afterwards: here by name. kBadInput for a policy that config refuses.
Result<std::vector<ImageTag>> matching_tags(const FollowSpec& policy, std::vector<ImageTag> tags);

struct DatedTag {
  ImageTag tag;
  std::optional<TimePoint> created;  // nullopt: its image does not tell
  bool operator==(const DatedTag&) const = default;
};
// The youngest; of equal ones the first. nullopt if none tells its date.
std::optional<ImageTag> youngest(const std::vector<DatedTag>& tags);

// The policy's order says that `tag` is older than `other`. False where it cannot compare them:
// one does not match, or dates decide. Versions are compared also outside of the range.
bool is_older_tag(const FollowSpec& policy, const ImageTag& tag, const ImageTag& other);

}  // namespace freshet

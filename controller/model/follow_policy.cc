// Tags get a rank; ranks compare.
#include "controller/model/follow_policy.h"

#include <algorithm>
#include <array>

#include "base/semver_range.h"
#include "config/tag_pattern.h"

namespace freshet {
namespace {

// A version; or the digits of a number, which its length orders first; or text.
struct TagRank {
  SemVer version;
  std::size_t digits = 0;
  std::string text;
  auto operator<=>(const TagRank&) const = default;
};

struct PolicyReader {
  std::optional<SemVerRange> range;
  std::optional<TagPattern> pattern;
  TagOrder order = TagOrder::kNumerical;
};

Result<PolicyReader> read_policy(const FollowSpec& policy) {
  PolicyReader out;
  out.order = policy.order;
  if (!policy.semver.empty()) {
    auto range = parse_semver_range(policy.semver);
    if (!range) return range.error();
    out.range = std::move(*range);
    return out;
  }
  auto pattern = TagPattern::parse(policy.pattern);
  if (!pattern) return pattern.error();
  out.pattern = std::move(*pattern);
  return out;
}

std::optional<TagRank> rank_by_pattern(const PolicyReader& policy, const ImageTag& tag) {
  auto part = policy.pattern->ordered_part(tag.get());
  if (!part || policy.order == TagOrder::kCreated) {
    return part ? std::optional<TagRank>(TagRank{}) : std::nullopt;
  }
  if (policy.order == TagOrder::kAlphabetical) return TagRank{{}, 0, std::move(*part)};
  if (part->empty() || part->find_first_not_of("0123456789") != std::string::npos) {
    return std::nullopt;
  }
  part->erase(0, part->find_first_not_of('0'));
  const std::size_t digits = part->size();
  return TagRank{{}, digits, std::move(*part)};
}

std::optional<TagRank> rank_of(const PolicyReader& policy, const ImageTag& tag) {
  if (policy.pattern) return rank_by_pattern(policy, tag);
  auto version = parse_semver(tag.get());
  if (!version) return std::nullopt;
  return TagRank{std::move(*version), 0, ""};
}

bool is_followed(const PolicyReader& policy, const TagRank& rank) {
  return !policy.range || policy.range->contains(rank.version);
}

}  // namespace

std::string to_string(const FollowSpec& policy) {
  constexpr std::array kOrders = {"Numerical", "Alphabetical", "Created"};
  if (!policy.semver.empty()) return "semver " + policy.semver;
  return "pattern " + policy.pattern + " (" + kOrders.at(static_cast<std::size_t>(policy.order)) +
         ")";
}

std::string followed_name(const ImageReference& reference,
                          const std::optional<FollowSpec>& policy) {
  ImageReference followed = reference;
  followed.digest.reset();
  if (!policy) return to_string(followed);
  followed.tag.reset();
  return to_string(followed) + " " + to_string(*policy);
}

Result<std::vector<ImageTag>> matching_tags(const FollowSpec& policy, std::vector<ImageTag> tags) {
  const auto reader = read_policy(policy);
  if (!reader) return reader.error();
  std::vector<std::pair<TagRank, ImageTag>> ranked;
  for (ImageTag& tag : tags) {
    auto rank = rank_of(*reader, tag);
    if (rank && is_followed(*reader, *rank)) ranked.emplace_back(std::move(*rank), std::move(tag));
  }
  std::ranges::sort(ranked, std::ranges::greater());
  std::vector<ImageTag> out;
  for (auto& [rank, tag] : ranked) out.push_back(std::move(tag));
  return out;
}

std::optional<ImageTag> youngest(const std::vector<DatedTag>& tags) {
  const DatedTag* best = nullptr;
  for (const DatedTag& each : tags) {
    if (!each.created) continue;
    if (best == nullptr || *each.created > *best->created) best = &each;
  }
  if (best == nullptr) return std::nullopt;
  return best->tag;
}

bool is_older_tag(const FollowSpec& policy, const ImageTag& tag, const ImageTag& other) {
  const auto reader = read_policy(policy);
  if (!reader) return false;
  const auto rank = rank_of(*reader, tag);
  const auto other_rank = rank_of(*reader, other);
  return rank && other_rank && *rank < *other_rank;
}

}  // namespace freshet

// Pages of a tag list, one after the other.
#include "controller/registry/tag_list.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/json.h"
#include "base/text.h"
#include "controller/model/image_reference.h"

namespace freshet {
namespace {

// Statuses that registries have answered to a page longer than they give.
bool length_may_be_to_blame(int status) {
  return status == 400 || status == 405 || status == 416 || status == 422;
}

// RFC 8288: <url>; rel="next"; other links and parameters may stand around it.
std::optional<std::string> next_link(const HttpHeaders& headers) {
  for (const std::string& header : find_headers(headers, "Link")) {
    for (std::string_view rest = header; !rest.empty();) {
      const auto open = rest.find('<');
      const auto close = rest.find('>');
      if (open == std::string_view::npos || close == std::string_view::npos || close < open) break;
      const auto end = std::min(rest.find('<', close), rest.size());
      for (const auto& parameter : split(rest.substr(close + 1, end - close - 1), ';')) {
        std::string value = to_lower(trim(parameter));
        if (value.ends_with(',')) value.pop_back();
        std::erase_if(value, [](char c) { return c == '"' || c == ' '; });
        if (value == "rel=next") return std::string(rest.substr(open + 1, close - open - 1));
      }
      rest.remove_prefix(end);
    }
  }
  return std::nullopt;
}

}  // namespace

bool is_noise_tag(std::string_view tag) {
  constexpr std::string_view kPrefix = "sha256-";
  constexpr std::array<std::string_view, 4> kEndings = {"", ".sig", ".att", ".sbom"};
  if (!tag.starts_with(kPrefix)) return false;
  tag.remove_prefix(kPrefix.size());
  const auto hex = std::min(tag.find_first_not_of("0123456789abcdef"), tag.size());
  return hex == 64 && std::ranges::find(kEndings, tag.substr(hex)) != kEndings.end();
}

TagList::TagList(RegistryAccess access, int page_size) : access_(std::move(access)) {
  ask(tags_url(access_.origin, access_.repository, page_size));
}

void TagList::ask(std::string url) {
  url_ = std::move(url);
  asked_.insert(url_);
  fetch_.emplace(access_,
                 Question{"tags", "GET", url_, {{"Accept", "application/json"}}, kMaxTagPageBytes});
}

std::variant<HttpRequest, TagListOutcome> TagList::next_request(RegistryMemory& memory,
                                                                TimePoint now) {
  while (!outcome_) {
    auto next = fetch_->next_request(memory, now);
    if (auto* request = std::get_if<HttpRequest>(&next)) return std::move(*request);
    auto& result = std::get<FetchResult>(next);
    if (auto* failure = std::get_if<RegistryFailure>(&result)) {
      outcome_ = std::move(*failure);
    } else {
      judge(std::get<HttpResponse>(result), now);
    }
  }
  return *outcome_;
}

void TagList::fold(const Result<HttpResponse>& reply, RegistryMemory& memory, TimePoint now) {
  if (!outcome_) fetch_->fold(reply, memory, now);
}

void TagList::judge(const HttpResponse& response, TimePoint now) {
  if (response.status != 200) {
    judge_refusal(response, now);
  } else if (read_tags(response)) {
    go_on(response);
  }
}

void TagList::judge_refusal(const HttpResponse& response, TimePoint now) {
  const bool first = asked_.size() == 1;
  if (first && length_may_be_to_blame(response.status) && page_size_ + 1 < kTagPageSizes.size()) {
    ++page_size_;
    asked_.clear();
    ask(tags_url(access_.origin, access_.repository, kTagPageSizes[page_size_]));
    return;
  }
  auto failure = failure_of_answer("tags", what(), response, now);
  if (first && response.status == 404) {
    outcome_ = NotFound{std::move(failure.message)};
  } else {
    outcome_ = std::move(failure);
  }
}

// False after having failed.
bool TagList::read_tags(const HttpResponse& response) {
  const auto page = parse_json(response.body, kMaxTagPageBytes);
  if (!page || !page->is_object() || !page->contains("tags")) {
    fail(RegistryFailureKind::kInconsistent, "what came is no tag list");
    return false;
  }
  const Json& tags = at_path(*page, {"tags"});
  if (tags.is_null()) return true;  // of a repository whose tags are all gone
  const auto is_text = [](const Json& tag) { return tag.is_string(); };
  if (!tags.is_array() || !std::ranges::all_of(tags, is_text)) {
    fail(RegistryFailureKind::kInconsistent, "what came is no tag list");
    return false;
  }
  for (const Json& tag : tags) {
    const auto& name = tag.get_ref<const std::string&>();
    // What cannot be written behind a ':' cannot be followed.
    if (is_image_tag(name) && !is_noise_tag(name)) tags_.insert(name);
  }
  if (tags_.size() <= kMaxTags) return true;
  fail(RegistryFailureKind::kRefused, "more than " + std::to_string(kMaxTags) + " tags");
  return false;
}

void TagList::go_on(const HttpResponse& response) {
  const auto link = next_link(response.headers);
  if (!link) {
    outcome_ = std::vector<ImageTag>(tags_.begin(), tags_.end());
    return;
  }
  const auto from = parse_url(url_);
  const auto next = redirect_target(*from, *link, *access_.options);
  if (!next || !same_origin(*next, access_.origin)) {
    fail(RegistryFailureKind::kRefused, "its next page is said to be somewhere else");
  } else if (asked_.contains(to_string(*next))) {
    fail(RegistryFailureKind::kInconsistent, "its next page is one that was read already");
  } else if (asked_.size() >= static_cast<std::size_t>(kMaxTagPages)) {
    fail(RegistryFailureKind::kRefused,
         "more than " + std::to_string(kMaxTagPages) + " pages of tags");
  } else {
    ask(to_string(*next));
  }
}

void TagList::fail(RegistryFailureKind kind, const std::string& message) {
  outcome_ = RegistryFailure{kind, "tags", what() + ": " + message, std::nullopt};
}

std::string TagList::what() const {
  return "page " + std::to_string(asked_.size()) + " of the tags of " +
         host_and_port(access_.origin) + "/" + access_.repository;
}

}  // namespace freshet

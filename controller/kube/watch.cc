// List, then watch, of one kind.
#include "controller/kube/watch.h"

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/overloaded.h"
#include "base/relapse.h"
#include "base/text.h"
#include "controller/kube/client.h"
#include "controller/kube/errors.h"

namespace freshet {
namespace {

constexpr std::size_t kDepthInPage = 3;           // {"items":[{…}]}
constexpr Duration kListAfter = minutes(1);       // of failing
constexpr Duration kLongestSilence = minutes(2);  // a server sends a bookmark about each minute

// Comparable within one kind: KEP-5504.
std::int64_t version_number(const std::string& version) { return parse_whole(version).value_or(0); }

std::string resource_version_of(const Json& object) {
  return string_or(at_path(object, {"metadata"}), "resourceVersion");
}

std::optional<WatchEvent::Type> type_of(const std::string& type) {
  if (type == "ADDED") return WatchEvent::Type::kAdded;
  if (type == "MODIFIED") return WatchEvent::Type::kModified;
  if (type == "DELETED") return WatchEvent::Type::kDeleted;
  if (type == "BOOKMARK") return WatchEvent::Type::kBookmark;
  return std::nullopt;
}

}  // namespace

std::string object_key(const Json& object) {
  const Json& metadata = at_path(object, {"metadata"});
  const std::string name_space = string_or(metadata, "namespace");
  const std::string name = string_or(metadata, "name");
  return name_space.empty() ? name : name_space + "/" + name;
}

std::int64_t known_until(const WatchEvent& list) {
  return list.went_back ? std::numeric_limits<std::int64_t>::max()
                        : version_number(list.resource_version);
}

std::string Watch::what(std::string_view verb) const {
  return std::string(verb) + " " + options_.path.substr(0, options_.path.find('?'));
}

WatchRequest Watch::next(double random) const {
  WatchRequest request;
  request.not_before = not_before_;
  const auto list = [&](const Listing& listing) {
    request.target = with_query(options_.path, "limit", std::to_string(options_.page_size));
    if (!listing.continue_token.empty()) {
      request.target = with_query(request.target, "continue", listing.continue_token);
    } else if (!listing.not_older_than.empty()) {
      request.target = with_query(request.target, "resourceVersion", listing.not_older_than);
      request.target = with_query(request.target, "resourceVersionMatch", "NotOlderThan");
    }
  };
  const auto stream = [&](const Streaming& streaming) {
    request.is_stream = true;
    request.target = with_query(options_.path, "watch", "1");
    request.target = with_query(request.target, "allowWatchBookmarks", "true");
    request.target = with_query(request.target, "resourceVersion", streaming.resource_version);
    const double lasting = 1.0 + std::clamp(random, 0.0, 1.0);
    const auto asked = std::chrono::ceil<seconds>(options_.server_timeout * lasting);
    request.timeout = asked;
    if (asked > seconds(0)) {
      request.target = with_query(request.target, "timeoutSeconds", std::to_string(asked.count()));
    }
  };
  std::visit(overloaded{list, stream}, state_);
  return request;
}

std::vector<WatchEvent> Watch::on_page(const Result<HttpResponse>& answer, TimePoint now,
                                       double random) {
  Listing& listing = std::get<Listing>(state_);
  if (!answer) {
    // Over a bound: a few huge objects must not hide the others.
    const bool is_large = answer.error().kind == ErrorKind::kRefused;
    if (is_large) options_.page_size = std::max(1, options_.page_size / 8);
    fail(with_context(what("listing"), answer.error()), now, random);
    return {};
  }
  if (answer->status == 200) return take_page(listing, answer->body, now, random);
  const bool at_known_version = !listing.not_older_than.empty();
  const bool in_pages = !listing.continue_token.empty();
  if (answer->status == 410 || is_too_large_resource_version(*answer)) {
    list_again("");                                // only the newest state is left to begin from
    if (at_known_version && !in_pages) return {};  // at once: this was to be expected
  } else if (in_pages && answer->status == 400) {
    list_again("");  // the continue token itself is not accepted
  }
  fail(kube_error(what("listing"), *answer, now), now, random);
  return {};
}

std::vector<WatchEvent> Watch::take_page(Listing& listing, const std::string& body, TimePoint now,
                                         double random) {
  auto page = parse_objects(body, kMaxListPageBytes, kDepthInPage);
  const std::string version = page ? resource_version_of(*page) : "";
  if (!page || version.empty() || !at_path(*page, {"items"}).is_array()) {
    const std::string why = page ? "the answer is not a list" : page.error().message;
    fail(make_error(ErrorKind::kTransient, what("listing") + ": " + why), now, random);
    return {};
  }
  WatchEvent event;
  for (Json& item : (*page)["items"]) {
    if (!item.is_object()) continue;  // one poisoned object does not hide the others
    listing.present.insert(object_key(item));
    event.items.push_back(std::make_shared<const Json>(std::move(item)));
  }
  not_before_ = now;
  event.type = WatchEvent::Type::kListed;
  event.resource_version = version;
  event.is_newest = listing.not_older_than.empty();
  event.went_back = event.is_newest && version_number(version) < told_;
  if (!event.is_newest && relapsed(Relapse::kMissedEvent)) event.items.clear();
  listing.continue_token = string_or(at_path(*page, {"metadata"}), "continue");
  if (listing.continue_token.empty()) {
    event.type = WatchEvent::Type::kRestarted;
    event.present = std::move(listing.present);
    in_sync_ = true;
    fails_since_.reset();
    if (!streams_fail_) error_.reset();
    told_ = version_number(version);
    state_ = Streaming{version, {}, {}, false, false, {}};
  }
  std::vector<WatchEvent> events;
  events.push_back(std::move(event));
  return events;
}

void Watch::on_stream_begin(TimePoint now) {
  auto& streaming = std::get<Streaming>(state_);
  streaming = Streaming{std::move(streaming.resource_version), {}, now, false, false, {}};
}

std::vector<WatchEvent> Watch::on_bytes(std::string_view bytes) {
  std::vector<WatchEvent> events;
  if (is_over()) return events;
  auto& streaming = std::get<Streaming>(state_);
  for (const WatchLine& line : streaming.lines.feed(bytes)) {
    if (streaming.error_status || streaming.went_back) break;
    take_line(streaming, line, events);
  }
  return events;
}

void Watch::take_line(Streaming& streaming, const WatchLine& line,
                      std::vector<WatchEvent>& events) {
  if (line.type == "ERROR") {
    streaming.error_status = line.object;
    return;
  }
  const auto type = type_of(line.type);
  const std::string version = resource_version_of(*line.object);
  if (!type || version.empty()) return;  // a later API's invention; nothing we could act on
  if (version_number(version) < version_number(streaming.resource_version)) {
    streaming.went_back = true;
    return;
  }
  streaming.resource_version = version;
  told_ = std::max(told_, version_number(version));
  streaming.heard = true;
  recover();
  WatchEvent event;
  event.type = *type;
  event.resource_version = version;
  if (event.type != WatchEvent::Type::kBookmark) event.object = line.object;
  events.push_back(std::move(event));
}

bool Watch::is_over() const {
  const auto* streaming = std::get_if<Streaming>(&state_);
  return streaming == nullptr || streaming->error_status != nullptr || streaming->went_back ||
         !streaming->lines.problem().empty();
}

void Watch::on_stream_end(const Result<HttpResponse>& head, TimePoint now, double random) {
  auto& streaming = std::get<Streaming>(state_);
  const std::string at = streaming.resource_version;
  if (streaming.error_status) {
    const JsonPtr status = streaming.error_status;
    list_again(at);
    if (int_or(*status, "code", 0) == 410) return;
    return fail(kube_status_error(what("watching"), *status, now), now, random);
  }
  if (streaming.went_back) return list_again("");
  if (const std::string problem = streaming.lines.problem(); !problem.empty()) {
    list_again(at);  // watching again from here would only meet the same line
    return fail(make_error(ErrorKind::kTransient, what("watching") + ": " + problem), now, random);
  }
  if (!head) return fail(with_context(what("watching"), head.error()), now, random);
  if (head->status == 410 || is_too_large_resource_version(*head)) return list_again(at);
  if (head->status < 200 || head->status >= 300) {
    return fail(kube_error(what("watching"), *head, now), now, random);
  }
  const bool asked_to_last = options_.server_timeout > seconds(1);
  if (asked_to_last && !streaming.heard && now - streaming.began < seconds(1)) {
    return fail(make_error(ErrorKind::kTransient, what("watching") + ": ended at once"), now,
                random);
  }
  recover();
  not_before_ = now + options_.rest;
  // From a version that is still to come a watch is accepted, and silent: kubernetes#107457.
  if (asked_to_last && !streaming.heard && now - streaming.began >= kLongestSilence) {
    list_again("");
  }
}

void Watch::list_again(std::string not_older_than) {
  state_ = Listing{std::move(not_older_than), {}, {}};
}

// A stream that begins again may be silent, or cut before anything is heard: a list tells all.
void Watch::fail(Error error, TimePoint now, double random) {
  const Duration asked = seconds(error.retry_after_seconds);
  not_before_ = now + std::max(backoff_.next(now, random), asked);
  error_ = std::move(error);
  if (!fails_since_) fails_since_ = now;
  const auto* streaming = std::get_if<Streaming>(&state_);
  if (streaming != nullptr && now - *fails_since_ >= kListAfter) {
    streams_fail_ = true;
    list_again(streaming->resource_version);
  }
}

void Watch::recover() {
  error_.reset();
  fails_since_.reset();
  streams_fail_ = false;
}

}  // namespace freshet

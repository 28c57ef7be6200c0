// The Kubernetes API over an HttpTransport.
#include "controller/kube/client.h"

#include <algorithm>
#include <deque>
#include <future>
#include <memory>
#include <nlohmann/json.hpp>
#include <thread>
#include <utility>

#include "base/relapse.h"
#include "base/text.h"
#include "controller/kube/errors.h"

namespace freshet {
namespace {

constexpr std::string_view kJson = "application/json";
constexpr const char* kIdentity = "kubernetes";
constexpr std::string_view kJsonPatch = "application/json-patch+json";

// "GET /apis/…/services/checkout": without the query, which is noise in a sentence.
std::string sentence(const HttpRequest& request) {
  const auto url = parse_url(request.url);
  const std::string target = url ? url->target : request.url;
  return request.method + " " + target.substr(0, target.find('?'));
}

TimePoint server_time(const HttpResponse& response, TimePoint otherwise) {
  const auto date = find_header(response.headers, "Date");
  const auto time = date ? parse_http_date(*date) : Result<TimePoint>(otherwise);
  return time.value_or(otherwise);
}

void show_credential(HttpRequest& request, const KubeCredential& credential) {
  const Secret& token = credential.token;
  std::erase_if(request.headers, [](const HttpHeader& h) { return h.name == "Authorization"; });
  if (!token.empty()) request.headers.push_back({"Authorization", "Bearer " + token.reveal()});
  request.client_certificate_pem = credential.certificate_pem;
  request.client_key_pem = credential.key_pem;
  request.identity = kIdentity;
  if (!credential.certificate_pem.empty()) {
    request.identity += " " + sha256_hex(credential.certificate_pem);
  }
}

Result<Json> parse_answer(const HttpRequest& request, std::string_view body,
                          const LeftOutMembers& leave_out = {}) {
  auto parsed = parse_json_without(body, request.max_body_bytes, leave_out);
  if (parsed) return parsed;
  return make_error(ErrorKind::kTransient,
                    sentence(request) + ": the answer cannot be read: " + parsed.error().message);
}

// {"items":[…],"metadata":…}, without what is left out.
Result<Json> parse_page(const HttpRequest& request, std::string_view body,
                        const LeftOutMembers& leave_out) {
  auto page = parse_answer(request, body, leave_out);
  if (!page || at_path(*page, {"items"}).is_array()) return page;
  return make_error(ErrorKind::kTransient, sentence(request) + ": the answer is not a list");
}

Error too_many(const HttpRequest& request, std::size_t max_items) {
  return make_error(ErrorKind::kRefused,
                    sentence(request) + ": more than " + std::to_string(max_items) + " items");
}

}  // namespace

std::string with_query(std::string path, std::string_view name, std::string_view value) {
  path += path.find('?') == std::string::npos ? '?' : '&';
  return path + std::string(name) + "=" + percent_encode(value);
}

KubeClient::KubeClient(HttpTransport& transport, TokenSource& tokens, const Clock& clock,
                       KubeClientOptions options)
    : transport_(transport), tokens_(tokens), clock_(clock), options_(std::move(options)) {}

HttpRequest KubeClient::prepare(std::string method, const std::string& target) const {
  HttpRequest request;
  request.method = std::move(method);
  request.url = options_.server + target;
  request.headers = options_.headers;
  request.headers.push_back({"Accept", std::string(kJson)});
  request.timeout = options_.timeout;
  request.max_body_bytes = kMaxReplyBytes;
  return request;
}

Result<HttpResponse> KubeClient::authorized(HttpRequest request, const Send& send) {
  const auto shown = tokens_.credential(clock_.now());
  if (!shown) return shown.error();
  show_credential(request, *shown);
  Result<HttpResponse> answer = send(request);
  if (!answer || answer->status != 401 || *shown == KubeCredential{}) return answer;
  tokens_.reject(*shown);
  const auto renewed = tokens_.credential(clock_.now());
  if (!renewed) return renewed.error();
  if (*renewed == *shown) return answer;
  show_credential(request, *renewed);  // a 401 was not carried out: sending it again is safe
  return send(request);
}

// The one place that every request but a watch goes through.
Result<HttpResponse> KubeClient::send(HttpRequest request) {
  const bool fenced = options_.time_to_write && !relapsed(Relapse::kTwoLeaders);
  if (request.method == "GET" || !fenced) return transport_.send(request);
  const Duration left = options_.time_to_write();
  if (left <= Duration::zero()) {
    return make_error(ErrorKind::kRefused, "not sent: this replica may not write (any more)");
  }
  request.timeout = std::min(request.timeout, left);
  return transport_.send(request);
}

// An answer that says nothing of the time (a proxy's own error) leaves what is known.
void KubeClient::note_clock(const HttpResponse& answer) {
  if (!find_header(answer.headers, "Date")) return;
  const TimePoint now = clock_.now();
  const Duration offset = server_time(answer, now) - now;
  clock_offset_ms_ = std::chrono::abs(offset) <= kClockTolerance ? 0 : offset.count();
}

// Any answer but a success is an error.
Result<HttpResponse> KubeClient::succeed(const HttpRequest& request) {
  auto answer = authorized(request, [this](const HttpRequest& r) { return send(r); });
  if (!answer) return with_context(sentence(request), answer.error());
  note_clock(*answer);
  if (answer->status < 200 || answer->status >= 300) {
    return kube_error(sentence(request), *answer, clock_.now());
  }
  return answer;
}

Result<ServerReply> KubeClient::run(const HttpRequest& request) {
  const auto answer = succeed(request);
  if (!answer) return answer.error();
  auto body = parse_answer(request, answer->body);
  if (!body) return body.error();
  return ServerReply{*std::move(body)};
}

Result<ServerReply> KubeClient::get(const std::string& path) { return run(prepare("GET", path)); }

Result<ServerReply> KubeClient::del(const std::string& path) {
  return run(prepare("DELETE", path));
}

HttpRequest KubeClient::writing(std::string method, std::string target, std::string_view media_type,
                                const Json& body) const {
  target = with_query(std::move(target), "fieldManager", options_.field_manager);
  HttpRequest request = prepare(std::move(method), target);
  request.headers.push_back({"Content-Type", std::string(media_type)});
  request.body = dump_json(body);
  return request;
}

Result<ServerReply> KubeClient::json_patch(const std::string& path, const Json& operations) {
  return run(writing("PATCH", path, kJsonPatch, operations));
}

Status KubeClient::json_patch_unread(const std::string& path, const Json& operations) {
  const auto answer = succeed(writing("PATCH", path, kJsonPatch, operations));
  if (!answer) return answer.error();
  return {};
}

Result<ServerReply> KubeClient::merge_patch(const std::string& path, const Json& body,
                                            std::string_view subresource) {
  const std::string target = subresource.empty() ? path : path + "/" + std::string(subresource);
  return run(writing("PATCH", target, "application/merge-patch+json", body));
}

Result<ServerReply> KubeClient::post(const std::string& path, const Json& body) {
  return run(writing("POST", path, kJson, body));
}

Status KubeClient::post_unread(const std::string& path, const Json& body) {
  const auto answer = succeed(writing("POST", path, kJson, body));
  if (!answer) return answer.error();
  return {};
}

Result<ListReply> KubeClient::list(const std::string& path, std::size_t max_items) {
  auto listed = list_once(path, max_items);
  if (listed || listed.error().kind != ErrorKind::kGone) return listed;
  return list_once(path, max_items);
}

Result<ListReply> KubeClient::list_once(const std::string& path, std::size_t max_items) {
  ListReply all;
  const auto keep = [&](const HttpRequest& request, HttpResponse& answer) -> Result<Json> {
    auto page = parse_page(request, answer.body, {});
    if (!page) return page.error();
    Json& items = (*page)["items"];
    if (all.items.size() + items.size() > max_items) return too_many(request, max_items);
    std::ranges::move(items, std::back_inserter(all.items));
    return std::move((*page)["metadata"]);
  };
  const auto end = each_page(path, keep);
  if (!end) return end.error();
  all.resource_version = end->resource_version;
  return all;
}

Result<ListEnd> KubeClient::each_page(const std::string& path, const TakePage& take) {
  ListEnd end;
  std::string next;
  for (std::size_t page = 0; page < kMaxListPages; ++page) {
    std::string target = with_query(path, "limit", std::to_string(kListPageSize));
    if (!next.empty()) target = with_query(std::move(target), "continue", next);
    HttpRequest request = prepare("GET", target);
    request.max_body_bytes = kMaxListPageBytes;
    request.timeout = kListTimeout;
    auto answer = succeed(request);
    if (!answer) return answer.error();
    const auto metadata = take(request, *answer);
    if (!metadata) return metadata.error();
    end.resource_version = string_or(*metadata, "resourceVersion");
    next = string_or(*metadata, "continue");
    if (next.empty()) return end;
  }
  return make_error(ErrorKind::kRefused, "listing " + path + ": too many pages");
}

Result<ListEnd> KubeClient::list_pages(const std::string& path, const WorkOnPage& work,
                                       std::size_t at_once, const LeftOutMembers& leave_out) {
  struct Done {
    std::size_t items = 0;
    std::function<void()> deliver;
  };
  using Told = std::promise<Result<Json>>;
  // Where the list goes on is told before its items are worked on. The promise is the call's own: a
  // task keeps its arguments, and one that throws before would leave who waits for it waiting.
  const auto work_on = [&](const HttpRequest& request,
                           const std::shared_ptr<const std::string>& body,
                           std::shared_ptr<Told> metadata) -> Result<Done> {
    auto page = parse_page(request, *body, leave_out);
    metadata->set_value(page ? Result<Json>(at_path(*page, {"metadata"})) : page.error());
    if (!page) return page.error();
    const Json& items = page->at("items");
    return Done{items.size(), work(items)};
  };
  std::size_t count = 0;
  std::deque<std::future<Result<Done>>> pages;
  const auto deliver_first = [&](const HttpRequest& request) -> Status {
    const Result<Done> done = pages.front().get();
    pages.pop_front();
    if (!done) return done.error();
    count += done->items;
    if (count > kMaxListItems) return too_many(request, kMaxListItems);
    done->deliver();
    return {};
  };
  at_once = std::clamp<std::size_t>(std::thread::hardware_concurrency(), 1, at_once);
  return each_page(path, [&](const HttpRequest& request, HttpResponse& answer) -> Result<Json> {
    const auto body = std::make_shared<const std::string>(std::move(answer.body));
    auto promise = std::make_shared<Told>();
    std::future<Result<Json>> told = promise->get_future();
    // Where no thread is to be had, it is done here; a start that fails uses up what is moved.
    pages.push_back(
        std::async(std::launch::async | std::launch::deferred, work_on, request, body, promise));
    promise.reset();  // the task's alone: told, or broken
    if (pages.back().wait_for(Duration{0}) == std::future_status::deferred) pages.back().wait();
    Result<Json> metadata = told.get();
    const bool is_last = !metadata || string_or(*metadata, "continue").empty();
    while (pages.size() >= (is_last ? 1 : at_once)) {
      if (const Status delivered = deliver_first(request); !delivered) return delivered.error();
    }
    return metadata;
  });
}

Result<HttpResponse> KubeClient::fetch_page(const std::string& target) {
  HttpRequest request = prepare("GET", target);
  request.max_body_bytes = kMaxListPageBytes;
  request.timeout = kListTimeout;
  auto answer = authorized(request, [this](const HttpRequest& r) { return send(r); });
  if (answer) note_clock(*answer);
  return answer;
}

Result<HttpResponse> KubeClient::stream(const std::string& target, Duration timeout,
                                        const HttpTransport::OnBytes& on_bytes) {
  HttpRequest request = prepare("GET", target);
  request.timeout = timeout + kStreamSlack;
  return authorized(request, [&](const HttpRequest& r) { return transport_.stream(r, on_bytes); });
}

}  // namespace freshet

// The Kubernetes API over an HttpTransport.
#include "controller/kube/client.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/relapse.h"
#include "base/text.h"
#include "controller/kube/errors.h"

namespace freshet {
namespace {

constexpr std::string_view kJson = "application/json";
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

void set_token(HttpRequest& request, const Secret& token) {
  std::erase_if(request.headers, [](const HttpHeader& h) { return h.name == "Authorization"; });
  if (!token.empty()) request.headers.push_back({"Authorization", "Bearer " + token.reveal()});
}

Result<Json> parse_answer(const HttpRequest& request, const HttpResponse& response,
                          const std::vector<std::string_view>& leave_out = {}) {
  auto body = parse_json_without(response.body, request.max_body_bytes, leave_out);
  if (body) return body;
  return make_error(ErrorKind::kTransient,
                    sentence(request) + ": the answer cannot be read: " + body.error().message);
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
  request.headers = {{"Accept", std::string(kJson)}};
  request.timeout = options_.timeout;
  request.max_body_bytes = kMaxReplyBytes;
  request.identity = "kubernetes";
  return request;
}

Result<HttpResponse> KubeClient::authorized(HttpRequest request, const Send& send) {
  auto token = tokens_.token(clock_.now());
  if (!token) return with_context(sentence(request), token.error());
  set_token(request, *token);
  Result<HttpResponse> answer = send(request);
  if (!answer || answer->status != 401 || token->empty()) return answer;
  tokens_.reject();
  const auto renewed = tokens_.token(clock_.now());
  if (!renewed || *renewed == *token) return answer;
  set_token(request, *renewed);  // a 401 was not carried out: sending it again is safe
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
  auto body = parse_answer(request, *answer);
  if (!body) return body.error();
  return ServerReply{*std::move(body), server_time(*answer, clock_.now()), answer->status};
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
  const auto keep = [&all](Json& item) { all.items.push_back(std::move(item)); };
  const auto end = list_each(path, keep, {}, max_items);
  if (!end) return end.error();
  all.resource_version = end->resource_version;
  all.server_time = end->server_time;
  return all;
}

Result<ListEnd> KubeClient::list_each(const std::string& path,
                                      const std::function<void(Json& item)>& on_item,
                                      const std::vector<std::string_view>& leave_out,
                                      std::size_t max_items) {
  ListEnd end;
  std::string next;
  std::size_t count = 0;
  for (std::size_t page = 0; page < kMaxListPages; ++page) {
    std::string target = with_query(path, "limit", std::to_string(kListPageSize));
    if (!next.empty()) target = with_query(std::move(target), "continue", next);
    HttpRequest request = prepare("GET", target);
    request.max_body_bytes = kMaxListPageBytes;
    request.timeout = kListTimeout;
    auto answer = succeed(request);
    if (!answer) return answer.error();
    auto body = parse_answer(request, *answer, leave_out);
    if (!body) return body.error();
    const auto items = body->find("items");
    if (items == body->end() || !items->is_array()) {
      return make_error(ErrorKind::kTransient, sentence(request) + ": the answer is not a list");
    }
    count += items->size();
    if (count > max_items) {
      return make_error(ErrorKind::kRefused,
                        sentence(request) + ": more than " + std::to_string(max_items) + " items");
    }
    for (Json& item : *items) on_item(item);
    const Json& metadata = at_path(*body, {"metadata"});
    end.resource_version = string_or(metadata, "resourceVersion");
    end.server_time = server_time(*answer, clock_.now());
    next = string_or(metadata, "continue");
    if (next.empty()) return end;
  }
  return make_error(ErrorKind::kRefused, "listing " + path + ": too many pages");
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

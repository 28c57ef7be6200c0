// HttpTransport in process.
#include "controller/net/local_transport.h"

#include <algorithm>
#include <utility>

#include "controller/net/bounds.h"

namespace freshet {
namespace {

Error refused(const HttpRequest& request, const Url& url, const std::string& why) {
  return make_error(ErrorKind::kRefused,
                    request.method + " " + url.host + ":" + std::to_string(url.port) + ": " + why);
}

// What the real transport refuses of an answer, whoever gave it.
Status check_bounds(const HttpRequest& request, const Url& url, const HttpResponse& answer,
                    bool bounded_body) {
  std::size_t header_bytes = 0;
  for (const HttpHeader& header : answer.headers) {
    header_bytes += header.name.size() + header.value.size();
  }
  if (header_bytes > kMaxResponseHeaderBytes) {
    return refused(
        request, url,
        "the answer's headers are over " + std::to_string(kMaxResponseHeaderBytes) + " bytes");
  }
  if (answer.headers.size() > kMaxResponseHeaders) {
    return refused(request, url,
                   "the answer has over " + std::to_string(kMaxResponseHeaders) + " headers");
  }
  if (bounded_body && answer.body.size() > request.max_body_bytes) {
    return refused(request, url,
                   "the answer is over " + std::to_string(request.max_body_bytes) + " bytes");
  }
  return {};
}

}  // namespace

LocalTransport::LocalTransport(Answer answer, std::size_t chunk_bytes)
    : answer_(std::move(answer)), chunk_bytes_(std::max<std::size_t>(chunk_bytes, 1)) {}

Result<HttpResponse> LocalTransport::send(const HttpRequest& request) {
  auto url = parse_url(request.url);
  if (!url) return url.error();
  Result<HttpResponse> answer = answer_(request);
  if (!answer) return answer;
  if (request.method == "HEAD") answer->body.clear();
  if (Status in = check_bounds(request, *url, *answer, true); !in) return in.error();
  return answer;
}

Result<HttpResponse> LocalTransport::stream(const HttpRequest& request, const OnBytes& on_bytes) {
  auto url = parse_url(request.url);
  if (!url) return url.error();
  Result<HttpResponse> answer = answer_(request);
  if (!answer) return answer;
  const bool success = answer->status >= 200 && answer->status < 300;
  if (Status in = check_bounds(request, *url, *answer, !success); !in) return in.error();
  if (!success) return answer;
  const std::string body = std::exchange(answer->body, {});
  for (std::size_t at = 0; at < body.size(); at += chunk_bytes_) {
    if (!on_bytes(std::string_view(body).substr(at, chunk_bytes_))) break;
  }
  return answer;
}

}  // namespace freshet

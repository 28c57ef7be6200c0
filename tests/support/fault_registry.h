// The sandbox's registry behind an HttpTransport, with something broken in between.
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "base/http.h"
#include "controller/sandbox/registry.h"

namespace freshet {

class FaultRegistry final : public HttpTransport {
 public:
  // Makes what the client sees of a request and the reply that the registry gave. Also asked for
  // hosts that are none of the registry; the reply is then a 404.
  using Fault = std::function<Result<HttpResponse>(const HttpRequest&, HttpResponse)>;

  sandbox::ImageRegistry registry;
  Fault fault = [](const HttpRequest&, HttpResponse reply) { return reply; };
  TimePoint now{};
  std::vector<std::string> lines;  // "HEAD r.io 200" of each exchange since they were cleared

  static constexpr const char* kOrigin = "https://r.io";

  Result<HttpResponse> send(const HttpRequest& request) override {
    const auto url = parse_url(request.url);
    const bool here = url && url->host == "r.io";
    HttpResponse honest{404, {}, ""};
    if (here) honest = registry.handle(request, kOrigin, url->target, now);
    auto reply = fault(request, std::move(honest));
    lines.push_back(request.method + " " + (url ? url->host : "?") + " " +
                    (reply ? std::to_string(reply->status) : "-"));
    return reply;
  }
  Result<HttpResponse> stream(const HttpRequest& request, const OnBytes&) override {
    return send(request);
  }
};

// A header's value put in the place of the one there is; "" takes it out.
inline HttpResponse with_header(HttpResponse reply, const std::string& name,
                                const std::string& value) {
  std::erase_if(reply.headers, [&](const HttpHeader& header) { return header.name == name; });
  if (!value.empty()) reply.headers.push_back({name, value});
  return reply;
}

}  // namespace freshet

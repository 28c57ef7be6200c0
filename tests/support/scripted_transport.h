// ScriptedTransport: an HttpTransport whose answers a test writes down, and which keeps requests.
#pragma once

#include <deque>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/http.h"

namespace freshet {

class ScriptedTransport final : public HttpTransport {
 public:
  using Reply = Result<HttpResponse>;

  // The next answer to `method url`; the last one written down is repeated. The URL is matched
  // whole, or without its query where only that is written down.
  void on(const std::string& method, const std::string& url, Reply reply);

  Reply send(const HttpRequest& request) override;
  // The whole body at once.
  Reply stream(const HttpRequest& request, const OnBytes& on_bytes) override;

  const std::vector<HttpRequest>& requests() const { return requests_; }
  std::vector<std::string> lines() const;  // "HEAD https://…" of each request
  void forget_requests() { requests_.clear(); }

 private:
  std::map<std::pair<std::string, std::string>, std::deque<Reply>> script_;
  std::vector<HttpRequest> requests_;
};

HttpResponse make_response(int status, HttpHeaders headers = {}, std::string body = "");

}  // namespace freshet

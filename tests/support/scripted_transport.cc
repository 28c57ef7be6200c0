// Answers by method and URL.
#include "tests/support/scripted_transport.h"

namespace freshet {

void ScriptedTransport::on(const std::string& method, const std::string& url, Reply reply) {
  script_[{method, url}].push_back(std::move(reply));
}

ScriptedTransport::Reply ScriptedTransport::send(const HttpRequest& request) {
  requests_.push_back(request);
  auto found = script_.find({request.method, request.url});
  if (found == script_.end()) {
    found = script_.find({request.method, request.url.substr(0, request.url.find('?'))});
  }
  if (found == script_.end()) {
    return make_error(ErrorKind::kTransient,
                      "no answer is written down for " + request.method + " " + request.url);
  }
  auto& replies = found->second;
  Reply reply = replies.front();
  if (replies.size() > 1) replies.pop_front();
  return reply;
}

ScriptedTransport::Reply ScriptedTransport::stream(const HttpRequest& request,
                                                   const OnBytes& on_bytes) {
  Reply reply = send(request);
  if (reply && reply->status >= 200 && reply->status < 300) {
    on_bytes(reply->body);
    reply->body.clear();
  }
  return reply;
}

std::vector<std::string> ScriptedTransport::lines() const {
  std::vector<std::string> lines;
  for (const auto& request : requests_) lines.push_back(request.method + " " + request.url);
  return lines;
}

HttpResponse make_response(int status, HttpHeaders headers, std::string body) {
  return HttpResponse{status, std::move(headers), std::move(body)};
}

}  // namespace freshet

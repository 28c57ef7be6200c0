// A KubeClient whose server is a list of answers.
#pragma once

#include <string>
#include <vector>

#include "controller/kube/client.h"
#include "controller/net/local_transport.h"

namespace freshet {

inline const TimePoint kScriptedNow = *parse_rfc3339("2026-11-23T02:10:00Z");

// A client whose answers are written down beforehand; what it sent is kept.
struct Scripted {
  std::vector<Result<HttpResponse>> answers;
  std::vector<HttpRequest> sent;
  LocalTransport transport{[this](const HttpRequest& request) -> Result<HttpResponse> {
    sent.push_back(request);
    if (sent.size() > answers.size()) return make_error(ErrorKind::kTransient, "no answer left");
    return answers[sent.size() - 1];
  }};
  TokenSource tokens{Secret("canary-token")};
  ManualClock clock{kScriptedNow};
  KubeClient client{transport, tokens, clock, {.server = "https://api:6443"}};
};

inline HttpResponse ok(const std::string& body) { return {200, {}, body}; }

}  // namespace freshet

// A small HTTP server whose threads wait for no client. One thread moves bytes of all connections;
// only a request that has arrived whole is given to one of a few workers, and its answer is sent by
// the first thread again. A slow client costs a place among connections and nothing else, and where
// all places are taken the connection that has been there for longest is ended, unless a worker has
// its request or it listens to a stream.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/http.h"
#include "base/result.h"

namespace freshet {

struct ServerBounds {
  std::size_t head = 16 << 10;    // bytes of a request line and headers
  std::size_t body = 0;           // bytes
  std::size_t connections = 256;  // at once
  std::size_t waiting = 64;       // whole requests that wait for a worker; more: 503
  int workers = 2;
  // Bytes of answers that are not sent to their end, all together; of more the oldest is ended,
  // but the last one never.
  std::size_t held = 16 << 20;
  Duration request = seconds(5);  // from the connection to the end of its request
  Duration answer = seconds(10);  // for sending an answer, or what a stream has to say
};

// Bytes of an answer that goes on, asked for whenever those before are sent: "" nothing yet,
// nullopt the end. Asked in the thread that moves bytes: it must return at once.
using StreamSource = std::function<std::optional<std::string>()>;

struct ServerAnswer {
  HttpResponse response;
  StreamSource stream = {};  // its body goes on after `response.body`
};

struct ServerHandlers {
  // Called from worker threads; `url` of the request is its target.
  std::function<ServerAnswer(const HttpRequest&)> answer;
  // What is refused before that: 400, 408, 413, 431, 501, 503, 505; 500 where `answer` threw.
  std::function<HttpResponse(int status, const std::string& message)> refuse;
  // What waits behind no other request, nullopt for the rest. Asked in the thread that moves bytes:
  // it must return at once.
  std::function<std::optional<ServerAnswer>(const HttpRequest&)> answer_at_once = {};
};

class HttpServer {
 public:
  virtual ~HttpServer() = default;  // stops it and joins its threads
  virtual int port() const = 0;
  virtual void wake() = 0;  // streams may have something to say
};

// `address` is host:port; port 0 takes a free one.
Result<std::unique_ptr<HttpServer>> start_http_server(const std::string& address,
                                                      const Clock& clock,
                                                      const ServerBounds& bounds,
                                                      ServerHandlers handlers);

}  // namespace freshet

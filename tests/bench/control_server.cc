// The world's answers, on cpp-httplib; watches are held open.
#include "tests/bench/control_server.h"

#include <httplib.h>
#include <thread>

#include "base/text.h"

namespace freshet {
namespace {

constexpr std::size_t kMaxRequestsOfAConnection = 100'000'000;
constexpr std::size_t kServerThreads = 64;
constexpr Duration kTick{20};
constexpr Duration kRound{1000};  // of a watch in which nothing happens
// A list that is being read goes on meanwhile: its version is kept for minutes.
constexpr std::string_view kExpired =
    R"({"type":"ERROR","object":{"kind":"Status","code":410,"reason":"Expired",)"
    R"("message":"too old resource version"}})"
    "\n";

HttpRequest to_request(const httplib::Request& request) {
  HttpRequest out;
  out.method = request.method;
  for (const auto& [name, value] : request.headers) out.headers.push_back({name, value});
  out.body = request.body;
  return out;
}

// The resourceVersion that stands last in these lines: the bookmark's.
std::string last_version(const std::string& lines) {
  constexpr std::string_view kField = R"("resourceVersion":")";
  const auto at = lines.rfind(kField);
  if (at == lines.npos) return "";
  const auto begin = at + kField.size();
  return lines.substr(begin, lines.find('"', begin) - begin);
}

struct Watching {
  HttpRequest request;
  std::string target;   // without resourceVersion
  std::string version;  // up to which all was sent
  int relists = 0;
  TimePoint until{};
};

// What has happened since the last round, if anything. False: the watch is over.
bool watch_round(ControlWorld& world, const Clock& clock, Watching& watching,
                 httplib::DataSink& sink) {
  const std::string target = watching.target + "&resourceVersion=" + watching.version;
  const std::string lines = world.answer(watching.request, target).body;
  if (world.relists() != watching.relists) {
    sink.write(kExpired.data(), kExpired.size());
    sink.done();
    return true;
  }
  const bool is_over = lines.starts_with(R"({"type":"ERROR")");
  const bool only_bookmark = lines.starts_with(R"({"type":"BOOKMARK")");
  if (!only_bookmark && !sink.write(lines.data(), lines.size())) return false;
  if (is_over || clock.now() >= watching.until) {
    sink.done();
    return true;
  }
  watching.version = last_version(lines);
  world.wait(kRound);
  return true;
}

void watch(ControlWorld& world, const Clock& clock, const httplib::Request& request,
           httplib::Response& response) {
  auto watching = std::make_shared<Watching>();
  watching->request = to_request(request);
  watching->target = request.path + "?watch=1&allowWatchBookmarks=true";
  watching->version = request.get_param_value("resourceVersion");
  watching->relists = world.begin_watch();
  const auto lasting = parse_whole(request.get_param_value("timeoutSeconds")).value_or(300);
  watching->until = clock.now() + seconds(lasting);
  response.set_chunked_content_provider(
      "application/json", [&world, &clock, watching](std::size_t, httplib::DataSink& sink) {
        return watch_round(world, clock, *watching, sink);
      });
}

void answer(ControlWorld& world, HttpRequest request, const std::string& target,
            httplib::Response& response) {
  const auto answered = world.answer(std::move(request), target);
  response.status = answered.status;
  std::string type = "application/json";
  for (const HttpHeader& header : answered.headers) {
    if (header.name == "Content-Type") type = header.value;
    if (header.name != "Content-Type" && header.name != "Content-Length") {
      response.set_header(header.name, header.value);
    }
  }
  if (!answered.body.empty()) response.set_content(answered.body, type);
}

void order(ControlWorld& world, const httplib::Request& request, httplib::Response& response) {
  const auto number = [&](const char* name) {
    return static_cast<int>(parse_whole(request.get_param_value(name)).value_or(0));
  };
  const std::string what = request.path.substr(std::string("/bench/").size());
  response.set_content(world.order(what, number("first"), number("count")), "text/plain");
}

void serve_world(ControlScale scale, const TellPort& tell) {
  const SystemClock clock;
  ControlWorld world(scale, clock);
  httplib::Server server;
  server.set_keep_alive_max_count(kMaxRequestsOfAConnection);
  server.set_keep_alive_timeout(120);
  server.set_tcp_nodelay(true);
  server.new_task_queue = [] { return new httplib::ThreadPool(kServerThreads); };
  const int port = server.bind_to_any_port("127.0.0.1");
  const auto any = [&](const httplib::Request& request, httplib::Response& response) {
    if (request.has_param("watch")) {
      watch(world, clock, request, response);
    } else {
      answer(world, to_request(request), request.target, response);
    }
  };
  server.Post("/bench/.*", [&](const httplib::Request& request, httplib::Response& response) {
    order(world, request, response);
  });
  // Read by hand: the library takes forms of 8 KiB at most, and a query names every rollout.
  server.Post("/api/v1/query", [&](const httplib::Request& request, httplib::Response& response,
                                   const httplib::ContentReader& read) {
    HttpRequest query = to_request(request);
    read([&](const char* bytes, std::size_t count) {
      query.body.append(bytes, count);
      return true;
    });
    answer(world, std::move(query), request.target, response);
  });
  server.Get("/.*", any);
  server.Post("/.*", any);
  server.Patch("/.*", any);
  server.Delete("/.*", any);
  std::jthread ticks([&] {
    for (;;) {
      world.tick();
      sleep_for(kTick);
    }
  });
  tell(port);
  server.listen_after_bind();
}

}  // namespace

ChildServer start_control_server(ControlScale scale) {
  return start_child_server([scale](const TellPort& tell) { serve_world(scale, tell); });
}

}  // namespace freshet

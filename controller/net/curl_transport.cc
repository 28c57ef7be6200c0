// HttpTransport over libcurl: borrows a lane, drives its exchanges to their ends.
#include "controller/net/curl_transport.h"

#include <algorithm>
#include <atomic>
#include <map>
#include <mutex>
#include <span>
#include <thread>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/files.h"
#include "controller/net/bounds.h"
#include "controller/net/curl_exchange.h"
#include "controller/net/curl_pool.h"

namespace freshet {
namespace {

constexpr std::size_t kMaxAuthoritiesBytes = 4 << 20;

// The requests of one identity within a send_all, by their place in the question.
struct Group {
  std::string identity;
  std::vector<std::size_t> places;
};

class CurlTransport final : public HttpTransport {
 public:
  explicit CurlTransport(NetOptions options) : options_(std::move(options)) {}

  Result<HttpResponse> send(const HttpRequest& request) override {
    std::vector<Result<HttpResponse>> answers(1, not_run());
    run_group({&request, 1}, Group{request.identity, {0}}, answers);
    return std::move(answers.front());
  }

  std::vector<Result<HttpResponse>> send_all(std::vector<HttpRequest> requests) override;
  Result<HttpResponse> stream(const HttpRequest& request, const OnBytes& on_bytes) override;

 private:
  static Error not_run() { return make_error(ErrorKind::kTransient, "the request was not run"); }
  void run_group(std::span<const HttpRequest> requests, const Group& group,
                 std::vector<Result<HttpResponse>>& answers);
  Result<HttpResponse> drive_stream(CURLM* multi, CurlExchange& exchange);
  void count(const CurlExchange& exchange, const Result<HttpResponse>& answer) const {
    if (options_.on_exchange) options_.on_exchange(exchange.host(), answer ? answer->status : 0);
  }

  const NetOptions options_;
  CurlPool pool_;
};

// An exchange in flight, and where its answer goes.
struct Flight {
  std::unique_ptr<CurlExchange> exchange;
  std::size_t place = 0;
};

void CurlTransport::run_group(std::span<const HttpRequest> requests, const Group& group,
                              std::vector<Result<HttpResponse>>& answers) {
  CurlLane lane = pool_.take(group.identity);
  if (!lane.multi) return;
  CURLM* multi = lane.multi.get();
  std::map<CURL*, Flight> flights;
  std::size_t next = 0;
  const auto launch = [&] {
    while (flights.size() < kMaxInFlight && next < group.places.size()) {
      const std::size_t place = group.places[next++];
      auto exchange = std::make_unique<CurlExchange>(requests[place], options_, nullptr);
      if (Status ready = exchange->prepare(); !ready) {
        answers[place] = ready.error();
        continue;
      }
      CURL* easy = exchange->handle();
      if (curl_multi_add_handle(multi, easy) != CURLM_OK) continue;  // no memory: stays not run
      flights.emplace(easy, Flight{std::move(exchange), place});
    }
  };
  const auto land = [&](const CURLMsg& message) {
    const auto flight = flights.find(message.easy_handle);
    const CURLcode code = message.data.result;  // gone with the handle
    CurlExchange& exchange = *flight->second.exchange;
    curl_multi_remove_handle(multi, exchange.handle());
    Result<HttpResponse>& answer = answers[flight->second.place];
    answer = exchange.finish(code);
    count(exchange, answer);
    flights.erase(flight);
  };
  for (launch(); !flights.empty(); launch()) {
    int running = 0;
    curl_multi_perform(multi, &running);
    int left = 0;
    bool landed = false;
    while (const CURLMsg* message = curl_multi_info_read(multi, &left)) {
      land(*message);
      landed = true;
    }
    // libcurl shortens the wait to its own next timer, so each exchange's timeout is kept.
    if (!landed) curl_multi_poll(multi, nullptr, 0, 1000, nullptr);
  }
  pool_.give_back(std::move(lane));
}

std::vector<Result<HttpResponse>> CurlTransport::send_all(std::vector<HttpRequest> requests) {
  std::vector<Result<HttpResponse>> answers(requests.size(), not_run());
  std::map<std::string, Group> by_identity;
  for (std::size_t place = 0; place < requests.size(); ++place) {
    Group& group = by_identity[requests[place].identity];
    group.identity = requests[place].identity;
    group.places.push_back(place);
  }
  std::vector<const Group*> groups;
  for (const auto& [identity, group] : by_identity) groups.push_back(&group);
  std::atomic<std::size_t> next = 0;
  const auto work = [&] {  // each answer has one writer: the groups do not overlap
    for (std::size_t i = next++; i < groups.size(); i = next++) {
      run_group(requests, *groups[i], answers);
    }
  };
  std::vector<std::jthread> helpers;
  for (std::size_t i = 1; i < std::min(groups.size(), kMaxIdentityThreads); ++i) {
    helpers.emplace_back(work);
  }
  work();
  helpers.clear();  // joins
  return answers;
}

Result<HttpResponse> CurlTransport::stream(const HttpRequest& request, const OnBytes& on_bytes) {
  CurlExchange exchange(request, options_, &on_bytes);
  if (Status ready = exchange.prepare(); !ready) return ready.error();
  // A stream has a lane of its own while it lasts: no other exchange waits behind it.
  CurlLane lane = pool_.take(request.identity);
  if (!lane.multi) return exchange.failure(ErrorKind::kTransient, "no memory for a connection");
  if (curl_multi_add_handle(lane.multi.get(), exchange.handle()) != CURLM_OK) {
    return exchange.failure(ErrorKind::kTransient, "no memory for a request");
  }
  Result<HttpResponse> answer = drive_stream(lane.multi.get(), exchange);
  count(exchange, answer);
  curl_multi_remove_handle(lane.multi.get(), exchange.handle());
  pool_.give_back(std::move(lane));
  return answer;
}

Result<HttpResponse> CurlTransport::drive_stream(CURLM* multi, CurlExchange& exchange) {
  const SystemClock clock;
  std::size_t seen = 0;
  Duration heard = clock.monotonic();
  for (;;) {
    int running = 0;
    curl_multi_perform(multi, &running);
    int left = 0;
    if (const CURLMsg* message = curl_multi_info_read(multi, &left)) {
      return exchange.finish(message->data.result);
    }
    if (options_.stop && options_.stop()) {
      return exchange.failure(ErrorKind::kTransient, "the stream was ended, as asked");
    }
    if (exchange.bytes_seen() != seen) {
      seen = exchange.bytes_seen();
      heard = clock.monotonic();
    } else if (clock.monotonic() - heard > options_.stream_idle) {
      return exchange.failure(ErrorKind::kTimeout,
                              "the stream was silent for " + format_duration(options_.stream_idle));
    }
    curl_multi_poll(multi, nullptr, 0, static_cast<int>(kStopPoll.count()), nullptr);
  }
}

// The system's authorities and `extra` in one text: libcurl takes one or the other.
Result<std::string> with_system_authorities(const std::string& extra) {
  const std::unique_ptr<CURL, CurlEasyClose> easy(curl_easy_init());
  char* bundle = nullptr;
  if (easy) curl_easy_getinfo(easy.get(), CURLINFO_CAINFO, &bundle);
  if (bundle == nullptr) return extra;
  auto system = read_file(bundle, kMaxAuthoritiesBytes);
  if (!system) return extra;  // a machine without authorities: the extra ones are all there is
  return *system + "\n" + extra;
}

}  // namespace

Status prepare_net_options(NetOptions& options) {
  static std::once_flag started;
  std::call_once(started, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
  if (options.client_certificate_pem.empty() != options.client_key_pem.empty()) {
    return bad_input("a client certificate needs its key, and a key its certificate");
  }
  if (!options.proxy.empty()) {
    if (auto proxy = parse_url(options.proxy); !proxy) return with_context("proxy", proxy.error());
  }
  if (!options.extra_ca_pem.empty() && options.only_ca_pem.empty()) {
    auto all = with_system_authorities(options.extra_ca_pem);
    if (!all) return all.error();
    options.extra_ca_pem = std::move(*all);
  }
  return {};
}

Result<std::unique_ptr<HttpTransport>> make_curl_transport(NetOptions options) {
  if (Status ready = prepare_net_options(options); !ready) return ready.error();
  return std::unique_ptr<HttpTransport>(std::make_unique<CurlTransport>(std::move(options)));
}

}  // namespace freshet

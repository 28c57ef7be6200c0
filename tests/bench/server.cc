// How soon probes and metrics are answered: by themselves, and while eight slow clients and two
// hundred idle connections hang on each server of the controller. Exit 1 where a bound is missed.
#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <thread>
#include <vector>

#include "controller/server/probe_server.h"
#include "controller/server/webhook_server.h"

namespace freshet {
namespace {

constexpr int kIdle = 200;
constexpr int kSlow = 8;
constexpr int kAsked = 1000;
constexpr Duration kBetween{10};
constexpr Duration kSlowEvery = seconds(4);
constexpr double kAllowedMilliseconds = 100;

int connected(int port) {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  inet_pton(AF_INET, "127.0.0.1", &address.sin_addr);
  if (::connect(socket, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0) return socket;
  ::close(socket);
  return -1;
}

bool say(int socket, std::string_view text) {
  return ::send(socket, text.data(), text.size(), MSG_NOSIGNAL) ==
         static_cast<ssize_t>(text.size());
}

bool has_closed(int socket) {
  std::array<char, 512> buffer;
  return ::recv(socket, buffer.data(), buffer.size(), MSG_DONTWAIT) >= 0;
}

// Keeps so many connections to one port open, and as many slow clients, until it ends.
class Crowd {
 public:
  Crowd(int port, const Clock& clock) : port_(port), clock_(clock) {
    for (int i = 0; i < kIdle; ++i) idle_.push_back(connected(port_));
    for (int i = 0; i < kSlow; ++i) slow_.push_back(-1);
    thread_ = std::jthread([this](const std::stop_token& stop) { crowd(stop); });
  }
  ~Crowd() {
    thread_.request_stop();
    thread_.join();
    for (const int socket : idle_) ::close(socket);
    for (const int socket : slow_) ::close(socket);
  }

 private:
  void crowd(const std::stop_token& stop) {
    for (Duration next{}; !stop.stop_requested(); sleep_for(Duration{50})) {
      for (int& socket : idle_) come_again(socket);
      if (clock_.monotonic() < next) continue;
      next = clock_.monotonic() + kSlowEvery;
      for (int& socket : slow_) {
        if (come_again(socket)) say(socket, "POST /hooks/a HTTP/1.1\r\n");
        say(socket, "A: b\r\n");
      }
    }
  }
  bool come_again(int& socket) const {
    if (socket >= 0 && !has_closed(socket)) return false;
    if (socket >= 0) ::close(socket);
    socket = connected(port_);
    return true;
  }

  const int port_;
  const Clock& clock_;
  std::vector<int> idle_;
  std::vector<int> slow_;
  std::jthread thread_;
};

struct Measured {
  int failed = 0;
  double median = 0;
  double p99 = 0;
  double worst = 0;
};

Measured measure(int port, const std::string& path) {
  using Milliseconds = std::chrono::duration<double, std::milli>;
  Measured out;
  std::vector<double> took;
  for (int i = 0; i < kAsked; ++i) {
    // The house's clock counts milliseconds; an answer takes less.
    timespec before{};
    timespec after{};
    (void)timespec_get(&before, TIME_UTC);
    const int socket = connected(port);
    std::string answer;
    std::array<char, 4096> buffer;
    say(socket, "GET " + path + " HTTP/1.1\r\nHost: a\r\n\r\n");
    for (ssize_t got = 1; got > 0;) {
      got = ::recv(socket, buffer.data(), buffer.size(), 0);
      if (got > 0) answer.append(buffer.data(), static_cast<std::size_t>(got));
    }
    ::close(socket);
    (void)timespec_get(&after, TIME_UTC);
    out.failed += !answer.starts_with("HTTP/1.1 200");
    took.push_back(Milliseconds(std::chrono::seconds(after.tv_sec - before.tv_sec) +
                                std::chrono::nanoseconds(after.tv_nsec - before.tv_nsec))
                       .count());
    sleep_for(kBetween);
  }
  std::ranges::sort(took);
  out.median = took[took.size() / 2];
  out.p99 = took[took.size() * 99 / 100];
  out.worst = took.back();
  return out;
}

bool tell(const std::string& what, const Measured& measured) {
  const bool is_good = measured.failed == 0 && measured.p99 <= kAllowedMilliseconds;
  fmt::print("{:<44} {:>7.2f} {:>7.2f} {:>7.2f} {:>7}  {}\n", what, measured.median, measured.p99,
             measured.worst, measured.failed, is_good ? "ok" : "MISSED");
  return is_good;
}

int run() {
  const SystemClock clock;
  const std::string metrics(200 << 10, '#');  // as a thousand services have
  auto probes = start_probe_server("127.0.0.1:0", clock,
                                   {.healthy = [] { return true; },
                                    .unready = [] { return std::string(); },
                                    .metrics = [&metrics] { return metrics; }});
  auto webhooks = start_webhook_server(
      "127.0.0.1:0", clock,
      {[](const std::string&, const HttpHeaders&, const std::string&) { return 202; },
       [](const std::string&) {}, 1 << 18});
  // As the API stands on it, with a handler that answers at once.
  auto api = start_http_server("127.0.0.1:0", clock, {.body = 4096, .workers = 8},
                               {[](const HttpRequest&) {
                                  return ServerAnswer{{200, {}, "{}"}};
                                },
                                [](int status, const std::string& message) {
                                  return HttpResponse{status, {}, message};
                                }});
  if (!probes || !webhooks || !api) return 1;
  const int port = (*probes)->port();
  fmt::print("{} answers each, in milliseconds          {:>12} {:>7} {:>7} {:>7}\n", kAsked,
             "median", "p99", "worst", "failed");
  bool is_good = tell("/readyz, nobody else", measure(port, "/readyz"));
  is_good &= tell("/metrics, nobody else", measure(port, "/metrics"));
  {
    const Crowd at_webhooks((*webhooks)->port(), clock);
    const Crowd at_api((*api)->port(), clock);
    const Crowd at_probes(port, clock);
    is_good &= tell("/readyz, 8 slow and 200 idle on each server", measure(port, "/readyz"));
    is_good &= tell("/metrics, 8 slow and 200 idle on each server", measure(port, "/metrics"));
    is_good &= tell("the API, 8 slow and 200 idle on each server", measure((*api)->port(), "/"));
  }
  fmt::print("allowed: p99 {} ms, none failed\n", kAllowedMilliseconds);
  return is_good ? 0 : 1;
}

}  // namespace
}  // namespace freshet

int main() { return freshet::run(); }

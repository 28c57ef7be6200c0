// Ten thousand tags of one registry, each checked once a minute, over real sockets: what a check
// costs beside libcurl alone, memory, lateness, tokens. Exit 1 where a bound is missed.
#include <fmt/format.h>

#include <cstdlib>
#include <nlohmann/json.hpp>
#include <sstream>

#include "base/text.h"
#include "controller/kube/client.h"
#include "controller/net/curl_exchanges.h"
#include "controller/net/curl_transport.h"
#include "controller/net/local_transport.h"
#include "controller/runtime/tags.h"
#include "tests/bench/bare_curl.h"
#include "tests/bench/cpu_time.h"
#include "tests/bench/registry_peers.h"
#include "tests/bench/registry_server.h"
#include "tests/bench/resident.h"
#include "tests/bench/row.h"

namespace freshet {
namespace {

constexpr int kServicesFollowing = 1000;
constexpr int kTagsOfEach = 10;
constexpr int kTags = kServicesFollowing * kTagsOfEach;
constexpr double kRate = 1000;  // requests a second, allowed for this registry only
constexpr Duration kEvery = minutes(1);
constexpr Duration kWarmUp = seconds(75);
constexpr double kMaxCpuShare = 0.10;
constexpr double kMaxMebibytes = 96;
constexpr double kMaxOverBare = 1.5;
constexpr double kMaxLate = 1;  // seconds, of 99 in 100 checks

// Of the line that begins so in Prometheus' text; 0 where there is none.
double sample(const std::string& text, const std::string& line_begin) {
  const auto at = text.find("\n" + line_begin + " ");
  return at == text.npos ? 0 : std::strtod(text.c_str() + at + line_begin.size() + 2, nullptr);
}

struct Reading {
  double cpu = 0;
  double at = 0;
  double checks = 0;
  double in_time = 0;  // of the checks
  double same = 0;
  std::string tokens;
};

class Bench {
 public:
  explicit Bench(int port)
      : host_("127.0.0.1:" + std::to_string(port)), options_(options_for(host_)) {
    NetOptions net;
    net.addresses.allow_private = true;
    exchanges_ = std::move(*make_curl_exchanges(net));
    transport_ = std::move(*make_curl_transport(net));
    tags_ = std::make_unique<TagWatch>(options_, *exchanges_, credentials_, metrics_, clock_);
    for (int service = 0; service < kServicesFollowing; ++service) {
      std::vector<FollowedImage> images;
      for (int tag = 0; tag < kTagsOfEach; ++tag) {
        FollowedImage image{ContainerName("app"), ImageReference{}, std::nullopt, 0, ""};
        image.reference =
            *parse_image_reference(fmt::format("{}/team/app{}:{}", host_, service, tag));
        images.push_back(image);
      }
      tags_->follow({"shop", "s" + std::to_string(service)}, images, kEvery);
    }
    credentials();
  }

  void run_for(Duration time) {
    const Duration end = clock_.monotonic() + time;
    while (clock_.monotonic() < end) tags_->check(milliseconds(500));
  }

  Reading read() {
    Reading reading;
    reading.cpu = process_cpu_seconds();
    reading.at = to_seconds(clock_.monotonic());
    const std::string text = metrics_.render(clock_.now());
    const std::string labels = "{registry=\"" + host_ + "\"";
    reading.checks = sample(text, "freshet_registry_check_lateness_seconds_count" + labels + "}");
    reading.in_time = sample(text, "freshet_registry_check_lateness_seconds_bucket" + labels +
                                       fmt::format(",le=\"{}\"}}", kMaxLate));
    reading.same =
        sample(text, "freshet_registry_checks_total{outcome=\"same\",registry=\"" + host_ + "\"}");
    HttpRequest request;
    request.url = "http://" + host_ + "/tokens";
    const auto reply = transport_->send(request);
    reading.tokens = reply ? reply->body : "unknown: " + reply.error().message;
    return reading;
  }

  double bare_cpu_per_check() {
    std::vector<std::string> urls;
    for (int i = 0; i < kTags / 2; ++i) {
      urls.push_back(fmt::format("http://{}/v2/team/app{}/manifests/{}", host_, i / kTagsOfEach,
                                 i % kTagsOfEach));
    }
    HttpRequest request;
    request.method = "HEAD";
    request.url = urls.front();
    request.headers = {{"Authorization", "Bearer t1"}};
    const auto reply = transport_->send(request);
    const std::string etag = reply ? find_header(reply->headers, "ETag").value_or("") : "";
    const double before = process_cpu_seconds();
    const int answered = bare_heads(urls, etag, kEvery / kTags);
    return answered == kTags / 2 ? (process_cpu_seconds() - before) / answered : 0;
  }

 private:
  static ControllerOptions options_for(const std::string& host) {
    ControllerOptions options;
    options.plain_http = {host};
    options.registry_rates = {{host, kRate}};
    return options;
  }
  void credentials() {
    for (bool more = true; more;) {
      tags_->check(Duration::zero());
      more = false;
      while (credentials_.read_one()) more = true;
    }
  }

  std::string host_;
  ControllerOptions options_;
  SystemClock clock_;
  Metrics metrics_;
  LocalTransport cluster_{[](const HttpRequest&) -> Result<HttpResponse> {
    return HttpResponse{404, {}, "{}"};
  }};
  TokenSource cluster_tokens_{Secret("t")};
  KubeClient kube_{cluster_, cluster_tokens_, clock_, KubeClientOptions{.server = "https://kube"}};
  Credentials credentials_{{kube_, nullptr, nullptr}, clock_};
  std::unique_ptr<HttpExchanges> exchanges_;
  std::unique_ptr<HttpTransport> transport_;
  std::unique_ptr<TagWatch> tags_;
};

int measure(int port, Duration time) {
  Bench bench(port);
  bench.run_for(kWarmUp);
  const Reading before = bench.read();
  bench.run_for(time);
  const Reading after = bench.read();
  const double resident = resident_mebibytes();
  const double bare = bench.bare_cpu_per_check();
  const double checks = after.checks - before.checks;
  const double cpu = after.cpu - before.cpu;
  const double wall = after.at - before.at;
  fmt::print("{} tags; {:.0f} checks in {:.0f} s, {:.0f} of them answered 304 or the same\n", kTags,
             checks, wall, after.same - before.same);
  fmt::print("CPU a check: {:.0f} us; libcurl alone: {:.0f} us\n", cpu / checks * 1e6, bare * 1e6);
  fmt::print("tokens: {} in the first {}, {} at the end\n", before.tokens, format_duration(kWarmUp),
             after.tokens);
  const double due = kTags * wall / to_seconds(kEvery);
  bool good = row("CPU, share of one core", cpu / wall, kMaxCpuShare);
  good &= row("resident, MiB", resident, kMaxMebibytes);
  good &=
      row("CPU a check, times libcurl alone", bare > 0 ? cpu / checks / bare : 99, kMaxOverBare);
  good &= row("checks over 1 s late, share", 1 - (after.in_time - before.in_time) / checks, 0.01);
  good &= row("checks missing of those due, share", 1 - (after.same - before.same) / due, 0.01);
  good &= row("tokens asked for before expiry", before.tokens == after.tokens ? 0 : 1, 0);
  return good ? 0 : 1;
}

}  // namespace
}  // namespace freshet

// Minutes to measure for, 1 to 60; 3 if not given. Then the folder of other clients, if any.
int main(int argc, char** argv) {
  const std::string text = argc > 1 ? argv[1] : "3";
  const auto minutes_to_measure = freshet::parse_whole(text);
  if (!minutes_to_measure || *minutes_to_measure < 1 || *minutes_to_measure > 60) {
    fmt::print(stderr, "bench registry [MINUTES]: 1 to 60, not {}\n", text);
    return 2;
  }
  const auto server = freshet::start_registry_server();
  if (server.port == 0) {
    fmt::print(stderr, "bench registry: the registry could not be started\n");
    return 2;
  }
  const int ended = freshet::measure(server.port, freshet::minutes(*minutes_to_measure));
  if (argc > 2) freshet::print_peers(argv[2], "127.0.0.1:" + std::to_string(server.port));
  freshet::stop_child_server(server);
  return ended;
}

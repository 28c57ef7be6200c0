// Queries told apart by their text, answered by formula.
#include "tests/bench/reading_server.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

#include "base/text.h"

namespace freshet {
namespace {

constexpr std::array<const char*, 15> kBounds = {"0.005", "0.01", "0.025", "0.05", "0.075",
                                                 "0.1",   "0.25", "0.5",   "0.75", "1",
                                                 "2.5",   "5",    "7.5",   "10",   "+Inf"};
constexpr std::array<double, 15> kWithin = {.01, .03,  .1,   .4,   .6,    .75,   .95, .98,
                                            .99, .993, .998, .999, .9995, .9998, 1};
struct Code {
  const char* code;
  double share;
};
constexpr std::array<Code, 2> kCodes = {{{"200", .999}, {"500", .001}}};
constexpr double kRate = 20;  // of a stable pod, requests a second
constexpr double kCanaryRate = 2;
const TimePoint kBorn{hours(500'000)};

// What stands between the quotes behind `label`, as the values it names.
std::vector<std::string> named(const std::string& query, const std::string& label) {
  const auto at = query.find(label + "=");
  if (at == query.npos) return {};
  const auto from = query.find('"', at) + 1;
  std::vector<std::string> out;
  for (std::string value : split(query.substr(from, query.find('"', from) - from), '|')) {
    if (const auto whole = value.find("(\\\\.0)?"); whole != value.npos) value.erase(whole);
    std::erase(value, '\\');
    out.push_back(std::move(value));
  }
  return out;
}

struct Arm {
  int canary = 0;
  bool stable = false;
};
std::vector<Arm> arms_of(const std::string& query, const std::string& label) {
  std::vector<Arm> out;
  for (const std::string& name : named(query, label)) {  // "checkout-17-00007"
    const auto parts = split(name, '-');
    out.push_back({static_cast<int>(parse_whole(parts.at(1)).value_or(0)), parts.at(2) == "00007"});
  }
  return out;
}

Duration window_of(const std::string& query) {
  const auto from = query.rfind('[') + 1;
  return seconds(parse_whole(query.substr(from, query.find('s', from) - from)).value_or(0));
}

std::string matrix(const std::string& series) {
  return R"({"status":"success","data":{"resultType":"matrix","result":[)" + series + "]}}";
}
std::string vector(const std::string& series) {
  return R"({"status":"success","data":{"resultType":"vector","result":[)" + series + "]}}";
}

void add(std::string& series, const std::string& labels, const std::string& samples) {
  if (!series.empty()) series += ',';
  fmt::format_to(std::back_inserter(series), R"({{"metric":{{{}}},"values":[{}]}})", labels,
                 samples);
}

std::string query_of(const HttpRequest& request) {
  const std::string& form =
      request.method == "POST" ? request.body : request.url.substr(request.url.find('?') + 1);
  return percent_decode(form.substr(form.find("query=") + 6)).value_or("");
}

}  // namespace

std::string ReadingServer::service_name(int canary) { return fmt::format("checkout-{}", canary); }
std::string ReadingServer::revision_name(int canary, bool stable) {
  return fmt::format("checkout-{}-{}", canary, stable ? "00007" : "00008");
}

HttpResponse ReadingServer::answer(const HttpRequest& request) {
  const std::string query = query_of(request);
  ++queries_;
  std::string body;
  if (query.starts_with("count(")) {
    const bool named_by_pod = query.find("serving_knative_dev_revision") != query.npos;
    body = vector(named_by_pod ? R"({"metric":{},"value":[1,"99"]})" : "");
  } else if (query.starts_with("sum by")) {
    body = answer_baseline();
  } else if (query.starts_with("http_server_request_duration_seconds_count")) {
    body = answer_activators(query);
  } else {
    body = answer_counts(query);
  }
  bytes_ += body.size();
  return {200, {{"Content-Type", "application/json"}}, std::move(body)};
}

std::string ReadingServer::samples(int canary, int pod, double rate, Duration window) const {
  const Duration offset = milliseconds((canary * 977 + pod * 5003) % period_.count());
  const Duration age = now_ - kBorn - offset;
  std::string out;
  for (Duration at = (age - window) / period_ * period_; at <= age; at += period_) {
    if (at <= age - window) continue;
    const TimePoint time = kBorn + offset + at;
    fmt::format_to(std::back_inserter(out), R"({}[{:.3f},"{}"])", out.empty() ? "" : ",",
                   to_unix_seconds(time), static_cast<std::int64_t>(rate * to_seconds(at)));
  }
  return out;
}

std::string ReadingServer::answer_counts(const std::string& query) const {
  const auto wanted = named(query, ",le");
  const std::set<std::string> bounds(wanted.begin(), wanted.end());
  const Duration window = window_of(query);
  std::string out;
  for (const auto& [canary, stable] : arms_of(query, "serving_knative_dev_revision")) {
    for (int pod = stable ? 0 : 2; pod < (stable ? 2 : 3); ++pod) {
      for (const auto& [code, share] : kCodes) {
        for (std::size_t i = 0; i < kBounds.size(); ++i) {
          if (!bounds.empty() && !bounds.contains(kBounds[i])) continue;
          const std::string labels = fmt::format(
              R"("__name__":"http_server_request_duration_seconds_bucket","container":)"
              R"("queue-proxy","endpoint":"http-usermetric","http_request_method":"GET",)"
              R"("http_response_status_code":"{0}","instance":"10.{1}.{2}.{3}:9091",)"
              R"("job":"knative-serving/knative-revisions","kn_route_tag":"kn:disabled",)"
              R"("le":"{4}","namespace":"shop","network_protocol_name":"http",)"
              R"("network_protocol_version":"1.1","otel_scope_name":"go.opentelemetry.io/)"
              R"(contrib/instrumentation/net/http/otelhttp",)"
              R"("pod":"{5}-deployment-7d9c5b8f6d-x{3}",)"
              R"("server_address":"{6}.shop.example.com","server_port":"80",)"
              R"("serving_knative_dev_revision":"{5}","url_scheme":"http")",
              code, canary / 256, canary % 256, pod, kBounds[i], revision_name(canary, stable),
              service_name(canary));
          add(out, labels,
              samples(canary, pod, (stable ? kRate : kCanaryRate) * share * kWithin[i], window));
        }
      }
    }
  }
  return matrix(out);
}

std::string ReadingServer::answer_activators(const std::string& query) const {
  const Duration window = window_of(query);
  std::string out;
  for (const auto& [canary, stable] : arms_of(query, "kn_revision_name")) {
    for (int activator = 0; activator < 2; ++activator) {
      for (const auto& [code, share] : kCodes) {
        const std::string labels = fmt::format(
            R"("__name__":"http_server_request_duration_seconds_count","container":"activator",)"
            R"("http_request_method":"GET","http_response_status_code":"{}",)"
            R"("instance":"10.9.0.{}:9090","job":"activator","k8s_namespace_name":"shop",)"
            R"("kn_configuration_name":"{}","kn_revision_name":"{}","kn_service_name":"{}",)"
            R"("namespace":"knative-serving","network_protocol_version":"1.1",)"
            R"("pod":"activator-{}",)"
            R"("server_address":"{}.shop.example.com","url_scheme":"http")",
            code, activator, service_name(canary), revision_name(canary, stable),
            service_name(canary), activator, service_name(canary));
        add(out, labels, samples(0, 7 + activator, .1 * share, window));
      }
    }
  }
  return matrix(out);
}

std::string ReadingServer::answer_baseline() const {
  std::string out;
  for (const auto& [code, share] : kCodes) {
    for (std::size_t i = 0; i < kBounds.size(); ++i) {
      fmt::format_to(
          std::back_inserter(out),
          R"({}{{"metric":{{"http_response_status_code":"{}","le":"{}"}},"value":[1,"{}"]}})",
          out.empty() ? "" : ",", code, kBounds[i], 2 * kRate * 3600 * share * kWithin[i]);
    }
  }
  return vector(out);
}

}  // namespace freshet

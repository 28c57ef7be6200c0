// What becomes of a request on its way.
#include "tests/simulate/wire.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "controller/sandbox/kinds.h"

namespace freshet::simulate {
namespace {

constexpr std::array<int, 10> kApiErrors = {401, 403, 404, 410, 422, 429, 500, 502, 503, 504};

constexpr std::string_view kTagHosts = ".example.com";  // of the simulated cluster's tag URLs

Error broken(const char* what) { return make_error(ErrorKind::kTransient, what); }

Error timed_out() { return make_error(ErrorKind::kTimeout, "simulated: no answer in time"); }

HttpResponse refusal(int status, std::string_view message) {
  HttpResponse out{status, {{"Content-Type", "application/json"}}, {}};
  if (status == 429) out.headers.push_back({"Retry-After", "1"});
  out.body = fmt::format(
      R"({{"kind":"Status","apiVersion":"v1","status":"Failure","message":"{}","code":{}}})",
      message, status);
  return out;
}

bool is_write(std::string_view as) {
  return as.starts_with("PATCH") || as.starts_with("POST") || as.starts_with("DELETE");
}

// The election is a thread of its own in the program: what is planned is for the others.
bool is_of_lease(std::string_view as) { return as.ends_with(" leases"); }

// What a Prometheus that lags behind knows.
HttpRequest asked_earlier(HttpRequest request, TimePoint then) {
  const auto time = std::chrono::floor<seconds>(then).time_since_epoch().count();
  std::string& query = request.method == "POST" ? request.body : request.url;
  query += fmt::format("&time={}", time);
  return request;
}

// The answer of a Prometheus that has lost all its series.
void empty_result(std::string& body) {
  const std::string_view key = "\"result\":[";
  const std::size_t at = body.find(key);
  if (at == std::string::npos) return;
  body = body.substr(0, at + key.size()) + "]}}";
}

void not_a_number(std::string& body) {
  std::string out;
  out.reserve(body.size());
  for (std::size_t i = 0; i < body.size(); ++i) {
    out += body[i];
    const bool begins = body[i] == '"' && i > 0 && body[i - 1] == ',' && i + 1 < body.size();
    if (!begins || body[i + 1] < '0' || body[i + 1] > '9') continue;
    const std::size_t end = body.find('"', i + 1);
    if (end == std::string::npos || end + 1 >= body.size() || body[end + 1] != ']') continue;
    out += "NaN\"";
    i = end;
  }
  body = std::move(out);
}

}  // namespace

std::string request_name(const HttpRequest& request) {
  const auto url = parse_url(request.url);
  const auto target = url ? sandbox::parse_target(url->target) : std::nullopt;
  if (!target) return request.method + " ?";
  std::string out = target->query.contains("watch") ? "WATCH" : request.method;
  out += ' ';
  out += target->kind->plural;
  if (!target->subresource.empty()) out += "/" + target->subresource;
  return out;
}

Wire::Wire(sandbox::World& world, const Weather& weather, std::uint64_t seed, Hooks hooks)
    : world_(world), weather_(weather), dice_(seed), hooks_(std::move(hooks)) {}

bool Wire::strikes(What what) {
  const auto percent = weather_.value(what, world_.now());
  if (!percent || dice_.uniform() * 100 >= *percent) return false;
  count(what);
  return true;
}

Result<HttpResponse> Wire::exchange(const HttpRequest& request) {
  ++exchanges_;
  if (freeze_ > Duration{0}) {
    count(What::kFreeze);
    hooks_.pass_time(std::exchange(freeze_, Duration{0}), true);
  }
  if (request.url.find(sandbox::kKubeHost) != std::string::npos) {
    return to_kube(request, request_name(request));
  }
  if (request.url.find(sandbox::kPrometheusHost) != std::string::npos) {
    return to_prometheus(request);
  }
  if (request.url.find(kTagHosts) != std::string::npos) return to_gate(request);
  return to_registry(request);
}

Result<HttpResponse> Wire::to_gate(const HttpRequest& request) {
  static const std::string kAs = "gate";
  if (strikes(What::kGatesUnreachable)) return broken("simulated: connection refused");
  return arrive(request, kAs);
}

Result<HttpResponse> Wire::arrive(const HttpRequest& request, const std::string& as,
                                  bool is_cut_later) {
  auto answer = world_.handle(request);
  if (answer && as.starts_with("WATCH")) spoil_watch(*answer);
  hooks_.on_exchange({request, as, answer, is_cut_ || is_cut_later});
  return answer;
}

// An exchange that outlasts its timeout may have arrived all the same.
std::optional<Result<HttpResponse>> Wire::take_long(const HttpRequest& request,
                                                    const std::string& as) {
  if (!strikes(What::kApiSlow)) return std::nullopt;
  const Duration lasting = dice_.between(Duration{50}, seconds(dice_.uniform() < 0.1 ? 20 : 3));
  hooks_.pass_time(std::min(lasting, request.timeout), false);
  if (lasting < request.timeout) return std::nullopt;
  if (dice_.uniform() < 0.5 && is_write(as)) (void)arrive(request, as);
  return Result<HttpResponse>(timed_out());
}

Result<HttpResponse> Wire::to_kube(const HttpRequest& request, const std::string& as) {
  const bool writes = is_write(as) && !is_of_lease(as);
  bool loses_reply = false;
  if (writes) hooks_.on_request(request, as);
  if (writes && plan_ && writes_++ == plan_->write) {
    const Moment moment = plan_->moment;
    if (moment <= Moment::kReplyLost) count(What::kKillAtWrite);
    plan_.reset();
    if (moment == Moment::kBefore) throw Killed{};
    if (moment == Moment::kRefused) return refusal(403, "simulated: forbidden");
    if (moment == Moment::kLeaseTaken) hooks_.take_lease();
    if (moment == Moment::kAfter) {
      (void)arrive(request, as);
      throw Killed{};
    }
    loses_reply = moment == Moment::kReplyLost;
  }
  if (!is_of_lease(as)) {
    if (auto ended = take_long(request, as)) return *std::move(ended);
  }
  if (strikes(What::kApiLosesRequests)) return broken("simulated: the request was lost");
  if (strikes(What::kApiFails)) {
    const auto which = static_cast<std::size_t>(dice_.uniform() * kApiErrors.size());
    return refusal(kApiErrors[which], "simulated: an error");
  }
  if (writes && strikes(What::kApiConflicts)) return refusal(409, "simulated: was modified");
  if (as == "PATCH services" && weather_.value(What::kApiRefusesWrites, world_.now())) {
    count(What::kApiRefusesWrites);
    return refusal(500, "simulated: failed calling webhook");
  }
  const bool reads = as.starts_with("GET");
  const bool is_cut = reads && strikes(What::kApiCutsAnswers);
  auto answer = arrive(request, as, is_cut);
  if (loses_reply || (writes && strikes(What::kApiLosesReplies))) {
    return broken("simulated: the reply was lost");
  }
  if (answer && (is_cut || (is_write(as) && strikes(What::kApiCutsAnswers)))) {
    answer->body.resize(answer->body.size() / 2);
  }
  return answer;
}

void Wire::spoil_watch(HttpResponse& answer) {
  if (held_) hold_in(answer.body);
  watch_events_ += std::ranges::count(answer.body, '\n');
  if (!strikes(What::kWatchBreaks)) return;
  const double part = dice_.uniform() * static_cast<double>(answer.body.size());
  answer.body.resize(static_cast<std::size_t>(part));
  is_cut_ = true;
}

// Cuts the stream before the event that is held back.
void Wire::hold_in(std::string& body) {
  std::size_t at = 0;
  for (std::int64_t number = watch_events_; at < body.size(); ++number) {
    if (number == held_->number) {
      if (held_->lasting == Duration{0}) {
        held_.reset();
        body.resize(at);
        body += R"({"type":"ERROR","object":{"kind":"Status","reason":"Expired","code":410}})";
        body += '\n';
        is_cut_ = true;
        return;
      }
      if (!held_->until) held_->until = world_.now() + held_->lasting;
      if (world_.now() >= *held_->until) {
        held_.reset();
        return;
      }
      body.resize(at);
      is_cut_ = true;
      return;
    }
    at = body.find('\n', at) + 1;
    if (at == 0) return;
  }
}

Result<HttpResponse> Wire::to_registry(const HttpRequest& request) {
  if (const auto status = weather_.value(What::kRegistryFails, world_.now())) {
    count(What::kRegistryFails);
    if (*status == 0) return broken("simulated: connection reset");
    return HttpResponse{*status, {}, "simulated"};
  }
  static const std::string kAs = "registry";
  const bool is_of_tag = request.url.find("/manifests/") != std::string::npos &&
                         request.url.find("sha256:") == std::string::npos;
  const std::string key = request.method + " " + request.url;
  if (const auto said = registry_said_.find(key);
      said != registry_said_.end() && weather_.value(What::kRegistryStale, world_.now())) {
    count(What::kRegistryStale);
    Result<HttpResponse> answer(said->second);
    hooks_.on_exchange({request, kAs, answer});
    return answer;
  }
  auto answer = arrive(request, kAs);
  if (answer && answer->status == 200 && is_of_tag) registry_said_.insert_or_assign(key, *answer);
  return answer;
}

Result<HttpResponse> Wire::to_prometheus(const HttpRequest& request) {
  if (strikes(What::kPrometheusFails)) {
    if (dice_.uniform() < 0.5) return broken("simulated: connection reset");
    return HttpResponse{503, {}, "simulated"};
  }
  static const std::string kAs = "prometheus";
  const auto behind = weather_.value(What::kPrometheusFailover, world_.now());
  const bool other = behind && dice_.uniform() < 0.5;
  if (other) count(What::kPrometheusFailover);
  auto answer =
      arrive(other ? asked_earlier(request, world_.now() - seconds(*behind)) : request, kAs);
  if (!answer) return answer;
  if (strikes(What::kPrometheusEmpty)) {
    empty_result(answer->body);
  } else if (strikes(What::kPrometheusNan)) {
    not_a_number(answer->body);
  } else {
    last_metrics_ = world_.now();
  }
  return answer;
}

}  // namespace freshet::simulate

// The shell around one candidate of an election.
#include "controller/runtime/election.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "controller/runtime/paths.h"

namespace freshet {

namespace {

constexpr int kMaxReleaseRequests = 4;  // a read and an update, and both again after a conflict

Result<LeaseRecord> record_of(const Result<ServerReply>& reply) {
  if (!reply) return reply.error();
  return lease_record(reply->body);
}

}  // namespace

KubeClientOptions lease_client_options(KubeClientOptions options, const LeaseTimes& times) {
  options.timeout = std::min(options.timeout, times.renew / 2);
  options.time_to_write = nullptr;
  return options;
}

Election::Election(KubeClient& kube, const Clock& clock, ElectionOptions options)
    : kube_(kube),
      clock_(clock),
      options_(std::move(options)),
      candidate_(options_.identity, options_.times) {}

TimePoint Election::run_once() {
  const auto next = [this] {
    const std::lock_guard lock(mutex_);
    return candidate_.next(clock_.monotonic(), clock_.now());
  };
  send(next());
  tell();
  return clock_.now() + std::max(next().due - clock_.monotonic(), Duration::zero());
}

void Election::send(const LeaseRequest& request) {
  const Duration sent = clock_.monotonic();
  switch (request.kind) {
    case LeaseRequest::Kind::kNothing: return;
    case LeaseRequest::Kind::kRead: {
      const auto answer = record_of(kube_.get(lease_path(options_.lease)));
      const std::lock_guard lock(mutex_);
      return candidate_.on_read(answer, clock_.monotonic());
    }
    case LeaseRequest::Kind::kCreate:
    case LeaseRequest::Kind::kUpdate: {
      const bool is_new = request.kind == LeaseRequest::Kind::kCreate;
      const auto answer = record_of(
          is_new ? kube_.post(leases_path(options_.lease.name_space),
                              lease_object(options_.lease.name, request.record))
                 : kube_.merge_patch(lease_path(options_.lease), lease_patch(request.record)));
      const std::lock_guard lock(mutex_);
      return candidate_.on_write(answer, sent, clock_.monotonic());
    }
  }
}

void Election::release() {
  {
    const std::lock_guard lock(mutex_);
    candidate_.leave(clock_.monotonic());
  }
  for (int i = 0; i < kMaxReleaseRequests; ++i) run_once();
}

Duration Election::time_left() const {
  const std::lock_guard lock(mutex_);
  return candidate_.time_left(clock_.monotonic());
}

std::string Election::lost() const {
  const std::lock_guard lock(mutex_);
  const std::string why = candidate_.lost(clock_.monotonic());
  if (why.empty()) return "";
  return "this replica led, and may not write any more: " + why;
}

std::string Election::standing() const {
  const std::lock_guard lock(mutex_);
  const Duration now = clock_.monotonic();
  if (candidate_.time_left(now) > Duration::zero()) return "leading";
  if (candidate_.is_gone()) return "gone";
  if (const std::string why = candidate_.lost(now); !why.empty()) return "lost: " + why;
  if (!candidate_.trouble().empty()) return "standby: " + candidate_.trouble();
  const std::string holder = candidate_.holder();
  return holder.empty() ? "standby" : "standby: " + holder + " leads";
}

// One line for each change of standing.
void Election::tell() {
  std::string now = standing();
  if (now == told_ || now == "standby") return;
  const bool is_bad = now.starts_with("lost");
  options_.log(
      {is_bad ? LogLevel::kWarning : LogLevel::kInfo,
       "Election",
       {{"lease", to_string(options_.lease)}, {"replica", options_.identity}, {"standing", now}}});
  told_ = std::move(now);
}

}  // namespace freshet

// An election over one Lease, as one candidate sees it.
#include "controller/kube/lease.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace freshet {
namespace {

constexpr Duration kShortestRetry{100};
constexpr double kJitterAllowed = 1.2;  // by how much client-go's candidates stretch a retry
constexpr seconds kLongestLease{3600};  // a longer one, whoever wrote it, counts as this
constexpr seconds kReleased{1};         // as client-go writes it: zero is not allowed

}  // namespace

Status check_lease_times(const LeaseTimes& times) {
  const auto refuse = [&](const std::string& why) {
    return bad_input("lease " + format_duration(times.duration) + ", renew deadline " +
                     format_duration(times.renew) + ", retry " + format_duration(times.retry) +
                     ": " + why);
  };
  if (times.duration % seconds(1) != Duration::zero()) {
    return refuse("the lease must be of whole seconds");
  }
  if (times.duration > kLongestLease) return refuse("the lease is at most 1h");
  if (times.retry < kShortestRetry) return refuse("the retry is at least 100ms");
  if (times.duration <= times.renew) {
    return refuse("the lease must be longer than the renew deadline");
  }
  if (to_seconds(times.renew) <= to_seconds(times.retry) * kJitterAllowed) {
    return refuse("the renew deadline must be longer than 1.2 times the retry");
  }
  return {};
}

std::string format_micro_time(TimePoint t) {
  constexpr std::size_t kUpToSeconds = 19;  // "2026-11-29T02:10:00"
  const std::string text = format_rfc3339(t);
  const bool has_fraction = text[kUpToSeconds] == '.';
  return text.substr(0, kUpToSeconds) + "." +
         (has_fraction ? text.substr(kUpToSeconds + 1, 3) : "000") + "000Z";
}

LeaseRecord lease_record(const Json& lease) {
  const Json& spec = at_path(lease, {"spec"});
  LeaseRecord record;
  record.holder = string_or(spec, "holderIdentity");
  record.duration = seconds(
      std::clamp<std::int64_t>(int_or(spec, "leaseDurationSeconds", 0), 0, kLongestLease.count()));
  record.acquired = string_or(spec, "acquireTime");
  record.renewed = string_or(spec, "renewTime");
  record.transitions = int_or(spec, "leaseTransitions", 0);
  record.version = string_or(at_path(lease, {"metadata"}), "resourceVersion");
  return record;
}

Json lease_patch(const LeaseRecord& record) {
  Json spec = {{"holderIdentity", record.holder},
               {"leaseDurationSeconds", std::chrono::floor<seconds>(record.duration).count()},
               {"acquireTime", record.acquired},
               {"renewTime", record.renewed},
               {"leaseTransitions", record.transitions}};
  return {{"metadata", {{"resourceVersion", record.version}}}, {"spec", std::move(spec)}};
}

Json lease_object(const std::string& name, const LeaseRecord& record) {
  Json lease = lease_patch(record);
  lease["apiVersion"] = "coordination.k8s.io/v1";
  lease["kind"] = "Lease";
  lease["metadata"] = {{"name", name}};
  return lease;
}

LeaseCandidate::LeaseCandidate(std::string identity, LeaseTimes times)
    : identity_(std::move(identity)), times_(times) {}

Duration LeaseCandidate::runs_out_at() const {
  const bool says = seen_->duration > Duration::zero();
  return changed_at_ + (says ? seen_->duration : times_.duration);
}

// A holder of our own identity: a write of ours arrived and its reply did not.
bool LeaseCandidate::may_take(Duration now) const {
  return !seen_ || seen_->holder.empty() || seen_->holder == identity_ || now >= runs_out_at();
}

Duration LeaseCandidate::time_left(Duration now) const {
  const auto* leading = std::get_if<Leading>(&standing_);
  if (leading == nullptr) return Duration::zero();
  return std::max(leading->renewed_at + times_.renew - now, Duration::zero());
}

std::string LeaseCandidate::lost(Duration now) const {
  if (const auto* lost = std::get_if<Lost>(&standing_)) return lost->why;
  const bool is_late =
      std::holds_alternative<Leading>(standing_) && time_left(now) == Duration::zero();
  if (!is_late) return "";
  return "its lease was not renewed within " + format_duration(times_.renew) +
         (trouble_.empty() ? "" : ": " + trouble_);
}

void LeaseCandidate::settle(Duration now) {
  if (std::string why = lost(now); !why.empty()) standing_ = Lost{std::move(why)};
}

LeaseRecord LeaseCandidate::wanted(TimePoint wall) const {
  const std::string time = format_micro_time(wall);
  LeaseRecord record{identity_, times_.duration, time, time, 0, ""};
  if (seen_) {
    record.version = seen_->version;
    record.transitions = seen_->transitions + (seen_->holder == identity_ ? 0 : 1);
    if (seen_->holder == identity_) record.acquired = seen_->acquired;
  }
  if (std::holds_alternative<Leaving>(standing_)) {
    record.holder.clear();
    record.duration = kReleased;
    record.acquired = time;
  }
  return record;
}

LeaseRequest LeaseCandidate::next(Duration now, TimePoint wall) {
  using Kind = LeaseRequest::Kind;
  settle(now);
  if (std::holds_alternative<Lost>(standing_) || is_gone()) {
    return {Kind::kNothing, now + times_.retry, {}};
  }
  if (now < due_) {
    const Duration left = time_left(now);
    return {Kind::kNothing, left > Duration::zero() ? std::min(due_, now + left) : due_, {}};
  }
  if (!is_fresh_) return {Kind::kRead, now, {}};
  return {seen_ ? Kind::kUpdate : Kind::kCreate, now, wanted(wall)};
}

void LeaseCandidate::see(std::optional<LeaseRecord> record, Duration now) {
  trouble_.clear();
  is_fresh_ = true;
  due_ = now;
  const std::string version = record ? record->version : "";
  if (record && seen_) record->version = seen_->version;
  if (record != seen_) changed_at_ = now;
  seen_ = std::move(record);
  if (seen_) seen_->version = version;
}

void LeaseCandidate::fail(const Error& error, Duration now) {
  const bool was_beaten =
      error.kind == ErrorKind::kConflict && std::holds_alternative<Standby>(standing_);
  trouble_ = was_beaten ? "" : error.message;
  is_fresh_ = false;  // it may have arrived all the same, or someone else was first
  due_ = std::holds_alternative<Leaving>(standing_) ? now : now + times_.retry;
}

void LeaseCandidate::on_read(const Result<LeaseRecord>& answer, Duration now) {
  settle(now);
  if (!answer && answer.error().kind != ErrorKind::kNotFound) return fail(answer.error(), now);
  see(answer ? std::optional(*answer) : std::nullopt, now);
  if (std::holds_alternative<Standby>(standing_) && !may_take(now)) {
    is_fresh_ = false;
    due_ = std::min(now + times_.retry / 2, runs_out_at());
  }
  const bool is_anothers = seen_ && !seen_->holder.empty() && seen_->holder != identity_;
  if (std::holds_alternative<Leading>(standing_) && is_anothers) {
    standing_ = Lost{"its lease was taken by " + seen_->holder};
  }
  if (std::holds_alternative<Leaving>(standing_) && (!seen_ || seen_->holder != identity_)) {
    standing_ = Gone{};
  }
}

void LeaseCandidate::on_write(const Result<LeaseRecord>& answer, Duration sent, Duration now) {
  settle(now);
  if (!answer) return fail(answer.error(), now);
  see(*answer, now);
  if (std::holds_alternative<Leaving>(standing_)) standing_ = Gone{};
  if (!std::holds_alternative<Standby>(standing_) && !std::holds_alternative<Leading>(standing_)) {
    return;
  }
  standing_ = Leading{sent};
  due_ = sent + times_.retry;
}

void LeaseCandidate::leave(Duration now) {
  settle(now);
  if (std::holds_alternative<Standby>(standing_)) is_fresh_ = false;
  if (std::holds_alternative<Lost>(standing_) || is_gone()) return;
  standing_ = Leaving{};
  due_ = now;
}

}  // namespace freshet

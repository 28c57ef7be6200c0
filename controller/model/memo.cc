// The memo's own fields as JSON; answers and history have fields of their own in status.
#include "controller/model/memo.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "controller/model/pair_codec.h"

namespace freshet {
namespace {

void put_time(Json& object, std::string_view key, const std::optional<TimePoint>& time) {
  if (time) object[std::string(key)] = format_rfc3339(*time);
}

std::optional<TimePoint> time_or_none(const Json& object, std::string_view key) {
  const auto time = parse_rfc3339(string_or(object, key));
  return time ? std::optional<TimePoint>(*time) : std::nullopt;
}

Json deferral_to_json(const Deferral& deferral) {
  Json out = {
      {"until", format_rfc3339(deferral.until)}, {"times", deferral.times}, {"why", deferral.why}};
  put_pair(out, deferral.pair);
  return out;
}

constexpr std::int64_t kMostTimes = 1000;
constexpr Duration kMostClosed = days(366);

std::optional<Deferral> deferral_from_json(const Json& json) {
  const auto pair = read_pair(json);
  const auto until = time_or_none(json, "until");
  const auto times = int_or(json, "times", 0);
  if (!pair || !until || times < 0 || times > kMostTimes) return std::nullopt;
  return Deferral{*pair, *until, static_cast<int>(times), string_or(json, "why")};
}

}  // namespace

Json memo_to_json(const Memo& memo) {
  Json out = {{"seq", memo.seq}};
  put_time(out, "stepSince", memo.step_since);
  put_time(out, "candidateUnreadySince", memo.candidate_unready_since);
  put_time(out, "blindSince", memo.blind_since);
  put_time(out, "waitingSince", memo.waiting_since);
  put_time(out, "closedSince", memo.closed_since);
  if (memo.closed_for > Duration{0}) out["closedForMs"] = memo.closed_for.count();
  if (memo.downgrade_allowed) out["downgradeAllowed"] = digests_to_json(*memo.downgrade_allowed);
  if (!memo.gates.gates.empty()) out["gates"] = gates_to_json(memo.gates);
  if (!memo.deferred.empty()) {
    Json list = Json::array();
    for (const Deferral& deferral : memo.deferred) list.push_back(deferral_to_json(deferral));
    out["deferred"] = std::move(list);
  }
  return out;
}

Memo memo_from_json(const Json& json) {
  Memo memo;
  memo.seq = int_or(json, "seq", 0);
  memo.step_since = time_or_none(json, "stepSince");
  memo.candidate_unready_since = time_or_none(json, "candidateUnreadySince");
  memo.blind_since = time_or_none(json, "blindSince");
  memo.waiting_since = time_or_none(json, "waitingSince");
  memo.closed_since = time_or_none(json, "closedSince");
  memo.closed_for = std::clamp(Duration{int_or(json, "closedForMs", 0)}, Duration{0}, kMostClosed);
  if (auto allowed = read_digests(at_path(json, {"downgradeAllowed"}))) {
    memo.downgrade_allowed = std::move(*allowed);
  }
  memo.gates = gates_from_json(at_path(json, {"gates"}));
  const Json& list = at_path(json, {"deferred"});
  if (!list.is_array()) return memo;
  for (const Json& item : list) {
    if (memo.deferred.size() == kMaxRejections) break;
    if (auto deferral = deferral_from_json(item)) memo.deferred.push_back(*std::move(deferral));
  }
  return memo;
}

}  // namespace freshet

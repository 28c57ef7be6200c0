// freshet pause --all, resume --all.
#include "controller/cli/stop_all.h"

#include <nlohmann/json.hpp>

#include "config/rollout_policy.h"
#include "controller/cli/order.h"
#include "controller/runtime/paths.h"

namespace freshet {
namespace {

const std::string kClusterKind{kClusterRolloutPolicy};

std::string stop_path() { return policy_path(kClusterKind, {"", kStopPolicy}); }

// "2026-12-20T18:00", as windows have it.
std::string minute_text(TimePoint t) { return format_rfc3339(t).substr(0, 16); }

RolloutPolicy stop_policy(const std::string& owner, const std::string& reason,
                          std::optional<TimePoint> now, std::optional<TimePoint> until) {
  RolloutPolicy policy;
  policy.kind = kClusterKind;
  policy.name = kStopPolicy;
  policy.spec.owner = owner;
  policy.spec.reason = reason;
  policy.spec.stop = !until;
  if (until) {
    const TimePoint end = std::chrono::ceil<minutes>(*until);
    policy.spec.deny = {{{}, minute_text(*now), minute_text(end), "UTC"}};
  }
  return policy;
}

Result<TimePoint> end_of_pause(const std::string& text, TimePoint now) {
  const auto time = parse_rfc3339(text);
  const auto length = time ? Result<Duration>(*time - now) : parse_duration(text);
  if (!length) return length.error();
  if (*length <= Duration{0}) return bad_input("--until " + text + " is over already");
  return now + *length;
}

int not_known(Context& context, const Error& error) {
  if (error.kind != ErrorKind::kNotFound) return report(context, error);
  return report(context, make_error(ErrorKind::kRefused,
                                    "this cluster does not know ClusterRolloutPolicy; install it: "
                                    "freshet crd | kubectl apply --server-side -f -"));
}

}  // namespace

int stop_all(Context& context, ClusterConnection& cluster, const std::string& reason,
             const std::string& until) {
  if (reason.empty()) return report(context, bad_input("pause --all wants a --reason"));
  if (const Status good = check_reason(reason); !good) return report(context, good.error());
  const TimePoint now = context.clock.now();
  std::optional<TimePoint> end;
  if (!until.empty()) {
    const auto found = end_of_pause(until, now);
    if (!found) return report(context, found.error());
    end = *found;
  }
  Json object = to_json(stop_policy(user_name(context), reason, now, end));
  auto written = cluster.kube->post(policies_path(kClusterKind, ""), object);
  if (!written && written.error().kind == ErrorKind::kConflict) {
    // It is there already: as a whole what is asked for now.
    written = cluster.kube->json_patch(
        stop_path(),
        Json::array({{{"op", "add"}, {"path", "/spec"}, {"value", object.at("spec")}}}));
  }
  if (!written) return not_known(context, written.error());
  context.out.print("✓ no rollout starts or advances anywhere " +
                    (end ? "until " + format_rfc3339(std::chrono::ceil<minutes>(*end))
                         : "until " + context.program + " resume --all") +
                    "; retreats go ahead\n");
  return kDone;
}

int resume_all(Context& context, ClusterConnection& cluster) {
  const auto gone = cluster.kube->del(stop_path());
  if (!gone && gone.error().kind == ErrorKind::kNotFound) {
    return report(context, make_error(ErrorKind::kRefused,
                                      "nothing is stopped: there is no ClusterRolloutPolicy stop"));
  }
  if (!gone) return report(context, gone.error());
  context.out.print("✓ rollouts go on, where no other policy holds them\n");
  return kDone;
}

}  // namespace freshet

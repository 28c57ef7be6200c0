// Orders: written as an annotation, waited for, told.
#include "controller/cli/order.h"

#include <nlohmann/json.hpp>

#include "base/text.h"
#include "controller/cli/cluster.h"
#include "controller/runtime/paths.h"

namespace freshet {
namespace {

constexpr std::size_t kMaxUser = 64;

const CommandStatus* answer_to(const ServiceDetail& detail, const std::string& id) {
  for (const CommandStatus& answer : detail.status.commands) {
    if (answer.id == id) return &answer;
  }
  return nullptr;
}

int tell(Context& context, const CommandStatus& answer) {
  context.out.print(answer.answer + ": " + answer.message + "\n");
  return answer.answer == "Accepted" ? kDone : kFailed;
}

}  // namespace

int no_answer(Context& context, const Order& order) {
  context.out.complain("no answer to " + order.verb + " within " + format_duration(order.timeout) +
                       "; it stays on the TrackedService, and is carried out when the controller "
                       "runs");
  return kTimedOut;
}

std::string user_name(const Context& context) {
  std::string name;
  for (const char c : context.sources.variable("USER").value_or("")) {
    const bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                       std::string_view("._@-").find(c) != std::string_view::npos;
    if (plain && name.size() < kMaxUser) name += c;
  }
  return name;
}

int give_order(Context& context, ClusterConnection& cluster, const Order& order) {
  if (const Status reason = check_reason(order.reason); !reason) {
    return report(context, reason.error());
  }
  const Result<ServiceDetail> seen = read_service(cluster, order.service);
  if (!seen) return report(context, seen.error());
  const TimePoint began = context.clock.now();
  const std::string id = "cli-" + std::to_string(began.time_since_epoch().count());
  const std::string path = tracked_service_path({seen->tracked.name_space, seen->tracked.name});
  const Json annotations = {
      {"freshet.dev/" + order.verb, order_text(order, *seen, id, user_name(context))}};
  const auto written =
      cluster.kube->merge_patch(path, Json{{"metadata", {{"annotations", annotations}}}});
  if (!written) return report(context, written.error());

  while (true) {
    const Result<ServerReply> now = cluster.kube->get(path);
    if (now) {
      const ServiceDetail detail = make_detail(now->body, nullptr, {});
      if (const CommandStatus* answer = answer_to(detail, id)) return tell(context, *answer);
    } else if (now.error().kind == ErrorKind::kNotFound) {
      return report(context, now.error());
    }
    if (context.clock.now() - began >= order.timeout || context.stop()) {
      return no_answer(context, order);
    }
    context.sleep(kLookEvery);
  }
}

}  // namespace freshet

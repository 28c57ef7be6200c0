// Writing what controller/planner/command.h reads.
#include "controller/show/order_text.h"

#include <algorithm>

#include "base/text.h"

namespace freshet {
namespace {

constexpr std::size_t kMaxReason = 300;

}  // namespace

Status check_reason(const std::string& reason) {
  if (reason.size() > kMaxReason) {
    return tl::unexpected(bad_input("--reason is longer than 300 bytes"));
  }
  if (has_control_characters(reason) || !is_valid_utf8(reason)) {
    return tl::unexpected(bad_input("--reason must be one line of text"));
  }
  if (trim(reason).starts_with("--")) {
    return tl::unexpected(bad_input("--reason must not begin with --"));
  }
  return {};
}

std::string order_text(const OrderWords& order, const ServiceDetail& seen, const std::string& id,
                       const std::string& user) {
  std::vector<std::string> words{id};
  words.insert(words.end(), order.options.begin(), order.options.end());
  const Rollout* rollout = seen.core ? active_rollout(seen.core->phase) : nullptr;
  if (order.names_rollout && rollout != nullptr) {
    words.push_back("--rollout=" + rollout->id);
    const auto* shifting = std::get_if<Shifting>(&seen.core->phase);
    if (order.verb == "promote" && shifting != nullptr) {
      words.push_back("--step=" + std::to_string(shifting->step + 1));
    }
  }
  const bool says_seen = std::ranges::any_of(
      order.options, [](const std::string& option) { return option.starts_with("--seen="); });
  if (order.verb == "retry" && seen.core && !says_seen) {
    words.push_back("--seen=" + std::to_string(seen.core->seq));
  }
  if (!user.empty()) words.push_back("--by=" + user);
  const std::string_view reason = trim(order.reason);
  if (!reason.empty()) words.emplace_back(reason);
  return join(words, " ");
}

}  // namespace freshet

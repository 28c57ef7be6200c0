// Webhooks, true and forged.
#include "tests/simulate/triggers.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

namespace freshet::simulate {
namespace {

constexpr Duration kEvery{200};
constexpr Duration kLasting = seconds(2);
constexpr std::size_t kMostAsked = 5;  // while that lasts: kHintSpacing, and once for other reasons

}  // namespace

void Triggers::begin(int service, TimePoint now) {
  service_ = service;
  due_ = now + kEvery;
  ends_ = now + kLasting;
}

void Triggers::send(TimePoint now, Replica& replica) {
  if (due_ > now) return;
  due_ = now < ends_ ? now + kEvery : TimePoint::max();
  const auto reference = parse_image_reference(container_of(service_)["image"].get<std::string>());
  if (reference) replica.hint(*reference);
}

std::string Triggers::on_asked(std::size_t replica, const Exchange& exchange, TimePoint now) {
  if (exchange.request.method != "HEAD" || !exchange.answer) return "";
  const int status = exchange.answer->status;
  if (status != 200 && status != 304) return "";
  std::deque<TimePoint>& asked = asked_[fmt::format("{} {}", replica, exchange.request.url)];
  asked.push_back(now);
  if (asked.size() <= kMostAsked) return "";
  const Duration since = now - asked.front();
  asked.pop_front();
  if (since > kLasting) return "";
  return fmt::format("{} is asked {} times in {}", exchange.request.url, kMostAsked + 1,
                     format_duration(since));
}

}  // namespace freshet::simulate

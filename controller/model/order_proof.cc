// HMAC-SHA256 over what a command says.
#include "controller/model/order_proof.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/mac.h"
#include "base/text.h"

namespace freshet {
namespace {

constexpr std::string_view kIdPrefix = "api-";
constexpr std::string_view kProofOption = " --proof=";
constexpr std::size_t kProofDigits = 64;

// No two different lists of parts give the same bytes: neither uid nor verb has a line end.
std::string proof(std::string_view text, const Secret& key, const Uid& tracked,
                  std::string_view verb) {
  return hmac_hex(MacHash::kSha256, key.reveal(),
                  fmt::format("freshet order\n{}\n{}\n{}", tracked.get(), verb, text));
}

}  // namespace

std::string order_id(TimePoint now, std::uint64_t chance) {
  return fmt::format("{}{}-{:08x}", kIdPrefix, now.time_since_epoch().count(), chance & 0xffffffff);
}

std::optional<TimePoint> order_time(std::string_view id) {
  if (!id.starts_with(kIdPrefix)) return std::nullopt;
  id.remove_prefix(kIdPrefix.size());
  const auto count = parse_whole(id.substr(0, id.find('-')));
  if (!count) return std::nullopt;
  return TimePoint(Duration(*count));
}

std::string with_proof(const std::string& text, const Secret& key, const Uid& tracked,
                       std::string_view verb) {
  const std::size_t end = std::min(text.find(' '), text.size());
  return text.substr(0, end) + std::string(kProofOption) + proof(text, key, tracked, verb) +
         text.substr(end);
}

bool is_proven(std::string_view text, const Secret& key, const Uid& tracked, std::string_view verb,
               TimePoint now) {
  const std::size_t end = std::min(text.find(' '), text.size());
  const std::size_t code = end + kProofOption.size();
  if (key.empty() || !text.substr(end).starts_with(kProofOption)) return false;
  const auto time = order_time(text.substr(0, end));
  if (!time || now > *time + kOrderProofGoodFor || text.size() < code + kProofDigits) return false;
  std::string proven(text.substr(0, end));
  proven += text.substr(code + kProofDigits);
  return same_secret(text.substr(code, kProofDigits), proof(proven, key, tracked, verb));
}

}  // namespace freshet

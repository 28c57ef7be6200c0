// Checking and printing of names.
#include "controller/model/names.h"

#include <algorithm>
#include <vector>

#include "base/text.h"

namespace freshet {
namespace {

constexpr std::size_t kShortDigits = 12;
constexpr std::size_t kMaxObjectName = 253;

bool is_lower_hex(std::string_view text) {
  return std::ranges::all_of(
      text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

Error bad_digest(std::string_view text) {
  return bad_input("not a digest: '" + printable(text) +
                   "' (expected sha256: and 64 lower-case hex digits, or sha512: and 128)");
}

}  // namespace

Result<Digest> Digest::parse(std::string_view text) {
  const auto colon = text.find(':');
  if (colon == std::string_view::npos) return bad_digest(text);
  const auto algorithm = text.substr(0, colon);
  const auto digits = text.substr(colon + 1);
  const bool sized = (algorithm == "sha256" && digits.size() == 64) ||
                     (algorithm == "sha512" && digits.size() == 128);
  if (!sized || !is_lower_hex(digits)) return bad_digest(text);
  return Digest(std::string(text));
}

std::string Digest::short_form() const { return text_.substr(text_.find(':') + 1, kShortDigits); }

std::map<std::string, std::string> digest_texts(const DigestSet& digests) {
  std::map<std::string, std::string> out;
  for (const auto& [container, digest] : digests) out[container.get()] = digest.get();
  return out;
}

std::string to_string(const DigestSet& digests) {
  if (digests.size() == 1) return digests.begin()->second.short_form();
  std::vector<std::string> parts;
  for (const auto& [container, digest] : digests) {
    parts.push_back(container.get() + "=" + digest.short_form());
  }
  return join(parts, ", ");
}

bool is_object_name(std::string_view text) {
  const auto is_alnum = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  const auto is_label = [&](const std::string& label) {
    return !label.empty() && is_alnum(label.front()) && is_alnum(label.back()) &&
           std::ranges::all_of(label, [&](char c) { return is_alnum(c) || c == '-'; });
  };
  return text.size() <= kMaxObjectName && std::ranges::all_of(split(text, '.'), is_label);
}

std::string to_string(const ServiceKey& key) { return key.name_space + "/" + key.name; }

Result<Percent> Percent::parse(std::int64_t number) {
  if (number < 0 || number > 100) {
    return bad_input("a percent is a whole number from 0 to 100: found " + std::to_string(number));
  }
  return Percent(static_cast<int>(number));
}

Percent Percent::clamp(std::int64_t number) {
  return Percent(static_cast<int>(std::clamp<std::int64_t>(number, 0, 100)));
}

}  // namespace freshet

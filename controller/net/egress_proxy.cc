// Which requests go through the proxy: by host, as NO_PROXY is read by Go's programs.
#include "controller/net/egress_proxy.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <optional>

#include "base/text.h"

namespace freshet {
namespace {

using AddressBytes = std::vector<unsigned char>;

std::optional<AddressBytes> address_bytes(const std::string& text) {
  std::array<unsigned char, 16> bytes{};
  if (inet_pton(AF_INET, text.c_str(), bytes.data()) == 1) {
    return AddressBytes(bytes.begin(), bytes.begin() + 4);
  }
  if (inet_pton(AF_INET6, text.c_str(), bytes.data()) == 1) {
    return AddressBytes(bytes.begin(), bytes.end());
  }
  return std::nullopt;
}

// "10.0.0.0/8"
bool is_in_block(const std::string& host, const std::string& block) {
  const auto slash = block.find('/');
  const auto base = address_bytes(block.substr(0, slash));
  const auto address = address_bytes(host);
  const auto length = parse_whole(block.substr(slash + 1));
  if (!base || !address || base->size() != address->size() || !length) return false;
  if (*length > static_cast<std::int64_t>(base->size() * 8)) return false;
  for (std::size_t bit = 0; bit < static_cast<std::size_t>(*length); ++bit) {
    const unsigned mask = 0x80U >> (bit % 8);
    if (((*base)[bit / 8] & mask) != ((*address)[bit / 8] & mask)) return false;
  }
  return true;
}

// The entry without its port, which must be the URL's.
std::optional<std::string> host_of(std::string entry, int port) {
  const auto colon = entry.rfind(':');
  const bool in_brackets = entry.starts_with('[');
  const bool has_port = in_brackets ? entry.find("]:") != entry.npos
                                    : colon != entry.npos && entry.find(':') == colon;
  if (has_port) {
    if (parse_whole(entry.substr(colon + 1)) != port) return std::nullopt;
    entry.resize(colon);
  }
  if (in_brackets && entry.ends_with(']')) entry = entry.substr(1, entry.size() - 2);
  return entry;
}

bool is_direct(const std::string& entry, const Url& url) {
  if (entry == "*") return true;
  if (entry.find('/') != entry.npos) return is_in_block(url.host, entry);
  auto host = host_of(entry, url.port);
  if (!host || host->empty()) return false;
  if (host->starts_with("*.")) host->erase(0, 1);
  if (host->starts_with('.')) return url.host.ends_with(*host);
  return url.host == *host || (!address_bytes(*host) && url.host.ends_with("." + *host));
}

// In any spelling that is read as an address: "10.0.0.1", "2130706433", "0x7f.1", "::1".
bool is_address_or_bare(std::string host) {
  if (host.ends_with('.')) host.pop_back();
  const auto dot = host.rfind('.');
  if (dot == host.npos || host.find(':') != host.npos) return true;
  const char first = host[dot + 1];
  return first >= '0' && first <= '9';
}

}  // namespace

Result<EgressProxy> parse_egress_proxy(std::string_view proxy, std::string_view no_proxy) {
  EgressProxy out;
  std::string text(trim(proxy));
  if (text.empty()) return out;
  if (text.find("://") == text.npos) text.insert(0, "http://");
  const auto begin = text.find("://") + 3;
  const auto end = std::min(text.find_first_of("/?#", begin), text.size());
  const auto at = text.rfind('@', end);
  if (at != text.npos && at >= begin) {
    out.login = Secret(text.substr(begin, at - begin));
    text.erase(begin, at + 1 - begin);
  }
  const auto url = parse_url(text);
  if (!url && !out.login.empty()) return bad_input("the proxy's URL is malformed beside its login");
  if (!url) return url.error();
  if (url->target != "/") return bad_input("the proxy's URL has a path; allowed: http://host:port");
  out.url = text;
  out.direct = {"localhost", "127.0.0.0/8", "::1"};
  for (const std::string& part : split(no_proxy, ',')) {
    if (const auto entry = trim(part); !entry.empty()) out.direct.push_back(to_lower(entry));
  }
  return out;
}

bool goes_through(const EgressProxy& proxy, const Url& url) {
  if (proxy.url.empty() || url.scheme != "https") return false;
  return std::ranges::none_of(proxy.direct,
                              [&](const std::string& entry) { return is_direct(entry, url); });
}

bool may_ask_proxy_for(const AddressPolicy& policy, const Url& url) {
  return policy.allow_private || !is_address_or_bare(url.host) ||
         is_listed(policy, url.host, url.port);
}

}  // namespace freshet

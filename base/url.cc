// URLs: a strict parser for what configuration and servers name, and percent coding.
#include <algorithm>

#include "base/http.h"
#include "base/text.h"

namespace freshet {
namespace {

constexpr std::size_t kMaxUrlBytes = 16384;
constexpr std::size_t kMaxHostBytes = 253;
constexpr std::string_view kLowerAlnum = "abcdefghijklmnopqrstuvwxyz0123456789";

bool is_unreserved(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '.' || c == '_' || c == '~';
}

bool is_visible_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7f; });
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// Why `host` (lower case) cannot be a host name or address; empty if it can.
std::string_view problem_of_host(std::string_view host, bool in_brackets) {
  if (host.empty()) return "it has no host";
  if (host.size() > kMaxHostBytes) return "its host is too long";
  if (in_brackets) {
    const bool is_address =
        host.find(':') != host.npos && host.find_first_not_of("0123456789abcdef:.") == host.npos;
    return is_address ? "" : "its IPv6 address is malformed";
  }
  const std::string allowed = std::string(kLowerAlnum) + "-._";
  return host.find_first_not_of(allowed) == host.npos ? "" : "its host has a character no name has";
}

struct Authority {
  std::string host;
  bool in_brackets = false;
  std::string_view port;  // without the colon
  bool is_well_formed = true;
};

Authority split_authority(std::string_view text) {
  if (text.starts_with('[')) {
    const std::size_t end = text.find(']');
    if (end == text.npos) return {"", true, "", false};
    const std::string_view rest = text.substr(end + 1);
    const bool is_well_formed = rest.empty() || (rest[0] == ':' && rest.size() > 1);
    return {to_lower(text.substr(1, end - 1)), true, rest.substr(rest.empty() ? 0 : 1),
            is_well_formed};
  }
  const std::size_t colon = text.find(':');
  if (colon == text.npos) return {to_lower(text), false, "", true};
  const std::string_view port = text.substr(colon + 1);
  return {to_lower(text.substr(0, colon)), false, port, !port.empty()};
}

}  // namespace

Result<Url> parse_url(std::string_view text) {
  const auto refuse = [&](std::string_view why) {
    // User info may be a password: a URL that has any is not echoed.
    const bool may_echo = text.find('@') == text.npos;
    return bad_input((may_echo ? "URL \"" + printable(text, 200) + "\"" : std::string("URL")) +
                     " is refused: " + std::string(why));
  };
  if (text.size() > kMaxUrlBytes) return refuse("it is too long");
  if (!is_visible_ascii(text)) return refuse("it has a space, control or non-ASCII character");
  const std::size_t scheme_end = text.find("://");
  if (scheme_end == text.npos) return refuse("it must start with https:// or http://");
  Url url;
  url.scheme = to_lower(text.substr(0, scheme_end));
  if (url.scheme != "http" && url.scheme != "https") {
    return refuse("its scheme must be https or http");
  }
  if (text.find('#') != text.npos) return refuse("it has a fragment");
  if (text.find('\\') != text.npos) return refuse("it has a backslash");
  const std::string_view rest = text.substr(scheme_end + 3);
  const std::size_t authority_end = std::min(rest.find_first_of("/?"), rest.size());
  const std::string_view authority_text = rest.substr(0, authority_end);
  if (authority_text.find('@') != authority_text.npos) {
    return refuse("it has user info; credentials belong elsewhere");
  }
  const Authority authority = split_authority(authority_text);
  if (!authority.is_well_formed) return refuse("its host and port are malformed");
  const std::string_view problem = problem_of_host(authority.host, authority.in_brackets);
  if (!problem.empty()) return refuse(problem);
  url.host = authority.host;
  url.port = url.scheme == "https" ? 443 : 80;
  if (!authority.port.empty()) {
    const auto port = parse_whole(authority.port);
    if (!port || *port < 1 || *port > 65535) return refuse("its port must be 1 to 65535");
    url.port = static_cast<int>(*port);
  }
  url.target = rest.substr(authority_end);
  if (!url.target.starts_with('/')) url.target.insert(0, "/");
  return url;
}

std::string percent_encode(std::string_view text) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    if (is_unreserved(c)) {
      out += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out += '%';
    out += kHex[byte >> 4];
    out += kHex[byte & 15];
  }
  return out;
}

std::optional<std::string> percent_decode(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    if (i + 2 >= text.size()) return std::nullopt;
    const int high = hex_digit(text[i + 1]);
    const int low = hex_digit(text[i + 2]);
    if (high < 0 || low < 0) return std::nullopt;
    out += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return out;
}

}  // namespace freshet

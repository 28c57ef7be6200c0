// Which addresses may be connected to: the special-purpose ranges, as tables.
#include "controller/net/address.h"

#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <optional>

namespace freshet {
namespace {

struct Range4 {
  std::uint32_t prefix;
  int bits;
};

constexpr std::array kSpecial4 = {
    Range4{0x00000000, 8},   // this network
    Range4{0x0A000000, 8},   // private
    Range4{0x64400000, 10},  // shared (CGNAT)
    Range4{0x7F000000, 8},   // loopback
    Range4{0xA9FE0000, 16},  // link-local, cloud metadata
    Range4{0xAC100000, 12},  // private
    Range4{0xC0000000, 24},  // IETF protocol assignments
    Range4{0xC0000200, 24},  // documentation
    Range4{0xC0586300, 24},  // 6to4 relays
    Range4{0xC0A80000, 16},  // private
    Range4{0xC6120000, 15},  // benchmarking
    Range4{0xC6336400, 24},  // documentation
    Range4{0xCB007100, 24},  // documentation
    Range4{0xE0000000, 4},   // multicast
    Range4{0xF0000000, 4},   // reserved, broadcast
};

// At these clouds hand out credentials to whoever asks from the machine. No server that Freshet is
// told of lives there, and a name that others wrote may lead there.
constexpr std::array kMachine4 = {
    Range4{0xA9FE0000, 16},  // link-local: 169.254.169.254
    Range4{0x646464C8, 32},  // 100.100.100.200, of Alibaba Cloud
    Range4{0xA83F8110, 32},  // 168.63.129.16, of Azure
};

template <std::size_t kCount>
bool is_in(const std::array<Range4, kCount>& ranges, std::uint32_t address) {
  return std::ranges::any_of(ranges, [address](const Range4& range) {
    return (address >> (32 - range.bits)) == (range.prefix >> (32 - range.bits));
  });
}

bool is_public4(std::uint32_t address) { return !is_in(kSpecial4, address); }

using Bytes6 = std::array<std::uint8_t, 16>;

std::uint32_t embedded4(const Bytes6& bytes, std::size_t at) {
  return (std::uint32_t{bytes[at]} << 24) | (std::uint32_t{bytes[at + 1]} << 16) |
         (std::uint32_t{bytes[at + 2]} << 8) | std::uint32_t{bytes[at + 3]};
}

bool starts_with(const Bytes6& bytes, std::initializer_list<std::uint8_t> prefix) {
  return std::equal(prefix.begin(), prefix.end(), bytes.begin());
}

// Mapped, NAT64, 6to4.
std::optional<std::uint32_t> wrapped4(const Bytes6& b) {
  if (starts_with(b, {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF})) return embedded4(b, 12);
  if (starts_with(b, {0, 0x64, 0xFF, 0x9B, 0, 0, 0, 0, 0, 0, 0, 0})) return embedded4(b, 12);
  if (starts_with(b, {0x20, 0x02})) return embedded4(b, 2);
  return std::nullopt;
}

constexpr std::array<Bytes6, 4> kMachine6 = {{
    {0xFD, 0, 0x0E, 0xC2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x02, 0x54},     // AWS: metadata
    {0xFD, 0, 0x0E, 0xC2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x23},        // of its pods
    {0xFD, 0x20, 0, 0xCE, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x02, 0x54},     // Google
    {0xFD, 0, 0, 0xC1, 0, 0, 0, 0, 0, 0, 0, 0, 0xA9, 0xFE, 0xA9, 0xFE},  // Oracle
}};

bool is_of_machine6(const Bytes6& b) {
  if (const auto inner = wrapped4(b)) return is_in(kMachine4, *inner);
  if (b[0] == 0xFE && (b[1] & 0xC0) == 0x80) return true;  // link-local
  return std::ranges::find(kMachine6, b) != kMachine6.end();
}

bool is_public6(const Bytes6& b) {
  if (const auto inner = wrapped4(b)) return is_public4(*inner);
  if ((b[0] & 0xE0) != 0x20) return false;  // outside 2000::/3: not global unicast
  if (starts_with(b, {0x20, 0x01}) && b[2] < 0x02) return false;  // 2001::/23, Teredo too
  if (starts_with(b, {0x20, 0x01, 0x0D, 0xB8})) return false;     // documentation
  return !(starts_with(b, {0x3F, 0xFF}) && (b[2] & 0xF0) == 0);   // documentation (3fff::/20)
}

std::optional<std::uint32_t> read4(const sockaddr& address) {
  if (address.sa_family != AF_INET) return std::nullopt;
  sockaddr_in in{};
  std::memcpy(&in, &address, sizeof in);
  return ntohl(in.sin_addr.s_addr);
}

std::optional<Bytes6> read6(const sockaddr& address) {
  if (address.sa_family != AF_INET6) return std::nullopt;
  sockaddr_in6 in{};
  std::memcpy(&in, &address, sizeof in);
  Bytes6 bytes{};
  std::memcpy(bytes.data(), &in.sin6_addr, bytes.size());
  return bytes;
}

bool is_of_machine(const sockaddr& address) {
  if (const auto four = read4(address)) return is_in(kMachine4, *four);
  const auto six = read6(address);
  return six && is_of_machine6(*six);
}

}  // namespace

bool is_public_address(const sockaddr& address) {
  if (const auto four = read4(address)) return is_public4(*four);
  const auto six = read6(address);
  return six && is_public6(*six);
}

bool is_listed(const AddressPolicy& policy, std::string_view host, int port) {
  const bool is_ipv6 = host.find(':') != host.npos;
  const std::string name = is_ipv6 ? "[" + std::string(host) + "]" : std::string(host);
  const std::string with_port = name + ":" + std::to_string(port);
  return std::ranges::any_of(policy.private_hosts, [&](const std::string& allowed) {
    return allowed == host || allowed == name || allowed == with_port;
  });
}

bool may_connect(const AddressPolicy& policy, std::string_view host, int port,
                 const sockaddr& address) {
  if (is_of_machine(address)) return false;
  return policy.allow_private || is_public_address(address) || is_listed(policy, host, port);
}

}  // namespace freshet

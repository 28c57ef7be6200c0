// Which addresses may be connected to. The check is made on the resolved address of each
// connection, so that no name, odd spelling or second answer of a name server gets around it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

struct sockaddr;

namespace freshet {

// True for an address that belongs to the public Internet. False for loopback, link-local,
// unspecified, private, shared (CGNAT), multicast, documentation and reserved ranges, also where an
// IPv4 one of them is wrapped: mapped (::ffff/96), NAT64 (64:ff9b::/96), 6to4 (2002::/16).
// Source: the IANA special-purpose address registries (RFC 6890).
bool is_public_address(const sockaddr& address);

struct AddressPolicy {
  bool allow_private = false;  // for a transport that only talks to what the operator named
  // Hosts that may have a private address: "host" for every port, or "host:port"; lower case.
  std::vector<std::string> private_hosts;
  bool operator==(const AddressPolicy&) const = default;
};

// Whether the policy names this host or host and port as one that may be private.
bool is_listed(const AddressPolicy& policy, std::string_view host, int port);

// May a connection made for `host`:`port` go to `address`? Never to a link-local one, nor to what
// else clouds answer at for one machine (credentials, metadata), whatever the policy says.
bool may_connect(const AddressPolicy& policy, std::string_view host, int port,
                 const sockaddr& address);

}  // namespace freshet

// Which addresses count as public, range by range, and which hosts may have others.
#include "controller/net/address.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>

#include <cstring>
#include <string>

namespace freshet {
namespace {

sockaddr_storage address_of(const std::string& text) {
  sockaddr_storage storage{};
  if (text.find(':') == std::string::npos) {
    auto* in = reinterpret_cast<sockaddr_in*>(&storage);
    in->sin_family = AF_INET;
    EXPECT_EQ(inet_pton(AF_INET, text.c_str(), &in->sin_addr), 1) << text;
  } else {
    auto* in = reinterpret_cast<sockaddr_in6*>(&storage);
    in->sin6_family = AF_INET6;
    EXPECT_EQ(inet_pton(AF_INET6, text.c_str(), &in->sin6_addr), 1) << text;
  }
  return storage;
}

bool is_public(const std::string& text) {
  const sockaddr_storage storage = address_of(text);
  return is_public_address(reinterpret_cast<const sockaddr&>(storage));
}

TEST(Address, PublicOnesAreToldFromAllSpecialRanges) {
  for (const char* text : {"1.1.1.1", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0",
                           "172.15.255.255", "172.32.0.0", "192.167.255.255", "198.17.255.255",
                           "198.20.0.0", "223.255.255.255", "2606:4700::1111", "2a00:1450:4001::1",
                           "::ffff:8.8.8.8", "64:ff9b::8.8.8.8", "2002:0808:0808::1"}) {
    EXPECT_TRUE(is_public(text)) << text;
  }
  for (const char* text : {"0.0.0.0",
                           "0.1.2.3",
                           "10.0.0.1",
                           "100.64.0.1",
                           "100.127.255.255",
                           "127.0.0.1",
                           "127.255.255.254",
                           "169.254.169.254",
                           "172.16.0.1",
                           "172.31.255.255",
                           "192.0.0.8",
                           "192.0.2.1",
                           "192.88.99.1",
                           "192.168.1.1",
                           "198.18.0.1",
                           "198.19.255.255",
                           "198.51.100.1",
                           "203.0.113.1",
                           "224.0.0.1",
                           "240.0.0.1",
                           "255.255.255.255",
                           "::",
                           "::1",
                           "::127.0.0.1",
                           "::ffff:127.0.0.1",
                           "::ffff:10.0.0.1",
                           "64:ff9b::10.0.0.1",
                           "64:ff9b:1::1",
                           "100::1",
                           "2001::1",
                           "2001:1ff::1",
                           "2001:db8::1",
                           "2002:7f00:0001::1",
                           "2002:a9fe:a9fe::1",
                           "3fff::1",
                           "fc00::1",
                           "fd12:3456::1",
                           "fe80::1",
                           "fec0::1",
                           "ff02::1"}) {
    EXPECT_FALSE(is_public(text)) << text;
  }
}

TEST(Address, AnUnknownFamilyIsNotPublic) {
  sockaddr_storage storage{};
  storage.ss_family = AF_UNIX;
  EXPECT_FALSE(is_public_address(reinterpret_cast<const sockaddr&>(storage)));
}

TEST(Address, OnlyHostsThatTheOperatorNamedMayHaveAPrivateOne) {
  const sockaddr_storage storage = address_of("10.1.2.3");
  const auto& inside = reinterpret_cast<const sockaddr&>(storage);
  const sockaddr_storage other = address_of("8.8.8.8");
  const AddressPolicy policy{false, {"registry.corp", "localhost:5000"}};
  EXPECT_TRUE(may_connect(policy, "registry.corp", 443, inside));
  EXPECT_TRUE(may_connect(policy, "localhost", 5000, inside));
  EXPECT_FALSE(may_connect(policy, "localhost", 5001, inside));
  EXPECT_FALSE(may_connect(policy, "evil.example", 443, inside));
  EXPECT_TRUE(may_connect(policy, "evil.example", 443, reinterpret_cast<const sockaddr&>(other)));
  const AddressPolicy six{false, {"[::1]:5000", "[fd00::1]"}};
  const sockaddr_storage loopback6 = address_of("::1");
  const auto& inside6 = reinterpret_cast<const sockaddr&>(loopback6);
  EXPECT_TRUE(may_connect(six, "::1", 5000, inside6));
  EXPECT_FALSE(may_connect(six, "::1", 5001, inside6));
  EXPECT_TRUE(may_connect(six, "fd00::1", 443, inside6));
  EXPECT_TRUE(may_connect({.allow_private = true, .private_hosts = {}}, "any", 443, inside));
}

// A gate's address, say, is what a tenant wrote.
TEST(Address, WhereCloudsHandOutCredentialsNobodyMayConnect) {
  const AddressPolicy policy{true, {"metadata.corp"}};
  const auto may = [&](const std::string& text) {
    const sockaddr_storage storage = address_of(text);
    return may_connect(policy, "metadata.corp", 80, reinterpret_cast<const sockaddr&>(storage));
  };
  for (const char* text :
       {"169.254.0.0", "169.254.169.254", "169.254.255.255", "100.100.100.200", "168.63.129.16",
        "fe80::1", "fd00:ec2::23", "fd20:ce::254", "fd00:c1::a9fe:a9fe", "febf:ffff::1",
        "fd00:ec2::254", "::ffff:169.254.169.254", "64:ff9b::169.254.169.254", "2002:a9fe:a9fe::1",
        "::ffff:100.100.100.200"}) {
    EXPECT_FALSE(may(text)) << text;
  }
  for (const char* text :
       {"169.253.255.255", "169.255.0.0", "100.100.100.199", "100.100.100.201", "10.0.0.1",
        "127.0.0.1", "::1", "fec0::1", "fd00:ec2::253", "::ffff:10.0.0.1"}) {
    EXPECT_TRUE(may(text)) << text;
  }
}

}  // namespace
}  // namespace freshet

// Origins, redirects and realms: who may be asked, and who may see a credential.
#include "controller/registry/endpoint.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace freshet {
namespace {

const RegistryOptions kPlain{{"127.0.0.1:5000", "[::1]:5000", "plain.io:80"},
                             {{"r.io:443", "listed.org:443"}, {"r.io:443", "[::2]:8443"}},
                             {}};

TEST(Endpoint, IsHttpsUnlessThisVeryHostAndPortAreOptedIn) {
  const std::vector<std::pair<std::string, std::string>> rows = {
      {"nginx", "https://registry-1.docker.io"},
      {"ghcr.io/a", "https://ghcr.io"},
      {"ghcr.io:8443/a", "https://ghcr.io:8443"},
      {"127.0.0.1:5000/a", "http://127.0.0.1:5000"},
      {"127.0.0.1:5001/a", "https://127.0.0.1:5001"},
      {"[::1]:5000/a", "http://[::1]:5000"},
      {"plain.io/a", "http://plain.io"},
      {"plain.io:443/a", "https://plain.io"},
      {"localhost:5000/a", "https://localhost:5000"},
  };
  for (const auto& [reference, want] : rows) {
    const auto origin = api_origin(*parse_image_reference(reference), kPlain);
    ASSERT_TRUE(origin.has_value()) << reference;
    EXPECT_EQ(to_string(Url{origin->scheme, origin->host, origin->port, ""}), want);
    EXPECT_EQ(manifest_url(*origin, "a", "1"), want + "/v2/a/manifests/1");
  }
}

TEST(Endpoint, PlainHttpIsAListOfExactHostsAndPorts) {
  EXPECT_EQ(*parse_plain_http(" 127.0.0.1:5000,R.io:80 ,,[::1]:1"),
            (std::set<std::string>{"127.0.0.1:5000", "[::1]:1", "r.io:80"}));
  EXPECT_TRUE(parse_plain_http("")->empty());
  for (const std::string bad :
       {"r.io", "*:80", "r.io:80/", "http://r.io:80", "r.io:0", "a b:1", "r.io:080", "u@r.io:80"}) {
    EXPECT_FALSE(parse_plain_http(bad).has_value()) << bad;
  }
}

TEST(Endpoint, TokenHostsAreThoseOfOneRegistry) {
  EXPECT_EQ(*parse_token_hosts(" R.io=Auth.org, docker.io=a.io:8443,,[::1]:1=b.io"),
            (TokenHosts{{"r.io:443", "auth.org:443"},
                        {"registry-1.docker.io:443", "a.io:8443"},
                        {"[::1]:1", "b.io:443"}}));
  EXPECT_TRUE(parse_token_hosts("")->empty());
  for (const std::string bad : {"r.io", "r.io=", "=a.io", "r.io=https://a.io", "r.io=a.io/token",
                                "r.io/team=a.io", "*.io=a.io", "r.io=u@a.io", "r.io=a.io=b.io"}) {
    EXPECT_FALSE(parse_token_hosts(bad).has_value()) << bad;
  }
}

TEST(Redirects, AreResolvedAndFiltered) {
  struct Row {
    std::string from;
    std::string location;
    std::string want;  // "" refused
  };
  const std::vector<Row> rows = {
      {"https://r.io/v2/a/manifests/1", "https://cdn.io/x?sig=1", "https://cdn.io/x?sig=1"},
      {"https://r.io/v2/a/manifests/1", "/v2/b?x=1", "https://r.io/v2/b?x=1"},
      {"https://r.io/v2/a/manifests/1?q=/z", "2", "https://r.io/v2/a/manifests/2"},
      {"https://r.io/v2/a", "//cdn.io/x", "https://cdn.io/x"},
      {"https://r.io/v2/a/tags/list?n=9", "?last=b", "https://r.io/v2/a/tags/list?last=b"},
      {"https://r.io/v2/a", "https://cdn.io/x#part", "https://cdn.io/x"},
      {"http://127.0.0.1:5000/v2/a", "https://cdn.io/x", "https://cdn.io/x"},
      {"http://127.0.0.1:5000/v2/a", "http://plain.io/x", "http://plain.io/x"},
      {"http://127.0.0.1:5000/v2/a", "http://cdn.io/x", ""},
      {"http://127.0.0.1:5000/v2/a", "http://127.0.0.1:5001/x", ""},
      {"https://r.io/v2/a", "http://r.io/v2/a", ""},
      {"https://r.io/v2/a", "http://plain.io/x", ""},
      {"https://r.io/v2/a", "ftp://r.io/x", ""},
      {"https://r.io/v2/a", "file:///etc/passwd", ""},
      {"https://r.io/v2/a", "https://u:p@cdn.io/x", ""},
      {"https://r.io/v2/a", "https://cdn.io/a\r\nb", ""},
  };
  for (const auto& row : rows) {
    const auto target = redirect_target(*parse_url(row.from), row.location, kPlain);
    EXPECT_EQ(target ? to_string(*target) : "", row.want) << row.from << " → " << row.location;
    if (!target) {
      EXPECT_EQ(target.error().message.find("u:p"), std::string::npos);
    }
  }
}

TEST(Realms, GetCredentialsOnlyOnTheRegistrysOwnDomain) {
  struct Row {
    std::string registry;
    std::string realm;
    bool anonymous_may;
    bool credentials_may;
  };
  const std::vector<Row> rows = {
      {"https://ghcr.io", "https://ghcr.io/token", true, true},
      {"https://registry-1.docker.io", "https://auth.docker.io/token", true, true},
      {"https://registry.gitlab.com", "https://gitlab.com/jwt/auth", true, true},
      {"https://r.io", "https://evil.io/t", true, false},
      {"https://r.io", "https://listed.org/t", true, true},
      {"https://r.io", "https://[::2]:8443/t", true, true},
      {"https://r.io", "https://listed.org:444/t", true, false},
      {"https://r.io", "https://a.listed.org/t", true, false},
      {"https://r.io:5000", "https://listed.org/t", true, false},
      {"https://s.io", "https://listed.org/t", true, false},
      {"https://a.co.uk", "https://b.co.uk/t", true, false},
      {"https://x.a.co.uk", "https://y.a.co.uk/t", true, true},
      {"https://10.0.0.1", "https://20.0.0.1/t", true, false},
      {"https://registry", "https://other/t", true, false},
      {"https://ghcr.io", "http://ghcr.io/token", false, false},
      {"https://r.io", "http://plain.io/t", false, false},
      {"http://127.0.0.1:5000", "http://127.0.0.1:5000/t", true, true},
      {"http://127.0.0.1:5000", "http://127.0.0.1:5001/t", false, false},
      {"http://127.0.0.1:5000", "http://evil.io/t", false, false},
      {"http://127.0.0.1:5000", "https://evil.io/t", true, false},
  };
  for (const auto& row : rows) {
    const auto registry = *parse_url(row.registry);
    const auto realm = *parse_url(row.realm);
    EXPECT_EQ(check_realm(registry, realm, false, kPlain).has_value(), row.anonymous_may)
        << row.registry << " " << row.realm;
    EXPECT_EQ(check_realm(registry, realm, true, kPlain).has_value(), row.credentials_may)
        << row.registry << " " << row.realm;
  }
}

TEST(Realms, ARefusalNamesTheFlagThatAllowsIt) {
  const auto refused = check_realm(*parse_url("https://rg.fr-par.scw.cloud"),
                                   *parse_url("https://api.scaleway.com/t"), true, {});
  ASSERT_FALSE(refused.has_value());
  const std::string& message = refused.error().message;
  const auto at = message.find("--token-host ");
  ASSERT_NE(at, std::string::npos) << message;
  const auto begin = at + std::string("--token-host ").size();
  const std::string advised = message.substr(begin, message.find(')', begin) - begin);
  EXPECT_EQ(advised, "rg.fr-par.scw.cloud:443=api.scaleway.com:443");
  RegistryOptions options;
  options.token_hosts = parse_token_hosts(advised).value();
  EXPECT_TRUE(check_realm(*parse_url("https://rg.fr-par.scw.cloud"),
                          *parse_url("https://api.scaleway.com/t"), true, options)
                  .has_value());
}

}  // namespace
}  // namespace freshet

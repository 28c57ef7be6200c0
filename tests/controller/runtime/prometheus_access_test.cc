// As whom Prometheus is asked: what cannot be meant, rotated secrets, and that none is told.
#include "controller/runtime/prometheus_access.h"

#include <gtest/gtest.h>

#include <map>

#include "base/text.h"
#include "controller/net/local_transport.h"

namespace freshet {
namespace {

const std::string kSecret = "canary-71f3";
const HttpRequest kQuestion = [] {
  HttpRequest request;
  request.url = "https://prometheus/api/v1/query?query=up";
  return request;
}();

PrometheusAccess at(const std::string& url) {
  PrometheusAccess access;
  access.url = url;
  return access;
}

TEST(PrometheusAccess, WhatCannotBeMeantIsToldInTermsOfTheFlags) {
  const auto with = [](auto&& change) {
    PrometheusAccess access = at("https://prometheus:9090");
    change(access);
    return access;
  };
  const std::pair<PrometheusAccess, std::string> rows[] = {
      {with([](auto& a) { a.url = "prom:9090"; }), "--prometheus: "},
      {with([](auto& a) { a.url = "http://prom:9090/?tenant=a"; }), "no '?'"},
      {with([](auto& a) { a.url = "", a.token_file = "t"; }), "need --prometheus"},
      {with([](auto& a) { a.user = "ann"; }), "-user and --prometheus-password-file go together"},
      {with([](auto& a) { a.password_file = "p"; }), "go together"},
      {with([](auto& a) { a.user = "a:b", a.password_file = "p"; }), "no ':'"},
      {with([](auto& a) { a.token_file = "t", a.user = "ann", a.password_file = "p"; }),
       "one or the other"},
      {with([](auto& a) { a.certificate_file = "c"; }), "-cert and --prometheus-key go together"},
      {with([](auto& a) { a.key_file = "k"; }), "go together"},
      {with([](auto& a) { a.url = "http://prom", a.ca_file = "c"; }), "need --prometheus https"},
      {with([](auto& a) { a.headers = {kSecret}; }),
       "--prometheus-header: allowed: \"Name: value\""},
      {with([](auto& a) { a.headers = {"a b: " + kSecret}; }), "allowed: \"Name: value\""},
      {with([](auto& a) { a.headers = {": " + kSecret}; }), "allowed: \"Name: value\""},
      {with([](auto& a) { a.headers = {"X: a\r\nY: " + kSecret}; }), "allowed: \"Name: value\""},
      {with([](auto& a) { a.headers = {"authorization: " + kSecret}; }), "--prometheus-token-file"},
      {with([](auto& a) { a.headers = {"Host: other"}; }), "Host is set by freshet itself"},
      {with([](auto& a) { a.matchers = {"cluster=eu-1"}; }),
       "--prometheus-matcher: found cluster=eu-1; allowed: a label"},
      {with([](auto& a) { a.matchers.assign(17, R"(a="b")"); }), "-matcher: more than 16"},
      {with([](auto& a) { a.url = "", a.matchers = {R"(a="b")"}; }), "need --prometheus"},
  };
  for (const auto& [access, told] : rows) {
    const auto result = checked(access);
    ASSERT_FALSE(result) << told;
    EXPECT_EQ(result.error().kind, ErrorKind::kBadInput) << told;
    EXPECT_NE(result.error().message.find(told), std::string::npos) << result.error().message;
    EXPECT_EQ(result.error().message.find(kSecret), std::string::npos) << result.error().message;
  }
  EXPECT_EQ(checked(at("https://thanos:9090/query//"))->url, "https://thanos:9090/query");
  EXPECT_TRUE(checked({})) << "none at all is allowed";
}

// Files as they are now, and what was sent with them.
class Asking : public ::testing::Test {
 protected:
  Result<std::unique_ptr<PrometheusTransport>> open(PrometheusAccess access) {
    return PrometheusTransport::open(
        std::move(access),
        [this](const std::string& path) -> Result<std::string> {
          const auto found = files_.find(path);
          if (found == files_.end())
            return make_error(ErrorKind::kNotFound, path + " is not there");
          return found->second;
        },
        [this](NetOptions net) -> Result<std::unique_ptr<HttpTransport>> {
          made_.push_back(std::move(net));
          return std::make_unique<LocalTransport>(
              [this](const HttpRequest& request) -> Result<HttpResponse> {
                sent_.push_back(request);
                if (fails_) return make_error(ErrorKind::kTransient, "GET prometheus: reset");
                return HttpResponse{401, {}, ""};
              });
        });
  }
  std::string sent(const std::string& header) {
    return find_header(sent_.back().headers, header).value_or("");
  }

  std::map<std::string, std::string> files_;
  std::vector<NetOptions> made_;
  std::vector<HttpRequest> sent_;
  bool fails_ = false;
};

TEST_F(Asking, ARotatedTokenIsTakenUpWithTheNextRequestOnConnectionsOfItsOwn) {
  PrometheusAccess access = at("https://prometheus");
  access.token_file = "token";
  files_["token"] = kSecret + "\n";
  auto transport = open(access);
  ASSERT_TRUE(transport) << transport.error().message;
  ASSERT_TRUE((*transport)->send(kQuestion));
  EXPECT_EQ(sent("Authorization"), "Bearer " + kSecret);
  const std::string before = sent_.back().identity;
  EXPECT_EQ(before.find(kSecret), std::string::npos);
  files_["token"] = "another";
  ASSERT_TRUE((*transport)->send(kQuestion));
  EXPECT_EQ(sent("Authorization"), "Bearer another");
  EXPECT_NE(sent_.back().identity, before);
  EXPECT_EQ(made_.size(), 1U);
}

TEST_F(Asking, AUserHasHisPasswordFromAFileAndATenantItsHeaders) {
  PrometheusAccess access = at("http://prometheus/prefix");
  access.user = "ann";
  access.password_file = "password";
  access.headers = {"X-Scope-OrgID: shop", "X-Region:eu"};
  access.headers_file = "headers";
  files_ = {{"password", "p:ss\n"}, {"headers", "X-Key: " + kSecret + "\n\nX-More: b\r\n"}};
  auto transport = open(access);
  ASSERT_TRUE(transport) << transport.error().message;
  ASSERT_TRUE((*transport)->send(kQuestion));
  EXPECT_EQ(sent("Authorization"), "Basic " + base64_encode("ann:p:ss"));
  EXPECT_EQ(sent("X-Scope-OrgID"), "shop");
  EXPECT_EQ(sent("X-Region"), "eu");
  EXPECT_EQ(sent("X-Key"), kSecret);
  EXPECT_EQ(sent("X-More"), "b");
}

TEST_F(Asking, ANewCertificateMakesANewTransportAndTheSameOneDoesNot) {
  PrometheusAccess access = at("https://prometheus");
  access.certificate_file = "cert";
  access.key_file = "key";
  access.ca_file = "ca";
  files_ = {{"cert", "one"}, {"key", kSecret}, {"ca", "authority"}};
  auto transport = open(access);
  ASSERT_TRUE(transport) << transport.error().message;
  ASSERT_TRUE((*transport)->send(kQuestion));
  ASSERT_EQ(made_.size(), 1U);
  EXPECT_EQ(made_[0].client_certificate_pem, "one");
  EXPECT_EQ(made_[0].client_key_pem.reveal(), kSecret);
  EXPECT_EQ(made_[0].extra_ca_pem, "authority");
  files_["cert"] = "two";
  ASSERT_TRUE((*transport)->send(kQuestion));
  ASSERT_TRUE((*transport)->send(kQuestion));
  ASSERT_EQ(made_.size(), 2U);
  EXPECT_EQ(made_[1].client_certificate_pem, "two");
}

TEST_F(Asking, WithoutCredentialsRequestsAreAsTheyWere) {
  auto transport = open(at("http://prometheus"));
  ASSERT_TRUE(transport);
  ASSERT_TRUE((*transport)->send(kQuestion));
  EXPECT_EQ(sent_.back(), kQuestion);
}

TEST_F(Asking, ABadFileIsToldAtTheStartAndLaterOnAndNoSecretEver) {
  using Files = std::map<std::string, std::string>;
  PrometheusAccess access = at("https://prometheus");
  access.token_file = "token";
  access.certificate_file = "cert";
  access.key_file = "key";
  access.headers_file = "headers";
  const Files good = {
      {"token", kSecret}, {"cert", "c"}, {"key", kSecret}, {"headers", "X: " + kSecret}};
  const std::pair<Files, std::string> rows[] = {
      {{{"token", ""}}, "--prometheus-token-file: token is empty"},
      {{{"token", kSecret + "\nmore"}}, "more than one line"},
      {{{"key", " \n"}}, "--prometheus-key: key is empty"},
      {{{"headers", kSecret}}, "--prometheus-header-file: allowed: \"Name: value\""},
      {{{"headers", "Authorization: " + kSecret}}, "--prometheus-header-file: Authorization is"},
  };
  for (const auto& [changed, told] : rows) {
    files_ = good;
    auto transport = open(access);
    ASSERT_TRUE(transport) << transport.error().message;
    for (const auto& [path, text] : changed) files_[path] = text;
    const auto late = (*transport)->send(kQuestion);
    const auto early = open(access);
    ASSERT_FALSE(late) << told;
    ASSERT_FALSE(early) << told;
    for (const Error& error : {late.error(), early.error()}) {
      EXPECT_NE(error.message.find(told), std::string::npos) << error.message;
      EXPECT_EQ(error.message.find(kSecret), std::string::npos) << error.message;
    }
  }
  files_ = good;
  auto transport = open(access);
  ASSERT_TRUE(transport);
  fails_ = true;
  const auto failed = (*transport)->send(kQuestion);
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().message.find(kSecret), std::string::npos);
  files_.erase("token");
  EXPECT_NE((*transport)->send(kQuestion).error().message.find("--prometheus-token-file: "),
            std::string::npos);
}

}  // namespace
}  // namespace freshet

// Commands through the API: what is sent, and what is told of the answer.
#include "controller/cli/api_order.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/controller/cli/cli_bed.h"

namespace freshet {
namespace {

TEST(ApiOrder, SaysItsOptionsUnderTheNamesOfTheApi) {
  Order order;
  order.verb = "promote";
  order.options = {"--full", "--until=8h", "--to=checkout-00001", "--keep-mine"};
  order.reason = " a fix ";
  EXPECT_EQ(dump_json(order_body(order)), R"({"full":true,"keepMine":true,"reason":"a fix",)"
                                          R"("to":"checkout-00001","until":"8h"})");
}

// The API as far as the command line sees it.
struct FakeApi {
  std::vector<std::string> asked;
  int pending = 1;
  HttpResponse answer(const HttpRequest& request) {
    asked.push_back(request.method + " " + request.url + " " + request.body);
    EXPECT_EQ(find_header(request.headers, "Authorization"), "Bearer canary-5e8c-token");
    if (request.url.find("/unknown/") != std::string::npos) {
      return {403, {}, R"({"error":{"code":"Forbidden","message":"ann may not pause"}})"};
    }
    if (request.method == "POST") {
      return {202, {}, R"({"id":"api-1","verb":"pause","answer":"Pending"})"};
    }
    if (pending-- > 0) return {200, {}, R"({"id":"api-1","verb":"pause","answer":"Pending"})"};
    return {200, {}, R"({"id":"api-1","verb":"pause","answer":"Accepted","message":"paused"})"};
  }
};

TEST(ApiOrder, IsSentWaitedForAndTold) {
  CliBed bed;
  FakeApi api;
  bed.server = [&api](const HttpRequest& request) { return api.answer(request); };
  const CliRun run = bed.run({"pause", "checkout", "--until", "8h", "--reason", "month end",
                              "--api", "https://freshet.acme.io/"});
  EXPECT_EQ(run.exit_code, kDone) << run.err;
  EXPECT_EQ(run.out, "Accepted: paused\n");
  const std::string commands = "https://freshet.acme.io/api/v1/services/shop/checkout/commands/";
  EXPECT_EQ(api.asked, (std::vector<std::string>{
                           "POST " + commands + R"(pause {"reason":"month end","until":"8h"})",
                           "GET " + commands + "api-1 ", "GET " + commands + "api-1 "}));
}

TEST(ApiOrder, WhoIsToldToAskLaterWaitsOn) {
  CliBed bed;
  FakeApi api;
  int refusals = 0;
  bed.server = [&](const HttpRequest& request) -> HttpResponse {
    if (request.method == "GET" && refusals++ < 3) {
      return {
          429, {{"Retry-After", "1"}}, R"({"status":429,"detail":"this caller asks too often"})"};
    }
    return api.answer(request);
  };
  const CliRun run = bed.run({"pause", "checkout", "--until", "8h", "--reason", "month end",
                              "--api", "https://freshet.acme.io/"});
  EXPECT_EQ(run.exit_code, kDone) << run.err;
  EXPECT_EQ(run.out, "Accepted: paused\n");
}

TEST(ApiOrder, WhatTheApiRefusesIsTold) {
  CliBed bed;
  FakeApi api;
  bed.server = [&api](const HttpRequest& request) { return api.answer(request); };
  bed.variables["FRESHET_API"] = "https://freshet.acme.io";
  const CliRun run = bed.run({"pause", "unknown"});
  EXPECT_EQ(run.exit_code, kFailed);
  EXPECT_NE(run.err.find("ann may not pause"), std::string::npos) << run.err;
  const CliRun malformed = bed.run({"pause", "checkout", "--api", "nowhere"});
  EXPECT_EQ(malformed.exit_code, kUsage);
  EXPECT_NE(malformed.err.find("--api"), std::string::npos) << malformed.err;
}

TEST(ApiOrder, NoTokenIsSentInClearTextToWhereOthersMayListen) {
  CliBed bed;
  FakeApi api;
  bed.server = [&api](const HttpRequest& request) { return api.answer(request); };
  for (const std::string host :
       {"freshet.acme.io", "10.0.0.7", "127.evil.io", "127.0.0.1.evil.io", "svc", "freshet.svc.io",
        "localhost.evil.io", "[fd00::1]", "freshet-api.freshet-system"}) {
    const CliRun run = bed.run({"pause", "checkout", "--api", "http://" + host});
    EXPECT_EQ(run.exit_code, kUsage) << host;
    EXPECT_EQ(run.err,
              "freshet: --api is http://" + host +
                  ": the token of the kubeconfig would be sent in clear text; allowed: https, or "
                  "http to localhost, 127.0.0.0/8, [::1] and hosts that end in .svc or "
                  ".svc.cluster.local, or --insecure-skip-tls-verify\n");
    EXPECT_TRUE(api.asked.empty()) << host;
  }
  for (const std::string host :
       {"localhost:9082", "LOCALHOST", "127.0.0.1", "127.9.9.9:1", "[::1]:1",
        "freshet-api.freshet-system.svc", "freshet-api.freshet-system.svc.cluster.local:80"}) {
    const CliRun run = bed.run({"pause", "checkout", "--api", "http://" + host});
    EXPECT_EQ(run.exit_code, kDone) << host << run.err;
  }
  const CliRun insecure = bed.run(
      {"pause", "checkout", "--api", "http://freshet.acme.io", "--insecure-skip-tls-verify"});
  EXPECT_EQ(insecure.exit_code, kDone) << insecure.err;
}

}  // namespace
}  // namespace freshet

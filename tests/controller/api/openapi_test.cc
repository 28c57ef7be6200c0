// The OpenAPI document against the API itself: every path, method and status of the document is
// asked for, each answer is as its schema says, and every route is in the document.
#include "controller/api/openapi.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <set>

#include "base/text.h"
#include "controller/api/command_body.h"
#include "tests/controller/api/api_bed.h"
#include "tests/support/json_schema.h"

namespace freshet::api {
namespace {

const std::string kEvents = "/api/v1/events";
const std::string kServices = "/api/v1/services";
const std::string kService = kServices + "/{namespace}/{name}";
const std::string kCommands = kService + "/commands/{command}";

struct Case {
  std::string method;
  std::string path;  // of the document
  std::string target;
  std::string user;
  int status;
  std::string body = {};
  std::string type = "application/json";
};

std::string name_of(const std::string& method, const std::string& path, int status) {
  return method + " " + path + " " + std::to_string(status);
}

// All of this document: "GET /api/v1/services 200".
std::set<std::string> documented(const Json& document) {
  std::set<std::string> out;
  for (const auto& [path, methods] : document.at("paths").items()) {
    for (const auto& [method, operation] : methods.items()) {
      std::string upper = method;
      for (char& c : upper) c = static_cast<char>(c - 'a' + 'A');
      for (const auto& [status, response] : operation.at("responses").items()) {
        out.insert(name_of(upper, path, std::stoi(status)));
      }
    }
  }
  return out;
}

class OpenApiTest : public ::testing::Test {
 protected:
  // Asks, and looks whether the answer is as documented.
  void check(const Case& one) {
    const Reply reply = bed_.ask(one.method, one.target, one.user, one.body, one.type);
    const std::string name = name_of(one.method, one.path, one.status);
    ASSERT_EQ(reply.status, one.status) << name << " " << one.target << dump_json(reply.body);
    const Json& responses =
        document_.at("paths").at(one.path).at(to_lower(one.method)).at("responses");
    ASSERT_TRUE(responses.contains(std::to_string(one.status))) << name;
    seen_.insert(name);
    if (one.path == kEvents && one.status == 200) return;
    const Json& schema =
        responses.at(std::to_string(one.status)).at("content").at("application/json").at("schema");
    EXPECT_EQ(testing::schema_problem(reply.body, schema, document_["components"]["schemas"]), "")
        << name;
  }
  // The statuses that every route with callers has.
  void check_callers(const std::string& method, const std::string& path,
                     const std::string& target) {
    check({method, path, target, "", 401});
    check({method, path, target, "nora", 403});
    check({method, path, target + "?nonsense=x", "otto", 400});
    bed_.is_reachable = false;
    check({method, path, target, "otto", 503});
    bed_.is_reachable = true;
    while (bed_.get(target, "stranger-" + std::to_string(++strangers_)).status != 429) {
    }
    check({method, path, target, "nobody-yet", 429});
    bed_.run_for(seconds(30));
  }

  ApiBed bed_;
  Json document_ = openapi_document("1.2.3");
  std::set<std::string> seen_;
  int strangers_ = 0;
};

TEST_F(OpenApiTest, EveryPathMethodAndStatusOfItIsAnsweredAsItsSchemaSays) {
  check({"GET", "/api/v1/openapi.json", "/api/v1/openapi.json", "", 200});
  check({"GET", "/api/v1/openapi.json", "/api/v1/openapi.json?a=b", "", 400});
  check_callers("GET", kServices, kServices + "?namespace=shop");
  check({"GET", kServices, kServices + "?namespace=shop", "otto", 200});
  const std::string other = kServices + "/shop/other";
  check_callers("GET", kService, kPath);
  check({"GET", kService, other, "otto", 404});
  check({"GET", kService, kPath, "otto", 200});
  check_callers("GET", kService + "/history", kPath + "/history");
  check({"GET", kService + "/history", other + "/history", "otto", 404});
  const std::string pause = kPath + "/commands/pause";
  check_callers("POST", kCommands, pause);
  check({"POST", kCommands, other + "/commands/pause", "otto", 404});
  check({"POST", kCommands, pause, "otto", 415, "a=b", "text/plain"});
  check({"POST", kCommands, pause, "otto", 413, std::string(kMaxCommandBody + 1, ' ') + "{}"});
  check({"POST", kCommands, pause, "otto", 202, R"({"reason": "month end"})"});
  check({"POST", kCommands, pause, "otto", 409});
  check_callers("GET", kCommands, kPath + "/commands/api-1");
  check({"GET", kCommands, kPath + "/commands/api-1", "otto", 404});
  const std::string id = bed_.shop.status().commands.front().id;
  check({"GET", kCommands, kPath + "/commands/" + id, "otto", 200});

  check_callers("GET", kEvents, kEvents + "?namespace=shop");
  check({"GET", kEvents, kEvents + "?namespace=shop", "otto", 200});

  // Once more with a rollout, and with one that is over.
  bed_.answer_to(bed_.order("resume", "otto"));
  bed_.shop.rebuild(0.002);
  ASSERT_TRUE(bed_.shop.until_phase("Shifting", minutes(10)));
  check({"GET", kService, kPath, "otto", 200});
  ASSERT_TRUE(bed_.shop.until_outcome("Promoted", hours(1)));
  check({"GET", kService, kPath, "otto", 200});
  check({"GET", kService + "/history", kPath + "/history", "otto", 200});
  EXPECT_EQ(seen_, documented(document_));
}

TEST_F(OpenApiTest, EveryRouteIsInTheDocument) {
  std::set<std::string> routed;
  for (const Route& route : routes()) {
    for (const int status : statuses_of(route)) {
      routed.insert(name_of(std::string(route.method), std::string(route.path), status));
    }
  }
  EXPECT_EQ(documented(document_), routed);
}

}  // namespace
}  // namespace freshet::api

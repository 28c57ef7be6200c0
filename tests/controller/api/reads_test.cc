// What the API shows, and requests that have no route.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "controller/api/routes.h"
#include "controller/show/json.h"
#include "controller/show/read.h"
#include "tests/controller/api/api_bed.h"

namespace freshet::api {
namespace {

TEST(ApiRead, ShowsWhatTheCommandLineShows) {
  ApiBed bed;
  bed.shop.rebuild(0.002);
  ASSERT_TRUE(bed.shop.until_outcome("Promoted", hours(1)));
  const auto detail = read_rest(bed.shop.cluster().kube(), bed.tracked());
  ASSERT_TRUE(detail);
  const Json expected = service_json(*detail);
  EXPECT_EQ(bed.get(kPath, "vera").body, expected);
  EXPECT_EQ(bed.get(kPath + "/history", "vera").body, history_json(*detail));
  const Json items = bed.get("/api/v1/services?namespace=shop", "vera").body.at("items");
  ASSERT_EQ(items.size(), 1u);
  EXPECT_EQ(string_or(items[0], "name"), "checkout");
  EXPECT_EQ(find_header(bed.get(kPath, "vera").headers, "Cache-Control"), "no-store");
}

TEST(ApiRead, OnlyTheNameItselfIsAskedFor) {
  ApiBed bed;
  const Reply reply = bed.get("/api/v1/services/shop/check", "vera");
  EXPECT_EQ(reply.status, 404);
  EXPECT_EQ(dump_json(reply.body),
            R"({"error":{"code":"NotFound","message":"no service shop/check is tracked"}})");
}

TEST(ApiRoute, IsFoundByMethodAndPath) {
  struct Row {
    std::string method;
    std::string target;
    int status;  // 0: found
  };
  for (const Row& row : std::initializer_list<Row>{
           {"GET", "/api/v1/openapi.json", 0},
           {"GET", "/api/v1/services", 0},
           {"GET", "/api/v1/services?namespace=shop", 0},
           {"GET", "/api/v1/services/shop/checkout", 0},
           {"GET", "/api/v1/services/sh%6Fp/checkout", 0},
           {"GET", "/api/v1/events?namespace=shop&name=checkout", 0},
           {"GET", "/api/v1/services/", 404},
           {"GET", "/api/v1/services/shop", 404},
           {"GET", "/api/v1/services/shop/", 404},
           {"GET", "/api/v1/services/shop/a%2Fb", 404},
           {"GET", "/api/v1/services/shop/..", 404},
           {"GET", "/api/v1/services/shop/%2e%2e", 404},
           {"GET", "/api/v1/services/shop/Checkout", 404},
           {"GET", "/api/v1/services/shop/" + std::string(254, 'a'), 404},
           {"GET", "/", 404},
           {"GET", "/metrics", 404},
           {"POST", "/api/v1/services", 405},
           {"DELETE", "/api/v1/services/shop/checkout", 405},
           {"HEAD", "/api/v1/services", 405},
           {"GET", "/api/v1/services?name=x", 400},
           {"GET", "/api/v1/services?namespace=", 400},
           {"GET", "/api/v1/services?namespace=a&namespace=b", 400},
           {"GET", "/api/v1/services?namespace=a%2Fb", 400},
           {"GET", "/api/v1/services?%zz", 400},
           {"GET", "*", 400},
       }) {
    HttpRequest request;
    request.method = row.method;
    request.url = row.target;
    const auto found = find_route(request);
    const auto* problem = std::get_if<Problem>(&found);
    EXPECT_EQ(problem == nullptr ? 0 : problem->status, row.status) << row.method << row.target;
  }
}

}  // namespace
}  // namespace freshet::api

// Users' queries: what is sent, what comes of the replies, and that trouble is told.
#include "controller/runtime/user_checks.h"

#include <gtest/gtest.h>

#include "controller/net/local_transport.h"

namespace freshet {
namespace {

const BothRevisions kBoth{{"shop", "checkout-00008"}, {"shop", "checkout-00007"}};

std::string vector_of(const std::string& samples) {
  return R"({"status":"success","data":{"resultType":"vector","result":[)" + samples + "]}}";
}
std::string one(const std::string& value) {
  return R"({"metric":{},"value":[1700000000,")" + value + "\"]}";
}

UserChecks asked(const std::vector<CheckSpec>& checks,
                 const std::function<std::string(const std::string& url)>& body) {
  LocalTransport transport([&](const HttpRequest& request) -> Result<HttpResponse> {
    const std::string reply = body(request.url);
    if (reply.empty()) return HttpResponse{503, {}, ""};
    return HttpResponse{200, {}, reply};
  });
  ControllerOptions options;
  options.prometheus_url = "http://prometheus.test";
  MetricsSource source(options, transport);
  return ask_checks(source, checks, kBoth);
}

const CheckSpec kMemory{"memory", R"(max(bytes{ns="{{namespace}}",r="{{revision}}"}))"};

TEST(UserChecks, AreAskedForBothRevisions) {
  std::vector<std::string> urls;
  const UserChecks got = asked({kMemory}, [&](const std::string& url) {
    urls.push_back(url);
    return vector_of(one(url.find("00008") != url.npos ? "120" : "100"));
  });
  EXPECT_EQ(got.values, (std::map<std::string, CheckValues>{{"memory", {120, 100}}}));
  EXPECT_EQ(got.trouble, "");
  ASSERT_EQ(urls.size(), 2U);
  EXPECT_EQ(urls[0], "http://prometheus.test/api/v1/query?query=" +
                         percent_encode(R"(max(bytes{ns="shop",r="checkout-00008"}))"));
}

TEST(UserChecks, WithoutOneFiniteValueEachAreNeitherGoodNorBad) {
  const std::pair<std::string, std::string> rows[] = {
      {vector_of(""), "check memory: no value of checkout-00008"},
      {vector_of(one("NaN")), "check memory: no value of checkout-00008"},
      {vector_of(one("+Inf")), "check memory: no value of checkout-00008"},
      {vector_of(one("1") + "," + one("2")),
       "check memory: the query gives 2 series; one value is wanted, as sum() or max() gives it"},
      {R"({"status":"error","errorType":"bad_data","error":"parse error"})", "parse error"},
      {"", "503"},
  };
  for (const auto& [reply, trouble] : rows) {
    const UserChecks got = asked({kMemory}, [&](const std::string&) { return reply; });
    EXPECT_TRUE(got.values.empty()) << reply;
    EXPECT_NE(got.trouble.find(trouble), got.trouble.npos) << got.trouble;
  }
}

TEST(UserChecks, OneThatHasNoValueLeavesTheOthersTheirs) {
  const CheckSpec other{"lag", R"(lag{r="{{revision}}"})"};
  const UserChecks got = asked({kMemory, other}, [](const std::string& url) {
    return vector_of(url.find("lag") != url.npos ? one("3") : "");
  });
  EXPECT_EQ(got.values, (std::map<std::string, CheckValues>{{"lag", {3, 3}}}));
}

TEST(UserChecks, AfterOneThatCannotBeAskedTheOthersAreNot) {
  int queries = 0;
  const UserChecks got = asked({kMemory, kMemory, kMemory}, [&](const std::string&) {
    ++queries;
    return std::string();
  });
  EXPECT_EQ(queries, 1);
}

}  // namespace
}  // namespace freshet

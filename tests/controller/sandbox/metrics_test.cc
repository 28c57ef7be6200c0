// What the simulated Prometheus keeps of each dialect, and the queries it answers.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <set>

#include "controller/sandbox/prometheus.h"
#include "tests/controller/sandbox/world_fixture.h"

namespace freshet::sandbox {
namespace {

class Metrics : public WorldTest {
 protected:
  void serve(std::vector<Exposure> exposures) {
    world_.expose(std::move(exposures));
    make_demo();
    world_.set_rate(kDemo, 20);
    run(minutes(5));
  }
  Json ask(const std::string& query) {
    const HttpResponse answer =
        send("GET", "http://prometheus.sandbox/api/v1/query?query=" + percent_encode(query));
    const auto json = parse_json(answer.body, kMaxReplyBytes);
    EXPECT_TRUE(json) << answer.body;
    return json ? at_path(*json, {"data", "result"}) : Json::array();
  }
  double number(const std::string& query) {
    const Json result = ask(query);
    return result.empty() ? 0 : std::stod(result[0]["value"][1].get<std::string>());
  }
};

TEST_F(Metrics, EachDialectHasItsOwnNamesAndLabels) {
  const std::pair<Exposure, const char*> rows[] = {
      {Exposure::kPushed,
       R"(http_server_request_duration_seconds_bucket{kn_revision_name="demo-00001",)"
       R"(k8s_namespace_name="default",kn_route_tag!="",le="0.005"})"},
      {Exposure::kPodLabels,
       R"(http_server_request_duration_seconds_bucket{serving_knative_dev_revision="demo-00001",)"
       R"(namespace="default",kn_route_tag!="",le="10"})"},
      {Exposure::kTargetInfo, R"(target_info{kn_revision_name="demo-00001"})"},
      {Exposure::kOpenCensus, R"(revision_request_latencies_bucket{revision_name="demo-00001",)"
                              R"(namespace_name="default",response_code_class="2xx",le="60"})"},
      {Exposure::kInnerOnly,
       R"({__name__=~"kn_serving_invocation_duration_seconds_bucket|x",le="+Inf",)"
       R"(kn_revision_name="demo-00001"})"},
      {Exposure::kUnnamed,
       R"(http_server_request_duration_seconds_bucket{serving_knative_dev_revision="",)"
       R"(kn_revision_name="",kn_route_tag!="",le="+Inf"})"},
  };
  serve({});
  for (const auto& [exposure, query] : rows) {
    world_.expose({exposure});
    run(minutes(6));
    for (const auto& [other, others_query] : rows) {
      // Whose a series is that carries no label, only target_info tells.
      const bool nameless = exposure == Exposure::kTargetInfo && other == Exposure::kUnnamed;
      EXPECT_EQ(number("count(" + std::string(others_query) + ")") > 0,
                other == exposure || nameless)
          << others_query << " where " << query << " is exposed";
    }
  }
  world_.expose({});
  run(minutes(6));
  for (const auto& [exposure, query] : rows)
    EXPECT_EQ(number("count(" + std::string(query) + ")"), 0);
}

TEST_F(Metrics, MillisecondBucketsAgreeWithThoseInSecondsAndNeverFall) {
  serve({Exposure::kOpenCensus, Exposure::kPushed});
  const auto within = [&](const char* metric, const char* le) {
    return number("sum(last_over_time(" + std::string(metric) + "{le=\"" + le + "\"}[5m]))");
  };
  EXPECT_EQ(within("revision_request_latencies_bucket", "100"),
            within("http_server_request_duration_seconds_bucket", "0.1"));
  double before = 0;
  for (const int bound : kMillisecondBounds) {
    const double here = within("revision_request_latencies_bucket", std::to_string(bound).c_str());
    EXPECT_GE(here, before) << bound;
    before = here;
  }
  EXPECT_EQ(before, within("revision_request_latencies_bucket", "+Inf"));
  for (const Json& series : ask("revision_request_latencies_bucket{le=\"150\"}[5m]")) {
    double last = 0;
    for (const Json& value : series["values"]) {
      const double here = std::stod(value[1].get<std::string>());
      EXPECT_GE(here, last);
      last = here;
    }
  }
}

TEST_F(Metrics, UnlessOnKeepsWhatTargetInfoDoesNotName) {
  const std::string query =
      R"(count(last_over_time(http_server_request_duration_seconds_count{kn_route_tag!=""}[5m]) )"
      R"(unless on (job,instance) last_over_time(target_info[5m])))";
  serve({Exposure::kTargetInfo});
  EXPECT_EQ(number(query), 0);
  world_.expose({Exposure::kUnnamed});
  run(minutes(6));
  EXPECT_GT(number(query), 0);
}

TEST_F(Metrics, AndOnKeepsWhatTargetInfoNames) {
  serve({Exposure::kTargetInfo});
  const auto joined = [&](const char* revision) {
    return number(R"(count(increase(http_server_request_duration_seconds_bucket{le="+Inf"}[5m]) )"
                  R"(and on (job,instance) last_over_time(target_info{kn_revision_name=")" +
                  std::string(revision) + R"("}[5m])))");
  };
  EXPECT_GE(joined("demo-00001"), 2);
  EXPECT_EQ(joined("demo-00009"), 0);
}

TEST_F(Metrics, TheActivatorCountsWhatPodsAnswerAndWhatNoPodDoes) {
  serve({Exposure::kPodLabels});
  const auto activator = [&](const char* code) {
    return number(R"(sum(last_over_time(http_server_request_duration_seconds_count{)"
                  R"(kn_route_tag="",kn_revision_name="demo-00002",http_response_status_code=")" +
                  std::string(code) + "\"}[5m]))");
  };
  set_image({.unready_after_traffic = seconds(30)});
  settle();
  set_traffic(Json::array({target("demo-00001", 50), target("demo-00002", 50)}));
  for (int i = 0; i < 8; ++i) {
    run(seconds(15));
    activator("200");  // it is scraped when somebody looks
  }
  EXPECT_GT(activator("200"), 0);
  EXPECT_GT(activator("503"), 10 * 60);
  EXPECT_EQ(revision("demo-00002").ready.status, Tri::kTrue);
  EXPECT_EQ(pods("demo-00002").ready, 0);
}

TEST_F(Metrics, TwoActivatorsShareRequestsAndOneThatIsReplacedIsSeenForAWhile) {
  serve({Exposure::kPodLabels});
  const auto replicas = [&] {
    return number(R"(count(last_over_time(http_server_request_duration_seconds_count{)"
                  R"(kn_route_tag="",kn_revision_name="demo-00001",)"
                  R"(http_response_status_code="200"}[5m])))");
  };
  const auto look_for = [&](Duration time) {
    for (const TimePoint end = world_.now() + time; world_.now() < end;) {
      run(seconds(10));
      replicas();  // they are scraped when somebody looks
    }
  };
  look_for(minutes(1));
  EXPECT_EQ(replicas(), 2);
  world_.restart_pods(kDemo);
  look_for(minutes(1));
  EXPECT_EQ(replicas(), 3);
  look_for(minutes(5));
  EXPECT_EQ(replicas(), 2);
}

TEST_F(Metrics, RefusesWhatAServerWouldNotParse) {
  for (const char* query :
       {"up and up", "up and on (job) up[5m]", "up[5m] and on (job) up", "sum(up[5m])",
        "count(up and on job up)", "last_over_time(up)", "up{a=\"b}"}) {
    const HttpResponse answer =
        send("GET", "http://prometheus.sandbox/api/v1/query?query=" + percent_encode(query));
    EXPECT_EQ(answer.status, 400) << query;
  }
}

TEST_F(Metrics, UsersGoOnToWhatIsDeployedNextUnderTheName) {
  serve({Exposure::kPodLabels});
  ASSERT_TRUE(world_.remove(kDemoPath));
  settle();
  ASSERT_TRUE(world_.create(service_object("demo", "registry.sandbox/shop/demo:1")));
  run(minutes(1));
  EXPECT_GT(world_.served(kDemo)["demo-00001"].good, 0);
}

}  // namespace
}  // namespace freshet::sandbox

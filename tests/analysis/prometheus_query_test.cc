// Query texts of every dialect.
#include <gtest/gtest.h>

#include "analysis/prometheus.h"

namespace freshet {
namespace {

const RevisionKey kKey{"shop", "checkout-00008"};
const TagRequests kTag{"freshet", "freshet-checkout.shop.example.com"};

const Dialect& dialect(std::string_view name) { return *find_dialect(name); }

TEST(PrometheusQuery, AsksForSamplesWithTheirOwnTimesAndLeavesOutWhatIsNoUsers) {
  const CountsQuestion question{{kKey, {"shop", "checkout-00007"}}, seconds(45), kTag};
  EXPECT_EQ(counts_query(dialect("promoted labels"), question),
            R"(http_server_request_duration_seconds_bucket{kn_route_tag!="",)"
            R"(k8s_namespace_name="shop",kn_revision_name=~"checkout-00007|checkout-00008",)"
            R"(kn_route_tag!="freshet",)"
            R"(server_address!="freshet-checkout.shop.example.com"}[45s])");
  EXPECT_EQ(counts_query(dialect("pod labels"), {{kKey}, seconds(45), {"freshet", ""}}),
            R"(http_server_request_duration_seconds_bucket{kn_route_tag!="",namespace="shop",)"
            R"(serving_knative_dev_revision="checkout-00008",kn_route_tag!="freshet"}[45s])");
  EXPECT_EQ(counts_query(dialect("OpenCensus"), {{kKey}, seconds(45), kTag}),
            R"(revision_request_latencies_bucket{namespace_name="shop",)"
            R"(revision_name="checkout-00008",route_tag!="freshet"}[45s])");
}

TEST(PrometheusQuery, AsksForTheBucketsThatAreUsedHoweverTheServerWritesThem) {
  const auto asked = [](const char* name, std::optional<std::vector<double>> bounds) {
    CountsQuestion question{{kKey}, seconds(45), {}};
    question.bounds = std::move(bounds);
    const std::string query = counts_query(dialect(name), question);
    const auto from = query.find(",le=");
    return from == query.npos ? "" : query.substr(from + 1, query.rfind('}') - from - 1);
  };
  EXPECT_EQ(asked("pod labels", std::vector<double>{0.005, 1, 2.5}),
            R"(le=~"0\\.005|1(\\.0)?|2\\.5|\\+Inf")");
  EXPECT_EQ(asked("OpenCensus", std::vector<double>{0.005, 0.06, 1, 100}),
            R"(le=~"5(\\.0)?|60(\\.0)?|1000(\\.0)?|100000(\\.0)?|\\+Inf")");
  EXPECT_EQ(asked("pod labels", std::vector<double>{}), R"(le="+Inf")") << "errors alone";
  EXPECT_EQ(asked("pod labels", std::nullopt), "");
  EXPECT_EQ(asked("pod labels", std::vector<double>{0.1, 1e-6}), "") << "may be 1e-06 there";
}

TEST(PrometheusQuery, OfManyCanariesEachOnesTagHostIsLeftOut) {
  CountsQuestion question{{kKey}, seconds(45), {"freshet", ""}};
  question.more_hosts = {"freshet-a.example.com", "freshet-b.example.com"};
  const std::string hosts =
      R"(server_address!~"freshet-a\\.example\\.com|freshet-b\\.example\\.com")";
  EXPECT_NE(counts_query(dialect("pod labels"), question).find(hosts), std::string::npos);
  EXPECT_NE(activator_query(dialect("pod labels"), question).find(hosts), std::string::npos);
  EXPECT_EQ(counts_query(dialect("OpenCensus"), question).find("server_address"),
            std::string::npos);
}

TEST(PrometheusQuery, AJoinedDialectAsksForTheTargetsThatTargetInfoNames) {
  const CountsQuestion question{{kKey}, seconds(45), {"freshet", ""}};
  const Dialect& joined = dialect("target_info");
  EXPECT_EQ(targets_query(joined, question),
            R"(target_info{k8s_namespace_name="shop",kn_revision_name="checkout-00008"}[45s])");
  const Targets targets = {{{"pods", "10.0.0.7:9091"}, {}}, {{"pods", "10.0.0.8:9091"}, {}}};
  EXPECT_EQ(counts_query(joined, question, targets),
            R"(http_server_request_duration_seconds_bucket{kn_route_tag!="",job="pods",)"
            R"(instance=~"10\\.0\\.0\\.7:9091|10\\.0\\.0\\.8:9091",kn_route_tag!="freshet"}[45s])");
  EXPECT_EQ(probe_query(joined, kKey, seconds(90)),
            R"(count(last_over_time(http_server_request_duration_seconds_bucket{le="+Inf",)"
            R"(kn_route_tag!=""}[90s]) and on (job,instance) )"
            R"(last_over_time(target_info{k8s_namespace_name="shop",)"
            R"(kn_revision_name="checkout-00008"}[90s])))");
}

TEST(PrometheusQuery, TheActivatorNamesTheRevisionItselfInEveryDialect) {
  const CountsQuestion question{{kKey}, seconds(45), kTag};
  for (const char* name : {"promoted labels", "pod labels", "target_info"}) {
    EXPECT_EQ(activator_query(dialect(name), question),
              R"(http_server_request_duration_seconds_count{kn_route_tag="",)"
              R"(k8s_namespace_name="shop",kn_revision_name="checkout-00008",)"
              R"(server_address!="freshet-checkout.shop.example.com"}[45s])");
  }
  EXPECT_EQ(
      activator_query(dialect("OpenCensus"), question),
      R"(activator_request_count{namespace_name="shop",revision_name="checkout-00008"}[45s])");
}

TEST(PrometheusQuery, TheBaselineIsAnHourWithoutTheTagsRequests) {
  EXPECT_EQ(
      baseline_query(dialect("OpenCensus"), kKey, kTag),
      R"(sum by (response_code,le) (increase(revision_request_latencies_bucket{)"
      R"(route_tag!="freshet",namespace_name="shop",revision_name="checkout-00008"}[3600s])))");
  const std::string query = baseline_query(dialect("target_info"), kKey, kTag);
  EXPECT_NE(query.find(R"(kn_route_tag!="freshet")"), query.npos);
  EXPECT_NE(query.find(R"([3600s]) and on (job,instance) last_over_time(target_info{)"), query.npos)
      << query;
}

TEST(PrometheusQuery, EscapesWhatStandsInsideAMatcher) {
  const Dialect& any = dialects().front();
  EXPECT_NE(counts_query(any, {{{"a\"b\\c\nd", "r"}}, seconds(1), {}}).find(R"("a\"b\\c\nd")"),
            std::string::npos);
  const CountsQuestion two{{{"n", "a.b"}, {"n", "x\"}) or vector(1)"}}, seconds(1), {}};
  const std::string query = counts_query(any, two);
  EXPECT_NE(query.find(R"~(=~"a\\.b|x\"\\}\\) or vector\\(1\\)")~"), std::string::npos) << query;
  const TagRequests evil{"t\"}", "h\"} or up"};
  for (const std::string& text :
       {counts_query(any, {{kKey}, seconds(1), evil}),
        activator_query(any, {{kKey}, seconds(1), evil}), baseline_query(any, kKey, evil),
        requests_query(any, kKey, evil, hours(1))}) {
    EXPECT_NE(text.find(R"(!="h\"} or up")"), text.npos) << text;
  }
}

TEST(PrometheusQuery, EverySelectorOfEveryQueryHasTheOperatorsMatchers) {
  const LabelMatchers ours = {R"(cluster="eu-1")", R"(env!~"test|stage")"};
  const CountsQuestion question{{kKey}, seconds(45), kTag};
  const Targets scraped = {{{"job", "10.0.0.1:9091"}, {}}};
  const auto selectors = [](const std::string& query, const std::string& end) {
    int count = 0;
    for (auto at = query.find(end); at != query.npos; at = query.find(end, at + 1)) ++count;
    return count;
  };
  for (const Dialect& one : dialects()) {
    for (const std::string& query :
         {counts_query(one, question, scraped, ours), targets_query(one, question, ours),
          activator_query(one, question, ours), baseline_query(one, kKey, kTag, ours),
          requests_query(one, kKey, kTag, hours(1), ours),
          probe_query(one, kKey, seconds(90), ours), inner_probe_query(one, kKey, ours),
          unnamed_probe_query("shop", ours), clusters_probe_query(one, kKey, ours),
          activator_probe_query(one, ours)}) {
      EXPECT_GE(selectors(query, "}["), 1) << query;
      EXPECT_EQ(selectors(query, R"(,cluster="eu-1",env!~"test|stage"}[)"), selectors(query, "}["))
          << query;
    }
  }
}

TEST(PrometheusQuery, ProbesTellWhatIsThereInsteadOfTheOuterHistogram) {
  EXPECT_EQ(inner_probe_query(dialect("OpenCensus"), kKey),
            R"(count(last_over_time({__name__=~"revision_app_request_latencies_bucket",)"
            R"(le="+Inf",namespace_name="shop",revision_name="checkout-00008"}[3600s])))");
  EXPECT_EQ(unnamed_probe_query("shop"),
            R"(count(last_over_time(http_server_request_duration_seconds_bucket{le="+Inf",)"
            R"(kn_route_tag!="",namespace=~"|shop",)"
            R"(kn_revision_name="",serving_knative_dev_revision=""}[3600s]) )"
            R"(unless on (job,instance) )"
            R"(last_over_time(target_info{kn_revision_name!=""}[3600s])))");
  EXPECT_EQ(activator_probe_query(dialect("pod labels")),
            R"(count(last_over_time(http_server_request_duration_seconds_count{)"
            R"(kn_route_tag="",kn_revision_name!=""}[3600s])))");
}

}  // namespace
}  // namespace freshet

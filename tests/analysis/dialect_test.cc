// Replies in every dialect, and what is said where none is found.
#include "analysis/dialect.h"

#include <gtest/gtest.h>

#include <fmt/format.h>
#include <limits>

#include "analysis/prometheus.h"

namespace freshet {
namespace {

constexpr double kAll = std::numeric_limits<double>::infinity();
const RevisionKey kOld{"shop", "checkout-00007"};
const RevisionKey kNew{"shop", "checkout-00008"};

std::string matrix(const std::string& result) {
  return R"({"status":"success","data":{"resultType":"matrix","result":[)" + result + "]}}";
}
std::string series(const std::string& labels, const std::string& values) {
  return fmt::format(R"({{"metric":{{{}}},"values":[{}]}})", labels, values);
}

TEST(Dialect, EachIsFoundByTheNameThatRolloutsRemember) {
  for (const char* name : {"promoted labels", "pod labels", "target_info", "OpenCensus"}) {
    ASSERT_NE(find_dialect(name), nullptr) << name;
    EXPECT_EQ(find_dialect(name)->name, name);
  }
  EXPECT_EQ(dialects().size(), 4U);
  EXPECT_EQ(find_dialect("morse"), nullptr);
}

TEST(Dialect, BoundsOfOpenCensusAreMilliseconds) {
  const Dialect& dialect = *find_dialect("OpenCensus");
  const auto row = [](const char* le, const char* values) {
    return series(fmt::format(R"("namespace_name":"shop","revision_name":"checkout-00008",)"
                              R"("pod_name":"p1","response_code":"503",)"
                              R"("response_code_class":"5xx","le":"{}")",
                              le),
                  values);
  };
  const auto reply =
      parse_counts(matrix(row("5", R"([100,"1"])") + "," + row("+Inf", R"([100,"2"])")), dialect);
  ASSERT_TRUE(reply) << reply.error().message;
  const PodSeries& pod = reply->revisions.at(kNew).front();
  EXPECT_EQ(pod.pod, "p1");
  EXPECT_EQ(pod.counters[0].le, .005);
  EXPECT_EQ(pod.counters[0].code, "503");
  EXPECT_EQ(pod.counters[1].le, kAll);
  const std::string value = R"({"metric":{"response_code":"503","le":"250"},"value":[1,"3"]},)"
                            R"({"metric":{"response_code":"503","le":"+Inf"},"value":[1,"4"]})";
  const std::vector<std::string> codes = {"5xx"};
  const auto baseline = parse_baseline(
      R"({"status":"success","data":{"resultType":"vector","result":[)" + value + "]}}", dialect,
      codes);
  ASSERT_TRUE(baseline);
  EXPECT_EQ(baseline->error_rate, 1);
  EXPECT_DOUBLE_EQ(baseline->slower_share.at(.25), .25);
}

std::string info(const char* revision, const char* pod, const std::string& values) {
  return series(fmt::format(R"("job":"j","instance":"10.0.0.7:9091","k8s_namespace_name":"shop",)"
                            R"("kn_revision_name":"{}","k8s_pod_name":"{}")",
                            revision, pod),
                values);
}

TEST(Dialect, ASampleIsOfWhomTargetInfoOfTheSameScrapeNames) {
  const Dialect& dialect = *find_dialect("target_info");
  // The address of a pod that is gone is another Revision's pod's a minute later.
  const auto targets =
      parse_targets(matrix(info("checkout-00007", "a", R"([100,"1"],[115,"1"])") + "," +
                           info("checkout-00008", "b", R"([175,"1"],[190,"1"])")),
                    dialect);
  ASSERT_TRUE(targets) << targets.error().message;
  const auto reply = parse_counts(
      matrix(series(R"("job":"j","instance":"10.0.0.7:9091","http_response_status_code":"200",)"
                    R"("le":"+Inf")",
                    R"([100,"5"],[115,"9"],[130,"11"],[175,"2"],[190,"4"])") +
             "," +
             series(R"("job":"other","instance":"10.0.0.7:9091","le":"+Inf")", R"([100,"5"])")),
      dialect, *targets);
  ASSERT_TRUE(reply) << reply.error().message;
  ASSERT_EQ(reply->revisions.size(), 2U);
  const PodSeries& old_pod = reply->revisions.at(kOld).front();
  EXPECT_EQ(old_pod.pod, "a");
  const std::vector<Scrape> old_scrapes = {{TimePoint(seconds(100)), {5}},
                                           {TimePoint(seconds(115)), {9}}};
  EXPECT_EQ(old_pod.scrapes, old_scrapes);
  const PodSeries& new_pod = reply->revisions.at(kNew).front();
  EXPECT_EQ(new_pod.pod, "b");
  const std::vector<Scrape> new_scrapes = {{TimePoint(seconds(175)), {2}},
                                           {TimePoint(seconds(190)), {4}}};
  EXPECT_EQ(new_pod.scrapes, new_scrapes);
}

TEST(Dialect, OfTwoPresentAtOnceOneIsRead) {
  const std::string both =
      R"("kn_revision_name":"checkout-00008","k8s_namespace_name":"shop","pod":"p",)"
      R"("serving_knative_dev_revision":"checkout-00008","namespace":"shop",)"
      R"("http_response_status_code":"200","le":"+Inf")";
  for (const char* name : {"promoted labels", "pod labels"}) {
    const auto reply = parse_counts(matrix(series(both, R"([100,"5"])")), *find_dialect(name));
    ASSERT_TRUE(reply) << name;
    EXPECT_EQ(reply->revisions.at(kNew).front().scrapes.front().values.at(0), 5) << name;
  }
}

TEST(Dialect, TheActivatorsCountsAreByRevisionAndHaveNoBuckets) {
  const auto reply = parse_activators(
      matrix(series(R"("kn_revision_name":"checkout-00008","k8s_namespace_name":"shop",)"
                    R"("pod":"activator-1","http_response_status_code":"503")",
                    R"([100,"5"])")),
      dialects().front());
  ASSERT_TRUE(reply) << reply.error().message;
  const PodSeries& activator = reply->at(kNew).front();
  EXPECT_EQ(activator.pod, "activator-1");
  EXPECT_EQ(activator.counters.front().code, "503");
  EXPECT_EQ(activator.counters.front().le, kAll);
}

TEST(Dialect, RepliesOfTargetInfoThatAreNoneAreErrors) {
  const Dialect& dialect = *find_dialect("target_info");
  for (const char* bad : {"", "[]", R"({"status":"success"})"}) {
    EXPECT_FALSE(parse_targets(bad, dialect)) << bad;
  }
  EXPECT_FALSE(parse_targets(matrix("3"), dialect));
  EXPECT_FALSE(parse_targets(matrix(info("r", "p", R"(["now","1"])")), dialect));
  EXPECT_TRUE(parse_targets(matrix(""), dialect)->empty());
}

TEST(Dialect, EveryFindingButAGoodOneSaysWhatToSet) {
  EXPECT_EQ(missing_metrics(MetricsFinding::kUsable, "r"), "");
  EXPECT_EQ(metrics_remedy(MetricsFinding::kUsable), "");
  const std::pair<MetricsFinding, const char*> rows[] = {
      {MetricsFinding::kOnlyInner, "only inner request metrics of checkout-00008"},
      {MetricsFinding::kUnnamed, "podTargetLabels serving.knative.dev/revision"},
      {MetricsFinding::kNothing, "request-metrics-protocol: prometheus"},
  };
  for (const auto& [finding, expected] : rows) {
    const std::string sentence = missing_metrics(finding, "checkout-00008");
    EXPECT_NE(sentence.find(expected), sentence.npos) << sentence;
    EXPECT_NE(metrics_remedy(finding).find("analysis.mode: ReadinessOnly"), std::string::npos);
  }
}

}  // namespace
}  // namespace freshet

// Whole simulated rollouts, judged by each dialect of Knative's metrics.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/controller/cli/cli_bed.h"

namespace freshet {
namespace {

using sandbox::Exposure;

const ServiceKey kCheckout{"shop", "checkout"};

struct MetricsRow {
  const char* name;
  Exposure exposure;
  const char* dialect;
};
void PrintTo(const MetricsRow& row, std::ostream* out) { *out << row.name; }

const MetricsRow kRows[] = {
    {"Pushed", Exposure::kPushed, "promoted labels"},
    {"PodLabels", Exposure::kPodLabels, "pod labels"},
    {"TargetInfo", Exposure::kTargetInfo, "target_info"},
    {"OpenCensus", Exposure::kOpenCensus, "OpenCensus"},
};

void adopt(CliBed& bed) {
  bed.serve("checkout");
  ASSERT_EQ(bed.run({"track", "checkout"}).exit_code, kDone);
  const CliRun waited = bed.run({"status", "checkout", "--wait", "--timeout", "10m"});
  ASSERT_EQ(waited.exit_code, kDone) << waited.out << waited.err;
}

int until_over(CliBed& bed, const Digest& digest) {
  const CliRun waited =
      bed.run({"status", "checkout", "--wait", "--digest", digest.get(), "--timeout", "5h"});
  return waited.exit_code;
}

std::string dialect_of(CliBed& bed) {
  const auto notes = parse_json(bed.cluster.status(kCheckout).evidence);
  return notes ? string_or(*notes, "dialect") : "";
}

bool until_shifted(CliBed& bed) {
  return bed.cluster.run_until([&] { return bed.cluster.status(kCheckout).percent > 0; },
                               minutes(30));
}

std::int64_t bad_answers_of_the_candidate(CliBed& bed) {
  return bed.cluster.world().served(kCheckout)["checkout-00002"].bad;
}

class EachDialect : public testing::TestWithParam<MetricsRow> {};
INSTANTIATE_TEST_SUITE_P(Metrics, EachDialect, testing::ValuesIn(kRows),
                         [](const auto& row) { return std::string(row.param.name); });

TEST_P(EachDialect, AGoodRebuildIsPromoted) {
  CliBed bed(GetParam().exposure);
  adopt(bed);
  EXPECT_EQ(until_over(bed, bed.rebuild("checkout", 0.001)), kDone);
  EXPECT_EQ(dialect_of(bed), GetParam().dialect);
}

TEST_P(EachDialect, FivePercentErrorsAreTakenBackAtTheFirstStep) {
  CliBed bed(GetParam().exposure);
  adopt(bed);
  const Digest digest = bed.rebuild("checkout", 0.05);
  EXPECT_EQ(until_over(bed, digest), kFailed);
  EXPECT_LE(bad_answers_of_the_candidate(bed), 25);
}

TEST_P(EachDialect, ASlowRebuildWithoutErrorsIsTakenBack) {
  CliBed bed(GetParam().exposure);
  adopt(bed);
  sandbox::ImageBehaviour slow;
  slow.median_seconds = 0.3;
  EXPECT_EQ(until_over(bed, bed.rebuild("checkout", slow)), kFailed);
}

TEST_P(EachDialect, FailuresThatReachNoPodAreSeenAtTheActivator) {
  CliBed bed(GetParam().exposure);
  adopt(bed);
  sandbox::ImageBehaviour unready;
  unready.unready_after_traffic = seconds(40);
  EXPECT_EQ(until_over(bed, bed.rebuild("checkout", unready)), kFailed);
  EXPECT_GT(bad_answers_of_the_candidate(bed), 0);
  EXPECT_LE(bad_answers_of_the_candidate(bed), 60);
}

TEST_P(EachDialect, PreflightNamesItAndMissesNothing) {
  CliBed bed(GetParam().exposure);
  bed.serve("checkout");
  const CliRun ran =
      bed.run({"preflight", "checkout", "--prometheus", "http://prometheus.sandbox"});
  EXPECT_EQ(ran.exit_code, kDone);
  const std::string line = "✓ request metrics of the Revision that serves are there: " +
                           std::string(find_dialect(GetParam().dialect)->says) + "\n";
  EXPECT_NE(ran.out.find(line), ran.out.npos) << ran.out;
  EXPECT_EQ(ran.out.find("activator"), ran.out.npos) << ran.out;
}

TEST(Metrics, PreflightAsksAsWhomTheFlagsSayAndTellsNoSecret) {
  const std::string secret = "canary-71f3";
  CliBed bed(Exposure::kPodLabels);
  bed.serve("checkout");
  std::vector<HttpRequest> asked;
  int status = 200;
  bed.server = [&](const HttpRequest& request) -> Result<HttpResponse> {
    if (request.url.find("prometheus.sandbox") == std::string::npos) {
      return bed.cluster.world().handle(request);
    }
    asked.push_back(request);
    if (status != 200) return HttpResponse{status, {}, "denied"};
    return bed.cluster.world().handle(request);
  };
  const std::vector<std::string> words = {"preflight",
                                          "checkout",
                                          "--prometheus",
                                          "http://prometheus.sandbox",
                                          "--prometheus-token-file",
                                          "/token",
                                          "--prometheus-header",
                                          "X-Scope-OrgID: shop"};
  const CliRun none = bed.run(words);
  EXPECT_NE(none.out.find("--prometheus-token-file: cannot read /token"), std::string::npos)
      << none.out;
  bed.files["/token"] = secret;
  for (const int answered : {200, 401, 500}) {
    status = answered;
    asked.clear();
    const CliRun ran = bed.run(words);
    ASSERT_FALSE(asked.empty());
    EXPECT_EQ(find_header(asked.back().headers, "Authorization"), "Bearer " + secret);
    EXPECT_EQ(find_header(asked.back().headers, "X-Scope-OrgID"), "shop");
    EXPECT_EQ(ran.exit_code == kDone, answered == 200) << ran.out;
    EXPECT_EQ((ran.out + ran.err).find(secret), std::string::npos);
  }
}

TEST(Metrics, EveryQueryAsksForThisClustersSeriesAlone) {
  CliBed bed(Exposure::kPodLabels);
  bed.serve("checkout");
  std::vector<std::string> asked;
  bed.server = [&](const HttpRequest& request) -> Result<HttpResponse> {
    if (request.url.find("prometheus.sandbox") != std::string::npos) asked.push_back(request.url);
    return bed.cluster.world().handle(request);
  };
  const CliRun ran = bed.run({"preflight", "checkout", "--prometheus", "http://prometheus.sandbox",
                              "--prometheus-matcher", R"(cluster = "eu-1")"});
  ASSERT_FALSE(asked.empty()) << ran.out << ran.err;
  for (const std::string& url : asked) {
    EXPECT_NE(url.find(percent_encode(R"(,cluster="eu-1"})")), std::string::npos) << url;
  }
}

// One that has never answered shows no series, as one that is not scraped: held, not accused (its
// timeouts will be errors). Of one that answers some, the loss is known.
TEST(Metrics, ARebuildThatLosesRequestsIsNeverPromoted) {
  for (const double answered : {0.0, 0.5}) {
    CliBed bed(Exposure::kPodLabels);
    adopt(bed);
    sandbox::ImageBehaviour losing;
    losing.answered = answered;
    bed.rebuild("checkout", losing);
    ASSERT_TRUE(until_shifted(bed)) << answered;
    bed.run_for(hours(7));  // past the deadline
    EXPECT_LE(bed.cluster.status(kCheckout).percent, 1) << answered;
  }
}

TEST(Metrics, AnUpgradeOfKnativeInMidRolloutIsFollowedAndItsBaselinesAreNoEvidence) {
  for (const double error_rate : {0.001, 0.05}) {
    CliBed bed(Exposure::kOpenCensus);
    adopt(bed);
    const Digest digest = bed.rebuild("checkout", error_rate);
    ASSERT_TRUE(until_shifted(bed));
    // Both at once for a while: nothing counts twice, and what is known goes on being read.
    bed.cluster.world().expose({Exposure::kOpenCensus, Exposure::kPodLabels});
    bed.run_for(seconds(20));
    EXPECT_EQ(dialect_of(bed), "OpenCensus");
    bed.cluster.world().expose({Exposure::kPodLabels});
    EXPECT_EQ(until_over(bed, digest), error_rate < 0.01 ? kDone : kFailed) << error_rate;
    if (error_rate < 0.01) {
      EXPECT_EQ(dialect_of(bed), "pod labels");
    }
  }
}

TEST(Metrics, ANewTransportOfTheSameNamesIsFollowedInMidRollout) {
  CliBed bed(Exposure::kPushed);
  adopt(bed);
  const Digest digest = bed.rebuild("checkout", 0.001);
  ASSERT_TRUE(until_shifted(bed));
  bed.run_for(minutes(5));
  bed.cluster.world().expose({Exposure::kTargetInfo});
  EXPECT_EQ(until_over(bed, digest), kDone);
  EXPECT_EQ(dialect_of(bed), "target_info");
}

TEST(Metrics, ARolloutIsHeldWhileTheyStopAndGoesOnWhenTheyAreBack) {
  CliBed bed(Exposure::kPodLabels);
  adopt(bed);
  const Digest digest = bed.rebuild("checkout", 0.001);
  ASSERT_TRUE(until_shifted(bed));
  const int percent = bed.cluster.status(kCheckout).percent;
  bed.cluster.world().expose({});
  bed.run_for(hours(1));
  EXPECT_EQ(bed.cluster.status(kCheckout).percent, percent);
  bed.cluster.world().expose({Exposure::kPodLabels});
  EXPECT_EQ(until_over(bed, digest), kDone);
}

TEST(Metrics, WithoutUsableOnesNothingIsWrittenAndTheReasonSaysWhatToApply) {
  const std::pair<std::vector<Exposure>, const char*> rows[] = {
      {{}, "request-metrics-protocol: prometheus"},
      {{Exposure::kInnerOnly}, "only inner request metrics of checkout-00001"},
      {{Exposure::kUnnamed}, "no series tells that it is of checkout-00001"},
  };
  for (const auto& [exposures, expected] : rows) {
    CliBed bed;
    bed.cluster.world().expose(exposures);
    bed.serve("checkout");
    const Json before = bed.cluster.service(kCheckout);
    ASSERT_EQ(bed.run({"track", "checkout"}).exit_code, kDone);
    bed.run_for(minutes(5));
    EXPECT_EQ(bed.cluster.service(kCheckout)["metadata"]["resourceVersion"],
              before["metadata"]["resourceVersion"]);
    const TrackedServiceStatus status = bed.cluster.status(kCheckout);
    const auto ready = std::ranges::find(status.conditions, "Ready", &Condition::type);
    ASSERT_NE(ready, status.conditions.end());
    EXPECT_EQ(ready->reason, "NoMetrics");
    EXPECT_NE(ready->message.find(expected), ready->message.npos) << ready->message;
    bed.cluster.world().expose({Exposure::kPodLabels});
    bed.run_for(minutes(2));
    const CliRun waited = bed.run({"status", "checkout", "--wait", "--timeout", "10m"});
    EXPECT_EQ(waited.exit_code, kDone) << waited.out;
  }
}

}  // namespace
}  // namespace freshet

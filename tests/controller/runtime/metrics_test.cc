// The controller's own metrics.
#include "controller/runtime/metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <regex>

#include "base/files.h"
#include "controller/runtime/log.h"

namespace freshet {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

const TimePoint kScraped = from_unix_seconds(1'790'000'000);
const ServiceKey kCheckout{"shop", "checkout"};

TEST(Metrics, ShowPhasePercentAndAgesOfAService) {
  Metrics metrics;
  metrics.set_service(kCheckout, {"Shifting", 5, kScraped - hours(2), kScraped - minutes(10)});
  const std::string text = metrics.render(kScraped);
  const std::string labels = R"({namespace="shop",service="checkout"})";
  EXPECT_THAT(text, HasSubstr("freshet_rollout_percent" + labels + " 5"));
  EXPECT_THAT(text, HasSubstr("freshet_image_age_seconds" + labels + " 7200"));
  EXPECT_THAT(text, HasSubstr("freshet_image_behind_seconds" + labels + " 600"));
  EXPECT_THAT(text, HasSubstr("# TYPE freshet_rollout_phase gauge\n"
                              R"(freshet_rollout_phase{namespace="shop",phase="Shifting",)"
                              R"(service="checkout"} 1)"
                              "\n"));
}

TEST(Metrics, KeepOnePhaseAService) {
  Metrics metrics;
  metrics.set_service(kCheckout, {"Shifting", 5, {}, {}});
  metrics.set_service(kCheckout, {"Baking", 98, {}, {}});
  const std::string text = metrics.render(kScraped);
  EXPECT_THAT(text, HasSubstr(R"(phase="Baking")"));
  EXPECT_THAT(text, Not(HasSubstr(R"(phase="Shifting")")));
}

TEST(Metrics, LeaveWithTheirService) {
  Metrics metrics;
  metrics.set_service(kCheckout, {"Idle", 0, kScraped, {}});
  metrics.render(kScraped);
  metrics.remove_service(kCheckout);
  EXPECT_THAT(metrics.render(kScraped), Not(HasSubstr("checkout")));
  EXPECT_THAT(metrics.render(kScraped), Not(HasSubstr("freshet_rollout_phase")));
}

TEST(Metrics, TellHowLongImagesCouldBeHadBeforeTheyGotAllRequests) {
  Metrics metrics;
  metrics.observe_exposure(hours(3));
  metrics.observe_exposure(days(3));
  const std::string text = metrics.render(kScraped);
  EXPECT_THAT(text, HasSubstr(R"(freshet_exposure_lag_seconds_bucket{le="7200"} 0)"));
  EXPECT_THAT(text, HasSubstr(R"(freshet_exposure_lag_seconds_bucket{le="21600"} 1)"));
  EXPECT_THAT(text, HasSubstr("freshet_exposure_lag_seconds_sum 270000"));
}

// Of a series that begins at 1 Prometheus' increase() does not see the first.
TEST(Metrics, OutcomesOfANamespaceBeginAtZero) {
  Metrics metrics;
  metrics.set_service(kCheckout, {});
  const std::string text = metrics.render(kScraped);
  for (const char* outcome : {"Promoted", "RolledBack"}) {
    EXPECT_THAT(text,
                HasSubstr(std::string(R"(freshet_rollouts_total{namespace="shop",outcome=")") +
                          outcome + R"("} 0)"));
  }
}

TEST(Metrics, CountRequestsByCode) {
  Metrics metrics;
  metrics.count_registry_request("ghcr.io", 304, milliseconds(30));
  metrics.count_registry_request("ghcr.io", 304, milliseconds(30));
  metrics.count_registry_request("ghcr.io", 0, seconds(8));
  metrics.count_kube_request(409);
  metrics.count_rollout(kCheckout, "Promoted");
  const std::string text = metrics.render(kScraped);
  EXPECT_THAT(text,
              HasSubstr(R"(freshet_registry_requests_total{code="3xx",registry="ghcr.io"} 2)"));
  EXPECT_THAT(text,
              HasSubstr(R"(freshet_registry_requests_total{code="none",registry="ghcr.io"} 1)"));
  EXPECT_THAT(text, HasSubstr("freshet_registry_request_duration_seconds_count"
                              R"({registry="ghcr.io"} 3)"));
  EXPECT_THAT(text, HasSubstr(R"(freshet_kube_requests_total{code="409"} 1)"));
  EXPECT_THAT(text, HasSubstr(R"(freshet_rollouts_total{namespace="shop",outcome="Promoted"} 1)"));
}

TEST(Metrics, TellOfChecksByRegistryUpToABound) {
  Metrics metrics;
  metrics.count_registry_check({"ghcr.io", "same", milliseconds(200), 7});
  for (std::size_t i = 0; i < kMaxRegistriesTold + 5; ++i) {
    metrics.count_registry_check({"r" + std::to_string(i) + ".io", "unreachable", seconds(2), 0});
  }
  const std::string text = metrics.render(kScraped);
  EXPECT_THAT(text,
              HasSubstr(R"(freshet_registry_checks_total{outcome="same",registry="ghcr.io"} 1)"));
  EXPECT_THAT(text, HasSubstr(R"(freshet_registry_budget_left{registry="ghcr.io"} 7)"));
  EXPECT_THAT(text, HasSubstr(R"(freshet_registry_check_lateness_seconds_bucket{)"
                              R"(registry="ghcr.io",le="1"} 1)"));
  EXPECT_THAT(
      text,
      HasSubstr(R"(freshet_registry_checks_total{outcome="unreachable",registry="other"} 6)"));
}

TEST(LogLine, QuotesWhatHasSpacesAndLeavesOutWhatIsEmpty) {
  const LogLine line{LogLevel::kInfo,
                     "StepAdvanced",
                     {{"service", "shop/checkout"}, {"message", "now 5 %"}, {"digest", ""}}};
  EXPECT_EQ(format_log_line(line, LogFormat::kText),
            R"(StepAdvanced service=shop/checkout message="now 5 %")");
  EXPECT_EQ(
      format_log_line(line, LogFormat::kJson),
      R"({"digest":"","event":"StepAdvanced","message":"now 5 %","service":"shop/checkout"})");
}

// Everything that there can be on the page, once.
std::string full_page() {
  Metrics metrics;
  metrics.set_service(kCheckout, {"Shifting", 5, kScraped - hours(2), kScraped - minutes(10)});
  metrics.count_registry_request("ghcr.io", 304, milliseconds(30));
  metrics.count_registry_check({"ghcr.io", "same", seconds(0), 9});
  metrics.count_kube_request(409);
  metrics.count_rollout(kCheckout, "Promoted");
  metrics.count_webhook("hub", "accepted");
  metrics.observe_reconcile(0.1);
  metrics.observe_exposure(hours(3));
  metrics.set_fleet({});
  metrics.set_watch_failing("Service", "", true);
  return metrics.render(kScraped);
}

TEST(Metrics, HaveEveryNameThatTheDashboardAndTheAlertsUse) {
  const std::string page = full_page();
  int names = 0;
  for (const char* file : {"deploy/monitoring/dashboard.json", "deploy/monitoring/alerts.yaml"}) {
    const std::string text = read_file(file, 1 << 20).value();
    const std::regex name("freshet_[a-z_]+");
    for (std::sregex_iterator at(text.begin(), text.end(), name), end; at != end; ++at) {
      const std::string found = std::regex_replace(at->str(), std::regex("_bucket$"), "");
      EXPECT_THAT(page, HasSubstr("# TYPE " + found + " ")) << file;
      ++names;
    }
  }
  EXPECT_GT(names, 20);
}

}  // namespace
}  // namespace freshet

// The adoption checks as text.
#include "controller/cli/preflight.h"

#include <gtest/gtest.h>

#include "tests/controller/cli/sample_detail.h"

namespace freshet {
namespace {

PreflightFacts good_facts() {
  PreflightFacts facts;
  facts.key = {"shop", "checkout"};
  ServiceView view = *idle_sample().service;
  view.ready.status = Tri::kTrue;
  TrafficTarget latest;
  latest.latest_revision = true;
  latest.percent = Percent::clamp(100);
  view.traffic = {latest};
  facts.service = view;
  facts.revisions = idle_sample().revisions;
  FollowedImage followed{ContainerName("app"),
                         parse_image_reference("ghcr.io/acme/checkout:1.4").value(), std::nullopt,
                         0, ""};
  Confirmed found{Digest::parse(kOldDigest).value(), "", {}, sample_now() - days(12)};
  facts.images = std::vector<PreflightFacts::Image>{{followed, {found}}};
  facts.metrics = FoundMetrics{MetricsFinding::kUsable, find_dialect("pod labels")};
  facts.sees_activators = true;
  return facts;
}

std::string text_of(const PreflightFacts& facts) {
  return preflight_text(preflight_lines(facts, sample_now()), false);
}

TEST(Preflight, SaysOfEachCheckThatItIsGood) {
  EXPECT_EQ(text_of(good_facts()),
            "✓ this cluster knows TrackedService\n"
            "✓ Service shop/checkout is Ready\n"
            "✓ checkout-00007 gets all requests; its traffic follows the latest Revision, and is "
            "pinned by name when it is adopted\n"
            "✓ traffic tag freshet is free\n"
            "✓ no other tool manages this Service\n"
            "✓ container app follows ghcr.io/acme/checkout:1.4, which names 9c1e4a7b2f30, made 12d "
            "ago\n"
            "✓ request metrics of the Revision that serves are there: "
            "http_server_request_duration_seconds, the Revision as a label of the pod\n"
            "It can be adopted.\n");
}

TEST(Preflight, SaysOfEachFailureWhatToApply) {
  PreflightFacts facts = good_facts();
  facts.tracked_problem = make_error(ErrorKind::kRefused, "no such kind");
  facts.service->ready.status = Tri::kFalse;
  facts.service->ready.message = "Revision failed";
  facts.service->observed_traffic = shifting_sample().service->observed_traffic;
  facts.service->traffic.front().tag = TrafficTag("freshet");
  facts.service->other_managers = {"Argo CD"};
  facts.images = bad_input("NoTag: the image has no tag to follow");
  facts.metrics = Result<FoundMetrics>(make_error(ErrorKind::kTransient, "refused"));
  EXPECT_EQ(text_of(facts),
            "✗ this cluster does not know TrackedService\n"
            "    freshet crd | kubectl apply --server-side -f -\n"
            "✗ Service shop/checkout is not Ready: Revision failed\n"
            "    mend the Service; adoption goes on by itself when it is Ready\n"
            "✗ its traffic is split: checkout-00007 95 %, checkout-00008 5 %\n"
            "    give one Revision all requests, or: freshet adopt checkout --to REVISION\n"
            "✗ traffic tag freshet is in use on this Service\n"
            "    take it off, or choose another: spec.rollout.tag\n"
            "✗ Argo CD manages this Service and would undo what Freshet writes\n"
            "    set rollout.writeMode: TrafficOnly, which leaves spec.template to it; or let it "
            "ignore spec.template and spec.traffic and set rollout.allowOverwrite: true\n"
            "✗ NoTag: the image has no tag to follow\n"
            "    name the tag to follow: freshet track checkout --image REPOSITORY:TAG\n"
            "✗ Prometheus cannot be asked: refused\n"
            "    name it as the controller reaches it: --prometheus http://HOST:PORT\n"
            "It cannot be adopted yet.\n");
}

TEST(Preflight, ShowsWhatToApplyWhereThereAreNoMetrics) {
  PreflightFacts facts = good_facts();
  facts.metrics = FoundMetrics{};
  const std::string text = text_of(facts);
  EXPECT_NE(text.find("    kind: PodMonitor\n"), text.npos) << text;
  EXPECT_NE(text.find("request-metrics-protocol"), text.npos) << text;
  facts.metrics = FoundMetrics{MetricsFinding::kUnnamed, nullptr};
  EXPECT_NE(text_of(facts).find("no series tells that it is of checkout-00007"), text.npos);
  facts.metrics = FoundMetrics{MetricsFinding::kOnlyInner, nullptr};
  EXPECT_NE(text_of(facts).find("only inner request metrics of checkout-00007"), text.npos);
  facts.spec.analysis.mode = AnalysisMode::kReadinessOnly;
  EXPECT_NE(text_of(facts).find("no metrics are asked for\nIt can be adopted.\n"), text.npos);
}

TEST(Preflight, WarnsWhereFailuresBeforeAPodAreNotSeenAndPasses) {
  PreflightFacts facts = good_facts();
  facts.sees_activators = false;
  const std::string text = text_of(facts);
  EXPECT_NE(text.find("– the activator is not scraped"), text.npos) << text;
  EXPECT_NE(text.find("    scrape the activator: port http-metrics"), text.npos) << text;
  EXPECT_TRUE(text.ends_with("It can be adopted.\n")) << text;
}

TEST(Preflight, WarnsWhereNamesakesOfOtherClustersWouldBeCounted) {
  PreflightFacts facts = good_facts();
  facts.sees_several_clusters = true;
  const std::string text = text_of(facts);
  EXPECT_NE(text.find("– Prometheus holds series of this Revision from several clusters"),
            text.npos)
      << text;
  EXPECT_NE(text.find("--prometheus-matcher 'cluster=\"NAME\"'"), text.npos) << text;
  facts.sees_several_clusters = false;
  EXPECT_EQ(text_of(facts), text_of(good_facts()));
}

}  // namespace
}  // namespace freshet

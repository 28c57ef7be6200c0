// Policies: what is read, what is refused, and what of a bad one is still known.
#include "config/rollout_policy.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "config/check.h"
#include "config/crd.h"

namespace freshet {
namespace {

const std::string kPolicy = R"(
apiVersion: freshet.dev/v1alpha1
kind: RolloutPolicy
metadata: {name: hours, namespace: shop}
spec:
  selector: {matchLabels: {tier: web}}
  owner: platform-team
  reason: month end
  allow:
  - {days: [Mon, Tue], from: "09:00", to: "16:00", timeZone: Europe/Berlin}
  deny:
  - {from: "2026-12-20", to: "2027-01-03", timeZone: Europe/Berlin}
  waiver: {imageAge: 14d}
  stop: true
)";

std::string checked(const std::string& text) { return to_text(check_documents("p.yaml", text)); }

TEST(RolloutPolicy, IsReadAsWrittenAndPrintedAgain) {
  RolloutPolicy expected;
  expected.name = "hours";
  expected.name_space = "shop";
  expected.spec.selector.match_labels = {{"tier", "web"}};
  expected.spec.owner = "platform-team";
  expected.spec.reason = "month end";
  expected.spec.allow = {{{Weekday::kMon, Weekday::kTue}, "09:00", "16:00", "Europe/Berlin"}};
  expected.spec.deny = {{{}, "2026-12-20", "2027-01-03", "Europe/Berlin"}};
  expected.spec.waiver.image_age = days(14);
  expected.spec.stop = true;
  const auto parsed = parse_rollout_policy_json(to_json(expected), kRolloutPolicy);
  EXPECT_EQ(parsed.object, expected);
  EXPECT_TRUE(parsed.ok() && parsed.selector_known);
  EXPECT_EQ(checked(kPolicy), "p.yaml: shop/hours is in order\n");
}

TEST(RolloutPolicy, IsCheckedInAFileBesideTrackedServices) {
  EXPECT_EQ(checked(kPolicy + "  deni: []\n"),
            "p.yaml:15:3: spec.deni: unknown field deni; did you mean deny?\n");
  EXPECT_EQ(checked(kPolicy + "---" + kPolicy),
            "p.yaml: shop/hours is in order\n"
            "p.yaml: metadata.name: shop/hours stands in this file already\n");
  EXPECT_EQ(
      checked("apiVersion: freshet.dev/v1alpha1\nkind: ClusterRolloutPolicy\n"
              "metadata: {name: stop, namespace: shop}\n"),
      "p.yaml:1:1: a ClusterRolloutPolicy has no namespace; allowed: no metadata.namespace\n");
  EXPECT_EQ(
      checked("apiVersion: freshet.dev/v1alpha1\nkind: ClusterRolloutPolicy\n"
              "metadata: {name: stop}\nspec:\n  allow:\n  - {from: 09:00, to: \"10:00\"}\n"
              "  - {from: \"09:00\", to: \"10:00\", timeZone: Mars}\n"),
      "p.yaml:6:12: spec.allow[0].from: found 09:00 without quotes; allowed: a time of day as "
      "in \"09:00\" up to \"24:00\", or a date as in \"2026-12-20\" or \"2026-12-20T18:00\", "
      "in quotes\n"
      "p.yaml:7:5: spec.allow[1]: there is no time zone Mars in this system's database "
      "(tzdata)\n");
}

TEST(RolloutPolicy, OfABadOneTheSelectorIsKnownWhereItCanBeRead) {
  Json object = {{"metadata", {{"name", "hours"}, {"namespace", "shop"}}},
                 {"spec", {{"selector", {{"matchLabels", {{"tier", "web"}}}}}, {"stop", "yes"}}}};
  auto parsed = parse_rollout_policy_json(object, kRolloutPolicy);
  EXPECT_FALSE(parsed.ok());
  EXPECT_TRUE(parsed.selector_known);
  EXPECT_EQ(parsed.object.spec.selector.match_labels,
            (std::map<std::string, std::string>{{"tier", "web"}}));
  object["spec"]["selector"] = "tier=web";
  EXPECT_FALSE(parse_rollout_policy_json(object, kRolloutPolicy).selector_known);
}

TEST(RolloutApproval, NamesOneRolloutOfOneService) {
  const RolloutApprovalSpec approval = {"checkout", "7f3a", "ann", "release 42"};
  const Json object = rollout_approval_json("shop", approval);
  EXPECT_EQ(object["metadata"], Json({{"name", "checkout-7f3a"}, {"namespace", "shop"}}));
  EXPECT_EQ(rollout_approval_from_json(object), approval);
  EXPECT_EQ(rollout_approval_from_json({{"spec", {{"service", "checkout"}}}}), std::nullopt);
}

TEST(RolloutPolicy, StatusIsWrittenAsItIsRead) {
  const RolloutPolicyStatus status = {
      3, {{"Ready", "False", "PolicyInvalid", "spec: …", TimePoint{} + days(1), 3}}};
  EXPECT_EQ(rollout_policy_status_from_json(to_json(status)), status);
}

TEST(RolloutPolicy, BothKindsAreDefinedWithOneSpecEachInItsScope) {
  const Json mine = policy_crd(kRolloutPolicy);
  const Json everywhere = policy_crd(kClusterRolloutPolicy);
  EXPECT_EQ(mine["metadata"]["name"], "rolloutpolicies.freshet.dev");
  EXPECT_EQ(everywhere["metadata"]["name"], "clusterrolloutpolicies.freshet.dev");
  EXPECT_EQ(mine["spec"]["scope"], "Namespaced");
  EXPECT_EQ(everywhere["spec"]["scope"], "Cluster");
  const auto spec = [](const Json& crd) {
    return crd["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["properties"]["spec"];
  };
  EXPECT_EQ(spec(mine), spec(everywhere));
}

}  // namespace
}  // namespace freshet

// What is known of policies, and that nothing that was known is forgotten by mistake.
#include "controller/runtime/policies.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace freshet {
namespace {

const PolicyWatch kEverywhere{std::string(kRolloutPolicy), "", false};
const PolicyWatch kOfCluster{std::string(kClusterRolloutPolicy), "", false};
const PolicyWatch kPerhaps{std::string(kClusterRolloutPolicy), "", true};

class FixedClock final : public Clock {
 public:
  TimePoint now() const override { return TimePoint{} + days(20000) + passed; }
  Duration monotonic() const override { return passed; }
  Duration passed{};
};

JsonPtr policy_json(const std::string& name_space, const std::string& name, int version,
                    const Json& spec) {
  Json metadata = {{"name", name},
                   {"uid", name + " of " + name_space},
                   {"generation", version},
                   {"resourceVersion", std::to_string(version)}};
  if (!name_space.empty()) metadata["namespace"] = name_space;
  return std::make_shared<const Json>(Json{{"metadata", metadata}, {"spec", spec}});
}

WatchEvent listed(std::vector<JsonPtr> items) {
  WatchEvent event;
  event.type = WatchEvent::Type::kRestarted;
  for (const JsonPtr& item : items) event.present.insert(object_key(*item));
  event.items = std::move(items);
  return event;
}

WatchEvent changed(const JsonPtr& object, WatchEvent::Type type = WatchEvent::Type::kModified) {
  WatchEvent event;
  event.type = type;
  event.object = object;
  return event;
}

const Json kStop = {{"stop", true}};
const Json kBad = {{"stop", "yes"}};

class KnownPolicies : public ::testing::Test {
 protected:
  std::vector<std::string> titles(const std::string& name_space,
                                  const std::map<std::string, std::string>& labels = {}) {
    std::vector<std::string> out;
    for (const Policy& policy : policies.binding(name_space, labels)) out.push_back(policy.title);
    return out;
  }
  using Titles = std::vector<std::string>;

  FixedClock clock;
  Policies policies{clock};
};

TEST_F(KnownPolicies, OnesOfANamespaceBindThereAndOnesOfTheClusterEverywhere) {
  policies.on_event(kEverywhere, listed({policy_json("shop", "hours", 1, kStop)}));
  policies.on_event(kOfCluster, listed({policy_json("", "freeze", 1, kStop)}));
  EXPECT_EQ(titles("shop"), (Titles{"ClusterRolloutPolicy freeze", "RolloutPolicy hours"}));
  EXPECT_EQ(titles("bank"), (Titles{"ClusterRolloutPolicy freeze"}));
}

TEST_F(KnownPolicies, LabelsSelect) {
  const Json web = {{"selector", {{"matchLabels", {{"tier", "web"}}}}}};
  policies.on_event(kEverywhere, listed({policy_json("shop", "web", 1, web)}));
  EXPECT_EQ(titles("shop"), Titles{});
  EXPECT_EQ(titles("shop", {{"tier", "web"}}), (Titles{"RolloutPolicy web"}));
}

TEST_F(KnownPolicies, NothingIsKnownBeforeEveryListIsRead) {
  policies.expect(kEverywhere);
  policies.expect(kOfCluster);
  policies.on_event(kOfCluster, listed({}));
  EXPECT_EQ(policies.unknown("shop"),
            "nothing starts or advances before every RolloutPolicy has been read");
  EXPECT_EQ(policies.on_event(kEverywhere, listed({})).size(), 1u);  // everybody may go on
  EXPECT_EQ(policies.unknown("shop"), "");
}

TEST_F(KnownPolicies, OneNamespaceThatIsNotReadHoldsNoOther) {
  for (const char* name_space : {"pay", "shop"}) {
    policies.expect({std::string(kRolloutPolicy), name_space, false});
  }
  policies.on_event({std::string(kRolloutPolicy), "shop", false}, listed({}));
  EXPECT_EQ(policies.unknown("shop"), "");
  EXPECT_EQ(policies.unknown("pay"),
            "nothing starts or advances before every RolloutPolicy has been read");
}

TEST_F(KnownPolicies, AListOfARestoredBackupReplacesWhatWasNewer) {
  policies.on_event(kEverywhere, listed({policy_json("shop", "a", 900, kStop)}));
  ASSERT_TRUE(policies.binding("shop", {}).front().stop);
  WatchEvent list = listed({policy_json("shop", "a", 400, {{"owner", "ann"}})});
  list.resource_version = "500";
  policies.on_event(kEverywhere, list);
  EXPECT_TRUE(policies.binding("shop", {}).front().stop);
  list.went_back = true;
  policies.on_event(kEverywhere, list);
  EXPECT_FALSE(policies.binding("shop", {}).front().stop);
}

TEST_F(KnownPolicies, AKindThatIsNotDefinedBindsNobody) {
  policies.expect(kOfCluster);
  EXPECT_EQ(policies.on_error(kOfCluster, make_error(ErrorKind::kNotFound, "no such kind")),
            "no such kind; rollouts go on without any of them");
  EXPECT_EQ(policies.unknown("shop"), "");
}

TEST_F(KnownPolicies, AMissingRightHoldsEverythingUnlessItMayBeMissing) {
  policies.expect(kOfCluster);
  const Error forbidden = make_error(ErrorKind::kForbidden, "not allowed");
  EXPECT_EQ(policies.on_error(kOfCluster, forbidden),
            "not allowed; no rollout starts or advances until they can be read");
  EXPECT_EQ(policies.on_error(kOfCluster, forbidden), "");  // told once
  EXPECT_EQ(policies.unknown("shop"),
            "nothing starts or advances before every ClusterRolloutPolicy has been read: not "
            "allowed");
  Policies of_some_namespaces(clock);
  of_some_namespaces.expect(kPerhaps);
  EXPECT_NE(of_some_namespaces.on_error(kPerhaps, forbidden), "");
  EXPECT_EQ(of_some_namespaces.unknown("shop"), "");
}

TEST_F(KnownPolicies, WhatWasKnownStaysInForceWhenItCannotBeReadAnyMore) {
  policies.on_event(kOfCluster, listed({policy_json("", "stop", 1, kStop)}));
  for (const ErrorKind kind : {ErrorKind::kNotFound, ErrorKind::kForbidden}) {
    (void)policies.on_error(kOfCluster, make_error(kind, "gone"));
    EXPECT_EQ(titles("shop"), (Titles{"ClusterRolloutPolicy stop"}));
  }
}

TEST_F(KnownPolicies, AWatchThatFailsForLongMayHaveMissedAStop) {
  const Error broken = make_error(ErrorKind::kTransient, "connection reset");
  policies.on_event(kOfCluster, listed({}));
  EXPECT_EQ(policies.on_error(kOfCluster, broken), "");
  clock.passed += kDeafAfter - seconds(1);
  EXPECT_EQ(policies.on_error(kOfCluster, broken), "");
  clock.passed += minutes(3);  // it has begun, and is silent
  EXPECT_EQ(policies.unknown("shop"), "");
  EXPECT_EQ(policies.on_error(kOfCluster, broken),
            "connection reset; no rollout starts or advances until they are heard of again");
  EXPECT_EQ(policies.on_error(kOfCluster, broken), "");  // told once
  EXPECT_EQ(policies.unknown("shop"),
            "nothing starts or advances while a new ClusterRolloutPolicy would not be heard: "
            "connection reset");
  EXPECT_EQ(policies.on_heard(kOfCluster).size(), 1u);  // everybody may go on
  EXPECT_EQ(policies.unknown("shop"), "");
  EXPECT_EQ(policies.on_heard(kOfCluster).size(), 0u);
}

TEST_F(KnownPolicies, AKindThatIsNotDefinedAnyMoreHoldsNobody) {
  policies.on_event(kOfCluster, listed({}));
  for (int i = 0; i < 5; ++i, clock.passed += minutes(1)) {
    (void)policies.on_error(kOfCluster, make_error(ErrorKind::kNotFound, "no such kind"));
  }
  EXPECT_EQ(policies.unknown("shop"), "");
}

TEST_F(KnownPolicies, OneThatIsDeletedOrNotListedAnyMoreIsGone) {
  const auto stop = policy_json("", "stop", 1, kStop);
  policies.on_event(kOfCluster, listed({stop}));
  EXPECT_EQ(policies.on_event(kOfCluster, changed(stop, WatchEvent::Type::kDeleted)).size(), 1u);
  EXPECT_EQ(titles("shop"), Titles{});
  policies.on_event(kOfCluster, changed(policy_json("", "stop", 3, kStop)));
  EXPECT_EQ(policies.on_event(kOfCluster, listed({})).size(), 1u);
  EXPECT_EQ(titles("shop"), Titles{});
}

TEST_F(KnownPolicies, AListOfOneNamespaceSaysNothingOfAnother) {
  const PolicyWatch shop{std::string(kRolloutPolicy), "shop", false};
  const PolicyWatch bank{std::string(kRolloutPolicy), "bank", false};
  policies.on_event(shop, listed({policy_json("shop", "hours", 1, kStop)}));
  policies.on_event(bank, listed({}));
  EXPECT_EQ(titles("shop"), (Titles{"RolloutPolicy hours"}));
}

TEST_F(KnownPolicies, OneThatIsNotUnderstoodBindsAsItsLastGoodSpecOrHolds) {
  policies.on_event(kOfCluster, listed({policy_json("", "a", 1, kStop)}));
  EXPECT_TRUE(policies.on_event(kOfCluster, changed(policy_json("", "a", 2, kBad))).empty());
  policies.on_event(kOfCluster, changed(policy_json("", "b", 3, kBad)));
  const auto bound = policies.binding("shop", {});
  ASSERT_EQ(bound.size(), 2u);
  EXPECT_TRUE(bound[0].stop && bound[0].invalid.empty());
  EXPECT_EQ(bound[1].invalid, "spec.stop: found \"yes\"; allowed: true or false");
}

TEST_F(KnownPolicies, AStopBesideAMistakeStopsUntilTheSpecIsGoodAgain) {
  const auto is_stopped = [&] { return policies.binding("shop", {}).front().stop; };
  policies.on_event(kOfCluster, listed({policy_json("", "a", 1, {{"stop", false}})}));
  const Json mistaken = {{"stop", true}, {"reason", 7}};
  EXPECT_FALSE(policies.on_event(kOfCluster, changed(policy_json("", "a", 2, mistaken))).empty());
  EXPECT_TRUE(is_stopped());
  EXPECT_TRUE(policies.take_owed()->status.conditions.front().message.ends_with(
      "; the last good spec stays in force, and the stop"));
  policies.on_event(kOfCluster, changed(policy_json("", "a", 3, kBad)));
  EXPECT_FALSE(is_stopped());  // as its last good spec
  policies.on_event(kOfCluster, changed(policy_json("", "a", 4, mistaken)));
  policies.on_event(kOfCluster, changed(policy_json("", "a", 5, {{"stop", false}})));
  EXPECT_FALSE(is_stopped());
}

TEST_F(KnownPolicies, AStopBesideAMistakeStopsWhomEitherSelectorTakes) {
  const auto spec = [](const char* team) {
    return Json{{"selector", {{"matchLabels", {{"team", team}, {"tier", "1"}}}}}};
  };
  policies.on_event(kOfCluster, listed({policy_json("", "a", 1, spec("a"))}));
  Json mistaken = spec("b");
  mistaken["stop"] = true;
  mistaken["reason"] = 7;
  policies.on_event(kOfCluster, changed(policy_json("", "a", 2, mistaken)));
  for (const char* team : {"a", "b"}) {
    EXPECT_EQ(titles("shop", {{"team", team}, {"tier", "1"}}).size(), 1u);
    EXPECT_EQ(titles("shop", {{"team", team}}).size(), 0u);
  }
}

TEST_F(KnownPolicies, AnApprovalIsNewsForTheServiceThatItNamesAndOnlyOnce) {
  const PolicyWatch watch{std::string(kRolloutApproval), "", false};
  const auto approval = [](const std::string& rollout) {
    Json object = rollout_approval_json("shop", {"checkout", rollout, "ann", "well"});
    object["metadata"]["name"] = "a";
    return std::make_shared<const Json>(object);
  };
  const std::vector<ServiceKey> named = {{"shop", "checkout"}};
  EXPECT_EQ(policies.on_approval(watch, changed(approval("1"))), named);
  EXPECT_EQ(policies.on_approval(watch, changed(approval("1"))), std::vector<ServiceKey>{});
  EXPECT_EQ(policies.on_approval(watch, listed({approval("1")})), std::vector<ServiceKey>{});
  EXPECT_EQ(policies.on_approval(watch, listed({approval("2")})), named);
  EXPECT_EQ(policies.approvals(named.front()).front().rollout, "2");
}

TEST_F(KnownPolicies, ItsStatusIsOwedOnceAndAgainAfterAFailure) {
  policies.on_event(kOfCluster, listed({policy_json("", "a", 7, kBad)}));
  const auto owed = policies.take_owed();
  ASSERT_TRUE(owed);
  EXPECT_EQ(owed->path, "/apis/freshet.dev/v1alpha1/clusterrolloutpolicies/a/status");
  EXPECT_EQ(owed->status.observed_generation, 7);
  EXPECT_EQ(owed->status.conditions.front().reason, "PolicyInvalid");
  EXPECT_FALSE(policies.take_owed());
  policies.not_written(*owed);
  EXPECT_FALSE(policies.take_owed());
  clock.passed = minutes(1);
  EXPECT_TRUE(policies.take_owed());
  Json told = *policy_json("", "a", 8, kBad);
  told["metadata"]["generation"] = 7;
  told["status"] = to_json(owed->status);
  policies.on_event(kOfCluster, changed(std::make_shared<const Json>(told)));
  EXPECT_FALSE(policies.take_owed());
}

}  // namespace
}  // namespace freshet

// The caches: what a list or a watch makes of them, and that no object harms another.
#include "controller/runtime/cache.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "controller/kube/watch.h"
#include "controller/model/core.h"
#include "tests/support/planner_world.h"

namespace freshet {
namespace {

const ServiceKey kCheckout{"shop", "checkout"};
const ServiceKey kOther{"shop", "other"};

Json tracked_json(const std::string& name, int version) {
  Json object = Json::parse(R"({
    "apiVersion": "freshet.dev/v1alpha1", "kind": "TrackedService",
    "metadata": {"namespace": "shop", "generation": 2, "finalizers": ["freshet.dev/pinned"],
                 "creationTimestamp": "2026-11-23T02:10:00Z", "annotations": {"team": "a"}},
    "spec": {"images": [{"image": "x.io/web:1", "pullSecrets": ["s"]}], "poll": {"every": "1m"},
             "rollout": {"steps": [1, 20], "bake": {"for": "1m", "holdback": 2}},
             "analysis": {"mode": "Metrics", "errors": {"codes": ["5xx"]}}},
    "status": {"phase": "Idle", "core": "{}", "evidence": "{\"memo\":{}}", "seq": 3,
               "stable": {"name": "checkout-00001", "digests": {"app": "sha256:1"}},
               "conditions": [{"type": "Ready", "status": "True"}],
               "history": [{"outcome": "Promoted", "toDigests": {"app": "sha256:1"}}],
               "tags": [{"image": "x.io/web:1", "digests": [{"digest": "sha256:1"}]}]}})");
  object["metadata"]["name"] = name;
  object["metadata"]["uid"] = "uid of " + name;
  object["metadata"]["resourceVersion"] = std::to_string(version);
  return object;
}

Json service_json(const std::string& name, int version) {
  Json object = Json::parse(R"({
    "metadata": {"namespace": "shop", "generation": 3, "labels": {"l": "m"},
                 "annotations": {"serving.knative.dev/creator": "ann"},
                 "managedFields": [{"manager": "kubectl", "fieldsV1": {"f:spec": {}}}]},
    "spec": {"template": {"metadata": {"annotations": {"a": "b"}},
                          "spec": {"containers": [{"name": "app", "image": "x.io/web:1",
                                                   "ports": [{"containerPort": 80}]}],
                                   "imagePullSecrets": [{"name": "s"}],
                                   "nodeSelector": {"kubernetes.io/arch": "amd64"}}},
             "traffic": [{"latestRevision": true, "percent": 100, "tag": "t"}]},
    "status": {"observedGeneration": 3, "latestReadyRevisionName": "checkout-00001",
               "conditions": [{"type": "Ready", "status": "True"}],
               "traffic": [{"revisionName": "checkout-00001", "percent": 100,
                            "url": "http://t"}]}})");
  object["metadata"]["name"] = name;
  object["metadata"]["uid"] = "uid of " + name;
  object["metadata"]["resourceVersion"] = std::to_string(version);
  return object;
}

Json revision_json(const std::string& service, int version) {
  Json object = Json::parse(R"({
    "metadata": {"namespace": "shop", "generation": 1, "creationTimestamp": "2026-11-23T02:10:00Z",
                 "labels": {"serving.knative.dev/configurationGeneration": "1"},
                 "annotations": {"serving.knative.dev/progress-deadline": "60s"}},
    "spec": {"containers": [{"name": "app", "image": "x.io/web:1"}]},
    "status": {"observedGeneration": 1, "conditions": [{"type": "Ready", "status": "True"}],
               "containerStatuses": [{"name": "app", "imageDigest": "x.io/web@sha256:1"}]}})");
  object["metadata"]["labels"]["serving.knative.dev/service"] = service;
  object["metadata"]["name"] = service + "-00001";
  object["metadata"]["uid"] = "uid of " + service + "-00001";
  object["metadata"]["resourceVersion"] = std::to_string(version);
  return object;
}

Json object_json(Kind kind, const std::string& name, int version) {
  switch (kind) {
    case Kind::kTrackedService: return tracked_json(name, version);
    case Kind::kService: return service_json(name, version);
    case Kind::kRevision: return revision_json(name, version);
  }
  return {};
}

const std::vector<Kind> kAllKinds = {Kind::kTrackedService, Kind::kService, Kind::kRevision};

// Every place in `value`, the whole first.
void places(const Json& value, const Json::json_pointer& at, std::vector<Json::json_pointer>& out) {
  out.push_back(at);
  if (value.is_object()) {
    for (const auto& [key, member] : value.items()) places(member, at / key, out);
  } else if (value.is_array()) {
    for (std::size_t i = 0; i < value.size(); ++i) places(value[i], at / i, out);
  }
}

class Caches : public ::testing::Test {
 protected:
  Caches() {
    for (const Kind kind : kAllKinds) {
      cache.put(kind, object_json(kind, "checkout", 1));
      cache.put(kind, object_json(kind, "other", 1));
    }
  }
  void expect_other_is_well() const {
    ASSERT_TRUE(cache.tracked(kOther));
    EXPECT_TRUE(cache.tracked(kOther)->problems.empty());
    ASSERT_TRUE(cache.service(kOther));
    EXPECT_EQ(cache.service(kOther)->containers.size(), 1U);
    EXPECT_EQ(cache.revisions(kOther).size(), 1U);
  }

  Cache cache;
};

TEST_F(Caches, AFieldOfAnyWrongTypeHarmsNobodyElseAndIsMendedByTheNextVersion) {
  const std::vector<Json> wrong = {nullptr,
                                   3,
                                   -1.5,
                                   "x",
                                   true,
                                   Json::array(),
                                   Json::object(),
                                   {{"a", 1}},
                                   Json::array({Json::array({1})})};
  int version = 1;
  for (const Kind kind : kAllKinds) {
    std::vector<Json::json_pointer> all;
    places(object_json(kind, "checkout", 1), Json::json_pointer(), all);
    for (const auto& place : all) {
      for (const Json& value : wrong) {
        Json object = object_json(kind, "checkout", ++version);
        object[place] = value;
        EXPECT_NO_THROW(cache.put(kind, object)) << place << " = " << value;
        EXPECT_NO_THROW(cache.remove(kind, object)) << place << " = " << value;
        EXPECT_NO_THROW(cache.take_status(kCheckout)) << place << " = " << value;
      }
    }
    cache.put(kind, object_json(kind, "checkout", ++version));
  }
  expect_other_is_well();
  EXPECT_TRUE(cache.tracked(kCheckout)->problems.empty());
  EXPECT_EQ(cache.service(kCheckout)->containers.size(), 1U);
  EXPECT_EQ(cache.revisions(kCheckout).size(), 1U);
  EXPECT_EQ(cache.problem(kCheckout), "");
}

TEST_F(Caches, AnObjectOfWhichOnlyMetadataCouldBeReadIsNotTakenForAnEmptyOne) {
  for (const Kind kind : kAllKinds) {
    Json object = object_json(kind, "checkout", 2);
    object["spec"] = "nested too deep to be read";
    cache.put(kind, object);
  }
  EXPECT_FALSE(cache.tracked(kCheckout)->problems.empty());
  EXPECT_EQ(cache.problem(kCheckout), "the API returned a Service without spec.template");
  EXPECT_EQ(cache.revisions(kCheckout).begin()->second.digests.size(), 0U);
  expect_other_is_well();
}

TEST_F(Caches, ForgetWhyAServiceCouldNotBeReadOnceItIsGone) {
  cache.put(Kind::kService, {{"metadata", {{"namespace", "shop"}, {"name", "ghost"}}}});
  cache.keep_only(Kind::kService, "", {"shop/checkout"});
  EXPECT_EQ(cache.problem({"shop", "ghost"}), "");
}

TEST_F(Caches, AnAnnotationOverEverySizeIsReadAsADamagedCoreAndNothingElseIsLost) {
  Json object = service_json("checkout", 2);
  object["metadata"]["annotations"][std::string(kCoreAnnotation)] =
      std::string(4 * kMaxCoreBytes, '{');
  cache.put(Kind::kService, object);
  ASSERT_TRUE(cache.service(kCheckout));
  EXPECT_EQ(cache.service(kCheckout)->resource_version, "2");
  EXPECT_EQ(cache.priority(kCheckout), Priority::kRest);
  expect_other_is_well();
}

TEST_F(Caches, KeepOnlyWhatAListHeld) {
  for (const Kind kind : kAllKinds) cache.keep_only(kind, "bank", {});  // says nothing of others
  EXPECT_TRUE(cache.tracked(kCheckout) && cache.service(kCheckout));
  EXPECT_FALSE(cache.revisions(kCheckout).empty());
  for (const Kind kind : kAllKinds) cache.keep_only(kind, "", {"shop/other", "shop/other-00001"});
  EXPECT_FALSE(cache.tracked(kCheckout));
  EXPECT_FALSE(cache.service(kCheckout));
  EXPECT_TRUE(cache.revisions(kCheckout).empty());
  expect_other_is_well();
}

TEST_F(Caches, RememberTheLastGoodSpecWhileThePresentOneIsBad) {
  for (const int version : {2, 3}) {
    Json bad = tracked_json("checkout", version);
    bad["spec"]["rollout"]["steps"] = "fast";
    cache.put(Kind::kTrackedService, bad);
  }
  const auto tracked = cache.tracked(kCheckout);
  ASSERT_FALSE(tracked->problems.empty());
  ASSERT_TRUE(tracked->last_good_spec);
  EXPECT_EQ(tracked->last_good_spec->rollout.steps, (std::vector<int>{1, 20}));
  cache.put(Kind::kTrackedService, tracked_json("checkout", 4));
  EXPECT_FALSE(cache.tracked(kCheckout)->last_good_spec);
  Json anew = tracked_json("checkout", 5);
  anew["metadata"]["uid"] = "another";
  anew["spec"]["rollout"]["steps"] = "fast";
  cache.put(Kind::kTrackedService, anew);
  EXPECT_FALSE(cache.tracked(kCheckout)->last_good_spec) << "it was another object's";
}

TEST_F(Caches, AskForNoPassWhereOnlyStatusWasWritten) {
  Json newer = tracked_json("checkout", 2);
  newer["status"]["phase"] = "Shifting";
  newer["status"]["core"] = "{\"seq\":9}";
  EXPECT_TRUE(cache.put(Kind::kTrackedService, newer).empty());
  EXPECT_EQ(cache.tracked(kCheckout)->object.resource_version, "2");
  EXPECT_EQ(cache.tracked(kCheckout)->mirror, "{\"seq\":9}");
  newer["metadata"]["resourceVersion"] = "3";
  newer["metadata"]["annotations"]["freshet.dev/pause"] = "c1";
  EXPECT_EQ(cache.put(Kind::kTrackedService, newer).size(), 1u);
  newer["metadata"]["resourceVersion"] = "4";
  EXPECT_EQ(cache.put(Kind::kTrackedService, newer).size(), 1u) << "the command is still there";
  newer["metadata"]["resourceVersion"] = "5";
  newer["metadata"]["annotations"].erase("freshet.dev/pause");
  EXPECT_EQ(cache.put(Kind::kTrackedService, newer).size(), 1u);
}

TEST_F(Caches, KeepOfAnnotationsThoseThatAreRead) {
  Json object = tracked_json("checkout", 1);
  object["metadata"]["annotations"] = {{"team", "a"}, {"freshet.dev/abort", "1 --by=ann"}};
  cache.put(Kind::kTrackedService, object);
  EXPECT_EQ(cache.tracked(kCheckout)->object.annotations,
            (std::map<std::string, std::string>{{"freshet.dev/abort", "1 --by=ann"}}));
}

TEST_F(Caches, HandOutStatusOnce) {
  Json newer = tracked_json("checkout", 2);
  newer["status"]["phase"] = "Shifting";
  cache.put(Kind::kTrackedService, newer);
  EXPECT_EQ(cache.take_status(kCheckout).phase, "Shifting");
  newer["metadata"]["resourceVersion"] = "3";
  cache.put(Kind::kTrackedService, newer);
  EXPECT_EQ(cache.take_status(kCheckout).phase, "") << "who took it writes it now";
  newer["metadata"]["uid"] = "another";
  newer["metadata"]["resourceVersion"] = "4";
  cache.put(Kind::kTrackedService, newer);
  EXPECT_EQ(cache.take_status(kCheckout).phase, "Shifting");
}

TEST_F(Caches, KnowBeforeTheFirstPassWhoseUsersAreAtStakeAndWhoIsToBeTakenBack) {
  EXPECT_EQ(cache.priority(kCheckout), Priority::kRest);
  Json service = service_json("checkout", 2);
  service["metadata"]["annotations"][std::string(kCoreAnnotation)] =
      core_to_text(testing::world_in("Shifting").core());
  cache.put(Kind::kService, service);
  EXPECT_EQ(cache.priority(kCheckout), Priority::kAtStake);
  Json tracked = tracked_json("checkout", 2);
  tracked["metadata"]["annotations"]["freshet.dev/abort"] = "1";
  cache.put(Kind::kTrackedService, tracked);
  EXPECT_EQ(cache.priority(kCheckout), Priority::kRetreat);
  EXPECT_EQ(cache.priority(kOther), Priority::kRest);
  cache.remove(Kind::kService, service);
  EXPECT_EQ(cache.priority(kCheckout), Priority::kRest);
}

TEST_F(Caches, AListConcernsOnlyThoseThatAreNotKnownInItsVersion) {
  for (const Kind kind : kAllKinds) {
    EXPECT_TRUE(cache.put_listed(kind, object_json(kind, "checkout", 1), 1).empty());
    Json changed = object_json(kind, "checkout", 2);
    changed["metadata"]["annotations"]["freshet.dev/pause"] = "1";
    EXPECT_EQ(cache.put_listed(kind, changed, 2), std::vector<ServiceKey>{kCheckout});
  }
}

// Of a restored backup: what a watch and our own writes told of later versions is not so any more.
TEST_F(Caches, AListOfAHistoryThatWentBackReplacesWhatWasNewer) {
  WatchEvent list;
  list.resource_version = "500";
  for (const bool went_back : {false, true}) {
    list.went_back = went_back;
    for (const Kind kind : kAllKinds) {
      Json newer = object_json(kind, "checkout", 900);
      if (kind == Kind::kRevision) newer["spec"]["timeoutSeconds"] = 7;
      cache.put(kind, newer);
      cache.put_listed(kind, object_json(kind, "checkout", 400), known_until(list));
    }
    EXPECT_EQ(cache.service(kCheckout)->resource_version, went_back ? "400" : "900");
    EXPECT_EQ(cache.tracked(kCheckout)->object.resource_version, went_back ? "400" : "900");
    const std::string text = cache.revisions(kCheckout).begin()->second.template_json;
    EXPECT_EQ(text.find("timeoutSeconds") == std::string::npos, went_back) << text;
  }
}

// The same where the restored server has come further meanwhile: at version 1000 it holds 400.
TEST_F(Caches, AListThatIsNewerThanWhatIsKnownHoldsTheTruth) {
  WatchEvent list;
  list.resource_version = "1000";
  for (const Kind kind : kAllKinds) {
    cache.put(kind, object_json(kind, "checkout", 900));
    cache.put_listed(kind, object_json(kind, "checkout", 400), known_until(list));
  }
  EXPECT_EQ(cache.service(kCheckout)->resource_version, "400");
  EXPECT_EQ(cache.tracked(kCheckout)->object.resource_version, "400");
}

}  // namespace
}  // namespace freshet

// Reading Services, Revisions and pods: lenient to what is unknown, strict about what is needed.
#include "controller/knative/views.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "controller/knative/template_hash.h"

namespace freshet {
namespace {

const std::string kDigest = "sha256:" + std::string(64, 'a');

Json shown_service() {
  return Json::parse(R"({
    "metadata": {"name": "checkout", "namespace": "shop", "uid": "u1", "resourceVersion": "42",
                 "generation": 3, "annotations": {"a": "b"}, "labels": {"l": "m"}},
    "spec": {"template": {"metadata": {"annotations": {"freshet.dev/rollout-id": "7f3a"}},
                          "spec": {"containers": [
                            {"name": "app", "image": "x.io/web:1",
                                "ports": [{"containerPort": 80}]},
                            {"name": "log", "image": "x.io/log:2"}]}},
             "traffic": [{"revisionName": "checkout-00001", "percent": 100,
                 "latestRevision": false},
                         {"latestRevision": true, "percent": 0, "tag": "freshet"}]},
    "status": {"observedGeneration": 2, "latestCreatedRevisionName": "checkout-00002",
               "latestReadyRevisionName": "checkout-00001",
               "conditions": [{"type": "RoutesReady", "status": "Unknown", "reason": "OutOfDate",
                               "lastTransitionTime": "2026-11-23T02:10:00Z"},
                              {"type": "Ready", "status": "False"}],
               "traffic": [{"revisionName": "checkout-00001", "percent": 100,
                            "latestRevision": false},
                           {"revisionName": "checkout-00001", "percent": 0, "latestRevision": true,
                            "tag": "freshet", "url": "http://freshet-checkout.shop.example.com"}]},
    "somethingNew": 1})");
}

Json revision() {
  return Json::parse(R"({
    "metadata": {"name": "checkout-00002", "namespace": "shop", "uid": "u2",
        "resourceVersion": "43",
                 "generation": 1, "creationTimestamp": "2026-11-23T02:10:00Z",
                 "annotations": {"freshet.dev/rollout-id": "7f3a",
                                 "serving.knative.dev/creator": "alice",
                                 "serving.knative.dev/progress-deadline": "90s"},
                 "labels": {"serving.knative.dev/configurationGeneration": "2",
                            "serving.knative.dev/routingState": "active"}},
    "spec": {"containers": [
      {"name": "app", "image": "x.io/web:1", "ports": [{"containerPort": 80}]},
      {"name": "log", "image": "x.io/log:2"}]},
    "status": {"observedGeneration": 1, "conditions": [{"type": "Ready", "status": "True"}]}})");
}

TEST(ServiceViews, HoldNoAnnotationThatNobodyReads) {
  Json object = shown_service();
  object["metadata"]["annotations"] = {
      {"kubectl.kubernetes.io/last-applied-configuration", std::string(4000, 'x')},
      {"client.knative.dev/user-image", "x.io/web:1"},
      {"freshet.dev/rollout", "{}"}};
  const auto view = service_view(object);
  ASSERT_TRUE(view);
  EXPECT_EQ(view->annotations,
            (std::map<std::string, std::string>{{"client.knative.dev/user-image", "x.io/web:1"},
                                                {"freshet.dev/rollout", "{}"}}));
  object["metadata"]["annotations"] = {{"team", "shop"}};
  EXPECT_TRUE(service_view(object)->has_annotations);
  object["metadata"].erase("annotations");
  EXPECT_FALSE(service_view(object)->has_annotations);
}

TEST(ServiceViews, HoldWhatFreshetLooksAt) {
  const auto view = service_view(shown_service());
  ASSERT_TRUE(view);
  EXPECT_EQ(view->key, (ServiceKey{"shop", "checkout"}));
  EXPECT_EQ(view->resource_version, "42");
  EXPECT_EQ(view->generation, 3);
  EXPECT_EQ(view->observed_generation, 2);
  EXPECT_EQ(view->template_rollout_id, "7f3a");
  EXPECT_EQ(view->containers,
            (std::vector<ContainerView>{{ContainerName("app"), "x.io/web:1", true},
                                        {ContainerName("log"), "x.io/log:2", false}}));
  EXPECT_EQ(to_string(view->traffic), "checkout-00001 100 %, latestRevision 0 % #freshet");
  EXPECT_EQ(view->observed_traffic.at(1).revision, RevisionName("checkout-00001"));
  EXPECT_EQ(view->tag_urls.at("freshet"), "http://freshet-checkout.shop.example.com");
  EXPECT_EQ(view->ready.status, Tri::kFalse);
  EXPECT_EQ(view->routes_ready.reason, "OutOfDate");
  EXPECT_EQ(view->configurations_ready, ConditionView{});
  EXPECT_EQ(view->latest_created, RevisionName("checkout-00002"));
}

TEST(ServiceViews, NameThePullSecretsThatKubernetesLooksAt) {
  Json service = shown_service();
  EXPECT_EQ(service_view(service)->pull_secrets, (PullSecretNames{{}, "default"}));
  Json& pod = service["spec"]["template"]["spec"];
  pod["serviceAccountName"] = "robot";
  pod["imagePullSecrets"] = Json::parse(R"([{"name":"b"},{},7,{"name":"a"}])");
  EXPECT_EQ(service_view(service)->pull_secrets, (PullSecretNames{{"b", "a"}, "robot"}));
  for (int i = 0; i < 100; ++i) pod["imagePullSecrets"].push_back({{"name", "x"}});
  EXPECT_EQ(service_view(service)->pull_secrets.secrets.size(), kMaxPullSecrets);
}

// The API server lets any text stand there, and no object can have such a name.
TEST(ServiceViews, LeaveOutNamesThatNoObjectCanHave) {
  Json service = shown_service();
  Json& pod = service["spec"]["template"]["spec"];
  pod["serviceAccountName"] = "x'; rm -rf ~; '";
  pod["imagePullSecrets"] =
      Json::parse(R"([{"name":"'; id; '"},{"name":"A"},{"name":"a..b"},{"name":"a.b-c"}])");
  pod["imagePullSecrets"].push_back({{"name", std::string(254, 'a')}});
  EXPECT_EQ(service_view(service)->pull_secrets, (PullSecretNames{{"a.b-c"}, ""}));
}

struct Broken {
  const char* sentence;
  const char* pointer;  // what is taken away
};
class BrokenService : public ::testing::TestWithParam<Broken> {};
TEST_P(BrokenService, IsAnError) {
  Json object = shown_service();
  const Json::json_pointer at(GetParam().pointer);
  object[at.parent_pointer()].erase(at.back());
  const auto view = service_view(object);
  ASSERT_FALSE(view);
  EXPECT_EQ(view.error().kind, ErrorKind::kBadInput);
}
INSTANTIATE_TEST_SUITE_P(Views, BrokenService,
                         ::testing::Values(Broken{"WithoutName", "/metadata/name"},
                                           Broken{"WithoutUid", "/metadata/uid"},
                                           Broken{"WithoutVersion", "/metadata/resourceVersion"},
                                           Broken{"WithoutTemplate", "/spec/template"}),
                         [](const auto& row) { return std::string(row.param.sentence); });

TEST(ServiceViews, AreReadFromAServiceThatKnativeHasNotSeenYet) {
  Json object = shown_service();
  object.erase("status");
  const auto view = service_view(object);
  ASSERT_TRUE(view);
  EXPECT_EQ(view->observed_generation, 0);
  EXPECT_TRUE(view->observed_traffic.empty());
  EXPECT_EQ(view->routes_ready.status, Tri::kUnknown);
}

struct DigestRow {
  const char* sentence;
  std::string image;
  bool is_known;
};
class Digests : public ::testing::TestWithParam<DigestRow> {};
TEST_P(Digests, AreWhatStandsBehindTheAt) {
  Json object = revision();
  object["status"]["containerStatuses"] =
      Json::array({{{"name", "app"}, {"imageDigest", GetParam().image}}});
  const auto digests = revision_view(object)->digests;
  ASSERT_EQ(digests.contains(ContainerName("app")), GetParam().is_known);
  if (GetParam().is_known) {
    EXPECT_EQ(digests.at(ContainerName("app")).get(), kDigest);
  }
}
INSTANTIATE_TEST_SUITE_P(Views, Digests,
                         ::testing::Values(DigestRow{"OfARepository", "x.io/web@" + kDigest, true},
                                           DigestRow{"WithTheTagKept", "x.io:5000/web:1@" + kDigest,
                                                     true},
                                           DigestRow{"OfAnUnresolvedTag", "x.io/web:1", false},
                                           DigestRow{"OfNothing", "", false},
                                           DigestRow{"ThatAreNone", "x.io/web@sha256:12", false}),
                         [](const auto& row) { return std::string(row.param.sentence); });

TEST(RevisionViews, HoldWhatFreshetLooksAt) {
  const auto view = revision_view(revision());
  ASSERT_TRUE(view);
  EXPECT_EQ(view->name, RevisionName("checkout-00002"));
  EXPECT_EQ(view->rollout_id, "7f3a");
  EXPECT_EQ(view->ready.status, Tri::kTrue);
  EXPECT_EQ(view->configuration_generation, 2);
  EXPECT_EQ(view->progress_deadline, Duration(seconds(90)));
  EXPECT_EQ(view->containers,
            (std::set<ContainerName>{ContainerName("app"), ContainerName("log")}));
  EXPECT_EQ(view->created, *parse_rfc3339("2026-11-23T02:10:00Z"));
}

TEST(RevisionViews, BelieveNoConditionBeforeKnativeHasLooked) {
  Json object = revision();
  object["status"].erase("observedGeneration");
  EXPECT_EQ(revision_view(object)->ready.status, Tri::kUnknown);
}

TEST(Templates, AreTheSameInServiceAndRevision) {
  EXPECT_EQ(revision_view(revision())->template_hash.substr(0, 2), "t:");
  // The Revision carries a deadline that its Service's template had as well.
  Json object = shown_service();
  object["spec"]["template"]["metadata"]["annotations"]["serving.knative.dev/progress-deadline"] =
      "90s";
  EXPECT_EQ(revision_view(revision())->template_hash, service_view(object)->template_hash);
}

TEST(Templates, CanBePutBackWithoutKnativesBookkeeping) {
  const Json restored = Json::parse(revision_view(revision())->template_json);
  EXPECT_EQ(restored["spec"], revision()["spec"]);
  EXPECT_EQ(restored["metadata"],
            Json::parse(R"({"annotations": {"serving.knative.dev/progress-deadline": "90s"}})"));
}

struct HashRow {
  const char* sentence;
  const char* patch;  // a merge patch of the template
  bool is_same;
};
class Hashes : public ::testing::TestWithParam<HashRow> {};
TEST_P(Hashes, DependOnConfigurationAlone) {
  const Json before = shown_service()["spec"]["template"];
  Json after = before;
  after.merge_patch(Json::parse(GetParam().patch));
  EXPECT_EQ(template_hash(before) == template_hash(after), GetParam().is_same);
}
INSTANTIATE_TEST_SUITE_P(
    Templates, Hashes,
    ::testing::Values(
        HashRow{"NotOnImages",
                R"({"spec":{"containers":[{"name":"app","image":"y","ports":[{"containerPort":80}]},
                {"name":"log","image":"z"}]}})",
                true},
        HashRow{"NotOnOurAnnotation",
                R"({"metadata":{"annotations":{"freshet.dev/rollout-id":null}}})", true},
        HashRow{"NotOnTheName", R"({"metadata":{"name":"checkout-blue"}})", true},
        HashRow{"NotOnEmptyMaps", R"({"metadata":{"labels":{}},"spec":{"nodeSelector":{}}})", true},
        HashRow{"NotOnKnativesOwnAnnotations",
                R"({"metadata":{"annotations":{"serving.knative.dev/creator":"bob"}}})", true},
        HashRow{"OnOtherAnnotations", R"({"metadata":{"annotations":{"team":"shop"}}})", false},
        HashRow{"OnScaling",
                R"({"metadata":{"annotations":{"autoscaling.knative.dev/min-scale":"2"}}})", false},
        HashRow{"OnTheDeadline",
                R"({"metadata":{"annotations":{"serving.knative.dev/progress-deadline":"5s"}}})",
                false},
        HashRow{"OnTheSpec", R"({"spec":{"timeoutSeconds":60}})", false},
        HashRow{"OnTheContainers", R"({"spec":{"containers":[{"name":"app","image":"y"}]}})",
                false}),
    [](const auto& row) { return std::string(row.param.sentence); });

struct ManagerRow {
  const char* sentence;
  const char* patch;  // a merge patch of metadata
  std::vector<std::string> tools;
  bool own_traffic;
};
class OtherManagers : public ::testing::TestWithParam<ManagerRow> {};
TEST_P(OtherManagers, AreFoundByWhatTheyLeave) {
  Json object = shown_service();
  object["metadata"].merge_patch(Json::parse(GetParam().patch));
  const auto view = service_view(object);
  EXPECT_EQ(view->other_managers, GetParam().tools);
  EXPECT_EQ(view->managed_traffic_elsewhere, GetParam().own_traffic);
}
INSTANTIATE_TEST_SUITE_P(
    Views, OtherManagers,
    ::testing::Values(ManagerRow{"None", R"({"managedFields":[{"manager":"kubectl"}]})", {}, false},
                      ManagerRow{"Flagger",
                                 R"({"annotations":{"flagger.app/primary-revision":"r"}})",
                                 {"Flagger"},
                                 false},
                      ManagerRow{"FlaggerThatHasLetGo",
                                 R"({"managedFields":[{"manager":"flagger",
                "fieldsV1":{"f:spec":{"f:traffic":{}}}}]})",
                                 {},
                                 false},
                      ManagerRow{"ArgoByAnnotation",
                                 R"({"annotations":{"argocd.argoproj.io/tracking-id":"t"}})",
                                 {"Argo CD"},
                                 false},
                      ManagerRow{"FluxByLabel",
                                 R"({"labels":{"kustomize.toolkit.fluxcd.io/name":"apps"}})",
                                 {"Flux"},
                                 false},
                      ManagerRow{"HelmByFlux",
                                 R"({"labels":{"helm.toolkit.fluxcd.io/name":"apps"}})",
                                 {"Flux"},
                                 false},
                      ManagerRow{"ArgoWithTraffic",
                                 R"({"managedFields":[{"manager":"argocd-controller",
                "fieldsV1":{"f:spec":{"f:traffic":{}}}}]})",
                                 {"Argo CD"},
                                 true},
                      ManagerRow{"FluxWithoutTraffic",
                                 R"({"managedFields":[{"manager":"kustomize-controller",
                "fieldsV1":{"f:spec":{"f:template":{}}}}]})",
                                 {"Flux"},
                                 false}),
    [](const auto& row) { return std::string(row.param.sentence); });

TEST(TrafficJson, ComesBackAsItWent) {
  const Traffic traffic = traffic_from_json(shown_service()["spec"]["traffic"]);
  EXPECT_EQ(traffic_from_json(traffic_to_json(traffic)), traffic);
}

}  // namespace
}  // namespace freshet

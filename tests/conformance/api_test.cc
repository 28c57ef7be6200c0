// The API server's own manners: which write conflicts how, status apart from spec, pages,
// selectors.
#include <nlohmann/json.hpp>
#include <set>

#include "base/text.h"
#include "controller/kube/events.h"
#include "controller/kube/lease.h"
#include "tests/conformance/fixture.h"

namespace freshet::conformance {
namespace {

class Api : public ConformanceTest {
 protected:
  void make_unready() {
    const Answer made =
        call("POST", serving("services"), dump_json(service_object("demo", "example.com/app")));
    ASSERT_EQ(made.status, 201) << message(made);
  }
  Json make_tracked(const std::string& name, const Json& labels = Json::object()) {
    const Answer made = call("POST", tracked(),
                             dump_json({{"apiVersion", "freshet.dev/v1alpha1"},
                                        {"kind", "TrackedService"},
                                        {"metadata", {{"name", name}, {"labels", labels}}},
                                        {"spec", {{"service", name}}},
                                        {"status", {{"phase", "Idle"}}}}));
    EXPECT_EQ(made.status, 201) << message(made);
    return made.body;
  }
  std::set<std::string> names(const Json& collection) {
    std::set<std::string> out;
    for (const Json& item : collection.at("items")) out.insert(item["metadata"]["name"]);
    return out;
  }
};

struct Write {
  const char* sentence;
  const char* method;
  const char* media_type;
  const char* body;
  int status;
  const char* reason;
  const char* message;
};

constexpr const char* kConflict =
    "Operation cannot be fulfilled on services.serving.knative.dev \"demo\": the object has been "
    "modified; please apply your changes to the latest version and try again";
constexpr const char* kRejected = "the server rejected our request due to an error in our request";

TEST_F(Api, AnswersEachKindOfStaleWriteInItsOwnWay) {
  make_unready();
  const Write rows[] = {
      {"a resourceVersion that is replaced", "PATCH", kJsonPatch,
       R"([{"op":"replace","path":"/metadata/resourceVersion","value":"1"},
           {"op":"replace","path":"/spec/traffic","value":[{"percent":100,"tag":"t"}]}])",
       409, "Conflict", kConflict},
      {"a test that fails does not say why", "PATCH", kJsonPatch,
       R"([{"op":"test","path":"/metadata/resourceVersion","value":"1"}])", 422, "Invalid",
       kRejected},
      {"a path that is missing neither", "PATCH", kJsonPatch,
       R"([{"op":"replace","path":"/spec/nothing/here","value":1}])", 422, "Invalid", kRejected},
      {"a merge patch", "PATCH", kMergePatch,
       R"({"metadata":{"resourceVersion":"1"},"spec":{"traffic":[{"percent":100,"tag":"t"}]}})",
       409, "Conflict", kConflict},
      {"another object of this name", "PATCH", kMergePatch,
       R"({"metadata":{"uid":"0a0a0a0a-0000-4000-8000-000000000000"}})", 422, "Invalid",
       "Service.serving.knative.dev \"demo\" is invalid: metadata.uid: Invalid value: "
       "\"0a0a0a0a-0000-4000-8000-000000000000\": field is immutable"}};
  for (const Write& row : rows) {
    const Answer answer = call(row.method, demo_path(), row.body, row.media_type);
    EXPECT_EQ(answer.status, row.status) << row.sentence;
    EXPECT_EQ(string_or(answer.body, "reason"), row.reason) << row.sentence;
    EXPECT_EQ(message(answer), row.message) << row.sentence;
  }
  Json object = read(demo_path());
  object["metadata"]["resourceVersion"] = "1";
  const Answer put = call("PUT", demo_path(), dump_json(object));
  EXPECT_EQ(put.status, 409);
  EXPECT_EQ(message(put), kConflict);
  object["metadata"].erase("resourceVersion");
  const Answer blind = call("PUT", demo_path(), dump_json(object));
  EXPECT_EQ(blind.status, 422);
  EXPECT_EQ(message(blind),
            "services.serving.knative.dev \"demo\" is invalid: metadata.resourceVersion: Invalid "
            "value: 0: must be specified for an update");
}

TEST_F(Api, TakesAWriteThatIsGuardedByTheVersionThatWasRead) {
  make_demo();
  std::string version;
  const auto guarded_write = [&] {
    return kube_.json_patch(
        demo_path(),
        Json::array({{{"op", "replace"}, {"path", "/metadata/resourceVersion"}, {"value", version}},
                     {{"op", "add"},
                      {"path", "/metadata/annotations/example.com~1note"},
                      {"value", "a"}}}));
  };
  // Whoever is late with a status may still come in between.
  until("a guarded write to be the first", [&] {
    version = service().resource_version;
    return guarded_write().has_value();
  });
  const auto again = guarded_write();
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().kind, ErrorKind::kConflict);
}

TEST_F(Api, SaysWhatIsNotThere) {
  for (const char* method : {"GET", "DELETE", "PATCH"}) {
    const bool writes = std::string(method) == "PATCH";
    const Answer answer = call(method, demo_path(), writes ? "{}" : "", kMergePatch);
    EXPECT_EQ(answer.status, 404) << method;
    EXPECT_EQ(message(answer), "services.serving.knative.dev \"demo\" not found") << method;
    EXPECT_EQ(string_or(answer.body, "reason"), "NotFound") << method;
    EXPECT_EQ(answer.body["details"],
              Json::parse(R"({"name":"demo","group":"serving.knative.dev","kind":"services"})"));
  }
  const Answer elsewhere =
      call("POST", "/apis/serving.knative.dev/v1/namespaces/nowhere-at-all/services",
           dump_json({{"apiVersion", "serving.knative.dev/v1"},
                      {"kind", "Service"},
                      {"metadata", {{"name", "demo"}}},
                      {"spec", service_object("demo", "example.com/app")["spec"]}}));
  EXPECT_EQ(elsewhere.status, 404);
  EXPECT_EQ(message(elsewhere), "namespaces \"nowhere-at-all\" not found");
}

TEST_F(Api, DoesNotMakeWhatIsThere) {
  make_unready();
  const Answer answer =
      call("POST", serving("services"), dump_json(service_object("demo", "example.com/app")));
  EXPECT_EQ(answer.status, 409);
  EXPECT_EQ(string_or(answer.body, "reason"), "AlreadyExists");
  EXPECT_EQ(message(answer), "services.serving.knative.dev \"demo\" already exists");
}

TEST_F(Api, KeepsStatusAndSpecApart) {
  const Json made = make_tracked("a");
  EXPECT_FALSE(made.contains("status"));
  EXPECT_EQ(made["metadata"]["generation"], 1);
  const Json both = Json::parse(R"({"spec":{"suspend":true},"status":{"phase":"Shifting"}})");
  const auto by_status = kube_.merge_patch(tracked("a"), both, "status");
  ASSERT_TRUE(by_status) << by_status.error().message;
  Json seen = read(tracked("a"));
  EXPECT_EQ(seen["status"]["phase"], "Shifting");
  EXPECT_FALSE(seen["spec"].contains("suspend"));
  EXPECT_EQ(seen["metadata"]["generation"], 1);
  const auto by_spec = kube_.merge_patch(
      tracked("a"), Json::parse(R"({"spec":{"suspend":true},"status":{"phase":"Idle"}})"));
  ASSERT_TRUE(by_spec) << by_spec.error().message;
  seen = read(tracked("a"));
  EXPECT_EQ(seen["status"]["phase"], "Shifting");
  EXPECT_EQ(seen["spec"]["suspend"], true);
  EXPECT_EQ(seen["metadata"]["generation"], 2);
  const Answer stale =
      call("PATCH", tracked("a") + "/status",
           R"({"metadata":{"resourceVersion":"1"},"status":{"phase":"Idle"}})", kMergePatch);
  EXPECT_EQ(stale.status, 409);
}

TEST_F(Api, MakesNoNewVersionOfAWriteThatChangesNothing) {
  make_tracked("a");
  const Json before = read(tracked("a"));
  ASSERT_EQ(call("PATCH", tracked("a"), R"({"spec":{"service":"a"}})", kMergePatch).status, 200);
  EXPECT_EQ(read(tracked("a"))["metadata"]["resourceVersion"],
            before["metadata"]["resourceVersion"]);
}

TEST_F(Api, RaisesTheGenerationForTheSpecAlone) {
  make_tracked("a");
  const auto generation_after = [&](const char* patch) {
    EXPECT_EQ(call("PATCH", tracked("a"), patch, kMergePatch).status, 200) << patch;
    return int_or(read(tracked("a"))["metadata"], "generation", 0);
  };
  EXPECT_EQ(generation_after(R"({"metadata":{"annotations":{"a.b/c":"d"}}})"), 1);
  EXPECT_EQ(generation_after(R"({"metadata":{"generation":7}})"), 1);
  EXPECT_EQ(generation_after(R"({"spec":{"suspend":true}})"), 2);
}

TEST_F(Api, ListsInPagesOfOneVersion) {
  for (const char* name : {"a", "b", "c"}) make_tracked(name);
  const Json first = call("GET", tracked() + "?limit=2").body;
  EXPECT_EQ(names(first), (std::set<std::string>{"a", "b"}));
  const std::string token = first.at("metadata").at("continue");
  make_tracked("d");
  ASSERT_TRUE(kube_.del(tracked("c")));
  const Json second = call("GET", tracked() + "?limit=2&continue=" + percent_encode(token)).body;
  EXPECT_EQ(names(second), (std::set<std::string>{"c"}));
  EXPECT_EQ(string_or(second.at("metadata"), "continue"), "");
  EXPECT_EQ(second.at("metadata").at("resourceVersion"),
            first.at("metadata").at("resourceVersion"));
  EXPECT_EQ(call("GET", tracked() + "?limit=2&continue=nonsense").status, 400);
}

TEST_F(Api, DoesNotListAVersionThatIsStillToCome) {
  const Answer answer =
      call("GET", tracked() + "?resourceVersion=999999999999&resourceVersionMatch=NotOlderThan");
  EXPECT_EQ(answer.status, 504);
  EXPECT_EQ(string_or(answer.body, "reason"), "Timeout");
  EXPECT_EQ(answer.body["details"]["causes"][0]["reason"], "ResourceVersionTooLarge");
}

TEST_F(Api, KeepsAnEventOnce) {
  KubeEvent event;
  event.about = {"serving.knative.dev/v1", "Service", bed_->name_space(), "demo", "1", "uid"};
  event.reason = "Promoted";
  event.message = "demo-00002 gets all requests";
  for (int time = 0; time < 2; ++time) {
    const Status posted = post_event(kube_, event, bed_->clock().now());
    EXPECT_TRUE(posted) << posted.error().message;
  }
  EXPECT_EQ(read(core("events", event_name(event)))["message"], event.message);
}

TEST_F(Api, KeepsALeaseForOneCandidateAtATime) {
  const std::string leases =
      "/apis/coordination.k8s.io/v1/namespaces/" + bed_->name_space() + "/leases";
  const std::string path = leases + "/freshet";
  const std::string time = format_micro_time(bed_->clock().now());
  EXPECT_EQ(kube_.get(path).error().kind, ErrorKind::kNotFound);
  LeaseRecord record{"a", seconds(15), time, time, 0, ""};
  const auto made = kube_.post(leases, lease_object("freshet", record));
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_EQ(kube_.post(leases, lease_object("freshet", record)).error().kind, ErrorKind::kConflict);
  record.version = lease_record(made->body).version;
  EXPECT_EQ(lease_record(read(path)), record);
  LeaseRecord renewed = record;
  renewed.renewed = format_micro_time(bed_->clock().now() + milliseconds(2001));
  const auto first = kube_.merge_patch(path, lease_patch(renewed));
  ASSERT_TRUE(first) << first.error().message;
  EXPECT_NE(lease_record(first->body).version, record.version);
  EXPECT_EQ(lease_record(first->body).renewed, renewed.renewed);
  EXPECT_EQ(kube_.merge_patch(path, lease_patch(renewed)).error().kind, ErrorKind::kConflict);
  LeaseRecord released = lease_record(first->body);
  released.holder.clear();
  released.duration = seconds(1);
  const auto freed = kube_.merge_patch(path, lease_patch(released));
  ASSERT_TRUE(freed) << freed.error().message;
  EXPECT_EQ(lease_record(freed->body).holder, "");
}

TEST_F(Api, SelectsByLabels) {
  make_tracked("a", {{"team", "shop"}, {"tier", "1"}});
  make_tracked("b", {{"team", "shop"}});
  make_tracked("c");
  const auto selected = [&](const std::string& selector) {
    return names(call("GET", tracked() + "?labelSelector=" + percent_encode(selector)).body);
  };
  using Names = std::set<std::string>;
  EXPECT_EQ(selected("team=shop"), (Names{"a", "b"}));
  EXPECT_EQ(selected("team=shop,tier!=1"), (Names{"b"}));
  EXPECT_EQ(selected("tier"), (Names{"a"}));
  EXPECT_EQ(selected("!team"), (Names{"c"}));
}

}  // namespace
}  // namespace freshet::conformance

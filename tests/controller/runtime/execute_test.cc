// The guarded write: conflicts, lost replies, refusals.
#include "controller/runtime/execute.h"

#include <gtest/gtest.h>

#include <deque>
#include <nlohmann/json.hpp>

#include "controller/knative/views.h"
#include "controller/net/local_transport.h"
#include "controller/runtime/gather.h"
#include "tests/support/planner_world.h"

namespace freshet {
namespace {

const TimePoint kNow = from_unix_seconds(1'790'000'000);

// An API server with one Service: it applies patches whose resourceVersion is current, and does
// what the script says before that.
class OneService {
 public:
  enum class Trick {
    kNone,
    kStatusMoves,  // Knative updates status just before the patch arrives: 409
    kSpecMoves,    // a person edits traffic just before: 409
    kReplyLost,    // applied, but no answer comes
    kRequestLost,  // not applied, and no answer comes
    kRefused,      // a policy webhook refuses
  };
  std::deque<Trick> tricks;
  int patches = 0;

  OneService() {
    object_ = Json::parse(R"({
      "apiVersion": "serving.knative.dev/v1", "kind": "Service",
      "metadata": {"name": "checkout", "namespace": "shop", "uid": "u1", "resourceVersion": "10",
                   "generation": 1, "annotations": {"a": "b"}},
      "spec": {"template": {"spec": {"containers": [{"name": "app", "image": "x.io/web:1"}]}},
               "traffic": [{"revisionName": "checkout-00001", "percent": 100}]},
      "status": {"observedGeneration": 1}})");
  }

  ServiceView view() const { return *service_view(object_); }
  const Json& object() const { return object_; }

  Result<HttpResponse> answer(const HttpRequest& request) {
    if (request.method == "GET") return HttpResponse{200, {}, object_.dump()};
    ++patches;
    Trick trick = Trick::kNone;
    if (!tricks.empty()) {
      trick = tricks.front();
      tricks.pop_front();
    }
    if (trick == Trick::kRequestLost) return make_error(ErrorKind::kTransient, "reset by peer");
    if (trick == Trick::kRefused) return status(400, "denied the request: no patches on Fridays");
    if (trick == Trick::kStatusMoves) move("/status/observedGeneration", 2);
    if (trick == Trick::kSpecMoves) {
      move("/spec/traffic/0/percent", 99);
      move("/metadata/generation", 2);
    }
    const Json operations = Json::parse(request.body);
    if (operations[0]["value"] != object_["metadata"]["resourceVersion"]) {
      return status(409, "the object has been modified");
    }
    object_ = object_.patch(operations);
    move("/metadata/generation", 5);
    if (trick == Trick::kReplyLost) return make_error(ErrorKind::kTimeout, "no answer");
    return HttpResponse{200, {}, object_.dump()};
  }

 private:
  void move(const char* pointer, int value) {
    object_[Json::json_pointer(pointer)] = value;
    object_["metadata"]["resourceVersion"] = std::to_string(++version_);
  }
  static HttpResponse status(int code, const std::string& message) {
    return {code, {}, Json{{"kind", "Status"}, {"code", code}, {"message", message}}.dump()};
  }
  Json object_;
  int version_ = 10;
};

class GuardedWrite : public ::testing::Test {
 protected:
  Result<WriteOutcome> write() {
    return execute_write(client_, decided_on_, write_, [this](const Json&) { ++seen_; });
  }

  GuardedWrite() {
    Core core;
    core.service = Uid("u1");
    core.seq = 3;
    core.phase = Idle{};
    write_.core = core;
    write_.traffic = Traffic{{RevisionName("checkout-00001"), false, *Percent::parse(100), {}}};
    write_.why = "test";
  }

  OneService api_;
  LocalTransport transport_{[this](const HttpRequest& request) { return api_.answer(request); }};
  ManualClock clock_{kNow};
  TokenSource tokens_{Secret("t")};
  KubeClient client_{transport_, tokens_, clock_, KubeClientOptions{.server = "https://api"}};
  ServiceView decided_on_ = api_.view();
  ServiceWrite write_;
  int seen_ = 0;
};

using Trick = OneService::Trick;

TEST_F(GuardedWrite, ArrivesWithOnePatch) {
  EXPECT_EQ(write(), WriteOutcome::kWritten);
  EXPECT_EQ(api_.patches, 1);
  EXPECT_EQ(seen_, 2);
  const Json& annotations = api_.object()["metadata"]["annotations"];
  EXPECT_EQ(annotations["freshet.dev/rollout"], core_to_text(*write_.core));
  EXPECT_EQ(annotations["a"], "b");
}

TEST_F(GuardedWrite, IsSentAgainAtOnceWhileOnlyStatusMoves) {
  api_.tricks = {Trick::kStatusMoves, Trick::kStatusMoves, Trick::kStatusMoves};
  EXPECT_EQ(write(), WriteOutcome::kWritten);
  EXPECT_EQ(api_.patches, 4);
}

TEST_F(GuardedWrite, IsNotSentAgainWhenAPersonHasEditedTheSpec) {
  api_.tricks = {Trick::kSpecMoves};
  EXPECT_EQ(write(), WriteOutcome::kMoved);
  EXPECT_EQ(api_.patches, 1);
}

TEST_F(GuardedWrite, FindsOutThatItArrivedWhenTheReplyWasLost) {
  api_.tricks = {Trick::kReplyLost};
  EXPECT_EQ(write(), WriteOutcome::kWritten);
  EXPECT_EQ(api_.patches, 1);
}

TEST_F(GuardedWrite, IsSentAgainWhenTheRequestWasLost) {
  api_.tricks = {Trick::kRequestLost};
  EXPECT_EQ(write(), WriteOutcome::kWritten);
  EXPECT_EQ(api_.patches, 2);
}

TEST_F(GuardedWrite, TellsARefusalWordForWordAndNeverTurnsIntoAnother) {
  api_.tricks = {Trick::kRefused};
  const auto outcome = write();
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().kind, ErrorKind::kRefused);
  EXPECT_NE(outcome.error().message.find("no patches on Fridays"), std::string::npos);
  EXPECT_EQ(api_.patches, 1);
}

TEST_F(GuardedWrite, GivesUpAfterABoundedNumberOfConflicts) {
  api_.tricks.assign(1000, Trick::kStatusMoves);
  EXPECT_FALSE(write());
  EXPECT_EQ(api_.patches, kMaxConflictTries);
}

TEST_F(GuardedWrite, RefusesTrafficThatDoesNotSumTo100BeforeItIsSent) {
  write_.traffic = Traffic{{RevisionName("checkout-00001"), false, *Percent::parse(90), {}}};
  EXPECT_FALSE(write());
  EXPECT_EQ(api_.patches, 0);
}

// Revisions are named alike: a watch that lags still tells of those of the Service before.
TEST(Refresh, RevisionsOfAServiceThatIsGoneAreNoneOfTheNewOne) {
  Observation seen = freshet::testing::world_in("Idle").seen;
  ASSERT_EQ(seen.revisions.size(), 1u);
  for (auto& [name, revision] : seen.revisions) revision.service = seen.service->uid;
  ServiceView service = *seen.service;
  refresh_service(seen, service);
  EXPECT_EQ(seen.revisions.size(), 1u);
  service.uid = Uid("made-anew");
  refresh_service(seen, service);
  EXPECT_TRUE(seen.revisions.empty());
}

}  // namespace
}  // namespace freshet

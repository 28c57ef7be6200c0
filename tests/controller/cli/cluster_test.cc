// The commands against a cluster, with the controller at work.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "controller/runtime/paths.h"
#include "tests/controller/cli/cli_bed.h"

namespace freshet {
namespace {

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

// checkout is served, tracked and adopted.
void adopt_checkout(CliBed& bed) {
  bed.serve("checkout");
  const CliRun tracked = bed.run({"track", "checkout"});
  ASSERT_EQ(tracked.exit_code, kDone) << tracked.err;
  const CliRun waited = bed.run({"status", "checkout", "--wait", "--timeout", "10m"});
  ASSERT_EQ(waited.exit_code, kDone) << waited.out << waited.err;
}

// deploy/moving-from-flagger.md begins in Shadow: whoever tracks then has to take it off.
TEST(Cluster, TrackSaysWhereAnObjectThatIsThereRollsNothingOut) {
  CliBed bed;
  bed.serve("checkout");
  const CliRun plain = bed.run({"track", "checkout"});
  EXPECT_EQ(plain.err, "");
  const Json spec = {{"rollout", {{"writeMode", "Shadow"}}}, {"suspend", true}};
  ASSERT_TRUE(bed.cluster.kube().merge_patch(tracked_service_path({"shop", "checkout"}),
                                             Json{{"spec", spec}}));
  const CliRun again = bed.run({"track", "checkout"});
  EXPECT_EQ(again.exit_code, kDone);
  EXPECT_TRUE(has(again.err,
                  "checkout has rollout.writeMode Shadow: nothing is rolled out until\n"
                  "  kubectl patch ts checkout -n shop --type=merge -p "
                  R"('{"spec":{"rollout":{"writeMode":"Pin"}}}')"))
      << again.err;
  EXPECT_TRUE(has(again.err, "checkout is suspended: no rollout is started until\n")) << again.err;
}

TEST(Cluster, AServiceIsTrackedAdoptedShownAndLetGo) {
  CliBed bed;
  adopt_checkout(bed);
  const CliRun fleet = bed.run({"status", "-A", "--no-headers"});
  EXPECT_TRUE(has(fleet.out, "shop   checkout   ✓ Idle")) << fleet.out;
  const CliRun why = bed.run({"why", "checkout"});
  EXPECT_TRUE(has(why.out, "shop/checkout runs ")) << why.out;
  const CliRun yaml = bed.run({"status", "checkout", "-o", "yaml"});
  EXPECT_TRUE(has(yaml.out, "phase: Idle\n")) << yaml.out;

  const CliRun gone = bed.run({"untrack", "checkout"});
  EXPECT_EQ(gone.exit_code, kDone) << gone.err;
  EXPECT_EQ(gone.out, "✓ shop/checkout is no longer tracked\n");
  const CliRun after = bed.run({"status"});
  EXPECT_EQ(after.exit_code, kDone);
  EXPECT_EQ(after.err, "freshet: no service is tracked in namespace shop\n");
}

TEST(Cluster, AGoodRebuildIsWaitedForUntilItIsPromoted) {
  CliBed bed;
  adopt_checkout(bed);
  const Digest digest = bed.rebuild("checkout", 0.001);
  const CliRun short_wait =
      bed.run({"status", "checkout", "--wait", "--digest", digest.get(), "--timeout", "8m"});
  EXPECT_EQ(short_wait.exit_code, kTimedOut) << short_wait.out;
  const CliRun waited =
      bed.run({"status", "checkout", "--wait", "--digest", digest.get(), "--timeout", "5h"});
  EXPECT_EQ(waited.exit_code, kDone) << waited.out << waited.err;
}

TEST(Cluster, ABadRebuildIsRejectedAndRetryLetsItGoAgain) {
  CliBed bed;
  adopt_checkout(bed);
  const Digest digest = bed.rebuild("checkout", 0.2);
  const CliRun waited =
      bed.run({"status", "checkout", "--wait", "--digest", digest.get(), "--timeout", "5h"});
  EXPECT_EQ(waited.exit_code, kFailed) << waited.out;
  const CliRun why = bed.run({"why", "checkout"});
  EXPECT_TRUE(has(why.out, "It was rejected: ")) << why.out;
  const CliRun history = bed.run({"history", "checkout"});
  EXPECT_TRUE(has(history.out, "RolledBack  checkout-00002  ")) << history.out;
  EXPECT_FALSE(has(history.out, "nothing was measured")) << history.out;
  const CliRun retried = bed.run({"retry", "checkout", "--reason", "the database was at fault"});
  EXPECT_EQ(retried.exit_code, kDone) << retried.out << retried.err;
  EXPECT_NE(retried.out.find(" may be rolled out again\n"), std::string::npos) << retried.out;
}

TEST(Cluster, CommandsAreAcceptedOrRefusedWithASentence) {
  CliBed bed;
  adopt_checkout(bed);
  const CliRun refused = bed.run({"promote", "checkout"});
  EXPECT_EQ(refused.exit_code, kFailed);
  EXPECT_EQ(refused.out, "Refused: no rollout is active\n");
  const CliRun paused = bed.run({"pause", "checkout", "--reason", "month end"});
  EXPECT_EQ(paused.exit_code, kDone) << paused.out << paused.err;
  EXPECT_EQ(paused.out, "Accepted: paused: nothing is started or raised\n");
  bed.run_for(seconds(30));
  const CliRun shown = bed.run({"status", "checkout"});
  EXPECT_TRUE(has(shown.out, "⏸ Paused by person:ann")) << shown.out;
  const CliRun resumed = bed.run({"resume", "checkout"});
  EXPECT_EQ(resumed.out, "Accepted: resumed\n");
}

TEST(Cluster, EverythingIsStoppedByOneCommandAndGoesOnByAnother) {
  CliBed bed;
  adopt_checkout(bed);
  EXPECT_EQ(bed.run({"pause", "--all"}).err, "freshet: pause --all wants a --reason\n");
  EXPECT_EQ(bed.run({"pause"}).err, "freshet: name a service, or say --all\n");
  const CliRun stopped = bed.run({"pause", "--all", "--reason", "incident 42"});
  EXPECT_EQ(stopped.out,
            "✓ no rollout starts or advances anywhere until freshet resume --all; retreats go "
            "ahead\n");
  EXPECT_EQ(bed.run({"policies"}).out,
            "NAME   SCOPE     SELECTS   NOW               UNTIL   OWNER\n"
            "stop   cluster   all       closed: Stopped   -       ann\n");
  bed.rebuild("checkout", 0.001);
  bed.run_for(minutes(10));
  const CliRun why = bed.run({"why", "checkout"});
  EXPECT_TRUE(has(why.out,
                  "ClusterRolloutPolicy stop of ann stops all rollouts until it is taken "
                  "back: incident 42"))
      << why.out;
  EXPECT_TRUE(has(bed.run({"pause", "--all", "--reason", "again", "--until", "1h"}).out,
                  "anywhere until 20"));
  EXPECT_EQ(bed.run({"resume", "--all"}).exit_code, kDone);
  EXPECT_EQ(bed.run({"resume", "--all"}).err,
            "freshet: nothing is stopped: there is no ClusterRolloutPolicy stop\n");
  bed.run_for(minutes(2));
  EXPECT_FALSE(has(bed.run({"status", "checkout"}).out, "✓ Idle"));
}

TEST(Cluster, ARolloutIsApprovedOnceAndByName) {
  CliBed bed;
  adopt_checkout(bed);
  EXPECT_EQ(bed.run({"approve", "checkout"}).err, "freshet: no rollout of checkout is active\n");
  ASSERT_TRUE(bed.cluster.world().create({{"apiVersion", "freshet.dev/v1alpha1"},
                                          {"kind", "RolloutPolicy"},
                                          {"metadata", {{"name", "p"}, {"namespace", "shop"}}},
                                          {"spec", {{"approval", "BeforeTraffic"}}}}));
  bed.rebuild("checkout", 0.001);
  bed.run_for(minutes(10));
  EXPECT_TRUE(has(bed.run({"why", "checkout"}).out, "(freshet approve)"));
  const CliRun approved = bed.run({"approve", "checkout", "--reason", "release 42"});
  EXPECT_TRUE(has(approved.out, " of shop/checkout is approved\n")) << approved.err;
  EXPECT_TRUE(has(bed.run({"approve", "checkout"}).err, " is approved already\n"));
  bed.run_for(minutes(2));
  EXPECT_TRUE(has(bed.run({"status", "-A", "--no-headers"}).out, "Shifting"));
}

TEST(Cluster, AHeldRolloutEndsTheWaitWithItsOwnExitCode) {
  CliBed bed;
  adopt_checkout(bed);
  ASSERT_EQ(bed.run({"pause", "checkout"}).exit_code, kDone);
  const Digest digest = bed.rebuild("checkout", 0.001);
  bed.run_for(minutes(10));
  const CliRun waited = bed.run({"status", "checkout", "--wait", "--digest", digest.get()});
  EXPECT_EQ(waited.exit_code, kHeld) << waited.out;
  EXPECT_TRUE(has(waited.out, "held: paused by person:ann")) << waited.out;
}

TEST(Cluster, WithoutAControllerACommandTimesOutAndStays) {
  CliBed bed;
  adopt_checkout(bed);
  bed.controller_runs = false;
  const CliRun ran = bed.run({"abort", "checkout", "--timeout", "5s"});
  EXPECT_EQ(ran.exit_code, kTimedOut);
  EXPECT_TRUE(has(ran.err, "no answer to abort within 5s")) << ran.err;
  const CliRun gone = bed.run({"untrack", "checkout", "--timeout", "5s"});
  EXPECT_EQ(gone.exit_code, kTimedOut);
  EXPECT_TRUE(has(gone.err, "shop/checkout is not let go after 5s")) << gone.err;
}

TEST(Cluster, AnUnknownServiceIsToldWithTheNearestName) {
  CliBed bed;
  adopt_checkout(bed);
  const CliRun ran = bed.run({"why", "chekout"});
  EXPECT_EQ(ran.exit_code, kFailed);
  EXPECT_EQ(ran.err,
            "freshet: no service chekout is tracked in namespace shop; did you mean checkout?\n");
}

TEST(Cluster, OneThatIsNotReachableIsExitCode4ForEveryCommand) {
  CliBed bed;
  bed.cluster.world().fail(sandbox::kKubeHost, {}, hours(1));
  const std::vector<std::vector<std::string>> all{
      {"status"},          {"status", "x"},  {"status", "x", "--wait"},
      {"why", "x"},        {"promote", "x"}, {"pause", "x"},
      {"track", "x"},      {"untrack", "x"}, {"preflight", "x"},
      {"untrack", "--all"}};
  for (const auto& words : all) {
    const CliRun ran = bed.run(words);
    EXPECT_EQ(ran.exit_code, kUnreachable) << words.front() << ": " << ran.err;
    EXPECT_TRUE(has(ran.err, "kube.sandbox")) << ran.err;
  }
}

struct BadAnswer {
  const char* name;
  HttpResponse answer;
  int exit_code;
  std::string said;
};

TEST(Cluster, ABadAnswerIsToldInASentence) {
  const std::string list = "GET /apis/freshet.dev/v1alpha1/namespaces/shop/trackedservices";
  const std::vector<BadAnswer> answers{
      {"a cluster that does not know the kind",
       {404, {}, "404 page not found"},
       kFailed,
       "freshet: this cluster does not know TrackedService; install it: freshet crd | kubectl "
       "apply --server-side -f -\n"},
      {"a right that is missing",
       {403, {}, R"({"kind":"Status","message":"ann may not list trackedservices"})"},
       kFailed,
       "freshet: " + list + ": HTTP 403: ann may not list trackedservices\n"},
      {"a proxy's page", {200, {}, "<html>"}, kUnreachable, ""},
      {"a server that is starting", {503, {}, ""}, kUnreachable, ""}};
  for (const BadAnswer& bad : answers) {
    CliBed bed;
    bed.server = [&](const HttpRequest&) { return bad.answer; };
    const CliRun ran = bed.run({"status"});
    EXPECT_EQ(ran.exit_code, bad.exit_code) << bad.name << ": " << ran.err;
    if (!bad.said.empty()) {
      EXPECT_EQ(ran.err, bad.said) << bad.name;
    }
    EXPECT_EQ(ran.out, "") << bad.name;
  }
}

TEST(Track, WritesWhatIsGivenAndChangesWhatIsThere) {
  CliBed bed;
  bed.serve("checkout");
  const std::vector<std::string> words{
      "track", "checkout", "--image", "registry.sandbox/shop/checkout:1.4", "--steps", "5,25"};
  ASSERT_EQ(bed.run(words).exit_code, kDone);
  const std::string path = tracked_service_path({"shop", "checkout"});
  EXPECT_EQ((*bed.cluster.world().read(path))["spec"]["rollout"]["steps"], Json::parse("[5,25]"));
  ASSERT_EQ(bed.run({"track", "checkout", "--steps", "1,5,20,50"}).exit_code, kDone);
  const Json changed = (*bed.cluster.world().read(path))["spec"];
  EXPECT_EQ(changed["rollout"]["steps"], Json::parse("[1,5,20,50]"));
  EXPECT_EQ(changed["images"][0]["image"], "registry.sandbox/shop/checkout:1.4");

  const CliRun twice = bed.run({"track", "checkout", "--name", "other"});
  EXPECT_EQ(twice.exit_code, kFailed);
  EXPECT_EQ(twice.err,
            "freshet: Service checkout is tracked by checkout already; --name checkout changes "
            "that one\n");
}

TEST(Track, ADryRunPrintsTheObjectAndNeedsNoCluster) {
  CliBed bed;
  bed.cluster.world().fail(sandbox::kKubeHost, {}, hours(1));
  const CliRun ran =
      bed.run({"track", "checkout", "--name", "c", "--dry-run=client", "-o", "yaml"});
  EXPECT_EQ(ran.exit_code, kDone) << ran.err;
  EXPECT_EQ(ran.out,
            "apiVersion: freshet.dev/v1alpha1\nkind: TrackedService\nmetadata:\n  name: c\n"
            "  namespace: shop\nspec:\n  service: checkout\n");
}

TEST(Preflight, TellsWhatIsThereAndWhatIsMissing) {
  CliBed bed;
  bed.serve("checkout");
  const CliRun good =
      bed.run({"preflight", "checkout", "--prometheus", "http://prometheus.sandbox"});
  EXPECT_EQ(good.exit_code, kDone) << good.out;
  EXPECT_TRUE(good.out.ends_with("It can be adopted.\n")) << good.out;
  const CliRun none = bed.run({"preflight", "nothing"});
  EXPECT_EQ(none.exit_code, kFailed);
  EXPECT_TRUE(has(none.out, "✗ there is no Knative Service shop/nothing\n")) << none.out;
}

std::size_t times(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != text.npos; at = text.find(part, at + 1)) ++count;
  return count;
}

TEST(Status, WatchPrintsAgainWhenSomethingHasChangedAndOnlyThen) {
  CliBed bed;
  bed.serve("checkout");
  ASSERT_EQ(bed.run({"track", "checkout"}).exit_code, kDone);
  bed.patience = 10;
  const CliRun ran = bed.run({"status", "--watch"});
  EXPECT_EQ(ran.exit_code, kDone);
  EXPECT_EQ(times(ran.out, "▶ Pending"), 1u) << ran.out;
  EXPECT_EQ(times(ran.out, "✓ Idle"), 1u) << ran.out;
  EXPECT_EQ(times(ran.out, "NAMESPACE"), 2u) << ran.out;
}

}  // namespace
}  // namespace freshet

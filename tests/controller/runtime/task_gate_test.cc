// A gate that is a TaskRun: its name, what it is made of, and what it came to.
#include "controller/runtime/task_gate.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <set>

namespace freshet {
namespace {

const TimePoint kNow = from_unix_seconds(1'790'000'000);

GateQuestion question(const std::string& service = "checkout") {
  GateQuestion out;
  out.candidate = Uid("u8");
  out.gate.name = "load";
  out.gate.task_run = TaskRunGateSpec{"load-test", {{"users", "50"}}, "tester"};
  out.gate.timeout = minutes(5);
  out.spec = "0123456789ab";
  out.number = 2;
  out.until = kNow + minutes(5);
  out.url = "http://freshet-checkout.shop.example.com";
  out.service = {"shop", service};
  out.rollout = "7f3a";
  out.revision = RevisionName("checkout-00008");
  out.digests = {{ContainerName("app"), *Digest::parse("sha256:" + std::string(64, 'b'))}};
  return out;
}

Json run_with(const std::string& status, const std::string& reason, bool completed) {
  Json run = task_run_object(question(), kNow);
  run["status"]["conditions"] = Json::array(
      {{{"type", "Succeeded"}, {"status", status}, {"reason", reason}, {"message", "words"}}});
  if (completed) run["status"]["completionTime"] = format_rfc3339(kNow);
  return run;
}

std::string outcome_of(const Json& run, TimePoint now = kNow) {
  const auto attempt = attempt_of_task_run(run, question(), now);
  if (!attempt) return "open";
  const char* names[] = {"passed", "failed", "unknown"};
  return names[static_cast<int>(attempt->outcome)];
}

TEST(TaskGate, HasOneNameForOneQuestion) {
  const std::string name = task_run_name(question());
  EXPECT_EQ(name, task_run_name(question()));
  EXPECT_EQ(name.substr(0, name.size() - 8), "checkout-7f3a-load-2-");
  const std::string longest(63, 'x');
  EXPECT_EQ(task_run_name(question(longest)).size(), 63u);
  for (const std::string& service : {std::string("checkout"), longest}) {
    GateQuestion next = question(service);
    next.number = 3;
    GateQuestion edited = question(service);
    edited.spec = "ba9876543210";
    GateQuestion another = question(service);
    another.candidate = Uid("u9");
    const std::set<std::string> names = {task_run_name(question(service)), task_run_name(next),
                                         task_run_name(edited), task_run_name(another)};
    EXPECT_EQ(names.size(), 4u) << service;
  }
}

TEST(TaskGate, GivesTheTaskWhatTheUserWroteAndWhoIsTested) {
  const Json spec = task_run_object(question(), kNow)["spec"];
  EXPECT_EQ(spec, Json({{"taskRef", {{"name", "load-test"}}},
                        {"serviceAccountName", "tester"},
                        {"timeout", "300s"},
                        {"params",
                         {{{"name", "digest"}, {"value", "sha256:" + std::string(64, 'b')}},
                          {{"name", "revision"}, {"value", "checkout-00008"}},
                          {{"name", "service"}, {"value", "checkout"}},
                          {{"name", "tag-url"}, {"value", question().url}},
                          {{"name", "users"}, {"value", "50"}}}}}));
}

TEST(TaskGate, GoesWithTheRevisionThatItTested) {
  EXPECT_EQ(task_run_object(question(), kNow)["metadata"]["ownerReferences"],
            Json::array({{{"apiVersion", "serving.knative.dev/v1"},
                          {"kind", "Revision"},
                          {"name", "checkout-00008"},
                          {"uid", "u8"}}}));
}

TEST(TaskGate, IsOverWhenTektonSaysSoForGood) {
  EXPECT_EQ(outcome_of(task_run_object(question(), kNow)), "open");
  EXPECT_EQ(outcome_of(run_with("Unknown", "Running", false)), "open");
  EXPECT_EQ(outcome_of(run_with("True", "Succeeded", true)), "passed");
  EXPECT_EQ(outcome_of(run_with("False", "Failed", false)), "open") << "it may still recover";
  EXPECT_EQ(outcome_of(run_with("False", "Failed", true)), "failed");
}

TEST(TaskGate, WhatInfrastructureBroughtAboutIsNoFailure) {
  for (const std::string reason :
       {"TaskRunValidationFailed", "PodCreationFailed", "TaskRunImagePullFailed", "PodEvicted",
        "StepOOM", "TaskRunResolutionFailed", "CouldntGetTask", "TaskRunTimeout",
        "TaskRunCancelled", "PodAdmissionFailed", "InitContainerOOM", "InitContainerFailed",
        "SidecarOOM"}) {
    EXPECT_EQ(outcome_of(run_with("False", reason, true)), "unknown") << reason;
  }
  EXPECT_EQ(outcome_of(run_with("Unknown", "Running", false), kNow + minutes(6)), "unknown");
}

TEST(TaskGate, SaysWhatTheTaskFound) {
  Json run = run_with("True", "Succeeded", true);
  run["status"]["results"] = Json::array({{{"name", "p99"}, {"value", "12ms"}}});
  EXPECT_EQ(attempt_of_task_run(run, question(), kNow)->sentence,
            "TaskRun " + task_run_name(question()) + " succeeded: p99=12ms");
  EXPECT_EQ(attempt_of_task_run(run_with("False", "Failed", true), question(), kNow)->sentence,
            "TaskRun " + task_run_name(question()) + " failed (Failed): words");
}

TEST(TaskGate, AnothersTaskRunOfThatNameIsNotBelieved) {
  Json run = run_with("True", "Succeeded", true);
  run["metadata"]["labels"]["freshet.dev/candidate"] = "u7";
  EXPECT_EQ(outcome_of(run), "unknown");
}

}  // namespace
}  // namespace freshet

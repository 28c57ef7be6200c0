// Routes: what they show of a change, in which order, and how Revisions are marked by them.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "controller/planner/look.h"
#include "tests/conformance/fixture.h"

namespace freshet::conformance {
namespace {

// What a watcher sees of a change.
struct State {
  bool is_observed = false;  // observedGeneration is generation
  std::string condition;
  std::string detail;  // status.traffic; latestCreated and latestReady
  bool operator==(const State&) const = default;
};
std::ostream& operator<<(std::ostream& out, const State& state) {
  return out << (state.is_observed ? "\n  observed, " : "\n  stale, ") << state.condition << ", "
             << state.detail;
}

class Routes : public ConformanceTest {
 protected:
  std::string label(const std::string& revision) {
    return string_or(at_path(read(serving("revisions", revision)), {"metadata", "labels"}),
                     "serving.knative.dev/routingState");
  }
  std::string annotation(const std::string& revision, const char* name) {
    return string_or(at_path(read(serving("revisions", revision)), {"metadata", "annotations"}),
                     std::string("serving.knative.dev/") + name);
  }
  void until_ready(const std::string& revision) {
    until(revision + " to be Ready", [&] { return is_ready(revision); });
  }
  void until_settled() {
    until("demo to be settled", [&] {
      const ServiceView view = service();
      return view.observed_generation == view.generation && word(view.ready) == "True";
    });
  }
  std::vector<State> states(const std::string& since,
                            const std::function<State(const ServiceView&)>& look) {
    std::vector<State> out;
    const auto views = states_since(since);
    for (const ServiceView& view : views) {
      if (view.generation < views.back().generation) continue;  // a late word of before
      State state = look(view);
      state.is_observed = view.observed_generation == view.generation;
      if (out.empty() || !(out.back() == state)) out.push_back(std::move(state));
    }
    return out;
  }
};

// A reconciler that is late may pass a state over, but the first and the last are always seen, no
// other is, and none comes back.
void expect_in_order(const std::vector<State>& seen, const std::vector<State>& all) {
  auto place = all.begin();
  for (const State& state : seen) {
    const auto found = std::find(place, all.end(), state);
    ASSERT_NE(found, all.end()) << "unexpected:" << state
                                << "\nseen: " << ::testing::PrintToString(seen);
    place = found + 1;
  }
  ASSERT_FALSE(seen.empty());
  EXPECT_EQ(seen.front(), all.front());
  EXPECT_EQ(seen.back(), all.back());
}

TEST_F(Routes, OfTheLatestRevisionSayWhichItIs) {
  make_demo_of_latest();
  Json object = read(demo_path());
  EXPECT_EQ(object["status"]["traffic"],
            Json::parse(R"([{"latestRevision":true,"percent":100,"revisionName":"demo-00001"}])"));
  const std::string space = bed_->name_space();
  EXPECT_EQ(object["status"]["url"], "http://demo." + space + ".example.com");
  EXPECT_EQ(object["status"]["address"]["url"], "http://demo." + space + ".svc.cluster.local");
  set_image(Starts::kReady);
  until_programmed({{"demo-00002", 100}});
}

TEST_F(Routes, ShowTheStatesOfATrafficChangeInOrder) {
  make_demo();
  set_image(Starts::kReady);
  until_ready("demo-00002");
  until_settled();
  const std::string before = service().resource_version;
  set_traffic(Json::array({target("demo-00001", 90), target("demo-00002", 10, "canary")}));
  until_programmed({{"demo-00001", 90}, {"demo-00002", 10}});
  until_settled();
  const auto seen = states(before, [](const ServiceView& view) {
    return State{false, word(view.routes_ready), to_string(view.observed_traffic)};
  });
  const std::string old_traffic = "demo-00001 100 %";
  const std::string traffic = "demo-00001 90 %, demo-00002 10 % #canary";
  expect_in_order(seen, {{false, "True", old_traffic},
                         {true, "Unknown OutOfDate", old_traffic},
                         {true, "Unknown IngressNotConfigured", old_traffic},
                         {true, "Unknown IngressNotConfigured", traffic},
                         {true, "True", traffic}});
  EXPECT_EQ(service().tag_urls.at("canary"),
            "http://canary-demo." + bed_->name_space() + ".example.com");
}

// What Freshet takes for done is never said before users meet it.
TEST_F(Routes, AreDoneOnlyOnceTheyAreProgrammed) {
  make_demo();
  set_image(Starts::kReady);
  until_ready("demo-00002");
  const Program programs[] = {{{"demo-00001", 95}, {"demo-00002", 5}},
                              {{"demo-00001", 50}, {"demo-00002", 50}},
                              {{"demo-00002", 100}},
                              {{"demo-00001", 100}}};
  for (const Program& program : programs) {
    Json traffic = Json::array();
    for (const auto& [name, percent] : program) traffic.push_back(target(name, percent));
    set_traffic(traffic);
    until("the shift to be done", [&] { return planning::is_settled(service()); });
    EXPECT_EQ(programmed(), program);
  }
}

TEST_F(Routes, StayWhereTheyArePinnedWhileAnImageChangeShowsItsStates) {
  make_demo();
  const std::string before = service().resource_version;
  set_image(Starts::kReady);
  until("the second Revision to be Ready",
        [&] { return service().latest_ready == RevisionName("demo-00002"); });
  until_settled();
  const auto name = [](const std::optional<RevisionName>& revision) {
    return revision ? revision->get() : "none";
  };
  const auto seen = states(before, [&](const ServiceView& view) {
    EXPECT_EQ(word(view.routes_ready), "True");
    EXPECT_EQ(to_string(view.observed_traffic), "demo-00001 100 %");
    return State{false, word(view.configurations_ready),
                 name(view.latest_created) + " " + name(view.latest_ready)};
  });
  expect_in_order(seen, {{false, "True", "demo-00001 demo-00001"},
                         {true, "Unknown OutOfDate", "demo-00001 demo-00001"},
                         {true, "Unknown ", "demo-00002 demo-00001"},
                         {true, "True", "demo-00002 demo-00002"}});
  EXPECT_EQ(programmed(), (Program{{"demo-00001", 100}}));
}

TEST_F(Routes, OfTheLatestStayTrueOnTheOldRevisionUntilTheNewOneIsReady) {
  make_demo_of_latest();
  const std::string before = service().resource_version;
  set_image(Starts::kReady);
  until_programmed({{"demo-00002", 100}});
  until_settled();
  for (const ServiceView& view : states_since(before)) {
    if (view.latest_ready == RevisionName("demo-00002")) break;
    EXPECT_EQ(word(view.routes_ready), "True");
    EXPECT_EQ(to_string(view.observed_traffic), "demo-00001 100 %");
  }
}

TEST_F(Routes, AddUpTheEntriesOfOneRevision) {
  make_demo();
  set_image(Starts::kReady);
  until_ready("demo-00002");
  set_traffic(Json::array({target("demo-00001", 50), target("demo-00001", 20, "old"),
                           target("demo-00002", 30), target("", 0, "new")}));
  until_programmed({{"demo-00001", 70}, {"demo-00002", 30}});
  until_settled();
  EXPECT_EQ(to_string(service().observed_traffic),
            "demo-00001 50 %, demo-00001 20 % #old, demo-00002 30 %, demo-00002 0 % #new");
}

TEST_F(Routes, MarkTheRevisionsTheyNameAtWhateverPercent) {
  make_demo();
  EXPECT_EQ(label("demo-00001"), "active");
  EXPECT_EQ(annotation("demo-00001", "routes"), "demo");
  set_image(Starts::kReady);
  until_ready("demo-00002");
  until("what nobody names to be in reserve", [&] { return label("demo-00002") == "reserve"; });
  EXPECT_EQ(annotation("demo-00002", "routes"), "");
  EXPECT_NE(annotation("demo-00002", "routingStateModified"), "");
  set_traffic(Json::array({target("demo-00001", 100), target("demo-00002", 0)}));
  until("what is named at 0 % to be active", [&] { return label("demo-00002") == "active"; });
  EXPECT_EQ(annotation("demo-00002", "routes"), "demo");
  set_traffic(Json::array({target("demo-00002", 100)}));
  until("what is not named any more to be in reserve",
        [&] { return label("demo-00001") == "reserve"; });
  EXPECT_EQ(label("demo-00002"), "active");
}

TEST_F(Routes, KeepTheNewestActiveWhereOneEntryFollowsTheLatest) {
  make_demo();
  set_traffic(Json::array({target("demo-00001", 100), target("", 0, "next")}));
  set_image(Starts::kNeverReady);
  until("the second Revision", [&] { return !label("demo-00002").empty(); });
  set_image(Starts::kReady);
  until_ready("demo-00003");
  until("the third to be active", [&] { return label("demo-00003") == "active"; });
  until("the second to be in reserve", [&] { return label("demo-00002") == "reserve"; });
  EXPECT_EQ(label("demo-00001"), "active");
}

}  // namespace
}  // namespace freshet::conformance

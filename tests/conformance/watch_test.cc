// Watches: what they tell, from which version on, and how they say that a version is forgotten.
#include <functional>
#include <nlohmann/json.hpp>
#include <utility>

#include "controller/kube/watch_lines.h"
#include "tests/conformance/fixture.h"

namespace freshet::conformance {
namespace {

class Watches : public ConformanceTest {
 protected:
  void make(const std::string& name, const Json& labels = Json::object()) {
    const auto made = kube_.post(tracked(), {{"apiVersion", "freshet.dev/v1alpha1"},
                                             {"kind", "TrackedService"},
                                             {"metadata", {{"name", name}, {"labels", labels}}},
                                             {"spec", {{"service", name}}}});
    ASSERT_TRUE(made) << made.error().message;
  }
  std::string version() {
    const auto listed = kube_.list(tracked());
    return listed ? listed->resource_version : listed.error().message;
  }
  // The first `count` lines of a watch; fewer if it ends before. `then` is done once, while it goes
  // on after its first line.
  std::vector<WatchLine> lines(const std::string& query, std::size_t count,
                               std::function<void()> then = nullptr) {
    std::vector<WatchLine> seen;
    WatchLines reader;
    const auto take = [&](std::string_view bytes) {
      for (WatchLine& line : reader.feed(bytes)) {
        if (seen.size() < count) seen.push_back(std::move(line));
      }
      if (!seen.empty() && then) std::exchange(then, nullptr)();
      return seen.size() < count;
    };
    const auto answer =
        kube_.stream(tracked() + "?watch=1&timeoutSeconds=6" + query, seconds(6), take);
    EXPECT_EQ(answer ? answer->status : 200, 200);  // no answer: we ended it
    EXPECT_EQ(reader.problem(), "");
    return seen;
  }
  static std::vector<std::string> told(const std::vector<WatchLine>& lines) {
    std::vector<std::string> out;
    for (const WatchLine& line : lines) {
      out.push_back(line.type + " " + string_or(at_path(*line.object, {"metadata"}), "name"));
    }
    return out;
  }
  using Told = std::vector<std::string>;
};

TEST_F(Watches, TellWhatHasHappenedSinceAVersion) {
  make("a");
  const std::string since = version();
  make("b");
  edit({{"spec", {{"suspend", true}}}}, tracked("a"));
  ASSERT_TRUE(kube_.del(tracked("b")));
  const auto seen = lines("&resourceVersion=" + since, 3);
  EXPECT_EQ(told(seen), (Told{"ADDED b", "MODIFIED a", "DELETED b"}));
  // Each has a version, also a deletion; from there on a watch goes on.
  const std::string middle =
      string_or(at_path(*seen.at(1).object, {"metadata"}), "resourceVersion");
  EXPECT_EQ(told(lines("&resourceVersion=" + middle, 1)), (Told{"DELETED b"}));
  const std::string last = string_or(at_path(*seen.at(2).object, {"metadata"}), "resourceVersion");
  make("d");
  EXPECT_EQ(told(lines("&resourceVersion=" + last, 1)), (Told{"ADDED d"}));
}

TEST_F(Watches, WithoutAVersionBeginWithWhatThereIs) {
  make("a");
  make("b");
  EXPECT_EQ(told(lines("", 2)), (Told{"ADDED a", "ADDED b"}));
  EXPECT_EQ(told(lines("&resourceVersion=0", 2)), (Told{"ADDED a", "ADDED b"}));
}

TEST_F(Watches, TellBySelectorWhatComesAndGoes) {
  make("a", {{"team", "shop"}});
  make("b");
  const std::string since = version();
  edit({{"metadata", {{"labels", {{"team", "shop"}}}}}}, tracked("b"));
  edit({{"metadata", {{"labels", {{"team", "stock"}}}}}}, tracked("a"));
  const auto seen = lines("&labelSelector=team%3Dshop&resourceVersion=" + since, 2);
  EXPECT_EQ(told(seen), (Told{"ADDED b", "DELETED a"}));
  // What left is shown as it was while it was seen.
  EXPECT_EQ(string_or(at_path(*seen.at(1).object, {"metadata", "labels"}), "team"), "shop");
}

TEST_F(Watches, TellWithABookmarkHowFarTheyAre) {
  const std::string since = version();
  make("a", {{"team", "shop"}});
  const std::string query = "&allowWatchBookmarks=true&labelSelector=team%3Dshop&resourceVersion=";
  int others = 0;
  std::vector<WatchLine> seen;
  // While the watch goes on, something changes that it does not show. A server that is busy may let
  // a watch end without a bookmark.
  until("a bookmark", [&] {
    seen = lines(query + since, 2, [&] { make("b" + std::to_string(++others)); });
    return seen.size() == 2;
  });
  EXPECT_EQ(seen[0].type, "ADDED");
  EXPECT_EQ(seen[1].type, "BOOKMARK");
  const Json& bookmark = *seen[1].object;
  EXPECT_EQ(string_or(bookmark, "kind"), "TrackedService");
  EXPECT_EQ(at_path(bookmark, {"spec"}), Json());
  const auto version_of = [](const Json& object) {
    return std::stoll(string_or(at_path(object, {"metadata"}), "resourceVersion"));
  };
  EXPECT_GE(version_of(bookmark), version_of(*seen[0].object));
}

TEST_F(Watches, SayInTheStreamThatAVersionIsForgotten) {
  make("a");
  const auto seen = lines("&resourceVersion=" + bed_->forgotten_version(), 1);
  ASSERT_EQ(seen.size(), 1u);
  EXPECT_EQ(seen[0].type, "ERROR");
  EXPECT_EQ(string_or(*seen[0].object, "kind"), "Status");
  EXPECT_EQ(int_or(*seen[0].object, "code", 0), 410);
  EXPECT_EQ(string_or(*seen[0].object, "reason"), "Expired");
  EXPECT_EQ(string_or(*seen[0].object, "message").substr(0, 26), "too old resource version: ");
}

}  // namespace
}  // namespace freshet::conformance

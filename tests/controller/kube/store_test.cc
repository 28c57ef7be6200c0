// The cache of one kind: what a watch makes of it, and that nothing in it goes back.
#include "controller/kube/store.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/controller/kube/watch_fixture.h"

namespace freshet {
namespace {

using testing::object_named;
using testing::Texts;

WatchEvent event(WatchEvent::Type type, const Json& object, int version) {
  WatchEvent made;
  made.type = type;
  made.object = std::make_shared<const Json>(object);
  made.resource_version = std::to_string(version);
  return made;
}
WatchEvent added(const std::string& name, int version) {
  return event(WatchEvent::Type::kAdded, object_named(name, version), version);
}
WatchEvent deleted(const std::string& name, int version) {
  return event(WatchEvent::Type::kDeleted, object_named(name, version), version);
}
WatchEvent restarted(const std::vector<Json>& items, int version, bool is_newest = true) {
  WatchEvent made;
  made.type = WatchEvent::Type::kRestarted;
  made.is_newest = is_newest;
  made.resource_version = std::to_string(version);
  for (const Json& item : items) {
    made.items.push_back(std::make_shared<const Json>(item));
    made.present.insert(object_key(item));
  }
  return made;
}

Texts names(const ObjectStore& store) {
  Texts all;
  for (const JsonPtr& object : store.snapshot()) {
    const Json& metadata = at_path(*object, {"metadata"});
    all.push_back(string_or(metadata, "name") + "@" + string_or(metadata, "resourceVersion"));
  }
  return all;
}

TEST(ObjectStore, FollowsAWatchAndNamesWhatChanged) {
  ObjectStore store;
  EXPECT_FALSE(store.in_sync());
  EXPECT_EQ(store.apply(restarted({object_named("a", 1), object_named("b", 2)}, 5)),
            (Texts{"a", "b"}));
  EXPECT_TRUE(store.in_sync());
  EXPECT_EQ(store.apply(added("c", 6)), Texts{"c"});
  EXPECT_EQ(store.apply(added("a", 7)), Texts{"a"});
  EXPECT_EQ(store.apply(deleted("b", 8)), Texts{"b"});
  EXPECT_EQ(names(store), (Texts{"a@7", "c@6"}));
  EXPECT_EQ(store.apply(restarted({object_named("c", 6), object_named("d", 9)}, 10)),
            (Texts{"d", "a"}));
  EXPECT_EQ(names(store), (Texts{"c@6", "d@9"}));
}

TEST(ObjectStore, KeysAreNamespaceAndName) {
  Json object = object_named("checkout", 1);
  EXPECT_EQ(object_key(object), "checkout");
  object["metadata"]["namespace"] = "shop";
  EXPECT_EQ(object_key(object), "shop/checkout");
  ObjectStore store;
  EXPECT_TRUE(store.observe(object));
  EXPECT_EQ(*store.get("shop/checkout"), object);
  EXPECT_EQ(store.get("checkout"), nullptr);
}

TEST(ObjectStore, DuplicatesAndOlderStatesAreNotTaken) {
  ObjectStore store;
  (void)store.apply(restarted({object_named("a", 5)}, 5));
  EXPECT_EQ(store.apply(added("a", 5)), Texts{});
  EXPECT_EQ(store.apply(added("a", 4)), Texts{});
  EXPECT_EQ(store.apply(deleted("a", 3)), Texts{});
  EXPECT_EQ(names(store), Texts{"a@5"});
}

TEST(ObjectStore, AReplayDoesNotBringBackWhatWasDeleted) {
  ObjectStore store;
  (void)store.apply(restarted({object_named("a", 5)}, 5));
  (void)store.apply(deleted("a", 8));
  EXPECT_EQ(store.apply(added("a", 6)), Texts{});
  EXPECT_EQ(store.apply(restarted({object_named("a", 5)}, 6, false)), Texts{});
  EXPECT_EQ(names(store), Texts{});
  EXPECT_EQ(store.apply(added("a", 9)), Texts{"a"});
}

TEST(ObjectStore, OurOwnWriteIsKeptAgainstAListThatWasReadBeforeIt) {
  ObjectStore store;
  (void)store.apply(restarted({object_named("a", 5)}, 5));
  EXPECT_TRUE(store.observe(object_named("a", 9)));
  EXPECT_TRUE(store.observe(object_named("new", 10)));
  (void)store.apply(restarted({object_named("a", 5)}, 7));
  EXPECT_EQ(names(store), (Texts{"a@9", "new@10"}));
  EXPECT_EQ(store.apply(restarted({object_named("a", 9)}, 12)), Texts{"new"});
}

TEST(ObjectStore, ARestoredBackupReplacesEverything) {
  ObjectStore store;
  (void)store.apply(restarted({object_named("a", 50), object_named("b", 51)}, 60));
  EXPECT_EQ(store.apply(restarted({object_named("a", 20)}, 30)), (Texts{"a", "b"}));
  EXPECT_EQ(names(store), Texts{"a@20"});
  EXPECT_EQ(store.apply(added("c", 31)), Texts{"c"});
}

TEST(ObjectStore, NumbersAreComparedAsNumbers) {
  ObjectStore store;
  (void)store.apply(restarted({object_named("a", 99)}, 99));
  EXPECT_EQ(store.apply(added("a", 100)), Texts{"a"});
}

TEST(ObjectStore, DropsManagedFieldsUnlessTheCallerTrimsOtherwise) {
  Json object = object_named("a", 1);
  object["metadata"]["managedFields"] = Json::array({{{"manager", "x"}}});
  object["spec"] = {{"kept", true}, {"dropped", true}};
  ObjectStore plain;
  plain.observe(object);
  EXPECT_FALSE(plain.get("a")->at("metadata").contains("managedFields"));
  EXPECT_EQ(plain.get("a")->at("spec"), object["spec"]);
  ObjectStore custom([](Json& kept) { kept["spec"].erase("dropped"); });
  custom.observe(object);
  EXPECT_EQ(custom.get("a")->at("spec"), Json({{"kept", true}}));
  EXPECT_TRUE(custom.get("a")->at("metadata").contains("managedFields"));
}

}  // namespace
}  // namespace freshet

// The one write: what is sent, and what is never sent.
#include "controller/knative/patch.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "controller/knative/views.h"

namespace freshet {
namespace {

Json patched_service() {
  return Json::parse(R"({
    "metadata": {"name": "checkout", "namespace": "shop", "uid": "u1", "resourceVersion": "42"},
    "spec": {"template": {"spec": {"containers": [{"name": "side", "image": "x.io/side:1"},
                                                  {"name": "app", "image": "x.io/web:1"}]}},
             "traffic": [{"latestRevision": true, "percent": 100}]}})");
}

TrafficTarget entry(const char* revision, int percent, const char* tag = nullptr) {
  TrafficTarget target;
  if (*revision == 0) {
    target.latest_revision = true;
  } else {
    target.revision = RevisionName(revision);
  }
  target.percent = Percent::clamp(percent);
  if (tag != nullptr) target.tag = TrafficTag(tag);
  return target;
}

Core some_core() {
  Core core;
  core.service = Uid("u1");
  core.seq = 4;
  core.phase = Idle{};
  return core;
}

Json applied(const Json& object, const ServiceWrite& write) {
  const auto view = service_view(object);
  EXPECT_TRUE(check_write(*view, write));
  return object.patch(service_patch(*view, write));
}

ServiceWrite write_of(Traffic traffic, TemplateChange change = KeepTemplate{}) {
  ServiceWrite write;
  write.traffic = std::move(traffic);
  write.template_change = std::move(change);
  write.core = some_core();
  return write;
}

TEST(Patches, BeginWithTheVersionThatWasRead) {
  const Json patch =
      service_patch(*service_view(patched_service()), write_of({entry("checkout-00001", 100)}));
  EXPECT_EQ(patch[0],
            Json::parse(R"({"op":"replace","path":"/metadata/resourceVersion","value":"42"})"));
}

TEST(Patches, ApplyToAServiceWithoutAnnotationsOrTemplateMetadata) {
  const SetImages images{{{ContainerName("app"), "x.io/web:1@sha256:abc"}}, "7f3a", "7f3a"};
  const Json after = applied(
      patched_service(), write_of({entry("checkout-00001", 100), entry("", 0, "freshet")}, images));
  EXPECT_EQ(after["metadata"]["annotations"]["freshet.dev/rollout"], core_to_text(some_core()));
  const Json& tmpl = after["spec"]["template"];
  EXPECT_EQ(tmpl["spec"]["containers"][1]["image"], "x.io/web:1@sha256:abc");
  EXPECT_EQ(tmpl["spec"]["containers"][0]["image"], "x.io/side:1");
  EXPECT_EQ(tmpl["metadata"], Json::parse(R"({"annotations":{"freshet.dev/rollout-id":"7f3a"}})"));
  EXPECT_EQ(after["spec"]["traffic"],
            Json::parse(R"([{"latestRevision":false,"percent":100,"revisionName":"checkout-00001"},
                            {"latestRevision":true,"percent":0,"tag":"freshet"}])"));
}

TEST(Patches, KeepTheAnnotationsOfOthers) {
  Json object = patched_service();
  object["metadata"]["annotations"] = {{"a", "b"}};
  object["spec"]["template"]["metadata"]["annotations"] = {{"c", "d"}};
  const SetImages images{{{ContainerName("app"), "i"}}, "7f3a", ""};
  const Json after = applied(object, write_of({entry("checkout-00001", 100)}, images));
  EXPECT_EQ(after["metadata"]["annotations"]["a"], "b");
  EXPECT_EQ(after["spec"]["template"]["metadata"]["annotations"]["c"], "d");
}

TEST(Patches, ApplyTwiceInARow) {
  const SetImages images{{{ContainerName("app"), "i"}}, "7f3a", ""};
  const ServiceWrite write = write_of({entry("checkout-00001", 100)}, images);
  const Json once = applied(patched_service(), write);
  EXPECT_EQ(applied(once, write), once);
}

TEST(Patches, LeaveTrafficAloneWhereNothingIsSaidOfIt) {
  ServiceWrite write;
  write.core = some_core();
  EXPECT_EQ(applied(patched_service(), write)["spec"], patched_service()["spec"]);
}

TEST(Patches, GiveANamedTemplateANewName) {
  Json object = patched_service();
  object["spec"]["template"]["metadata"] = {{"name", "checkout-blue"}};
  const SetImages images{{{ContainerName("app"), "i"}}, "7f3a", "f7f3a"};
  const Json after = applied(object, write_of({entry("checkout-blue", 100)}, images));
  EXPECT_EQ(after["spec"]["template"]["metadata"]["name"], "checkout-f7f3a");
}

TEST(Patches, ReplaceATemplateAsAWhole) {
  const std::string whole = R"({"spec":{"containers":[{"name":"app","image":"old"}]}})";
  const Json after = applied(patched_service(),
                             write_of({entry("checkout-00001", 100)}, ReplaceTemplate{whole, "x"}));
  EXPECT_EQ(after["spec"]["template"], Json::parse(whole));
}

TEST(Patches, TakeOurAnnotationsOffWhenLeaving) {
  const SetImages images{{{ContainerName("app"), "i"}}, "7f3a", ""};
  const Json during = applied(patched_service(), write_of({entry("checkout-00001", 100)}, images));
  ServiceWrite leave;
  leave.traffic = Traffic{entry("", 100)};
  leave.template_change = SetImages{{}, std::nullopt, ""};
  const Json after = applied(during, leave);
  EXPECT_FALSE(after["metadata"]["annotations"].contains("freshet.dev/rollout"));
  EXPECT_FALSE(
      after["spec"]["template"]["metadata"]["annotations"].contains("freshet.dev/rollout-id"));
}

struct CheckRow {
  const char* sentence;
  Traffic traffic;
  bool leaves;
  bool is_allowed;
};
class Checks : public ::testing::TestWithParam<CheckRow> {};
TEST_P(Checks, StandBeforeTheWire) {
  ServiceWrite write = write_of(GetParam().traffic);
  if (GetParam().leaves) write.core.reset();
  const Status checked = check_write(*service_view(patched_service()), write);
  ASSERT_EQ(checked.has_value(), GetParam().is_allowed);
  if (!checked) {
    EXPECT_EQ(checked.error().kind, ErrorKind::kRefused);
  }
}
INSTANTIATE_TEST_SUITE_P(
    Writes, Checks,
    ::testing::Values(
        CheckRow{"ASplitByNames", {entry("a-1", 95), entry("a-2", 5, "freshet")}, false, true},
        CheckRow{"LatestAtZero", {entry("a-1", 100), entry("", 0, "freshet")}, false, true},
        CheckRow{"LatestWithRequests", {entry("a-1", 95), entry("", 5)}, false, false},
        CheckRow{"LatestWithRequestsWhenLeaving", {entry("", 100)}, true, true},
        CheckRow{"LessThan100", {entry("a-1", 95)}, false, false},
        CheckRow{"MoreThan100", {entry("a-1", 95), entry("a-2", 10)}, false, false},
        CheckRow{"NoTraffic", {}, false, false},
        CheckRow{"ATagTwice", {entry("a-1", 100, "t"), entry("a-2", 0, "t")}, false, false},
        CheckRow{"NeitherNameNorLatest",
                 {TrafficTarget{{}, false, Percent::clamp(100), {}}},
                 false,
                 false}),
    [](const auto& row) { return std::string(row.param.sentence); });

TEST(Checking, RefusesAnImageForAContainerThatIsNotThere) {
  const SetImages images{{{ContainerName("nobody"), "i"}}, "7f3a", ""};
  EXPECT_FALSE(check_write(*service_view(patched_service()),
                           write_of({entry("checkout-00001", 100)}, images)));
}

TEST(Checking, RefusesATemplateThatIsNone) {
  EXPECT_FALSE(check_write(*service_view(patched_service()),
                           write_of({entry("checkout-00001", 100)}, ReplaceTemplate{"[]", ""})));
}

}  // namespace
}  // namespace freshet

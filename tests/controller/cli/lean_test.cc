// What tables say of objects of which they read a part, beside what they say of whole ones.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <set>

#include "config/crd.h"
#include "controller/cli/age.h"
#include "controller/cli/render.h"
#include "controller/runtime/paths.h"
#include "controller/show/read.h"
#include "tests/controller/cli/cli_bed.h"

namespace freshet {
namespace {

const ServiceKey kLeanKey{"shop", "checkout"};

class Lean : public ::testing::Test {
 protected:
  void SetUp() override {
    bed.serve("checkout");
    ASSERT_EQ(bed.run({"track", "checkout"}).exit_code, kDone);
  }

  // The one service, as a list of that part has it.
  ServiceDetail listed(FleetPart part) {
    std::vector<ServiceDetail> all;
    const Status read = read_each(
        bed.cluster.kube(), "", part, [&all] { all.clear(); },
        [&all](ServiceDetail one) { all.push_back(std::move(one)); });
    EXPECT_TRUE(read && all.size() == 1);
    return all.empty() ? ServiceDetail{} : all.front();
  }

  void compare() {
    KubeClient& kube = bed.cluster.kube();
    const Json tracked = kube.get(tracked_service_path(kLeanKey)).value().body;
    const Json service = kube.get(service_path(kLeanKey)).value().body;
    const std::string versions = tracked.at("metadata").at("resourceVersion").get<std::string>() +
                                 service.at("metadata").at("resourceVersion").get<std::string>();
    if (!compared.insert(versions).second) return;
    const ServiceDetail whole = make_detail(tracked, &service, {});
    seen.insert(whole.status.phase);
    const ServiceRow row = service_row(whole);
    EXPECT_EQ(service_row(listed(FleetPart::kForTable)), row) << tracked;
    EXPECT_EQ(service_row(listed(FleetPart::kWhole)), row) << tracked;
    const AgeRow age = age_row(make_detail(tracked, nullptr, {}));
    EXPECT_EQ(age_row(listed(FleetPart::kTrackedAlone)), age) << tracked;
    sentences.insert(row.verdict);
  }

  // Compares at every change until then.
  void follow(Duration time) {
    bed.cluster.run_until([this] { return compare(), false; }, time);
  }

  CliBed bed;
  std::set<std::string> compared;
  std::set<std::string> seen;  // phases
  std::set<std::string> sentences;
};

TEST_F(Lean, RowsAreThoseOfWholeObjectsThroughGoodAndBadRollouts) {
  follow(minutes(10));
  bed.rebuild("checkout", 0.001);
  follow(hours(4));
  bed.rebuild("checkout", 0.2);
  follow(hours(2));
  sandbox::ImageBehaviour never_ready;
  never_ready.starts = sandbox::StartsAs::kNeverReady;
  bed.rebuild("checkout", never_ready);
  follow(hours(2));
  ASSERT_EQ(bed.run({"pause", "checkout", "--reason", "month end"}).exit_code, kDone);
  bed.rebuild("checkout", 0.001);
  follow(hours(1));
  EXPECT_EQ(seen,
            (std::set<std::string>{"", "Baking", "Idle", "Preparing", "Retreating", "Shifting"}));
  EXPECT_GT(sentences.size(), 20U);
}

// The names of all fields below a schema.
void add_fields(const Json& schema, std::set<std::string>& names) {
  for (const auto& [name, field] : at_path(schema, {"properties"}).items()) {
    names.insert(name);
    add_fields(field, names);
  }
  if (schema.contains("items")) add_fields(schema["items"], names);
}

using namespace nlohmann::literals;

TEST(LeanNames, OfASpecNothingIsLeftOut) {
  std::set<std::string> names;
  add_fields(crd().at("/spec/versions/0/schema/openAPIV3Schema/properties/spec"_json_pointer),
             names);
  EXPECT_TRUE(names.contains("image")) << "fields are found";
  for (const FleetPart part : {FleetPart::kWhole, FleetPart::kForTable, FleetPart::kTrackedAlone}) {
    for (const std::string_view left_out : left_out_for(part).names) {
      EXPECT_FALSE(names.contains(std::string(left_out))) << left_out;
    }
  }
}

TEST(LeanNames, AContainerMayBeCalledAnything) {
  for (const FleetPart part : {FleetPart::kWhole, FleetPart::kForTable, FleetPart::kTrackedAlone}) {
    const LeftOutMembers left_out = left_out_for(part);
    for (const std::string_view name : left_out.names) {
      const Json digests = {{std::string(name), "sha256:1"}};
      const Json status = {{"stable", {{"digests", digests}}}};
      EXPECT_EQ(*parse_json_without(dump_json(status), 200, left_out), status) << name;
    }
  }
}

}  // namespace
}  // namespace freshet

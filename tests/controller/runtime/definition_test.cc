// The definition in the cluster is compared at start.
#include "controller/runtime/definition.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "config/crd.h"

namespace freshet {
namespace {

TEST(Definition, OfTheSameReleaseIsNoNewsWhateverTheServerAdds) {
  Json installed = crd();
  installed["metadata"]["resourceVersion"] = "7";
  installed["spec"]["conversion"] = {{"strategy", "None"}};
  installed["status"]["conditions"] = Json::array();
  EXPECT_EQ(other_definition(installed, crd()), "");
}

TEST(Definition, OfAnotherReleaseIsToldWithTheFirstDifference) {
  Json installed = crd();
  Json& rollout = installed["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["properties"]
                           ["spec"]["properties"]["rollout"]["properties"];
  rollout.erase("writeMode");
  const std::string told = other_definition(installed, crd());
  EXPECT_NE(told.find("/properties/spec/properties/rollout/properties/writeMode"), told.npos)
      << told;
  EXPECT_NE(other_definition(Json::object(), crd()), "");
}

TEST(Definition, OfAPolicyIsLookedAtAsWell) {
  for (const Json& own : crds()) {
    EXPECT_EQ(other_definition(own, own), "");
    Json installed = own;
    installed["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["properties"].erase("spec");
    const std::string told = other_definition(installed, own);
    const std::string kind = own["spec"]["names"]["kind"];
    EXPECT_NE(told.find("definition of " + kind + " is of another release"), told.npos) << told;
  }
}

}  // namespace
}  // namespace freshet

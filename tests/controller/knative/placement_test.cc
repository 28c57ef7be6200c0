// Which nodes a template lets its pods run on.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <vector>

#include "controller/knative/views.h"

namespace freshet {
namespace {

TEST(ServiceViews, TellWhichNodesThePodsMayRunOn) {
  struct Row {
    const char* sentence;
    const char* spec;
    NodePlacement placement;
  };
  const std::vector<Row> rows = {
      {"any", R"({})", {}},
      {"a platform by nodeSelector",
       R"({"nodeSelector":{"kubernetes.io/os":"linux","kubernetes.io/arch":"arm64"}})",
       {"linux", "arm64", false}},
      {"a pool by its label", R"({"nodeSelector":{"pool":"big"}})", {"", "", true}},
      {"by affinity", R"({"affinity":{"nodeAffinity":{"x":1}}})", {"", "", true}},
      {"affinity to pods is no matter of nodes", R"({"affinity":{"podAffinity":{}}})", {}},
  };
  for (const Row& row : rows) {
    Json service = {
        {"metadata", {{"name", "a"}, {"namespace", "b"}, {"uid", "u"}, {"resourceVersion", "1"}}}};
    service["spec"]["template"]["spec"] = Json::parse(row.spec);
    const auto view = service_view(service);
    ASSERT_TRUE(view) << row.sentence;
    EXPECT_EQ(view->placement, row.placement) << row.sentence;
  }
}

}  // namespace
}  // namespace freshet

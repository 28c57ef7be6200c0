// JSONPath templates, as kubectl carries them out.
#include "controller/cli/json_path.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace freshet {
namespace {

Json example() {
  return Json::parse(R"({
    "kind": "List",
    "items": [
      {"name": "cart", "phase": "Idle", "percent": 0, "traffic": [{"revisionName": "cart-00007"}]},
      {"name": "checkout", "phase": "Shifting", "percent": 5, "ready": true,
       "traffic": [{"revisionName": "checkout-00001"}, {"revisionName": "checkout-00002"}],
       "labels": {"app.kubernetes.io/name": "shop"}}
    ]})");
}

struct PathRow {
  const char* name;
  const char* text;
  const char* printed;
};

TEST(JsonPath, PrintsWhatKubectlPrints) {
  const PathRow rows[] = {
      {"a field", "{.kind}", "List"},
      {"a field without its dot", "{kind}", "List"},
      {"from the root", "{$.kind}", "List"},
      {"text around it", "a {.kind} is a {\"\\n\"}", "a List is a \n"},
      {"what is not there", "[{.nothing.at[0].all}]", "[]"},
      {"all of a list, blanks between", "{.items[*].name}", "cart checkout"},
      {"the first", "{.items[0].name}", "cart"},
      {"the last", "{.items[-1].name}", "checkout"},
      {"beyond the end", "{.items[7].name}", ""},
      {"before the beginning", "{.items[-7].name}", ""},
      {"several", "{.items[0,1].name}", "cart checkout"},
      {"a slice", "{.items[0:1].name}", "cart"},
      {"a slice without ends", "{.items[:].name}", "cart checkout"},
      {"a slice with a step", "{.items[0:2:2].name}", "cart"},
      {"numbers and truths as JSON", "{.items[1].percent} {.items[1].ready}", "5 true"},
      {"an object as JSON", "{.items[0].traffic[0]}", R"({"revisionName":"cart-00007"})"},
      {"fields by quoted names", "{.items[0]['name','phase']}", "cart Idle"},
      {"a dot in a name", "{.items[1].labels.app\\.kubernetes\\.io/name}", "shop"},
      {"everything below", "{..revisionName}", "cart-00007 checkout-00001 checkout-00002"},
      {"a filter", "{.items[?(@.phase==\"Shifting\")].name}", "checkout"},
      {"a filter with blanks", "{.items[?( @.percent < 5 )].name}", "cart"},
      {"a filter that asks whether it is there", "{.items[?(@.ready)].name}", "checkout"},
      {"a filter by another type finds nothing", "{.items[?(@.percent>'4')].name}", ""},
      {"a filter with what is not there", "{.items[?(@.ready!=false)].name}", "checkout"},
      {"a range", "{range .items[*]}{.name}={.percent}{\"\\n\"}{end}", "cart=0\ncheckout=5\n"},
      {"a range in a range",
       "{range .items[*]}{.name}:{range .traffic[*]} {.revisionName}{end};{end}",
       "cart: cart-00007;checkout: checkout-00001 checkout-00002;"},
  };
  for (const PathRow& row : rows) {
    const auto text = json_path_text(row.text, example());
    ASSERT_TRUE(text) << row.name << ": " << text.error().message;
    EXPECT_EQ(*text, row.printed) << row.name;
  }
}

TEST(JsonPath, SaysWhereATemplateIsWrong) {
  const PathRow rows[] = {
      {"no braces", ".items",
       "a template has its paths in braces, as {.metadata.name}; found .items"},
      {"nothing in braces", "{}", "at character 2: found }; expected a path, as .metadata.name"},
      {"not closed", "{.items", "at character 8: found the end; expected }"},
      {"a bracket not closed", "{.items[0}", "at character 10: found }; expected ]"},
      {"no position", "{.items[x]}",
       "at character 9: found x]}; expected a number, *, 'name' or ?(…)"},
      {"a range without an end", "{range .items[*]}{.name}",
       "at character 25: found the end; expected {end}"},
      {"an end without a range", "{.name}{end}",
       "at character 13: found the end; expected {range …} before {end}"},
      {"a text not closed", "{\"abc}", "at character 7: found the end; expected the closing \""},
      {"a filter not closed", "{.a[?(@.b==1]}",
       "at character 12: found 1]}; expected @.path, 'text', a number or true"},
      {"a step of none", "{.a[0:1:0]}", "at character 10: found ]}; expected a step of 1 or more"},
  };
  for (const PathRow& row : rows) {
    const auto text = json_path_text(row.text, example());
    ASSERT_FALSE(text) << row.name << " printed " << *text;
    EXPECT_EQ(text.error().message, row.printed) << row.name;
  }
  std::string deep;
  for (int i = 0; i < 40; ++i) deep += "{range .a}";
  EXPECT_FALSE(json_path_text(deep, example()));
}

}  // namespace
}  // namespace freshet

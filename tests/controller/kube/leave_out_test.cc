// Members that are left out of JSON before it is parsed.
#include "controller/kube/leave_out.h"

#include <gtest/gtest.h>

#include "base/json.h"

#include <nlohmann/json.hpp>

namespace freshet {
namespace {

std::string left(std::string_view json) { return without_members(json, {"a", "long"}); }

TEST(LeaveOut, PutsNullInPlaceOfEachValueOfSuchAMember) {
  const std::pair<const char*, const char*> rows[] = {
      {R"({"a":1,"b":2})", R"({"a":null,"b":2})"},
      {R"({"b":{"a":{"x":[1,{"y":"}]"}]}},"c":3})", R"({"b":{"a":null},"c":3})"},
      {R"({"a" : "x\"\\","b":"\\\""})", R"({"a" :null,"b":"\\\""})"},
      {R"([{"a":true},{"a":[]},{"a":-1.5e3}])", R"([{"a":null},{"a":null},{"a":null}])"},
      {R"({"x":"a","y":["a","long"]})", R"({"x":"a","y":["a","long"]})"},
      {R"({"x":"\"a\":1"})", R"({"x":"\"a\":1"})"},
      {"{\"a\":\n {\n}\n}", "{\"a\":null\n}"},
      {"{}", "{}"},
      {"", ""},
  };
  for (const auto& [json, expected] : rows) EXPECT_EQ(left(json), expected) << json;
}

// Cut or changed anywhere.
TEST(LeaveOut, OfAnyBytesEndsAndMakesNoJsonOfWhatEndsTooEarly) {
  const std::string whole = R"({"a":{"b":[1,"x\"}"]},"c":[{"a":"y"},{"long":null}],"d":"\\"})";
  EXPECT_EQ(*parse_json(left(whole)),
            Json::parse(R"({"a":null,"c":[{"a":null},{"long":null}],"d":"\\"})"));
  for (std::size_t i = 0; i < whole.size(); ++i) {
    EXPECT_FALSE(parse_json(left(whole.substr(0, i)))) << i;
    for (const char change : {'"', '\\', '{', '}', '[', ']', ',', ':', '\0'}) {
      std::string text = whole;
      text[i] = change;
      EXPECT_LE(left(text).size(), text.size() + 8);
    }
  }
}

}  // namespace
}  // namespace freshet

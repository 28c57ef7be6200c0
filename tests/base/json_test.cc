// What bounded JSON refuses, and what reading without exceptions gives.
#include "base/json.h"

#include <gtest/gtest.h>

#include <limits>
#include <nlohmann/json.hpp>

namespace freshet {
namespace {

std::string error_of(std::string_view text, std::size_t max_bytes = kMaxDocumentBytes) {
  const Result<Json> parsed = parse_json(text, max_bytes);
  return parsed ? "accepted " + dump_json(*parsed) : parsed.error().message;
}

std::string nested(int depth) {
  return std::string(static_cast<std::size_t>(depth), '[') +
         std::string(static_cast<std::size_t>(depth), ']');
}

TEST(Json, KeepsEveryKindOfValue) {
  const std::string text =
      R"({"a":[1,-2,3.5,"x",true,false,null,{}],"b":{"c":[]},"d":18446744073709551615})";
  const Result<Json> parsed = parse_json(text);
  ASSERT_TRUE(parsed);
  EXPECT_EQ(*parsed, Json::parse(text));
}

TEST(Json, AcceptsAScalarAtTheTop) {
  EXPECT_EQ(*parse_json(" 7 "), Json(7));
  EXPECT_EQ(*parse_json("\"x\""), Json("x"));
}

TEST(Json, DumpsOneTextForEqualValues) {
  EXPECT_EQ(dump_json(*parse_json(R"({ "b": 1, "a": {"d": 2, "c": 3} })")),
            R"({"a":{"c":3,"d":2},"b":1})");
  EXPECT_EQ(dump_json_pretty(*parse_json(R"({"a":1})")), "{\n  \"a\": 1\n}");
}

TEST(Json, ReplacesInvalidUtf8WhereItWrites) {
  EXPECT_EQ(dump_json(Json("a\xff")), "\"a\xEF\xBF\xBD\"");
}

TEST(Json, RefusesDuplicateKeysAtAnyDepth) {
  EXPECT_EQ(error_of(R"({"a":1,"a":2})"), "refused JSON: key \"a\" stands twice in one object");
  EXPECT_EQ(error_of(R"([{"x":{"b":1,"c":2,"b":{}}}])"),
            "refused JSON: key \"b\" stands twice in one object");
  EXPECT_EQ(error_of(R"({"a":1,"\u0061":2})"),
            "refused JSON: key \"a\" stands twice in one object");
}

TEST(Json, AllowsTheSameKeyInDifferentObjects) {
  EXPECT_TRUE(parse_json(R"({"a":{"a":1},"b":[{"a":1},{"a":2}]})"));
}

TEST(Json, RefusesWhatIsNestedTooDeep) {
  EXPECT_TRUE(parse_json(nested(kMaxJsonDepth)));
  EXPECT_EQ(error_of(nested(kMaxJsonDepth + 1)), "refused JSON: nested deeper than 64 levels");
  EXPECT_EQ(error_of(std::string(1 << 20, '[')), "refused JSON: nested deeper than 64 levels");
}

TEST(Json, RefusesWhatIsTooLargeBeforeReadingIt) {
  EXPECT_TRUE(parse_json("[1]", 3));
  EXPECT_EQ(error_of("[1] ", 3), "JSON of 4 bytes is larger than 3");
}

TEST(Json, RefusesBrokenText) {
  struct Row {
    const char* name;
    std::string text;
    std::string error;
  };
  const Row rows[] = {
      {"nothing at all", "", "not JSON: it ends too early"},
      {"cut in an object", R"({"a":1)", "not JSON: it ends too early"},
      {"cut in a string", R"({"a":"secre)", "not JSON: it ends too early"},
      {"text behind the value", "{} x", "not JSON: line 1, column 4"},
      {"a second value", "{}{}", "not JSON: line 1, column 3"},
      {"an error in a later line", "{\n  \"a\": tru\n}", "not JSON: line 2, column 11"},
      {"a comment", "// hello\n1", "not JSON: line 1, column 1"},
      {"a number that no double can hold", "[1e999]", "not JSON: line 1, column 6"},
      {"not a number", "[NaN]", "not JSON: line 1, column 2"},
      {"a lone surrogate", R"(["\ud800"])", "not JSON: line 1, column 9"},
      {"bytes that are not UTF-8", "[\"\xc3\x28\"]", "not JSON: it is not UTF-8"},
      {"an overlong slash", "[\"\xc0\xaf\"]", "not JSON: it is not UTF-8"},
  };
  for (const Row& row : rows) EXPECT_EQ(error_of(row.text), row.error) << row.name;
}

TEST(Json, NeverQuotesTheTextAroundAnError) {
  EXPECT_EQ(error_of(R"({"auth": "canary-secret)").find("canary"), std::string::npos);
  EXPECT_EQ(error_of(R"({"auth": "canary-secret" oops)").find("canary"), std::string::npos);
}

TEST(Json, IsBadInputWhateverIsWrongWithIt) {
  EXPECT_EQ(parse_json("{").error().kind, ErrorKind::kBadInput);
  EXPECT_EQ(parse_json(R"({"a":1,"a":1})").error().kind, ErrorKind::kBadInput);
}

TEST(Json, ReadsAPathOrNull) {
  const Json value = Json::parse(R"({"status":{"traffic":[1]},"n":5})");
  EXPECT_EQ(at_path(value, {"status", "traffic"}), Json::parse("[1]"));
  EXPECT_EQ(at_path(value, {}), value);
  EXPECT_TRUE(at_path(value, {"status", "absent"}).is_null());
  EXPECT_TRUE(at_path(value, {"n", "deeper"}).is_null());
}

TEST(Json, FallsBackWhereAFieldIsAbsentOrOfAnotherType) {
  const Json value =
      Json::parse(R"({"s":"text","i":7,"big":18446744073709551615,"d":1.5,"b":true,"null":null})");
  EXPECT_EQ(string_or(value, "s"), "text");
  EXPECT_EQ(string_or(value, "i", "none"), "none");
  EXPECT_EQ(string_or(Json(3), "s", "none"), "none");
  EXPECT_EQ(int_or(value, "i", -1), 7);
  EXPECT_EQ(int_or(value, "d", -1), -1);
  EXPECT_EQ(int_or(value, "big", -1), -1);
  EXPECT_EQ(int_or(value, "null", -1), -1);
  EXPECT_EQ(number_or(value, "d", 0), 1.5);
  EXPECT_EQ(number_or(value, "i", 0), 7.0);
  EXPECT_EQ(number_or(value, "s", 0.25), 0.25);
  EXPECT_TRUE(bool_or(value, "b", false));
  EXPECT_TRUE(bool_or(value, "i", true));
}

TEST(JsonOfObjects, WhatIsTooDeepSpoilsOnlyTheObjectThatHoldsIt) {
  const std::string deep = std::string(70, '[') + "1" + std::string(70, ']');
  const std::string text = R"({"items":[{"a":1},{"b":)" + deep + R"(,"c":{"d":2}},{"e":[3]}]})";
  ASSERT_FALSE(parse_json(text));
  int spoilt = 0;
  const auto parsed = parse_json_of_objects(text, kMaxDocumentBytes, 3, [&](Json& object) {
    ++spoilt;
    EXPECT_EQ(object["c"]["d"], 2) << "what is not too deep is there";
    object = "spoilt";
  });
  ASSERT_TRUE(parsed) << parsed.error().message;
  EXPECT_EQ(spoilt, 1);
  EXPECT_EQ(*parsed, (Json{{"items", {{{"a", 1}}, "spoilt", {{"e", Json::array({3})}}}}}));
}

TEST(JsonOfObjects, EverythingElseIsRefusedAsEver) {
  const auto parse = [](std::string_view text) {
    return parse_json_of_objects(text, 40, 2, [](Json&) {});
  };
  EXPECT_TRUE(parse(R"({"a":{"b":[1,2]}})"));
  EXPECT_FALSE(parse(R"({"a":{"b":1,"b":2}})"));
  EXPECT_FALSE(parse(R"({"a":{"b":1})"));
  EXPECT_FALSE(parse(std::string(41, ' ')));
}

}  // namespace
}  // namespace freshet

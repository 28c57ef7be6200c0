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

// The library's own parser has no bounds, and keeps the last of equal keys.
void expect_as_the_library(const std::string& text) {
  const Json expected = Json::parse(text, nullptr, false);
  const Result<Json> parsed = parse_json(text);
  if (!parsed && parsed.error().message.starts_with("refused JSON")) return;
  ASSERT_EQ(parsed.has_value(), !expected.is_discarded()) << text;
  if (!parsed) return;
  EXPECT_EQ(*parsed, expected) << text;
  EXPECT_EQ(dump_json(*parsed), dump_json(expected)) << text;
}

TEST(Json, OddDocumentsAreWhatTheLibraryTakesThemFor) {
  const std::string texts[] = {"0",
                               "-0",
                               "-0.0",
                               "1.0",
                               "[1e5,1E-5,0.1e1]",
                               "9007199254740993",
                               "[1.]",
                               "[.5]",
                               "[01]",
                               "[-]",
                               "[+1]",
                               "18446744073709551615",
                               "18446744073709551616",
                               "9223372036854775807",
                               "9223372036854775808",
                               "-9223372036854775808",
                               "-9223372036854775809",
                               "123456789012345678901234567890.5",
                               "1e308",
                               "1e309",
                               "-1e400",
                               "1e-400",
                               "4.9e-324",
                               "2.2250738585072011e-308",
                               R"("\ud83d\ude00")",
                               R"("\ud800")",
                               R"("\udc00")",
                               R"("\ud800\u0041")",
                               R"("\ud800\ud800")",
                               R"("\u0000")",
                               std::string("\"\0\"", 3),
                               std::string("{}\0", 3),
                               std::string("{}\0x", 4),
                               "\xef\xbb\xbf{}",
                               "\xef\xbb{}",
                               "",
                               " ",
                               "\n",
                               "nul",
                               "nullx",
                               "True",
                               "[1,]",
                               "{\"a\"}",
                               "{\"a\":}",
                               "{\"a\":1,}",
                               "{1:2}",
                               "{} {}",
                               "[]]",
                               "\"\t\"",
                               R"("\x")",
                               R"("\/\b\f\n\r\t\"\\")",
                               "\"\x7f\"",
                               "'a'",
                               "[1 2]",
                               "{} // x",
                               R"({"":{"":[]}})",
                               "\"\xed\xa0\x80\"",
                               "\"\xf4\x90\x80\x80\""};
  for (const std::string& text : texts) expect_as_the_library(text);
}

TEST(Json, ATextThatIsCutOrChangedIsWhatTheLibraryTakesItFor) {
  const std::string whole =
      R"({"a":[1,-2.5e3,{"b":"x\"\\\u00e9}"},[],{}],"c":true,"d":null, "e":"é\ud83d\ude00"})";
  expect_as_the_library(whole);
  for (std::size_t i = 0; i < whole.size(); ++i) {
    expect_as_the_library(whole.substr(0, i));
    for (const char change : {'"', '\\', '{', '}', '[', ']', ',', ':', '\0', '0', 'e', '\xe9'}) {
      std::string text = whole;
      text[i] = change;
      expect_as_the_library(text);
    }
  }
}

TEST(Json, DepthAndDuplicatesAreFoundBeforeWhatIsBrokenBehindThem) {
  const std::string twice = "refused JSON: key \"a\" stands twice in one object";
  const std::string deep = "refused JSON: nested deeper than 64 levels";
  EXPECT_EQ(error_of(R"({"a":1,"a":2)"), twice);
  EXPECT_EQ(error_of(R"({"a":1,"a":18446744073709551616})"), twice);
  EXPECT_EQ(error_of(R"([{"a":1,"a":2},{"a")"), twice);
  EXPECT_EQ(error_of(nested(kMaxJsonDepth + 1) + "x"), deep);
  for (const int depth : {65, 66, 1023, 1024, 1025, 2000}) EXPECT_EQ(error_of(nested(depth)), deep);
  for (const int depth : {62, 63, 64}) expect_as_the_library(nested(depth));
}

TEST(JsonWithout, MembersOfSuchANameAreNotThereWhateverTheyHold) {
  const std::string deep = std::string(70, '[') + std::string(70, ']');
  const std::pair<std::string, const char*> rows[] = {
      {R"({"a":1,"b":2})", R"({"b":2})"},
      {R"({"b":{"a":{"x":[1,{"y":"}]"}]}},"c":3})", R"({"b":{},"c":3})"},
      {R"({"a" : "x\"\\","b":"\\\""})", R"({"b":"\\\""})"},
      {R"([{"a":true},{"a":[]},{"a":-1.5e3}])", R"([{},{},{}])"},
      {R"({"x":"a","y":["a","long"]})", R"({"x":"a","y":["a","long"]})"},
      {R"({"x":"\"a\":1","\u0061":1})", R"({"x":"\"a\":1"})"},
      {R"({"a":1,"long":{"b":1,"b":2},"a":3,"c":4})", R"({"c":4})"},
      {R"({"a":)" + deep + R"(,"b":[{"long":{}}]})", R"({"b":[{}]})"},
      {R"({"a":[{"a":1},18446744073709551616],"b":{"a":2,"c":3}})", R"({"b":{"c":3}})"},
      {R"({"a":18446744073709551616,"b":2})", R"({"b":2})"},
  };
  for (const auto& [text, expected] : rows) {
    const auto parsed = parse_json_without(text, kMaxDocumentBytes, {{"a", "long"}});
    ASSERT_TRUE(parsed) << text << ": " << parsed.error().message;
    EXPECT_EQ(*parsed, Json::parse(expected)) << text;
  }
}

TEST(JsonWithout, AnObjectThatIsKeptWholeKeepsItsOwnMembersAlone) {
  const auto parsed = parse_json_without(
      R"({"a":1,"whole":{"a":2,"b":{"a":3}},"c":{"whole":[{"a":4,"d":5}]},"e":{"a":6}})", 100,
      {{"a"}, "whole"});
  ASSERT_TRUE(parsed);
  EXPECT_EQ(*parsed, Json::parse(R"({"whole":{"a":2,"b":{}},"c":{"whole":[{"d":5}]},"e":{}})"));
}

TEST(JsonWithout, WhatIsLeftOutIsJsonAllTheSame) {
  const std::string whole = R"({"a":{"b":[1,"x\"}"]},"c":[{"a":"y"},{"long":null}],"d":"\\"})";
  for (std::size_t i = 0; i < whole.size(); ++i) {
    EXPECT_FALSE(parse_json_without(whole.substr(0, i), 100, {{"a", "long"}})) << i;
  }
  EXPECT_FALSE(parse_json_without(R"({"a":tru})", 100, {{"a"}}));
  EXPECT_FALSE(parse_json_without(R"({"b":1,"a":0,"b":2})", 100, {{"a"}}));
  EXPECT_FALSE(parse_json_without(whole, whole.size() - 1, {{"a"}}));
}

}  // namespace
}  // namespace freshet

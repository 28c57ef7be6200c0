// The rules of the house, tried on snippets that break them and on snippets that do not.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/support/tidy_rules.h"

namespace freshet {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::string repeat(const std::string& text, int times) {
  std::string out;
  for (int i = 0; i < times; ++i) out += text;
  return out;
}

TEST(SourceFiles, KeepCodeAndBlankTheRest) {
  const SourceFile file = make_source("a.cc",
                                      "int a = 1'000;  // {\n"
                                      "auto b = \"{ // \\\" }\" + '{';\n"
                                      "/* {\n { */ c(R\"x({\")\n{)x\");\n");
  EXPECT_THAT(file.code, ElementsAre("int a = 1'000;      ", "auto b =             +    ;", "    ",
                                     "      c(       ", "    );"));
}

TEST(ArrowRule, NamesWhoMayNotKnowWhom) {
  const std::string text = "// x\n#include \"base/text.h\"\n#include \"controller/kube/api.h\"\n";
  EXPECT_THAT(check_arrows(make_source("controller/model/a.cc", text)),
              ElementsAre("controller/model/a.cc:3: controller/model may not include "
                          "controller/kube/api.h; it may know: analysis, base, config"));
  EXPECT_THAT(check_arrows(make_source("controller/runtime/a.cc", text)), IsEmpty());
  EXPECT_THAT(check_arrows(make_source("tests/controller/model/a.cc", text)), IsEmpty());
}

TEST(ArrowRule, KeepsSiblingsApartAndTheSandboxToItself) {
  const auto problems = [](const std::string& path, const std::string& header) {
    return check_arrows(make_source(path, "#include \"" + header + "\"\n")).size();
  };
  EXPECT_EQ(problems("controller/planner/a.cc", "controller/registry/b.h"), 1u);
  EXPECT_EQ(problems("controller/kube/a.cc", "controller/net/b.h"), 1u);
  EXPECT_EQ(problems("controller/runtime/a.cc", "controller/sandbox/b.h"), 1u);
  EXPECT_EQ(problems("controller/sandbox/a.cc", "controller/planner/b.h"), 1u);
  EXPECT_EQ(problems("controller/cli/a.cc", "controller/sandbox/b.h"), 0u);
  EXPECT_EQ(problems("base/a.cc", "tests/support/b.h"), 1u);
  EXPECT_EQ(problems("cellar/a.cc", "base/b.h"), 1u);
}

TEST(IncludeRules, WantFullPathsAndTheOwnHeaderFirst) {
  SourceTree tree;
  tree.sources = {make_source("base/a.h", "// a\n"), make_source("base/b.h", "// b\n")};
  const SourceFile good = make_source("base/a.cc", "#include \"base/a.h\"\n#include <set>\n");
  const SourceFile bad = make_source("base/a.cc", "#include \"b.h\"\n#include \"base/a.h\"\n");
  EXPECT_THAT(check_includes_resolve(good, tree), IsEmpty());
  EXPECT_THAT(check_own_header_first(good, tree), IsEmpty());
  EXPECT_EQ(check_includes_resolve(bad, tree).size(), 1u);
  EXPECT_EQ(check_own_header_first(bad, tree).size(), 1u);
}

TEST(JsonRule, ConcernsHeadersOnly) {
  const std::string text = "#include <nlohmann/json.hpp>\n";
  EXPECT_EQ(check_json_stays_out_of_headers(make_source("base/a.h", text)).size(), 1u);
  EXPECT_THAT(check_json_stays_out_of_headers(make_source("base/a.cc", text)), IsEmpty());
}

TEST(PurityRule, FindsTheOutsideWorldInPureRooms) {
  for (const char* line :
       {"#include <thread>", "#include <spdlog/spdlog.h>", "#include <curl/curl.h>",
        "std::ifstream in(path);", "auto x = std::getenv(name);", "std::cerr << 1;",
        "std::random_device seed;", "std::printf(text);"}) {
    EXPECT_EQ(check_purity(make_source("controller/planner/a.cc", line)).size(), 1u) << line;
    EXPECT_THAT(check_purity(make_source("controller/runtime/a.cc", line)), IsEmpty()) << line;
    EXPECT_THAT(check_purity(make_source("base/files.cc", line)), IsEmpty()) << line;
  }
  EXPECT_THAT(check_purity(make_source("base/a.cc", "// std::cerr\nauto s = \"std::cerr\";\n")),
              IsEmpty());
}

TEST(ClockRule, FindsClocksAndSleepsEverywhereButInOneFile) {
  for (const char* line :
       {"auto t = std::chrono::system_clock::now();", "std::this_thread::sleep_for(d);",
        "auto t = time(nullptr);", "usleep(5);", "steady_clock::now()"}) {
    EXPECT_EQ(check_clocks(make_source("controller/cli/a.cc", line)).size(), 1u) << line;
    EXPECT_EQ(check_clocks(make_source("tests/real/a.cc", line)).size(), 1u) << line;
    EXPECT_THAT(check_clocks(make_source("base/clock.cc", line)), IsEmpty()) << line;
  }
  EXPECT_THAT(check_clocks(make_source("a.cc", "auto t = clock.now();")), IsEmpty());
}

TEST(LibraryRule, KnowsEachLibrarysHome) {
  const auto problems = [](const std::string& path, const std::string& header) {
    return check_libraries_at_home(make_source(path, "#include <" + header + ">\n")).size();
  };
  EXPECT_EQ(problems("controller/kube/a.cc", "curl/curl.h"), 1u);
  EXPECT_EQ(problems("controller/net/a.cc", "curl/curl.h"), 0u);
  EXPECT_EQ(problems("tests/controller/net/a.cc", "curl/curl.h"), 0u);
  EXPECT_EQ(problems("controller/cli/a.cc", "httplib.h"), 1u);
  EXPECT_EQ(problems("tests/controller/net/a.cc", "httplib.h"), 0u);
  EXPECT_EQ(problems("base/a.cc", "gtest/gtest.h"), 1u);
}

TEST(SizeRules, CountCodePointsLinesAndFiles) {
  EXPECT_THAT(check_columns(make_source("a.cc", repeat("ü", 100))), IsEmpty());
  EXPECT_THAT(check_columns(make_source("a.cc", "//\n" + repeat("x", 101))),
              ElementsAre("a.cc:2: 101 columns; at most 100"));
  EXPECT_THAT(check_file_length(make_source("a.cc", repeat("\n", 300))), IsEmpty());
  EXPECT_EQ(check_file_length(make_source("a.cc", repeat("\n", 301))).size(), 1u);
}

TEST(FunctionRule, MeasuresFromTheNameToTheLastBrace) {
  const auto problems = [](const std::string& head, int lines) {
    const std::string text =
        "namespace a {\n" + head + " {\n" + repeat("  if (x) { y(); }\n", lines - 2) + "}\n}\n";
    return check_function_length(make_source("a.cc", text));
  };
  EXPECT_THAT(problems("void f(int x)", 70), IsEmpty());
  EXPECT_THAT(problems("void f(int x)", 71),
              ElementsAre("a.cc:2: a function of 71 lines; at most 70"));
  EXPECT_EQ(problems("TEST(Name, Sentence)", 80).size(), 1u);
  EXPECT_EQ(problems("A::A(int x) : x_(x)", 80).size(), 1u);
  EXPECT_EQ(problems("class A {\n void f() const override", 80).size(), 1u);
  EXPECT_THAT(problems("struct A", 80), IsEmpty());
  EXPECT_THAT(problems("const std::map<int, F> kTable =", 80), IsEmpty());
}

TEST(FirstLineRule, WantsASentence) {
  EXPECT_THAT(check_first_line(make_source("a.cc", "// What it is.\n")), IsEmpty());
  EXPECT_EQ(check_first_line(make_source("a.cc", "#include <set>\n")).size(), 1u);
  EXPECT_EQ(check_first_line(make_source("a.cc", "")).size(), 1u);
}

TEST(UnfinishedRule, FindsLeftoversInCommentsAndTests) {
  EXPECT_EQ(check_finished(make_source("a.cc", std::string("// TO") + "DO: later")).size(), 1u);
  EXPECT_EQ(check_finished(make_source("a.cc", std::string("GTEST_") + "SKIP();")).size(), 1u);
  EXPECT_THAT(check_finished(make_source("a.cc", "f(\"/tmp/a-XXXXXX\");  // done")), IsEmpty());
}

TEST(BuildRule, KnowsHowListsNameFiles) {
  SourceTree tree;
  tree.cmake_lists = {{"base", "freshet_library(base SOURCES a.cc\n b.cc)"},
                      {"tests/base", "x(../support/c.cc ${PROJECT_SOURCE_DIR}/tests/d.cc)\n"}};
  for (const char* path : {"base/a.cc", "base/b.cc", "base/ab.cc", "base/a.h", "tests/a.cc",
                           "tests/support/c.cc", "tests/d.cc"}) {
    tree.sources.push_back(make_source(path, "// x\n"));
  }
  EXPECT_THAT(check_listed_in_cmake(tree),
              ElementsAre("base/ab.cc:1: named in no CMakeLists.txt: never built",
                          "tests/a.cc:1: named in no CMakeLists.txt: never built"));
}

TEST(ReadmeRule, WantsOneARoomAndShort) {
  SourceTree tree;
  tree.sources = {make_source("base/a.h", "// a\n"), make_source("config/b.h", "// b\n")};
  tree.readmes = {{"base", "# base\n"}, {"tests", repeat("\n", 61)}, {"", repeat("\n", 400)}};
  EXPECT_THAT(check_readmes(tree),
              ElementsAre("config/README.md: missing: what the room is for, what may enter, "
                          "where to start",
                          "tests/README.md: 61 lines; at most 60"));
}

}  // namespace
}  // namespace freshet

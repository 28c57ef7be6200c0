// freshet age: rows, their order, the table as a whole, and who is too old.
#include "controller/cli/age.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "base/files.h"
#include "tests/controller/cli/cli_bed.h"
#include "tests/controller/cli/sample_detail.h"

namespace freshet {
namespace {

std::string expected_age(const std::string& name) {
  const auto text = read_file("tests/controller/cli/expected/" + name + ".txt", 1 << 16);
  return text ? *text : text.error().message;
}

ServiceDetail named(ServiceDetail detail, const std::string& name) {
  detail.tracked.name = name;
  return detail;
}

// Built at the constant date of reproducible builds, so that only its first look is known.
ServiceDetail undated_sample() {
  ServiceDetail detail = named(idle_sample(), "till");
  detail.status.stable->image_created.reset();
  detail.status.stable->first_seen = sample_now() - days(40);
  detail.status.stable->exposed = sample_now() - days(40) + hours(26);
  detail.status.tags.front().digests.front().origin.base_name = "debian:8";
  return detail;
}

std::vector<AgeRow> sample_rows() {
  ServiceDetail pending;
  pending.tracked.name_space = "shop";
  pending.tracked.name = "new";
  std::vector<AgeRow> rows{age_row(pending), age_row(idle_sample()),
                           age_row(named(rejected_sample(), "cart")), age_row(undated_sample())};
  sort_ages(rows, AgeOrder::kAge);
  return rows;
}

RenderOptions age_options() {
  RenderOptions options;
  options.now = sample_now();
  return options;
}

TEST(AgeTable, SaysHowOldWhatRunsIsAndWhyNothingNewerDoes) {
  EXPECT_EQ(age_table(sample_rows(), age_options()), expected_age("age"));
}

TEST(AgeTable, WideAddsDigestsAndBase) {
  RenderOptions options = age_options();
  options.wide = true;
  EXPECT_EQ(age_table(sample_rows(), options), expected_age("age_wide"));
}

TEST(AgeTable, CutsTheReasonToTheTerminal) {
  RenderOptions options = age_options();
  options.columns = 100;
  options.headers = false;
  const std::string table = age_table(sample_rows(), options);
  EXPECT_NE(table.find("the newest digest is rejected:…\n"), table.npos) << table;
}

TEST(AgeTable, OfNothingIsItsHeadAlone) {
  EXPECT_EQ(age_table({}, age_options()),
            "NAMESPACE   SERVICE   AGE   NEWEST   BEHIND   LAG   WHY\n");
}

TEST(AgeOrders, PutTheLongestFirstAndWhatIsUnknownLast) {
  const auto names = [](AgeOrder order) {
    std::vector<AgeRow> rows = sample_rows();
    sort_ages(rows, order);
    std::vector<std::string> out;
    for (const AgeRow& row : rows) out.push_back(row.name);
    return out;
  };
  using Names = std::vector<std::string>;
  EXPECT_EQ(names(AgeOrder::kAge), (Names{"till", "cart", "checkout", "new"}));
  EXPECT_EQ(names(AgeOrder::kBehind), (Names{"cart", "checkout", "new", "till"}));
  EXPECT_EQ(names(AgeOrder::kLag), (Names{"till", "cart", "checkout", "new"}));
  EXPECT_EQ(names(AgeOrder::kName), (Names{"cart", "checkout", "new", "till"}));
}

TEST(TooOld, NamesWhoRunsSomethingOlder) {
  EXPECT_EQ(too_old(sample_rows(), days(14), sample_now()),
            "1 service runs an image older than 14d: shop/till (40d (first seen))");
  EXPECT_EQ(too_old(sample_rows(), days(7), sample_now()),
            "3 services run images older than 7d: shop/till (40d (first seen)), shop/cart (12d), "
            "shop/checkout (12d)");
  EXPECT_EQ(too_old(sample_rows(), days(60), sample_now()), "");
  EXPECT_EQ(of_unknown_age(sample_rows()),
            "1 service runs an image whose age is not known: shop/new");
}

TEST(TooOld, NamesNoMoreThanCanBeRead) {
  std::vector<AgeRow> rows;
  for (int i = 0; i < 25; ++i) rows.push_back(age_row(idle_sample()));
  const std::string text = too_old(rows, days(1), sample_now());
  EXPECT_TRUE(text.ends_with(" and 5 more")) << text;
}

TEST(AgeJson, HasDatesWithTheirSourceAndNothingThatIsNotKnown) {
  EXPECT_EQ(
      age_json(age_row(undated_sample()), sample_now()),
      Json({{"namespace", "shop"},
            {"name", "till"},
            {"digests", {{"app", kOldDigest}}},
            {"running",
             {{"since", "2026-10-14T02:20:00Z"}, {"by", "firstSeen"}, {"ageSeconds", 3456000.0}}},
            {"newest",
             {{"since", "2026-11-12T02:20:00Z"},
              {"by", "firstSeen"},
              {"ageSeconds", 950400.0},
              {"digest", kOldDigest},
              {"runs", true}}},
            {"exposureLagSeconds", 93600.0},
            {"base", {{"name", "debian:8"}}}}));
  EXPECT_EQ(age_json(AgeRow{}, sample_now()),
            Json({{"namespace", ""}, {"name", ""}, {"digests", Json::object()}}));
}

TEST(AgeCommand, ShowsTheFleetAndEndsWithOneWhereSomethingIsTooOld) {
  CliBed bed;
  bed.serve("checkout");
  ASSERT_EQ(bed.run({"track", "checkout"}).exit_code, kDone);
  ASSERT_EQ(bed.run({"status", "checkout", "--wait", "--timeout", "10m"}).exit_code, kDone);
  const CliRun young = bed.run({"age", "-A", "--max-age", "3650d"});
  EXPECT_EQ(young.exit_code, kDone) << young.err;
  EXPECT_EQ(young.err, "");
  EXPECT_NE(young.out.find("shop        checkout   "), young.out.npos) << young.out;
  const CliRun old = bed.run({"age", "--max-age", "1ms", "-o", "json"});
  EXPECT_EQ(old.exit_code, kFailed);
  EXPECT_NE(old.err.find("1 service runs an image older than 1ms: shop/checkout ("), old.err.npos)
      << old.err;
  EXPECT_EQ(Json::parse(old.out)["items"].size(), 1u);
  EXPECT_EQ(Json::parse(bed.run({"age", "checkout", "-o", "json"}).out)["newest"]["runs"], true);
  EXPECT_EQ(bed.run({"age", "chekout"}).err,
            "freshet: no service chekout is tracked in namespace shop; did you mean checkout?\n");
  EXPECT_EQ(bed.run({"age", "-A", "--sort", "size"}).exit_code, kUsage);
}

// The simulated registry's images have no contents.
TEST(AgeCommand, LooksIntoTheImageThatRunsAndIntoWhatARolloutChanges) {
  CliBed bed;
  bed.serve("checkout");
  ASSERT_EQ(bed.run({"track", "checkout"}).exit_code, kDone);
  ASSERT_EQ(bed.run({"status", "checkout", "--wait", "--timeout", "10m"}).exit_code, kDone);
  const CliRun image = bed.run({"age", "checkout", "--image"});
  EXPECT_EQ(image.exit_code, kDone) << image.out << image.err;
  EXPECT_NE(image.out.find("  system  not known: no os-release was found\n"), image.out.npos)
      << image.out;
  EXPECT_EQ(bed.run({"age", "checkout", "--packages"}).err,
            "freshet: no rollout of it goes on, and none of those kept was promoted\n");
  bed.rebuild("checkout", 0.001);
  bed.run_for(minutes(10));
  const CliRun packages = bed.run({"age", "checkout", "--packages"});
  EXPECT_NE(packages.out.find("  ✗ no package database was found in "), packages.out.npos)
      << packages.out << packages.err;
  EXPECT_EQ(bed.run({"age", "--image"}).err,
            "freshet: one SERVICE goes with --image, or with --packages\n");
  EXPECT_EQ(bed.run({"age", "checkout", "--image", "--max-read", "7"}).exit_code, kUsage);
}

TEST(AgeCommand, OfNothingTrackedIsASentence) {
  CliBed bed;
  EXPECT_EQ(bed.run({"age"}).err, "freshet: no service is tracked in namespace shop\n");
  EXPECT_EQ(bed.run({"age", "-A", "-o", "json"}).out, "{\n  \"items\": []\n}\n");
}

}  // namespace
}  // namespace freshet

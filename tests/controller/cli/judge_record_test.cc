// freshet judge --record: what it writes is what the controller's own evidence was made of.
#include <gtest/gtest.h>

#include <fmt/format.h>
#include <algorithm>
#include <nlohmann/json.hpp>

#include "analysis/replay.h"
#include "base/text.h"
#include "controller/net/local_transport.h"
#include "controller/runtime/judging.h"
#include "tests/analysis/fake_prometheus.h"
#include "tests/controller/cli/cli_bed.h"
#include "tests/support/temporary_folder.h"

namespace freshet {
namespace {

const RevisionKey kCanaryKey{"shop", "checkout-00008"};
const RevisionKey kStableKey{"shop", "checkout-00007"};
constexpr int kCanaryPercent = 20;

constexpr const char* kSpecText = R"(
apiVersion: freshet.dev/v1alpha1
kind: TrackedService
metadata: {name: checkout}
spec:
  rollout: {bake: {for: 0s}}
  analysis: {errors: {rollback: 1.25x + 0.1%, promote: 1.5x + 0.3%}}
)";

// Two Revisions' pods, scraped by a server that answers the queries of the newest dialect.
class ScrapedShop {
 public:
  ScrapedShop(TimePoint start, double canary_errors)
      : now_(start),
        rates_{{canary_errors, {{0.1, .2}, {0.25, .02}}}, {.002, {{.1, .2}, {.25, .02}}}} {
    for (const int offset : {0, 4, 9}) {
      const RevisionKey& key = offset == 0 ? kCanaryKey : kStableKey;
      pods_.emplace_back(fmt::format("{}-{}", key.revision, offset), key, seconds(15),
                         seconds(offset));
    }
  }
  HttpResponse answer(const HttpRequest& request, TimePoint now) {
    pass(now);
    if (down) return {503, {}, "no"};
    const std::string query =
        percent_decode(std::string_view(request.url).substr(request.url.find("query=") + 6))
            .value();
    if (query.starts_with("count(")) return vector(query.find("kn_revision_name") != query.npos);
    if (query.starts_with("sum by")) return {200, {}, baseline()};
    if (query.find("_count{") != query.npos) return {200, {}, json_of({})};
    const auto window =
        parse_whole(query.substr(query.rfind('[') + 1, query.rfind('s') - query.rfind('[') - 1));
    looks.push_back(now);
    return {200, {}, json_of(reply_of(pods_, now, seconds(*window)))};
  }

  bool down = false;
  std::vector<TimePoint> looks;

 private:
  void pass(TimePoint until) {
    for (; now_ + seconds(1) <= until;) {
      now_ += seconds(1);
      for (FakePod& pod : pods_) {
        const bool canary = pod.key() == kCanaryKey;
        pod.serve(traffic_.counts(traffic_.poisson(canary ? 10 : 20), rates_[canary ? 0 : 1]));
        if (pod.due(now_)) pod.scrape(now_);
      }
    }
  }
  static HttpResponse vector(bool some) {
    const char* one = some ? R"({"metric":{},"value":[1,"3"]})" : "";
    return {200,
            {},
            fmt::format(R"({{"status":"success","data":{{"resultType":"vector","result":[{}]}}}})",
                        one)};
  }
  static std::string baseline() {
    std::string series;
    for (const auto& [le, count] : {std::pair{"0.1", 800}, {"0.25", 980}, {"+Inf", 1000}}) {
      series += fmt::format(
          R"({}{{"metric":{{"http_response_status_code":"200","le":"{}"}},"value":[1,"{}"]}})",
          series.empty() ? "" : ",", le, count);
    }
    return fmt::format(R"({{"status":"success","data":{{"resultType":"vector","result":[{}]}}}})",
                       series);
  }

  TimePoint now_;
  ArmRates rates_[2];
  ArmTraffic traffic_{23};
  std::vector<FakePod> pods_;
};

const std::vector<std::string> kWords = {"judge",
                                         "--record",
                                         "-",
                                         "--prometheus",
                                         "http://prometheus.test/",
                                         "-n",
                                         "shop",
                                         "--stable",
                                         "checkout-00007",
                                         "--canary",
                                         "checkout-00008",
                                         "--percent",
                                         "20",
                                         "--spec",
                                         "spec.yaml"};

CliRun record(CliBed& bed, ScrapedShop& shop, std::vector<std::string> more,
              const std::string& file = "-") {
  TemporaryFolder folder;
  std::vector<std::string> words = kWords;
  words[2] = file;
  words.back() = folder.write("spec.yaml", kSpecText);
  words.insert(words.end(), more.begin(), more.end());
  bed.server = [&](const HttpRequest& request) -> Result<HttpResponse> {
    return shop.answer(request, bed.cluster.now());
  };
  return bed.run(words);
}

TrackedServiceSpec spec() { return parse_tracked_services_yaml(kSpecText).front().object.spec; }

Core rollout_core() {
  Core core;
  core.stable = RevisionRef{RevisionName(kStableKey.revision), Uid("u7"), {}};
  Rollout rollout;
  rollout.candidate.name = RevisionName(kCanaryKey.revision);
  rollout.candidate.uid = Uid("u8");
  rollout.plan = {kCanaryPercent};
  core.phase = Shifting{rollout, 0};
  return core;
}

// The same traffic, looked at by the controller at these instants.
Notes judged_live(ScrapedShop shop, const std::vector<TimePoint>& looks) {
  TimePoint now{};
  LocalTransport transport([&](const HttpRequest& request) -> Result<HttpResponse> {
    return shop.answer(request, now);
  });
  ControllerOptions options;
  options.prometheus_url = "http://prometheus.test";
  Judging judging(options, transport);
  Observation observation;
  observation.tracked.spec = spec();
  observation.service = ServiceView{};
  observation.service->key = {"shop", "checkout"};
  observation.service->observed_traffic = {
      {RevisionName(kCanaryKey.revision), false, Percent::clamp(kCanaryPercent), {}}};
  Notes notes;
  notes.memo.step_since = TimePoint{};  // programmed all the time
  const PodsOfBoth no_pods = [] { return ListedPods(); };
  for (const TimePoint look : looks) {
    now = look;
    EXPECT_EQ(judging.look(observation, rollout_core(), no_pods, notes, now), "");
    if (notes.judged->verdict.kind != VerdictKind::kContinue) break;
  }
  return notes;
}

class Recorded : public ::testing::TestWithParam<double> {};
INSTANTIATE_TEST_SUITE_P(ErrorRates, Recorded, ::testing::Values(.002, .05));

TEST_P(Recorded, ReplaysToTheVerdictAndTheEvidenceOfTheControllerItself) {
  CliBed bed;
  ScrapedShop shop(bed.cluster.now(), GetParam());
  bed.run_for(minutes(2));
  const ScrapedShop before = shop;
  const CliRun ran = record(bed, shop, {"--for", "20m"});
  ASSERT_EQ(ran.exit_code, kDone) << ran.err;
  const Notes live = judged_live(before, shop.looks);

  ReplayOptions how;
  how.spec = spec().analysis;
  how.rollout = spec().rollout;
  const auto replayed = replay(ran.out, how);
  ASSERT_TRUE(replayed) << replayed.error().message;
  Verdict last = replayed->lines.back().verdict;
  EXPECT_EQ(last.kind, GetParam() > .01 ? VerdictKind::kRollback : VerdictKind::kPromote);
  last.holds = live.judged->verdict.holds;  // as of the look, which comes after the interval's end
  // A recording has no hour before it, by which live evidence for the candidate is weighed.
  last.promote_evidence = live.judged->verdict.promote_evidence;
  last.needed = live.judged->verdict.needed;
  EXPECT_EQ(last, live.judged->verdict) << last.sentence << "\n" << live.judged->verdict.sentence;

  Evidence evidence = fresh_evidence("u8", *live.judged->settings);
  for (const ReplayLine& line : replayed->lines) {
    evidence = advance(std::move(evidence), line.interval, *live.judged->settings);
  }
  evidence.reader = live.judged->evidence.reader;
  EXPECT_EQ(evidence, live.judged->evidence);
}

TEST(JudgeRecord, AppendsAndSaysWhatItDoesOnceAtEachEnd) {
  CliBed bed;
  ScrapedShop shop(bed.cluster.now(), .002);
  bed.run_for(minutes(2));
  TemporaryFolder folder;
  const std::string file = folder / "recording.jsonl";
  for (const int times : {1, 2}) {
    const CliRun ran = record(bed, shop, {"--for", "2m"}, file);
    EXPECT_EQ(ran.err, "freshet: recording checkout-00008 against checkout-00007 to " + file +
                           " for 2m, a look every 10s\nfreshet: recorded 5 intervals in 2m\n")
        << times;
    EXPECT_EQ(ran.out, "");
  }
  const auto report = replay(read_file(file, 1 << 20).value(), {});
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(report->lines.size(), 12U)
      << "each begins with a line that says from when on it counts";
  EXPECT_TRUE(report->lines[0].interval.missing);
  EXPECT_TRUE(report->lines[6].interval.missing);
}

TEST(JudgeRecord, TellsTroubleOnceAndLosesNothingThatCountersStillShow) {
  CliBed bed;
  ScrapedShop shop(bed.cluster.now(), .002);
  bed.run_for(minutes(2));
  const ScrapedShop same = shop;
  const TimePoint from = bed.cluster.now() + minutes(2);
  TemporaryFolder folder;
  const auto sum = [&](bool with_trouble) {
    CliBed fresh;
    fresh.run_for(minutes(2));
    ScrapedShop copy = same;
    std::vector<std::string> words = kWords;
    words.back() = folder.write("spec.yaml", kSpecText);
    words.insert(words.end(), {"--for", "8m"});
    fresh.server = [&](const HttpRequest& request) -> Result<HttpResponse> {
      const TimePoint now = fresh.cluster.now();
      copy.down = with_trouble && now >= from && now < from + minutes(3);
      return copy.answer(request, now);
    };
    const CliRun ran = fresh.run(words);
    EXPECT_EQ(std::ranges::count(ran.err, '\n'), with_trouble ? 3 : 2) << ran.err;
    const auto report = replay(ran.out, {});
    return report ? report->lines.back().verdict.stable : ArmTotals{};
  };
  EXPECT_EQ(sum(true), sum(false));
}

TEST(JudgeRecord, EndsWithAMissingLineWhereTheEndCouldNotBeRead) {
  CliBed bed;
  ScrapedShop shop(bed.cluster.now(), .002);
  shop.down = true;
  const TimePoint start = bed.cluster.now();
  const CliRun ran = record(bed, shop, {"--for", "3m"});
  EXPECT_EQ(ran.exit_code, kFailed);
  EXPECT_EQ(ran.out,
            fmt::format("{{\"at\":{},\"missing\":true}}\n", to_unix_seconds(start + minutes(3))));
  EXPECT_NE(ran.err.find("freshet: asking Prometheus"), std::string::npos) << ran.err;
  EXPECT_TRUE(ran.err.ends_with("freshet: recorded 0 intervals in 3m\n")) << ran.err;
}

TEST(JudgeRecord, EndsWhenItIsToldTo) {
  CliBed bed;
  bed.patience = 100;
  ScrapedShop shop(bed.cluster.now(), .002);
  const CliRun ran = record(bed, shop, {});
  EXPECT_TRUE(ran.err.ends_with(" in 25s\n")) << ran.err;
}

}  // namespace
}  // namespace freshet

// The reading of metrics against Debian's Prometheus, which scrapes pods of every dialect.
#include <gtest/gtest.h>

#include <fmt/format.h>
#include <algorithm>
#include <atomic>
#include <cmath>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <string>

#include "analysis/reader.h"
#include "base/clock.h"
#include "base/files.h"
#include "controller/net/curl_transport.h"
#include "controller/runtime/metrics_source.h"
#include "tests/real/process.h"
#include "tests/real/prometheus_pages.h"
#include "tests/support/loopback_server.h"
#include "tests/support/temporary_folder.h"

namespace freshet {
namespace {

constexpr int kAttempts = 400;
const Duration kPause = milliseconds(50);
const std::vector<std::string> kErrors = {"5xx"};

// One Prometheus for all tests: it needs seconds for its first samples.
class RealPrometheus : public ::testing::Test {
 protected:
  struct Bed {
    TemporaryFolder directory;
    std::mutex mutex;
    std::map<std::string, int> scrapes;  // by path
    std::atomic<bool> info_is_gone = false;
    std::unique_ptr<testing::LoopbackServer> pods;
    std::unique_ptr<HttpTransport> curl;
    std::unique_ptr<Process> process;
    ControllerOptions options;
    std::unique_ptr<MetricsSource> source;
  };

  static void SetUpTestSuite() {
    bed_ = std::make_unique<Bed>();
    bed_->pods = std::make_unique<testing::LoopbackServer>(testing::answering(serve));
    const std::string pods = "127.0.0.1:" + std::to_string(bed_->pods->port());
    const std::string host = "127.0.0.1:" + std::to_string(free_loopback_port().value());
    ASSERT_TRUE(
        write_file(bed_->directory / "prometheus.yml", fmt::format(kConfig, pods)).has_value());
    auto process = Process::start(
        {"prometheus", "--config.file=" + (bed_->directory / "prometheus.yml"),
         "--storage.tsdb.path=" + (bed_->directory / "data"), "--web.listen-address=" + host},
        bed_->directory / "prometheus.log");
    ASSERT_TRUE(process.has_value()) << process.error().message;
    bed_->process = std::make_unique<Process>(*std::move(process));
    NetOptions net;
    net.addresses.private_hosts = {host};
    bed_->curl = make_curl_transport(net).value();
    bed_->options.prometheus_url = "http://" + host;
    bed_->options.prometheus_matchers = {R"(cluster="eu-1")"};
    bed_->source = std::make_unique<MetricsSource>(bed_->options, *bed_->curl);
    const bool ready = until([] {
      const std::lock_guard lock(bed_->mutex);
      return bed_->scrapes.size() == pages().size() &&
             std::ranges::all_of(bed_->scrapes, [](const auto& page) { return page.second >= 4; });
    });
    ASSERT_TRUE(ready) << read_file(bed_->directory / "prometheus.log", 1 << 20).value_or("");
  }
  static void TearDownTestSuite() {
    bed_->process.reset();
    bed_->pods.reset();  // ends the threads that look at bed_
    bed_.reset();
  }

  static HttpResponse serve(const HttpRequest& request) {
    const auto page = pages().find(request.url);
    const bool gone = request.url == "/info" && bed_->info_is_gone;
    if (page == pages().end() || gone) return {404, {}, ""};
    const std::lock_guard lock(bed_->mutex);
    const int count = 100 * ++bed_->scrapes[request.url];
    return {200, {{"Content-Type", "text/plain; version=0.0.4"}}, page->second(count)};
  }

  static bool until(const std::function<bool()>& done) {
    for (int i = 0; i < kAttempts && !done(); ++i) sleep_for(kPause);
    return done();
  }

  static MetricsSource& source() { return *bed_->source; }
  static std::unique_ptr<Bed> bed_;
};
std::unique_ptr<RealPrometheus::Bed> RealPrometheus::bed_;

struct Row {
  const char* revision;
  const char* dialect;
  const char* pod;
};
const Row kRows[] = {
    {"pushed-1", "promoted labels", "pushed-1-pod"},
    {"podlabel-1", "pod labels", "pod-1"},
    {"info-1", "target_info", "info-1-pod"},
    {"census-1", "OpenCensus", "census-1-pod"},
};

TEST_F(RealPrometheus, EachDialectIsFoundAndNoneWhereThereIsNone) {
  for (const Row& row : kRows) {
    const auto found = source().find({"shop", row.revision});
    ASSERT_TRUE(found) << row.revision << ": " << found.error().message;
    ASSERT_NE(found->dialect, nullptr) << row.revision;
    EXPECT_EQ(found->dialect->name, row.dialect);
    EXPECT_EQ(source().sees_activators(*found->dialect).value(), true) << row.dialect;
    const auto fresh = source().find_fresh({"shop", row.revision}, seconds(30));
    ASSERT_TRUE(fresh) << fresh.error().message;
    EXPECT_EQ(*fresh, found->dialect);
    const auto elsewhere = source().find({"bazaar", row.revision});
    ASSERT_TRUE(elsewhere) << elsewhere.error().message;
    EXPECT_EQ(elsewhere->dialect, nullptr) << "the namespace is part of who a Revision is";
  }
  EXPECT_EQ(source().find({"shop", "inner-1"})->finding, MetricsFinding::kOnlyInner);
  EXPECT_EQ(source().find({"shop", "nobody-1"})->finding, MetricsFinding::kUnnamed);
  const auto hostile = source().find({"shop\"}) or vector(1) # \\", "a|b.*\n"});
  ASSERT_TRUE(hostile) << hostile.error().message;
  EXPECT_EQ(hostile->dialect, nullptr);
}

TEST_F(RealPrometheus, CountsAreWhatThePodsServedWithTheirOwnTimesLessTheTags) {
  for (const Row& row : kRows) {
    const RevisionKey key{"shop", row.revision};
    const auto reply =
        source().counts(*find_dialect(row.dialect), {{key, {"shop", "other"}}, minutes(5), kTag});
    ASSERT_TRUE(reply) << row.dialect << ": " << reply.error().message;
    ASSERT_TRUE(reply->revisions.contains(key)) << row.dialect;
    const std::vector<PodSeries>& pods = reply->revisions.at(key);
    ASSERT_EQ(pods.size(), 1U) << row.dialect;
    EXPECT_EQ(pods[0].pod, row.pod);
    EXPECT_EQ(pods[0].counters.size(), 6U) << row.dialect << ": 200 and 503, three buckets each";
    ASSERT_GE(pods[0].scrapes.size(), 3U);
    for (const Scrape& scrape : pods[0].scrapes) {
      std::map<std::string, std::int64_t> all;
      for (std::size_t i = 0; i < scrape.values.size(); ++i) {
        const PodCounter& counter = pods[0].counters[i];
        EXPECT_TRUE(counter.le == .1 || counter.le == .25 || std::isinf(counter.le));
        if (std::isinf(counter.le)) all[counter.code] = scrape.values[i];
      }
      EXPECT_EQ(all["200"], 10 * all["503"]) << row.dialect << ": one scrape, one moment";
    }
    ASSERT_TRUE(reply->activators.contains(key)) << row.dialect;
    EXPECT_EQ(reply->activators.at(key).front().pod, "activator-0") << row.dialect;
    EXPECT_GE(reply->activators.at(key).front().scrapes.size(), 3U);
  }
}

TEST_F(RealPrometheus, ANamesakeInAnotherClusterIsToldAndWithAMatcherOutOfSight) {
  ControllerOptions all = bed_->options;
  all.prometheus_matchers.clear();
  MetricsSource everywhere(all, *bed_->curl);
  for (const Row& row : kRows) {
    const Dialect& dialect = *find_dialect(row.dialect);
    const RevisionKey key{"shop", row.revision};
    EXPECT_EQ(everywhere.sees_several_clusters(dialect, key).value(), key.revision == "podlabel-1")
        << row.dialect;
    EXPECT_EQ(source().sees_several_clusters(dialect, key).value(), false) << row.dialect;
  }
}

TEST_F(RealPrometheus, OnlyTheBucketsInUseAreSentAndEachTagHostOfManyIsLeftOut) {
  for (const Row& row : kRows) {
    const RevisionKey key{"shop", row.revision};
    CountsQuestion question{{key, {"shop", "other"}}, minutes(5), {kTag.tag, ""}};
    question.more_hosts = {kTag.host, "freshet-other.shop.example.com"};
    question.bounds = std::vector<double>{0.1};
    const auto reply = source().counts(*find_dialect(row.dialect), question);
    ASSERT_TRUE(reply) << row.dialect << ": " << reply.error().message;
    ASSERT_TRUE(reply->revisions.contains(key)) << row.dialect;
    const auto& counters = reply->revisions.at(key).front().counters;
    EXPECT_EQ(counters.size(), 4U) << row.dialect << ": 200 and 503, 0.1 s and all";
  }
}

TEST_F(RealPrometheus, TheBaselineIsReadInEveryDialect) {
  for (const Row& row : kRows) {
    const auto baseline =
        source().baseline(*find_dialect(row.dialect), {"shop", row.revision}, kTag, kErrors);
    ASSERT_TRUE(baseline) << row.dialect << ": " << baseline.error().message;
    EXPECT_GT(baseline->requests_per_second, 0) << row.dialect;
    EXPECT_NEAR(baseline->error_rate, 1.0 / 11, 0.02) << row.dialect;
    ASSERT_EQ(baseline->slower_share.size(), 2U) << row.dialect;
    EXPECT_NEAR(baseline->slower_share.at(.1), .5, .02) << row.dialect;
    const auto rate =
        source().rate(*find_dialect(row.dialect), {"shop", row.revision}, kTag, kBaselineWindow);
    ASSERT_TRUE(rate) << row.dialect << ": " << rate.error().message;
    EXPECT_NEAR(*rate, baseline->requests_per_second, .02 * *rate) << row.dialect;
  }
}

TEST_F(RealPrometheus, ALongQueryGoesInTheBody) {
  CountsQuestion question{{{"shop", "pushed-1"}}, minutes(5), kTag};
  for (int i = 0; i < 400; ++i) question.revisions.push_back({"shop", fmt::format("many-{}", i)});
  const auto reply = source().counts(dialects().front(), question);
  ASSERT_TRUE(reply) << reply.error().message;
  EXPECT_EQ(reply->revisions.size(), 1U);
}

TEST_F(RealPrometheus, WhatAPodThatIsGoneServedIsStillItsRevisions) {
  const Dialect& dialect = *find_dialect("target_info");
  const CountsQuestion question{{{"shop", "info-1"}}, minutes(5), kTag};
  const std::size_t before =
      source().counts(dialect, question)->revisions.begin()->second[0].scrapes.size();
  bed_->info_is_gone = true;
  // Gone from instant vectors once the failed scrape has marked it stale; not from the window.
  const bool stale = until([&] {
    HttpRequest request;
    request.url = bed_->options.prometheus_url + "/api/v1/query?query=target_info";
    const auto reply = bed_->curl->send(request);
    return reply && parse_json(reply->body)->at("data").at("result").empty();
  });
  EXPECT_TRUE(stale);
  const auto reply = source().counts(dialect, question);
  ASSERT_TRUE(reply) << reply.error().message;
  EXPECT_GE(reply->revisions.begin()->second[0].scrapes.size(), before);
  EXPECT_EQ(source().find({"shop", "info-1"})->dialect, &dialect);
}

}  // namespace
}  // namespace freshet

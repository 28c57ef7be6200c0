// Replies of Prometheus: good, bad, hostile.
#include "analysis/prometheus.h"

#include <gtest/gtest.h>

#include <fmt/format.h>
#include <limits>

#include "base/json.h"
#include "tests/analysis/fake_prometheus.h"

namespace freshet {
namespace {

const RevisionKey kArm{"shop", "checkout-00008"};

std::string series(const std::string& labels, const std::string& values) {
  return fmt::format(R"({{"metric":{{"kn_revision_name":"checkout-00008",)"
                     R"("k8s_namespace_name":"shop","k8s_pod_name":"p1",{}}},"values":[{}]}})",
                     labels, values);
}
std::string matrix(const std::string& result, const std::string& more = "") {
  return fmt::format(R"({{"status":"success"{},"data":{{"resultType":"matrix","result":[{}]}}}})",
                     more, result);
}
const std::string kAll = R"("http_response_status_code":"200","le":"+Inf")";

Result<MetricsReply> parse(const std::string& body) {
  return parse_counts(body, dialects().front());
}

TEST(PrometheusReply, SamplesBecomeScrapesOfAPod) {
  const auto reply = parse(matrix(
      series(kAll, R"([100,"5"],[115.5,"9"])") + "," +
      series(R"("http_response_status_code":"200","le":"0.1")", R"([100,"4"],[115.5,"8"])")));
  ASSERT_TRUE(reply) << reply.error().message;
  const std::vector<PodSeries>& pods = reply->revisions.at(kArm);
  ASSERT_EQ(pods.size(), 1U);
  EXPECT_EQ(pods[0].pod, "p1");
  ASSERT_EQ(pods[0].counters.size(), 2U);
  EXPECT_EQ(pods[0].counters[0].group, pods[0].counters[1].group);
  EXPECT_EQ(pods[0].counters[0].le, std::numeric_limits<double>::infinity());
  const std::vector<Scrape> expected = {{TimePoint(seconds(100)), {5, 4}},
                                        {TimePoint(milliseconds(115500)), {9, 8}}};
  EXPECT_EQ(pods[0].scrapes, expected);
}

TEST(PrometheusReply, AScrapeWithAValueThatIsNoCountIsLeftOutAndNoted) {
  for (const char* value : {"NaN", "+Inf", "-Inf", "-1", "1.5", "1e300"}) {
    const auto reply =
        parse(matrix(series(kAll, fmt::format(R"([100,"5"],[115,"{}"],[130,"7"])", value)) + "," +
                     series(R"("http_response_status_code":"200","le":"0.1")",
                            R"([100,"4"],[115,"5"],[130,"6"])")));
    ASSERT_TRUE(reply) << value;
    const PodSeries& pod = reply->revisions.at(kArm).front();
    ASSERT_EQ(pod.scrapes.size(), 2U) << value;
    EXPECT_EQ(pod.scrapes[1].at, TimePoint(seconds(130))) << value;
    EXPECT_EQ(reply->notes.size(), 1U) << value;
  }
}

TEST(PrometheusReply, APodScrapedByTwoJobsCountsOnce) {
  const auto reply = parse(matrix(series(kAll + R"(,"job":"a")", R"([1,"5"],[2,"6"])") + "," +
                                  series(kAll + R"(,"job":"b")", R"([1,"5"])")));
  ASSERT_TRUE(reply);
  const std::vector<PodSeries>& pods = reply->revisions.at(kArm);
  ASSERT_EQ(pods.size(), 1U);
  EXPECT_EQ(pods[0].counters.size(), 1U);
  EXPECT_EQ(pods[0].scrapes.size(), 2U);
}

// As a store shows them that is not told which label tells replicas apart.
TEST(PrometheusReply, APodShownByTwoReplicasCountsOnceAndByTheSameCounters) {
  for (const char* label : {"prometheus_replica", "replica", "__replica__", "prometheus"}) {
    const auto shown_by = [&](const std::string& replica, const std::string& values) {
      return series(kAll + fmt::format(R"(,"{}":"{}")", label, replica), values);
    };
    const std::string more = R"([100,"5"],[115,"9"],[130,"12"])";
    const std::string fewer = R"([107,"7"],[122,"10"])";
    const auto first = parse(matrix(shown_by("a", more) + "," + shown_by("b", fewer)));
    const auto second = parse(matrix(shown_by("a", fewer) + "," + shown_by("b", more)));
    ASSERT_TRUE(first && second) << label;
    EXPECT_EQ(*first, *parse(matrix(series(kAll, more)))) << label;
    EXPECT_EQ(*second, *first) << label;  // whichever is chosen, counting goes on by value
  }
}

TEST(PrometheusReply, WarningsAreNoted) {
  const auto reply = parse(matrix("", R"(,"warnings":["partial\u0007"])"));
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->notes, std::vector<std::string>{"warning: partial\\x07"});
  EXPECT_TRUE(reply->revisions.empty());
}

TEST(PrometheusReply, IsReadHoweverItIsWrittenAsLongAsItIsJson) {
  const auto usual = parse(matrix(series(kAll, R"([100.25,"5"],[115,"9"])")));
  ASSERT_TRUE(usual);
  const std::string labels = R"("kn_revision_name":"checkout-00008", "k8s_namespace_name" :"shop",)"
                             R"("k8s_pod_name":"p1","http_response_status_code":"200","le":"+Inf")";
  const std::string rows[] = {
      R"({"values":[[100.25,"5"],[115,"9"]],"metric":{)" + labels + "}}",
      "{ \"metric\" : {" + labels + "} ,\n\"values\" : [ [ 100.25 , \"5\" ] ,[115 ,\"9\"] ] }",
      R"({"metric":{)" + labels + R"(},"values":[[100250e-3,"5"],[1.15E2,"9"]]})",
      R"({"metric":{)" + labels +
          R"(},"histograms":[[1,{"a":"]}"}]],"values":[[100.250,"5.0"],)"
          R"([115.0,"0.9e1"]]})",
      series(R"("http_response_status_code":"\u003200","\u006ce":"\u002bInf")",
             R"([100.25,"5"],[115,"\u0039"])"),
  };
  for (const std::string& row : rows) {
    for (const std::string& body :
         {matrix(row), R"( {"data":{"result":[)" + row + R"(],"resultType":"matrix"},"stats":{},)" +
                           "\"status\":\"success\"}\n"}) {
      const auto reply = parse(body);
      ASSERT_TRUE(reply) << body << reply.error().message;
      EXPECT_EQ(*reply, *usual) << body;
    }
  }
}

TEST(PrometheusReply, ASeriesThatStandsTwiceCountsOnce) {
  const std::string one = series(kAll, R"([100,"5"],[115,"9"])");
  EXPECT_EQ(*parse(matrix(one + "," + one)), *parse(matrix(one)));
}

TEST(PrometheusReply, WhatIsTooMuchIsToldApartFromWhatIsWrong) {
  std::string many;
  for (std::size_t i = 0; i <= kMaxReplySeries; ++i) many += (i == 0 ? "" : ",") + series(kAll, "");
  for (const std::string& body :
       {std::string(kMaxReplyBytes + 1, ' '), matrix(many),
        std::string(R"({"status":"error","errorType":"execution","error":"too many samples"})"),
        std::string(R"({"status":"error","errorType":"422","error":"too long query"})")}) {
    const auto reply = parse(body);
    ASSERT_FALSE(reply);
    EXPECT_EQ(reply.error().kind, ErrorKind::kRefused) << reply.error().message;
  }
}

TEST(PrometheusReply, EverythingElseIsAnErrorInASentence) {
  const std::string good = matrix(series(kAll, R"([1,"5"])"));
  const std::pair<std::string, std::string> rows[] = {
      {R"({"status":"error","errorType":"execution","error":"too many samples"})",
       "too many samples"},
      {"<html>502</html>", "reading Prometheus' reply"},
      {"", "reading Prometheus' reply"},
      {good.substr(0, good.size() / 2), "reading Prometheus' reply"},
      {"[]", "it has no status"},
      {R"({"status":"success"})", "not \"matrix\""},
      {R"({"status":"success","data":{"resultType":"vector","result":[]}})", "not \"matrix\""},
      {R"({"status":"success","data":{"resultType":"matrix","result":{}}})", "not a list"},
      {matrix("3"), "lacks the labels"},
      {matrix(series(R"("le":"wide")", R"([1,"5"])")), "lacks the labels"},
      {matrix(series(kAll, R"(["1","5"])")), "not [time"},
      {matrix(series(kAll, R"([1,5])")), "not [time"},
      {matrix(series(kAll, R"([1,"five"])")), "not [time"},
      {matrix(series(kAll, R"([-1,"5"])")), "not [time"},
      {matrix(series(kAll, std::string("[1\0,\"5\"]", 8))), "not [time"},
      {matrix(series(kAll, R"([1,"5"],)")), "not [time"},
      {matrix(series(kAll + R"(,"le":"1")", R"([1,"5"])")), "\"le\" stands twice"},
      {matrix(series(R"("a":"1","le":"1","b":"2","le":"1")", R"([1,"5"])")), "\"le\" stands twice"},
      {R"({"status":"success",)" + good.substr(1), "\"status\" stands twice"},
      {matrix("{\"metric\":{},\"metric\":{}}"), "\"metric\" stands twice"},
      {good + "x", "not JSON: byte"},
      {matrix(series("\"le\":\"\xff\"", R"([1,"5"])")), "not JSON: byte"},
      {matrix(series("\"le\":\"\n\"", R"([1,"5"])")), "not JSON: byte"},
      {matrix(series(kAll, R"([1,"5"])") + ","), "not JSON: byte"},
      {matrix(series(kAll, R"([1,"5"])"), R"(,"infos":[01])"), "not JSON: byte"},
      {R"({"status":"success","data":{"result":[],"resultType":"vector"}})", "not \"matrix\""},
      {std::string(kMaxReplyBytes + 1, ' '), "reading Prometheus' reply"},
      {std::string(10000, '['), "reading Prometheus' reply"},
  };
  for (const auto& [body, expected] : rows) {
    const auto reply = parse(body);
    ASSERT_FALSE(reply) << body.substr(0, 200);
    EXPECT_NE(reply.error().message.find(expected), std::string::npos) << reply.error().message;
  }
}

TEST(PrometheusReply, TheBaselineIsRatesAndSharesOfAnHour) {
  const auto row = [](const char* code, const char* le, const char* value) {
    return fmt::format(
        R"({{"metric":{{"http_response_status_code":"{}","le":"{}"}},"value":[1,"{}"]}})", code, le,
        value);
  };
  const std::string rows = row("200", "+Inf", "3528") + "," + row("503", "+Inf", "72") + "," +
                           row("200", "0.1", "2628") + "," + row("503", "0.1", "72");
  const std::vector<std::string> codes = {"5xx"};
  const auto baseline = parse_baseline(
      R"({"status":"success","data":{"resultType":"vector","result":[)" + rows + "]}}",
      dialects().front(), codes);
  ASSERT_TRUE(baseline) << baseline.error().message;
  EXPECT_DOUBLE_EQ(baseline->requests_per_second, 1);
  EXPECT_DOUBLE_EQ(baseline->error_rate, 0.02);
  EXPECT_DOUBLE_EQ(baseline->slower_share.at(0.1), 0.25);
  EXPECT_EQ(baseline->slower_share.size(), 1U);
  for (const char* spoilt : {"NaN", "+Inf", "-1"}) {  // nothing is left out in silence
    EXPECT_FALSE(parse_baseline(R"({"status":"success","data":{"resultType":"vector","result":[)" +
                                    rows + "," + row("200", "0.25", spoilt) + "]}}",
                                dialects().front(), codes))
        << spoilt;
  }
  const auto none =
      parse_baseline(R"({"status":"success","data":{"resultType":"vector","result":[]}})",
                     dialects().front(), codes);
  ASSERT_TRUE(none);
  EXPECT_EQ(none->requests_per_second, 0);
}

TEST(PrometheusReply, TheProbeSaysWhetherThereAreSeries) {
  const auto vector = [](const std::string& result) {
    return R"({"status":"success","data":{"resultType":"vector","result":[)" + result + "]}}";
  };
  EXPECT_EQ(parse_probe(vector(R"({"metric":{},"value":[1,"4"]})")).value(), true);
  EXPECT_EQ(parse_probe(vector("")).value(), false);
  EXPECT_FALSE(parse_probe(vector("1")));
}

TEST(PrometheusReply, CodesMatchByClassOrOneByOne) {
  const std::vector<std::string> codes = {"5xx", "429"};
  for (const char* code : {"500", "503", "429"}) EXPECT_TRUE(matches_code(code, codes)) << code;
  for (const char* code : {"200", "404", "", "5", "50000"}) {
    EXPECT_FALSE(matches_code(code, codes)) << code;
  }
}

}  // namespace
}  // namespace freshet

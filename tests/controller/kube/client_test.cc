// The API client: what it sends, and what answers become.
#include "controller/kube/client.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/controller/kube/scripted_client.h"

namespace freshet {
namespace {

TEST(KubeClient, ReadsAnObject) {
  Scripted s;
  s.answers = {ok(R"({"kind":"X"})")};
  const auto reply = s.client.get("/api/v1/x");
  ASSERT_TRUE(reply) << reply.error().message;
  EXPECT_EQ(reply->body, Json({{"kind", "X"}}));
  EXPECT_EQ(s.sent[0].method, "GET");
  EXPECT_EQ(s.sent[0].url, "https://api:6443/api/v1/x");
  EXPECT_EQ(find_header(s.sent[0].headers, "authorization"), "Bearer canary-token");
}

TEST(KubeClient, TellsHowFarTheServersClockIsAheadUnlessItIsNextToNothing) {
  Scripted s;
  const auto answered_at = [](const char* date) { return HttpResponse{503, {{"Date", date}}, ""}; };
  s.answers = {answered_at("Mon, 23 Nov 2026 02:10:02 GMT"),
               answered_at("Mon, 23 Nov 2026 03:10:00 GMT"),
               answered_at("Mon, 23 Nov 2026 02:09:00 GMT"), ok("{}")};
  // The last one has no Date, as a proxy's own error may: nothing is known better than before.
  for (const Duration offset : {seconds(0), seconds(3600), seconds(-60), seconds(-60)}) {
    (void)s.client.get("/x");
    EXPECT_EQ(s.client.clock_offset(), offset);
  }
}

TEST(KubeClient, WritesWithItsMediaTypeAndFieldManager) {
  struct Row {
    const char* method;
    const char* target;
    const char* media_type;
    std::function<Result<ServerReply>(KubeClient&)> call;
  };
  const Row rows[] = {
      {"PATCH", "/x?fieldManager=freshet", "application/json-patch+json",
       [](KubeClient& c) { return c.json_patch("/x", Json::array()); }},
      {"PATCH", "/x?fieldManager=freshet", "application/merge-patch+json",
       [](KubeClient& c) { return c.merge_patch("/x", Json::object()); }},
      {"PATCH", "/x/status?fieldManager=freshet", "application/merge-patch+json",
       [](KubeClient& c) { return c.merge_patch("/x", Json::object(), "status"); }},
      {"POST", "/x?dryRun=All&fieldManager=freshet", "application/json",
       [](KubeClient& c) { return c.post("/x?dryRun=All", Json::object()); }},
  };
  for (const Row& row : rows) {
    Scripted s;
    s.answers = {ok("{}")};
    ASSERT_TRUE(row.call(s.client));
    EXPECT_EQ(s.sent[0].method, row.method);
    EXPECT_EQ(s.sent[0].url, std::string("https://api:6443") + row.target);
    EXPECT_EQ(find_header(s.sent[0].headers, "content-type"), row.media_type);
  }
  Scripted s;
  s.answers = {ok("{}")};
  ASSERT_TRUE(s.client.del("/x"));
  EXPECT_EQ(s.sent[0].method, "DELETE");
}

TEST(KubeClient, AnErrorHasItsKindAndTheServersWords) {
  struct Row {
    int status;
    ErrorKind kind;
  };
  for (const Row& row : {Row{400, ErrorKind::kRefused}, Row{401, ErrorKind::kUnauthorized},
                         Row{403, ErrorKind::kForbidden}, Row{404, ErrorKind::kNotFound},
                         Row{409, ErrorKind::kConflict}, Row{410, ErrorKind::kGone},
                         Row{422, ErrorKind::kRefused}, Row{429, ErrorKind::kRateLimited},
                         Row{500, ErrorKind::kTransient}, Row{503, ErrorKind::kTransient}}) {
    Scripted s;
    s.answers = {HttpResponse{
        row.status, {{"Retry-After", "9"}}, R"({"kind":"Status","message":"first\nsecond"})"}};
    const auto reply = s.client.get("/api/v1/x?limit=1");
    ASSERT_FALSE(reply);
    EXPECT_EQ(reply.error(),
              (Error{row.kind,
                     "GET /api/v1/x: HTTP " + std::to_string(row.status) + ": first; second", 9}));
  }
}

TEST(KubeClient, AWebhooksLongRefusalIsToldInFullButBounded) {
  Scripted s;
  const std::string long_one(900, 'w');
  s.answers = {
      HttpResponse{400, {}, R"({"kind":"Status","message":")" + long_one + "\"}"},
      HttpResponse{400, {}, R"({"kind":"Status","message":")" + long_one + long_one + "\"}"}};
  EXPECT_EQ(s.client.get("/x").error().message, "GET /x: HTTP 400: " + long_one);
  EXPECT_LT(s.client.get("/x").error().message.size(), 1100U);
}

TEST(KubeClient, AnswersThatAreNoJsonAreTransient) {
  for (const char* body : {"", "<html>", "{\"cut\":", "{}{}"}) {
    Scripted s;
    s.answers = {ok(body)};
    const auto reply = s.client.get("/x");
    ASSERT_FALSE(reply) << body;
    EXPECT_EQ(reply.error().kind, ErrorKind::kTransient);
    EXPECT_TRUE(reply.error().message.starts_with("GET /x: the answer cannot be read: "));
  }
}

TEST(KubeClient, NoErrorHoldsTheToken) {
  Scripted s;
  s.answers = {make_error(ErrorKind::kTransient, "GET api:6443: refused"),
               HttpResponse{401, {}, "Unauthorized"}, ok("nonsense")};
  for (int i = 0; i < 3; ++i) {
    const auto reply = s.client.get("/x");
    ASSERT_FALSE(reply);
    EXPECT_EQ(reply.error().message.find("canary"), std::string::npos) << reply.error().message;
  }
}

TEST(KubeClient, SendsItsOwnHeadersWithEveryRequest) {
  Scripted s;
  s.answers = {ok("{}"), ok("{}")};
  const HttpHeaders own{{"Impersonate-User", "bob"}, {"Impersonate-Group", "dev"}};
  KubeClient client(s.transport, s.tokens, s.clock, {.server = "https://api", .headers = own});
  ASSERT_TRUE(client.get("/x"));
  ASSERT_TRUE(client.post("/x", Json::object()));
  for (const HttpRequest& sent : s.sent) {
    EXPECT_EQ(find_header(sent.headers, "impersonate-user"), "bob");
    EXPECT_EQ(find_header(sent.headers, "impersonate-group"), "dev");
  }
}

TEST(KubeClient, A401IsNotTriedAgainWithTheSameToken) {
  std::string file = "old";
  TokenSource rotating("/token", [&](const std::string&) -> Result<std::string> { return file; });
  Scripted s;
  KubeClient client(s.transport, rotating, s.clock, {.server = "https://api:6443"});
  s.answers = {ok("{}"), HttpResponse{401, {}, ""}};
  ASSERT_TRUE(client.get("/x"));
  EXPECT_EQ(client.get("/x").error().kind, ErrorKind::kUnauthorized);
  EXPECT_EQ(s.sent.size(), 2U);
}

TEST(KubeClient, ARotatedTokenIsFoundWithinTheCallThatWasRejected) {
  std::string file = "old";
  TokenSource rotating("/token", [&](const std::string&) -> Result<std::string> { return file; });
  Scripted s;
  KubeClient client(s.transport, rotating, s.clock, {.server = "https://api:6443"});
  s.answers = {ok("{}"), HttpResponse{401, {}, ""}, ok("{}")};
  ASSERT_TRUE(client.get("/x"));
  file = "new";
  ASSERT_TRUE(client.get("/x"));
  EXPECT_EQ(find_headers(s.sent[2].headers, "authorization"),
            std::vector<std::string>{"Bearer new"});
}

TEST(KubeClient, GivesWritesTheTimeThereIsAndSendsNoneWhereThereIsNone) {
  struct Row {
    const char* sentence;
    Duration left;
    Duration read_time;
    std::optional<Duration> write_time;  // nullopt: not sent
  };
  const Row rows[] = {{"more than any request gets", minutes(1), seconds(10), seconds(10)},
                      {"less", seconds(3), seconds(10), seconds(3)},
                      {"none", Duration{0}, seconds(10), std::nullopt},
                      {"none for long", -seconds(5), seconds(10), std::nullopt}};
  const std::function<Result<ServerReply>(KubeClient&)> writes[] = {
      [](KubeClient& c) { return c.post("/x", Json::object()); },
      [](KubeClient& c) { return c.json_patch("/x", Json::array()); },
      [](KubeClient& c) { return c.merge_patch("/x", Json::object(), "status"); },
      [](KubeClient& c) { return c.del("/x"); }};
  for (const Row& row : rows) {
    for (const auto& write : writes) {
      Scripted s;
      s.answers = {ok("{}"), ok("{}")};
      KubeClient fenced(s.transport, s.tokens, s.clock,
                        {.server = "https://api", .time_to_write = [&] { return row.left; }});
      EXPECT_TRUE(fenced.get("/x")) << row.sentence;
      const auto written = write(fenced);
      EXPECT_EQ(written.has_value(), row.write_time.has_value()) << row.sentence;
      EXPECT_EQ(s.sent.size(), row.write_time ? 2U : 1U) << row.sentence;
      EXPECT_EQ(s.sent[0].timeout, row.read_time) << row.sentence;
      if (row.write_time) {
        EXPECT_EQ(s.sent[1].timeout, row.write_time) << row.sentence;
      } else {
        EXPECT_EQ(written.error().kind, ErrorKind::kRefused) << row.sentence;
      }
    }
  }
}

// The fence is asked for each sending, also for the second of one call.
TEST(KubeClient, AWriteIsNotSentAgainWithAnotherTokenOnceItsTimeIsOver) {
  std::string file = "old";
  TokenSource rotating("/token", [&](const std::string&) -> Result<std::string> { return file; });
  Scripted s;
  Duration left = seconds(1);
  s.answers = {HttpResponse{401, {}, ""}, ok("{}")};
  KubeClient client(s.transport, rotating, s.clock, {.server = "https://api", .time_to_write = [&] {
                                                       file = "new";
                                                       return std::exchange(left, Duration{0});
                                                     }});
  EXPECT_EQ(client.post("/x", Json::object()).error().kind, ErrorKind::kRefused);
  EXPECT_EQ(s.sent.size(), 1U);
}

}  // namespace
}  // namespace freshet

// Messages over real sockets: what a receiver gets, held against CloudEvents' own rules; how often
// it is tried; and that nobody waits for a receiver that hangs.
#include <gtest/gtest.h>

#include <condition_variable>
#include <mutex>
#include <nlohmann/json.hpp>
#include <regex>

#include "base/mac.h"
#include "base/text.h"
#include "controller/net/curl_exchanges.h"
#include "controller/runtime/notifications.h"
#include "tests/support/loopback_server.h"
#include "tests/support/temporary_folder.h"

namespace freshet {
namespace {

constexpr std::chrono::seconds kLongestHearing{20};
const std::string kSigningKey = "0123456789abcdef-canary";

// As the specification has it, of a request in either mode: what a receiver's SDK would read.
std::map<std::string, std::string> event_of_request(const HttpRequest& request) {
  std::map<std::string, std::string> event;
  const std::string type = find_header(request.headers, "content-type").value_or("");
  if (type.starts_with("application/cloudevents")) {
    EXPECT_EQ(type.substr(0, type.find(';')), "application/cloudevents+json");
    const auto body = parse_json(request.body);
    if (!body) ADD_FAILURE() << body.error().message;
    for (const auto& [name, value] : body->items()) {
      event[name] = value.is_string() ? value.get<std::string>() : dump_json(value);
    }
    return event;
  }
  event["datacontenttype"] = type;
  event["data"] = request.body;
  for (const HttpHeader& header : request.headers) {
    const std::string name = to_lower(header.name);
    if (name.starts_with("ce-")) event[name.substr(3)] = percent_decode(header.value).value_or("");
  }
  return event;
}

void expect_conforming(const std::map<std::string, std::string>& event) {
  for (const char* name : {"id", "source", "specversion", "type"}) {
    EXPECT_TRUE(event.contains(name) && !event.at(name).empty()) << name << " is required";
  }
  EXPECT_EQ(event.at("specversion"), "1.0");
  EXPECT_TRUE(parse_rfc3339(event.at("time")).has_value()) << event.at("time");
  EXPECT_TRUE(std::regex_match(event.at("source"), std::regex(R"([A-Za-z0-9/._~-]+)")))
      << "a URI-reference: " << event.at("source");
  for (const auto& [name, value] : event) {
    EXPECT_TRUE(std::regex_match(name, std::regex("[a-z0-9]{1,20}"))) << name;
  }
}

class RealNotifications : public ::testing::Test {
 protected:
  NotificationSink sink(SinkKind kind) {
    NotificationSink out{.name = "real", .kind = kind, .url = ""};
    out.url_file = folder_.write("url", server_.url("/hook?x=1"));
    out.allow_plain_http = true;
    return out;
  }
  static Notice notice(const std::string& id) {
    Notice out;
    out.service = {"shop", "checkout"};
    out.what.id = id;
    out.what.time = from_unix_seconds(1'790'000'000);
    out.what.reason = "Promoted";
    out.what.message = "größer als \"zuvor\" & 100 %";
    return out;
  }
  void open(NotificationSink sink) {
    NetOptions net;
    net.addresses.allow_private = true;
    auto exchanges = make_curl_exchanges(std::move(net));
    ASSERT_TRUE(exchanges.has_value());
    exchanges_ = *std::move(exchanges);
    notifications_ = std::make_unique<Notifications>(std::vector<NotificationSink>{std::move(sink)},
                                                     NoticeSettings{}, *exchanges_, clock_,
                                                     metrics_, [](const LogLine&) {});
  }
  bool deliver(const std::string& id) {
    const Duration until = clock_.monotonic() + kLongestHearing;
    notifications_->tell(notice(id));
    while (notifications_->is_under_way(id) && clock_.monotonic() < until) {
      (void)notifications_->drive(milliseconds(200));
    }
    return !notifications_->is_under_way(id);
  }

  TemporaryFolder folder_;
  SystemClock clock_;
  Metrics metrics_;
  std::mutex mutex_;
  std::vector<HttpRequest> heard_;
  std::vector<HttpResponse> answers_;  // first to last; then 202
  testing::LoopbackServer server_{testing::answering([this](const HttpRequest& request) {
    const std::lock_guard lock(mutex_);
    heard_.push_back(request);
    if (answers_.empty()) return HttpResponse{202, {}, ""};
    const HttpResponse answer = answers_.front();
    answers_.erase(answers_.begin());
    return answer;
  })};
  std::unique_ptr<HttpExchanges> exchanges_;
  std::unique_ptr<Notifications> notifications_;
};

TEST_F(RealNotifications, ACloudEventIsTheSameInBothModesAndKeepsTheRules) {
  NotificationSink broker = sink(SinkKind::kCloudEvents);
  broker.extensions = {{"team", "Zürich 5%"}};
  open(broker);
  ASSERT_TRUE(deliver("u1/7/Promoted/ab"));
  broker.mode = CloudEventMode::kStructured;
  open(broker);
  ASSERT_TRUE(deliver("u1/7/Promoted/ab"));
  ASSERT_EQ(heard_.size(), 2u);
  EXPECT_EQ(heard_[0].url, "/hook?x=1");
  const auto binary = event_of_request(heard_[0]);
  EXPECT_EQ(binary, event_of_request(heard_[1]));
  expect_conforming(binary);
  EXPECT_EQ(binary.at("team"), "Zürich 5%");
  EXPECT_EQ(string_or(*parse_json(binary.at("data")), "message"), notice("").what.message);
}

TEST_F(RealNotifications, ABodyIsSignedAsItIsSent) {
  NotificationSink hook = sink(SinkKind::kWebhook);
  hook.secret_file = folder_.write("key", kSigningKey + "\n");
  open(hook);
  ASSERT_TRUE(deliver("1"));
  EXPECT_EQ(find_header(heard_.at(0).headers, "X-Freshet-Signature"),
            "sha256=" + hmac_hex(MacHash::kSha256, kSigningKey, heard_[0].body));
}

TEST_F(RealNotifications, ARedirectIsNotFollowedAndAFailureIsTriedAgain) {
  answers_ = {{307, {{"Location", server_.url("/elsewhere")}}, ""}, {503, {}, ""}};
  open(sink(SinkKind::kSlack));
  ASSERT_TRUE(deliver("1"));
  EXPECT_EQ(heard_.size(), 1u) << "the operator says where messages go";
  ASSERT_TRUE(deliver("2"));
  ASSERT_EQ(heard_.size(), 3u);
  EXPECT_EQ(heard_[1].body, heard_[2].body);
  EXPECT_NE(metrics_.render(clock_.now()).find("{outcome=\"refused\",sink=\"real\"} 1"),
            std::string::npos);
}

TEST_F(RealNotifications, NobodyWaitsForAReceiverThatHangs) {
  testing::LoopbackServer silent([](testing::LoopbackConnection& connection) {
    (void)connection.read_request();
    (void)connection.wait_for_close(seconds(30));
  });
  NotificationSink slow = sink(SinkKind::kWebhook);
  slow.url_file = folder_.write("url", silent.url("/"));
  open(slow);
  const Duration start = clock_.monotonic();
  for (int i = 0; i < 100; ++i) notifications_->tell(notice(std::to_string(i)));
  (void)notifications_->drive(milliseconds(100));
  EXPECT_LT(clock_.monotonic() - start, seconds(2));
  EXPECT_TRUE(notifications_->is_under_way("0"));
}

}  // namespace
}  // namespace freshet

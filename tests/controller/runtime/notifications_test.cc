// Notices to sinks, on virtual time: what is sent, in which order, how often, and what is never
// said.
#include "controller/runtime/notifications.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>
#include <future>
#include <thread>

#include "tests/support/delayed_exchanges.h"
#include "tests/support/temporary_folder.h"

namespace freshet {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class NotificationsTest : public ::testing::Test {
 protected:
  static Notice notice(const std::string& id, const std::string& service = "checkout") {
    Notice out;
    out.service = {"shop", service};
    out.what.id = id;
    out.what.reason = "Promoted";
    return out;
  }
  static NotificationSink webhook(const std::string& name) {
    NotificationSink sink{.name = name, .kind = SinkKind::kWebhook, .url = ""};
    sink.url = "https://" + name + ".io/";
    sink.body = "{{id}}";
    sink.content_type = "text/plain";
    return sink;
  }
  Notifications& open(std::vector<NotificationSink> sinks) {
    notifications_ = std::make_unique<Notifications>(
        std::move(sinks), NoticeSettings{}, exchanges_, clock_, metrics_,
        [this](const LogLine& line) { lines_.push_back(format_log_line(line, LogFormat::kText)); });
    return *notifications_;
  }
  void run_for(Duration time) {
    const TimePoint until = clock_.now() + time;
    while (clock_.now() < until) {
      for (const ServiceKey& key : notifications_->drive(until - clock_.now())) {
        ended_.push_back(to_string(key));
      }
    }
  }
  int counted(const std::string& sink, const std::string& outcome) {
    const std::string name =
        "freshet_notifications_total{outcome=\"" + outcome + "\",sink=\"" + sink + "\"} ";
    const std::string text = metrics_.render(clock_.now());
    const auto at = text.find(name);
    return at == text.npos ? 0 : std::stoi(text.substr(at + name.size()));
  }

  TemporaryFolder folder_;
  ManualClock clock_{from_unix_seconds(1'790'000'000)};
  Metrics metrics_;
  std::vector<std::string> lines_;
  std::vector<std::string> sent_;  // "host id"
  std::vector<std::string> ended_;
  std::function<DelayedExchanges::Answer(const HttpRequest&)> answer_ = [](const HttpRequest&) {
    return DelayedExchanges::Answer{HttpResponse{204, {}, ""}, milliseconds(20)};
  };
  DelayedExchanges exchanges_{clock_, [this](const HttpRequest& request) {
                                sent_.push_back(parse_url(request.url)->host + " " + request.body);
                                return answer_(request);
                              }};
  std::unique_ptr<Notifications> notifications_;
};

TEST_F(NotificationsTest, EachSinkGetsEachNoticeOnceAndItsServiceHearsOfTheEnd) {
  Notifications& told = open({webhook("a"), webhook("b")});
  told.tell(notice("1"));
  told.tell(notice("1"));
  EXPECT_TRUE(told.is_under_way("1"));
  run_for(seconds(1));
  EXPECT_EQ(sent_, (std::vector<std::string>{"a.io 1", "b.io 1"}));
  EXPECT_FALSE(told.is_under_way("1"));
  EXPECT_EQ(ended_, std::vector<std::string>{"shop/checkout"});
  EXPECT_EQ(counted("a", "delivered"), 1);
  EXPECT_EQ(told.next_due(), std::nullopt);
}

TEST_F(NotificationsTest, WhatNobodyWantsIsNotUnderWay) {
  NotificationSink elsewhere = webhook("a");
  elsewhere.namespaces = {"bank"};
  Notifications& told = open({elsewhere});
  told.tell(notice("1"));
  EXPECT_FALSE(told.is_under_way("1"));
  run_for(seconds(1));
  EXPECT_TRUE(sent_.empty());
}

TEST_F(NotificationsTest, NoticesOfOneServiceGoInOrderAlsoWhereTheFirstFails) {
  answer_ = [](const HttpRequest& request) {
    const bool is_bad = request.body == "1";
    return DelayedExchanges::Answer{HttpResponse{is_bad ? 500 : 204, {}, ""}, milliseconds(20)};
  };
  Notifications& told = open({webhook("a")});
  told.tell(notice("1"));
  told.tell(notice("2"));
  told.tell(notice("x", "cart"));
  run_for(seconds(14));
  EXPECT_EQ(sent_, (std::vector<std::string>{"a.io 1", "a.io x", "a.io 1"}))
      << "another service does not wait longer than the sink is left alone";
  answer_ = [](const HttpRequest&) {
    return DelayedExchanges::Answer{HttpResponse{204, {}, ""}, milliseconds(20)};
  };
  run_for(minutes(1));
  EXPECT_EQ(sent_, (std::vector<std::string>{"a.io 1", "a.io x", "a.io 1", "a.io 1", "a.io 2"}));
}

TEST_F(NotificationsTest, AMessageThatItsSinkFailsOnDelaysNoOtherServicesByMoreThanAMinute) {
  answer_ = [](const HttpRequest& request) {
    const bool is_bad = request.body == "1";
    return DelayedExchanges::Answer{HttpResponse{is_bad ? 500 : 204, {}, ""}, milliseconds(20)};
  };
  Notifications& told = open({webhook("a")});
  told.tell(notice("1"));
  run_for(minutes(11));
  const auto tries = sent_.size();
  told.tell(notice("x", "cart"));
  run_for(minutes(1));
  EXPECT_EQ(counted("a", "delivered"), 1);
  EXPECT_EQ(sent_.size(), tries + 1) << "the one that fails keeps its own long wait";
}

TEST_F(NotificationsTest, RetryAfterBindsTheWholeSink) {
  answer_ = [](const HttpRequest&) {
    return DelayedExchanges::Answer{HttpResponse{429, {{"Retry-After", "600"}}, ""}, seconds(0)};
  };
  Notifications& told = open({webhook("a")});
  told.tell(notice("1"));
  run_for(seconds(1));
  told.tell(notice("x", "cart"));
  run_for(minutes(9));
  EXPECT_EQ(sent_, std::vector<std::string>{"a.io 1"});
}

TEST_F(NotificationsTest, ASinkThatIsDownDelaysNoOtherAndIsGivenUpAfterTenTriesAtMost) {
  answer_ = [](const HttpRequest& request) {
    const bool is_down = request.url == "https://a.io/";
    return DelayedExchanges::Answer{HttpResponse{is_down ? 503 : 204, {}, ""}, milliseconds(20)};
  };
  Notifications& told = open({webhook("a"), webhook("b")});
  told.tell(notice("1"));
  run_for(seconds(1));
  EXPECT_EQ(counted("b", "delivered"), 1);
  EXPECT_TRUE(told.is_under_way("1"));
  run_for(hours(1));
  EXPECT_EQ(std::ranges::count(sent_, "a.io 1"), kMaxDeliveryTries);
  EXPECT_EQ(counted("a", "failed"), kMaxDeliveryTries - 1);
  EXPECT_EQ(counted("a", "given_up"), 1);
  EXPECT_FALSE(told.is_under_way("1"));
  ASSERT_EQ(lines_.size(), 2u);
  EXPECT_THAT(lines_[0], HasSubstr("NotificationFailed"));
  EXPECT_THAT(lines_[1], HasSubstr("NotificationDropped"));
}

TEST_F(NotificationsTest, ASlowSinkIsGivenTenSeconds) {
  answer_ = [](const HttpRequest&) {
    return DelayedExchanges::Answer{HttpResponse{204, {}, ""}, hours(1)};
  };
  Notifications& told = open({webhook("a")});
  told.tell(notice("1"));
  run_for(seconds(11));
  EXPECT_EQ(counted("a", "failed"), 1);
  EXPECT_TRUE(told.is_under_way("1"));
}

TEST_F(NotificationsTest, WhatIsRefusedIsNotSentAgain) {
  answer_ = [](const HttpRequest&) {
    return DelayedExchanges::Answer{HttpResponse{404, {}, "no_service"}, milliseconds(20)};
  };
  Notifications& told = open({webhook("a")});
  told.tell(notice("1"));
  told.tell(notice("2"));
  run_for(hours(1));
  EXPECT_EQ(sent_, (std::vector<std::string>{"a.io 1", "a.io 2"}));
  EXPECT_EQ(counted("a", "refused"), 2);
  EXPECT_EQ(lines_.size(), 1u) << "a line each ten seconds";
}

TEST_F(NotificationsTest, AQueueThatIsFullLosesItsOldest) {
  Notifications& told = open({webhook("a")});
  for (std::size_t i = 0; i <= kMaxQueuedNotices; ++i) told.tell(notice(std::to_string(i)));
  EXPECT_FALSE(told.is_under_way("0"));
  EXPECT_TRUE(told.is_under_way("1"));
  EXPECT_EQ(counted("a", "overflowed"), 1);
  run_for(minutes(1));
  EXPECT_EQ(sent_.size(), kMaxQueuedNotices);
  EXPECT_EQ(sent_.front(), "a.io 1");
}

TEST_F(NotificationsTest, AUrlIsReadAgainWhenItsFileChangesAndIsInNoOutput) {
  NotificationSink slack{.name = "slack", .kind = SinkKind::kSlack, .url = ""};
  slack.url_file = folder_.write("url", "https://a.io/s3cret-canary\n");
  Notifications& told = open({slack});
  EXPECT_TRUE(told.check_files().has_value());
  told.tell(notice("1"));
  run_for(seconds(1));
  EXPECT_THAT(sent_.at(0), HasSubstr("a.io"));

  folder_.write("url", "http://s3cret-canary.io/");
  told.tell(notice("2"));
  run_for(seconds(1));
  EXPECT_EQ(sent_.size(), 1u);
  EXPECT_EQ(told.check_files().error().message,
            "sink slack: its URL, in " + slack.url_file + ", cannot be used: it is not https");

  folder_.write("url", "https://b.io/s3cret-canary");
  run_for(seconds(10));
  EXPECT_THAT(sent_.back(), HasSubstr("b.io"));
  EXPECT_FALSE(told.is_under_way("2"));
  for (const std::string& line : lines_) EXPECT_THAT(line, Not(HasSubstr("canary")));
  EXPECT_THAT(metrics_.render(clock_.now()), Not(HasSubstr("canary")));
}

TEST_F(NotificationsTest, APassWaitsForNoFileOfASink) {
  NotificationSink sink = webhook("a");
  sink.url_file = folder_ / "url";
  ASSERT_EQ(mkfifo(sink.url_file.c_str(), 0600), 0);
  Notifications& told = open({sink});
  told.tell(notice("1"));
  std::thread driver([&] { run_for(seconds(1)); });
  std::ofstream url(sink.url_file);  // is open once it is being read
  auto asked = std::async(std::launch::async, [&] {
    told.tell(notice("1"));
    return told.is_under_way("1");
  });
  const auto answered = asked.wait_for(std::chrono::seconds(10));
  url << "https://a.io/\n";
  url.close();
  EXPECT_EQ(answered, std::future_status::ready);
  EXPECT_TRUE(asked.get());
  driver.join();
  EXPECT_EQ(sent_.front(), "a.io 1");
}

TEST_F(NotificationsTest, AFileOfSinksTellsAllThatIsWrongWithIt) {
  const std::string path = folder_.write("sinks.yaml", "sinks:\n- {name: a, kind: Slak}\n");
  const auto sinks = read_notification_sinks(path);
  ASSERT_FALSE(sinks.has_value());
  EXPECT_THAT(sinks.error().message, HasSubstr("\n  sinks[0].kind (line 2, column 19): "));
}

}  // namespace
}  // namespace freshet

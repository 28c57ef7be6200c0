// The file of notification sinks: what is read, and what people get told.
#include "config/notification_sinks.h"

#include <gtest/gtest.h>

#include "config/notice_template.h"

namespace freshet {
namespace {

TEST(NotificationSinks, AFileOfSinksIsRead) {
  const auto parsed = parse_notification_sinks(R"(
sinks:
- {name: oncall, kind: Slack, urlFile: /secrets/slack, namespaces: [shop]}
- {name: ops, kind: Teams, urlFile: /secrets/teams, reasons: [RolledBack, DowngradeHeld]}
- name: broker
  kind: CloudEvents
  url: http://broker-ingress.knative-eventing/shop/default
  plainHttp: true
  mode: Structured
  reasons: [All]
  extensions: {team: shop}
- name: ci
  kind: Webhook
  url: https://ci.acme.io/hook?x=1
  template: '{"text": "{{message}}", "percent": {{percent}}}'
  headers: {X-Team: shop}
  authorizationFile: /secrets/ci
  secretFile: /secrets/sign
)");
  ASSERT_TRUE(parsed.problems.empty()) << to_string(parsed.problems.front());
  NotificationSink oncall{.name = "oncall", .kind = SinkKind::kSlack, .url = ""};
  oncall.url_file = "/secrets/slack";
  oncall.namespaces = {"shop"};
  NotificationSink ops{.name = "ops", .kind = SinkKind::kTeams, .url = ""};
  ops.url_file = "/secrets/teams";
  ops.reasons = {"RolledBack", "DowngradeHeld"};
  NotificationSink broker{.name = "broker", .kind = SinkKind::kCloudEvents, .url = ""};
  broker.url = "http://broker-ingress.knative-eventing/shop/default";
  broker.allow_plain_http = true;
  broker.mode = CloudEventMode::kStructured;
  broker.reasons = {"All"};
  broker.extensions = {{"team", "shop"}};
  NotificationSink ci{.name = "ci", .kind = SinkKind::kWebhook, .url = ""};
  ci.url = "https://ci.acme.io/hook?x=1";
  ci.body = R"({"text": "{{message}}", "percent": {{percent}}})";
  ci.headers = {{"X-Team", "shop"}};
  ci.authorization_file = "/secrets/ci";
  ci.secret_file = "/secrets/sign";
  EXPECT_EQ(parsed.sinks, (std::vector<NotificationSink>{oncall, ops, broker, ci}));
}

struct SinksRow {
  std::string sentence;
  std::string text;
  std::vector<std::string> problems;
};

const std::string kPlaces =
    "{{id}}, {{time}}, {{severity}}, {{cluster}}, {{namespace}}, {{service}}, {{reason}}, "
    "{{message}}, {{phase}}, {{percent}}, {{rollout}}, {{from}}, {{to}}, {{fromDigest}}, "
    "{{toDigest}}, {{image}}, {{age}}, {{command}}, {{link}}";

const std::vector<SinksRow> kSinkRows = {
    {"an empty file has no sinks", "", {"found 0 documents; allowed: one document with sinks"}},
    {"a sink without an address is refused, and whatever else is wrong is told with it",
     "sinks:\n- {name: A, kind: slack}\n",
     {"sinks[0] (line 2, column 3): urlFile is missing; allowed: the path of a file that holds the "
      "URL; or url",
      "sinks[0].name (line 2, column 10): found \"A\"; allowed: a name of at most 63 lower-case "
      "letters, digits and -",
      "sinks[0].kind (line 2, column 19): found \"slack\"; did you mean Slack?"}},
    {"a URL that stands where its path belongs is not shown again",
     "sinks:\n- {name: a, kind: Slack, urlFile: \"https://hooks.slack.com/s3cret\"}\n",
     {"sinks[0].urlFile (line 2, column 35): found what is no absolute path; allowed: the path of "
      "a file that holds the URL"}},
    {"there is one address",
     "sinks:\n- {name: a, kind: Slack, url: \"https://a.io/\", urlFile: /s}\n",
     {"sinks[0].url (line 2, column 31): there is a urlFile as well; allowed: one of the two"}},
    {"plain http has to be wanted",
     "sinks:\n- {name: a, kind: CloudEvents, url: \"http://a.io/\"}\n",
     {"sinks[0].url (line 2, column 37): it is not https; allowed: https, or plainHttp: true "
      "beside it"}},
    {"a field that its kind has no use for is told",
     "sinks:\n- {name: a, kind: Slack, urlFile: /s, mode: Binary, template: x, secretFile: /t}\n",
     {"sinks[0].mode (line 2, column 45): mode is of no use to Slack; allowed: for CloudEvents "
      "only",
      "sinks[0].template (line 2, column 63): template is of no use to Slack; allowed: for Webhook "
      "only",
      "sinks[0].secretFile (line 2, column 78): secretFile is of no use to Slack; allowed: for "
      "CloudEvents and Webhook only"}},
    {"a misspelt reason would never be told",
     "sinks:\n- {name: a, kind: Slack, urlFile: /s, reasons: [Promote]}\n",
     {"sinks[0].reasons[0] (line 2, column 49): found \"Promote\"; did you mean Promoted?"}},
    {"a template knows its places",
     "sinks:\n- {name: a, kind: Webhook, url: \"https://a.io\", template: \"{{mesage}}\"}\n",
     {"sinks[0].template (line 2, column 59): it is no template: unknown place {{mesage}}; did you "
      "mean {{message}}?; allowed: text with places: " +
      kPlaces}},
    {"one of JSON becomes JSON",
     "sinks:\n- {name: a, kind: Webhook, url: \"https://a.io\", template: '{\"a\": {{reason}}'}\n",
     {}},
    {"headers with a field of their own are not among the others",
     "sinks:\n- {name: a, kind: Webhook, url: \"https://a.io\", headers: {Authorization: x}}\n",
     {"sinks[0].headers (line 2, column 58): found header Authorization; allowed: "
      "authorizationFile, contentType and extensions say these"}},
    {"an extension has a name that CloudEvents allows",
     "sinks:\n- {name: a, kind: CloudEvents, url: \"https://a.io\", extensions: {source: x}}\n",
     {"sinks[0].extensions (line 2, column 65): found extension source; allowed: at most 16 names "
      "of 1 to 20 lower-case letters and digits, with texts; none that CloudEvents has a meaning "
      "for"}},
    {"two sinks cannot share a name",
     "sinks:\n- {name: a, kind: Slack, urlFile: /s}\n- {name: a, kind: Teams, urlFile: /t}\n",
     {"sinks[1] (line 3, column 3): name a is sinks[0]'s already; allowed: each name once"}},
};

TEST(NotificationSinks, EveryProblemOfAFileIsToldAtOnce) {
  for (const SinksRow& row : kSinkRows) {
    const auto parsed = parse_notification_sinks(row.text);
    std::vector<std::string> told;
    for (const Problem& problem : parsed.problems) told.push_back(to_string(problem));
    EXPECT_TRUE(parsed.sinks.empty()) << row.sentence;
    if (row.problems.empty()) {
      ASSERT_EQ(told.size(), 1u) << row.sentence;
      EXPECT_NE(told[0].find("it does not become JSON"), std::string::npos) << told[0];
    } else {
      EXPECT_EQ(told, row.problems) << row.sentence;
    }
  }
}

TEST(NotificationSinks, OnlyWhatIsAlwaysANumberMayStandInJsonWithoutQuotes) {
  EXPECT_EQ(notice_template_fault(R"({"a": {{percent}}, "b": "{{age}}"})", PlaceForm::kJson), "");
  for (const std::string& place : notice_places()) {
    if (place == "percent") continue;
    EXPECT_NE(notice_template_fault(R"({"a": {{)" + place + "}}}", PlaceForm::kJson), "") << place;
  }
}

TEST(NotificationSinks, ABindingsSinkIsToldEverythingWithItsExtensions) {
  const std::string url = "http://broker-ingress.knative-eventing.svc.cluster.local/shop/default";
  NotificationSink expected{.name = "k-sink", .kind = SinkKind::kCloudEvents, .url = ""};
  expected.url = url;
  expected.allow_plain_http = true;
  expected.reasons = {"All"};
  EXPECT_EQ(*bound_sink(url, ""), expected);
  expected.extensions = {{"team", "shop"}};
  EXPECT_EQ(*bound_sink(url, R"({"extensions": {"team": "shop"}})"), expected);
  EXPECT_EQ(bound_sink(url, R"({"extensions": {"Team": "shop"}})").error().message,
            "K_CE_OVERRIDES: found extension Team; allowed: at most 16 names of 1 to 20 lower-case "
            "letters and digits, with texts; none that CloudEvents has a meaning for");
  EXPECT_FALSE(bound_sink(url, "{").has_value());
}

}  // namespace
}  // namespace freshet

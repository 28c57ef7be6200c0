// Credential helpers: which is asked, what it may be called, what its answers mean; and when what
// was read is read again.
#include "controller/registry/credential_helper.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "controller/registry/reading_schedule.h"

namespace freshet {
namespace {

const HelperCall kEcr{"ecr-login", "1.dkr.ecr.eu-west-1.amazonaws.com"};

TEST(CredentialHelper, IsChosenAsDockerDoes) {
  const auto config = parse_docker_config(
      R"({"credsStore":"desktop","credHelpers":{"1.dkr.ecr.eu-west-1.amazonaws.com":"ecr-login",
          "https://index.docker.io/v1/":"pass"}})",
      "config.json");
  ASSERT_TRUE(config.has_value());
  const auto ecr = parse_image_reference("1.dkr.ecr.eu-west-1.amazonaws.com/a").value();
  const auto hub = parse_image_reference("nginx").value();
  const auto other = parse_image_reference("GHCR.io/a").value();
  EXPECT_EQ(helper_of_registry(*config, ecr), kEcr);
  EXPECT_EQ(helper_of_registry(*config, hub), (HelperCall{"pass", "https://index.docker.io/v1/"}));
  EXPECT_EQ(helper_of_registry(*config, other), std::nullopt);
  EXPECT_EQ(helper_of_store(*config, other), (HelperCall{"desktop", "ghcr.io"}));
  EXPECT_EQ(helper_of_store(DockerConfig{}, other), std::nullopt);
}

TEST(CredentialHelper, IsAProgramInPathAndNothingElse) {
  EXPECT_EQ(helper_program(kEcr).value(), "docker-credential-ecr-login");
  for (const std::string name : {"", "../evil", "a/b", "a b", "a;b", "$(x)", "a\n"}) {
    const auto program = helper_program({name, "r.io"});
    ASSERT_FALSE(program.has_value()) << name;
    EXPECT_EQ(program.error().kind, ErrorKind::kBadInput);
    EXPECT_NE(program.error().message.find("allowed: "), std::string::npos);
  }
  EXPECT_FALSE(helper_program({std::string(65, 'a'), "r.io"}).has_value());
}

struct ReplyRow {
  const char* sentence;
  HelperReply reply;
  Credential want;
};

TEST(CredentialHelper, AnswersWithAPasswordAnIdentityTokenOrNothing) {
  const std::string identity = "helper ecr-login#" + kEcr.server;
  const std::vector<ReplyRow> rows = {
      {"a user and a password",
       {0, R"({"ServerURL":"x","Username":"AWS","Secret":"s3"})"},
       {identity, "AWS", Secret("s3"), Secret()}},
      {"docker's mark for an identity token",
       {0, R"({"Username":"<token>","Secret":"s3"})"},
       {identity, "<token>", Secret(), Secret("s3")}},
      {"it has none", {1, "credentials not found in native keychain\n"}, {}},
      {"an empty secret is none", {0, R"({"Username":"u","Secret":""})"}, {}},
  };
  for (const ReplyRow& row : rows) {
    const auto credential = read_helper_reply(kEcr, row.reply);
    ASSERT_TRUE(credential.has_value()) << row.sentence;
    EXPECT_EQ(*credential, row.want) << row.sentence;
  }
}

TEST(CredentialHelper, ABadAnswerIsToldWithoutAWordOfIt) {
  const std::vector<HelperReply> replies = {
      {1, "error: canary"},
      {0, "canary"},
      {0, "[\"canary\"]"},
      {0, ""},
      {0, R"({"Username":"u","Secret":"canary\n"})"},
      {0, R"({"Username":"u\u0001","Secret":"canary"})"},
      {0, std::string(kMaxHelperReplyBytes + 1, ' ')},
  };
  for (const HelperReply& reply : replies) {
    const auto credential = read_helper_reply(kEcr, reply);
    ASSERT_FALSE(credential.has_value()) << reply.output;
    const std::string& message = credential.error().message;
    EXPECT_EQ(message.find("credential helper ecr-login for " + kEcr.server + ": "), 0U) << message;
    EXPECT_NE(message.find("try: echo " + kEcr.server), std::string::npos) << message;
    EXPECT_EQ(message.find("canary"), std::string::npos) << message;
  }
}

TEST(ReadingSchedule, ReadsAgainAfterAnHourAFailureOrADoubt) {
  const TimePoint start = from_unix_seconds(1'790'000'000);
  ReadingSchedule schedule;
  EXPECT_LE(schedule.due(), start) << "what was never read is due";
  schedule.went_well(start, kHelperGoodFor);
  EXPECT_EQ(schedule.due(), start + hours(1));
  schedule.doubt(start + minutes(2));
  EXPECT_EQ(schedule.due(), start + minutes(2)) << "a refusal is followed at once";
  schedule.went_well(start + minutes(2), kHelperGoodFor);
  schedule.doubt(start + minutes(2) + seconds(59));
  EXPECT_EQ(schedule.due(), start + minutes(62)) << "but not more than once a minute";
  schedule.doubt(start + minutes(3));
  EXPECT_EQ(schedule.due(), start + minutes(3));
  for (const auto wait : {seconds(5), seconds(10), seconds(20), seconds(40)}) {
    schedule.failed(start);
    EXPECT_EQ(schedule.due(), start + wait);
  }
  for (int i = 0; i < 10; ++i) schedule.failed(start);
  EXPECT_EQ(schedule.due(), start + minutes(5));
  schedule.went_well(start, kHelperGoodFor);
  schedule.failed(start);
  EXPECT_EQ(schedule.due(), start + seconds(5));
}

}  // namespace
}  // namespace freshet

// Logins by a program: what is run, what its answers mean, and when it is run again.
#include "controller/kube/exec_login.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/controller/kube/scripted_client.h"

namespace freshet {
namespace {

const std::string kV1 = "client.authentication.k8s.io/v1";

ExecLogin aws_login() {
  ExecLogin login;
  login.api_version = kV1;
  login.command = "aws";
  login.arguments = {"eks", "get-token"};
  login.variables = {{"AWS_PROFILE", "prod"}, {"KUBERNETES_EXEC_INFO", "not from here"}};
  login.install_hint = "Install the AWS CLI";
  return login;
}

std::string reply_of(const std::string& status, const std::string& version = kV1) {
  return R"({"kind":"ExecCredential","apiVersion":")" + version + R"(","status":)" + status + "}";
}

TEST(ExecLogin, IsRunWithWhatTheKubeconfigSaysAndIsToldWhoAsks) {
  ProgramCall expected;
  expected.arguments = {"aws", "eks", "get-token"};
  expected.time_limit = kMaxLoginTime;
  expected.max_output = kMaxLoginReplyBytes;
  expected.variables = {
      {"AWS_PROFILE", "prod"},
      {"KUBERNETES_EXEC_INFO", R"({"apiVersion":"client.authentication.k8s.io/v1",)"
                               R"("kind":"ExecCredential","spec":{"interactive":false}})"}};
  expected.attended = true;
  EXPECT_EQ(login_call(aws_login(), false).value(), expected);

  ExecLogin told = aws_login();
  told.cluster = R"({"server":"https://api"})";
  expected.shares_input = true;
  expected.variables["KUBERNETES_EXEC_INFO"] =
      R"({"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential",)"
      R"("spec":{"cluster":{"server":"https://api"},"interactive":true}})";
  EXPECT_EQ(login_call(told, true).value(), expected);
}

TEST(ExecLogin, AsksAPersonOnlyWhereItMayAndCan) {
  struct Row {
    InteractiveMode mode;
    bool has_terminal;
    bool asks;
  };
  for (const Row& row :
       {Row{InteractiveMode::kNever, true, false}, Row{InteractiveMode::kNever, false, false},
        Row{InteractiveMode::kIfAvailable, true, true},
        Row{InteractiveMode::kIfAvailable, false, false},
        Row{InteractiveMode::kAlways, true, true}}) {
    ExecLogin login = aws_login();
    login.interactive = row.mode;
    EXPECT_EQ(login_call(login, row.has_terminal)->shares_input, row.asks);
  }
  ExecLogin always = aws_login();
  always.interactive = InteractiveMode::kAlways;
  EXPECT_EQ(login_call(always, false).error(),
            bad_input("logging in with aws: it asks a person (interactiveMode: Always), and "
                      "standard input is not a terminal"));
}

TEST(ExecLogin, GivesATokenOrACertificateAndUntilWhen) {
  KubeCredential token;
  token.token = Secret("canary");
  token.expires = parse_rfc3339("2026-11-23T02:24:00Z").value();
  EXPECT_EQ(read_login_reply(aws_login(), {0, reply_of(R"({"token":"canary",
      "expirationTimestamp":"2026-11-23T02:24:00Z"})")})
                .value(),
            token);
  KubeCredential certificate;
  certificate.certificate_pem = "CERT";
  certificate.key_pem = Secret("canary-key");
  EXPECT_EQ(read_login_reply(aws_login(), {0, reply_of(R"({"clientCertificateData":"CERT",
      "clientKeyData":"canary-key"})")})
                .value(),
            certificate);
}

TEST(ExecLogin, AnAnswerThatIsNoneIsRefusedAndNeverRepeated) {
  struct Row {
    ProgramEnd end;
    const char* said;
  };
  const Row rows[] = {
      {{3, "canary"}, "it ended with status 3"},
      {{0, "canary"}, "its answer is not an ExecCredential"},
      {{0, R"("canary")"}, "its answer is not an ExecCredential"},
      {{0, reply_of(R"({"token":"canary"})", "client.authentication.k8s.io/v1beta1")},
       "its answer is of client.authentication.k8s.io/v1beta1, where the kubeconfig asks for "
       "client.authentication.k8s.io/v1"},
      {{0, reply_of("null")}, "its answer has neither a token nor a certificate"},
      {{0, reply_of(R"({"clientKeyData":"canary"})")},
       "its certificate and key go together, and one is missing"},
      {{0, reply_of(R"({"token":"canary\nX: y"})")}, "its token holds control characters"},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(
        read_login_reply(aws_login(), row.end).error(),
        make_error(ErrorKind::kUnauthorized, std::string("logging in with aws: ") + row.said));
  }
  const auto late = read_login_reply(
      aws_login(), {0, reply_of(R"({"token":"canary","expirationTimestamp":"soon"})")});
  ASSERT_FALSE(late);
  EXPECT_NE(late.error().message.find("expirationTimestamp"), std::string::npos);
}

TEST(ExecLogin, WhatIsNotInstalledIsToldWithItsHint) {
  const auto absent = [](const ProgramCall&) -> Result<ProgramEnd> {
    return make_error(ErrorKind::kNotFound, "running aws: it cannot be started; is it in PATH?");
  };
  EXPECT_EQ(log_in(aws_login(), false, absent).error(),
            make_error(ErrorKind::kUnauthorized,
                       "logging in: running aws: it cannot be started; is it in PATH?\n"
                       "Install the AWS CLI"));
}

// A program whose tokens are numbered, and good for 15 minutes.
struct Plugin {
  ManualClock clock{kScriptedNow};
  int runs = 0;
  std::string status;  // instead of a token
  bool fails = false;
  TokenSource tokens{TokenSource::LogIn([this] {
    return log_in(aws_login(), false, [this](const ProgramCall&) -> Result<ProgramEnd> {
      ++runs;
      const std::string token = R"({"token":"canary-)" + std::to_string(runs) +
                                R"(","expirationTimestamp":")" +
                                format_rfc3339(clock.now() + minutes(15)) + R"("})";
      return ProgramEnd{fails ? 1 : 0, reply_of(status.empty() ? token : status)};
    });
  })};
  std::string token() {
    const auto shown = tokens.credential(clock.now());
    return shown ? shown->token.reveal() : shown.error().message;
  }
};

TEST(ExecLogin, IsUsedAgainUntilShortlyBeforeItExpires) {
  Plugin plugin;
  EXPECT_EQ(plugin.token(), "canary-1");
  plugin.clock.advance(minutes(15) - kLoginLeeway - milliseconds(1));
  EXPECT_EQ(plugin.token(), "canary-1");
  plugin.clock.advance(milliseconds(1));
  EXPECT_EQ(plugin.token(), "canary-2");
  EXPECT_EQ(plugin.runs, 2);
}

TEST(ExecLogin, ThatFailsLeavesNothingToShowAndIsTriedAgain) {
  Plugin plugin;
  plugin.fails = true;
  EXPECT_EQ(plugin.token(), "logging in with aws: it ended with status 1");
  plugin.fails = false;
  EXPECT_EQ(plugin.token(), "canary-2");
}

TEST(ExecLogin, IsDoneOnceForAllThatWereRejectedTogether) {
  Plugin plugin;
  const KubeCredential shown = plugin.tokens.credential(plugin.clock.now()).value();
  plugin.tokens.reject(shown);
  EXPECT_EQ(plugin.token(), "canary-2");
  plugin.tokens.reject(shown);
  EXPECT_EQ(plugin.token(), "canary-2");
}

TEST(ExecLogin, AfterA401IsDoneOnceMoreAndTheRequestIsRepeatedOnce) {
  Plugin plugin;
  Scripted s;
  s.answers = {HttpResponse{401, {}, ""}, HttpResponse{401, {}, ""}};
  KubeClient client(s.transport, plugin.tokens, s.clock, {.server = "https://api:6443"});
  EXPECT_EQ(client.get("/x").error().kind, ErrorKind::kUnauthorized);
  ASSERT_EQ(s.sent.size(), 2U);
  EXPECT_EQ(find_header(s.sent[0].headers, "authorization"), "Bearer canary-1");
  EXPECT_EQ(find_header(s.sent[1].headers, "authorization"), "Bearer canary-2");
  EXPECT_EQ(plugin.runs, 2);
}

TEST(ExecLogin, ACertificateGoesOverConnectionsOfItsOwn) {
  Plugin plugin;
  Scripted s;
  s.answers = {HttpResponse{401, {}, ""}, ok("{}")};
  KubeClient client(s.transport, plugin.tokens, s.clock, {.server = "https://api:6443"});
  plugin.status = R"({"clientCertificateData":"ONE","clientKeyData":"canary-one"})";
  (void)plugin.token();
  plugin.status = R"({"clientCertificateData":"TWO","clientKeyData":"canary-two"})";
  ASSERT_TRUE(client.get("/x"));
  EXPECT_EQ(s.sent[0].client_certificate_pem, "ONE");
  EXPECT_EQ(s.sent[1].client_certificate_pem, "TWO");
  EXPECT_EQ(s.sent[1].client_key_pem.reveal(), "canary-two");
  EXPECT_EQ(find_header(s.sent[1].headers, "authorization"), std::nullopt);
  EXPECT_NE(s.sent[0].identity, s.sent[1].identity);
}

TEST(ExecLogin, ThatFailsSaysWhatWasBeingDone) {
  Plugin plugin;
  plugin.fails = true;
  Scripted s;
  KubeClient client(s.transport, plugin.tokens, s.clock, {.server = "https://api:6443"});
  EXPECT_EQ(client.get("/x").error().message,
            "GET /x: logging in with aws: it ended with status 1");
  EXPECT_TRUE(s.sent.empty());
}

}  // namespace
}  // namespace freshet

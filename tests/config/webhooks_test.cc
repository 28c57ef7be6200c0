// The file of webhook receivers: what is read, and what people get told.
#include "config/webhooks.h"

#include <gtest/gtest.h>

namespace freshet {
namespace {

TEST(Webhooks, AFileOfReceiversIsRead) {
  const auto parsed = parse_webhook_receivers(
      "receivers:\n"
      "- {name: hub, source: DockerHub, secretFile: /secrets/hub}\n"
      "- {name: nexus, source: Nexus, secretFile: /secrets/n, registry: \"nexus.acme.io:5000\"}\n");
  EXPECT_TRUE(parsed.problems.empty()) << to_string(parsed.problems.front());
  EXPECT_EQ(parsed.receivers,
            (std::vector<WebhookReceiver>{
                {"hub", WebhookSource::kDockerHub, "/secrets/hub", ""},
                {"nexus", WebhookSource::kNexus, "/secrets/n", "nexus.acme.io:5000"}}));
}

TEST(Webhooks, AReceiverMayGoByIdTokens) {
  const auto parsed = parse_webhook_receivers(
      "receivers:\n- {name: gar, source: GAR, oidc: {audience: \"https://f.io/hooks/gar\", "
      "email: push@acme.iam.gserviceaccount.com}}\n");
  ASSERT_TRUE(parsed.problems.empty()) << to_string(parsed.problems.front());
  const WebhookReceiver& receiver = parsed.receivers.at(0);
  EXPECT_EQ(receiver.secret_file, "");
  EXPECT_EQ(receiver.oidc, (OidcSender{.audience = "https://f.io/hooks/gar",
                                       .email = "push@acme.iam.gserviceaccount.com"}));
}

struct ReceiversRow {
  std::string sentence;
  std::string text;
  std::vector<std::string> problems;
};

const std::vector<ReceiversRow> kReceiverRows = {
    {"an empty file has no receivers",
     "",
     {"found 0 documents; allowed: one document with receivers"}},
    {"an empty list has none either",
     "receivers: []\n",
     {"receivers (line 1, column 12): found 0 items; allowed: a list of receivers"}},
    {"a receiver without a secret is refused, and whatever else is wrong is told with it",
     "receivers:\n- {name: Hub, source: Dockerhub}\n",
     {"receivers[0] (line 2, column 3): secretFile is missing; allowed: the path of a file that "
      "holds the secret; or oidc",
      "receivers[0].name (line 2, column 10): found \"Hub\"; allowed: a name of at most 63 "
      "lower-case letters, digits and -",
      "receivers[0].source (line 2, column 23): found \"Dockerhub\"; did you mean DockerHub?"}},
    {"a misspelt field is told with the nearest name",
     "receivers:\n- {name: a, source: Quay, secretfile: /s}\n",
     {"receivers[0] (line 2, column 3): secretFile is missing; allowed: the path of a file that "
      "holds the secret; or oidc",
      "receivers[0].secretfile (line 2, column 27): unknown field secretfile; did you mean "
      "secretFile?"}},
    {"a secret that stands where its path belongs is not shown again",
     "receivers:\n- {name: a, source: Quay, secretFile: hunter2}\n",
     {"receivers[0].secretFile (line 2, column 39): found what is no absolute path; allowed: the "
      "path of a file that holds the secret"}},
    {"two receivers cannot share a path",
     "receivers:\n- {name: a, source: Quay, secretFile: /s}\n"
     "- {name: a, source: ECR, secretFile: /s}\n",
     {"receivers[1] (line 3, column 3): name a is receivers[0]'s already; allowed: each name "
      "once"}},
    {"a payload that names no registry needs one from the file",
     "receivers:\n- {name: a, source: JFrog, secretFile: /s}\n",
     {"receivers[0] (line 2, column 3): registry is missing: payloads of JFrog do not name it; "
      "allowed: host, host:port or host/path, lower case"}},
    {"and one that always names it takes none",
     "receivers:\n- {name: a, source: Tekton, secretFile: /s, registry: r.io}\n",
     {"receivers[0].registry (line 2, column 55): payloads of Tekton always name the registry; "
      "allowed: no registry here"}},
    {"a sender has a secret or a token, not both",
     "receivers:\n- name: a\n  source: GAR\n  secretFile: /s\n"
     "  oidc: {audience: a, email: p@acme.io}\n",
     {"receivers[0].oidc (line 5, column 9): there is a secretFile as well; allowed: one of the "
      "two"}},
    {"who signs or can show nothing has no token",
     "receivers:\n- {name: a, source: Quay, oidc: {audience: a, email: p@acme.io}}\n",
     {"receivers[0].oidc (line 2, column 33): Quay sends no ID token; allowed: secretFile; oidc "
      "for GAR, CloudEvents, Tekton and Generic"}},
    {"a token of just anyone is none",
     "receivers:\n- {name: a, source: GAR, oidc: {audience: a}}\n",
     {"receivers[0].oidc (line 2, column 32): email and subject are missing: anyone with an "
      "account could send; allowed: one of the two, or both"}},
    {"another issuer has other keys, and they come over https",
     "receivers:\n- name: a\n  source: CloudEvents\n"
     "  oidc: {audience: a, subject: s, issuer: \"https://kube\"}\n"
     "- {name: b, source: GAR, oidc: {subject: s, keys: \"http://i.io/keys\"}}\n",
     {"receivers[0].oidc (line 4, column 9): keys is missing: only the usual issuer's are known; "
      "allowed: the issuer's keys (JWKS), as https://host/path",
      "receivers[1].oidc (line 5, column 32): audience is missing; allowed: up to 255 characters "
      "without spaces",
      "receivers[1].oidc.keys (line 5, column 51): found \"http://i.io/keys\"; allowed: the "
      "issuer's keys (JWKS), as https://host/path"}},
    {"a registry is no URL",
     "receivers:\n- {name: a, source: Nexus, secretFile: /s, registry: \"https://r.io\"}\n",
     {"receivers[0].registry (line 2, column 54): found \"https://r.io\"; allowed: host, "
      "host:port or host/path, lower case"}},
};

TEST(Webhooks, EveryProblemOfAFileIsToldAtOnce) {
  for (const ReceiversRow& row : kReceiverRows) {
    const auto parsed = parse_webhook_receivers(row.text);
    std::vector<std::string> told;
    for (const Problem& problem : parsed.problems) told.push_back(to_string(problem));
    EXPECT_EQ(told, row.problems) << row.sentence;
    EXPECT_TRUE(parsed.receivers.empty()) << row.sentence;
  }
}

}  // namespace
}  // namespace freshet

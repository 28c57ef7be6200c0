// Webhooks: what each source's documented payloads mean, and what is refused.
#include "controller/registry/webhook.h"

#include <gtest/gtest.h>

#include "controller/registry/webhook_gate.h"
#include "tests/controller/registry/webhook_samples.h"

namespace freshet {
namespace {

using samples::genuine;
using samples::kHookSecret;
using samples::receiver;
using samples::Sample;

const TimePoint kHookNow = from_unix_seconds(1'790'000'000);

WebhookVerdict judge(const Sample& sample, const Webhook& hook) {
  return judge_webhook(sample.receiver, {kHookSecret}, hook, kHookNow);
}

std::vector<std::string> written(const WebhookPushes& pushes) {
  std::vector<std::string> out;
  for (const ImageReference& each : pushes.references) out.push_back(to_string(each));
  return out;
}

TEST(Webhook, EveryDocumentedPayloadIsUnderstood) {
  for (const Sample& sample : samples::all()) {
    const WebhookVerdict verdict = judge(sample, genuine(sample));
    EXPECT_EQ(verdict.reason, "") << sample.sentence;
    EXPECT_EQ(to_string(verdict.outcome), sample.pushed.empty() ? "nothing" : "accepted")
        << sample.sentence;
    EXPECT_EQ(written(verdict.pushes), sample.pushed) << sample.sentence;
    EXPECT_EQ(verdict.pushes.delivery, sample.delivery) << sample.sentence;
  }
}

TEST(Webhook, NobodyIsHeardWhoDoesNotKnowTheSecret) {
  for (const Sample& sample : samples::all()) {
    const auto is_refused = [&](const Webhook& hook) {
      return judge(sample, hook).outcome == WebhookOutcome::kUnauthorized;
    };
    EXPECT_TRUE(is_refused(genuine(sample, Secret("another-secret-of-that-kind"))))
        << sample.sentence;
    EXPECT_TRUE(is_refused({"", sample.headers, sample.body})) << sample.sentence;
    const Webhook known = genuine(sample);
    EXPECT_EQ(judge_webhook(sample.receiver, {Secret("")}, {"", {}, sample.body}, kHookNow).outcome,
              WebhookOutcome::kUnauthorized)
        << sample.sentence << ": no secret is known to nobody";
    Webhook twice = known;
    twice.path_secret += twice.path_secret;
    twice.headers.insert(twice.headers.end(), known.headers.begin(), known.headers.end());
    EXPECT_TRUE(is_refused(twice)) << sample.sentence << ": two answers are none";
  }
}

TEST(Webhook, ASignatureCoversTheWholeBody) {
  for (const Sample& sample : samples::all()) {
    const auto source = sample.receiver.source;
    if (source != WebhookSource::kGitHub && source != WebhookSource::kJFrog &&
        source != WebhookSource::kNexus && source != WebhookSource::kGeneric) {
      continue;
    }
    Webhook hook = genuine(sample);
    hook.body.back() = ' ';
    hook.body += '}';
    EXPECT_EQ(judge(sample, hook).outcome, WebhookOutcome::kUnauthorized) << sample.sentence;
    hook = genuine(sample);
    hook.path_secret = kHookSecret.reveal();
    hook.headers = sample.headers;
    hook.headers.push_back({"Authorization", kHookSecret.reveal()});
    EXPECT_EQ(judge(sample, hook).outcome, WebhookOutcome::kUnauthorized)
        << sample.sentence << ": the secret itself is no signature";
  }
}

TEST(Webhook, ARepeatedDeliveryBringsNothingForward) {
  for (const Sample& sample : samples::all()) {
    if (sample.pushed.empty()) continue;
    const Webhook hook = genuine(sample);
    const WebhookPushes pushes = judge(sample, hook).pushes;
    WebhookGate gate;
    const auto admit = [&](TimePoint now) {
      return gate.admit(sample.receiver, hook, pushes, now);
    };
    EXPECT_EQ(admit(kHookNow), WebhookOutcome::kAccepted) << sample.sentence;
    EXPECT_EQ(admit(kHookNow + seconds(9)), WebhookOutcome::kRepeated) << sample.sentence;
    // Where the sender tells deliveries apart an equal one is one of before; else a later push.
    const bool has_id = !sample.delivery.empty();
    EXPECT_EQ(admit(kHookNow + minutes(5)),
              has_id ? WebhookOutcome::kRepeated : WebhookOutcome::kAccepted)
        << sample.sentence;
    EXPECT_EQ(admit(kHookNow + hours(2)), WebhookOutcome::kAccepted) << sample.sentence;
  }
}

TEST(Webhook, WhatIsNotAsDocumentedIsRefusedForEverySource) {
  const std::string deep = std::string(100, '[') + std::string(100, ']');
  const std::vector<std::pair<std::string, std::string>> rows = {
      {"not JSON", "image=ghcr.io/acme/checkout"},
      {"empty", ""},
      {"no object", "[]"},
      {"too deep", R"({"image":)" + deep + "}"},
      {"not UTF-8", "{\"image\":\"\xff\"}"},
      {"twice the same key", R"({"image":"a/b:1","image":"a/c:1"})"},
      {"too large", R"({"image":")" + std::string(kMaxWebhookBytes, 'a') + R"("})"},
  };
  for (const Sample& sample : samples::all()) {
    for (const auto& [what, body] : rows) {
      Sample bad = sample;
      bad.body = body;
      const WebhookVerdict verdict = judge(bad, genuine(bad));
      EXPECT_EQ(verdict.outcome, WebhookOutcome::kMalformed) << sample.sentence << ": " << what;
      EXPECT_EQ(verdict.reason.find(kHookSecret.reveal()), std::string::npos);
      EXPECT_LT(verdict.reason.size(), 1000u) << what;
    }
  }
}

struct BadHook {
  std::string sentence;
  WebhookReceiver receiver;
  HttpHeaders headers;
  std::string body;
  std::string reason;
};

TEST(Webhook, ARefusalSaysWhatIsWrong) {
  const std::string event = R"({"specversion":"1.0","id":"1","source":"s","type":)";
  const std::vector<BadHook> rows = {
      {"Docker Hub without a repository",
       receiver(WebhookSource::kDockerHub),
       {},
       "{}",
       "repository.repo_name is missing"},
      {"GitHub without its event",
       receiver(WebhookSource::kGitHub),
       {},
       "{}",
       "the header X-GitHub-Event is missing"},
      {"a tag that cannot be one",
       receiver(WebhookSource::kDockerHub),
       {},
       R"({"repository":{"repo_name":"acme/app"},"push_data":{"tag":"a b"}})",
       "\"a b\" is no tag"},
      {"a repository that brings its own tag",
       receiver(WebhookSource::kDockerHub),
       {},
       R"({"repository":{"repo_name":"acme/app:1"},"push_data":{"tag":"2"}})",
       "\"docker.io/acme/app:1\" is no repository's name"},
      {"no envelope",
       receiver(WebhookSource::kDistribution),
       {},
       R"({"id":"1"})",
       "events is no list"},
      {"no base64",
       receiver(WebhookSource::kGar),
       {},
       R"({"message":{"data":"%%"}})",
       "message.data is missing or not base64"},
      {"neither mode of a CloudEvent",
       receiver(WebhookSource::kTekton),
       {},
       "{}",
       "no CloudEvent: neither ce-type nor specversion"},
      {"zot, and nobody says where",
       receiver(WebhookSource::kCloudEvents),
       {},
       event + R"("zotregistry.image.updated","data":{"name":"a","reference":"1"}})",
       "zot does not say its own name: the receiver needs a registry"},
      {"our own form without an image",
       receiver(WebhookSource::kGeneric),
       {},
       R"({"id":"7"})",
       "image is missing: registry/repository:tag"},
      {"no reference",
       receiver(WebhookSource::kGeneric),
       {},
       R"({"image":"https://r.io/a"})",
       "not an image reference: 'https://r.io/a': the registry is not host[:port]"},
  };
  for (const BadHook& row : rows) {
    const Sample sample{row.sentence, row.receiver, row.headers, row.body, {}};
    const WebhookVerdict verdict = judge(sample, genuine(sample));
    EXPECT_EQ(verdict.outcome, WebhookOutcome::kMalformed) << row.sentence;
    EXPECT_EQ(verdict.reason, row.reason) << row.sentence;
  }
}

TEST(Webhook, OneBodyNamesNotMoreThanSoManyPushes) {
  std::vector<std::string> all;
  for (int i = 0; i < 500; ++i) {
    all.push_back(samples::distribution_event(std::to_string(i), "push", samples::kManifestType,
                                              std::to_string(i)));
  }
  const Sample sample{"many", receiver(WebhookSource::kDistribution), {}, samples::events(all), {}};
  EXPECT_EQ(judge(sample, genuine(sample)).pushes.references.size(), kMaxPushesOfWebhook);
}

}  // namespace
}  // namespace freshet

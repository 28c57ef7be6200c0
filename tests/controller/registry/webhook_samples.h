// Webhooks as each source's documentation shows them, shortened where fields say nothing to us.
#pragma once

#include <string>
#include <vector>

#include "base/mac.h"
#include "base/text.h"
#include "controller/registry/webhook.h"

namespace freshet::samples {

struct Sample {
  std::string sentence;
  WebhookReceiver receiver;
  HttpHeaders headers;
  std::string body;
  std::vector<std::string> pushed;  // references; empty: an event that pushes nothing
  std::string delivery = {};
};

inline const Secret kHookSecret{"s3cret-canary-s3cret"};

inline WebhookReceiver receiver(WebhookSource source, const std::string& registry = "") {
  return {"hook", source, "/secrets/hook", registry};
}

// Shows the secret in the way of the source; for those that have two ways, in the path.
inline Webhook genuine(const Sample& sample, const Secret& secret = kHookSecret) {
  Webhook hook{"", sample.headers, sample.body};
  const auto sign = [&](const char* header, const std::string& before, MacHash hash) {
    hook.headers.push_back({header, before + hmac_hex(hash, secret.reveal(), hook.body)});
  };
  switch (sample.receiver.source) {
    case WebhookSource::kGitHub: sign("X-Hub-Signature-256", "sha256=", MacHash::kSha256); break;
    case WebhookSource::kJFrog: sign("X-JFrog-Event-Auth", "", MacHash::kSha256); break;
    case WebhookSource::kNexus: sign("X-Nexus-Webhook-Signature", "", MacHash::kSha1); break;
    case WebhookSource::kGeneric: sign("X-Freshet-Signature", "sha256=", MacHash::kSha256); break;
    case WebhookSource::kHarbor:
    case WebhookSource::kAcr:
    case WebhookSource::kDistribution:
      hook.headers.push_back({"authorization", "Bearer " + secret.reveal()});
      break;
    case WebhookSource::kEcr:
    case WebhookSource::kCloudEvents:
      hook.headers.push_back({"Authorization", secret.reveal()});
      break;
    case WebhookSource::kDockerHub:
    case WebhookSource::kQuay:
    case WebhookSource::kGar:
    case WebhookSource::kTekton: hook.path_secret = secret.reveal(); break;
  }
  return hook;
}

inline std::string digest() { return "sha256:" + std::string(64, '9'); }

// GitHub's `package` or `registry_package`.
inline std::string github(const std::string& event, const std::string& action,
                          const std::string& tag, const std::string& type = "CONTAINER") {
  return R"({"action":")" + action + R"(",")" + event +
         R"(":{"id":1,"name":"Checkout","namespace":"Acme","ecosystem":"CONTAINER",)"
         R"("package_type":")" +
         type + R"(","owner":{"login":"Acme"},"package_version":{"version":")" + digest() +
         R"(","name":")" + digest() + R"(","container_metadata":{"tag":{"name":")" + tag +
         R"(","digest":")" + digest() + R"("},"labels":{},"manifest":{}}},)" +
         R"("registry":{"name":"GitHub CONTAINER registry","type":"CONTAINER"}}})";
}

inline std::string distribution_event(const std::string& id, const std::string& action,
                                      const std::string& type, const std::string& tag) {
  return R"({"id":")" + id + R"(","timestamp":"2026-11-28T00:00:00Z","action":")" + action +
         R"(","target":{"mediaType":")" + type + R"(","size":708,"digest":")" + digest() +
         R"(","length":708,"repository":"acme/checkout","url":"http://x","tag":")" + tag +
         R"("},"request":{"id":"r","addr":"10.0.0.1:5","host":"registry.acme.io:5000",)" +
         R"("method":"PUT","useragent":"test"},"actor":{},"source":{"addr":"a","instanceID":"i"}})";
}

inline const std::string kManifestType = "application/vnd.oci.image.manifest.v1+json";

inline std::string events(const std::vector<std::string>& all) {
  return R"({"events":[)" + join(all, ",") + "]}";
}

inline std::string harbor(const std::string& type, const std::string& tag) {
  const std::string behind = tag.starts_with("sha256:") ? "@" : ":";
  return R"({"type":")" + type + R"(","occur_at":1680501893,"operator":"robot","event_data":)" +
         R"({"resources":[{"digest":")" + digest() + R"(","tag":")" + tag +
         R"(","resource_url":"harbor.acme.io/shop/checkout)" + behind + tag +
         R"("}],"repository":{"date_created":1680501893,"name":"checkout","namespace":"shop",)" +
         R"("repo_full_name":"shop/checkout","repo_type":"private"}}})";
}

inline std::string pubsub(const std::string& data) {
  return R"({"message":{"attributes":{},"data":")" + base64_encode(data) +
         R"(","messageId":"136969346945","publishTime":"2026-11-28T00:00:00Z"},)" +
         R"("subscription":"projects/acme/subscriptions/gcr"})";
}

inline std::string ecr(const std::string& action, const std::string& tag,
                       const std::string& region = "us-west-2") {
  const std::string tagged = tag.empty() ? "" : R"(,"image-tag":")" + tag + R"(")";
  return R"({"version":"0","id":"13cde686","detail-type":"ECR Image Action","source":"aws.ecr",)"
         R"("account":"123456789012","time":"2026-11-28T00:00:00Z","region":")" +
         region + R"(","resources":[],"detail":{"result":"SUCCESS","repository-name":"checkout",)" +
         R"("image-digest":")" + digest() + R"(","action-type":")" + action + R"(")" + tagged +
         "}}";
}

// A run of Tekton whose results are listed in this field of its status.
inline std::string tekton(const std::string& run, const std::string& field) {
  return R"({")" + run + R"(":{"metadata":{"name":"build-1"},"status":{")" + field +
         R"(":[{"name":"IMAGE_DIGEST","type":"string","value":")" + digest() +
         R"("},{"name":"app-IMAGE_URL","type":"string","value":"ghcr.io/acme/checkout:1.4\n"}]}}})";
}

void add_registries(std::vector<Sample>& out);  // part of them
const std::vector<Sample>& all();  // at least a push, one without a tag, and one that is none

}  // namespace freshet::samples

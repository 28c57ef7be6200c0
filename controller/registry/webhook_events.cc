// Webhook bodies of event buses and CI, and our own. Field names are those of their documentation.
#include <nlohmann/json.hpp>
#include <optional>

#include "base/text.h"
#include "controller/registry/webhook_reading.h"

namespace freshet::webhooks {
namespace {

// A CloudEvent 1.0: in binary mode its attributes are headers and the body is the data; in
// structured mode the body is all of it.
struct CloudEvent {
  std::string type;
  std::string source;
  std::string id;
  const Json& data;
};

std::optional<CloudEvent> cloud_event(const Delivery& delivery) {
  if (const auto type = find_header(delivery.headers, "ce-type")) {
    return CloudEvent{*type, find_header(delivery.headers, "ce-source").value_or(""),
                      find_header(delivery.headers, "ce-id").value_or(""), delivery.body};
  }
  if (string_or(delivery.body, "specversion").empty()) return std::nullopt;
  return CloudEvent{string_or(delivery.body, "type"), string_or(delivery.body, "source"),
                    string_or(delivery.body, "id"), at_path(delivery.body, {"data"})};
}

// A sender's ids are its own: the source is part of what tells events apart.
void add_delivery(const CloudEvent& event, PushList& pushes) {
  if (!event.id.empty()) pushes.add_delivery(event.source + "#" + event.id);
}

std::string ecr_registry(const WebhookReceiver& receiver, const std::string& account,
                         const std::string& region) {
  if (!receiver.registry.empty()) return receiver.registry;
  const bool is_china = region.starts_with("cn-");
  return account + ".dkr.ecr." + region + ".amazonaws.com" + (is_china ? ".cn" : "");
}

// What an input transformer of EventBridge makes: type com.amazon.ecr.image.push, source
// urn:aws:ecr:REGION:ACCOUNT:…, data {repositoryName, imageTag}.
void read_ecr_cloud_event(const WebhookReceiver& receiver, const CloudEvent& event,
                          PushList& pushes) {
  if (event.type != "com.amazon.ecr.image.push") return;
  add_delivery(event, pushes);
  const auto parts = split(event.source, ':');
  if (receiver.registry.empty() && parts.size() < 5) {
    return pushes.refuse("source is not urn:aws:ecr:REGION:ACCOUNT:…");
  }
  const std::string registry =
      parts.size() < 5 ? receiver.registry : ecr_registry(receiver, parts[4], parts[3]);
  pushes.add(registry + "/" + string_or(event.data, "repositoryName"),
             string_or(event.data, "imageTag"));
}

// Results that Tekton Chains calls type hints: IMAGE_URL, or a name that ends with it.
void read_results(const Json& results, PushList& pushes) {
  if (!results.is_array()) return;
  for (const Json& result : results) {
    const std::string value = string_or(result, "value");
    if (string_or(result, "name").ends_with("IMAGE_URL") && !trim(value).empty()) {
      pushes.add_reference(value);
    }
  }
}

}  // namespace

// EventBridge's own form: {id, detail-type: ECR Image Action, account, region, detail: {result,
// action-type, repository-name, image-tag}}.
void read_ecr(const Delivery& delivery, PushList& pushes) {
  if (const auto event = cloud_event(delivery)) {
    return read_ecr_cloud_event(delivery.receiver, *event, pushes);
  }
  const std::string type = string_or(delivery.body, "detail-type");
  if (type.empty()) return pushes.refuse("neither a CloudEvent nor an event of EventBridge");
  const Json& detail = at_path(delivery.body, {"detail"});
  const bool is_push = type == "ECR Image Action" && string_or(detail, "action-type") == "PUSH" &&
                       string_or(detail, "result") == "SUCCESS";
  if (!is_push) return;
  pushes.add_delivery(string_or(delivery.body, "id"));
  pushes.add(ecr_registry(delivery.receiver, string_or(delivery.body, "account"),
                          string_or(delivery.body, "region")) +
                 "/" + string_or(detail, "repository-name"),
             string_or(detail, "image-tag"));
}

// Pub/Sub's envelope {message: {data, messageId}}, whose data is base64 of {action: INSERT,
// digest: host/path@sha256:…, tag: host/path:tag}; the tag is there if one was pushed.
void read_gar(const Delivery& delivery, PushList& pushes) {
  const Json& message = at_path(delivery.body, {"message"});
  const auto text = base64_decode(string_or(message, "data"));
  if (!text || text->empty()) return pushes.refuse("message.data is missing or not base64");
  const auto data = parse_json(*text, kMaxWebhookBytes);
  if (!data) return pushes.refuse("message.data: " + data.error().message);
  if (string_or(*data, "action") != "INSERT") return;
  pushes.add_delivery(string_or(message, "messageId"));
  const std::string tag = string_or(*data, "tag");
  pushes.add_reference(tag.empty() ? string_or(*data, "digest") : tag);
}

// zot: type …image.updated with data {name, reference}; all others: data {image:
// registry/repository:tag}.
void read_cloud_event(const Delivery& delivery, PushList& pushes) {
  const auto event = cloud_event(delivery);
  if (!event) return pushes.refuse("no CloudEvent: neither ce-type nor specversion");
  const std::string image = string_or(event->data, "image");
  const bool is_zot = event->type.ends_with(".image.updated");
  if (image.empty() && !is_zot) return;
  add_delivery(*event, pushes);
  if (!image.empty()) return pushes.add_reference(image);
  if (delivery.receiver.registry.empty()) {
    return pushes.refuse("zot does not say its own name: the receiver needs a registry");
  }
  pushes.add(delivery.receiver.registry + "/" + string_or(event->data, "name"),
             string_or(event->data, "reference"));
}

// {pipelineRun: {status: {results | pipelineResults: [{name, value}]}}}, or taskRun with results |
// taskResults: v1 and v1beta1.
void read_tekton(const Delivery& delivery, PushList& pushes) {
  const auto event = cloud_event(delivery);
  if (!event) return pushes.refuse("no CloudEvent: neither ce-type nor specversion");
  const bool is_pipeline = event->type == "dev.tekton.event.pipelinerun.successful.v1";
  if (!is_pipeline && event->type != "dev.tekton.event.taskrun.successful.v1") return;
  add_delivery(*event, pushes);
  const Json& status = at_path(event->data, {is_pipeline ? "pipelineRun" : "taskRun", "status"});
  read_results(at_path(status, {"results"}), pushes);
  read_results(at_path(status, {is_pipeline ? "pipelineResults" : "taskResults"}), pushes);
}

// {image: registry/repository[:tag], id}; without an id, equal bodies soon after are one delivery.
void read_generic(const Delivery& delivery, PushList& pushes) {
  const std::string image = string_or(delivery.body, "image");
  if (image.empty()) return pushes.refuse("image is missing: registry/repository:tag");
  pushes.add_delivery(string_or(delivery.body, "id"));
  pushes.add_reference(image);
}

}  // namespace freshet::webhooks

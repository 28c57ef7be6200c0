// The samples of event buses and CI, and all of them together.
#include "tests/controller/registry/webhook_samples.h"

namespace freshet::samples {
namespace {

const std::string kZotType = "zotregistry.image.updated";

HttpHeaders binary(const std::string& type) {
  return {{"Ce-Specversion", "1.0"},
          {"Ce-Type", type},
          {"Ce-Source", "zotregistry.dev"},
          {"Ce-Id", "e-1"}};
}

std::string structured(const std::string& type, const std::string& source,
                       const std::string& data) {
  return R"({"specversion":"1.0","id":"e-1","source":")" + source + R"(","type":")" + type +
         R"(","datacontenttype":"application/json","data":)" + data + "}";
}

std::string zot(const std::string& reference) {
  return R"({"name":"acme/checkout","reference":")" + reference + R"(","digest":")" + digest() +
         R"(","mediaType":"m","manifest":"{}"})";
}

void add_ecr(std::vector<Sample>& out) {
  const auto aws = receiver(WebhookSource::kEcr);
  const std::string ecr_pushed = "123456789012.dkr.ecr.us-west-2.amazonaws.com/checkout";
  out.insert(out.end(),
             {
                 {"EventBridge's own form",
                  aws,
                  {},
                  ecr("PUSH", "1.4"),
                  {ecr_pushed + ":1.4"},
                  "13cde686"},
                 {"China has its own domain",
                  aws,
                  {},
                  ecr("PUSH", "1.4", "cn-north-1"),
                  {"123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn/checkout:1.4"},
                  "13cde686"},
                 {"ECR without a tag", aws, {}, ecr("PUSH", ""), {ecr_pushed}, "13cde686"},
                 {"ECR tells a deletion", aws, {}, ecr("DELETE", "1.4"), {}},
                 {"EventBridge as a CloudEvent",
                  aws,
                  {},
                  structured("com.amazon.ecr.image.push",
                             "urn:aws:ecr:us-west-2:123456789012:repository/checkout",
                             R"({"repositoryName":"checkout","imageTag":"1.4"})"),
                  {ecr_pushed + ":1.4"},
                  "urn:aws:ecr:us-west-2:123456789012:repository/checkout#e-1"},
             });
}

void add_gar(std::vector<Sample>& out) {
  const auto gar = receiver(WebhookSource::kGar);
  const std::string gar_image = "us-west1-docker.pkg.dev/acme/shop/checkout";
  const std::string tagged = R"({"action":"INSERT","digest":")" + gar_image + "@" + digest() +
                             R"(","tag":")" + gar_image + R"(:1.4"})";
  out.insert(out.end(),
             {
                 {"Artifact Registry through Pub/Sub",
                  gar,
                  {},
                  pubsub(tagged),
                  {gar_image + ":1.4"},
                  "136969346945"},
                 {"Artifact Registry without a tag",
                  gar,
                  {},
                  pubsub(R"({"action":"INSERT","digest":")" + gar_image + "@" + digest() + R"("})"),
                  {gar_image},
                  "136969346945"},
                 {"Artifact Registry tells a deletion",
                  gar,
                  {},
                  pubsub(R"({"action":"DELETE","tag":")" + gar_image + R"(:1.4"})"),
                  {}},
             });
}

void add_cloud_events(std::vector<Sample>& out) {
  const auto cloud = receiver(WebhookSource::kCloudEvents, "zot.acme.io");
  out.insert(
      out.end(),
      {
          {"zot in binary mode",
           cloud,
           binary(kZotType),
           zot("1.4"),
           {"zot.acme.io/acme/checkout:1.4"},
           "zotregistry.dev#e-1"},
          {"zot in structured mode, by digest",
           cloud,
           {},
           structured(kZotType, "zotregistry.dev", zot(digest())),
           {"zot.acme.io/acme/checkout"},
           "zotregistry.dev#e-1"},
          {"zot tells a deletion", cloud, binary("zotregistry.image.deleted"), zot("1.4"), {}},
          {"any CloudEvent that names an image",
           cloud,
           {},
           structured("io.acme.built", "/ci", R"({"image":"ghcr.io/acme/checkout:1.4"})"),
           {"ghcr.io/acme/checkout:1.4"},
           "/ci#e-1"},
      });
}

void add_builds(std::vector<Sample>& out) {
  const auto runs = receiver(WebhookSource::kTekton);
  const auto own = receiver(WebhookSource::kGeneric);
  const std::string tekton_run = "dev.tekton.event.pipelinerun.successful.v1";
  out.insert(out.end(), {
                            {"a PipelineRun that succeeded",
                             runs,
                             binary(tekton_run),
                             tekton("pipelineRun", "pipelineResults"),
                             {"ghcr.io/acme/checkout:1.4"},
                             "zotregistry.dev#e-1"},
                            {"a TaskRun in the shape of v1",
                             runs,
                             binary("dev.tekton.event.taskrun.successful.v1"),
                             tekton("taskRun", "results"),
                             {"ghcr.io/acme/checkout:1.4"},
                             "zotregistry.dev#e-1"},
                            {"a PipelineRun that failed",
                             runs,
                             binary("dev.tekton.event.pipelinerun.failed.v1"),
                             tekton("pipelineRun", "pipelineResults"),
                             {}},
                            {"our own form",
                             own,
                             {},
                             R"({"image":"ghcr.io/acme/checkout:1.4","id":"build-7"})",
                             {"ghcr.io/acme/checkout:1.4"},
                             "build-7"},
                            {"our own form without a tag",
                             own,
                             {},
                             R"({"image":"ghcr.io/acme/checkout"})",
                             {"ghcr.io/acme/checkout"}},
                        });
}

}  // namespace

const std::vector<Sample>& all() {
  static const std::vector<Sample> kAll = [] {
    std::vector<Sample> out;
    add_registries(out);
    add_ecr(out);
    add_gar(out);
    add_cloud_events(out);
    add_builds(out);
    return out;
  }();
  return kAll;
}

}  // namespace freshet::samples

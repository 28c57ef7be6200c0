// The samples of registries.
#include "tests/controller/registry/webhook_samples.h"

namespace freshet::samples {
namespace {

HttpHeaders github_headers(const std::string& event) {
  return {{"X-GitHub-Event", event}, {"X-GitHub-Delivery", "72d3162e"}};
}

std::string jfrog(const std::string& event) {
  return R"({"domain":"docker","event_type":")" + event +
         R"(","data":{"repo_key":"docker-local","event_type":"pushed","path":)" +
         R"("checkout/1.4/list.manifest.json","name":"list.manifest.json",)" +
         R"("image_name":"checkout","tag":"1.4","platforms":[]},"jpd_origin":"https://acme"})";
}

std::string nexus(const std::string& action, const std::string& format) {
  return R"({"timestamp":"2016-11-14T19:32:13.515+0000","nodeId":"7F","initiator":"ci/10.0.0.1",)" +
         std::string(R"("repositoryName":"docker-hosted","action":")") + action +
         R"(","component":{"id":"0","componentId":"b","format":")" + format +
         R"(","name":"acme/checkout","group":"","version":"1.4"}})";
}

void add_hub_and_quay(std::vector<Sample>& out) {
  const auto hub = receiver(WebhookSource::kDockerHub);
  const auto quay = receiver(WebhookSource::kQuay);
  const std::string hub_repository =
      R"("repository":{"name":"checkout","namespace":"acme","repo_name":"acme/checkout"}})";
  out.insert(
      out.end(),
      {
          {"Docker Hub names repository and tag",
           hub,
           {},
           R"({"callback_url":"https://registry.hub.docker.com/u/x/","push_data":{"pushed_at":)"
           R"(1417566161,"pusher":"ci","tag":"1.4"},)" +
               hub_repository,
           {"docker.io/acme/checkout:1.4"}},
          {"Docker Hub without a tag",
           hub,
           {},
           R"({"push_data":{"tag":null},)" + hub_repository,
           {"docker.io/acme/checkout"}},
          {"Quay lists the tags that moved",
           quay,
           {},
           R"({"name":"checkout","repository":"acme/checkout","namespace":"acme","docker_url":)"
           R"("quay.acme.io/acme/checkout","homepage":"https://quay.acme.io/repository/x",)"
           R"("updated_tags":["1.4","latest"]})",
           {"quay.acme.io/acme/checkout:1.4", "quay.acme.io/acme/checkout:latest"}},
          {"an older Quay maps tags to image ids",
           quay,
           {},
           R"({"repository":"acme/checkout","docker_url":"quay.io/acme/checkout",)"
           R"("updated_tags":{"latest":"b750fe79"}})",
           {"quay.io/acme/checkout:latest"}},
          {"Quay without a tag",
           quay,
           {},
           R"({"repository":"acme/checkout","docker_url":"quay.io/acme/checkout",)"
           R"("updated_tags":[]})",
           {"quay.io/acme/checkout"}},
          {"Quay tells a build", quay, {}, R"({"build_id":"296e","docker_tags":["master"]})", {}},
      });
}

void add_harbor(std::vector<Sample>& out) {
  const auto harbor_at = receiver(WebhookSource::kHarbor);
  out.insert(
      out.end(),
      {
          {"Harbor says where the artifact is",
           harbor_at,
           {},
           harbor("PUSH_ARTIFACT", "1.4"),
           {"harbor.acme.io/shop/checkout:1.4"}},
          {"Harbor's tag may be a digest",
           harbor_at,
           {},
           harbor("PUSH_ARTIFACT", digest()),
           {"harbor.acme.io/shop/checkout"}},
          {"Harbor behind another name",
           receiver(WebhookSource::kHarbor, "images.acme.io"),
           {},
           harbor("PUSH_ARTIFACT", "1.4"),
           {"images.acme.io/shop/checkout:1.4"}},
          {"Harbor tells a pull", harbor_at, {}, harbor("PULL_ARTIFACT", "1.4"), {}},
          {"Harbor's CloudEvents",
           harbor_at,
           {},
           R"({"specversion":"1.0","id":"66e18103","source":"/projects/2/webhook/policies/15",)"
           R"("type":"harbor.artifact.pushed","data":{"resources":[{"tag":"1.4","resource_url":)"
           R"("harbor.acme.io/shop/checkout:1.4"}],"repository":{}},"operator":"robot"})",
           {"harbor.acme.io/shop/checkout:1.4"},
           "66e18103"},
      });
}

void add_managers(std::vector<Sample>& out) {
  const auto nexus_at = receiver(WebhookSource::kNexus, "nexus.acme.io");
  const HttpHeaders nexus_headers = {{"X-Nexus-Webhook-Id", "rm:repository:component"},
                                     {"X-Nexus-Webhook-Delivery", "d-1"}};
  out.insert(
      out.end(),
      {
          {"Artifactory names its own repository, which may be part of the path",
           receiver(WebhookSource::kJFrog, "acme.jfrog.io"),
           {},
           jfrog("pushed"),
           {"acme.jfrog.io/checkout:1.4", "acme.jfrog.io/docker-local/checkout:1.4"}},
          {"Artifactory tells a deletion",
           receiver(WebhookSource::kJFrog, "acme.jfrog.io"),
           {},
           jfrog("deleted"),
           {}},
          {"Nexus creates or updates a component",
           nexus_at,
           nexus_headers,
           nexus("UPDATED", "docker"),
           {"nexus.acme.io/acme/checkout:1.4", "nexus.acme.io/docker-hosted/acme/checkout:1.4"},
           "d-1"},
          {"Nexus tells a deletion", nexus_at, nexus_headers, nexus("DELETED", "docker"), {}},
          {"Nexus tells of a package", nexus_at, nexus_headers, nexus("CREATED", "npm"), {}},
      });
}

void add_distributions(std::vector<Sample>& out) {
  const auto own = receiver(WebhookSource::kDistribution);
  const auto acr = receiver(WebhookSource::kAcr);
  const std::string layer = "application/octet-stream";
  const std::string pushed = "registry.acme.io:5000/acme/checkout";
  out.insert(out.end(), {
                            {"a registry tells layers, then the manifest",
                             own,
                             {},
                             events({distribution_event("1", "push", layer, ""),
                                     distribution_event("2", "push", kManifestType, "1.4")}),
                             {pushed + ":1.4"},
                             "2"},
                            {"a manifest by digest",
                             own,
                             {},
                             events({distribution_event("3", "push", kManifestType, "")}),
                             {pushed},
                             "3"},
                            {"a registry known by another name",
                             receiver(WebhookSource::kDistribution, "r.io"),
                             {},
                             events({distribution_event("2", "push", kManifestType, "1.4")}),
                             {"r.io/acme/checkout:1.4"},
                             "2"},
                            {"several pushes at once are one delivery",
                             own,
                             {},
                             events({distribution_event("2", "push", kManifestType, "1.4"),
                                     distribution_event("4", "push", kManifestType, "latest")}),
                             {pushed + ":1.4", pushed + ":latest"},
                             "2 4"},
                            {"a registry tells pulls as well, our own among them",
                             own,
                             {},
                             events({distribution_event("5", "pull", kManifestType, "1.4")}),
                             {}},
                            {"Azure's tells a push",
                             acr,
                             {},
                             distribution_event("6", "push", kManifestType, "1.4"),
                             {pushed + ":1.4"},
                             "6"},
                            {"Azure's by digest has an empty tag",
                             acr,
                             {},
                             distribution_event("6", "push", kManifestType, ""),
                             {pushed},
                             "6"},
                            {"Azure's test", acr, {}, R"({"id":"7","action":"ping"})", {}},
                        });
}

void add_github(std::vector<Sample>& out) {
  const auto at = receiver(WebhookSource::kGitHub);
  const std::string pushed = "ghcr.io/acme/checkout";
  out.insert(out.end(),
             {
                 {"GitHub publishes a package, in lower case",
                  at,
                  github_headers("package"),
                  github("package", "published", "1.4"),
                  {pushed + ":1.4"},
                  "72d3162e"},
                 {"GitHub's registry_package says the same",
                  at,
                  github_headers("registry_package"),
                  github("registry_package", "updated", "1.4"),
                  {pushed + ":1.4"},
                  "72d3162e"},
                 {"GitHub without a tag",
                  at,
                  github_headers("package"),
                  github("package", "published", ""),
                  {pushed},
                  "72d3162e"},
                 {"GitHub's packages are not all images",
                  at,
                  github_headers("package"),
                  github("package", "published", "1.4", "npm"),
                  {}},
                 {"GitHub's test", at, github_headers("ping"), R"({"zen":"Keep it simple."})", {}},
             });
}

}  // namespace

void add_registries(std::vector<Sample>& out) {
  add_hub_and_quay(out);
  add_harbor(out);
  add_managers(out);
  add_distributions(out);
  add_github(out);
}

}  // namespace freshet::samples

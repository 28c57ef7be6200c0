// Uploading images.
#include "tests/conformance/image_upload.h"

#include <nlohmann/json.hpp>

#include "base/json.h"
#include "base/text.h"

namespace freshet::conformance {
namespace {

constexpr const char* kManifestType = "application/vnd.oci.image.manifest.v1+json";
constexpr const char* kConfigType = "application/vnd.oci.image.config.v1+json";

std::string digest_of(const std::string& bytes) { return "sha256:" + sha256_hex(bytes); }

Result<HttpResponse> exchange(HttpTransport& transport, const std::string& method,
                              const std::string& url, const std::string& type,
                              const std::string& body) {
  HttpRequest request;
  request.method = method;
  request.url = url;
  if (!type.empty()) request.headers = {{"Content-Type", type}};
  request.body = body;
  auto answer = transport.send(request);
  if (!answer) return answer;
  if (answer->status / 100 != 2) return http_error(method + " " + url, *answer, {});
  return answer;
}

}  // namespace

Image make_image(const std::string& content) {
  const std::string config =
      dump_json({{"architecture", "amd64"},
                 {"os", "linux"},
                 {"config", {{"Labels", {{"content", content}}}}},
                 {"rootfs", {{"type", "layers"}, {"diff_ids", Json::array()}}}});
  const std::string manifest = dump_json(
      {{"schemaVersion", 2},
       {"mediaType", kManifestType},
       {"config",
        {{"mediaType", kConfigType}, {"digest", digest_of(config)}, {"size", config.size()}}},
       {"layers", Json::array()}});
  return {config, manifest, *Digest::parse(digest_of(manifest))};
}

Status upload(HttpTransport& transport, const std::string& registry, const std::string& repository,
              const std::string& tag, const Image& image) {
  const std::string root = registry + "/v2/" + repository;
  const auto begun = exchange(transport, "POST", root + "/blobs/uploads/", "", "");
  if (!begun) return begun.error();
  const auto place = find_header(begun->headers, "Location");
  if (!place) return make_error(ErrorKind::kPermanent, root + ": no place to upload to");
  const std::string joint = place->find('?') == std::string::npos ? "?" : "&";
  const auto blob = exchange(transport, "PUT",
                             *place + joint + "digest=" + percent_encode(digest_of(image.config)),
                             "application/octet-stream", image.config);
  if (!blob) return blob.error();
  const auto manifest =
      exchange(transport, "PUT", root + "/manifests/" + tag, kManifestType, image.manifest);
  if (!manifest) return manifest.error();
  return {};
}

}  // namespace freshet::conformance

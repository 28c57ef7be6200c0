// From a registry's layers to reports.
#include "controller/cli/image_access.h"

#include "controller/cli/registry_access.h"
#include "controller/registry/blobs.h"
#include "controller/runtime/credential_reading.h"
#include "controller/runtime/follow.h"

namespace freshet {
namespace {

constexpr const char* kDistroInfo = "/usr/share/distro-info/";

Result<std::string> distro_info_text(Context& context, const std::string& name) {
  const std::string path = kDistroInfo + name;
  auto text = context.sources.read(path);
  if (text || text.error().kind != ErrorKind::kNotFound) return text;
  return make_error(ErrorKind::kNotFound, "there is no " + path + " (package distro-info-data)");
}

CredentialCandidates candidates_of(Context& context, ClusterConnection& cluster,
                                   const DockerConfig& config, const ServiceDetail& detail,
                                   const FollowedImage& image) {
  const CredentialNeed need{detail.tracked.name_space, image.reference, image.pull_secrets};
  return candidates_with(context, config, need, [&](const SourceKey& key) {
    auto content = read_source(key, {*cluster.kube, nullptr, nullptr});
    if (content) return *std::move(content);
    SourceContent nothing;
    nothing.problem = content.error().message;
    return nothing;
  });
}

// What is wanted of one image; `report` has its names already.
void fill_report(Context& context, ImageReader& reader, const std::string& manifest,
                 const ImageQuestion& question, ImageReport& report) {
  const auto layers = parse_layers(manifest, kMaxManifestBytes);
  if (!layers) {
    report.problem = layers.error().message;
    return;
  }
  const ImageFiles files = read_image_files(
      *layers, question.wanted,
      [&reader](const Layer& layer, std::int64_t offset, std::size_t length) {
        auto part = reader.blob_part(layer.digest, offset, length);
        if (auto* failure = std::get_if<RegistryFailure>(&part)) {
          return Result<std::string>(make_error(ErrorKind::kTransient, failure->message));
        }
        return Result<std::string>(std::get<std::string>(std::move(part)));
      },
      question.bounds);
  report.layers = layers->size();
  report.bytes_read = files.bytes_read;
  report.unread = unread_text(files);
  report.packages = packages_of(files);
  report.system = parse_os_release(os_release_text(files));
  report.end = end_of_life(report.system, {distro_info_text(context, "debian.csv"),
                                           distro_info_text(context, "ubuntu.csv")});
}

void read_one(Context& context, const CredentialCandidates& candidates, const FollowedImage& image,
              const Digest& digest, const ImageQuestion& question, ImageReport& report) {
  auto client = registry_client(context, image.reference, question.plain_http);
  const auto origin = client ? api_origin(image.reference, client->options) : Result<Url>(Url{});
  if (!client || !origin) {
    report.problem = !client ? client.error().message : origin.error().message;
    return;
  }
  const auto options = std::make_shared<const RegistryOptions>(client->options);
  std::optional<ImageReader> reader;
  std::string identity;
  const auto manifest = ask_with_each(candidates, identity, [&](const Credential& credential) {
    reader.emplace(*origin, image.reference.repository, credential, options, *client->transport,
                   [&context] { return context.clock.now(); });
    return reader->manifest(digest);
  });
  if (const auto* failure = std::get_if<RegistryFailure>(&manifest)) {
    report.problem = sentence(*failure);
  } else {
    fill_report(context, *reader, std::get<std::string>(manifest), question, report);
  }
}

ImageOrigin origin_of(const ServiceDetail& detail, const std::string& digest) {
  for (const SeenTag& tag : detail.status.tags) {
    if (const SeenDigest* seen = find_seen(tag, digest)) return seen->origin;
  }
  return {};
}

}  // namespace

std::vector<ImageReport> read_image_reports(Context& context, ClusterConnection& cluster,
                                            const ServiceDetail& detail, const DigestTexts& digests,
                                            const ImageQuestion& question) {
  std::vector<ImageReport> reports;
  const auto followed = detail.service ? followed_images(detail.tracked.spec, *detail.service)
                                       : Result<std::vector<FollowedImage>>(make_error(
                                             ErrorKind::kNotFound, "there is no such Service"));
  const auto config = docker_config(context);
  for (const auto& [container, text] : digests) {
    ImageReport report{container, "", text};
    report.origin = origin_of(detail, text);
    const auto digest = Digest::parse(text);
    if (!followed || !config) {
      report.problem = (!followed ? followed.error() : config.error()).message;
    } else if (digest) {
      report.problem = "it is not followed";
      for (const FollowedImage& image : *followed) {
        if (image.container.get() != container) continue;
        report.problem = "";
        report.reference = to_string(image.reference);
        read_one(context, candidates_of(context, cluster, *config, detail, image), image, *digest,
                 question, report);
      }
    }
    reports.push_back(std::move(report));
  }
  return reports;
}

}  // namespace freshet

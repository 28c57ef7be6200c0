// Manifests and ranges of blobs.
#include "controller/registry/blobs.h"

#include "controller/registry/check.h"
#include "controller/registry/manifest.h"

namespace freshet {
namespace {

constexpr std::string_view kStep = "layers";

RegistryFailure contradiction(const std::string& url, const std::string& message) {
  return {RegistryFailureKind::kInconsistent, std::string(kStep), "GET " + url + ": " + message,
          std::nullopt};
}

}  // namespace

ImageReader::ImageReader(Url origin, std::string repository, Credential credential,
                         std::shared_ptr<const RegistryOptions> options, HttpTransport& transport,
                         NowFunction now)
    : access_{std::move(origin),
              std::move(repository),
              std::move(credential),
              std::move(options),
              {},
              {}},
      transport_(transport),
      now_(std::move(now)) {
  access_.timeout = access_.options->list_timeout;
  access_.deadline = now_() + access_.timeout;
}

FetchResult ImageReader::ask(Question question) {
  RegistryFetch fetch(access_, std::move(question));
  for (int sent = 0; sent < kMaxRequestsOfOneResolution; ++sent) {
    auto next = fetch.next_request(memory_, now_());
    if (auto* result = std::get_if<FetchResult>(&next)) return std::move(*result);
    fetch.fold(transport_.send(std::get<HttpRequest>(next)), memory_, now_());
  }
  return RegistryFailure{RegistryFailureKind::kRefused, std::string(kStep),
                         "the registry leads in circles", std::nullopt};
}

std::variant<std::string, RegistryFailure> ImageReader::document(const Digest& digest) {
  const std::string url = manifest_url(access_.origin, access_.repository, digest.get());
  auto result = ask({std::string(kStep),
                     "GET",
                     url,
                     {{"Accept", accept_manifests()}, {"Accept-Encoding", "identity"}},
                     kMaxManifestBytes});
  if (auto* failure = std::get_if<RegistryFailure>(&result)) return std::move(*failure);
  auto& response = std::get<HttpResponse>(result);
  if (!is_document(response.status)) {
    return failure_of_answer(std::string(kStep), "GET " + url, response, now_());
  }
  if (!has_digest(response.body, digest)) return contradiction(url, "what came has another digest");
  return std::move(response.body);
}

std::variant<std::string, RegistryFailure> ImageReader::manifest(const Digest& digest) {
  auto body = document(digest);
  const auto* text = std::get_if<std::string>(&body);
  if (text == nullptr) return body;
  const auto parsed = parse_manifest(*text, "");
  if (!parsed) {
    return RegistryFailure{RegistryFailureKind::kNotAnImage, std::string(kStep),
                           digest.get() + ": " + parsed.error().message, std::nullopt};
  }
  return parsed->child ? document(*parsed->child) : body;
}

std::variant<std::string, RegistryFailure> ImageReader::blob_part(const Digest& digest,
                                                                  std::int64_t offset,
                                                                  std::size_t length) {
  const std::string url = blob_url(access_.origin, access_.repository, digest);
  const std::string range =
      std::to_string(offset) + "-" + std::to_string(offset + static_cast<std::int64_t>(length) - 1);
  auto result = ask({std::string(kStep),
                     "GET",
                     url,
                     {{"Range", "bytes=" + range}, {"Accept-Encoding", "identity"}},
                     std::max(length, kMaxErrorAnswerBytes)});
  if (auto* failure = std::get_if<RegistryFailure>(&result)) return std::move(*failure);
  auto& response = std::get<HttpResponse>(result);
  // The whole instead of a part: of use where it begins with what was asked for.
  const bool is_whole = response.status == 200 && offset == 0;
  if (response.status != 206 && !is_whole) {
    if (response.status == 200) return contradiction(url, "it gives no parts of a layer");
    return failure_of_answer(std::string(kStep), "GET " + url, response, now_());
  }
  const auto said = find_header(response.headers, "Content-Range");
  const bool other_part =
      response.status == 206 && said && !said->starts_with("bytes " + std::to_string(offset) + "-");
  if (other_part) return contradiction(url, "another part came than was asked for");
  if (response.body.size() > length) response.body.resize(length);
  return std::move(response.body);
}

}  // namespace freshet

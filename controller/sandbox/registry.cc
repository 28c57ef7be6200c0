// The registry's answers.
#include "controller/sandbox/registry.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/json.h"
#include "base/text.h"
#include "controller/model/image_reference.h"
#include "controller/sandbox/cluster.h"
#include "controller/sandbox/kinds.h"

namespace freshet::sandbox {
namespace {

constexpr const char* kManifestType = "application/vnd.oci.image.manifest.v1+json";
constexpr const char* kConfigType = "application/vnd.oci.image.config.v1+json";
constexpr const char* kLayerType = "application/vnd.oci.image.layer.v1.tar+gzip";
constexpr Duration kTokenLife = seconds(300);

std::string digest_of(const std::string& bytes) { return "sha256:" + sha256_hex(bytes); }

HttpResponse registry_error(int status, const std::string& code, const std::string& message) {
  const Json body = {{"errors", Json::array({{{"code", code}, {"message", message}}})}};
  return {status, {{"Content-Type", "application/json"}}, dump_json(body)};
}

// A token says for which repository, and until when; nothing in it is secret.
std::string make_token(const std::string& scope, TimePoint until) {
  return fmt::format("{}.{}", static_cast<std::int64_t>(to_unix_seconds(until)),
                     sha256_hex(scope).substr(0, 16));
}

std::string scope_of(const std::string& repository) { return "repository:" + repository + ":pull"; }

bool token_allows(const HttpRequest& request, const std::string& repository, TimePoint now) {
  const std::string sent = find_header(request.headers, "Authorization").value_or("");
  if (!sent.starts_with("Bearer ")) return false;
  const std::string token = sent.substr(7);
  const auto until = parse_whole(token.substr(0, token.find('.')));
  if (!until || static_cast<double>(*until) < to_unix_seconds(now)) return false;
  return token == make_token(scope_of(repository), from_unix_seconds(static_cast<double>(*until)));
}

bool accepts(const HttpRequest& request, std::string_view type) {
  return find_header(request.headers, "Accept").value_or("").find(type) != std::string::npos;
}

HttpResponse challenge(const std::string& origin, const std::string& repository) {
  HttpResponse out = registry_error(401, "UNAUTHORIZED", "authentication required");
  const std::string service = origin.substr(origin.find("//") + 2);
  out.headers.push_back(
      {"WWW-Authenticate", fmt::format("Bearer realm=\"{}/token\",service=\"{}\",scope=\"{}\"",
                                       origin, service, scope_of(repository))});
  return out;
}

}  // namespace

Digest ImageRegistry::push(const std::string& repository, const std::string& tag,
                           const ImageBehaviour& behaviour, TimePoint created) {
  std::string content =
      fmt::format("{} {} {} {} {} {} {}", repository, format_rfc3339(created), behaviour.error_rate,
                  behaviour.median_seconds, static_cast<int>(behaviour.starts),
                  behaviour.ready_after.count(), behaviour.answered);
  if (const auto& fails = behaviour.fails_after_traffic) content += format_duration(*fails);
  const std::string layer = digest_of(content);
  return put(repository, tag, {"", {layer}, {}, behaviour}, created);
}

std::optional<Digest> ImageRegistry::rebuild(const std::string& repository, const std::string& tag,
                                             const Digest& image, TimePoint created) {
  const auto& manifests = repositories_[repository].manifests;
  const auto found = manifests.find(image.get());
  if (found == manifests.end()) return std::nullopt;
  return put(repository, tag, found->second, created);
}

std::optional<Digest> ImageRegistry::rebase(const std::string& repository, const std::string& tag,
                                            const Digest& image, const ImageTagName& base,
                                            TimePoint created) {
  const auto named = find_tag(base.repository, base.tag);
  const auto& manifests = repositories_[repository].manifests;
  const auto found = manifests.find(image.get());
  if (!named || found == manifests.end()) return std::nullopt;
  Manifest moved = found->second;
  const std::string own = moved.layers.back();
  moved.layers = repositories_[base.repository].manifests.at(named->get()).layers;
  moved.layers.push_back(own);
  moved.annotations = {{"org.opencontainers.image.base.name",
                        fmt::format("{}/{}:{}", kRegistryHost, base.repository, base.tag)},
                       {"org.opencontainers.image.base.digest", named->get()}};
  return put(repository, tag, std::move(moved), created);
}

Digest ImageRegistry::put(const std::string& repository, const std::string& tag, Manifest image,
                          TimePoint created) {
  Repository& into = repositories_[repository];
  const std::string config =
      dump_json({{"architecture", image.behaviour.architecture},
                 {"os", "linux"},
                 {"created", format_rfc3339(created)},
                 {"config", Json::object()},
                 {"rootfs", {{"type", "layers"}, {"diff_ids", image.layers}}}});
  Json layers = Json::array();
  for (const std::string& layer : image.layers) {
    layers.push_back({{"mediaType", kLayerType}, {"digest", layer}, {"size", 4'000'000}});
  }
  Json manifest = {
      {"schemaVersion", 2},
      {"mediaType", kManifestType},
      {"config",
       {{"mediaType", kConfigType}, {"digest", digest_of(config)}, {"size", config.size()}}},
      {"layers", std::move(layers)}};
  if (!image.annotations.empty()) manifest["annotations"] = image.annotations;
  const std::string text = dump_json(manifest);
  const std::string digest = digest_of(text);
  into.blobs[digest_of(config)] = config;
  image.text = text;
  into.manifests[digest] = std::move(image);
  into.tags[tag] = digest;
  return *Digest::parse(digest);
}

void ImageRegistry::remove_tag(const std::string& repository, const std::string& tag) {
  const auto found = repositories_.find(repository);
  if (found != repositories_.end()) found->second.tags.erase(tag);
}

void ImageRegistry::move_tag(const std::string& repository, const std::string& tag,
                             const Digest& image) {
  repositories_[repository].tags[tag] = image.get();
}

void ImageRegistry::behave(const Digest& image, const ImageBehaviour& behaviour) {
  for (auto& [name, repository] : repositories_) {
    const auto found = repository.manifests.find(image.get());
    if (found != repository.manifests.end()) found->second.behaviour = behaviour;
  }
}

std::optional<Digest> ImageRegistry::find_tag(const std::string& repository,
                                              const std::string& tag) const {
  const auto found = repositories_.find(repository);
  if (found == repositories_.end()) return std::nullopt;
  const auto digest = found->second.tags.find(tag);
  if (digest == found->second.tags.end()) return std::nullopt;
  return *Digest::parse(digest->second);
}

const ImageBehaviour* ImageRegistry::find_image(const std::string& repository,
                                                const Digest& digest) const {
  const auto found = repositories_.find(repository);
  if (found == repositories_.end()) return nullptr;
  const auto manifest = found->second.manifests.find(digest.get());
  return manifest == found->second.manifests.end() ? nullptr : &manifest->second.behaviour;
}

void ImageRegistry::demand_login(const std::string& user, const std::string& password) {
  asks_for_token_ = true;
  login_ = "Basic " + base64_encode(user + ":" + password);
}

HttpResponse ImageRegistry::token(const HttpRequest& request, const std::string& query,
                                  TimePoint now) const {
  if (!login_.empty() && find_header(request.headers, "Authorization") != login_) {
    return registry_error(401, "UNAUTHORIZED", "incorrect username or password");
  }
  const auto asked = parse_query(query);
  const auto scope = asked.find("scope");
  const std::string token = make_token(scope == asked.end() ? "" : scope->second,
                                       std::chrono::floor<seconds>(now) + kTokenLife);
  const Json body = {{"token", token},
                     {"expires_in", std::chrono::floor<seconds>(kTokenLife).count()}};
  return {200, {{"Content-Type", "application/json"}}, dump_json(body)};
}

HttpResponse ImageRegistry::handle(const HttpRequest& request, const std::string& origin,
                                   const std::string& target, TimePoint now) const {
  if (request.method != "GET" && request.method != "HEAD") {
    return {405, {{"Content-Type", "text/plain"}}, "Method not allowed\n"};
  }
  const std::size_t question = std::min(target.find('?'), target.size());
  const std::string path = target.substr(0, question);
  if (path == "/token") {
    return token(request, target.substr(std::min(question + 1, target.size())), now);
  }
  const HttpResponse no_page = {404, {{"Content-Type", "text/plain"}}, "404 page not found\n"};
  if (!path.starts_with("/v2/")) return no_page;
  std::string repository;
  std::string last = path.substr(path.rfind('/') + 1);
  std::string kind;
  for (const std::string_view middle : {"/manifests/", "/blobs/", "/tags/"}) {
    const std::size_t at = path.rfind(middle);
    if (at == std::string::npos || at < 4) continue;
    repository = path.substr(4, at - 4);
    kind = middle;
  }
  if (asks_for_token_ && !token_allows(request, repository, now)) {
    return challenge(origin, repository);
  }
  if (path == "/v2/") return {200, {{"Content-Type", "application/json"}}, "{}"};
  if (!parse_image_reference("registry.sandbox/" + repository)) return no_page;
  if (kind == "/tags/" && last == "list") {
    if (request.method != "GET") return {405, {{"Allow", "GET"}}, ""};
    return tag_list(repository, target.substr(std::min(question + 1, target.size())));
  }
  HttpResponse out =
      kind == "/blobs/" ? blob(repository, last) : manifest(request, repository, last);
  if (request.method == "HEAD") out.body.clear();
  return out;
}

// Distribution specification, "Content Discovery": in order of name, `n` of them after `last`.
HttpResponse ImageRegistry::tag_list(const std::string& repository,
                                     const std::string& query) const {
  const auto found = repositories_.find(repository);
  if (found == repositories_.end()) {
    return registry_error(404, "NAME_UNKNOWN", "repository name not known to registry");
  }
  const auto asked = parse_query(query);
  const auto& tags = found->second.tags;
  const auto last = asked.find("last");
  auto next = last == asked.end() ? tags.begin() : tags.upper_bound(last->second);
  const auto wanted = asked.find("n");
  const std::int64_t n =
      wanted == asked.end() ? std::ssize(tags) : parse_whole(wanted->second).value_or(0);
  Json names = Json::array();
  for (; next != tags.end() && std::ssize(names) < n; ++next) names.push_back(next->first);
  HttpResponse out{200, {{"Content-Type", "application/json"}}, ""};
  if (next != tags.end() && !names.empty()) {
    out.headers.push_back(
        {"Link", fmt::format("</v2/{}/tags/list?last={}&n={}>; rel=\"next\"", repository,
                             percent_encode(names.back().get<std::string>()), n)});
  }
  out.body = dump_json({{"name", repository}, {"tags", std::move(names)}});
  return out;
}

HttpResponse ImageRegistry::manifest(const HttpRequest& request, const std::string& repository,
                                     const std::string& reference) const {
  const auto found = repositories_.find(repository);
  if (found == repositories_.end()) {
    return registry_error(404, "MANIFEST_UNKNOWN", "manifest unknown");
  }
  const Repository& in = found->second;
  const auto tag = in.tags.find(reference);
  const std::string digest = tag == in.tags.end() ? reference : tag->second;
  const auto manifest = in.manifests.find(digest);
  if (manifest == in.manifests.end()) {
    return registry_error(404, "MANIFEST_UNKNOWN", "manifest unknown");
  }
  const std::string etag = "\"" + digest + "\"";
  if (find_header(request.headers, "If-None-Match") == etag) return {304, {}, ""};
  if (!accepts(request, kManifestType)) {
    return registry_error(404, "MANIFEST_UNKNOWN",
                          "OCI manifest found, but accept header does not support OCI manifests");
  }
  return {200,
          {{"Content-Type", kManifestType},
           {"Content-Length", std::to_string(manifest->second.text.size())},
           {"Docker-Content-Digest", digest},
           {"ETag", etag}},
          manifest->second.text};
}

HttpResponse ImageRegistry::blob(const std::string& repository, const std::string& digest) const {
  if (!Digest::parse(digest)) {
    return registry_error(400, "DIGEST_INVALID", "provided digest did not match uploaded content");
  }
  const auto found = repositories_.find(repository);
  const auto unknown = registry_error(404, "BLOB_UNKNOWN", "blob unknown to registry");
  if (found == repositories_.end()) return unknown;
  const auto blob = found->second.blobs.find(digest);
  if (blob == found->second.blobs.end()) return unknown;
  return {200,
          {{"Content-Type", "application/octet-stream"}, {"Docker-Content-Digest", digest}},
          blob->second};
}

}  // namespace freshet::sandbox

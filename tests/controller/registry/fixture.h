// Documents of a small registry, and running one resolution against a scripted transport.
#pragma once

#include <string>
#include <variant>

#include "base/text.h"
#include "controller/registry/resolve.h"
#include "tests/support/scripted_transport.h"

namespace freshet::fixture {

inline const TimePoint kNow = *parse_rfc3339("2026-11-23T02:00:00Z");
inline const std::string kCreated = "2026-11-22T23:30:00Z";
inline const std::string kTagUrl = "https://r.io/v2/acme/app/manifests/1";

struct Document {
  std::string type;
  std::string body;
  Digest digest() const { return *Digest::parse("sha256:" + sha256_hex(body)); }
  HttpHeaders headers() const {
    return {{"Content-Type", type},
            {"Docker-Content-Digest", digest().get()},
            {"ETag", "\"" + digest().get() + "\""}};
  }
  HttpResponse head() const { return make_response(200, headers()); }
  HttpResponse get() const { return make_response(200, headers(), body); }
  std::string by_digest() const { return "https://r.io/v2/acme/app/manifests/" + digest().get(); }
  std::string as_blob() const { return "https://r.io/v2/acme/app/blobs/" + digest().get(); }
};

inline Document config(const std::string& created = kCreated) {
  return {"application/octet-stream",
          R"({"created":")" + created + R"(","os":"linux","architecture":"arm64"})"};
}

inline Document manifest_of(const Document& config, const std::string& annotations = "{}") {
  return {std::string(kOciManifest),
          R"({"schemaVersion":2,"mediaType":")" + std::string(kOciManifest) +
              R"(","config":{"mediaType":"application/vnd.oci.image.config.v1+json","size":1,)" +
              R"("digest":")" + config.digest().get() + R"("},"layers":[],"annotations":)" +
              annotations + "}"};
}

inline Document index_of(const Document& child, const std::string& annotations = "{}") {
  return {std::string(kOciIndex),
          R"({"schemaVersion":2,"manifests":[{"digest":"sha256:)" + std::string(64, '1') +
              R"(","platform":{"os":"linux","architecture":"arm64","variant":"v8"}},{"digest":")" +
              child.digest().get() +
              R"(","platform":{"os":"linux","architecture":"amd64"}},{"digest":"sha256:)" +
              std::string(64, '2') +
              R"(","platform":{"os":"unknown","architecture":"unknown"}}],"annotations":)" +
              annotations + "}"};
}

// The tag acme/app:1 at https://r.io points at this single image.
inline void serve(ScriptedTransport& transport, const Document& manifest, const Document& config) {
  transport.on("HEAD", kTagUrl, manifest.head());
  transport.on("GET", kTagUrl, manifest.get());
  transport.on("GET", manifest.by_digest(), manifest.get());
  transport.on("GET", config.as_blob(), make_response(200, {}, config.body));
}

inline ImageReference app() { return *parse_image_reference("r.io/acme/app:1"); }

inline Credential password(const std::string& secret = "s3cret-canary") {
  return Credential{"config.json#r.io", "robot", Secret(secret), Secret()};
}

inline Error refused_connection() {
  return make_error(ErrorKind::kTransient, "r.io:443: connection refused");
}

// To acme/app, for one resolution that begins now.
inline RegistryAccess access_to_app(TimePoint now = kNow, const Credential& credential = {},
                                    const RegistryOptions& options = {},
                                    const ImageReference& reference = app()) {
  return {*api_origin(reference, options),
          reference.repository,
          credential,
          std::make_shared<const RegistryOptions>(options),
          options.timeout,
          now + options.timeout};
}

// One check of acme/app:1, from the first request to the outcome.
inline CheckOutcome check(ScriptedTransport& transport, const Credential& credential = {},
                          const LastSeen& last = {}, const RegistryOptions& options = {},
                          const ImageReference& reference = app()) {
  RegistryMemory memory;
  TagCheck check(access_to_app(kNow, credential, options, reference), *reference.tag, last, memory,
                 kNow);
  for (int i = 0; i < kMaxRequestsOfOneResolution; ++i) {
    auto next = check.next_request(memory, kNow);
    if (auto* outcome = std::get_if<CheckOutcome>(&next)) return *outcome;
    check.fold(transport.send(std::get<HttpRequest>(next)), memory, kNow);
  }
  return RegistryFailure{RegistryFailureKind::kRefused, "test", "it never ends", std::nullopt};
}

inline RegistryFailure failure_of(const CheckOutcome& outcome) {
  const auto* failure = std::get_if<RegistryFailure>(&outcome);
  return failure ? *failure : RegistryFailure{{}, "none", "it did not fail", std::nullopt};
}

}  // namespace freshet::fixture

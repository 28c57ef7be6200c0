// One resolution from beginning to end, for `freshet resolve REF` and `track`.
#pragma once

#include <functional>
#include <variant>

#include "base/json.h"
#include "controller/registry/resolution.h"

namespace freshet {

// Asked before each request, so that the deadline counts the time requests took.
using NowFunction = std::function<TimePoint()>;

inline constexpr int kMaxRequestsOfOneResolution = 1000;  // far above what the bounds allow

// A reference with neither tag nor digest means the tag "latest", as elsewhere; with `follow` the
// tag that the policy chooses. The confirmed image, or why there is none.
std::variant<Confirmed, RegistryFailure> resolve_image(
    const ImageReference& reference, const Credential& credential, const RegistryOptions& options,
    HttpTransport& transport, const NowFunction& now, const std::optional<FollowSpec>& follow = {});

// All tags of the reference's repository, as policies see them.
std::variant<std::vector<ImageTag>, RegistryFailure> list_tags(const ImageReference& reference,
                                                               const Credential& credential,
                                                               const RegistryOptions& options,
                                                               HttpTransport& transport,
                                                               const NowFunction& now);

// {"digest","mediaType","platforms":["linux/amd64"],"created","layerBytes","revision","source",
// "version","baseName","baseDigest"}; those from "created" on only if known.
Json to_json(const Confirmed& image);
// {"error":{"kind","step","message"}}: the message ends with what to do about it.
Json to_json(const RegistryFailure& failure);
// "HEAD ghcr.io:443/v2/…: HTTP 401: …. Check the credentials …"
std::string sentence(const RegistryFailure& failure);
// For an error of find_credential, as a failure of step "credentials".
RegistryFailure credentials_failure(const Error& error);

}  // namespace freshet

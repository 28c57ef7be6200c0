// Who may bring checks of tags forward: the file of --webhook-receivers.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/parse.h"

namespace freshet {

inline constexpr std::size_t kMaxWebhookReceivers = 50;

enum class WebhookSource {
  kDockerHub,
  kGitHub,
  kQuay,
  kHarbor,
  kAcr,
  kEcr,
  kGar,
  kDistribution,
  kJFrog,
  kNexus,
  kCloudEvents,
  kTekton,
  kGeneric,
};
std::string to_string(WebhookSource source);  // as it is written in the file

// A sender who shows an ID token instead of a secret: who issues it, for whom, and about whom.
struct OidcSender {
  std::string issuer = "https://accounts.google.com";
  std::string keys = "https://www.googleapis.com/oauth2/v3/certs";  // the issuer's JWKS
  std::string audience = {};
  std::string email = {};    // verified by the issuer; "": the subject tells
  std::string subject = {};  // "": the email tells
  bool operator==(const OidcSender&) const = default;
};

struct WebhookReceiver {
  std::string name;  // of its path: /hooks/NAME
  WebhookSource source = WebhookSource::kGeneric;
  std::string secret_file;  // what the sender has to know, read again when it changes
  std::string registry;     // host[:port][/path] before each repository; "": the payload says it
  std::optional<OidcSender> oidc = {};  // what it has to show instead of a secret
  bool operator==(const WebhookReceiver&) const = default;
};

// Either receivers, or all problems at once.
struct ParsedWebhookReceivers {
  std::vector<WebhookReceiver> receivers;
  std::vector<Problem> problems;
};

// One YAML document: receivers: [{name, source, secretFile or oidc, registry}].
ParsedWebhookReceivers parse_webhook_receivers(std::string_view text);

}  // namespace freshet

// Webhook receivers, described field by field.
#include "config/webhooks.h"

#include <fmt/format.h>

#include "config/object.h"
#include "config/operator_file.h"

namespace freshet {

using namespace config;  // the descriptions
namespace {

inline constexpr std::size_t kMaxHostBytes = 255;
inline constexpr std::size_t kMaxUrlBytes = 1024;
inline constexpr std::size_t kMaxClaimBytes = 255;
inline constexpr const char* kSecretAllowed = "the path of a file that holds the secret";
inline constexpr const char* kRegistryAllowed = "host, host:port or host/path, lower case";

const std::vector<std::string>& source_words() {
  static const std::vector<std::string> kWords = {
      "DockerHub",    "GitHub", "Quay",  "Harbor",      "ACR",    "ECR",    "GAR",
      "Distribution", "JFrog",  "Nexus", "CloudEvents", "Tekton", "Generic"};
  return kWords;
}

enum class RegistryField { kNone, kOptional, kRequired };

// Whether the payload names the registry always, mostly, or never.
RegistryField registry_field(WebhookSource source) {
  switch (source) {
    case WebhookSource::kDockerHub:
    case WebhookSource::kGar:
    case WebhookSource::kTekton:
    case WebhookSource::kGeneric: return RegistryField::kNone;
    case WebhookSource::kJFrog:
    case WebhookSource::kNexus: return RegistryField::kRequired;
    case WebhookSource::kGitHub:
    case WebhookSource::kQuay:
    case WebhookSource::kHarbor:
    case WebhookSource::kAcr:
    case WebhookSource::kEcr:
    case WebhookSource::kDistribution:
    case WebhookSource::kCloudEvents: break;
  }
  return RegistryField::kOptional;
}

// Registries that sign, or that can send nothing but what stands in their settings, have no token.
bool may_show_id_token(WebhookSource source) {
  return source == WebhookSource::kGar || source == WebhookSource::kCloudEvents ||
         source == WebhookSource::kTekton || source == WebhookSource::kGeneric;
}

void check_proof(const Cursor& at, const WebhookReceiver& receiver) {
  const Node* oidc = at.node.find("oidc");
  if (oidc && !may_show_id_token(receiver.source)) {
    at.field("oidc", *oidc)
        .fail(fmt::format("{} sends no ID token", to_string(receiver.source)),
              "secretFile; oidc for GAR, CloudEvents, Tekton and Generic");
  } else if (oidc && at.node.find("secretFile")) {
    at.field("oidc", *oidc).fail("there is a secretFile as well", "one of the two");
  }
}

void check_receiver(const Cursor& at, const WebhookReceiver& receiver) {
  check_proof(at, receiver);
  const Node* registry = at.node.find("registry");
  const RegistryField wanted = registry_field(receiver.source);
  if (wanted == RegistryField::kRequired && !registry) {
    at.fail(fmt::format("registry is missing: payloads of {} do not name it",
                        to_string(receiver.source)),
            kRegistryAllowed);
  }
  if (wanted == RegistryField::kNone && registry) {
    at.field("registry", *registry)
        .fail(fmt::format("payloads of {} always name the registry", to_string(receiver.source)),
              "no registry here");
  }
}

// Plain http would let anyone on the way choose the keys.
Type<std::string> https_type(std::string allowed) {
  return text_type(std::move(allowed), R"(^https://[^\s/?#@]+(/[^\s#]*)?$)", kMaxUrlBytes);
}

Type<OidcSender> oidc_type() {
  const auto claim = text_type("up to 255 characters without spaces", R"(^\S+$)", kMaxClaimBytes);
  return object_type<OidcSender>(
      {
          field("issuer", &OidcSender::issuer, https_type("the issuer, as https://host/path"),
                "Who signs the ID token: its iss."),
          field("keys", &OidcSender::keys,
                https_type("the issuer's keys (JWKS), as https://host/path"),
                "Where the issuer's keys (JWKS) are."),
          required(field("audience", &OidcSender::audience, claim, "For whom: its aud.")),
          field("email", &OidcSender::email, claim, "About whom: its email, which is verified."),
          field("subject", &OidcSender::subject, claim, "About whom: its sub."),
      },
      [](const Cursor& at, const OidcSender& sender) {
        if (sender.email.empty() && sender.subject.empty()) {
          at.fail("email and subject are missing: anyone with an account could send",
                  "one of the two, or both");
        }
        if (at.node.find("issuer") && !at.node.find("keys")) {
          at.fail("keys is missing: only the usual issuer's are known",
                  "the issuer's keys (JWKS), as https://host/path");
        }
      });
}

Type<WebhookReceiver> receiver_type() {
  const std::string host = R"(^([a-z0-9.-]+|\[[0-9a-f:]+\])(:[0-9]{1,5})?)";
  Type<WebhookReceiver> type = object_type<WebhookReceiver>(
      {
          required(field("name", &WebhookReceiver::name, name_type(),
                         "The receiver answers at /hooks/NAME.")),
          required(field("source", &WebhookReceiver::source,
                         choice_type<WebhookSource>(source_words()), "Who sends.")),
          field("secretFile", &WebhookReceiver::secret_file, secret_file_type(kSecretAllowed),
                "What the sender has to know; read again when it changes."),
          field("oidc", &WebhookReceiver::oidc, optional_type(oidc_type()),
                "What the sender has to show instead: an ID token of this kind."),
          field("registry", &WebhookReceiver::registry,
                text_type(kRegistryAllowed, host + R"((/[a-z0-9._-]+)*$)", kMaxHostBytes),
                "What stands before the repository where the payload does not say it."),
      },
      check_receiver);
  type.read = [read = type.read](const Cursor& at, WebhookReceiver& into) {
    const bool good = read(at, into);
    const bool is_map = at.node.kind == Node::Kind::kMap;
    if (!is_map || at.node.find("secretFile") || at.node.find("oidc")) return good;
    return at.fail("secretFile is missing", "the path of a file that holds the secret; or oidc");
  };
  return type;
}

struct ReceiversFile {
  std::vector<WebhookReceiver> receivers;
};

const Type<ReceiversFile>& file_type() {
  static const Type<ReceiversFile> kType = object_type<ReceiversFile>(
      {required(field("receivers", &ReceiversFile::receivers,
                      list_type(receiver_type(), "a list of receivers", 1, kMaxWebhookReceivers),
                      "Who may send webhooks."))},
      [](const Cursor& at, const ReceiversFile& file) {
        check_unique_names(at, "receivers", file.receivers);
      });
  return kType;
}

}  // namespace

std::string to_string(WebhookSource source) {
  return source_words().at(static_cast<std::size_t>(source));
}

ParsedWebhookReceivers parse_webhook_receivers(std::string_view text) {
  ParsedWebhookReceivers parsed;
  ReceiversFile file;
  parsed.problems = read_only_document(text, "receivers", file_type(), file);
  if (parsed.problems.empty()) parsed.receivers = std::move(file.receivers);
  return parsed;
}

}  // namespace freshet

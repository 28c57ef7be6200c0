// Notification sinks, described field by field.
#include "config/notification_sinks.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <regex>

#include "config/notice_reasons.h"
#include "config/notice_template.h"
#include "config/object.h"
#include "config/operator_file.h"

namespace freshet {

using namespace config;  // the descriptions
namespace {

inline constexpr std::size_t kMaxSinkUrlBytes = 2048;
inline constexpr std::size_t kMaxSinkNamespaces = 100;
inline constexpr std::size_t kMaxExtensions = 16;
inline constexpr std::size_t kMaxExtensionBytes = 1024;
inline constexpr const char* kExtensionsAllowed =
    "at most 16 names of 1 to 20 lower-case letters and digits, with texts; none that CloudEvents "
    "has a meaning for";

const std::vector<std::string>& kind_words() {
  static const std::vector<std::string> kWords = {"Slack", "Teams", "CloudEvents", "Webhook"};
  return kWords;
}

// Fields that only some kinds have.
struct KindField {
  const char* name;
  std::vector<SinkKind> kinds;
};

const std::vector<KindField>& kind_fields() {
  static const std::vector<SinkKind> kEither = {SinkKind::kCloudEvents, SinkKind::kWebhook};
  static const std::vector<KindField> kFields = {
      {"mode", {SinkKind::kCloudEvents}},
      {"extensions", {SinkKind::kCloudEvents}},
      {"template", {SinkKind::kWebhook}},
      {"contentType", {SinkKind::kWebhook}},
      {"headers", kEither},
      {"authorizationFile", kEither},
      {"secretFile", kEither},
  };
  return kFields;
}

void check_kind_fields(const Cursor& at, const NotificationSink& sink) {
  for (const KindField& field : kind_fields()) {
    const Node* node = at.node.find(field.name);
    if (!node || std::ranges::find(field.kinds, sink.kind) != field.kinds.end()) continue;
    std::string kinds = to_string(field.kinds.front());
    if (field.kinds.size() > 1) kinds += " and " + to_string(field.kinds.back());
    at.field(field.name, *node)
        .fail(fmt::format("{} is of no use to {}", field.name, to_string(sink.kind)),
              fmt::format("for {} only", kinds));
  }
}

void check_address(const Cursor& at, const NotificationSink& sink) {
  const Node* url = at.node.find("url");
  if (url && at.node.find("urlFile")) {
    at.field("url", *url).fail("there is a urlFile as well", "one of the two");
  } else if (url && !sink.allow_plain_http && !sink.url.starts_with("https://")) {
    at.field("url", *url).fail("it is not https", "https, or plainHttp: true beside it");
  }
}

void check_template(const Cursor& at, const NotificationSink& sink) {
  const Node* text = at.node.find("template");
  if (!text || sink.kind != SinkKind::kWebhook) return;
  const std::string fault = notice_template_fault(sink.body, template_form(sink.content_type));
  if (fault.empty()) return;
  at.field("template", *text)
      .fail("it is no template: " + fault,
            "text with places: {{" + join(notice_places(), "}}, {{") + "}}");
}

void check_headers(const Cursor& at, const NotificationSink& sink) {
  const Node* headers = at.node.find("headers");
  for (const auto& [name, value] : sink.headers) {
    const std::string lower = to_lower(name);
    if (lower != "authorization" && lower != "content-type" && !lower.starts_with("ce-")) continue;
    at.field("headers", *headers)
        .fail(fmt::format("found header {}", printable(name, 40)),
              "authorizationFile, contentType and extensions say these");
  }
}

void check_sink(const Cursor& at, const NotificationSink& sink) {
  check_kind_fields(at, sink);
  check_address(at, sink);
  check_template(at, sink);
  check_headers(at, sink);
}

// Why `name` can be no extension attribute, or "". CloudEvents 1.0: lower-case letters and digits.
bool is_extension(const std::string& name) {
  static const std::regex kForm("^[a-z0-9]{1,20}$");
  static const std::vector<std::string> kTaken = {
      "id",         "source",  "specversion", "type", "datacontenttype",
      "dataschema", "subject", "time",        "data", "database64"};
  return std::regex_match(name, kForm) && std::ranges::find(kTaken, name) == kTaken.end();
}

// "" or what is wrong.
std::string extensions_fault(const std::map<std::string, std::string>& extensions) {
  if (extensions.size() > kMaxExtensions) {
    return fmt::format("found {} extensions", extensions.size());
  }
  for (const auto& [name, value] : extensions) {
    const bool is_good = !value.empty() && value.size() <= kMaxExtensionBytes &&
                         is_valid_utf8(value) && !has_control_characters(value);
    if (!is_extension(name) || !is_good) return "found extension " + printable(name, 40);
  }
  return "";
}

Type<std::map<std::string, std::string>> extensions_type() {
  Type<std::map<std::string, std::string>> type = text_map_type(kExtensionsAllowed);
  type.read = [any = type.read](const Cursor& at, std::map<std::string, std::string>& into) {
    std::map<std::string, std::string> extensions;
    if (!any(at, extensions)) return false;
    const std::string fault = extensions_fault(extensions);
    if (!fault.empty()) return at.fail(fault, kExtensionsAllowed);
    into = std::move(extensions);
    return true;
  };
  return type;
}

Type<std::string> reason_type() {
  Type<std::string> type = text_type("a reason, as in Events, or All");
  type.read = [type](const Cursor& at, std::string& into) {
    std::string reason;
    if (!type.read(at, reason)) return false;
    const auto& known = notice_reasons();
    if (reason != kEveryReason && std::ranges::find(known, reason) == known.end()) {
      return at.refuse(type.shape.allowed, nearest(reason, known).value_or(""));
    }
    into = std::move(reason);
    return true;
  };
  return type;
}

std::vector<Field<NotificationSink>> address_fields() {
  using S = NotificationSink;
  const std::string file = "the path of a file that holds the ";
  return {
      required(field("name", &S::name, name_type(), "As metrics and log name it.")),
      required(
          field("kind", &S::kind, choice_type<SinkKind>(kind_words()), "What it understands.")),
      field("url", &S::url,
            text_type("https://host/path", R"(^https?://[^\s#@]+$)", kMaxSinkUrlBytes),
            "Where it is, if that is no secret."),
      field("urlFile", &S::url_file, secret_file_type(file + "URL"),
            "Where that stands, if it is one; read again when it changes."),
      field("plainHttp", &S::allow_plain_http, flag_type(), "It is spoken to without TLS."),
      field("reasons", &S::reasons,
            list_type(reason_type(), "a list of reasons", 1, notice_reasons().size()),
            "What it is told; without it: how rollouts end, and what waits for a person."),
      field("namespaces", &S::namespaces,
            list_type(name_type(), "a list of namespaces", 1, kMaxSinkNamespaces),
            "About whom; without it: all."),
  };
}

Type<NotificationSink> sink_type() {
  using S = NotificationSink;
  const std::string file = "the path of a file that holds the ";
  std::vector<Field<S>> fields = address_fields();
  const std::vector<Field<S>> of_kinds = {
      field("mode", &S::mode, choice_type<CloudEventMode>({"Structured", "Binary"}),
            "Attributes in the body, or in headers."),
      field("extensions", &S::extensions, extensions_type(), "More attributes of every event."),
      field("template", &S::body, text_type("text"), "The body, with places."),
      field("contentType", &S::content_type,
            text_type("a media type such as application/json", R"(^[a-z]+/[-+.a-z0-9]+$)", 100),
            "What the template is."),
      field("headers", &S::headers, headers_type(), "Further headers."),
      field("authorizationFile", &S::authorization_file,
            secret_file_type(file + "value of Authorization"), "What stands in Authorization."),
      field("secretFile", &S::secret_file, secret_file_type(file + "secret"),
            "What bodies are signed with: X-Freshet-Signature."),
  };
  fields.insert(fields.end(), of_kinds.begin(), of_kinds.end());
  Type<S> type = object_type<S>(std::move(fields), check_sink);
  type.read = [read = type.read](const Cursor& at, S& into) {
    const bool good = read(at, into);
    const bool is_map = at.node.kind == Node::Kind::kMap;
    if (!is_map || at.node.find("url") || at.node.find("urlFile")) return good;
    return at.fail("urlFile is missing", "the path of a file that holds the URL; or url");
  };
  return type;
}

struct SinksFile {
  std::vector<NotificationSink> sinks;
};

const Type<SinksFile>& sinks_file_type() {
  static const Type<SinksFile> kType = object_type<SinksFile>(
      {required(field("sinks", &SinksFile::sinks,
                      list_type(sink_type(), "a list of sinks", 1, kMaxNotificationSinks),
                      "Who is told."))},
      [](const Cursor& at, const SinksFile& file) { check_unique_names(at, "sinks", file.sinks); });
  return kType;
}

}  // namespace

std::string to_string(SinkKind kind) { return kind_words().at(static_cast<std::size_t>(kind)); }

ParsedNotificationSinks parse_notification_sinks(std::string_view text) {
  ParsedNotificationSinks parsed;
  SinksFile file;
  parsed.problems = read_only_document(text, "sinks", sinks_file_type(), file);
  if (parsed.problems.empty()) parsed.sinks = std::move(file.sinks);
  return parsed;
}

Result<NotificationSink> bound_sink(const std::string& url, const std::string& overrides) {
  NotificationSink sink;
  sink.name = kBoundSinkName;
  sink.kind = SinkKind::kCloudEvents;
  sink.url = url;
  sink.allow_plain_http = true;  // brokers inside a cluster usually speak nothing else
  sink.reasons = {std::string(kEveryReason)};
  if (overrides.empty()) return sink;
  const auto json = parse_json(overrides);
  if (!json) return with_context("K_CE_OVERRIDES", json.error());
  const Json& extensions = at_path(*json, {"extensions"});
  if (extensions.is_null()) return sink;
  if (!extensions.is_object()) return bad_input("K_CE_OVERRIDES: extensions is not an object");
  for (const auto& [name, value] : extensions.items()) {
    if (!value.is_string()) return bad_input("K_CE_OVERRIDES: " + name + " is not a text");
    sink.extensions[name] = value.get<std::string>();
  }
  const std::string fault = extensions_fault(sink.extensions);
  if (!fault.empty()) {
    return bad_input("K_CE_OVERRIDES: " + fault + "; allowed: " + kExtensionsAllowed);
  }
  return sink;
}

}  // namespace freshet

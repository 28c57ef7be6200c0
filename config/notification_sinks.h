// Who is told what happens: the file of --notification-sinks.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "config/parse.h"

namespace freshet {

inline constexpr std::size_t kMaxNotificationSinks = 50;

enum class SinkKind { kSlack, kTeams, kCloudEvents, kWebhook };
std::string to_string(SinkKind kind);  // as it is written in the file

enum class CloudEventMode { kStructured, kBinary };

struct NotificationSink {
  std::string name;
  SinkKind kind = SinkKind::kWebhook;
  std::string url;                        // "": the file has it
  std::string url_file = {};              // of a URL that is a secret, read again when it changes
  bool allow_plain_http = false;          // the operator wants it without TLS
  std::vector<std::string> reasons = {};  // empty: the usual ones
  std::vector<std::string> namespaces = {};  // empty: all
  // CloudEvents
  CloudEventMode mode = CloudEventMode::kBinary;
  std::map<std::string, std::string> extensions = {};  // attributes of every event
  // Webhook
  std::string body = {};  // a template; "": everything, as JSON
  std::string content_type = "application/json";
  // CloudEvents and Webhook
  std::map<std::string, std::string> headers = {};
  std::string authorization_file = {};  // what stands in Authorization
  std::string secret_file = {};         // what bodies are signed with
  bool operator==(const NotificationSink&) const = default;
};

// Either sinks, or all problems at once.
struct ParsedNotificationSinks {
  std::vector<NotificationSink> sinks;
  std::vector<Problem> problems;
};

// One YAML document: sinks: [{name, kind, url or urlFile, …}].
ParsedNotificationSinks parse_notification_sinks(std::string_view text);

// The sink that Knative puts into the environment of what a SinkBinding binds: CloudEvents, binary,
// of every reason. `overrides` is K_CE_OVERRIDES, "" where it is not set.
inline constexpr const char* kBoundSinkName = "k-sink";
Result<NotificationSink> bound_sink(const std::string& url, const std::string& overrides);

}  // namespace freshet

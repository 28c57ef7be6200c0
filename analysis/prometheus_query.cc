// Query texts. Every value stands inside a quoted matcher, escaped.
#include <fmt/format.h>
#include <array>
#include <set>

#include "analysis/prometheus.h"
#include "base/text.h"

namespace freshet {
namespace {

constexpr std::string_view kMetric = "http_server_request_duration_seconds_bucket";
// The activator reports requests that pods report as well; counted once, at the pod.
constexpr std::string_view kNotActivator =
    R"(job!="activator",container!="activator",k8s_container_name!="activator")";

const std::array<Dialect, 2>& known_dialects() {
  static const std::array<Dialect, 2> known = {{
      {"promoted labels", "kn_revision_name", "k8s_namespace_name"},
      {"pod labels", "serving_knative_dev_revision", "namespace"},
  }};
  return known;
}

// A PromQL string in double quotes.
std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (char c : text) {
    if (c == '\\' || c == '"') out += '\\';
    if (c == '\n') {
      out += "\\n";
    } else {
      out += c;
    }
  }
  return out + '"';
}

// Text as an RE2 pattern that matches only itself.
std::string regex_literal(std::string_view text) {
  constexpr std::string_view kSpecial = R"(\.+*?()|[]{}^$)";
  std::string out;
  for (char c : text) {
    if (kSpecial.find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

std::string one_of(const std::set<std::string>& values) {
  if (values.size() == 1) return "=" + quoted(*values.begin());
  std::vector<std::string> patterns;
  for (const std::string& value : values) patterns.push_back(regex_literal(value));
  return "=~" + quoted(join(patterns, "|"));
}

std::string selector(const Dialect& dialect, std::span<const RevisionKey> revisions,
                     std::string_view more) {
  std::set<std::string> names;
  std::set<std::string> spaces;
  for (const RevisionKey& key : revisions) {
    names.insert(key.revision);
    spaces.insert(key.name_space);
  }
  return fmt::format("{}{{{}{},{}{},{}{}}}", kMetric, dialect.name_space, one_of(spaces),
                     dialect.revision, one_of(names), kNotActivator, more);
}

}  // namespace

std::span<const Dialect> dialects() { return known_dialects(); }

const Dialect* find_dialect(std::string_view name) {
  for (const Dialect& dialect : known_dialects()) {
    if (dialect.name == name) return &dialect;
  }
  return nullptr;
}

std::string counts_query(const Dialect& dialect, std::span<const RevisionKey> revisions,
                         Duration window) {
  const auto whole_seconds = std::chrono::ceil<seconds>(window).count();
  return fmt::format("{}[{}s]", selector(dialect, revisions, ""), whole_seconds);
}

std::string baseline_query(const Dialect& dialect, const RevisionKey& revision,
                           std::string_view route_tag) {
  const std::string more = ",kn_route_tag!=" + quoted(route_tag);
  return fmt::format("sum by (http_response_status_code,le) (increase({}[{}s]))",
                     selector(dialect, {&revision, 1}, more),
                     std::chrono::ceil<seconds>(kBaselineWindow).count());
}

std::string probe_query(const Dialect& dialect, const RevisionKey& revision) {
  return fmt::format("count(last_over_time({}[{}s]))",
                     selector(dialect, {&revision, 1}, R"(,le="+Inf")"),
                     std::chrono::ceil<seconds>(kBaselineWindow).count());
}

}  // namespace freshet

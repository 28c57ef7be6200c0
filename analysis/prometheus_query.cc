// Query texts. Every value stands inside a quoted matcher, escaped.
#include <fmt/format.h>
#include <set>

#include "analysis/prometheus.h"
#include "base/text.h"

namespace freshet {
namespace {

constexpr std::string_view kEveryRequest = R"(le="+Inf")";

// A PromQL string in double quotes.
std::string in_quotes(std::string_view text) {
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

std::string any_of(const std::set<std::string>& values) {
  std::vector<std::string> patterns;
  for (const std::string& value : values) patterns.push_back(regex_literal(value));
  return in_quotes(join(patterns, "|"));
}

std::string one_of(std::string_view label, const std::set<std::string>& values) {
  if (values.size() == 1) return fmt::format("{}={}", label, in_quotes(*values.begin()));
  return fmt::format("{}=~{}", label, any_of(values));
}

std::string none_of(std::string_view label, const std::set<std::string>& values) {
  if (values.size() == 1) return fmt::format("{}!={}", label, in_quotes(*values.begin()));
  return fmt::format("{}!~{}", label, any_of(values));
}

using Matchers = std::vector<std::string>;

void add(Matchers& matchers, std::string_view more) {
  if (!more.empty()) matchers.emplace_back(more);
}

void add_identity(Matchers& matchers, std::string_view revision, std::string_view name_space,
                  std::span<const RevisionKey> revisions) {
  std::set<std::string> names;
  std::set<std::string> spaces;
  for (const RevisionKey& key : revisions) {
    names.insert(key.revision);
    spaces.insert(key.name_space);
  }
  matchers.push_back(one_of(name_space, spaces));
  matchers.push_back(one_of(revision, names));
}

void add_left_out(Matchers& matchers, const Dialect& dialect, const TagRequests& left_out,
                  bool has_tag, std::set<std::string> hosts = {}) {
  if (has_tag && !left_out.tag.empty()) {
    matchers.push_back(fmt::format("{}!={}", dialect.route_tag, in_quotes(left_out.tag)));
  }
  if (!left_out.host.empty()) hosts.insert(left_out.host);
  if (!dialect.host.empty() && !hosts.empty()) matchers.push_back(none_of(dialect.host, hosts));
}

// Only the buckets wanted. A server may write a whole number with or without ".0", and others, far
// from what latency is measured in, with an exponent: these are not asked for by name.
void add_bounds(Matchers& matchers, const Dialect& dialect,
                const std::optional<std::vector<double>>& bounds) {
  if (!bounds) return;
  std::vector<std::string> patterns;
  for (double bound : *bounds) {
    const double written = bound / dialect.unit;
    if (!(written >= 1e-4 && written < 1e6)) return;
    std::string pattern = regex_literal(fmt::format("{:.9g}", written));
    if (pattern.find('.') == pattern.npos) pattern += "(\\.0)?";
    patterns.push_back(std::move(pattern));
  }
  if (patterns.empty()) return add(matchers, kEveryRequest);
  patterns.emplace_back("\\+Inf");
  matchers.push_back(fmt::format("le=~{}", in_quotes(join(patterns, "|"))));
}

// The one place where a selector is written.
std::string range(std::string_view metric, Matchers matchers, const LabelMatchers& ours,
                  Duration window) {
  matchers.insert(matchers.end(), ours.begin(), ours.end());
  return fmt::format("{}{{{}}}[{}s]", metric, join(matchers, ","),
                     std::chrono::ceil<seconds>(window).count());
}

std::string targets(const Dialect& dialect, std::span<const RevisionKey> revisions,
                    const LabelMatchers& ours, Duration window) {
  Matchers matchers;
  add_identity(matchers, dialect.revision, dialect.name_space, revisions);
  return range("target_info", std::move(matchers), ours, window);
}

// `function` of a histogram's series of one Revision; a joined dialect asks the server to join by
// whatever target_info the window has seen, for it vanishes with its pod.
std::string of_revision(std::string_view function, std::string_view metric, const Dialect& dialect,
                        const RevisionKey& revision, Matchers matchers, const LabelMatchers& ours,
                        Duration window) {
  if (!dialect.joined) {
    add_identity(matchers, dialect.revision, dialect.name_space, {&revision, 1});
    return fmt::format("{}({})", function, range(metric, std::move(matchers), ours, window));
  }
  return fmt::format("{}({}) and on (job,instance) last_over_time({})", function,
                     range(metric, std::move(matchers), ours, window),
                     targets(dialect, {&revision, 1}, ours, window));
}

}  // namespace

std::string counts_query(const Dialect& dialect, const CountsQuestion& question,
                         const Targets& scraped, const LabelMatchers& ours) {
  Matchers matchers;
  add(matchers, dialect.only);
  if (dialect.joined) {
    std::set<std::string> jobs;
    std::set<std::string> instances;
    for (const auto& [target, identity] : scraped) {
      jobs.insert(target.job);
      instances.insert(target.instance);
    }
    matchers.push_back(one_of("job", jobs));
    matchers.push_back(one_of("instance", instances));
  } else {
    add_identity(matchers, dialect.revision, dialect.name_space, question.revisions);
  }
  add_left_out(matchers, dialect, question.left_out, true, question.more_hosts);
  add_bounds(matchers, dialect, question.bounds);
  return range(dialect.histogram, std::move(matchers), ours, question.window);
}

std::string targets_query(const Dialect& dialect, const CountsQuestion& question,
                          const LabelMatchers& ours) {
  return targets(dialect, question.revisions, ours, question.window);
}

std::string activator_query(const Dialect& dialect, const CountsQuestion& question,
                            const LabelMatchers& ours) {
  Matchers matchers;
  add(matchers, dialect.activator_only);
  add_identity(matchers, dialect.activator_revision, dialect.activator_name_space,
               question.revisions);
  add_left_out(matchers, dialect, question.left_out, false, question.more_hosts);
  return range(dialect.activator, std::move(matchers), ours, question.window);
}

std::string baseline_query(const Dialect& dialect, const RevisionKey& revision,
                           const TagRequests& left_out, const LabelMatchers& ours) {
  Matchers matchers;
  add(matchers, dialect.only);
  add_left_out(matchers, dialect, left_out, true);
  return fmt::format("sum by ({},le) ({})", dialect.code,
                     of_revision("increase", dialect.histogram, dialect, revision,
                                 std::move(matchers), ours, kBaselineWindow));
}

std::string requests_query(const Dialect& dialect, const RevisionKey& revision,
                           const TagRequests& left_out, Duration window,
                           const LabelMatchers& ours) {
  Matchers matchers{std::string(kEveryRequest)};
  add(matchers, dialect.only);
  add_left_out(matchers, dialect, left_out, true);
  return fmt::format("sum({})", of_revision("increase", dialect.histogram, dialect, revision,
                                            std::move(matchers), ours, window));
}

std::string probe_query(const Dialect& dialect, const RevisionKey& revision, Duration window,
                        const LabelMatchers& ours) {
  Matchers matchers{std::string(kEveryRequest)};
  add(matchers, dialect.only);
  return fmt::format("count({})", of_revision("last_over_time", dialect.histogram, dialect,
                                              revision, std::move(matchers), ours, window));
}

std::string inner_probe_query(const Dialect& dialect, const RevisionKey& revision,
                              const LabelMatchers& ours) {
  Matchers matchers{fmt::format("__name__=~{}", in_quotes(dialect.inner)),
                    std::string(kEveryRequest)};
  return fmt::format("count({})", of_revision("last_over_time", "", dialect, revision,
                                              std::move(matchers), ours, kBaselineWindow));
}

std::string unnamed_probe_query(const std::string& name_space, const LabelMatchers& ours) {
  const Dialect& dialect = dialects().front();
  Matchers matchers{std::string(kEveryRequest), std::string(dialect.only)};
  matchers.push_back("namespace=~" + in_quotes("|" + regex_literal(name_space)));
  std::string named;
  for (const Dialect& other : dialects()) {
    if (other.histogram != dialect.histogram) continue;
    if (other.joined) {
      named =
          range("target_info", {fmt::format(R"({}!="")", other.revision)}, ours, kBaselineWindow);
    } else {
      matchers.push_back(fmt::format(R"({}="")", other.revision));
    }
  }
  return fmt::format("count(last_over_time({}) unless on (job,instance) last_over_time({}))",
                     range(dialect.histogram, std::move(matchers), ours, kBaselineWindow), named);
}

std::string clusters_probe_query(const Dialect& dialect, const RevisionKey& revision,
                                 const LabelMatchers& ours) {
  Matchers matchers{std::string(kEveryRequest)};
  add(matchers, dialect.only);
  return fmt::format("count(count by (cluster) ({})) > 1",
                     of_revision("last_over_time", dialect.histogram, dialect, revision,
                                 std::move(matchers), ours, kBaselineWindow));
}

std::string activator_probe_query(const Dialect& dialect, const LabelMatchers& ours) {
  Matchers matchers;
  add(matchers, dialect.activator_only);
  matchers.push_back(fmt::format(R"({}!="")", dialect.activator_revision));
  return fmt::format("count(last_over_time({}))",
                     range(dialect.activator, std::move(matchers), ours, kBaselineWindow));
}

}  // namespace freshet

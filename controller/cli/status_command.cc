// freshet status: the fleet, or one service; once, again and again, or until it has ended.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <tuple>

#include "controller/cli/cluster.h"
#include "controller/cli/commands.h"
#include "controller/cli/flags.h"
#include "controller/cli/render.h"
#include "controller/cli/wait.h"

namespace freshet {
namespace {

constexpr Duration kStatusLookEvery = seconds(2);

struct StatusOptions {
  std::string service;  // "": all of them
  ClusterFlags cluster;
  bool all_namespaces = false;
  std::string format;
  bool watch = false;
  bool no_headers = false;
  bool wait = false;
  std::string digest;
  Duration timeout = hours(1);
};

RenderOptions rendering(const StatusOptions& options, const Context& context) {
  RenderOptions how;
  how.now = context.clock.now();
  how.colours = context.out.colours;
  how.columns = context.out.columns;
  how.headers = !options.no_headers;
  how.wide = options.format == "wide";
  if (how.wide) how.columns = 0;
  return how;
}

std::string one_text(const ServiceDetail& detail, const StatusOptions& options,
                     const Context& context) {
  if (is_structured(options.format)) return structured(service_json(detail), options.format);
  return service_tree(detail, rendering(options, context));
}

// Rows, or items for programs, as they are read; "" where nothing is tracked.
Result<std::string> fleet_text(const std::string& scope, const StatusOptions& options,
                               const Context& context, ClusterConnection& cluster) {
  std::vector<ServiceRow> rows;
  std::map<ServiceKey, Json> items;
  const Status read = read_each(
      cluster, scope, is_structured(options.format) ? FleetPart::kWhole : FleetPart::kForTable,
      [&] {
        rows.clear();
        items.clear();
      },
      [&](const ServiceDetail& detail) {
        if (!is_structured(options.format)) return rows.push_back(service_row(detail));
        items[{detail.tracked.name_space, detail.tracked.name}] = service_json(detail);
      });
  if (!read) return read.error();
  if (!is_structured(options.format)) {
    std::ranges::sort(rows, {},
                      [](const ServiceRow& row) { return std::tie(row.name_space, row.name); });
    return rows.empty() ? "" : fleet_table(rows, rendering(options, context));
  }
  Json list = Json::array();
  for (auto& [key, item] : items) list.push_back(std::move(item));
  return structured(Json{{"items", std::move(list)}}, options.format);
}

// One look as text.
Result<std::string> look(const StatusOptions& options, Context& context,
                         ClusterConnection& cluster) {
  if (!options.service.empty()) {
    const Result<ServiceDetail> detail = read_service(cluster, options.service);
    if (!detail) return detail.error();
    return one_text(*detail, options, context);
  }
  const std::string scope = options.all_namespaces ? "" : cluster.name_space;
  Result<std::string> text = fleet_text(scope, options, context, cluster);
  if (text && text->empty()) {
    context.out.complain(scope.empty() ? "no service is tracked in this cluster"
                                       : "no service is tracked in namespace " + scope);
  }
  return text;
}

int run_once(const StatusOptions& options, Context& context, ClusterConnection& cluster) {
  const Result<std::string> text = look(options, context, cluster);
  if (!text) return report(context, text.error());
  context.out.print(*text);
  return kDone;
}

// A terminal is redrawn; elsewhere a new text follows the last whenever something has changed.
int run_watch(const StatusOptions& options, Context& context, ClusterConnection& cluster) {
  std::string shown;
  while (!context.stop()) {
    const Result<std::string> text = look(options, context, cluster);
    if (!text && shown.empty()) return report(context, text.error());
    const std::string now = text ? *text : shown + "\n" + text.error().message + "\n";
    if (now != shown) {
      context.out.redraw(now);
    }
    if (text) shown = now;
    context.sleep(kStatusLookEvery);
  }
  return kDone;
}

int run_wait(const StatusOptions& options, Context& context, ClusterConnection& cluster) {
  Wait wait;
  wait.began = context.clock.now();
  if (!options.digest.empty()) {
    const Result<std::string> digest = parse_wanted_digest(options.digest);
    if (!digest) return report(context, digest.error());
    wait.digest = *digest;
  }
  std::string told;
  std::optional<ServiceDetail> last;
  while (true) {
    const Result<ServiceDetail> detail = read_service(cluster, options.service);
    if (!detail && !last) return report(context, detail.error());
    const TimePoint now = context.clock.now();
    if (detail) last = *detail;
    const auto end = wait_end(*last, wait, now);
    const std::string sentence = detail ? present_sentence(*last) : detail.error().message;
    if (sentence != told && !is_structured(options.format)) {
      context.out.print(fmt::format("{:>9} {}\n", format_age(now - wait.began), sentence));
      told = sentence;
    }
    if (end || now - wait.began >= options.timeout || context.stop()) {
      if (is_structured(options.format)) context.out.print(one_text(*last, options, context));
      const std::string how =
          end ? end->sentence : "timed out after " + format_age(now - wait.began) + ": " + sentence;
      if (is_structured(options.format)) {
        context.out.complain(how);
      } else {
        context.out.print(how + "\n");
      }
      return end ? end->exit_code : kTimedOut;
    }
    context.sleep(std::min<Duration>(kStatusLookEvery, options.timeout));
  }
}

int run_status(const StatusOptions& options, Context& context) {
  if (!options.service.empty() && options.all_namespaces) {
    return report(context, bad_input("-A is for all services, not for one"));
  }
  if (!options.wait && !options.digest.empty()) {
    return report(context, bad_input("--digest goes with --wait"));
  }
  if (options.wait && (options.service.empty() || options.watch)) {
    return report(context, bad_input("--wait goes with one SERVICE, and without --watch"));
  }
  auto cluster = connect(context, options.cluster);
  if (!cluster) return report(context, cluster.error());
  if (options.wait) return run_wait(options, context, **cluster);
  if (options.watch) return run_watch(options, context, **cluster);
  return run_once(options, context, **cluster);
}

}  // namespace

void add_status_command(CLI::App& app, Context& context) {
  auto options = std::make_shared<StatusOptions>();  // lives as long as the callback below
  CLI::App* command = app.add_subcommand("status", "Show all tracked services, or one");
  command->add_option("SERVICE", options->service, "One service, as a tree");
  add_cluster_flags(*command, options->cluster);
  command->add_flag("-A,--all-namespaces", options->all_namespaces, "Services of all namespaces");
  add_output_flag(*command, options->format, {"table", "wide", "json", "yaml", kJsonPathFormat});
  command->add_flag("--no-headers", options->no_headers, "Leave out the table's first line");
  command->add_flag("-w,--watch", options->watch, "Look again every 2s");
  command->add_flag("--wait", options->wait, "Wait until the newest image is out, or is not");
  command->add_option("--digest", options->digest, "With --wait: until this digest is")
      ->type_name("DIGEST");
  add_duration_flag(*command, "--timeout", options->timeout, "Longest wait");
  add_examples(*command, context,
               {"status -A", "status checkout --watch",
                "status checkout --wait --digest sha256:… --timeout 45m"});
  command->callback([options, &context] { context.exit_code = run_status(*options, context); });
}

}  // namespace freshet

// freshet age: how old the images are that run, of the fleet or of one service.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>

#include "controller/cli/age.h"
#include "controller/cli/cluster.h"
#include "controller/cli/commands.h"
#include "controller/cli/flags.h"
#include "controller/cli/image_access.h"
#include "controller/cli/limits.h"

namespace freshet {
namespace {

const std::map<std::string, AgeOrder> kAgeOrders{{"age", AgeOrder::kAge},
                                                 {"behind", AgeOrder::kBehind},
                                                 {"lag", AgeOrder::kLag},
                                                 {"name", AgeOrder::kName}};

constexpr const char* kNoRollout = "no rollout of it goes on, and none of those kept was promoted";

struct AgeOptions {
  std::string service;  // "": all of them
  ClusterFlags cluster;
  bool all_namespaces = false;
  std::string format;
  bool no_headers = false;
  std::string order = "age";
  Duration max_age{0};  // 0: any
  bool image = false;
  bool packages = false;
  std::string max_read = "64Mi";
  std::vector<std::string> plain_http;
};

bool is_for_people(const AgeOptions& options) {
  return options.format == "table" || options.format == "wide";
}

Result<std::vector<AgeRow>> read_ages(const AgeOptions& options, ClusterConnection& cluster) {
  std::vector<AgeRow> rows;
  if (!options.service.empty()) {
    const Result<Json> tracked = find_tracked(cluster, options.service);
    if (!tracked) return tracked.error();
    rows.push_back(age_row(make_detail(*tracked, nullptr, {})));
    return rows;
  }
  const Status read = read_each(
      cluster, options.all_namespaces ? "" : cluster.name_space, FleetPart::kTrackedAlone,
      [&rows] { rows.clear(); },
      [&rows](const ServiceDetail& detail) { rows.push_back(age_row(detail)); });
  if (!read) return read.error();
  sort_ages(rows, kAgeOrders.at(options.order));
  return rows;
}

std::string ages_text(const std::vector<AgeRow>& rows, const AgeOptions& options,
                      const Context& context) {
  RenderOptions how;
  how.now = context.clock.now();
  how.headers = !options.no_headers;
  how.wide = options.format == "wide";
  how.columns = how.wide ? 0 : context.out.columns;
  if (is_for_people(options)) return age_table(rows, how);
  Json items = Json::array();
  for (const AgeRow& row : rows) items.push_back(age_json(row, how.now));
  const bool one = !options.service.empty();
  return structured(one ? items.front() : Json{{"items", std::move(items)}}, options.format);
}

// What the last rollout changes, or has changed: of the one that goes on, else of the newest that
// was promoted. Empty digests: there is none.
std::pair<DigestTexts, DigestTexts> last_change(const TrackedServiceStatus& status) {
  if (status.stable && status.candidate) return {status.stable->digests, status.candidate->digests};
  for (const HistoryEntry& entry : status.history) {
    if (entry.outcome == "Promoted") return {entry.from_digests, entry.to_digests};
  }
  return {};
}

int tell_packages(const AgeOptions& options, Context& context, ClusterConnection& cluster,
                  const ServiceDetail& detail, const ImageQuestion& question) {
  const auto [from, to] = last_change(detail.status);
  const auto before = read_image_reports(context, cluster, detail, from, question);
  const auto after = read_image_reports(context, cluster, detail, to, question);
  bool good = true;
  Json items = Json::array();
  std::string text;
  for (const ImageReport& image : after) {
    const auto same = std::ranges::find(before, image.container, &ImageReport::container);
    if (same == before.end()) continue;
    const PackageReport report{*same, image};
    good = good && same->problem.empty() && image.problem.empty();
    items.push_back(packages_json(report));
    text += packages_text(report);
  }
  if (items.empty()) return report(context, make_error(ErrorKind::kNotFound, kNoRollout));
  context.out.print(is_for_people(options)
                        ? text
                        : structured(Json{{"packages", std::move(items)}}, options.format));
  return good ? kDone : kFailed;
}

int tell_images(const AgeOptions& options, Context& context, ClusterConnection& cluster,
                const ServiceDetail& detail, const ImageQuestion& question) {
  if (!detail.status.stable) {
    return report(context, make_error(ErrorKind::kNotFound,
                                      "nothing is known to run yet: " + age_row(detail).why));
  }
  const auto images =
      read_image_reports(context, cluster, detail, detail.status.stable->digests, question);
  bool good = true;
  Json row = age_json(age_row(detail), context.clock.now());
  std::string text;
  for (const ImageReport& image : images) {
    good = good && image.problem.empty();
    row["images"].push_back(image_json(image, context.clock.now()));
    text += image_text(image, context.clock.now());
  }
  context.out.print(is_for_people(options) ? ages_text({age_row(detail)}, options, context) + text
                                           : structured(row, options.format));
  return good ? kDone : kFailed;
}

// Images are read from their registry only for one service that is asked for by name.
int run_inside(const AgeOptions& options, Context& context) {
  if (options.service.empty() || (options.image && options.packages)) {
    return report(context, bad_input("one SERVICE goes with --image, or with --packages"));
  }
  const auto most = byte_size("--max-read", options.max_read);
  if (!most) return report(context, most.error());
  auto cluster = connect(context, options.cluster);
  if (!cluster) return report(context, cluster.error());
  const Result<ServiceDetail> detail = read_service(**cluster, options.service);
  if (!detail) return report(context, detail.error());
  ImageQuestion question{{options.image, options.packages}, {}, options.plain_http};
  question.bounds.bytes = *most;
  return options.image ? tell_images(options, context, **cluster, *detail, question)
                       : tell_packages(options, context, **cluster, *detail, question);
}

int run_age(const AgeOptions& options, Context& context) {
  if (options.image || options.packages) return run_inside(options, context);
  auto cluster = connect(context, options.cluster);
  if (!cluster) return report(context, cluster.error());
  const auto rows = read_ages(options, **cluster);
  if (!rows) return report(context, rows.error());
  if (rows->empty() && is_for_people(options)) {
    context.out.complain(options.all_namespaces
                             ? "no service is tracked in this cluster"
                             : "no service is tracked in namespace " + (*cluster)->name_space);
    return kDone;
  }
  context.out.print(ages_text(*rows, options, context));
  if (options.max_age <= Duration{0}) return kDone;
  const std::string unknown = of_unknown_age(*rows);
  if (!unknown.empty()) context.out.complain(unknown);
  const std::string old = too_old(*rows, options.max_age, context.clock.now());
  if (!old.empty()) context.out.complain(old);
  return old.empty() ? kDone : kFailed;
}

}  // namespace

void add_age_command(CLI::App& app, Context& context) {
  auto options = std::make_shared<AgeOptions>();  // lives as long as the callback below
  CLI::App* command = app.add_subcommand("age", "Show how old the images are that run");
  command->add_option("SERVICE", options->service, "One service");
  add_cluster_flags(*command, options->cluster);
  command->add_flag("-A,--all-namespaces", options->all_namespaces, "Services of all namespaces");
  add_output_flag(*command, options->format, {"table", "wide", "json", "yaml", kJsonPathFormat});
  command->add_flag("--no-headers", options->no_headers, "Leave out the table's first line");
  add_choice(command->add_option("--sort", options->order, "The longest first, or by name"),
             {"age", "behind", "lag", "name"});
  add_duration_flag(*command, "--max-age", options->max_age, "")
      ->description("End with 1 where an image older than this runs, and name it");
  command->add_flag("--image", options->image,
                    "Read which distribution its image is made of, and until when that is mended");
  command->add_flag("--packages", options->packages,
                    "Read which packages the present rollout changes, or the last one changed");
  command
      ->add_option("--max-read", options->max_read,
                   "Bytes of compressed layers read of an image, 1Mi to 1024Gi")
      ->type_name("SIZE")
      ->capture_default_str();
  command->add_option("--plain-http", options->plain_http, "Registry to speak to without TLS")
      ->type_name("HOST:PORT");
  add_examples(
      *command, context,
      {"age checkout --image", "age checkout --packages", "age -A", "age -A --sort lag -o wide",
       "age checkout -o json", "age -A --max-age 14d   # ends with 1 where something older runs"});
  command->callback([options, &context] { context.exit_code = run_age(*options, context); });
}

}  // namespace freshet

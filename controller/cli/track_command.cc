// freshet track: writes the TrackedService of a Knative Service, or changes what is given.
#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>

#include "config/parse.h"
#include "controller/cli/cluster.h"
#include "controller/cli/commands.h"
#include "controller/cli/flags.h"
#include "controller/cli/render.h"
#include "controller/runtime/paths.h"

namespace freshet {
namespace {

struct TrackOptions {
  std::string service;
  std::string name;  // of the TrackedService; "": the Service's
  std::string image;
  std::string container;
  std::vector<int> steps;
  std::string dry_run;
  std::string format;
  ClusterFlags cluster;
};

TrackedService wanted(const TrackOptions& options, const std::string& name_space) {
  TrackedService object;
  object.name = options.name.empty() ? options.service : options.name;
  object.name_space = name_space;
  object.spec.service = options.service;
  if (!options.image.empty()) object.spec.images = {{options.container, options.image}};
  if (!options.steps.empty()) object.spec.rollout.steps = options.steps;
  return object;
}

// What the controller would complain about, before it is written.
Status check(const TrackedService& object) {
  std::string problems;
  for (const Problem& problem : parse_tracked_service_json(to_json(object)).problems) {
    problems += (problems.empty() ? "" : "\n") + to_string(problem);
  }
  if (problems.empty()) return {};
  return tl::unexpected(bad_input(std::move(problems)));
}

// What was given, also where it equals a default; the rest of an object that is there stays.
Json changes(const TrackOptions& options) {
  Json spec = Json::object();
  if (!options.image.empty()) {
    Json image = {{"image", options.image}};
    if (!options.container.empty()) image["container"] = options.container;
    spec["images"] = Json::array({std::move(image)});
  }
  if (!options.steps.empty()) spec["rollout"]["steps"] = options.steps;
  return Json{{"spec", std::move(spec)}};
}

void print_object(Context& context, const TrackOptions& options, const Json& object) {
  context.out.print(structured(object, options.format == "text" ? "yaml" : options.format));
}

// Needs no cluster; a kubeconfig that is there tells the namespace.
int dry_run(Context& context, const TrackOptions& options) {
  std::string name_space = options.cluster.name_space;
  if (name_space.empty()) {
    const auto access = find_cluster_access(options.cluster.kube, context.sources);
    if (access) name_space = access->name_space;
  }
  const TrackedService object = wanted(options, name_space);
  if (const Status good = check(object); !good) return report(context, good.error());
  print_object(context, options, to_json(object));
  return kDone;
}

Status not_followed_twice(ClusterConnection& cluster, const TrackedService& object) {
  const auto fleet = read_fleet(cluster, cluster.name_space);
  if (!fleet) return tl::unexpected(fleet.error());
  for (const ServiceDetail& other : *fleet) {
    if (service_name(other) != object.spec.service || other.tracked.name == object.name) continue;
    return tl::unexpected(
        make_error(ErrorKind::kRefused, "Service " + object.spec.service + " is tracked by " +
                                            other.tracked.name + " already; --name " +
                                            other.tracked.name + " changes that one"));
  }
  return {};
}

Result<Json> write(ClusterConnection& cluster, const TrackOptions& options,
                   const TrackedService& object) {
  const ServiceKey key{object.name_space, object.name};
  const Result<ServerReply> present = cluster.kube->get(tracked_service_path(key));
  if (present) {
    const ServiceDetail detail = make_detail(present->body, nullptr, {});
    if (service_name(detail) != options.service) {
      return make_error(ErrorKind::kRefused, "TrackedService " + object.name + " follows Service " +
                                                 service_name(detail) + "; choose another --name");
    }
    Result<ServerReply> changed =
        cluster.kube->merge_patch(tracked_service_path(key), changes(options));
    if (!changed) return changed.error();
    return std::move(changed->body);
  }
  if (present.error().kind != ErrorKind::kNotFound) return present.error();
  if (const Status once = not_followed_twice(cluster, object); !once) return once.error();
  Result<ServerReply> created =
      cluster.kube->post(tracked_services_path(key.name_space), to_json(object));
  if (!created) return created.error();
  return std::move(created->body);
}

// An object that was there may keep the controller from doing what somebody who tracks expects.
void tell_what_writes_nothing(Context& context, const TrackedService& object, const Json& written) {
  const bool shadow = string_or(at_path(written, {"spec", "rollout"}), "writeMode") == "Shadow";
  const bool suspended = bool_or(at_path(written, {"spec"}), "suspend", false);
  const auto take_off = [&](const char* spec) {
    return "kubectl patch ts " + object.name + " -n " + object.name_space +
           " --type=merge -p '{\"spec\":" + spec + "}'";
  };
  if (shadow) {
    context.out.complain(object.name +
                         " has rollout.writeMode Shadow: nothing is rolled out until\n  " +
                         take_off(R"({"rollout":{"writeMode":"Pin"}})"));
  }
  if (suspended) {
    context.out.complain(object.name + " is suspended: no rollout is started until\n  " +
                         take_off(R"({"suspend":false})"));
  }
}

int run_track(const TrackOptions& options, Context& context) {
  if (!options.container.empty() && options.image.empty()) {
    return report(context, bad_input("--container goes with --image"));
  }
  if (!options.dry_run.empty()) return dry_run(context, options);
  auto cluster = connect(context, options.cluster);
  if (!cluster) return report(context, cluster.error());
  const TrackedService object = wanted(options, (*cluster)->name_space);
  if (const Status good = check(object); !good) return report(context, good.error());
  const Result<Json> written = write(**cluster, options, object);
  if (!written) return report(context, written.error());
  if (options.format != "text") {
    print_object(context, options, *written);
    return kDone;
  }
  context.out.print("✓ " + object.name_space + "/" + object.name + " is tracked; " +
                    context.program + " status " + object.name + " -n " + object.name_space +
                    " --watch shows what it does\n");
  tell_what_writes_nothing(context, object, *written);
  const auto service = (*cluster)->kube->get(service_path({object.name_space, options.service}));
  if (!service && service.error().kind == ErrorKind::kNotFound) {
    context.out.complain("there is no Knative Service " + options.service + " in namespace " +
                         object.name_space + " yet; it is adopted when there is");
  }
  return kDone;
}

}  // namespace

void add_track_command(CLI::App& app, Context& context) {
  auto options = std::make_shared<TrackOptions>();  // lives as long as the callback below
  CLI::App* command = app.add_subcommand("track", "Follow the images of a Knative Service");
  command->add_option("SERVICE", options->service, "Knative Service")->required();
  command->add_option("--image", options->image, "Tag to follow; default: the one it runs now")
      ->type_name("IMAGE:TAG");
  command->add_option("--container", options->container, "Container that runs it")
      ->type_name("NAME");
  command->add_option("--steps", options->steps, "Percents, rising: 1,5,20,50")
      ->delimiter(',')
      ->type_name("PERCENTS");
  command->add_option("--name", options->name, "Name of the TrackedService; default: SERVICE")
      ->type_name("NAME");
  add_choice(
      command->add_option("--dry-run", options->dry_run, "client: print the object, write nothing"),
      {"client"});
  add_output_flag(*command, options->format, {"text", "yaml", "json", kJsonPathFormat});
  add_cluster_flags(*command, options->cluster);
  add_examples(*command, context,
               {"track checkout --image ghcr.io/acme/checkout:1.4",
                "track checkout --steps 5,25 --dry-run=client -o yaml > tracked.yaml"});
  command->callback([options, &context] { context.exit_code = run_track(*options, context); });
}

}  // namespace freshet

// freshet resolve: one check of a reference, with the code that the poller uses.
#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "controller/cli/commands.h"
#include "controller/cli/flags.h"
#include "controller/cli/registry_access.h"
#include "controller/registry/resolve.h"

namespace freshet {
namespace {

struct ResolveOptions {
  std::string reference;
  std::vector<std::string> plain_http;
  std::string platform;
  bool tags = false;
  std::string format;
};

std::string platform_list(const Confirmed& image) {
  std::vector<std::string> names;
  for (const Platform& platform : image.platforms) names.push_back(to_string(platform));
  return names.empty() ? "not told" : join(names, ", ");
}

std::string image_text(const Confirmed& image, TimePoint now) {
  std::string created = "not told";
  if (image.created) {
    created = format_rfc3339(*image.created) + " (" + format_age(now - *image.created) + " ago)";
  }
  return "digest      " + image.digest.get() + "\nmedia type  " + image.media_type +
         "\nplatforms   " + platform_list(image) + "\ncreated     " + created + "\n";
}

int exit_code_of(const RegistryFailure& failure) {
  const bool later = failure.kind == RegistryFailureKind::kUnreachable ||
                     failure.kind == RegistryFailureKind::kRateLimited;
  return later ? kUnreachable : kFailed;
}

int fail_resolve(const ResolveOptions& options, Context& context, const RegistryFailure& failure) {
  if (options.format == "json") context.out.print(dump_json(to_json(failure)) + "\n");
  context.out.complain(sentence(failure));
  return exit_code_of(failure);
}

int refuse_words(const ResolveOptions& options, Context& context, const Error& error) {
  const Json json = {{"kind", "usage"}, {"step", "reference"}, {"message", error.message}};
  if (options.format == "json") context.out.print(dump_json(Json{{"error", json}}) + "\n");
  return report(context, error);
}

int run_tags(const ResolveOptions& options, Context& context) {
  const auto listed = list_tags_of(context, options.reference, options.plain_http);
  if (!listed) return refuse_words(options, context, listed.error());
  if (const auto* failure = std::get_if<RegistryFailure>(&*listed)) {
    return fail_resolve(options, context, *failure);
  }
  Json names = Json::array();
  std::string lines;
  for (const ImageTag& tag : std::get<std::vector<ImageTag>>(*listed)) {
    names.push_back(tag.get());
    lines += tag.get() + "\n";
  }
  const bool json = options.format == "json";
  context.out.print(json ? dump_json({{"tags", std::move(names)}}) + "\n" : lines);
  return kDone;
}

int refuse_platform(const ResolveOptions& options, Context& context, const Confirmed& image) {
  const std::string message =
      image.digest.get() + " has no " + options.platform + "; it has: " + platform_list(image);
  const Json json = {{"kind", "noPlatform"}, {"step", "platform"}, {"message", message}};
  if (options.format == "json") context.out.print(dump_json(Json{{"error", json}}) + "\n");
  context.out.complain(message);
  return kFailed;
}

int run_resolve(const ResolveOptions& options, Context& context) {
  if (options.tags) return run_tags(options, context);
  const auto resolved = resolve_reference(context, options.reference, options.plain_http);
  if (!resolved) return refuse_words(options, context, resolved.error());
  if (const auto* failure = std::get_if<RegistryFailure>(&resolved->image)) {
    return fail_resolve(options, context, *failure);
  }
  const Confirmed& image = std::get<Confirmed>(resolved->image);
  if (!options.platform.empty() && !has_platform(image, *parse_platform(options.platform))) {
    return refuse_platform(options, context, image);
  }
  const std::string& whose = resolved->identity;
  context.out.print(options.format == "json"
                        ? dump_json(to_json(image)) + "\n"
                        : image_text(image, context.clock.now()) + "credential  " +
                              (whose.empty() ? "none" : whose) + "\n");
  return kDone;
}

std::string platform_problem(const std::string& text) {
  if (parse_platform(text)) return "";
  return "must be os/architecture[/variant] such as linux/arm64; found " + printable(text, 60);
}

}  // namespace

void add_resolve_command(CLI::App& app, Context& context) {
  auto options = std::make_shared<ResolveOptions>();  // lives as long as the callback below
  CLI::App* command = app.add_subcommand("resolve", "Ask a registry which digest a tag names");
  command->add_option("REF", options->reference, "Image reference")->required();
  command->add_option("--plain-http", options->plain_http, "Registry to speak to without TLS")
      ->type_name("HOST:PORT");
  CLI::Option* platform =
      command->add_option("--platform", options->platform, "Must be among the image's platforms")
          ->type_name("OS/ARCH")
          ->check(platform_problem);
  command->add_flag("--tags", options->tags, "List the tags of a repository")->excludes(platform);
  add_output_flag(*command, options->format, {"text", "json"});
  add_examples(
      *command, context,
      {"resolve ghcr.io/acme/checkout:1.4", "resolve nginx:1.27 -o json",
       "resolve nginx:1.27 --platform linux/arm64", "resolve --tags ghcr.io/acme/checkout"});
  command->callback([options, &context] { context.exit_code = run_resolve(*options, context); });
}

}  // namespace freshet

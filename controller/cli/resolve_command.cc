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

int run_resolve(const ResolveOptions& options, Context& context) {
  const auto resolved = resolve_reference(context, options.reference, options.plain_http);
  const bool json = options.format == "json";
  if (!resolved) {
    const Json error = {
        {"kind", "usage"}, {"step", "reference"}, {"message", resolved.error().message}};
    if (json) context.out.print(dump_json(Json{{"error", error}}) + "\n");
    return report(context, resolved.error());
  }
  if (const auto* failure = std::get_if<RegistryFailure>(&resolved->image)) {
    if (json) context.out.print(dump_json(to_json(*failure)) + "\n");
    context.out.complain(sentence(*failure));
    return exit_code_of(*failure);
  }
  const Confirmed& image = std::get<Confirmed>(resolved->image);
  const std::string& whose = resolved->identity;
  context.out.print(json ? dump_json(to_json(image)) + "\n"
                         : image_text(image, context.clock.now()) + "credential  " +
                               (whose.empty() ? "none" : whose) + "\n");
  return kDone;
}

}  // namespace

void add_resolve_command(CLI::App& app, Context& context) {
  auto options = std::make_shared<ResolveOptions>();  // lives as long as the callback below
  CLI::App* command = app.add_subcommand("resolve", "Ask a registry which digest a tag names");
  command->add_option("REF", options->reference, "Image reference")->required();
  command->add_option("--plain-http", options->plain_http, "Registry to speak to without TLS")
      ->type_name("HOST:PORT");
  add_output_flag(*command, options->format, {"text", "json"});
  add_examples(*command, context,
               {"resolve ghcr.io/acme/checkout:1.4", "resolve nginx:1.27 -o json"});
  command->callback([options, &context] { context.exit_code = run_resolve(*options, context); });
}

}  // namespace freshet

// freshet resolve: one check of a reference, with the code that the poller uses.
#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "controller/cli/commands.h"
#include "controller/cli/explaining_transport.h"
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
  bool explain = false;
  std::string format;
};

struct ResolveAnswer {
  int exit_code = kDone;
  Json json;              // for -o json
  std::string text;       // else
  std::string complaint;  // besides either
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
  const std::string size =
      image.layer_bytes ? with_thousands(*image.layer_bytes) + " bytes" : "not told";
  std::string out = "digest      " + image.digest.get() + "\nmedia type  " + image.media_type +
                    "\nplatforms   " + platform_list(image) + "\ncreated     " + created +
                    "\nlayers      " + size + "\n";
  const ImageOrigin& origin = image.origin;
  if (!origin.revision.empty()) out += "revision    " + origin.revision + "\n";
  if (!origin.source.empty()) out += "source      " + origin.source + "\n";
  if (!origin.version.empty()) out += "version     " + origin.version + "\n";
  const std::string base =
      origin.base_name + (origin.base_digest.empty() ? "" : "@") + origin.base_digest;
  if (!base.empty()) out += "base        " + base + "\n";
  return out;
}

int exit_code_of(const RegistryFailure& failure) {
  const bool later = failure.kind == RegistryFailureKind::kUnreachable ||
                     failure.kind == RegistryFailureKind::kRateLimited;
  return later ? kUnreachable : kFailed;
}

ResolveAnswer failed_answer(const RegistryFailure& failure) {
  return {exit_code_of(failure), to_json(failure), "", sentence(failure)};
}

ResolveAnswer refused_words(const Error& error) {
  const Json json = {{"kind", "usage"}, {"step", "reference"}, {"message", error.message}};
  return {exit_code_for(error), {{"error", json}}, "", error.message};
}

ResolveAnswer tags_answer(const ResolveOptions& options, Context& context) {
  const auto listed = list_tags_of(context, options.reference, options.plain_http);
  if (!listed) return refused_words(listed.error());
  if (const auto* failure = std::get_if<RegistryFailure>(&*listed)) return failed_answer(*failure);
  ResolveAnswer answer;
  answer.json["tags"] = Json::array();
  for (const ImageTag& tag : std::get<std::vector<ImageTag>>(*listed)) {
    answer.json["tags"].push_back(tag.get());
    answer.text += tag.get() + "\n";
  }
  return answer;
}

ResolveAnswer no_platform(const ResolveOptions& options, const Confirmed& image) {
  const std::string message =
      image.digest.get() + " has no " + options.platform + "; it has: " + platform_list(image);
  const Json json = {{"kind", "noPlatform"}, {"step", "platform"}, {"message", message}};
  return {kFailed, {{"error", json}}, "", message};
}

ResolveAnswer image_answer(const ResolveOptions& options, Context& context) {
  const auto resolved = resolve_reference(context, options.reference, options.plain_http);
  if (!resolved) return refused_words(resolved.error());
  if (const auto* failure = std::get_if<RegistryFailure>(&resolved->image)) {
    return failed_answer(*failure);
  }
  const Confirmed& image = std::get<Confirmed>(resolved->image);
  if (!options.platform.empty() && !has_platform(image, *parse_platform(options.platform))) {
    return no_platform(options, image);
  }
  const std::string& whose = resolved->identity;
  return {kDone, to_json(image),
          image_text(image, context.clock.now()) + "credential  " +
              (whose.empty() ? "none" : whose) + "\n",
          ""};
}

// The context with a transport that keeps what its exchanges came to.
Context explaining(const Context& context, std::vector<ExplainedExchange>& exchanges) {
  Context out = context;
  out.make_transport = [&context, &exchanges](NetOptions net) {
    return context.make_transport(std::move(net))
        .map([&](std::unique_ptr<HttpTransport> inner) -> std::unique_ptr<HttpTransport> {
          return std::make_unique<ExplainingTransport>(std::move(inner), context.clock, exchanges);
        });
  };
  return out;
}

int run_resolve(const ResolveOptions& options, Context& context) {
  std::vector<ExplainedExchange> exchanges;
  Context asking = options.explain ? explaining(context, exchanges) : context;
  ResolveAnswer answer =
      options.tags ? tags_answer(options, asking) : image_answer(options, asking);
  if (options.explain) {
    answer.json["exchanges"] = to_json(exchanges);
    answer.text = explained_text(exchanges) + answer.text;
  }
  context.out.print(options.format == "json" ? dump_json(answer.json) + "\n" : answer.text);
  if (!answer.complaint.empty()) context.out.complain(answer.complaint);
  return answer.exit_code;
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
  command->add_flag("--explain", options->explain,
                    "Tell each request, what it was answered, and what followed");
  command->add_flag("--tags", options->tags, "List the tags of a repository")->excludes(platform);
  add_output_flag(*command, options->format, {"text", "json"});
  add_examples(*command, context,
               {"resolve ghcr.io/acme/checkout:1.4", "resolve nginx:1.27 -o json",
                "resolve nginx:1.27 --platform linux/arm64", "resolve nginx:1.27 --explain",
                "resolve --tags ghcr.io/acme/checkout"});
  command->callback([options, &context] { context.exit_code = run_resolve(*options, context); });
}

}  // namespace freshet

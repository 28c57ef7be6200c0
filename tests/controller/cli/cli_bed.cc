// The command line in a simulated cluster.
#include "tests/controller/cli/cli_bed.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "base/text.h"
#include "controller/cli/cli.h"
#include "controller/net/local_transport.h"

namespace freshet {
namespace {

constexpr const char* kSecret = "canary-5e8c";  // part of every credential

const TimePoint kStart = parse_rfc3339("2026-11-23T00:00:00Z").value();

constexpr const char* kKubeconfig = R"(apiVersion: v1
kind: Config
current-context: sim
contexts:
- {name: sim, context: {cluster: sim, user: ann, namespace: shop}}
clusters:
- {name: sim, cluster: {server: "https://kube.sandbox"}}
users:
- {name: ann, user: {token: "canary-5e8c-token"}}
)";

sandbox::WorldOptions world_options(sandbox::Exposure metrics) {
  sandbox::WorldOptions options;
  options.start = kStart;
  options.metrics = {metrics};
  return options;
}

std::string docker_config_text() {
  const std::string login = base64_encode("ann:" + std::string(kSecret) + "-password");
  return R"({"auths":{"registry.sandbox":{"auth":")" + login + R"("}}})";
}

}  // namespace

CliBed::CliBed(sandbox::Exposure metrics)
    : cluster(world_options(metrics), ControllerOptions{}, [](const LogLine&) {}),
      files{{"/home/ann/.kube/config", kKubeconfig},
            {"/home/ann/.docker/config.json", docker_config_text()}},
      variables{{"HOME", "/home/ann"}, {"USER", "ann"}},
      clock_(cluster) {}

KubeSources CliBed::sources() {
  KubeSources out;
  out.variable = [this](const std::string& name) -> std::optional<std::string> {
    const auto found = variables.find(name);
    if (found == variables.end()) return std::nullopt;
    return found->second;
  };
  out.read = [this](const std::string& path) -> Result<std::string> {
    const auto found = files.find(path);
    if (found != files.end()) return found->second;
    return make_error(ErrorKind::kNotFound, "cannot read " + path + ": No such file or directory");
  };
  return out;
}

CliRun CliBed::run(const std::vector<std::string>& words, const std::string& input) {
  std::ostringstream out;
  std::ostringstream err;
  std::istringstream in(input);
  Terminal terminal{out, err, in};
  terminal.columns = columns;
  Context context{terminal,
                  clock_,
                  [this](Duration d) { wait(d); },
                  [this] { return patience <= 0; },
                  sources(),
                  [this](const NetOptions& net) -> Result<std::unique_ptr<HttpTransport>> {
                    connections.push_back(net);
                    return std::make_unique<LocalTransport>([this](const HttpRequest& request) {
                      return server ? server(request) : cluster.world().handle(request);
                    });
                  },
                  [this](const HelperCall& call) -> Result<HelperReply> {
                    if (cluster.ask_helper) return cluster.ask_helper(call);
                    return make_error(ErrorKind::kNotFound, "no helper " + call.name);
                  },
                  [this](const ProgramCall& call) -> Result<ProgramEnd> {
                    if (run_program) return run_program(call);
                    return make_error(ErrorKind::kNotFound, "no program " + call.arguments[0]);
                  }};
  std::vector<const char*> argv{program.c_str()};
  for (const std::string& word : words) argv.push_back(word.c_str());
  CliRun ran;
  ran.exit_code = run_cli(static_cast<int>(argv.size()), argv.data(), context);
  ran.out = out.str();
  ran.err = err.str();
  EXPECT_EQ((ran.out + ran.err).find(kSecret), std::string::npos)
      << "a secret in the output of " << join(words, " ");
  return ran;
}

void CliBed::serve(const std::string& name) {
  cluster.world().push("shop/" + name, "1.4", {}, kStart - days(12));
  const Json container = {{"name", "app"}, {"image", "registry.sandbox/shop/" + name + ":1.4"}};
  const Json spec = {{"containers", Json::array({container})}};
  const auto created =
      cluster.world().create(Json{{"apiVersion", "serving.knative.dev/v1"},
                                  {"kind", "Service"},
                                  {"metadata", {{"name", name}, {"namespace", "shop"}}},
                                  {"spec", {{"template", {{"spec", spec}}}}}});
  ASSERT_TRUE(created) << created.error().message;
  cluster.world().set_rate({"shop", name}, 50);
  run_for(minutes(5));
}

Digest CliBed::rebuild(const std::string& name, double error_rate) {
  sandbox::ImageBehaviour behaviour;
  behaviour.error_rate = error_rate;
  return rebuild(name, behaviour);
}

Digest CliBed::rebuild(const std::string& name, const sandbox::ImageBehaviour& behaviour) {
  return cluster.world().push("shop/" + name, "1.4", behaviour, cluster.now());
}

void CliBed::wait(Duration d) {
  --patience;
  if (controller_runs) return run_for(d);
  cluster.world().advance_to(cluster.now() + d);
}

void CliBed::run_for(Duration d) { cluster.run_until(cluster.now() + d); }

}  // namespace freshet

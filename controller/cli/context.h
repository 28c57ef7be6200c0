// Context: everything a command takes from the machine, so that tests can give it something else.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/clock.h"
#include "base/http.h"
#include "base/program.h"
#include "base/result.h"
#include "controller/cli/terminal.h"
#include "controller/kube/client.h"
#include "controller/kube/kubeconfig.h"
#include "controller/kube/token_source.h"
#include "controller/net/curl_transport.h"
#include "controller/registry/credential_helper.h"

namespace freshet {

// Exit codes; scripts rely on them.
enum ExitCode {
  kDone = 0,
  kFailed = 1,  // failed, refused, invalid; --wait: rolled back, rejected, withdrawn
  kUsage = 2,   // words or an input file that cannot be understood
  kTimedOut = 3,
  kUnreachable = 4,  // the API server or a registry
  kHeld = 5,         // --wait: a person is needed
  kSuperseded = 6,   // --wait --digest: another digest took its place, or it is not followed
};

struct Context {
  Terminal& out;
  const Clock& clock;
  std::function<void(Duration)> sleep;
  std::function<bool()> stop;  // asked between two looks of what would go on for ever
  KubeSources sources;         // environment and files
  std::function<Result<std::unique_ptr<HttpTransport>>(NetOptions)> make_transport;
  AskHelper ask_helper;             // docker's credential helpers
  RunProgram run_program;           // logins of a kubeconfig
  std::string program = "freshet";  // as it was called: "kubectl freshet"
  int exit_code = kDone;            // set by the command that ran
};
Context machine_context(Terminal& out, const Clock& clock);
// 0 … 1, evenly; from any thread.
std::function<double()> machine_dice();
Context with_clock(const Context& context, const Clock& clock);

int exit_code_for(const Error& error);
// Tells the error and returns its exit code.
int report(Context& context, const Error& error);

// Which cluster, which namespace.
struct ClusterFlags {
  KubeFlags kube;
  std::string name_space;  // -n; "": the context's
};

// The parts of a connection to one API server, put together so that none outlives another.
struct ClusterConnection {
  std::string origin;      // "context prod of /home/ann/.kube/config"
  std::string name_space;  // -n, else the context's, else "default"
  std::unique_ptr<HttpTransport> transport;
  std::unique_ptr<TokenSource> tokens;
  std::unique_ptr<KubeClient> kube;
};

// `net` may bring what a long-running caller needs (stop, on_exchange); trust, certificates and
// proxy are filled in from the kubeconfig. Sends nothing and runs nothing: the first request does.
Result<std::unique_ptr<ClusterConnection>> connect(Context& context, const ClusterFlags& flags,
                                                   NetOptions net = {});

}  // namespace freshet

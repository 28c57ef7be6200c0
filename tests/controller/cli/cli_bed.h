// CliBed: the command line as a person uses it, against the controller of production in a simulated
// cluster. Whatever is printed is searched for the secrets that go in.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "controller/cli/context.h"
#include "controller/cli/simulated.h"

namespace freshet {

struct CliRun {
  int exit_code = 0;
  std::string out;
  std::string err;
};

class CliBed {
 public:
  explicit CliBed(sandbox::Exposure metrics = sandbox::Exposure::kPushed);

  // `words` after the program's name. Waiting moves the simulated time.
  CliRun run(const std::vector<std::string>& words, const std::string& input = "");

  // A Knative Service shop/<name> that runs <image>:1.4 and has users.
  void serve(const std::string& name);
  // The tag that it runs moves to an image whose requests fail at this rate.
  Digest rebuild(const std::string& name, double error_rate);
  Digest rebuild(const std::string& name, const sandbox::ImageBehaviour& behaviour);
  void run_for(Duration d);

  SimulatedCluster cluster;
  bool controller_runs = true;  // while a command waits
  int patience = 1 << 20;       // how often a command may wait before it is told to stop
  std::string program = "freshet";
  int columns = 0;  // of the terminal; 0: not known
  // Answers instead of the simulated world, where it is set.
  std::function<Result<HttpResponse>(const HttpRequest&)> server;
  RunProgram run_program;  // null: there are no programs
  std::map<std::string, std::string> files;
  std::map<std::string, std::string> variables;
  std::vector<NetOptions> connections;  // as they were asked for

 private:
  class BedClock final : public Clock {
   public:
    explicit BedClock(const SimulatedCluster& cluster) : cluster_(cluster) {}
    TimePoint now() const override { return cluster_.now(); }
    Duration monotonic() const override { return cluster_.now().time_since_epoch(); }

   private:
    const SimulatedCluster& cluster_;
  };
  KubeSources sources();
  void wait(Duration d);

  BedClock clock_;
};

}  // namespace freshet

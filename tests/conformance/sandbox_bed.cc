// The simulated world as a bed.
#include <nlohmann/json.hpp>

#include "controller/net/local_transport.h"
#include "controller/sandbox/world.h"
#include "tests/conformance/bed.h"
#include "tests/support/world_clock.h"

namespace freshet::conformance {
namespace {

constexpr const char* kNamespace = "shop";

sandbox::ImageBehaviour behaviour(Starts starts) {
  sandbox::ImageBehaviour out;
  out.exit_code = kExitCode;
  switch (starts) {
    case Starts::kReady: out.starts = sandbox::StartsAs::kReady; break;
    case Starts::kNeverReady: out.starts = sandbox::StartsAs::kNeverReady; break;
    case Starts::kCrashing: out.starts = sandbox::StartsAs::kCrashing; break;
    case Starts::kPullFailing: out.starts = sandbox::StartsAs::kPullFailing; break;
    case Starts::kUnschedulable: out.starts = sandbox::StartsAs::kUnschedulable; break;
  }
  return out;
}

class SandboxBed final : public Bed {
 public:
  SandboxBed()
      : Bed(kNamespace),
        world_({.seed = 7,
                .start = from_unix_seconds(1'790'000'000),
                .users = {{"a", std::string(sandbox::kAdmin)}, {"b", "bob"}}}),
        clock_(world_),
        transport_([this](const HttpRequest& request) { return world_.handle(request); }) {
    const auto made = world_.create(
        {{"apiVersion", "v1"}, {"kind", "Namespace"}, {"metadata", {{"name", kNamespace}}}});
    if (!made) throw std::runtime_error(made.error().message);
  }

  HttpTransport& transport() override { return transport_; }
  const Clock& clock() const override { return clock_; }
  std::string server() const override { return "https://" + std::string(sandbox::kKubeHost); }
  std::string registry() const override { return "https://" + std::string(sandbox::kRegistryHost); }
  Person admin() const override { return {std::string(sandbox::kAdmin), "a"}; }
  Person other() const override { return {"bob", "b"}; }

  Digest push(const std::string& repository, const std::string& tag, Starts starts) override {
    // The time of its making is what makes an image differ from the one before.
    return world_.push(repository, tag, behaviour(starts), world_.now() - days(++pushes_));
  }
  void behave(const Digest& image, Starts starts) override {
    world_.behave(image, behaviour(starts));
  }
  std::map<std::string, int> programmed(const std::string& service) override {
    return world_.programmed({name_space(), service});
  }

  bool until(const std::function<bool()>& holds, Duration bound) override {
    const TimePoint end = world_.now() + bound;
    while (!holds()) {
      const auto next = world_.next_event();
      if (!next || *next > end) {
        world_.advance_to(end);
        return holds();
      }
      world_.advance_to(*next);
    }
    return true;
  }

  std::string forgotten_version() override {
    world_.compact();
    return "1";
  }

 private:
  sandbox::World world_;
  WorldClock clock_;
  LocalTransport transport_;
  int pushes_ = 0;
};

}  // namespace

std::unique_ptr<Bed> make_sandbox_bed() { return std::make_unique<SandboxBed>(); }

}  // namespace freshet::conformance

// Bed: what a conformance test stands on, a fresh namespace of Kubernetes with Knative and a
// registry: the simulated world, or a real control plane. Tests see no other difference.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "base/clock.h"
#include "base/http.h"
#include "controller/model/names.h"

namespace freshet::conformance {

// What the containers of an image do once they run.
enum class Starts { kReady, kNeverReady, kCrashing, kPullFailing, kUnschedulable };
inline constexpr int kExitCode = 7;  // of those that crash

struct Person {
  std::string name;   // as Knative signs with it
  std::string token;  // may do everything
};

class Bed {
 public:
  virtual ~Bed() = default;

  const std::string& name_space() const { return name_space_; }
  virtual HttpTransport& transport() = 0;
  virtual const Clock& clock() const = 0;
  virtual std::string server() const = 0;    // of the API: "https://127.0.0.1:16443"
  virtual std::string registry() const = 0;  // "http://127.0.0.1:5000"
  virtual Person admin() const = 0;
  virtual Person other() const = 0;

  // Moves the tag to a new image in `repository`, which lies below the namespace's name.
  virtual Digest push(const std::string& repository, const std::string& tag, Starts starts) = 0;
  // From now on, also where the image runs already.
  virtual void behave(const Digest& image, Starts starts) = 0;
  // Revisions that are out of the traffic lose their pods within seconds, where that can be had.
  virtual void scale_down_soon() {}

  // What users of the Service meet: the share of each Revision that has one.
  virtual std::map<std::string, int> programmed(const std::string& service) = 0;

  // Lets time pass until `holds`, asked after everything that happens. False: not within `bound`.
  virtual bool until(const std::function<bool()>& holds, Duration bound) = 0;

  // A resourceVersion of long ago: what has happened since is not known any more.
  virtual std::string forgotten_version() = 0;

 protected:
  explicit Bed(std::string name_space) : name_space_(std::move(name_space)) {}

 private:
  std::string name_space_;
};

// The control plane whose run folder FRESHET_CONFORMANCE_BED names; the simulated world if unset.
// The namespace is there, and goes with the bed. `test` is a name for people who look on.
std::unique_ptr<Bed> make_bed(const std::string& test);

std::unique_ptr<Bed> make_sandbox_bed();
std::unique_ptr<Bed> make_cluster_bed(const std::string& run_folder, const std::string& test);

}  // namespace freshet::conformance

// What conformance tests say: a Service called demo in a namespace of its own, raw exchanges where
// codes and words matter, and Freshet's own client and views everywhere else.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/json.h"
#include "controller/kube/client.h"
#include "controller/model/observation.h"
#include "tests/conformance/bed.h"
#include "tests/support/knative_objects.h"

namespace freshet::conformance {

inline constexpr const char* kJson = "application/json";
inline constexpr const char* kMergePatch = "application/merge-patch+json";
inline constexpr const char* kJsonPatch = "application/json-patch+json";
inline constexpr Duration kSoon = seconds(30);  // what a healthy control plane does is done by then

// An answer of the API, whatever its status.
template <class J>
struct BasicAnswer {
  int status = 0;
  J body;
};
using Answer = BasicAnswer<Json>;
std::string message(const Answer& answer);  // of a Status

class ConformanceTest : public ::testing::Test {
 protected:
  ConformanceTest();

  // Paths in the test's own namespace.
  std::string serving(const std::string& plural, const std::string& name = "") const;
  std::string demo_path() const { return serving("services", "demo"); }
  std::string tracked(const std::string& name = "") const;
  std::string core(const std::string& plural, const std::string& name = "") const;

  Answer call(const std::string& method, const std::string& path, const std::string& body = "",
              const std::string& media_type = kJson);
  Answer call_as(const Person& person, const std::string& method, const std::string& path,
                 const std::string& body, const std::string& media_type);
  Json read(const std::string& path);  // null: there is none
  std::vector<Json> list(const std::string& path);

  // A Service of one container; `image` as written.
  Json service_object(const std::string& name, const std::string& image) const;
  std::string image(const Digest& digest, const std::string& tag = "1") const;  // of demo's
  std::string repository() const { return bed_->name_space() + "/demo"; }

  // Service demo with Revision demo-00001 Ready, and all traffic pinned to it by name.
  void make_demo();
  void make_demo_of_latest();  // the same, but following its latest Revision
  Digest set_image(Starts starts);
  void set_traffic(const Json& traffic);
  void edit(const Json& merge_patch, const std::string& path = "");  // of demo, unless said

  ServiceView service();
  RevisionView revision(const std::string& name);
  PodFacts pods(const std::string& revision);
  std::map<std::string, int> programmed() { return bed_->programmed("demo"); }
  bool is_ready(const std::string& revision);

  // Lets time pass until it is so. Throws, which fails the test, where it is not so in time.
  void until(const std::string& what, const std::function<bool()>& holds, Duration bound = kSoon);
  void until_programmed(const std::map<std::string, int>& program);

  // The states of demo as a watcher meets them: those after `version` up to the present one.
  std::vector<ServiceView> states_since(const std::string& version);

  std::unique_ptr<Bed> bed_;
  TokenSource tokens_;
  KubeClient kube_;
};

// "True", "False ExitCode7", "Unknown ".
std::string word(const ConditionView& condition);

using Program = std::map<std::string, int>;

}  // namespace freshet::conformance

// A world with one Knative Service, and short ways to talk to it.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "base/json.h"
#include "controller/model/observation.h"
#include "controller/sandbox/world.h"
#include "tests/support/knative_objects.h"

namespace freshet::sandbox {

inline const TimePoint kStart = from_unix_seconds(1'790'000'000);
inline const ServiceKey kDemo{"default", "demo"};
inline constexpr const char* kDemoPath =
    "/apis/serving.knative.dev/v1/namespaces/default/services/demo";

// A ksvc of one container.
Json service_object(const std::string& name, const std::string& image);
std::string pinned_image(const std::string& repository, const Digest& digest);

class WorldTest : public ::testing::Test {
 protected:
  explicit WorldTest(WorldOptions options = {.seed = 7, .start = kStart});

  HttpResponse send(const std::string& method, const std::string& url, const std::string& body = "",
                    const std::string& media_type = "application/json");
  HttpResponse kube(const std::string& method, const std::string& path,
                    const std::string& body = "",
                    const std::string& media_type = "application/json");
  HttpResponse patch(const Json& operations, const std::string& path = kDemoPath);
  static std::string message(const HttpResponse& response);

  void run(Duration time) { world_.advance_to(world_.now() + time); }
  // Until nothing is under way, but no longer than `most`.
  void settle(Duration most = seconds(30));

  // Service demo with revision demo-00001 Ready, pinned to it by name.
  void make_demo(const ImageBehaviour& behaviour = {});
  // A new image in the template; the digest it has.
  Digest set_image(const ImageBehaviour& behaviour);
  HttpResponse set_traffic(const Json& traffic);
  ServiceView service();
  RevisionView revision(const std::string& name);
  PodFacts pods(const std::string& revision);

  World world_;
  int pushes_ = 0;
};

}  // namespace freshet::sandbox

// Talking to a world.
#include "tests/controller/sandbox/world_fixture.h"

#include <nlohmann/json.hpp>

#include "controller/knative/views.h"

namespace freshet::sandbox {

Json service_object(const std::string& name, const std::string& image) {
  return knative_service("default", name, image);
}

std::string pinned_image(const std::string& repository, const Digest& digest) {
  return "registry.sandbox/" + repository + ":1@" + digest.get();
}

WorldTest::WorldTest(WorldOptions options) : world_(std::move(options)) {}

HttpResponse WorldTest::send(const std::string& method, const std::string& url,
                             const std::string& body, const std::string& media_type) {
  HttpRequest request;
  request.method = method;
  request.url = url;
  request.body = body;
  request.headers = {{"Content-Type", media_type}};
  auto answer = world_.handle(request);
  EXPECT_TRUE(answer) << url;
  return answer.value_or(HttpResponse{});
}

HttpResponse WorldTest::kube(const std::string& method, const std::string& path,
                             const std::string& body, const std::string& media_type) {
  return send(method, "https://kube.sandbox" + path, body, media_type);
}

HttpResponse WorldTest::patch(const Json& operations, const std::string& path) {
  return kube("PATCH", path, dump_json(operations), "application/json-patch+json");
}

std::string WorldTest::message(const HttpResponse& response) {
  const auto body = parse_json(response.body);
  return body ? string_or(*body, "message") : response.body;
}

void WorldTest::settle(Duration most) {
  const TimePoint end = world_.now() + most;
  while (world_.next_event() && *world_.next_event() <= end)
    world_.advance_to(*world_.next_event());
}

void WorldTest::make_demo(const ImageBehaviour& behaviour) {
  const Digest digest = world_.push("shop/demo", "1", behaviour, kStart);
  const auto made = world_.create(service_object("demo", pinned_image("shop/demo", digest)));
  ASSERT_TRUE(made) << made.error().message;
  settle();
  ASSERT_EQ(set_traffic(Json::array({target("demo-00001", 100)})).status, 200);
  settle();
}

Digest WorldTest::set_image(const ImageBehaviour& behaviour) {
  const Digest digest = world_.push("shop/demo", "1", behaviour, kStart + seconds(++pushes_));
  const auto answer = patch(Json::array({{{"op", "replace"},
                                          {"path", "/spec/template/spec/containers/0/image"},
                                          {"value", pinned_image("shop/demo", digest)}}}));
  EXPECT_EQ(answer.status, 200) << answer.body;
  return digest;
}

HttpResponse WorldTest::set_traffic(const Json& traffic) {
  return patch(Json::array({{{"op", "add"}, {"path", "/spec/traffic"}, {"value", traffic}}}));
}

ServiceView WorldTest::service() {
  const auto object = world_.read(kDemoPath);
  auto view = object ? service_view(*object) : Result<ServiceView>(object.error());
  EXPECT_TRUE(view) << view.error().message;
  return view.value_or(ServiceView{});
}

RevisionView WorldTest::revision(const std::string& name) {
  const auto object =
      world_.read("/apis/serving.knative.dev/v1/namespaces/default/revisions/" + name);
  auto view = object ? revision_view(*object) : Result<RevisionView>(object.error());
  EXPECT_TRUE(view) << view.error().message;
  return view.value_or(RevisionView{});
}

PodFacts WorldTest::pods(const std::string& revision) {
  const auto answer = kube("GET", "/api/v1/namespaces/default/pods?labelSelector=" +
                                      percent_encode("serving.knative.dev/revision=" + revision));
  return pod_facts(Json::parse(answer.body), {ContainerName("app")});
}

}  // namespace freshet::sandbox

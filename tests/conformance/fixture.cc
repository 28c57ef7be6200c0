// Talking to a bed.
#include "tests/conformance/fixture.h"

#include <nlohmann/json.hpp>

#include "base/text.h"
#include "controller/knative/views.h"
#include "controller/kube/watch_lines.h"

namespace freshet::conformance {
namespace {

std::string test_name() {
  const auto* info = ::testing::UnitTest::GetInstance()->current_test_info();
  return info->name();
}

std::string below(const std::string& root, const std::string& plural, const std::string& name) {
  return root + "/" + plural + (name.empty() ? "" : "/" + name);
}

template <class T>
T checked(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().message);
  return *std::move(result);
}

}  // namespace

std::string message(const Answer& answer) { return string_or(answer.body, "message"); }

std::string word(const ConditionView& condition) {
  if (condition.status == Tri::kTrue) return "True";
  return (condition.status == Tri::kFalse ? "False " : "Unknown ") + condition.reason;
}

ConformanceTest::ConformanceTest()
    : bed_(make_bed(test_name())),
      tokens_(Secret(bed_->admin().token)),
      kube_(bed_->transport(), tokens_, bed_->clock(), {.server = bed_->server()}) {}

std::string ConformanceTest::serving(const std::string& plural, const std::string& name) const {
  return below("/apis/serving.knative.dev/v1/namespaces/" + bed_->name_space(), plural, name);
}
std::string ConformanceTest::tracked(const std::string& name) const {
  return below("/apis/freshet.dev/v1alpha1/namespaces/" + bed_->name_space(), "trackedservices",
               name);
}
std::string ConformanceTest::core(const std::string& plural, const std::string& name) const {
  return below("/api/v1/namespaces/" + bed_->name_space(), plural, name);
}

Answer ConformanceTest::call(const std::string& method, const std::string& path,
                             const std::string& body, const std::string& media_type) {
  return call_as(bed_->admin(), method, path, body, media_type);
}

Answer ConformanceTest::call_as(const Person& person, const std::string& method,
                                const std::string& path, const std::string& body,
                                const std::string& media_type) {
  HttpRequest request;
  request.method = method;
  request.url = bed_->server() + path;
  request.headers = {
      {"Authorization", "Bearer " + person.token}, {"Accept", kJson}, {"Content-Type", media_type}};
  request.body = body;
  request.max_body_bytes = kMaxReplyBytes;
  request.identity = person.name;
  const HttpResponse answer = checked(bed_->transport().send(request));
  return {answer.status, checked(parse_json(answer.body, kMaxReplyBytes))};
}

Json ConformanceTest::read(const std::string& path) {
  auto reply = kube_.get(path);
  if (!reply && reply.error().kind == ErrorKind::kNotFound) return {};
  return checked(std::move(reply)).body;
}

std::vector<Json> ConformanceTest::list(const std::string& path) {
  return checked(kube_.list(path)).items;
}

Json ConformanceTest::service_object(const std::string& name, const std::string& image) const {
  return knative_service(bed_->name_space(), name, image);
}

std::string ConformanceTest::image(const Digest& digest, const std::string& tag) const {
  const std::string registry = bed_->registry();
  return registry.substr(registry.find("//") + 2) + "/" + repository() + ":" + tag + "@" +
         digest.get();
}

void ConformanceTest::make_demo_of_latest() {
  const Digest digest = bed_->push(repository(), "1", Starts::kReady);
  checked(kube_.post(serving("services"), service_object("demo", image(digest))));
  until_programmed({{"demo-00001", 100}});
  until("demo to be Ready", [&] { return word(service().ready) == "True"; });
}

void ConformanceTest::make_demo() {
  make_demo_of_latest();
  set_traffic(Json::array({target("demo-00001", 100)}));
  until("demo to be pinned", [&] {
    const ServiceView view = service();
    return view.observed_generation == view.generation && word(view.ready) == "True";
  });
}

Digest ConformanceTest::set_image(Starts starts) {
  const Digest digest = bed_->push(repository(), "1", starts);
  checked(kube_.json_patch(demo_path(),
                           Json::array({{{"op", "replace"},
                                         {"path", "/spec/template/spec/containers/0/image"},
                                         {"value", image(digest)}}})));
  return digest;
}

void ConformanceTest::set_traffic(const Json& traffic) { edit({{"spec", {{"traffic", traffic}}}}); }

void ConformanceTest::edit(const Json& merge_patch, const std::string& path) {
  checked(kube_.merge_patch(path.empty() ? demo_path() : path, merge_patch));
}

ServiceView ConformanceTest::service() {
  return checked(service_view(checked(kube_.get(demo_path())).body));
}

RevisionView ConformanceTest::revision(const std::string& name) {
  return checked(revision_view(checked(kube_.get(serving("revisions", name))).body));
}

PodFacts ConformanceTest::pods(const std::string& revision) {
  const std::string selector = percent_encode("serving.knative.dev/revision=" + revision);
  return pod_facts(checked(kube_.get(core("pods") + "?labelSelector=" + selector)).body,
                   {ContainerName("app")});
}

bool ConformanceTest::is_ready(const std::string& name) {
  const auto found = kube_.get(serving("revisions", name));
  return found && word(checked(revision_view(found->body)).ready) == "True";
}

void ConformanceTest::until(const std::string& what, const std::function<bool()>& holds,
                            Duration bound) {
  if (bed_->until(holds, bound)) return;
  std::string seen = "\ndemo: " + dump_json_pretty(read(demo_path()));
  for (const Json& revision : list(serving("revisions"))) {
    seen += "\n" + string_or(at_path(revision, {"metadata"}), "name") + ": " +
            dump_json_pretty(at_path(revision, {"status"}));
  }
  throw std::runtime_error("after " + format_duration(bound) + " still waiting for " + what + seen);
}

void ConformanceTest::until_programmed(const Program& program) {
  until("users to meet it", [&] { return programmed() == program; });
}

std::vector<ServiceView> ConformanceTest::states_since(const std::string& version) {
  const std::string last = service().resource_version;
  std::vector<JsonPtr> seen;
  WatchLines lines;
  const auto is_last = [&] {
    return !seen.empty() &&
           string_or(at_path(*seen.back(), {"metadata"}), "resourceVersion") == last;
  };
  const auto take = [&](std::string_view bytes) {
    for (const WatchLine& line : lines.feed(bytes)) {
      if (string_or(at_path(*line.object, {"metadata"}), "name") == "demo" && !is_last()) {
        seen.push_back(line.object);
      }
    }
    return !is_last();
  };
  const std::string query = "?watch=1&timeoutSeconds=10&resourceVersion=" + version;
  (void)kube_.stream(serving("services") + query, seconds(10), take);  // ends as we end it
  if (!is_last()) {
    throw std::runtime_error("the watch did not show version " + last + " of demo");
  }
  std::vector<ServiceView> states;
  for (const JsonPtr& object : seen) states.push_back(checked(service_view(*object)));
  return states;
}

}  // namespace freshet::conformance

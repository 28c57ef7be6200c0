// A real control plane as a bed: tests/cluster, whose stand-ins play nodes as its control files say
// (tests/cluster/bed/behaviour.py). Runs inside that bed's network namespace.
#include <unistd.h>

#include <cstdio>
#include <nlohmann/json.hpp>

#include "base/files.h"
#include "base/text.h"
#include "controller/knative/views.h"
#include "controller/kube/client.h"
#include "controller/kube/kubeconfig.h"
#include "controller/net/curl_transport.h"
#include "tests/conformance/bed.h"
#include "tests/conformance/image_upload.h"

namespace freshet::conformance {
namespace {

constexpr const char* kRegistry = "http://127.0.0.1:5000";
constexpr Duration kLookAgain = milliseconds(100);
constexpr std::size_t kMaxNameLength = 40;

std::string mode(Starts starts) {
  switch (starts) {
    case Starts::kReady: return "ok";
    case Starts::kNeverReady: return "never";
    case Starts::kCrashing: return "crash:" + std::to_string(kExitCode);
    case Starts::kPullFailing: return "pull";
    case Starts::kUnschedulable: return "unsched";
  }
  return "";
}

// "a-split-is-shown-1a2b": what a namespace may be called, and never the same again.
std::string fresh_name(const std::string& test, const Clock& clock) {
  std::string name;
  for (const char c : test.substr(0, kMaxNameLength)) {
    const bool upper = c >= 'A' && c <= 'Z';
    if (upper && !name.empty()) name += '-';
    if (upper) name += static_cast<char>(c - 'A' + 'a');
    if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) name += c;
  }
  const std::string unique = std::to_string(getpid()) + "/" +
                             std::to_string(clock.now().time_since_epoch().count()) + "/" + test;
  return name + "-" + sha256_hex(unique).substr(0, 6);
}

ClusterAccess access_with(const std::string& kubeconfig) {
  KubeFlags flags;
  flags.kubeconfig = kubeconfig;
  auto access = find_cluster_access(flags, machine_sources());
  if (!access) throw std::runtime_error(access.error().message);
  return *std::move(access);
}

std::unique_ptr<HttpTransport> transport_to(const ClusterAccess& access) {
  NetOptions options;
  options.only_ca_pem = access.ca_pem;
  options.addresses.allow_private = true;
  auto made = make_curl_transport(std::move(options));
  if (!made) throw std::runtime_error(made.error().message);
  return *std::move(made);
}

class ClusterBed final : public Bed {
 public:
  ClusterBed(const std::string& run_folder, const std::string& name_space)
      : Bed(name_space),
        admin_(access_with(run_folder + "/admin.kubeconfig")),
        other_(access_with(run_folder + "/pki/standin.kubeconfig")),
        transport_(transport_to(admin_)),
        control_file_(run_folder + "/control/" + name_space + ".json"),
        tokens_(admin_.token),
        kube_(*transport_, tokens_, clock_, {.server = admin_.server}) {
    write_control();
    require(kube_.post("/api/v1/namespaces", {{"metadata", {{"name", name_space}}}}));
  }
  // The namespace stays, empty, until the control plane goes: deleting one costs that as much as a
  // test does.
  ~ClusterBed() override {
    for (const char* collection : {"serving.knative.dev/v1/namespaces/%/services",
                                   "freshet.dev/v1alpha1/namespaces/%/trackedservices"}) {
      std::string path = std::string("/apis/") + collection;
      const auto gone = kube_.del(path.replace(path.find('%'), 1, name_space()));
      if (!gone) std::fprintf(stderr, "%s\n", gone.error().message.c_str());
    }
  }

  HttpTransport& transport() override { return *transport_; }
  const Clock& clock() const override { return clock_; }
  std::string server() const override { return admin_.server; }
  std::string registry() const override { return kRegistry; }
  Person admin() const override { return {"admin", admin_.token.reveal()}; }
  Person other() const override { return {"standin", other_.token.reveal()}; }

  Digest push(const std::string& repository, const std::string& tag, Starts starts) override {
    const Image image = make_image(repository + " " + std::to_string(++pushes_));
    behave(image.digest, starts);  // known before anybody can run it
    const Status done = upload(*transport_, kRegistry, repository, tag, image);
    if (!done) throw std::runtime_error(done.error().message);
    return image.digest;
  }
  void behave(const Digest& image, Starts starts) override {
    control_["images"][image.get()] = {{"mode", mode(starts)}};
    write_control();
  }
  void scale_down_soon() override {
    control_["scaleDownAfter"] = 1;
    write_control();
  }

  std::map<std::string, int> programmed(const std::string& service) override;

  bool until(const std::function<bool()>& holds, Duration bound) override {
    const Duration end = clock_.monotonic() + bound;
    while (!holds()) {
      if (clock_.monotonic() > end) return false;
      sleep_for(kLookAgain);
    }
    return true;
  }

  // The kinds were made after the first writes of all, so that their histories begin later.
  std::string forgotten_version() override { return "1"; }

 private:
  static Json require(Result<ServerReply> reply) {
    if (!reply) throw std::runtime_error(reply.error().message);
    return std::move(reply->body);
  }
  // Replaced whole, so that no reader ever sees half of it.
  void write_control() {
    const std::string fresh = control_file_ + ".new";
    const Status written = write_file(fresh, dump_json(control_));
    if (!written) throw std::runtime_error(written.error().message);
    if (std::rename(fresh.c_str(), control_file_.c_str()) != 0) {
      throw std::runtime_error("replacing " + control_file_ + " failed");
    }
  }

  SystemClock clock_;
  ClusterAccess admin_;
  ClusterAccess other_;
  std::unique_ptr<HttpTransport> transport_;
  std::string control_file_;
  Json control_ = {{"rate", 0}};
  TokenSource tokens_;
  KubeClient kube_;
  std::map<std::string, std::map<std::string, int>> programmed_;  // as last seen, by Service
  int pushes_ = 0;
};

// By the Ingress of the Service's own host, as far as the data plane has said that it follows it.
std::map<std::string, int> ClusterBed::programmed(const std::string& service) {
  const auto ingress = kube_.get("/apis/networking.internal.knative.dev/v1alpha1/namespaces/" +
                                 name_space() + "/ingresses/" + service);
  if (!ingress) return {};
  const Json& status = at_path(ingress->body, {"status"});
  const bool is_followed = condition_view(status, "Ready").status == Tri::kTrue &&
                           int_or(status, "observedGeneration", 0) ==
                               int_or(at_path(ingress->body, {"metadata"}), "generation", -1);
  if (!is_followed) return programmed_[service];
  std::map<std::string, int> shares;
  const std::string own = service + "." + name_space() + ".";
  for (const Json& rule : at_path(ingress->body, {"spec", "rules"})) {
    const auto host = at_path(rule, {"hosts"}).at(0).get<std::string>();
    if (!host.starts_with(own)) continue;
    for (const Json& split : at_path(rule, {"http", "paths"}).at(0).at("splits")) {
      const auto percent = static_cast<int>(int_or(split, "percent", 0));
      if (percent > 0) shares[string_or(split, "serviceName")] = percent;
    }
    break;
  }
  return programmed_[service] = shares;
}

}  // namespace

std::unique_ptr<Bed> make_cluster_bed(const std::string& run_folder, const std::string& test) {
  return std::make_unique<ClusterBed>(run_folder, fresh_name(test, SystemClock()));
}

std::unique_ptr<Bed> make_bed(const std::string& test) {
  const auto folder = environment("FRESHET_CONFORMANCE_BED");
  return folder ? make_cluster_bed(*folder, test) : make_sandbox_bed();
}

}  // namespace freshet::conformance

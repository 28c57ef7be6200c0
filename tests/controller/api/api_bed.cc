// The API in a simulated cluster.
#include "tests/controller/api/api_bed.h"

#include <nlohmann/json.hpp>

#include "controller/runtime/paths.h"

namespace freshet::api {
namespace {

const ServiceKey kKey{"shop", "checkout"};
const std::set<std::string> kVerbs = {"promote", "abort", "pause",  "resume",
                                      "retry",   "adopt", "repair", "rollback"};

std::string token_of(const std::string& user) { return "canary-3f1c-" + user; }

sandbox::WorldOptions world_with_roles() {
  sandbox::WorldOptions world = story_world(7);
  world.users = {{"0-controller", "system:serviceaccount:freshet-system:freshet"}};
  for (const std::string user : {"vera", "olga", "otto", "edda", "nora"}) {
    world.users[token_of(user)] = user;
  }
  for (const std::string account : {"one", "two"}) {
    world.users[token_of(account)] = "system:serviceaccount:bank:" + account;
  }
  world.users[token_of("jane")] = "Jane 100%";
  for (const std::string user : {"vera", "olga", "otto", "edda"}) {
    world.rights.push_back({user, {"get", "list", "watch"}, "shop"});
  }
  world.rights.push_back({"olga", {"promote"}, "shop", "checkout"});
  world.rights.push_back({"otto", kVerbs, "shop"});
  world.rights.push_back({"Jane 100%", kVerbs, "shop"});
  world.rights.push_back({"edda", {"patch"}, "shop"});
  return world;
}

ControllerOptions with_key() {
  ControllerOptions options;
  options.order_key = Secret(kOrderKey);
  return options;
}

Log log_into(std::string& text) {
  return [&text](const LogLine& line) { text += format_log_line(line, LogFormat::kText) + "\n"; };
}

}  // namespace

std::string Reply::code() const { return string_or(at_path(body, {"error"}), "code"); }

ApiBed::ApiBed(std::vector<std::string> audiences)
    : shop(Pace::kQuick, world_with_roles(), with_key(), log_into(log)),
      transport_([this](const HttpRequest& request) -> Result<HttpResponse> {
        const std::string target = parse_url(request.url)->target;
        ++sent[target.substr(0, target.find('?'))];
        const bool is_revoked =
            !revoked.empty() && request.body.find(token_of(revoked)) != std::string::npos;
        if (is_revoked) return HttpResponse{201, {}, R"({"status": {}})"};
        if (is_reachable) return shop.cluster().world().handle(request);
        return make_error(ErrorKind::kTransient, "connection refused");
      }),
      tokens_(Secret("0-controller")),
      kube_(transport_, tokens_, clock_,
            KubeClientOptions{.server = "https://" + std::string(sandbox::kKubeHost)}),
      api_(kube_, wall_, log_into(log),
           {std::move(audiences), Secret(kOrderKey), [this] { return ++chance_; }}) {
  shop.cluster().controller().set_hearing(
      {[this](const std::string& name_space, const WatchEvent& event) {
         api_.changes().hear(name_space, event);
       },
       [this](const ServiceKey& key, const Fact& fact, const std::optional<Core>& core,
              TimePoint now) { api_.changes().hear(key, fact, core, now); }});
  shop.adopt();
}

HttpRequest ApiBed::request_of(const std::string& method, const std::string& target,
                               const std::string& user) const {
  HttpRequest request;
  request.method = method;
  request.url = target;
  if (!user.empty()) request.headers.push_back({"Authorization", "Bearer " + token_of(user)});
  return request;
}

Stream ApiBed::listen(const std::string& target, const std::string& user) {
  ApiAnswer answer = api_.answer(request_of("GET", target, user));
  EXPECT_EQ(answer.response.status, 200) << answer.response.body;
  return std::move(answer.stream);
}

Reply ApiBed::ask(const std::string& method, const std::string& target, const std::string& user,
                  const std::string& body, const std::string& type) {
  HttpRequest request = request_of(method, target, user);
  request.body = body;
  if (!body.empty()) request.headers.push_back({"Content-Type", type});
  const HttpResponse answer = api_.answer(request).response;
  EXPECT_EQ(answer.body.find("canary-3f1c"), std::string::npos) << answer.body;
  auto json = answer.body.empty() ? Result<Json>(Json()) : parse_json(answer.body, kMaxReplyBytes);
  EXPECT_TRUE(json) << answer.body;
  return {answer.status, json ? *std::move(json) : Json(), answer.headers};
}

Json ApiBed::answer_to(const Reply& ordered) {
  EXPECT_EQ(ordered.status, 202) << dump_json(ordered.body);
  const std::string path = kPath + "/commands/" + string_or(ordered.body, "id");
  Json answer;
  shop.cluster().run_until(
      [&] {
        answer = get(path, "otto").body;
        return string_or(answer, "answer") != "Pending";
      },
      minutes(1));
  return answer;
}

Json ApiBed::tracked() { return *shop.cluster().world().read(tracked_service_path(kKey)); }

void ApiBed::annotate(const std::string& verb, const std::string& text) {
  const Json annotations = {{"freshet.dev/" + verb, text}};
  const Json patch = {{"metadata", {{"annotations", annotations}}}};
  ASSERT_TRUE(shop.cluster().world().merge_patch(tracked_service_path(kKey), patch));
}

std::string ApiBed::annotation(const std::string& verb) {
  return string_or(at_path(tracked(), {"metadata", "annotations"}), "freshet.dev/" + verb);
}

void ApiBed::run_for(Duration d) { shop.cluster().run_until(shop.cluster().now() + d); }

std::string ApiBed::events() {
  std::string out;
  const auto listed = shop.cluster().world().read(events_path("shop"));
  for (const Json& event : at_path(*listed, {"items"})) out += string_or(event, "message") + "\n";
  return out;
}

}  // namespace freshet::api

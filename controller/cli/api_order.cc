// Orders as requests to the API.
#include "controller/cli/api_order.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "controller/api/command_body.h"
#include "controller/cli/cluster.h"

namespace freshet {
namespace {

class ApiClient {
 public:
  ApiClient(Context& context, HttpTransport& transport, Secret token, std::string root)
      : context_(context),
        transport_(transport),
        token_(std::move(token)),
        root_(std::move(root)) {}

  Result<Json> ask(const std::string& method, const std::string& path, const Json& body) {
    HttpRequest request;
    request.method = method;
    request.url = root_ + path;
    request.headers = {{"Accept", "application/json"},
                       {"Authorization", "Bearer " + token_.reveal()}};
    request.identity = "freshet-api";
    if (!body.is_null()) {
      request.headers.push_back({"Content-Type", "application/json"});
      request.body = dump_json(body);
    }
    const auto answer = transport_.send(request);
    if (!answer) return answer.error();
    auto json = parse_json(answer->body);
    if (answer->status / 100 == 2 && json) return json;
    Error error = http_error(method + " " + request.url, *answer, context_.clock.now());
    const std::string told = json ? string_or(at_path(*json, {"error"}), "message") : "";
    if (!told.empty()) error.message = told;
    return error;
  }

 private:
  Context& context_;
  HttpTransport& transport_;
  const Secret token_;
  const std::string root_;
};

bool is_loopback(const std::string& host) {
  if (host == "localhost" || host == "::1") return true;
  const auto parts = split(host, '.');
  const auto is_byte = [](const std::string& part) {
    return parse_whole(part).value_or(256) < 256;
  };
  return parts.size() == 4 && parts[0] == "127" && std::ranges::all_of(parts, is_byte);
}

// Over plain http anybody on the way reads the token.
Status check_way(const Url& url, const std::string& api, bool allow_insecure) {
  const bool is_in_cluster = url.host.ends_with(".svc") || url.host.ends_with(".svc.cluster.local");
  if (url.scheme == "https" || allow_insecure || is_in_cluster || is_loopback(url.host)) return {};
  return bad_input("--api is " + printable(api, 80) +
                   ": the token of the kubeconfig would be sent in clear text; allowed: https, or "
                   "http to localhost, 127.0.0.0/8, [::1] and hosts that end in .svc or "
                   ".svc.cluster.local, or --insecure-skip-tls-verify");
}

int tell_answer(Context& context, const Json& answer) {
  const std::string word = string_or(answer, "answer");
  context.out.print(word + ": " + string_or(answer, "message") + "\n");
  return word == "Accepted" ? kDone : kFailed;
}

int wait_for_answer(Context& context, ApiClient& client, const std::string& path,
                    const Order& order) {
  const TimePoint began = context.clock.now();
  while (true) {
    const auto answer = client.ask("GET", path, Json());
    Duration again = kLookEvery;
    if (!answer) {
      // Many wait for answers: the command stands all the same.
      const bool is_too_often = answer.error().kind == ErrorKind::kRateLimited;
      if (is_too_often)
        again = std::max<Duration>(again, seconds(answer.error().retry_after_seconds));
      if (!is_too_often && exit_code_for(answer.error()) != kUnreachable) {
        return report(context, answer.error());
      }
    }
    if (answer && string_or(*answer, "answer") != "Pending") return tell_answer(context, *answer);
    if (context.clock.now() - began >= order.timeout || context.stop()) {
      return no_answer(context, order);
    }
    context.sleep(again);
  }
}

}  // namespace

Json order_body(const Order& order) {
  Json body = Json::object();
  const std::string_view reason = trim(order.reason);
  if (!reason.empty()) body["reason"] = reason;
  for (const std::string& word : order.options) {
    const std::size_t equals = word.find('=');
    for (const api::BodyField& field : api::body_fields()) {
      if (field.option.empty() || field.option != word.substr(0, equals)) continue;
      const std::string name(field.name);
      if (equals == std::string::npos) {
        body[name] = true;
      } else {
        body[name] = word.substr(equals + 1);
      }
    }
  }
  return body;
}

int give_order_by_api(Context& context, ClusterConnection& cluster, const std::string& api,
                      bool allow_insecure, const Order& order) {
  if (const Status reason = check_reason(order.reason); !reason) {
    return report(context, reason.error());
  }
  const auto url = parse_url(api);
  if (!url) return report(context, with_context("--api", url.error()));
  if (const Status way = check_way(*url, api, allow_insecure); !way) {
    return report(context, way.error());
  }
  if (const auto other = find_header(cluster.kube->options().headers, "Impersonate-User")) {
    return report(context, bad_input("--api: the kubeconfig acts as " + printable(*other, 80) +
                                     " (as), and the API knows you by your token alone"));
  }
  NetOptions net;
  net.addresses.allow_private = true;  // the user names it
  const auto transport = context.make_transport(std::move(net));
  if (!transport) return report(context, transport.error());
  const auto shown = cluster.tokens->credential(context.clock.now());
  if (!shown) return report(context, shown.error());
  if (shown->token.empty()) {
    return report(context, bad_input("--api: the kubeconfig has no token to show"));
  }
  const std::string root = api.ends_with('/') ? api.substr(0, api.size() - 1) : api;
  ApiClient client(context, **transport, shown->token, root);
  const std::string commands = "/api/v1/services/" + percent_encode(cluster.name_space) + "/" +
                               percent_encode(order.service) + "/commands/";
  const auto ordered = client.ask("POST", commands + order.verb, order_body(order));
  if (!ordered) return report(context, ordered.error());
  return wait_for_answer(context, client, commands + string_or(*ordered, "id"), order);
}

}  // namespace freshet

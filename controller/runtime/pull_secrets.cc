// Secrets and ServiceAccounts as values; Roles as text.
#include "controller/runtime/pull_secrets.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/text.h"

namespace freshet {

namespace {

constexpr const char* kRoleName = "freshet-pull-secrets";
constexpr const char* kRbacApi = "rbac.authorization.k8s.io";

Json get_only(const std::string& resource, const std::vector<std::string>& names) {
  return {{"apiGroups", Json::array({""})},
          {"resources", Json::array({resource})},
          {"resourceNames", names},
          {"verbs", Json::array({"get"})}};
}

Json rbac_object(const std::string& kind, const std::string& name_space) {
  return {{"apiVersion", std::string(kRbacApi) + "/v1"},
          {"kind", kind},
          {"metadata", {{"name", kRoleName}, {"namespace", name_space}}}};
}

// In single quotes, where a shell takes everything but one of these literally.
std::string shell_word(const std::string& text) {
  return "'" + join(split(text, '\''), R"('\'')") + "'";
}

}  // namespace

Result<DockerConfig> read_pull_secret(const Json& secret) {
  const Json& metadata = at_path(secret, {"metadata"});
  const std::string source = string_or(metadata, "namespace") + "/" + string_or(metadata, "name");
  const std::string type = string_or(secret, "type");
  const bool is_old = type == "kubernetes.io/dockercfg";
  if (!is_old && type != "kubernetes.io/dockerconfigjson") {
    return bad_input("Secret " + source + " has type '" + printable(type, 80) +
                     "'; allowed: kubernetes.io/dockerconfigjson, kubernetes.io/dockercfg");
  }
  const std::string key = is_old ? ".dockercfg" : ".dockerconfigjson";
  const auto text = base64_decode(string_or(at_path(secret, {"data"}), key));
  if (!text || text->empty()) return bad_input("Secret " + source + " has no data['" + key + "']");
  if (is_old) return parse_dockercfg(*text, source);
  auto config = parse_docker_config(*text, source);
  if (config) {
    config->helpers.clear();
    config->store.clear();
  }
  return config;
}

ServiceKey refused_account(std::string_view message) {
  constexpr std::string_view kUser = R"(User "system:serviceaccount:)";
  const std::size_t at = message.rfind(kUser);  // before it stands a name that others chose
  if (at != message.npos) {
    const std::string_view rest = message.substr(at + kUser.size());
    const auto parts = split(rest.substr(0, rest.find('"')), ':');
    if (parts.size() == 2 && std::ranges::all_of(parts, is_object_name))
      return {parts[0], parts[1]};
  }
  return {"freshet-system", "freshet"};
}

std::string grant_command(const std::string& name_space, const DeniedReads& denied) {
  Json role = rbac_object("Role", name_space);
  role["rules"] = Json::array();
  if (!denied.secrets.empty()) role["rules"].push_back(get_only("secrets", denied.secrets));
  if (!denied.service_account.empty()) {
    role["rules"].push_back(get_only("serviceaccounts", {denied.service_account}));
  }
  Json binding = rbac_object("RoleBinding", name_space);
  binding["roleRef"] = {{"apiGroup", kRbacApi}, {"kind", "Role"}, {"name", kRoleName}};
  binding["subjects"] = Json::array({{{"kind", "ServiceAccount"},
                                      {"name", denied.denied_to.name},
                                      {"namespace", denied.denied_to.name_space}}});
  const Json list = {
      {"apiVersion", "v1"}, {"kind", "List"}, {"items", Json::array({role, binding})}};
  return "echo " + shell_word(dump_json(list)) + " | kubectl apply -f -";
}

}  // namespace freshet

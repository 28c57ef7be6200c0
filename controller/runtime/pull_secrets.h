// Pull secrets as Kubernetes keeps them: Secrets and ServiceAccounts read into values, and what to
// grant where they may not be read. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "controller/model/names.h"
#include "controller/registry/credentials.h"

namespace freshet {

// A Secret of type kubernetes.io/dockerconfigjson or kubernetes.io/dockercfg. Helpers that it names
// are left out: who may write a Secret may not choose programs for the controller to run.
// kBadInput, without a word of its content, for anything else.
Result<DockerConfig> read_pull_secret(const Json& secret);

// The ServiceAccount that a 403 of the API server speaks of ("User \"system:serviceaccount:…\""),
// else the one of deploy/rbac.yaml.
ServiceKey refused_account(std::string_view message);

// What may not be read, all of one namespace.
struct DeniedReads {
  std::vector<std::string> secrets;
  std::string service_account;  // "": it may be read
  ServiceKey denied_to;         // the controller's own ServiceAccount
  bool empty() const { return secrets.empty() && service_account.empty(); }
  bool operator==(const DeniedReads&) const = default;
};
// A command that grants just these reads: a Role and its RoleBinding, as in
// examples/install/private-registry.
std::string grant_command(const std::string& name_space, const DeniedReads& denied);

}  // namespace freshet

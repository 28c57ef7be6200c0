// What the readers of a kubeconfig's parts share.
#pragma once

#include <string>
#include <string_view>

#include "config/node.h"
#include "controller/kube/kubeconfig.h"

namespace freshet::kubeconfig {

// A scalar's text, or "" where it is absent, null or not a scalar.
std::string text_at(const config::Node* map, std::string_view key);
bool has(const config::Node* map, std::string_view key);
// The inner map of the entry `name` of a list such as clusters: [{name: …, cluster: {…}}].
const config::Node* named(const config::Node& root, std::string_view list, std::string_view inner,
                          const std::string& name);

// What is read, and what every complaint begins with.
struct Reading {
  const std::string& path;
  const KubeFlags& flags;
  const KubeSources& sources;
  ClusterAccess access;

  Error complain(const std::string& what) const { return bad_input(access.origin + ": " + what); }
  std::string resolve(const std::string& file) const;  // relative to the kubeconfig's folder
  // "<key>-data" decoded, else the file that "<key>" names, else "".
  Result<std::string> pem(const config::Node* map, const std::string& key) const;
};

// As whom; after the cluster was read, which a login may be told of.
Status read_user(Reading& reading, const config::Node* user, const config::Node* cluster);

}  // namespace freshet::kubeconfig

// From sources to candidates, in order.
#include "controller/runtime/credential_sources.h"

#include <algorithm>

namespace freshet {

namespace {

class CandidateSearch {
 public:
  CandidateSearch(const CredentialNeed& need, const ContentOf& content)
      : need_(need), content_(content) {}

  void add_pull_secrets() {
    for (const std::string& name : need_.pull_secrets.secrets) add_secret(name);
    const std::string& account = need_.pull_secrets.service_account;
    if (account.empty()) return;
    const SourceContent* listed = look({SourceKind::kServiceAccount, need_.name_space, account});
    if (listed == nullptr) return;
    if (listed->denied_to) {
      out_.denied.service_account = account;
      out_.denied.denied_to = *listed->denied_to;
    }
    for (const std::string& name : listed->secrets) add_secret(name);
  }

  // As docker: the registry's own helper, else the entries, else the helper for all others.
  void add_docker_config() {
    const SourceContent* own = look({SourceKind::kDockerConfig, "", ""});
    if (own == nullptr) return;
    add_helper(helper_of_registry(own->config, need_.reference));
    if (!add_entries(own->config)) add_helper(helper_of_store(own->config, need_.reference));
  }

  CredentialCandidates take() { return std::move(out_); }

 private:
  const SourceContent* look(const SourceKey& key) {
    if (std::ranges::find(out_.sources, key) != out_.sources.end()) return nullptr;  // seen above
    out_.sources.push_back(key);
    const SourceContent* found = content_(key);
    if (found == nullptr) {
      out_.complete = false;
    } else if (!found->problem.empty()) {
      out_.problems.push_back(found->problem);
    }
    return found;
  }

  void add_secret(const std::string& name) {
    const SourceContent* secret = look({SourceKind::kSecret, need_.name_space, name});
    if (secret == nullptr) return;
    if (secret->denied_to) {
      out_.denied.secrets.push_back(name);
      out_.denied.denied_to = *secret->denied_to;
    }
    add_entries(secret->config);
  }

  bool add_entries(const DockerConfig& config) {
    FoundCredentials found = find_credentials(config, need_.reference);
    std::ranges::move(found.problems, std::back_inserter(out_.problems));
    std::ranges::move(found.credentials, std::back_inserter(out_.credentials));
    return !found.credentials.empty();
  }

  void add_helper(const std::optional<HelperCall>& call) {
    if (!call) return;
    const SourceContent* answer = look({SourceKind::kHelper, call->name, call->server});
    if (answer != nullptr && !answer->credential.anonymous()) {
      out_.credentials.push_back(answer->credential);
    }
  }

  const CredentialNeed& need_;
  const ContentOf& content_;
  CredentialCandidates out_;
};

}  // namespace

CredentialCandidates credential_candidates(const CredentialNeed& need, const ContentOf& content) {
  CandidateSearch search(need, content);
  search.add_pull_secrets();
  search.add_docker_config();
  return search.take();
}

}  // namespace freshet

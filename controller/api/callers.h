// Who calls, and what they may do: both are the cluster's word (TokenReview, SubjectAccessReview).
// Where the cluster cannot be asked nobody may do anything.
#pragma once

#include <map>
#include <mutex>
#include <string>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "base/http.h"
#include "base/secret.h"
#include "base/token_bucket.h"
#include "controller/api/problem.h"
#include "controller/kube/client.h"
#include "controller/model/names.h"

namespace freshet::api {

inline constexpr std::size_t kMaxTokenBytes = 8 << 10;
inline constexpr Duration kCallerKept = seconds(10);  // a token that was withdrawn works so long
inline constexpr std::size_t kMaxCallersKept = 1024;
// Questions to the API server, of all callers together: they must not use up what the controller
// itself is allowed to ask. Each caller has a smaller rate before that, and tokens that were never
// accepted have one of their own, so that neither keeps out the others.
inline constexpr TokenRate kAccessRate{50, 100};
inline constexpr TokenRate kCallerRate{10, 60};
inline constexpr TokenRate kStrangerRate{20, 40};

struct Caller {
  std::string user;
  std::string uid;
  std::vector<std::string> groups;
  std::map<std::string, std::vector<std::string>> extra;
  bool operator==(const Caller&) const = default;
};

// "Bearer <token>" of the header Authorization; empty: none.
Secret bearer_token(const HttpHeaders& headers);

// The reviews as the API server wants them, and what its answers say. Pure.
Json token_review(const Secret& token, const std::vector<std::string>& audiences);
// nullopt: not accepted, or for none of the audiences.
std::optional<Caller> reviewed_caller(const Json& review,
                                      const std::vector<std::string>& audiences);
// About TrackedServices: of a name, of a namespace (name ""), or of all (both "").
Json access_review(const Caller& caller, const std::string& verb, const ServiceKey& key);
bool reviewed_access(const Json& review);

// Thread-safe.
class Callers {
 public:
  // `kube` may write, whichever replica acts: a review changes nothing. `audiences` of the tokens;
  // none: the API server's own.
  Callers(KubeClient& kube, const Clock& clock, std::vector<std::string> audiences)
      : kube_(kube), clock_(clock), audiences_(std::move(audiences)) {}

  // 401, 429 or 503.
  std::variant<Caller, Problem> identify(const HttpHeaders& headers);
  // Whether they may do one of these; nullopt: yes. 403, 429 or 503.
  std::optional<Problem> refuse(const Caller& caller, const std::vector<std::string>& verbs,
                                const ServiceKey& key);

 private:
  struct Known {
    std::optional<Caller> caller;  // nullopt: not accepted
    Duration until{};              // monotonic
  };
  Known recall(const std::string& hash);  // as it was, also where its time is over
  void keep(const std::string& hash, const std::optional<Caller>& caller);
  std::optional<Problem> spend_of(const Caller& caller);
  std::optional<Problem> spend_of_strangers();
  TokenBucket& bucket_of(const Caller& caller);

  KubeClient& kube_;
  const Clock& clock_;
  const std::vector<std::string> audiences_;
  std::mutex mutex_;                    // guards what follows
  std::map<std::string, Known> known_;  // by a hash of the token
  struct Own {
    TokenBucket bucket{kCallerRate};
    Duration until{};  // monotonic; full again by then
  };
  std::map<std::string, Own> own_;  // by who shares one
  TokenBucket access_{kAccessRate};
  TokenBucket strangers_{kStrangerRate};
};

}  // namespace freshet::api

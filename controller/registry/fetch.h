// One question to a registry, answered through challenges, tokens and redirects: a state machine
// without a clock or a connection. Ask next_request; send it; fold the reply; until it is done.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <variant>

#include "base/http.h"
#include "controller/registry/credentials.h"
#include "controller/registry/endpoint.h"
#include "controller/registry/failure.h"
#include "controller/registry/memory.h"

namespace freshet {

inline constexpr int kMaxChallengeRounds = 2;
inline constexpr int kMaxRedirects = 3;
inline constexpr std::size_t kMaxErrorAnswerBytes = 64 << 10;

// Whom we ask, as whom, and until when.
struct RegistryAccess {
  Url origin;
  std::string repository;
  Credential credential;
  std::shared_ptr<const RegistryOptions> options;
  Duration timeout{};    // for the whole resolution that this question belongs to,
  TimePoint deadline{};  // and when it ends
};

struct Question {
  std::string step;    // "head", "get", "confirm": of the failure, should it come to one
  std::string method;  // "HEAD" or "GET"
  std::string url;
  HttpHeaders headers;  // less Authorization
  std::size_t max_body_bytes = kMaxErrorAnswerBytes;
  bool operator==(const Question&) const = default;
};

// Whether an answer holds what was asked for: 203 is the 200 of a proxy that changed something, and
// what comes is checked against its digest anyway.
inline bool is_document(int status) { return status == 200 || status == 203; }

// An answer of any status but the redirects and 401, which are dealt with here; or none.
using FetchResult = std::variant<HttpResponse, RegistryFailure>;

class RegistryFetch {
 public:
  RegistryFetch(RegistryAccess access, Question question);

  // The request to send now, or how it ended. `memory` supplies schemes and tokens known already.
  std::variant<HttpRequest, FetchResult> next_request(RegistryMemory& memory, TimePoint now);
  // The reply to the request handed out last.
  void fold(const Result<HttpResponse>& reply, RegistryMemory& memory, TimePoint now);

 private:
  std::optional<Secret> bearer_token(RegistryMemory& memory, TimePoint now);
  HttpRequest next_token_request();
  HttpRequest question_request(const std::optional<Secret>& token) const;
  std::optional<RegistryFailure> realm_problem() const;
  void fold_token(const Result<HttpResponse>& reply, RegistryMemory& memory, TimePoint now);
  void fold_answer(const HttpResponse& response, RegistryMemory& memory, TimePoint now);
  void fold_redirect(const HttpResponse& response);
  void fold_challenge(const HttpResponse& response, RegistryMemory& memory, TimePoint now);
  void fold_challenge_away(const HttpResponse& response);
  const BearerScheme& asked_scheme() const;
  bool is_asked_as_nobody() const { return away_ && !at_origin(); }
  void fail(RegistryFailureKind kind, std::string step, std::string message);
  bool at_origin() const { return same_origin(url_, access_.origin); }
  std::string what() const;  // "HEAD 127.0.0.1:5000/app:1"
  RepositoryKey repository_key() const;
  TokenKey token_key(const BearerScheme& bearer) const;

  RegistryAccess access_;
  Question question_;
  Url url_;  // where the question stands after redirects
  bool started_ = false;
  std::optional<AuthScheme> scheme_;  // how to authenticate, as far as known
  std::optional<Secret> sent_token_;  // with the question, the last time
  bool token_is_new_ = false;         // asked for by this very question
  // Of where a redirect led: another registry, which wants a token of whoever asks.
  std::optional<BearerScheme> away_;
  std::optional<Secret> away_token_;
  bool was_challenged_away_ = false;
  bool sent_basic_ = false;
  bool asking_for_token_ = false;
  bool post_refused_ = false;
  int challenge_rounds_ = 0;
  int redirects_ = 0;
  std::optional<FetchResult> result_;
};

}  // namespace freshet

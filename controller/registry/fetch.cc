// The turns of one question: ask, be challenged, get a token, ask again, follow a redirect.
#include "controller/registry/fetch.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/text.h"

namespace freshet {
namespace {

bool is_redirect(int status) {
  constexpr std::array kRedirects = {301, 302, 303, 307, 308};
  return std::ranges::find(kRedirects, status) != kRedirects.end();
}

}  // namespace

RegistryFetch::RegistryFetch(RegistryAccess access, Question question)
    : access_(std::move(access)), question_(std::move(question)) {
  if (auto url = parse_url(question_.url)) {
    url_ = std::move(*url);
  } else {
    fail(RegistryFailureKind::kRefused, question_.step, url.error().message);
  }
}

std::variant<HttpRequest, FetchResult> RegistryFetch::next_request(RegistryMemory& memory,
                                                                   TimePoint now) {
  if (!started_) {
    started_ = true;
    scheme_ = memory.scheme(repository_key());
  }
  if (!result_ && now >= access_.deadline) {
    fail(RegistryFailureKind::kUnreachable, asking_for_token_ ? "token" : question_.step,
         what() + ": no answer within " + format_duration(access_.timeout));
  }
  std::optional<Secret> token;
  if (!result_ && (at_origin() || away_)) {
    token = at_origin() ? bearer_token(memory, now) : away_token_;
    asking_for_token_ |= away_ && !at_origin() && !token;
    if (asking_for_token_) {
      if (auto problem = realm_problem()) result_ = FetchResult(std::move(*problem));
    }
  }
  if (result_) return *result_;
  HttpRequest request;
  if (asking_for_token_) {
    request = next_token_request();
  } else {
    sent_token_ = at_origin() ? token : std::nullopt;
    sent_basic_ = at_origin() && scheme_ && std::holds_alternative<BasicScheme>(*scheme_);
    request = question_request(token);
  }
  request.timeout = access_.deadline - now;
  return request;
}

// The token for the question, if its scheme wants one. None at hand: the next request is for one.
std::optional<Secret> RegistryFetch::bearer_token(RegistryMemory& memory, TimePoint now) {
  const auto* bearer = scheme_ ? std::get_if<BearerScheme>(&*scheme_) : nullptr;
  if (bearer == nullptr) return std::nullopt;
  auto token = memory.token(token_key(*bearer), now);
  asking_for_token_ = !token;
  return token;
}

HttpRequest RegistryFetch::next_token_request() {
  const auto& bearer = asked_scheme();
  return token_request(bearer, scope_to_ask(bearer, access_.repository),
                       is_asked_as_nobody() ? Credential{} : access_.credential, post_refused_);
}

const BearerScheme& RegistryFetch::asked_scheme() const {
  return is_asked_as_nobody() ? *away_ : std::get<BearerScheme>(*scheme_);
}

HttpRequest RegistryFetch::question_request(const std::optional<Secret>& token) const {
  HttpRequest request;
  request.method = question_.method;
  request.url = to_string(url_);
  request.headers = question_.headers;
  request.max_body_bytes = question_.max_body_bytes;
  request.identity = access_.credential.identity;
  // Only ever to the registry itself: another host gets a fresh set of headers without it, or with
  // what its own token service gave to nobody in particular.
  if (token) {
    request.headers.push_back({"Authorization", "Bearer " + token->reveal()});
  } else if (sent_basic_) {
    request.headers.push_back({"Authorization", basic_authorization(access_.credential)});
  }
  return request;
}

std::optional<RegistryFailure> RegistryFetch::realm_problem() const {
  const auto realm = parse_url(asked_scheme().realm);
  if (!realm) {
    return RegistryFailure{RegistryFailureKind::kRefused, "token",
                           what() + ": its challenge names a malformed realm", std::nullopt};
  }
  const auto allowed =
      is_asked_as_nobody()
          ? check_realm(url_, *realm, false, *access_.options)
          : check_realm(access_.origin, *realm, !access_.credential.anonymous(), *access_.options);
  if (allowed) return std::nullopt;
  return RegistryFailure{RegistryFailureKind::kRefused, "token", allowed.error().message,
                         std::nullopt};
}

void RegistryFetch::fold(const Result<HttpResponse>& reply, RegistryMemory& memory, TimePoint now) {
  if (result_) return;
  if (asking_for_token_) {
    fold_token(reply, memory, now);
  } else if (!reply) {
    result_ = failure_of_exchange(question_.step, what(), reply.error());
  } else {
    fold_answer(*reply, memory, now);
  }
}

void RegistryFetch::fold_token(const Result<HttpResponse>& reply, RegistryMemory& memory,
                               TimePoint now) {
  const auto& bearer = asked_scheme();
  const auto realm = parse_url(bearer.realm);
  const std::string asking = "asking " + (realm ? host_and_port(*realm) : "") + " for a token";
  if (!reply) {
    result_ = failure_of_exchange("token", asking, reply.error());
    return;
  }
  const bool posted =
      !is_asked_as_nobody() && !access_.credential.identity_token.empty() && !post_refused_;
  if (posted && (reply->status == 404 || reply->status == 405)) {
    post_refused_ = true;
    return;
  }
  if (reply->status != 200) {
    auto failure = failure_of_answer("token", asking, *reply, now);
    if (is_redirect(reply->status)) failure.message += ": a token server may not redirect";
    if (failure.kind == RegistryFailureKind::kNotFound) {
      failure.kind = RegistryFailureKind::kAuthentication;
    }
    result_ = std::move(failure);
    return;
  }
  auto token = parse_token(reply->body, now);
  if (!token) {
    fail(RegistryFailureKind::kAuthentication, "token", asking + ": " + token.error().message);
    return;
  }
  asking_for_token_ = false;
  if (is_asked_as_nobody()) {
    away_token_ = std::move(token->value);
    return;
  }
  memory.remember_token(token_key(bearer), std::move(*token), now);
  token_is_new_ = true;
}

void RegistryFetch::fold_answer(const HttpResponse& response, RegistryMemory& memory,
                                TimePoint now) {
  if (is_redirect(response.status)) {
    fold_redirect(response);
  } else if (response.status == 401) {
    fold_challenge(response, memory, now);
  } else {
    const bool is_news = challenge_rounds_ > 0;
    if (is_news && at_origin() && scheme_) memory.remember_scheme(repository_key(), *scheme_);
    result_ = FetchResult(response);
  }
}

void RegistryFetch::fold_redirect(const HttpResponse& response) {
  if (++redirects_ > kMaxRedirects) {
    fail(RegistryFailureKind::kRefused, question_.step,
         what() + ": more than " + std::to_string(kMaxRedirects) + " redirects");
    return;
  }
  const auto location = find_header(response.headers, "Location");
  if (!location) {
    fail(RegistryFailureKind::kRefused, question_.step, what() + ": a redirect to nowhere");
    return;
  }
  auto target = redirect_target(url_, *location, *access_.options);
  if (target) {
    if (!same_origin(*target, url_)) {
      away_.reset();
      away_token_.reset();
    }
    url_ = std::move(*target);
  } else {
    fail(RegistryFailureKind::kRefused, question_.step, what() + ": " + target.error().message);
  }
}

// 401: choose how to authenticate, or see that what was sent is not accepted.
void RegistryFetch::fold_challenge(const HttpResponse& response, RegistryMemory& memory,
                                   TimePoint now) {
  const auto refuse = [&](const std::string& why) {
    fail(RegistryFailureKind::kAuthentication, question_.step, what() + ": HTTP 401: " + why);
  };
  if (!at_origin()) return fold_challenge_away(response);
  memory.forget_scheme(repository_key());
  if (++challenge_rounds_ > kMaxChallengeRounds) {
    refuse("still challenged after " + std::to_string(kMaxChallengeRounds) + " rounds");
    return;
  }
  const auto challenges = challenges_of(response.headers);
  scheme_.reset();
  if (const auto bearer = find_bearer(challenges)) {
    scheme_ = *bearer;
    const auto key = token_key(*bearer);
    const auto known = memory.token(key, now);
    const bool just_sent = known && sent_token_ && *known == *sent_token_;
    if (just_sent && token_is_new_) {
      refuse("the token does not allow it");
    } else if (just_sent) {
      memory.forget_token(key);
    }
    return;
  }
  if (!offers_basic(challenges)) {
    refuse("no challenge that can be answered (Bearer or Basic)");
  } else if (access_.credential.password.empty()) {
    refuse("a password is needed, and there is none for this registry");
  } else if (sent_basic_) {
    refuse("the password is not accepted");
  } else {
    scheme_ = BasicScheme{};
  }
}

// A registry that hands out anonymous tokens gets no more than one, and never a credential.
void RegistryFetch::fold_challenge_away(const HttpResponse& response) {
  auto bearer = find_bearer(challenges_of(response.headers));
  if (bearer && !std::exchange(was_challenged_away_, true)) {
    away_ = std::move(*bearer);
    return;
  }
  fail(RegistryFailureKind::kAuthentication, question_.step,
       what() + ": HTTP 401: the redirect's target " + host_and_port(url_) +
           " asks for credentials");
}

void RegistryFetch::fail(RegistryFailureKind kind, std::string step, std::string message) {
  result_ = RegistryFailure{kind, std::move(step), std::move(message), std::nullopt};
}

std::string RegistryFetch::what() const {
  const auto url = parse_url(question_.url);
  return question_.method + " " + (url ? host_and_port(*url) + url->target : question_.url);
}

RepositoryKey RegistryFetch::repository_key() const {
  return {access_.repository,
          to_string(Url{access_.origin.scheme, access_.origin.host, access_.origin.port, ""}),
          access_.credential.identity};
}

TokenKey RegistryFetch::token_key(const BearerScheme& bearer) const {
  return {scope_to_ask(bearer, access_.repository), access_.credential.identity, bearer.realm,
          bearer.service};
}

}  // namespace freshet

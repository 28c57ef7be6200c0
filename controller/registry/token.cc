// Token requests and replies.
#include "controller/registry/token.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/json.h"
#include "base/text.h"

namespace freshet {
namespace {

constexpr std::int64_t kShortestLifeSeconds = 60;  // token.md: also where none is given
constexpr std::int64_t kLongestLifeSeconds = 24 * 60 * 60;
constexpr Duration kRenewEarly = seconds(30);
constexpr std::string_view kClientId = "freshet";

bool is_reading_only(std::string_view scope) {
  for (const auto& part : split(scope, ' ')) {
    const auto colon = part.rfind(':');
    if (colon == std::string::npos) continue;  // a word of the registry's own, such as "aws"
    for (const auto& action : split(part.substr(colon + 1), ',')) {
      if (action == "push" || action == "delete" || action == "*") return false;
    }
  }
  return true;
}

std::string query_of(const BearerScheme& bearer, const std::string& scope,
                     const Credential& credential) {
  std::vector<std::string> parts;
  if (!credential.username.empty()) {
    parts.push_back("account=" + percent_encode(credential.username));
  }
  for (const auto& each : split(scope, ' ')) {
    if (!each.empty()) parts.push_back("scope=" + percent_encode(each));
  }
  if (!bearer.service.empty()) parts.push_back("service=" + percent_encode(bearer.service));
  return join(parts, "&");
}

std::string form_of(const BearerScheme& bearer, const std::string& scope,
                    const Credential& credential) {
  return "grant_type=refresh_token&service=" + percent_encode(bearer.service) +
         "&client_id=" + std::string(kClientId) + "&scope=" + percent_encode(scope) +
         "&refresh_token=" + percent_encode(credential.identity_token.reveal());
}

bool is_header_safe(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c > 0x20 && c < 0x7f; });
}

}  // namespace

std::string scope_to_ask(const BearerScheme& bearer, const std::string& repository) {
  if (!bearer.scope.empty() && is_reading_only(bearer.scope)) return bearer.scope;
  return "repository:" + repository + ":pull";
}

std::string basic_authorization(const Credential& credential) {
  const bool token = credential.password.empty() && !credential.identity_token.empty();
  const std::string text = token ? "<token>:" + credential.identity_token.reveal()
                                 : credential.username + ":" + credential.password.reveal();
  return "Basic " + base64_encode(text);
}

HttpRequest token_request(const BearerScheme& bearer, const std::string& scope,
                          const Credential& credential, bool post_refused) {
  HttpRequest request;
  request.url = bearer.realm;
  request.max_body_bytes = kMaxTokenBodyBytes;
  request.identity = credential.identity;
  if (!credential.identity_token.empty() && !post_refused) {
    request.method = "POST";
    request.headers.push_back({"Content-Type", "application/x-www-form-urlencoded"});
    request.body = form_of(bearer, scope, credential);
    return request;
  }
  const auto query = query_of(bearer, scope, credential);
  request.url += bearer.realm.find('?') == std::string::npos ? "?" : "&";
  request.url += query;
  if (!credential.anonymous()) {
    request.headers.push_back({"Authorization", basic_authorization(credential)});
  }
  return request;
}

Result<Token> parse_token(const std::string& body, TimePoint now) {
  const auto parsed = parse_json(body, kMaxTokenBodyBytes);
  if (!parsed || !parsed->is_object()) return bad_input("the answer is not a JSON object");
  std::string text = string_or(*parsed, "token");
  if (text.empty()) text = string_or(*parsed, "access_token");
  if (text.empty()) return bad_input("the answer holds neither 'token' nor 'access_token'");
  if (!is_header_safe(text)) return bad_input("the token holds characters no header may have");
  const auto life = seconds(std::clamp(int_or(*parsed, "expires_in", kShortestLifeSeconds),
                                       kShortestLifeSeconds, kLongestLifeSeconds));
  // From issued_at, unless the two clocks disagree: then it would be renewed at every use.
  const auto issued = parse_rfc3339(string_or(*parsed, "issued_at"));
  const bool believable = issued && *issued <= now && *issued + life > now + kRenewEarly;
  const TimePoint expires = (believable ? *issued : now) + life;
  return Token{Secret(std::move(text)), expires - std::min<Duration>(kRenewEarly, life / 10)};
}

}  // namespace freshet

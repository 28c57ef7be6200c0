// Taking a token apart, its signature first; then its claims, one by one.
#include "controller/registry/id_token.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>

#include "base/text.h"

namespace freshet {
namespace {

struct TokenParts {
  Json header;
  std::string_view payload;      // base64url, as it stands
  std::string_view signed_text;  // header and payload, as they stand
  std::string signature;
};

Error token_refused(std::string why) { return make_error(ErrorKind::kRefused, std::move(why)); }

// An object in base64url.
std::optional<Json> object_in(std::string_view text) {
  const auto decoded = base64_decode(text);
  if (!decoded) return std::nullopt;
  auto object = parse_json(*decoded, kMaxIdTokenBytes);
  if (!object || !object->is_object()) return std::nullopt;
  return *std::move(object);
}

std::optional<TokenParts> take_apart(std::string_view token) {
  if (token.size() > kMaxIdTokenBytes) return std::nullopt;
  const auto first = token.find('.');
  const auto last = token.rfind('.');
  if (first == token.npos || first == last) return std::nullopt;
  TokenParts parts;
  parts.payload = token.substr(first + 1, last - first - 1);
  parts.signed_text = token.substr(0, last);
  auto header = object_in(token.substr(0, first));
  auto signature = base64_decode(token.substr(last + 1));
  if (!header || !signature || parts.payload.find('.') != token.npos) return std::nullopt;
  parts.header = *std::move(header);
  parts.signature = *std::move(signature);
  return parts;
}

std::string shown(const std::string& claim) { return "\"" + printable(claim, 200) + "\""; }

bool names(const Json& claims, const std::string& audience) {
  const Json& told = at_path(claims, {"aud"});
  if (told.is_string()) return told == audience;
  return told.is_array() && std::ranges::find(told, Json(audience)) != told.end();
}

Status check_time(const Json& claims, TimePoint now) {
  const Json& expires = at_path(claims, {"exp"});
  if (!expires.is_number()) return token_refused("the ID token has no exp");
  const auto left = to_unix_seconds(now) - to_seconds(kIdTokenLeeway);
  if (expires.get<double>() <= left) return token_refused("the ID token has expired");
  for (const char* from : {"nbf", "iat"}) {
    const double begins = number_or(claims, from, 0);
    if (begins > to_unix_seconds(now) + to_seconds(kIdTokenLeeway)) {
      return token_refused(std::string("the ID token's ") + from + " lies ahead of our clock");
    }
  }
  return {};
}

Status check_claims(const Json& claims, const OidcSender& sender, TimePoint now) {
  if (const std::string issuer = string_or(claims, "iss"); issuer != sender.issuer) {
    return token_refused("the ID token's issuer is " + shown(issuer) + ", not " +
                         shown(sender.issuer));
  }
  if (!names(claims, sender.audience)) {
    return token_refused("the ID token's audience is not " + shown(sender.audience));
  }
  if (Status in_time = check_time(claims, now); !in_time) return in_time;
  if (const std::string subject = string_or(claims, "sub");
      !sender.subject.empty() && subject != sender.subject) {
    return token_refused("the ID token's subject is " + shown(subject) + ", not " +
                         shown(sender.subject));
  }
  if (sender.email.empty()) return {};
  if (const std::string email = string_or(claims, "email"); email != sender.email) {
    return token_refused("the ID token's email is " + shown(email) + ", not " +
                         shown(sender.email));
  }
  if (!bool_or(claims, "email_verified", false)) {
    return token_refused("the ID token's email is not verified");
  }
  return {};
}

}  // namespace

Result<std::vector<SigningKey>> parse_signing_keys(std::string_view text) {
  const auto document = parse_json(text, kMaxSigningKeysBytes);
  if (!document) return document.error();
  const Json& listed = at_path(*document, {"keys"});
  if (!listed.is_array()) return bad_input("it is no set of keys: no list named keys");
  std::vector<SigningKey> keys;
  for (const Json& each : listed) {
    if (!each.is_object() || string_or(each, "kty") != "RSA") continue;
    if (string_or(each, "use", "sig") != "sig" || string_or(each, "alg", "RS256") != "RS256") {
      continue;
    }
    const auto modulus = base64_decode(string_or(each, "n"));
    const auto exponent = base64_decode(string_or(each, "e"));
    const std::string id = string_or(each, "kid");
    if (!modulus || !exponent || id.empty() || keys.size() >= kMaxSigningKeys) continue;
    if (modulus->size() < kLeastRsaBytes || modulus->size() > kMostRsaBytes) continue;
    keys.push_back({id, {*modulus, *exponent}});
  }
  if (keys.empty()) return bad_input("it holds no RSA key for signatures");
  return keys;
}

std::string signing_key_id(std::string_view token) {
  const auto parts = take_apart(token);
  return parts ? string_or(parts->header, "kid") : "";
}

Status check_id_token(std::string_view token, const OidcSender& sender,
                      const std::vector<SigningKey>& keys, TimePoint now) {
  const auto parts = take_apart(token);
  if (!parts) return token_refused("there is no ID token behind \"Bearer \" in Authorization");
  // The algorithm is ours to say, never the token's: "none" and HS256 are how tokens are forged.
  if (string_or(parts->header, "alg") != "RS256") {
    return token_refused("the ID token is not signed with RS256");
  }
  const auto key = std::ranges::find(keys, string_or(parts->header, "kid"), &SigningKey::id);
  if (key == keys.end()) return token_refused("no key of the issuer has the ID token's kid");
  if (!is_signed_by(key->key, parts->signed_text, parts->signature)) {
    return token_refused("the ID token's signature is not its issuer's");
  }
  const auto claims = object_in(parts->payload);
  if (!claims) return token_refused("the ID token's claims are no JSON object");
  return check_claims(*claims, sender, now);
}

}  // namespace freshet

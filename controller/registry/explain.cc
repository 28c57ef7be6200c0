// An exchange in words.
#include "controller/registry/explain.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <string_view>

#include "base/text.h"
#include "controller/registry/challenge.h"
#include "controller/registry/check.h"
#include "controller/registry/endpoint.h"
#include "controller/registry/rate_limit.h"

namespace freshet {
namespace {

constexpr std::array<std::string_view, 9> kTellingHeaders = {"Docker-Content-Digest",
                                                             "Content-Type",
                                                             "ETag",
                                                             "Link",
                                                             "Retry-After",
                                                             "RateLimit-Limit",
                                                             "RateLimit-Remaining",
                                                             "RateLimit-Reset",
                                                             "WWW-Authenticate"};
// Of a URL's query; the value of any other may be a signature.
constexpr std::array<std::string_view, 4> kShownQuery = {"scope", "service", "n", "last"};
constexpr std::size_t kMaxShown = 300;

// What was sent to be recognised by, "" where nothing was.
std::string sent_secret(const HttpRequest& request) {
  const std::string value = find_header(request.headers, "Authorization").value_or("");
  const auto space = value.find(' ');
  return space == std::string::npos ? value : value.substr(space + 1);
}

std::string shown(const std::string& text, const std::string& secret) {
  if (secret.empty() || text.find(secret) == std::string::npos) return printable(text, kMaxShown);
  return "(not shown: it holds what was sent as a credential)";
}

std::string shown_query(std::string_view query) {
  std::string out;
  for (const std::string& part : split(query, '&')) {
    const std::string name = part.substr(0, part.find('='));
    const bool plain = std::ranges::find(kShownQuery, name) != kShownQuery.end();
    out += (out.empty() ? "?" : "&") + (plain ? part : name + "=…");
  }
  return out;
}

std::string shown_url(const std::string& text) {
  const auto mark = text.find('?');
  if (mark == std::string::npos) return text;
  return text.substr(0, mark) + shown_query(text.substr(mark + 1));
}

bool asks_for_token(const HttpRequest& request) {
  return request.method == "POST" || request.url.find("scope=") != std::string::npos;
}

std::string challenge_text(const HttpResponse& response) {
  const auto challenges = challenges_of(response.headers);
  if (const auto bearer = find_bearer(challenges)) {
    return "asks for a Bearer token of " + shown_url(bearer->realm) + " (service " +
           bearer->service + ", scope " + bearer->scope + ")";
  }
  if (offers_basic(challenges)) return "asks for a password (Basic)";
  return "asks for credentials in no way that can be answered (Bearer or Basic)";
}

std::string redirect_text(const HttpResponse& response) {
  const auto target = parse_url(find_header(response.headers, "Location").value_or(""));
  return "leads to " + (target ? host_and_port(*target) : "another place of this host");
}

std::string wait_text(const HttpResponse& response, TimePoint now) {
  const auto wait = retry_after(response.headers, now);
  return wait ? "; asks to wait " + format_duration(*wait) : "";
}

std::string budget_text(const HttpResponse& response) {
  const auto limit = rate_limit(response.headers);
  if (!limit) return "";
  return "; " + std::to_string(static_cast<long>(limit->remaining)) + " of " +
         std::to_string(static_cast<long>(limit->limit)) + " requests left for " +
         format_duration(limit->window);
}

std::string success_text(const HttpRequest& request, const HttpResponse& response) {
  if (asks_for_token(request)) return "a token";
  const auto digest = digest_header(response);
  if (!digest) return digest.error().message;
  if (*digest) return "names " + (*digest)->get();
  return request.method == "HEAD" ? "names no digest: asked again with GET" : "an answer";
}

std::string meaning_of(const HttpRequest& request, const HttpResponse& response, TimePoint now) {
  const int status = response.status;
  std::string what = "refused";
  if (status == 200) {
    what = success_text(request, response);
  } else if (status == 304) {
    what = "not changed since the ETag that was sent";
  } else if (status == 401) {
    what = challenge_text(response);
  } else if (status >= 300 && status < 400) {
    what = redirect_text(response);
  } else if (status == 404) {
    what = "not there, or hidden";
  } else if (status == 429) {
    what = "too many requests";
  } else if (status >= 500) {
    what = "cannot answer now";
  }
  return what + wait_text(response, now) + budget_text(response);
}

}  // namespace

ExplainedExchange explain(const HttpRequest& request, const Result<HttpResponse>& reply,
                          Duration took, TimePoint now) {
  const std::string secret = sent_secret(request);
  ExplainedExchange out;
  out.request = shown(request.method + " " + shown_url(request.url), secret);
  out.identity = request.identity;
  const auto authorization = find_header(request.headers, "Authorization");
  if (authorization) out.authorization = authorization->substr(0, authorization->find(' '));
  out.conditional = find_header(request.headers, "If-None-Match").has_value();
  out.took = took;
  if (!reply) {
    out.meaning = shown("no answer: " + reply.error().message, secret);
    return out;
  }
  out.status = reply->status;
  out.meaning = shown(meaning_of(request, *reply, now), secret);
  for (const std::string_view name : kTellingHeaders) {
    for (const std::string& value : find_headers(reply->headers, name)) {
      out.headers.push_back({std::string(name), shown(value, secret)});
    }
  }
  return out;
}

std::string explained_text(const std::vector<ExplainedExchange>& exchanges) {
  std::string out;
  for (std::size_t i = 0; i < exchanges.size(); ++i) {
    const ExplainedExchange& each = exchanges[i];
    out += std::to_string(i + 1) + ". " + each.request;
    if (!each.authorization.empty()) {
      out += " with " + each.authorization + " as " +
             (each.identity.empty() ? "nobody" : each.identity);
    }
    if (each.conditional) out += " if changed";
    out += " → " + (each.status == 0 ? "nothing" : std::to_string(each.status)) + " in " +
           format_duration(each.took) + ": " + each.meaning + "\n";
    for (const HttpHeader& header : each.headers) {
      out += "     " + header.name + ": " + header.value + "\n";
    }
  }
  return out;
}

Json to_json(const std::vector<ExplainedExchange>& exchanges) {
  Json out = Json::array();
  for (const ExplainedExchange& each : exchanges) {
    Json headers = Json::array();
    for (const HttpHeader& header : each.headers) {
      headers.push_back({{"name", header.name}, {"value", header.value}});
    }
    out.push_back(
        {{"request", each.request},
         {"identity", each.identity},
         {"authorization", each.authorization},
         {"conditional", each.conditional},
         {"status", each.status},
         {"milliseconds", std::chrono::duration_cast<std::chrono::milliseconds>(each.took).count()},
         {"meaning", each.meaning},
         {"headers", std::move(headers)}});
  }
  return out;
}

}  // namespace freshet

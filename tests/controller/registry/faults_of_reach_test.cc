// Faults of connections, redirects, tokens and limits; rows as in faults_test.cc.
#include "tests/controller/registry/faults.h"

namespace freshet {
namespace {

using namespace faults;

std::vector<FaultRow> rows_of_reach() {
  return {
      {"3.24",
       "refused",
       always(make_error(ErrorKind::kTransient, "r.io:443: connection refused")),
       "unreachable",
       false,
       {"HEAD r.io -"}},
      {"3.7",
       "no answer in time",
       always(make_error(ErrorKind::kTimeout, "r.io:443: no answer")),
       "unreachable",
       false,
       {"HEAD r.io -"}},
      {"0 bounds", "an answer beyond its bound",
       always(make_error(ErrorKind::kRefused, "r.io:443: more than 65536 bytes")), "refused"},
      {"3.20",
       "every request breaks the server",
       always(HttpResponse{502, {}, ""}),
       "unreachable",
       false,
       {"HEAD r.io 502", "GET r.io 502"}},
      {"2 Redirects",
       "to https of another host",
       [](const HttpRequest& q, HttpResponse r) -> Reply {
         if (!is_head(q) || q.url.starts_with("https://cdn.io")) return r;
         return HttpResponse{307, {{"Location", "https://cdn.io/x"}}, ""};
       },
       "notFound",
       false,
       {"HEAD r.io 307", "HEAD cdn.io 404"}},
      {"2 HEAD+redirect", "a presigned URL that is good for GET only",
       [](const HttpRequest& q, HttpResponse r) -> Reply {
         if (q.url.starts_with("https://cdn.io")) return HttpResponse{403, {}, ""};
         if (!is_head(q)) return r;
         return HttpResponse{307, {{"Location", "https://cdn.io/x?sig=1"}}, ""};
       },
       "confirmed", true},
      {"2 Redirects",
       "from https to http",
       head_leads_to("http://cdn.io/x"),
       "refused",
       false,
       {"HEAD r.io 307"}},
      {"0 bounds",
       "in circles",
       head_leads_to("https://r.io/v2/acme/app/manifests/1"),
       "refused",
       false,
       {"HEAD r.io 307", "HEAD r.io 307", "HEAD r.io 307", "HEAD r.io 307"}},
      {"2 Realm SSRF",
       "a token is to be asked for where nobody may",
       head_demands("Bearer realm=\"http://169.254.169.254/token\",service=\"s\""),
       "refused",
       false,
       {"HEAD r.io 401"}},
      {"2 Pick",
       "only schemes that cannot be answered",
       head_demands("Negotiate YWJj"),
       "authentication",
       false,
       {"HEAD r.io 401"}},
  };
}

std::vector<FaultRow> rows_of_tokens() {
  const auto is_token = [](const HttpRequest& q) {
    return q.url.find("/token") != std::string::npos;
  };
  const std::vector<std::string> with_token = {"HEAD r.io 401", "GET r.io 200", "HEAD r.io 200",
                                               "GET r.io 200", "GET r.io 200"};
  return {
      {"2 Anonymous", "a token that anybody may have", none(), "confirmed", true, with_token, true},
      {"2 Challenges", "several challenges in one header",
       where([](const HttpRequest&) { return true; },
             [](HttpResponse r) {
               const auto one = find_header(r.headers, "WWW-Authenticate");
               return one ? with_header(r, "WWW-Authenticate",
                                        "Negotiate, Basic realm=\"a, b\", " + *one)
                          : r;
             }),
       "confirmed", true, with_token, true},
      {"2 Token GET", "it is called access_token",
       where(is_token,
             [](HttpResponse r) {
               const auto at = r.body.find("\"token\"");
               r.body.replace(at, 7, "\"access_token\"");
               return r;
             }),
       "confirmed", true, with_token, true},
      {"2 Scopes",
       "a token that does not allow it",
       where(is_token,
             [](HttpResponse r) {
               r.body = R"({"token":"other","expires_in":300})";
               return r;
             }),
       "authentication",
       false,
       {"HEAD r.io 401", "GET r.io 200", "HEAD r.io 401"},
       true},
      {"2 Token GET",
       "no token in the answer",
       where(is_token,
             [](HttpResponse r) {
               r.body = "{}";
               return r;
             }),
       "authentication",
       false,
       {"HEAD r.io 401", "GET r.io 200"},
       true},
      {"0 bounds",
       "a token with a line end in it",
       where(is_token,
             [](HttpResponse r) {
               r.body = R"({"token":"a\nb"})";
               return r;
             }),
       "authentication",
       false,
       {},
       true},
      {"3.7",
       "the token server breaks",
       where(is_token,
             [](HttpResponse) {
               return HttpResponse{504, {}, ""};
             }),
       "unreachable",
       false,
       {"HEAD r.io 401", "GET r.io 504"},
       true},
  };
}

TEST(RegistryFaults, OfReach) {
  for (const FaultRow& row : rows_of_reach()) expect_row(row);
}
TEST(RegistryFaults, OfTokens) {
  for (const FaultRow& row : rows_of_tokens()) expect_row(row);
}

struct WaitRow {
  std::string from;
  std::string sentence;
  HttpHeaders headers;
  Duration at_least;
  Duration at_most;
};

TEST(RegistryFaults, NeverWaitsLongerThanIsSensible) {
  const std::vector<WaitRow> rows = {
      {"3.1, 3.2",
       "a Unix time as seconds",
       {{"Retry-After", "1763863200"}},
       minutes(10),
       minutes(10)},
      {"2 Retry-After", "as seconds", {{"Retry-After", "90"}}, seconds(90), seconds(90)},
      {"2 Retry-After",
       "as a date",
       {{"Retry-After", "Mon, 23 Nov 2026 03:02:00 GMT"}},
       minutes(2),
       minutes(2)},
      {"3.3", "only in the body, in microseconds", {}, seconds(10), minutes(1)},
      {"2 Hub headers",
       "a limit without a number",
       {{"RateLimit-Limit", ";w=21600"}},
       seconds(10),
       minutes(1)},
  };
  for (const WaitRow& row : rows) {
    MovedTag world(false);
    world.registry.fault = always(HttpResponse{429, row.headers, "retry-after: 714.12µs"});
    EXPECT_EQ(world.check(), "rateLimited") << row.sentence;
    const Duration wait = *world.poller.next_due(world.now) - world.now;
    EXPECT_GE(wait, row.at_least) << row.sentence;
    EXPECT_LE(wait, row.at_most * 3 / 2) << row.sentence;
  }
}

// By the checks that may start at once; all are asked before the first answer comes.
int tokens_asked_for(Poller& poller, FaultRegistry& registry, std::size_t at_once) {
  int tokens = 0;
  std::vector<PollRequest> waiting = poller.start_due(kStart).requests;
  EXPECT_EQ(waiting.size(), at_once);
  while (!waiting.empty()) {
    std::vector<PollRequest> next;
    for (const PollRequest& each : waiting) {
      tokens += each.request.url.find("/token") == std::string::npos ? 0 : 1;
      auto step = poller.fold(each.id, registry.send(each.request), kStart);
      std::ranges::move(step.requests, std::back_inserter(next));
    }
    waiting = std::move(next);
  }
  return tokens;
}

// 3.4, 3.5: one token for all tags of a repository, however many are checked at once.
TEST(RegistryFaults, NoTokenIsAskedForTwice) {
  FaultRegistry registry;
  registry.now = kStart;
  registry.registry.ask_for_token();
  std::vector<Followed> followed;
  for (int tag = 0; tag < 40; ++tag) {
    registry.registry.push("acme/app", std::to_string(tag), {}, kStart);
    followed.push_back(
        {*parse_image_reference("r.io/acme/app:" + std::to_string(tag)), {}, minutes(5)});
  }
  Poller poller{RegistryOptions{}};
  poller.set_followed(followed, kStart);
  EXPECT_EQ(tokens_asked_for(poller, registry, kMaxInFlightPerRegistry), 1);
}

// Two Secrets may hold the same password today; tomorrow one of them is taken back.
TEST(RegistryFaults, NoTokenIsSharedBetweenIdentities) {
  FaultRegistry registry;
  registry.now = kStart;
  registry.registry.push("acme/app", "1", {}, kStart);
  registry.registry.demand_login("robot", "s3cret");
  std::vector<Followed> followed;
  for (const char* identity : {"shop/one#r.io", "bank/one#r.io"}) {
    const Credential credential{identity, "robot", Secret("s3cret"), Secret()};
    followed.push_back({*parse_image_reference("r.io/acme/app:1"), credential, minutes(5)});
  }
  Poller poller{RegistryOptions{}};
  poller.set_followed(followed, kStart);
  EXPECT_EQ(tokens_asked_for(poller, registry, 2), 2);
  for (const auto& [key, seen] : poller.observations()) {
    EXPECT_TRUE(seen.confirmed.has_value()) << key.identity;
  }
}

// A store of presigned URLs refuses a request that shows who asks in two ways.
TEST(RegistryFaults, ABlobElsewhereIsAskedForWithoutCredentials) {
  MovedTag world(true);
  std::string blob;
  world.registry.fault = [&](const HttpRequest& request, HttpResponse reply) -> Reply {
    if (request.url == "https://s3.io/b") {
      if (find_header(request.headers, "Authorization")) return HttpResponse{400, {}, ""};
      return HttpResponse{200, {}, blob};
    }
    if (request.url.find("/blobs/") == std::string::npos || reply.status != 200) return reply;
    blob = reply.body;
    return HttpResponse{307, {{"Location", "https://s3.io/b"}}, ""};
  };
  EXPECT_EQ(world.check(), "confirmed");
  EXPECT_EQ(world.registry.lines.back(), "GET s3.io 200");
  const auto* seen = world.poller.find(poll_key(*parse_image_reference("r.io/acme/app:1"), ""));
  EXPECT_EQ(seen->confirmed->digest, world.after);
  EXPECT_EQ(seen->confirmed->created, world.now);
}

}  // namespace
}  // namespace freshet

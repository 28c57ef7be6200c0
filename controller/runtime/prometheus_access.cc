// Checks of what the operator set, and what it adds to each request.
#include "controller/runtime/prometheus_access.h"

#include <fmt/format.h>
#include <algorithm>

#include "base/text.h"

namespace freshet {

namespace {

constexpr std::size_t kMaxHeaders = 32;
constexpr std::string_view kHeaderSeparators = "\"(),/:;<=>?@[\\]{}";  // RFC 9110 5.6.2

// Never echoes what it was given: that may be a secret.
Result<HttpHeader> header_from(std::string_view line, const std::string& where) {
  const auto colon = line.find(':');
  const auto name = trim(line.substr(0, colon));
  const bool is_name = !name.empty() && std::ranges::all_of(name, [](char c) {
    return c > ' ' && c < 0x7f && kHeaderSeparators.find(c) == kHeaderSeparators.npos;
  });
  if (colon == line.npos || !is_name || has_control_characters(trim(line.substr(colon + 1)))) {
    return bad_input(where + ": allowed: \"Name: value\", as in \"X-Scope-OrgID: shop\"");
  }
  for (const char* own : {"Authorization", "Content-Length", "Content-Type", "Host"}) {
    if (!equals_ignore_case(name, own)) continue;
    return bad_input(fmt::format("{}: {} is set by freshet itself{}", where, own,
                                 own[0] == 'A' ? "; see --prometheus-token-file and -user" : ""));
  }
  return HttpHeader{std::string(name), std::string(trim(line.substr(colon + 1)))};
}

Result<HttpHeaders> headers_from(const std::vector<std::string>& lines, const std::string& where) {
  HttpHeaders out;
  for (const std::string& line : lines) {
    if (trim(line).empty()) continue;
    auto header = header_from(line, where);
    if (!header) return header.error();
    out.push_back(*std::move(header));
  }
  if (out.size() > kMaxHeaders)
    return bad_input(fmt::format("{}: more than {}", where, kMaxHeaders));
  return out;
}

}  // namespace

Result<PrometheusAccess> checked(PrometheusAccess access) {
  while (access.url.ends_with('/')) access.url.pop_back();
  const bool any = !access.ca_file.empty() || !access.token_file.empty() || !access.user.empty() ||
                   !access.password_file.empty() || !access.certificate_file.empty() ||
                   !access.key_file.empty() || !access.headers.empty() ||
                   !access.headers_file.empty() || !access.matchers.empty();
  if (access.url.empty()) {
    if (any) return bad_input("--prometheus-… flags need --prometheus, the server they are for");
    return access;
  }
  const auto url = parse_url(access.url);
  if (!url) return with_context("--prometheus", url.error());
  if (url->target.find('?') != url->target.npos) {
    return bad_input("--prometheus: a path may follow the host, but no '?'");
  }
  if (access.user.empty() != access.password_file.empty()) {
    return bad_input("--prometheus-user and --prometheus-password-file go together");
  }
  if (access.user.find(':') != access.user.npos || has_control_characters(access.user)) {
    return bad_input("--prometheus-user: no ':' and no control characters");
  }
  if (!access.token_file.empty() && !access.user.empty()) {
    return bad_input("--prometheus-token-file and --prometheus-user: one or the other");
  }
  if (access.certificate_file.empty() != access.key_file.empty()) {
    return bad_input("--prometheus-cert and --prometheus-key go together");
  }
  const bool tls = !access.ca_file.empty() || !access.certificate_file.empty();
  if (tls && url->scheme != "https") {
    return bad_input("--prometheus-ca, -cert and -key need --prometheus https://…");
  }
  const auto headers = headers_from(access.headers, "--prometheus-header");
  if (!headers) return headers.error();
  if (access.matchers.size() > kMaxLabelMatchers) {
    return bad_input(fmt::format("--prometheus-matcher: more than {}", kMaxLabelMatchers));
  }
  for (std::string& matcher : access.matchers) {
    auto parsed = parse_label_matcher(matcher);
    if (!parsed) return with_context("--prometheus-matcher", parsed.error());
    matcher = *std::move(parsed);
  }
  return access;
}

Result<std::unique_ptr<PrometheusTransport>> PrometheusTransport::open(PrometheusAccess access,
                                                                       Read read, Make make) {
  std::unique_ptr<PrometheusTransport> out(
      new PrometheusTransport(std::move(access), std::move(read), std::move(make)));
  // What is wrong from the start is told at the start.
  if (const auto ready = out->transport(); !ready) return ready.error();
  if (const auto request = out->authorized({}); !request) return request.error();
  return out;
}

Result<std::string> PrometheusTransport::file(const char* flag, const std::string& path) const {
  if (path.empty()) return std::string();
  auto text = read_(path);
  if (!text) return with_context(flag, text.error());
  if (trim(*text).empty()) {
    return make_error(ErrorKind::kUnauthorized, fmt::format("{}: {} is empty", flag, path));
  }
  return text;
}

Result<PrometheusTransport::Pems> PrometheusTransport::pems() const {
  auto authorities = file("--prometheus-ca", access_.ca_file);
  if (!authorities) return authorities.error();
  auto certificate = file("--prometheus-cert", access_.certificate_file);
  if (!certificate) return certificate.error();
  auto key = file("--prometheus-key", access_.key_file);
  if (!key) return key.error();
  return Pems{*std::move(authorities), *std::move(certificate), Secret(*std::move(key))};
}

Result<std::shared_ptr<HttpTransport>> PrometheusTransport::transport() {
  auto now = pems();
  if (!now) return now.error();
  const std::lock_guard lock(mutex_);
  if (transport_ && *now == pems_) return transport_;
  NetOptions net;
  net.extra_ca_pem = now->authorities;
  net.client_certificate_pem = now->certificate;
  net.client_key_pem = now->key;
  net.addresses.allow_private = true;  // only the operator names this server
  auto made = make_(std::move(net));
  if (!made) return made.error();
  transport_ = *std::move(made);
  pems_ = *std::move(now);
  return transport_;
}

Result<HttpRequest> PrometheusTransport::authorized(HttpRequest request) const {
  const auto token = file("--prometheus-token-file", access_.token_file);
  if (!token) return token.error();
  const auto password = file("--prometheus-password-file", access_.password_file);
  if (!password) return password.error();
  const auto lines = file("--prometheus-header-file", access_.headers_file);
  if (!lines) return lines.error();
  Secret authorization;
  if (!access_.token_file.empty()) {
    authorization = Secret("Bearer " + std::string(trim(*token)));
  } else if (!access_.user.empty()) {
    authorization =
        Secret("Basic " + base64_encode(access_.user + ":" + std::string(trim(*password))));
  }
  if (has_control_characters(authorization.reveal())) {
    return make_error(ErrorKind::kUnauthorized,
                      "--prometheus-token-file: more than one line is no token");
  }
  auto headers = headers_from(access_.headers, "--prometheus-header");
  if (!headers) return headers.error();
  const auto more = headers_from(split(*lines, '\n'), "--prometheus-header-file");
  if (!more) return more.error();
  headers->insert(headers->end(), more->begin(), more->end());
  if (!authorization.empty()) headers->push_back({"Authorization", authorization.reveal()});
  // Connections are not shared between what one credential opened and another.
  std::string who;
  for (const HttpHeader& header : *headers) who += header.name + ":" + header.value + "\n";
  if (!who.empty()) request.identity = "prometheus " + sha256_hex(who).substr(0, 16);
  request.headers.insert(request.headers.end(), headers->begin(), headers->end());
  return request;
}

Result<HttpResponse> PrometheusTransport::send(const HttpRequest& request) {
  const auto own = authorized(request);
  if (!own) return own.error();
  const auto under = transport();
  if (!under) return under.error();
  return (*under)->send(*own);
}

Result<HttpResponse> PrometheusTransport::stream(const HttpRequest& request,
                                                 const OnBytes& on_bytes) {
  const auto own = authorized(request);
  if (!own) return own.error();
  const auto under = transport();
  if (!under) return under.error();
  return (*under)->stream(*own, on_bytes);
}

}  // namespace freshet

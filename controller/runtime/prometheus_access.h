// As whom Prometheus, or a server that answers like it, is asked: credentials and headers from
// files that are read again for every request, so that a rotated one is taken up at once.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "analysis/label_matcher.h"
#include "base/http.h"
#include "base/secret.h"
#include "controller/net/curl_transport.h"

namespace freshet {

// What the operator set; all may be empty. Paths name files that hold what no flag should: secrets.
struct PrometheusAccess {
  std::string url;  // http(s)://host[:port][/prefix]
  std::string ca_file;
  std::string token_file;  // a bearer token; or …
  std::string user;        // … a user with a password
  std::string password_file;
  std::string certificate_file;  // of a client, with its key
  std::string key_file;
  std::vector<std::string> headers;  // "Name: value", as X-Scope-OrgID of a tenant
  std::string headers_file;          // likewise, one a line
  LabelMatchers matchers;            // in every selector, where it holds several clusters' series
};

// Tells what cannot be meant, in terms of the flags; `url` without slashes at its end, the
// matchers as they are to be sent. kBadInput.
Result<PrometheusAccess> checked(PrometheusAccess access);

class PrometheusTransport final : public HttpTransport {
 public:
  using Read = std::function<Result<std::string>(const std::string& path)>;
  using Make = std::function<Result<std::unique_ptr<HttpTransport>>(NetOptions)>;

  // `access` as checked() gave it. Errors: a file that cannot be read or used.
  static Result<std::unique_ptr<PrometheusTransport>> open(PrometheusAccess access, Read read,
                                                           Make make);

  Result<HttpResponse> send(const HttpRequest& request) override;
  Result<HttpResponse> stream(const HttpRequest& request, const OnBytes& on_bytes) override;

 private:
  PrometheusTransport(PrometheusAccess access, Read read, Make make)
      : access_(std::move(access)), read_(std::move(read)), make_(std::move(make)) {}

  // What trust and identity are made of.
  struct Pems {
    std::string authorities;
    std::string certificate;
    Secret key;
    bool operator==(const Pems&) const = default;
  };
  Result<std::string> file(const char* flag, const std::string& path) const;
  Result<Pems> pems() const;
  Result<HttpRequest> authorized(HttpRequest request) const;
  // Shared with the requests that are under way when a new certificate takes the place of an old.
  Result<std::shared_ptr<HttpTransport>> transport();

  const PrometheusAccess access_;
  const Read read_;
  const Make make_;
  std::mutex mutex_;  // guards what follows
  Pems pems_;
  std::shared_ptr<HttpTransport> transport_;
};

}  // namespace freshet

// Where what a request shows of its caller comes from: fixed, a file that the kubelet rotates, or a
// login that is done anew.
#pragma once

#include <functional>
#include <mutex>
#include <optional>
#include <string>

#include "base/result.h"
#include "base/secret.h"
#include "base/time.h"

namespace freshet {

inline constexpr seconds kTokenRereadEvery{60};
inline constexpr seconds kLoginLeeway{10};  // done anew so long before it expires
inline constexpr std::size_t kMaxTokenBytes = 64 << 10;

struct KubeCredential {
  Secret token;                 // empty: none
  std::string certificate_pem;  // both or neither; "": what the transport has
  Secret key_pem;
  std::optional<TimePoint> expires;
  bool operator==(const KubeCredential&) const = default;
};

// Thread-safe. A file is read again each kTokenRereadEvery and after reject(); while it cannot be
// read the token that was read last stays in use. Source: client-go transport/token_source.go.
// A login is done at the first use, near its expiry and after reject(), by one thread while the
// others wait; one that fails leaves nothing to show.
class TokenSource {
 public:
  using ReadFile = std::function<Result<std::string>(const std::string& path)>;
  using LogIn = std::function<Result<KubeCredential>()>;

  explicit TokenSource(Secret fixed) { held_.token = std::move(fixed); }  // empty: none is sent
  TokenSource(std::string path, ReadFile read) : path_(std::move(path)), read_(std::move(read)) {}
  explicit TokenSource(LogIn log_in) : log_in_(std::move(log_in)) {}

  // Fails only where a file was never readable, and where a login fails.
  Result<KubeCredential> credential(TimePoint now);
  // The server answered 401 to this one: read or log in again before the next use, unless that was
  // done meanwhile.
  void reject(const KubeCredential& shown);

 private:
  Result<KubeCredential> read_again(TimePoint now);
  Result<KubeCredential> log_in_again(TimePoint now);

  std::mutex mutex_;
  KubeCredential held_;
  std::string path_;  // "": no file
  ReadFile read_;
  LogIn log_in_;
  TimePoint read_at_{};
  bool due_ = true;
};

}  // namespace freshet

// Where the bearer token comes from: fixed, or a file that the kubelet rotates.
#pragma once

#include <functional>
#include <mutex>
#include <string>

#include "base/result.h"
#include "base/secret.h"
#include "base/time.h"

namespace freshet {

inline constexpr seconds kTokenRereadEvery{60};
inline constexpr std::size_t kMaxTokenBytes = 64 << 10;

// Thread-safe. A file is read again each kTokenRereadEvery and after reject(); while it cannot be
// read the token that was read last stays in use. Source: client-go transport/token_source.go.
class TokenSource {
 public:
  using ReadFile = std::function<Result<std::string>(const std::string& path)>;

  explicit TokenSource(Secret fixed) : token_(std::move(fixed)) {}  // empty: no token is sent
  TokenSource(std::string path, ReadFile read) : path_(std::move(path)), read_(std::move(read)) {}

  // Fails only where a file was never readable.
  Result<Secret> token(TimePoint now);
  void reject();  // the server answered 401: read again before the next use

 private:
  std::mutex mutex_;
  Secret token_;
  std::string path_;  // "": fixed
  ReadFile read_;
  TimePoint read_at_{};
  bool due_ = true;
};

}  // namespace freshet

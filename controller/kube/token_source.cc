// Where the bearer token comes from.
#include "controller/kube/token_source.h"

#include "base/text.h"

namespace freshet {

Result<Secret> TokenSource::token(TimePoint now) {
  const std::lock_guard lock(mutex_);
  if (path_.empty()) return token_;
  const bool old = now - read_at_ >= kTokenRereadEvery || now < read_at_;
  if (!due_ && !old) return token_;
  auto text = read_(path_);
  if (text && !trim(*text).empty()) {
    token_ = Secret(std::string(trim(*text)));
    read_at_ = now;
    due_ = false;
    return token_;
  }
  if (!token_.empty()) return token_;
  if (!text) return with_context("reading the service account token", text.error());
  return make_error(ErrorKind::kUnauthorized, "the token file " + path_ + " is empty");
}

void TokenSource::reject() {
  const std::lock_guard lock(mutex_);
  due_ = true;
}

}  // namespace freshet

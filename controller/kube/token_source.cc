// Where what a request shows of its caller comes from.
#include "controller/kube/token_source.h"

#include "base/text.h"

namespace freshet {

Result<KubeCredential> TokenSource::credential(TimePoint now) {
  const std::lock_guard lock(mutex_);
  if (log_in_) return log_in_again(now);
  if (!path_.empty()) return read_again(now);
  return held_;
}

Result<KubeCredential> TokenSource::read_again(TimePoint now) {
  const bool old = now - read_at_ >= kTokenRereadEvery || now < read_at_;
  if (!due_ && !old) return held_;
  auto text = read_(path_);
  if (text && !trim(*text).empty()) {
    held_.token = Secret(std::string(trim(*text)));
    read_at_ = now;
    due_ = false;
    return held_;
  }
  if (!held_.token.empty()) return held_;
  if (!text) return with_context("reading the service account token", text.error());
  return make_error(ErrorKind::kUnauthorized, "the token file " + path_ + " is empty");
}

Result<KubeCredential> TokenSource::log_in_again(TimePoint now) {
  if (!due_ && (!held_.expires || now + kLoginLeeway < *held_.expires)) return held_;
  auto fresh = log_in_();
  if (!fresh) return fresh;
  held_ = *std::move(fresh);
  due_ = false;
  return held_;
}

void TokenSource::reject(const KubeCredential& shown) {
  const std::lock_guard lock(mutex_);
  if (shown == held_) due_ = true;
}

}  // namespace freshet

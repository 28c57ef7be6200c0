// An issuer of ID tokens: a key of its own, its public half as a key set, and tokens signed with
// it.
#pragma once

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/text.h"

namespace freshet {

class TokenSigner {
 public:
  explicit TokenSigner(std::string id, unsigned bits = 2048)
      : id_(std::move(id)), key_(EVP_RSA_gen(bits), &EVP_PKEY_free) {}

  std::string key_set() const { return R"({"keys":[)" + key_json() + "]}"; }
  std::string key_json() const {
    return R"({"kid":")" + id_ + R"(","kty":"RSA","alg":"RS256","use":"sig","n":")" +
           number(OSSL_PKEY_PARAM_RSA_N) + R"(","e":")" + number(OSSL_PKEY_PARAM_RSA_E) + R"("})";
  }
  std::string modulus() const { return bytes_of(OSSL_PKEY_PARAM_RSA_N); }
  std::string exponent() const { return bytes_of(OSSL_PKEY_PARAM_RSA_E); }

  std::string token(const std::string& claims) const {
    return token(claims, R"({"alg":"RS256","typ":"JWT","kid":")" + id_ + R"("})");
  }
  std::string token(const std::string& claims, const std::string& header) const {
    const std::string text = url_form(header) + "." + url_form(claims);
    return text + "." + url_form(sign(text));
  }
  std::string sign(std::string_view text) const {
    const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(),
                                                                          &EVP_MD_CTX_free);
    std::string signature(1024, '\0');
    std::size_t size = signature.size();
    EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key_.get());
    EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size,
                   reinterpret_cast<const unsigned char*>(text.data()), text.size());
    signature.resize(size);
    return signature;
  }
  // base64url without padding.
  static std::string url_form(std::string_view bytes) {
    std::string text = base64_encode(bytes);
    while (text.ends_with('=')) text.pop_back();
    for (char& c : text) c = c == '+' ? '-' : c == '/' ? '_' : c;
    return text;
  }

 private:
  std::string bytes_of(const char* name) const {
    BIGNUM* found = nullptr;
    EVP_PKEY_get_bn_param(key_.get(), name, &found);
    std::string bytes(static_cast<std::size_t>(BN_num_bytes(found)), '\0');
    BN_bn2bin(found, reinterpret_cast<unsigned char*>(bytes.data()));
    BN_free(found);
    return bytes;
  }
  std::string number(const char* name) const { return url_form(bytes_of(name)); }

  std::string id_;
  std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key_;
};

}  // namespace freshet

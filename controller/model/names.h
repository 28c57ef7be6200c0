// Names as types: two strings cannot be swapped by accident.
#pragma once

#include <compare>
#include <map>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/strong.h"

namespace freshet {

using RevisionName = Strong<struct RevisionNameTag>;
using Uid = Strong<struct UidTag>;
using ImageTag = Strong<struct ImageTagTag>;      // a registry's tag
using TrafficTag = Strong<struct TrafficTagTag>;  // a Route's tag
using ContainerName = Strong<struct ContainerNameTag>;

// An algorithm-checked digest: "sha256:" and 64 lower-case hex digits, or sha512 and 128.
class Digest {
 public:
  static Result<Digest> parse(std::string_view text);
  const std::string& get() const { return text_; }
  std::string short_form() const;  // "sha256:9c1e4a7b2f30" → "9c1e4a7b2f30": 12 digits
  auto operator<=>(const Digest&) const = default;

 private:
  explicit Digest(std::string text) : text_(std::move(text)) {}
  std::string text_;
};

// Which digest each tracked container runs.
using DigestSet = std::map<ContainerName, Digest>;
std::map<std::string, std::string> digest_texts(const DigestSet& digests);  // as status has them
std::string to_string(const DigestSet& digests);  // "app=9c1e4a7b2f30", or the digits alone if one

// A name that Secrets, ServiceAccounts and most objects can have: a DNS subdomain of RFC 1123.
bool is_object_name(std::string_view text);

struct ServiceKey {  // of a TrackedService or a Knative Service
  std::string name_space;
  std::string name;
  auto operator<=>(const ServiceKey&) const = default;
};
std::string to_string(const ServiceKey& key);  // "shop/checkout"

// A whole percent, 0 … 100.
class Percent {
 public:
  Percent() = default;
  static Result<Percent> parse(std::int64_t number);
  static Percent clamp(std::int64_t number);
  int get() const { return value_; }
  Percent complement() const { return clamp(100 - value_); }
  auto operator<=>(const Percent&) const = default;

 private:
  explicit Percent(int value) : value_(value) {}
  int value_ = 0;
};

}  // namespace freshet

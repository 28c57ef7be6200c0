// JSON of digest sets and pairs.
#include "controller/model/pair_codec.h"

#include <nlohmann/json.hpp>

namespace freshet {

Json digests_to_json(const DigestSet& digests) {
  Json out = Json::object();
  for (const auto& [container, digest] : digests) out[container.get()] = digest.get();
  return out;
}

bool same_template(const Pair& a, const Pair& b) {
  const bool says = !a.others.empty() && !b.others.empty();
  return a.template_hash == b.template_hash && (!says || a.others == b.others);
}

bool Pair::operator==(const Pair& other) const {
  return digests == other.digests && same_template(*this, other);
}

void put_pair(Json& object, const Pair& pair) {
  object["digests"] = digests_to_json(pair.digests);
  object["template"] = pair.template_hash;
  if (!pair.others.empty()) object["others"] = pair.others;
}

Result<DigestSet> read_digests(const Json& digests) {
  if (!digests.is_object()) return bad_input("digests: not an object");
  DigestSet out;
  for (const auto& [container, text] : digests.items()) {
    if (!text.is_string()) return bad_input("digests: not a text");
    auto digest = Digest::parse(text.get<std::string>());
    if (!digest) return with_context("digests", digest.error());
    out.emplace(ContainerName(container), *digest);
  }
  return out;
}

Result<Pair> read_pair(const Json& object) {
  auto digests = read_digests(at_path(object, {"digests"}));
  if (!digests) return digests.error();
  Pair pair;
  pair.digests = std::move(*digests);
  const Json& hash = at_path(object, {"template"});
  if (!hash.is_string()) return bad_input("template: not a text");
  pair.template_hash = hash.get<std::string>();
  pair.others = string_or(object, "others");
  return pair;
}

}  // namespace freshet

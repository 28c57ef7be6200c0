// A registry: manifests by tag and digest over HTTP, and what its images do when they run.
// Source: OCI distribution specification 1.1; token challenge of
// docs.docker.com/registry/spec/auth.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/http.h"
#include "base/time.h"
#include "controller/model/names.h"
#include "controller/sandbox/behaviour.h"

namespace freshet::sandbox {

struct ImageTagName {  // "shop/base" and "1"
  std::string repository;
  std::string tag;
};

class ImageRegistry {
 public:
  // Names are of the form "shop/checkout". Every push makes a new digest, unless all is the same.
  Digest push(const std::string& repository, const std::string& tag,
              const ImageBehaviour& behaviour, TimePoint created);
  // The same image built once more: another date, hence another digest, and the same layers.
  std::optional<Digest> rebuild(const std::string& repository, const std::string& tag,
                                const Digest& image, TimePoint created);
  // Its topmost layer built once more upon the image that this tag names, which it names as its
  // base. nullopt: one of the two is not there.
  std::optional<Digest> rebase(const std::string& repository, const std::string& tag,
                               const Digest& image, const ImageTagName& base, TimePoint created);
  void remove_tag(const std::string& repository, const std::string& tag);
  void move_tag(const std::string& repository, const std::string& tag, const Digest& image);
  void behave(const Digest& image, const ImageBehaviour& behaviour);  // from now on
  // From now on a Bearer token is asked for, which anybody may have for a few minutes.
  void ask_for_token() { asks_for_token_ = true; }
  // From now on only who knows this user and password gets one; tokens given before stay good.
  void demand_login(const std::string& user, const std::string& password);

  std::optional<Digest> find_tag(const std::string& repository, const std::string& tag) const;
  // nullptr: no such image here.
  const ImageBehaviour* find_image(const std::string& repository, const Digest& digest) const;

  // `origin` is how clients name the registry, "https://registry.sandbox".
  HttpResponse handle(const HttpRequest& request, const std::string& origin,
                      const std::string& target, TimePoint now) const;

 private:
  struct Manifest {
    std::string text;
    std::vector<std::string> layers;  // the lowest first
    std::map<std::string, std::string> annotations;
    ImageBehaviour behaviour;
  };
  struct Repository {
    std::map<std::string, std::string> tags;    // → digest
    std::map<std::string, Manifest> manifests;  // by digest
    std::map<std::string, std::string> blobs;   // by digest
  };
  Digest put(const std::string& repository, const std::string& tag, Manifest image,
             TimePoint created);
  HttpResponse token(const HttpRequest& request, const std::string& query, TimePoint now) const;
  HttpResponse manifest(const HttpRequest& request, const std::string& repository,
                        const std::string& reference) const;
  HttpResponse tag_list(const std::string& repository, const std::string& query) const;
  HttpResponse blob(const std::string& repository, const std::string& digest) const;

  std::map<std::string, Repository> repositories_;
  bool asks_for_token_ = false;
  std::string login_;  // the Authorization header that a token is given for; "": any, or none
};

}  // namespace freshet::sandbox

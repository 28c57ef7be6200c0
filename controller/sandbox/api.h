// ApiServer: the verbs of the Kubernetes API over a Store. RFC 6902/7386 patches, optimistic
// concurrency, generations, finalizers, status subresources; list and watch in api_read.h.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "base/http.h"
#include "controller/sandbox/agenda.h"
#include "controller/sandbox/refusal.h"
#include "controller/sandbox/store.h"

namespace freshet::sandbox {

class ApiServer {
 public:
  // Defaults and validates what a client writes, before it is kept; `old` is null for a creation.
  using Admit =
      std::function<Allowed<void>(const Json& old, Json& object, const std::string& user)>;
  // Takes away the fields that the kind does not have, and names them: "spec.traffic[0].weight".
  using Prune = std::function<std::vector<std::string>(Json& object)>;
  // Told after a client's write: `old` is null after a creation, `now` after a removal.
  using Written = std::function<void(const ObjectKey& key, const Json& old, const Json& now)>;

  ApiServer(Store& store, const Agenda& agenda, std::uint64_t seed)
      : store_(store), agenda_(agenda), seed_(seed) {}
  void set_admission(const Kind& kind, Admit admit) { admissions_[&kind] = std::move(admit); }
  void set_schema(const Kind& kind, Prune prune) { schemas_[&kind] = std::move(prune); }
  void set_listener(const Kind& kind, Written written) { listeners_[&kind] = std::move(written); }

  // `target` is path and query. `user` is who asks.
  HttpResponse handle(const HttpRequest& request, const std::string& target,
                      const std::string& user);

  // Fills in what the server gives a new object: uid, creationTimestamp, generation.
  void stamp(const Kind& kind, Json& object);
  // At once, or once the finalizers are gone; `waits`: and what it owns. What is left of it, or
  // null.
  Json remove(const Kind& kind, const ObjectKey& key, bool waits = false);

 private:
  struct Write {  // one write that is under way
    const Kind& kind;
    ObjectKey key;
    bool is_status = false;
    const ApiTarget& target;
    const HttpRequest& request;
    const std::string& user;
  };
  // These return the text of what is kept, or would be.
  Allowed<std::string> create(const ApiTarget& target, const HttpRequest& request,
                              const std::string& user);
  Allowed<std::string> update(const ApiTarget& target, const HttpRequest& request,
                              const std::string& user);
  Allowed<std::string> commit(const Write& write, const Json& old, Json object);
  Allowed<Json> remove(const ApiTarget& target, const HttpRequest& request);
  Allowed<void> check_fields(const Write& write, Json& object) const;
  Allowed<void> admit(const Write& write, const Json& old, Json& object) const;
  void tell(const Kind& kind, const ObjectKey& key, const Json& old, const Json& now);

  Store& store_;
  const Agenda& agenda_;
  std::uint64_t seed_;
  std::uint64_t created_ = 0;
  std::map<const Kind*, Admit> admissions_;
  std::map<const Kind*, Prune> schemas_;
  std::map<const Kind*, Written> listeners_;
};

}  // namespace freshet::sandbox

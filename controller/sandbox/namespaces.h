// Namespaces: one that is deleted takes what is in it along, and goes last.
#pragma once

#include <string>

#include "controller/sandbox/agenda.h"
#include "controller/sandbox/api.h"
#include "controller/sandbox/store.h"

namespace freshet::sandbox {

class Namespaces {
 public:
  Namespaces(Store& store, Agenda& agenda, ApiServer& api)
      : store_(store), agenda_(agenda), api_(api) {}
  Namespaces(const Namespaces&) = delete;  // its steps in the agenda point here
  Namespaces& operator=(const Namespaces&) = delete;

  static Allowed<void> admit(const Json& old, Json& object);
  void written(const ObjectKey& key, const Json& old, const Json& now);

 private:
  void give_default_account(const std::string& name);
  void sweep(const ObjectKey& key, const std::string& uid);

  Store& store_;
  Agenda& agenda_;
  ApiServer& api_;
};

}  // namespace freshet::sandbox

// Cluster: the parts of the world that Knative's controllers touch, handed around as one value.
#pragma once

#include "controller/sandbox/agenda.h"
#include "controller/sandbox/api.h"
#include "controller/sandbox/dice.h"
#include "controller/sandbox/registry.h"
#include "controller/sandbox/store.h"
#include "controller/sandbox/users.h"

namespace freshet::sandbox {

inline constexpr std::string_view kRegistryHost = "registry.sandbox";

struct Cluster {
  Store& store;
  Agenda& agenda;
  ApiServer& api;
  ImageRegistry& registry;
  Users& users;
  Dice& dice;
};

}  // namespace freshet::sandbox

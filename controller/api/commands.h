// Commands on a TrackedService: how one of the API is written, and what has become of it. Pure.
#pragma once

#include <string>
#include <variant>

#include "base/json.h"
#include "controller/api/callers.h"
#include "controller/api/problem.h"
#include "controller/show/order_text.h"

namespace freshet::api {

// The caller's name as one word of a command: what would end it is percent-encoded, and so is "%".
std::string caller_word(const std::string& user);

// The annotations' patch that gives the command, guarded by the version that was read. 409 where
// another command of this verb waits for its answer.
std::variant<Json, Problem> command_patch(const Json& tracked, const ServiceDetail& seen,
                                          const OrderWords& order, const std::string& id,
                                          const Caller& caller, const Secret& key);

// {id, verb, answer, message, at} where it is answered, {id, verb, answer: "Pending"} where it
// waits; null: nothing is known of it (any more).
Json command_state(const Json& tracked, const std::string& id);

}  // namespace freshet::api

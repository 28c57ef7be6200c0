// Proof that a command came through Freshet's own API, which knew who gave it. Pure.
//
// Commands are annotations, and whoever may write a TrackedService may write there what they like,
// also another's name. So a command of the API carries a code that only who has the key can make:
// of the object, the verb and the whole text, and so of the name in it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/secret.h"
#include "base/time.h"
#include "controller/model/names.h"

namespace freshet {

inline constexpr std::size_t kLeastOrderKeyBytes = 32;
inline constexpr Duration kOrderProofGoodFor = minutes(10);  // later its name counts as claimed

// "api-1790000000000-6b1f": the time is part of what is proved.
std::string order_id(TimePoint now, std::uint64_t chance);
std::optional<TimePoint> order_time(std::string_view id);  // nullopt: no id of that form

// "<id> rest" → "<id> --proof=<code> rest".
std::string with_proof(const std::string& text, const Secret& key, const Uid& tracked,
                       std::string_view verb);
// Whether `text` came out of with_proof() with the same key, object and verb, at most
// kOrderProofGoodFor ago.
bool is_proven(std::string_view text, const Secret& key, const Uid& tracked, std::string_view verb,
               TimePoint now);

}  // namespace freshet

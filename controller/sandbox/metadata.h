// Metadata of Kubernetes objects: generations, deletion, finalizers.
#pragma once

#include <string>

#include "base/json.h"

namespace freshet::sandbox {

inline constexpr const char* kForegroundDeletion = "foregroundDeletion";  // a finalizer

std::string uid_of(const Json& object);
std::int64_t generation_of(const Json& object);  // 0: it has none

bool is_deleting(const Json& object);
const Json& finalizers_of(const Json& object);  // a list
bool has_finalizer(const Json& object, std::string_view name);
// Deleted, and nothing waits for anything any more: also not a namespace for what is in it.
bool is_finished(const Json& object);

void raise_generation(Json& object);
// What a client may not change, whatever it sends.
void keep_server_fields(const Json& old, Json& object);

}  // namespace freshet::sandbox

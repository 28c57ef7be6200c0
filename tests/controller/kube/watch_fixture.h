// What the watch tests share: lines of a watch, pages of a list, events as text.
#pragma once

#include <string>
#include <vector>

#include "base/http.h"
#include "base/json.h"
#include "controller/kube/watch.h"

namespace freshet::testing {

using Texts = std::vector<std::string>;

Json object_named(const std::string& name, int version);

std::string line(const std::string& type, const Json& object);  // of a watch's body
std::string error_line(int code, const std::string& message);

// A page of a list; `next` is its continue token.
HttpResponse page(const std::vector<Json>& items, int version, const std::string& next = "");

// A failure as the API server words it.
HttpResponse status_answer(int code, const std::string& message);
HttpResponse status_answer(int code, const std::string& message, const Json& details);

// "Added a@3": type, name and resourceVersion, which is all that the machine may decide on.
std::string to_text(const WatchEvent& event);
Texts to_text(const std::vector<WatchEvent>& events);

}  // namespace freshet::testing

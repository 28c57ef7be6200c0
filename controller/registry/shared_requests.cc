// Who asks, and who waits for the same answer.
#include "controller/registry/shared_requests.h"

#include <algorithm>

namespace freshet {
namespace {

bool is_same_question(const HttpRequest& a, const HttpRequest& b) {
  return a.url == b.url && a.method == b.method && a.identity == b.identity &&
         a.headers == b.headers && a.body == b.body;
}

}  // namespace

bool SharedRequests::is_asked(std::uint64_t id, const HttpRequest& request) {
  if (request.method == "HEAD") return false;
  const auto same = std::ranges::find_if(
      asked_, [&](const auto& other) { return is_same_question(other.second.request, request); });
  if (same == asked_.end()) {
    asked_.emplace(id, Asked{request, {}});
    return false;
  }
  same->second.waiting.push_back(id);
  return true;
}

std::vector<std::uint64_t> SharedRequests::answered(std::uint64_t id) {
  std::vector<std::uint64_t> out = {id};
  const auto asked = asked_.extract(id);
  if (!asked.empty()) {
    const auto& waiting = asked.mapped().waiting;
    out.insert(out.end(), waiting.begin(), waiting.end());
  }
  return out;
}

}  // namespace freshet

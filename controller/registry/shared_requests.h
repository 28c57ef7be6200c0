// Checks that ask the same at the same time share one request: above all a token for their
// repository, of which registries count each (watchtower #2366, wud #1136).
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "base/http.h"

namespace freshet {

class SharedRequests {
 public:
  // Whether another check waits for the answer to this very request, as the same identity; `id`
  // then waits for it as well. If not, `id` is the one that asks. A HEAD is never shared: it is
  // what a steady check asks, and nobody else does.
  bool is_asked(std::uint64_t id, const HttpRequest& request);
  void withdraw(std::uint64_t id) { asked_.erase(id); }  // is not sent after all
  // Whose answer has come with the one to `id`, itself first.
  std::vector<std::uint64_t> answered(std::uint64_t id);

 private:
  struct Asked {
    HttpRequest request;
    std::vector<std::uint64_t> waiting;
  };
  std::map<std::uint64_t, Asked> asked_;  // by who asks
};

}  // namespace freshet

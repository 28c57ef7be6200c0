// Where a server listens: host:port.
#pragma once

#include <string>

#include "base/result.h"

namespace freshet {

struct ListenAddress {
  std::string host;  // "0.0.0.0" where none was given
  int port = 0;      // 0: any free one
};
Result<ListenAddress> parse_listen_address(const std::string& text);

}  // namespace freshet

// Reading host:port.
#include "controller/server/listen_address.h"

#include "base/text.h"

namespace freshet {

Result<ListenAddress> parse_listen_address(const std::string& text) {
  const std::size_t colon = text.rfind(':');
  const auto port = colon == std::string::npos ? std::nullopt : parse_whole(text.substr(colon + 1));
  if (!port || *port > 65535) {
    return bad_input("listen address \"" + printable(text) + "\" is not host:port");
  }
  const std::string host = text.substr(0, colon);
  return ListenAddress{host.empty() ? "0.0.0.0" : host, static_cast<int>(*port)};
}

}  // namespace freshet

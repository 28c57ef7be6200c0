// Notifications of the controller: their flags, what a SinkBinding put into the environment, and
// the sinks that are spoken to while it runs.
#pragma once

#include <memory>
#include <string>

#include "base/exchanges.h"
#include "controller/cli/context.h"
#include "controller/runtime/notifications.h"

namespace CLI {
class App;
}

namespace freshet {

struct NotificationFlags {
  std::string sinks;         // a file; "": none
  std::string cluster_name;  // ""
  std::string link;          // a template; ""
  std::string ca_file;       // PEM; ""
};
void add_notification_flags(CLI::App& command, NotificationFlags& flags);

struct Notifier {
  std::unique_ptr<HttpExchanges> exchanges;
  std::unique_ptr<Notifications> notifications;  // null: nobody is told
};
// kBadInput: all that is wrong with the flags, the file, what it names, or the environment.
Result<Notifier> make_notifier(const NotificationFlags& flags, const Context& context,
                               Metrics& metrics, const Log& log, const EgressProxy& egress = {});

}  // namespace freshet

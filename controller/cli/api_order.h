// Orders through Freshet's own HTTP API, so that it is known who gave them.
#pragma once

#include <string>

#include "base/json.h"
#include "controller/cli/order.h"

namespace freshet {

// The body of the command; the reason and every option under the name that the API has for it.
Json order_body(const Order& order);

// As give_order, at `api` ("https://freshet.acme.io") with the token of the kubeconfig; over plain
// http only to this machine or into the cluster, unless `allow_insecure`.
int give_order_by_api(Context& context, ClusterConnection& cluster, const std::string& api,
                      bool allow_insecure, const Order& order);

}  // namespace freshet

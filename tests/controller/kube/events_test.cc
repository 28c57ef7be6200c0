// Events: the object, its name, and that nothing depends on them.
#include "controller/kube/events.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "controller/net/local_transport.h"

namespace freshet {
namespace {

const TimePoint kTold = *parse_rfc3339("2026-11-23T02:10:00.250Z");

KubeEvent rolled_back() {
  KubeEvent event;
  event.about = {"freshet.dev/v1alpha1", "TrackedService", "shop", "checkout", "uid-1", "42"};
  event.is_warning = true;
  event.reason = "RolledBack";
  event.message = "took 9c1e4a7b2f30 back";
  event.occasion = "seq 12";
  return event;
}

TEST(KubeEvent, IsACoreEventAboutItsTarget) {
  const Json expected = {{"apiVersion", "v1"},
                         {"kind", "Event"},
                         {"metadata", {{"name", event_name(rolled_back())}, {"namespace", "shop"}}},
                         {"involvedObject",
                          {{"apiVersion", "freshet.dev/v1alpha1"},
                           {"kind", "TrackedService"},
                           {"namespace", "shop"},
                           {"name", "checkout"},
                           {"uid", "uid-1"},
                           {"resourceVersion", "42"}}},
                         {"type", "Warning"},
                         {"reason", "RolledBack"},
                         {"message", "took 9c1e4a7b2f30 back"},
                         {"source", {{"component", "freshet"}}},
                         {"reportingComponent", "freshet"},
                         {"reportingInstance", ""},
                         {"firstTimestamp", "2026-11-23T02:10:00Z"},
                         {"lastTimestamp", "2026-11-23T02:10:00Z"},
                         {"count", 1}};
  EXPECT_EQ(event_object(rolled_back(), kTold), expected);
}

TEST(KubeEvent, HasTheSameNameOnlyForTheSameOccasion) {
  KubeEvent other = rolled_back();
  EXPECT_EQ(event_name(other), event_name(rolled_back()));
  EXPECT_TRUE(event_name(other).starts_with("checkout."));
  other.occasion = "seq 13";
  EXPECT_NE(event_name(other), event_name(rolled_back()));
}

TEST(KubeEvent, AMessageThatIsTooLongIsCutOnACharacter) {
  KubeEvent event = rolled_back();
  event.message.clear();
  while (event.message.size() < 2000) event.message += "ü";
  const std::string message = event_object(event, kTold)["message"];
  EXPECT_LE(message.size(), kMaxEventMessageBytes);
  EXPECT_GE(message.size(), kMaxEventMessageBytes - 2);
  EXPECT_TRUE(message.ends_with("ü…"));
}

TEST(KubeEvent, OneThatIsThereAlreadyIsSuccess) {
  int status = 201;
  std::string url;
  LocalTransport transport([&](const HttpRequest& request) -> Result<HttpResponse> {
    url = request.url;
    return HttpResponse{status, {}, "{}"};
  });
  TokenSource tokens{Secret()};
  const ManualClock clock(kTold);
  KubeClient client(transport, tokens, clock, {.server = "http://api"});
  EXPECT_TRUE(post_event(client, rolled_back(), kTold));
  EXPECT_EQ(url, "http://api/api/v1/namespaces/shop/events?fieldManager=freshet");
  status = 409;
  EXPECT_TRUE(post_event(client, rolled_back(), kTold));
  status = 403;
  EXPECT_EQ(post_event(client, rolled_back(), kTold).error().kind, ErrorKind::kForbidden);
}

}  // namespace
}  // namespace freshet

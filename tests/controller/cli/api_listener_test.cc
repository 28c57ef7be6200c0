// The flags of the API, and the API over real sockets.
#include "controller/cli/api_listener.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "controller/api/command_body.h"
#include "controller/net/curl_transport.h"
#include "tests/controller/cli/cli_bed.h"
#include "tests/support/temporary_folder.h"

namespace freshet {
namespace {

constexpr const char* kKeyText = "0123456789abcdef0123456789abcdef\n";

TEST(ApiFlags, AnAddressNeedsAKeyThatCannotBeGuessed) {
  TemporaryFolder folder;
  CliBed bed;
  const CliRun without = bed.run({"controller", "--api-address", ":9082"});
  EXPECT_EQ(without.exit_code, kUsage);
  EXPECT_NE(without.err.find("--api-address needs --api-key"), std::string::npos) << without.err;
  const CliRun weak = bed.run({"controller", "--api-key", folder.write("short", "secret")});
  EXPECT_EQ(weak.exit_code, kUsage);
  EXPECT_NE(weak.err.find("has 6 bytes; allowed: at least 32"), std::string::npos) << weak.err;
  EXPECT_EQ(weak.err.find("secret"), weak.err.npos);
}

TEST(ApiListener, WithoutAnAddressNothingListens) {
  CliBed bed;
  const SystemClock clock;
  const auto listener =
      ApiListener::start({}, Secret(), bed.cluster.kube(), bed.cluster.controller(), clock,
                         bed.cluster.metrics(), [](const LogLine&) {});
  ASSERT_TRUE(listener);
  EXPECT_EQ((*listener)->address(), "");
}

class ApiListenerTest : public ::testing::Test {
 protected:
  ApiListenerTest() {
    ApiFlags flags;
    flags.address = "127.0.0.1:0";
    auto listener =
        ApiListener::start(flags, Secret(kKeyText), bed_.cluster.kube(), bed_.cluster.controller(),
                           clock_, bed_.cluster.metrics(), [](const LogLine&) {});
    EXPECT_TRUE(listener) << listener.error().message;
    listener_ = *std::move(listener);
    NetOptions net;
    net.addresses.allow_private = true;
    transport_ = *make_curl_transport(net);
  }
  HttpResponse ask(const std::string& method, const std::string& path,
                   const std::string& body = "") {
    HttpRequest request;
    request.method = method;
    request.url = "http://" + listener_->address() + path;
    request.body = body;
    const auto answer = transport_->send(request);
    EXPECT_TRUE(answer) << answer.error().message;
    return answer ? *answer : HttpResponse{};
  }

  CliBed bed_;
  SystemClock clock_;
  std::unique_ptr<ApiListener> listener_;
  std::unique_ptr<HttpTransport> transport_;
};

TEST_F(ApiListenerTest, TellsWhatItIsLikeAndAsksWhoCalls) {
  const HttpResponse document = ask("GET", "/api/v1/openapi.json");
  EXPECT_EQ(document.status, 200);
  EXPECT_EQ(string_or(*parse_json(document.body), "openapi"), "3.0.3");
  EXPECT_EQ(ask("GET", "/api/v1/services").status, 401);
  EXPECT_EQ(ask("GET", "/metrics").status, 404);
  const std::string metrics = bed_.cluster.metrics().render(clock_.now());
  EXPECT_NE(metrics.find(R"(freshet_api_requests_total{code="401"} 1)"), std::string::npos);
}

TEST_F(ApiListenerTest, AllErrorsHaveOneForm) {
  const HttpResponse large = ask("POST", "/api/v1/services/shop/checkout/commands/pause",
                                 std::string(api::kMaxCommandBody + 1, ' '));
  EXPECT_EQ(large.status, 413);
  const auto body = parse_json(large.body);
  ASSERT_TRUE(body) << large.body;
  EXPECT_EQ(string_or(at_path(*body, {"error"}), "code"), "TooLarge");
}

}  // namespace
}  // namespace freshet

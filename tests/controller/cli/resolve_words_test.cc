// `freshet resolve` where the registry, or the variables that say how to ask it, are not as wished.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "base/text.h"
#include "controller/registry/manifest.h"
#include "tests/controller/cli/cli_bed.h"

namespace freshet {
namespace {

const std::string kAskedImage = "registry.sandbox/shop/web:1";

Json error_of(const CliRun& ran) { return Json::parse(ran.out)["error"]; }

TEST(ResolveCommand, ToldThatItIsTooMuchMayBeTriedLater) {
  CliBed bed;
  bed.server = [](const HttpRequest&) { return HttpResponse{429, {{"Retry-After", "30"}}, ""}; };
  const CliRun ran = bed.run({"resolve", kAskedImage, "-o", "json"});
  EXPECT_EQ(ran.exit_code, kUnreachable);
  EXPECT_EQ(error_of(ran)["kind"], "rateLimited");
  EXPECT_EQ(error_of(ran)["step"], "head");
}

TEST(ResolveCommand, OfAPlatformOfAnIndexPrintsTheIndex) {
  const auto digest_of = [](const std::string& body) { return "sha256:" + sha256_hex(body); };
  const std::string child = R"({"schemaVersion":2,"config":{"mediaType":)"
                            R"("application/vnd.oci.image.config.v1+json","digest":")" +
                            digest_of("{}") + R"("},"layers":[]})";
  const std::string index = R"({"schemaVersion":2,"manifests":[{"digest":")" + digest_of(child) +
                            R"(","platform":{"os":"linux","architecture":"arm64"}}]})";
  CliBed bed;
  bed.server = [&](const HttpRequest& request) {
    if (request.url.ends_with("/blobs/" + digest_of("{}"))) return HttpResponse{200, {}, "{}"};
    const bool of_child = request.url.ends_with(digest_of(child));
    const std::string& body = of_child ? child : index;
    return HttpResponse{200,
                        {{"Content-Type", std::string(of_child ? kOciManifest : kOciIndex)},
                         {"Docker-Content-Digest", digest_of(body)}},
                        request.method == "HEAD" ? "" : body};
  };
  const CliRun found = bed.run({"resolve", kAskedImage, "--platform", "linux/arm64", "-o", "json"});
  EXPECT_EQ(found.exit_code, kDone) << found.err;
  EXPECT_EQ(Json::parse(found.out)["digest"], digest_of(index));
  const CliRun none = bed.run({"resolve", kAskedImage, "--platform", "linux/amd64", "-o", "json"});
  EXPECT_EQ(none.exit_code, kFailed);
  EXPECT_EQ(error_of(none)["kind"], "noPlatform");
}

TEST(ResolveCommand, GoesThroughTheProxyOfTheEnvironmentAndToTheClusterDoesNot) {
  CliBed bed;
  bed.serve("web");
  bed.variables["HTTPS_PROXY"] = "http://ann:canary@proxy:3128";
  bed.variables["no_proxy"] = ".svc";
  EXPECT_EQ(bed.run({"resolve", "registry.sandbox/shop/web:1.4"}).exit_code, kDone);
  ASSERT_EQ(bed.connections.size(), 1u);
  EXPECT_EQ(bed.connections[0].egress,
            parse_egress_proxy("http://ann:canary@proxy:3128", ".svc").value());
  bed.connections.clear();
  bed.run({"status", "-A"});
  ASSERT_EQ(bed.connections.size(), 1u);
  EXPECT_EQ(bed.connections[0].egress, EgressProxy{});
  EXPECT_EQ(bed.connections[0].proxy, "");
}

TEST(ResolveCommand, GoesDirectWhereTheProxyOfTheEnvironmentIsForOthers) {
  CliBed bed;
  bed.serve("web");
  bed.variables["HTTPS_PROXY"] = "socks5://proxy:1080";
  const CliRun found = bed.run({"resolve", "registry.sandbox/shop/web:1.4"});
  EXPECT_EQ(found.exit_code, kDone);
  EXPECT_NE(found.err.find("HTTPS_PROXY is not used"), std::string::npos) << found.err;
  EXPECT_EQ(bed.connections[0].egress, EgressProxy{});
}

TEST(ResolveCommand, RefusesVariablesThatCannotBeMeant) {
  struct Row {
    const char* variable;
    const char* value;
    const char* said;
  };
  const std::vector<Row> rows = {
      {"FRESHET_PLAIN_HTTP", "*.sandbox", "plain http is allowed for an exact host:port"},
      {"FRESHET_PLAIN_HTTP", "http://r.io:5000", "plain http is allowed for an exact host:port"},
      {"FRESHET_TOKEN_HOSTS", "r.io", "FRESHET_TOKEN_HOSTS: found 'r.io'; allowed: "},
      {"FRESHET_TIMEOUT", "0", "FRESHET_TIMEOUT is 0; allowed: whole seconds from 1 to 300"},
      {"FRESHET_TIMEOUT", "301", "FRESHET_TIMEOUT is 301; allowed: whole seconds from 1 to 300"},
      {"FRESHET_TIMEOUT", "8s", "FRESHET_TIMEOUT is 8s; allowed: whole seconds from 1 to 300"},
      {"FRESHET_TIMEOUT", "", "FRESHET_TIMEOUT is ; allowed: whole seconds from 1 to 300"},
      {"FRESHET_CA_FILE", "/no/such.pem", "cannot read /no/such.pem"},
  };
  for (const Row& row : rows) {
    CliBed bed;
    int asked = 0;
    bed.server = [&](const HttpRequest&) {
      ++asked;
      return HttpResponse{404, {}, ""};
    };
    bed.variables[row.variable] = row.value;
    const std::string trace = std::string(row.variable) + "=" + row.value;
    const CliRun ran = bed.run({"resolve", kAskedImage, "-o", "json"});
    EXPECT_EQ(ran.exit_code, kUsage) << trace;
    EXPECT_EQ(error_of(ran)["kind"], "usage") << trace;
    EXPECT_NE(ran.err.find(row.said), std::string::npos) << ran.err;
    EXPECT_EQ(asked, 0) << trace;
  }
}

TEST(ResolveCommand, DoesNotAskAsNobodyWhereItsCredentialsCannotBeRead) {
  CliBed bed;
  int asked = 0;
  bed.server = [&](const HttpRequest&) {
    ++asked;
    return HttpResponse{404, {}, ""};
  };
  bed.variables["DOCKER_CONFIG"] = "/etc/docker";
  bed.files["/etc/docker/config.json"] = "{\"auths\":canary";
  const CliRun ran = bed.run({"resolve", kAskedImage, "-o", "json"});
  EXPECT_NE(ran.exit_code, kDone);
  EXPECT_EQ(error_of(ran)["step"], "credentials");
  EXPECT_NE(ran.err.find("/etc/docker/config.json"), std::string::npos) << ran.err;
  EXPECT_EQ((ran.out + ran.err).find("canary"), std::string::npos) << ran.err;
  EXPECT_EQ(asked, 0);
}

}  // namespace
}  // namespace freshet

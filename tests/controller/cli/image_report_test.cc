// What is inside an image, and what a rollout changed in it, as whole texts.
#include "controller/cli/image_report.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/controller/cli/sample_detail.h"

namespace freshet {
namespace {

ImageReport jessie() {
  ImageReport image{"app", "ghcr.io/acme/checkout:1.4", kOldDigest};
  image.system = {"debian", "", "8", "", "Debian GNU/Linux 8 (jessie)"};
  image.end.ends = *parse_rfc3339("2018-06-17T00:00:00Z");
  image.end.extended = *parse_rfc3339("2020-06-30T00:00:00Z");
  image.origin.base_name = "docker.io/library/debian:8";
  image.bytes_read = 262'144;
  image.layers = 3;
  image.unread = "1 layer of 200 MiB: beyond the bound of 64 MiB";
  return image;
}

PackageReport security_update() {
  PackageReport report{jessie(), jessie()};
  report.after.digest = kNewDigest;
  report.after.unread = "";
  report.before.packages = {{"libc6", "2.36-9"}, {"libssl3", "3.0.9-1"}, {"curl", "7.88"}};
  report.after.packages = {{"libc6", "2.36-9"}, {"libssl3", "3.0.11-1"}, {"zlib1g", "1.2"}};
  return report;
}

TEST(ImageText, SaysWhatItIsMadeOfAndHowMuchWasRead) {
  EXPECT_EQ(
      image_text(jessie(), sample_now()),
      "app  ghcr.io/acme/checkout:1.4 (9c1e4a7b2f30)\n"
      "  base    docker.io/library/debian:8\n"
      "  system  Debian GNU/Linux 8 (jessie): ended 2018-06-17, LTS ended 2020-06-30  ✗ past "
      "its end of life\n"
      "  read    262,144 bytes of 3 layers; not read: 1 layer of 200 MiB: beyond the bound of "
      "64 MiB\n");
}

TEST(ImageText, SaysWhatIsNotKnown) {
  ImageReport image{"app", "a/b:1", kOldDigest};
  image.layers = 1;
  EXPECT_EQ(image_text(image, sample_now()),
            "app  a/b:1 (9c1e4a7b2f30)\n  base    not told\n"
            "  system  not known: no os-release was found\n  read    0 bytes of 1 layer\n");
  image.system = {"debian", "", "12", "", "Distroless"};
  image.end.unknown = "there is no table";
  EXPECT_NE(image_text(image, sample_now()).find("Distroless (debian 12): not known: there is no"),
            std::string::npos);
  image.problem = "GET r.io: HTTP 401";
  EXPECT_EQ(image_text(image, sample_now()), "app  a/b:1 (9c1e4a7b2f30)\n  ✗ GET r.io: HTTP 401\n");
}

TEST(ImageJson, HasTheSame) {
  EXPECT_EQ(image_json(jessie(), sample_now()),
            Json({{"container", "app"},
                  {"image", "ghcr.io/acme/checkout:1.4"},
                  {"digest", kOldDigest},
                  {"bytesRead", 262144},
                  {"layers", 3},
                  {"notRead", "1 layer of 200 MiB: beyond the bound of 64 MiB"},
                  {"base", {{"name", "docker.io/library/debian:8"}}},
                  {"system",
                   {{"id", "debian"},
                    {"version", "8"},
                    {"name", "Debian GNU/Linux 8 (jessie)"},
                    {"rolling", false},
                    {"pastEndOfLife", true},
                    {"endOfLife", "2018-06-17T00:00:00Z"},
                    {"endOfLongTermSupport", "2020-06-30T00:00:00Z"}}}}));
}

TEST(PackagesText, ShowsWhatARolloutChanged) {
  EXPECT_EQ(packages_text(security_update()),
            "app  ghcr.io/acme/checkout:1.4 (9c1e4a7b2f30→77aa0c12d9e1)\n"
            "  - curl      7.88      –\n"
            "  ~ libssl3   3.0.9-1   3.0.11-1\n"
            "  + zlib1g    –         1.2\n"
            "  3 of 3 packages differ\n"
            "  not read of 9c1e4a7b2f30: 1 layer of 200 MiB: beyond the bound of 64 MiB\n");
  EXPECT_EQ(packages_json(security_update())["changes"],
            Json::parse(R"([{"name":"curl","from":"7.88","to":""},
                            {"name":"libssl3","from":"3.0.9-1","to":"3.0.11-1"},
                            {"name":"zlib1g","from":"","to":"1.2"}])"));
}

TEST(PackagesText, ComparesNothingWithWhatCouldNotBeRead) {
  PackageReport report = security_update();
  report.before.packages.clear();
  EXPECT_EQ(packages_text(report),
            "app  ghcr.io/acme/checkout:1.4 (9c1e4a7b2f30→77aa0c12d9e1)\n"
            "  ✗ no package database was found in 9c1e4a7b2f30; not read: 1 layer of 200 MiB: "
            "beyond the bound of 64 MiB\n");
  EXPECT_FALSE(packages_json(report).contains("changes"));
}

}  // namespace
}  // namespace freshet

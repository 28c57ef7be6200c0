// The image of the program: run from its own files alone, as who it is meant to be.
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>

#include "base/files.h"
#include "base/json.h"
#include "tests/real/process.h"
#include "tests/support/temporary_folder.h"

namespace freshet {
namespace {

class Image : public ::testing::Test {
 protected:
  void SetUp() override {
    const Status made = run_program({"deploy/container/rootfs", FRESHET_PROGRAM, root_}, out_);
    ASSERT_TRUE(made) << made.error().message;
  }
  std::string read(const std::string& path) const { return read_file(path, 1 << 20).value_or(""); }
  // What the program prints in there; nothing else of this machine is to be seen.
  std::string run(std::vector<std::string> words) {
    std::vector<std::string> command = {"chroot", "--userspec=65532:65532", root_,
                                        "/usr/bin/freshet"};
    if (::geteuid() != 0) command = {"unshare", "-r", "chroot", root_, "/usr/bin/freshet"};
    command.insert(command.end(), words.begin(), words.end());
    const Status ran = run_program(command, out_);
    EXPECT_TRUE(ran) << ran.error().message;
    return read(out_);
  }

  TemporaryFolder folder_;
  const std::string root_ = folder_ / "root";
  const std::string out_ = folder_ / "out";
};

TEST_F(Image, RunsFromItsOwnFilesAlone) {
  EXPECT_TRUE(run({"--version"}).starts_with("freshet "));
  EXPECT_EQ(run({"crd"}), read("deploy/crd.yaml"));
  // Windows need time zones.
  std::filesystem::copy_file("examples/freeze.yaml", root_ + "/tmp/freeze.yaml");
  run({"check", "-f", "/tmp/freeze.yaml"});
  EXPECT_NE(read(root_ + "/etc/ssl/certs/ca-certificates.crt"), "");
}

TEST_F(Image, RecordsEveryPackageForScanners) {
  std::set<std::string> recorded;
  for (const auto& entry : std::filesystem::directory_iterator(root_ + "/var/lib/dpkg/status.d")) {
    const std::string name = entry.path().filename();
    EXPECT_NE(read(entry.path()).find("Package: " + name + "\n"), std::string::npos);
    recorded.insert(name);
  }
  for (const char* name : {"libc6", "libssl3", "libcurl4", "ca-certificates", "tzdata"}) {
    EXPECT_TRUE(recorded.contains(name)) << name;
  }
  const auto sbom = parse_json(read(root_ + "/var/lib/db/sbom/freshet.spdx.json"));
  ASSERT_TRUE(sbom) << sbom.error().message;
  EXPECT_EQ(string_or(*sbom, "spdxVersion"), "SPDX-2.3");
  std::set<std::string> told;
  for (const Json& package : at_path(*sbom, {"packages"})) {
    told.insert(string_or(package, "name"));
    EXPECT_NE(string_or(package, "versionInfo"), "");
  }
  recorded.insert("freshet");
  EXPECT_EQ(told, recorded);
}

}  // namespace
}  // namespace freshet

// Completion in real shells, and the manual page in real formatters.
#include <gtest/gtest.h>
#include <unistd.h>

#include "base/files.h"
#include "tests/real/process.h"
#include "tests/support/temporary_folder.h"

namespace freshet {
namespace {

class Shells : public ::testing::Test {
 protected:
  // The program stands in a folder of its own under its name, first on the path.
  void SetUp() override { ASSERT_EQ(::symlink(FRESHET_PROGRAM, (folder_ / "freshet").c_str()), 0); }
  // What the command prints; KUBECONFIG names nothing.
  std::string run(std::vector<std::string> command) {
    command.insert(command.begin(),
                   {"env", "PATH=" + (folder_ / ":/usr/bin:/bin"), "HOME=" + (folder_ / ""),
                    "KUBECONFIG=/nowhere", "LC_ALL=C.UTF-8"});
    const Status ran = run_program(command, folder_ / "out");
    EXPECT_TRUE(ran) << ran.error().message;
    return read_file(folder_ / "out", 1 << 20).value_or("");
  }

  TemporaryFolder folder_;
};

TEST_F(Shells, BashCompletes) {
  const auto completed = [&](const std::string& words) {
    return run({"bash", "-c",
                "source <(freshet completion bash); COMP_WORDS=(" + words +
                    "); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _freshet; "
                    "printf '%s\n' \"${COMPREPLY[@]}\""});
  };
  EXPECT_EQ(completed("freshet prom"), "promote\n");
  EXPECT_EQ(completed("freshet status -o ya"), "yaml\n");
  EXPECT_EQ(completed("freshet status --output = ya"), "yaml\n");  // as bash takes it apart
  EXPECT_EQ(completed("freshet status --no-h"), "--no-headers\n");
  EXPECT_EQ(completed("freshet completion ''"), "bash\nzsh\nfish\n");
}

TEST_F(Shells, ZshCompletes) {
  // Without a terminal the functions of zsh's completion are stood in for.
  const auto completed = [&](const std::string& words) {
    return run(
        {"zsh", "-f", "-c",
         "compdef() { }; _describe() { print -l -- \"${(@P)3}\" }; _files() { print files }; "
         "source <(freshet completion zsh); words=(" +
             words + "); CURRENT=${#words}; _freshet"});
  };
  EXPECT_EQ(completed("freshet prom"),
            "promote:Let a rollout go on to its next step, or to the end\n");
  EXPECT_EQ(completed("freshet status -o ya"), "yaml:yaml\n");
  EXPECT_EQ(completed("freshet check -f ''"), "files\n");
}

TEST_F(Shells, FishCompletes) {
  const auto completed = [&](const std::string& line) {
    return run({"fish", "--no-config", "-c",
                "freshet completion fish | source; complete -C '" + line + "'"});
  };
  EXPECT_EQ(completed("freshet prom"),
            "promote\tLet a rollout go on to its next step, or to the end\n");
  EXPECT_EQ(completed("freshet status -o ya"), "yaml\n");
}

TEST_F(Shells, TheManualPageHasNoFaults) {
  EXPECT_EQ(
      run({"bash", "-c", "freshet man > $HOME/freshet.1; mandoc -Tlint -W error $HOME/freshet.1"}),
      "");
  EXPECT_EQ(run({"bash", "-c", "groff -man -ww -z -K utf8 $HOME/freshet.1 2>&1"}), "");
}

}  // namespace
}  // namespace freshet

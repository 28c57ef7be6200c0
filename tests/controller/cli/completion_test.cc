// Completion of shells and the manual page: what the description of the commands generates.
#include "controller/cli/completion.h"

#include <gtest/gtest.h>

#include "tests/controller/cli/cli_bed.h"

namespace freshet {
namespace {

std::string completed(CliBed& bed, std::vector<std::string> words) {
  words.insert(words.begin(), "__complete");
  const CliRun run = bed.run(words);
  EXPECT_EQ(run.exit_code, 0);
  EXPECT_EQ(run.err, "");
  return run.out;
}

TEST(Completion, KnowsCommandsFlagsAndChoices) {
  CliBed bed;
  EXPECT_EQ(completed(bed, {"prom"}),
            "promote\tLet a rollout go on to its next step, or to the end\n");
  EXPECT_EQ(completed(bed, {"status", "--no-h"}),
            "--no-headers\tLeave out the table's first line\n");
  EXPECT_EQ(completed(bed, {"status", "-o", "j"}), "json\njsonpath=\n");
  EXPECT_EQ(completed(bed, {"status", "--output=y"}), "--output=yaml\n");
  EXPECT_EQ(completed(bed, {"completion", ""}), "bash\nzsh\nfish\n");
  EXPECT_EQ(completed(bed, {"demo", "--scenario", "ne"}), "never-ready\n");
  EXPECT_EQ(completed(bed, {"no-such-command", ""}), "");
  EXPECT_EQ(completed(bed, {}), "");
}

TEST(Completion, AsksTheClusterForNames) {
  CliBed bed;
  bed.serve("checkout");
  bed.serve("cart");
  ASSERT_EQ(bed.run({"track", "checkout"}).exit_code, 0);
  EXPECT_EQ(completed(bed, {"why", ""}), "checkout\n");
  EXPECT_EQ(completed(bed, {"track", "ca"}), "cart\n");
  EXPECT_EQ(completed(bed, {"abort", "-n", "elsewhere", ""}), "");
  EXPECT_EQ(completed(bed, {"why", "checkout", ""}), "");
}

TEST(Completion, IsSilentWithoutACluster) {
  CliBed bed;
  bed.files.clear();
  EXPECT_EQ(completed(bed, {"why", ""}), "");
}

TEST(Completion, AnswersKubectlInItsOwnForm) {
  CliBed bed;
  bed.program = "kubectl_complete-freshet";
  EXPECT_EQ(bed.run({"status", "-o", "ya"}).out, "yaml\n:4\n");
}

TEST(ManualPage, HasEveryCommandAndFlag) {
  CliBed bed;
  const std::string page = bed.run({"man"}).out;
  for (const char* part : {".SS freshet status\n", "\\fB\\-\\-wait\\fR", ".SS freshet controller\n",
                           "FRESHET_PROMETHEUS", ".SH EXIT STATUS\n"}) {
    EXPECT_NE(page.find(part), page.npos) << part;
  }
}

}  // namespace
}  // namespace freshet

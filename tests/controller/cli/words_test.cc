// Words that cannot be understood, and the commands that need no cluster.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "base/files.h"
#include "config/crd.h"
#include "config/reference.h"
#include "tests/controller/cli/cli_bed.h"

namespace freshet {
namespace {

struct WordsRow {
  const char* name;
  std::vector<std::string> words;
  std::string said;  // on the error output, whole
};

const std::vector<WordsRow>& usage_rows() {
  static const std::vector<WordsRow> kRows{
      {"an unknown command suggests the nearest",
       {"statsu"},
       "freshet: no command statsu; did you mean status?\nSee: freshet --help\n"},
      {"an unknown flag suggests the nearest",
       {"status", "--namspace", "shop"},
       "freshet: no flag --namspace; did you mean --namespace?\nSee: freshet status --help\n"},
      {"a missing argument is named",
       {"why"},
       "freshet: SERVICE is required\nSee: freshet why --help\n"},
      {"a word too many is named",
       {"crd", "now"},
       "freshet: one word too many: now\nSee: freshet crd --help\n"},
      {"an output format is one of those that work",
       {"status", "-o", "jsn"},
       "freshet: --output: found jsn; allowed: table, wide, json, yaml, jsonpath=; did you mean "
       "json?\nSee: freshet status --help\n"},
      {"a bare number is no duration",
       {"status", "x", "--wait", "--timeout", "5"},
       "freshet: --timeout: " + parse_duration("5").error().message +
           "\nSee: freshet status --help\n"},
      {"mine and theirs exclude one another",
       {"resume", "x", "--keep-mine", "--keep-theirs"},
       "freshet: --keep-mine excludes --keep-theirs\nSee: freshet resume --help\n"},
      {"a digest to wait for needs the wait",
       {"status", "x", "--digest", "9c1e4a7b2f30"},
       "freshet: --digest goes with --wait\n"},
      {"a wait is for one service",
       {"status", "--wait"},
       "freshet: --wait goes with one SERVICE, and without --watch\n"},
      {"untrack wants one or all", {"untrack"}, "freshet: name one SERVICE, or --all\n"},
      {"a context that is not there",
       {"status", "--context", "prod"},
       "freshet: no cluster to talk to: no --kubeconfig, no KUBECONFIG, not in a pod, and "
       "/home/ann/.kube/config has no context prod\n"},
      {"a reason that would be read as an option",
       {"abort", "x", "--reason=--full"},
       "freshet: --reason must not begin with --\n"},
      {"a recording that is not there",
       {"judge", "--replay", "/no/such/file"},
       "freshet: cannot read /no/such/file: No such file or directory\n"},
      {"a reference that is none",
       {"resolve", "ghcr.io/Acme/x"},
       "freshet: " + parse_image_reference("ghcr.io/Acme/x").error().message + "\n"},
  };
  return kRows;
}

TEST(Words, ThatCannotBeUnderstoodEndWithExitCode2) {
  for (const WordsRow& row : usage_rows()) {
    CliBed bed;
    const CliRun ran = bed.run(row.words);
    EXPECT_EQ(ran.exit_code, kUsage) << row.name;
    EXPECT_EQ(ran.err, row.said) << row.name;
    EXPECT_EQ(ran.out, "") << row.name;
  }
}

TEST(Words, CalledAsAPluginItNamesItselfSo) {
  CliBed bed;
  bed.program = "/usr/local/bin/kubectl-freshet";
  EXPECT_EQ(bed.run({"why"}).err,
            "freshet: SERVICE is required\nSee: kubectl freshet why --help\n");
  EXPECT_NE(bed.run({"promote", "--help"}).out.find("kubectl freshet promote checkout --full"),
            std::string::npos);
  bed.program = "kn-freshet";
  const CliRun manifest = bed.run({"manifest"});
  EXPECT_EQ(manifest.exit_code, kUsage);
  EXPECT_EQ(manifest.out + manifest.err, "");
}

TEST(Words, EveryCommandHasHelpWithExamples) {
  CliBed bed;
  for (const char* command :
       {"status",  "why",   "history",  "promote", "abort",     "pause",   "resume",
        "retry",   "adopt", "rollback", "repair",  "track",     "untrack", "preflight",
        "resolve", "judge", "check",    "crd",     "reference", "approve", "policies"}) {
    const CliRun ran = bed.run({command, "--help"});
    EXPECT_EQ(ran.exit_code, kDone) << command;
    EXPECT_NE(ran.out.find("Examples:\n  freshet " + std::string(command)), std::string::npos)
        << command;
  }
}

TEST(Words, CrdAndReferenceArePrintedAsGenerated) {
  CliBed bed;
  EXPECT_EQ(bed.run({"crd"}).out, crd_yaml());
  EXPECT_EQ(bed.run({"reference"}).out, reference_markdown());
}

TEST(CheckCommand, Exits1ForWhatIsWrongInAFileAnd0ForWhatIsInOrder) {
  CliBed bed;
  const std::string head =
      "apiVersion: freshet.dev/v1alpha1\nkind: TrackedService\nmetadata: {name: checkout}\n";
  const CliRun good = bed.run({"check", "-f", "-"}, head);
  EXPECT_EQ(good.exit_code, kDone);
  EXPECT_EQ(good.out, "-: checkout is in order\n");
  const CliRun bad = bed.run({"check", "-f", "-", "-o", "json"}, head + "spec: {suspend: 1}\n");
  EXPECT_EQ(bad.exit_code, kFailed);
  EXPECT_EQ(Json::parse(bad.out)["documents"][0]["problems"][0]["path"], "spec.suspend");
}

TEST(JudgeCommand, PrintsALineAnIntervalAndNamesABadLine) {
  CliBed bed;
  const std::string line = R"({"at":10,"percent":9,"canary":{"requests":9,"errors":0},)"
                           R"("stable":{"requests":90,"errors":0}})";
  const CliRun ran = bed.run({"judge", "--replay", "-", "-o", "json"}, line + "\n");
  EXPECT_EQ(ran.exit_code, kDone);
  EXPECT_EQ(Json::parse(ran.out)["verdict"], "Continue");
  const CliRun bad = bed.run({"judge", "--replay", "-"}, line + "\n{\n");
  EXPECT_EQ(bad.exit_code, kUsage);
  EXPECT_EQ(bad.err, "freshet: -: line 2: not JSON: it ends too early\n");
}

TEST(ResolveCommand, ListsTags) {
  CliBed bed;
  const std::string noise = "sha256-" + std::string(64, 'a') + ".sig";
  for (const std::string& tag : {std::string("1.4.2"), std::string("1.4.10"), noise}) {
    bed.cluster.world().push("shop/web", tag, {}, bed.cluster.now());
  }
  const CliRun text = bed.run({"resolve", "--tags", "registry.sandbox/shop/web"});
  EXPECT_EQ(text.out, "1.4.10\n1.4.2\n") << text.err;
  const CliRun json = bed.run({"resolve", "--tags", "registry.sandbox/shop/web", "-o", "json"});
  EXPECT_EQ(json.out, "{\"tags\":[\"1.4.10\",\"1.4.2\"]}\n");
  EXPECT_EQ(bed.run({"resolve", "--tags", "registry.sandbox/shop/none"}).exit_code, kFailed);
  const CliRun tagged = bed.run({"resolve", "--tags", "registry.sandbox/shop/web:1"});
  EXPECT_EQ(tagged.exit_code, kUsage);
  EXPECT_EQ(tagged.err,
            "freshet: --tags lists a repository: found registry.sandbox/shop/web:1; allowed: "
            "registry/repository without a tag\n");
}

TEST(ResolveCommand, ExplainsEachRequestWhetherItEndsWellOrNot) {
  CliBed bed;
  const Digest digest = bed.cluster.world().push("shop/checkout", "1.4", {}, bed.cluster.now());
  const std::string asked = "registry.sandbox/v2/shop/checkout/manifests/";
  const CliRun text = bed.run({"resolve", "registry.sandbox/shop/checkout:1.4", "--explain"});
  EXPECT_EQ(text.exit_code, kDone) << text.err;
  EXPECT_NE(text.out.find(asked + "1.4 → 200 in 0s: names " + digest.get() + "\n"),
            std::string::npos)
      << text.out;
  EXPECT_NE(text.out.find("digest      " + digest.get() + "\n"), std::string::npos) << text.out;
  const CliRun missing =
      bed.run({"resolve", "registry.sandbox/shop/checkout:2", "--explain", "-o", "json"});
  EXPECT_EQ(missing.exit_code, kFailed);
  const Json told = Json::parse(missing.out);
  EXPECT_EQ(told["error"]["kind"], "notFound");
  ASSERT_EQ(told["exchanges"].size(), 1U) << missing.out;
  EXPECT_EQ(told["exchanges"][0]["status"], 404);
}

TEST(ResolveCommand, TellsDigestAndPlatformsOrWhyNot) {
  CliBed bed;
  const Digest digest =
      bed.cluster.world().push("shop/checkout", "1.4", {}, bed.cluster.now() - days(3));
  const CliRun found = bed.run({"resolve", "registry.sandbox/shop/checkout:1.4", "-o", "json"});
  EXPECT_EQ(found.exit_code, kDone) << found.err;
  EXPECT_EQ(Json::parse(found.out)["digest"], digest.get());
  const CliRun text = bed.run({"resolve", "registry.sandbox/shop/checkout:1.4"});
  EXPECT_NE(text.out.find("digest      " + digest.get() + "\n"), std::string::npos);
  EXPECT_NE(text.out.find("(3d ago)\n"), std::string::npos) << text.out;
  const auto on = [&](const std::string& platform) {
    return bed.run(
        {"resolve", "registry.sandbox/shop/checkout:1.4", "--platform", platform, "-o", "json"});
  };
  EXPECT_EQ(Json::parse(on("linux/amd64").out)["digest"], digest.get());
  EXPECT_EQ(on("linux/arm64").exit_code, kFailed);
  EXPECT_EQ(Json::parse(on("linux/arm64").out)["error"]["message"],
            digest.get() + " has no linux/arm64; it has: linux/amd64");
  EXPECT_EQ(on("arm64").exit_code, kUsage);
  const CliRun missing = bed.run({"resolve", "registry.sandbox/shop/checkout:2", "-o", "json"});
  EXPECT_EQ(missing.exit_code, kFailed);
  EXPECT_EQ(Json::parse(missing.out)["error"]["kind"], "notFound");
  bed.cluster.world().fail("registry.sandbox", {}, hours(1));
  EXPECT_EQ(bed.run({"resolve", "registry.sandbox/shop/checkout:1.4"}).exit_code, kUnreachable);
}

}  // namespace
}  // namespace freshet

// The flags and the environment of notifications.
#include "controller/cli/notifier.h"

#include <gtest/gtest.h>

#include "tests/controller/cli/cli_bed.h"
#include "tests/support/temporary_folder.h"

namespace freshet {
namespace {

struct NotifierRow {
  std::string sentence;
  std::vector<std::string> words;
  std::map<std::string, std::string> variables;
  std::string told;
};

TEST(Notifier, WhatIsWrongIsToldBeforeAnythingIsConnected) {
  TemporaryFolder folder;
  const std::string wrong = folder.write("wrong.yaml", "sinks:\n- {name: a, kind: Slak}\n");
  const std::string taken =
      folder.write("taken.yaml", "sinks:\n- {name: k-sink, kind: Slack, url: \"https://a.io\"}\n");
  const std::string no_url = folder.write(
      "no-url.yaml", "sinks:\n- {name: a, kind: Slack, urlFile: " + (folder / "url") + "}\n");
  const std::vector<NotifierRow> rows = {
      {"a file that is wrong",
       {"--notification-sinks", wrong},
       {},
       "sinks[0].kind (line 2, column 19)"},
      {"a URL that cannot be read", {"--notification-sinks", no_url}, {}, "sink a: cannot read "},
      {"a name that the environment's sink has",
       {"--notification-sinks", taken},
       {{"K_SINK", "http://broker/"}},
       "names a sink k-sink"},
      {"a K_SINK that is no URL",
       {},
       {{"K_SINK", "broker"}},
       "sink k-sink: its URL cannot be used"},
      {"overrides that are no JSON",
       {},
       {{"K_SINK", "http://broker/"}, {"K_CE_OVERRIDES", "{"}},
       "K_CE_OVERRIDES: "},
      {"a cluster's name with a space", {"--cluster-name", "my prod"}, {}, "--cluster-name is my"},
      {"a link with an unknown place",
       {"--link-template", "https://g.io/{{ns}}"},
       {},
       "unknown place {{ns}}"},
      {"a link that is none", {"--link-template", "g.io/{{service}}"}, {}, "it is no URL"},
  };
  for (const NotifierRow& row : rows) {
    CliBed bed;
    bed.variables.insert(row.variables.begin(), row.variables.end());
    std::vector<std::string> words = {"controller"};
    words.insert(words.end(), row.words.begin(), row.words.end());
    const CliRun run = bed.run(words);
    EXPECT_EQ(run.exit_code, kUsage) << row.sentence;
    EXPECT_NE(run.err.find(row.told), std::string::npos) << row.sentence << ": " << run.err;
  }
}

}  // namespace
}  // namespace freshet

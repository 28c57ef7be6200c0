// What README.md shows of the program is what it prints. A block of `console` is played in a
// simulated cluster: lines behind "$ " are run, lines behind "# " say what happens meanwhile; all
// else is output, of which a line may be cut ("…").
#include <gtest/gtest.h>

#include <functional>
#include <map>

#include "base/files.h"
#include "base/text.h"
#include "tests/controller/cli/cli_bed.h"

namespace freshet {
namespace {

// The lines of the blocks fenced as `kind`, one list a block.
std::vector<std::vector<std::string>> blocks(const std::string& page, const std::string& kind) {
  std::vector<std::vector<std::string>> out;
  bool is_inside = false;
  for (const std::string& line : split(page, '\n')) {
    if (!is_inside && line == "```" + kind) {
      out.emplace_back();
      is_inside = true;
    } else if (is_inside && line == "```") {
      is_inside = false;
    } else if (is_inside) {
      out.back().push_back(line);
    }
  }
  return out;
}

bool shows(const std::string& shown, const std::string& printed) {
  const std::string_view cut = "…";
  if (shown.ends_with(cut)) return printed.starts_with(shown.substr(0, shown.size() - cut.size()));
  return shown == printed;
}

// `shown` with the lines that were printed; as shown where they agree.
void expect_shown(const std::vector<std::string>& shown, const std::string& printed,
                  const std::string& about) {
  std::vector<std::string> lines = split(printed, '\n');
  if (!lines.empty() && lines.back().empty()) lines.pop_back();
  bool same = lines.size() == shown.size();
  for (std::size_t i = 0; same && i < lines.size(); ++i) same = shows(shown[i], lines[i]);
  EXPECT_TRUE(same) << "README.md shows of " << about << ":\n"
                    << join(shown, "\n") << "\nand it prints:\n"
                    << printed;
}

std::vector<std::string> words_of(const std::string& line) {
  std::vector<std::string> out;
  std::string word;
  bool is_quoted = false;
  for (const char c : line + " ") {
    if (c == '"') {
      is_quoted = !is_quoted;
    } else if (c == ' ' && !is_quoted) {
      if (!word.empty()) out.push_back(std::move(word));
      word.clear();
    } else {
      word += c;
    }
  }
  return out;
}

std::string readme() { return read_file("README.md", 1 << 20).value_or(""); }

TEST(Readme, ShowsWhatTheCommandsPrint) {
  CliBed bed;
  bed.columns = 116;
  bed.serve("checkout");
  const std::map<std::string, std::function<void()>> happens = {
      {"# A rebuilt image is pushed; nine minutes later:",
       [&] {
         bed.run_for(minutes(6));  // the tag is looked at before
         bed.rebuild("checkout", 0.001);
         bed.run_for(minutes(9));
       }},
      {"# Two hours later an image is pushed of which every tenth request fails:",
       [&] {
         bed.run_for(hours(2));
         bed.rebuild("checkout", 0.1);
         bed.run_for(minutes(15));
       }},
  };
  int commands = 0;
  for (const auto& block : blocks(readme(), "console")) {
    for (std::size_t i = 0; i < block.size();) {
      const std::string line = block[i++];
      if (line.starts_with("# ")) {
        ASSERT_TRUE(happens.contains(line)) << line;
        happens.at(line)();
        continue;
      }
      ASSERT_TRUE(line.starts_with("$ freshet ")) << line;
      std::vector<std::string> shown;
      while (i < block.size() && !block[i].starts_with("$ ") && !block[i].starts_with("# ")) {
        shown.push_back(block[i++]);
      }
      const CliRun run = bed.run(words_of(line.substr(std::string_view("$ freshet ").size())));
      expect_shown(shown, run.out + run.err, line);
      ++commands;
    }
  }
  EXPECT_GE(commands, 5);
}

TEST(Readme, ShowsWhatTheDemoPrints) {
  CliBed bed;
  const auto found = blocks(readme(), "text");
  ASSERT_FALSE(found.empty());
  const CliRun run = bed.run({"demo"});
  expect_shown(found.front(), run.out + run.err, "the demo");
}

}  // namespace
}  // namespace freshet

// How a command line may go on, for the completion of shells: words in, words out. Nothing here
// asks anything.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace CLI {
class App;
}

namespace freshet {

struct CompletionWord {
  std::string word;
  std::string about;  // a few words; may be ""
  bool operator==(const CompletionWord&) const = default;
};

// Names that only a cluster knows.
enum class NamesWanted { kNone, kTrackedServices, kServices, kNamespaces };

struct Completions {
  std::vector<CompletionWord> words;  // those that begin as the last word does
  NamesWanted names = NamesWanted::kNone;
};

// `words` follow the program's name; the last is the one that is being typed, and may be "".
Completions complete(const CLI::App& app, std::span<const std::string> words);

// What a shell reads to complete "freshet"; "" for a shell that is not known.
std::string completion_script(std::string_view shell);
std::vector<std::string> completion_shells();

}  // namespace freshet

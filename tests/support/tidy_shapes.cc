// Sizes of lines, functions and files; what stands around a source.
#include <algorithm>
#include <set>

#include "base/text.h"
#include "tests/support/tidy_rules.h"

namespace freshet {
namespace {

// Columns as a reader counts them: code points.
std::size_t columns(std::string_view line) {
  return static_cast<std::size_t>(std::count_if(line.begin(), line.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xc0) != 0x80;
  }));
}

// Whether the text before a `{` (since the last `;`, `{` or `}`) begins a function's body.
bool begins_function(std::string_view head) {
  head = trim(head);
  for (const char* word : {"namespace", "class ", "struct ", "enum ", "union ", "extern "}) {
    if (head.starts_with(word)) return false;
  }
  if (head.empty() || head.find('(') == head.npos) return false;
  return std::string_view("=(,[{").find(head.back()) == std::string_view::npos;
}

// Follows braces through a file and reports each outermost function that is too long.
class FunctionMeter {
 public:
  explicit FunctionMeter(const SourceFile& file) : file_(file) {}

  Problems measure() {
    for (line_ = 1; line_ <= file_.code.size(); ++line_) {
      const std::string& code = file_.code[line_ - 1];
      if (trim(code).starts_with('#')) continue;
      for (const char c : code) take(c);
      head_ += ' ';
    }
    return problems_;
  }

 private:
  void take(char c) {
    if (c == '{') {
      if (function_depth_ == 0 && begins_function(head_)) {
        function_depth_ = depth_ + 1;
        function_start_ = head_line_;
      }
      ++depth_;
    } else if (c == '}') {
      if (depth_ == function_depth_ && function_depth_ > 0) close_function();
      --depth_;
    } else if (c != ';') {
      if (trim(head_).empty()) head_line_ = line_;
      head_ += c;
      return;
    }
    head_.clear();
  }

  void close_function() {
    const std::size_t lines = line_ - function_start_ + 1;
    function_depth_ = 0;
    if (lines <= kMaxFunctionLines) return;
    problems_.push_back(at_line(file_, function_start_) + "a function of " + std::to_string(lines) +
                        " lines; at most " + std::to_string(kMaxFunctionLines));
  }

  const SourceFile& file_;
  Problems problems_;
  std::string head_;
  std::size_t head_line_ = 1;
  std::size_t line_ = 1;
  int depth_ = 0;
  int function_depth_ = 0;  // depth inside the function being measured; 0: none
  std::size_t function_start_ = 0;
};

// Every .cc that some CMakeLists.txt names, as a path from the root.
std::set<std::string> named_sources(const SourceTree& tree) {
  std::set<std::string> named;
  for (const auto& [folder, text] : tree.cmake_lists) {
    std::string words = text;
    const auto separates = [](char c) { return c == '\n' || c == '(' || c == ')'; };
    std::replace_if(words.begin(), words.end(), separates, ' ');
    for (const std::string& word : split(words, ' ')) {
      constexpr std::string_view kRoot = "${PROJECT_SOURCE_DIR}/";
      const bool from_root = word.starts_with(kRoot);
      const std::filesystem::path path(from_root ? word.substr(kRoot.size()) : folder + "/" + word);
      if (!word.ends_with(".cc")) continue;
      named.insert(path.lexically_normal().string());
    }
  }
  return named;
}

}  // namespace

Problems check_columns(const SourceFile& file) {
  Problems problems;
  for (std::size_t i = 0; i < file.lines.size(); ++i) {
    const std::size_t width = columns(file.lines[i]);
    if (width <= kMaxColumns) continue;
    problems.push_back(at_line(file, i + 1) + std::to_string(width) + " columns; at most " +
                       std::to_string(kMaxColumns));
  }
  return problems;
}

Problems check_file_length(const SourceFile& file) {
  if (file.lines.size() <= kMaxFileLines) return {};
  return {at_line(file, kMaxFileLines + 1) + std::to_string(file.lines.size()) +
          " lines; at most " + std::to_string(kMaxFileLines)};
}

Problems check_function_length(const SourceFile& file) { return FunctionMeter(file).measure(); }

Problems check_first_line(const SourceFile& file) {
  if (file.lines.front().starts_with("// ")) return {};
  return {at_line(file, 1) + "the first line must be a // comment that says what the file is"};
}

Problems check_listed_in_cmake(const SourceTree& tree) {
  const std::set<std::string> named = named_sources(tree);
  Problems problems;
  for (const SourceFile& file : tree.sources) {
    if (!file.path.ends_with(".cc") || named.contains(file.path)) continue;
    problems.push_back(at_line(file, 1) + "named in no CMakeLists.txt: never built");
  }
  return problems;
}

Problems check_readmes(const SourceTree& tree) {
  std::set<std::string> rooms{"tests"};
  for (const SourceFile& file : tree.sources) {
    const std::string folder = folder_of(file.path);
    if (!folder.starts_with("tests")) rooms.insert(folder);
  }
  Problems problems;
  for (const std::string& room : rooms) {
    if (!tree.readmes.contains(room)) {
      problems.push_back(room +
                         "/README.md: missing: what the room is for, what may enter, "
                         "where to start");
    }
  }
  for (const auto& [folder, text] : tree.readmes) {
    const auto lines = static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
    if (folder.empty() || lines <= kMaxReadmeLines) continue;
    problems.push_back(folder + "/README.md: " + std::to_string(lines) + " lines; at most " +
                       std::to_string(kMaxReadmeLines));
  }
  return problems;
}

}  // namespace freshet

// Reads sources and blanks what is not code.
#include "tests/support/source_tree.h"

#include <algorithm>
#include <cctype>

#include "base/files.h"
#include "base/text.h"

namespace freshet {
namespace {

constexpr std::size_t kMaxFileBytes = 1 << 20;

bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

// Where what starts at `i` ends (exclusive) if it is a comment, string or character; else `i`.
std::size_t end_of_non_code(std::string_view text, std::size_t i) {
  const auto after = [&](std::size_t found, std::size_t size) {
    return found == text.npos ? text.size() : found + size;
  };
  const std::string_view rest = text.substr(i);
  if (rest.starts_with("//")) return std::min(text.find('\n', i), text.size());
  if (rest.starts_with("/*")) return after(text.find("*/", i + 2), 2);
  const bool starts_word = i == 0 || !is_word(text[i - 1]);
  if (rest.starts_with("R\"") && starts_word) {
    const std::size_t open = text.find('(', i);
    if (open == text.npos) return text.size();
    const std::string close = ")" + std::string(text.substr(i + 2, open - i - 2)) + "\"";
    return after(text.find(close, open), close.size());
  }
  // An apostrophe inside a number is a separator, not a character.
  const char quote = text[i];
  if (quote != '"' && !(quote == '\'' && starts_word)) return i;
  std::size_t end = i + 1;
  while (end < text.size() && text[end] != quote && text[end] != '\n') {
    end += text[end] == '\\' ? 2 : 1;
  }
  return std::min(end + 1, text.size());
}

std::string blank_non_code(std::string_view text) {
  std::string code(text);
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t end = end_of_non_code(text, i);
    for (std::size_t j = i; j < end; ++j) {
      if (code[j] != '\n') code[j] = ' ';
    }
    i = std::max(end, i + 1);
  }
  return code;
}

std::vector<std::string> lines_of(std::string_view text) {
  if (text.ends_with('\n')) text.remove_suffix(1);
  return split(text, '\n');
}

}  // namespace

SourceFile make_source(std::string path, std::string_view text) {
  return {std::move(path), lines_of(text), lines_of(blank_non_code(text))};
}

SourceTree read_tree(const std::filesystem::path& root) {
  SourceTree tree;
  std::filesystem::recursive_directory_iterator entries(root), end;
  for (; entries != end; ++entries) {
    const std::filesystem::path& path = entries->path();
    const std::string name = path.filename().string();
    if (entries->is_directory() && (name.starts_with('.') || name == "build")) {
      entries.disable_recursion_pending();
      continue;
    }
    const std::string relative = path.lexically_relative(root).string();
    const bool is_source = path.extension() == ".h" || path.extension() == ".cc";
    if (!is_source && name != "CMakeLists.txt" && name != "README.md") continue;
    const std::string text = read_file(path.string(), kMaxFileBytes).value_or("");
    if (is_source) tree.sources.push_back(make_source(relative, text));
    if (name == "CMakeLists.txt") tree.cmake_lists[folder_of(relative)] = text;
    if (name == "README.md") tree.readmes[folder_of(relative)] = text;
  }
  std::sort(tree.sources.begin(), tree.sources.end(),
            [](const SourceFile& a, const SourceFile& b) { return a.path < b.path; });
  return tree;
}

std::string folder_of(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  return std::string(slash == path.npos ? "" : path.substr(0, slash));
}

std::string at_line(const SourceFile& file, std::size_t line) {
  return file.path + ":" + std::to_string(line) + ": ";
}

}  // namespace freshet

// The project's own sources as values, for the tests that read them.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace freshet {

struct SourceFile {
  std::string path;                // from the root: "controller/net/curl.cc"
  std::vector<std::string> lines;  // as written
  std::vector<std::string> code;   // the same lines; comments, strings and characters are blanks
};

SourceFile make_source(std::string path, std::string_view text);

struct SourceTree {
  std::vector<SourceFile> sources;                 // every .h and .cc
  std::map<std::string, std::string> cmake_lists;  // folder ("" is the root) → its CMakeLists.txt
  std::map<std::string, std::string> readmes;      // folder → its README.md
};

// Everything below `root` but build folders and hidden ones.
SourceTree read_tree(const std::filesystem::path& root);

std::string folder_of(std::string_view path);                   // "base/text.cc" → "base"
std::string at_line(const SourceFile& file, std::size_t line);  // "base/text.cc:7: "

}  // namespace freshet

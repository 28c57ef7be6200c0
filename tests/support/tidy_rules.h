// The rules of the house, each a function from sources to sentences about what breaks it.
#pragma once

#include <string>
#include <vector>

#include "tests/support/source_tree.h"

namespace freshet {

using Problems = std::vector<std::string>;  // "file:line: what, and what is allowed"

inline constexpr std::size_t kMaxColumns = 100;
inline constexpr std::size_t kMaxFunctionLines = 70;
inline constexpr std::size_t kMaxFileLines = 300;
inline constexpr std::size_t kMaxReadmeLines = 60;

// Which room may know which.
Problems check_arrows(const SourceFile& file);
Problems check_includes_resolve(const SourceFile& file, const SourceTree& tree);
Problems check_own_header_first(const SourceFile& file, const SourceTree& tree);
Problems check_json_stays_out_of_headers(const SourceFile& file);

// What a room may use.
Problems check_purity(const SourceFile& file);
Problems check_clocks(const SourceFile& file);
Problems check_libraries_at_home(const SourceFile& file);

// Shapes.
Problems check_columns(const SourceFile& file);
Problems check_file_length(const SourceFile& file);
Problems check_function_length(const SourceFile& file);
Problems check_first_line(const SourceFile& file);
Problems check_finished(const SourceFile& file);

// The house around the sources.
Problems check_listed_in_cmake(const SourceTree& tree);
Problems check_readmes(const SourceTree& tree);

}  // namespace freshet

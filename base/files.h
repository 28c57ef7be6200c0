// Reading files and the environment, for the shell.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace freshet {

Result<std::string> read_file(const std::string& path, std::size_t max_bytes);
Status write_file(const std::string& path, std::string_view content);
std::optional<std::string> environment(const std::string& name);  // unset or empty: nullopt

}  // namespace freshet

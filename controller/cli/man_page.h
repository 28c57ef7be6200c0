// The manual page freshet(1), from the description of the commands.
#pragma once

#include <string>
#include <string_view>

namespace CLI {
class App;
}

namespace freshet {

// In roff, with the macros of man(7).
std::string man_page(const CLI::App& app, std::string_view version);

}  // namespace freshet

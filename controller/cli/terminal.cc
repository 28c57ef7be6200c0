// The terminal that the program was started in.
#include "controller/cli/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <iostream>

#include "base/files.h"

namespace freshet {

void Terminal::print(std::string_view text) {
  output << text;
  output.flush();
}

void Terminal::complain(std::string_view text) {
  errors << "freshet: " << text << "\n";
  errors.flush();
}

void Terminal::clear() {
  if (interactive) print("\x1b[H\x1b[2J");
}

Terminal standard_terminal() {
  Terminal terminal{std::cout, std::cerr, std::cin};
  terminal.interactive = isatty(STDOUT_FILENO) == 1;
  if (!terminal.interactive) return terminal;
  terminal.colours = !environment("NO_COLOR") && environment("TERM").value_or("dumb") != "dumb";
  winsize size{};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0) terminal.columns = size.ws_col;
  return terminal;
}

}  // namespace freshet

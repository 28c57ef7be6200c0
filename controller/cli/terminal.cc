// The terminal that the program was started in.
#include "controller/cli/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <iostream>

#include "base/files.h"
#include "controller/cli/text_layout.h"

namespace freshet {

void Terminal::print(std::string_view text) {
  output << text;
  output.flush();
}

void Terminal::complain(std::string_view text) {
  errors << "freshet: " << text << "\n";
  errors.flush();
}

void Terminal::redraw(std::string_view text) {
  if (!interactive) return print(text);
  measure();
  print(screen_text(text, columns, rows));
}

void Terminal::measure() {
  winsize size{};
  if (&output != &std::cout || ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0) return;
  columns = size.ws_col;
  rows = size.ws_row;
}

Terminal standard_terminal() {
  Terminal terminal{std::cout, std::cerr, std::cin};
  terminal.asks = isatty(STDIN_FILENO) == 1;
  terminal.interactive = isatty(STDOUT_FILENO) == 1;
  if (!terminal.interactive) return terminal;
  terminal.colours = !environment("NO_COLOR") && environment("TERM").value_or("dumb") != "dumb";
  terminal.measure();
  return terminal;
}

}  // namespace freshet

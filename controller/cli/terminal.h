// Terminal: where a command's text goes, and what may be drawn there.
#pragma once

#include <iosfwd>
#include <string>
#include <string_view>

namespace freshet {

struct Terminal {
  std::ostream& output;
  std::ostream& errors;
  std::istream& input;
  bool asks = false;         // a person types into `input`
  bool interactive = false;  // a person looks at `output`: it may be redrawn
  bool colours = false;      // never without a symbol that says the same
  int columns = 0;           // width to cut long lines to; 0: not known, nothing is cut
  int rows = 0;              // 0: not known

  void print(std::string_view text);     // to output, at once
  void complain(std::string_view text);  // "freshet: TEXT" and a line end, to errors
  // The text in place of what is on an interactive screen, in one piece and cut to its size of now,
  // so that nothing flickers or scrolls; elsewhere it is printed.
  void redraw(std::string_view text);
  void measure();  // columns and rows again: a window may have changed
};

// Standard input and output; NO_COLOR and TERM=dumb are honoured.
Terminal standard_terminal();

}  // namespace freshet

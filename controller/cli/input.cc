// Input files that a person names.
#include "controller/cli/input.h"

#include <istream>

#include "base/files.h"

namespace freshet {

namespace {

Result<std::string> read_stream(std::istream& in, std::size_t max_bytes) {
  std::string content;
  char chunk[65536];
  while (in.read(chunk, sizeof chunk) || in.gcount() > 0) {
    content.append(chunk, static_cast<std::size_t>(in.gcount()));
    if (content.size() > max_bytes) {
      return bad_input("standard input is larger than " + std::to_string(max_bytes) + " bytes");
    }
  }
  return content;
}

}  // namespace

Result<std::string> read_input(Context& context, const std::string& file, std::size_t max_bytes) {
  if (file == "-") return read_stream(context.out.input, max_bytes);
  Result<std::string> content = read_file(file, max_bytes);
  if (!content) return bad_input(content.error().message);
  return content;
}

}  // namespace freshet

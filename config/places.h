// Places: {{name}} in a text that a person wrote.
#pragma once

#include <string>
#include <string_view>

#include "base/text.h"

namespace freshet {

// Walks a text: `on_text` for each character that stands there as it is, `on_place` for each name
// in braces; it returns why that is no place, or "". The first fault ends the walk.
template <class OnText, class OnPlace>
std::string walk_places(std::string_view text, const OnText& on_text, const OnPlace& on_place) {
  constexpr std::string_view kOpen = "{{";
  constexpr std::string_view kClose = "}}";
  while (!text.empty()) {
    if (!text.starts_with(kOpen)) {
      on_text(text.front());
      text.remove_prefix(1);
      continue;
    }
    const std::size_t end = text.find(kClose);
    if (end == std::string_view::npos) return "\"{{\" is not closed by \"}}\"";
    std::string fault = on_place(trim(text.substr(kOpen.size(), end - kOpen.size())));
    if (!fault.empty()) return fault;
    text.remove_prefix(end + kClose.size());
  }
  return "";
}

}  // namespace freshet

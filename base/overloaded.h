// overloaded: one lambda an alternative for std::visit; no `auto` arm, so a new one must be
// handled.
#pragma once

namespace freshet {

template <class... Ts>
struct overloaded : Ts... {
  using Ts::operator()...;
};
template <class... Ts>
overloaded(Ts...) -> overloaded<Ts...>;

}  // namespace freshet

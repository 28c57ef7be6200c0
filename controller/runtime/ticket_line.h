// Tickets in their order. Ten thousand may wait: rank and removal are cheap.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

namespace freshet {

class TicketLine {
 public:
  void add(std::uint64_t ticket) {
    tickets_.insert(std::ranges::lower_bound(tickets_, ticket), ticket);
  }
  void remove(std::uint64_t ticket) {
    const auto found = std::ranges::lower_bound(tickets_, ticket);
    if (found != tickets_.end() && *found == ticket) tickets_.erase(found);
  }
  // How many stand before it, whether it stands in the line or not.
  int before(std::uint64_t ticket) const {
    return static_cast<int>(std::ranges::lower_bound(tickets_, ticket) - tickets_.begin());
  }
  int size() const { return static_cast<int>(tickets_.size()); }
  std::uint64_t at(int rank) const { return tickets_[static_cast<std::size_t>(rank)]; }

 private:
  std::vector<std::uint64_t> tickets_;
};

}  // namespace freshet

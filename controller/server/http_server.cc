// One thread around poll(2), workers for whole requests.
#include "controller/server/http_server.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

#include "base/text.h"
#include "controller/server/answer_workers.h"
#include "controller/server/connection.h"
#include "controller/server/listening_socket.h"

namespace freshet {

namespace {

constexpr Duration kLongestPoll{500};  // how late a deadline may be noticed
constexpr int kMostAccepted = 64;      // before those that are there get their turn again

struct Answered {
  std::uint64_t connection = 0;
  ServerAnswer answer;
  bool is_head = false;
};

class PollingServer final : public HttpServer {
 public:
  PollingServer(const Clock& clock, const ServerBounds& bounds, ServerHandlers handlers)
      : clock_(clock),
        bounds_(bounds),
        handlers_(std::move(handlers)),
        bell_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)),
        workers_(std::make_unique<AnswerWorkers>(bounds.workers, bounds.waiting)) {}

  ~PollingServer() override {
    ends_ = true;
    wake();
    if (thread_.joinable()) thread_.join();
    workers_.reset();
    connections_.clear();
    if (bell_ >= 0) ::close(bell_);
  }

  bool listen(const ListenAddress& address) { return bell_ >= 0 && listening_.open(address); }
  void run() {
    thread_ = std::thread([this] {
      while (!ends_) turn();
    });
  }

  int port() const override { return listening_.port(); }
  void wake() override {
    const std::uint64_t one = 1;
    (void)!::write(bell_, &one, sizeof(one));
  }

 private:
  void turn() {
    std::vector<pollfd> polled = {{bell_, POLLIN, 0}, {listening_.socket(), POLLIN, 0}};
    std::vector<std::uint64_t> order;
    if (!has_room() || clock_.monotonic() < accept_again_) polled[1].events = 0;
    for (const auto& [id, connection] : connections_) {
      polled.push_back({connection->socket(), connection->wanted_events(), 0});
      order.push_back(id);
    }
    if (::poll(polled.data(), polled.size(), static_cast<int>(kLongestPoll.count())) < 0) return;
    const Duration now = clock_.monotonic();
    hear_bell();
    for (std::size_t i = 0; i < order.size(); ++i) {
      const auto found = connections_.find(order[i]);
      Connection& connection = *found->second;
      const short events = polled[i + 2].revents;
      if ((events & (POLLIN | POLLHUP | POLLERR)) != 0) take(found->first, connection, now);
      if ((events & (POLLHUP | POLLERR)) != 0) connection.break_off();
      if ((events & POLLOUT) != 0) connection.write(now);
      if (connection.is_late(now)) {
        refuse(connection, {408, "the request did not arrive in time"}, now);
      }
    }
    deliver(now);
    for (auto& [id, connection] : connections_) {
      if (connection->is_streaming()) connection->write(now);
    }
    std::erase_if(connections_, [&](const auto& each) { return each.second->is_over(now); });
    drop_held();
    if ((polled[1].revents & POLLIN) != 0) accept(now);
  }

  void hear_bell() const {
    std::uint64_t rung = 0;
    (void)!::read(bell_, &rung, sizeof(rung));
  }

  void take(std::uint64_t id, Connection& connection, Duration now) {
    auto read = connection.read(now);
    if (const auto* refusal = std::get_if<WireRefusal>(&read)) {
      return refuse(connection, *refusal, now);
    }
    auto* request = std::get_if<HttpRequest>(&read);
    if (request == nullptr) return;
    if (auto quick = guarded([&] { return answer_at_once(*request); })) {
      return connection.answer(*std::move(quick), is_head(*request), now);
    }
    const bool is_taken = workers_->add([this, id, request = std::move(*request)] {
      auto answer = guarded([&] { return std::optional(handlers_.answer(request)); });
      finish({id, *std::move(answer), is_head(request)});
    });
    if (!is_taken) refuse(connection, {503, "too many requests wait for an answer"}, now);
  }

  static bool is_head(const HttpRequest& request) { return request.method == "HEAD"; }

  std::optional<ServerAnswer> answer_at_once(const HttpRequest& request) const {
    if (!handlers_.answer_at_once) return std::nullopt;
    return handlers_.answer_at_once(request);
  }

  template <class Answer>
  std::optional<ServerAnswer> guarded(const Answer& answer) const {
    try {
      return answer();
    } catch (...) {
      return ServerAnswer{handlers_.refuse(500, "the request could not be answered")};
    }
  }

  void refuse(Connection& connection, const WireRefusal& why, Duration now) const {
    connection.answer({handlers_.refuse(why.status, why.message)}, false, now);
  }

  void finish(Answered answered) {
    {
      const std::lock_guard lock(mutex_);
      answered_.push_back(std::move(answered));
    }
    wake();
  }

  void deliver(Duration now) {
    std::vector<Answered> answered;
    {
      const std::lock_guard lock(mutex_);
      answered.swap(answered_);
    }
    for (Answered& each : answered) {
      const auto found = connections_.find(each.connection);
      if (found == connections_.end()) continue;
      found->second->answer(std::move(each.answer), each.is_head, now);
    }
  }

  bool has_room() const {
    return connections_.size() < bounds_.connections ||
           std::ranges::any_of(connections_,
                               [](const auto& each) { return each.second->may_be_evicted(); });
  }

  // The oldest first: ids count up.
  void drop_held() {
    std::size_t held = 0;
    for (const auto& [id, connection] : connections_) held += connection->held();
    std::erase_if(connections_, [&](const auto& each) {
      const std::size_t own = each.second->held();
      if (held <= bounds_.held || own == 0 || own == held) return false;
      held -= own;
      return true;
    });
  }

  // In the place of the one that has been there for longest: ids count up.
  void make_room() {
    if (connections_.size() < bounds_.connections) return;
    const auto oldest = std::ranges::find_if(
        connections_, [](const auto& each) { return each.second->may_be_evicted(); });
    if (oldest != connections_.end()) connections_.erase(oldest);
  }

  void accept(Duration now) {
    for (int i = 0; i < kMostAccepted && has_room(); ++i) {
      const int socket =
          ::accept4(listening_.socket(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
      if (socket < 0) {
        // No descriptor is left, say: asking again at once would be asking without end.
        if (errno != EAGAIN) accept_again_ = now + kLongestPoll;
        return;
      }
      make_room();
      const auto added =
          connections_.emplace(++last_id_, std::make_unique<Connection>(socket, now, bounds_));
      take(last_id_, *added.first->second, now);  // its request is here already, as a rule
    }
  }

  const Clock& clock_;
  const ServerBounds bounds_;
  const ServerHandlers handlers_;
  ListeningSocket listening_;
  const int bell_;
  std::atomic<bool> ends_ = false;
  std::thread thread_;        // uses what follows alone, but for answered_
  Duration accept_again_{0};  // monotonic
  std::uint64_t last_id_ = 0;
  std::map<std::uint64_t, std::unique_ptr<Connection>> connections_;
  std::mutex mutex_;
  std::vector<Answered> answered_;
  std::unique_ptr<AnswerWorkers> workers_;  // ends first
};

}  // namespace

Result<std::unique_ptr<HttpServer>> start_http_server(const std::string& address,
                                                      const Clock& clock,
                                                      const ServerBounds& bounds,
                                                      ServerHandlers handlers) {
  const auto listen = parse_listen_address(address);
  if (!listen) return listen.error();
  auto server = std::make_unique<PollingServer>(clock, bounds, std::move(handlers));
  if (!server->listen(*listen)) {
    return make_error(ErrorKind::kPermanent, "cannot listen on " + printable(address));
  }
  server->run();
  return std::unique_ptr<HttpServer>(std::move(server));
}

}  // namespace freshet

// HttpExchanges over libcurl: sockets of all multi handles in one epoll set.
#include "controller/net/curl_exchanges.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "base/clock.h"
#include "controller/net/bounds.h"
#include "controller/net/curl_exchange.h"
#include "controller/net/curl_pool.h"
#include "controller/net/file_handle.h"

namespace freshet {
namespace {

class CurlExchanges final : public HttpExchanges {
 public:
  explicit CurlExchanges(NetOptions options) : options_(std::move(options)) {
    watch(EPOLL_CTL_ADD, wake_.get(), EPOLLIN);
  }
  ~CurlExchanges() override {
    for (auto& [easy, flight] : flights_) curl_multi_remove_handle(flight->lane->multi(), easy);
  }
  bool usable() const { return epoll_.get() >= 0 && wake_.get() >= 0; }

  void start(std::uint64_t id, HttpRequest request) override;
  std::vector<EndedExchange> wait(Duration at_most) override;
  void wake() override {
    const std::uint64_t one = 1;
    // Fails only where a wake is waiting already.
    [[maybe_unused]] const auto written = write(wake_.get(), &one, sizeof one);
  }

 private:
  struct Lane {
    CurlExchanges* all = nullptr;
    CurlLane pool;
    std::optional<Duration> timer;  // monotonic; when libcurl wants to be called again
    std::size_t in_flight = 0;
    bool is_retired = false;  // no exchange begins on it; it goes with its last
    std::vector<std::unique_ptr<CURL, CurlEasyClose>> spare;  // never of another identity
    CURLM* multi() const { return pool.multi.get(); }
  };
  struct Flight {
    std::uint64_t id = 0;
    HttpRequest request;
    std::unique_ptr<CurlExchange> exchange;
    Lane* lane = nullptr;
  };

  static int on_socket(CURL*, curl_socket_t socket, int what, void* lane, void*);
  static int on_timer(CURLM*, long milliseconds, void* lane);
  void watch(int operation, int file, std::uint32_t events) const;
  Lane* lane_of(const std::string& identity);
  void drop_idle_lanes();
  bool drive(Duration at_most);  // whether wake was called
  void run_timers();
  void collect(Lane& lane);
  void land(const CURLMsg& message, Lane& lane);

  const NetOptions options_;
  const SystemClock clock_;
  const FileHandle epoll_{epoll_create1(EPOLL_CLOEXEC)};
  const FileHandle wake_{eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
  std::vector<EndedExchange> ended_;
  std::map<curl_socket_t, Lane*> sockets_;
  // Closing a lane calls on_socket: all above must still be there.
  std::multimap<std::string, std::unique_ptr<Lane>> lanes_;  // by identity; one is not retired
  std::map<CURL*, std::unique_ptr<Flight>> flights_;
};

void CurlExchanges::watch(int operation, int file, std::uint32_t events) const {
  epoll_event event{};
  event.events = events;
  event.data.fd = file;
  epoll_ctl(epoll_.get(), operation, file, &event);
}

int CurlExchanges::on_socket(CURL*, curl_socket_t socket, int what, void* user, void*) {
  auto& lane = *static_cast<Lane*>(user);
  auto& sockets = lane.all->sockets_;
  if (what == CURL_POLL_REMOVE) {
    if (sockets.erase(socket) > 0) lane.all->watch(EPOLL_CTL_DEL, socket, 0);
    return 0;
  }
  std::uint32_t events = 0;
  if ((what & CURL_POLL_IN) != 0) events |= EPOLLIN;
  if ((what & CURL_POLL_OUT) != 0) events |= EPOLLOUT;
  const bool is_new = sockets.insert_or_assign(socket, &lane).second;
  lane.all->watch(is_new ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, socket, events);
  return 0;
}

int CurlExchanges::on_timer(CURLM*, long wait, void* user) {
  auto& lane = *static_cast<Lane*>(user);
  lane.timer.reset();
  if (wait >= 0) lane.timer = lane.all->clock_.monotonic() + milliseconds(wait);
  return 0;
}

CurlExchanges::Lane* CurlExchanges::lane_of(const std::string& identity) {
  const auto [first, last] = lanes_.equal_range(identity);
  const auto found =
      std::find_if(first, last, [](const auto& each) { return !each.second->is_retired; });
  if (found != last) return found->second.get();
  auto& lane = lanes_.emplace(identity, std::make_unique<Lane>())->second;
  lane->all = this;
  lane->pool = make_curl_lane(identity);
  CURLM* multi = lane->multi();
  if (multi == nullptr) return lane.get();
  // A host has a limit, the lane has none: else a few hosts that never answer would take all
  // connections of an identity.
  curl_multi_setopt(multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, 0L);
  curl_multi_setopt(multi, CURLMOPT_MAX_HOST_CONNECTIONS, kMaxConnectionsPerLane);
  curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, &CurlExchanges::on_socket);
  curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, lane.get());
  curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, &CurlExchanges::on_timer);
  curl_multi_setopt(multi, CURLMOPT_TIMERDATA, lane.get());
  return lane.get();
}

void CurlExchanges::start(std::uint64_t id, HttpRequest request) {
  auto flight = std::make_unique<Flight>();
  flight->id = id;
  flight->request = std::move(request);
  flight->exchange = std::make_unique<CurlExchange>(flight->request, options_, nullptr);
  flight->lane = lane_of(flight->request.identity);
  auto& spare = flight->lane->spare;
  std::unique_ptr<CURL, CurlEasyClose> used;
  if (!spare.empty()) {
    used = std::move(spare.back());
    spare.pop_back();
  }
  if (Status ready = flight->exchange->prepare(std::move(used)); !ready) {
    ended_.push_back({id, ready.error()});
    return;
  }
  CURL* easy = flight->exchange->handle();
  CURLM* multi = flight->lane->multi();
  if (multi == nullptr || curl_multi_add_handle(multi, easy) != CURLM_OK) {
    ended_.push_back(
        {id, flight->exchange->failure(ErrorKind::kTransient, "no memory for a request")});
    return;
  }
  ++flight->lane->in_flight;
  flights_.emplace(easy, std::move(flight));
}

std::vector<EndedExchange> CurlExchanges::wait(Duration at_most) {
  const Duration until = clock_.monotonic() + at_most;
  for (;;) {
    const Duration left =
        ended_.empty() ? std::max(until - clock_.monotonic(), Duration::zero()) : Duration::zero();
    const bool woken = drive(left);
    if (woken || !ended_.empty() || clock_.monotonic() >= until) break;
  }
  drop_idle_lanes();
  return std::exchange(ended_, {});
}

bool CurlExchanges::drive(Duration at_most) {
  run_timers();
  if (!ended_.empty()) at_most = Duration::zero();
  const Duration before = clock_.monotonic();
  for (const auto& [identity, lane] : lanes_) {
    if (lane->timer) at_most = std::min(at_most, *lane->timer - before);
  }
  at_most = std::clamp<Duration>(at_most, Duration::zero(), kMaxConnectTime);
  std::array<epoll_event, 64> events{};
  const int count = epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()),
                               static_cast<int>(at_most.count()));
  bool woken = false;
  int running = 0;
  for (int i = 0; i < count; ++i) {
    const auto& event = events.at(static_cast<std::size_t>(i));
    if (event.data.fd == wake_.get()) {
      std::uint64_t times = 0;
      woken = read(wake_.get(), &times, sizeof times) > 0;
      continue;
    }
    const auto found = sockets_.find(event.data.fd);
    if (found == sockets_.end()) continue;  // closed by an event before this one
    int mask = 0;
    if ((event.events & EPOLLIN) != 0) mask |= CURL_CSELECT_IN;
    if ((event.events & EPOLLOUT) != 0) mask |= CURL_CSELECT_OUT;
    if ((event.events & (EPOLLERR | EPOLLHUP)) != 0) mask |= CURL_CSELECT_ERR;
    curl_multi_socket_action(found->second->multi(), event.data.fd, mask, &running);
  }
  for (const auto& [identity, lane] : lanes_) collect(*lane);
  return woken;
}

// libcurl begins exchanges in its timers.
void CurlExchanges::run_timers() {
  const Duration now = clock_.monotonic();
  int running = 0;
  for (const auto& [identity, lane] : lanes_) {
    if (lane->timer && *lane->timer <= now) {
      lane->timer.reset();
      curl_multi_socket_action(lane->multi(), CURL_SOCKET_TIMEOUT, 0, &running);
    }
    collect(*lane);
  }
}

void CurlExchanges::collect(Lane& lane) {
  if (lane.in_flight == 0) return;
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(lane.multi(), &left)) land(*message, lane);
}

void CurlExchanges::land(const CURLMsg& message, Lane& lane) {
  const auto place = flights_.find(message.easy_handle);
  const CURLcode code = message.data.result;  // gone with the handle
  const auto flight = std::move(place->second);
  flights_.erase(place);
  curl_multi_remove_handle(lane.multi(), flight->exchange->handle());
  --lane.in_flight;
  auto reply = flight->exchange->finish(code);
  // libcurl keeps an HTTP/2 connection whose server has gone silent, and would use it again.
  const bool is_silent = !reply && reply.error().kind == ErrorKind::kTimeout;
  if (is_silent && flight->exchange->was_sent()) lane.is_retired = true;
  if (options_.on_exchange) {
    options_.on_exchange(flight->exchange->host(), reply ? reply->status : 0);
  }
  ended_.push_back({flight->id, std::move(reply)});
  if (lane.spare.size() < kMaxSpareHandles) lane.spare.push_back(flight->exchange->release());
}

void CurlExchanges::drop_idle_lanes() {
  for (auto lane = lanes_.begin(); lane != lanes_.end();) {
    const bool may_go = lane->second->is_retired || lanes_.size() > kMaxIdleLanes;
    const bool goes = may_go && lane->second->in_flight == 0;
    lane = goes ? lanes_.erase(lane) : std::next(lane);
  }
}

}  // namespace

Result<std::unique_ptr<HttpExchanges>> make_curl_exchanges(NetOptions options) {
  if (Status ready = prepare_net_options(options); !ready) return ready.error();
  auto exchanges = std::make_unique<CurlExchanges>(std::move(options));
  if (!exchanges->usable()) {
    return make_error(ErrorKind::kTransient,
                      "making ready to talk to registries: the system has no more files");
  }
  return std::unique_ptr<HttpExchanges>(std::move(exchanges));
}

}  // namespace freshet
